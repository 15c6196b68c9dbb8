import { desc, from as tableFrom, op, rolling, table } from 'arquero';

import { dayNumber, isoDay } from '../../nodes/shared/domain/calendar';
import {
	countPerDay,
	type DatedFeedback,
	FeedbackSeries,
} from '../../nodes/shared/domain/feedbackSeries';
import { forecast, ratesOf } from '../../nodes/AmazonSellerRating/analysis/forecast';
import type { FeedbackCounts } from '../../nodes/shared/domain/rating';
import { thresholdAt } from '../../nodes/shared/domain/bands';
import { seeded } from '../../test/seeded';

const TODAY = '2026-03-01';
export const SEED = 1;
export const HISTORY_DAYS = 5 * 365;
export const WINDOWS = [30, 90, 365, Infinity];
const today = dayNumber(TODAY);

type Counts = readonly [positive: number, neutral: number, negative: number];

export interface Result {
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

export function byThisPackage(rows: readonly DatedFeedback[], days: number): Result {
	const series = FeedbackSeries.of(countPerDay(rows));
	const forecasts =
		days === 0
			? []
			: forecast(series, {
					today: TODAY,
					days,
					windows: WINDOWS,
					thresholds: [thresholdAt(95), thresholdAt(98)],
					rates: ratesOf(series, TODAY),
				});
	return {
		windows: WINDOWS.map((window) => tuple(series.window(today, window))),
		forecasts: forecasts.map(({ points }) =>
			points.slice(1).map(({ withoutNewFeedback }) => tuple(withoutNewFeedback.counts)),
		),
	};
}

/** Grouped by day, joined with a calendar that extends into the future, then rolling sums. */
export function byArquero(rows: readonly DatedFeedback[], days: number): Result {
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

export interface Item {
	readonly json: DatedFeedback;
}

/** One loop over all items per window and day, comparing dates as text. */
export function byCodeNode(items: readonly Item[], days: number): Result {
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

/** Dates are built one by one, as a parser does, so that no two rows share a string. */
export function generateRows(rows: number): DatedFeedback[] {
	const random = seeded(SEED);
	return Array.from({ length: rows }, () => {
		const date = Buffer.from(isoDays[Math.floor(random() * HISTORY_DAYS)] ?? TODAY).toString();
		const luck = random();
		const sentiment = luck < 0.96 ? 'positive' : luck < 0.975 ? 'neutral' : 'negative';
		return { date, sentiment };
	});
}

const isoDays = Array.from({ length: HISTORY_DAYS }, (_, ago) => isoDay(today - ago));
