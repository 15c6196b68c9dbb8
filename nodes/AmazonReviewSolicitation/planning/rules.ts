// cspell:ignore Tell
import { DateTime } from 'luxon';

import { compareDecimals, DECIMAL } from '../../shared/domain/decimal';
import type { SellerOrder } from '../../shared/domain/order';
import type { ReturnsGap } from '../orders/reports/returnsReport';
import { tidied } from '../orders/reports/writtenIds';

/**
 * Which orders may get a request, as chosen by the seller. A missing rule is disabled; with all
 * rules disabled no order is left out. A list of orders to leave out may be empty. An empty list of
 * orders to select selects nothing, because it was given.
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

/**
 * Why the rules leave out an order: each reason with its meaning. If several apply, the first in
 * this order is used.
 */
export const EXCLUSIONS = {
	doNotSolicit: 'The order is on the do-not-solicit list',
	otherMarketplace: 'The order is from a marketplace that is not selected',
	otherFulfilment: 'The order is not fulfilled by the selected party',
	tooOld: 'The order is older than the maximum age',
	notIncludedSku: 'No item of the order has a selected SKU',
	excludedSku: 'An item of the order has an excluded SKU',
	notIncludedAsin: 'No item of the order has a selected ASIN',
	excludedAsin: 'An item of the order has an excluded ASIN',
	totalTooLow: 'The order total is below the minimum',
	totalTooHigh: 'The order total is above the maximum',
	notBusiness: 'The order is not a business order, and only those are selected',
	business: 'The order is a business order, and those are left out',
	notPrime: 'The order is not a Prime order, and only those are selected',
	prime: 'The order is a Prime order, and those are left out',
	replacement: 'The order replaces another one',
	cancellationRequested: 'The buyer requested cancellation of an item',
	shippedLate: 'The seller shipped the order after its latest ship date',
	returned: 'An item of the order was returned, or a return was requested',
	ruleCannotTell:
		'A rule needs data that Amazon did not return for the order, so the order is left out to be safe',
} as const satisfies Record<string, string>;

export type Exclusion = keyof typeof EXCLUSIONS;

export interface ExclusionFinding {
	readonly reason: Exclusion;
	/** Which part of the order or the rule it was. */
	readonly detail: string;
}

/** Amazon's sentence by which to judge the rules of `POLICY_RULES`. */
export const POLICY_NOTE =
	'Amazon\'s help page G201972160 says sellers may not "ask for reviews only from buyers who had a positive experience"';

/**
 * The rules that can leave out buyers because their experience may have been bad, each with the
 * reason. They must be disabled unless the seller turns them on, and be shown with `POLICY_NOTE`.
 */
export const POLICY_RULES = {
	doNotSolicit: 'depends on why the orders were put on the list',
	excludeReplacements: 'a replacement often follows a lost or faulty item',
	excludeCancellationRequested: 'these buyers no longer wanted the order',
	excludeShippedLate: 'these buyers waited longer than promised',
	returnedOrderIds: 'these buyers sent something back',
} as const satisfies Partial<Record<keyof SelectionRules, string>>;

type Check = (order: SellerOrder) => ExclusionFinding | undefined;

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
export function exclusionBy(rules: SelectionRules): Check {
	const checks = checksOf(rules);
	return (order) => {
		let undecided: ExclusionFinding | undefined;
		for (const check of checks) {
			const finding = check(order);
			if (finding !== undefined && finding.reason !== 'ruleCannotTell') return finding;
			undecided ??= finding;
		}
		return undecided;
	};
}

/** The checks of the enabled rules, in the order of `EXCLUSIONS`. */
function checksOf(rules: SelectionRules): Check[] {
	return [
		onList(rules.doNotSolicit, 'doNotSolicit'),
		marketplaceCheck(rules.marketplaceIds),
		fulfillmentCheck(rules.fulfilledBy),
		ageCheck(rules.createdSince),
		itemCheck('includeSkus', rules.includeSkus, 'sku', 'notIncludedSku'),
		itemCheck('excludeSkus', rules.excludeSkus, 'sku', 'excludedSku'),
		itemCheck('includeAsins', rules.includeAsins, 'asin', 'notIncludedAsin'),
		itemCheck('excludeAsins', rules.excludeAsins, 'asin', 'excludedAsin'),
		totalCheck('minTotal', rules.minTotal),
		totalCheck('maxTotal', rules.maxTotal),
		kindCheck('business', rules.business, 'isBusiness', 'notBusiness'),
		kindCheck('prime', rules.prime, 'isPrime', 'notPrime'),
		rules.excludeReplacements === true ? replacementCheck : undefined,
		rules.excludeCancellationRequested === true ? cancellationCheck : undefined,
		rules.excludeShippedLate === true ? lateCheck : undefined,
		onList(rules.returnedOrderIds, 'returned'),
		returnsCheck(rules.returnsGaps),
	].filter((check) => check !== undefined);
}

function missingData(rule: keyof SelectionRules, field: string): ExclusionFinding {
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
