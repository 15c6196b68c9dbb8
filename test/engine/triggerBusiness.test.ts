import './passingWaits';
import type { IDataObject } from 'n8n-workflow';

import { plusDays } from '../../nodes/shared/domain/calendar';
import { passTime } from './passingTime';
import {
	LAST_SETTLED,
	MINUTE,
	passMinutes,
	TODAY,
	US,
	useWatching,
	type ActivateOptions,
} from './watching';

const watching = useWatching();

const DAY = 24 * 60 * MINUTE;

/** Totals every twenty minutes. */
const OFTEN = { feedbackEveryMinutes: 20, metricsEveryMinutes: 20 };

/** Minutes until a change of the totals is reported, from Data Kiosk or from the report. */
const UNTIL_REPORTED = 44;

const world = () => watching.sandbox.world;

async function activate(options: ActivateOptions) {
	const watcher = await watching.activate(options);
	await watcher.poll();
	await passMinutes(4, watcher);
	return watcher;
}

describe('the Buy Box share', () => {
	const events = ['buyBoxShareFell', 'buyBoxShareRecovered'];
	const week = { from: plusDays(LAST_SETTLED, -6), to: LAST_SETTLED };
	const before = { from: plusDays(LAST_SETTLED, -34), to: plusDays(LAST_SETTLED, -7) };

	/** Σ(share × views) / Σ views of the sandbox's own record. */
	const trueShare = ({ from, to }: typeof week) => {
		const days = watching.sandbox.truth.shop('demo', US, { from, to });
		const views = days.reduce((sum, { pageViews }) => sum + pageViews, 0);
		const weighted = days.reduce((sum, day) => sum + day.buyBoxPercent * day.pageViews, 0);
		return { views, percent: weighted / views };
	};

	beforeEach(() => {
		world().setBuyBox('demo', US, { from: plusDays(TODAY, -400), to: TODAY, percent: 93 });
	});

	it.each([
		['dataKiosk', /^Data Kiosk query /],
		['report', /^GET_SALES_AND_TRAFFIC_REPORT /],
	])('that falls and recovers is reported once each, from %s', async (totalsFrom, source) => {
		const watcher = await activate({ events, options: { ...OFTEN, totalsFrom } });
		await passMinutes(UNTIL_REPORTED, watcher);
		expect(watcher.take()).toEqual([]);
		const usual = trueShare(before);
		world().setBuyBox('demo', US, { ...week, percent: 64 });
		await passMinutes(2 * UNTIL_REPORTED, watcher);
		const low = trueShare(week);
		const [fell, ...others] = watcher.take() as [IDataObject, ...IDataObject[]];
		expect(others).toEqual([]);
		expect(fell).toMatchObject({
			event: 'buyBoxShareFell',
			seller: 'Harbor & Pine Home',
			marketplace: 'US',
			orderId: null,
			before: asDays(before),
			after: { ...asDays(week), pageViews: low.views },
			changed: ['buyBoxShare'],
			removal: null,
			source: expect.stringMatching(source),
			summary: expect.stringMatching(
				/^Harbor & Pine Home, United States: The Buy Box share fell to 6\d\.?\d*% of \d+ page views in the 7 days through 2026-11-19, [\d.]+ points below the 9\d\.?\d*% of the 28 days through 2026-11-12\. Rating: [\d.]+% of \d+ in the last 365 days, counted through 2026-11-19$/,
			),
		});
		// The report lacks some days, and the item says which.
		const isWhole = (fell.before as IDataObject).pageViews === usual.views;
		const missing = expect.stringMatching(/^\d of the 28 days \(.+\) are left out/);
		expect(fell.notes).toEqual(isWhole ? [] : [missing]);
		const { buyBoxPercent, changePoints } = fell.after as { [name: string]: number };
		expect(buyBoxPercent).toBeCloseTo(low.percent, 1);
		expect(changePoints).toBeCloseTo(low.percent - usual.percent, 1);
		world().setBuyBox('demo', US, { ...week, percent: 92 });
		await passMinutes(2 * UNTIL_REPORTED, watcher);
		expect(watcher.take()).toMatchObject([
			{
				event: 'buyBoxShareRecovered',
				before: fell.before,
				summary: expect.stringContaining(': The Buy Box share has recovered to 9'),
			},
		]);
		expect(watcher.takeThrown()).toEqual([]);
	});

	it('needs no feedback report if nothing else does', async () => {
		const options = { ...OFTEN, includeRating: false };
		const watcher = await activate({ events, options });
		await passMinutes(UNTIL_REPORTED, watcher);
		expect(watching.count('createReport')).toBe(0);
		world().setBuyBox('demo', US, { ...week, percent: 64 });
		await passMinutes(2 * UNTIL_REPORTED, watcher);
		expect(watcher.take()).toMatchObject([
			{ event: 'buyBoxShareFell', ratingNow: { provenance: 'insufficient', ratingPercent: null } },
		]);
		expect(watching.count('createReport')).toBe(0);
	});

	it('is known to a new process, which reports nothing twice', async () => {
		const first = await activate({ events, options: OFTEN });
		await passMinutes(UNTIL_REPORTED, first);
		world().setBuyBox('demo', US, { ...week, percent: 64 });
		await passMinutes(2 * UNTIL_REPORTED, first);
		expect(first.take()).toHaveLength(1);
		watching.startNewProcess();
		const { staticData } = first.trigger;
		const second = await activate({ events, options: OFTEN, staticData });
		await passMinutes(2 * UNTIL_REPORTED, second);
		expect(second.take()).toEqual([]);
	});
});

it('positive feedback is reported per day, as many as there are, once its day is settled', async () => {
	const events = ['newPositiveFeedback'];
	const watcher = await activate({ events, options: OFTEN });
	await passMinutes(UNTIL_REPORTED, watcher);
	expect(watcher.take()).toEqual([]);
	// The first day is not reported, because part of it was before the activation.
	const days = [1, 2, 3].map((later) => plusDays(TODAY, later));
	for (const date of days) {
		passTime(DAY);
		world().addOrders({ count: 12, state: 'notYet' });
		if (date === days[1]) continue;
		for (const rating of [5, 4, 5, 3, 2] as const) world().addFeedback({ rating, date });
	}
	passTime(2 * DAY);
	await passMinutes(2 * UNTIL_REPORTED, watcher);
	const settled = (items: readonly IDataObject[]) =>
		items.map(({ event, after, before }) => ({ event, after, before }));
	const [first, , third] = days;
	expect(settled(watcher.take())).toEqual([
		{
			event: 'newPositiveFeedback',
			before: null,
			after: { date: first, positive: 3, neutral: 1, negative: 1 },
		},
	]);
	// Amazon adds to a day that was settled.
	world().addFeedback({ rating: 5, date: first });
	passTime(2 * DAY);
	await passMinutes(2 * UNTIL_REPORTED, watcher);
	const later = watcher.take();
	expect(settled(later)).toEqual([
		{
			event: 'newPositiveFeedback',
			before: { date: first, positive: 3 },
			after: { date: first, positive: 4, neutral: 1, negative: 1 },
		},
		{
			event: 'newPositiveFeedback',
			before: null,
			after: { date: third, positive: 3, neutral: 1, negative: 1 },
		},
	]);
	expect(later.map(({ summary }) => String(summary).split('. Rating: ')[0])).toEqual([
		`Harbor & Pine Home, United States: 1 more positive feedback entry of ${first} (4 in total)`,
		`Harbor & Pine Home, United States: 3 new positive feedback entries of ${third}`,
	]);
});

const asDays = ({ from, to }: { from: string; to: string }) => ({ from, through: to });
