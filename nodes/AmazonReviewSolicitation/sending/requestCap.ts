import { BoundedMap } from '../../shared/spapi/boundedMap';

/** Limits how many requests may still be sent. */
export class RequestCap {
	private taken = 0;

	constructor(private most: number) {}

	/** Lowers the limit, because another tool of the same agent may allow fewer. */
	lower(most: number): this {
		this.most = Math.min(this.most, most);
		return this;
	}

	get isLeft(): boolean {
		return this.taken < this.most;
	}

	/** Takes one request; false if none are left. */
	take(): boolean {
		if (!this.isLeft) return false;
		this.taken += 1;
		return true;
	}

	/** Returns a request that was not sent. */
	giveBack(): void {
		this.taken -= 1;
	}
}

/**
 * Executions remembered, because an agent calls its tool many times in one execution. Beyond this
 * number, the least recently used ones are forgotten.
 */
const MOST_EXECUTIONS = 1000;

const caps = new BoundedMap<RequestCap>({ max: MOST_EXECUTIONS });

/** The shared limit for all calls of an agent in one execution. */
export function requestsOfAgent(executionId: string, most: number): RequestCap {
	const cap = caps.get(executionId)?.lower(most) ?? new RequestCap(most);
	caps.set(executionId, cap);
	return cap;
}
