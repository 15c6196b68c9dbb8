import { DateTime } from 'luxon';
import { z } from 'zod';

import { cursorFrom, orderCursorSchema, withoutOpenSearch, type OrderCursor } from './orderCursor';

/** Conditions that an order has to meet all of, such as `isPrime`; sorted. None lets every order pass. */
const filterSchema = z.array(z.string());

type Filter = readonly string[];

const moment = z.string().datetime({ offset: true });

/**
 * A stretch of changes that was searched while other filters let orders pass. `passed`: every order
 * that meets one of these was passed on. `passedOn`: orders that were, beside those, by the change they were
 * passed on with. `cursor`: how far it was searched again, with the filter of now.
 */
const stretchSchema = z.object({
	after: moment,
	until: moment,
	passed: z.array(filterSchema),
	passedOn: z.record(z.string()).optional(),
	cursor: orderCursorSchema.optional(),
});

type Stretch = z.infer<typeof stretchSchema>;

/**
 * The place that the runs of one search have come to. A filter is applied on our side, for Amazon cannot
 * search by it: what it holds back is not lost, for the place says which filter each stretch was searched
 * with, and a stretch is searched again, for what is missing alone, once another filter lets more pass.
 */
export const savedCursorSchema = z.object({
	version: z.literal(2),
	filter: filterSchema,
	/** Goes on with every run. */
	cursor: orderCursorSchema,
	/** What earlier filters let pass of the stretch the cursor is in, by order. */
	passedOn: z.record(z.string()).optional(),
	/** The stretches before it of which something can be missing, the oldest first. */
	stretches: z.array(stretchSchema),
});

export type SavedCursor = z.infer<typeof savedCursorSchema>;

/** More stretches than that are not kept apart: then an order rather comes twice than never. */
const MOST_STRETCHES = 20;

/** Nor more orders of one stretch. */
const MOST_REMEMBERED = 2000;

/**
 * The place to go on from.
 * @param stored what the last run kept; anything else begins at `from`
 * @param from where the first run begins; where it is earlier than before, what lies between is searched too
 * @param end where all searches end now
 */
export function resumeFrom(
	stored: unknown,
	{ from, end, filter }: { readonly from: string; readonly end: string; readonly filter: Filter },
): SavedCursor {
	const sorted = [...new Set(filter)].toSorted();
	const place = savedCursorSchema.safeParse(stored).data;
	// What begins in the future was begun while the clock was ahead: it has passed on nothing.
	if (place === undefined || beginOf(place) > end) {
		return { version: 2, filter: sorted, cursor: cursorFrom(from), stretches: [] };
	}
	const filtered = isSame(place.filter, sorted) ? place : withFilter(place, sorted);
	return withEarlierBegin(filtered, from);
}

/** The stretch to search again for the filter of now, if one is left. */
export function stretchToCatchUp({ filter, stretches }: SavedCursor): Stretch | undefined {
	return stretches.find(({ passed }) => !passed.some((each) => letsPassAllOf(each, filter)));
}

/** Where the second search of a stretch stands. */
export const cursorOf = ({ after, passedOn, cursor }: Stretch): OrderCursor =>
	cursor ?? { ...cursorFrom(after), passedOn: { ...passedOn } };

/** Whether an order of the stretch was not passed on before, by what it is. */
export const isMissing =
	<Order>({ passed }: Stretch, meets: (order: Order, condition: string) => boolean) =>
	(order: Order): boolean =>
		!passed.some((filter) => filter.every((condition) => meets(order, condition)));

/** The place after the second search of a stretch came as far as `cursor`. */
export function caughtUp(place: SavedCursor, stretch: Stretch, cursor: OrderCursor): SavedCursor {
	const isDone = cursor.open === undefined && cursor.since >= stretch.until;
	const next: Stretch = isDone
		? { ...stretch, passed: [...stretch.passed, place.filter] }
		: { ...stretch, cursor };
	if (isDone) delete next.cursor;
	return {
		...place,
		stretches: tidied(place.stretches.map((each) => (each === stretch ? next : each))),
	};
}

/**
 * From now on another filter: what the cursor does not remember one by one becomes a stretch. The cursor
 * begins again where its memory does, so that nothing of it is passed on twice, nor left out.
 */
function withFilter(place: SavedCursor, filter: Filter): SavedCursor {
	const cursor = withoutOpenSearch(place.cursor);
	const { from, rememberedFrom } = cursor;
	const passedOn = { ...place.passedOn, ...cursor.passedOn };
	const searched: Stretch = {
		after: from,
		until: before(rememberedFrom),
		passed: [place.filter],
		passedOn: within(passedOn, (at) => at < rememberedFrom),
	};
	return {
		version: 2,
		filter: [...filter],
		cursor: { ...cursor, from: rememberedFrom, since: rememberedFrom },
		passedOn: within(passedOn, (at) => at >= rememberedFrom),
		stretches: tidied([
			...place.stretches.flatMap((stretch) => split(stretch, place.filter)),
			searched,
		]),
	};
}

/** Orders whose change lies there; of very many none, which then rather come twice than never. */
function within(
	passedOn: Readonly<Record<string, string>>,
	isThere: (at: string) => boolean,
): Record<string, string> | undefined {
	const there = Object.entries(passedOn).filter(([, at]) => isThere(at));
	return there.length === 0 || there.length > MOST_REMEMBERED
		? undefined
		: Object.fromEntries(there);
}

/** What a second search had passed on already, with the filter of then, and what it had not come to. */
function split({ cursor, ...stretch }: Stretch, filter: Filter): Stretch[] {
	if (cursor === undefined) return [stretch];
	const { since } = cursor;
	const passedOn = { ...stretch.passedOn, ...cursor.passedOn };
	return [
		{
			...stretch,
			until: before(since),
			passed: [...stretch.passed, [...filter]],
			passedOn: within(passedOn, (at) => at < since),
		},
		{ ...stretch, after: since, passedOn: within(passedOn, (at) => at >= since) },
	];
}

function withEarlierBegin(place: SavedCursor, from: string): SavedCursor {
	const begin = beginOf(place);
	if (millis(from) >= millis(begin)) return place;
	const { stretches } = place;
	const earlier: Stretch = { after: from, until: before(begin), passed: [] };
	return { ...place, stretches: tidied([earlier, ...stretches]) };
}

/** Where the first stretch begins. */
const beginOf = ({ stretches, cursor }: SavedCursor): string => stretches[0]?.after ?? cursor.from;

/** Whether every order that meets `filter` meets `wider`, too. */
const letsPassAllOf = (wider: Filter, filter: Filter): boolean =>
	wider.every((condition) => filter.includes(condition));

const isSame = (one: Filter, other: Filter): boolean =>
	one.length === other.length && letsPassAllOf(one, other);

/** Only stretches that have something in them and can miss something, and not too many. */
function tidied(stretches: readonly Stretch[]): Stretch[] {
	const kept: Stretch[] = [];
	for (const { passed, ...rest } of stretches) {
		if (rest.after > rest.until) continue;
		const stretch: Stretch = { ...rest, passed: withoutNarrower(passed) };
		// Where every order was passed on, none has to be remembered.
		if (stretch.passed.some((filter) => filter.length === 0)) delete stretch.passedOn;
		const last = kept.at(-1);
		if (last !== undefined && isContinued(last, stretch)) {
			const passedOn = { ...last.passedOn, ...stretch.passedOn };
			kept[kept.length - 1] = {
				...last,
				until: stretch.until,
				...(Object.keys(passedOn).length > 0 && { passedOn }),
			};
		} else kept.push(stretch);
	}
	return kept.length > MOST_STRETCHES ? tidied(joined(kept)) : kept;
}

/** The two oldest as one, of which only that was passed on for certain which was of both. */
function joined([first, second, ...others]: readonly Stretch[]): Stretch[] {
	if (first === undefined || second === undefined) return [];
	const passed = first.passed.filter((filter) =>
		second.passed.some((wider) => letsPassAllOf(wider, filter)),
	);
	const passedOn = within({ ...first.passedOn, ...second.passedOn }, () => true);
	return [{ after: first.after, until: second.until, passed, passedOn }, ...others];
}

const isContinued = (one: Stretch, next: Stretch): boolean =>
	one.cursor === undefined &&
	next.cursor === undefined &&
	one.until === before(next.after) &&
	JSON.stringify(one.passed) === JSON.stringify(next.passed);

/** In one order, and none that another lets pass anyway. */
function withoutNarrower(filters: readonly Filter[]): string[][] {
	const byText = new Map(filters.map((filter) => [filter.join(), [...filter]]));
	const all = [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, filter]) => filter);
	return all.filter(
		(filter) => !all.some((other) => other !== filter && letsPassAllOf(other, filter)),
	);
}

const millis = (iso: string): number => DateTime.fromISO(iso, { zone: 'utc' }).toMillis();

/** The moment before; both ends of a search belong to it. */
const before = (iso: string): string =>
	DateTime.fromMillis(millis(iso) - 1, { zone: 'utc' }).toISO() ?? iso;
