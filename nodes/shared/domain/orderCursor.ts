import { DateTime } from 'luxon';
import { z } from 'zod';

/** Amazon's paging tokens live 24 hours; one is given up an hour before. */
const TOKEN_LIFE_HOURS = 23;

/** The newest change Amazon lets a search include lies two minutes back. */
const NEWEST_MINUTES = 2;

const moment = z.string().datetime({ offset: true });

/**
 * How far a series of searches has come: small, plain data, to be kept between runs.
 * `since`: every order changed before it was handed on. `handedOn`: by order, the change it was
 * handed on with, as far back as a search may look again. `open`: a search that is not finished.
 */
export const orderCursorSchema = z.object({
	version: z.literal(1),
	since: moment,
	handedOn: z.record(z.string()),
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

/**
 * The next step: the page after the last one where a search is open and its token still lives; the
 * same search from its start where the token does not (what was handed on is not handed on again);
 * else a new search, that looks back a little, for Amazon may list a change late.
 */
export function nextStep(
	cursor: OrderCursor,
	now: string,
	overlapMinutes: number,
): { readonly step: OrderSearchStep; readonly cursor: OrderCursor } {
	const { open } = cursor;
	if (open !== undefined) {
		const { after, until, token } = open;
		const lives = token !== undefined && utc(token.at).plus({ hours: TOKEN_LIFE_HOURS }) > utc(now);
		return { step: { after, until, ...(lives && { token: token.value }) }, cursor };
	}
	const until = utc(now).minus({ minutes: NEWEST_MINUTES });
	const after = utc(cursor.since).minus({ minutes: overlapMinutes });
	const step = { after: iso(DateTime.min(after, until)), until: iso(until) };
	return { step, cursor: { ...cursor, open: step } };
}

/** The token of the open search is refused: the search begins anew. */
export function withoutToken({ open, ...cursor }: OrderCursor): OrderCursor {
	return open === undefined
		? cursor
		: { ...cursor, open: { after: open.after, until: open.until } };
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
	return {
		fresh,
		cursor: { version: 1, since: open.until, handedOn: Object.fromEntries(still) },
	};
}

const utc = (isoText: string): DateTime => DateTime.fromISO(isoText, { zone: 'utc' });

const iso = (at: DateTime): string => at.toUTC().toISO() ?? '';
