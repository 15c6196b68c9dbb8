import { DAY_MS, millisOf } from '../../shared/domain/calendar';
import type { RemovalChance } from '../../shared/domain/comments/removalChance';
import { wilsonInterval } from '../../shared/domain/rating';
import type { Steps } from '../../shared/domain/steps';
import { CASE_ACTIONS, CASE_OUTCOMES, type CaseAction, type CaseOutcome } from './caseRow';

/** What outcomes need of a case. */
export interface EndedCase {
	readonly prospect: RemovalChance;
	readonly outcome: CaseOutcome | null;
	/** ISO 8601 in UTC. */
	readonly openedAt: string;
	/** Null while the case is open. */
	readonly closedAt: string | null;
	readonly wasOverdue: boolean;
	readonly removalRequestedAt: string | null;
	readonly buyerContactedAt: string | null;
	readonly repliedAt: string | null;
	readonly dismissedAt: string | null;
}

/** How many cases ended one way. */
export interface Share {
	readonly count: number;
	/** Percent, 0 to 100, and the ends of Wilson's 95% interval; null if the cases are too few. */
	readonly percent: number | null;
	readonly low: number | null;
	readonly high: number | null;
}

export interface OutcomesOfGroup {
	/** What the cases have in common: nothing (`all`), the removal prospect, or a step that was taken. */
	readonly groupedBy: 'all' | 'prospect' | 'step';
	/** The prospect or the step; `all` for all cases. */
	readonly group: string;
	/** Closed cases. */
	readonly cases: number;
	readonly outcomes: Readonly<Record<CaseOutcome, Share>>;
	readonly medianDaysToClose: number | null;
	readonly longestDaysToClose: number | null;
	/** Cases with a step that was overdue. */
	readonly overdue: Share;
	/** One sentence. */
	readonly summary: string;
}

/**
 * How closed cases ended, over all and per removal prospect and step that was taken. Shares come with
 * Wilson's interval, and only from this many cases. Cases that were closed when they were opened are
 * left out, because no step could be taken.
 */
export function* outcomesOf(cases: readonly EndedCase[], fewest: number): Steps<OutcomesOfGroup[]> {
	const ended: TimedCase[] = [];
	for (const [index, each] of cases.entries()) {
		if (index % CASES_PER_STEP === CASES_PER_STEP - 1) yield;
		const days = daysToClose(each);
		if (days !== null && days > 0) ended.push({ ...each, days });
	}
	const groups = [groupOf('all', 'all', ended, fewest)];
	for (const prospect of [...new Set(ended.map((each) => each.prospect))].toSorted()) {
		yield;
		const own = ended.filter((each) => each.prospect === prospect);
		groups.push(groupOf('prospect', prospect, own, fewest));
	}
	for (const step of STEPS) {
		yield;
		const own = ended.filter((each) => each[CASE_ACTIONS[step]] !== null);
		if (own.length > 0) groups.push(groupOf('step', step, own, fewest));
	}
	return groups;
}

interface TimedCase extends EndedCase {
	readonly days: number;
}

const CASES_PER_STEP = 2_000;

/** The steps that are taken towards an outcome. */
const STEPS = ['removalRequested', 'buyerContacted', 'replied'] as const satisfies CaseAction[];

function groupOf(
	groupedBy: OutcomesOfGroup['groupedBy'],
	group: string,
	cases: readonly TimedCase[],
	fewest: number,
): OutcomesOfGroup {
	const counts = new Map<CaseOutcome | null, number>();
	const days = new Float64Array(cases.length);
	let overdue = 0;
	for (const [index, each] of cases.entries()) {
		counts.set(each.outcome, (counts.get(each.outcome) ?? 0) + 1);
		days[index] = tenths(each.days);
		if (each.wasOverdue) overdue += 1;
	}
	days.sort();
	const share = (count: number): Share => shareOf(count, cases.length, fewest);
	const outcomes = Object.fromEntries(
		CASE_OUTCOMES.map((outcome) => [outcome, share(counts.get(outcome) ?? 0)]),
	) as Record<CaseOutcome, Share>;
	return {
		groupedBy,
		group,
		cases: cases.length,
		outcomes,
		medianDaysToClose: medianOf(days),
		longestDaysToClose: days.at(-1) ?? null,
		overdue: share(overdue),
		summary: summaryOf(group, cases.length, outcomes, fewest),
	};
}

function shareOf(count: number, total: number, fewest: number): Share {
	const counts = { positive: count, neutral: 0, negative: total - count };
	const interval = total < fewest ? undefined : wilsonInterval(counts);
	if (interval === undefined) return { count, percent: null, low: null, high: null };
	return { count, percent: (count / total) * 100, ...interval };
}

/** Days of 24 hours; null while the case is open. */
const daysToClose = ({ openedAt, closedAt }: EndedCase): number | null =>
	closedAt === null ? null : (millisOf(closedAt) - millisOf(openedAt)) / DAY_MS;

const tenths = (days: number): number => Math.round(days * 10) / 10;

/** Of sorted numbers; null without any. */
function medianOf(sorted: Float64Array): number | null {
	const middle = sorted.length / 2;
	const upper = sorted[Math.floor(middle)];
	const lower = sorted[Math.ceil(middle) - 1];
	return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}

const OUTCOME_WORDS: Readonly<Record<CaseOutcome, string>> = {
	gone: 'gone',
	changed: 'more stars',
	answered: 'answered publicly',
	dismissed: 'nothing done',
	expired: 'expired',
};

const GROUP_WORDS: Readonly<Record<string, string>> = {
	all: 'all cases',
	removalRequested: 'removal requested',
	buyerContacted: 'buyer contacted',
	replied: 'replied publicly',
};

function summaryOf(
	group: string,
	total: number,
	outcomes: Readonly<Record<CaseOutcome, Share>>,
	fewest: number,
): string {
	const name = GROUP_WORDS[group] ?? `removal ${group}`;
	const parts = CASE_OUTCOMES.filter((outcome) => outcomes[outcome].count > 0).map((outcome) => {
		const { count, low, high } = outcomes[outcome];
		const range =
			low === null || high === null ? '' : ` (${Math.round(low)} to ${Math.round(high)}%)`;
		return `${count} ${OUTCOME_WORDS[outcome]}${range}`;
	});
	const few = total < fewest ? `; too few for shares, which need ${fewest}` : '';
	const closed = `${total} closed ${total === 1 ? 'case' : 'cases'}`;
	return `${name[0]?.toUpperCase()}${name.slice(1)}: ${[closed, ...parts].join(', ')}${few}`;
}
