// cspell:ignore Tell
import { DateTime } from 'luxon';

import { compareDecimals, DECIMAL } from '../../shared/domain/decimal';
import type { SellerOrder } from '../../shared/domain/order';
import type { ReturnsGap } from '../orders/reports/returnsReport';
import { tidied } from '../orders/reports/writtenIds';

/**
 * The values of the rules: which orders may get a request, as chosen by the seller. A missing rule is
 * disabled; with all rules disabled no order is left out. A list of orders to leave out may be empty.
 * An empty list of orders to select selects nothing, because it was given.
 */
export interface SelectionRules {
	/** Order IDs for which to never request a review. */
	readonly doNotSolicit?: ReadonlySet<string>;
	readonly marketplaceIds?: readonly string[];
	readonly fulfilledBy?: 'AMAZON' | 'MERCHANT';
	/** ISO 8601, UTC if it has no offset; older orders are left out. */
	readonly createdSince?: string;
	/**
	 * At least one item has one of them. Letter case and surrounding spaces do not matter, here and
	 * below.
	 */
	readonly includeSkus?: readonly string[];
	/** No item has any of them. */
	readonly excludeSkus?: readonly string[];
	readonly includeAsins?: readonly string[];
	readonly excludeAsins?: readonly string[];
	/** Decimal number in the order's own currency; the total may equal it. */
	readonly minTotal?: string;
	readonly maxTotal?: string;
	readonly business?: 'only' | 'exclude';
	readonly prime?: 'only' | 'exclude';
	readonly excludeReplacements?: boolean;
	readonly excludeCancellationRequested?: boolean;
	/** Applies only to orders the seller fulfills; never leaves out an order that Amazon fulfills. */
	readonly excludeShippedLate?: boolean;
	/** Order IDs from the returns reports. */
	readonly returnedOrderIds?: ReadonlySet<string>;
	/** What the returns reports do not cover. */
	readonly returnsGaps?: readonly ReturnsGap[];
}

/** Amazon's sentence by which to judge the rules that have a `policy`. */
export const POLICY_NOTE =
	'Amazon\'s help page G201972160 says sellers may not "ask for reviews only from buyers who had a positive experience"';

/** How the value of a rule is entered. The parameter and its schema follow from it. */
export type RuleEntry =
	| 'orderIds'
	| 'skus'
	/** Each line of a text is exactly one SKU. */
	| 'exactSkus'
	| 'asins'
	| 'marketplaces'
	| 'fulfiller'
	| 'onlyOrExclude'
	| 'switch'
	| 'amount'
	| 'days';

interface Finding {
	readonly reason: string;
	/** Which part of the order or the rule it was. */
	readonly detail: string;
}

type Check = (order: SellerOrder) => Finding | undefined;

export interface Rule<Value> {
	/** Its name in the editor. */
	readonly label: string;
	/** What it does, for the editor. */
	readonly hint: string;
	readonly entry: RuleEntry;
	readonly example?: string;
	/** The parameter's name, if it is not the rule's. */
	readonly parameter?: string;
	/** Set if the rule can leave out buyers because their experience may have been bad: how so. */
	readonly policy?: string;
	/** The reasons it leaves out orders for, each with its meaning. */
	readonly reasons: Readonly<Record<string, string>>;
	/** Reads the rule's value once; undefined if the value disables the rule. */
	readonly check: (value: Value) => Check | undefined;
}

const ONE_PER_LINE =
	'One per line, or separated by commas, or an expression that returns a list or rows';

const INCLUDES_NONE = 'An empty list selects no order.';

/**
 * The selection rules. If several leave out an order, the first one gives the reason. Parameters, schemas,
 * reasons and docs follow from this table.
 */
export const RULES = {
	doNotSolicit: {
		label: 'Do Not Request',
		hint: 'IDs of orders to never request a review for, as text, a list or rows with a field orderId. The node stops if an entry is not an order ID',
		entry: 'orderIds',
		example: '111-1234567-7654321',
		policy: 'depends on why the orders were put on the list',
		reasons: { doNotSolicit: 'The order is on the do-not-request list' },
		check: (listed) => onList(listed, 'doNotSolicit'),
	},
	marketplaceIds: {
		label: 'Marketplaces',
		hint: 'Only orders of these marketplaces. An empty list selects no order.',
		entry: 'marketplaces',
		reasons: { otherMarketplace: 'The order is from a marketplace that is not selected' },
		check: marketplaceCheck,
	},
	fulfilledBy: {
		label: 'Fulfilled By',
		hint: 'Only orders that Amazon ships, or only those that you ship',
		entry: 'fulfiller',
		reasons: { otherFulfilment: 'The order is not fulfilled by the selected party' },
		check: fulfillmentCheck,
	},
	createdSince: {
		label: 'Maximum Order Age (Days)',
		hint: 'Leave out older orders. Without this rule, past orders are included as long as their window is open.',
		entry: 'days',
		parameter: 'maxOrderAgeDays',
		reasons: { tooOld: 'The order is older than the maximum age' },
		check: ageCheck,
	},
	includeSkus: {
		label: 'Include SKUs',
		hint: `Only orders with at least one of these. ${ONE_PER_LINE}. ${INCLUDES_NONE}`,
		entry: 'exactSkus',
		example: 'MUG-BLUE, MUG-RED',
		reasons: { notIncludedSku: 'No item of the order has a selected SKU' },
		check: (listed) => itemCheck('includeSkus', listed, 'sku', 'notIncludedSku'),
	},
	excludeSkus: {
		label: 'Exclude SKUs',
		hint: `Leave out orders with any of these. ${ONE_PER_LINE}.`,
		entry: 'skus',
		example: 'MUG-BLUE, MUG-RED',
		reasons: { excludedSku: 'An item of the order has an excluded SKU' },
		check: (listed) => itemCheck('excludeSkus', listed, 'sku', 'excludedSku'),
	},
	includeAsins: {
		label: 'Include ASINs',
		hint: `Only orders with at least one of these. ${ONE_PER_LINE}. ${INCLUDES_NONE}`,
		entry: 'asins',
		example: 'B0EXAMPLE1, B0EXAMPLE2',
		reasons: { notIncludedAsin: 'No item of the order has a selected ASIN' },
		check: (listed) => itemCheck('includeAsins', listed, 'asin', 'notIncludedAsin'),
	},
	excludeAsins: {
		label: 'Exclude ASINs',
		hint: `Leave out orders with any of these. ${ONE_PER_LINE}.`,
		entry: 'asins',
		example: 'B0EXAMPLE1, B0EXAMPLE2',
		reasons: { excludedAsin: 'An item of the order has an excluded ASIN' },
		check: (listed) => itemCheck('excludeAsins', listed, 'asin', 'excludedAsin'),
	},
	minTotal: {
		label: 'Minimum Order Total',
		hint: "Minimum order total, in the order's own currency",
		entry: 'amount',
		example: '20.00',
		reasons: { totalTooLow: 'The order total is below the minimum' },
		check: (limit) => totalCheck('minTotal', limit),
	},
	maxTotal: {
		label: 'Maximum Order Total',
		hint: "Maximum order total, in the order's own currency",
		entry: 'amount',
		example: '500',
		reasons: { totalTooHigh: 'The order total is above the maximum' },
		check: (limit) => totalCheck('maxTotal', limit),
	},
	business: {
		label: 'Business Orders',
		hint: 'Whether to leave out business orders, or plan only these',
		entry: 'onlyOrExclude',
		reasons: {
			notBusiness: 'The order is not a business order, and only those are selected',
			business: 'The order is a business order, and those are left out',
		},
		check: (rule) => kindCheck('business', rule, 'isBusiness', 'notBusiness'),
	},
	prime: {
		label: 'Prime Orders',
		hint: 'Whether to leave out Prime orders, or plan only these',
		entry: 'onlyOrExclude',
		reasons: {
			notPrime: 'The order is not a Prime order, and only those are selected',
			prime: 'The order is a Prime order, and those are left out',
		},
		check: (rule) => kindCheck('prime', rule, 'isPrime', 'notPrime'),
	},
	excludeReplacements: {
		label: 'Exclude Replacements',
		hint: 'Whether to leave out orders that replace another one',
		entry: 'switch',
		policy: 'a replacement often follows a lost or faulty item',
		reasons: { replacement: 'The order replaces another one' },
		check: (isOn) => (isOn ? replacementCheck : undefined),
	},
	excludeCancellationRequested: {
		label: 'Exclude Cancellation Requests',
		hint: "Whether to leave out orders with a buyer's cancellation request",
		entry: 'switch',
		policy: 'these buyers no longer wanted the order',
		reasons: { cancellationRequested: 'The buyer requested cancellation of an item' },
		check: (isOn) => (isOn ? cancellationCheck : undefined),
	},
	excludeShippedLate: {
		label: 'Exclude Late Shipments',
		hint: 'Whether to leave out orders that you fulfill and that shipped after their latest ship date',
		entry: 'switch',
		policy: 'these buyers waited longer than promised',
		reasons: { shippedLate: 'The seller shipped the order after its latest ship date' },
		check: (isOn) => (isOn ? lateCheck : undefined),
	},
	returnedOrderIds: {
		label: 'Exclude Returned',
		hint: 'IDs of returned or refunded orders to leave out, as text, a list or rows with a field orderId. The node stops if an entry is not an order ID',
		entry: 'orderIds',
		example: "{{ $('Returns').all() }}",
		policy: 'these buyers sent something back',
		reasons: { returned: 'An item of the order was returned, or a return was requested' },
		check: (listed) => onList(listed, 'returned'),
	},
	returnsGaps: {
		label: 'Exclude Returned (Reports)',
		hint: "Whether to leave out orders in Amazon's returns reports. Needs two reports per 30 days of orders. If a report cannot be read, the orders it could name are left out as well",
		entry: 'switch',
		parameter: 'returnsFromReports',
		policy: 'these buyers sent something back',
		// Orders that the reports name are left out by `returnedOrderIds`; this rule covers the gaps.
		reasons: {},
		check: returnsCheck,
	},
} as const satisfies {
	readonly [Name in keyof SelectionRules]-?: Rule<NonNullable<SelectionRules[Name]>>;
};

type Reasons<Each> = Each extends { readonly reasons: infer Some } ? keyof Some : never;

export type Exclusion = Reasons<(typeof RULES)[keyof typeof RULES]> | 'ruleCannotTell';

export interface ExclusionFinding extends Finding {
	readonly reason: Exclusion;
}

/** Why the rules leave out an order: each reason with its meaning. The first that applies is used. */
export const EXCLUSIONS = {
	...Object.assign({}, ...Object.values(RULES).map(({ reasons }) => reasons)),
	ruleCannotTell:
		'A rule needs data that Amazon did not return for the order, so the order is left out to be safe',
} as Readonly<Record<Exclusion, string>>;

/**
 * Why the rules leave out the order; undefined if they do not. A rule that lacks the data it needs
 * never guesses: the reason is then `ruleCannotTell`, unless another rule leaves out the order
 * anyway.
 * @throws RangeError for a rule that is not a decimal number or not an ISO date
 */
export function exclusionOf(
	order: SellerOrder,
	rules: SelectionRules,
): ExclusionFinding | undefined {
	return exclusionBy(rules)(order);
}

/** `exclusionOf` for many orders; reads the rules once. */
export function exclusionBy(
	rules: SelectionRules,
): (order: SellerOrder) => ExclusionFinding | undefined {
	const checks = checksOf(rules);
	return (order) => {
		let undecided: Finding | undefined;
		for (const check of checks) {
			const finding = check(order);
			if (finding !== undefined && finding.reason !== 'ruleCannotTell') {
				return finding as ExclusionFinding;
			}
			undecided ??= finding;
		}
		return undecided as ExclusionFinding | undefined;
	};
}

/** The checks of the enabled rules, in their order. */
const checksOf = (rules: SelectionRules): Check[] =>
	Object.entries<Rule<never>>(RULES).flatMap(([name, { check }]) => {
		const value = rules[name as keyof SelectionRules];
		return value === undefined ? [] : (check(value as never) ?? []);
	});

function missingData(rule: keyof SelectionRules, field: string): Finding {
	return {
		reason: 'ruleCannotTell',
		detail: `\`${rule}\` needs \`${field}\`, which is unknown for this order`,
	};
}

function onList(
	orderIds: ReadonlySet<string> | undefined,
	reason: 'doNotSolicit' | 'returned',
): Check | undefined {
	if (orderIds === undefined) return undefined;
	return ({ orderId }) => (orderIds.has(orderId) ? { reason, detail: orderId } : undefined);
}

/** An order without a fulfiller or a marketplace may be one of the affected ones. */
function returnsCheck(gaps: readonly ReturnsGap[] = []): Check | undefined {
	if (gaps.length === 0) return undefined;
	return ({ fulfilledBy, marketplaceId, createdAt }) => {
		const placed = createdAt === null ? NaN : Date.parse(createdAt);
		const gap = gaps.find(
			(each) =>
				(fulfilledBy ?? each.fulfilledBy) === each.fulfilledBy &&
				(marketplaceId === null || each.marketplaceIds.includes(marketplaceId)) &&
				!(placed >= (each.placedBefore ?? Infinity)),
		);
		return gap && { reason: 'ruleCannotTell', detail: `\`returnsFromReports\`: ${gap.why}` };
	};
}

const normalized = (text: string): string => tidied(text).trim().replace(/\s+/g, ' ').toUpperCase();

const setOf = (texts: readonly string[]): ReadonlySet<string> =>
	new Set(texts.map(normalized).filter((text) => text !== ''));

const EMPTY_LIST = 'the list of the rule is empty';

function marketplaceCheck(marketplaceIds?: readonly string[]): Check | undefined {
	if (marketplaceIds === undefined) return undefined;
	const selected = setOf(marketplaceIds);
	return ({ marketplaceId }) => {
		if (selected.size === 0) return { reason: 'otherMarketplace', detail: EMPTY_LIST };
		if (marketplaceId === null) return missingData('marketplaceIds', 'marketplaceId');
		return selected.has(normalized(marketplaceId))
			? undefined
			: { reason: 'otherMarketplace', detail: marketplaceId };
	};
}

function fulfillmentCheck(selected: SelectionRules['fulfilledBy']): Check | undefined {
	if (selected === undefined) return undefined;
	return ({ fulfilledBy }) => {
		if (fulfilledBy === null) return missingData('fulfilledBy', 'fulfilledBy');
		return fulfilledBy === selected
			? undefined
			: { reason: 'otherFulfilment', detail: `fulfilled by ${fulfilledBy}` };
	};
}

function ageCheck(createdSince = ''): Check | undefined {
	if (createdSince.trim() === '') return undefined;
	const since = DateTime.fromISO(createdSince.trim(), { zone: 'utc' });
	if (!since.isValid) throw new RangeError(`createdSince "${createdSince}" is not an ISO date`);
	const sinceMillis = since.toMillis();
	return ({ createdAt }) => {
		const created = createdAt === null ? NaN : Date.parse(createdAt);
		if (Number.isNaN(created)) return missingData('createdSince', 'createdAt');
		return created < sinceMillis
			? { reason: 'tooOld', detail: `placed ${createdAt}, before ${since.toISO()}` }
			: undefined;
	};
}

/** An item whose SKU or ASIN is unknown may be the one the rule is about. */
function itemCheck(
	rule: keyof SelectionRules,
	listed: readonly string[] | undefined,
	field: 'sku' | 'asin',
	reason: 'notIncludedSku' | 'excludedSku' | 'notIncludedAsin' | 'excludedAsin',
): Check | undefined {
	if (listed === undefined) return undefined;
	const wanted = setOf(listed);
	const isInclude = reason === 'notIncludedSku' || reason === 'notIncludedAsin';
	if (wanted.size === 0) return isInclude ? () => ({ reason, detail: EMPTY_LIST }) : undefined;
	return ({ items }) => {
		// Every order has items; an empty list means that they are unknown.
		if (items === null || items.length === 0) return missingData(rule, 'items');
		const values = items.map((item) => item[field]);
		const match = values.find((value) => value !== null && wanted.has(normalized(value)));
		if (typeof match === 'string') return isInclude ? undefined : { reason, detail: match };
		if (values.some((value) => value === null || value.trim() === '')) {
			return missingData(rule, `items[].${field}`);
		}
		return isInclude ? { reason, detail: values.join(', ') } : undefined;
	};
}

function totalCheck(rule: 'minTotal' | 'maxTotal', limit = ''): Check | undefined {
	const bound = limit.trim();
	if (bound === '') return undefined;
	if (!DECIMAL.test(bound)) throw new RangeError(`${rule} "${limit}" is not a decimal number`);
	const isMinimum = rule === 'minTotal';
	return ({ orderTotal, currency }) => {
		if (orderTotal === null) return missingData(rule, 'orderTotal');
		const order = compareDecimals(orderTotal, bound);
		if (isMinimum ? order >= 0 : order <= 0) return undefined;
		const total = currency === null ? orderTotal : `${orderTotal} ${currency}`;
		return isMinimum
			? { reason: 'totalTooLow', detail: `${total} is below ${bound}` }
			: { reason: 'totalTooHigh', detail: `${total} is above ${bound}` };
	};
}

function kindCheck(
	kind: 'business' | 'prime',
	rule: 'only' | 'exclude' | undefined,
	field: 'isBusiness' | 'isPrime',
	otherwise: 'notBusiness' | 'notPrime',
): Check | undefined {
	if (rule === undefined) return undefined;
	return (order) => {
		const isOfKind = order[field];
		if (isOfKind === null) return missingData(kind, field);
		if (isOfKind === (rule === 'only')) return undefined;
		return { reason: isOfKind ? kind : otherwise, detail: `\`${field}\` is ${isOfKind}` };
	};
}

const replacementCheck: Check = ({ replacementFor }) => {
	if (replacementFor === null) return missingData('excludeReplacements', 'replacementFor');
	return replacementFor === ''
		? undefined
		: { reason: 'replacement', detail: `replaces ${replacementFor}` };
};

const cancellationCheck: Check = ({ cancellationRequested }) => {
	if (cancellationRequested === null) {
		return missingData('excludeCancellationRequested', 'cancellationRequested');
	}
	return cancellationRequested
		? { reason: 'cancellationRequested', detail: '`cancellationRequested` is true' }
		: undefined;
};

const lateCheck: Check = ({ fulfilledBy, shippedLate }) => {
	if (fulfilledBy === 'AMAZON' || shippedLate === false) return undefined;
	if (shippedLate === null) return missingData('excludeShippedLate', 'shippedLate');
	if (fulfilledBy === null) return missingData('excludeShippedLate', 'fulfilledBy');
	return { reason: 'shippedLate', detail: '`shippedLate` is true' };
};
