import type { IExecuteFunctions } from 'n8n-workflow';

import { ordersIn, readAllOrdersReport } from './reports/allOrdersReport';
import type { SellerOrder } from '../../shared/domain/order';
import { hint } from '../../shared/n8n/hints';
import type { SpApiClient } from '../../shared/spapi/client';
import {
	fetchRangedReports,
	hintAtParts,
	hintAtUnreadableLines,
	type ReportRange,
} from './rangedReport';
import { aboutOtherShops, named } from './searchNotes';

const REPORT = 'GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL';

/**
 * Reads the orders of some marketplaces that changed in a range, each in its newest state. Amazon's
 * all-orders report is known to contain the whole region, regardless of the marketplaces requested.
 */
export async function readOrdersReport(
	context: IExecuteFunctions,
	client: SpApiClient,
	range: ReportRange,
): Promise<SellerOrder[]> {
	const wanted = range.marketplaces.map(({ id }) => id);
	const orders = new Map<string, SellerOrder>();
	const notOfAmazon = new Set<string>();
	const channelOf = new Map<string, string>();
	const parts = await fetchRangedReports(context, client, REPORT, range, {
		read: readAllOrdersReport,
		bytesOf: (report) => report.orders.length * 500,
	});
	for (const part of parts) if (part.outcome === 'failed') throw part.failure;
	hintAtParts(context, 'all-orders', parts);
	for (const part of parts) {
		if (part.outcome !== 'done' && part.outcome !== 'kept') continue;
		const report = part.content;
		hintAtUnreadableLines(context, 'all-orders report', report.unreadable);
		const ofRegion = ordersIn(report, wanted);
		for (const orderId of ofRegion.notOfAmazon) notOfAmazon.add(orderId);
		for (const [channel, orderIds] of ofRegion.ofUnknownChannel) {
			for (const orderId of orderIds) channelOf.set(orderId, channel);
		}
		for (const order of ofRegion.orders) {
			const known = orders.get(order.orderId);
			const isNewer = (order.updatedAt ?? '') > (known?.updatedAt ?? '');
			if (known === undefined || isNewer) orders.set(order.orderId, order);
		}
	}
	if (notOfAmazon.size > 0) hint(context, aboutOtherShops([...notOfAmazon]));
	if (channelOf.size > 0) {
		const channels = [...new Set(channelOf.values())].map((channel) => channel || '(none)');
		hint(
			context,
			`${channelOf.size} order(s) in the all-orders report are left out, because their sales channel is not a known marketplace: ${named([...channelOf.keys()])}. The channels: ${named(channels)}.`,
			'warning',
		);
	}
	return [...orders.values()];
}
