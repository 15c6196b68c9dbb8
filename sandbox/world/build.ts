// cspell:ignore cancelled
import { findMarketplace, type Marketplace } from '../../nodes/shared/domain/marketplaces';
import { Random } from '../random';
import { spellBefore } from './buyBox';
import { causesIn, pickWorse, type Cause, type CausesHere } from './causes';
import { planMoreSellers, type MoreSellers } from './moreSellers';
import { SELLER_PLANS, type MarketplacePlan } from './plan';
import { CATALOG, phrasesFor } from './text';
import { trafficOf } from './traffic';
import { Zone } from './zone';
import type {
	Fulfiller,
	MarketplaceWorld,
	Seller,
	Stars,
	WorldFeedback,
	WorldOrder,
	WorldOrderItem,
	WorldProduct,
} from './types';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Orders go back this many days; the oldest feedback needs orders before it. */
const ORDER_DAYS = 430;

/** The first three digits of Amazon's order numbers, by country. */
const ORDER_PREFIXES: Readonly<Record<string, readonly string[]>> = {
	US: ['111', '112', '113', '114'],
	CA: ['701', '702'],
	MX: ['702', '703'],
	DE: ['302', '303', '305', '306'],
	GB: ['202', '203', '204', '206'],
	FR: ['402', '404', '406', '408'],
	IT: ['404', '407', '171'],
	ES: ['403', '405', '171'],
	JP: ['249', '250', '503'],
	AU: ['250', '251'],
};

/** Rough units of a currency per US dollar, close enough for made-up prices. */
const PRICE_FACTORS: Readonly<Record<string, number>> = {
	USD: 1,
	CAD: 1.35,
	MXN: 18,
	EUR: 0.95,
	GBP: 0.8,
	PLN: 4,
	SEK: 10.5,
	JPY: 150,
	AUD: 1.5,
};

/** What new orders should be like; the rest is random. */
export interface OrderTraits {
	/** Without cancellation, refund, replacement or delay. */
	readonly plain?: boolean;
	readonly fulfilledBy?: Fulfiller | undefined;
	readonly programs?: readonly string[] | undefined;
}

/** Rounds to the currency's smallest unit: whole yen, cents elsewhere. */
export function roundMoney(amount: number, currency: string): number {
	return currency === 'JPY' ? Math.round(amount) : Math.round(amount * 100) / 100;
}

/** An amount in Amazon's format: `1500` yen, `24.90` elsewhere. */
export function amountText(amount: number, currency: string): string {
	return roundMoney(amount, currency).toFixed(currency === 'JPY' ? 0 : 2);
}

/** The marketplace-local day of a moment, `2026-11-20`. */
export function localDay(millis: number, marketplace: Marketplace): string {
	return Zone.of(marketplace.timeZone).dayOf(millis);
}

/** Makes orders of one marketplace; every order number is new. */
export class OrderMaker {
	private readonly used: Set<string>;
	private previous: string | undefined;

	/** @param existing orders whose numbers are taken. */
	constructor(
		private readonly marketplace: Marketplace,
		private readonly products: readonly WorldProduct[],
		private readonly random: Random,
		existing: readonly WorldOrder[] = [],
	) {
		this.used = new Set(existing.map(({ orderId }) => orderId));
	}

	make(createdAt: number, traits: OrderTraits = {}): WorldOrder {
		const { random } = this;
		const rare = (probability: number) => !traits.plain && random.chance(probability);
		const usualFulfiller = random.chance(0.6) ? 'AMAZON' : 'MERCHANT';
		const fulfilledBy = traits.fulfilledBy ?? usualFulfiller;
		const expedited = random.chance(0.25);
		const shipAfter = fulfilledBy === 'AMAZON' ? random.integer(4, 30) : random.integer(10, 60);
		const zone = Zone.of(this.marketplace.timeZone);
		const day = zone.dayOf(createdAt);
		const firstDay = expedited ? random.integer(1, 2) : random.integer(3, 5);
		const lastDay = firstDay + random.integer(0, expedited ? 1 : 5);
		const endOfDay = (plusDays: number) => zone.at(day, plusDays + 1) - 1000;
		const deliverBy = { earliest: zone.at(day, firstDay), latest: endOfDay(lastDay) };
		const cancelled = rare(0.04);
		const neverShips = cancelled || rare(0.01);
		const shippedAt = neverShips ? undefined : createdAt + shipAfter * HOUR;
		const items = this.items(rare(0.15));
		const partial = items.length > 1 && fulfilledBy === 'MERCHANT' && rare(0.5);
		const usuallyBusiness = rare(0.07);
		const usuallyPrime = random.chance(fulfilledBy === 'AMAZON' ? 0.7 : 0.05);
		const programs = traits.programs ?? [
			...(usuallyPrime ? ['PRIME'] : []),
			...(usuallyBusiness ? ['AMAZON_BUSINESS'] : []),
		];
		const business = programs.includes('AMAZON_BUSINESS');
		const deliveredAt =
			shippedAt === undefined
				? undefined
				: Math.max(
						shippedAt + 8 * HOUR,
						deliverBy.earliest + random.integer(8, 60) * HOUR + (rare(0.05) ? 6 * DAY : 0),
					);
		const name = random.pick(phrasesFor(this.marketplace.countryCode).buyers);
		const orderId = this.orderId();
		const replaces = rare(0.01) ? this.previous : undefined;
		this.previous = orderId;
		const windowOpens = deliverBy.earliest + 5 * DAY;
		return {
			orderId,
			marketplaceId: this.marketplace.id,
			createdAt,
			items,
			fulfilledBy,
			serviceLevel: expedited ? 'EXPEDITED' : 'STANDARD',
			programs,
			replaces,
			buyer: {
				name,
				email: `${random.letters(random.integer(10, 15))}@marketplace.${this.marketplace.domain}`,
				company: business ? `${name.split(' ').at(-1) ?? name} Trading` : undefined,
			},
			shipBy: { earliest: createdAt, latest: endOfDay(expedited ? 1 : 2) },
			deliverBy,
			pendingUntil: createdAt + 30 * MINUTE,
			partlyShippedAt:
				partial && shippedAt !== undefined
					? createdAt + Math.round(shipAfter / 2) * HOUR
					: undefined,
			shippedAt,
			deliveredAt,
			cancelledAt: cancelled ? createdAt + random.integer(1, 20) * HOUR : undefined,
			cancelledBy: cancelled ? random.pick(['BUYER', 'MERCHANT']) : undefined,
			unfulfillable: neverShips && !cancelled && fulfilledBy === 'AMAZON',
			refundedAt:
				deliveredAt !== undefined && rare(0.025)
					? deliveredAt + random.integer(1, 12) * DAY
					: undefined,
			alreadyRequestedAt:
				shippedAt !== undefined && rare(0.3)
					? windowOpens + random.integer(0, 25 * 24) * HOUR
					: undefined,
		};
	}

	private items(several: boolean): WorldOrderItem[] {
		const count = several ? this.random.integer(2, 3) : 1;
		const start = this.random.integer(0, this.products.length - 1);
		return Array.from({ length: count }, (_, index) => {
			const product = this.products[(start + index) % this.products.length];
			if (!product) throw new Error('The catalog is empty');
			return {
				orderItemId: this.random.digits(14),
				product,
				quantity: this.random.chance(0.85) ? 1 : this.random.integer(2, 3),
			};
		});
	}

	private orderId(): string {
		const prefixes = ORDER_PREFIXES[this.marketplace.countryCode] ?? ['171'];
		for (;;) {
			const { random } = this;
			const id = `${random.pick(prefixes)}-${random.digits(7)}-${random.digits(7)}`;
			if (!this.used.has(id)) {
				this.used.add(id);
				return id;
			}
		}
	}
}

/**
 * A marketplace's initial content. Worlds share it: orders and feedback themselves never change.
 */
interface Blueprint {
	readonly marketplace: Marketplace;
	readonly products: readonly WorldProduct[];
	readonly orders: readonly WorldOrder[];
	readonly feedback: readonly WorldFeedback[];
}

/** What else a marketplace's content depends on besides its plan. */
interface Place {
	readonly seed: string;
	readonly causes: CausesHere;
}

const REMEMBERED = 40;
const blueprints = new Map<string, Blueprint>();

/**
 * The sellers of a sandbox: the same seed and start time give the same world. A seller's content is
 * built on first access, because most runs use only one seller.
 */
export function buildSellers(
	seed: string,
	now: number,
	moreSellers?: MoreSellers,
	causes: readonly Cause[] = [],
): { sellers: Seller[]; makers: Map<string, OrderMaker> } {
	const makers = new Map<string, OrderMaker>();
	const build = (key: string, plan: MarketplacePlan): MarketplaceWorld => {
		const placeSeed = `${seed}/${key}/${plan.countryCode}`;
		const here = causesIn(causes, key, plan.countryCode);
		const blueprint = blueprintOf({ seed: placeSeed, causes: here }, plan, now);
		const { marketplace, products, orders } = blueprint;
		const random = new Random(`${placeSeed}/later`);
		makers.set(`${key}/${marketplace.id}`, new OrderMaker(marketplace, products, random, orders));
		return worldFrom(blueprint, plan, now, here);
	};
	const plans = [...SELLER_PLANS, ...(moreSellers ? planMoreSellers(seed, moreSellers) : [])];
	const sellers = plans.map(({ key, sellerId, name, region, isB2bSeller, marketplaces }) => {
		let built: MarketplaceWorld[] | undefined;
		return {
			key,
			sellerId,
			name,
			region,
			isB2bSeller,
			get marketplaces() {
				built ??= marketplaces.map((plan) => build(key, plan));
				return built;
			},
		};
	});
	return { sellers, makers };
}

/** Caches the last few worlds, because tests keep starting over with the same one. */
function blueprintOf(place: Place, plan: MarketplacePlan, now: number): Blueprint {
	const key = `${place.seed}@${now}${JSON.stringify([...place.causes])}`;
	const known = blueprints.get(key) ?? drawBlueprint(place, plan, now);
	blueprints.delete(key);
	blueprints.set(key, known);
	const oldest = blueprints.keys().next();
	if (blueprints.size > REMEMBERED && !oldest.done) blueprints.delete(oldest.value);
	return known;
}

function drawBlueprint({ seed, causes }: Place, plan: MarketplacePlan, now: number): Blueprint {
	const marketplace = findMarketplace(plan.countryCode);
	if (!marketplace) throw new Error(`No marketplace ${plan.countryCode}`);
	const random = new Random(seed);
	const products = buildProducts(marketplace, random);
	const maker = new OrderMaker(marketplace, products, random);
	const orders = buildOrders(maker, plan, now, random);
	const timesOf = timesBySku(products, causes);
	const feedback = buildFeedback(plan, marketplace, orders, now, { random, timesOf });
	return { marketplace, products, orders, feedback };
}

function worldFrom(
	blueprint: Blueprint,
	plan: MarketplacePlan,
	now: number,
	causes: CausesHere,
): MarketplaceWorld {
	const { marketplace, products } = blueprint;
	const orders = [...blueprint.orders];
	const feedback = [...blueprint.feedback];
	return {
		marketplace,
		products,
		orders,
		feedback,
		earlier: plan.earlier,
		causes: timesBySku(products, causes),
		accountStatus: undefined,
		defects: new Map(),
		buyBox: (plan.buyBox ?? []).map((spell) => spellBefore(localDay(now, marketplace), spell)),
		get traffic() {
			return trafficOf(marketplace, orders, feedback);
		},
	};
}

/** How many times as often as others the orders of a SKU get bad feedback. */
const timesBySku = (products: readonly WorldProduct[], causes: CausesHere) =>
	new Map(
		[...causes].map(([index, times]) => {
			const product = products[index];
			if (!product) throw new Error(`No product ${index} in the catalog`);
			return [product.sku, times];
		}),
	);

function buildProducts(marketplace: Marketplace, random: Random): WorldProduct[] {
	const factor = PRICE_FACTORS[marketplace.currency] ?? 1;
	return CATALOG.map(([title, price], index) => ({
		asin: `B0${random.letters(8, 'BCDFGHJKLMNPQRSTVWXYZ0123456789')}`,
		sku: `HP-${String(index + 1).padStart(3, '0')}-${marketplace.countryCode}`,
		title,
		price: roundMoney(price * factor, marketplace.currency),
	}));
}

function buildOrders(
	maker: OrderMaker,
	{ orders, orderDays = ORDER_DAYS }: MarketplacePlan,
	now: number,
	random: Random,
): WorldOrder[] {
	const times = Array.from(
		{ length: orders },
		() => now - 5 * MINUTE - Math.floor(random.next() * orderDays * DAY),
	);
	return times
		.map((time) => Math.floor(time / 1000) * 1000)
		.sort((a, b) => a - b)
		.map((time) => {
			const order = maker.make(time);
			// A request "already made" must be before the start of the world.
			const future = order.alreadyRequestedAt !== undefined && order.alreadyRequestedAt > now;
			return {
				...order,
				alreadyRequestedAt: future ? undefined : order.alreadyRequestedAt,
				cancellationRequestedAt: drawCancellationRequest(order, now),
				claimGrantedAt: drawClaim(order),
			};
		});
}

/**
 * A few buyers ask to cancel an order that is (or was) shipped anyway. Among the orders still
 * unshipped at the start of the world it is every other one, because there are few.
 */
function drawCancellationRequest(order: WorldOrder, now: number): number | undefined {
	const { orderId, pendingUntil, shippedAt } = order;
	if (shippedAt === undefined) return undefined;
	// A generator of its own, so that the world's random sequence does not change.
	const random = new Random(`${orderId}/cancellationRequest`);
	if (!random.chance(shippedAt > now ? 0.5 : 0.02)) return undefined;
	const latest = Math.min(shippedAt, now);
	if (latest <= pendingUntil) return undefined;
	return pendingUntil + Math.floor((random.next() * (latest - pendingUntil)) / 1000) * 1000;
}

/** Few buyers make a claim, weeks after the delivery, and mostly about orders the seller ships. */
function drawClaim({ orderId, fulfilledBy, deliveredAt }: WorldOrder): number | undefined {
	const random = new Random(`${orderId}/claim`);
	if (deliveredAt === undefined || !random.chance(fulfilledBy === 'MERCHANT' ? 0.02 : 0.002)) {
		return undefined;
	}
	return deliveredAt + random.integer(14 * 24, 40 * 24) * HOUR;
}

function buildFeedback(
	plan: MarketplacePlan,
	marketplace: Marketplace,
	orders: readonly WorldOrder[],
	now: number,
	{ random, timesOf }: { readonly random: Random; readonly timesOf: ReadonlyMap<string, number> },
): WorldFeedback[] {
	const taken = new Set<string>();
	const zone = Zone.of(marketplace.timeZone);
	const today = zone.dayOf(now);
	const feedback = plan.feedback.flatMap((band) =>
		Array.from({ length: band.count }, (_, index) => {
			const daysAgo = random.integer(band.fromDay, band.toDay);
			const at = zone.at(today, -daysAgo, random.integer(7, 22), random.integer(0, 59));
			const isLow = band.low[index] !== undefined;
			const pick = (candidates: readonly WorldOrder[]) =>
				isLow ? pickWorse(candidates, timesOf, random) : random.pick(candidates);
			const order = pickOrder(orders, at, taken, pick);
			taken.add(order.orderId);
			const rating = band.low[index] ?? (random.chance(0.85) ? 5 : 4);
			return writeFeedback(order, marketplace, at, rating, random);
		}),
	);
	return feedback.sort((a, b) => a.at - b.at);
}

/**
 * A shipped order, 3 to 90 days old at that moment, without feedback so far.
 *
 * @param orders oldest first
 */
function pickOrder(
	orders: readonly WorldOrder[],
	at: number,
	taken: ReadonlySet<string>,
	pick: (candidates: readonly WorldOrder[]) => WorldOrder,
): WorldOrder {
	const end = firstSince(orders, at - 3 * DAY + 1);
	for (const oldest of [30, 60, 90]) {
		const candidates = orders
			.slice(firstSince(orders, at - oldest * DAY), end)
			.filter(
				({ orderId, shippedAt, cancelledAt }) =>
					shippedAt !== undefined &&
					shippedAt < at &&
					cancelledAt === undefined &&
					!taken.has(orderId),
			);
		if (candidates.length > 0) return pick(candidates);
	}
	throw new Error('Too few orders for the planned feedback');
}

/** The place of the first order created at or after a moment; the orders are sorted by that. */
function firstSince(orders: readonly WorldOrder[], moment: number): number {
	let from = 0;
	let to = orders.length;
	while (from < to) {
		const middle = (from + to) >> 1;
		if ((orders[middle]?.createdAt ?? Infinity) < moment) from = middle + 1;
		else to = middle;
	}
	return from;
}

function writeFeedback(
	order: WorldOrder,
	marketplace: Marketplace,
	at: number,
	rating: Stars,
	random: Random,
): WorldFeedback {
	const phrases = phrasesFor(marketplace.countryCode);
	const comment = random.chance(0.3) ? '' : random.pick(rating >= 4 ? phrases.good : phrases.bad);
	return {
		orderId: order.orderId,
		marketplaceId: marketplace.id,
		at,
		date: localDay(at, marketplace),
		rating,
		comment,
		response: rating <= 3 && random.chance(0.3) ? random.pick(phrases.responses) : '',
		email: order.buyer.email,
	};
}
