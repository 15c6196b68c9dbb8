import { z } from 'zod';

import { LEFT_OUT_REASONS } from '../../shared/domain/coverage';
import { plusDays } from '../../shared/domain/ratingWindow';
import { BAD_ENDS } from './reportSchedule';

/** What the trigger remembers between polls. Small, and bounded in every part of it. */

const day = z.string().date();
const instant = z.string().datetime();
const count = z.number().int().nonnegative();

/** Reports that are watched. */
export const REPORT_KINDS = ['totals', 'feedback', 'health'] as const;

const cycleSchema = z.object({
	report: z.object({ id: z.string(), askedAt: instant }).optional(),
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

/** Hundreds of numbers for each marketplace, read at every poll: this takes a tenth of what zod takes. */
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
	/** Until the first feedback report is read: in it, feedback of this marketplace-local day and later is news. */
	tellFrom: day.optional(),
	feedback: feedbackSchema.optional(),
	/** Daily totals of the Sales and Traffic report. */
	totals: z
		.object({
			/** When the report was asked for; UTC. */
			asOf: instant,
			from: day,
			/** When Amazon made it, as a marketplace-local day. */
			madeOn: day.optional(),
			/** Received and negative of each day in turn; -1 for a day without totals, -2 for one not filled in. */
			counts: z.custom<readonly number[]>(isCounts),
		})
		.optional(),
	/** The rating last known, of this window. */
	rating: z
		.object({
			asOf: instant,
			days: count,
			positive: count,
			neutral: count,
			negative: count,
			coveredThrough: day.optional(),
			/** Days of the window that Amazon gave totals for. */
			coveredDays: count,
			coverage: coverageSchema.optional(),
			notes: z.array(z.string()),
		})
		.optional(),
	alarms: z.record(z.object({ raised: z.boolean(), changes: count, by: z.string().optional() })),
	/** Orders and orders with defects last known, by who ships them. */
	defects: z.record(z.object({ orders: count, ordersWithDefects: count })),
	account: z.object({ status: z.string(), changes: count }).optional(),
	/** Reports that no event needs at present: what happens meanwhile is never news. */
	unwatched: z.array(z.enum(REPORT_KINDS)).optional(),
	/** How often the watch of a report, or a part of it, began anew: tells its events from earlier ones. */
	restarts: z
		.object({ totals: count.optional(), feedback: count.optional(), health: count.optional() })
		.optional(),
	/** How the dates of the feedback report are read. */
	dateFormat: z.string().optional(),
	/** When the watch of the rating began anew. */
	ratingSince: instant.optional(),
	/** Why the rating could not be judged for days. */
	unjudged: z.object({ since: instant, why: z.string(), told: z.boolean() }).optional(),
	/** The credential was changed: what is remembered may be another seller's. */
	inDoubt: z.literal(true).optional(),
	/** The feedback report has lines that cannot be read. */
	unreadable: z.object({ since: instant, told: z.boolean() }).optional(),
	/** The Seller Performance report has parts that are watched and cannot be read. */
	healthUnreadable: z
		.object({ since: instant, parts: z.array(z.string()), told: z.boolean() })
		.optional(),
	reports: z.object({
		feedback: cycleSchema.optional(),
		totals: cycleSchema.optional(),
		health: cycleSchema.optional(),
	}),
});

/** What is remembered of one marketplace. */
export type MarketplaceWatch = z.infer<typeof marketplaceSchema>;

const VERSION = 1;

const stateSchema = z.object({
	version: z.literal(VERSION),
	/** ID of the credential, and of what it stands for: they tell sellers apart. */
	credential: z.string(),
	seller: z.string(),
	/** By marketplace ID. */
	marketplaces: z.record(marketplaceSchema),
	/** All that were ever watched: days are looked back to only once. */
	seen: z.array(z.string()).optional(),
});

export type WatchState = z.infer<typeof stateSchema>;

/**
 * Reads what an earlier poll wrote; undefined where it was written by a version that is not known
 * here, which must not be taken for nothing: all that happened since would go untold.
 * @param credential another one than before begins anew, for it may be another seller's
 * @param seller what the credential stands for; where it changed, by a new token or another seller's,
 * the next feedback report shows which
 */
export function readState(
	stored: unknown,
	credential: string,
	seller: string,
): WatchState | undefined {
	const nothing: WatchState = { version: VERSION, credential, seller, marketplaces: {} };
	if (stored === undefined) return nothing;
	const state = stateSchema.safeParse(stored).data;
	if (state === undefined) return undefined;
	if (state.credential !== credential) return nothing;
	if (state.seller === seller) return state;
	const inDoubt = Object.entries(state.marketplaces).map(
		([id, place]): [string, MarketplaceWatch] => [id, doubted(place)],
	);
	return { ...state, seller, marketplaces: Object.fromEntries(inDoubt) };
}

/** Reports of the one seller are not the other's, and his totals not to be held against other feedback. */
const doubted = (place: MarketplaceWatch): MarketplaceWatch => ({
	...place,
	totals: undefined,
	reports: {},
	inDoubt: true,
});

/**
 * A marketplace that is watched from now on. Of the day it begins a report cannot tell what came
 * before from what comes after, so without a look-back news begins with the next day.
 * @param at UTC
 * @param day the same as a marketplace-local day
 * @param lookBackDays days that are news too, that day included
 */
export const startWatch = (at: string, day: string, lookBackDays: number): MarketplaceWatch => ({
	began: at,
	beganOn: day,
	tellFrom: plusDays(day, 1 - lookBackDays),
	alarms: {},
	defects: {},
	reports: {},
});

/**
 * A marketplace whose watch begins anew: what there is by then is no news, whatever the days looked
 * back to.
 */
export const restart = (at: string, day: string): MarketplaceWatch => ({
	...startWatch(at, day, 0),
	restarts: { totals: 1, feedback: 1, health: 1 },
});

/** Names the watch of a report, for the IDs of its events. */
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
