import type { SolicitationOutcome } from './outcome';
import type { SpApiFailure } from '../../shared/spapi/failure';
import type { Finding, OrderInQuestion } from './eligibility';

/** Denials in a row after which the run gives up a marketplace that had answered before. */
const DENIALS_TO_STOP = 3;

/** Outcomes that say nothing about an order. */
const NO_ANSWER: readonly SolicitationOutcome[] = [
	'missingRole',
	'failed',
	'loginFailed',
	'deferred',
	'answerLost',
];

/** The part of an order that access depends on: its seller and marketplace. */
type Place = Pick<OrderInQuestion, 'client' | 'marketplace'>;

const placeOf = ({ client, marketplace }: Place): string => `${client.seller} ${marketplace.id}`;

/**
 * Tracks whether Amazon gives the application access, separately for each seller. A missing role
 * causes the same 403 as an order in a marketplace where the seller is not active, so it is judged
 * per marketplace. If denied before any answer, or several times in a row, a marketplace is given
 * up. A single denial affects only its order.
 */
export class Access {
	private readonly answered = new Set<string>();

	private readonly denials = new Map<string, number>();

	/** Why a seller or a seller's marketplace was given up. */
	private readonly givenUp = new Map<string, Finding>();

	/** The failures that caused giving up, each once. */
	get failures(): readonly SpApiFailure[] {
		const all = [...this.givenUp.values()].flatMap(({ failure }) => failure ?? []);
		return all.filter(
			({ message }, index) => all.findIndex((f) => f.message === message) === index,
		);
	}

	/** Whether Amazon answered about any order. */
	get hasAnswered(): boolean {
		return this.answered.size > 0;
	}

	/** Records the result for an order. */
	note(order: Place, finding: Finding): void {
		const { outcome, failure } = finding;
		const place = placeOf(order);
		if (outcome === 'loginFailed') {
			this.givenUp.set(order.client.seller, finding);
		} else if (outcome === 'missingRole' || failure?.kind === 'notSelling') {
			const denials = (this.denials.get(place) ?? 0) + 1;
			this.denials.set(place, denials);
			const allowed = this.answered.has(place) ? DENIALS_TO_STOP : 1;
			if (denials >= allowed) this.givenUp.set(place, finding);
		} else if (!NO_ANSWER.includes(outcome)) {
			this.answered.add(place);
			this.denials.delete(place);
			this.givenUp.delete(place);
		}
	}

	/** The finding for an order that is skipped; undefined for one to process. */
	findingFor(order: Place): Finding | undefined {
		return this.givenUp.get(order.client.seller) ?? this.givenUp.get(placeOf(order));
	}
}
