import type { PulseSchedule } from '../../shared/domain/pulse';
import type { Steps } from '../../shared/domain/steps';
import {
	LEAST_DAYS,
	measureEffect,
	type DayOfFeedback,
	type EffectOptions,
	type RequestEffect,
} from './requestEffect';
import { certainPartOf, type CertainPart, type LowFeedback } from './requestEffectCertain';
import { compareDelays, type DelayComparison } from './requestEffectDelay';
import {
	blocksUsedIn,
	findPulseTest,
	lastDayOf,
	type FoundTest,
	wholeBlocksOf,
	type SentRequest,
} from './requestEffectLedger';
import {
	daysNeeded,
	lackingIn,
	verdictOf,
	type Decision,
	type RequestVerdict,
} from './requestEffectVerdict';

/** What there is of one marketplace. Days are day numbers, marketplace-local. */
export interface RequestEvidence {
	/** One per order. */
	readonly requests: readonly SentRequest[];
	/** Known days, ascending. */
	readonly known: readonly DayOfFeedback[];
	/** 1 to 3 star feedback with its order, one per order; undefined if unknown. */
	readonly low: readonly LowFeedback[] | undefined;
	/** Day number of today, marketplace-local. */
	readonly today: number;
	/** The draw, for a ledger without notes about it; undefined if no seed is given. */
	readonly schedule: PulseSchedule | undefined;
}

export type ReportSettings = EffectOptions & Decision;

/** Feedback of several days. */
export interface PeriodCounts {
	readonly from: number;
	readonly through: number;
	readonly days: number;
	readonly received: number;
	readonly nonPositive: number;
}

export interface RequestReport {
	readonly verdict: RequestVerdict;
	/** Undefined without a pulse test, or if its requests do not vary on the known days. */
	readonly effect: RequestEffect | undefined;
	/** Whether the interval may be trusted; if not, `lacking` says why. */
	readonly isSolid: boolean;
	readonly lacking: readonly string[];
	readonly found: FoundTest | undefined;
	/** Whole blocks with requests. */
	readonly blocks: number;
	/** The days used; of all days without a pulse test. */
	readonly used: PeriodCounts | undefined;
	/** Requests on these days, up to the last one. */
	readonly requestsUsed: number;
	readonly before: PeriodCounts | undefined;
	readonly since: PeriodCounts | undefined;
	readonly certain: CertainPart | undefined;
	readonly delay: DelayComparison | undefined;
	/** 0 with a verdict; null without a pulse test. */
	readonly daysStillNeeded: number | null;
}

/** All that the requests of one marketplace show. Yields now and then. */
export function* reportRequests(
	{ requests, known, low, today, schedule }: RequestEvidence,
	settings: ReportSettings,
): Steps<RequestReport> {
	const found = findPulseTest(requests, schedule);
	yield;
	const first = requests.reduce((least, { day }) => Math.min(least, day), Infinity);
	const through = known.at(-1)?.day ?? -Infinity;
	const inDays = (low ?? []).filter(({ day }) => day <= through);
	const certain = low && certainPartOf(requests, inDays, settings.responseDays);
	yield;
	const delay = low && compareDelays(requests, inDays, through, 1 - settings.confidence);
	yield;
	const common = {
		found,
		before: countsOf(known.filter(({ day }) => day < first)),
		since: countsOf(known.filter(({ day }) => day >= first)),
		certain,
		delay,
	};
	if (found === undefined) {
		return {
			...common,
			verdict: 'noPulseTest',
			effect: undefined,
			isSolid: false,
			lacking: [],
			blocks: 0,
			used: countsOf(known),
			requestsUsed: sentBetween(requests, known[0]?.day ?? Infinity, through),
			daysStillNeeded: null,
		};
	}
	const test = wholeBlocksOf(found.test, today);
	const end = lastDayOf(test);
	const days = known.filter(({ day }) => day >= test.firstDay && day <= end);
	const used = countsOf(days);
	const blocks = blocksUsedIn(test);
	const effect = days.length === 0 ? undefined : yield* measureEffect(days, test, settings);
	const lacking = lackingIn({ days: days.length, blocks, feedback: used?.received ?? 0 });
	if (effect === undefined && lacking.length === 0) lacking.push('The requests do not vary');
	const isSolid = lacking.length === 0;
	const verdict = verdictOf(isSolid ? effect?.all : undefined, settings);
	return {
		...common,
		verdict,
		effect,
		isSolid,
		lacking,
		blocks,
		used,
		requestsUsed: used ? sentBetween(requests, used.from, used.through) : 0,
		daysStillNeeded:
			verdict === 'notDecidable' ? stillNeeded(effect, days.length, found, settings) : 0,
	};
}

/** At least one more block, because what there is does not suffice. */
function stillNeeded(
	effect: RequestEffect | undefined,
	days: number,
	{ test }: FoundTest,
	decision: Decision,
): number {
	const forEffect =
		effect === undefined ? LEAST_DAYS : daysNeeded(effect.all.standardError, days, decision);
	return Math.max(test.blockDays, LEAST_DAYS - days, forEffect - days);
}

const sentBetween = (requests: readonly SentRequest[], from: number, through: number): number =>
	requests.filter(({ day }) => day >= from && day <= through).length;

function countsOf(days: readonly DayOfFeedback[]): PeriodCounts | undefined {
	const [first, last] = [days[0], days.at(-1)];
	if (first === undefined || last === undefined) return undefined;
	const nonPositive = days.reduce((sum, each) => sum + each.nonPositive, 0);
	const positive = days.reduce((sum, each) => sum + each.positive, 0);
	return {
		from: first.day,
		through: last.day,
		days: days.length,
		received: positive + nonPositive,
		nonPositive,
	};
}
