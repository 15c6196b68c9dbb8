import { stripIgnoredCharacters, visit, type DocumentNode } from 'graphql';

const block = (parts: readonly string[]): string => `{${parts.join(' ')}}`;
const inBrackets = (parts: readonly string[] = []): string =>
	parts.length === 0 ? '' : `(${parts.join(',')})`;
const spaced = (parts: ReadonlyArray<string | undefined>): string =>
	parts.filter((part) => part !== undefined && part !== '').join(' ');

/**
 * The query as Amazon stores it: on one line, a comma between arguments, one space before each
 * brace. The order of fields and arguments stays.
 */
export function rewrite(document: DocumentNode): string {
	return visit<string>(document, {
		Name: { leave: ({ value }) => value },
		Document: { leave: ({ definitions }) => definitions.join(' ') },
		OperationDefinition: {
			leave: ({ operation, name, directives, selectionSet }) =>
				spaced([operation, name, ...(directives ?? []), selectionSet]),
		},
		FragmentDefinition: {
			leave: ({ name, typeCondition, directives, selectionSet }) =>
				spaced(['fragment', name, 'on', typeCondition, ...(directives ?? []), selectionSet]),
		},
		SelectionSet: { leave: ({ selections }) => block(selections) },
		Field: {
			leave: ({ alias, name, arguments: args, directives, selectionSet }) => {
				const called = `${alias ? `${alias}:` : ''}${name}${inBrackets(args)}`;
				return spaced([called, ...(directives ?? []), selectionSet]);
			},
		},
		Argument: { leave: ({ name, value }) => `${name}:${value}` },
		Directive: { leave: ({ name, arguments: args }) => `@${name}${inBrackets(args)}` },
		FragmentSpread: {
			leave: ({ name, directives }) => spaced([`...${name}`, ...(directives ?? [])]),
		},
		InlineFragment: {
			leave: ({ typeCondition, directives, selectionSet }) => {
				const on = typeCondition ? `on ${typeCondition}` : '';
				return spaced(['...', on, ...(directives ?? []), selectionSet]);
			},
		},
		NamedType: { leave: ({ name }) => name },
		IntValue: { leave: ({ value }) => value },
		FloatValue: { leave: ({ value }) => value },
		EnumValue: { leave: ({ value }) => value },
		StringValue: { leave: ({ value }) => JSON.stringify(value) },
		BooleanValue: { leave: ({ value }) => String(value) },
		NullValue: { leave: () => 'null' },
		ListValue: { leave: ({ values }) => `[${values.join(',')}]` },
		ObjectValue: { leave: ({ fields }) => `{${fields.join(',')}}` },
		ObjectField: { leave: ({ name, value }) => `${name}:${value}` },
	});
}

/** Whether two texts are the same query, however they are spaced. */
export const isSameQuery = (one: string, other: string): boolean =>
	stripIgnoredCharacters(one) === stripIgnoredCharacters(other);
