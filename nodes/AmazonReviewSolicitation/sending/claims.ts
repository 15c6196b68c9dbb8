import type { ICheckProcessedOptions, IExecuteFunctions } from 'n8n-workflow';

import { pause } from '../../shared/spapi/pause';

/** A claim that was not given back (its execution broke off) ends after one to two leases. */
const LEASE_MS = 10 * 60_000;

/** So often it is looked whether claims that are held have to be entered for another lease. */
const LOOK_EVERY_MS = LEASE_MS / 4;

/** n8n keeps that many of the newest claims per node; they are 24 characters each. */
const STORE: ICheckProcessedOptions = { mode: 'entries', maxEntries: 20_000 };

/** What executions of this process work on right now. */
const heldHere = new Set<string>();

/** n8n's store is read and written without a lock; at least this process waits for itself. */
let lastAccess: Promise<unknown> = Promise.resolve();

/**
 * Claims on orders, so that overlapping executions don't work on the same one.
 *
 * Within one process of n8n a claim is certain. Between processes it is kept in n8n's own store of
 * processed data (per node, in its database), which has no lock: two workers that claim the same
 * order in the same instant may both get it. So a claim spares calls; what makes sure that no buyer
 * is asked twice is Amazon, which takes one request per order and refuses any other.
 */
export class Claims {
	/** What this one holds: by order, its entries in n8n's store. */
	private readonly held = new Map<string, readonly string[]>();

	private storeWorks = true;

	/** Ends the looking after claims; undefined while there are none. */
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

	/** Claims what nobody else holds, and returns it. */
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
		// Looking leaves a trace in the store, which must not make the other's claim last longer.
		const traces = free.filter((key) => !taken.has(key)).flatMap((key) => entries.get(key) ?? []);
		await this.forget(traces.filter((entry) => !found.has(entry)));
		if (taken.size > 0) this.lookAfter();
		return taken;
	}

	/** Gives claims back. */
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

	/** Renews claims for as long as any is held, so that a long run keeps what it works on. */
	private lookAfter(): void {
		if (this.idle !== undefined) return;
		const idle = new AbortController();
		this.idle = idle;
		const look = async (): Promise<void> => {
			while (await this.wait(LOOK_EVERY_MS, idle.signal)) await this.renew();
		};
		// What fails here fails with the store, without which the process alone counts.
		look().catch(() => undefined);
	}

	/** Enters what is held for the present lease. */
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
		// Given back meanwhile: what was entered late would outlive it.
		const gone = [...missing].filter(([key]) => !this.held.has(key));
		await this.forget(gone.flatMap(([, entries]) => entries));
	}

	/** A claim is entered for this lease and the one before, so that it is found in the next one too. */
	private entriesOf(key: string): readonly string[] {
		const lease = Math.floor(this.clock() / LEASE_MS);
		return [`${lease} ${key}`, `${lease - 1} ${key}`];
	}

	private async forget(entries: readonly string[]): Promise<void> {
		await this.inStore(entries, async (store, all) => store.removeProcessed(all, 'node', STORE));
	}

	/** n8n lacks the store in some contexts, and its database may fail; then the process alone counts. */
	private async inStore<Result>(
		entries: readonly string[],
		work: (store: IExecuteFunctions['helpers'], entries: string[]) => Promise<Result>,
	): Promise<Result | undefined> {
		if (!this.storeWorks || entries.length === 0) return undefined;
		const access = lastAccess
			.then(async () => await work(this.context.helpers, [...entries]))
			.catch(() => {
				this.storeWorks = false;
				return undefined;
			});
		lastAccess = access;
		return await access;
	}
}
