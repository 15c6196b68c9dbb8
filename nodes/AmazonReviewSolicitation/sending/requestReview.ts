import { isUncertain, SpApiFailure } from '../../shared/spapi/failure';
import { isSolicitationOffered, requestReview } from '../../shared/spapi/solicitations';
import {
	checkEligibility,
	findingOfFailure,
	type Finding,
	type OrderInQuestion,
} from './eligibility';

/** A request whose answer was lost is repeated once, and only if Amazon still offers it. */
const MAX_REQUESTS = 2;

/** A result for an order. A request whose answer was lost and that was repeated comes first. */
export interface Attempt {
	readonly finding: Finding;
	/** Whether a request was sent that may have reached Amazon. */
	readonly requested: boolean;
}

export interface Rules {
	/** Whether to check that Amazon would accept a request before making one. */
	readonly checkFirst: boolean;
	/** Called right before a request; returns an outcome if the request must not be made. */
	readonly mayRequest: () => Finding['outcome'] | undefined;
}

/**
 * Requests a review for an order if Amazon offers it. After a lost answer, the order is checked
 * before anything else. Each failed call becomes an outcome of this order.
 */
export async function requestReviewOnce(order: OrderInQuestion, rules: Rules): Promise<Attempt[]> {
	if (rules.checkFirst) {
		const finding = await checkEligibility(order);
		if (finding.outcome !== 'eligible') return [{ finding, requested: false }];
	}
	const attempts: Attempt[] = [];
	while (attempts.length < MAX_REQUESTS) {
		const held = rules.mayRequest();
		if (held !== undefined) return [...attempts, { finding: { outcome: held }, requested: false }];
		const attempt = await request(order);
		attempts.push(attempt);
		if (attempt.finding.outcome !== 'answerLost') break;

		const offered = await isStillOffered(order);
		if (offered === undefined) break;
		if (!offered) {
			attempts[attempts.length - 1] = settled(attempt);
			break;
		}
	}
	const [first, last] = attempts;
	// Offered a moment ago and refused now, after a request without an answer: that request arrived.
	if (first !== undefined && last?.finding.outcome === 'alreadyRequested') return [settled(first)];
	return attempts;
}

/** The request is no longer offered, so it most likely arrived. */
const settled = ({ finding }: Attempt): Attempt => ({
	finding: { ...finding, outcome: 'sentUnconfirmed' },
	requested: true,
});

async function request({ client, orderId, marketplace }: OrderInQuestion): Promise<Attempt> {
	return await requestReview(client, orderId, marketplace.id).then(
		(requestId): Attempt => ({
			finding: { outcome: 'sent', answer: { requestId } },
			requested: true,
		}),
		(failure: unknown): Attempt =>
			mayHaveActed(failure)
				? { finding: { outcome: 'answerLost', answer: failure.answer }, requested: true }
				: { finding: findingOfFailure(failure), requested: false },
	);
}

/** Undefined if Amazon does not say. */
const isStillOffered = async ({
	client,
	orderId,
	marketplace,
}: OrderInQuestion): Promise<boolean | undefined> =>
	await isSolicitationOffered(client, orderId, marketplace.id).catch(() => undefined);

const mayHaveActed = (failure: unknown): failure is SpApiFailure =>
	failure instanceof SpApiFailure && isUncertain(failure.kind);
