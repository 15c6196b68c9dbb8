import type { FeedbackReport } from './feedbackReport';
import { dayNumber, isoDay } from './calendar';
import { type DatedFeedback, FeedbackSeries } from './feedbackSeries';
import { totalOf, type FeedbackCounts } from './rating';
import type { DailyFeedback } from './ratingWindow';

/**
 * Determines which days both of Amazon's reports cover, and so which windows have a rating.
 *
 * Unknown data never becomes a number: a day counts only if its totals are present, settled and
 * consistent with the feedback report. All other days are left out of both reports, and named. A
 * window has counts only if few enough days are left out and nothing in them could change the
 * rating noticeably.
 *
 * A neutral row that is missing cannot be detected: only the negatives are in both reports and can
 * be compared.
 */

/**
 * Full days that must pass after a day before its totals count. Amazon says "up to 72 hours" for a
 * day's figures and "up to a week" at worst (selling-partner-api-docs issue 2303); users saw zeros
 * that were filled in later (selling-partner-api-models issue 2955, docs issue 2439).
 */
export const DAYS_UNTIL_SETTLED = 3;

/** Days that may be missing at the end of a window: Amazon's "week" and today. */
const LONGEST_LAG_DAYS = 8;

/** One day in ten of a window may be left out for reasons other than not being settled yet. */
const DAYS_PER_DAY_LEFT_OUT = 10;

/**
 * At least one day in three of a window must be counted; only windows of a few days get close to
 * this.
 */
const MOST_DAYS_PER_COUNTED = 3;

/** No report goes back further; an older day is an error in the report. */
const LONGEST_REACH_DAYS = 1_100;

/**
 * If a shop has page views on more than nine days in ten, a day without any is not filled in yet.
 */
const RARE_SHARE = 10;

/** The figures of the Sales and Traffic report. */
export interface TotalsEvidence {
	/** In any order. A missing day is unknown, not zero. */
	readonly days: readonly DailyFeedback[];
	/** ISO calendar day on which Amazon made the report, marketplace-local. */
	readonly madeOn: string;
	/**
	 * First and last day that the report says it covers, if it does; other days in it do not count.
	 */
	readonly from?: string;
	readonly through?: string;
}

/** Lines of the feedback report that could not be read. Each may be a neutral rating. */
export interface UnreadableLines {
	/** The days of the lines whose date could be read, one entry per line; ISO, marketplace-local. */
	readonly days: readonly string[];
	/** How many lines could belong to any day. */
	readonly undated: number;
}

/**
 * Determines which days the unreadable lines may belong to. A report may have been cut off at its
 * last line, so rows of other days may be missing after it.
 * @param lines how many lines the report has
 */
export function unreadableLinesOf(
	{ unreadable, unreadableLines }: Pick<FeedbackReport, 'unreadable' | 'unreadableLines'>,
	lines: number,
): UnreadableLines {
	const days = unreadable.flatMap(({ line, date }) =>
		date === undefined || line === lines ? [] : [date],
	);
	return { days, undated: unreadableLines - days.length };
}

/** The contents of the feedback report. */
export type FeedbackEvidence =
	| {
			readonly kind: 'report';
			/** 1 to 3 star rows, one per order. */
			readonly rows: readonly DatedFeedback[];
			/** Days of rows that may belong to another marketplace. */
			readonly doubtfulDays?: readonly string[];
			/** First and last day that it covers completely; undefined if unknown. */
			readonly from?: string;
			readonly through?: string;
			readonly unreadable: UnreadableLines;
			/** It has neither rows nor headings, unlike any complete report from Amazon. */
			readonly isEmpty: boolean;
	  }
	/** Amazon canceled the report: there is no such feedback, or Amazon refused it. */
	| { readonly kind: 'canceled' }
	/** The same, and the user chose to treat it as no such feedback. */
	| { readonly kind: 'assumedNone'; readonly from?: string; readonly through?: string };

export interface CoverageEvidence {
	/** Undefined if Amazon provided no Sales and Traffic report. */
	readonly totals: TotalsEvidence | undefined;
	readonly feedback: FeedbackEvidence;
	/** Full days that must pass after a day before it counts; `DAYS_UNTIL_SETTLED` by default. */
	readonly daysUntilSettled?: number;
}

/**
 * Why a day is left out, as reported to the user.
 * - `notSettled`: Amazon may still change its totals
 * - `noTotals`: the Sales and Traffic report does not have the day, or not its feedback figures
 * - `notFilled`: it shows sales but no traffic, so its feedback figures are not filled in either
 * - `notInFeedbackReport`: the feedback report does not cover the day
 * - `contradiction`: the two reports cannot both be right about it
 * - `otherMarketplace`: a row of the day may belong to another marketplace
 */
export const LEFT_OUT_REASONS = [
	'notSettled',
	'noTotals',
	'notFilled',
	'notInFeedbackReport',
	'contradiction',
	'otherMarketplace',
] as const;

export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

/** Consecutive days that are left out for the same reason. */
export interface DaysLeftOut {
	readonly from: string;
	readonly through: string;
	readonly days: number;
	readonly reason: LeftOutReason;
}

/** Which days of a window are counted; stated next to each of its figures. */
export interface WindowCoverage {
	/** First and last day that is counted; null if no day is. */
	readonly from: string | null;
	readonly through: string | null;
	readonly daysCovered: number;
	readonly daysLeftOut: readonly DaysLeftOut[];
	/** What is missing and why, in sentences; if there are no counts, the first sentence says why. */
	readonly reasons: readonly string[];
}

export interface CoveredWindow {
	readonly provenance: 'derived' | 'insufficient';
	/** Exact for the days that are counted; undefined if `provenance` is `insufficient`. */
	readonly counts: FeedbackCounts | undefined;
	readonly coverage: WindowCoverage;
}

/**
 * Traffic and feedback figures arrive together, after the sales, so a day with sales but no page
 * views is not filled in yet. Neither is a day without page views in a shop that nearly always has
 * some.
 * @returns the same days, with null for the feedback figures of those
 */
export function withoutUnfilled(days: readonly DailyFeedback[]): DailyFeedback[] {
	const viewed = days.filter(({ pageViews }) => typeof pageViews === 'number');
	const unviewed = viewed.filter(({ pageViews }) => pageViews === 0).length;
	const isRare = unviewed * RARE_SHARE < viewed.length;
	return days.map((day) =>
		day.pageViews === 0 && (isRare || (day.units ?? 0) > 0)
			? { ...day, received: null, negative: null }
			: day,
	);
}

/** Days of nothing at all after which a shop that had visitors is doubtful. */
const DOUBTFUL_DAYS = 3;

/**
 * Data Kiosk has answered with zeros for weeks in which shops were active, without an error
 * (selling-partner-api-models 4756, 5135, 5305; another dataset). So days without a visitor, a sale
 * and feedback are unknown if there are several in a row and the shop had visitors before.
 * @param days in any order
 */
export function withoutFalseZeros(days: readonly DailyFeedback[]): DailyFeedback[] {
	const sorted = days.toSorted((a, b) => (a.date < b.date ? -1 : 1));
	const isNothing = ({ received, units, pageViews }: DailyFeedback): boolean =>
		received === 0 && units === 0 && pageViews === 0;
	const result: DailyFeedback[] = [];
	let run: DailyFeedback[] = [];
	let hadVisitors = false;
	const endRun = (): void => {
		const isDoubtful = hadVisitors && run.length >= DOUBTFUL_DAYS;
		for (const day of run) {
			result.push(isDoubtful ? { ...day, received: null, negative: null } : day);
		}
		run = [];
	};
	for (const day of sorted) {
		if (isNothing(day)) {
			run.push(day);
			continue;
		}
		endRun();
		hadVisitors ||= (day.pageViews ?? 0) > 0;
		result.push(day);
	}
	endRun();
	return result;
}

/**
 * The days of a Sales and Traffic report, to be stored without the rest of the report: each day
 * once, with null for figures that are not filled in yet or contradict each other.
 */
export function knownDays(totals: TotalsEvidence): DailyFeedback[] {
	const perDay = totalsPerDay(totals);
	const isLate = lateIn(totals);
	const last = lastFilled(perDay, isLate, Infinity);
	return [...perDay].map(([day, each]) =>
		day > last && isLate(day, each) ? { ...each, received: null, negative: null } : each,
	);
}

/** The figures of one day. */
interface DayFacts extends FeedbackCounts {
	readonly reason: LeftOutReason | undefined;
	/**
	 * Feedback entries with 1 to 3 stars that either report has, or may have, on a day that is left
	 * out.
	 */
	readonly lowLeftOut: number;
	readonly unreadable: number;
}

interface DayRows {
	neutral: number;
	negative: number;
	unreadable: number;
	isDoubtful: boolean;
}

/** Running sums over the days, so that a window of any length takes only a few lookups. */
interface Sums {
	readonly covered: Float64Array;
	readonly lowLeftOut: Float64Array;
	readonly unreadable: Float64Array;
}

/** Which days the reports of one marketplace cover and what may be counted. */
export class Coverage {
	/** Last day with settled totals; undefined if there is no such day. */
	readonly settledThrough: string | undefined;

	/** The counted days by calendar day; all other days are empty. */
	readonly series: FeedbackSeries;

	private readonly first: number;

	private readonly facts: readonly DayFacts[];

	private readonly sums: Sums;

	private readonly lastSettled: number;

	/** Last day that is old enough to be settled. */
	private readonly settleLimit: number;

	private readonly rows: ReadonlyMap<number, DayRows>;

	private readonly isReported: IsReported;

	constructor(private readonly evidence: CoverageEvidence) {
		const totals = totalsPerDay(evidence.totals);
		this.rows = rowsPerDay(evidence.feedback);
		this.isReported = daysOf(evidence.feedback);
		this.settleLimit = settleLimitOf(evidence);
		this.lastSettled = lastSettledOf(evidence, totals, this.settleLimit);
		this.first = firstDayOf(totals, this.lastSettled);
		this.facts = Array.from({ length: this.lastSettled - this.first + 1 }, (_, index) =>
			factsOf(this.first + index, totals, this.rows, this.isReported),
		);
		this.settledThrough = this.facts.length === 0 ? undefined : isoDay(this.lastSettled);
		this.sums = {
			covered: runningSums(this.facts, ({ reason }) => (reason === undefined ? 1 : 0)),
			lowLeftOut: runningSums(this.facts, ({ lowLeftOut }) => lowLeftOut),
			unreadable: runningSums(this.facts, ({ unreadable }) => unreadable),
		};
		this.series = FeedbackSeries.of(
			this.facts.flatMap(({ reason, positive, neutral, negative }, index) =>
				reason === undefined
					? [{ date: isoDay(this.first + index), positive, neutral, negative }]
					: [],
			),
		);
	}

	/** First day that is counted; undefined if no day is. */
	get firstDay(): string | undefined {
		return this.series.isEmpty ? undefined : this.series.firstDate;
	}

	/** Last day that is counted; undefined if no day is. */
	get lastDay(): string | undefined {
		return this.series.isEmpty ? undefined : this.series.lastDate;
	}

	/** The window of `days` calendar days that ends on `to`, an ISO day, both included. */
	window(days: number, to: string): CoveredWindow {
		const last = dayNumber(to);
		return this.period(last - days + 1, last);
	}

	/** The days from `from` to `to`, ISO days, both included. */
	between(from: string, to: string): CoveredWindow {
		return this.period(dayNumber(from), dayNumber(to));
	}

	/**
	 * The counts from `from` to `to`, day numbers, both included; undefined if the data is
	 * insufficient. The same as `between` without the sentences: fast enough for each point of a
	 * picture.
	 */
	countsOf(from: number, to: number): FeedbackCounts | undefined {
		return this.problemOf(from, to) === undefined ? this.series.between(from, to) : undefined;
	}

	/** How many days between two day numbers, both included, are counted. */
	daysCovered(from: number, to: number): number {
		return this.sumOf('covered', from, to);
	}

	private period(from: number, to: number): CoveredWindow {
		const problem = this.problemOf(from, to);
		const daysLeftOut = this.leftOut(from, to);
		const daysCovered = this.daysCovered(from, to);
		const reasons = [
			...(problem === undefined ? [] : [problem]),
			...this.reasonsOf(daysLeftOut),
			...this.assumptions(),
		];
		const coverage: WindowCoverage = {
			...this.edges(from, to),
			daysCovered,
			daysLeftOut,
			reasons: [...new Set(reasons)],
		};
		return problem === undefined
			? { provenance: 'derived', counts: this.series.between(from, to), coverage }
			: { provenance: 'insufficient', counts: undefined, coverage };
	}

	/** Why these days have no counts, in a sentence; undefined if they have counts. */
	private problemOf(from: number, to: number): string | undefined {
		const { feedback, daysUntilSettled = DAYS_UNTIL_SETTLED } = this.evidence;
		const length = to - from + 1;
		const covered = this.daysCovered(from, to);
		if (to < this.first || from > this.lastSettled) {
			return 'Amazon has no settled daily totals for this window';
		}
		if (feedback.kind === 'canceled') {
			return 'Amazon canceled the feedback report, because there is no 1 to 3 star feedback or it refused the request; without the report the neutral ratings are unknown';
		}
		if (feedback.kind === 'report' && feedback.isEmpty) {
			return 'The feedback report is empty and has no header line, so the neutral ratings are unknown';
		}
		const atTheEnd = Math.min(length, Math.max(0, to - this.lastSettled));
		const lag = Math.min(atTheEnd, Math.max(LONGEST_LAG_DAYS, daysUntilSettled + 1));
		const mayBeLeftOut = Math.max(1, Math.floor(length / DAYS_PER_DAY_LEFT_OUT));
		if (length - covered - lag > mayBeLeftOut || covered * MOST_DAYS_PER_COUNTED < length) {
			return `The reports cover only ${covered} of the ${length} days of this window`;
		}
		if (feedback.kind === 'report' && feedback.unreadable.undated > 0) {
			return `${lines(feedback.unreadable.undated)} of the feedback report could not be read and may belong to any day, so the neutral ratings are unknown`;
		}
		const unreadable = this.sumOf('unreadable', from, to);
		if (unreadable > 0) {
			return `${lines(unreadable)} of the feedback report could not be read, so the neutral ratings of this window are unknown`;
		}
		const low = this.sumOf('lowLeftOut', from, to);
		if (low > 0 && couldMatter(this.series.between(from, to), low)) {
			return `The days left out have ${low} feedback entries with 1 to 3 stars, which could lower the rating by more than half a point`;
		}
		return undefined;
	}

	private sumOf(sum: keyof Sums, from: number, to: number): number {
		const start = Math.min(Math.max(from - this.first, 0), this.facts.length);
		const end = Math.min(Math.max(to + 1 - this.first, start), this.facts.length);
		return (this.sums[sum][end] ?? 0) - (this.sums[sum][start] ?? 0);
	}

	private reasonOf(day: number): LeftOutReason | undefined {
		if (day < this.first) return 'noTotals';
		if (day <= this.lastSettled) return this.facts[day - this.first]?.reason;
		if (day > this.settleLimit) return 'notSettled';
		return this.isReported(day) ? 'noTotals' : 'notInFeedbackReport';
	}

	private leftOut(from: number, to: number): DaysLeftOut[] {
		const spans: Array<{ first: number; last: number; reason: LeftOutReason }> = [];
		for (let day = from; day <= to; day += 1) {
			const reason = this.reasonOf(day);
			if (reason === undefined) continue;
			const span = spans.at(-1);
			if (span?.reason === reason && span.last === day - 1) span.last = day;
			else spans.push({ first: day, last: day, reason });
		}
		return spans.map(({ first, last, reason }) => ({
			from: isoDay(first),
			through: isoDay(last),
			days: last - first + 1,
			reason,
		}));
	}

	private edges(from: number, to: number): Pick<WindowCoverage, 'from' | 'through'> {
		const isCounted = (day: number) =>
			day >= this.first && day <= this.lastSettled && this.reasonOf(day) === undefined;
		let [first, last] = [Math.max(from, this.first), Math.min(to, this.lastSettled)];
		while (first <= last && !isCounted(first)) first += 1;
		while (last >= first && !isCounted(last)) last -= 1;
		return first > last
			? { from: null, through: null }
			: { from: isoDay(first), through: isoDay(last) };
	}

	private reasonsOf(daysLeftOut: readonly DaysLeftOut[]): string[] {
		return LEFT_OUT_REASONS.flatMap((reason) => {
			// Already stated if there is no feedback report at all.
			if (reason === 'notInFeedbackReport' && isMissing(this.evidence.feedback)) return [];
			const spans = daysLeftOut.filter((span) => span.reason === reason);
			if (spans.length === 0) return [];
			const days = spans.reduce((sum, span) => sum + span.days, 0);
			return [`${SENTENCES[reason](dayCount(days), inWords(spans))}${this.knownIn(spans)}`];
		});
	}

	/** How many entries the feedback report has for days that are left out. */
	private knownIn(spans: readonly DaysLeftOut[]): string {
		const known = spans.reduce((sum, span) => {
			let rows = 0;
			for (let day = dayNumber(span.from); day <= dayNumber(span.through); day += 1) {
				const { neutral = 0, negative = 0 } = this.rows.get(day) ?? {};
				rows += neutral + negative;
			}
			return sum + rows;
		}, 0);
		return known === 0 ? '' : `, with ${known} known feedback entries of 1 to 3 stars`;
	}

	private assumptions(): string[] {
		return this.evidence.feedback.kind === 'assumedNone'
			? ['Amazon canceled the feedback report; treated as no neutral feedback, as you chose']
			: [];
	}
}

function totalsPerDay(totals: TotalsEvidence | undefined): ReadonlyMap<number, DailyFeedback> {
	const perDay = new Map<number, DailyFeedback>();
	if (totals === undefined) return perDay;
	const { from, through } = totals;
	for (const day of withoutUnfilled(totals.days)) {
		const { date } = day;
		if ((from !== undefined && date < from) || (through !== undefined && date > through)) continue;
		const number = dayNumber(date);
		const other = perDay.get(number);
		const isOther =
			other !== undefined && (other.received !== day.received || other.negative !== day.negative);
		// The day appears twice with different figures: neither can be trusted.
		perDay.set(number, isOther ? { ...day, received: null, negative: null } : day);
	}
	return perDay;
}

function rowsPerDay(feedback: FeedbackEvidence): ReadonlyMap<number, DayRows> {
	const perDay = new Map<number, DayRows>();
	if (feedback.kind !== 'report') return perDay;
	const rowsOf = (date: string): DayRows => {
		const number = dayNumber(date);
		const known = perDay.get(number);
		if (known !== undefined) return known;
		const rows = { neutral: 0, negative: 0, unreadable: 0, isDoubtful: false };
		perDay.set(number, rows);
		return rows;
	};
	const byDate = new Map<string, DayRows>();
	for (const { date, sentiment } of feedback.rows) {
		const rows = byDate.get(date) ?? rowsOf(date);
		byDate.set(date, rows);
		if (sentiment !== 'positive') rows[sentiment] += 1;
	}
	for (const date of feedback.unreadable.days) rowsOf(date).unreadable += 1;
	for (const date of feedback.doubtfulDays ?? []) rowsOf(date).isDoubtful = true;
	return perDay;
}

const settleLimitOf = ({
	totals,
	daysUntilSettled = DAYS_UNTIL_SETTLED,
}: CoverageEvidence): number =>
	totals === undefined ? Infinity : dayNumber(totals.madeOn) - 1 - daysUntilSettled;

/**
 * Days of the last week without page views are not filled in yet, unless the shop never has any. If
 * the totals end with such days, only the days before them count.
 */
function lateIn(totals: TotalsEvidence | undefined) {
	const isViewed = totals?.days.some(({ pageViews }) => (pageViews ?? 0) > 0) === true;
	const newest = totals === undefined ? 0 : dayNumber(totals.madeOn) - LONGEST_LAG_DAYS;
	return (day: number, { pageViews }: DailyFeedback): boolean =>
		isViewed && pageViews === 0 && day >= newest;
}

const lastFilled = (
	perDay: ReadonlyMap<number, DailyFeedback>,
	isLate: ReturnType<typeof lateIn>,
	latest: number,
): number =>
	[...perDay].reduce(
		(last, [day, each]) =>
			each.received !== null && !isLate(day, each) && day <= latest ? Math.max(last, day) : last,
		-1,
	);

/** The last day that is old enough, has totals and is covered by the feedback report. */
function lastSettledOf(
	{ totals, feedback }: CoverageEvidence,
	perDay: ReadonlyMap<number, DailyFeedback>,
	settleLimit: number,
): number {
	const through = 'through' in feedback ? feedback.through : undefined;
	const latest = Math.min(settleLimit, through === undefined ? Infinity : dayNumber(through));
	return lastFilled(perDay, lateIn(totals), latest);
}

const firstDayOf = (perDay: ReadonlyMap<number, DailyFeedback>, lastSettled: number): number =>
	[...perDay.keys()].reduce(
		(first, day) => (day > lastSettled - LONGEST_REACH_DAYS ? Math.min(first, day) : first),
		lastSettled + 1,
	);

/** Whether there is no usable feedback report. */
const isMissing = (feedback: FeedbackEvidence): boolean =>
	feedback.kind === 'canceled' || (feedback.kind === 'report' && feedback.isEmpty);

/** Whether the feedback report covers a day completely, given as a day number. */
type IsReported = (day: number) => boolean;

function daysOf(feedback: FeedbackEvidence): IsReported {
	if (feedback.kind === 'canceled' || isMissing(feedback)) return () => false;
	const from = feedback.from === undefined ? -Infinity : dayNumber(feedback.from);
	const through = feedback.through === undefined ? Infinity : dayNumber(feedback.through);
	return (day) => day >= from && day <= through;
}

function factsOf(
	day: number,
	totals: ReadonlyMap<number, DailyFeedback>,
	rows: ReadonlyMap<number, DayRows>,
	isReported: IsReported,
): DayFacts {
	const listed = rows.get(day) ?? { neutral: 0, negative: 0, unreadable: 0, isDoubtful: false };
	const known = totals.get(day);
	const leftOut = (reason: LeftOutReason): DayFacts => ({
		reason,
		positive: 0,
		neutral: 0,
		negative: 0,
		unreadable: 0,
		lowLeftOut:
			listed.neutral +
			listed.unreadable +
			(listed.isDoubtful ? 1 : 0) +
			Math.max(listed.negative, known?.negative ?? 0),
	});
	if (known === undefined) return leftOut('noTotals');
	const { received, negative } = known;
	if (received === null || negative === null) {
		return leftOut(known.pageViews === 0 ? 'notFilled' : 'noTotals');
	}
	if (!isReported(day)) return leftOut('notInFeedbackReport');
	if (listed.isDoubtful) return leftOut('otherMarketplace');
	const { neutral, unreadable } = listed;
	const positive = received - negative - neutral;
	// An unreadable line may be the missing negative.
	const unlisted = negative - listed.negative;
	const agrees = unlisted >= 0 && unlisted <= unreadable;
	if (positive < 0 || !agrees) return leftOut('contradiction');
	return { reason: undefined, positive, neutral, negative, unreadable, lowLeftOut: 0 };
}

function runningSums(
	facts: readonly DayFacts[],
	numberOf: (facts: DayFacts) => number,
): Float64Array {
	const sums = new Float64Array(facts.length + 1);
	facts.forEach((each, index) => {
		sums[index + 1] = (sums[index] ?? 0) + numberOf(each);
	});
	return sums;
}

/** Whether `low` more non-positives would lower the rating by more than half a percentage point. */
function couldMatter(counts: FeedbackCounts, low: number): boolean {
	const total = totalOf(counts);
	return total === 0 || 200 * counts.positive * low > total * (total + low);
}

const SENTENCES: Readonly<Record<LeftOutReason, (count: string, days: string) => string>> = {
	notSettled: (count, days) =>
		`The last ${count} (${days}) are not counted, because Amazon may still change their totals`,
	noTotals: (count, days) => `Amazon provided no totals for ${count} (${days})`,
	notFilled: (count, days) => `Amazon has not filled in the totals for ${count} (${days})`,
	notInFeedbackReport: (count, days) => `The feedback report does not cover ${count} (${days})`,
	contradiction: (count, days) =>
		`The reports contradict each other on ${count} (${days}), so these days are left out`,
	otherMarketplace: (count, days) =>
		`Rows on ${count} (${days}) may belong to another marketplace, so these days are left out`,
};

const dayCount = (days: number): string => `${days} day(s)`;

const lines = (count: number): string => `${count} line(s)`;

const MOST_SPANS_NAMED = 3;

function inWords(spans: readonly DaysLeftOut[]): string {
	const named = spans
		.slice(-MOST_SPANS_NAMED)
		.map(({ from, through }) => (from === through ? from : `${from} to ${through}`));
	const others = spans.length - named.length;
	return [...named, ...(others > 0 ? ['and others'] : [])].join(', ');
}
