import { DAY_MS, millisOf } from '../../shared/domain/calendar';
import type { RemovalChance } from '../../shared/domain/comments/removalChance';
import { wilsonInterval } from '../../shared/domain/rating';
import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
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
	const all = new Group('all', 'all');
	const byProspect = new Map<string, Group>();
	const bySteps = STEPS.map((step) => new Group('step', step));
	for (const [index, each] of cases.entries()) {
		if (index % ENTRIES_PER_STEP === ENTRIES_PER_STEP - 1) yield;
		const days = daysToClose(each);
		if (days === null || days <= 0) continue;
		all.add(each, days);
		const { prospect } = each;
		const own = byProspect.get(prospect) ?? new Group('prospect', prospect);
		byProspect.set(prospect, own);
		own.add(each, days);
		for (const [number, step] of STEPS.entries()) {
			if (each[CASE_ACTIONS[step]] !== null) bySteps[number]?.add(each, days);
		}
	}
	const prospects = [...byProspect.keys()].toSorted().map((prospect) => byProspect.get(prospect));
	const taken = bySteps.filter(({ size }) => size > 0);
	const groups: OutcomesOfGroup[] = [];
	for (const group of [all, ...prospects, ...taken]) {
		yield;
		if (group !== undefined) groups.push(group.summarize(fewest));
	}
	return groups;
}

/** The steps that are taken towards an outcome. */
const STEPS = ['removalRequested', 'buyerContacted', 'replied'] as const satisfies CaseAction[];

/** Counts closed cases that have something in common. */
class Group {
	private readonly counts = new Map<CaseOutcome | null, number>();

	/** How many days each case was open, to a tenth. */
	private readonly days: number[] = [];

	private overdue = 0;

	constructor(
		private readonly groupedBy: OutcomesOfGroup['groupedBy'],
		private readonly group: string,
	) {}

	get size(): number {
		return this.days.length;
	}

	add({ outcome, wasOverdue }: EndedCase, days: number): void {
		this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
		this.days.push(tenths(days));
		if (wasOverdue) this.overdue += 1;
	}

	/** @param fewest cases that shares need */
	summarize(fewest: number): OutcomesOfGroup {
		const { groupedBy, group, size } = this;
		const days = Float64Array.from(this.days).sort();
		const share = (count: number): Share => shareOf(count, size, fewest);
		const outcomes = Object.fromEntries(
			CASE_OUTCOMES.map((outcome) => [outcome, share(this.counts.get(outcome) ?? 0)]),
		) as Record<CaseOutcome, Share>;
		return {
			groupedBy,
			group,
			cases: size,
			outcomes,
			medianDaysToClose: medianOf(days),
			longestDaysToClose: days.at(-1) ?? null,
			overdue: share(this.overdue),
			summary: summaryOf(group, size, outcomes, fewest),
		};
	}
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
