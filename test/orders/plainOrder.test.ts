import { DateTime } from 'luxon';

import { utcInstant } from '../../nodes/shared/domain/instant';
import { localDayNumber, localIso } from '../../nodes/shared/domain/localTime';
import { sellerOrderSchema } from '../../nodes/shared/domain/order';
import { plainOrder } from '../../nodes/AmazonReviewSolicitation/orders/plainOrder';
import { inOneGo, sortedInSteps } from '../../nodes/shared/domain/steps';
import fc from '../fastCheck';

const time = fc.oneof(
	{
		weight: 40,
		arbitrary: fc
			.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
			.map((date) => date.toISOString()),
	},
	{
		weight: 1,
		arbitrary: fc.constantFrom(
			'2026-02-30T00:00:00Z',
			'2026-02-29T00:00:00Z',
			'2026-11-31T00:00:00Z',
			'2026-11-30T24:00:00Z',
			'2026-11-30T10:00:00+01:00',
			'2026-11-30',
			'soon',
			'',
			'2026-11-30T10:00:00.1234567Z',
		),
	},
);
const any = fc.constantFrom<unknown>(
	'',
	' ',
	'x',
	0,
	12.5,
	true,
	'TRUE',
	[],
	{},
	null,
	undefined,
	Infinity,
);
const often = <Value>(usual: fc.Arbitrary<Value>) =>
	fc.oneof(
		{ weight: 60, arbitrary: usual as fc.Arbitrary<unknown> },
		{ weight: 1, arbitrary: any },
	);
const flag = often(fc.constantFrom(true, false, null));

const fields = fc.record(
	{
		orderId: often(fc.constantFrom('111-1234567-7654321', ' 111-1234567-7654321', 'none')),
		marketplaceId: often(fc.constantFrom('ATVPDKIKX0DER', 'nowhere', null)),
		createdAt: often(time),
		updatedAt: often(time),
		status: often(fc.constantFrom('SHIPPED', 'CANCELLED', 'LOST')),
		fulfilledBy: often(fc.constantFrom('AMAZON', 'MERCHANT')),
		isPrime: flag,
		isBusiness: flag,
		replacementFor: often(fc.constantFrom('', '111-1234567-7654322')),
		cancellationRequested: flag,
		shippedLate: flag,
		orderTotal: often(fc.constantFrom('12.50', '-1', '1e3')),
		currency: often(fc.constant('USD')),
		items: often(
			fc.array(
				fc.record(
					{
						asin: often(fc.constant('B0EXAMPLE1')),
						sku: often(fc.constant('MUG')),
						quantity: often(fc.constantFrom(1, NaN)),
						more: any,
					},
					{ requiredKeys: [] },
				),
				{ maxLength: 2 },
			),
		),
		earliestDelivery: often(time),
		latestDelivery: often(time),
		deliveryDateSource: often(fc.constantFrom('deliverByWindow', 'unknown')),
		buyerTimeZone: often(fc.constant('America/New_York')),
		tag: any,
	},
	{ requiredKeys: ['orderId'] },
);

describe('plainOrder', () => {
	it('reads what the schema reads, or leaves it to the schema', () => {
		let read = 0;
		fc.assert(
			fc.property(fields, (given) => {
				const order = plainOrder(given);
				if (order === undefined) return;
				read += 1;
				expect(order).toEqual(sellerOrderSchema.parse(given));
			}),
			{ numRuns: 3_000 },
		);
		expect(read).toBeGreaterThan(100);
	});

	it('leaves an order without dates to the schema if its item has a window', () => {
		const orderId = '111-1234567-7654321';
		expect(plainOrder({ orderId })).toBeDefined();
		expect(plainOrder({ orderId, windowOpensAt: '2026-11-01T00:00:00.000Z' })).toBeUndefined();
		expect(plainOrder({ orderId, windowOpensAt: null, windowClosesAt: null })).toBeDefined();
	});
});

describe('times without luxon', () => {
	it('are those of luxon', () => {
		fc.assert(
			fc.property(time, (text) => {
				const moment = utcInstant(text);
				if (moment !== undefined) {
					expect(moment).toBe(DateTime.fromISO(text, { zone: 'utc' }).toMillis());
				}
			}),
			{ numRuns: 1_000 },
		);
	});

	it('are those of luxon in every zone, also when clocks change', () => {
		const zone = fc.constantFrom(
			'utc',
			'Europe/London',
			'America/Los_Angeles',
			'Asia/Kolkata',
			'Asia/Kathmandu',
			'Australia/Lord_Howe',
			'Pacific/Apia',
		);
		fc.assert(
			fc.property(
				zone,
				fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) }),
				(name, moment) => {
					const local = DateTime.fromMillis(moment, { zone: name });
					expect(localIso(name, moment)).toBe(local.toISO());
					expect(localDayNumber(name, moment)).toBe(
						DateTime.fromISO(local.toISODate() ?? '', { zone: 'utc' }).toMillis() / 86_400_000,
					);
				},
			),
			{ numRuns: 1_000 },
		);
	});
});

describe('sortedInSteps', () => {
	it('sorts as toSorted does, equal entries in their order, in many steps', () => {
		const entries = Array.from({ length: 20_000 }, (_, index) => ({
			index,
			rank: (index * 7_919) % 101,
		}));
		const compare = (a: { rank: number }, b: { rank: number }) => a.rank - b.rank;
		const steps = sortedInSteps(entries, compare);
		let count = 0;
		while (steps.next().done !== true) count += 1;
		expect(count).toBeGreaterThan(10);
		expect(inOneGo(sortedInSteps(entries, compare))).toEqual(entries.toSorted(compare));
		expect(inOneGo(sortedInSteps([], compare))).toEqual([]);
	});
});
