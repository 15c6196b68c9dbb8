import { DateTime } from 'luxon';
import { z } from 'zod';

import { DAY_MS, HOUR_MS, millisOf } from '../../shared/domain/calendar';
import { instantSchema } from '../../shared/domain/instant';

/** Amazon's paging tokens are valid for 24 hours. One is discarded an hour before that. */
const TOKEN_LIFE_MS = 23 * HOUR_MS;

/** Amazon lets a search include changes up to two minutes ago. */
const NEWEST_MINUTES = 2;

/** No search is narrowed below `NARROWEST_MS`. A limit above `WIDEST_MS` is not remembered. */
const NARROWEST_MS = HOUR_MS;
const WIDEST_MS = 90 * DAY_MS;

/**
 * How far a series of searches got: small, plain data to save between runs. `from`: where the
 * series started. `since`: every wanted order changed before this was passed on. `passedOn`: by
 * order ID, the change it was passed on with; complete from `rememberedFrom` on, so no search looks
 * further back than that. `newest`: the newest change of an order that Amazon listed, which is a
 * time on Amazon's clock. `open`: an unfinished search. `sliceMs`: how long a range one search may
 * cover, set once a search was too long to finish.
 */
export const orderCursorSchema = z.object({
	from: instantSchema,
	since: instantSchema,
	rememberedFrom: instantSchema,
	newest: instantSchema.optional(),
	passedOn: z.record(z.string()),
	sliceMs: z.number().positive().optional(),
	open: z
		.object({
			after: instantSchema,
			until: instantSchema,
			/** Absent before the first page. */
			token: z.object({ value: z.string(), at: instantSchema }).optional(),
			/**
			 * Whether Amazon refused to list the fulfillment data. A token belongs to the request it came
			 * with.
			 */
			withoutFulfillment: z.boolean().optional(),
		})
		.optional(),
});

export type OrderCursor = z.infer<typeof orderCursorSchema>;

/** A search to make: orders changed from `after` to `until`, starting at a page. ISO 8601 in UTC. */
export interface OrderSearchStep {
	readonly after: string;
	readonly until: string;
	readonly token?: string;
	readonly withoutFulfillment?: boolean;
}

/** The part of an order that the cursor needs. */
interface ChangedOrder {
	readonly orderId: string;
	readonly updatedAt: string | null;
}

/** A cursor that has passed on nothing yet. */
export const cursorFrom = (from: string): OrderCursor => ({
	from,
	since: from,
	rememberedFrom: from,
	passedOn: {},
});

/** The latest time that a search may include. */
export const newestSearchable = (now: string): string =>
	iso(utc(now).minus({ minutes: NEWEST_MINUTES }));

/**
 * Returns the next step. If a search is open and its token is still valid, it is the next page. If
 * the token has expired, it is a narrower search from the same start; orders already passed on are
 * not repeated. If no search is open, it is a new search that starts a little earlier, because
 * Amazon may list a change late.
 * @param end where all searches end, ISO 8601 in UTC
 */
export function nextStep(
	cursor: OrderCursor,
	now: string,
	end: string,
	overlapMinutes: number,
): { readonly step: OrderSearchStep; readonly cursor: OrderCursor } {
	const { open, ...closed } = cursor;
	if (open !== undefined && (open.token !== undefined || millisOf(open.until) <= millisOf(end))) {
		const { after, until, token, withoutFulfillment } = open;
		const step = { after, until, ...(withoutFulfillment && { withoutFulfillment }) };
		if (token === undefined) return { step, cursor };
		const lives = millisOf(token.at) + TOKEN_LIFE_MS > millisOf(now);
		if (lives) return { step: { ...step, token: token.value }, cursor };
		return nextStep(narrowed(cursor), now, end, overlapMinutes);
	}
	const since = trusted(closed, end);
	const lookBack = since.minus({ minutes: overlapMinutes });
	const after = DateTime.max(lookBack, utc(closed.rememberedFrom));
	const sliceEnd = since.toMillis() + (closed.sliceMs ?? Infinity);
	const until = sliceEnd < utc(end).toMillis() ? DateTime.fromMillis(sliceEnd) : utc(end);
	const step = { after: iso(DateTime.min(after, until)), until: iso(until) };
	return { step, cursor: { ...closed, since: iso(since), open: step } };
}

/**
 * How far the searches got. If that is in the future, the clock was ahead and has been set back
 * since. Then the newest change that Amazon listed counts, because it is a time on Amazon's own
 * clock.
 */
function trusted({ from, since, newest }: OrderCursor, end: string): DateTime {
	if (utc(since) <= utc(end)) return utc(since);
	return DateTime.min(utc(newest ?? from), utc(end));
}

/**
 * Restarts the open search over half its range after its token expired. The following searches
 * cover at most as much until they finish again.
 */
export function narrowed({ open, ...cursor }: OrderCursor): OrderCursor {
	if (open === undefined) return cursor;
	const from = DateTime.max(utc(open.after), DateTime.min(utc(cursor.since), utc(open.until)));
	const length = utc(open.until).toMillis() - from.toMillis();
	const sliceMs = Math.max(NARROWEST_MS, Math.floor(length / 2));
	const until = DateTime.min(from.plus({ milliseconds: sliceMs }), utc(open.until));
	return { ...cursor, sliceMs, open: { after: open.after, until: iso(until) } };
}

/** The cursor without its open search. */
export function withoutOpenSearch(cursor: OrderCursor): Omit<OrderCursor, 'open'> {
	const rest = { ...cursor };
	delete rest.open;
	return rest;
}

/** Restarts the open search without the data that Amazon refuses to list. */
export const withoutFulfillment = ({ open, ...cursor }: OrderCursor): OrderCursor => ({
	...cursor,
	...(open && { open: { after: open.after, until: open.until, withoutFulfillment: true } }),
});

/** Makes the next run request all data again, if no page of the open search has been read yet. */
export function withFulfillment(cursor: OrderCursor): OrderCursor {
	const { open } = cursor;
	if (open === undefined || open.token !== undefined) return cursor;
	return { ...cursor, open: { after: open.after, until: open.until } };
}

/**
 * Adds a page to the open search. The given cursor is consumed: its record of what was passed on becomes
 * the new one's, because copying it for each page would take longer than reading the page.
 * @param nextToken absent on the last page
 * @param isWanted only these orders are passed on and remembered; the others may be wanted later
 * @param once whether to pass on an order only once, even if it has changed since: no later run continues
 * @returns the wanted orders not yet passed on with this change, and the cursor after them
 */
export function takePage<Order extends ChangedOrder>(
	cursor: OrderCursor,
	page: { readonly orders: readonly Order[]; readonly nextToken?: string },
	now: string,
	overlapMinutes: number,
	isWanted: (order: Order) => boolean = () => true,
	once = false,
): { readonly fresh: Order[]; readonly cursor: OrderCursor } {
	const { open, passedOn } = cursor;
	let { newest } = cursor;
	const fresh = page.orders.filter((order) => {
		const { orderId, updatedAt } = order;
		if (updatedAt !== null && (newest === undefined || updatedAt > newest)) newest = updatedAt;
		if (!isWanted(order)) return false;
		const known = Object.hasOwn(passedOn, orderId) ? passedOn[orderId] : undefined;
		// If Amazon gives no date for the change, a repeated order cannot count as changed.
		const isNew = known === undefined || (!once && updatedAt !== null && known !== updatedAt);
		if (isNew) passedOn[orderId] = updatedAt ?? open?.until ?? now;
		return isNew;
	});
	const seen = { ...cursor, ...(newest !== undefined && { newest }) };
	if (open === undefined) return { fresh, cursor: seen };
	if (page.nextToken !== undefined) {
		const token = { value: page.nextToken, at: now };
		return { fresh, cursor: { ...seen, open: { ...open, token } } };
	}
	return { fresh, cursor: closed(seen, open.until, overlapMinutes, once) };
}

/** The cursor after a finished search. It remembers only what the next search can return again. */
function closed(
	search: OrderCursor,
	until: string,
	overlapMinutes: number,
	once: boolean,
): OrderCursor {
	const { sliceMs = Infinity, ...cursor } = withoutOpenSearch(search);
	const next = sliceMs * 2;
	const slice = next <= WIDEST_MS && { sliceMs: next };
	if (once) return { ...cursor, since: until, ...slice };
	// If the clock is ahead, the next search may have to look back from the newest change.
	const reached = DateTime.min(utc(until), utc(cursor.newest ?? cursor.from));
	const oldest = iso(
		DateTime.max(reached.minus({ minutes: overlapMinutes }), utc(cursor.rememberedFrom)),
	);
	const oldestMs = millisOf(oldest);
	const still = Object.entries(cursor.passedOn).filter(([, at]) => millisOf(at) >= oldestMs);
	return {
		...cursor,
		since: until,
		rememberedFrom: oldest,
		passedOn: Object.fromEntries(still),
		...slice,
	};
}

const utc = (isoText: string): DateTime => DateTime.fromISO(isoText, { zone: 'utc' });

const iso = (at: DateTime): string => at.toUTC().toISO() ?? '';
