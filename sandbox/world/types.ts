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

/** One order; times are milliseconds. Which state it is in depends on the clock. */
export interface WorldOrder {
	readonly orderId: string;
	readonly marketplaceId: string;
	readonly createdAt: number;
	readonly items: readonly WorldOrderItem[];
	readonly fulfilledBy: Fulfiller;
	/** Amazon's shop unless told otherwise. */
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
	/** The promise the solicitation window is counted from. */
	readonly deliverBy: { readonly earliest: number; readonly latest: number };
	/** Payment is verified until then. */
	readonly pendingUntil: number;
	/** When the first of several parcels left. */
	readonly partlyShippedAt?: number | undefined;
	readonly shippedAt?: number | undefined;
	readonly deliveredAt?: number | undefined;
	readonly cancelledAt?: number | undefined;
	readonly cancelledBy?: 'BUYER' | 'MERCHANT' | undefined;
	readonly unfulfillable?: boolean | undefined;
	readonly refundedAt?: number | undefined;
	/** When the buyer asked to cancel; that alone cancels nothing. */
	readonly cancellationRequestedAt?: number | undefined;
	/** Requested in Seller Central before the sandbox began; not part of the true record. */
	readonly alreadyRequestedAt?: number | undefined;
}

/** One seller feedback. `at` is the moment it was left, `date` that moment's marketplace-local day. */
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

/** What buyers and sellers can change about a feedback, and its day. */
export type FeedbackContent = Pick<WorldFeedback, 'date' | 'rating' | 'comment' | 'response'>;

/** One change of the world's feedback. */
export interface FeedbackEvent {
	/** ISO time in UTC, by the sandbox's clock. */
	readonly at: string;
	/** Rating 4 or 5 stars where it was 1 to 3 is a change, although it leaves Amazon's report. */
	readonly kind: 'added' | 'changed' | 'removed';
	readonly marketplaceId: string;
	readonly sellerKey: string;
	readonly orderId: string;
	readonly before: FeedbackContent | null;
	readonly after: FeedbackContent | null;
}

/** What the performance report shall count of one kind of fulfilment. */
export interface DefectCounts {
	readonly ordersWithDefects: number;
	/** As many as there are when left out. */
	readonly orders?: number | undefined;
}

/** What a seller has in one marketplace. */
export interface MarketplaceWorld {
	readonly marketplace: Marketplace;
	readonly products: readonly WorldProduct[];
	readonly orders: WorldOrder[];
	/** Oldest first. */
	readonly feedback: WorldFeedback[];
	/** Feedback from before the generated period; only the lifetime window holds it. */
	readonly earlier: FeedbackCounts;
	accountStatus: AccountStatus | undefined;
	readonly defects: Map<Fulfiller, DefectCounts>;
	/** Orders, units and feedback per marketplace-local day, computed from the above. */
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
	readonly feedback: Readonly<Record<Stars, number>>;
}

export interface Seller {
	readonly key: string;
	readonly sellerId: string;
	readonly name: string;
	readonly region: Region;
	readonly marketplaces: readonly MarketplaceWorld[];
}
