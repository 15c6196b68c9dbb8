import type { INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { FULFILLERS } from '../../../shared/domain/order';
import { POLICY_NOTE, POLICY_RULES } from '../../../shared/domain/selectionRules';
import { marketplaceOptions } from '../../../shared/n8n/marketplaceParameter';
import { fulfilledByParameter } from '../../orders/fulfilledByParameter';

/** A text with commas or line ends between its entries, or the list of an expression. */
const list = z
	.union([z.string().transform((text) => text.split(/[,;\n]/)), z.array(z.coerce.string())])
	.transform((entries) => entries.map((entry) => entry.trim()).filter(Boolean));

const decimal = z
	.union([z.string(), z.number()])
	.transform((value) => String(value).trim())
	.refine((text) => /^(\d+(\.\d+)?)?$/.test(text), 'Give a number such as 19.99');

export const selectionSchema = z.object({
	includeSkus: list.optional(),
	excludeSkus: list.optional(),
	includeAsins: list.optional(),
	excludeAsins: list.optional(),
	marketplaceIds: z.array(z.string()).optional(),
	fulfilledBy: z.enum(FULFILLERS).optional(),
	minTotal: decimal.optional(),
	maxTotal: decimal.optional(),
	business: z.enum(['only', 'exclude']).optional(),
	prime: z.enum(['only', 'exclude']).optional(),
	oldestDays: z.number().positive().optional(),
	excludeReplacements: z.boolean().optional(),
	excludeCancellationRequested: z.boolean().optional(),
	excludeShippedLate: z.boolean().optional(),
	returnedOrderIds: list.optional(),
	returnsFromReports: z.boolean().optional(),
	doNotSolicit: list.optional(),
});

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
	description: `${description}. Separate them by commas or lines, or use an expression that gives a list.`,
});

const onlyOrExclude = (displayName: string, name: string): INodeProperties => ({
	displayName,
	name,
	type: 'options',
	default: 'exclude',
	options: [
		{ name: 'Leave Out', value: 'exclude' },
		{ name: 'Only These', value: 'only' },
	],
	description: `Whether to leave out ${displayName.toLowerCase()} or all others`,
});

/** A rule that can leave out buyers because their experience may have been bad says so. */
const underPolicy = (
	rule: keyof typeof POLICY_RULES,
	description: string,
): Pick<INodeProperties, 'description'> => ({
	description: `${description}. Mind the policy: ${POLICY_RULES[rule]}. ${POLICY_NOTE}.`,
});

/** Selection rules as an editor's collection: every rule is off until it is added. */
export const selectionRules: INodeProperties = {
	displayName: 'Selection Rules',
	name: 'rules',
	type: 'collection',
	placeholder: 'Add rule',
	default: {},
	description: `Which orders to leave out; none, unless you add a rule. ${POLICY_NOTE}.`,
	options: [
		onlyOrExclude('Business Orders', 'business'),
		{
			...listOf(
				'Do Not Solicit',
				'doNotSolicit',
				'111-1234567-7654321',
				'Orders never to ask about',
			),
			...underPolicy(
				'doNotSolicit',
				'IDs of orders never to ask about, separated by commas or lines, or as a list',
			),
		},
		listOf(
			'Exclude ASINs',
			'excludeAsins',
			'B0EXAMPLE1, B0EXAMPLE2',
			'Leave out orders with any of these',
		),
		{
			displayName: 'Exclude Cancel Requests',
			name: 'excludeCancellationRequested',
			type: 'boolean',
			default: true,
			...underPolicy(
				'excludeCancellationRequested',
				'Whether to leave out orders whose buyer asked to cancel an item',
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
			placeholder: "e.g. {{ $('Returns').all().map((item) => item.json.orderId) }}",
			...underPolicy(
				'returnedOrderIds',
				'IDs of orders that were returned or refunded, such as those of another node, to leave out',
			),
		},
		{
			displayName: 'Exclude Returned (Reports)',
			name: 'returnsFromReports',
			type: 'boolean',
			default: true,
			...underPolicy(
				'returnedOrderIds',
				"Whether to leave out orders that stand in Amazon's returns reports, which takes two reports per 30 days and marketplace",
			),
		},
		{
			displayName: 'Exclude Shipped Late',
			name: 'excludeShippedLate',
			type: 'boolean',
			default: true,
			...underPolicy(
				'excludeShippedLate',
				'Whether to leave out orders that you fulfil and that left after their latest ship date',
			),
		},
		listOf(
			'Exclude SKUs',
			'excludeSkus',
			'MUG-BLUE, MUG-RED',
			'Leave out orders with any of these',
		),
		fulfilledByParameter,
		listOf(
			'Include ASINs',
			'includeAsins',
			'B0EXAMPLE1, B0EXAMPLE2',
			'Only orders with at least one of these',
		),
		listOf(
			'Include SKUs',
			'includeSkus',
			'MUG-BLUE, MUG-RED',
			'Only orders with at least one of these',
		),
		{
			displayName: 'Marketplaces',
			name: 'marketplaceIds',
			type: 'multiOptions',
			default: [],
			options: marketplaceOptions,
			description: 'Only orders of these marketplaces',
		},
		{
			displayName: 'Oldest Orders (Days)',
			name: 'oldestDays',
			type: 'number',
			default: 40,
			typeOptions: { minValue: 1 },
			description:
				'Leave out orders placed longer ago. Without it, past orders are caught up with as long as their window is open.',
		},
		{
			displayName: 'Order Value Above',
			name: 'minTotal',
			type: 'string',
			default: '',
			placeholder: 'e.g. 20.00',
			description: "Least order total, in the order's own currency",
		},
		{
			displayName: 'Order Value Below',
			name: 'maxTotal',
			type: 'string',
			default: '',
			placeholder: 'e.g. 500',
			description: "Highest order total, in the order's own currency",
		},
		onlyOrExclude('Prime Orders', 'prime'),
	],
};
