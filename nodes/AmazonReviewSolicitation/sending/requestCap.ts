import { BoundedMap } from '../../shared/spapi/boundedMap';

/** How many requests may still go out. */
export class RequestCap {
	private taken = 0;

	constructor(private most: number) {}

	/** Another tool of the same agent may allow less. */
	lower(most: number): this {
		this.most = Math.min(this.most, most);
		return this;
	}

	get isLeft(): boolean {
		return this.taken < this.most;
	}

	/** Takes one; false where none is left. */
	take(): boolean {
		if (!this.isLeft) return false;
		this.taken += 1;
		return true;
	}

	/** Gives one back that did not go out. */
	giveBack(): void {
		this.taken -= 1;
	}
}

/**
 * Executions whose agents are remembered; an agent calls its tool many times in one execution. Of more
 * than these, those that called longest ago are forgotten.
 */
const MOST_EXECUTIONS = 1000;

const caps = new BoundedMap<RequestCap>({ max: MOST_EXECUTIONS });

/** The one cap for all calls that an agent makes in an execution. */
export function requestsOfAgent(executionId: string, most: number): RequestCap {
	const cap = caps.get(executionId)?.lower(most) ?? new RequestCap(most);
	caps.set(executionId, cap);
	return cap;
}
