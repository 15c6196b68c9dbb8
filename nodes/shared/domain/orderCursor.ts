import { DateTime } from 'luxon';
import { z } from 'zod';

/** Amazon's paging tokens live 24 hours; one is given up an hour before. */
const TOKEN_LIFE_HOURS = 23;

/** The newest change Amazon lets a search include lies two minutes back. */
const NEWEST_MINUTES = 2;

/** A search is not made narrower than that, nor is one so wide remembered as narrow. */
const NARROWEST_MS = 3_600_000;
const WIDEST_MS = 90 * 86_400_000;

const moment = z.string().datetime({ offset: true });

/**
 * How far a series of searches has come: small, plain data, to be kept between runs.
 * `since`: every order changed before it was handed on. `handedOn`: by order, the change it was
 * handed on with, as far back as a search may look again. `open`: a search that is not finished.
 * `sliceMs`: how long a range one search may cover, once a search turned out to be too long to finish.
 */
export const orderCursorSchema = z.object({
	version: z.literal(1),
	since: moment,
	handedOn: z.record(z.string()),
	sliceMs: z.number().positive().optional(),
	open: z
		.object({
			after: moment,
			until: moment,
			/** Absent before the first page. */
			token: z.object({ value: z.string(), at: moment }).optional(),
		})
		.optional(),
});

export type OrderCursor = z.infer<typeof orderCursorSchema>;

/** A search to make: orders changed from `after` to `until`, from a page on. ISO 8601 in UTC. */
export interface OrderSearchStep {
	readonly after: string;
	readonly until: string;
	readonly token?: string;
}

/** What of an order the cursor needs. */
interface ChangedOrder {
	readonly orderId: string;
	readonly updatedAt: string | null;
}

/** A cursor that has handed on nothing yet. */
export const cursorFrom = (since: string): OrderCursor => ({ version: 1, since, handedOn: {} });

/** The newest moment a search may go up to. */
export const newestSearchable = (now: string): string =>
	iso(utc(now).minus({ minutes: NEWEST_MINUTES }));

/**
 * The next step: the page after the last one where a search is open and its token still lives; a
 * narrower search from the same start where the token does not (what was handed on is not handed on
 * again); else a new search, that looks back a little, for Amazon may list a change late.
 * @param end where all searches end, ISO 8601 in UTC
 */
export function nextStep(
	cursor: OrderCursor,
	now: string,
	end: string,
	overlapMinutes: number,
): { readonly step: OrderSearchStep; readonly cursor: OrderCursor } {
	const { open, sliceMs = Infinity } = cursor;
	if (open !== undefined) {
		const { after, until, token } = open;
		if (token === undefined) return { step: { after, until }, cursor };
		const lives = utc(token.at).plus({ hours: TOKEN_LIFE_HOURS }) > utc(now);
		if (lives) return { step: { after, until, token: token.value }, cursor };
		return nextStep(narrowed(cursor), now, end, overlapMinutes);
	}
	const after = utc(cursor.since).minus({ minutes: overlapMinutes });
	const sliceEnd = utc(cursor.since).toMillis() + sliceMs;
	const until = sliceEnd < utc(end).toMillis() ? DateTime.fromMillis(sliceEnd) : utc(end);
	const step = { after: iso(DateTime.min(after, until)), until: iso(until) };
	return { step, cursor: { ...cursor, open: step } };
}

/**
 * The token of the open search is over: the search begins anew over half its range, and the next ones
 * cover no more, until they come to their end again.
 */
export function narrowed({ open, ...cursor }: OrderCursor): OrderCursor {
	if (open === undefined) return cursor;
	const from = DateTime.max(utc(open.after), utc(cursor.since));
	const length = utc(open.until).toMillis() - from.toMillis();
	const sliceMs = Math.max(NARROWEST_MS, Math.floor(length / 2));
	const until = DateTime.min(from.plus({ milliseconds: sliceMs }), utc(open.until));
	return { ...cursor, sliceMs, open: { after: open.after, until: iso(until) } };
}

/**
 * Takes in a page of the open search.
 * @param nextToken absent on the last page
 * @returns the orders that were not handed on yet with this change, and the cursor after them
 */
export function takePage<Order extends ChangedOrder>(
	cursor: OrderCursor,
	page: { readonly orders: readonly Order[]; readonly nextToken?: string },
	now: string,
	overlapMinutes: number,
): { readonly fresh: Order[]; readonly cursor: OrderCursor } {
	const handedOn = { ...cursor.handedOn };
	const fresh = page.orders.filter(({ orderId, updatedAt }) => {
		const isNew = handedOn[orderId] === undefined || handedOn[orderId] !== (updatedAt ?? '');
		handedOn[orderId] = updatedAt ?? '';
		return isNew;
	});
	const { open } = cursor;
	if (open === undefined) return { fresh, cursor: { ...cursor, handedOn } };
	if (page.nextToken !== undefined) {
		const token = { value: page.nextToken, at: now };
		return { fresh, cursor: { ...cursor, handedOn, open: { ...open, token } } };
	}
	// Only what the next search can meet again has to be remembered.
	const oldest = utc(open.until).minus({ minutes: overlapMinutes });
	const still = Object.entries(handedOn).filter(([, at]) => at === '' || utc(at) >= oldest);
	const sliceMs = (cursor.sliceMs ?? Infinity) * 2;
	return {
		fresh,
		cursor: {
			version: 1,
			since: open.until,
			handedOn: Object.fromEntries(still),
			...(sliceMs <= WIDEST_MS && { sliceMs }),
		},
	};
}

const utc = (isoText: string): DateTime => DateTime.fromISO(isoText, { zone: 'utc' });

const iso = (at: DateTime): string => at.toUTC().toISO() ?? '';
