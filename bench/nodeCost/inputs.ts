import { DateTime } from 'luxon';
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { seeded } from '../../test/seeded';

/** Generated rows for the nodes, the same for the same count. */

export const SEED = 3;

const US = 'ATVPDKIKX0DER';

/** One feedback entry per item, all ratings, over the last 600 days. */
export function feedbackItems(count: number): INodeExecutionData[] {
	const random = seeded(SEED);
	const days = lastDays(600);
	return Array.from({ length: count }, () => ({
		json: { date: days[Math.floor(random() * days.length)] ?? '', rating: starsOf(random()) },
	}));
}

/** About 96% positive. */
const starsOf = (luck: number): number => (luck < 0.9 ? 5 : luck < 0.96 ? 4 : luck < 0.975 ? 3 : 1);

/** Calendar days of the US marketplace, today first. */
export const lastDays = (count: number): string[] =>
	Array.from(
		{ length: count },
		(_, ago) =>
			DateTime.now().setZone('America/Los_Angeles').minus({ days: ago }).toISODate() ?? '',
	);

/** Shipped orders of the last 45 days in the format of Order: Get Many. */
export function orderItems(count: number): INodeExecutionData[] {
	const random = seeded(SEED);
	const now = Date.now();
	const iso = (millis: number) => new Date(millis).toISOString();
	return Array.from({ length: count }, (_, index) => {
		const createdAt = now - random() * 45 * DAY_MS;
		const json: IDataObject = {
			orderId: orderIdOf(index),
			marketplaceId: US,
			marketplace: 'US',
			createdAt: iso(createdAt),
			updatedAt: iso(createdAt + DAY_MS),
			status: 'SHIPPED',
			fulfilledBy: random() < 0.5 ? 'AMAZON' : 'MERCHANT',
			isPrime: random() < 0.5,
			isBusiness: false,
			replacementFor: '',
			cancellationRequested: false,
			shippedLate: null,
			orderTotal: (5 + random() * 100).toFixed(2),
			currency: 'USD',
			items: [{ asin: 'B0EXAMPLE1', sku: `SKU-${index % 50}`, quantity: 1 }],
			earliestDelivery: iso(createdAt + 3 * DAY_MS),
			latestDelivery: iso(createdAt + 6 * DAY_MS),
			deliveryDateSource: 'deliverByWindow',
			buyerTimeZone: null,
		};
		return { json };
	});
}

const DAY_MS = 86_400_000;

/** One item with a feedback report of this number of rows, as downloaded from Seller Central. */
export function reportItems(count: number): INodeExecutionData[] {
	const random = seeded(SEED);
	const days = lastDays(365).map((day) => {
		const [year = '', month = '', date = ''] = day.split('-');
		return `${Number(month)}/${Number(date)}/${year.slice(2)}`;
	});
	const rows = Array.from({ length: count }, (_, index) =>
		[
			days[Math.floor(random() * days.length)],
			1 + Math.floor(random() * 3),
			'Came late, and the box was open',
			index % 4 === 0 ? 'We are sorry' : '',
			orderIdOf(index),
			`buyer${index}@marketplace.amazon.com`,
		].join('\t'),
	);
	const header = 'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email';
	const bytes = Buffer.from([header, ...rows, ''].join('\r\n'));
	const data = bytes.toString('base64');
	return [
		{
			json: {},
			binary: { data: { data, mimeType: 'text/plain; charset=UTF-8', fileName: 'report.txt' } },
		},
	];
}

export function orderIdOf(index: number): string {
	const digits = String(index).padStart(14, '0');
	return `111-${digits.slice(0, 7)}-${digits.slice(7)}`;
}
