import { jsonParse, type IDataObject } from 'n8n-workflow';

import { dayNumber, isoDay, plusDays } from '../../shared/domain/calendar';
import type { DaysLeftOut, LeftOutReason } from '../../shared/domain/coverage';
import { findMarketplace, type Marketplace } from '../../shared/domain/marketplaces';
import { onePerOrder } from '../../shared/domain/onePerOrder';
import { isOrderIdOfAnyKind } from '../../shared/domain/orderId';
import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import type { DayOfFeedback } from '../analysis/requestEffect';
import type { LowFeedback } from '../analysis/requestEffectCertain';
import type { AmazonReports } from './amazonReports';
import { toDay } from './inputItems';

/** Why a day is left out; `notInList` and `contradiction` are those of a list. */
export type DayLeftOutReason = LeftOutReason | 'notInList';

export type FeedbackDaysLeftOut = Omit<DaysLeftOut, 'reason'> & {
	readonly reason: DayLeftOutReason;
};

/** What is known about the feedback of each day. */
export interface FeedbackDays {
	/** Ascending. A day that is unknown is not among them. */
	readonly known: readonly DayOfFeedback[];
	/** Whether the 1 to 3 stars of all these days are known; if not, they are 0 here. */
	readonly isSplit: boolean;
	readonly leftOut: readonly FeedbackDaysLeftOut[];
	/** 1 to 3 star feedback with its order, one per order; undefined if unknown. */
	readonly low: readonly LowFeedback[] | undefined;
	readonly notes: readonly string[];
	readonly sources: readonly string[];
}

/** The days of a range as Amazon's reports have them; ISO days, both included. */
export function daysOfReports(
	{ coverage, feedback, notes, reportIds }: AmazonReports,
	{ countryCode }: Marketplace,
	from: string,
	through: string,
): FeedbackDays {
	const known: DayOfFeedback[] = [];
	for (let day = dayNumber(from); day <= dayNumber(through); day += 1) {
		if (coverage.daysCovered(day, day) === 0) continue;
		const { positive, neutral, negative } = coverage.series.between(day, day);
		known.push({ day, positive, nonPositive: neutral + negative });
	}
	const { daysLeftOut, reasons } = coverage.between(from, through).coverage;
	const rows = feedback.known ? [...onePerOrder(feedback.report.rows).values()] : undefined;
	return {
		known,
		isSplit: feedback.known,
		leftOut: daysLeftOut,
		low: rows
			?.filter(({ otherMarketplace = countryCode }) => otherMarketplace === countryCode)
			.map(({ orderId, date }) => ({ orderId, day: dayNumber(date) })),
		notes: [...reasons, ...notes],
		sources: reportIds,
	};
}

type Row = Readonly<Record<string, unknown>>;

/**
 * The days of a range as lists have them: one of daily totals (`date`, `received` and, if known,
 * `nonPositive`), and one of 1 to 3 star feedback (`orderId`, `date`, `rating`).
 * @param settled last ISO day that counts
 */
export function* daysOfLists(
	{ totals, feedback }: { readonly totals: unknown; readonly feedback: unknown },
	marketplace: Marketplace,
	{ from, through, settled }: Readonly<Record<'from' | 'through' | 'settled', string>>,
): Steps<FeedbackDays> {
	const low = yield* lowFeedbackIn(feedback, marketplace);
	yield;
	const lowPerDay = new Map<number, number>();
	for (const { day } of low ?? []) lowPerDay.set(day, (lowPerDay.get(day) ?? 0) + 1);
	const perDay = new Map<number, { received: number; nonPositive: number | undefined }>();
	const rows = yield* rowsOf(totals, marketplace);
	for (const [index, row] of rows.entries()) {
		if (index % ENTRIES_PER_STEP === 0) yield;
		const date = toDay(row.date, marketplace);
		const received = countOf(row.received ?? row.feedbackReceived);
		if (date === undefined || received === undefined) continue;
		const day = dayNumber(date);
		const ofList = low && (lowPerDay.get(day) ?? 0);
		perDay.set(day, { received, nonPositive: countOf(row.nonPositive) ?? ofList });
	}
	const known: DayOfFeedback[] = [];
	const leftOut = new DaysApart();
	let isSplit = true;
	for (let day = dayNumber(from); day <= dayNumber(through); day += 1) {
		const counts = perDay.get(day);
		if (day > dayNumber(settled)) leftOut.add(day, 'notSettled');
		else if (counts === undefined) leftOut.add(day, 'notInList');
		else if ((counts.nonPositive ?? 0) > counts.received) leftOut.add(day, 'contradiction');
		else {
			const { received, nonPositive = 0 } = counts;
			isSplit &&= counts.nonPositive !== undefined;
			known.push({ day, positive: received - nonPositive, nonPositive });
		}
	}
	return { known, isSplit, leftOut: leftOut.spans, low, notes: [], sources: ['list'] };
}

/** Days left out, joined if they follow each other for the same reason. */
class DaysApart {
	readonly spans: FeedbackDaysLeftOut[] = [];

	add(day: number, reason: DayLeftOutReason): void {
		const date = isoDay(day);
		const last = this.spans.at(-1);
		if (last?.reason === reason && plusDays(last.through, 1) === date) {
			this.spans[this.spans.length - 1] = { ...last, through: date, days: last.days + 1 };
		} else this.spans.push({ from: date, through: date, days: 1, reason });
	}
}

function* lowFeedbackIn(
	given: unknown,
	marketplace: Marketplace,
): Steps<LowFeedback[] | undefined> {
	const rows = yield* rowsOf(given, marketplace);
	if (rows.length === 0 && !Array.isArray(given)) return undefined;
	const low = new Map<string, LowFeedback>();
	for (const [index, { orderId, date, rating }] of rows.entries()) {
		if (index % ENTRIES_PER_STEP === 0) yield;
		const day = toDay(date, marketplace);
		const stars = countOf(rating) ?? 0;
		if (typeof orderId !== 'string' || !isOrderIdOfAnyKind(orderId) || day === undefined) continue;
		if (stars >= 1 && stars <= 3) low.set(orderId, { orderId, day: dayNumber(day) });
	}
	return [...low.values()];
}

/** The rows of a list, items of n8n or plain, that are not of another marketplace. */
function* rowsOf(given: unknown, marketplace: Marketplace): Steps<Row[]> {
	const list =
		typeof given === 'string' ? jsonParse<unknown>(given, { fallbackValue: null }) : given;
	if (!Array.isArray(list)) return [];
	const rows: Row[] = [];
	for (const [index, entry] of (list as unknown[]).entries()) {
		if (index % ENTRIES_PER_STEP === 0) yield;
		const row = isRow(entry) && isRow(entry.json) ? entry.json : entry;
		if (!isRow(row)) continue;
		const { marketplaceId, marketplace: name } = row as IDataObject;
		const own = findMarketplace(String(marketplaceId ?? name ?? ''));
		if (own === undefined || own === marketplace) rows.push(row);
	}
	return rows;
}

const isRow = (value: unknown): value is Row =>
	Object.prototype.toString.call(value) === '[object Object]';

function countOf(value: unknown): number | undefined {
	if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) {
		return undefined;
	}
	const count = Number(value);
	return Number.isInteger(count) && count >= 0 ? count : undefined;
}
