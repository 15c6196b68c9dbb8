import type { ICheckProcessedOptions, IExecuteFunctions } from 'n8n-workflow';

import { MINUTE_MS } from '../../shared/domain/calendar';
import { pause, unlessCanceled } from '../../shared/spapi/pause';

/**
 * A claim that was not released, because its execution stopped unexpectedly, expires after one to
 * two leases.
 */
const LEASE_MS = 10 * MINUTE_MS;

/** How often to check whether held claims must be recorded for another lease. */
const LOOK_EVERY_MS = LEASE_MS / 4;

/** n8n keeps this many of the newest claims per node; each is 24 characters. */
const STORE: ICheckProcessedOptions = { mode: 'entries', maxEntries: 20_000 };

/**
 * An access to n8n's store that takes longer counts as failed, so that a database that hangs holds up no
 * run, and no other seller's.
 */
const LONGEST_ACCESS_MS = 5_000;

/** The orders that executions of this process are working on. */
const heldHere = new Set<string>();

/** n8n's store has no lock, so accesses from this process wait for each other. */
let lastAccess: Promise<unknown> = Promise.resolve();

/**
 * Claims on orders, so that overlapping executions don't work on the same one.
 *
 * Within one n8n process a claim is certain. Between processes, claims are kept in n8n's own store
 * of processed data (per node, in its database), which has no lock: two workers that claim the same
 * order at the same instant may both get it. So a claim only saves calls. What ensures that no
 * buyer is contacted twice is Amazon, which accepts one request per order and refuses any other.
 */
export class Claims {
	/** The claims held here: by order, the entries in n8n's store. */
	private readonly held = new Map<string, readonly string[]>();

	private storeWorks = true;

	/** Stops renewing claims; undefined while none are held. */
	private idle: AbortController | undefined;

	/**
	 * @param clock milliseconds since 1970
	 * @param wait as `pause`
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly clock: () => number = Date.now,
		private readonly wait: typeof pause = pause,
	) {}

	/** Claims the keys that nobody else holds, and returns them. */
	async take(keys: readonly string[]): Promise<ReadonlySet<string>> {
		const free = keys.filter((key) => !heldHere.has(key));
		for (const key of free) heldHere.add(key);
		const entries = new Map(free.map((key) => [key, this.entriesOf(key)]));
		const recorded = await this.inStore([...entries.values()].flat(), async (store, all) =>
			store.checkProcessedAndRecord(all, 'node', STORE),
		);

		const found = new Set(recorded?.processed);
		const taken = new Set<string>();
		for (const [key, own] of entries) {
			if (own.some((entry) => found.has(entry))) {
				heldHere.delete(key);
			} else {
				taken.add(key);
				this.held.set(key, own);
			}
		}
		// The check leaves entries in the store, which must not extend the other execution's claim.
		const traces = free.filter((key) => !taken.has(key)).flatMap((key) => entries.get(key) ?? []);
		await this.forget(traces.filter((entry) => !found.has(entry)));
		if (taken.size > 0) this.lookAfter();
		return taken;
	}

	/** Releases claims. */
	async release(keys: Iterable<string>): Promise<void> {
		const entries: string[] = [];
		for (const key of keys) {
			heldHere.delete(key);
			entries.push(...(this.held.get(key) ?? []));
			this.held.delete(key);
		}
		if (this.held.size === 0) {
			this.idle?.abort();
			this.idle = undefined;
		}
		await this.forget(entries);
	}

	/** Renews claims while any are held, so that a long run keeps its orders. */
	private lookAfter(): void {
		if (this.idle !== undefined) return;
		const idle = new AbortController();
		this.idle = idle;
		const look = async (): Promise<void> => {
			while (await this.wait(LOOK_EVERY_MS, idle.signal)) await this.renew();
		};
		// If this fails, the store failed. Then only claims within this process count.
		look().catch(() => undefined);
	}

	/** Records the held claims for the current lease. */
	private async renew(): Promise<void> {
		const missing = new Map<string, readonly string[]>();
		for (const [key, own] of this.held) {
			const now = this.entriesOf(key).filter((entry) => !own.includes(entry));
			if (now.length > 0) missing.set(key, now);
		}
		for (const [key, entries] of missing) {
			this.held.set(key, [...(this.held.get(key) ?? []), ...entries]);
		}
		await this.inStore([...missing.values()].flat(), async (store, all) =>
			store.checkProcessedAndRecord(all, 'node', STORE),
		);
		// Released in the meantime: entries recorded late must not outlive the claim.
		const gone = [...missing].filter(([key]) => !this.held.has(key));
		await this.forget(gone.flatMap(([, entries]) => entries));
	}

	/**
	 * A claim is recorded for this lease and the previous one, so that it is also found in the next
	 * one.
	 */
	private entriesOf(key: string): readonly string[] {
		const lease = Math.floor(this.clock() / LEASE_MS);
		return [`${lease} ${key}`, `${lease - 1} ${key}`];
	}

	private async forget(entries: readonly string[]): Promise<void> {
		await this.inStore(entries, async (store, all) => store.removeProcessed(all, 'node', STORE));
	}

	/**
	 * Some contexts of n8n have no store, and its database may fail or hang. Then only claims within this
	 * process count.
	 */
	private async inStore<Result>(
		entries: readonly string[],
		work: (store: IExecuteFunctions['helpers'], entries: string[]) => Promise<Result>,
	): Promise<Result | undefined> {
		if (!this.storeWorks || entries.length === 0) return undefined;
		const access = lastAccess
			.then(async () => {
				const limit = AbortSignal.timeout(LONGEST_ACCESS_MS);
				const result = await unlessCanceled(work(this.context.helpers, [...entries]), limit);
				if (limit.aborted) this.storeWorks = false;
				return result;
			})
			.catch(() => {
				this.storeWorks = false;
				return undefined;
			});
		lastAccess = access;
		return await access;
	}
}
