import fc from '../fastCheck';

import {
	parseFbaShipmentsReport,
	readFbaShipmentsReport,
	withArrivals,
	type Arrival,
} from '../../nodes/AmazonReviewSolicitation/orders/reports/fbaShipmentsReport';
import { sellerOrderSchema, type SellerOrder } from '../../nodes/shared/domain/order';

const ORDER_ID = '111-1234567-7654321';
const OTHER_ORDER_ID = '222-7654321-1234567';

/** Amazon's columns around the two that are read, including the buyer's. */
const HEADER =
	'amazon-order-id\tshipment-id\tbuyer-email\tbuyer-name\tship-address-1\ttracking-number\testimated-arrival-date\tsales-channel';
const row = (orderId: string, arrival: string, buyer = 'Jane Doe') =>
	`${orderId}\tDf1\t${buyer}@example.test\t${buyer}\t${buyer} Street 1\tTBA1\t${arrival}\tAmazon.com`;
const parse = (...rows: string[]) => parseFbaShipmentsReport([HEADER, ...rows].join('\r\n'));

describe('parseFbaShipmentsReport', () => {
	it('uses the estimate of a single shipment for both ends, in UTC', () => {
		expect(parse(row(ORDER_ID, '2017-06-05T20:00:00+09:00'))).toEqual({
			arrivals: new Map([
				[ORDER_ID, { earliest: '2017-06-05T11:00:00.000Z', latest: '2017-06-05T11:00:00.000Z' }],
			]),
			unreadable: [],
		});
	});

	it('uses the earliest and the latest of several shipments, with any offsets', () => {
		const { arrivals } = parse(
			row(ORDER_ID, '2026-09-03T00:30:00+00:00'),
			row(ORDER_ID, '2026-09-03T01:00:00+09:00'),
			row(OTHER_ORDER_ID, '2026-01-01T00:00:00+00:00'),
			row(ORDER_ID, '2026-09-02T20:00:00-07:00'),
		);
		expect(arrivals.get(ORDER_ID)).toEqual({
			earliest: '2026-09-02T16:00:00.000Z',
			latest: '2026-09-03T03:00:00.000Z',
		});
		expect(arrivals.size).toBe(2);
	});

	it('finds the ends of any number of shipments', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 0, max: 2_000_000_000 }), { minLength: 1, maxLength: 8 }),
				(seconds) => {
					const iso = (second: number) => new Date(second * 1000).toISOString();
					const { arrivals } = parse(...seconds.map((second) => row(ORDER_ID, iso(second))));
					expect(arrivals.get(ORDER_ID)).toEqual({
						earliest: iso(Math.min(...seconds)),
						latest: iso(Math.max(...seconds)),
					});
				},
			),
		);
	});

	it('reads a long report in steps', () => {
		const rows = Array.from({ length: 3_000 }, () => row(ORDER_ID, '2026-09-03T00:30:00+00:00'));
		expect([...readFbaShipmentsReport([[HEADER, ...rows].join('\n')])].length).toBeGreaterThan(0);
		expect(parse(...rows).arrivals.size).toBe(1);
	});

	it('ignores a shipment without an estimate', () => {
		expect(parse(row(ORDER_ID, ''))).toEqual({ arrivals: new Map(), unreadable: [] });
	});

	it('reports rows it cannot read', () => {
		const { arrivals, unreadable } = parse(
			row(ORDER_ID, '2026-09-03'),
			row('1234567-7654321', '2026-09-03T00:30:00+00:00'),
			row(ORDER_ID, '2026-09-03T00:30:00+00:00\tmore'),
		);
		expect(arrivals.size).toBe(0);
		expect(unreadable).toEqual([
			{ line: 2, reason: 'its estimated arrival has no UTC offset' },
			{ line: 3, reason: 'it has no valid order ID' },
			{ line: 4, reason: 'it has 9 columns but the header 8' },
		]);
	});

	it('accepts shipments for other stores as valid rows', () => {
		const { arrivals, unreadable } = parse(
			row('S01-1234567-7654321', '2026-09-03T00:30:00+00:00'),
			row(ORDER_ID, '2026-09-04T00:30:00+00:00'),
		);
		expect(unreadable).toEqual([]);
		expect(arrivals.get(ORDER_ID)?.latest).toBe('2026-09-04T00:30:00.000Z');
	});

	it.each(['amazon-order-id', 'estimated-arrival-date'])('needs the column %s', (column) => {
		const { arrivals, unreadable } = parseFbaShipmentsReport(
			`${HEADER.replace(column, 'other')}\n${row(ORDER_ID, '2026-09-03T00:30:00+00:00')}`,
		);
		expect(arrivals.size).toBe(0);
		expect(unreadable).toHaveLength(1);
		expect(unreadable[0]?.reason).toContain(`"${column}"`);
	});

	it('reveals nothing about the buyer, not even from rows it cannot read', () => {
		const report = parse(
			row(ORDER_ID, '2026-09-03T00:30:00+00:00'),
			row('Jane Doe', 'Jane Doe'),
			row(ORDER_ID, 'Jane Doe'),
			'Jane Doe',
		);
		expect(report.unreadable).toHaveLength(3);
		expect(JSON.stringify([...report.arrivals, report.unreadable])).not.toContain('Jane');
	});
});

describe('withArrivals', () => {
	const order = (fields: Partial<SellerOrder>): SellerOrder => ({
		...sellerOrderSchema.parse({ orderId: ORDER_ID }),
		...fields,
	});
	const FIRST = '2026-09-02T16:00:00.000Z';
	const LAST = '2026-09-03T03:00:00.000Z';
	const arrivals: ReadonlyMap<string, Arrival> = new Map([
		[ORDER_ID, { earliest: FIRST, latest: LAST }],
	]);

	it('fills in the dates of an order that has none, without changing the given order', () => {
		const given = Object.freeze(order({ status: 'SHIPPED' }));
		expect(withArrivals([given], arrivals)).toEqual([
			{
				...given,
				earliestDelivery: FIRST,
				latestDelivery: LAST,
				deliveryDateSource: 'shipmentsReport',
			},
		]);
	});

	it.each<[string, Partial<SellerOrder>]>([
		['another order', { orderId: OTHER_ORDER_ID }],
		[
			'an order with a window',
			{ earliestDelivery: LAST, latestDelivery: LAST, deliveryDateSource: 'deliverByWindow' },
		],
		[
			'an order with half a window',
			{ latestDelivery: LAST, deliveryDateSource: 'deliverByWindow' },
		],
		[
			'an order with the other half',
			{ earliestDelivery: FIRST, deliveryDateSource: 'deliverByWindow' },
		],
	])('does not change %s', (_, fields) => {
		expect(withArrivals([order(fields)], arrivals)).toEqual([order(fields)]);
	});
});
