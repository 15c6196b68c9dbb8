import { isUncertain } from '../../shared/spapi/failureKinds';
import { SpApiFailure } from '../../shared/spapi/failure';
import { isSolicitationOffered, requestReview } from '../../shared/spapi/solicitations';
import {
	checkEligibility,
	findingOfFailure,
	type Finding,
	type OrderInQuestion,
} from './eligibility';
import type { RequestCap } from './requestCap';

/** A request whose answer was lost is repeated once, and only if Amazon still offers it. */
const MAX_REQUESTS = 2;

/**
 * One result for an order. If a request was repeated because its answer was lost, the lost one
 * comes first.
 */
export interface Attempt {
	readonly finding: Finding;
	/** Whether a request was sent that may have reached Amazon. */
	readonly requested: boolean;
}

export interface RequestRules {
	/** Whether to check that Amazon would accept a request before making one. */
	readonly checkFirst: boolean;
	/** Send nothing. */
	readonly dryRun: boolean;
	/** How many requests may still be sent; one that was not sent is given back. */
	readonly cap: RequestCap;
}

/** What came of an order, and an error that is not a failed call, if there was one. */
export interface Requested {
	/** At least one. */
	readonly attempts: readonly Attempt[];
	readonly unexpected?: unknown;
}

/**
 * Requests a review for an order if Amazon offers it. After a lost answer, the order is checked
 * before anything else. Each failed call becomes an outcome of this order. Never throws, because a request
 * that may have reached Amazon must not get lost.
 */
export async function requestReviewOnce(
	order: OrderInQuestion,
	rules: RequestRules,
): Promise<Requested> {
	const attempts: Attempt[] = [];
	try {
		return { attempts: await attempt(order, rules, attempts) };
	} catch (unexpected) {
		return { attempts: attempts.length > 0 ? attempts.map(() => LOST) : [FAILED], unexpected };
	}
}

const LOST: Attempt = { finding: { outcome: 'answerLost' }, requested: true };

const FAILED: Attempt = { finding: { outcome: 'failed' }, requested: false };

const without = (outcome: Finding['outcome']): Attempt => ({
	finding: { outcome },
	requested: false,
});

/** @param attempts gets each request as soon as it is made */
async function attempt(
	order: OrderInQuestion,
	{ checkFirst, dryRun, cap }: RequestRules,
	attempts: Attempt[],
): Promise<readonly Attempt[]> {
	if (checkFirst) {
		const finding = await checkEligibility(order);
		if (finding.outcome !== 'eligible') return [{ finding, requested: false }];
	}
	if (dryRun) return [without('wouldSend')];
	while (attempts.length < MAX_REQUESTS) {
		if (!cap.take()) return [...attempts, without('deferred')];
		// Until its answer is here, the request counts as sent.
		attempts.push(LOST);
		const last = await request(order);
		if (!last.requested) cap.giveBack();
		attempts[attempts.length - 1] = last;
		if (last.finding.outcome !== 'answerLost') break;

		const offered = await isStillOffered(order);
		if (offered === undefined) break;
		if (!offered) {
			attempts[attempts.length - 1] = settled(last);
			break;
		}
	}
	const [first, last] = attempts;
	// Offered a moment ago and refused now, after a request without an answer: that request arrived.
	if (first !== undefined && last?.finding.outcome === 'alreadyRequested') return [settled(first)];
	return attempts;
}

/** The request is no longer offered, so it probably arrived. */
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
