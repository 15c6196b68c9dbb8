import { DateTime } from 'luxon';
import { jsonParse } from 'n8n-workflow';

import { findMarketplace, MARKETPLACES } from '../../shared/domain/marketplaces';
import type { OrderFacts } from '../analysis/causeCounts';

/** An order as another node, a table or Amazon's all-orders report has it. */
export interface KnownOrder extends OrderFacts {
	/** ISO 8601 in UTC; null if unknown. */
	readonly createdAt: string | null;
	/** As the row names it; null if it names none. */
	readonly seller: string | null;
	/** False if it is certain that it was not shipped. */
	readonly mayBeShipped: boolean;
	readonly products: readonly KnownProduct[];
}

export interface KnownProduct {
	readonly sku: string | null;
	readonly asin: string | null;
	readonly title: string | null;
}

/** Possible names of each field, the surest first; case, spaces and hyphens do not matter. */
const NAMES = {
	orderId: ['order id', 'amazon order id'],
	createdAt: ['purchase date', 'order date', 'created at'],
	marketplace: ['marketplace id', 'marketplace', 'sales channel', 'country code'],
	fulfilledBy: ['fulfilled by', 'fulfillment channel'],
	status: ['status', 'order status'],
	products: ['items'],
	sku: ['sku', 'seller sku'],
	asin: ['asin'],
	title: ['title', 'product name'],
} as const;

type Field = keyof typeof NAMES;

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

interface Meaning {
	readonly field: Field;
	/** Of several names of a field, the one with the lowest rank counts. */
	readonly rank: number;
}

const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
	Object.entries(NAMES).flatMap(([field, names]) =>
		names.map((name, rank) => [plain(name), { field: field as Field, rank }] as const),
	),
);

/** Works across realms, because expressions may be evaluated in another one. */
export const isRow = (value: unknown): value is Readonly<Record<string, unknown>> =>
	Object.prototype.toString.call(value) === '[object Object]' && !DateTime.isDateTime(value);

/** Names that were looked up: a hundred thousand rows have the same few. */
const lookedUp = new Map<string, Meaning | undefined>();

const MOST_LOOKED_UP = 1_000;

function meaningOf(name: string): Meaning | undefined {
	if (lookedUp.has(name)) return lookedUp.get(name);
	const meaning = MEANINGS.get(plain(name));
	if (lookedUp.size < MOST_LOOKED_UP) lookedUp.set(name, meaning);
	return meaning;
}

/** The fields of a row under whatever names; of several names, the surest one with a value. */
export function fieldsOf(row: Readonly<Record<string, unknown>>): Partial<Record<Field, unknown>> {
	const found: Partial<Record<Field, unknown>> = {};
	const ranks: Partial<Record<Field, number>> = {};
	const isSaved = isOfDataTable(row);
	for (const [name, value] of Object.entries(row)) {
		if (isBlank(value) || (isSaved && name === 'createdAt')) continue;
		const { field, rank } = meaningOf(name) ?? {};
		if (field === undefined || rank === undefined || rank >= (ranks[field] ?? Infinity)) continue;
		found[field] = value;
		ranks[field] = rank;
	}
	return found;
}

/** Whether `createdAt` is when n8n's Data Table saved the row, and not the time of the order. */
const isOfDataTable = ({ id, createdAt, updatedAt }: Readonly<Record<string, unknown>>): boolean =>
	typeof id === 'number' && !isBlank(createdAt) && !isBlank(updatedAt);

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

/** Text without spaces around it; null if there is no text. */
export function textOf(value: unknown): string | null {
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' ? value.trim() || null : null;
}

/** An order from the fields of a row; unknown fields are null. */
export function orderFrom(orderId: string, row: Readonly<Record<string, unknown>>): KnownOrder {
	const { createdAt, marketplace, fulfilledBy, status, products, ...own } = fieldsOf(row);
	return {
		orderId,
		seller: textOf(row.seller),
		createdAt: momentOf(createdAt),
		marketplace: countryOf(marketplace),
		fulfilledBy: fulfillerOf(fulfilledBy),
		mayBeShipped: !/^(cancel|pending|unshipped|unfulfillable)/i.test(textOf(status) ?? ''),
		products: productsOf(products) ?? [own].flatMap((each) => productOf(each) ?? []),
	};
}

/** Country code of a marketplace's ID, country or shop, such as `Amazon.de`. */
export function countryOf(value: unknown): string | null {
	const text = textOf(value);
	if (text === null) return null;
	const shop = MARKETPLACES.find(({ domain }) => domain === text.toLowerCase());
	return (findMarketplace(text) ?? shop)?.countryCode ?? null;
}

function fulfillerOf(value: unknown): 'AMAZON' | 'MERCHANT' | null {
	const text = textOf(value) ?? '';
	if (/^(amazon|afn)/i.test(text)) return 'AMAZON';
	return /^(merchant|mfn|seller)/i.test(text) ? 'MERCHANT' : null;
}

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/;

function momentOf(value: unknown): string | null {
	if (value instanceof Date) return DateTime.fromJSDate(value).toUTC().toISO();
	if (DateTime.isDateTime(value)) return value.toUTC().toISO();
	const text = textOf(value);
	if (text === null) return null;
	// Much faster than reading any format; a table of orders is long.
	if (ISO_INSTANT.test(text) && !Number.isNaN(Date.parse(text)))
		return new Date(text).toISOString();
	return DateTime.fromISO(text, { zone: 'utc' }).toISO();
}

/** Tables keep lists as text. */
function productsOf(value: unknown): KnownProduct[] | undefined {
	const given =
		typeof value === 'string' ? jsonParse<unknown>(value, { fallbackValue: null }) : value;
	if (!Array.isArray(given)) return undefined;
	return given.filter(isRow).flatMap((row) => productOf(fieldsOf(row)) ?? []);
}

function productOf({
	sku,
	asin,
	title,
}: Partial<Record<Field, unknown>>): KnownProduct | undefined {
	const product = {
		sku: textOf(sku),
		asin: textOf(asin)?.toUpperCase() ?? null,
		title: textOf(title),
	};
	return product.sku === null && product.asin === null ? undefined : product;
}
