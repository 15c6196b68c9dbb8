import type { PeriodCounts, RequestReport } from './requestEffectReport';
import type { DelayComparison } from './requestEffectDelay';
import type { Decision } from './requestEffectVerdict';

/** Sentences about a report, as its items have them. */

const one = (value: number): string => (Object.is(value, -0) ? 0 : value).toFixed(1);
const per100 = (perRequest: number): string => one(Math.round(1000 * perRequest) / 10);

/** The end of an interval that has no end is unknown. */
const endPer100 = (end: number): string => (Number.isFinite(end) ? per100(end) : 'unknown');

const inEnglish = (count: number): string => count.toLocaleString('en-US');
const perDay = ({ received, days }: PeriodCounts): string => (received / days).toFixed(2);

const COUNTS_PROVE_NOTHING = 'counts alone prove nothing';

/** The verdict in one or two sentences. */
export function summaryOf(report: RequestReport, decision: Decision): string {
	const { verdict, effect, isSolid } = report;
	const wanted = `${per100(decision.effectToDetect)} per 100 requests`;
	if (verdict === 'noPulseTest') return withoutTest(report);
	const estimate = effect && isSolid ? estimateOf(effect.all, decision) : undefined;
	if (verdict === 'pays') {
		return `Requests bring feedback, more than by chance: ${estimate ?? ''}.`;
	}
	if (verdict === 'noEffectSeen') {
		return `Requests do not bring as much as ${wanted}: ${estimate ?? ''}.`;
	}
	const so = estimate === undefined ? 'Not decidable yet' : `Not decidable yet: ${estimate}`;
	const days = report.daysStillNeeded ?? 0;
	return `${so}. An effect of ${wanted} needs about ${inEnglish(days)} more days of the pulse test.`;
}

function estimateOf(
	{ perRequest, low, high, p }: NonNullable<RequestReport['effect']>['all'],
	{ confidence }: Decision,
): string {
	const percent = Math.round(100 * confidence);
	return `${per100(perRequest)} more feedback entries per 100 requests (${percent}% interval ${endPer100(low)} to ${endPer100(high)}, ${inP(p)})`;
}

const inP = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`);

function withoutTest({ before, since }: RequestReport): string {
	const start = `The days of these requests were not drawn, so ${COUNTS_PROVE_NOTHING}`;
	if (before === undefined || since === undefined) return `${start}.`;
	return `${start}: ${perDay(before)} feedback entries a day before the first request, ${perDay(since)} since.`;
}

/** What the delays show, and what they cannot show. */
export function delayInWords({ shorter, longer, p, verdict }: DelayComparison): string {
	const of = ({ low, requests, fromDays, throughDays }: typeof shorter): string =>
		`${low} of ${inEnglish(requests)} requests after ${fromDays} to ${throughDays} days`;
	const seen = `1 to 3 star feedback followed ${of(shorter)}, and ${of(longer)} (${inP(p)})`;
	const judged =
		verdict === 'noDifferenceSeen'
			? 'This may be chance'
			: `This is more than chance: a ${verdict === 'shorterIsWorse' ? 'longer' : 'shorter'} delay brings less of it`;
	return `${seen}. ${judged}. Which delay brings more positive feedback is not visible, because Amazon does not name its orders.`;
}
