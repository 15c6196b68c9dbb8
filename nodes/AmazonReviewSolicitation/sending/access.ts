import type { SolicitationOutcome } from './outcome';
import type { SpApiFailure } from '../../shared/spapi/failure';
import type { Finding, OrderInQuestion } from './eligibility';

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

/** Of an order, whose it is and where: what access is given to. */
type Place = Pick<OrderInQuestion, 'client' | 'marketplace'>;

const placeOf = ({ client, marketplace }: Place): string => `${client.seller} ${marketplace.id}`;

/**
 * Whether Amazon lets the application in, for each seller apart. A missing role is told with the same
 * 403 as an order's marketplace where the seller is not active, so it is judged by marketplace: denied
 * before any answer, or several times in a row, a marketplace is given up; a single denial stays with
 * its order.
 */
export class Access {
	private readonly answered = new Set<string>();

	private readonly denials = new Map<string, number>();

	/** Why a seller, or a seller's marketplace, was given up. */
	private readonly givenUp = new Map<string, Finding>();

	/** The failures that stopped anything, each once. */
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

	/** Takes in what came of an order. */
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

	/** What an order that is not even asked about comes to; undefined where it is. */
	findingFor(order: Place): Finding | undefined {
		return this.givenUp.get(order.client.seller) ?? this.givenUp.get(placeOf(order));
	}
}
