// cspell:ignore Cancelled
import { DateTime } from 'luxon';
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { instantSchema } from '../../shared/domain/instant';
import { whyNoOrderId } from '../../shared/domain/orderId';
import type { Marketplace } from '../../shared/domain/marketplaces';
import {
	isRetryable,
	outcomeOfRefusal,
	SOLICITATION_OUTCOMES,
	type SolicitationOutcome,
} from './outcome';
import {
	positionInWindow,
	solicitationWindow,
	type SolicitationWindow,
} from '../../shared/domain/solicitationWindow';
import type { PastOrder } from './ledger';
import type { ItemSeller } from '../../shared/n8n/itemSeller';
import { marketplaceParameter, resolveMarketplace } from '../../shared/n8n/marketplaceParameter';
import { locatorValue, readParameters } from '../../shared/n8n/parameters';
import { sellerOfItemParameter } from '../../shared/n8n/sellerParameter';
import type { SpApiClient } from '../../shared/spapi/client';
import type { AmazonAnswer } from '../../shared/spapi/failureKinds';
import { amazonMessageOf, SpApiFailure } from '../../shared/spapi/failure';
import { getOrder, type Order } from '../../shared/spapi/orders';
import { isSolicitationOffered } from '../../shared/spapi/solicitations';

export const orderParameters: INodeProperties[] = [
	{
		displayName: 'Order ID',
		name: 'orderId',
		type: 'string',
		default: '={{ $json.orderId }}',
		required: true,
		placeholder: 'e.g. 111-1234567-7654321',
		description: 'Amazon order ID, one per input item',
	},
	sellerOfItemParameter,
	{
		...marketplaceParameter,
		// Items from this node's own operations contain it.
		default: { mode: 'id', value: '={{ $json.marketplaceId }}' },
		description: "The marketplace of the order; if empty, the credential's primary marketplace",
	},
];

export const explainOption: INodeProperties = {
	displayName: 'Explain with Order Dates',
	name: 'explain',
	type: 'boolean',
	default: true,
	description:
		"Whether to read the order's dates if no request is possible, to see if it is too early or too late. Takes one more call for each of these orders.",
};

const orderSchema = z.object({
	orderId: z
		.union([z.string(), z.number()])
		.nullish()
		.transform((text) => String(text ?? '').trim()),
	marketplace: locatorValue,
});

/** The result for one order. */
export interface Finding {
	readonly outcome: SolicitationOutcome;
	readonly answer?: AmazonAnswer;
	/** The failed call, if one failed. */
	readonly failure?: SpApiFailure;
}

/** One order of one marketplace, and the client to use for it. */
export interface OrderInQuestion {
	readonly client: SpApiClient;
	/** As the item has it; not an order ID if `wrongId` says so. */
	readonly orderId: string;
	/** Why no review can be requested for this ID, as a sentence; checked once, when the item is read. */
	readonly wrongId?: string;
	readonly marketplace: Marketplace;
	/** When a request is permitted, if the input item says so. */
	readonly window?: SolicitationWindow;
	/** How many requests were made for it before, if the item is a row of a ledger. */
	readonly attempts: number;
	/** When the item's row was written, as the item has it. Of several rows of an order, the newest counts. */
	readonly updatedAt?: unknown;
	/** What Amazon did not return about the order itself, as a sentence. */
	readonly orderUnreadable?: string;
	/** What the ledger says about it; undefined if it has no row. */
	readonly past?: PastOrder;
	/** Where Plan placed it, if the item says so; the ledger keeps it. */
	readonly placed?: Placed;
}

/** The fields of a planned order that a ledger keeps, flat as a table's columns are. */
export interface Placed {
	readonly campaign: string | null;
	readonly delayDays: number | null;
	readonly pulseBlock: number | null;
	readonly pulseDay: string | null;
	readonly pulseForced: boolean | null;
}

/** Reads the parameters of one item. Text that is not an order ID is kept, to be reported as such. */
export async function readOrder(
	context: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<OrderInQuestion> {
	const wanted = readParameters(context, itemIndex, orderSchema, orderParameters);
	const client = await seller.connect();
	const marketplace = resolveMarketplace(context, client, wanted.marketplace, itemIndex);
	const item = itemSchema.parse(context.getInputData()[itemIndex]?.json);
	const { orderId } = wanted;
	return { client, orderId, wrongId: whyNoOrderId(orderId), marketplace, ...item };
}

/** Fields that only go to the ledger: anything else than expected is unknown. */
const textOrNull = z.string().min(1).nullable().catch(null);
const numberOrNull = z.number().nullable().catch(null);
const flagOrNull = z.boolean().nullable().catch(null);

/** An order or a row of a ledger, as this node's own operations output it. Everything is optional. */
const itemSchema = z
	.object({
		windowOpensAt: instantSchema.optional().catch(undefined),
		windowClosesAt: instantSchema.optional().catch(undefined),
		attempt: z.coerce.number().int().min(0).catch(0),
		updatedAt: z.unknown(),
		at: z.unknown(),
		campaign: textOrNull,
		delayDays: numberOrNull,
		pulse: z
			.object({ block: numberOrNull, day: textOrNull, forced: flagOrNull })
			.nullish()
			.catch(null),
		pulseBlock: numberOrNull,
		pulseDay: textOrNull,
		pulseForced: flagOrNull,
	})
	.partial()
	.catch({})
	.transform(({ windowOpensAt: opensAt, windowClosesAt: closesAt, ...item }) => ({
		window: opensAt && closesAt ? { opensAt, closesAt } : undefined,
		attempts: item.attempt ?? 0,
		updatedAt: item.updatedAt ?? item.at,
		placed: {
			campaign: item.campaign ?? null,
			delayDays: item.delayDays ?? null,
			pulseBlock: item.pulse?.block ?? item.pulseBlock ?? null,
			pulseDay: item.pulse?.day ?? item.pulseDay ?? null,
			pulseForced: item.pulse?.forced ?? item.pulseForced ?? null,
		} satisfies Placed,
	}));

/** The finding for an order that needs no call, because its ID is wrong or the ledger has its request. */
export function knownFinding({ wrongId, past }: OrderInQuestion): Finding | undefined {
	if (wrongId !== undefined) return { outcome: 'invalidOrderId' };
	return past?.state === 'requested' ? { outcome: 'alreadyRequested' } : undefined;
}

/** Checks with Amazon whether a review can be requested for the order. */
export async function checkEligibility(order: OrderInQuestion): Promise<Finding> {
	const { client, orderId, marketplace } = order;
	return await isSolicitationOffered(client, orderId, marketplace.id).then(
		(offered): Finding => ({ outcome: offered ? 'eligible' : 'notEligibleNow' }),
		findingOfFailure,
	);
}

/**
 * Converts a failed call to a finding for this order.
 * @throws anything that is not a failed call
 */
export function findingOfFailure(failure: unknown): Finding {
	if (!(failure instanceof SpApiFailure)) throw failure;
	const outcome = outcomeOf(failure);
	return { outcome, answer: failure.answer, failure };
}

function outcomeOf({ kind, answer }: SpApiFailure): SolicitationOutcome {
	switch (kind) {
		case 'notFound':
			return 'orderNotFound';
		case 'accessDenied':
			return 'missingRole';
		case 'refused':
			return outcomeOfRefusal(answer.message ?? '') ?? 'refused';
		case 'badRequest':
		case 'notSelling':
			return 'refused';
		case 'login':
		case 'secretExpired':
		case 'tokenRejected':
			return 'loginFailed';
		case 'cancelled':
			return 'deferred';
		default:
			return 'failed';
	}
}

/** An order with its finding. */
export interface Explained {
	readonly order: OrderInQuestion;
	readonly finding: Finding;
}

/**
 * Explains "not now" and "outside the range" with the order's dates and status, or by an earlier request
 * that may have arrived.
 * @param mayReadOrder whether the order may be read from Amazon if the input item does not contain
 * its window
 */
export async function explain(
	order: OrderInQuestion,
	finding: Finding,
	mayReadOrder: boolean,
): Promise<Explained> {
	const explained = await explainByDates(order, finding, mayReadOrder);
	const mayHaveArrived = order.past?.requestedAt !== undefined;
	if (explained.finding.outcome !== 'notEligibleNow' || !mayHaveArrived) return explained;
	return { ...explained, finding: { ...explained.finding, outcome: 'sentUnconfirmed' } };
}

async function explainByDates(
	order: OrderInQuestion,
	finding: Finding,
	mayReadOrder: boolean,
): Promise<Explained> {
	const unclear = finding.outcome === 'notEligibleNow' || finding.outcome === 'outsideWindow';
	if (!unclear) return { order, finding };
	const outcomeBy = (outcome: SolicitationOutcome | undefined): Finding =>
		outcome === undefined ? finding : { ...finding, outcome };
	const known = order.window && outcomeOfWindow(order.window);
	if (known !== undefined || !mayReadOrder) return { order, finding: outcomeBy(known) };

	const details = await getOrder(order.client, order.orderId).catch(unlessCanceled);
	if (details === undefined) return { order, finding };
	const window = windowOf(details) ?? order.window;
	const orderUnreadable = details.isWithoutFulfillment
		? 'Amazon did not return the status and the delivery dates of the order'
		: undefined;
	return {
		order: { ...order, window, orderUnreadable },
		finding: outcomeBy(outcomeOfStatus(details) ?? (window && outcomeOfWindow(window))),
	};
}

/** The order's dates only explain the finding; without them it stays as it is. */
function unlessCanceled(failure: unknown): undefined {
	if (failure instanceof SpApiFailure && failure.kind === 'cancelled') throw failure;
	return undefined;
}

function windowOf({ fulfillment }: Order): SolicitationWindow | undefined {
	const { earliestDateTime, latestDateTime } = fulfillment?.deliverByWindow ?? {};
	if (earliestDateTime === undefined || latestDateTime === undefined) return undefined;
	return solicitationWindow(earliestDateTime, latestDateTime);
}

function outcomeOfStatus({ fulfillment }: Order): SolicitationOutcome | undefined {
	const status = fulfillment?.fulfillmentStatus;
	if (status === 'CANCELLED' || status === 'UNFULFILLABLE') return 'orderCancelled';
	return status !== undefined && status !== 'SHIPPED' ? 'notShipped' : undefined;
}

function outcomeOfWindow(window: SolicitationWindow): SolicitationOutcome | undefined {
	const position = positionInWindow(window, DateTime.utc());
	if (position === 'before') return 'notYetEligible';
	return position === 'after' ? 'windowClosed' : undefined;
}

/** The order ID as given; only the beginning if the text is too long to be one. */
const shownId = (text: string): string =>
	text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;

const LONGEST_SHOWN = 60;

function explanationOf(
	{ wrongId, orderUnreadable, past }: OrderInQuestion,
	outcome: SolicitationOutcome,
	{ roles, elsewhere }: { readonly roles?: readonly string[]; readonly elsewhere?: string },
): string {
	const explanation = SOLICITATION_OUTCOMES[outcome];
	if (outcome === 'invalidOrderId') return wrongId ?? explanation;
	if (outcome === 'alreadyRequested' && past?.requestedAt !== undefined) {
		return `${explanation}: requested ${past.requestedAt}`;
	}
	if (roles !== undefined) return `${explanation}: ${roles.join(' or ')}`;
	if (elsewhere !== undefined) return elsewhere;
	return orderUnreadable === undefined ? explanation : `${explanation}. ${orderUnreadable}`;
}

/** The item that both operations return for an order. */
export function toResult({ order, finding }: Explained): IDataObject {
	const { outcome, answer, failure } = finding;
	const roles = outcome === 'missingRole' ? failure?.roles : undefined;
	const at = DateTime.utc().toISO();
	const isElsewhere = outcome === 'refused' && failure?.kind === 'notSelling';
	return {
		orderId: shownId(order.orderId),
		marketplace: order.marketplace.countryCode,
		marketplaceId: order.marketplace.id,
		outcome,
		explanation: explanationOf(order, outcome, {
			roles,
			elsewhere: isElsewhere ? failure.message : undefined,
		}),
		tryAgainLater: isRetryable(outcome),
		windowOpensAt: order.window?.opensAt ?? null,
		windowClosesAt: order.window?.closesAt ?? null,
		amazonMessage: (answer && amazonMessageOf(answer)) ?? null,
		amazonRequestId: answer?.requestId ?? null,
		at,
		requestedAt: requestedAt(outcome, order.past, at),
	};
}

/** Outcomes of a request that was made now, even if it may not have arrived. */
const MADE_NOW: readonly SolicitationOutcome[] = ['sent', 'answerLost', 'sentUnconfirmed'];

/** Amazon offers a request, so none arrived before. */
const NONE_BEFORE: readonly SolicitationOutcome[] = ['eligible', 'wouldSend'];

/** When a review was requested or may have been; null if it was not or the time is unknown. */
function requestedAt(
	outcome: SolicitationOutcome,
	past: PastOrder | undefined,
	now: string,
): string | null {
	if (outcome === 'sent') return now;
	if (NONE_BEFORE.includes(outcome)) return null;
	return past?.requestedAt ?? (MADE_NOW.includes(outcome) ? now : null);
}
