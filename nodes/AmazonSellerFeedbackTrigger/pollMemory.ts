import type { IPollFunctions } from 'n8n-workflow';

import { BoundedMap } from '../shared/spapi/boundedMap';
import type { RequestedReport } from '../shared/spapi/report';

/** After a first failure the next attempt waits this long, then twice as long each time, at most an hour. */
const FIRST_WAIT_MINUTES = 2;
const LONGEST_WAIT_MINUTES = 60;

/** Amazon's rate limit fills again within a quarter of an hour. */
const HELD_UP_HOURS = 2;

const MINUTE_MS = 60_000;

/** Half a day of feedback reports at the usual pace. */
const REMEMBERED_REPORTS = 24;

/** More than so many are not kept to be told. */
const MAX_PROBLEMS = 5;

/** Sellers and marketplaces of one trigger: a region's, also of a seller who was there before. */
const MOST_REMEMBERED = 60;

/** Triggers that are remembered; of more than these, those polled longest ago are forgotten. */
const MOST_TRIGGERS = 1_000;

/** What a trigger keeps in the process: nothing that matters when it is lost. */
class Memory {
	/** What went wrong and is to be told by the polls to come, one each. */
	readonly problems: Error[] = [];

	/** On the steady clock, which nobody sets. */
	readonly failures = new Map<string, { count: number; notBefore: number }>();

	readonly heldUpSince = new Map<string, number>();

	/** Feedback reports read lately, by seller and marketplace, the latest first. */
	readonly feedbackRead = new BoundedMap<readonly RequestedReport[]>({ max: MOST_REMEMBERED });

	/** The report the next poll begins with. */
	goesOnWith: string | undefined;
}

/** By workflow and node. */
const memories = new BoundedMap<Memory>({ max: MOST_TRIGGERS });

const pollMemories = new WeakMap<IPollFunctions, PollMemory>();

/**
 * What the polls of an activated trigger share. n8n makes one set of poll functions per activation
 * or, with durable polls, one per poll, which then is an "update".
 */
export class PollMemory {
	/** The poll under way. */
	running: Promise<unknown> | undefined;

	/** The report last read, or given up, by marketplace and kind. As good as the state it is read into. */
	readonly collected = new Map<string, string>();

	private constructor(
		private readonly memory: Memory,
		/** Somebody sees at once what its first poll throws. */
		readonly isActivatedByUser: boolean,
	) {}

	static of(context: IPollFunctions): PollMemory {
		const name = `${context.getWorkflow().id} ${context.getNode().id}`;
		const known = pollMemories.get(context);
		if (known !== undefined) {
			// Mark it as in use, so that others do not push it out.
			memories.set(name, known.memory);
			return known;
		}
		// Activated anew, after mending a credential perhaps, it tries at once.
		const mode = context.getActivationMode();
		const isUpdate = mode === 'update';
		const memory = (isUpdate ? memories.get(name) : undefined) ?? new Memory();
		memories.set(name, memory);
		const pollMemory = new PollMemory(memory, mode === 'activate' || mode === 'create');
		pollMemories.set(context, pollMemory);
		return pollMemory;
	}

	/**
	 * Something to be told by a later poll.
	 * @returns whether it will be; too many wait already otherwise
	 */
	tellLater(problem: Error): boolean {
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

	/** Feedback reports read lately, for totals that arrive later. */
	feedbackReports(whose: string): readonly RequestedReport[] {
		return this.memory.feedbackRead.get(whose) ?? [];
	}

	/** All of them, first those that the last poll did not come to. */
	leftOutFirst<Task extends { readonly key: string }>(tasks: readonly Task[]): Task[] {
		const { goesOnWith } = this.memory;
		this.memory.goesOnWith = undefined;
		const first = Math.max(
			0,
			tasks.findIndex(({ key }) => key === goesOnWith),
		);
		return [...tasks.slice(first), ...tasks.slice(0, first)];
	}

	/** The next poll begins with this one, or an earlier one that was left out too. */
	goOnWith(key: string): void {
		this.memory.goesOnWith ??= key;
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

	/** Whether the rate limit has kept something from being done for hours: more than bad luck. */
	isHeldUpForLong(what: string): boolean {
		const now = performance.now();
		const since = this.memory.heldUpSince.get(what) ?? now;
		this.memory.heldUpSince.set(what, since);
		return now - since >= HELD_UP_HOURS * 60 * MINUTE_MS;
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
