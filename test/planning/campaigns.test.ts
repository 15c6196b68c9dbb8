// cspell:ignore Tell
import { DateTime } from 'luxon';

import type { Campaign } from '../../nodes/AmazonReviewSolicitation/planning/campaigns';
import fc from '../fastCheck';
import { daysAgo, DE, NOW, orderOf, planOf } from './planning';

const business: Campaign = { name: 'Business', rules: { business: 'only' } };
const prime: Campaign = { name: 'Prime', rules: { prime: 'only' } };

/** An order for each index; `null` is unknown. */
const random = fc.record({
	isBusiness: fc.constantFrom(true, false, null),
	isPrime: fc.constantFrom(true, false, null),
	delivered: fc.integer({ min: 0, max: 34 }),
});

const campaign = fc.record(
	{
		kind: fc.constantFrom('business', 'prime', 'all'),
		delay: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
		weekdays: fc.option(fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }), { nil: undefined }),
		most: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
	},
	{ requiredKeys: ['kind', 'delay', 'weekdays', 'most'] },
);

type Draft = typeof campaign extends fc.Arbitrary<infer Value> ? Value : never;

const toCampaign = ({ kind, delay, weekdays, most }: Draft, index: number): Campaign => ({
	name: `${kind} ${index}`,
	rules: kind === 'all' ? {} : { [kind]: 'only' },
	preferredDelayDays: delay,
	weekdays,
	maxRequestsPerDay: most,
});

const toOrders = (all: ReadonlyArray<typeof random extends fc.Arbitrary<infer V> ? V : never>) =>
	all.map(({ isBusiness, isPrime, delivered }, index) =>
		orderOf(index, {
			isBusiness,
			isPrime,
			earliestDelivery: daysAgo(delivered),
			latestDelivery: daysAgo(delivered),
		}),
	);

const sent = (rows: ReturnType<typeof planOf>) => rows.filter(({ sendAt }) => sendAt !== null);

describe('campaigns', () => {
	it('an order belongs to the first campaign whose rules it meets, and names the others', () => {
		const campaigns = [business, prime, { name: 'Rest', rules: {} }];
		const [both, second, neither] = planOf(
			[
				orderOf(1, { isBusiness: true, isPrime: true }),
				orderOf(2, { isBusiness: false, isPrime: true }),
				orderOf(3, { isBusiness: false, isPrime: false }),
			],
			{ campaigns },
		);
		expect(both).toMatchObject({
			campaign: 'Business',
			whyThisCampaign: 'It meets the rules of this campaign: Business Orders',
			otherCampaigns: ['Prime', 'Rest'],
		});
		expect(second).toMatchObject({ campaign: 'Prime', otherCampaigns: ['Rest'] });
		expect(neither).toMatchObject({
			campaign: 'Rest',
			whyThisCampaign: 'This campaign has no rules',
		});
	});

	it('names the rules that are set', () => {
		const rules = { business: undefined, prime: 'only' as const, excludeReplacements: true };
		const order = orderOf(1, { isPrime: true, replacementFor: '' });
		expect(planOf([order], { campaigns: [{ name: 'A', rules }] })[0]?.whyThisCampaign).toBe(
			'It meets the rules of this campaign: Prime Orders, Exclude Replacements',
		);
		expect(
			planOf([order], { campaigns: [{ name: 'A', rules: { prime: undefined } }] })[0]
				?.whyThisCampaign,
		).toBe('This campaign has no rules');
	});

	it('asks only for what comes before the campaign that an order certainly meets', () => {
		const campaigns = [business, prime, { name: 'Rest', rules: {} }, { ...prime, name: 'Late' }];
		const [unclear, certain] = planOf([orderOf(1), orderOf(2, { isBusiness: true })], {
			campaigns,
		});
		expect(unclear?.whyThisCampaign).toContain("It may belong to 'Business' (");
		expect(unclear?.whyThisCampaign).toMatch(
			/\) and 'Prime' \(.*\), so the limits there apply, too$/,
		);
		expect(unclear).toMatchObject({ campaign: 'Rest', otherCampaigns: [] });
		expect(certain).toMatchObject({
			campaign: 'Business',
			otherCampaigns: ['Rest'],
			whyThisCampaign: 'It meets the rules of this campaign: Business Orders',
		});
	});

	it('takes an order whose window touches its days, to the millisecond', () => {
		const campaignOf = (days: Partial<Campaign>, opens: string, closes: string, now = NOW) => {
			const earliest = DateTime.fromISO(opens).minus({ days: 5 }).toISO();
			// Plan keeps an hour before the end.
			const latest = DateTime.fromISO(closes).minus({ days: 30 }).plus({ hours: 1 }).toISO();
			const order = orderOf(1, { earliestDelivery: earliest, latestDelivery: latest });
			const campaigns = [{ name: 'Days', rules: {}, ...days }];
			return planOf([order], { campaigns, now: now.toMillis() })[0]?.campaign;
		};
		const last = { lastDay: '2026-11-25' };
		expect(campaignOf(last, '2026-11-25T23:59:59.999-08:00', '2026-12-20T00:00Z')).toBe('Days');
		expect(campaignOf(last, '2026-11-26T00:00:00.000-08:00', '2026-12-20T00:00Z')).toBeNull();
		const first = { firstDay: '2026-11-25' };
		expect(campaignOf(first, '2026-11-20T00:00Z', '2026-11-25T00:00:00.000-08:00')).toBe('Days');
		expect(campaignOf(first, '2026-11-20T00:00Z', '2026-11-24T23:59:59.999-08:00')).toBeNull();
		const end = DateTime.fromISO('2026-11-26T00:00:00.000-08:00');
		const over = ['2026-11-20T00:00Z', '2026-12-20T00:00Z'] as const;
		expect(campaignOf(last, ...over, end.minus(1))).toBe('Days');
		expect(campaignOf(last, ...over, end)).toBeNull();
	});

	it('an order of no campaign uses the settings of the node, or is left out', () => {
		const order = orderOf(1, { isBusiness: false });
		const changes = { campaigns: [business], preferredDelayDays: 16 };
		expect(planOf([order], changes)).toMatchObject([
			{ campaign: null, delayDays: 16, whyThisCampaign: 'It meets the rules of no campaign' },
		]);
		expect(planOf([order], { ...changes, leaveOutWithoutCampaign: true })).toMatchObject([
			{ decision: 'leftOut', reason: 'noCampaign', tryAgainLater: false },
		]);
	});

	it('without campaigns, the fields are empty', () => {
		expect(planOf([orderOf(1)])).toMatchObject([
			{ campaign: null, whyThisCampaign: null, otherCampaigns: [], delayDays: 0, pulse: null },
		]);
	});

	it('a campaign has its own delay, hours and days; the rest is as in the node', () => {
		const own: Campaign = {
			...business,
			preferredDelayDays: 18,
			hours: { from: 600, to: 660 },
		};
		const [row, other] = planOf(
			[orderOf(1, { isBusiness: true }), orderOf(2, { isBusiness: false })],
			{ campaigns: [own], weekdays: [2, 5], hours: { from: 0, to: 60 } },
		);
		// Delivered on November 9; 18 days later is Friday, November 27 (10:00 to 11:00).
		expect(row).toMatchObject({ delayDays: 18, sendAtLocal: '2026-11-27T10:00:00.000-08:00' });
		expect(other).toMatchObject({ sendAtLocal: '2026-11-24T00:00:00.000-08:00' });
	});

	it('a campaign sends only within its days, and takes no order whose window is outside', () => {
		const sale: Campaign = {
			name: 'Sale',
			rules: {},
			firstDay: '2026-11-27',
			lastDay: '2026-11-30',
		};
		const rows = planOf(
			[orderOf(1), orderOf(2, { earliestDelivery: daysAgo(0), latestDelivery: daysAgo(0) })],
			{ campaigns: [{ ...sale, lastDay: '2026-11-27' }] },
		);
		expect(rows).toMatchObject([
			{ campaign: 'Sale', sendAtLocal: '2026-11-27T00:00:00.000-08:00' },
			{ campaign: null, sendAtLocal: '2026-11-28T10:00:00.000-08:00' },
		]);
		const over = { ...sale, firstDay: '2026-11-01', lastDay: '2026-11-22' };
		expect(planOf([orderOf(1)], { campaigns: [over] })).toMatchObject([{ campaign: null }]);
	});

	it('a campaign may have only a first or only a last day', () => {
		const from: Campaign = { name: 'From', rules: {}, firstDay: '2026-11-27' };
		expect(planOf([orderOf(1)], { campaigns: [from] })).toMatchObject([
			{ campaign: 'From', sendAtLocal: '2026-11-27T00:00:00.000-08:00' },
		]);
		const until: Campaign = { name: 'Until', rules: {}, lastDay: '2026-11-25' };
		const friday = { ...until, weekdays: [5] };
		expect(planOf([orderOf(1)], { campaigns: [until] })).toMatchObject([
			{ campaign: 'Until', decision: 'sendNow' },
		]);
		expect(planOf([orderOf(1)], { campaigns: [friday] })).toMatchObject([
			{ campaign: 'Until', sendAt: null },
		]);
	});

	it('if it is unknown whether an order belongs to a campaign, the limits of both apply', () => {
		const strict: Campaign = {
			...business,
			preferredDelayDays: 20,
			weekdays: [3],
			maxRequestsPerDay: 1,
		};
		const campaigns = [strict, { name: 'Rest', rules: {}, hours: { from: 720, to: 780 } }];
		const [row, next] = planOf([orderOf(1), orderOf(2)], { campaigns });
		// Delivered on November 9; 20 days later is November 29; the next Wednesday is December 2.
		expect(row).toMatchObject({
			campaign: 'Rest',
			delayDays: 20,
			sendAtLocal: '2026-12-02T12:00:00.000-08:00',
			whyThisCampaign:
				"This campaign has no rules. It may belong to 'Business' (`business` needs `isBusiness`, which is unknown for this order), so the limits there apply, too",
		});
		// The maximum of both.
		expect(next?.sendAtLocal).toMatch(/^2026-11-25|^2026-12-09/);
		expect(
			planOf([orderOf(1)], { campaigns: [strict], leaveOutWithoutCampaign: true }),
		).toMatchObject([{ reason: 'ruleCannotTell', tryAgainLater: true }]);
	});

	it('the rules of the node come first: a campaign never sends what they leave out', () => {
		expect(
			planOf([orderOf(1, { isBusiness: true })], {
				campaigns: [business],
				rules: { business: 'exclude' },
			}),
		).toMatchObject([{ reason: 'business', campaign: null }]);
	});

	it('a campaign that changes only the delay never loses a request', () => {
		fc.assert(
			fc.property(
				fc.array(random, { maxLength: 12 }),
				fc.array(campaign, { maxLength: 3 }),
				campaign,
				fc.nat({ max: 3 }),
				fc.integer({ min: 0, max: 3 }),
				(all, before, added, position, maxRequestsPerDay) => {
					const orders = toOrders(all);
					const campaigns = before.map(toCampaign).map(({ name, rules, preferredDelayDays }) => ({
						name,
						rules,
						preferredDelayDays,
					}));
					const { rules, preferredDelayDays } = toCampaign(added, 9);
					const more = campaigns.toSpliced(position, 0, {
						name: 'added',
						rules,
						preferredDelayDays,
					});
					expect(sent(planOf(orders, { campaigns: more, maxRequestsPerDay }))).toHaveLength(
						sent(planOf(orders, { campaigns, maxRequestsPerDay })).length,
					);
				},
			),
			{ numRuns: 300 },
		);
	});

	it('a campaign that permits all times, without a maximum of its own, never loses a request of orders without one', () => {
		fc.assert(
			fc.property(
				fc.array(random, { maxLength: 12 }),
				campaign,
				fc.integer({ min: 0, max: 3 }),
				fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
				(all, added, maxRequestsPerDay, weekdays) => {
					// Unknown membership keeps the limits of both, so it gains nothing and loses nothing.
					const orders = toOrders(all);
					const wide: Campaign = {
						...toCampaign(added, 0),
						weekdays: [1, 2, 3, 4, 5, 6, 7],
						maxRequestsPerDay: undefined,
					};
					expect(
						sent(planOf(orders, { campaigns: [wide], weekdays, maxRequestsPerDay })).length,
					).toBeGreaterThanOrEqual(sent(planOf(orders, { weekdays, maxRequestsPerDay })).length);
				},
			),
			{ numRuns: 300 },
		);
	});

	it('one order gets one request within the limits of its campaign, whatever the campaigns are', () => {
		fc.assert(
			fc.property(
				fc.array(random, { maxLength: 12 }),
				fc.array(campaign, { maxLength: 3 }),
				(all, drafts) => {
					const campaigns = drafts.map(toCampaign);
					const rows = planOf(toOrders(all), { campaigns });
					expect(rows).toHaveLength(all.length);
					const perDay = new Map<string, number>();
					for (const { sendAt, sendAtLocal, campaign: name } of sent(rows)) {
						const own = campaigns.find((each) => each.name === name);
						const { weekday } = DateTime.fromISO(sendAtLocal ?? '', { setZone: true });
						expect(own?.weekdays ?? [weekday]).toContain(weekday);
						const day = `${name} ${sendAt?.slice(0, 10)}`;
						perDay.set(day, (perDay.get(day) ?? 0) + 1);
						expect(perDay.get(day)).toBeLessThanOrEqual(own?.maxRequestsPerDay ?? Infinity);
					}
				},
			),
			{ numRuns: 300 },
		);
	});
});

describe('quiet days', () => {
	const day = (iso: string) => DateTime.fromISO(iso, { zone: 'utc' }).toMillis() / 86_400_000;

	it('nothing is sent on them, each in its marketplace', () => {
		const quietDays = [
			{ first: day('2026-11-23'), last: day('2026-11-25'), marketplaceId: undefined },
			{ first: day('2026-11-26'), last: day('2026-11-26'), marketplaceId: DE },
		];
		const rows = planOf([orderOf(1), orderOf(2, { marketplaceId: DE })], { quietDays });
		expect(rows).toMatchObject([
			{ decision: 'sendLater', sendAtLocal: '2026-11-26T00:00:00.000-08:00' },
			{ decision: 'sendLater', sendAtLocal: '2026-11-27T00:00:00.000+01:00' },
		]);
	});

	it('an order whose window has only quiet days is left out with a reason', () => {
		const quietDays = [
			{ first: day('2026-11-01'), last: day('2027-02-01'), marketplaceId: undefined },
		];
		expect(planOf([orderOf(1)], { quietDays })).toMatchObject([{ reason: 'noPermittedTime' }]);
	});
});

describe('a random delay', () => {
	const choices = {
		preferredDelayDays: 5,
		randomDelayUpToDays: 9,
		now: NOW.minus({ days: 9 }).toMillis(),
	};
	const orders = Array.from({ length: 300 }, (_, index) => orderOf(index));

	it('is a whole number of days in the range, the same for the same order in any input', () => {
		const rows = planOf(orders, choices);
		const delays = rows.map(({ delayDays }) => delayDays);
		expect(new Set(delays)).toEqual(new Set([5, 6, 7, 8, 9]));
		expect(planOf(orders.slice(100), choices).map(({ delayDays }) => delayDays)).toEqual(
			delays.slice(100),
		);
		for (const { delayDays, sendAt } of rows) {
			const waited = (Date.parse(sendAt ?? '') - Date.parse(daysAgo(14))) / 86_400_000;
			expect(Math.floor(waited)).toBe(delayDays);
		}
	});

	it('is the preferred delay if the range is empty, and that of the campaign if it has one', () => {
		expect(planOf([orderOf(1)], { ...choices, randomDelayUpToDays: 3 })).toMatchObject([
			{ delayDays: 5 },
		]);
		const campaigns = [{ name: 'Late', rules: {}, preferredDelayDays: 20 }];
		expect(planOf([orderOf(1)], { ...choices, campaigns })).toMatchObject([{ delayDays: 20 }]);
	});

	it('depends on the seed', () => {
		const delays = (delaySeed: string) =>
			planOf(orders, { ...choices, delaySeed }).map(({ delayDays }) => delayDays);
		expect(delays('a')).not.toEqual(delays('b'));
	});
});
