/** How much a map may hold; the least recently used entry is removed first. */
export interface Bounds<Value> {
	/** Entries. */
	readonly max: number;
	/** Milliseconds on a monotonic clock after which an entry expires; never if absent. */
	readonly ttlMs?: number;
	/**
	 * Sizes: of all entries together, of a single one (a larger one is not kept), and a function that
	 * returns the size of a value.
	 */
	readonly sizes?: {
		readonly all: number;
		readonly one: number;
		readonly of: (value: Value) => number;
	};
}

interface Entry<Value> {
	readonly value: Value;
	readonly size: number;
	readonly at: number;
}

/**
 * A map that removes the least recently used entries, so that a process that runs for months stays
 * small.
 *
 * We have our own because libraries for this use timers or `process`, which n8n does not allow in
 * community nodes. Time comes from `clock`, in milliseconds of a monotonic clock.
 */
export class BoundedMap<Value> {
	/** In the order of their last use. */
	private readonly entries = new Map<string, Entry<Value>>();

	private total = 0;

	constructor(
		private readonly bounds: Bounds<Value>,
		private readonly clock: () => number = () => performance.now(),
	) {}

	get size(): number {
		return this.entries.size;
	}

	get(key: string): Value | undefined {
		const entry = this.entries.get(key);
		if (entry === undefined) return undefined;
		this.entries.delete(key);
		const { ttlMs = Infinity } = this.bounds;
		if (this.clock() - entry.at >= ttlMs) {
			this.total -= entry.size;
			return undefined;
		}
		this.entries.set(key, entry);
		return entry.value;
	}

	has(key: string): boolean {
		return this.get(key) !== undefined;
	}

	set(key: string, value: Value): void {
		this.delete(key);
		const { max, sizes } = this.bounds;
		const size = sizes?.of(value) ?? 0;
		if (sizes !== undefined && size > sizes.one) return;
		this.entries.set(key, { value, size, at: this.clock() });
		this.total += size;
		for (const oldest of this.entries.keys()) {
			const isTooMuch = this.entries.size > max || this.total > (sizes?.all ?? Infinity);
			if (!isTooMuch) break;
			this.delete(oldest);
		}
	}

	delete(key: string): void {
		this.total -= this.entries.get(key)?.size ?? 0;
		this.entries.delete(key);
	}

	clear(): void {
		this.entries.clear();
		this.total = 0;
	}
}
