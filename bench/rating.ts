/* eslint-disable no-console, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- a program of its own, never loaded by n8n */
/**
 * `npm run bench:rating`: what the rating's speed and the change detection's error rates are.
 *
 * Speed: all windows and a 365-day forecast over a million dated feedback, by this package, by
 * arquero and by a script as one writes it into an n8n Code node, from the same rows; the results are
 * compared before the times are. Detection: simulated, since the figures belong into the docs.
 */
import { deepStrictEqual } from 'node:assert';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { desc, from as tableFrom, op, rolling, table } from 'arquero';

import { averageRunLength, designCusum } from '../nodes/shared/domain/cusum';
import {
	countPerDay,
	dayNumber,
	FeedbackSeries,
	isoDay,
	type DatedFeedback,
} from '../nodes/shared/domain/feedbackSeries';
import { forecast, ratesOf } from '../nodes/shared/domain/forecast';
import { totalOf, type FeedbackCounts } from '../nodes/shared/domain/rating';
import { rationalFromPercent } from '../nodes/shared/domain/rational';
import { seeded } from '../test/seeded';

const TODAY = '2026-03-01';
const ROWS = 1_000_000;
const HISTORY_DAYS = 5 * 365;
const FORECAST_DAYS = 365;
const WINDOWS = [30, 90, 365, Infinity];
const REPEATS = 5;
const today = dayNumber(TODAY);

type Counts = readonly [positive: number, neutral: number, negative: number];

interface Result {
	/** Per window, today. */
	readonly windows: readonly Counts[];
	/** Per window, for each of the next days without new feedback. */
	readonly forecasts: readonly (readonly Counts[])[];
}

const tuple = ({ positive, neutral, negative }: FeedbackCounts): Counts => [
	positive,
	neutral,
	negative,
];

function byThisPackage(rows: readonly DatedFeedback[], days: number): Result {
	const series = FeedbackSeries.of(countPerDay(rows));
	const forecasts =
		days === 0
			? []
			: forecast(series, {
					today: TODAY,
					days,
					windows: WINDOWS,
					thresholds: [rationalFromPercent(95), rationalFromPercent(98)],
					rates: ratesOf(series, TODAY),
				});
	return {
		windows: WINDOWS.map((window) => tuple(series.window(today, window))),
		forecasts: forecasts.map(({ points }) =>
			points.slice(1).map(({ withoutNewFeedback }) => tuple(withoutNewFeedback.counts)),
		),
	};
}

/** Grouped per day, joined to a calendar that reaches into the future, then rolling sums. */
function byArquero(rows: readonly DatedFeedback[], days: number): Result {
	const perDay = tableFrom([...rows])
		.groupby('date')
		.rollup({
			positive: (row: DatedFeedback) => op.sum(row.sentiment === 'positive' ? 1 : 0),
			neutral: (row: DatedFeedback) => op.sum(row.sentiment === 'neutral' ? 1 : 0),
			negative: (row: DatedFeedback) => op.sum(row.sentiment === 'negative' ? 1 : 0),
		});
	const calendar = table({
		date: Array.from({ length: HISTORY_DAYS + days }, (_, index) =>
			isoDay(today - HISTORY_DAYS + 1 + index),
		),
	});
	const daily = calendar
		.join_left(perDay, 'date')
		.impute({ positive: () => 0, neutral: () => 0, negative: () => 0 })
		.orderby('date');
	const perWindow = WINDOWS.map((window) => {
		const frame: [number, number] = [window === Infinity ? -Infinity : 1 - window, 0];
		const sums = daily
			.derive({
				p: rolling((row: FeedbackCounts) => op.sum(row.positive), frame),
				u: rolling((row: FeedbackCounts) => op.sum(row.neutral), frame),
				n: rolling((row: FeedbackCounts) => op.sum(row.negative), frame),
			})
			.orderby(desc('date'))
			.slice(0, days + 1)
			.reify();
		const column = (name: string) => [...(sums.array(name) as Iterable<number>)].reverse();
		const [positive, neutral, negative] = [column('p'), column('u'), column('n')];
		return positive.map(
			(count, index): Counts => [count, neutral[index] ?? 0, negative[index] ?? 0],
		);
	});
	return {
		windows: perWindow.map(([first]) => first ?? [0, 0, 0]),
		forecasts: days === 0 ? [] : perWindow.map((points) => points.slice(1)),
	};
}

interface Item {
	readonly json: DatedFeedback;
}

/** One loop over all items per window and day, comparing dates as text. */
function byCodeNode(items: readonly Item[], days: number): Result {
	const count = (first: string): Counts => {
		let positive = 0;
		let neutral = 0;
		let negative = 0;
		for (const item of items) {
			if (item.json.date >= first && item.json.date <= TODAY) {
				if (item.json.sentiment === 'positive') positive += 1;
				else if (item.json.sentiment === 'neutral') neutral += 1;
				else negative += 1;
			}
		}
		return [positive, neutral, negative];
	};
	const first = (window: number, ahead: number) =>
		window === Infinity ? '' : isoDay(today + ahead - window + 1);
	return {
		windows: WINDOWS.map((window) => count(first(window, 0))),
		forecasts:
			days === 0
				? []
				: WINDOWS.map((window) =>
						Array.from({ length: days }, (_, index) => count(first(window, index + 1))),
					),
	};
}

/** Dates are built one by one, as a parser builds them, so that no two rows share a string. */
function generateRows(): DatedFeedback[] {
	const random = seeded(1);
	return Array.from({ length: ROWS }, () => {
		const date = Buffer.from(isoDays[Math.floor(random() * HISTORY_DAYS)] ?? TODAY).toString();
		const luck = random();
		const sentiment = luck < 0.96 ? 'positive' : luck < 0.975 ? 'neutral' : 'negative';
		return { date, sentiment };
	});
}

const isoDays = Array.from({ length: HISTORY_DAYS }, (_, ago) => isoDay(today - ago));

function median(measure: () => number, repeats: number): number {
	const measured = Array.from({ length: repeats }, measure).sort((a, b) => a - b);
	return measured[Math.floor(repeats / 2)] ?? NaN;
}

function milliseconds(task: () => unknown): number {
	const start = performance.now();
	task();
	return performance.now() - start;
}

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that the result keeps alive, array buffers included; of results kept side by side. */
function retained(task: () => unknown, times = 20): number {
	task();
	const before = usedBytes();
	const kept = Array.from({ length: times }, task);
	const after = usedBytes();
	return (after - before) / kept.length;
}

function usedBytes(): number {
	collectGarbage();
	collectGarbage();
	const { heapUsed, arrayBuffers } = process.memoryUsage();
	return heapUsed + arrayBuffers;
}

function benchSpeed(): string[][] {
	const rows = generateRows();
	const items: Item[] = rows.map((json) => ({ json }));
	const contenders = [
		{ name: 'this package', repeats: REPEATS, run: (days: number) => byThisPackage(rows, days) },
		{ name: 'arquero', repeats: REPEATS, run: (days: number) => byArquero(rows, days) },
		{ name: 'Code-node script', repeats: 1, run: (days: number) => byCodeNode(items, days) },
	];
	const expected = contenders[0]?.run(FORECAST_DAYS);
	const lines = contenders.map(({ name, repeats, run }) => {
		const windows = median(() => milliseconds(() => run(0)), REPEATS);
		let result: Result | undefined;
		const all = median(() => milliseconds(() => (result = run(FORECAST_DAYS))), repeats);
		deepStrictEqual(result, expected);
		return { name, windows, all };
	});
	const own = lines[0];
	const ratio = (time: number, to = NaN) => `${(time / to).toFixed(1)}x`;
	return [
		['', 'all windows', 'ratio', `with ${FORECAST_DAYS}-day forecast`, 'ratio'],
		...lines.map(({ name, windows, all }) => [
			name,
			`${windows.toFixed(0)} ms`,
			ratio(windows, own?.windows),
			`${all.toFixed(0)} ms`,
			ratio(all, own?.all),
		]),
	];
}

function benchMemory(): string[][] {
	const rows = generateRows();
	const numbers = [1, 10, 100, 1000];
	/** Goes through all windows and keeps the sums that answer for any of them. */
	const throughWindows = (number: number) => () => {
		const series = FeedbackSeries.of(countPerDay(rows));
		let total = 0;
		for (let window = 1; window <= number; window += 1) {
			total += totalOf(series.window(today, window));
		}
		return { series, total };
	};
	const kibibytes = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
	return [
		['number of windows', ...numbers.map(String)],
		['kept by the series', ...numbers.map((n) => kibibytes(retained(throughWindows(n))))],
		['kept by the rows themselves', kibibytes(retained(generateRows, 1))],
	];
}

interface Rule {
	/** Forgets all and is told feedback after feedback; true where it alarms. */
	readonly start: () => (isNonPositive: boolean) => boolean;
}

/** The package's CUSUM with so many feedback a day; a day is one batch. */
const cusumRule = (rise: number, limit: number, perDay: number): Rule => ({
	start: () => {
		let statistic = 0;
		let batch = 0;
		let seen = 0;
		return (isNonPositive) => {
			batch += isNonPositive ? rise : -1;
			seen += 1;
			if (seen % perDay !== 0) return false;
			statistic = Math.max(0, statistic + batch);
			batch = 0;
			return statistic >= limit;
		};
	},
});

/** More than 5 % of the last 60, once there are 60. */
const trailing60: Rule = {
	start: () => {
		const last = new Uint8Array(60);
		let seen = 0;
		let bad = 0;
		return (isNonPositive) => {
			const now = isNonPositive ? 1 : 0;
			bad += now - (last[seen % 60] ?? 0);
			last[seen % 60] = now;
			seen += 1;
			return seen >= 60 && bad > 3;
		};
	},
};

/** Average number of feedback from the start to an alarm. */
function simulate(rule: Rule, share: number, budget = 3_000_000): number {
	const random = seeded(7);
	let alarms = 0;
	let feedback = 0;
	while (feedback < budget) {
		const isAlarm = rule.start();
		do feedback += 1;
		while (!isAlarm(random() < share));
		alarms += 1;
	}
	return feedback / alarms;
}

/** Average number of feedback from a change to the alarm, 200 without an alarm having gone before. */
function simulateDelay(rule: Rule, before: number, after: number, runs = 3000): number {
	const random = seeded(11);
	let delays = 0;
	for (let run = 0; run < runs; ) {
		const isAlarm = rule.start();
		let early = false;
		for (let index = 0; index < 200 && !early; index += 1) early = isAlarm(random() < before);
		if (early) continue;
		do delays += 1;
		while (!isAlarm(random() < after));
		run += 1;
	}
	return delays / runs;
}

function benchDetection(): string[][] {
	const whole = (value: number) => value.toFixed(0);
	const percent = (share: number) => `${100 * share} %`;
	const rowOf = (name: string, rule: Rule, p0: number, p1: number, computed: string[]) => [
		name,
		percent(p0),
		percent(p1),
		...computed,
		whole(simulate(rule, p0)),
		whole(simulate(rule, p1, 500_000)),
		whole(simulateDelay(rule, p0, p1)),
	];
	const cusumRow = (p0: number, p1: number, every: number, perDay = 1) => {
		const { rise, limit, falseAlarmEvery, detectsIn } = designCusum(p0, p1, every);
		const name = `CUSUM, false alarm every ${whole(every)}, ${perDay} a day`;
		const computed = [whole(falseAlarmEvery), whole(detectsIn)];
		return rowOf(name, cusumRule(rise, limit, perDay), p0, p1, computed);
	};
	/** What a CUSUM does that has as many false alarms as the naive rule. */
	const naiveEvery = simulate(trailing60, 0.02);
	return [
		[
			'rule',
			'p0',
			'p1',
			'false alarm every: computed',
			'detects in: computed',
			'false alarm every: measured',
			'detects in: measured',
			'after 200 good ones',
		],
		...[0.01, 0.02, 0.05].flatMap((p0) =>
			[500, 1000, 2000].map((every) => cusumRow(p0, p0 + 0.03, every)),
		),
		cusumRow(0.1, 0.2, 1000),
		...[5, 20, 100].map((perDay) => cusumRow(0.02, 0.05, 1000, perDay)),
		rowOf('more than 5 % of the last 60', trailing60, 0.02, 0.05, ['', '']),
		cusumRow(0.02, 0.05, naiveEvery),
	];
}

/** How often a chart at a wanted rate of 1000 alarms falsely where the baseline was estimated. */
function benchBaseline(): string[][] {
	const random = seeded(5);
	const p0 = 0.02;
	return [
		['feedback in the reference period', '10 % of charts', 'median', '90 % of charts'],
		...[100, 200, 500, 2000].map((size) => {
			const rates = Array.from({ length: 200 }, () => {
				let bad = 0;
				for (let index = 0; index < size; index += 1) bad += random() < p0 ? 1 : 0;
				const { rise, limit } = designCusum((bad + 0.5) / (size + 1));
				return averageRunLength(p0, rise, limit);
			}).sort((a, b) => a - b);
			return [
				String(size),
				...[0.1, 0.5, 0.9].map((part) =>
					(rates[Math.floor(part * rates.length)] ?? NaN).toFixed(0),
				),
			];
		}),
	];
}

function print(title: string, rows: readonly (readonly string[])[]): void {
	const widths: number[] = [];
	for (const row of rows) {
		row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
	}
	const line = (row: readonly string[]) =>
		row
			.map((cell, index) =>
				index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
			)
			.join(' | ');
	console.log([`\n${title}`, ...rows.map(line)].join('\n'));
}

const started = performance.now();
print(`${ROWS} feedback over ${HISTORY_DAYS} days, windows ${WINDOWS.join(', ')}`, benchSpeed());
print('Memory', benchMemory());
print('Detecting a rise of the share of non-positives, in numbers of feedback', benchDetection());
print(
	'True false-alarm distance at 2 % where 1000 is wanted and the baseline is estimated',
	benchBaseline(),
);
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s in all`);
