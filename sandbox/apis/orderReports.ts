import type { Call } from '../http';
import type { SandboxSettings } from '../settings';
import { Random } from '../random';
import { DAY, MINUTE } from '../world/build';
import { multiChannelOrders } from '../world/foreignOrders';
import { lastUpdateOf } from '../world/orderState';
import { writeAllOrdersFile } from '../reports/allOrdersFile';
import { writeFbaShipmentsFile } from '../reports/fbaShipmentsFile';
import { writeFbaReturnsFile, writeMerchantReturnsFile } from '../reports/returnsFile';
import type { OrderLine } from '../reports/orderLine';
import type { ReportFile } from '../reports/textFile';
import type { MarketplaceWorld, WorldOrder } from '../world/types';
import type { ReportRequest } from './reportRequest';

/** A report with one row per item of the orders that had an event in the range. */
interface OrderReport {
	/** Reports with a longer range are canceled. */
	readonly maxDays: (settings: SandboxSettings) => number;
	/** When the event happened; undefined if the report leaves the order out. */
	readonly momentOf: (order: WorldOrder, now: number) => number | undefined;
	/** How long after that the row appears. */
	readonly lagOf?: (order: WorldOrder) => number;
	/** With Amazon's habits: contains the whole region, and orders of other stores. */
	readonly regional?: boolean;
	readonly write: (
		lines: readonly OrderLine[],
		countryCode: string,
		now: number,
		settings: SandboxSettings,
	) => ReportFile;
}

const ORDER_REPORTS: Readonly<Record<string, OrderReport>> = {
	GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL: {
		// Whether there is a limit, and which one, is unconfirmed. That is why it is a setting.
		maxDays: ({ ordersReportMaxDays }) => ordersReportMaxDays,
		momentOf: lastUpdateOf,
		regional: true,
		write: writeAllOrdersFile,
	},
	GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL: {
		// Documented as one month.
		maxDays: () => 31,
		momentOf: ({ fulfilledBy, shippedAt }) => (fulfilledBy === 'AMAZON' ? shippedAt : undefined),
		lagOf: ({ orderId }) => {
			const random = new Random(`${orderId}/shipmentLag`);
			return random.chance(0.03) ? DAY : random.integer(60, 180) * MINUTE;
		},
		write: writeFbaShipmentsFile,
	},
	GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA: {
		maxDays: () => Infinity,
		momentOf: ({ fulfilledBy, refundedAt }) => (fulfilledBy === 'AMAZON' ? refundedAt : undefined),
		write: writeFbaReturnsFile,
	},
	GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE: {
		maxDays: () => 60,
		momentOf: ({ fulfilledBy, refundedAt }) =>
			fulfilledBy === 'MERCHANT' ? refundedAt : undefined,
		write: writeMerchantReturnsFile,
	},
};

/** One of the order reports, or undefined if Amazon would cancel it. */
export function writeOrderReport(
	{ seller, state, now }: Call,
	{ reportType, marketplaceIds, start, end }: ReportRequest,
): ReportFile | undefined {
	const report = ORDER_REPORTS[reportType];
	if (!report) throw new Error(`No order report ${reportType}`);
	if (end - start > report.maxDays(state.settings) * DAY) return undefined;
	const { habits } = state;
	const places = seller.marketplaces.filter(
		({ marketplace }) =>
			(report.regional && habits.wholeRegionOrders) || marketplaceIds.includes(marketplace.id),
	);
	const shown = (place: MarketplaceWorld) =>
		report.regional && habits.foreignOrders
			? [...place.orders, ...multiChannelOrders(place)]
			: place.orders;
	const lag = (order: WorldOrder) =>
		(habits.lateShipmentRows ? report.lagOf?.(order) : undefined) ?? 0;
	const lines = places
		.flatMap((place) =>
			shown(place)
				.filter(({ createdAt }) => createdAt <= now)
				.map((order) => ({
					order,
					marketplace: place.marketplace,
					moment: report.momentOf(order, now) ?? Infinity,
				})),
		)
		.filter(({ order, moment }) => moment + lag(order) <= now)
		.filter(({ moment }) => moment >= start && moment <= end)
		.sort((a, b) => a.moment - b.moment)
		.flatMap(({ order, marketplace }) => order.items.map((item) => ({ order, item, marketplace })));
	const first = places.find(({ marketplace }) => marketplace.id === marketplaceIds[0]);
	if (lines.length === 0 || !first) return undefined;
	return report.write(lines, first.marketplace.countryCode, now, state.settings);
}
