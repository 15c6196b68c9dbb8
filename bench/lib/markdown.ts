import type { Machine } from './machine';
import type { LinePlot, Section, Table } from './section';

const LINE = 110;

export interface Report {
	readonly machine: Machine;
	readonly sections: readonly Section[];
	/** The arguments of the run, such as ` -- --quick`. */
	readonly call: string;
	readonly minutes: number;
}

/** The complete docs/maintainers/BENCHMARKS.md. */
export function renderReport({ machine, sections, call, minutes }: Report): string {
	const isQuick = call.includes('--quick');
	return blocks([
		`<!-- Made by \`npm run bench${call}\`: do not edit, run it again. -->`,
		'# Benchmarks',
		wrap(
			`All figures come from one run of \`npx gulp bundle && npm run bench${call}\`, which took ` +
				`${minutes.toFixed(0)} minutes: medians over repeats, contenders in turns or each in its ` +
				'own process. A peer counts only if its result is the same as ours. Inputs are made from fixed seeds. The page ' +
				'is long because the run writes all its tables into it.',
		),
		...(isQuick
			? [
					wrap(
						'**A quick run with small sizes, to check that it works. The figures are meaningless.**',
					),
				]
			: []),
		'## Machine and versions',
		renderTable({ caption: '', ...machineTable(machine) }),
		...sections.map(renderSection),
	]);
}

/** A section as it is printed and written. */
export function renderSection({ title, intro, tables, plots = [], notes }: Section): string {
	return blocks([
		`## ${title}`,
		...(intro === undefined ? [] : [wrap(intro)]),
		...tables.map(renderTable),
		...plots.map(renderPlotLink),
		...(notes.length === 0 ? [] : [notes.map((note) => wrap(note, '- ')).join('\n')]),
	]).trimEnd();
}

const renderPlotLink = ({ file, title }: LinePlot): string => `![${title}](../images/${file})`;

/**
 * A Markdown table whose columns also line up in plain text: names left-aligned, figures
 * right-aligned.
 */
export function renderTable({ caption, header, rows }: Table): string {
	const all = [header, ...rows].map((row) =>
		header.map((_, column) => (row[column] ?? '').replaceAll('|', '\\|')),
	);
	const widths = header.map((_, column) =>
		Math.max(3, ...all.map((row) => [...(row[column] ?? '')].length)),
	);
	const line = (row: readonly string[]) =>
		`| ${row
			.map((cell, column) => {
				const gap = ' '.repeat((widths[column] ?? 0) - [...cell].length);
				return column === 0 ? cell + gap : gap + cell;
			})
			.join(' | ')} |`;
	const rule = `| ${widths
		.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
		.join(' | ')} |`;
	const [head = [], ...body] = all;
	return blocks([
		...(caption === '' ? [] : [wrap(`**${caption}**`)]),
		[line(head), rule, ...body.map(line)].join('\n'),
	]).trimEnd();
}

const machineTable = ({ rows }: Machine) => ({ header: ['', ''], rows });

const blocks = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`;

/**
 * Wraps text at the width of the docs; lines after the first are indented by the prefix's width.
 */
function wrap(text: string, prefix = ''): string {
	const lines: string[] = [];
	let line = prefix;
	for (const word of text.split(/\s+/)) {
		if (line.trim() !== prefix.trim() && line.length + 1 + word.length > LINE) {
			lines.push(line);
			line = ' '.repeat(prefix.length) + word;
		} else {
			line += (line === '' || line === prefix || line.endsWith(' ') ? '' : ' ') + word;
		}
	}
	return [...lines, line].join('\n');
}
