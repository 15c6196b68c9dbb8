import { z } from 'zod';

import { HOUR_MS } from '../../shared/domain/calendar';
import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import { momentOf } from '../orders/newestRows';
import { isRetryable, SOLICITATION_OUTCOMES, type SolicitationOutcome } from './outcome';

/**
 * What a ledger of earlier runs says about an order:
 * - `requested`: a review was requested,
 * - `settled`: no review can be requested for it any more,
 * - `resting`: Amazon allowed no request some hours ago, which may change the next day,
 * - `open`: anything else.
 */
export type PastState = 'requested' | 'settled' | 'resting' | 'open';

export interface PastOrder {
	readonly state: PastState;
	/** Outcome of the row that decides; undefined for a list of order IDs. */
	readonly outcome?: string;
	/** When a review was requested or, if the order is not `requested`, may have been. ISO 8601 in UTC. */
	readonly requestedAt?: string;
	/** How many requests were made. */
	readonly attempts: number;
}

/** An order ID, with the row of a table that it is from, if it is. */
interface LedgerEntry {
	readonly value: string;
	readonly row?: Readonly<Record<string, unknown>>;
}

/** Orders of earlier runs, by order ID. */
export type PastOrders = ReadonlyMap<string, PastOrder>;

/** Outcomes after which Amazon accepts no more requests for the order. */
const REQUESTED: readonly string[] = ['sent', 'alreadyRequested'] satisfies SolicitationOutcome[];

/** Outcomes of a request that may have arrived. */
const UNCONFIRMED: readonly string[] = [
	'answerLost',
	'sentUnconfirmed',
] satisfies SolicitationOutcome[];

/** Outcomes that hardly change within a day, so that checking every hour would only cost calls. */
const RESTING: readonly string[] = [
	'notEligibleNow',
	'sentUnconfirmed',
] satisfies SolicitationOutcome[];

/** A little less than a day, so that a daily run checks every day. */
const REST_MS = 20 * HOUR_MS;

const moment = z
	.unknown()
	.transform(momentOf)
	.transform((at) => (Number.isFinite(at) ? at : undefined));

const rowSchema = z.object({
	outcome: z.string().nullish(),
	/** Sheets return text, some databases numbers. */
	tryAgainLater: z
		.union([z.boolean(), z.number(), z.string()])
		.transform((value) => /^(true|1)$/i.test(String(value).trim()))
		.nullish(),
	at: moment,
	requestedAt: moment,
	attempt: z.coerce.number().int().min(0).catch(0),
});

type LedgerRow = z.infer<typeof rowSchema>;

/**
 * Reads the rows of a ledger, in any order and with one or several rows per order. An order is
 * `requested` if any row says so; otherwise its newest row counts (the last one of several with the same
 * time). An entry that is not a row of a ledger means that a review was requested.
 * @param now epoch milliseconds
 */
export function* readPastOrders(entries: readonly LedgerEntry[], now: number): Steps<PastOrders> {
	const past = new Map<string, PastOrder>();
	const newest = new Map<string, LedgerRow>();
	let looked = 0;
	for (const { value, row } of entries) {
		if (looked % ENTRIES_PER_STEP === 0) yield;
		looked += 1;
		const isOfLedger = row !== undefined && ('outcome' in row || 'tryAgainLater' in row);
		const read = isOfLedger ? rowSchema.safeParse(row).data : undefined;
		if (read === undefined || REQUESTED.includes(read.outcome ?? '')) {
			past.set(value, earlier(past.get(value), requestOf(read)));
		} else if ((read.at ?? -Infinity) >= (newest.get(value)?.at ?? -Infinity)) {
			newest.set(value, read);
		}
	}
	for (const [orderId, row] of newest) {
		if (looked % ENTRIES_PER_STEP === 0) yield;
		looked += 1;
		if (!past.has(orderId)) past.set(orderId, withoutRequest(row, now));
	}
	return past;
}

function requestOf(row: LedgerRow | undefined): PastOrder {
	const sentAt = row?.outcome === 'sent' ? row.at : undefined;
	return {
		state: 'requested',
		outcome: row?.outcome ?? undefined,
		requestedAt: isoOf(row?.requestedAt ?? sentAt),
		attempts: row?.attempt ?? 0,
	};
}

/** Of two rows of an order with a request, the earlier one with a time. */
function earlier(one: PastOrder | undefined, other: PastOrder): PastOrder {
	if (one?.requestedAt === undefined) return other;
	return other.requestedAt !== undefined && other.requestedAt < one.requestedAt ? other : one;
}

function withoutRequest(row: LedgerRow, now: number): PastOrder {
	const outcome = row.outcome ?? '';
	const unconfirmedSince = UNCONFIRMED.includes(outcome) ? row.at : undefined;
	return {
		state: stateOf(row, now),
		outcome: row.outcome ?? undefined,
		requestedAt: isoOf(row.requestedAt ?? unconfirmedSince),
		attempts: row.attempt,
	};
}

function stateOf({ outcome, tryAgainLater, at }: LedgerRow, now: number): PastState {
	if (!(tryAgainLater ?? mayBeRetried(outcome))) return 'settled';
	const rests = RESTING.includes(outcome ?? '') && at !== undefined && at > now - REST_MS;
	return rests ? 'resting' : 'open';
}

const isoOf = (at: number | undefined): string | undefined =>
	at === undefined ? undefined : new Date(at).toISOString();

const mayBeRetried = (outcome: string | null | undefined): boolean =>
	isOutcome(outcome) && isRetryable(outcome);

const isOutcome = (text: string | null | undefined): text is SolicitationOutcome =>
	typeof text === 'string' && Object.hasOwn(SOLICITATION_OUTCOMES, text);
