import {
	NodeOperationError,
	type IExecuteFunctions,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
	type IPollFunctions,
} from 'n8n-workflow';
import { z } from 'zod';

/**
 * Reads and checks an item's parameters, one per field of the schema, with the same name. A name such as
 * `options.limit` reads only this option, so that n8n resolves no other expressions.
 * @param description the operation's parameters, for the names that the editor shows
 * @throws NodeOperationError that names the parameter as the editor does
 */
export function readParameters<Shape extends z.ZodRawShape>(
	context: IExecuteFunctions,
	itemIndex: number,
	schema: z.ZodObject<Shape>,
	description: readonly INodeProperties[],
): z.infer<z.ZodObject<Shape>> {
	const read = (name: string): unknown => context.getNodeParameter(name, itemIndex, null);
	return check(context, read, schema, description, itemIndex);
}

/** The same for a schema that reads long lists in turns with other work. */
export async function readParametersInTurns<Shape extends z.ZodRawShape>(
	context: IExecuteFunctions,
	itemIndex: number,
	schema: z.ZodObject<Shape>,
	description: readonly INodeProperties[],
): Promise<z.infer<z.ZodObject<Shape>>> {
	const read = (name: string): unknown => context.getNodeParameter(name, itemIndex, null);
	const parsed = await schema.safeParseAsync(given(read, schema), { errorMap: inPlainWords });
	return resultOf(parsed, context, description, itemIndex);
}

/** The same for a trigger, which has no items. */
export function readTriggerParameters<Shape extends z.ZodRawShape>(
	context: IPollFunctions,
	schema: z.ZodObject<Shape>,
	description: readonly INodeProperties[],
): z.infer<z.ZodObject<Shape>> {
	const read = (name: string): unknown => context.getNodeParameter(name, null);
	return check(context, read, schema, description);
}

function check<Shape extends z.ZodRawShape>(
	context: Pick<IExecuteFunctions, 'getNode'>,
	read: (name: string) => unknown,
	schema: z.ZodObject<Shape>,
	description: readonly INodeProperties[],
	itemIndex?: number,
): z.infer<z.ZodObject<Shape>> {
	const parsed = schema.safeParse(given(read, schema), { errorMap: inPlainWords });
	return resultOf(parsed, context, description, itemIndex);
}

/** The value of each field of the schema. */
const given = (
	read: (name: string) => unknown,
	{ shape }: z.ZodObject<z.ZodRawShape>,
): Record<string, unknown> =>
	Object.fromEntries(Object.keys(shape).map((name) => [name, read(name) ?? undefined]));

/** @throws NodeOperationError that names the parameter, if one is not valid */
function resultOf<Result>(
	parsed: z.SafeParseReturnType<unknown, Result>,
	context: Pick<IExecuteFunctions, 'getNode'>,
	description: readonly INodeProperties[],
	itemIndex: number | undefined,
): Result {
	if (parsed.success) return parsed.data;

	const [issue] = parsed.error.issues;
	const path =
		issue?.path.flatMap((part) => (typeof part === 'string' ? part.split('.') : [])) ?? [];
	throw new NodeOperationError(
		context.getNode(),
		`Could not use '${displayName(description, path)}': the value is invalid`,
		{
			itemIndex,
			description: issue && shortened(issue.message),
		},
	);
}

/** What to enter, by the type that Zod expected. */
const WANTED: Readonly<Record<string, string>> = {
	number: 'Enter a number',
	integer: 'Enter a whole number',
	string: 'Enter text',
	boolean: 'Choose true or false',
	array: 'Enter a list',
};

/** Zod's own messages are for programmers; those defined in a schema stay. */
export const inPlainWords: z.ZodErrorMap = (issue, { defaultError }) => ({
	message: plainMessage(issue) ?? defaultError,
});

function plainMessage(issue: z.ZodIssueOptionalMessage): string | undefined {
	switch (issue.code) {
		case 'invalid_type':
			return WANTED[issue.expected];
		case 'not_finite':
			return WANTED.number;
		case 'too_small':
		case 'too_big': {
			if (issue.type !== 'number') return undefined;
			const [limit, one, other] =
				issue.code === 'too_small'
					? [issue.minimum, 'or more', 'more than']
					: [issue.maximum, 'or less', 'less than'];
			return issue.inclusive ? `Enter ${limit} ${one}` : `Enter ${other} ${limit}`;
		}
		case 'invalid_enum_value':
			return `Choose one of ${issue.options.join(', ')}, not ${String(issue.received)}`;
		case 'invalid_union':
		case 'invalid_literal':
			return 'Choose one of the values listed';
		default:
			return undefined;
	}
}

/** Some messages repeat the value, which may be long. */
const shortened = (message: string): string =>
	message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;

const LONGEST_MESSAGE = 300;

/** The name that the editor shows for a parameter; `path` leads through collections. */
function displayName(
	properties: ReadonlyArray<INodeProperties | INodePropertyOptions | INodePropertyCollection>,
	[name = '', ...rest]: readonly string[],
): string {
	const property = properties.find((candidate) => candidate.name === name);
	if (property === undefined || !('displayName' in property)) return name;
	const inner = 'values' in property ? property.values : property.options;
	return rest.length > 0 && inner !== undefined ? displayName(inner, rest) : property.displayName;
}

/**
 * A count, as a number or as text from an expression. An emptied field is not 0, because its intended
 * value is unknown.
 */
export const givenCount = z.unknown().transform((value, check): number => {
	const text = typeof value === 'string' ? value.trim() : String(value);
	const isText = typeof value === 'string' || typeof value === 'number';
	if (isText && /^\d+$/.test(text)) return Number(text);
	check.addIssue({ code: 'custom', message: 'Enter a whole number, 0 or more' });
	return z.NEVER;
});

/** An optional text field; blank means not given. */
export const optionalText = z
	.string()
	.trim()
	.transform((text) => (text === '' ? undefined : text))
	.optional();

/** The same for an expression that may also return null or a list, as text with commas. */
export const optionalList = z.preprocess(
	(value) => (Array.isArray(value) ? value.join(', ') : (value ?? undefined)),
	optionalText,
);

/** A resource locator's value, whatever its mode; blank means not given. */
export const locatorValue = z
	.object({ value: z.union([z.string(), z.number()]).nullish() })
	.transform(({ value }) => String(value ?? '').trim() || undefined)
	.optional();

/** An Amazon ID becomes part of a URL unchanged: `..` or half a character would lead elsewhere. */
const isId = (pattern: RegExp) => (text: string | undefined) =>
	text === undefined || pattern.test(text);

/** The ID of a report to pick up; blank means not given. */
export const reportIdText = optionalText.refine(
	isId(/^[A-Za-z0-9][\w.-]{0,99}$/),
	'Enter a report ID, such as 50012020: letters, digits, dots, hyphens and underscores, at most 100.',
);

/** A resource locator's ASIN; blank means not given. */
export const asinLocator = locatorValue.refine(
	isId(/^[A-Za-z0-9]{10}$/),
	'Enter an ASIN, such as B0ABCDEFGH: 10 letters and digits.',
);
