import { dayNumber, isoDay } from './calendar';
import { DAYS_UNTIL_SETTLED, knownDays, type TotalsEvidence } from './coverage';
import type { DailyFeedback } from './ratingWindow';

/**
 * Sales and Buy Box share of a shop over several days, from Amazon's daily figures. Only settled days
 * count, and a sum over days that are not all known is unknown.
 */

/** One day in this many may lack its Buy Box share; with more, the share of the window is unknown. */
const DAYS_PER_DAY_LEFT_OUT = 4;

/** Percentages have two decimals; four are kept, so that no figure of Amazon's is rounded. */
const PARTS_PER_PERCENT = 10_000;

/** Which days a figure covers; ISO calendar days, marketplace-local, both included. */
interface Period {
	readonly from: string | null;
	readonly through: string | null;
}

/** The Buy Box share over some days. Percent with two decimals. */
export interface BuyBoxShare extends Period {
	/** Null if too little is known; `reason` says why. */
	readonly percent: number | null;
	/** Of as many days before. */
	readonly percentBefore: number | null;
	/** `percent` minus `percentBefore` in percentage points, from the exact shares. */
	readonly changePoints: number | null;
	/** Page views of the days that count. */
	readonly pageViews: number | null;
	readonly daysCovered: number;
	/** What is missing and why, in a sentence; null if nothing is. */
	readonly reason: string | null;
}

/** Sums over some days; null if a day lacks the figure. */
export interface ShopSales extends Period {
	readonly ordersShipped: number | null;
	readonly unitsOrdered: number | null;
	readonly unitsShipped: number | null;
	readonly unitsRefunded: number | null;
	/** Units refunded / units ordered, percent with two decimals, as Amazon computes it per day. */
	readonly refundPercent: number | null;
	readonly claimsGranted: number | null;
	/** What is missing and why, in a sentence; null if nothing is. */
	readonly reason: string | null;
}

/** An exact share: `weighted / (views * PARTS_PER_PERCENT)` percent. */
export interface ExactShare {
	readonly weighted: bigint;
	/** Page views of the days that count; above 0. */
	readonly views: bigint;
}

interface Weighted extends ExactShare {
	readonly daysCovered: number;
	readonly daysLeftOut: readonly number[];
}

type Figure = 'ordersShipped' | 'units' | 'unitsShipped' | 'unitsRefunded' | 'claimsGranted';

const FIGURES: readonly Figure[] = [
	'ordersShipped',
	'units',
	'unitsShipped',
	'unitsRefunded',
	'claimsGranted',
];

export class ShopFigures {
	/** Last day whose figures are settled; undefined if there is no such day. */
	readonly settledThrough: string | undefined;

	private readonly days: ReadonlyMap<number, DailyFeedback>;

	/** @param totals undefined if Amazon gave none */
	constructor(totals: TotalsEvidence | undefined, daysUntilSettled = DAYS_UNTIL_SETTLED) {
		const limit = totals === undefined ? 0 : dayNumber(totals.madeOn) - 1 - daysUntilSettled;
		this.days = totals === undefined ? new Map() : filledDays(totals, limit);
		const last = [...this.days.keys()].reduce((latest, day) => Math.max(latest, day), -1);
		this.settledThrough = last < 0 ? undefined : isoDay(last);
	}

	/**
	 * The Buy Box share of the last settled days, weighted by page views: Σ(share × views) / Σ views.
	 * Amazon's share is "the percentage of page views where the buy box appeared", so this is the
	 * share of all page views of these days.
	 */
	buyBox(length: number): BuyBoxShare {
		if (this.settledThrough === undefined) return NO_SHARE;
		const last = dayNumber(this.settledThrough);
		const now = this.weigh(last - length + 1, last);
		const before = this.weigh(last - 2 * length + 1, last - length);
		const percent = shareOf(now, length);
		const percentBefore = shareOf(before, length);
		return {
			from: isoDay(last - length + 1),
			through: this.settledThrough,
			percent,
			percentBefore,
			changePoints: percent === null || percentBefore === null ? null : changeOf(now, before),
			pageViews: percent === null ? null : Number(now.views),
			daysCovered: now.daysCovered,
			reason: reasonOfShare(now, length),
		};
	}

	/**
	 * The Buy Box share of the `length` days that end on a day number, percent with two decimals;
	 * undefined if too little is known. Fast enough for each point of a picture.
	 */
	buyBoxAt(day: number, length: number): number | undefined {
		if (this.settledThrough === undefined || day > dayNumber(this.settledThrough)) return undefined;
		return shareOf(this.weigh(day - length + 1, day), length) ?? undefined;
	}

	/**
	 * The same for the `length` days that end `ago` days before the last settled day, to be compared
	 * exactly; undefined if too little is known.
	 */
	exactBuyBox(
		length: number,
		ago: number,
	): (ExactShare & Period & Pick<BuyBoxShare, 'reason'>) | undefined {
		if (this.settledThrough === undefined) return undefined;
		const last = dayNumber(this.settledThrough) - ago;
		const share = this.weigh(last - length + 1, last);
		if (shareOf(share, length) === null) return undefined;
		const { weighted, views } = share;
		return {
			weighted,
			views,
			from: isoDay(last - length + 1),
			through: isoDay(last),
			reason: reasonOfShare(share, length),
		};
	}

	/** Orders, units, refunds and claims of the last settled days. */
	sales(length: number): ShopSales {
		if (this.settledThrough === undefined) return NO_SALES;
		const last = dayNumber(this.settledThrough);
		const from = last - length + 1;
		const missing = new Set<number>();
		const sums = FIGURES.map((figure) => {
			let sum: number | null = 0;
			for (let day = from; day <= last; day += 1) {
				const value = this.days.get(day)?.[figure] ?? null;
				if (value === null) missing.add(day);
				sum = sum === null || value === null ? null : sum + value;
			}
			return sum;
		});
		const [ordersShipped, unitsOrdered, unitsShipped, unitsRefunded, claimsGranted] = sums;
		return {
			from: isoDay(from),
			through: this.settledThrough,
			ordersShipped: ordersShipped ?? null,
			unitsOrdered: unitsOrdered ?? null,
			unitsShipped: unitsShipped ?? null,
			unitsRefunded: unitsRefunded ?? null,
			refundPercent: percentOf(unitsRefunded ?? null, unitsOrdered ?? null),
			claimsGranted: claimsGranted ?? null,
			reason:
				missing.size === 0 ? null : `Amazon lacks figures for ${daysInWords([...missing], length)}`,
		};
	}

	private weigh(from: number, to: number): Weighted {
		let [weighted, views, daysCovered] = [0n, 0n, 0];
		const daysLeftOut: number[] = [];
		for (let day = from; day <= to; day += 1) {
			const { pageViews = null, buyBoxPercent = null } = this.days.get(day) ?? {};
			// Without page views there is no share to know.
			if (pageViews === null || (pageViews > 0 && buyBoxPercent === null)) {
				daysLeftOut.push(day);
				continue;
			}
			daysCovered += 1;
			views += BigInt(pageViews);
			weighted += BigInt(Math.round((buyBoxPercent ?? 0) * PARTS_PER_PERCENT)) * BigInt(pageViews);
		}
		return { weighted, views, daysCovered, daysLeftOut };
	}
}

const NO_DAYS = 'Amazon has no settled daily figures';

const NO_SHARE: BuyBoxShare = {
	from: null,
	through: null,
	percent: null,
	percentBefore: null,
	changePoints: null,
	pageViews: null,
	daysCovered: 0,
	reason: NO_DAYS,
};

const NO_SALES: ShopSales = {
	from: null,
	through: null,
	ordersShipped: null,
	unitsOrdered: null,
	unitsShipped: null,
	unitsRefunded: null,
	refundPercent: null,
	claimsGranted: null,
	reason: NO_DAYS,
};

/**
 * The days that Amazon has filled in, up to a day number. Days that `knownDays` leaves without
 * feedback figures and that show no page views are not filled in, or are doubtful zeros. A day that
 * is there twice with different figures is unknown.
 */
function filledDays(totals: TotalsEvidence, limit: number): Map<number, DailyFeedback> {
	const first = new Map<string, DailyFeedback>();
	const contradictory = new Set<string>();
	for (const day of totals.days) {
		const other = first.get(day.date);
		if (other === undefined) first.set(day.date, day);
		else if (textOf(day) !== textOf(other)) contradictory.add(day.date);
	}
	const isFilled = ({ date, received, pageViews, units }: DailyFeedback): boolean =>
		!contradictory.has(date) &&
		!(received === null && pageViews === 0) &&
		((pageViews ?? null) !== null || (units ?? null) !== null);
	return new Map(
		knownDays(totals)
			.filter(isFilled)
			.map((day) => [dayNumber(day.date), day] as const)
			.filter(([day]) => day <= limit),
	);
}

/** Equal for days with the same figures. */
const textOf = (day: DailyFeedback): string => JSON.stringify(Object.entries(day).toSorted());

const tooManyLeftOut = ({ daysLeftOut }: Weighted, length: number): boolean =>
	daysLeftOut.length * DAYS_PER_DAY_LEFT_OUT > length;

/** Hundredths of a percent, rounded half up; null if it is unknown. */
function shareOf(weighted: Weighted, length: number): number | null {
	return weighted.views === 0n || tooManyLeftOut(weighted, length)
		? null
		: percentOfViews(weighted);
}

/** Percent with two decimals, rounded half up. */
export const percentOfViews = ({ weighted, views }: ExactShare): number =>
	hundredths(weighted, views * BigInt(PARTS_PER_PERCENT));

/**
 * Whether a share is at least this far below another; compared exactly.
 * @param points percentage points, at most four decimals
 */
export const isBelowBy = (share: ExactShare, other: ExactShare, points: number): boolean =>
	other.weighted * share.views - share.weighted * other.views >=
	BigInt(Math.round(points * PARTS_PER_PERCENT)) * share.views * other.views;

/** `now` minus `before`, percentage points with two decimals. */
export const changeOf = (now: ExactShare, before: ExactShare): number =>
	hundredths(
		now.weighted * before.views - before.weighted * now.views,
		now.views * before.views * BigInt(PARTS_PER_PERCENT),
	);

/** A fraction with two decimals, rounded half away from zero. */
function hundredths(numerator: bigint, denominator: bigint): number {
	const size = numerator < 0n ? -numerator : numerator;
	const rounded = Number((200n * size + denominator) / (2n * denominator)) / 100;
	return numerator < 0n && rounded > 0 ? -rounded : rounded;
}

function percentOf(part: number | null, whole: number | null): number | null {
	if (part === null || whole === null || whole === 0) return null;
	return hundredths(100n * BigInt(part), BigInt(whole));
}

function reasonOfShare(weighted: Weighted, length: number): string | null {
	const { daysLeftOut, views } = weighted;
	if (daysLeftOut.length > 0) {
		const which = daysInWords(daysLeftOut, length);
		return tooManyLeftOut(weighted, length)
			? `Amazon lacks page views or the share for ${which}`
			: `${which} are left out, because Amazon lacks their page views or share`;
	}
	return views === 0n ? `There were no page views in ${length} days` : null;
}

/** Days that a sentence names. */
const MOST_NAMED = 3;

function daysInWords(days: readonly number[], length: number): string {
	const sorted = days.toSorted((a, b) => a - b);
	const named = sorted.slice(-MOST_NAMED).map(isoDay).join(', ');
	const more = sorted.length > MOST_NAMED ? ', and others' : '';
	return `${sorted.length} of the ${length} days (${named}${more})`;
}
