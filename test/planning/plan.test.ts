// cspell:ignore Cancelled Tell
import fc from '../fastCheck';

import type { SellerOrder } from '../../nodes/shared/domain/order';
import { PLAN_CAUSES, PLAN_REASONS } from '../../nodes/AmazonReviewSolicitation/planning/plan';
import { daysAgo, NOW, orderOf, planOf } from './planning';

const JAPAN = 'A1VC38T7YXB528';

const undated = (index: number, createdAt: string): SellerOrder =>
	orderOf(index, {
		createdAt,
		earliestDelivery: null,
		latestDelivery: null,
		deliveryDateSource: 'unknown',
	});

const millis = (iso: string | null | undefined): number => Date.parse(iso ?? '');

describe('planSolicitations', () => {
	it.each([
		['open', {}, 'sendNow', null],
		[
			'not yet open',
			{ earliestDelivery: daysAgo(3), latestDelivery: daysAgo(1) },
			'sendLater',
			null,
		],
		[
			'closed',
			{ earliestDelivery: daysAgo(40), latestDelivery: daysAgo(31) },
			'leftOut',
			'windowClosed',
		],
		['canceled', { status: 'CANCELLED' }, 'leftOut', 'orderCancelled'],
		['unshipped', { status: 'UNSHIPPED' }, 'leftOut', 'notShipped'],
		['without a status', { status: null }, 'sendNow', null],
		['without ID', { orderId: 'none' }, 'leftOut', 'invalidOrderId'],
	] as const)('decides about an order that is %s', (_, changes, decision, reason) => {
		const [row] = planOf([orderOf(1, changes)]);
		expect(row).toMatchObject({ decision, reason });
		const sentences: string[] =
			reason === null ? Object.values(PLAN_CAUSES) : [PLAN_REASONS[reason]];
		expect(sentences).toContain(row?.explanation);
	});

	it('keeps a margin before a window closes, if there is time for one', () => {
		const closesIn = (hours: number) =>
			orderOf(1, { latestDelivery: NOW.plus({ hours }).minus({ days: 30 }).toISO() });
		const [waiting] = planOf([closesIn(30)], { preferredDelayDays: 60 });
		expect(millis(waiting?.sendAt)).toBeLessThanOrEqual(NOW.plus({ hours: 29 }).toMillis());
		const [last] = planOf([closesIn(0.01)]);
		expect(last?.decision).toBe('sendNow');
	});

	it('plans an order without dates from 5 days after its creation, even after 30 days', () => {
		const [early, middle, late] = planOf([
			undated(1, daysAgo(2)),
			undated(2, daysAgo(12)),
			undated(3, daysAgo(50)),
		]);
		expect(early).toMatchObject({ decision: 'sendLater' });
		expect(millis(early?.sendAt)).toBe(NOW.plus({ days: 3 }).toMillis());
		expect(middle).toMatchObject({ decision: 'sendNow' });
		expect(late).toMatchObject({ decision: 'sendNow' });
		expect(planOf([undated(1, daysAgo(12))], { leaveOutUnknownDates: true })).toMatchObject([
			{ reason: 'datesUnknown', tryAgainLater: true },
		]);
	});

	it('waits for the preferred delay after delivery, but not beyond the window', () => {
		const [row] = planOf([orderOf(1)], { preferredDelayDays: 20 });
		expect(millis(row?.sendAt)).toBe(millis(daysAgo(14)) + 20 * 86_400_000);
		const [beyond] = planOf([orderOf(1)], { preferredDelayDays: 45 });
		expect(beyond).toMatchObject({ early: true, reason: null });
		expect(millis(beyond?.sendAt)).toBeLessThanOrEqual(millis(daysAgo(14)) + 30 * 86_400_000);
	});

	it('sends as soon as permitted without a delay, even before the latest delivery', () => {
		const wide = orderOf(1, { earliestDelivery: daysAgo(5.5), latestDelivery: daysAgo(-0.5) });
		expect(planOf([wide])).toMatchObject([{ decision: 'sendNow', early: false }]);
		expect(planOf([wide], { preferredDelayDays: 1 })).toMatchObject([{ decision: 'sendLater' }]);
	});

	it("applies hours in the marketplace's time zone, or the buyer's if available", () => {
		const hours = { from: 9 * 60, to: 10 * 60 };
		const [us, japan, hawaii, unknown] = planOf(
			[
				orderOf(1, { buyerTimeZone: 'America/New_York' }),
				orderOf(2, { marketplaceId: JAPAN }),
				orderOf(3, { buyerTimeZone: 'Pacific/Honolulu' }),
				orderOf(4, { buyerTimeZone: 'Atlantis/Capital' }),
			],
			{ hours, clock: 'buyer' },
		);
		expect(us).toMatchObject({ timeZone: 'America/New_York' });
		expect(us?.sendAtLocal).toMatch(/T09:/);
		expect(japan).toMatchObject({ timeZone: 'Asia/Tokyo' });
		expect(japan?.sendAtLocal).toMatch(/T09:.*\+09:00$/);
		expect(hawaii?.sendAtLocal).toMatch(/T09:.*-10:00$/);
		expect(unknown).toMatchObject({ timeZone: 'America/Los_Angeles' });
	});

	it('sends nothing now that must wait for the window, the hours or the next day', () => {
		const soon = NOW.plus({ minutes: 30 });
		const opening = orderOf(1, { earliestDelivery: soon.minus({ days: 5 }).toISO() });
		expect(planOf([opening])).toMatchObject([{ decision: 'sendLater' }]);

		// 18:00 in UTC is 10:00 in Los Angeles.
		const fromEleven = { hours: { from: 10 * 60 + 30, to: 20 * 60 } };
		expect(planOf([orderOf(1)], fromEleven)).toMatchObject([
			{ decision: 'sendLater', sendAtLocal: expect.stringMatching(/T10:30/) },
		]);
		expect(planOf([orderOf(1)], { hours: { from: 9 * 60, to: 20 * 60 } })).toMatchObject([
			{ decision: 'sendNow' },
		]);

		const lateEvening = NOW.set({ hour: 23, minute: 30 }).toMillis();
		const cap = { maxRequestsPerDay: 1, now: lateEvening };
		expect(planOf([orderOf(1), orderOf(2)], cap).map(({ decision }) => decision)).toEqual([
			'sendNow',
			'sendLater',
		]);
		expect(planOf([orderOf(1)], { ...cap, sentToday: 1 })).toMatchObject([
			{ decision: 'sendLater' },
		]);
	});

	it('says for each order in the plan why it is sent now or later', () => {
		const why = (...given: Parameters<typeof planOf>) => planOf(...given).at(-1)?.explanation;
		const opening = orderOf(1, { earliestDelivery: daysAgo(3), latestDelivery: daysAgo(1) });
		expect(why([orderOf(1)])).toBe(PLAN_CAUSES.dueNow);
		expect(why([opening])).toBe(PLAN_CAUSES.windowNotOpen);
		expect(why([orderOf(1)], { preferredDelayDays: 20 })).toBe(PLAN_CAUSES.preferredDelay);
		const fromEleven = { hours: { from: 10 * 60 + 30, to: 20 * 60 } };
		expect(why([orderOf(1)], fromEleven)).toBe(PLAN_CAUSES.permittedTimes);
		const two = [orderOf(1), orderOf(2)];
		expect(why(two, { maxRequestsPerDay: 1 })).toBe(PLAN_CAUSES.permittedTimes);
		expect(why(two, { rate: 1 / 600, burst: 1, sendNowWithinMs: 0 })).toBe(PLAN_CAUSES.rateLimit);
	});

	it.each<
		readonly [string, ReadonlyArray<readonly [SellerOrder['status'], string | null]>, number]
	>([
		[
			'updated last, at any position',
			[
				['SHIPPED', daysAgo(1)],
				['UNSHIPPED', daysAgo(9)],
			],
			0,
		],
		[
			'updated last, in any zone',
			[
				['UNSHIPPED', '2026-11-20T09:00:00+09:00'],
				['SHIPPED', '2026-11-20T01:00:00Z'],
			],
			1,
		],
		[
			'in the last position if the times are equal',
			[
				['UNSHIPPED', daysAgo(3)],
				['SHIPPED', daysAgo(3)],
			],
			1,
		],
		[
			'in the last position if no row has a time',
			[
				['UNSHIPPED', null],
				['UNSHIPPED', null],
				['SHIPPED', null],
			],
			2,
		],
		[
			'that has a time if another has none',
			[
				['SHIPPED', daysAgo(3)],
				['UNSHIPPED', null],
			],
			0,
		],
	])('uses the row of an order %s', (_, rows, counts) => {
		const planned = planOf(rows.map(([status, updatedAt]) => orderOf(1, { status, updatedAt })));
		expect(planned.map(({ decision, reason }) => reason ?? decision)).toEqual(
			rows.map((_row, index) => (index === counts ? 'sendNow' : 'duplicateItem')),
		);
	});

	it('names the rule that leaves out an order', () => {
		const [row, unclear] = planOf([orderOf(1, { isBusiness: true }), orderOf(2)], {
			rules: { business: 'exclude' },
		});
		expect(row).toMatchObject({ decision: 'leftOut', reason: 'business', tryAgainLater: false });
		expect(unclear).toMatchObject({ reason: 'ruleCannotTell', tryAgainLater: true });
	});

	it('returns a row for each order, in the same order, never outside its window, whatever the preferences', () => {
		const order = fc.record({
			created: fc.integer({ min: 0, max: 60 }),
			transit: fc.integer({ min: 0, max: 10 }),
			width: fc.integer({ min: 0, max: 8 }),
			dated: fc.boolean(),
			status: fc.constantFrom('SHIPPED', 'UNSHIPPED', 'CANCELLED', null),
		});
		fc.assert(
			fc.property(
				fc.array(order, { maxLength: 30 }),
				fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
				fc.integer({ min: 0, max: 40 }),
				fc.option(fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }), { nil: undefined }),
				(wishes, maxRequestsPerDay, preferredDelayDays, weekdays) => {
					const orders = wishes.map(({ created, transit, width, dated, status }, index) =>
						dated
							? orderOf(index, {
									status: status as SellerOrder['status'],
									createdAt: daysAgo(created),
									earliestDelivery: daysAgo(created - transit),
									latestDelivery: daysAgo(created - transit - width),
								})
							: undated(index, daysAgo(created)),
					);
					const rows = planOf(orders, { maxRequestsPerDay, preferredDelayDays, weekdays });
					expect(rows).toHaveLength(orders.length);
					const perDay = new Map<string, number>();
					for (const [index, row] of rows.entries()) {
						expect((row.sendAt === null) === (row.decision === 'leftOut')).toBe(true);
						expect((row.reason === null) === (row.sendAt !== null)).toBe(true);
						if (row.sendAt === null) continue;
						const { earliestDelivery, latestDelivery } = orders[index] ?? orderOf(0);
						const day = row.sendAt.slice(0, 10);
						perDay.set(day, (perDay.get(day) ?? 0) + 1);
						expect(millis(row.sendAt)).toBeGreaterThanOrEqual(NOW.toMillis());
						if (earliestDelivery === null || latestDelivery === null) continue;
						expect(millis(row.sendAt) - millis(earliestDelivery)).toBeGreaterThanOrEqual(
							5 * 86_400_000,
						);
						expect(millis(row.sendAt) - millis(latestDelivery)).toBeLessThanOrEqual(
							30 * 86_400_000,
						);
					}
					if (maxRequestsPerDay !== undefined) {
						expect(Math.max(0, ...perDay.values())).toBeLessThanOrEqual(maxRequestsPerDay);
					}
				},
			),
			{ numRuns: 300 },
		);
	});
});
