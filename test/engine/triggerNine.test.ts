import './passingWaits';
import { DateTime } from 'luxon';

import type { WatchState } from '../../nodes/AmazonSellerFeedbackTrigger/watch/state';
import type { FeedbackEvent } from '../../sandbox';
import { passTime } from './passingTime';
import { connect } from './sandboxCredential';
import { MINUTE, useWatching, type Watcher } from './watching';

/**
 * A seller with nine marketplaces for three days, with Amazon's own limits for operations and report
 * types, and with Amazon's worst habits.
 */

const watching = useWatching({ reportDelayMs: 50_000 });

const SELLER = 'europe';
const DAYS = 3;
/** Minutes; the defaults. */
const FEEDBACK_EVERY = 30;
const METRICS_EVERY = 360;
const THRESHOLD = 95;

const FEEDBACK = 'GET_SELLER_FEEDBACK_DATA';
const TOTALS = 'GET_SALES_AND_TRAFFIC_REPORT';
const HEALTH = 'GET_V2_SELLER_PERFORMANCE_REPORT';

const world = () => watching.sandbox.world;
const places = () => watching.sandbox.sellers[SELLER]?.marketplaces ?? [];
const idOf = (countryCode: string): string =>
	places().find(({ marketplace }) => marketplace.countryCode === countryCode)?.marketplace.id ?? '';
const codeOf = (id: string): string =>
	places().find(({ marketplace }) => marketplace.id === id)?.marketplace.countryCode ?? id;

/** Feedback of settled days, either of 1 to 3 stars or of 4 and 5. */
const settled = (countryCode: string, isLow: boolean) => {
	const before = DateTime.utc().minus({ days: 20 }).toISODate();
	const after = DateTime.utc().minus({ days: 80 }).toISODate();
	return places()
		.find(({ marketplace }) => marketplace.countryCode === countryCode)
		?.feedback.filter(
			({ date, rating }) => rating <= 3 === isLow && date < before && date > after,
		) as ReadonlyArray<{ orderId: string; date: string; rating: number }>;
};

const ratingOf = (countryCode: string): number => {
	const { positive, neutral, negative } = watching.sandbox.truth.rating(SELLER, idOf(countryCode))[
		'365'
	];
	return (100 * positive) / (positive + neutral + negative);
};

const CODES = ['DE', 'FR', 'IT', 'ES', 'NL', 'BE', 'PL', 'SE', 'GB'];

const add = (countryCode: string, rating: 1 | 2 | 3, comment: string) =>
	world().addFeedback({ sellerKey: SELLER, marketplaceId: idOf(countryCode), rating, comment });

/** What happens at which minute. */
const ACTIONS: Readonly<Record<number, () => void>> = {
	// In all marketplaces at once, and the first feedback ever in Belgium.
	65: () => CODES.forEach((code, index) => add(code, index % 2 === 0 ? 1 : 3, `Zu spät ${code}`)),
	// Feedback of settled days, which counts in the rating at once.
	600: () => {
		while (ratingOf('DE') >= THRESHOLD - 0.3) {
			const [good] = settled('DE', false);
			world().changeFeedback(SELLER, good?.orderId ?? '', { rating: 1, comment: 'Doch nicht gut' });
		}
	},
	1445: () => {
		for (const code of ['FR', 'IT', 'GB']) {
			const [low] = settled(code, true);
			world().changeFeedback(SELLER, low?.orderId ?? '', {
				comment: `Changed my mind, ${code}:\nworse\r\nthan I thought`,
			});
		}
	},
	1800: () => {
		world().setDefects(SELLER, idOf('GB'), {
			fulfilledBy: 'MERCHANT',
			orders: 200,
			ordersWithDefects: 5,
		});
		world().setAccountStatus(SELLER, idOf('FR'), 'AT_RISK');
	},
	2000: () => {
		for (const code of ['ES', 'NL', 'PL']) {
			const low = watching.sandbox.truth.feedback(SELLER, idOf(code)).at(-1);
			world().removeFeedback(SELLER, low?.orderId ?? '');
		}
	},
	2400: () => {
		while (ratingOf('DE') < THRESHOLD + 0.9) {
			const [low] = settled('DE', true);
			world().removeFeedback(SELLER, low?.orderId ?? '');
		}
	},
	3000: () => ['SE', 'BE', 'DE'].forEach((code) => add(code, 2, `Encore, ${code}`)),
	3500: () => {
		world().setDefects(SELLER, idOf('GB'), {
			fulfilledBy: 'MERCHANT',
			orders: 200,
			ordersWithDefects: 0,
		});
		world().setAccountStatus(SELLER, idOf('FR'), 'NORMAL');
	},
};

const LAST_MINUTE = DAYS * 1440;

/** Minutes. */
const IDLE_STEP = 6;

const nextAction = (minute: number): number =>
	Math.min(
		...Object.keys(ACTIONS)
			.map(Number)
			.filter((each) => each > minute),
		Infinity,
	);

const nameOf = ({ kind, before, after }: FeedbackEvent): string => {
	const isLow = (each: FeedbackEvent['before']) => each !== null && each.rating <= 3;
	if (!isLow(after)) return 'feedbackRemoved';
	if (kind !== 'added' && isLow(before)) return 'feedbackChanged';
	return after?.rating === 3 ? 'newNeutralFeedback' : 'newNegativeFeedback';
};

const EXPECTED_METRICS = [
	'DE ratingFellBelowThreshold',
	'DE ratingRecovered',
	'FR accountStatusChanged',
	'FR accountStatusChanged',
	'GB orderDefectRateAboveTarget',
	'GB orderDefectRateRecovered',
];

/** Report IDs by marketplace, as the trigger requested them. */
class Reports {
	readonly feedback = new Map<string, Map<string, number>>();

	look(watcher: Watcher): void {
		const { state } = watcher.trigger.staticData['node:Trigger'] as { state: WatchState };
		for (const code of CODES) {
			const report = state.marketplaces[idOf(code)]?.reports.feedback?.report;
			if (report === undefined) continue;
			const known = this.feedback.get(code) ?? new Map<string, number>();
			this.feedback.set(code, known.set(report.id, Date.parse(report.askedAt)));
		}
	}

	/** The greatest age, in minutes, that a report reached before the next one was read. */
	greatestAge(code: string): number {
		const read = new Map<string, number>();
		for (const { operation, path, at } of watching.sandbox.requests) {
			if (operation === 'getReport') read.set(path.split('/').at(-1) ?? '', Date.parse(at));
		}
		const reports = [...(this.feedback.get(code) ?? [])];
		return reports.slice(1).reduce((greatest, [id], index) => {
			const asked = reports[index]?.[1] ?? NaN;
			return Math.max(greatest, ((read.get(id) ?? Date.now()) - asked) / MINUTE);
		}, 0);
	}
}

it('watches nine marketplaces for three days: reports each change once, no feedback report gets older than twice its interval, and no call is refused', async () => {
	connect(watching.credentials, watching.sandbox, SELLER);
	for (const code of CODES) {
		for (const fulfilledBy of ['MERCHANT', 'AMAZON'] as const) {
			const none = { fulfilledBy, orders: 200, ordersWithDefects: 0 };
			world().setDefects(SELLER, idOf(code), none);
		}
		world().setAccountStatus(SELLER, idOf(code), 'NORMAL');
	}
	const watcher = await watching.activate({
		credentialId: SELLER,
		events: [
			'accountStatusChanged',
			'feedbackChanged',
			'feedbackRemoved',
			'newNegativeFeedback',
			'newNeutralFeedback',
			'orderDefectRateAboveTarget',
			'orderDefectRateRecovered',
			'ratingFellBelowThreshold',
			'ratingRecovered',
		],
		marketplaces: CODES.map(idOf),
		thresholds: [{ name: 'Minimum', percent: THRESHOLD }],
	});
	const reports = new Reports();
	const began = Date.now();
	let polls = 0;
	for (let minute = 0; minute <= LAST_MINUTE; ) {
		watcher.minute = minute;
		ACTIONS[minute]?.();
		const before = watching.requests;
		await watcher.poll();
		polls += 1;
		// If nothing is happening, most minutes are skipped.
		const isIdle = watching.requests === before;
		if (!isIdle) reports.look(watcher);
		const next = Math.min(minute + (isIdle ? IDLE_STEP : 1), nextAction(minute));
		passTime((next - minute) * MINUTE);
		minute = next;
	}
	expect(Date.now() - began).toBeLessThan((LAST_MINUTE + 30) * MINUTE);

	const { truth, requests } = watching.sandbox;
	const counts = new Map<string, number>();
	for (const { reportType } of truth.reportRequests) {
		counts.set(reportType, (counts.get(reportType) ?? 0) + 1);
	}
	const ages = CODES.map((code) => [code, Math.round(reports.greatestAge(code))] as const);
	const refused = requests.filter(({ status }) => status === 429);
	const reported = watcher.reported.map(
		({ marketplace, event, orderId }) =>
			`${String(marketplace)} ${String(event)}${orderId === null ? '' : ` ${String(orderId)}`}`,
	);
	// The numbers of the run.
	console.info(
		[
			`Reports requested in ${DAYS} days: ${[...counts].map((each) => each.join(' ')).join(', ')}`,
			`Queries to Data Kiosk: ${truth.queryRequests.length}`,
			`Polls: ${polls}, calls: ${requests.length}, refused with 429: ${refused.length}`,
			`Greatest age of a feedback report, minutes: ${ages.map((each) => each.join(' ')).join(', ')}`,
			`Reported: ${reported.length}, thrown: ${watcher.thrown.map(({ minute, message }) => `${minute} ${message}`).join('; ')}`,
			`Longest poll: ${watcher.longestPollMs} ms`,
			...reported.filter((line) => line.split(' ').length === 2),
		].join('\n'),
	);

	const changes = truth
		.feedbackHistory(SELLER)
		.map((event) => `${codeOf(event.marketplaceId)} ${nameOf(event)} ${event.orderId}`);
	expect(reported.toSorted()).toEqual([...changes, ...EXPECTED_METRICS].toSorted());
	expect(new Set(watcher.reported.map(({ eventId }) => eventId)).size).toBe(reported.length);
	for (const [code, age] of ages) {
		expect([code, age > 0 && age <= 2 * FEEDBACK_EVERY]).toEqual([code, true]);
	}
	expect(refused).toEqual([]);
	expect(truth.reportRequests.filter(({ tooSoon }) => tooSoon)).toEqual([]);
	expect(counts.get(HEALTH)).toBeGreaterThanOrEqual(
		(CODES.length * LAST_MINUTE) / (2 * METRICS_EVERY),
	);
	// One query for all marketplaces in each interval, and at the start.
	expect(counts.get(TOTALS)).toBeUndefined();
	expect(truth.queryRequests.length).toBeGreaterThanOrEqual(LAST_MINUTE / METRICS_EVERY);
	expect(truth.queryRequests.length).toBeLessThanOrEqual(LAST_MINUTE / METRICS_EVERY + 1);
	expect(counts.get(FEEDBACK)).toBeGreaterThan(CODES.length * 100);
}, 900_000);
