import type { Mutate, Random } from '../target';
import { below, LONGEST, pick } from './mutateBytes';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A place in a document: its container and its key. */
interface Place {
	readonly holder: Json[] | { [key: string]: Json };
	readonly key: string;
}

const MOST_CHANGES = 4;

/** Values that have surprised code before. */
const ODD_VALUES: readonly Json[] = [
	null,
	true,
	false,
	0,
	-1,
	0.5,
	1e21,
	Number.MAX_SAFE_INTEGER,
	'',
	'0',
	'constructor',
	'\ud800',
	[],
	{},
];

const ODD_KEYS = ['__proto__', 'constructor', 'toString', '', '0'];

/**
 * Makes a new document from one: values changed, removed, duplicated, swapped, or copied from
 * another. If the bytes are not a JSON document, returns the other one.
 * @param words values worth trying
 */
export const mutateJson =
	(words: readonly string[]): Mutate =>
	(data, other, random) => {
		const document = read(data) ?? read(other);
		if (document === undefined) return data;
		const root = { document };
		const donors = placesIn({ document: read(other) ?? null });
		// Often only one, because after several changes most documents are no longer recognizable.
		const changes = 1 + below(random() < 0.5 ? 1 : MOST_CHANGES, random);
		for (let left = changes; left > 0; left -= 1) {
			change(root, donors, words, random);
		}
		const changed = Buffer.from(JSON.stringify(root.document));
		return changed.length > LONGEST ? data : changed;
	};

function read(data: Buffer): Json | undefined {
	try {
		return JSON.parse(data.toString()) as Json;
	} catch {
		return undefined;
	}
}

function placesIn(holder: Place['holder']): Place[] {
	return Object.entries(holder).flatMap(([key, value]): Place[] => [
		{ holder, key },
		...(value !== null && typeof value === 'object' ? placesIn(value) : []),
	]);
}

/** Null if an earlier change removed it; never a value the container inherits. */
const valueAt = ({ holder, key }: Place): Json =>
	Object.hasOwn(holder, key) ? ((holder as Record<string, Json>)[key] ?? null) : null;

function put({ holder, key }: Place, value: Json): void {
	// Always an own property, whatever its name, as JSON.parse does.
	const own = { value, enumerable: true, configurable: true, writable: true };
	Object.defineProperty(holder, key, own);
}

function change(
	root: { document: Json },
	donors: readonly Place[],
	words: readonly string[],
	random: Random,
): void {
	const places = placesIn(root);
	const place = pick(places, random);
	const value = valueAt(place);
	switch (below(8, random)) {
		case 0:
			return put(place, structuredClone(pick(ODD_VALUES, random)));
		case 1:
			return put(place, wordFor(value, words, random));
		case 2:
			return place.holder === root ? put(place, null) : takeAway(place);
		case 3:
			return put(place, structuredClone(valueAt(pick(donors, random))));
		case 4:
			return put(place, structuredClone(valueAt(pick(places, random))));
		case 5:
			return place.holder === root
				? put(place, [value])
				: add(place, valueAt(pick([...places, ...donors], random)), words, random);
		default:
			return put(place, nudged(value, words, random));
	}
}

function takeAway({ holder, key }: Place): void {
	if (Array.isArray(holder)) holder.splice(Number(key), 1);
	else delete holder[key];
}

/** Often one with the same length as the current value: another date for a date. */
function wordFor(value: Json, words: readonly string[], random: Random): string {
	const { length } = typeof value === 'string' ? value : '';
	const alike = words.filter((word) => word.length === length);
	return pick(alike.length > 0 && random() < 0.7 ? alike : words, random);
}

/** Adds to an array or object, or next to a value in one. */
function add(place: Place, value: Json, words: readonly string[], random: Random): void {
	const at = valueAt(place);
	const holder = at !== null && typeof at === 'object' ? at : place.holder;
	const copy = structuredClone(value);
	if (Array.isArray(holder)) holder.splice(below(holder.length + 1, random), 0, copy);
	else put({ holder, key: pick(random() < 0.2 ? ODD_KEYS : words, random) }, copy);
}

/** A slightly different value of the same type. */
function nudged(value: Json, words: readonly string[], random: Random): Json {
	if (typeof value === 'number') return value + pick([-1, 1, -0.5, 10, 1000, -2 * value], random);
	if (typeof value === 'boolean') return !value;
	if (typeof value !== 'string') return value;
	const at = below(value.length + 1, random);
	switch (below(4, random)) {
		case 0:
			return value.slice(0, at) + pick(words, random) + value.slice(at);
		case 1:
			return value.slice(0, at) + value.slice(at + 1);
		case 2:
			return value.slice(0, at) + value.slice(at).replace(/\d/, () => String(below(10, random)));
		default:
			return value.slice(0, at) + value.repeat(1 + below(3, random)).slice(at);
	}
}
