/**
 * Part (e) of the benchmarks: what one execution of a node costs compared with n8n's empty node, in
 * n8n's own engine, as items or rows grow. Only operations without HTTP; for comparison also nodes
 * of n8n itself, if an n8n is installed.
 */
import { join } from 'node:path';

import { formatCount, formatTime } from './lib/format';
import { describeGrowth, runInChild } from './lib/measure';
import { findN8n } from './lib/n8nNodes';
import type { Part, RunOptions, Section, Series } from './lib/section';
import { SEED } from './nodeCost/inputs';
import type { SubjectReport, SubjectTask } from './nodeCost/subjectProcess';
import { SUBJECTS, type Subject } from './nodeCost/subjects';

const SIZES: SubjectTask['sizes'] = [
	{ count: 1, repeats: 21 },
	{ count: 1_000, repeats: 11 },
	{ count: 10_000, repeats: 5 },
	{ count: 100_000, repeats: 3 },
	{ count: 1_000_000, repeats: 1 },
];
const QUICK_SIZES: SubjectTask['sizes'] = [1, 1_000, 10_000].map((count) => ({
	count,
	repeats: 1,
}));

/** A million items with their results do not fit into Node's default heap. */
const HEAP = '--max-old-space-size=8192';

interface Measured {
	readonly subject: Subject;
	/** Milliseconds by size; sizes that are not tried are absent. */
	readonly times: ReadonlyMap<number, number>;
}

async function run({ quick }: RunOptions): Promise<Section> {
	const n8nModules = await findN8n();
	const sizes = quick ? QUICK_SIZES : SIZES;
	const measured: Measured[] = [];
	for (const subject of SUBJECTS) {
		if (subject.n8nFile !== undefined && n8nModules === undefined) continue;
		const { name, most = Infinity } = subject;
		const task: SubjectTask = {
			name,
			sizes: sizes.filter(({ count }) => count <= most),
			n8nModules,
		};
		const file = join(__dirname, 'nodeCost', 'subjectProcess.ts');
		const { result } = await runInChild<SubjectReport>(file, task, [HEAP]);
		const times = new Map(task.sizes.map(({ count }, index) => [count, result[index] ?? NaN]));
		measured.push({ subject, times });
	}
	return toSection(
		measured,
		sizes.map(({ count }) => count),
		n8nModules !== undefined,
	);
}

function toSection(
	measured: readonly Measured[],
	counts: readonly number[],
	hasN8n: boolean,
): Section {
	const base = measured.find(({ subject }) => subject === SUBJECTS[0])?.times;
	/** n8n's empty node gets the same items: one item if there is one item with a file. */
	const baseOf = ({ isFile = false }: Subject, count: number) => base?.get(isFile ? 1 : count) ?? 0;
	const over = ({ subject, times }: Measured, count: number): string => {
		const time = times.get(count);
		if (time === undefined) return 'not tried';
		return formatTime(subject === SUBJECTS[0] ? time : Math.max(0, time - baseOf(subject, count)));
	};
	const perItem = (each: Measured): string => {
		const count = Math.max(...[...each.times.keys()].filter((size) => size <= 100_000));
		const time = each.times.get(count) ?? NaN;
		return `${((1000 * Math.max(0, time - baseOf(each.subject, count))) / count).toFixed(1)} µs`;
	};
	const series = measured.map(
		({ subject, times }): Series => ({
			name: subject.name,
			points: [...times].filter(([x]) => x >= 1_000).map(([x, y]) => ({ x, y })),
		}),
	);
	return {
		title: '(e) Cost of one node execution',
		intro:
			"One execution of a workflow of two nodes in n8n's own engine (n8n-core): a source that passes on items " +
			"that are ready, and the node. The figures are its time minus that of n8n's empty node, No Operation, with " +
			`as many items. Items and files are made from seed ${SEED}. For the two that read a file, the numbers are the rows ` +
			'of the file; each row becomes an item.',
		tables: [
			{
				caption: `${hasN8n ? 'Time over No Operation' : 'Whole time'}, by the number of items or rows`,
				header: ['', ...counts.map(formatCount), 'each, at most 100,000'],
				rows: measured.map((each) => [
					each.subject === SUBJECTS[0] ? `${each.subject.name} (total)` : each.subject.name,
					...counts.map((count) => over(each, count)),
					each.subject === SUBJECTS[0] ? '' : perItem(each),
				]),
			},
			{
				caption: 'How the whole time grows',
				header: ['', 'slope from 10,000 on'],
				rows: series.map(({ name, points }) => [name, describeGrowth(points)]),
			},
		],
		plots: [
			{
				file: 'bench-node-cost.svg',
				title: 'One node execution as items or rows grow',
				xLabel: 'items or rows',
				yLabel: 'milliseconds',
				// A reader can distinguish six lines. n8n's nodes that do other work are only in tables.
				series: series.filter((_, index) => isPlotted(measured[index]?.subject)),
			},
		],
		notes: [
			'The output is checked: the number of items of every node, counted feedback and rating of Evaluate and ' +
				'Forecast, kept items of Filter, order IDs of the file.',
			...(hasN8n
				? [
						'Edit Fields, Filter and Extract From File (n8n-nodes-base) are there for comparison: they do ' +
							'less work or other work. Extract From File reads the same report as CSV, without checking dates, stars ' +
							'or order IDs. Edit Fields and Filter evaluate one expression per item.',
					]
				: [
						"No n8n is installed, so there are no rows of n8n's own nodes, and no No Operation to subtract: all " +
							'figures are whole times.',
					]),
			'Plan, Edit Fields and Filter end at 100,000: n8n keeps the items of every node in memory, and Amazon accepts ' +
				'at most 86,400 requests per day. Their slope is from 10,000 to 100,000. ' +
				'A million is timed once, after a run to warm up.',
		],
	};
}

const isPlotted = (subject: Subject | undefined): boolean =>
	subject?.n8nFile === undefined || subject.most === undefined;

export const part: Part = { id: 'e', title: 'Cost of one node execution', run };
