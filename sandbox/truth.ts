import { DateTime } from 'luxon';
import type {
	QueryRequestRecord,
	ReportReadRecord,
	ReportRequestRecord,
	SandboxState,
	RequestAnswerRecord,
	SolicitationRecord,
} from './state';
import { toIso, toMillis } from './clock';
import { dateFigures } from './traffic/byDate';
import { localDay } from './world/build';
import { eachDay, emptyDay } from './world/traffic';
import { solicitabilityOf, solicitationWindow, type Solicitability } from './world/orderState';
import { asReported } from './world/typedText';
import { bandOf } from './world/world';
import type {
	FeedbackCounts,
	FeedbackEvent,
	MarketplaceWorld,
	WorldFeedback,
	WorldOrder,
} from './world/types';

export type RatingWindow = '30' | '90' | '365' | 'lifetime';
export type RatingTruth = Readonly<Record<RatingWindow, FeedbackCounts>>;

/** When a review may be requested: first and last moment in UTC. */
export interface SolicitationWindow {
	readonly opensAt: string;
	readonly closesAt: string;
}

export interface OrderTruth extends SolicitationWindow {
	readonly orderId: string;
	readonly marketplaceId: string;
	readonly solicitability: Exclude<Solicitability, 'unknownOrder'>;
}

/** Counts the feedback dated within the last `days` days, including the day itself. */
export function countWindow(
	{ feedback }: Pick<MarketplaceWorld, 'feedback'>,
	asOf: string,
	days: number,
): FeedbackCounts {
	const first = DateTime.fromISO(asOf, { zone: 'utc' })
		.minus({ days: days - 1 })
		.toISODate();
	return count(feedback.filter(({ date }) => date <= asOf && date >= (first ?? asOf)));
}

function count(feedback: readonly WorldFeedback[]): FeedbackCounts {
	const counts = { positive: 0, neutral: 0, negative: 0 };
	for (const { rating } of feedback) counts[bandOf(rating)] += 1;
	return counts;
}

/** What a shop did on one marketplace-local day. */
export interface ShopDay {
	readonly date: string;
	readonly pageViews: number;
	/** Of the page views, with two decimals. */
	readonly buyBoxPercent: number;
	readonly ordersShipped: number;
	readonly unitsOrdered: number;
	readonly unitsShipped: number;
	readonly unitsRefunded: number;
	readonly claimsGranted: number;
}

/** What became of the orders of one product, by the day they shipped. */
export interface ProductTruth {
	readonly sku: string;
	readonly asin: string;
	/** Orders with it, however many other products they have. */
	readonly ordersShipped: number;
	/** Those of them with feedback of 1 to 3 stars by now. */
	readonly bad: number;
	/** How many times as often as others they get it; 1 unless the product was made a cause. */
	readonly times: number;
}

/** The true state, computed straight from the world; the APIs must agree with it. */
export class Truth {
	constructor(private readonly state: SandboxState) {}

	/**
	 * The 1-3 star rows of Amazon's report for these marketplace-local days (both included), oldest
	 * first.
	 */
	feedback(
		sellerKey: string,
		marketplaceId: string,
		{ from, to }: { from?: string; to?: string } = {},
	): readonly WorldFeedback[] {
		const place = this.state.world.marketplace(sellerKey, marketplaceId);
		const { habits } = this.state;
		const rows = place.feedback.filter(
			({ rating, date, at }) =>
				rating <= 3 &&
				at <= this.state.clock.millis() &&
				(from === undefined || date >= from) &&
				(to === undefined || date <= to),
		);
		return rows.map((row) => asReported(row, habits));
	}

	/**
	 * Every time feedback was added, changed or removed, oldest first; in all marketplaces or one.
	 */
	feedbackHistory(sellerKey: string, marketplaceId?: string): readonly FeedbackEvent[] {
		const { world } = this.state;
		// Throws on an unknown seller.
		if (marketplaceId === undefined) world.seller(sellerKey);
		else world.marketplace(sellerKey, marketplaceId);
		return world.feedbackHistory.filter(
			(event) =>
				event.sellerKey === sellerKey &&
				(marketplaceId === undefined || event.marketplaceId === marketplaceId),
		);
	}

	/**
	 * The exact counts per window. A window of 30 days is `asOf` and the 29 marketplace-local days
	 * before it; `lifetime` includes feedback from before the generated period.
	 * @param through the last day that counts, if later ones are not settled; `asOf` by default
	 */
	rating(sellerKey: string, marketplaceId: string, asOf?: string, through?: string): RatingTruth {
		const { marketplace, feedback, earlier } = this.state.world.marketplace(
			sellerKey,
			marketplaceId,
		);
		const day = asOf ?? localDay(this.state.clock.millis(), marketplace);
		const counted = { feedback: feedback.filter(({ date }) => date <= (through ?? day)) };
		const generated = count(counted.feedback.filter(({ date }) => date <= day));
		return {
			'30': countWindow(counted, day, 30),
			'90': countWindow(counted, day, 90),
			'365': countWindow(counted, day, 365),
			lifetime: {
				positive: earlier.positive + generated.positive,
				neutral: earlier.neutral + generated.neutral,
				negative: earlier.negative + generated.negative,
			},
		};
	}

	/** What the shop did on each day, complete and settled, oldest first; until now by default. */
	shop(
		sellerKey: string,
		marketplaceId: string,
		{ from, to }: { from?: string; to?: string } = {},
	): readonly ShopDay[] {
		const place = this.state.world.marketplace(sellerKey, marketplaceId);
		const { traffic: all } = place;
		const today = localDay(this.state.clock.millis(), place.marketplace);
		const byDate = new Map(all.map((day) => [day.date, day]));
		return eachDay(from ?? all[0]?.date ?? today, to ?? today)
			.map((date) => byDate.get(date) ?? emptyDay(date))
			.map((day) => {
				const whole = { ...day, viewedOrders: day.orders };
				const { traffic } = dateFigures(day.date, whole, place, this.state.settings);
				return {
					date: day.date,
					pageViews: traffic.pageViews,
					buyBoxPercent: traffic.buyBoxPercentage,
					ordersShipped: day.ordersShipped,
					unitsOrdered: day.units,
					unitsShipped: day.unitsShipped,
					unitsRefunded: day.unitsRefunded,
					claimsGranted: day.claimsGranted,
				};
			});
	}

	/** The products of the catalog with their shipped orders on some days; all days by default. */
	products(
		sellerKey: string,
		marketplaceId: string,
		{ from = '', to = '9999' }: { from?: string; to?: string } = {},
	): readonly ProductTruth[] {
		const place = this.state.world.marketplace(sellerKey, marketplaceId);
		const now = this.state.clock.millis();
		const low = new Set(
			place.feedback
				.filter(({ rating, at }) => rating <= 3 && at <= now)
				.map(({ orderId }) => orderId),
		);
		const shipped = place.orders.filter(({ shippedAt }) => {
			if (shippedAt === undefined || shippedAt > now) return false;
			const day = localDay(shippedAt, place.marketplace);
			return day >= from && day <= to;
		});
		return place.products.map(({ sku, asin }) => {
			const own = shipped.filter(({ items }) => items.some(({ product }) => product.sku === sku));
			return {
				sku,
				asin,
				ordersShipped: own.length,
				bad: own.filter(({ orderId }) => low.has(orderId)).length,
				times: place.causes.get(sku) ?? 1,
			};
		});
	}

	/** Every accepted request for a review, in order. */
	get solicitations(): readonly SolicitationRecord[] {
		return this.state.solicitations;
	}

	/** All feedback that came, or will come, only because it was requested, in order of the requests. */
	get requestAnswers(): readonly RequestAnswerRecord[] {
		return this.state.requestAnswers;
	}

	/**
	 * Every valid request for a report, in order, including those that came too soon for their type.
	 */
	get reportRequests(): readonly ReportRequestRecord[] {
		return this.state.reportRequests;
	}

	/** The first time that each finished report was read, in order. */
	get reportReads(): readonly ReportReadRecord[] {
		return this.state.reportReads;
	}

	/** Every valid request for a Data Kiosk query, in order, including refused ones. */
	get queryRequests(): readonly QueryRequestRecord[] {
		return this.state.queryRequests;
	}

	/** Whether a review may be requested for the order now (or at another time), or why not. */
	solicitability(sellerKey: string, orderId: string, at?: string | Date): Solicitability {
		const order = this.state.world.order(sellerKey, orderId);
		if (!order) return 'unknownOrder';
		const moment = at === undefined ? this.state.clock.millis() : toMillis(at);
		const requested = this.state.wasSolicited(sellerKey, orderId);
		return solicitabilityOf(order, moment, requested, this.state.settings);
	}

	/** The order's true window, counted from the delivery promise to the buyer. */
	windowOf(sellerKey: string, orderId: string): SolicitationWindow {
		const order = this.state.world.order(sellerKey, orderId);
		if (!order) throw new Error(`Seller "${sellerKey}" has no order ${orderId}`);
		return windowOf(order);
	}

	/** Every order of the seller that exists by now, oldest first per marketplace. */
	orders(sellerKey: string): readonly OrderTruth[] {
		const { world, clock, settings } = this.state;
		const now = clock.millis();
		return world.seller(sellerKey).marketplaces.flatMap(({ marketplace, orders }) =>
			orders
				.filter(({ createdAt }) => createdAt <= now)
				.map((order) => ({
					orderId: order.orderId,
					marketplaceId: marketplace.id,
					...windowOf(order),
					solicitability: solicitabilityOf(
						order,
						now,
						this.state.wasSolicited(sellerKey, order.orderId),
						settings,
					),
				})),
		);
	}
}

function windowOf(order: WorldOrder): SolicitationWindow {
	const { opens, closes } = solicitationWindow(order);
	return { opensAt: toIso(opens), closesAt: toIso(closes) };
}
