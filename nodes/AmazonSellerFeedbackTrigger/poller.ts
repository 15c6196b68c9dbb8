import type { IPollFunctions } from 'n8n-workflow';
import type { DateTime } from 'luxon';

import type { AskedReport } from '../shared/spapi/reportDesk';

/** After a first failure the next attempt waits this long, then twice as long each time, at most an hour. */
const FIRST_WAIT_MINUTES = 2;
const LONGEST_WAIT_MINUTES = 60;

/** Amazon's rate limit fills again within a quarter of an hour. */
const HELD_UP_HOURS = 2;

/** Half a day of feedback reports at the usual pace. */
const REMEMBERED_REPORTS = 24;

const pollers = new WeakMap<IPollFunctions, Poller>();

/** What was told once by this process, by workflow and node. */
const told = new Set<string>();

/**
 * What an activated trigger keeps in the process: nothing that matters when it is lost. n8n makes one
 * set of poll functions per activation, so activating anew (after mending a credential, say) begins
 * anew. Where n8n makes one per poll (durable polls), it does the backing off itself.
 */
export class Poller {
	/** The poll under way. */
	running: Promise<unknown> | undefined;

	/** The report last read, or given up, of each kind and marketplace. */
	readonly collected = new Map<string, string>();

	private readonly failures = new Map<string, { count: number; notBefore: DateTime }>();

	private constructor(private readonly name: string) {}

	static of(context: IPollFunctions): Poller {
		const known = pollers.get(context);
		if (known !== undefined) return known;
		const poller = new Poller(`${context.getWorkflow().id} ${context.getNode().id}`);
		pollers.set(context, poller);
		return poller;
	}

	/** Feedback reports read lately, of each marketplace, for totals that arrive later. */
	private readonly feedbackRead = new Map<string, AskedReport[]>();

	remember(marketplaceId: string, report: AskedReport): void {
		const others = this.feedbackReports(marketplaceId).filter(({ id }) => id !== report.id);
		this.feedbackRead.set(marketplaceId, [report, ...others].slice(0, REMEMBERED_REPORTS));
	}

	/** The latest first. */
	feedbackReports(marketplaceId: string): readonly AskedReport[] {
		return this.feedbackRead.get(marketplaceId) ?? [];
	}

	private goesOnWith: string | undefined;

	/** All of them, first those that the last poll did not come to. */
	inTurn<Turn extends { readonly key: string }>(turns: readonly Turn[]): Turn[] {
		const first = Math.max(
			0,
			turns.findIndex(({ key }) => key === this.goesOnWith),
		);
		this.goesOnWith = undefined;
		return [...turns.slice(first), ...turns.slice(0, first)];
	}

	/** The next poll begins with this one. */
	goOnWith(key: string): void {
		this.goesOnWith = key;
	}

	mayTry(what: string, now: DateTime): boolean {
		const failure = this.failures.get(what);
		return failure === undefined || now >= failure.notBefore;
	}

	failed(what: string, now: DateTime): void {
		const count = (this.failures.get(what)?.count ?? 0) + 1;
		const minutes = Math.min(LONGEST_WAIT_MINUTES, FIRST_WAIT_MINUTES * 2 ** (count - 1));
		this.failures.set(what, { count, notBefore: now.plus({ minutes }) });
	}

	private readonly heldUpSince = new Map<string, DateTime>();

	/** Whether the rate limit has kept something from being done for hours: more than bad luck. */
	isHeldUpForLong(what: string, now: DateTime): boolean {
		const since = this.heldUpSince.get(what) ?? now;
		this.heldUpSince.set(what, since);
		return now.diff(since).as('hours') >= HELD_UP_HOURS;
	}

	/** Failures in a row. */
	failuresOf(what: string): number {
		return this.failures.get(what)?.count ?? 0;
	}

	succeeded(...what: string[]): void {
		for (const each of what) {
			this.failures.delete(each);
			this.heldUpSince.delete(each);
		}
	}

	/** Whether this was told before; from now on it was. */
	wasTold(message: string): boolean {
		const key = `${this.name} ${message}`;
		if (told.has(key)) return true;
		told.add(key);
		return false;
	}
}
