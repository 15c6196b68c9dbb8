import { DateTime } from 'luxon';
import { z } from 'zod';

import { instantSchema } from '../../shared/domain/instant';
import { cursorFrom, orderCursorSchema, withoutOpenSearch, type OrderCursor } from './orderCursor';

/**
 * Conditions that an order must all meet, such as `isPrime`; sorted. An empty list lets every order
 * through.
 */
const filterSchema = z.array(z.string());

type Filter = readonly string[];

/**
 * A stretch of changes that was searched with other filters. `passed`: every order that meets one
 * of these filters was passed on. `passedOn`: other orders that were passed on, by the change they
 * were passed on with. `cursor`: how far the stretch was searched again with the current filter.
 */
const stretchSchema = z.object({
	after: instantSchema,
	until: instantSchema,
	passed: z.array(filterSchema),
	passedOn: z.record(z.string()).optional(),
	cursor: orderCursorSchema.optional(),
});

type Stretch = z.infer<typeof stretchSchema>;

/**
 * The position that the runs of one search have reached. Filters are applied here, because Amazon
 * cannot search by them. Nothing that a filter holds back is lost: the position records which
 * filter each stretch was searched with, and once another filter lets more through, only the
 * missing orders are searched again.
 */
export const savedCursorSchema = z.object({
	version: z.literal(2),
	filter: filterSchema,
	/** Moves forward with every run. */
	cursor: orderCursorSchema,
	/** What earlier filters let through in the cursor's current stretch, by order. */
	passedOn: z.record(z.string()).optional(),
	/** Earlier stretches that may have missing orders, oldest first. */
	stretches: z.array(stretchSchema),
});

export type SavedCursor = z.infer<typeof savedCursorSchema>;

/** Beyond this number, stretches are merged; an order may then be returned twice, but none is missed. */
const MOST_STRETCHES = 20;

/** Most orders remembered for one stretch. */
const MOST_REMEMBERED = 2000;

/**
 * Returns the position to continue from.
 * @param stored what the last run saved; anything invalid starts at `from`
 * @param from where the first run starts; if it is earlier than before, the time in between is
 * searched, too
 * @param end where all searches end now
 */
export function resumeFrom(
	stored: unknown,
	{ from, end, filter }: { readonly from: string; readonly end: string; readonly filter: Filter },
): SavedCursor {
	const sorted = [...new Set(filter)].toSorted();
	const place = savedCursorSchema.safeParse(stored).data;
	// A position that starts in the future was created while the clock was ahead and has passed on
	// nothing.
	if (place === undefined || beginOf(place) > end) {
		return { version: 2, filter: sorted, cursor: cursorFrom(from), stretches: [] };
	}
	const filtered = isSame(place.filter, sorted) ? place : withFilter(place, sorted);
	return withEarlierBegin(filtered, from);
}

/** The next stretch to search again for the current filter, if any. */
export function stretchToCatchUp({ filter, stretches }: SavedCursor): Stretch | undefined {
	return stretches.find(({ passed }) => !passed.some((each) => letsPassAllOf(each, filter)));
}

/** How far the second search of a stretch got. */
export const cursorOf = ({ after, passedOn, cursor }: Stretch): OrderCursor =>
	cursor ?? { ...cursorFrom(after), passedOn: { ...passedOn } };

/** Whether an order of the stretch was not passed on before, judging by its properties. */
export const isMissing =
	<Order>({ passed }: Stretch, meets: (order: Order, condition: string) => boolean) =>
	(order: Order): boolean =>
		!passed.some((filter) => filter.every((condition) => meets(order, condition)));

/** The position after the second search of a stretch reached `cursor`. */
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
 * Switches to another filter. What the cursor does not remember order by order becomes a stretch.
 * The cursor restarts where its memory starts, so that no order is passed on twice or missed.
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

/**
 * The remembered orders whose change the condition accepts. If there are too many, none stay
 * remembered: an order may then be returned twice, but none is missed.
 */
function within(
	passedOn: Readonly<Record<string, string>>,
	isThere: (at: string) => boolean,
): Record<string, string> | undefined {
	const there = Object.entries(passedOn).filter(([, at]) => isThere(at));
	return there.length === 0 || there.length > MOST_REMEMBERED
		? undefined
		: Object.fromEntries(there);
}

/**
 * Splits a stretch into what its second search covered with the previous filter and what it did not
 * reach.
 */
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

/** Where the first stretch starts. */
const beginOf = ({ stretches, cursor }: SavedCursor): string => stretches[0]?.after ?? cursor.from;

/** Whether every order that meets `filter` meets `wider`, too. */
const letsPassAllOf = (wider: Filter, filter: Filter): boolean =>
	wider.every((condition) => filter.includes(condition));

const isSame = (one: Filter, other: Filter): boolean =>
	one.length === other.length && letsPassAllOf(one, other);

/** Keeps only stretches that are not empty and may have missing orders, and not too many. */
function tidied(stretches: readonly Stretch[]): Stretch[] {
	const kept: Stretch[] = [];
	for (const { passed, ...rest } of stretches) {
		if (rest.after > rest.until) continue;
		const stretch: Stretch = { ...rest, passed: withoutNarrower(passed) };
		// If every order was passed on, none has to be remembered.
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

/** Merges the two oldest stretches. Only filters that cover both count as passed on. */
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

/** Sorted, without filters that another one already covers. */
function withoutNarrower(filters: readonly Filter[]): string[][] {
	const byText = new Map(filters.map((filter) => [filter.join(), [...filter]]));
	const all = [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, filter]) => filter);
	return all.filter(
		(filter) => !all.some((other) => other !== filter && letsPassAllOf(other, filter)),
	);
}

const millis = (iso: string): number => DateTime.fromISO(iso, { zone: 'utc' }).toMillis();

/** One millisecond earlier, because a search includes both ends. */
const before = (iso: string): string =>
	DateTime.fromMillis(millis(iso) - 1, { zone: 'utc' }).toISO() ?? iso;
