import type { SolicitationOutcome } from '../../shared/domain/solicitationOutcome';
import type { SpApiFailure } from '../../shared/spapi/failure';
import type { Finding } from '../actions/solicitation/common';

/** Denials one after the other after which a marketplace is given up that had answered before. */
const DENIALS_TO_STOP = 3;

/** Outcomes that are no answer about an order. */
const NO_ANSWER: readonly SolicitationOutcome[] = [
	'missingRole',
	'failed',
	'loginFailed',
	'deferred',
	'answerLost',
];

/**
 * Whether Amazon lets the application in. A missing role is told with the same 403 as an order's
 * marketplace where the seller is not active, so it is judged by marketplace: denied before any
 * answer, or several times in a row, a marketplace is given up; a single denial stays with its order.
 */
export class Access {
	private readonly answered = new Set<string>();

	private readonly denials = new Map<string, number>();

	private loginFailed = false;

	/** The last failure that meant no access, once that stopped anything. */
	failure: SpApiFailure | undefined;

	/** Whether Amazon answered about any order. */
	get hasAnswered(): boolean {
		return this.answered.size > 0;
	}

	/** Takes in what came of an order of a marketplace. */
	note(marketplaceId: string, { outcome, failure }: Finding): void {
		if (outcome === 'loginFailed') {
			this.loginFailed = true;
			this.failure = failure;
		} else if (outcome === 'missingRole') {
			this.denials.set(marketplaceId, (this.denials.get(marketplaceId) ?? 0) + 1);
			if (this.isGivenUp(marketplaceId)) this.failure = failure;
		} else if (!NO_ANSWER.includes(outcome)) {
			this.answered.add(marketplaceId);
			this.denials.delete(marketplaceId);
		}
	}

	/** What an order of the marketplace that is not even asked about comes to; undefined where it is. */
	outcomeFor(marketplaceId: string): SolicitationOutcome | undefined {
		if (this.loginFailed) return 'loginFailed';
		return this.isGivenUp(marketplaceId) ? 'missingRole' : undefined;
	}

	private isGivenUp(marketplaceId: string): boolean {
		const allowed = this.answered.has(marketplaceId) ? DENIALS_TO_STOP : 1;
		return (this.denials.get(marketplaceId) ?? 0) >= allowed;
	}
}
