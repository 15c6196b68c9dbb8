import {
	bandOf,
	costOfOneNonPositive,
	figureBuyersSee,
	type Threshold,
} from '../../nodes/shared/domain/bands';
import { Coverage } from '../../nodes/shared/domain/coverage';
import { adjusted } from '../../nodes/AmazonSellerRating/analysis/benjaminiHochberg';
import type { Candidate } from '../../nodes/AmazonSellerRating/analysis/causeCounts';
import { judgeCauses } from '../../nodes/AmazonSellerRating/analysis/causes';
import { fisherTail } from '../../nodes/AmazonSellerRating/analysis/fisher';
import { priorOf, shrunkenRate } from '../../nodes/AmazonSellerRating/analysis/shrink';
import {
	DEFAULT_OPTIONS,
	measureEffect,
} from '../../nodes/AmazonSellerRating/analysis/requestEffect';
import { daysNeeded } from '../../nodes/AmazonSellerRating/analysis/requestEffectVerdict';
import { designCusum } from '../../nodes/AmazonSellerRating/analysis/cusum';
import { evaluateWindow, judge } from '../../nodes/AmazonSellerRating/analysis/evaluation';
import { FeedbackSeries } from '../../nodes/shared/domain/feedbackSeries';
import {
	expectedRating,
	forecast,
	predictionInterval,
} from '../../nodes/AmazonSellerRating/analysis/forecast';
import {
	neededPositivesFor,
	ratingOf,
	runwayOf,
	toDisplayedPercent,
	toPercent,
	totalOf,
	wilsonInterval,
	type FeedbackCounts,
} from '../../nodes/shared/domain/rating';
import { defectRunway } from '../../nodes/shared/domain/accountHealth';
import { changeOf, isBelowBy, ShopFigures } from '../../nodes/shared/domain/shopFigures';
import { sentimentOf } from '../../nodes/shared/domain/feedbackReport';
import { rationalFromPercent } from '../../nodes/shared/domain/rational';
import { inOneGo } from '../../nodes/shared/domain/steps';
import { solicitationWindow } from '../../nodes/shared/domain/solicitationWindow';
import { readDocument, tableRows } from './documents';

const counts = (positive: number, total: number): FeedbackCounts => ({
	positive,
	neutral: 0,
	negative: total - positive,
});

const percentOf = (of: FeedbackCounts): number => toPercent(ratingOf(of) ?? fail());
const displayed = (of: FeedbackCounts): number => toDisplayedPercent(ratingOf(of) ?? fail());
const at = rationalFromPercent;
const fail = (): never => {
	throw new Error('There is no rating');
};

const threshold = (percent: number): Threshold => ({
	name: String(percent),
	percent,
	share: at(percent),
});
const thresholds = [threshold(98), threshold(95)];
const settings = { thresholds, minimumTotal: 1, z: 1.959964 } as const;
const year = { days: 365, from: '2025-11-22', to: '2026-11-21' };
const evaluate = (now: FeedbackCounts, before?: FeedbackCounts) =>
	evaluateWindow(
		year,
		[{ source: 'counts', provenance: 'exact', counts: now, countsBefore: before, notes: [] }],
		settings,
	);

const left = { positive: 45, neutral: 2, negative: 3 };
const rates = { positive: 90, nonPositive: 2, days: 90, through: '2026-11-20' };

/** Four settled days: 90% twice, then 50% of 900 and 98% of 300 page views. */
const shopOf = () =>
	new ShopFigures({
		madeOn: '2026-11-23',
		days: [
			{ date: '2026-11-16', pageViews: 100, buyBoxPercent: 90, units: 1, unitsRefunded: 0 },
			{ date: '2026-11-17', pageViews: 100, buyBoxPercent: 90, units: 1, unitsRefunded: 0 },
			{ date: '2026-11-18', pageViews: 900, buyBoxPercent: 50, units: 60, unitsRefunded: 1 },
			{ date: '2026-11-19', pageViews: 300, buyBoxPercent: 98, units: 8, unitsRefunded: 2 },
		].map((day) => ({ ...day, received: 1, negative: 0 })),
	});

/** Eight blocks of five days, 50 requests each: each request brings 0.08 entries within four days. */
const effectOfRequests = () => {
	const pulses = [2, 5, 14, 16, 21, 29, 30, 37];
	const feedback = Array.from({ length: 40 }, (_, day) => {
		const requested = pulses.filter((pulse) => pulse <= day && day < pulse + 4);
		return { day, positive: 2 + requested.length, nonPositive: 0 };
	});
	const blocks = pulses.map((pulseDay) => ({ pulseDay, sent: [50] }));
	const test = { firstDay: 0, blockDays: 5, blocks, fixed: new Map<number, number>() };
	const options = { ...DEFAULT_OPTIONS, seed: 'example' };
	return inOneGo(measureEffect(feedback, test, options))?.all ?? fail();
};

/** A group of orders; 40 of all 2,000 orders have bad feedback. */
const group = (name: string, bad: number, outOf: number): Candidate => ({
	dimension: 'sku',
	group: name,
	unit: 'orders',
	bad,
	outOf,
	totalBad: 40,
	total: 2_000,
	weighted: { bad, orders: outOf },
	orderIds: [],
});

const BANDS = { healthy: 'healthy', atRisk: 'at risk', critical: 'critical' };

const dayAndMonth = (iso = ''): string =>
	new Date(iso).toLocaleDateString('en-US', { day: 'numeric', month: 'long', timeZone: 'UTC' });

/** The example of each figure on the page, computed from the code. */
const EXAMPLES: Readonly<Record<string, () => string>> = {
	rating: () => {
		const stars = [55, 35, 5, 3, 2];
		const of = { positive: 0, neutral: 0, negative: 0 };
		stars.forEach((count, index) => (of[sentimentOf(5 - index)] += count));
		return `${stars.join(', ')} feedback entries of 5 to 1 stars: ${of.positive} of ${totalOf(of)}, ${percentOf(of)}%`;
	},
	'displayed rating': () => {
		const of = { positive: 1001, neutral: 15, negative: 4 };
		const shares = evaluate(of).displayedShares;
		const edge = counts(189, 200);
		const isBelow = bandOf(ratingOf(edge) ?? fail(), [threshold(95)]) === 'critical';
		return (
			`1,001 positive, 15 neutral, 4 negative: ${shares?.positive}%, ${shares?.neutral}%, ${shares?.negative}%. ` +
			`189 of 200 is ${percentOf(edge)}%, shows as ${displayed(edge)}% and is ${isBelow ? 'below' : 'at'} 95%`
		);
	},
	'positives from reports': () => {
		const coverage = new Coverage({
			totals: { days: [{ date: year.to, received: 12, negative: 1 }], madeOn: '2026-11-25' },
			feedback: {
				kind: 'report',
				rows: [1, 2, 3].map((row) => ({
					date: year.to,
					sentiment: row === 1 ? 'negative' : 'neutral',
				})),
				unreadable: { days: [], undated: 0 },
				isEmpty: false,
			},
		});
		const derived = coverage.window(1, year.to);
		return `12 received, 1 of them negative, 2 rows of 3 stars: ${derived.counts?.positive} positive`;
	},
	runway: () => {
		const of = counts(98, 100);
		return `98 of 100: ${runwayOf(of, at(95))} at 95%, ${runwayOf(of, at(98))} at 98%`;
	},
	'needed positives': () => {
		const of = counts(90, 100);
		return `90 of 100: ${neededPositivesFor(of, at(95))} for 95%, ${neededPositivesFor(of, at(98))} for 98%`;
	},
	'cost of one non-positive': () =>
		`${costOfOneNonPositive(at(95))} at 95%, ${costOfOneNonPositive(at(98))} at 98%`,
	confidence: () => {
		const { low = 0, high = 0 } = wilsonInterval(counts(90, 100)) ?? {};
		return `90 of 100: ${low.toFixed(1)} to ${high.toFixed(1)}%`;
	},
	standing: () => {
		const [first, second, third] = [98, 97, 94].map(
			(positive) => BANDS[evaluate(counts(positive, 100)).band ?? fail()],
		);
		return `with 98% and 95%: 98 of 100 is ${first}, 97 of 100 ${second}, 94 of 100 ${third}`;
	},
	trend: () => {
		const { trendPoints } = evaluate(counts(90, 100), counts(94, 100));
		return `90 of 100 after 94 of 100: ${String(trendPoints).replace('-', '−')}`;
	},
	'what buyers see': () =>
		[11, 9, 10].map((total) => `${total}: ${figureBuyersSee(counts(total, total))}`).join(', '),
	'forecast, nothing new': () => {
		const day = (date: string, positive: number, negative: number) => ({
			date,
			positive,
			neutral: 0,
			negative,
		});
		const [window] = forecast(
			FeedbackSeries.of([day('2026-10-23', 20, 1), day('2026-11-21', 10, 0)]),
			{ today: '2026-11-21', days: 1, windows: [30], thresholds: [], rates },
		);
		const [today, tomorrow] = (window?.points ?? []).map(
			({ withoutNewFeedback: { counts: of } }) => `${of.positive} of ${totalOf(of)}`,
		);
		return `a 30-day window with 20 positives and 1 negative on its first day and 10 positives on its last: ${today} today, ${tomorrow} tomorrow`;
	},
	'forecast, current rates': () => {
		const rating = toPercent(expectedRating(left, rates, 30) ?? fail());
		return `45 of ${totalOf(left)} left; 90 positive and 2 other in 90 days; 30 days ahead: ${rating.toFixed(1)}%`;
	},
	'interval of the forecast': () => {
		const { low = 0, high = 0 } = predictionInterval(left, rates, 30) ?? {};
		return `the same: ${low.toFixed(1)} to ${high.toFixed(1)}%`;
	},
	change: () => {
		const { detectsIn } = designCusum(0.02, 0.05, 1000);
		return `usual share 2%, false alarm every 1,000 entries: a rise to 5% shows after ${Math.round(detectsIn)} on average ([how sure](maintainers/figures.md#detect-change))`;
	},
	'chance of bad feedback': () => {
		const p = fisherTail(9, { total: 2_000, group: 118, bad: 40 });
		return `9 of the 40 bad ones are among 118 of 2,000 orders: ${(100 * p).toFixed(2)}%`;
	},
	'false discoveries': () => {
		const given = [0.001, 0.03, 0.2, 0.5];
		const shown = adjusted(given).map((p) => String(Math.round(1000 * p) / 1000));
		return `${given.join(', ')} of four groups become ${shown.join(', ')}: two stand out`;
	},
	'times the rest': () => {
		const [cause] = inOneGo(judgeCauses([group('a', 9, 118)]));
		return `9 of 118 orders, 31 of the other 1,882: ${cause?.times?.toFixed(1)} times`;
	},
	'shrunken rate': () => {
		const groups = [30, 10, 2].map((bad) => ({ bad, orders: 1_000 }));
		const prior = priorOf(groups);
		const rates = groups.map((each) => (1_000 * shrunkenRate(each, prior)).toFixed(1));
		return `30, 10 and 2 bad of 1,000 orders each: ${rates.join(', ')} per 1,000`;
	},
	'more bad feedback needed': () => {
		const causes = inOneGo(
			judgeCauses([group('a', 3, 118), group('b', 20, 900), group('c', 17, 982)]),
		);
		const { moreNeeded } = causes.find(({ group: name }) => name === 'a') ?? fail();
		return `3 of 118 orders, 37 of the other 1,882, three groups: ${moreNeeded}`;
	},
	'effect of requests': () => {
		const per100 = (100 * effectOfRequests().perRequest).toFixed(0);
		return `2 entries a day, and 1 more on each of the 4 days from every 50 requests on: ${per100} per 100`;
	},
	'chance of an effect': () => `none of 4,999 redraws: ${effectOfRequests().p}`,
	'days needed': () => {
		const days = daysNeeded(0.009, 60, { effectToDetect: 0.02, confidence: 0.95 });
		return `0.9 per 100 after 60 days: ${days} days for 2 per 100`;
	},
	'order defect rate': () => {
		const verdict = (percent: number) =>
			judge(evaluate(counts(99, 100)), settings, 'atRisk', percent).status;
		const kept = verdict(0.99) === 'healthy' ? 'does not change the verdict' : 'changes it';
		return `0.99% ${kept}, 1% makes it ${verdict(1)}`;
	},
	'defect runway': () =>
		[
			[3, 1_000],
			[3, 1_001],
			[2, 92],
		]
			.map(([ordersWithDefects = 0, orders = 0]) => {
				const runway = defectRunway({ orders, ordersWithDefects });
				return `${ordersWithDefects} of ${orders.toLocaleString('en-US')}: ${runway}`;
			})
			.join('; '),
	'Buy Box share': () => `50% of 900 page views, then 98% of 300: ${shopOf().buyBox(2).percent}%`,
	'fall of the Buy Box share': () => {
		const views = 1000n;
		const share = (percent: number) => ({ weighted: BigInt(percent * 10_000) * views, views });
		const lost = changeOf(share(82.9), share(93));
		const [hasFallen, hasRecovered] = [
			isBelowBy(share(82.9), share(93), 10),
			isBelowBy(share(93), share(88), -5),
		];
		return `93% before, 82.9% now: ${hasFallen ? 'fell' : 'did not fall'} by ${-lost} points; at 88% it ${hasRecovered ? 'has' : 'has not'} recovered`;
	},
	'change of the Buy Box share': () => {
		const { percent, percentBefore, changePoints } = shopOf().buyBox(2);
		return `${percent}% after ${percentBefore}%: ${String(changePoints).replace('-', '−')}`;
	},
	'refund rate': () => {
		const { unitsRefunded, unitsOrdered, refundPercent } = shopOf().sales(2);
		return `${unitsRefunded} of ${unitsOrdered}: ${refundPercent}%`;
	},
	'window of a review request': () => {
		const window = solicitationWindow('2026-11-03T00:00:00Z', '2026-11-05T00:00:00Z');
		return `delivery from November 3 to 5: ${dayAndMonth(window?.opensAt)} to ${dayAndMonth(window?.closesAt)}`;
	},
};

describe('the page of formulas', () => {
	const rows = tableRows(readDocument('docs/formulas.md'));

	it('has every figure that is computed here, and no other', () => {
		expect(rows.map(([figure]) => figure)).toEqual(Object.keys(EXAMPLES));
	});

	it.each(Object.entries(EXAMPLES))('shows the right example for %s', (figure, compute) => {
		expect(rows.find(([name]) => name === figure)?.[2]).toBe(compute());
	});
});
