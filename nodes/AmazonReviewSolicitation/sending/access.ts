import type { SolicitationOutcome } from '../../shared/domain/solicitationOutcome';
import type { SpApiFailure } from '../../shared/spapi/failure';
import type { Finding, OrderInQuestion } from '../actions/solicitation/common';

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

/** Where an order is from: whose it is, and of which marketplace. */
type Place = Pick<OrderInQuestion, 'client' | 'marketplace'>;

const keyOf = ({ client, marketplace }: Place): string => `${client.seller} ${marketplace.id}`;

/**
 * Whether Amazon lets the application in, for each seller apart. A missing role is told with the same
 * 403 as an order's marketplace where the seller is not active, so it is judged by marketplace: denied
 * before any answer, or several times in a row, a marketplace is given up; a single denial stays with
 * its order.
 */
export class Access {
	private readonly answered = new Set<string>();

	private readonly denials = new Map<string, number>();

	/** By seller. */
	private readonly failedLogins = new Set<string>();

	/** By seller, the last failure that meant no access, once that stopped anything. */
	private readonly failures = new Map<string, SpApiFailure>();

	/** Whether Amazon answered about any order. */
	get hasAnswered(): boolean {
		return this.answered.size > 0;
	}

	/** The last failure of any seller. */
	get failure(): SpApiFailure | undefined {
		return [...this.failures.values()].at(-1);
	}

	/** The failure that stopped the orders of this seller. */
	failureOf({ client }: Place): SpApiFailure | undefined {
		return this.failures.get(client.seller);
	}

	/** Takes in what came of an order. */
	note(place: Place, { outcome, failure }: Finding): void {
		const { seller } = place.client;
		const key = keyOf(place);
		if (outcome === 'loginFailed') {
			this.failedLogins.add(seller);
			if (failure !== undefined) this.failures.set(seller, failure);
		} else if (outcome === 'missingRole') {
			this.denials.set(key, (this.denials.get(key) ?? 0) + 1);
			if (this.isGivenUp(key) && failure !== undefined) this.failures.set(seller, failure);
		} else if (!NO_ANSWER.includes(outcome)) {
			this.answered.add(key);
			this.denials.delete(key);
		}
	}

	/** What an order that is not even asked about comes to; undefined where it is. */
	outcomeFor(place: Place): SolicitationOutcome | undefined {
		if (this.failedLogins.has(place.client.seller)) return 'loginFailed';
		return this.isGivenUp(keyOf(place)) ? 'missingRole' : undefined;
	}

	private isGivenUp(key: string): boolean {
		const allowed = this.answered.has(key) ? DENIALS_TO_STOP : 1;
		return (this.denials.get(key) ?? 0) >= allowed;
	}
}
