import { dayOf } from '../../shared/domain/calendar';
import { findMarketplace } from '../../shared/domain/marketplaces';
import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import type { OrdersBySku, SkuOrders, TotalsRange } from '../../shared/spapi/kioskTotals';
import {
	countFromTotals,
	countGroups,
	countReasons,
	DIMENSION_NAMES,
	groupsOf,
	MOST_REASONS,
	type BadFeedback,
	type Candidate,
	type Dimension,
	type OrderFacts,
	type Unit,
} from '../analysis/causeCounts';
import type { FeedbackEntry, ReadFeedback } from './badFeedback';
import type { GivenOrders } from './givenOrders';
import type { KnownOrder } from './knownOrder';

/** A dimension by which orders are grouped. */
type Grouping = Exclude<Dimension, 'reason'>;

/** What is compared, and everything that is left out of it. */
export interface CauseEvidence {
	readonly candidates: readonly Candidate[];
	readonly orders: OrdersUsed;
	readonly feedback: FeedbackUsed;
	/** Titles of products, by SKU and by ASIN. */
	readonly titles: ReadonlyMap<string, string>;
	/** What else is left out, in sentences. */
	readonly notes: readonly string[];
}

/** The orders that the bad feedback is compared with. */
export interface OrdersUsed {
	readonly source: string;
	readonly unit: Exclude<Unit, 'badFeedback'>;
	/** First and last calendar day; null without orders. */
	readonly from: string | null;
	readonly through: string | null;
	readonly counted: number;
	/** Null if unknown, like the others below. */
	readonly tooYoung: number | null;
	readonly undated: number | null;
	readonly notShipped: number | null;
}

/** Why a bad feedback entry does not count. */
type LeftOut = 'withoutOrder' | 'undated' | 'tooYoung' | 'notShipped' | 'outside';

/** How many input items count, and how many do not for each reason. */
export interface FeedbackUsed extends Readonly<Record<LeftOut, number>> {
	readonly counted: number;
	readonly better: number;
	readonly repeated: number;
	readonly unreadable: number;
}

/** An entry with its order, or why it does not count. */
type Placed = { readonly order: KnownOrder } | LeftOut;

function place(
	{ bad, better, repeated, unreadable }: ReadFeedback,
	placeOf: (entry: FeedbackEntry) => Placed,
): { readonly counted: BadFeedback[]; readonly feedback: FeedbackUsed } {
	const left: Record<LeftOut, number> = {
		withoutOrder: 0,
		undated: 0,
		tooYoung: 0,
		notShipped: 0,
		outside: 0,
	};
	const counted: BadFeedback[] = [];
	for (const entry of bad) {
		const placed = placeOf(entry);
		if (typeof placed === 'string') left[placed] += 1;
		else counted.push({ order: placed.order, reasons: entry.reasons });
	}
	return {
		counted,
		feedback: { counted: counted.length, ...left, better, repeated, unreadable },
	};
}

/**
 * Compares with the orders of a list. An entry counts if its order is in the list, was not canceled
 * and was placed before `youngSince`.
 * @param youngSince ISO 8601 in UTC
 */
export function* evidenceOfOrders(
	feedback: ReadFeedback,
	{ orders, unreadable }: GivenOrders,
	dimensions: readonly Dimension[],
	youngSince: string,
): Steps<CauseEvidence> {
	const young = Date.parse(youngSince);
	const whyNot = ({ createdAt, mayBeShipped }: KnownOrder): LeftOut | undefined => {
		if (!mayBeShipped) return 'notShipped';
		if (createdAt === null) return 'undated';
		return Date.parse(createdAt) >= young ? 'tooYoung' : undefined;
	};
	const left = { tooYoung: 0, undated: 0, notShipped: 0 };
	const usable: KnownOrder[] = [];
	let from: string | null = null;
	let through: string | null = null;
	let read = 0;
	for (const order of orders.values()) {
		read += 1;
		if (read % ENTRIES_PER_STEP === 0) yield;
		const why = whyNot(order);
		if (why === undefined) {
			usable.push(order);
			const day = order.createdAt?.slice(0, 10) ?? '';
			if (from === null || day < from) from = day;
			if (through === null || day > through) through = day;
		} else if (why in left) left[why as keyof typeof left] += 1;
	}
	const { counted, feedback: used } = place(feedback, ({ orderId }) => {
		const order = orders.get(orderId);
		return order === undefined ? 'withoutOrder' : (whyNot(order) ?? { order });
	});
	const unknown: string[] = [];
	const { candidates, notes } = yield* compare(dimensions, counted, function* (dimension) {
		const own = yield* countGroups(dimension, usable, counted);
		const count = usable.length - (own[0]?.total ?? usable.length);
		if (count > 0) {
			const name = DIMENSION_NAMES[dimension];
			unknown.push(`${name}: ${count} orders do not say which, and count nowhere`);
		}
		return own;
	});
	const broken = unreadable === 0 ? [] : [`${unreadable} entries of the list are not orders`];
	return {
		candidates,
		orders: {
			source: 'list of orders',
			unit: 'orders',
			from,
			through,
			counted: usable.length,
			...left,
		},
		feedback: used,
		titles: titlesOf(counted.map(({ order }) => orders.get(order.orderId))),
		notes: [...notes, ...unknown, ...broken],
	};
}

/**
 * Compares with Amazon's number of orders shipped by SKU. An entry counts if the item has its order,
 * placed in the marketplaces and on the days of the query.
 * @param seller items that name another one do not count
 */
export function* evidenceOfTotals(
	feedback: ReadFeedback,
	{ queryId, rows, unreadableLines }: OrdersBySku,
	dimensions: readonly Dimension[],
	{ marketplaceIds, from, through }: TotalsRange,
	seller?: string | null,
): Steps<CauseEvidence> {
	const places = marketplaceIds.flatMap((id) => findMarketplace(id) ?? []);
	const { counted, feedback: used } = place(feedback, ({ order, marketplace, seller: own }) => {
		if (own !== null && seller && own !== seller) return 'outside';
		if (order === null || order.products.length === 0) return 'withoutOrder';
		if (order.createdAt === null) return 'undated';
		const here = places.find(
			({ countryCode }) => countryCode === (order.marketplace ?? marketplace),
		);
		const day = here && dayOf(here, order.createdAt);
		if (day === undefined || day < from) return 'outside';
		return day > through ? 'tooYoung' : { order };
	});
	const unknown: string[] = [];
	const { candidates, notes } = yield* compare(
		dimensions.filter((dimension) => dimension !== 'fulfilledBy'),
		counted,
		function* (dimension) {
			yield;
			const totals = totalsBy(dimension, rows);
			const groups = new Set(counted.flatMap(({ order }) => groupsOf(order, dimension)));
			const without = [...groups].filter((group) => !totals.get(group)).length;
			if (without > 0) {
				unknown.push(
					`${DIMENSION_NAMES[dimension]}: Data Kiosk has no orders of ${without} with bad feedback, which count nowhere`,
				);
			}
			return countFromTotals(dimension, totals, counted);
		},
	);
	const missing = dimensions.includes('fulfilledBy')
		? ['Fulfillment is left out: Data Kiosk has no orders by fulfillment. Use a list of orders']
		: [];
	const broken =
		unreadableLines === 0
			? []
			: [`${unreadableLines} line(s) of Data Kiosk's result could not be read and are left out`];
	return {
		candidates,
		orders: {
			source: `Data Kiosk query ${queryId}`,
			unit: 'productOrders',
			from,
			through,
			counted: rows.reduce((sum, { ordersShipped }) => sum + ordersShipped, 0),
			tooYoung: null,
			undated: null,
			notShipped: null,
		},
		feedback: used,
		titles: titlesOf(counted.map(({ order }) => order)),
		notes: [...notes, ...unknown, ...missing, ...broken],
	};
}

/** Orders of each group; those of the SKUs of an ASIN or a marketplace are added. */
function totalsBy(dimension: Grouping, rows: readonly SkuOrders[]): ReadonlyMap<string, number> {
	const totals = new Map<string, number>();
	for (const row of rows) {
		const group =
			dimension === 'marketplace'
				? findMarketplace(row.marketplaceId)?.countryCode
				: dimension === 'sku' || dimension === 'asin'
					? row[dimension]
					: undefined;
		if (group === undefined || group === null) continue;
		totals.set(group, (totals.get(group) ?? 0) + row.ordersShipped);
	}
	return totals;
}

/** The groups of every dimension, and the dimensions that cannot be compared. */
function* compare(
	dimensions: readonly Dimension[],
	bad: readonly BadFeedback[],
	count: (dimension: Grouping) => Steps<Candidate[]>,
): Steps<Pick<CauseEvidence, 'candidates' | 'notes'>> {
	const candidates: Candidate[] = [];
	const notes: string[] = [];
	for (const dimension of dimensions) {
		const own = dimension === 'reason' ? countReasons(bad) : yield* count(dimension);
		// A spread of as many as there may be would be too many arguments.
		for (const each of own) candidates.push(each);
		const name = DIMENSION_NAMES[dimension];
		if (
			dimension === 'reason' &&
			new Set(bad.flatMap(({ reasons }) => reasons)).size > MOST_REASONS
		) {
			notes.push(`${name}: only the ${MOST_REASONS} most frequent reasons are compared`);
		}
		if (own.length === 0) {
			const which =
				dimension === 'reason' ? 'bad feedback entry has a reason and a SKU' : 'order says which';
			notes.push(`${name} is left out: no ${which}`);
		} else if (own.every(({ outOf, total }) => outOf === total)) {
			notes.push(
				`${name} is left out: everything is in one group, so nothing is left to compare it with`,
			);
		}
	}
	return { candidates, notes };
}

function titlesOf(orders: ReadonlyArray<OrderFacts | undefined>): ReadonlyMap<string, string> {
	const titles = new Map<string, string>();
	for (const order of orders) {
		for (const { sku, asin, title } of order?.products ?? []) {
			for (const id of [sku, asin]) if (id && title) titles.set(id, title);
		}
	}
	return titles;
}
