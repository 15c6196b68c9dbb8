import { DateTime } from 'luxon';

import { keptBy } from '../../shared/domain/keptBy';
import { findMarketplace } from '../../shared/domain/marketplaces';
import { isOrderId } from '../../shared/domain/orderId';
import { ENTRIES_PER_STEP, inOneGo, type Steps } from '../../shared/domain/steps';
import { orderIdsIn, tidied } from '../orders/reports/writtenIds';

/**
 * Lists from people and workflows: text from a sheet or an email, rows of a table, items of another
 * node, JSON. Any readable shape is read. Anything else is reported, so that no rule is disabled
 * unnoticed.
 */

export type ListKind = 'orderId' | 'sku' | 'asin' | 'marketplace';

type Row = Readonly<Record<string, unknown>>;

export interface ListEntry {
	readonly value: string;
	/** The row that contained the entry, if the list has rows. */
	readonly row?: Row;
}

export interface GivenList {
	readonly entries: readonly ListEntry[];
	/** Entries of the wrong kind, shortened and without email addresses. */
	readonly wrong: readonly string[];
}

interface Kind {
	readonly name: string;
	readonly plural: string;
	readonly example: string;
	/** Possible names of the row's field, the most exact first; letters and digits only, lower case. */
	readonly fields: readonly string[];
	/** Characters at which a long text may be cut into parts. */
	readonly ends: RegExp;
	/** Splits a part of a text into entries, each to be read by `read`. */
	readonly split: (text: string, isExact: boolean) => string[];
	/** The values of one entry; empty if it is of the wrong kind. */
	readonly read: (entry: string) => string[];
	/** Whether the other fields of a row without this field are searched for entries. */
	readonly mayBeAnywhere: boolean;
}

const SEPARATORS = /[\s,;|]+/;

const LINE_ENDS = /[\r\n]/g;
const ENTRY_ENDS = /[\r\n,;|]/g;

const KINDS: Readonly<Record<ListKind, Kind>> = {
	orderId: {
		name: 'an order ID',
		plural: 'order IDs',
		example: 'order IDs such as 111-1234567-7654321, or rows with a field orderId',
		fields: ['orderid', 'amazonorderid', 'amznorderid', 'ordernumber', 'orderno', 'order'],
		ends: ENTRY_ENDS,
		split: (text) => joined(text).split(SEPARATORS),
		read: orderIdsIn,
		mayBeAnywhere: true,
	},
	sku: {
		name: 'a SKU',
		plural: 'SKUs',
		example: 'SKUs, one per line, or rows with a field sku',
		fields: ['sku', 'sellersku', 'merchantsku', 'msku'],
		ends: LINE_ENDS,
		split: splitSkus,
		read: (entry) => (isOrderId(entry) || entry.includes('@') ? [] : [entry]),
		mayBeAnywhere: false,
	},
	asin: {
		name: 'an ASIN',
		plural: 'ASINs',
		example: 'ASINs such as B0EXAMPLE1, or rows with a field asin',
		fields: ['asin', 'asin1', 'childasin', 'productasin'],
		ends: ENTRY_ENDS,
		split: (text) => text.split(SEPARATORS),
		read: (entry) => (/^[A-Z0-9]{10}$/i.test(entry) ? [entry.toUpperCase()] : []),
		mayBeAnywhere: false,
	},
	marketplace: {
		name: 'a marketplace',
		plural: 'marketplaces',
		example: 'marketplace IDs such as ATVPDKIKX0DER, or countries such as US',
		fields: ['marketplaceid', 'marketplace', 'countrycode', 'country'],
		ends: ENTRY_ENDS,
		split: (text) => text.split(SEPARATORS),
		read: (entry) => [findMarketplace(entry)?.id ?? []].flat(),
		mayBeAnywhere: false,
	},
};

export interface ReadingOptions {
	/**
	 * For SKUs in a text: whether each line is exactly one SKU. Otherwise the parts of a line count
	 * in addition to the whole line, because a SKU may contain a comma.
	 */
	readonly linesAreExact?: boolean;
}

/** Reads a list of any shape. An empty list has no entries and nothing wrong. */
export const readList = (given: unknown, kind: ListKind, options?: ReadingOptions): GivenList =>
	inOneGo(readListInSteps(given, kind, options));

/** The same in steps. */
export function* readListInSteps(
	given: unknown,
	kind: ListKind,
	{ linesAreExact = false }: ReadingOptions = {},
): Steps<GivenList> {
	const reading = new Reading(KINDS[kind], linesAreExact);
	yield* reading.take(given, 0);
	return reading;
}

/** What is wrong with a list and what to do; undefined if nothing is. */
export function problemOf({ entries, wrong }: GivenList, kind: ListKind): string | undefined {
	if (wrong.length === 0) return undefined;
	const { name, plural, example } = KINDS[kind];
	const shown = wrong.slice(0, MOST_SHOWN).join(', ');
	const more = wrong.length > MOST_SHOWN ? ', …' : '';
	const total = wrong.length + entries.length;
	const count =
		total === 1
			? `its only entry is not ${name}`
			: `${wrong.length} of ${total} entries are not ${plural}`;
	return `Could not read the list: ${count} (${shown}${more}). Use ${example}.`;
}

const MOST_SHOWN = 3;

const LONGEST_SHOWN = 40;

/** Characters of a text that are looked at between two pauses. */
const CHARACTERS_PER_STEP = 16_384;

/** Deepest nesting of lists, deeper than any workflow creates. */
const DEEPEST = 10;

class Reading implements GivenList {
	readonly entries: ListEntry[] = [];

	readonly wrong: string[] = [];

	constructor(
		private readonly kind: Kind,
		private readonly linesAreExact: boolean,
	) {}

	*take(given: unknown, depth: number, row?: Row): Steps<void> {
		if (depth > DEEPEST) this.wrong.push('a list nested too deeply');
		else if (typeof given === 'string') yield* this.takeText(given, depth, row);
		else if (Array.isArray(given)) {
			let taken = 0;
			for (const entry of given) {
				if (taken % ENTRIES_PER_STEP === 0) yield;
				taken += 1;
				yield* this.takeValue(entry, depth, row);
			}
		} else if (isRow(given)) yield* this.takeRow(given, depth);
		else if (typeof given === 'number') this.takeEntry(String(given), row);
		else this.wrong.push(described(given));
	}

	/** A text in a list or a row is exact, except for IDs, which contain no separators. */
	private *takeValue(given: unknown, depth: number, row?: Row): Steps<void> {
		if (typeof given === 'string') this.takeEntry(given, row);
		else yield* this.take(given, depth + 1, row);
	}

	private *takeText(given: string, depth: number, row?: Row): Steps<void> {
		const parsed = jsonOf(given);
		if (parsed !== undefined) return yield* this.take(parsed, depth + 1, row);
		const texts: string[] = [];
		for (const text of cut(given, this.kind.ends)) {
			yield;
			texts.push(tidied(text));
		}
		const isExact = this.linesAreExact && hasSeveralLines(texts);
		const parts: string[] = [];
		let hasOnlyHeadings = true;
		for (const text of texts) {
			yield;
			for (const part of this.kind.split(text, isExact).map(unquoted).filter(hasText)) {
				parts.push(part);
				hasOnlyHeadings &&= this.isFieldName(part);
			}
		}
		let taken = 0;
		for (const part of parts) {
			if (taken % ENTRIES_PER_STEP === 0) yield;
			taken += 1;
			// A pasted column includes its heading.
			if (hasOnlyHeadings || !this.isFieldName(part)) this.takeOne(part, row);
		}
	}

	private takeEntry(given: string, row?: Row): void {
		const entry = tidied(given).trim();
		if (this.kind === KINDS.sku) {
			if (hasText(entry)) this.takeOne(entry, row);
			return;
		}
		for (const part of this.kind.split(entry, true).map(unquoted).filter(hasText)) {
			this.takeOne(part, row);
		}
	}

	private takeOne(part: string, row?: Row): void {
		const values = this.kind.read(part);
		for (const value of values) this.entries.push({ value, ...(row && { row }) });
		if (values.length === 0) this.wrong.push(quoted(part));
	}

	private *takeRow(row: Row, depth: number): Steps<void> {
		const filled = Object.entries(row).filter(([, value]) => !isBlank(value));
		// An n8n item, which has more fields than its data.
		if (isRow(row.json)) return yield* this.take(row.json, depth + 1);
		// n8n returns one empty row for an empty table.
		if (filled.length === 0) return;
		// A row of the node's own ledger that is not an order.
		if (row.outcome === 'invalidOrderId') return;
		const field = this.kind.fields
			.map((name) => filled.find(([key]) => plain(key) === name))
			.find((found) => found !== undefined);
		if (field !== undefined) return yield* this.takeValue(field[1], depth, row);

		const found = this.kind.mayBeAnywhere
			? filled.flatMap(([, value]) => (typeof value === 'string' ? orderIdsIn(tidied(value)) : []))
			: [];
		for (const value of found) this.entries.push({ value, row });
		if (found.length > 0) return;
		const lists = filled.filter(([, value]) => Array.isArray(value) || isRow(value));
		const [list] = lists;
		if (lists.length === 1 && list !== undefined) return yield* this.take(list[1], depth + 1);
		const names = filled.map(([key]) => shortened(key)).slice(0, MOST_SHOWN);
		this.wrong.push(`a row with the fields ${names.join(', ')}`);
	}

	private isFieldName(part: string): boolean {
		return this.kind.fields.includes(plain(part));
	}
}

/** Works across realms, because expressions may be evaluated in another one. */
const isRow = (value: unknown): value is Row =>
	Object.prototype.toString.call(value) === '[object Object]' && !DateTime.isDateTime(value);

const isBlank = (value: unknown): boolean =>
	value === null ||
	value === undefined ||
	(typeof value === 'string' && !hasText(tidied(value))) ||
	(Array.isArray(value) && value.length === 0);

const hasText = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

const MOST_NAMES_KEPT = 1_000;

/** The name of a field with only its letters and digits: the rows of a table have the same few. */
const plain = keptBy(
	(name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, ''),
	MOST_NAMES_KEPT,
);

/** Cuts a long text into parts, each after one of the characters. */
function* cut(text: string, ends: RegExp): Generator<string> {
	for (let from = 0; from < text.length; ) {
		ends.lastIndex = from + CHARACTERS_PER_STEP;
		const to = ends.test(text) ? ends.lastIndex : text.length;
		yield text.slice(from, to);
		from = to;
	}
}

/** Whether a text, in parts that end with a line, has several lines that are not blank. */
function hasSeveralLines(texts: readonly string[]): boolean {
	let count = 0;
	for (const text of texts) {
		count += text.split(/[\r\n]+/).filter(hasText).length;
		if (count > 1) return true;
	}
	return false;
}

/** Joins IDs that have spaces around their hyphens. */
const joined = (text: string): string =>
	text.replace(/(?<![\d-])(\d{3}|[A-Z]\d\d)[ ]*-[ ]*(\d{7})[ ]*-[ ]*(\d{7})(?![\d-])/g, '$1-$2-$3');

/**
 * Splits a text into SKUs. They may contain spaces and commas: a whole line is a SKU, its parts
 * between commas and similar separators may be SKUs, and quotes keep one together.
 */
function splitSkus(text: string, isExact: boolean): string[] {
	const lines = text.split(/[\r\n]+/).filter(hasText);
	return lines.flatMap((line) => {
		const parts = isExact ? [] : (line.match(/"[^"]*"|[^,;|\t]+/g) ?? []);
		return [...new Set([line, ...parts].map((part) => part.trim()))];
	});
}

/** Removes the quotes around a text if they come in pairs. */
function unquoted(text: string): string {
	const bare = text.trim();
	return /^(["'`“”„‘’«»]).*(["'`“”„‘’«»])$/u.test(bare) ? bare.slice(1, -1).trim() : bare;
}

/** Parses a text as JSON; undefined if it is not a list or a row. */
function jsonOf(text: string): unknown {
	if (!/^\s*[[{]/.test(text)) return undefined;
	try {
		// It starts like one of both.
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

const shortened = (text: string): string =>
	text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;

/** Errors never contain buyers' email addresses. */
const quoted = (text: string): string =>
	text.includes('@') ? 'an email address' : `"${shortened(text)}"`;

function described(given: unknown): string {
	if (given === null || given === undefined) return 'an entry without a value';
	return typeof given === 'boolean' ? String(given) : 'an entry that is not text';
}
