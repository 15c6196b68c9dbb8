/**
 * `npm run bench`: all benchmarks in one run. Prints each part when it ends and writes
 * docs/maintainers/BENCHMARKS.md and its plots. `--quick` uses small sizes, `--only a,b` runs some
 * of the parts; with either, nothing is written without `--write`. `--no-write` writes nothing.
 *
 * `npm run bench -- blocking`, `-- causes`, `-- rating`, `-- requests` and `-- sends` run one benchmark with
 * more figures.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { currentLoad, describeMachine } from './lib/machine';
import { renderReport, renderSection } from './lib/markdown';
import { runInChild } from './lib/measure';
import type { PartTask } from './lib/partProcess';
import { isPartId, PART_IDS, type PartId } from './lib/parts';
import { renderLinePlot } from './lib/plot';
import type { Section } from './lib/section';

const DOCS = join(__dirname, '..', 'docs');
const IMAGES = join(DOCS, 'images');
const LAST = join(__dirname, '..', '.runtime', 'bench');

/** The benchmarks that run alone by their name. */
const ALONE: Readonly<
	Record<string, () => Promise<{ runAlone(args: string[]): Promise<void> | void }>>
> = {
	blocking: async () => await import('./blocking'),
	causes: async () => await import('./causes'),
	rating: async () => await import('./rating'),
	requests: async () => await import('./requests'),
	sends: async () => await import('./sends'),
};

async function main(): Promise<void> {
	const [name = '', ...args] = process.argv.slice(2);
	const load = ALONE[name];
	if (load !== undefined) return await (await load()).runAlone(args);
	await runAll();
}

async function runAll(): Promise<void> {
	const { values } = parseArgs({
		allowNegative: true,
		options: {
			quick: { type: 'boolean', default: false },
			only: { type: 'string' },
			write: { type: 'boolean' },
		},
	});
	const ids = values.only === undefined ? PART_IDS : partsOf(values.only);
	if (!existsSync(join(__dirname, '..', 'dist', 'nodes'))) {
		throw new Error('dist/ is missing: run `npx gulp bundle` first');
	}
	const startedAt = new Date();
	const loadAtStart = currentLoad();
	const sections: Section[] = [];
	for (const id of ids) {
		const section = await runPart({ id, options: { quick: values.quick } });
		console.log(`${renderSection(section)}\n`);
		sections.push(section);
		keep(id, section);
	}
	const isWhole = !values.quick && values.only === undefined;
	if (!(values.write ?? isWhole)) return;

	const call = callOf(values);
	const minutes = (Date.now() - startedAt.getTime()) / 60_000;
	const machine = describeMachine(loadAtStart, startedAt);
	write(renderReport({ machine, sections, call, minutes }), sections);
	console.log('Written: docs/maintainers/BENCHMARKS.md');
}

/** Saves the last result of a part, so that an interrupted run is not wasted. */
function keep(id: PartId, section: Section): void {
	mkdirSync(LAST, { recursive: true });
	writeFileSync(join(LAST, `${id}.json`), JSON.stringify(section));
}

function partsOf(list: string): PartId[] {
	return list.split(',').map((id) => {
		if (isPartId(id)) return id;
		throw new Error(`Unknown part "${id}"; available parts: ${PART_IDS.join(', ')}`);
	});
}

async function runPart(task: PartTask): Promise<Section> {
	const startedAt = performance.now();
	const { result } = await runInChild<Section>(join(__dirname, 'lib', 'partProcess.ts'), task);
	console.error(`(${task.id}) took ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
	return result;
}

const callOf = ({ quick, only }: { readonly quick: boolean; readonly only?: string }): string => {
	const options = [...(quick ? ['--quick'] : []), ...(only === undefined ? [] : ['--only', only])];
	return options.length === 0 ? '' : ` -- ${options.join(' ')} --write`;
};

function write(report: string, sections: readonly Section[]): void {
	mkdirSync(IMAGES, { recursive: true });
	for (const plot of sections.flatMap(({ plots = [] }) => plots)) {
		writeFileSync(join(IMAGES, plot.file), renderLinePlot(plot));
	}
	writeFileSync(join(DOCS, 'maintainers', 'BENCHMARKS.md'), report);
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
