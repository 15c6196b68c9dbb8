// cspell:ignore Cancelled Tell
import { inOneGo } from '../../nodes/shared/domain/steps';
import {
	PLAN_CAUSES,
	PLAN_REASONS,
	planSolicitationsInSteps,
	type PlanChoices,
} from '../../nodes/AmazonReviewSolicitation/planning/plan';
import type { PastOrder } from '../../nodes/AmazonReviewSolicitation/sending/ledger';
import { isPulseDay } from '../../nodes/shared/domain/pulse';
import type { SellerOrder } from '../../nodes/shared/domain/order';
import { choicesWith, daysAgo, DE, NOW, orderOf, planOf, US } from './planning';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** An order whose window opens so many minutes from now. */
const openingIn = (minutes: number, changes: Partial<SellerOrder> = {}): SellerOrder => {
	const at = NOW.plus({ minutes }).minus({ days: 5 }).toISO();
	return orderOf(1, { earliestDelivery: at, latestDelivery: at, ...changes });
};

/** An order whose window has long been open and closes so many minutes from now. */
const closingIn = (minutes: number, index = 1): SellerOrder => {
	const at = NOW.plus({ minutes }).minus({ days: 30 }).toISO();
	return orderOf(index, { earliestDelivery: at, latestDelivery: at });
};

const undated = (index: number, createdAt: string | null): SellerOrder =>
	orderOf(index, { createdAt, earliestDelivery: null, latestDelivery: null });

const millis = (iso: string | null | undefined): number => Date.parse(iso ?? '');

/** What has no value in the row of an order that cannot be planned. */
const EMPTY = {
	decision: 'leftOut',
	sendAt: null,
	sendAtLocal: null,
	timeZone: null,
	early: false,
	campaign: null,
	whyThisCampaign: null,
	otherCampaigns: [],
	delayDays: null,
	pulse: null,
	requestedAt: null,
};

describe('the row of an order', () => {
	it('has all fields, for one that is planned and one that is not', () => {
		const rows = planOf([orderOf(1), orderOf(2, { status: 'CANCELLED' })]);
		expect(rows).toEqual([
			{
				decision: 'sendNow',
				reason: null,
				explanation: PLAN_CAUSES.dueNow,
				sendAt: NOW.toISO(),
				sendAtLocal: '2026-11-23T10:00:00.000-08:00',
				timeZone: 'America/Los_Angeles',
				early: false,
				campaign: null,
				whyThisCampaign: null,
				otherCampaigns: [],
				delayDays: 0,
				pulse: null,
				requestedAt: null,
				tryAgainLater: true,
			},
			{
				...EMPTY,
				reason: 'orderCancelled',
				explanation: PLAN_REASONS.orderCancelled,
				tryAgainLater: false,
			},
		]);
	});

	it.each<[string, Partial<SellerOrder>, Partial<PlanChoices>, string, boolean]>([
		['unfulfillable', { status: 'UNFULFILLABLE' }, {}, 'orderCancelled', false],
		['shipped in part', { status: 'PARTIALLY_SHIPPED' }, {}, 'notShipped', true],
		[
			'without its earliest delivery',
			{ earliestDelivery: null },
			{ leaveOutUnknownDates: true },
			'datesUnknown',
			true,
		],
		[
			'without its latest delivery',
			{ latestDelivery: null },
			{ leaveOutUnknownDates: true },
			'datesUnknown',
			true,
		],
		['without room', {}, { maxRequestsPerDay: 0 }, 'noRoom', true],
		['without a permitted time', {}, { weekdays: [] }, 'noPermittedTime', false],
	])('says whether it may be tried again: %s', (_, changes, choices, reason, tryAgainLater) => {
		const [row] = planOf([orderOf(1, changes)], choices);
		expect(row).toMatchObject({ decision: 'leftOut', reason, tryAgainLater });
		expect(row?.explanation).toBe(PLAN_REASONS[reason as keyof typeof PLAN_REASONS]);
	});

	it('with dates is planned if only orders without dates are left out', () => {
		expect(planOf([orderOf(1)], { leaveOutUnknownDates: true })[0]?.decision).toBe('sendNow');
	});

	it('says why its ID is not an order ID', () => {
		expect(planOf([orderOf(1, { orderId: 'D01-1234567-7654321' })])).toEqual([
			{
				...EMPTY,
				reason: 'invalidOrderId',
				explanation: expect.stringContaining('digital order'),
				tryAgainLater: false,
			},
		]);
	});

	it('keeps its campaign and its delay if it has no place in the plan', () => {
		const campaigns = [
			{ name: 'First', rules: {}, preferredDelayDays: 7 },
			{ name: 'Second', rules: {} },
		];
		const [row] = planOf([orderOf(1)], { campaigns, maxRequestsPerDay: 0 });
		expect(row).toEqual({
			...EMPTY,
			reason: 'noRoom',
			explanation: PLAN_REASONS.noRoom,
			campaign: 'First',
			whyThisCampaign: 'This campaign has no rules',
			otherCampaigns: ['Second'],
			delayDays: 7,
			tryAgainLater: true,
		});
	});

	it('names what it takes to say whether it belongs to a campaign', () => {
		const campaigns = [{ name: 'Prime', rules: { prime: 'only' as const } }];
		const [unclear, other] = planOf([orderOf(1), orderOf(2, { isPrime: false })], {
			campaigns,
			leaveOutWithoutCampaign: true,
		});
		expect(unclear?.explanation).toBe(
			`${PLAN_REASONS.ruleCannotTell}: It meets the rules of no campaign. It may belong to 'Prime' (\`prime\` needs \`isPrime\`, which is unknown for this order), so the limits there apply, too`,
		);
		expect(other).toMatchObject({ reason: 'noCampaign', explanation: PLAN_REASONS.noCampaign });
		// Without campaigns to belong to, the setting still applies.
		expect(planOf([orderOf(1, { isPrime: true })], { campaigns })[0]?.campaign).toBe('Prime');
		expect(
			planOf([orderOf(1, { isPrime: true })], { campaigns, leaveOutWithoutCampaign: true }),
		).toMatchObject([{ decision: 'sendNow', campaign: 'Prime' }]);
	});
});

describe('what earlier runs did', () => {
	const at = '2026-11-20T08:00:00.000Z';
	const rowOf = (past: Omit<PastOrder, 'attempts'>) =>
		planOf([orderOf(1)], {
			past: new Map([[orderOf(1).orderId, { attempts: 1, ...past }]]),
		})[0];

	it.each<[string, Omit<PastOrder, 'attempts'>, string, string, boolean]>([
		[
			'requested',
			{ state: 'requested', requestedAt: at },
			'alreadyRequested',
			`: requested ${at}`,
			false,
		],
		['requested at an unknown time', { state: 'requested' }, 'alreadyRequested', '', false],
		[
			'settled',
			{ state: 'settled', outcome: 'windowClosed' },
			'settledBefore',
			': windowClosed',
			false,
		],
		[
			'settled, perhaps with a request',
			{ state: 'settled', requestedAt: at },
			'settledBefore',
			'',
			false,
		],
		[
			'resting',
			{ state: 'resting', outcome: 'notEligibleNow' },
			'checkedToday',
			': notEligibleNow',
			true,
		],
		[
			'resting, perhaps with a request',
			{ state: 'resting', requestedAt: at },
			'checkedToday',
			'',
			true,
		],
	])('leaves out an order: %s', (_, past, reason, detail, tryAgainLater) => {
		expect(rowOf(past)).toEqual({
			...EMPTY,
			reason,
			explanation: `${PLAN_REASONS[reason as keyof typeof PLAN_REASONS]}${detail}`,
			requestedAt: past.requestedAt ?? null,
			tryAgainLater,
		});
	});

	it('plans an order that is still open, and says when a request may have been made', () => {
		expect(rowOf({ state: 'open', requestedAt: at })).toMatchObject({
			decision: 'sendNow',
			requestedAt: at,
		});
		expect(rowOf({ state: 'open' })).toMatchObject({ decision: 'sendNow', requestedAt: null });
	});
});

describe('sent now or later', () => {
	const why = (orders: SellerOrder[], changes: Partial<PlanChoices> = {}) =>
		planOf(orders, changes).map(({ decision, explanation }) => [decision, explanation]);

	it('now, from the moment its window opens', () => {
		expect(why([openingIn(0)])).toEqual([['sendNow', PLAN_CAUSES.dueNow]]);
		expect(why([openingIn(1 / MINUTE)])).toEqual([['sendLater', PLAN_CAUSES.windowNotOpen]]);
	});

	it('now, until the next run', () => {
		const two = [closingIn(7 * 24 * 60, 1), closingIn(8 * 24 * 60, 2)];
		const slow = { rate: 1 / 600, burst: 1 };
		expect(why(two, { ...slow, sendNowWithinMs: 10 * MINUTE })).toEqual([
			['sendNow', PLAN_CAUSES.dueNow],
			['sendNow', PLAN_CAUSES.dueNow],
		]);
		expect(why(two, { ...slow, sendNowWithinMs: 10 * MINUTE - 1 })).toEqual([
			['sendNow', PLAN_CAUSES.dueNow],
			['sendLater', PLAN_CAUSES.rateLimit],
		]);
	});

	it('the rate limit is the cause from the moment of the opening and the delay', () => {
		const slow = { rate: 1 / 600, burst: 1, sendNowWithinMs: 0 };
		const causes = (second: SellerOrder, changes: Partial<PlanChoices> = {}) =>
			why([closingIn(60), second], { ...slow, ...changes })[1];
		const at = NOW.minus({ days: 6 }).toISO();
		const second = orderOf(2, { earliestDelivery: at, latestDelivery: at });
		expect(causes(openingIn(0, { orderId: second.orderId }))).toEqual([
			'sendLater',
			PLAN_CAUSES.rateLimit,
		]);
		expect(causes(second, { preferredDelayDays: 6 })).toEqual(['sendLater', PLAN_CAUSES.rateLimit]);
		expect(causes(second, { preferredDelayDays: 7 })).toEqual([
			'sendLater',
			PLAN_CAUSES.preferredDelay,
		]);
	});

	it('before the delay, now or later, only if its window closes before', () => {
		const changes = { preferredDelayDays: 60 };
		expect(planOf([closingIn(30)], changes)).toMatchObject([
			{ decision: 'sendNow', early: true, explanation: PLAN_CAUSES.dueBeforeDelay },
		]);
		expect(planOf([closingIn(24 * 60)], changes)).toMatchObject([
			{ decision: 'sendLater', early: true, explanation: PLAN_CAUSES.dueBeforeDelay },
		]);
		// Not open yet comes first.
		expect(planOf([openingIn(10)], changes)).toMatchObject([
			{ early: true, explanation: PLAN_CAUSES.windowNotOpen },
		]);
	});

	it('at least an hour before its window closes, if that leaves time for it', () => {
		// Now is 10:00 in Los Angeles.
		const from = (minutes: number, order: SellerOrder) =>
			planOf([order], { hours: { from: minutes, to: minutes + 30 } }).map(
				({ reason, sendAtLocal }) => reason ?? sendAtLocal?.slice(0, 16),
			);
		expect(from(9 * 60, closingIn(24 * 60))).toEqual(['2026-11-24T09:00']);
		expect(from(9 * 60 + 1, closingIn(24 * 60))).toEqual(['noPermittedTime']);
		expect(from(10 * 60 + 1, closingIn(61))).toEqual(['2026-11-23T10:01']);
		expect(from(10 * 60 + 2, closingIn(61))).toEqual(['noPermittedTime']);
		expect(from(10 * 60 + 1, closingIn(60))).toEqual(['2026-11-23T10:01']);
		expect(from(10 * 60 + 59, closingIn(59))).toEqual(['2026-11-23T10:59']);
		expect(planOf([closingIn(0)])).toMatchObject([{ decision: 'sendNow' }]);
		expect(planOf([closingIn(-1 / MINUTE)])).toMatchObject([{ reason: 'windowClosed' }]);
	});

	it('on a pulse day', () => {
		const pulse = { seed: 'autumn', blockDays: 14 };
		const order = closingIn(20 * 24 * 60);
		const schedule = { ...pulse, marketplaceId: US };
		const dayIn = (days: number) =>
			NOW.plus({ days }).setZone('America/Los_Angeles').toISODate() ?? '';
		const days = Array.from({ length: 28 }, (_, index) => index);
		const next = days.find((each) => isPulseDay(dayIn(each), schedule)) ?? 0;
		expect(next).toBeGreaterThan(0);
		const [row] = planOf([order], { pulse });
		expect(row).toMatchObject({
			decision: 'sendLater',
			explanation: PLAN_CAUSES.pulseDay,
			sendAtLocal: expect.stringContaining(`${dayIn(next)}T00:00`),
			pulse: { day: dayIn(next), isPulseDay: true, forced: false },
		});
		// It does not wait for a pulse day that only the last run before its end could use.
		const until = NOW.plus({ days: next }).setZone('America/Los_Angeles').startOf('day').toMillis();
		const closes = (until - NOW.toMillis()) / MINUTE + 60;
		const waits = (minutes: number) =>
			planOf([closingIn(closes + minutes)], { pulse, sendNowWithinMs: HOUR })[0]?.pulse?.forced;
		expect([waits(59), waits(60), waits(61)]).toEqual([true, true, false]);
		// Without a known end, it does not wait at all.
		expect(planOf([undated(1, daysAgo(40))], { pulse })).toMatchObject([
			{ decision: 'sendNow', pulse: { day: dayIn(0), isPulseDay: false, forced: true } },
		]);
	});
});

describe('an order without delivery dates', () => {
	it('has a window from 5 to 30 days after it was placed, and any time after that', () => {
		const sendAt = (createdAt: string | null, preferredDelayDays = 0) =>
			(millis(planOf([undated(1, createdAt)], { preferredDelayDays })[0]?.sendAt) -
				NOW.toMillis()) /
			DAY;
		expect(sendAt(daysAgo(2))).toBe(3);
		expect(sendAt(daysAgo(5))).toBe(0);
		expect(sendAt(daysAgo(5), 8)).toBe(3);
		// The last moment, without a margin.
		expect(sendAt(daysAgo(20), 30)).toBe(10);
		expect(sendAt(daysAgo(20), 31)).toBeLessThan(10);
		// Now the window may close at any time, but the wish counts.
		expect(sendAt(daysAgo(30), 40)).toBe(10);
		expect(sendAt(daysAgo(31), 40)).toBe(9);
		expect(sendAt(null)).toBe(0);
		expect(sendAt(null, 40)).toBe(10);
	});

	it('that has one of the dates is one without', () => {
		const half = orderOf(1, { createdAt: daysAgo(2), latestDelivery: null });
		const other = orderOf(1, { createdAt: daysAgo(2), earliestDelivery: null });
		for (const order of [half, other]) {
			expect(millis(planOf([order])[0]?.sendAt)).toBe(NOW.plus({ days: 3 }).toMillis());
		}
	});
});

describe('where an order is', () => {
	it('is the default marketplace if it names none, or one that is unknown', () => {
		for (const marketplaceId of [null, 'nowhere']) {
			expect(planOf([orderOf(1, { marketplaceId })], { defaultMarketplaceId: DE })).toMatchObject([
				{ timeZone: 'Europe/Berlin' },
			]);
		}
		expect(
			planOf([orderOf(1, { marketplaceId: null })], { defaultMarketplaceId: '' }),
		).toMatchObject([{ timeZone: 'utc' }]);
	});

	it("uses the buyer's zone only if chosen", () => {
		const order = orderOf(1, { buyerTimeZone: 'Asia/Tokyo' });
		expect(planOf([order])).toMatchObject([{ timeZone: 'America/Los_Angeles' }]);
		expect(planOf([order], { clock: 'buyer' })).toMatchObject([{ timeZone: 'Asia/Tokyo' }]);
		expect(planOf([orderOf(1)], { clock: 'buyer' })).toMatchObject([
			{ timeZone: 'America/Los_Angeles' },
		]);
	});

	it('decides about quiet days, even for buyers in the same zone', () => {
		const today = Math.floor(NOW.toMillis() / DAY);
		const quietDays = [{ first: today, last: today, marketplaceId: DE }];
		const buyerTimeZone = 'Europe/London';
		const orders = [
			orderOf(1, { buyerTimeZone }),
			orderOf(2, { marketplaceId: DE, buyerTimeZone }),
			orderOf(3, { buyerTimeZone }),
		];
		for (const list of [orders, orders.toReversed()]) {
			expect(
				planOf(list, { clock: 'buyer', quietDays }).map(({ sendAtLocal }) => sendAtLocal),
			).toEqual(
				list.map(({ marketplaceId }) =>
					marketplaceId === DE ? '2026-11-24T00:00:00.000+00:00' : '2026-11-23T18:00:00.000+00:00',
				),
			);
		}
	});
});

describe('the settings of a campaign', () => {
	const prime = { prime: 'only' as const };

	it('that are undefined are those of the operation', () => {
		const campaigns = [
			{
				name: 'A',
				rules: {},
				preferredDelayDays: undefined,
				hours: undefined,
				weekdays: undefined,
			},
		];
		const choices = { preferredDelayDays: 16, hours: { from: 600, to: 660 }, weekdays: [4] };
		expect(planOf([orderOf(1)], { ...choices, campaigns })).toMatchObject([
			// Delivered on November 9; 16 days later is Wednesday, November 25.
			{ delayDays: 16, sendAtLocal: '2026-11-26T10:00:00.000-08:00' },
		]);
	});

	it('with its days and quiet days, both apply', () => {
		const day = (iso: string) => Date.parse(iso) / DAY;
		const campaigns = [{ name: 'A', rules: {}, firstDay: '2026-11-25', lastDay: '2026-11-28' }];
		const quiet = (first: string, last: string) => [
			{ first: day(first), last: day(last), marketplaceId: undefined },
		];
		const sendAt = (quietDays: PlanChoices['quietDays']) =>
			planOf([orderOf(1)], { campaigns, quietDays })[0]?.sendAtLocal;
		expect(sendAt([])).toBe('2026-11-25T00:00:00.000-08:00');
		expect(sendAt(quiet('2026-11-20', '2026-11-26'))).toBe('2026-11-27T00:00:00.000-08:00');
		expect(sendAt(quiet('2026-11-25', '2026-11-28'))).toBeNull();
	});

	it('has its maximum for its orders only, less what was sent today', () => {
		const campaigns = [
			{ name: 'Prime', rules: prime, maxRequestsPerDay: 2, sentToday: 1 },
			{ name: 'Rest', rules: {} },
		];
		const rows = planOf(
			[1, 2, 3, 4, 5].map((index) => orderOf(index, { isPrime: index < 4 })),
			{ campaigns },
		);
		expect(rows.map(({ sendAt }) => Math.floor((millis(sendAt) - NOW.toMillis()) / DAY))).toEqual(
			// From midnight in UTC, six hours from now, which is the next day.
			[0, 0, 0, 0, 0],
		);
		expect(rows.map(({ decision }) => decision).toSorted()).toEqual([
			'sendLater',
			'sendLater',
			'sendNow',
			'sendNow',
			'sendNow',
		]);
		expect(rows.slice(3).map(({ decision }) => decision)).toEqual(['sendNow', 'sendNow']);
	});

	it('of two that it may belong to, the longer delay and both maxima', () => {
		const campaigns = [
			{ name: 'Prime', rules: prime, preferredDelayDays: 16, maxRequestsPerDay: 1 },
			{ name: 'Business', rules: { business: 'only' as const }, preferredDelayDays: 18 },
		];
		const [row] = planOf([orderOf(1)], { campaigns, preferredDelayDays: 3 });
		expect(row).toMatchObject({ campaign: null, delayDays: 18 });
		const none = [{ ...campaigns[0], name: 'Prime', rules: prime, maxRequestsPerDay: 0 }];
		expect(planOf([orderOf(1)], { campaigns: none })).toMatchObject([{ reason: 'noRoom' }]);
		expect(planOf([orderOf(1, { isPrime: false })], { campaigns: none })).toMatchObject([
			{ decision: 'sendNow' },
		]);
	});
});

describe('a random delay', () => {
	const delays = (changes: Partial<PlanChoices>) =>
		new Set(
			planOf(
				Array.from({ length: 120 }, (_, index) => orderOf(index)),
				changes,
			).map(({ delayDays }) => delayDays),
		);

	it('is one of the whole days from the preferred delay to the last one', () => {
		expect(delays({ preferredDelayDays: 5, randomDelayUpToDays: 6 })).toEqual(new Set([5, 6]));
		expect(delays({ preferredDelayDays: 5, randomDelayUpToDays: 6.9 })).toEqual(new Set([5, 6]));
		expect(delays({ preferredDelayDays: 5, randomDelayUpToDays: 5.9 })).toEqual(new Set([5]));
		expect(delays({ preferredDelayDays: 5, randomDelayUpToDays: 5 })).toEqual(new Set([5]));
		expect(delays({ preferredDelayDays: 5 })).toEqual(new Set([5]));
	});

	it('is the same without a seed and with an empty one', () => {
		const choices = { preferredDelayDays: 5, randomDelayUpToDays: 20 };
		const rows = (changes: Partial<PlanChoices>) =>
			planOf(
				[1, 2, 3, 4].map((index) => orderOf(index)),
				{ ...choices, ...changes },
			);
		expect(rows({})).toEqual(rows({ delaySeed: '' }));
	});
});

describe('a delay', () => {
	it('counts from the chosen end of the delivery', () => {
		const sendAt = (delayFrom: PlanChoices['delayFrom']) =>
			(NOW.toMillis() -
				millis(planOf([orderOf(1)], { delayFrom, preferredDelayDays: 20 })[0]?.sendAt)) /
			DAY;
		expect(sendAt('latestDelivery')).toBe(14 - 20);
		expect(sendAt('earliestDelivery')).toBe(15 - 20);
	});
});

describe('in steps', () => {
	it('gives a forecast only if wanted', () => {
		const choices = choicesWith();
		const of = (wantsForecast?: boolean) =>
			inOneGo(planSolicitationsInSteps([orderOf(1)], choices, wantsForecast));
		expect(of()).not.toHaveProperty('forecast');
		expect(of(false)).not.toHaveProperty('forecast');
		expect(of(true).forecast).toHaveLength(1);
		expect(of(true).rows).toEqual(of().rows);
	});

	it('asks what earlier runs did for at most 100 orders in a step, in every part of the work', () => {
		let asked = 0;
		const past = new (class extends Map<string, PastOrder> {
			override get(key: string) {
				asked += 1;
				return super.get(key);
			}
		})();
		const orders = Array.from({ length: 2_000 }, (_, index) => orderOf(index));
		const steps = planSolicitationsInSteps(orders, choicesWith({ past }));
		let most = 0;
		for (let isDone = false; !isDone; ) {
			asked = 0;
			isDone = steps.next().done === true;
			most = Math.max(most, asked);
		}
		expect(most).toBe(100);
	});

	it.each<[string, Partial<PlanChoices>]>([
		['without limits', {}],
		['with a maximum, and many orders without room', { maxRequestsPerDay: 20 }],
		['with a pulse test', { pulse: { seed: 'autumn', blockDays: 3 } }],
		['with maxima', { campaigns: [{ name: 'A', rules: {}, maxRequestsPerDay: 20 }] }],
	])('does not pause for each order %s, which would take time', (_, changes) => {
		const orders = Array.from({ length: 1_500 }, (__, index) => orderOf(index));
		const steps = planSolicitationsInSteps(orders, choicesWith(changes), true);
		let pauses = 0;
		while (steps.next().done !== true) pauses += 1;
		expect(pauses).toBeGreaterThan(1_500 / 100);
		expect(pauses).toBeLessThan(1_500);
	});

	it('an empty input has no rows', () => {
		expect(planOf([])).toEqual([]);
	});
});
