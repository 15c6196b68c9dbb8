import {
	countedRate,
	defectRunway,
	type AccountHealth,
	type OrderDefectRate,
	ORDER_DEFECT_LIMIT_PERCENT,
} from '../../shared/domain/accountHealth';
import { dayNumber, isoDay, plusDays } from '../../shared/domain/calendar';
import type { Coverage } from '../../shared/domain/coverage';
import type { DatedFeedback } from '../../shared/domain/feedbackSeries';
import { capitalized } from '../../shared/domain/feedbackInWords';
import { type Marketplace, placeInWords } from '../../shared/domain/marketplaces';
import { cutPercent, percentText, ratingOf, toPercent } from '../../shared/domain/rating';
import type { Provenance } from '../../shared/domain/ratingWindow';
import {
	evaluateWindow,
	type EvaluationSettings,
	type Window,
	type WindowEvaluation,
	type WindowReading,
} from './evaluation';
import type { BuyBoxShare, ShopFigures, ShopSales } from '../../shared/domain/shopFigures';

/** The figures of one marketplace at a glance, and what needs attention. Percent is 0 to 100. */

const WINDOWS = [30, 90, 365] as const;

const WEEK_DAYS = 7;

const BUY_BOX_DAYS = [7, 28] as const;

/** The runway of rating or defects at which a seller has to look. */
const CLOSE = 2;

/** The points of the small charts: 30 days, each three days apart. */
const TREND_POINTS = 30;
const TREND_EVERY_DAYS = 3;
const TREND_RATING_DAYS = 90;

export interface AttentionSettings {
	/** A rating of fewer feedback entries needs no attention. */
	readonly minimumTotal: number;
	/** Percentage points by which the Buy Box share has to fall to need attention. */
	readonly buyBoxDrop: number;
	/** With fewer page views, a fall needs no attention. */
	readonly minimumPageViews: number;
}

/** What was read for a marketplace; each `…Unknown` says why a part is missing. */
export interface ScorecardEvidence {
	/** The seller's name; undefined if unknown. */
	readonly seller?: string;
	readonly marketplace: Marketplace;
	/** Marketplace-local ISO day. */
	readonly today: string;
	/** Undefined if the daily totals or the feedback report could not be read. */
	readonly coverage: Coverage | undefined;
	readonly read: (window: Window) => WindowReading;
	/** The 1 to 3 star rows of the feedback report; undefined if they are not all known. */
	readonly lowFeedback: readonly DatedFeedback[] | undefined;
	readonly shop: ShopFigures;
	readonly health: AccountHealth | undefined;
	readonly totalsUnknown: string | undefined;
	readonly feedbackUnknown: string | undefined;
	readonly healthUnknown: string | undefined;
	/** Amazon canceled the feedback report: there is no such feedback, or it refused. */
	readonly isFeedbackCanceled: boolean;
	readonly notes: readonly string[];
	readonly sources: readonly string[];
}

/** How far a rating is from one threshold. */
interface ScorecardThreshold {
	readonly name: string;
	readonly percent: number;
	readonly met: boolean;
	readonly runway: number | null;
	readonly neededPositives: number | null;
}

interface ScorecardRating {
	readonly percent: number | null;
	readonly displayedPercent: number | null;
	readonly band: string | null;
	readonly positive: number | null;
	readonly neutral: number | null;
	readonly negative: number | null;
	readonly total: number | null;
	/** Highest first. */
	readonly thresholds: readonly ScorecardThreshold[];
	readonly provenance: Provenance;
	/** Last day that is counted. */
	readonly through: string | null;
	readonly daysCovered: number | null;
}

/** A fulfillment channel. */
interface Channel {
	readonly name: string;
	readonly rate: OrderDefectRate | null;
}

interface ScorecardDefects {
	readonly orders: number | null;
	readonly ordersWithDefects: number | null;
	readonly percent: number | null;
	/** See `defectRunway`. */
	readonly defectRunway: number | null;
	readonly from: string | null;
	readonly through: string | null;
	readonly provenance: Provenance;
}

/** The output of the operation, before n8n. */
export interface Scorecard {
	readonly marketplace: string;
	readonly marketplaceId: string;
	readonly marketplaceName: string;
	readonly asOf: string;
	readonly summary: string;
	readonly needsAttention: boolean;
	readonly attention: readonly string[];
	readonly accountStatus: string | null;
	readonly rating: {
		readonly last30Days: ScorecardRating;
		readonly last90Days: ScorecardRating;
		readonly last365Days: ScorecardRating;
		readonly provenance: Provenance;
		readonly settledThrough: string | null;
	};
	readonly feedbackLast7Days: {
		readonly positive: number | null;
		readonly neutral: number | null;
		readonly negative: number | null;
		readonly from: string | null;
		readonly through: string | null;
		readonly provenance: Provenance;
		/** In the feedback report after these days, when totals are not settled yet. */
		readonly newer: { readonly neutral: number | null; readonly negative: number | null };
	};
	readonly orderDefects: {
		readonly sellerFulfilled: ScorecardDefects | null;
		readonly amazonFulfilled: ScorecardDefects | null;
		readonly limitPercent: number;
		readonly provenance: Provenance;
	};
	readonly buyBox: {
		readonly last7Days: BuyBoxShare;
		readonly last28Days: BuyBoxShare;
		readonly provenance: Provenance;
		readonly settledThrough: string | null;
	};
	readonly sales: {
		readonly last7Days: ShopSales;
		readonly last28Days: ShopSales;
		readonly provenance: Provenance;
		readonly settledThrough: string | null;
	};
	/** The rating of 90 days and the Buy Box share of 7 days, each up to the same days. */
	readonly trend: {
		readonly from: string;
		readonly through: string;
		readonly everyDays: number;
		readonly rating: ReadonlyArray<number | null>;
		readonly buyBox: ReadonlyArray<number | null>;
	} | null;
	readonly missing: readonly string[];
	readonly notes: readonly string[];
	readonly sources: readonly string[];
}

/** How bad a figure is, worst last; from `close` on it needs attention. */
const DEGREES = ['fine', 'close', 'fell', 'low', 'aboveLimit', 'accountAtRisk', 'unknown'] as const;

/** A figure in words. */
interface Verdict {
	readonly text: string;
	readonly degree: (typeof DEGREES)[number];
}

/** The scorecard of one marketplace. */
export function scorecardOf(
	evidence: ScorecardEvidence,
	settings: EvaluationSettings,
	limits: AttentionSettings,
): Scorecard {
	const { marketplace, today, coverage, shop, health } = evidence;
	const windows = WINDOWS.map((days) => {
		const window = { days, from: plusDays(today, 1 - days), to: today };
		return evaluateWindow(window, [evidence.read(window)], settings);
	});
	const [last30Days, last90Days, last365Days] = windows.map(ratingFrom);
	if (!last30Days || !last90Days || !last365Days) throw new Error('A window is missing');
	const shares = BUY_BOX_DAYS.map((days) => shop.buyBox(days));
	const sums = BUY_BOX_DAYS.map((days) => shop.sales(days));
	const [buyBox7 = shop.buyBox(WEEK_DAYS), buyBox28 = buyBox7] = shares;
	const [sales7 = shop.sales(WEEK_DAYS), sales28 = sales7] = sums;
	const channels = [
		{ name: 'orders you ship', rate: health?.sellerFulfilled ?? null },
		{ name: 'orders Amazon ships', rate: health?.amazonFulfilled ?? null },
	];
	const [sellerFulfilled = null, amazonFulfilled = null] = channels.map(({ rate }) =>
		defectsFrom(rate),
	);
	const accountStatus = health?.accountStatus ?? null;
	const isNothingKnown =
		evidence.totalsUnknown !== undefined &&
		evidence.feedbackUnknown !== undefined &&
		health === undefined;
	const verdicts = isNothingKnown
		? [{ text: `no figure could be read: ${evidence.totalsUnknown}`, degree: 'unknown' as const }]
		: [
				...ratingVerdicts(windows, limits),
				...defectVerdicts(channels),
				...buyBoxVerdicts([buyBox7, buyBox28], limits),
				...accountVerdict(accountStatus),
			];
	const worstFirst = verdicts.toSorted(
		(a, b) => DEGREES.indexOf(b.degree) - DEGREES.indexOf(a.degree),
	);
	const attention = worstFirst.filter(({ degree }) => degree !== 'fine');
	const missing = missingFrom(evidence, windows, channels, { shares, sums });
	const settledThrough = shop.settledThrough ?? null;
	return {
		marketplace: marketplace.countryCode,
		marketplaceId: marketplace.id,
		marketplaceName: marketplace.name,
		asOf: today,
		summary: summaryOf(evidence, worstFirst, missing.length > 0 && !isNothingKnown),
		needsAttention: attention.length > 0,
		attention: attention.map(({ text }) => capitalized(text)),
		accountStatus,
		rating: {
			last30Days,
			last90Days,
			last365Days,
			provenance: provenanceOf(windows.some(({ ratingPercent }) => ratingPercent !== null)),
			settledThrough: coverage?.settledThrough ?? null,
		},
		feedbackLast7Days: weekOf(evidence),
		orderDefects: {
			sellerFulfilled,
			amazonFulfilled,
			limitPercent: ORDER_DEFECT_LIMIT_PERCENT,
			provenance: worstProvenance([sellerFulfilled, amazonFulfilled]),
		},
		buyBox: {
			last7Days: buyBox7,
			last28Days: buyBox28,
			provenance: provenanceOf(shares.some(({ percent }) => percent !== null)),
			settledThrough,
		},
		sales: {
			last7Days: sales7,
			last28Days: sales28,
			provenance: provenanceOf(settledThrough !== null),
			settledThrough,
		},
		trend: trendOf(evidence),
		missing,
		notes: evidence.notes,
		sources: evidence.sources,
	};
}

const provenanceOf = (isKnown: boolean): Provenance => (isKnown ? 'derived' : 'insufficient');

const ratingFrom = (window: WindowEvaluation): ScorecardRating => ({
	percent: window.ratingPercent,
	displayedPercent: window.displayedRating,
	band: window.band,
	positive: window.positive,
	neutral: window.neutral,
	negative: window.negative,
	total: window.total,
	thresholds: window.thresholds.map(({ name, percent, met, runway, neededPositives }) => ({
		name,
		percent,
		met,
		runway,
		neededPositives,
	})),
	provenance: window.ratingPercent === null ? 'insufficient' : window.provenance,
	through: window.coveredThrough,
	daysCovered: window.coverage?.daysCovered ?? null,
});

function defectsFrom(rate: OrderDefectRate | null): ScorecardDefects | null {
	if (rate === null) return null;
	const { orders, ordersWithDefects, percent, amazonPercent, from, to } = rate;
	const runway = defectRunway(rate);
	const known = percent === null ? 'amazonReported' : 'derived';
	return {
		orders,
		ordersWithDefects,
		percent: percent ?? amazonPercent,
		defectRunway: runway ?? null,
		from,
		through: to,
		provenance: percent === null && amazonPercent === null ? 'insufficient' : known,
	};
}

/** Of both channels: derived only if no rate is merely reported. */
function worstProvenance(channels: ReadonlyArray<ScorecardDefects | null>): Provenance {
	const known = channels.filter((each) => each !== null && each.percent !== null);
	if (known.length === 0) return 'insufficient';
	return known.some((each) => each?.provenance === 'amazonReported') ? 'amazonReported' : 'derived';
}

/**
 * The feedback of the last seven settled days, which have all three counts; and what the feedback
 * report has since then. If the totals are missing, the last seven days without positives.
 */
function weekOf({
	coverage,
	lowFeedback,
	today,
}: ScorecardEvidence): Scorecard['feedbackLast7Days'] {
	const through = coverage?.settledThrough ?? today;
	const from = plusDays(through, 1 - WEEK_DAYS);
	const counts =
		coverage?.settledThrough === undefined
			? undefined
			: coverage.countsOf(dayNumber(from), dayNumber(through));
	const lowBetween = (first: string, last: string, sentiment: DatedFeedback['sentiment']) =>
		lowFeedback === undefined
			? null
			: lowFeedback.filter(
					(each) => each.sentiment === sentiment && each.date >= first && each.date <= last,
				).length;
	const isKnown = counts !== undefined || lowFeedback !== undefined;
	const since = plusDays(through, 1);
	return {
		positive: counts?.positive ?? null,
		neutral: counts?.neutral ?? lowBetween(from, through, 'neutral'),
		negative: counts?.negative ?? lowBetween(from, through, 'negative'),
		from: isKnown ? from : null,
		through: isKnown ? through : null,
		provenance: provenanceOf(isKnown),
		newer: {
			neutral: lowBetween(since, '9999', 'neutral'),
			negative: lowBetween(since, '9999', 'negative'),
		},
	};
}

/** Rating and Buy Box share up to every third day, both up to the same days. */
function trendOf({ coverage, shop }: ScorecardEvidence): Scorecard['trend'] {
	const through = coverage?.settledThrough ?? shop.settledThrough;
	if (through === undefined) return null;
	const last = dayNumber(through);
	const days = Array.from(
		{ length: TREND_POINTS },
		(_, index) => last - (TREND_POINTS - 1 - index) * TREND_EVERY_DAYS,
	);
	return {
		from: isoDay(days[0] ?? last),
		through,
		everyDays: TREND_EVERY_DAYS,
		rating: days.map((day) => {
			const counts = coverage?.countsOf(day - TREND_RATING_DAYS + 1, day);
			const rating = counts && ratingOf(counts);
			return rating === undefined ? null : cutPercent(toPercent(rating));
		}),
		buyBox: days.map((day) => shop.buyBoxAt(day, WEEK_DAYS) ?? null),
	};
}

/** One for each window below every threshold, or one for the rating that buyers see. */
function ratingVerdicts(
	windows: readonly WindowEvaluation[],
	{ minimumTotal }: AttentionSettings,
): Verdict[] {
	const bad = windows
		.filter(({ band, total }) => band === 'critical' && (total ?? 0) >= minimumTotal)
		.toSorted((a, b) => (a.ratingPercent ?? 0) - (b.ratingPercent ?? 0));
	if (bad.length > 0) {
		return bad.map((window) => ({
			text: `${ratingInWords(window)}, ${belowInWords(window)}`,
			degree: 'low',
		}));
	}
	const year = windows.at(-1);
	if (year === undefined || year.ratingPercent === null) {
		return [{ text: 'rating unknown', degree: 'fine' }];
	}
	const lowest = year.thresholds.at(-1);
	const runway = lowest?.met === true ? lowest.runway : null;
	const hasLow = (year.neutral ?? 0) + (year.negative ?? 0) > 0;
	const isClose = runway !== null && runway <= CLOSE && hasLow && (year.total ?? 0) >= minimumTotal;
	if (!isClose || lowest === undefined) {
		return [{ text: ratingInWords(year), degree: 'fine' }];
	}
	const more =
		runway === 0
			? 'one more neutral or negative rating brings'
			: `${runway + 1} more neutral or negative ratings bring`;
	return [
		{
			text: `${ratingInWords(year)}, ${more} it below ${lowest.name} (${lowest.percent}%)`,
			degree: 'close',
		},
	];
}

const ratingInWords = ({ ratingPercent, days }: WindowEvaluation): string =>
	`rating ${percentText(ratingPercent ?? 0)} in the last ${days} days`;

function belowInWords({ thresholds }: WindowEvaluation): string {
	const lowest = thresholds.at(-1);
	if (lowest === undefined) return '';
	const { name, percent, neededPositives } = lowest;
	const needed =
		neededPositives === null
			? ''
			: `, ${neededPositives.toLocaleString('en-US')} more positive needed`;
	return `below ${name} (${percent}%)${needed}`;
}

/** Each channel that needs attention; otherwise the one with the higher rate. */
function defectVerdicts(channels: readonly Channel[]): Verdict[] {
	const verdicts = channels
		.toSorted((a, b) => (percentOf(b.rate) ?? 0) - (percentOf(a.rate) ?? 0))
		.flatMap(({ name, rate }) => defectVerdict(name, rate) ?? []);
	const bad = verdicts.filter(({ degree }) => degree !== 'fine');
	return bad.length > 0 ? bad : verdicts.slice(0, 1);
}

const percentOf = (rate: OrderDefectRate | null): number | null =>
	rate?.percent ?? rate?.amazonPercent ?? null;

function defectVerdict(name: string, rate: OrderDefectRate | null): Verdict | undefined {
	const percent = percentOf(rate);
	if (rate === null || percent === null) return undefined;
	const shown = `order defect rate ${percentText(percent)} (${name})`;
	const runway = defectRunway(rate);
	const isAbove = runway === undefined ? percent >= ORDER_DEFECT_LIMIT_PERCENT : runway === 0;
	if (isAbove) {
		const limit = `not below Amazon's limit of ${ORDER_DEFECT_LIMIT_PERCENT}%`;
		return { text: `${shown}, ${limit}`, degree: 'aboveLimit' };
	}
	if (runway === undefined) return { text: shown, degree: 'fine' };
	const more = `${runway.toLocaleString('en-US')} more ${runway === 1 ? 'defect' : 'defects'} until ${ORDER_DEFECT_LIMIT_PERCENT}%`;
	const isClose = runway <= CLOSE && (rate.ordersWithDefects ?? 0) > 0;
	return { text: `${shown}, ${more}`, degree: isClose ? 'close' : 'fine' };
}

function buyBoxVerdicts(
	[week, month]: readonly [BuyBoxShare, BuyBoxShare],
	{ buyBoxDrop, minimumPageViews }: AttentionSettings,
): Verdict[] {
	const fell = ({ changePoints, pageViews }: BuyBoxShare): boolean =>
		changePoints !== null && changePoints <= -buyBoxDrop && (pageViews ?? 0) >= minimumPageViews;
	if (fell(week)) return [{ text: shareInWords(week, WEEK_DAYS), degree: 'fell' }];
	if (fell(month)) return [{ text: shareInWords(month, 28), degree: 'fell' }];
	return week.percent === null ? [] : [{ text: shareInWords(week, WEEK_DAYS), degree: 'fine' }];
}

function shareInWords({ percent, changePoints }: BuyBoxShare, days: number): string {
	const share = `Buy Box share ${percent}% in the last ${days} settled days`;
	if (changePoints === null) return share;
	if (changePoints === 0) return `${share}, unchanged`;
	return `${share}, ${changePoints < 0 ? 'down' : 'up'} ${Math.abs(changePoints)} points`;
}

function accountVerdict(status: string | null): Verdict[] {
	if (status === null) return [];
	return [
		{ text: `account status ${status}`, degree: status === 'NORMAL' ? 'fine' : 'accountAtRisk' },
	];
}

/** One sentence: seller and marketplace, then the figures. */
function summaryOf(
	{ seller, marketplace }: ScorecardEvidence,
	worstFirst: readonly Verdict[],
	isIncomplete: boolean,
): string {
	const texts = worstFirst.map(({ text }) => text.replace(/\.$/, ''));
	return `${placeInWords(seller, marketplace.name)}: ${texts.join('; ')}${isIncomplete ? '; some figures are unknown' : ''}.`;
}

interface Shop {
	readonly shares: readonly BuyBoxShare[];
	readonly sums: readonly ShopSales[];
}

/** What is unknown and why, one sentence each. */
function missingFrom(
	evidence: ScorecardEvidence,
	windows: readonly WindowEvaluation[],
	channels: readonly Channel[],
	{ shares, sums }: Shop,
): string[] {
	const { coverage, health, totalsUnknown, feedbackUnknown, healthUnknown } = evidence;
	const texts: string[] = [];
	const say = (what: string, why: string | null | undefined) => {
		if (typeof why === 'string') texts.push(sentence(`${what} unknown: ${why}`));
	};
	say('Rating, positive feedback, Buy Box share, sales, refunds and claims are', totalsUnknown);
	say('Rating, neutral and negative feedback are', feedbackUnknown);
	if (coverage !== undefined) {
		for (const [why, days] of reasonsOfWindows(windows)) {
			texts.push(sentence(`No rating of the last ${listInWords(days)} days: ${why}`));
		}
	}
	if (evidence.isFeedbackCanceled) texts.push(IF_CANCELED);
	if (totalsUnknown === undefined) {
		for (const [index, days] of BUY_BOX_DAYS.entries()) {
			const { percent = null, reason: why = null } = shares[index] ?? {};
			const what = `Buy Box share of the last ${days} settled days`;
			if (why !== null && percent === null) say(`${what} is`, why);
			else if (why !== null) texts.push(sentence(`${what}: ${why}`));
			say(`Some sales figures of the last ${days} settled days are`, sums[index]?.reason);
		}
	}
	say('Order defect rate and account status are', healthUnknown);
	if (health !== undefined) texts.push(...missingFromHealth(health, channels));
	return texts;
}

const IF_CANCELED =
	"If you know that there was no neutral or negative feedback, set 'If Feedback Report Is Canceled' to 'Treat It as No Neutral Feedback'.";

function missingFromHealth(
	{ accountStatus, unreadable }: AccountHealth,
	channels: readonly Channel[],
): string[] {
	const texts = channels.flatMap(({ name, rate }) => {
		if (rate === null) return [`Amazon reports no order defect rate for ${name}.`];
		if (rate.orders === 0) return [`No order defect rate for ${name}: there were no such orders.`];
		const isCounted = countedRate({ ...rate, targetPercent: rate.targetPercent ?? 1 });
		if (isCounted !== undefined) return [];
		return [
			rate.amazonPercent === null
				? `Order defect rate for ${name} is unknown: Amazon gives no counts.`
				: `Defect runway for ${name} is unknown: Amazon gives a rate without its counts.`,
		];
	});
	if (accountStatus === null) texts.push('Account status is unknown: Amazon gives none.');
	if (unreadable.length > 0) {
		texts.push(`Could not read parts of the account health report: ${unreadable.join(', ')}.`);
	}
	return texts;
}

/** The first reason of each window without a rating, with the windows that share it. */
function reasonsOfWindows(windows: readonly WindowEvaluation[]): Map<string, number[]> {
	const reasons = new Map<string, number[]>();
	for (const { ratingPercent, notes, days } of windows) {
		if (ratingPercent !== null || days === null) continue;
		const why = notes[0] ?? 'Amazon gives no figures';
		reasons.set(why, [...(reasons.get(why) ?? []), days]);
	}
	return reasons;
}

const listInWords = (days: readonly number[]): string =>
	days.length > 1 ? `${days.slice(0, -1).join(', ')} and ${days.at(-1)}` : String(days[0]);

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);
