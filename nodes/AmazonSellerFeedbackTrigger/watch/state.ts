// cspell:ignore told tell

import { z } from 'zod';

import { LEFT_OUT_REASONS } from '../../shared/domain/coverage';
import { plusDays } from '../../shared/domain/calendar';
import { BAD_ENDS } from './reportSchedule';

/** The state that the trigger keeps between polls. It is small, and each part is bounded. */

const day = z.string().date();
const instant = z.string().datetime();
const count = z.number().int().nonnegative();

/** The reports that are watched. */
export const REPORT_KINDS = ['totals', 'feedback', 'health'] as const;

const scheduleSchema = z.object({
	report: z
		.object({
			id: z.string(),
			askedAt: instant,
			/** Set for a query to Data Kiosk instead of a report. */
			source: z.literal('dataKiosk').optional(),
		})
		.optional(),
	trouble: z
		.object({
			how: z.enum(BAD_ENDS),
			firstId: z.string(),
			reportId: z.string(),
			count,
			reason: z.string().optional(),
			told: z.boolean(),
		})
		.optional(),
});

const feedbackSchema = z.object({
	asOf: instant,
	since: day,
	rows: z.record(
		z.object({
			date: day,
			rating: z.number().int().min(1).max(5),
			comment: z.string(),
			commentDigest: z.string().optional(),
			responseDigest: z.string().optional(),
			changes: count,
			gone: z.literal(true).optional(),
		}),
	),
});

/** Hundreds of numbers per marketplace, read at every poll: this takes a tenth of the time zod takes. */
const isCounts = (value: unknown): boolean =>
	Array.isArray(value) && value.every((each) => Number.isInteger(each) && each >= -2);

const coverageSchema = z.object({
	from: day.nullable(),
	through: day.nullable(),
	daysCovered: count,
	daysLeftOut: z.array(
		z.object({ from: day, through: day, days: count, reason: z.enum(LEFT_OUT_REASONS) }),
	),
	reasons: z.array(z.string()),
});

const marketplaceSchema = z.object({
	/** When the watch began: UTC, and as a marketplace-local day. */
	began: instant,
	beganOn: day,
	/** Set until the first feedback report is read: feedback in it from this marketplace-local day on is reported. */
	tellFrom: day.optional(),
	feedback: feedbackSchema.optional(),
	/** Daily totals, from Data Kiosk or the Sales and Traffic report. */
	totals: z
		.object({
			/** When the query was created or the report requested; UTC. */
			asOf: instant,
			from: day,
			/** When Amazon made them, as a marketplace-local day. */
			madeOn: day.optional(),
			/** Two numbers per day, received and negative; both -1 for a day without totals, -2 for one not filled in. */
			counts: z.custom<readonly number[]>(isCounts),
			/** What is unusual about them, in sentences. */
			notes: z.array(z.string()).optional(),
		})
		.optional(),
	/** The latest rating, of this window. */
	rating: z
		.object({
			asOf: instant,
			days: count,
			positive: count,
			neutral: count,
			negative: count,
			coveredThrough: day.optional(),
			/** Days of the window that Amazon's totals cover. */
			coveredDays: count,
			coverage: coverageSchema.optional(),
			notes: z.array(z.string()),
		})
		.optional(),
	alarms: z.record(z.object({ raised: z.boolean(), changes: count, by: z.string().optional() })),
	/** From when on positive feedback is reported, and what is known of the last days, by day. */
	positives: z
		.object({
			since: day,
			days: z.record(day, z.object({ reported: count, notNegative: count })),
		})
		.optional(),
	/** The last day of the latest week whose Buy Box share was compared. */
	buyBox: z
		.object({
			through: day,
			/** The share from which it fell, and the last day of the week in which it had fallen. */
			fell: z
				.object({
					on: day,
					from: day.nullable(),
					through: day.nullable(),
					weighted: count,
					views: count.positive(),
				})
				.optional(),
		})
		.optional(),
	/** The latest orders and orders with defects, by who ships them. */
	defects: z.record(z.object({ orders: count, ordersWithDefects: count })),
	account: z.object({ status: z.string(), changes: count }).optional(),
	/** Reports that no event needs at present: what happens in the meantime is never reported. */
	unwatched: z.array(z.enum(REPORT_KINDS)).optional(),
	/** How often the watch of a report, or part of it, was restarted: distinguishes its events from earlier ones. */
	restarts: z
		.object({ totals: count.optional(), feedback: count.optional(), health: count.optional() })
		.optional(),
	/** How the dates of the feedback report are read. */
	dateFormat: z.string().optional(),
	/** When the watch of the rating was restarted. */
	ratingSince: instant.optional(),
	/** Why the rating could not be evaluated for days. */
	unjudged: z.object({ since: instant, why: z.string(), told: z.boolean() }).optional(),
	/** The credential was changed: the state may be another seller's. */
	inDoubt: z.literal(true).optional(),
	/** The feedback report has lines that cannot be read. */
	unreadable: z.object({ since: instant, told: z.boolean() }).optional(),
	/** The Seller Performance report has parts that are watched and cannot be read. */
	healthUnreadable: z
		.object({ since: instant, parts: z.array(z.string()), told: z.boolean() })
		.optional(),
	reports: z.object({
		feedback: scheduleSchema.optional(),
		totals: scheduleSchema.optional(),
		health: scheduleSchema.optional(),
	}),
});

/** The state of one marketplace. */
export type MarketplaceWatch = z.infer<typeof marketplaceSchema>;

/** Data Kiosk failed for the seller. */
const kioskTroubleSchema = z.object({
	kind: z.string(),
	why: z.string(),
	advice: z.string(),
	queryId: z.string().optional(),
	at: instant,
	count,
	told: z.boolean(),
});

const VERSION = 1;

const stateSchema = z.object({
	version: z.literal(VERSION),
	/** ID of the credential and of the seller it belongs to: they distinguish sellers. */
	credential: z.string(),
	seller: z.string(),
	/** By marketplace ID. */
	marketplaces: z.record(marketplaceSchema),
	/** All marketplaces that were ever watched: the lookback applies only once. */
	seen: z.array(z.string()).optional(),
	dataKiosk: kioskTroubleSchema.optional(),
});

export type WatchState = z.infer<typeof stateSchema>;

/**
 * Reads the state that an earlier poll saved; undefined if an unknown version saved it. Such a state
 * must not be treated as empty: what happened since would not be reported.
 * @param credential if it differs from the stored one, the state starts over, because it may be
 * another seller's
 * @param seller the seller of the credential; if it changed, it is a new token or another seller, and
 * the next feedback report shows which
 */
export function readState(
	stored: unknown,
	credential: string,
	seller: string,
): WatchState | undefined {
	const nothing: WatchState = { version: VERSION, credential, seller, marketplaces: {} };
	if (stored === undefined) return nothing;
	const state = checkedState(stored);
	if (state === undefined) return undefined;
	if (state.credential !== credential) return nothing;
	if (state.seller === seller) return state;
	const inDoubt = Object.entries(state.marketplaces).map(
		([id, place]): [string, MarketplaceWatch] => [id, doubted(place)],
	);
	const marketplaces = Object.fromEntries(inDoubt);
	return { ...state, seller, marketplaces, dataKiosk: undefined };
}

/**
 * The states that this process has read or made, by the object that n8n keeps between polls: with
 * many sellers, checking them at every poll would take most of its time.
 */
const checked = new WeakMap<object, WatchState>();

/** A state about to be stored, which later polls need not check. */
export function toStore(state: WatchState): WatchState {
	checked.set(state, state);
	return state;
}

function checkedState(stored: unknown): WatchState | undefined {
	if (typeof stored !== 'object' || stored === null) return undefined;
	const known = checked.get(stored);
	if (known !== undefined) return known;
	const state = stateSchema.safeParse(stored).data;
	if (state !== undefined) checked.set(stored, state);
	return state;
}

/** One seller's reports are not another's, and their totals must not be compared with other feedback. */
const doubted = (place: MarketplaceWatch): MarketplaceWatch => ({
	...place,
	totals: undefined,
	reports: {},
	inDoubt: true,
});

/**
 * A marketplace that is watched from now on. A report does not show what happened before the start
 * on the first day and what happened after it, so without a lookback, reporting begins with the
 * next day.
 * @param at UTC
 * @param day the same as a marketplace-local day
 * @param lookBackDays days to report too, including that day
 */
export const startWatch = (at: string, day: string, lookBackDays: number): MarketplaceWatch => ({
	began: at,
	beganOn: day,
	tellFrom: plusDays(day, 1 - lookBackDays),
	positives: { since: plusDays(day, 1 - lookBackDays), days: {} },
	alarms: {},
	defects: {},
	reports: {},
});

/**
 * A marketplace whose watch is restarted: what exists by then is not reported, even with a lookback.
 */
export const restart = (at: string, day: string): MarketplaceWatch => ({
	...startWatch(at, day, 0),
	restarts: { totals: 1, feedback: 1, health: 1 },
});

/** The name of a report's watch, for the IDs of its events. */
export function nameOfWatch(
	{ began, restarts }: MarketplaceWatch,
	kind: (typeof REPORT_KINDS)[number],
): string {
	const count = restarts?.[kind] ?? 0;
	return count === 0 ? began : `${began}/${count}`;
}

export const withRestart = (
	place: MarketplaceWatch,
	kind: (typeof REPORT_KINDS)[number],
): MarketplaceWatch => ({
	...place,
	restarts: { ...place.restarts, [kind]: (place.restarts?.[kind] ?? 0) + 1 },
});
