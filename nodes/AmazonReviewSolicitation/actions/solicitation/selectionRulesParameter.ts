// cspell:ignore Tell
import type { INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import {
	problemOf,
	readListInSteps,
	type GivenList,
	type ListKind,
	type ReadingOptions,
} from '../../planning/givenList';
import { FULFILLERS } from '../../../shared/domain/order';
import { POLICY_NOTE, RULES, type Rule, type RuleEntry } from '../../planning/selectionRules';
import { ifAdded } from '../../../shared/n8n/commonParameters';
import { marketplaceOptions } from '../../../shared/n8n/marketplaceParameter';
import { inTurns } from '../../../shared/spapi/pause';
import { fulfilledByParameter } from '../../orders/fulfilledByParameter';

/**
 * A list in any shape; only `readParametersInTurns` can read it. An expression that returns no value is
 * not a list, because its intended content is unknown.
 */
export const listOfKind = (kind: ListKind, options?: ReadingOptions) =>
	z.unknown().transform(async (given, context): Promise<GivenList | undefined> => {
		if (given === undefined) return undefined;
		const list = await inTurns(readListInSteps(given, kind, options));
		const problem = problemOf(list, kind);
		if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
		return list;
	});

const listOfValues = (kind: ListKind, options?: ReadingOptions) =>
	listOfKind(kind, options).transform((list) => list?.entries.map(({ value }) => value));

const decimal = z
	.union([z.string(), z.number()])
	.transform((value) => String(value).trim())
	.refine((text) => /^\d+(\.\d+)?$/.test(text), 'Enter a number such as 19.99');

/**
 * Rejects an added option whose expression returns nothing. The intended value is unknown, and that
 * must not disable a rule or a limit.
 */
export const addedOptions = () =>
	// Not a record: when Zod reads one asynchronously, it drops the values that are undefined.
	z.unknown().transform((options, context): Readonly<Record<string, unknown>> => {
		const received = z.getParsedType(options);
		if (received !== 'object') {
			context.addIssue({ code: 'invalid_type', expected: 'object', received });
			return z.NEVER;
		}
		for (const [name, value] of Object.entries(options as object)) {
			if (value === undefined || value === null) {
				context.addIssue({
					code: 'custom',
					path: [name],
					message:
						'Could not read the value: the expression returns nothing. Check its field names; for an empty list, return [].',
				});
			}
		}
		return options as Readonly<Record<string, unknown>>;
	});

/** How each kind of value is read. */
const SCHEMAS = {
	orderIds: listOfValues('orderId'),
	skus: listOfValues('sku'),
	exactSkus: listOfValues('sku', { linesAreExact: true }),
	asins: listOfValues('asin'),
	marketplaces: listOfValues('marketplace'),
	fulfiller: z.enum(FULFILLERS).optional(),
	onlyOrExclude: z.enum(['only', 'exclude']).optional(),
	switch: z.boolean().optional(),
	amount: decimal.optional(),
	// A hundred years, because a larger number could go back further than dates do.
	days: z.number().positive().max(36_500).optional(),
} as const satisfies Record<RuleEntry, z.ZodTypeAny>;

type Rules = typeof RULES;

type ParameterOf<Name extends keyof Rules> = Rules[Name] extends {
	parameter: infer Own extends string;
}
	? Own
	: Name;

/** The schema of each rule, by the name of its parameter. */
type RuleShape = {
	[Name in keyof Rules as ParameterOf<Name>]: (typeof SCHEMAS)[Rules[Name]['entry']];
};

/** What the editor needs of a rule; `name` is that of its parameter. */
type RuleRow = Pick<Rule<never>, 'label' | 'hint' | 'entry' | 'example' | 'policy'> & {
	readonly name: string;
};

const ROWS = Object.entries(RULES).map(
	([name, rule]): RuleRow => ({ ...rule, name: 'parameter' in rule ? rule.parameter : name }),
);

const rulesObject = z.object(
	Object.fromEntries(ROWS.map(({ name, entry }) => [name, SCHEMAS[entry]])) as RuleShape,
);

export const selectionSchema = addedOptions().pipe(
	rulesObject.extend({
		canceledReturns: z.enum(['cannotTell', 'noReturns']).default('cannotTell'),
	}),
);

/** Rules that are about all orders, so a campaign has none of its own. */
const OF_ALL_ORDERS: readonly string[] = [
	'doNotSolicit',
	'returnedOrderIds',
	'returnsFromReports',
] satisfies Array<keyof RuleShape>;

const CAMPAIGN_ROWS = ROWS.filter(({ name }) => !OF_ALL_ORDERS.includes(name));

/** The rules of a campaign. */
export const campaignRulesSchema = addedOptions().pipe(
	rulesObject.omit({ doNotSolicit: true, returnedOrderIds: true, returnsFromReports: true }),
);

export type Selection = z.infer<typeof selectionSchema>;

/** How each kind of value is entered. */
function fieldFor({ entry, example }: RuleRow): Omit<INodeProperties, 'displayName' | 'name'> {
	const placeholder = example === undefined ? {} : { placeholder: `e.g. ${example}` };
	switch (entry) {
		case 'orderIds':
		case 'skus':
		case 'exactSkus':
		case 'asins':
			return { type: 'string', typeOptions: { rows: 3 }, default: '', ...placeholder };
		case 'marketplaces':
			return { type: 'multiOptions', default: [], options: marketplaceOptions };
		case 'fulfiller':
			return fulfilledByParameter;
		case 'onlyOrExclude':
			return {
				type: 'options',
				default: 'exclude',
				options: [
					{ name: 'Leave Out', value: 'exclude' },
					{ name: 'Only These', value: 'only' },
				],
			};
		case 'switch':
			return { type: 'boolean', default: true };
		case 'amount':
			return { type: 'string', default: '', ...placeholder };
		case 'days':
			return { type: 'number', default: 40, typeOptions: { minValue: 1, maxValue: 36500 } };
	}
}

/** A rule that can leave out buyers because their experience may have been bad says so. */
const descriptionOf = ({ hint, policy }: RuleRow): string =>
	policy === undefined ? hint : `${hint}. Consider Amazon's policy: ${policy}. ${POLICY_NOTE}.`;

const parameterOf = (row: RuleRow): INodeProperties => ({
	...fieldFor(row),
	displayName: row.label,
	name: row.name,
	description: descriptionOf(row),
});

const canceledReturns: INodeProperties = {
	displayName: 'If a Returns Report Is Canceled',
	name: 'canceledReturns',
	type: 'options',
	default: 'cannotTell',
	displayOptions: ifAdded('returnsFromReports'),
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
};

/** The selection rules as a collection for the editor. A rule is disabled until it is added. */
export const selectionRules: INodeProperties = {
	displayName: 'Selection Rules',
	name: 'rules',
	type: 'collection',
	placeholder: 'Add rule',
	default: {},
	description: `Orders to leave out. By default, none are left out. ${POLICY_NOTE}.`,
	options: [...ROWS.map(parameterOf), canceledReturns].toSorted((a, b) =>
		a.displayName.localeCompare(b.displayName),
	),
};

/** The rules of a campaign for the editor: they decide which orders belong to it. */
export const campaignRules: INodeProperties = {
	...selectionRules,
	description: `Which orders belong to the campaign; all without a rule. An order that does not meet them goes to the next campaign: to leave it out, use 'Selection Rules' of the node. ${POLICY_NOTE}.`,
	options: CAMPAIGN_ROWS.map(parameterOf).toSorted((a, b) =>
		a.displayName.localeCompare(b.displayName),
	),
};
