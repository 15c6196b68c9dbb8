// cspell:ignore Tell
import type { INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import {
	problemOf,
	readList,
	settledOrderIds,
	type GivenList,
	type ListKind,
	type ReadingOptions,
} from '../../planning/givenList';
import { FULFILLERS } from '../../../shared/domain/order';
import { POLICY_NOTE, POLICY_RULES } from '../../planning/rules';
import { marketplaceOptions } from '../../../shared/n8n/marketplaceParameter';
import { fulfilledByParameter } from '../../orders/fulfilledByParameter';

/**
 * A list in any shape. An expression that returns no value is not a list, because its intended
 * content is unknown.
 */
const listOfKind = (kind: ListKind, options?: ReadingOptions) =>
	z.unknown().transform((given, context): GivenList | undefined => {
		if (given === undefined) return undefined;
		const list = readList(given, kind, options);
		const problem = problemOf(list, kind);
		if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
		return list;
	});

const listOfValues = (kind: ListKind, options?: ReadingOptions) =>
	listOfKind(kind, options).transform((list) => list?.entries.map(({ value }) => value));

/** Order IDs that are settled. In rows of a ledger, only those that the ledger marks as settled. */
export const settledOrders = listOfKind('orderId').transform((list) =>
	list === undefined ? undefined : settledOrderIds(list),
);

const decimal = z
	.union([z.string(), z.number()])
	.transform((value) => String(value).trim())
	.refine((text) => /^\d+(\.\d+)?$/.test(text), 'Enter a number such as 19.99');

/**
 * Rejects an added option whose expression returns nothing. The intended value is unknown, and that
 * must not disable a rule or a limit.
 * @param mayLackValue options for which no value means the same as not adding them
 */
export const addedOptions = (mayLackValue: readonly string[] = []) =>
	z.record(z.unknown()).superRefine((options, context) => {
		for (const [name, value] of Object.entries(options)) {
			if ((value === undefined || value === null) && !mayLackValue.includes(name)) {
				context.addIssue({
					code: 'custom',
					path: [name],
					message:
						'Could not read the value: the expression returns nothing. Check its field names; for an empty list, return [].',
				});
			}
		}
	});

export const selectionSchema = addedOptions().pipe(
	z.object({
		includeSkus: listOfValues('sku', { linesAreExact: true }),
		excludeSkus: listOfValues('sku'),
		includeAsins: listOfValues('asin'),
		excludeAsins: listOfValues('asin'),
		marketplaceIds: listOfValues('marketplace'),
		fulfilledBy: z.enum(FULFILLERS).optional(),
		minTotal: decimal.optional(),
		maxTotal: decimal.optional(),
		business: z.enum(['only', 'exclude']).optional(),
		prime: z.enum(['only', 'exclude']).optional(),
		// A hundred years. Dates do not reach as far back as numbers.
		maxOrderAgeDays: z.number().positive().max(36_500).optional(),
		excludeReplacements: z.boolean().optional(),
		excludeCancellationRequested: z.boolean().optional(),
		excludeShippedLate: z.boolean().optional(),
		returnedOrderIds: listOfValues('orderId'),
		returnsFromReports: z.boolean().optional(),
		canceledReturns: z.enum(['cannotTell', 'noReturns']).default('cannotTell'),
		doNotSolicit: listOfValues('orderId'),
	}),
);

export type Selection = z.infer<typeof selectionSchema>;

const listOf = (
	displayName: string,
	name: string,
	example: string,
	description: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'string',
	typeOptions: { rows: 3 },
	default: '',
	placeholder: `e.g. ${example}`,
	description,
});

const ONE_PER_LINE =
	'One per line, or separated by commas, or an expression that returns a list or rows';

const INCLUDES_NONE = 'An empty list selects no order.';

const onlyOrExclude = (displayName: string, name: string): INodeProperties => ({
	displayName,
	name,
	type: 'options',
	default: 'exclude',
	options: [
		{ name: 'Leave Out', value: 'exclude' },
		{ name: 'Only These', value: 'only' },
	],
	description: `Whether to leave out ${displayName.toLowerCase()}, or plan only these`,
});

/**
 * The description of a rule that can leave out buyers because their experience may have been bad;
 * it says so.
 */
const underPolicy = (
	rule: keyof typeof POLICY_RULES,
	description: string,
): Pick<INodeProperties, 'description'> => ({
	description: `${description}. Consider Amazon's policy: ${POLICY_RULES[rule]}. ${POLICY_NOTE}.`,
});

/** The selection rules as a collection for the editor. A rule is disabled until it is added. */
export const selectionRules: INodeProperties = {
	displayName: 'Selection Rules',
	name: 'rules',
	type: 'collection',
	placeholder: 'Add rule',
	default: {},
	description: `Orders to leave out. By default, none are left out. ${POLICY_NOTE}.`,
	options: [
		onlyOrExclude('Business Orders', 'business'),
		{
			...listOf('Do Not Solicit', 'doNotSolicit', '111-1234567-7654321', ''),
			...underPolicy(
				'doNotSolicit',
				'IDs of orders to never request a review for, as text, a list or rows with a field orderId. The node stops if an entry is not an order ID',
			),
		},
		listOf(
			'Exclude ASINs',
			'excludeAsins',
			'B0EXAMPLE1, B0EXAMPLE2',
			`Leave out orders with any of these. ${ONE_PER_LINE}.`,
		),
		{
			displayName: 'Exclude Cancellation Requests',
			name: 'excludeCancellationRequested',
			type: 'boolean',
			default: true,
			...underPolicy(
				'excludeCancellationRequested',
				"Whether to leave out orders with a buyer's cancellation request",
			),
		},
		{
			displayName: 'Exclude Replacements',
			name: 'excludeReplacements',
			type: 'boolean',
			default: true,
			...underPolicy('excludeReplacements', 'Whether to leave out orders that replace another one'),
		},
		{
			displayName: 'Exclude Returned',
			name: 'returnedOrderIds',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			placeholder: "e.g. {{ $('Returns').all() }}",
			...underPolicy(
				'returnedOrderIds',
				'IDs of returned or refunded orders to leave out, as text, a list or rows with a field orderId. The node stops if an entry is not an order ID',
			),
		},
		{
			displayName: 'Exclude Returned (Reports)',
			name: 'returnsFromReports',
			type: 'boolean',
			default: true,
			...underPolicy(
				'returnedOrderIds',
				"Whether to leave out orders in Amazon's returns reports. Needs two reports per 30 days of orders. Orders of unreadable reports are left out",
			),
		},
		{
			displayName: 'Exclude Shipped Late',
			name: 'excludeShippedLate',
			type: 'boolean',
			default: true,
			...underPolicy(
				'excludeShippedLate',
				'Whether to leave out orders that you fulfill and that shipped after their latest ship date',
			),
		},
		listOf(
			'Exclude SKUs',
			'excludeSkus',
			'MUG-BLUE, MUG-RED',
			`Leave out orders with any of these. ${ONE_PER_LINE}.`,
		),
		fulfilledByParameter,
		{
			displayName: 'If a Returns Report Is Canceled',
			name: 'canceledReturns',
			type: 'options',
			default: 'cannotTell',
			options: [
				{
					name: 'Leave the Orders Out',
					value: 'cannotTell',
					description: 'No review is requested for the affected orders until a report can be read',
				},
				{
					name: 'Treat as No Returns',
					value: 'noReturns',
					description: 'Correct if you know that nothing was returned in that period',
				},
			],
			description:
				"For the rule 'Exclude Returned (Reports)'. Amazon cancels a returns report when nothing was returned, but also when it refuses to make one, and does not say which. Treat it as no returns only if returns are rare for you and earlier reports were complete.",
		},
		listOf(
			'Include ASINs',
			'includeAsins',
			'B0EXAMPLE1, B0EXAMPLE2',
			`Only orders with at least one of these. ${ONE_PER_LINE}. ${INCLUDES_NONE}`,
		),
		listOf(
			'Include SKUs',
			'includeSkus',
			'MUG-BLUE, MUG-RED',
			`Only orders with at least one of these. ${ONE_PER_LINE}. ${INCLUDES_NONE}`,
		),
		{
			displayName: 'Marketplaces',
			name: 'marketplaceIds',
			type: 'multiOptions',
			default: [],
			options: marketplaceOptions,
			description: 'Only orders of these marketplaces. An empty list selects no order.',
		},
		{
			displayName: 'Maximum Order Age (Days)',
			name: 'maxOrderAgeDays',
			type: 'number',
			default: 40,
			typeOptions: { minValue: 1, maxValue: 36500 },
			description:
				'Leave out older orders. Without this rule, past orders are included as long as their window is open.',
		},
		{
			displayName: 'Maximum Order Total',
			name: 'maxTotal',
			type: 'string',
			default: '',
			placeholder: 'e.g. 500',
			description: "Maximum order total, in the order's own currency",
		},
		{
			displayName: 'Minimum Order Total',
			name: 'minTotal',
			type: 'string',
			default: '',
			placeholder: 'e.g. 20.00',
			description: "Minimum order total, in the order's own currency",
		},
		onlyOrExclude('Prime Orders', 'prime'),
	],
};
