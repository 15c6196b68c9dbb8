import { DateTime } from 'luxon';
import type { INodeExecutionData } from 'n8n-workflow';

import { readBadFeedback } from '../../nodes/AmazonSellerRating/sources/badFeedback';
import { evidenceOfTotals } from '../../nodes/AmazonSellerRating/sources/causeEvidence';
import { readGivenOrders } from '../../nodes/AmazonSellerRating/sources/givenOrders';
import { inOneGo } from '../../nodes/shared/domain/steps';
import fc from '../fastCheck';

const ID = '111-1234567-7654321';

const ordersIn = (given: unknown) => {
	const read = inOneGo(readGivenOrders(given));
	return read && { unreadable: read.unreadable, orders: [...read.orders.values()] };
};
const orderIn = (row: object) => ordersIn([row])?.orders[0];

describe('orders of Data Kiosk', () => {
	it('of a SKU that it does not have are unknown, not as many as its bad feedback', () => {
		const order = {
			...{ createdAt: '2026-05-01T12:00:00Z', marketplaceId: 'ATVPDKIKX0DER' },
			items: [{ sku: 'renamed' }],
		};
		const items = [1, 2].map((n) => ({
			json: { orderId: `111-1234567-765432${n}`, rating: 1, order },
		}));
		const { candidates, notes, feedback } = inOneGo(
			evidenceOfTotals(
				inOneGo(readBadFeedback(items as INodeExecutionData[], 3)),
				{
					queryId: 'q',
					rows: ['a', 'b'].map((sku) => ({
						...{ marketplaceId: 'ATVPDKIKX0DER', sku, asin: null, ordersShipped: 500 },
					})),
					unreadableLines: 0,
				},
				['sku'],
				{ marketplaceIds: ['ATVPDKIKX0DER'], from: '2026-04-01', through: '2026-06-01' },
			),
		);
		expect(feedback.counted).toBe(2);
		expect(candidates.map(({ group, outOf }) => [group, outOf])).toEqual([
			['a', 500],
			['b', 500],
		]);
		expect(notes).toEqual([
			'SKU: Data Kiosk has no orders of 1 with bad feedback, which count nowhere',
		]);
	});
});

describe('a list of orders', () => {
	it.each([
		['ISO', '2026-05-01T12:00:00.000Z'],
		['another zone', '2026-05-01T14:00:00+02:00'],
		['a Date', new Date('2026-05-01T12:00:00Z')],
		['a DateTime', DateTime.fromISO('2026-05-01T14:00:00', { zone: 'Europe/Berlin' })],
	])('has times in UTC: %s', (_, createdAt) => {
		expect(orderIn({ orderId: ID, createdAt })?.createdAt).toBe('2026-05-01T12:00:00.000Z');
	});

	it.each([
		['2026-05-01', '2026-05-01T00:00:00.000Z'],
		['2026-99-01T12:00:00Z', null],
		['soon', null],
		[null, null],
	])('reads the date %s', (purchaseDate, createdAt) => {
		expect(orderIn({ 'amazon-order-id': ID, 'purchase-date': purchaseDate })?.createdAt).toBe(
			createdAt,
		);
	});

	it("does not take the time at which n8n's Data Table saved a row as that of the order", () => {
		const saved = { id: 7, createdAt: '2026-11-29T08:00:00Z', updatedAt: '2026-11-29T08:00:00Z' };
		const row = { ...saved, orderId: ID };
		expect(orderIn({ ...row, purchaseDate: '2026-05-01' })?.createdAt).toBe(
			'2026-05-01T00:00:00.000Z',
		);
		expect(orderIn(row)?.createdAt).toBeNull();
		expect(orderIn({ ...row, id: undefined })?.createdAt).toBe('2026-11-29T08:00:00.000Z');
	});

	it('reads what tables make of a list, and never mistakes an unknown field for a known one', () => {
		const items = '[{"sku":"a","asin":"b0abcdefgh","title":"Cup"},{"sku":null}]';
		expect(orderIn({ orderId: ID, items, fulfilledBy: 'AFN', marketplace: 'UK' })).toEqual({
			orderId: ID,
			seller: null,
			createdAt: null,
			marketplace: 'GB',
			fulfilledBy: 'AMAZON',
			mayBeShipped: true,
			products: [{ sku: 'a', asin: 'B0ABCDEFGH', title: 'Cup' }],
		});
		const unknown = orderIn({
			orderId: ID,
			fulfilledBy: 'Mars',
			marketplace: 'Mars',
			items: 'text',
		});
		expect(unknown).toMatchObject({ fulfilledBy: null, marketplace: null, products: [] });
	});

	it('joins the rows of an order, which ships if any of it does', () => {
		const rows = [
			{ orderId: ID, sku: 'a', orderStatus: 'Cancelled' },
			{
				orderId: ID,
				sku: 'b',
				orderStatus: 'Shipped - Delivered to Buyer',
				salesChannel: 'Amazon.de',
			},
			{ orderId: 'none', sku: 'c' },
			'text',
			null,
		];
		const read = ordersIn(rows);
		expect(read?.unreadable).toBe(3);
		expect(read?.orders).toEqual([
			expect.objectContaining({
				mayBeShipped: true,
				marketplace: 'DE',
				products: [expect.objectContaining({ sku: 'a' }), expect.objectContaining({ sku: 'b' })],
			}),
		]);
		expect(orderIn({ orderId: ID, status: 'CANCELLED' })?.mayBeShipped).toBe(false);
	});

	it('is no list if it is something else, and never an error', () => {
		for (const given of [undefined, null, 5, 'text', '{"broken', true])
			expect(ordersIn(given)).toBeUndefined();
		fc.assert(
			fc.property(fc.anything(), (given) => {
				ordersIn([given]);
				ordersIn(given);
			}),
		);
	});
});

describe('bad feedback', () => {
	const read = (...items: unknown[]) =>
		inOneGo(readBadFeedback(items.map((json) => ({ json })) as INodeExecutionData[], 3));

	it('is one per order, with stars as numbers or text, and reasons as a list or text', () => {
		const result = read(
			{ orderId: ID, rating: '2', reasons: 'late, damaged ,late', marketplace: 'US' },
			{ orderId: ID, rating: 1 },
			{ orderId: '111-1234567-0000000', rating: 4 },
			{ orderId: ID, rating: 2.5 },
			{ rating: 1 },
		);
		expect(result).toMatchObject({ better: 1, repeated: 1, unreadable: 2 });
		expect(result.bad).toEqual([
			{ orderId: ID, seller: null, marketplace: 'US', reasons: ['late', 'damaged'], order: null },
		]);
	});

	it('knows the marketplace of its order', () => {
		const order = { createdAt: '2026-05-01T12:00:00Z', items: [{ sku: 'a' }] };
		const [entry] = read({ orderId: ID, rating: 1, marketplaceId: 'ATVPDKIKX0DER', order }).bad;
		expect(entry?.order).toMatchObject({ orderId: ID, marketplace: 'US' });
	});

	it('counts against Data Kiosk by the day in its marketplace', () => {
		const entry = (minute: string) => ({
			orderId: `111-1234567-00000${minute}`,
			rating: 1,
			marketplace: 'US',
			order: {
				createdAt: `2026-05-01T06:${minute}:00Z`,
				items: [{ sku: 'a', asin: 'B0ABCDEFGH' }],
			},
		});
		// Midnight in Los Angeles is 07:00 UTC, so both are still on April 30.
		const feedback = read(entry('00'), {
			...entry('59'),
			marketplace: 'CA',
			order: entry('59').order,
		});
		const totals = {
			queryId: '1',
			rows: [{ marketplaceId: 'ATVPDKIKX0DER', sku: 'a', asin: 'B0ABCDEFGH', ordersShipped: 10 }],
			unreadableLines: 2,
		};
		const evidence = (from: string, through: string) =>
			inOneGo(
				evidenceOfTotals(feedback, totals, ['sku', 'asin', 'marketplace'], {
					marketplaceIds: ['ATVPDKIKX0DER'],
					from,
					through,
				}),
			);
		expect(evidence('2026-04-30', '2026-04-30').feedback).toMatchObject({ counted: 1, outside: 1 });
		expect(evidence('2026-05-01', '2026-05-02').feedback).toMatchObject({ counted: 0, outside: 2 });
		expect(evidence('2026-04-01', '2026-04-29').feedback).toMatchObject({
			tooYoung: 1,
			outside: 1,
		});
		const { candidates, notes } = evidence('2026-04-30', '2026-04-30');
		expect(candidates.map(({ dimension, group, outOf }) => [dimension, group, outOf])).toEqual([
			['sku', 'a', 10],
			['asin', 'B0ABCDEFGH', 10],
			['marketplace', 'US', 10],
		]);
		expect(notes.join()).toMatch(/2 line\(s\) of Data Kiosk's result could not be read/);
	});
});
