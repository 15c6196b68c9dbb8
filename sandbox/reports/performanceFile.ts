import type { Habits } from '../habits';
import type { SandboxSettings } from '../settings';
import { DAY } from '../world/build';
import type { AccountStatus, Fulfiller, MarketplaceWorld, Seller } from '../world/types';
import type { ReportFile } from './textFile';
import { jsonFile } from './trafficFile';

const ODR_TARGET = 0.01;

/** This report is only exact to the minute: `2026-11-20T00:00Z`. */
const minute = (millis: number): string => `${new Date(millis).toISOString().slice(0, 16)}Z`;

function range(now: number, days: number) {
	const today = Math.floor(now / DAY) * DAY;
	return {
		reportingDateFrom: minute(today - days * DAY),
		reportingDateTo: minute(today - 60_000),
	};
}

/**
 * Orders of the last 60 days and those among them with 1-2 star feedback, by who fulfilled them; or
 * the counts set with `setDefects`.
 */
export function orderDefects(place: MarketplaceWorld, fulfilledBy: Fulfiller, now: number) {
	const today = Math.floor(now / DAY) * DAY;
	const orders = place.orders.filter(
		(order) =>
			order.fulfilledBy === fulfilledBy &&
			order.createdAt >= today - 60 * DAY &&
			order.createdAt < today,
	);
	const bad = new Set(
		place.feedback
			.filter(({ rating, at }) => rating <= 2 && at <= now)
			.map(({ orderId }) => orderId),
	);
	const set = place.defects.get(fulfilledBy);
	return {
		orders: set?.orders ?? orders.length,
		negative: set?.ordersWithDefects ?? orders.filter(({ orderId }) => bad.has(orderId)).length,
	};
}

function defectRate(place: MarketplaceWorld, fulfilledBy: Fulfiller, now: number) {
	const { orders, negative } = orderDefects(place, fulfilledBy, now);
	const rate = orders === 0 ? 0 : negative / orders;
	const none = { count: 0, status: 'NONE' };
	return {
		reportingDateRange: range(now, 60),
		orderCount: orders,
		orderWithDefects: { count: negative, status: rate < ODR_TARGET ? 'GOOD' : 'BAD' },
		claims: none,
		chargebacks: none,
		negativeFeedback: { count: negative, status: 'NONE' },
		fulfillmentType: fulfilledBy === 'AMAZON' ? 'afn' : 'mfn',
		status: rate < ODR_TARGET ? 'GOOD' : 'BAD',
		rate: Math.round(rate * 1e6) / 1e6,
		targetValue: ODR_TARGET,
		targetCondition: 'LESS_THAN',
	};
}

/**
 * The account's status: set with `setAccountStatus`, or at risk if an order defect rate is too
 * high.
 */
export function accountStatusOf(place: MarketplaceWorld, now: number): AccountStatus {
	if (place.accountStatus !== undefined) return place.accountStatus;
	const sums = (['AMAZON', 'MERCHANT'] as const).map((channel) =>
		orderDefects(place, channel, now),
	);
	const orders = sums.reduce((total, sum) => total + sum.orders, 0);
	const negative = sums.reduce((total, sum) => total + sum.negative, 0);
	return orders > 0 && negative / orders >= ODR_TARGET ? 'AT_RISK' : 'NORMAL';
}

function metrics(
	place: MarketplaceWorld,
	now: number,
	settings: SandboxSettings,
	habits: Habits,
): Record<string, unknown> {
	const whole = modelMetrics(place, now, settings, habits);
	const seen = habits.healthAsSeen ? asSeen(whole, now) : whole;
	return asText(withoutCounts(seen, habits), habits);
}

function modelMetrics(
	place: MarketplaceWorld,
	now: number,
	settings: SandboxSettings,
	habits: Habits,
): Record<string, unknown> {
	const example = settings.performanceShape === 'example';
	const week = range(now, 7);
	const month = range(now, 30);
	const halfYear = range(now, 180);
	const orders = place.orders.filter(({ createdAt }) => createdAt >= now - 30 * DAY).length;
	// Amazon does not count its own shipments here; without habits this does not matter.
	const shipments = habits.healthAsSeen
		? place.orders.filter(
				({ createdAt, fulfilledBy }) => fulfilledBy === 'MERCHANT' && createdAt >= now - 30 * DAY,
			).length
		: orders;
	const ofShipments = shipments === 0 ? 0 : 1;
	const good = (targetValue: number, targetCondition: string, rate: number) => ({
		status: 'GOOD',
		rate,
		targetValue,
		targetCondition,
	});
	const violation = {
		reportingDateRange: halfYear,
		defectsCount: 0,
		status: 'GOOD',
		targetValue: 0,
		targetCondition: 'EQUALS',
	};
	const zero = { count: 0, status: 'GOOD' };
	const cancellation = {
		reportingDateRange: week,
		orderCount: orders,
		cancellationCount: 0,
		...good(0.025, 'LESS_THAN', 0),
	};
	const warnings = [{ warningType: 'spammingSellerMessaging', status: 'NONE' }];
	return {
		marketplaceId: place.marketplace.id,
		orderDefectRate: {
			afn: defectRate(place, 'AMAZON', now),
			mfn: defectRate(place, 'MERCHANT', now),
		},
		invoiceDefectRate: {
			reportingDateRange: week,
			orderCount: orders,
			invoiceDefect: zero,
			missingInvoice: zero,
			lateInvoice: zero,
			...good(0.05, 'LESS_THAN', 0),
		},
		lateShipmentRate: {
			reportingDateRange: month,
			orderCount: orders,
			lateShipmentCount: 0,
			...good(0.04, 'LESS_THAN', 0),
		},
		onTimeDeliveryRate: {
			reportingDateRange: month,
			shipmentCountWithValidTracking: shipments,
			onTimeDeliveryCount: shipments,
			...good(0.9, 'GREATER_THAN', ofShipments),
		},
		unitOnTimeDeliveryRate: {
			reportingDateRange: month,
			unitOnTimeDeliveryCount: orders,
			totalUnitCount: orders,
			...good(0.9, 'GREATER_THAN', 1),
		},
		validTrackingRate: {
			reportingDateRange: month,
			shipmentCount: shipments,
			validTrackingCount: shipments,
			...good(0.95, 'GREATER_THAN', ofShipments),
		},
		...(example
			? {
					prefulfillmentCancelRate: cancellation,
					warningState: warnings,
					documentRequest: violation,
					accountHealthRating: { ahrStatus: 'GREAT', reportingDateRange: halfYear },
				}
			: {
					preFulfillmentCancellationRate: cancellation,
					warningStates: warnings,
					documentRequests: violation,
					// The schema declares one name and requires the other; both together satisfy it.
					accountHealthRating: {
						ahrStatus: 'GREAT',
						accountHealthRatingStatus: 'GREAT',
						reportingDateRange: halfYear,
					},
					restrictedProductPolicyViolations: violation,
					suspectedIntellectualPropertyViolations: violation,
				}),
		listingPolicyViolations: violation,
		productAuthenticityCustomerComplaints: violation,
		productConditionCustomerComplaints: violation,
		productSafetyCustomerComplaints: violation,
		receivedIntellectualPropertyComplaints: violation,
		foodAndProductSafetyIssues: violation,
		otherPolicyViolations: violation,
	};
}

type Metrics = Record<string, unknown>;

/** Adds the names and values of real responses to those of the schema. */
function asSeen(
	{ lateShipmentRate, accountHealthRating, ...others }: Metrics,
	now: number,
): Metrics {
	return {
		...others,
		lateShipmentRateList: [lateShipmentRate],
		policyViolationWarnings: { warningsCount: 2, reportingDateRange: range(now, 180) },
		accountHealthRating: { ...(accountHealthRating as object), ahrScore: null },
	};
}

const CAUSES = ['claims', 'chargebacks', 'negativeFeedback', 'orderWithDefects'];

function withoutCounts(metrics: Metrics, habits: Habits): Metrics {
	const { afn, mfn } = metrics['orderDefectRate'] as Record<'afn' | 'mfn', Metrics>;
	const bare = (rate: Metrics) =>
		habits.healthWithoutCounts
			? Object.fromEntries(Object.entries(rate).filter(([name]) => !CAUSES.includes(name)))
			: rate;
	return {
		...metrics,
		orderDefectRate: { afn: habits.healthNullDefects ? null : bare(afn), mfn: bare(mfn) },
	};
}

function asText(metrics: Metrics, habits: Habits): Metrics {
	if (!habits.healthTextCounts) return metrics;
	const text = JSON.stringify(metrics, (name, value: unknown) => {
		if (name === 'warningStates' || name === 'warningState') return ['spammingSellerMessaging'];
		return typeof value === 'number' && /count$/i.test(name) ? String(value) : value;
	});
	return JSON.parse(text) as Metrics;
}

/** Another marketplace of the seller, without any data. */
function broken({ marketplaces }: Seller, marketplaceIds: readonly string[]): Metrics[] {
	const other = marketplaces.find(({ marketplace }) => !marketplaceIds.includes(marketplace.id));
	if (!other) return [];
	return [{ marketplaceId: other.marketplace.id, orderDefectRate: { afn: null, mfn: null } }];
}

/**
 * Writes GET_V2_SELLER_PERFORMANCE_REPORT. Ignores the requested range, as Amazon does: the order
 * defect rate always covers 60 days. The sandbox assumes that they end yesterday.
 */
export function writePerformanceFile(
	seller: Seller,
	marketplaceIds: readonly string[],
	now: number,
	settings: SandboxSettings,
	habits: Habits,
): ReportFile {
	const places = seller.marketplaces.filter(({ marketplace }) =>
		marketplaceIds.includes(marketplace.id),
	);
	return jsonFile({
		accountStatuses: places.map((place) => ({
			marketplaceId: place.marketplace.id,
			status: accountStatusOf(place, now),
		})),
		performanceMetrics: [
			...places.map((place) => metrics(place, now, settings, habits)),
			...(habits.healthNullDefects ? broken(seller, marketplaceIds) : []),
		],
	});
}
