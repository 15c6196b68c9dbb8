import type { IPollFunctions } from 'n8n-workflow';

import { millisOf, MINUTE_MS } from '../shared/domain/calendar';
import { BoundedMap } from '../shared/spapi/boundedMap';
import type { RequestedReport } from '../shared/spapi/report';

/** Wait after a first failure; it doubles with each further one, up to an hour. */
const FIRST_WAIT_MINUTES = 2;
const LONGEST_WAIT_MINUTES = 60;

/** Amazon's rate limit refills within a quarter of an hour. */
const HELD_UP_HOURS = 2;

/** Half a day of feedback reports at the default interval. */
const REMEMBERED_REPORTS = 24;

/** Maximum number of problems waiting to be reported. */
const MAX_PROBLEMS = 5;

/**
 * Maximum number of sellers and marketplaces of one trigger: all marketplaces of a region, also for
 * a previous seller.
 */
const MOST_REMEMBERED = 60;

/**
 * Triggers and their sellers that are remembered; beyond that, those polled longest ago are forgotten.
 */
const MOST_TRIGGERS = 5_000;

/** What a trigger keeps in the process; it can be lost without harm. */
class Memory {
	/** Errors that the next polls report, one each. */
	readonly problems: Error[] = [];

	/** The times are on the monotonic clock, which nobody sets. */
	readonly failures = new Map<string, { count: number; notBefore: number }>();

	readonly heldUpSince = new Map<string, number>();

	/** Feedback reports read recently, by seller and marketplace, the latest first. */
	readonly feedbackRead = new BoundedMap<readonly RequestedReport[]>({ max: MOST_REMEMBERED });

	/** The newest query for daily totals that was created or joined, by seller. */
	readonly queries = new BoundedMap<RequestedReport>({ max: MOST_REMEMBERED });

	/** The report the next poll starts with. */
	startsWith: string | undefined;
}

/** By workflow, node and seller. */
const memories = new BoundedMap<Memory>({ max: MOST_TRIGGERS });

const pollMemories = new WeakMap<IPollFunctions, Map<string, PollMemory>>();

/**
 * What the polls of an activated trigger share. n8n makes one set of poll functions per activation
 * or, with durable polls, one per poll with the activation mode "update".
 */
export class PollMemory {
	/** The poll that is running. */
	running: Promise<unknown> | undefined;

	/** The report last read or given up, by marketplace and kind. Lives no longer than the state it was read into. */
	readonly collected = new Map<string, string>();

	private constructor(
		private readonly memory: Memory,
		/** If so, the user sees right away what the first poll throws. */
		readonly isActivatedByUser: boolean,
	) {}

	/** @param seller name of one of several sellers; each has a memory of its own */
	static of(context: IPollFunctions, seller = ''): PollMemory {
		const name = [context.getWorkflow().id, context.getNode().id, seller].join(' ').trimEnd();
		const ofSellers = pollMemories.get(context) ?? new Map<string, PollMemory>();
		pollMemories.set(context, ofSellers);
		const known = ofSellers.get(seller);
		if (known !== undefined) {
			// Marks it as recently used, so that it is not evicted.
			memories.set(name, known.memory);
			return known;
		}
		// After a new activation, perhaps with a corrected credential, it tries at once.
		const mode = context.getActivationMode();
		const isUpdate = mode === 'update';
		const memory = (isUpdate ? memories.get(name) : undefined) ?? new Memory();
		memories.set(name, memory);
		const pollMemory = new PollMemory(memory, mode === 'activate' || mode === 'create');
		ofSellers.set(seller, pollMemory);
		return pollMemory;
	}

	/**
	 * Queues an error for a later poll to report.
	 * @returns false if too many are waiting already
	 */
	reportLater(problem: Error): boolean {
		const { problems } = this.memory;
		if (problems.some(({ message }) => message === problem.message)) return true;
		if (problems.length >= MAX_PROBLEMS) return false;
		problems.push(problem);
		return true;
	}

	takeProblem(): Error | undefined {
		return this.memory.problems.shift();
	}

	/** @param whose seller and marketplace */
	remember(whose: string, report: RequestedReport): void {
		const others = this.feedbackReports(whose).filter(({ id }) => id !== report.id);
		this.memory.feedbackRead.set(whose, [report, ...others].slice(0, REMEMBERED_REPORTS));
	}

	/** Feedback reports read recently, for totals that arrive later. */
	feedbackReports(whose: string): readonly RequestedReport[] {
		return this.memory.feedbackRead.get(whose) ?? [];
	}

	rememberQuery(seller: string, query: RequestedReport): void {
		const newest = this.newestQuery(seller);
		if (newest !== undefined && millisOf(newest.askedAt) > millisOf(query.askedAt)) return;
		this.memory.queries.set(seller, query);
	}

	/** The newest query for daily totals, which has those of all the seller's marketplaces. */
	newestQuery(seller: string): RequestedReport | undefined {
		const newest = this.memory.queries.get(seller);
		// A time in the future comes from a clock that was ahead.
		return newest && millisOf(newest.askedAt) <= Date.now() ? newest : undefined;
	}

	/** All tasks, starting with those the last poll did not reach. */
	leftOutFirst<Task extends { readonly key: string }>(tasks: readonly Task[]): Task[] {
		const { startsWith } = this.memory;
		this.memory.startsWith = undefined;
		const first = Math.max(
			0,
			tasks.findIndex(({ key }) => key === startsWith),
		);
		return [...tasks.slice(first), ...tasks.slice(0, first)];
	}

	/** The next poll starts with this task, or with an earlier one that was left out, too. */
	startWith(key: string): void {
		this.memory.startsWith ??= key;
	}

	mayTry(what: string): boolean {
		const failure = this.memory.failures.get(what);
		return failure === undefined || performance.now() >= failure.notBefore;
	}

	failed(what: string): void {
		const count = this.failuresOf(what) + 1;
		const minutes = Math.min(LONGEST_WAIT_MINUTES, FIRST_WAIT_MINUTES * 2 ** (count - 1));
		const notBefore = performance.now() + minutes * MINUTE_MS;
		this.memory.failures.set(what, { count, notBefore });
	}

	/** Whether the rate limit has held something up for hours, which is worth reporting. */
	isHeldUpForLong(what: string): boolean {
		return this.isHeldUpFor(what, HELD_UP_HOURS * 60);
	}

	/** Whether the rate limit has held something up for this many minutes. */
	isHeldUpFor(what: string, minutes: number): boolean {
		const now = performance.now();
		const since = this.memory.heldUpSince.get(what) ?? now;
		this.memory.heldUpSince.set(what, since);
		return now - since >= minutes * MINUTE_MS;
	}

	/** Failures in a row. */
	failuresOf(what: string): number {
		return this.memory.failures.get(what)?.count ?? 0;
	}

	succeeded(...what: string[]): void {
		for (const each of what) {
			this.memory.failures.delete(each);
			this.memory.heldUpSince.delete(each);
		}
	}
}
