// cspell:ignore cancelled
import type { Marketplace, Region } from '../../nodes/shared/domain/marketplaces';

export type Stars = 1 | 2 | 3 | 4 | 5;
export type Fulfiller = 'AMAZON' | 'MERCHANT';
export type FulfillmentStatus =
	| 'PENDING'
	| 'UNSHIPPED'
	| 'PARTIALLY_SHIPPED'
	| 'SHIPPED'
	| 'CANCELLED'
	| 'UNFULFILLABLE';
export type AccountStatus = 'NORMAL' | 'AT_RISK' | 'DEACTIVATED';

export interface WorldProduct {
	readonly asin: string;
	readonly sku: string;
	readonly title: string;
	/** In the marketplace's currency. */
	readonly price: number;
}

export interface WorldOrderItem {
	readonly orderItemId: string;
	readonly product: WorldProduct;
	readonly quantity: number;
}

/** One order; times are in milliseconds. Its state depends on the clock. */
export interface WorldOrder {
	readonly orderId: string;
	readonly marketplaceId: string;
	readonly createdAt: number;
	readonly items: readonly WorldOrderItem[];
	readonly fulfilledBy: Fulfiller;
	/** Amazon's shop by default. */
	readonly channel?: 'NON_AMAZON';
	readonly serviceLevel: 'STANDARD' | 'EXPEDITED';
	readonly programs: readonly string[];
	readonly replaces?: string | undefined;
	readonly buyer: {
		readonly name: string;
		readonly email: string;
		readonly company?: string | undefined;
	};
	readonly shipBy: { readonly earliest: number; readonly latest: number };
	/** The delivery promise that the solicitation window is counted from. */
	readonly deliverBy: { readonly earliest: number; readonly latest: number };
	/** Payment is verified at this time. */
	readonly pendingUntil: number;
	/** When the first of several parcels shipped. */
	readonly partlyShippedAt?: number | undefined;
	readonly shippedAt?: number | undefined;
	readonly deliveredAt?: number | undefined;
	readonly cancelledAt?: number | undefined;
	readonly cancelledBy?: 'BUYER' | 'MERCHANT' | undefined;
	readonly unfulfillable?: boolean | undefined;
	readonly refundedAt?: number | undefined;
	/** An A-to-z guarantee claim was granted; Amazon paid it, so it is no order defect. */
	readonly claimGrantedAt?: number | undefined;
	/** When the buyer requested a cancellation; that alone cancels nothing. */
	readonly cancellationRequestedAt?: number | undefined;
	/** Requested in Seller Central before the sandbox began; not part of the true record. */
	readonly alreadyRequestedAt?: number | undefined;
}

/**
 * One seller feedback entry. `at` is the moment it was posted, `date` the marketplace-local day.
 */
export interface WorldFeedback {
	readonly orderId: string;
	readonly marketplaceId: string;
	readonly at: number;
	readonly date: string;
	readonly rating: Stars;
	/** Empty for a star-only rating. */
	readonly comment: string;
	readonly response: string;
	readonly email: string;
}

export interface FeedbackCounts {
	readonly positive: number;
	readonly neutral: number;
	readonly negative: number;
}

/** What buyers and sellers can change in a feedback entry, and its day. */
export type FeedbackContent = Pick<WorldFeedback, 'date' | 'rating' | 'comment' | 'response'>;

/** One change of the world's feedback. */
export interface FeedbackEvent {
	/** ISO time in UTC, by the sandbox's clock. */
	readonly at: string;
	/** A rating that goes from 1-3 to 4-5 stars is 'changed', although it leaves Amazon's report. */
	readonly kind: 'added' | 'changed' | 'removed';
	readonly marketplaceId: string;
	readonly sellerKey: string;
	readonly orderId: string;
	readonly before: FeedbackContent | null;
	readonly after: FeedbackContent | null;
}

/** What the performance report should count for one kind of fulfillment. */
export interface DefectCounts {
	readonly ordersWithDefects: number;
	/** By default, the orders that exist. */
	readonly orders?: number | undefined;
}

/** Days with another share of page views in the Buy Box; calendar days, both included. */
export interface BuyBoxSpell {
	readonly from: string;
	readonly to: string;
	readonly percent: number;
}

/** A seller's content in one marketplace. */
export interface MarketplaceWorld {
	readonly marketplace: Marketplace;
	readonly products: readonly WorldProduct[];
	readonly orders: WorldOrder[];
	/** Oldest first. */
	readonly feedback: WorldFeedback[];
	/** Feedback from before the generated period; only the lifetime window includes it. */
	readonly earlier: FeedbackCounts;
	/** By SKU: how many times as often as others its orders get bad feedback; usually empty. */
	readonly causes: ReadonlyMap<string, number>;
	accountStatus: AccountStatus | undefined;
	readonly defects: Map<Fulfiller, DefectCounts>;
	/** Planned and set spells; `buyBoxOf` has the share of each day. */
	readonly buyBox: BuyBoxSpell[];
	/** Orders, units and feedback per marketplace-local day, computed from the fields above. */
	readonly traffic: readonly DailyTraffic[];
}

export interface DailyTraffic {
	readonly date: string;
	readonly orders: number;
	readonly orderItems: number;
	readonly units: number;
	readonly sales: number;
	readonly unitsRefunded: number;
	readonly ordersShipped: number;
	readonly unitsShipped: number;
	readonly salesShipped: number;
	readonly claimsGranted: number;
	/** The price of the orders with these claims. */
	readonly claimsAmount: number;
	readonly feedback: Readonly<Record<Stars, number>>;
}

export interface Seller {
	readonly key: string;
	readonly sellerId: string;
	readonly name: string;
	readonly region: Region;
	/** Enrolled in Amazon Business. */
	readonly isB2bSeller: boolean;
	readonly marketplaces: readonly MarketplaceWorld[];
}
