// cspell:ignore tell

import './passingWaits';
import type { IDataObject } from 'n8n-workflow';
import { setTimeout as sleep } from 'node:timers/promises';

import { plusDays } from '../../nodes/shared/domain/calendar';
import { percentText } from '../../nodes/shared/domain/rating';
import type { WorldFeedback } from '../../sandbox';
import { expectToMatchOutputSchema } from './outputSchema';
import { passTime } from './passingTime';
import {
	CA,
	cutOff,
	EVERY_NINETY_MINUTES,
	EVERY_TWENTY_MINUTES,
	FEEDBACK_EVENTS,
	LAST_SETTLED,
	MINUTE,
	MX,
	passMinutes,
	ratingOf,
	SETTLED_DAY,
	settledCounts,
	TODAY,
	UNTIL_EVALUATED,
	UNTIL_REPORTED,
	US,
	useWatching,
	type Watcher,
} from './watching';

const watching = useWatching();

/** The note on every rating: the totals of the last days are not settled. */
const NOT_SETTLED =
	'The last 4 day(s) (2026-11-20 to 2026-11-23) are not counted, because Amazon may still change their totals';

const world = () => watching.sandbox.world;

const addFeedback = (
	rating: 1 | 2 | 3 | 4 | 5,
	comment = '',
	changes: { marketplaceId?: string; date?: string; orderId?: string; response?: string } = {},
): WorldFeedback => world().addFeedback({ rating, comment, ...changes });

/** The counts that the reports can show by now. */
const truth = (marketplaceId = US, days = 365) =>
	settledCounts(watching.sandbox, marketplaceId, days);

/** All feedback of 1 to 3 stars, oldest first. */
const low = (marketplaceId = US) => watching.sandbox.truth.feedback('demo', marketplaceId);

/** An activated trigger that has its baseline. */
const activateAndSettle = async (
	options?: Parameters<typeof watching.activate>[0],
): Promise<Watcher> => {
	const watcher = await watching.activate(options);
	await watcher.poll();
	await passMinutes(3, watcher);
	expect(watcher.take()).toEqual([]);
	expect(watcher.takeThrown()).toEqual([]);
	return watcher;
};

const eventsOf = (items: readonly IDataObject[]) =>
	items.map(({ event, orderId }) => `${String(event)} ${String(orderId)}`);

describe('feedback', () => {
	it('is not reported if it existed at the first activation, even after many polls', async () => {
		const watcher = await watching.activate({ marketplaces: [US, CA, MX] });
		await watcher.poll();
		await passMinutes(100, watcher);
		expect(watcher.reported).toEqual([]);
		expect(watcher.thrown).toEqual([]);
		expect(watching.count('getReportDocument')).toBeGreaterThan(5);
		const remembered = (watcher.place().feedback as IDataObject).rows as IDataObject;
		const watched = low().filter(({ date }) => date >= plusDays(TODAY, -90));
		expect(Object.keys(remembered).toSorted()).toEqual(
			watched.map(({ orderId }) => orderId).toSorted(),
		);
	});

	it('is reported once as new negative, with the rating, the removal prospect and links', async () => {
		const watcher = await activateAndSettle({ options: EVERY_TWENTY_MINUTES });
		const { orderId } = addFeedback(1, 'The handle broke after a day', { response: 'Sorry' });
		await passMinutes(UNTIL_REPORTED, watcher);
		const items = watcher.take();
		expect(items).toHaveLength(1);
		const { negative, neutral, positive, total } = truth();
		expect(items[0]).toEqual({
			event: 'newNegativeFeedback',
			eventId: expect.stringMatching(new RegExp(`^US/${orderId}/0/.{11}$`)),
			seller: 'Harbor & Pine Home',
			summary: `Harbor & Pine Home, United States: New negative feedback, 1 star, for order ${orderId}: "The handle broke after a day". Rating: ${percentText((100 * positive) / total)} of ${total} in the last 365 days, counted through 2026-11-19, without this feedback`,
			marketplace: 'US',
			marketplaceId: US,
			orderId,
			before: null,
			after: {
				date: TODAY,
				rating: 1,
				sentiment: 'negative',
				comment: 'The handle broke after a day',
				response: 'Sorry',
			},
			changed: [],
			ratingNow: {
				asOf: '2026-11-23T18:19:00.000Z',
				days: 365,
				ratingPercent: (100 * positive) / total,
				displayedRating: Math.round((100 * positive) / total),
				positive,
				neutral,
				negative,
				total,
				provenance: 'derived',
				coveredThrough: LAST_SETTLED,
				coverage: {
					from: '2025-11-24',
					through: LAST_SETTLED,
					daysCovered: 361,
					daysLeftOut: [{ from: '2026-11-20', through: TODAY, days: 4, reason: 'notSettled' }],
					reasons: [`${NOT_SETTLED}, with 1 known feedback entries of 1 to 3 stars`],
				},
				notes: [`${NOT_SETTLED}, with 1 known feedback entries of 1 to 3 stars`],
			},
			removal: {
				prospect: 'possible',
				criterion: 'productReview',
				explanation: expect.stringContaining('Amazon decides'),
				requestBy: '2027-02-21',
			},
			reasons: ['quality'],
			order: null,
			orderNote: null,
			notes: [],
			feedbackManagerUrl: 'https://sellercentral.amazon.com/feedback-manager/index.html',
			orderUrl: `https://sellercentral.amazon.com/orders-v3/order/${orderId}`,
			observedAt: '2026-11-23T18:19:00.000Z',
			source: expect.stringMatching(/^GET_SELLER_FEEDBACK_DATA 5\d+$/),
		});
		expectToMatchOutputSchema('AmazonSellerFeedbackTrigger', undefined, items);
		await passMinutes(60, watcher);
		expect(watcher.reported).toEqual([]);
		expect(watcher.thrown).toEqual([]);
	});

	it('is reported once as new neutral, changed and removed, with before and after', async () => {
		const watcher = await activateAndSettle({ options: EVERY_TWENTY_MINUTES });
		const ids = new Set<unknown>();
		const nextItem = async (): Promise<IDataObject> => {
			await passMinutes(UNTIL_REPORTED, watcher);
			const [item, ...others] = watcher.take();
			expect(others).toEqual([]);
			expect(ids).not.toContain(item?.eventId);
			ids.add(item?.eventId);
			expect(item?.ratingNow).toMatchObject({
				...truth(),
				provenance: 'derived',
				notes: [NOT_SETTLED],
			});
			return item ?? {};
		};

		// Amazon reports this feedback of a settled day late, so it counts in the rating at once.
		const { orderId } = addFeedback(3, '', { date: SETTLED_DAY });
		const added = await nextItem();
		expect(added).toMatchObject({ event: 'newNeutralFeedback', orderId, before: null });
		expect(added.after).toMatchObject({ rating: 3, sentiment: 'neutral', comment: '' });
		expect(added.removal).toMatchObject({ prospect: 'impossible', criterion: 'starOnly' });

		const comment = `What a mess. ${'Never again! '.repeat(20)}`.trim();
		world().changeFeedback('demo', orderId, { rating: 2, comment });
		const changed = await nextItem();
		expect(changed).toMatchObject({
			event: 'feedbackChanged',
			orderId,
			before: {
				date: SETTLED_DAY,
				rating: 3,
				sentiment: 'neutral',
				comment: '',
				commentCut: false,
			},
			after: { date: SETTLED_DAY, rating: 2, sentiment: 'negative', comment },
			changed: ['rating', 'comment'],
		});
		expect(changed.removal).toMatchObject({ prospect: 'unlikely', requestBy: '2027-02-08' });

		world().changeFeedback('demo', orderId, { rating: 3, comment: '' });
		expect(await nextItem()).toMatchObject({ event: 'feedbackChanged', after: { rating: 3 } });
		world().changeFeedback('demo', orderId, { rating: 2, comment });
		expect(await nextItem()).toMatchObject({ event: 'feedbackChanged', after: { rating: 2 } });

		// Beyond the stored part of the comment.
		world().changeFeedback('demo', orderId, { comment: `${comment} !` });
		expect(await nextItem()).toMatchObject({
			event: 'feedbackChanged',
			before: { rating: 2, comment: comment.slice(0, 120), commentCut: true },
			after: { rating: 2, comment: `${comment} !` },
			changed: ['comment'],
		});

		world().removeFeedback('demo', orderId);
		const removed = await nextItem();
		expect(removed).toMatchObject({
			event: 'feedbackRemoved',
			orderId,
			before: {
				date: SETTLED_DAY,
				rating: 2,
				sentiment: 'negative',
				comment: comment.slice(0, 120),
			},
			after: null,
			changed: [],
			removal: null,
			orderUrl: expect.stringContaining(orderId),
		});
		expect(String(removed.summary)).toMatch(/2 stars .* removed, struck through, or raised/);

		// It reappears: Amazon restored it, or the buyer changed their mind.
		addFeedback(2, comment, { orderId, date: SETTLED_DAY });
		expect(await nextItem()).toMatchObject({ event: 'newNegativeFeedback', orderId });
		await passMinutes(60, watcher);
		expect(watcher.reported).toEqual([]);
	});

	it('is reported as removed when it was raised to positive', async () => {
		const watcher = await activateAndSettle({ options: EVERY_TWENTY_MINUTES });
		const { orderId } = low().findLast(({ date }) => date <= LAST_SETTLED) ?? { orderId: '' };
		world().changeFeedback('demo', orderId, { rating: 5 });
		await passMinutes(UNTIL_REPORTED, watcher);
		expect(eventsOf(watcher.reported)).toEqual([`feedbackRemoved ${orderId}`]);
		expect(watcher.reported[0]?.ratingNow).toMatchObject(truth());
	});

	it('causes only the chosen events, and a change to negative counts as new if changes are not chosen', async () => {
		const watcher = await activateAndSettle({ events: ['newNegativeFeedback'] });
		const { orderId } = low().findLast(({ rating }) => rating === 3) ?? { orderId: '' };
		const [first] = low().filter(({ rating, date }) => rating < 3 && date > '2026-09-01');
		addFeedback(3, 'so so');
		world().removeFeedback('demo', first?.orderId ?? '');
		world().changeFeedback('demo', orderId, { comment: 'hm' });
		await passMinutes(40, watcher);
		expect(watcher.take()).toEqual([]);

		world().changeFeedback('demo', orderId, { rating: 1 });
		await passMinutes(100, watcher);
		expect(watcher.reported).toHaveLength(1);
		expect(watcher.reported[0]).toMatchObject({
			event: 'newNegativeFeedback',
			orderId,
			before: { rating: 3, comment: 'hm' },
			after: { rating: 1 },
		});
		expect(String(watcher.reported[0]?.summary)).toContain('1 star (previously 3 stars)');
	});

	it("with a changed response of the seller is reported only with 'Report Changed Responses'", async () => {
		const quiet = await activateAndSettle({ id: 'quiet' });
		const wanting = await activateAndSettle({
			id: 'wanting',
			options: { reportChangedResponses: true },
		});
		const { orderId } = low().at(-1) ?? { orderId: '' };
		world().changeFeedback('demo', orderId, { response: 'We have refunded you' });
		await passMinutes(70, quiet, wanting);
		expect(quiet.reported).toEqual([]);
		expect(wanting.reported).toHaveLength(1);
		expect(wanting.reported[0]).toMatchObject({
			event: 'feedbackChanged',
			orderId,
			changed: ['response'],
			after: { response: 'We have refunded you' },
		});
	});

	it('is reported from several marketplaces in one trigger, each with its own rating and links', async () => {
		const watcher = await activateAndSettle({
			marketplaces: [US, CA],
			options: EVERY_TWENTY_MINUTES,
		});
		const us = addFeedback(1, 'bad');
		const ca = addFeedback(3, 'so so', { marketplaceId: CA });
		await passMinutes(60, watcher);
		const byMarketplace = Object.fromEntries(
			watcher.reported.map((item) => [item.marketplace, item]),
		);
		expect(watcher.reported).toHaveLength(2);
		expect(byMarketplace.US).toMatchObject({
			event: 'newNegativeFeedback',
			orderId: us.orderId,
			ratingNow: truth(US),
		});
		expect(byMarketplace.CA).toMatchObject({
			event: 'newNeutralFeedback',
			marketplaceId: CA,
			orderId: ca.orderId,
			ratingNow: truth(CA),
			feedbackManagerUrl: 'https://sellercentral.amazon.ca/feedback-manager/index.html',
			orderUrl: `https://sellercentral.amazon.ca/orders-v3/order/${ca.orderId}`,
		});
	});

	it('of the lookback days is reported once at the first activation, oldest first', async () => {
		const watcher = await watching.activate({ options: { lookBackDays: 30 } });
		await watcher.poll();
		await passMinutes(60, watcher);
		const wanted = low().filter(({ date }) => date >= plusDays(TODAY, -29));
		expect(wanted.length).toBeGreaterThan(2);
		expect(watcher.reported.map(({ orderId }) => orderId)).toEqual(
			wanted.map(({ orderId }) => orderId),
		);
		expect(watcher.reported.map(({ after }) => (after as IDataObject).rating)).toEqual(
			wanted.map(({ rating }) => rating),
		);
	});

	it('that Amazon reports some days late is reported if its date is watched', async () => {
		const watcher = await activateAndSettle();
		const late = addFeedback(1, 'late', { date: '2026-11-19' });
		addFeedback(1, 'too late', { date: '2026-08-20' });
		await passMinutes(60, watcher);
		expect(eventsOf(watcher.reported)).toEqual([`newNegativeFeedback ${late.orderId}`]);
	});

	it('that grows old is not treated as removed', async () => {
		const watcher = await activateAndSettle({
			options: { daysToWatch: 360, includeRating: false },
		});
		const before = low().length;
		const { orderId } = addFeedback(1, 'bad');
		await passMinutes(40, watcher);
		expect(eventsOf(watcher.take())).toEqual([`newNegativeFeedback ${orderId}`]);
		for (let day = 0; day < 400; day += 5) {
			passTime(5 * 24 * 60 * MINUTE);
			await passMinutes(2, watcher);
		}
		expect(low()).toHaveLength(before + 1);
		expect(watcher.reported).toEqual([]);
		// In the end a year has passed without feedback, and Amazon cancels the report.
		expect(watcher.thrown.filter(({ message }) => !message.includes('canceled'))).toEqual([]);
	});

	it('includes the rating of the chosen window', async () => {
		const watcher = await activateAndSettle({
			options: { ...EVERY_TWENTY_MINUTES, ratingDays: 30 },
		});
		addFeedback(2, '', { date: SETTLED_DAY });
		await passMinutes(UNTIL_REPORTED, watcher);
		expect(watcher.reported[0]?.ratingNow).toMatchObject({ ...truth(US, 30), days: 30 });
		expect(truth(US, 30)).not.toEqual(truth(US, 365));
	});

	it('includes the rating as far as late totals cover it, and says so', async () => {
		watching.sandbox.settings.set({ trafficLagDays: 6 });
		const before = truth();
		const watcher = await activateAndSettle({ options: EVERY_TWENTY_MINUTES });
		addFeedback(3, '', { date: LAST_SETTLED });
		addFeedback(1, '', { date: LAST_SETTLED });
		await passMinutes(UNTIL_REPORTED, watcher);
		expect(watcher.reported).toHaveLength(2);
		for (const { ratingNow } of watcher.reported) {
			expect(ratingNow).toMatchObject({ coveredThrough: '2026-11-17', provenance: 'derived' });
			const { total, notes } = ratingNow as { total: number; notes: string[] };
			expect(total).toBeLessThanOrEqual(before.total);
			expect(notes.join()).toMatch(
				/no totals for 2 day\(s\) \(2026-11-18 to 2026-11-19\), with 2 known feedback entries/,
			);
		}
	});

	it('is reported with the previous rating while the totals do not include it yet', async () => {
		const before = truth();
		const watcher = await activateAndSettle();
		await passMinutes(60, watcher);
		addFeedback(3, '', { date: SETTLED_DAY });
		await passMinutes(40, watcher);
		// This feedback report is more than an hour later than the totals; the one 58 minutes later
		// is not.
		expect(watcher.reported[0]).toMatchObject({
			observedAt: '2026-11-23T19:27:00.000Z',
			ratingNow: { ...before, asOf: '2026-11-23T18:58:00.000Z', provenance: 'derived' },
		});
	});

	it('is not treated as changed if a download names a wrong charset', async () => {
		const watcher = await activateAndSettle({ options: EVERY_TWENTY_MINUTES });
		const { orderId } = addFeedback(1, 'Très mauvais café – „nie wieder“');
		await passMinutes(20, watcher);
		expect(eventsOf(watcher.take())).toEqual([`newNegativeFeedback ${orderId}`]);
		const fault = watching.sandbox.faults.add({
			kind: 'wrongCharset',
			reportType: 'GET_SELLER_FEEDBACK_DATA',
			times: 2,
		});
		await passMinutes(60, watcher);
		expect(fault.fired).toBe(2);
		expect(watcher.reported).toEqual([]);
	});
});

const RATING_EVENTS = ['ratingFellBelowThreshold', 'ratingRecovered'];

describe('rating', () => {
	it('that falls below a threshold and then recovers past the margin is reported once each time', async () => {
		const before = truth();
		const percent = cutOff(ratingOf(before));
		const watcher = await activateAndSettle({
			events: RATING_EVENTS,
			thresholds: [
				{ name: 'Far away', percent: 50 },
				{ name: 'Minimum', percent },
			],
			options: EVERY_NINETY_MINUTES,
		});
		const { orderId } = addFeedback(2, 'bad', { date: SETTLED_DAY });
		await passMinutes(UNTIL_EVALUATED, watcher);
		const [fell, ...others] = watcher.take();
		expect(others).toEqual([]);
		const after = truth();
		expect(ratingOf(after)).toBeLessThan(percent);
		const threshold = { thresholdName: 'Minimum', thresholdPercent: percent };
		expect(fell).toMatchObject({
			event: 'ratingFellBelowThreshold',
			orderId: null,
			orderUrl: null,
			removal: null,
			before: { ...before, ratingPercent: ratingOf(before), ...threshold },
			after: { ...after, ratingPercent: ratingOf(after), ...threshold },
			changed: ['ratingPercent'],
			ratingNow: after,
			feedbackManagerUrl: 'https://sellercentral.amazon.com/feedback-manager/index.html',
		});
		expect(String(fell?.summary)).toContain(`The rating fell below Minimum (${percent}%)`);
		expectToMatchOutputSchema('AmazonSellerFeedbackTrigger', undefined, [fell ?? {}]);

		// Back where it was, which is above the threshold but within the margin.
		world().removeFeedback('demo', orderId);
		await passMinutes(UNTIL_EVALUATED, watcher);
		expect(watcher.take()).toEqual([]);
		addFeedback(2, 'bad', { orderId, date: SETTLED_DAY });
		await passMinutes(UNTIL_EVALUATED, watcher);
		expect(watcher.take()).toEqual([]);

		for (const each of low().filter(({ date }) => date > '2025-11-23')) {
			if (ratingOf(truth()) >= percent + 0.5) break;
			world().removeFeedback('demo', each.orderId);
		}
		await passMinutes(UNTIL_EVALUATED, watcher);
		expect(watcher.reported).toHaveLength(1);
		expect(watcher.reported[0]).toMatchObject({
			event: 'ratingRecovered',
			before: { ...after, ...threshold },
			after: { ...truth(), ratingPercent: ratingOf(truth()), ...threshold },
			ratingNow: truth(),
		});
		expect(watcher.reported[0]?.eventId).not.toBe(fell?.eventId);
	});

	it('exactly at a threshold is not below it, and has recovered only half a point above it', async () => {
		while (truth(US, 30).positive < 30) addFeedback(5, '', { date: SETTLED_DAY });
		const shown = low().filter(({ date }) => date <= LAST_SETTLED);
		for (const { orderId } of shown.slice(-2)) world().removeFeedback('demo', orderId);
		const exact = truth(US, 30);
		expect([exact.positive, exact.total]).toEqual([30, 32]);
		const watcher = await activateAndSettle({
			events: RATING_EVENTS,
			thresholds: [{ name: '', percent: 93.75 }],
			options: { ...EVERY_NINETY_MINUTES, ratingDays: 30, lookBackDays: 1 },
		});
		const { orderId } = addFeedback(3, '', { date: SETTLED_DAY });
		await passMinutes(UNTIL_EVALUATED, watcher);
		expect(watcher.take().map(({ event }) => event)).toEqual(['ratingFellBelowThreshold']);
		world().removeFeedback('demo', orderId);
		await passMinutes(UNTIL_EVALUATED, watcher);
		expect(watcher.reported).toEqual([]);
		const [another] = shown.slice(-3);
		world().removeFeedback('demo', another?.orderId ?? '');
		await passMinutes(UNTIL_EVALUATED, watcher);
		expect(watcher.reported).toHaveLength(1);
		expect(watcher.reported[0]).toMatchObject({
			event: 'ratingRecovered',
			before: { ratingPercent: 93.75 },
			after: { thresholdName: '93.75%', thresholdPercent: 93.75, ratingPercent: (100 * 30) / 31 },
		});
	});

	it.each([
		[0, []],
		[1, ['98', '97.99']],
	])(
		'already below at the first activation, with a lookback of %d days, reports %j',
		async (lookBackDays, thresholds) => {
			const watcher = await watching.activate({
				events: ['ratingFellBelowThreshold'],
				thresholds: [
					{ name: '98', percent: 98 },
					{ name: '97.99', percent: 97.99 },
					{ name: '10', percent: 10 },
				],
				options: { lookBackDays },
			});
			await watcher.poll();
			await passMinutes(70, watcher);
			const names = watcher.reported.map(({ after }) => (after as IDataObject).thresholdName);
			expect(names).toEqual(thresholds);
		},
	);

	it('is reported as fallen only when the totals of the day of the fall are settled', async () => {
		const percent = cutOff(ratingOf(truth()) - 0.5);
		const watcher = await activateAndSettle({
			events: ['newNegativeFeedback', 'ratingFellBelowThreshold'],
			thresholds: [{ name: 'Minimum', percent }],
		});
		for (let count = 0; count < 10; count += 1) addFeedback(1);
		await passMinutes(60, watcher);
		expect(watcher.take().map(({ event }) => event)).toEqual(Array(10).fill('newNegativeFeedback'));
		const reported: string[] = [];
		for (let day = 1; day <= 6; day += 1) {
			passTime(24 * 60 * MINUTE);
			await passMinutes(3, watcher);
			// The report requested a day ago is read first, then today's.
			reported.push(...watcher.take().map(({ event }) => `day ${day}: ${String(event)}`));
		}
		expect(reported).toEqual(['day 4: ratingFellBelowThreshold']);
	});

	/** Events with the minute at which they were reported. */
	const reportedUntil = async (watcher: Watcher, until: number): Promise<string[]> => {
		const reported: string[] = [];
		while (watcher.minute < until) {
			await passMinutes(1, watcher);
			reported.push(...watcher.take().map(({ event }) => `${watcher.minute}: ${String(event)}`));
		}
		return reported;
	};

	it('is evaluated once with the next totals, without feedback that these do not include', async () => {
		const percent = cutOff(ratingOf(truth()) - 0.5);
		const watcher = await activateAndSettle({
			events: ['newNeutralFeedback', ...RATING_EVENTS],
			thresholds: [{ name: 'Minimum', percent }],
		});
		await passMinutes(60, watcher);
		const added = Array.from({ length: 10 }, () => addFeedback(3, '', { date: SETTLED_DAY }));
		expect(await reportedUntil(watcher, 355)).toEqual(Array(10).fill('88: newNeutralFeedback'));
		expect(await reportedUntil(watcher, 425)).toEqual(['360: ratingFellBelowThreshold']);
		// Removed, but the totals do not show it yet.
		for (const { orderId } of added) world().removeFeedback('demo', orderId);
		expect(await reportedUntil(watcher, 715)).toEqual([]);
		expect(await reportedUntil(watcher, 760)).toEqual(['719: ratingRecovered']);
		expect(watcher.thrown).toEqual([]);
	});

	it('is evaluated once by totals that arrive after the feedback report of their time', async () => {
		const before = truth();
		const watcher = await activateAndSettle({
			events: ['newNegativeFeedback', 'ratingFellBelowThreshold'],
			thresholds: [{ name: 'Minimum', percent: cutOff(ratingOf(before)) }],
			options: { metricsEveryMinutes: 120, totalsFrom: 'report' },
		});
		await passMinutes(90, watcher);
		expect(watcher.take()).toEqual([]);
		addFeedback(2, 'bad', { date: SETTLED_DAY });
		const fault = watching.sandbox.faults.add({
			kind: 'expiredDocument',
			reportType: 'GET_SALES_AND_TRAFFIC_REPORT',
			times: 'always',
		});
		await passMinutes(30, watcher);
		expect(watcher.minute).toBe(123);
		const [news, ...others] = watcher.take();
		expect(others).toEqual([]);
		expect(news).toMatchObject({
			event: 'newNegativeFeedback',
			observedAt: '2026-11-23T19:56:00.000Z',
			ratingNow: { ...before, asOf: '2026-11-23T18:58:00.000Z' },
		});
		expect(fault.fired).toBeGreaterThan(0);
		fault.remove();

		// Before the next feedback report is requested.
		await passMinutes(20, watcher);
		const read = watching.count('getReportDocument');
		expect(watcher.reported).toHaveLength(1);
		expect(watcher.reported[0]).toMatchObject({
			event: 'ratingFellBelowThreshold',
			observedAt: '2026-11-23T19:56:00.000Z',
			ratingNow: { ...truth(), asOf: '2026-11-23T19:56:00.000Z' },
			source: expect.stringContaining('GET_SELLER_FEEDBACK_DATA'),
		});
		await passMinutes(60, watcher);
		expect(watcher.reported).toHaveLength(1);
		// The report read again was not downloaded again.
		expect(watching.count('getReportDocument') - read).toBeLessThanOrEqual(3);
	});

	it('is compared with feedback requested together with the totals, even at a long feedback interval', async () => {
		const watcher = await activateAndSettle({
			events: ['ratingFellBelowThreshold'],
			thresholds: [{ name: 'Minimum', percent: cutOff(ratingOf(truth())) }],
			options: EVERY_NINETY_MINUTES,
		});
		addFeedback(1, 'bad', { date: SETTLED_DAY });
		expect(await reportedUntil(watcher, 130)).toEqual(['90: ratingFellBelowThreshold']);
		expect(watching.minutesOf('createReport')).toEqual([0, 89]);
		expect(watching.minutesOf('createQuery')).toEqual([0, 89]);
	});

	it('needs no feedback reports other than those that are requested anyway', async () => {
		const watcher = await activateAndSettle({ options: { metricsEveryMinutes: 60 } });
		await passMinutes(92, watcher);
		expect(watching.minutesOf('createReport')).toEqual([0, 29, 58, 87]);
		expect(watching.minutesOf('createQuery')).toEqual([0, 59]);
	});

	it('with too few ratings is not evaluated', async () => {
		const watcher = await watching.activate({
			events: RATING_EVENTS,
			marketplaces: [MX],
			thresholds: [{ name: 'All', percent: 100 }],
			options: { ...EVERY_NINETY_MINUTES, lookBackDays: 5 },
		});
		await watcher.poll();
		await passMinutes(3, watcher);
		expect(truth(MX).negative).toBeGreaterThan(0);
		for (let rest = 10 - truth(MX).total; rest > 1; rest -= 1) {
			addFeedback(1, '', { marketplaceId: MX, date: SETTLED_DAY });
		}
		await passMinutes(UNTIL_EVALUATED, watcher);
		expect(watcher.reported).toEqual([]);
		addFeedback(1, '', { marketplaceId: MX, date: SETTLED_DAY });
		const alarms = Object.keys(watcher.place(MX).alarms as IDataObject);
		expect(alarms.filter((key) => key.startsWith('rating/'))).toEqual([]);
		await passMinutes(UNTIL_EVALUATED, watcher);
		expect(truth(MX).total).toBe(10);
		// The first evaluated rating is the baseline.
		expect(watcher.reported).toEqual([]);
		expect(watcher.place(MX).alarms).toMatchObject({
			'rating/365/100': { raised: true, changes: 0, by: '0.5/10' },
		});
	});
});

const HEALTH_EVENTS = [
	'accountStatusChanged',
	'orderDefectRateAboveTarget',
	'orderDefectRateRecovered',
];

const setDefects = (
	fulfilledBy: 'AMAZON' | 'MERCHANT',
	ordersWithDefects: number,
	orders: number,
): void => world().setDefects('demo', US, { fulfilledBy, ordersWithDefects, orders });

describe('account health', () => {
	it('reports each change of the account status once', async () => {
		world().setAccountStatus('demo', US, 'NORMAL');
		const watcher = await activateAndSettle({
			events: ['accountStatusChanged'],
			options: { metricsEveryMinutes: 10 },
		});
		world().setAccountStatus('demo', US, 'AT_RISK');
		await passMinutes(UNTIL_REPORTED, watcher);
		world().setAccountStatus('demo', US, 'DEACTIVATED');
		await passMinutes(UNTIL_REPORTED, watcher);
		world().setAccountStatus('demo', US, 'AT_RISK');
		await passMinutes(UNTIL_REPORTED, watcher);
		expect(watcher.reported.map(({ before, after }) => [before, after])).toEqual([
			[{ accountStatus: 'NORMAL' }, { accountStatus: 'AT_RISK' }],
			[{ accountStatus: 'AT_RISK' }, { accountStatus: 'DEACTIVATED' }],
			[{ accountStatus: 'DEACTIVATED' }, { accountStatus: 'AT_RISK' }],
		]);
		expect(new Set(watcher.reported.map(({ eventId }) => eventId)).size).toBe(3);
		expect(watcher.reported[0]).toMatchObject({
			event: 'accountStatusChanged',
			summary: expect.stringMatching(
				/^Harbor & Pine Home, United States: The account status changed from NORMAL to AT_RISK\. Rating: [\d.]+% of \d+ in the last 365 days, counted through 2026-11-19$/,
			),
			orderId: null,
			removal: null,
			changed: ['accountStatus'],
			ratingNow: { ...truth(), provenance: 'derived' },
			source: expect.stringMatching(/^GET_V2_SELLER_PERFORMANCE_REPORT 5\d+$/),
		});
		expectToMatchOutputSchema('AmazonSellerFeedbackTrigger', undefined, watcher.reported);
	});

	it('reports once that an order defect rate is not under its target, and that it recovered', async () => {
		world().setAccountStatus('demo', US, 'NORMAL');
		setDefects('MERCHANT', 9, 1000);
		setDefects('AMAZON', 0, 1000);
		const watcher = await activateAndSettle({
			events: HEALTH_EVENTS,
			options: { metricsEveryMinutes: 10, includeRating: false },
		});
		const step = async (ordersWithDefects: number): Promise<IDataObject[]> => {
			setDefects('MERCHANT', ordersWithDefects, 1000);
			await passMinutes(UNTIL_REPORTED, watcher);
			return watcher.take();
		};
		const rate = (ordersWithDefects: number) => ({
			fulfilment: 'sellerFulfilled',
			percent: ordersWithDefects / 10,
			targetPercent: 1,
			orders: 1000,
			ordersWithDefects,
		});
		// Amazon requires a rate under the target; exactly at the target is not.
		const above = await step(10);
		expect(above).toHaveLength(1);
		expect(above[0]).toMatchObject({
			event: 'orderDefectRateAboveTarget',
			summary:
				'Harbor & Pine Home, United States: The order defect rate of orders you ship is not below its target of 1%: 1% (10 of 1000 orders)',
			before: rate(9),
			after: rate(10),
			changed: ['orderDefectRate'],
			ratingNow: { ratingPercent: null, provenance: 'insufficient' },
		});
		expectToMatchOutputSchema('AmazonSellerFeedbackTrigger', undefined, above);
		expect(await step(30)).toEqual([]);
		// Nine are 0.9%: the margin of 0.1 points is just met.
		const recovered = await step(9);
		expect(recovered).toHaveLength(1);
		expect(recovered[0]).toMatchObject({
			event: 'orderDefectRateRecovered',
			before: rate(30),
			after: rate(9),
		});
		expect(await step(9)).toEqual([]);
		setDefects('AMAZON', 20, 1000);
		await passMinutes(UNTIL_REPORTED, watcher);
		expect(watcher.reported).toHaveLength(1);
		expect(watcher.reported[0]?.after).toMatchObject({ fulfilment: 'amazonFulfilled', percent: 2 });
	});

	it('uses the chosen target and minimum number of orders', async () => {
		setDefects('MERCHANT', 0, 49);
		setDefects('AMAZON', 0, 1000);
		const watcher = await activateAndSettle({
			events: HEALTH_EVENTS.slice(1),
			options: {
				metricsEveryMinutes: 10,
				includeRating: false,
				defectTarget: 0.5,
				minimumOrders: 50,
			},
		});
		const step = async (ofMerchant: [number, number], ofAmazon: [number, number]) => {
			setDefects('MERCHANT', ...ofMerchant);
			setDefects('AMAZON', ...ofAmazon);
			await passMinutes(UNTIL_REPORTED, watcher);
			return watcher
				.take()
				.map(({ event, after }) => `${String(event)} ${String((after as IDataObject).percent)}`);
		};
		expect(await step([49, 49], [4, 1000])).toEqual([]);
		expect(await step([49, 49], [5, 1000])).toEqual(['orderDefectRateAboveTarget 0.5']);
		expect(await step([49, 49], [9, 2000])).toEqual([]);
		expect(await step([49, 49], [4, 1000])).toEqual(['orderDefectRateRecovered 0.4']);
	});

	it('already beyond its target is reported with a lookback', async () => {
		setDefects('MERCHANT', 20, 1000);
		setDefects('AMAZON', 1, 1000);
		const watcher = await watching.activate({
			events: HEALTH_EVENTS,
			options: { lookBackDays: 1, includeRating: false },
		});
		await watcher.poll();
		await passMinutes(UNTIL_REPORTED, watcher);
		expect(watcher.reported.map(({ event }) => event)).toEqual(['orderDefectRateAboveTarget']);
	});
});

describe('Fetch Test Event', () => {
	const BUSINESS_EVENTS = ['buyBoxShareFell', 'buyBoxShareRecovered', 'newPositiveFeedback'];
	const ALL_EVENTS = [...FEEDBACK_EVENTS, ...RATING_EVENTS, ...HEALTH_EVENTS, ...BUSINESS_EVENTS];

	/** Makes Amazon finish the reports that an active workflow requests. */
	const prepareReports = async (): Promise<void> => {
		await activateAndSettle({ events: ALL_EVENTS, id: 'active' });
	};

	const fetchOne = async (
		options: Parameters<typeof watching.activate>[0] = {},
	): Promise<Watcher> => {
		const watcher = await watching.activate({ ...options, manual: true });
		await watcher.poll();
		return watcher;
	};

	it('shows the newest feedback at once from an existing report, and stores nothing', async () => {
		await prepareReports();
		const { date, rating } = addFeedback(1, 'not in that report');
		expect([date, rating]).toEqual([TODAY, 1]);
		const newest = low()
			.slice(0, -1)
			.findLast((each) => each.rating < 3);
		const created = watching.count('createReport');
		const staticData = { 'node:Trigger': { state: { version: 1, marketplaces: {} } } };
		const watcher = await fetchOne({ events: ['newNegativeFeedback'], staticData });
		expect(watcher.thrown).toEqual([]);
		expect(watcher.reported).toHaveLength(1);
		expect(watcher.reported[0]).toMatchObject({
			event: 'newNegativeFeedback',
			eventId: expect.stringMatching(/^test\/US\//),
			summary: expect.stringMatching(
				/^Test event\. Harbor & Pine Home, United States: New negative feedback/,
			),
			orderId: newest?.orderId,
			before: null,
			after: { date: newest?.date, rating: newest?.rating, comment: newest?.comment },
			ratingNow: { provenance: 'derived' },
		});
		expectToMatchOutputSchema('AmazonSellerFeedbackTrigger', undefined, watcher.reported);
		expect(watcher.longestPollMs).toBeLessThan(1_000);
		expect(watching.count('createReport')).toBe(created);
		expect(watcher.trigger.staticData).toEqual(staticData);
		expect(watcher.trigger.isChanged).toBe(false);
	});

	it('does not affect what the active workflow reports', async () => {
		const active = await activateAndSettle();
		const { orderId } = addFeedback(2, 'bad');
		await fetchOne({ events: ['newNegativeFeedback'] });
		await passMinutes(40, active);
		expect(eventsOf(active.reported)).toEqual([`newNegativeFeedback ${orderId}`]);
	});

	it('requests a report if Amazon has none, and waits for it', async () => {
		const watcher = await fetchOne({ events: ['newNegativeFeedback'] });
		expect(watcher.thrown).toEqual([]);
		expect(watcher.reported).toHaveLength(1);
		expect(watcher.longestPollMs).toBeGreaterThan(19_000);
		expect(watcher.longestPollMs).toBeLessThan(40_000);
		expect(watching.count('createReport')).toBe(1);
		expect(watcher.reported[0]?.ratingNow).toMatchObject({
			notes: [expect.stringContaining('test event')],
		});
	});

	it('says that the report is not ready, and uses the same report later', async () => {
		watching.sandbox.faults.add({ kind: 'reportStuck' });
		const options = { marketplaces: [CA], options: { includeRating: false } };
		const [first, second] = [await fetchOne(options), await fetchOne(options)];
		for (const { thrown, reported, longestPollMs } of [first, second]) {
			expect(reported).toEqual([]);
			expect(thrown).toHaveLength(1);
			expect(thrown[0]?.message).toBe(
				'Could not fetch a test event: Amazon is still preparing the feedback report for Canada',
			);
			expect(thrown[0]?.description).toMatch(
				/^Fetch the test event again in a minute or two; .* Activate the workflow without a test event/,
			);
			expect(longestPollMs).toBeLessThan(45_000);
		}
		expect(watching.count('createReport')).toBe(1);
	});

	const expectCanceledMessage = async (includeRating: boolean): Promise<void> => {
		for (const { orderId } of low()) world().removeFeedback('demo', orderId);
		const watcher = await fetchOne({ options: { includeRating } });
		expect(watcher.reported).toEqual([]);
		expect(watcher.thrown).toHaveLength(1);
		expect(watcher.thrown[0]?.message).toMatch(
			/^Could not fetch a test event: Amazon canceled the feedback report for United States because there is nothing to report/,
		);
	};

	it.each([false, true])(
		'says that there is no feedback, with and without the rating: %p',
		expectCanceledMessage,
	);

	it('waits for all reports together, not one after the other', async () => {
		watching.sandbox.faults.add({ kind: 'reportStuck', times: 'always' });
		// The totals from Data Kiosk are enough for the Buy Box.
		const events = ALL_EVENTS.filter((event) => !BUSINESS_EVENTS.includes(event));
		const watcher = await fetchOne({ events });
		expect(watcher.thrown).toHaveLength(1);
		expect(watcher.thrown[0]?.message).toMatch(/: Amazon is still preparing the/);
		expect(watcher.longestPollMs).toBeLessThan(50_000);
		expect(watching.minutesOf('createReport')).toEqual([0, 0]);
		expect(watching.minutesOf('createQuery')).toEqual([0]);
	});

	it('waits for no other report after one was denied', async () => {
		watching.sandbox.faults.add({ kind: 'reportStuck', times: 'always' });
		watching.sandbox.roles.remove('demo', 'Brand Analytics');
		const watcher = await fetchOne({
			events: RATING_EVENTS,
			options: { totalsFrom: 'report' },
		});
		expect(watcher.thrown[0]?.message).toMatch(/denied access/);
		const calls = watching.requests;
		await sleep(700);
		// Of the other two reports, what was already sent may still arrive.
		expect(watching.requests).toBeLessThanOrEqual(calls + 2);
	});

	it.each([false, true])(
		'says that there is no feedback of the chosen kind, with and without the rating: %p',
		async (includeRating) => {
			for (const { orderId, rating } of low()) {
				if (rating === 3) world().removeFeedback('demo', orderId);
			}
			const watcher = await fetchOne({
				events: ['newNeutralFeedback'],
				options: { includeRating },
			});
			expect(watcher.thrown.map(({ message }) => message)).toEqual([
				'Could not fetch a test event: United States has no feedback of the chosen kind in the last year',
			]);
		},
	);

	it('returns an item for each event from existing reports', async () => {
		await prepareReports();
		for (const event of ALL_EVENTS) {
			// Amazon lets a seller list reports about once a minute.
			passTime(3 * MINUTE);
			const watcher = await fetchOne({ events: [event] });
			expect(watcher.thrown).toEqual([]);
			expect(watcher.reported).toHaveLength(1);
			expect(watcher.reported[0]).toMatchObject({ event, marketplace: 'US' });
			expect(watcher.reported[0]?.ratingNow).toMatchObject({ ...truth(), provenance: 'derived' });
			expectToMatchOutputSchema('AmazonSellerFeedbackTrigger', undefined, watcher.reported);
			expect(watcher.longestPollMs).toBeLessThan(1_000);
			expect(watcher.trigger.staticData).toEqual({});
		}
	});

	it.each([
		[
			'feedbackChanged',
			/^Feedback of \d stars? for order [\d-]+, shown as if it had changed(:|,) .+\. Rating: [\d.]+% of \d+ in the last 365 days, counted through 2026-11-19$/,
		],
		[
			'feedbackRemoved',
			/^Feedback of \d stars? for order [\d-]+, shown as if it had been removed(:|,) /,
		],
		[
			'ratingFellBelowThreshold',
			/^The rating is [\d.]+% of \d+ in 365 days; no change was observed$/,
		],
		['ratingRecovered', /^The rating is [\d.]+% of \d+ in 365 days; no change was observed$/],
		[
			'orderDefectRateAboveTarget',
			/^The order defect rate of orders \w+ ships? is [\d.]+% \(\d+ of \d+ orders\); no change was observed\. Rating: .+, counted through 2026-11-19$/,
		],
		[
			'orderDefectRateRecovered',
			/^The order defect rate of orders \w+ ships? is [\d.]+% \(\d+ of \d+ orders\); no change was observed\. Rating: .+, counted through 2026-11-19$/,
		],
		['accountStatusChanged', /^The account status is AT_RISK; no change was observed\. Rating: /],
		[
			'buyBoxShareFell',
			/^The Buy Box share is [\d.]+% of \d+ page views in the 7 days through 2026-11-19; no change was observed\. Rating: /,
		],
		[
			'newPositiveFeedback',
			/^\d+ new positive feedback (?:entry|entries) of 2026-11-\d\d; shown as if it were new\. Rating: /,
		],
	])('describes the current state and claims no change: %s', async (event, sentence) => {
		world().setAccountStatus('demo', US, 'AT_RISK');
		await prepareReports();
		passTime(3 * MINUTE);
		const watcher = await fetchOne({ events: [event] });
		const [item] = watcher.reported;
		expect(item).toMatchObject({ event, changed: [] });
		const summary = String(item?.summary);
		expect(summary).toMatch(/^Test event\. Harbor & Pine Home, United States: /);
		expect(summary.replace('Test event. Harbor & Pine Home, United States: ', '')).toMatch(
			sentence,
		);
	});

	const expectAnItemSoon = async (event: string): Promise<void> => {
		const { reported, thrown } = await fetchOne({ events: [event] });
		if (reported.length === 1) return;
		expect(thrown).toHaveLength(1);
		expect(thrown[0]?.message).toMatch(/: Amazon is still preparing the /);
		expect(thrown[0]?.description).toContain('a minute or two');
		passTime(MINUTE);
		expect((await fetchOne({ events: [event] })).reported).toHaveLength(1);
	};

	it.each(ALL_EVENTS)(
		'returns an item for %s without an existing report, or says that it takes a minute',
		expectAnItemSoon,
	);
});

describe('the state', () => {
	it('is not changed by polls that find no change, and stays small', async () => {
		const watcher = await activateAndSettle({
			marketplaces: [US, CA],
			options: { daysToWatch: 360 },
		});
		// Until Amazon makes the totals of the second marketplace, and the next feedback reports are read.
		await passMinutes(30, watcher);
		watcher.trigger.written();
		for (let minute = 0; minute < 20; minute += 1) {
			passTime(MINUTE);
			expect(await watcher.trigger.poll()).toEqual([]);
			expect(watcher.trigger.isChanged).toBe(false);
		}
		expect(JSON.stringify(watcher.trigger.staticData).length).toBeLessThan(10_000);
		addFeedback(1, 'bad');
		const reported: IDataObject[] = [];
		for (let minute = 0; minute < 30 && reported.length === 0; minute += 1) {
			passTime(MINUTE);
			reported.push(...(await watcher.trigger.poll()));
		}
		expect(reported).toHaveLength(1);
		expect(watcher.trigger.isChanged).toBe(true);
	});

	it.each([
		['of a later version', { version: 2, marketplaces: {} }],
		['of another shape', { version: 1, marketplaces: { [US]: { tellFrom: 'today' } } }],
		['of no shape', 'nonsense'],
	])('%s is neither used nor overwritten', async (_, state) => {
		const staticData = { 'node:Trigger': { state } } as IDataObject;
		const watcher = await watching.activate({ staticData });
		await watcher.poll();
		expect(watcher.reported).toEqual([]);
		expect(watcher.thrown).toHaveLength(1);
		expect(watcher.thrown[0]?.message).toMatch(
			/^Could not read the trigger's state: a newer version of this package/,
		);
		expect(watcher.thrown[0]?.description).toMatch(/^Update the package\. To start over instead/);
		expect(watcher.trigger.staticData).toEqual({ 'node:Trigger': { state } });
		expect(watching.count('createReport')).toBe(0);
	});
});
