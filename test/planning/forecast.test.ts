import { inOneGo } from '../../nodes/shared/domain/steps';
import {
	planSolicitationsInSteps,
	type PlanChoices,
} from '../../nodes/AmazonReviewSolicitation/planning/plan';
import type { SellerOrder } from '../../nodes/shared/domain/order';
import fc from '../fastCheck';
import { choicesWith, NOW, orderOf } from './planning';

const forecastOf = (orders: readonly SellerOrder[], changes: Partial<PlanChoices> = {}) => {
	const { rows, forecast = [] } = inOneGo(
		planSolicitationsInSteps(orders, choicesWith(changes), true),
	);
	return { rows, forecast };
};

/** An order whose window has been open for a while and closes in so many days. */
const closingIn = (index: number, days: number, changes: Partial<SellerOrder> = {}) => {
	const at = NOW.plus({ days: days - 30, hours: 2 }).toISO();
	return orderOf(index, { earliestDelivery: at, latestDelivery: at, ...changes });
};

const dayIn = (days: number) => NOW.plus({ days }).toISODate();

describe('the forecast', () => {
	it('has a day for each day from today to the last request, with what is planned and what fits', () => {
		const orders = [0, 1, 2, 3, 4].map((index) => closingIn(index, 10));
		const { forecast } = forecastOf(orders, { maxRequestsPerDay: 2, sentToday: 1 });
		expect(
			forecast.map(({ day, planned, capacity, lost }) => [day, planned, capacity, lost]),
		).toEqual([
			[dayIn(0), 1, 1, 0],
			[dayIn(1), 2, 2, 0],
			[dayIn(2), 2, 2, 0],
		]);
		expect(forecast[0]).toMatchObject({ timeZone: 'utc', lostOrders: [], savedBy: {} });
	});

	it('without a maximum, the capacity is what the rate limit permits within the hours', () => {
		const { forecast } = forecastOf([closingIn(1, 9)], {
			hours: { from: 0, to: 60 },
			preferredDelayDays: 26,
		});
		expect(forecast.at(-1)).toMatchObject({ planned: 1, capacity: 3_600 });
	});

	it.each<[string, SellerOrder, Partial<PlanChoices>, readonly string[]]>([
		// 18:00 in UTC is 10:00 in Los Angeles, on a Monday.
		['hours', closingIn(1, 0.3), { hours: { from: 0, to: 60 } }, ['hours']],
		['weekdays', closingIn(1, 1), { weekdays: [6] }, ['weekdays']],
		[
			'a quiet day',
			closingIn(1, 1),
			{
				quietDays: [
					{
						first: Math.floor(NOW.toMillis() / 86_400_000),
						last: Math.floor(NOW.toMillis() / 86_400_000) + 2,
						marketplaceId: undefined,
					},
				],
			},
			['quietDays'],
		],
		['the maximum', closingIn(1, 2), { maxRequestsPerDay: 0 }, ['maxRequestsPerDay']],
		[
			'the maximum of a campaign',
			closingIn(1, 2),
			{ campaigns: [{ name: 'A', rules: {}, maxRequestsPerDay: 0 }] },
			['campaignMaximum'],
		],
		[
			'the hours in the days of a campaign',
			closingIn(1, 2),
			{
				hours: { from: 0, to: 60 },
				campaigns: [{ name: 'A', rules: {}, lastDay: '2026-11-23' }],
			},
			['hours', 'campaignDays'],
		],
		[
			'two limits at once',
			closingIn(1, 1),
			{ weekdays: [6], hours: { from: 0, to: 0 }, maxRequestsPerDay: 0 },
			['weekdays'],
		],
		['the rate', closingIn(1, 0.5), { rate: 1 / 864_000, burst: 1 }, ['rate']],
	])('says what would save an order that is lost for %s', (name, order, changes, savedBy) => {
		// For the rate, another order takes the only slot.
		const orders = name === 'the rate' ? [closingIn(2, 0.4), order] : [order];
		const { forecast, rows } = forecastOf(orders, changes);
		expect(rows.at(-1)?.decision).toBe('leftOut');
		const lost = forecast.flatMap(({ lostOrders }) => lostOrders);
		const expected = name === 'two limits at once' ? [] : savedBy;
		expect(lost).toEqual([
			expect.objectContaining({
				orderId: order.orderId,
				savedBy: expect.arrayContaining([...expected]),
			}),
		]);
		if (name !== 'two limits at once') expect(lost[0]?.savedBy).toEqual(savedBy);
	});

	it('counts a lost order on the day its window closes, and no order whose window is closed', () => {
		const { forecast } = forecastOf([closingIn(1, 1), closingIn(2, 2), closingIn(3, -3)], {
			maxRequestsPerDay: 1,
			sentToday: 1,
			weekdays: [1],
			capZone: 'America/Los_Angeles',
		});
		expect(forecast.map(({ day, lost }) => [day, lost])).toEqual([
			[dayIn(0), 0],
			[dayIn(1), 1],
			[dayIn(2), 1],
		]);
	});

	it('says what it takes to save an order, in the order of the limits, and how many orders', () => {
		const campaigns = [
			{ name: 'A', rules: {}, hours: { from: 0, to: 60 }, weekdays: [1], firstDay: '2026-11-01' },
		];
		// Until midnight in UTC, 16:00 in Los Angeles; the first hour of Monday has passed.
		const { forecast } = forecastOf([closingIn(1, 0.1), closingIn(2, 0.1), closingIn(3, 0.9)], {
			campaigns,
		});
		expect(forecast.map(({ day, lost, savedBy }) => [day, lost, savedBy])).toEqual([
			[dayIn(0), 2, { hours: 2 }],
			[dayIn(1), 1, { hours: 1, weekdays: 1 }],
		]);
		expect(forecast[1]?.lostOrders).toEqual([
			{
				orderId: orderOf(3).orderId,
				campaign: 'A',
				reason: 'noPermittedTime',
				// An hour before its window closes.
				lastTime: NOW.plus({ days: 0.9, hours: 1 }).toISO(),
				savedBy: ['hours', 'weekdays'],
			},
		]);
	});

	it('saves an order only if the plan without the limit has it, beside the others', () => {
		// One request a day, and one order too many for both days.
		const orders = [closingIn(1, 0), closingIn(2, 0), closingIn(3, 0.9)];
		const { forecast } = forecastOf(orders, { maxRequestsPerDay: 1 });
		expect(forecast.map(({ planned, lost, savedBy }) => [planned, lost, savedBy])).toEqual([
			[1, 1, { maxRequestsPerDay: 1 }],
			[1, 0, {}],
		]);
		// More requests are no use if the rate is the limit as well.
		const slow = forecastOf(orders.slice(0, 2), {
			maxRequestsPerDay: 1,
			rate: 1 / 864_000,
			burst: 1,
		}).forecast;
		expect(slow[0]).toMatchObject({ lost: 1, savedBy: {} });
	});

	it('shows a window that closes later than 400 days from now after 400 days', () => {
		const order = closingIn(1, 2_000, { earliestDelivery: NOW.minus({ days: 9 }).toISO() });
		const { forecast } = forecastOf([order], { maxRequestsPerDay: 0 });
		expect(forecast).toHaveLength(401);
		expect(forecast.at(-1)).toMatchObject({ day: dayIn(400), lost: 1 });
	});

	it('has no last time for an order without a known end, which counts today', () => {
		const order = orderOf(1, {
			createdAt: NOW.minus({ days: 40 }).toISO(),
			earliestDelivery: null,
			latestDelivery: null,
		});
		const { forecast } = forecastOf([order], { maxRequestsPerDay: 0 });
		expect(forecast).toMatchObject([{ lost: 1, lostOrders: [{ lastTime: null }] }]);
	});

	it('has today, even without orders', () => {
		for (const orders of [[], [closingIn(1, -9)]]) {
			expect(forecastOf(orders).forecast).toMatchObject([
				{ day: dayIn(0), planned: 0, lost: 0, savedBy: {}, lostOrders: [] },
			]);
		}
	});

	it('blames no maximum and no rate for an order without a permitted time', () => {
		const { forecast } = forecastOf([closingIn(1, 0.1)], {
			hours: { from: 0, to: 60 },
			maxRequestsPerDay: 0,
			campaigns: [{ name: 'A', rules: {}, maxRequestsPerDay: 0 }],
		});
		expect(forecast[0]?.savedBy).toEqual({});
	});

	it('planned and lost are those of the rows, and no day plans more than its capacity', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: -3, max: 20 }), { maxLength: 12 }),
				fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
				fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
				(closings, maxRequestsPerDay, weekdays) => {
					const orders = closings.map((days, index) => closingIn(index, days));
					const { rows, forecast } = forecastOf(orders, { maxRequestsPerDay, weekdays });
					const sum = (field: 'planned' | 'lost') =>
						forecast.reduce((total, day) => total + day[field], 0);
					expect(sum('planned')).toBe(rows.filter(({ sendAt }) => sendAt !== null).length);
					expect(sum('lost')).toBe(
						rows.filter(({ reason }) => reason === 'noRoom' || reason === 'noPermittedTime').length,
					);
					for (const { planned, capacity } of forecast) {
						expect(planned).toBeLessThanOrEqual(capacity);
					}
				},
			),
			{ numRuns: 200 },
		);
	});
});

it('a plan of many orders is made in many steps, so that other work can run in between', () => {
	const stepsOf = (size: number) => {
		const orders = Array.from({ length: size }, (_, index) => closingIn(index, index % 20));
		const steps = planSolicitationsInSteps(
			orders,
			choicesWith({ maxRequestsPerDay: 50, weekdays: [1, 2, 3] }),
			true,
		);
		let count = 0;
		while (steps.next().done !== true) count += 1;
		return count;
	};
	expect(stepsOf(16_000) - stepsOf(8_000)).toBeGreaterThan(8_000 / 500);
});
