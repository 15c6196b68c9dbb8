/**
 * Part (b) of the benchmarks: all windows and a 365-day forecast over dated feedback, by this
 * package, by arquero and by a script as you would write it in an n8n Code node, from the same
 * rows.
 *
 * `npm run bench -- rating` also prints the memory the series takes, and the simulated error rates of
 * the change detection.
 */
import { deepStrictEqual } from 'node:assert';

import { formatCount, formatRatio, formatTime } from './lib/format';
import { describeGrowth, timeInTurns, type Timing } from './lib/measure';
import { renderSection, renderTable } from './lib/markdown';
import type { Part, RunOptions, Section } from './lib/section';
import {
	byArquero,
	byCodeNode,
	byThisPackage,
	generateRows,
	HISTORY_DAYS,
	SEED,
	WINDOWS,
	type Item,
	type Result,
} from './rating/contenders';
import { benchBaseline, benchDetection } from './rating/detection';
import { benchMemory } from './rating/memory';

const FORECAST_DAYS = 365;

/** Rows, and how many times each contender is timed. */
const SIZES = [
	{ rows: 1_000, repeats: 21 },
	{ rows: 10_000, repeats: 11 },
	{ rows: 100_000, repeats: 7 },
	{ rows: 1_000_000, repeats: 5 },
] as const;
const QUICK_SIZES = [
	{ rows: 1_000, repeats: 3 },
	{ rows: 10_000, repeats: 3 },
	{ rows: 30_000, repeats: 3 },
] as const;

interface Measured {
	readonly rows: number;
	/** Ours first; the same order in both. */
	readonly windows: ReadonlyArray<Timing<Result>>;
	readonly forecasts: ReadonlyArray<Timing<Result>>;
}

async function measure(rows: number, repeats: number): Promise<Measured> {
	const feedback = generateRows(rows);
	const items: Item[] = feedback.map((json) => ({ json }));
	const compare = async (days: number) => {
		const timings = await timeInTurns<Result>(
			[
				{ name: 'this package', run: () => byThisPackage(feedback, days) },
				{ name: 'arquero', run: () => byArquero(feedback, days) },
				{
					name: 'Code-node script',
					run: () => byCodeNode(items, days),
					once: rows * days > 1e7,
				},
			],
			repeats,
		);
		for (const { result } of timings) deepStrictEqual(result, timings[0]?.result);
		return timings;
	};
	return { rows, windows: await compare(0), forecasts: await compare(FORECAST_DAYS) };
}

async function run({ quick }: RunOptions): Promise<Section> {
	const measured: Measured[] = [];
	for (const { rows, repeats } of quick ? QUICK_SIZES : SIZES) {
		measured.push(await measure(rows, repeats));
	}
	const largest = measured.at(-1);
	const { windows = [], forecasts = [], rows = 0 } = largest ?? {};
	const lines = windows.map(({ name }, index) => ({
		name,
		windows: measured.map((each) => ({ x: each.rows, y: each.windows[index]?.time ?? NaN })),
		forecasts: measured.map((each) => ({ x: each.rows, y: each.forecasts[index]?.time ?? NaN })),
	}));
	const series = lines.flatMap((line) => [
		{ name: `${line.name}, windows`, points: line.windows },
		{ name: `${line.name}, with forecast`, points: line.forecasts },
	]);
	return {
		title: '(b) Rating and forecast',
		intro:
			`The counts of ${WINDOWS.length} windows (30, 90, 365 days, lifetime) as of today, and the same for each of the ` +
			`next ${FORECAST_DAYS} days as feedback ages out, from dated feedback over ${formatCount(HISTORY_DAYS)} days (seed ` +
			`${SEED}). Compared: this package, arquero (a data-frame library), and a script as you would write it in ` +
			'an n8n Code node (one loop over all items per window and day). All counts are equal.',
		tables: [
			{
				caption: `${formatCount(rows)} feedback entries`,
				header: ['', 'all windows', 'ratio', `with ${FORECAST_DAYS}-day forecast`, 'ratio'],
				rows: windows.map(({ name, time }, index) => {
					const forecast = forecasts[index]?.time ?? NaN;
					return [
						name,
						formatTime(time),
						formatRatio(time, windows[0]?.time ?? NaN),
						formatTime(forecast),
						formatRatio(forecast, forecasts[0]?.time ?? NaN),
					];
				}),
			},
			{
				caption: 'As the number of feedback entries grows',
				header: ['', ...measured.map((each) => formatCount(each.rows)), 'slope from 10,000 on'],
				rows: series.map(({ name, points }) => [
					name,
					...points.map(({ y }) => formatTime(y)),
					describeGrowth(points),
				]),
			},
		],
		plots: [
			{
				file: 'bench-rating.svg',
				title: 'Rating and forecast as the number of feedback entries grows',
				xLabel: 'feedback',
				yLabel: 'milliseconds',
				series,
			},
		],
		notes: [
			'Slope: of the logarithm of the time over that of the number of entries; 1.0 ± 0.15 is called near-linear. ' +
				'Less than linear means that part of the work does not depend on the number of rows: this package and arquero ' +
				'read each entry once and then work on days, and the number of days is always the same.',
			'The script is timed only once if it is slow.',
		],
	};
}

export const part: Part = { id: 'b', title: 'Rating and forecast', run };

/** With the memory and the error rates. */
export async function runAlone(): Promise<void> {
	console.log(renderSection(await run({ quick: false })));
	for (const table of [benchMemory(1_000_000), benchDetection(), benchBaseline()]) {
		console.log(`\n${renderTable(table)}`);
	}
}
