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
 * `from`: where the series began. `since`: every order changed before it was passed on, if it is wanted.
 * `passedOn`: by order, the change it was passed on with; whole from `rememberedFrom` on, so that no
 * search looks further back than that. `newest`: the newest change of an order that Amazon listed, which
 * is a moment of Amazon's clock. `open`: a search that is not finished. `sliceMs`: how long a range one
 * search may cover, once a search turned out to be too long to finish.
 */
export const orderCursorSchema = z.object({
	from: moment,
	since: moment,
	rememberedFrom: moment,
	newest: moment.optional(),
	passedOn: z.record(z.string()),
	sliceMs: z.number().positive().optional(),
	open: z
		.object({
			after: moment,
			until: moment,
			/** Absent before the first page. */
			token: z.object({ value: z.string(), at: moment }).optional(),
			/** Amazon refused to list the fulfilment; a token belongs to the request it came with. */
			withoutFulfillment: z.boolean().optional(),
		})
		.optional(),
});

export type OrderCursor = z.infer<typeof orderCursorSchema>;

/** A search to make: orders changed from `after` to `until`, from a page on. ISO 8601 in UTC. */
export interface OrderSearchStep {
	readonly after: string;
	readonly until: string;
	readonly token?: string;
	readonly withoutFulfillment?: boolean;
}

/** What of an order the cursor needs. */
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

/** The newest moment a search may go up to. */
export const newestSearchable = (now: string): string =>
	iso(utc(now).minus({ minutes: NEWEST_MINUTES }));

/**
 * The next step: the page after the last one where a search is open and its token still lives; a
 * narrower search from the same start where the token does not (what was passed on is not passed on
 * again); else a new search, that looks back a little, for Amazon may list a change late.
 * @param end where all searches end, ISO 8601 in UTC
 */
export function nextStep(
	cursor: OrderCursor,
	now: string,
	end: string,
	overlapMinutes: number,
): { readonly step: OrderSearchStep; readonly cursor: OrderCursor } {
	const { open, ...closed } = cursor;
	if (open !== undefined && (open.token !== undefined || utc(open.until) <= utc(end))) {
		const { after, until, token, withoutFulfillment } = open;
		const step = { after, until, ...(withoutFulfillment && { withoutFulfillment }) };
		if (token === undefined) return { step, cursor };
		const lives = utc(token.at).plus({ hours: TOKEN_LIFE_HOURS }) > utc(now);
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
 * How far the searches came. Where that lies in the future the clock was ahead, and went back since: what
 * was reached by Amazon's own clock counts, which is the newest change it listed.
 */
function trusted({ from, since, newest }: OrderCursor, end: string): DateTime {
	if (utc(since) <= utc(end)) return utc(since);
	return DateTime.min(utc(newest ?? from), utc(end));
}

/**
 * The token of the open search is over: the search begins again over half its range, and the next ones
 * cover no more, until they come to their end again.
 */
export function narrowed({ open, ...cursor }: OrderCursor): OrderCursor {
	if (open === undefined) return cursor;
	const from = DateTime.max(utc(open.after), DateTime.min(utc(cursor.since), utc(open.until)));
	const length = utc(open.until).toMillis() - from.toMillis();
	const sliceMs = Math.max(NARROWEST_MS, Math.floor(length / 2));
	const until = DateTime.min(from.plus({ milliseconds: sliceMs }), utc(open.until));
	return { ...cursor, sliceMs, open: { after: open.after, until: iso(until) } };
}

/** The cursor before the open search. */
export function withoutOpenSearch(cursor: OrderCursor): Omit<OrderCursor, 'open'> {
	const rest = { ...cursor };
	delete rest.open;
	return rest;
}

/** The open search begins again without what Amazon refuses to list. */
export const withoutFulfillment = ({ open, ...cursor }: OrderCursor): OrderCursor => ({
	...cursor,
	...(open && { open: { after: open.after, until: open.until, withoutFulfillment: true } }),
});

/** What another run asks for in full again: a search of which no page was read yet. */
export function withFulfillment(cursor: OrderCursor): OrderCursor {
	const { open } = cursor;
	if (open === undefined || open.token !== undefined) return cursor;
	return { ...cursor, open: { after: open.after, until: open.until } };
}

/**
 * Takes in a page of the open search.
 * @param nextToken absent on the last page
 * @param isWanted only those are passed on, and only those remembered: the others can be wanted later
 * @returns the wanted orders that were not passed on yet with this change, and the cursor after them
 */
export function takePage<Order extends ChangedOrder>(
	cursor: OrderCursor,
	page: { readonly orders: readonly Order[]; readonly nextToken?: string },
	now: string,
	overlapMinutes: number,
	isWanted: (order: Order) => boolean = () => true,
): { readonly fresh: Order[]; readonly cursor: OrderCursor } {
	const { open } = cursor;
	const passedOn = { ...cursor.passedOn };
	let { newest } = cursor;
	const fresh = page.orders.filter((order) => {
		const { orderId, updatedAt } = order;
		if (updatedAt !== null && (newest === undefined || updatedAt > newest)) newest = updatedAt;
		if (!isWanted(order)) return false;
		const known = Object.hasOwn(passedOn, orderId) ? passedOn[orderId] : undefined;
		// Of an order whose change Amazon does not date, nobody can say that it changed again.
		const isNew = known === undefined || (updatedAt !== null && known !== updatedAt);
		if (isNew) passedOn[orderId] = updatedAt ?? open?.until ?? now;
		return isNew;
	});
	const seen = { ...cursor, passedOn, ...(newest !== undefined && { newest }) };
	if (open === undefined) return { fresh, cursor: seen };
	if (page.nextToken !== undefined) {
		const token = { value: page.nextToken, at: now };
		return { fresh, cursor: { ...seen, open: { ...open, token } } };
	}
	return { fresh, cursor: closed(seen, open.until, overlapMinutes) };
}

/** The cursor after a search that came to its end; only what the next can meet again is remembered. */
function closed(search: OrderCursor, until: string, overlapMinutes: number): OrderCursor {
	const { sliceMs = Infinity, ...cursor } = withoutOpenSearch(search);
	// Where the clock is ahead, the next search may have to look back from the newest change.
	const reached = DateTime.min(utc(until), utc(cursor.newest ?? cursor.from));
	const oldest = iso(
		DateTime.max(reached.minus({ minutes: overlapMinutes }), utc(cursor.rememberedFrom)),
	);
	const still = Object.entries(cursor.passedOn).filter(([, at]) => utc(at) >= utc(oldest));
	const next = sliceMs * 2;
	return {
		...cursor,
		since: until,
		rememberedFrom: oldest,
		passedOn: Object.fromEntries(still),
		...(next <= WIDEST_MS && { sliceMs: next }),
	};
}

const utc = (isoText: string): DateTime => DateTime.fromISO(isoText, { zone: 'utc' });

const iso = (at: DateTime): string => at.toUTC().toISO() ?? '';
