import './passingWaits';
import type { IDataObject } from 'n8n-workflow';

import { passTime, setClockAhead } from './passingTime';
import { connect } from './sandboxCredential';
import {
	CA,
	cutOff,
	MINUTE,
	passMinutes,
	ratingOf,
	SETTLED_DAY,
	settledCounts,
	US,
	useWatching,
	type ActivateOptions,
	type Watcher,
} from './watching';

const watching = useWatching();

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const world = () => watching.sandbox.world;

const eventsOf = (items: readonly IDataObject[]) =>
	items.map(({ event, orderId }) => `${String(event)} ${String(orderId)}`).toSorted();

/** Activates the trigger with the state of another one. */
async function activate(options: ActivateOptions, before?: Watcher): Promise<Watcher> {
	const watcher = await watching.activate({ ...options, staticData: before?.trigger.staticData });
	await watcher.poll();
	await passMinutes(4, watcher);
	expect(watcher.takeThrown()).toEqual([]);
	return watcher;
}

/** Two months with negative feedback every ten days and no poll in between. */
function passTwoMonths(): void {
	for (let day = 0; day < 60; day += 1) {
		passTime(DAY);
		if (day % 10 === 0) world().addFeedback({ rating: 1, comment: `on day ${day}` });
	}
}

const NO_RATING = { options: { includeRating: false } };
const STATUS = ['accountStatusChanged'];
const BOTH = ['accountStatusChanged', 'newNegativeFeedback'];

describe('what happened while it was not chosen is not reported', () => {
	/** What happens from now on is reported once. */
	const expectNewsToBeReported = async (watcher: Watcher): Promise<void> => {
		const { orderId } = world().addFeedback({ rating: 1, comment: 'news' });
		await passMinutes(40, watcher);
		expect(eventsOf(watcher.take())).toEqual([`newNegativeFeedback ${orderId}`]);
	};

	it.each([0, 90])(
		'feedback that is chosen later, with a lookback of %i days',
		async (lookBackDays) => {
			const options = { options: { includeRating: false, lookBackDays } };
			const first = await activate({ events: STATUS, ...options });
			passTwoMonths();
			const second = await activate({ events: BOTH, ...options }, first);
			expect(second.take().filter(({ orderId }) => orderId !== null)).toEqual([]);
			await expectNewsToBeReported(second);
		},
	);

	it('feedback that was not chosen for two months and then is again', async () => {
		const first = await activate({ events: BOTH, ...NO_RATING });
		const without = await activate({ events: STATUS, ...NO_RATING }, first);
		passTwoMonths();
		await passMinutes(3, without);
		without.take();
		const again = await activate({ events: BOTH, ...NO_RATING }, without);
		expect(again.take()).toEqual([]);
		await expectNewsToBeReported(again);
	});

	it('but feedback that was watched only for the rating continues without a break', async () => {
		const first = await activate({ events: BOTH });
		const forRating = await activate({ events: STATUS }, first);
		await passMinutes(60, forRating);
		const again = await activate({ events: BOTH }, forRating);
		expect(again.take()).toEqual([]);
		await expectNewsToBeReported(again);
	});

	it('an account status and a defect rate', async () => {
		world().setAccountStatus('demo', US, 'NORMAL');
		world().setDefects('demo', US, { fulfilledBy: 'MERCHANT', ordersWithDefects: 0, orders: 1000 });
		const events = [...BOTH, 'orderDefectRateAboveTarget'];
		const first = await activate({ events });
		const without = await activate({ events: ['newNegativeFeedback'] }, first);
		world().setAccountStatus('demo', US, 'AT_RISK');
		world().setDefects('demo', US, {
			fulfilledBy: 'MERCHANT',
			ordersWithDefects: 50,
			orders: 1000,
		});
		passTime(60 * DAY);
		await passMinutes(3, without);
		without.take();
		const options = { metricsEveryMinutes: 10, lookBackDays: 10 };
		const again = await activate({ events, options }, without);
		await passMinutes(20, again);
		expect(again.take()).toEqual([]);
		world().setAccountStatus('demo', US, 'NORMAL');
		await passMinutes(20, again);
		expect(again.reported.map(({ event, before }) => ({ event, before }))).toEqual([
			{ event: 'accountStatusChanged', before: { accountStatus: 'AT_RISK' } },
		]);
	});

	it('a rating that crossed its threshold while Include Rating was turned off', async () => {
		const percent = cutOff(ratingOf(settledCounts(watching.sandbox)));
		const thresholds = [{ name: 'Minimum', percent }];
		const events = ['newNegativeFeedback', 'ratingFellBelowThreshold'];
		const first = await activate({ events, thresholds });
		const off = await activate({ events: ['newNegativeFeedback'], ...NO_RATING }, first);
		for (let count = 0; count < 40; count += 1) {
			world().addFeedback({ rating: 1, date: SETTLED_DAY });
		}
		passTime(2 * DAY);
		await passMinutes(40, off);
		off.take();
		const again = await activate(
			{ events, thresholds, options: { metricsEveryMinutes: 20, lookBackDays: 10 } },
			off,
		);
		await passMinutes(30, again);
		expect(again.reported).toEqual([]);
		expect(again.place().rating).toBeDefined();
	});

	it('a marketplace that is removed and added again, even with a lookback', async () => {
		const options = { options: { includeRating: false, lookBackDays: 90 } };
		const first = await activate({ marketplaces: [US, CA], ...options });
		expect(first.take().length).toBeGreaterThan(0);
		const without = await activate({ marketplaces: [US], ...options }, first);
		world().addFeedback({ rating: 1, marketplaceId: CA });
		const again = await activate({ marketplaces: [US, CA], ...options }, without);
		await passMinutes(10, again);
		expect(again.take()).toEqual([]);
		const { orderId } = world().addFeedback({ rating: 1, marketplaceId: CA });
		await passMinutes(40, again);
		expect(eventsOf(again.take())).toEqual([`newNegativeFeedback ${orderId}`]);
	});

	it('feedback whose dates are read in another format', async () => {
		const options = (dateFormat: string) => ({
			events: BOTH.slice(1),
			options: { includeRating: false, dateFormat },
		});
		// A day in January in the American format; with day and month swapped, it is in this month.
		world().addFeedback({ rating: 1, date: '2026-01-11' });
		const first = await activate(options('auto'));
		const second = await watching.activate({
			...options('dmy'),
			staticData: first.trigger.staticData,
		});
		await second.poll();
		await passMinutes(40, second);
		expect(second.take()).toEqual([]);
		const third = await activate(options('auto'), second);
		expect(third.take()).toEqual([]);
		await expectNewsToBeReported(third);
	});
});

describe("the machine's clock was ahead for five minutes", () => {
	it.each([
		['12 hours', 12, 1],
		['120 days', 120 * 24, 1],
		// Amazon refuses reports of times in the future, so nothing was stored in the meantime.
		['two years', 2 * 365 * 24, 0],
	])('by %s, which is reported once, and the watch continues at once', async (_, hours, times) => {
		const watcher = await activate({ events: ['newNegativeFeedback'] });
		await passMinutes(35, watcher);
		setClockAhead(hours * HOUR);
		watching.sandbox.clock.advance({ milliseconds: -hours * HOUR });
		await passMinutes(5, watcher);
		setClockAhead(0);
		watching.sandbox.clock.advance({ milliseconds: hours * HOUR });
		watcher.take();
		watcher.takeThrown();

		const added: string[] = [];
		for (let hour = 0; hour < 18; hour += 6) {
			added.push(`newNegativeFeedback ${world().addFeedback({ rating: 1 }).orderId}`);
			await passMinutes(45, watcher);
			expect(eventsOf(watcher.reported)).toEqual(added.toSorted());
			for (let minute = 45; minute < 360; minute += 45) {
				passTime(44 * MINUTE);
				await passMinutes(1, watcher);
			}
		}
		expect(watcher.thrown.map(({ message }) => message)).toEqual(
			Array(times).fill("Could not use stored times: this machine's clock was ahead"),
		);
	});

	it('while it waited after a failure, which does not wait longer than usual', async () => {
		const watcher = await activate(NO_RATING);
		watching.sandbox.faults.add({ kind: 'error503', operation: 'createReport', times: 'always' });
		setClockAhead(200 * DAY);
		await passMinutes(5, watcher);
		watching.sandbox.faults.clear();
		setClockAhead(0);
		watcher.takeThrown();
		const { orderId } = world().addFeedback({ rating: 1 });
		await passMinutes(45, watcher);
		expect(eventsOf(watcher.take())).toEqual([`newNegativeFeedback ${orderId}`]);
	});

	it('when the trigger was activated, and what happens later is reported', async () => {
		setClockAhead(120 * DAY);
		const watcher = await watching.activate(NO_RATING);
		await watcher.poll();
		await passMinutes(3, watcher);
		setClockAhead(0);
		await passMinutes(10, watcher);
		watcher.take();
		const { orderId } = world().addFeedback({ rating: 1 });
		await passMinutes(45, watcher);
		expect(eventsOf(watcher.take())).toContain(`newNegativeFeedback ${orderId}`);
	});
});

describe('a token of another seller, or one that Amazon does not accept', () => {
	it('that is refused for a while does not count as another seller', async () => {
		world().setAccountStatus('demo', US, 'NORMAL');
		const options = { includeRating: false, metricsEveryMinutes: 10 };
		const watcher = await activate({ events: STATUS, options });
		connect(watching.credentials, watching.sandbox, 'demo', { refreshToken: 'Atzr|other' });
		watching.sandbox.lwa.expireAccessTokens();
		await passMinutes(20, watcher);
		watcher.takeThrown();
		world().setAccountStatus('demo', US, 'AT_RISK');
		connect(watching.credentials, watching.sandbox);
		await passMinutes(70, watcher);
		expect(watcher.reported.map(({ event }) => event)).toEqual(['accountStatusChanged']);
	});
});

describe('a feedback entry in the reports of two watched marketplaces', () => {
	it('is reported once, and so is each of its changes', async () => {
		watching.sandbox.habits.set({ rowsOfOtherMarketplaces: true });
		const watcher = await watching.activate({ marketplaces: [US, CA] });
		await watcher.poll();
		await passMinutes(40, watcher);
		expect(watcher.take()).toEqual([]);
		const { world } = watching.sandbox;
		const { orderId } = world.addFeedback({ marketplaceId: US, rating: 1, comment: 'Broken' });
		await passMinutes(80, watcher);
		world.changeFeedback('demo', orderId, { rating: 2, comment: 'Broken, but answered' });
		await passMinutes(80, watcher);
		world.removeFeedback('demo', orderId);
		await passMinutes(80, watcher);
		expect(watcher.take().map((item) => [item['event'], item['orderId']])).toEqual([
			['newNegativeFeedback', orderId],
			['feedbackChanged', orderId],
			['feedbackRemoved', orderId],
		]);
		expect(watcher.takeThrown()).toEqual([]);
	});
});
