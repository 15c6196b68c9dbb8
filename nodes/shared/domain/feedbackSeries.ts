import { dayNumber, isoDay } from './calendar';
import type { Sentiment } from './feedbackReport';
import type { FeedbackCounts } from './rating';

/** The fields of a feedback entry that are needed for counting. */
export interface DatedFeedback {
	/** ISO calendar day, marketplace-local. */
	readonly date: string;
	readonly sentiment: Sentiment;
}

/** Feedback counts of one marketplace-local calendar day. */
export interface DailyCounts extends FeedbackCounts {
	readonly date: string;
}

/** Counts feedback per calendar day; memory grows only with the number of days. */
export class CountsPerDay {
	private readonly counts = new Map<string, Record<Sentiment, number>>();

	add({ date, sentiment }: DatedFeedback): void {
		let counts = this.counts.get(date);
		if (counts === undefined) {
			counts = { positive: 0, neutral: 0, negative: 0 };
			this.counts.set(date, counts);
		}
		counts[sentiment] += 1;
	}

	get days(): DailyCounts[] {
		return [...this.counts].map(([date, counts]) => ({ date, ...counts }));
	}
}

/** The same of a list. */
export function countPerDay(feedback: Iterable<DatedFeedback>): DailyCounts[] {
	const counts = new CountsPerDay();
	for (const each of feedback) counts.add(each);
	return counts.days;
}

/**
 * Feedback counts per calendar day as running sums, so that any window takes two lookups. Days are
 * day numbers (see `dayNumber`); all days without counts are empty.
 */
export class FeedbackSeries {
	private constructor(
		/** First day with counts. */
		readonly firstDay: number,
		/** Last day with counts; `firstDay - 1` for an empty series. */
		readonly lastDay: number,
		/** Sums over all days before `firstDay + index`. */
		private readonly before: Readonly<Record<Sentiment, Float64Array>>,
	) {}

	/** Takes days in any order; several entries for one day add up. */
	static of(daily: Iterable<DailyCounts>): FeedbackSeries {
		const entries = [...daily].map((counts) => ({ day: dayNumber(counts.date), counts }));
		const [first] = entries;
		if (first === undefined) return new FeedbackSeries(0, -1, sums(1));

		let firstDay = first.day;
		let lastDay = first.day;
		for (const { day } of entries) {
			firstDay = Math.min(firstDay, day);
			lastDay = Math.max(lastDay, day);
		}
		const before = sums(lastDay - firstDay + 2);
		for (const sentiment of SENTIMENTS) {
			const sum = before[sentiment];
			for (const { day, counts } of entries) add(sum, day - firstDay + 1, counts[sentiment]);
			for (let index = 1; index < sum.length; index += 1) add(sum, index, sum[index - 1] ?? 0);
		}
		return new FeedbackSeries(firstDay, lastDay, before);
	}

	get isEmpty(): boolean {
		return this.lastDay < this.firstDay;
	}

	/** ISO day of the first counts; 1970-01-01 for an empty series. */
	get firstDate(): string {
		return isoDay(this.firstDay);
	}

	get lastDate(): string {
		return isoDay(this.lastDay);
	}

	/** Counts of the days from `from` to `to`, both included. */
	between(from: number, to: number): FeedbackCounts {
		const start = this.clamp(from);
		const end = Math.max(start, this.clamp(to + 1));
		const count = (sentiment: Sentiment) =>
			(this.before[sentiment][end] ?? 0) - (this.before[sentiment][start] ?? 0);
		return {
			positive: count('positive'),
			neutral: count('neutral'),
			negative: count('negative'),
		};
	}

	/** Counts of the `days` days that end on `lastDay`, which is included. */
	window(lastDay: number, days: number): FeedbackCounts {
		return this.between(lastDay - days + 1, lastDay);
	}

	private clamp(day: number): number {
		return Math.min(Math.max(day, this.firstDay), this.lastDay + 1) - this.firstDay;
	}
}

const SENTIMENTS = ['positive', 'neutral', 'negative'] as const satisfies readonly Sentiment[];

const sums = (length: number): Record<Sentiment, Float64Array> => ({
	positive: new Float64Array(length),
	neutral: new Float64Array(length),
	negative: new Float64Array(length),
});

const add = (sum: Float64Array, index: number, amount: number): void => {
	sum[index] = (sum[index] ?? 0) + amount;
};
