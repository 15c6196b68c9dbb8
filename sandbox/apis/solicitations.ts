import { ApiError, accessDenied, invalidInput, list, notFound } from '../http';
import type { Answer, Call, Operation } from '../http';
import { solicitabilityOf, type Solicitability } from '../world/orderState';
import type { SandboxState } from '../state';
import type { WorldOrder } from '../world/types';

const ACTION = 'productReviewAndSellerFeedback';
const HAL = 'application/hal+json';
const ROLES = ['Buyer Solicitation', 'Product Listing'] as const;

const OUTSIDE_WINDOW =
	'You can\u2019t use this feature to request a review outside the 5-30 day range after the order delivery date.';
/** The same text with its UTF-8 read as windows-1252. */
const OUTSIDE_WINDOW_MOJIBAKE = OUTSIDE_WINDOW.replace('\u2019', '\u00e2\u20ac\u2122');
const ALREADY_REQUESTED = 'You have already requested a review for this order.';
const NOT_AVAILABLE = 'The requested solicitation is not available for this amazonOrderId.';

const forbidden = (message: string): ApiError => new ApiError(403, 'Unauthorized', message);

/** The order of a call, after checking everything else about the call. */
function readOrder(call: Call): { order: WorldOrder; marketplaceId: string } {
	const orderId = call.params['amazonOrderId'] ?? '';
	const marketplaceIds = list(call.query['marketplaceIds']);
	const [marketplaceId] = marketplaceIds;
	if (marketplaceId === undefined) {
		throw invalidInput('Missing or invalid request parameters: [marketplaceIds]');
	}
	if (marketplaceIds.length > 1) {
		throw invalidInput('Missing or invalid request parameters: [marketplaceIds]', 'maxItems is 1');
	}
	if (!/^\d{3}-\d{7}-\d{7}$/.test(orderId)) {
		throw invalidInput('Missing or invalid request parameters: [amazonOrderId]');
	}
	const own = call.seller.marketplaces.some(({ marketplace }) => marketplace.id === marketplaceId);
	if (!own) throw accessDenied();
	const order = call.state.world.order(call.seller.key, orderId);
	// The model declares 404; no real body of it has been seen.
	if (!order || order.marketplaceId !== marketplaceId) {
		throw notFound('The requested resource was not found.');
	}
	return { order, marketplaceId };
}

const stateOf = ({ state, seller, now }: Call, order: WorldOrder): Solicitability =>
	solicitabilityOf(order, now, state.wasSolicited(seller.key, order.orderId), state.settings);

function getActions(call: Call): Answer {
	const { order, marketplaceId } = readOrder(call);
	const base = `/solicitations/v1/orders/${order.orderId}`;
	const query = `?marketplaceIds=${marketplaceId}`;
	const flapped = call.state.faults.take(['flappingEligibility'], {
		operation: 'getSolicitationActionsForOrder',
		orderId: order.orderId,
		sellerKey: call.seller.key,
	});
	const eligible = stateOf(call, order) === 'eligible' && !flapped;
	const action = { href: `${base}/solicitations/${ACTION}${query}`, name: ACTION };
	const schema = { href: `${base}/solicitations/${ACTION}/schema`, name: ACTION };
	return {
		status: 200,
		contentType: HAL,
		body: {
			_links: { actions: eligible ? [action] : [], self: { href: `${base}${query}` } },
			_embedded: {
				actions: eligible ? [{ _links: { self: action, schema }, payload: { name: ACTION } }] : [],
			},
		},
	};
}

function solicit(call: Call): Answer {
	const { state, seller, requestId } = call;
	const { order, marketplaceId } = readOrder(call);
	refuse(stateOf(call, order), call);
	state.recordSolicitation({
		sellerKey: seller.key,
		orderId: order.orderId,
		marketplaceId,
		at: new Date(call.now).toISOString(),
		requestId,
	});
	return { status: 201, contentType: HAL, body: {} };
}

/** Whether the apostrophe is broken in this response. */
const isBroken = (state: SandboxState): boolean =>
	state.settings.mojibakeApostrophe ||
	(state.habits.brokenApostrophes && state.windowRefusals++ % 2 === 0);

function refuse(solicitability: Solicitability, { state }: Call): void {
	const { alreadyRequestedText } = state.settings;
	switch (solicitability) {
		case 'eligible':
			return;
		case 'already':
			throw forbidden(alreadyRequestedText === 'legacy' ? NOT_AVAILABLE : ALREADY_REQUESTED);
		case 'notYet':
		case 'closed':
			throw forbidden(isBroken(state) ? OUTSIDE_WINDOW_MOJIBAKE : OUTSIDE_WINDOW);
		default:
			// Unshipped, canceled, refunded: no real body has been seen.
			throw forbidden(NOT_AVAILABLE);
	}
}

/** Solicitations API v1. */
export const solicitationsOperations: readonly Operation[] = [
	{
		name: 'getSolicitationActionsForOrder',
		method: 'GET',
		path: '/solicitations/v1/orders/:amazonOrderId',
		rate: 1,
		burst: 5,
		roles: ROLES,
		handle: getActions,
	},
	{
		name: 'createProductReviewAndSellerFeedbackSolicitation',
		method: 'POST',
		path: '/solicitations/v1/orders/:amazonOrderId/solicitations/productReviewAndSellerFeedback',
		rate: 1,
		burst: 5,
		roles: ROLES,
		handle: solicit,
	},
];
