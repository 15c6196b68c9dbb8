// cspell:ignore cancelled
import { z } from 'zod';
import { DAY, HOUR, MINUTE, buildSellers, localDay, type OrderMaker } from './build';
import type { Cause } from './causes';
import type { MoreSellers } from './moreSellers';
import { Zone } from './zone';
import { solicitabilityOf } from './orderState';
import type {
	AccountStatus,
	BuyBoxSpell,
	FeedbackContent,
	FeedbackEvent,
	MarketplaceWorld,
	Seller,
	Stars,
	WorldFeedback,
	WorldOrder,
} from './types';

const stars = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

export const newFeedbackSchema = z
	.object({
		sellerKey: z.string().default('demo'),
		/** By default, the seller's first marketplace. */
		marketplaceId: z.string().optional(),
		/** An order without feedback; chosen by default. */
		orderId: z.string().optional(),
		rating: stars,
		comment: z.string().default(''),
		response: z.string().default(''),
		/** Marketplace-local day; by default, the clock's now. */
		date: day.optional(),
	})
	.strict();
export type NewFeedback = z.input<typeof newFeedbackSchema>;

export const feedbackChangeSchema = z
	.object({
		rating: stars.optional(),
		comment: z.string().optional(),
		response: z.string().optional(),
	})
	.strict();
export type FeedbackChange = z.infer<typeof feedbackChangeSchema>;

export const defectsSchema = z
	.object({
		fulfilledBy: z.enum(['AMAZON', 'MERCHANT']),
		ordersWithDefects: z.number().int().nonnegative(),
		/** By default, the orders that exist. */
		orders: z.number().int().nonnegative().optional(),
	})
	.strict()
	.refine(({ ordersWithDefects, orders = Infinity }) => ordersWithDefects <= orders, {
		message: 'There cannot be more orders with defects than orders',
	});
export type Defects = z.infer<typeof defectsSchema>;

export const buyBoxSchema = z
	.object({ from: day, to: day, percent: z.number().min(0).max(100) })
	.strict();

export const ORDER_STATES = [
	'eligible',
	'notYet',
	'closed',
	'notShipped',
	'cancelled',
	'refunded',
] as const;
export const newOrdersSchema = z
	.object({
		sellerKey: z.string().default('demo'),
		marketplaceId: z.string().optional(),
		count: z.number().int().positive().max(200_000).default(1),
		state: z.enum(ORDER_STATES).default('eligible'),
		fulfilledBy: z.enum(['AMAZON', 'MERCHANT']).optional(),
		/** Exactly these, e.g. `['PRIME', 'AMAZON_BUSINESS']`, or an empty list. */
		programs: z.array(z.string().min(1)).optional(),
		/**
		 * Age of the newest order; the others are up to ten hours older. An age at which not every
		 * order is in the requested state is refused: 3 and 4 days are always 'notYet', 11 to 30 always
		 * 'eligible' and (from 12) 'refunded', 42 and more always 'closed'.
		 */
		createdDaysAgo: z.number().nonnegative().optional(),
		/** The buyers have requested a cancellation, an hour after ordering. */
		cancellationRequested: z.boolean().default(false),
	})
	.strict();
export type NewOrders = z.input<typeof newOrdersSchema>;
type OrderWish = z.output<typeof newOrdersSchema>;

/**
 * Everything that exists: the sellers with their orders and feedback, and the ways to change them.
 */
export class World {
	readonly sellers: Readonly<Record<string, Seller>>;
	/** Every change of feedback since the start of the world, oldest first. */
	readonly feedbackHistory: FeedbackEvent[] = [];
	private readonly makers: Map<string, OrderMaker>;
	/** By seller, then by order ID; only of sellers that have been used. */
	private readonly ordersById = new Map<string, Map<string, WorldOrder>>();

	constructor(
		seed: string,
		private readonly millis: () => number,
		moreSellers?: MoreSellers,
		causes: readonly Cause[] = [],
	) {
		const built = buildSellers(seed, millis(), moreSellers, causes);
		this.makers = built.makers;
		this.sellers = Object.fromEntries(built.sellers.map((seller) => [seller.key, seller]));
	}

	/** The seller with this key; an unknown key is named in the error. */
	seller(key: string): Seller {
		const seller = this.sellers[key];
		if (!seller) {
			throw new Error(
				`No seller "${key}"; available sellers: ${Object.keys(this.sellers).join(', ')}`,
			);
		}
		return seller;
	}

	/** The seller's content in this marketplace (the first one by default). */
	marketplace(sellerKey: string, marketplaceId?: string): MarketplaceWorld {
		const { marketplaces } = this.seller(sellerKey);
		const found =
			marketplaceId === undefined
				? marketplaces[0]
				: marketplaces.find(({ marketplace }) => marketplace.id === marketplaceId);
		if (!found) throw new Error(`Seller "${sellerKey}" does not sell in ${String(marketplaceId)}`);
		return found;
	}

	/** A seller's order; orders after the clock's time do not exist yet. */
	order(sellerKey: string, orderId: string): WorldOrder | undefined {
		const order = this.ordersOf(sellerKey).get(orderId);
		return order && order.createdAt <= this.millis() ? order : undefined;
	}

	private ordersOf(sellerKey: string): Map<string, WorldOrder> {
		const known = this.ordersById.get(sellerKey);
		if (known) return known;
		const { marketplaces } = this.seller(sellerKey);
		const byId = new Map(
			marketplaces.flatMap(({ orders }) => orders.map((order) => [order.orderId, order])),
		);
		this.ordersById.set(sellerKey, byId);
		return byId;
	}

	/** A buyer leaves feedback. Returns it with its order. */
	addFeedback(feedback: NewFeedback): WorldFeedback {
		const wish = newFeedbackSchema.parse(feedback);
		const place = this.marketplace(wish.sellerKey, wish.marketplaceId);
		const at = this.momentOf(wish.date, place);
		const taken = new Set(place.feedback.map(({ orderId }) => orderId));
		// A buyer who removed feedback leaves no other; a test that wants another names the order.
		const left = new Set(this.feedbackHistory.map(({ orderId }) => orderId));
		const order =
			wish.orderId === undefined
				? place.orders.find(
						({ orderId, shippedAt, createdAt }) =>
							!taken.has(orderId) &&
							!left.has(orderId) &&
							shippedAt !== undefined &&
							shippedAt < at &&
							createdAt > at - 90 * DAY,
					)
				: place.orders.find(({ orderId }) => orderId === wish.orderId);
		if (!order) throw new Error('Could not add feedback: there is no such order');
		if (taken.has(order.orderId)) throw new Error(`Order ${order.orderId} already has feedback`);
		const added: WorldFeedback = {
			orderId: order.orderId,
			marketplaceId: place.marketplace.id,
			at,
			date: localDay(at, place.marketplace),
			rating: wish.rating,
			comment: wish.comment,
			response: wish.response,
			email: order.buyer.email,
		};
		place.feedback.push(added);
		place.feedback.sort((a, b) => a.at - b.at);
		this.note('added', wish.sellerKey, undefined, added);
		return added;
	}

	/**
	 * A buyer answers a request, now or later, unless the order has feedback. Returns whether it was
	 * added.
	 */
	addAnswer(answer: {
		readonly sellerKey: string;
		readonly marketplaceId: string;
		readonly orderId: string;
		readonly rating: Stars;
		readonly at: number;
	}): boolean {
		const { sellerKey, marketplaceId, orderId, rating, at } = answer;
		const place = this.marketplace(sellerKey, marketplaceId);
		const order = this.ordersOf(sellerKey).get(orderId);
		if (!order || place.feedback.some((each) => each.orderId === orderId)) return false;
		const added: WorldFeedback = {
			orderId,
			marketplaceId,
			at,
			date: localDay(at, place.marketplace),
			rating,
			comment: '',
			response: '',
			email: order.buyer.email,
		};
		place.feedback.push(added);
		place.feedback.sort((a, b) => a.at - b.at);
		this.note('added', sellerKey, undefined, added, at);
		return true;
	}

	/** The buyer changes the rating or comment, or the seller responds. The date stays. */
	changeFeedback(sellerKey: string, orderId: string, change: FeedbackChange): WorldFeedback {
		const { place, index, current } = this.findFeedback(sellerKey, orderId);
		const { rating, comment, response } = feedbackChangeSchema.parse(change);
		const changed: WorldFeedback = {
			...current,
			rating: rating ?? current.rating,
			comment: comment ?? current.comment,
			response: response ?? current.response,
		};
		place.feedback[index] = changed;
		this.note('changed', sellerKey, current, changed);
		return changed;
	}

	/** The feedback is removed (by the buyer or by Amazon) and no longer counts anywhere. */
	removeFeedback(sellerKey: string, orderId: string): WorldFeedback {
		const { place, index, current } = this.findFeedback(sellerKey, orderId);
		place.feedback.splice(index, 1);
		this.note('removed', sellerKey, current, undefined);
		return current;
	}

	/** New orders in a requested state as of now, e.g. 1000 for which reviews may be requested. */
	addOrders(orders: NewOrders): WorldOrder[] {
		const wish = newOrdersSchema.parse(orders);
		const { sellerKey, marketplaceId, count } = wish;
		const place = this.marketplace(sellerKey, marketplaceId);
		const byId = this.ordersOf(sellerKey);
		const maker = this.makers.get(`${sellerKey}/${place.marketplace.id}`);
		if (!maker) throw new Error('No order maker');
		const now = this.millis();
		const added = Array.from({ length: count }, (_, index) => inState(maker, wish, now, index));
		for (const order of added) byId.set(order.orderId, order);
		insertByAge(place.orders, added);
		return added;
	}

	/**
	 * Sets the status in the account health report; undefined = computed from the order defect rate.
	 */
	setAccountStatus(
		sellerKey: string,
		marketplaceId: string,
		status: AccountStatus | undefined,
	): void {
		this.marketplace(sellerKey, marketplaceId).accountStatus = status;
	}

	/**
	 * Sets the counts of the account health report for one kind of fulfillment; undefined = the
	 * existing orders and those among them with negative feedback, for both kinds.
	 */
	setDefects(sellerKey: string, marketplaceId: string, defects: Defects | undefined): void {
		const place = this.marketplace(sellerKey, marketplaceId);
		if (!defects) return place.defects.clear();
		const { fulfilledBy, ...counts } = defectsSchema.parse(defects);
		place.defects.set(fulfilledBy, counts);
	}

	/**
	 * Sets the share of page views in the Buy Box on some days, give or take a little noise; undefined =
	 * as it was at the start of the world, without its planned spells.
	 */
	setBuyBox(sellerKey: string, marketplaceId: string, spell: BuyBoxSpell | undefined): void {
		const { buyBox } = this.marketplace(sellerKey, marketplaceId);
		if (spell) buyBox.push(buyBoxSchema.parse(spell));
		else buyBox.length = 0;
	}

	private note(
		kind: FeedbackEvent['kind'],
		sellerKey: string,
		before: WorldFeedback | undefined,
		after: WorldFeedback | undefined,
		at = this.millis(),
	): void {
		const feedback = after ?? before;
		if (!feedback) return;
		const { orderId, marketplaceId } = feedback;
		this.feedbackHistory.push({
			at: new Date(at).toISOString(),
			kind,
			marketplaceId,
			sellerKey,
			orderId,
			before: contentOf(before),
			after: contentOf(after),
		});
	}

	private findFeedback(sellerKey: string, orderId: string) {
		for (const place of this.seller(sellerKey).marketplaces) {
			const index = place.feedback.findIndex((feedback) => feedback.orderId === orderId);
			const current = place.feedback[index];
			if (current) return { place, index, current };
		}
		throw new Error(`Seller "${sellerKey}" has no feedback for order ${orderId}`);
	}

	private momentOf(date: string | undefined, { marketplace }: MarketplaceWorld): number {
		const now = this.millis();
		if (date === undefined) return now;
		// Noon may be in the future on the current day; future feedback would be invisible.
		if (localDay(now, marketplace) === date) return now;
		return Zone.of(marketplace.timeZone).at(date, 0, 12);
	}
}

function contentOf(feedback: WorldFeedback | undefined): FeedbackContent | null {
	if (!feedback) return null;
	const { date, rating, comment, response } = feedback;
	return { date, rating, comment, response };
}

const FEW = 100;

/** Keeps the orders oldest first: a few are inserted one by one, many are sorted in at once. */
function insertByAge(orders: WorldOrder[], added: readonly WorldOrder[]): void {
	if (added.length > FEW) {
		for (const order of added) orders.push(order);
		orders.sort((a, b) => a.createdAt - b.createdAt);
		return;
	}
	for (const order of added) orders.splice(placeFor(orders, order.createdAt), 0, order);
}

/** The position after every order that is as old or older. */
function placeFor(orders: readonly WorldOrder[], createdAt: number): number {
	let low = 0;
	let high = orders.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((orders[middle]?.createdAt ?? Infinity) <= createdAt) low = middle + 1;
		else high = middle;
	}
	return low;
}

const AGE_DAYS: Readonly<Record<OrderWish['state'], number>> = {
	eligible: 18,
	notYet: 4,
	closed: 75,
	notShipped: 2,
	cancelled: 10,
	refunded: 25,
};

function inState(maker: OrderMaker, wish: OrderWish, now: number, index: number): WorldOrder {
	const { state, fulfilledBy, programs, createdDaysAgo = AGE_DAYS[state] } = wish;
	const createdAt = Math.floor((now - createdDaysAgo * DAY - (index % 600) * MINUTE) / 1000) * 1000;
	const made = maker.make(createdAt, { plain: true, fulfilledBy, programs });
	const order: WorldOrder = {
		...made,
		...changesFor(state, made, now, index),
		...(wish.cancellationRequested ? { cancellationRequestedAt: createdAt + HOUR } : {}),
	};
	const really = solicitabilityOf(order, now, false, { refundedOrders: 'noAction' });
	if (really !== state) {
		throw new Error(
			`An order of ${createdDaysAgo} days is "${really}", not "${state}". Choose another age.`,
		);
	}
	return order;
}

function changesFor(
	state: OrderWish['state'],
	{ createdAt, shippedAt = createdAt, deliveredAt = shippedAt }: WorldOrder,
	now: number,
	index: number,
): Partial<WorldOrder> {
	switch (state) {
		case 'notShipped':
			return { shippedAt: now + 2 * DAY, deliveredAt: now + 2 * DAY + (deliveredAt - shippedAt) };
		case 'cancelled':
			return {
				shippedAt: undefined,
				deliveredAt: undefined,
				cancelledAt: createdAt + 3 * HOUR,
				cancelledBy: 'BUYER',
			};
		case 'refunded':
			return { refundedAt: Math.min(deliveredAt + (1 + (index % 12)) * DAY, now - HOUR) };
		default:
			return {};
	}
}

/** Which stars Amazon calls positive, neutral and negative. */
export function bandOf(rating: Stars): 'positive' | 'neutral' | 'negative' {
	if (rating >= 4) return 'positive';
	return rating === 3 ? 'neutral' : 'negative';
}
