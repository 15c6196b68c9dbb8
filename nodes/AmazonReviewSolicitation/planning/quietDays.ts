import { z } from 'zod';

import { dayNumber, isIsoDay } from '../../shared/domain/calendar';
import { findMarketplace } from '../../shared/domain/marketplaces';

/** Days on which no request goes out, both ends included, counted from 1970-01-01. */
export interface QuietDays {
	readonly first: number;
	readonly last: number;
	/** Undefined for all marketplaces. */
	readonly marketplaceId: string | undefined;
}

/** Entries that could not be read, as far as they are shown. */
const MOST_SHOWN = 3;
const LONGEST_SHOWN = 40;

/** A day, or two with "to", a slash or two dots in between. */
const RANGE = /^(\d{4}-\d{2}-\d{2})(?:\s*(?:to|\.\.|\/|–)\s*(\d{4}-\d{2}-\d{2}))?$/i;

const text = z.union([z.string(), z.number()]).transform((value) => String(value).trim());
const field = text.nullish().transform((value) => value || undefined);

/** A row of a list of holidays; other fields, such as a name, do not matter. */
const rowSchema = z
	.object({
		date: field,
		day: field,
		from: field,
		start: field,
		to: field,
		end: field,
		marketplaceId: field,
		marketplace: field,
		countryCode: field,
		country: field,
	})
	.transform(({ date, day, from, start, to, end, ...place }) => ({
		first: from ?? start ?? date ?? day,
		last: to ?? end,
		place: place.marketplaceId ?? place.marketplace ?? place.countryCode ?? place.country,
	}));

/**
 * Reads quiet days from text, a list, rows, or the items of another node. In a text, entries are
 * separated by line breaks, commas or semicolons: a day, a range of days, and a marketplace before
 * it if it is not for all: `DE 2026-10-03`, `2026-12-24 to 2026-12-26`.
 * @returns the days, and the entries that could not be read
 */
export function readQuietDays(given: unknown): {
	readonly days: readonly QuietDays[];
	readonly wrong: readonly string[];
} {
	const days: QuietDays[] = [];
	const wrong: string[] = [];
	const take = (entry: unknown): void => {
		if (Array.isArray(entry)) entry.forEach(take);
		else if (typeof entry === 'string') {
			for (const part of entry.split(/[\r\n,;]+/).map((each) => each.trim())) {
				if (part !== '') keep(dayOfText(part), part);
			}
		} else if (typeof entry === 'object' && entry !== null) {
			const { json } = entry as { readonly json?: unknown };
			if (typeof json === 'object' && json !== null) return take(json);
			// n8n returns one empty row for an empty table.
			if (Object.keys(entry).length > 0) keep(dayOfRow(entry), 'a row without a day');
		} else wrong.push('an entry that is not a day');
	};
	const keep = (read: QuietDays | undefined, entry: string): void => {
		if (read === undefined) wrong.push(entry.slice(0, LONGEST_SHOWN));
		else days.push(read);
	};
	take(given);
	return { days, wrong };
}

/** What is wrong with a list of quiet days; undefined if nothing is. */
export const problemOfDays = (wrong: readonly string[]): string | undefined =>
	wrong.length === 0
		? undefined
		: `Could not read the days: ${wrong.slice(0, MOST_SHOWN).join(', ')}${wrong.length > MOST_SHOWN ? ', …' : ''}. Use days such as 2026-12-24, ranges such as 2026-12-24 to 2026-12-26, and a marketplace in front, such as DE 2026-10-03.`;

function dayOfText(entry: string): QuietDays | undefined {
	const [, place, days = ''] = /^([A-Za-z][A-Za-z0-9]*)?\s*:?\s*(.+)$/.exec(entry) ?? [];
	const [, first, last] = RANGE.exec(days.trim()) ?? [];
	return daysOf(first, last, place);
}

function dayOfRow(row: object): QuietDays | undefined {
	const parsed = rowSchema.safeParse(row).data;
	// A time of day after the date does not matter.
	const dayIn = (value: string | undefined) => value?.replace(/^(\d{4}-\d{2}-\d{2})T.*$/, '$1');
	return parsed && daysOf(dayIn(parsed.first), dayIn(parsed.last), parsed.place);
}

function daysOf(
	from: string | undefined,
	to: string | undefined,
	place: string | undefined,
): QuietDays | undefined {
	if (from === undefined || !isIsoDay(from) || (to !== undefined && !isIsoDay(to)))
		return undefined;
	const marketplaceId = place === undefined ? undefined : findMarketplace(place)?.id;
	if (place !== undefined && marketplaceId === undefined) return undefined;
	const [first, last] = [dayNumber(from), dayNumber(to ?? from)];
	return last < first ? undefined : { first, last, marketplaceId };
}

/** Whether a day is quiet in a marketplace; undefined if none is. */
export function quietDaysOf(
	all: readonly QuietDays[],
	ofMarketplace: string,
): ((day: number) => boolean) | undefined {
	const own = all.filter(({ marketplaceId = ofMarketplace }) => marketplaceId === ofMarketplace);
	if (own.length === 0) return undefined;
	return (day) => own.some(({ first, last }) => day >= first && day <= last);
}
