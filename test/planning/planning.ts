import { DateTime } from 'luxon';

import {
	planSolicitations,
	type PlanChoices,
	type PlanRow,
} from '../../nodes/AmazonReviewSolicitation/planning/plan';
import { sellerOrderSchema, type SellerOrder } from '../../nodes/shared/domain/order';

export const US = 'ATVPDKIKX0DER';
export const DE = 'A1PA6795UKMFR9';

/** A Monday, 10:00 in Los Angeles. */
export const NOW = DateTime.fromISO('2026-11-23T18:00:00Z', { zone: 'utc' });

export const daysAgo = (days: number): string => NOW.minus({ days }).toISO() ?? '';

export const orderOf = (index: number, changes: Partial<SellerOrder> = {}): SellerOrder =>
	sellerOrderSchema.parse({
		orderId: `111-1234567-${String(1_000_000 + index)}`,
		marketplaceId: US,
		status: 'SHIPPED',
		createdAt: daysAgo(20),
		earliestDelivery: daysAgo(15),
		latestDelivery: daysAgo(14),
		deliveryDateSource: 'deliverByWindow',
		...changes,
	});

export const choicesWith = (changes: Partial<PlanChoices> = {}): PlanChoices => ({
	now: NOW.toMillis(),
	rate: 1,
	burst: 5,
	capZone: 'utc',
	rules: {},
	past: new Map(),
	preferredDelayDays: 0,
	delayFrom: 'latestDelivery',
	clock: 'marketplace',
	leaveOutUnknownDates: false,
	sendNowWithinMs: 3_600_000,
	defaultMarketplaceId: US,
	...changes,
});

export const planOf = (
	orders: readonly SellerOrder[],
	changes: Partial<PlanChoices> = {},
): PlanRow[] => planSolicitations(orders, choicesWith(changes));
