import { DateTime } from 'luxon';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { isOrderId } from '../../../shared/domain/orderId';
import type { Marketplace } from '../../../shared/domain/marketplaces';
import {
	isRetryable,
	outcomeOfRefusal,
	SOLICITATION_OUTCOMES,
	type SolicitationOutcome,
} from '../../../shared/domain/solicitationOutcome';
import {
	positionInWindow,
	solicitationWindow,
	type SolicitationWindow,
} from '../../../shared/domain/solicitationWindow';
import { marketplaceParameter, resolveMarketplace } from '../../../shared/n8n/marketplaceParameter';
import { locatorValue, readParameters } from '../../../shared/n8n/parameters';
import { SpApiClient } from '../../../shared/spapi/client';
import { SpApiFailure, type AmazonAnswer } from '../../../shared/spapi/failure';
import { getOrder, type Order } from '../../../shared/spapi/orders';
import { isSolicitationOffered } from '../../../shared/spapi/solicitations';

export const orderParameters: INodeProperties[] = [
	{
		displayName: 'Order ID',
		name: 'orderId',
		type: 'string',
		default: '={{ $json.orderId }}',
		required: true,
		placeholder: 'e.g. 111-1234567-7654321',
		description: 'The Amazon order, one per input item',
	},
	marketplaceParameter,
];

export const explainOption: INodeProperties = {
	displayName: 'Explain with Order Dates',
	name: 'explain',
	type: 'boolean',
	default: true,
	description:
		'Whether to read the order where Amazon offers no request, to tell too early from too late. Costs one more call for such an order.',
};

export const orderSchema = z.object({
	orderId: z
		.union([z.string(), z.number()])
		.nullish()
		.transform((text) => String(text ?? '').trim()),
	marketplace: locatorValue,
	options: z.object({ explain: z.boolean().default(true) }),
});

/** What is known of one order. */
export interface Finding {
	readonly outcome: SolicitationOutcome;
	readonly window?: SolicitationWindow;
	readonly answer?: AmazonAnswer;
	/** Roles that Amazon asks for, where one is missing. */
	readonly roles?: readonly string[];
}

/** One order of one marketplace, and the connection to ask about it. */
export interface OrderInQuestion {
	readonly client: SpApiClient;
	readonly orderId: string;
	readonly marketplace: Marketplace;
	readonly explain: boolean;
}

/** Reads the parameters of one item; what is no order ID stays text, to be reported as such. */
export async function readOrder(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<OrderInQuestion> {
	const wanted = readParameters(context, itemIndex, orderSchema, orderParameters);
	const client = await SpApiClient.connect(context);
	const marketplace = resolveMarketplace(context, client, wanted.marketplace, itemIndex);
	return { client, orderId: wanted.orderId, marketplace, explain: wanted.options.explain };
}

/** Asks Amazon whether a review can be requested for the order, and if not, finds out why. */
export async function checkEligibility(order: OrderInQuestion): Promise<Finding> {
	if (!isOrderId(order.orderId)) return { outcome: 'invalidOrderId' };
	const finding = await isSolicitationOffered(
		order.client,
		order.orderId,
		order.marketplace.id,
	).then(
		(offered): Finding => ({ outcome: offered ? 'eligible' : 'notEligibleNow' }),
		findingOfFailure,
	);
	return await explain(order, finding);
}

/**
 * What a failed call means for this order.
 * @throws the failure itself where it says nothing about the order
 */
export function findingOfFailure(failure: unknown): Finding {
	const outcome = failure instanceof SpApiFailure ? outcomeOf(failure) : undefined;
	if (!(failure instanceof SpApiFailure) || outcome === undefined) throw failure;
	const { answer, roles } = failure;
	return { outcome, answer, ...(outcome === 'missingRole' && { roles }) };
}

function outcomeOf({ kind, answer }: SpApiFailure): SolicitationOutcome | undefined {
	switch (kind) {
		case 'notFound':
			return 'orderNotFound';
		case 'accessDenied':
			return 'missingRole';
		case 'refused':
			return outcomeOfRefusal(answer.message ?? '') ?? 'refused';
		case 'badRequest':
			return 'refused';
		default:
			return undefined;
	}
}

/** Amazon says "not now" or "outside the range"; the order's own dates and status can say more. */
export async function explain(order: OrderInQuestion, finding: Finding): Promise<Finding> {
	const unclear = finding.outcome === 'notEligibleNow' || finding.outcome === 'outsideWindow';
	if (!order.explain || !unclear) return finding;
	const details = await getOrder(order.client, order.orderId).catch(unlessCancelled);
	if (details === undefined) return finding;
	const window = windowOf(details);
	return { ...finding, window, outcome: outcomeOfOrder(details, window) ?? finding.outcome };
}

/** The order's dates only explain; without them the finding stands as it is. */
function unlessCancelled(failure: unknown): undefined {
	if (failure instanceof SpApiFailure && failure.kind === 'cancelled') throw failure;
	return undefined;
}

function windowOf({ fulfillment }: Order): SolicitationWindow | undefined {
	const { earliestDateTime, latestDateTime } = fulfillment?.deliverByWindow ?? {};
	if (earliestDateTime === undefined || latestDateTime === undefined) return undefined;
	return solicitationWindow(earliestDateTime, latestDateTime);
}

function outcomeOfOrder(
	{ fulfillment }: Order,
	window: SolicitationWindow | undefined,
): SolicitationOutcome | undefined {
	const status = fulfillment?.fulfillmentStatus;
	if (status === 'CANCELLED' || status === 'UNFULFILLABLE') return 'orderCancelled';
	if (status !== undefined && status !== 'SHIPPED') return 'notShipped';
	if (window === undefined) return undefined;
	const position = positionInWindow(window, DateTime.utc());
	if (position === 'before') return 'notYetEligible';
	return position === 'after' ? 'windowClosed' : undefined;
}

/** The one shape in which both operations report on an order. */
export function toResult(order: OrderInQuestion, finding: Finding): IDataObject {
	const { outcome, window, answer, roles } = finding;
	return {
		orderId: order.orderId,
		marketplace: order.marketplace.countryCode,
		marketplaceId: order.marketplace.id,
		outcome,
		explanation:
			roles === undefined
				? SOLICITATION_OUTCOMES[outcome]
				: `${SOLICITATION_OUTCOMES[outcome]}: ${roles.join(' or ')}`,
		tryAgainLater: isRetryable(outcome),
		windowOpensAt: window?.opensAt ?? null,
		windowClosesAt: window?.closesAt ?? null,
		amazonMessage: answer?.message ?? null,
		amazonRequestId: answer?.requestId ?? null,
		at: DateTime.utc().toISO(),
	};
}
