// cspell:ignore tell
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { DateTime } from 'luxon';

import { toItem } from '../../nodes/AmazonSellerFeedbackTrigger/items';
import { advance } from '../../nodes/AmazonSellerFeedbackTrigger/watch/advance';
import {
	WATCH_EVENTS,
	type Observation,
	type ReportKind,
	type WatchEvent,
	type WatchSettings,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/events';
import { noticesOf, withReported } from '../../nodes/AmazonSellerFeedbackTrigger/watch/notices';
import {
	readState,
	startWatch,
	type MarketplaceWatch,
	type WatchState,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/state';
import type { AccountHealth } from '../../nodes/shared/domain/accountHealth';
import { sentimentOf, type FeedbackRow } from '../../nodes/shared/domain/feedbackReport';
import { findMarketplace, type Marketplace } from '../../nodes/shared/domain/marketplaces';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { rationalFromPercent } from '../../nodes/shared/domain/rational';
import {
	BAD_ENDS,
	isStuck,
	nextStep,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/reportSchedule';
import { mutateJson } from '../engine/mutateJson';

export const covers = [
	...['advance', 'figures', 'notices', 'state'].map(
		(name) => `nodes/AmazonSellerFeedbackTrigger/watch/${name}.ts`,
	),
	'nodes/AmazonSellerFeedbackTrigger/items.ts',
	'nodes/AmazonSellerFeedbackTrigger/watch/feedback.ts',
	'nodes/AmazonSellerFeedbackTrigger/watch/alarm.ts',
	'nodes/AmazonSellerFeedbackTrigger/watch/reportSchedule.ts',
];

const MARKETPLACE_ID = 'ATVPDKIKX0DER';

export const words = [
	...['state', 'steps', 'settings', 'kind', 'feedback', 'totals', 'health', 'asked', 'nothing'],
	...['rows', 'day', 'minute', 'unreadable', 'rating', 'comment', 'response', 'order', 'gone'],
	...[
		'healthUnreadable',
		'parts',
		'inDoubt',
		'tellFrom',
		'alarms',
		'defects',
		'account',
		'reports',
		'trouble',
		'changes',
	],
	...[...BAD_ENDS, ...WATCH_EVENTS, MARKETPLACE_ID],
	...['2026-03-31', '2026-02-31', '9999-12-31', '0000-01-01', '2026-03-31T08:00:00.000Z'],
	...['100-0000000-0000001', 'rating/30/95', 'orderDefectRate/sellerFulfilled'],
];

export const mutate = mutateJson(words);

/** The code under test; a test of these checks passes broken versions. */
export interface Watch {
	readonly readState: typeof readState;
	readonly advance: typeof advance;
}

/**
 * The trigger's memory. The input is a JSON document: `state` is the content of n8n's static data,
 * any value; `steps` are what the reports then show, completed by the target, because a poll checks
 * them first; `settings` are the trigger's.
 */
export function fuzz(data: Buffer): void {
	check(data, { readState, advance });
}

const CREDENTIAL = 'credential';
const SELLER = 'seller';

export function check(data: Buffer, watch: Watch): void {
	const input = recordOf(parsed(data.toString()));
	const state = watch.readState(input.state, CREDENTIAL, SELLER);
	// Refused: the poll fails with an error and keeps its state.
	if (state === undefined) return;
	checkStored(state, watch);

	const settings = settingsOf(recordOf(input.settings));
	const marketplace = findMarketplace(MARKETPLACE_ID) as Marketplace;
	const place = state.marketplaces[MARKETPLACE_ID] ?? startWatch(instantOf(0, 0), dayOf(0), 0);
	let current = deeplyFrozen(place);
	for (const step of listOf(input.steps).slice(0, 5)) {
		const observation = deeplyFrozen(observationOf(recordOf(step)));
		const { state: next, events } = watch.advance(current, observation, settings);
		checkRepeated(current, next, events, observation, settings, watch);
		checkEvents(events, current, observation, settings);
		checkItems(events, marketplace);
		checkStored({ ...state, marketplaces: { [MARKETPLACE_ID]: next } }, watch);
		checkNotices(next);
		current = deeplyFrozen(next);
	}
}

/** What is written is read back unchanged, and contains no address. */
function checkStored(state: WatchState, watch: Watch): void {
	const text = JSON.stringify(state);
	ok(!text.includes(ADDRESS), 'an address in the state');
	const stored: unknown = JSON.parse(text);
	deepStrictEqual(watch.readState(stored, CREDENTIAL, SELLER), stored, 'the state read back');
}

/** Repeats the observation: the old state gives the same result, the new one gives no events. */
function checkRepeated(
	before: MarketplaceWatch,
	after: MarketplaceWatch,
	events: readonly WatchEvent[],
	observation: Observation,
	settings: WatchSettings,
	watch: Watch,
): void {
	const again = watch.advance(before, observation, settings);
	deepStrictEqual(again, { state: after, events }, 'the same result from the same state');
	const twice = watch.advance(after, observation, settings);
	deepStrictEqual(twice.events, [], 'nothing is reported twice');
}

/** What is reported is true, according to the report and the previous state. */
function checkEvents(
	events: readonly WatchEvent[],
	before: MarketplaceWatch,
	observation: Observation,
	settings: WatchSettings,
): void {
	strictEqual(new Set(events.map(({ id }) => id)).size, events.length, 'each event has its own ID');
	const rows = 'rows' in observation ? observation.rows : [];
	for (const event of events) {
		ok(settings.events.includes(event.event), `${event.event} was not selected`);
		if (!('change' in event)) continue;
		const { orderId, before: known, after } = event.change;
		const remembered = before.feedback?.rows[orderId];
		if (after !== undefined) {
			ok(rows.includes(after), `${event.event} for a row that is not in the report`);
			strictEqual(after.orderId, orderId);
		}
		if (known !== undefined) strictEqual(known.rating, remembered?.rating, 'the rating before');
		switch (event.event) {
			case 'newNegativeFeedback':
				ok(after !== undefined && after.rating < 3, 'negative feedback has 1 or 2 stars');
				break;
			case 'newNeutralFeedback':
				strictEqual(after?.rating, 3);
				break;
			case 'feedbackChanged':
				ok(remembered !== undefined, 'what changed was in the state');
				break;
			case 'feedbackRemoved':
				ok(remembered !== undefined && !remembered.gone, 'what was removed was in the state');
				ok(
					after === undefined || after.sentiment === 'positive',
					'what was removed is not in the report',
				);
				ok(
					after !== undefined || rows.every((row) => row.orderId !== orderId),
					'it is in the report',
				);
		}
	}
}

function checkItems(events: readonly WatchEvent[], marketplace: Marketplace): void {
	const report = { id: '1', askedAt: instantOf(0, 0) };
	for (const event of events) {
		const text = JSON.stringify(toItem(event, marketplace, 'feedback', report));
		ok(!text.includes(ADDRESS), 'an address in an item');
		ok(!/undefined|NaN|Infinity|\[object/.test(event.id), `event ID ${event.id}`);
	}
}

/** A notice is reported once, and the next due time can be computed for any state. */
function checkNotices(state: MarketplaceWatch): void {
	const after = noticesOf(state, 'Germany').reduce(
		(next, { about }) => withReported(next, about),
		state,
	);
	deepStrictEqual(noticesOf(after, 'Germany'), []);
	for (const cycle of Object.values(state.reports)) {
		const step = nextStep(cycle, DateTime.fromISO(instantOf(0, 0)), 30, undefined);
		ok(['ask', 'collect', 'rest'].includes(step), step);
		if (cycle.report) strictEqual(typeof isStuck(cycle.report.askedAt, DateTime.utc()), 'boolean');
	}
}

const FIRST_DAY = '2026-03-01';

/** The address of every buyer. */
const ADDRESS = 'canary@marketplace.amazon.com';

const KINDS = ['feedback', 'totals', 'health', 'asked', 'nothing', 'feedbackForTotals'] as const;
const REPORTS: readonly ReportKind[] = ['feedback', 'totals', 'health'];

function observationOf(step: Record<string, unknown>): Observation {
	const kind = KINDS.find((each) => each === step.kind) ?? 'feedback';
	const report = REPORTS[wholeOf(step.report, 3)] ?? 'feedback';
	const [day, minute] = [wholeOf(step.day, 400), wholeOf(step.minute, 1440)];
	const at = instantOf(day, minute);
	const id = `R${wholeOf(step.id, 10)}`;
	switch (kind) {
		case 'asked':
			return { kind, report, id, at };
		case 'nothing': {
			const how = BAD_ENDS[wholeOf(step.how, BAD_ENDS.length)] ?? 'FATAL';
			return { kind, report, id, how, today: dayOf(day) };
		}
		case 'totals':
			return { kind, asOf: at, daily: dailyOf(listOf(step.rows)) };
		case 'health':
			return { kind, asOf: at, health: healthOf(step) };
		default:
			return {
				kind,
				asOf: at,
				today: dayOf(day),
				from: plusDays(dayOf(day), -365),
				rows: listOf(step.rows).slice(0, 50).map(rowOf),
				unreadable: wholeOf(step.unreadable, 3),
			};
	}
}

function rowOf(value: unknown): FeedbackRow {
	const { day, rating, comment, response, order } = recordOf(value);
	const stars = 1 + wholeOf(rating, 5);
	return {
		line: 2,
		date: dayOf(wholeOf(day, 400)),
		rating: stars,
		sentiment: sentimentOf(stars),
		comment: typeof comment === 'string' ? comment : '',
		response: typeof response === 'string' ? response : '',
		orderId: `100-0000000-${String(wholeOf(order, 10_000_000)).padStart(7, '0')}`,
		raterEmail: ADDRESS,
	};
}

const dailyOf = (rows: readonly unknown[]) =>
	rows.map((row) => {
		const { day, received, negative } = recordOf(row);
		const all = wholeOf(received, 1000);
		return { date: dayOf(wholeOf(day, 400)), received: all, negative: wholeOf(negative, all + 1) };
	});

function healthOf(step: Record<string, unknown>): AccountHealth {
	const { orders, defects, target, status } = step;
	const count = wholeOf(orders, 1000);
	const rate = {
		orders: count,
		ordersWithDefects: wholeOf(defects, count + 1),
		targetPercent: wholeOf(target, 100) / 7,
	};
	const parts = ['orderDefectRate.mfn', 'accountStatuses.status'];
	const unreadable = parts.slice(0, wholeOf(step.unreadable, parts.length + 1));
	// The fields of the report that the trigger reads.
	return {
		sellerFulfilled: unreadable.length > 0 ? null : rate,
		amazonFulfilled: null,
		accountStatus: typeof status === 'string' && unreadable.length < 2 ? status : null,
		unreadable,
	} as unknown as AccountHealth;
}

function settingsOf(input: Record<string, unknown>): WatchSettings {
	const {
		days,
		events,
		reportPresent,
		reportChangedResponses,
		percent,
		margin,
		minimum,
		ratingDays,
	} = input;
	const wanted = WATCH_EVENTS.filter((event) => listOf(events).includes(event));
	return {
		events: wanted.length > 0 ? wanted : WATCH_EVENTS,
		reportPresent: reportPresent === true,
		reportChangedResponses: reportChangedResponses === true,
		daysToWatch: 7 + wholeOf(days, 354),
		daysUntilSettled: wholeOf(minimum, 5) - 1,
		ratingDays: [30, 90, 365][wholeOf(ratingDays, 3)] ?? 365,
		thresholds: [95, wholeOf(percent, 101)]
			.filter((each, index, all) => all.indexOf(each) === index)
			.map((each) => ({ name: `${each}%`, percent: each, share: rationalFromPercent(each) })),
		minimumRatings: 1 + wholeOf(minimum, 20),
		ratingMargin: wholeOf(margin, 20) / 4,
		defectTarget: wholeOf(percent, 2) === 0 ? undefined : 1,
		defectMargin: wholeOf(margin, 20) / 4,
		minimumOrders: 1 + wholeOf(minimum, 20),
		buyBoxDrop: 1 + wholeOf(percent, 100),
		buyBoxMargin: wholeOf(margin, 20) / 4,
		minimumPageViews: 1 + wholeOf(minimum, 20),
	};
}

const DAYS = Array.from({ length: 400 }, (_, day) => plusDays(FIRST_DAY, day));

const dayOf = (day: number): string => DAYS[day] ?? FIRST_DAY;

const instantOf = (day: number, minute: number): string =>
	new Date(Date.parse(`${dayOf(day)}T00:00:00Z`) + minute * 60_000).toISOString();

/** A whole number from 0 to below the limit, derived from any value. */
const wholeOf = (value: unknown, limit: number): number =>
	typeof value === 'number' && Number.isFinite(value) ? Math.abs(Math.trunc(value)) % limit : 0;

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const recordOf = (value: unknown): Record<string, unknown> =>
	typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Existing state may not be changed by new observations. */
function deeplyFrozen<Value>(value: Value): Value {
	if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
		Object.freeze(value);
		Object.values(value).forEach(deeplyFrozen);
	}
	return value;
}
