import {
	getArgumentValues,
	KnownArgumentNamesRule,
	parse,
	ProvidedRequiredArgumentsRule,
	stripIgnoredCharacters,
	validate,
	type DocumentNode,
	type FieldNode,
	type GraphQLError,
	type OperationDefinitionNode,
	type SelectionSetNode,
} from 'graphql';
import { invalidInput, type ApiError } from '../http';
import { askedSchema, type Asked } from './asked';
import { rewrite } from './rewrite';
import { DATASET, SCHEMA } from './schema';

const MAX_LENGTH = 8000;

/** A query that Amazon accepts. */
export interface KioskQuery {
	/** As stored. */
	readonly text: string;
	readonly document: DocumentNode;
	readonly asked: Asked;
	/** The fields without fields of their own, as the refusal names them. */
	readonly leaves: readonly string[];
	/** Under which keys the list is in the result. */
	readonly resultKeys: readonly [dataset: string, list: string];
}

/** 400 for a query; Amazon's details are unconfirmed, except for an unknown dataset. */
const invalid = (details: string): ApiError =>
	invalidInput('The provided query is invalid.', details);

/** Fields with those of fragments, each fragment once. */
function fieldsOf(
	set: SelectionSetNode | undefined,
	document: DocumentNode,
	seen = new Set<string>(),
): FieldNode[] {
	return (set?.selections ?? []).flatMap((selection) => {
		if (selection.kind === 'Field') return selection.name.value === '__typename' ? [] : [selection];
		if (selection.kind === 'InlineFragment')
			return fieldsOf(selection.selectionSet, document, seen);
		const { value } = selection.name;
		if (seen.has(value)) return [];
		seen.add(value);
		const fragment = document.definitions.find(
			(node) => node.kind === 'FragmentDefinition' && node.name.value === value,
		);
		return fragment?.kind === 'FragmentDefinition'
			? fieldsOf(fragment.selectionSet, document, seen)
			: [];
	});
}

function leavesOf(field: FieldNode, document: DocumentNode, above = ''): string[] {
	const path = `${above}${field.name.value}`;
	if (!field.selectionSet) return [path];
	return fieldsOf(field.selectionSet, document).flatMap((inner) =>
		leavesOf(inner, document, `${path}.`),
	);
}

function readDocument(text: string): DocumentNode {
	let document: DocumentNode;
	try {
		document = parse(text);
	} catch (error) {
		throw invalid(error instanceof Error ? error.message : String(error));
	}
	if (stripIgnoredCharacters(text).length > MAX_LENGTH) {
		throw invalid(`The query is longer than ${MAX_LENGTH} characters.`);
	}
	return document;
}

function operationOf({ definitions }: DocumentNode): OperationDefinitionNode {
	const operations = definitions.filter((node) => node.kind === 'OperationDefinition');
	const [operation] = operations;
	if (!operation || operations.length > 1) throw invalid('There must be one operation.');
	if (operation.operation !== 'query') throw invalid('Only queries are supported.');
	// The request has no field for their values.
	if ((operation.variableDefinitions ?? []).length > 0) {
		throw invalid('Variables are not supported.');
	}
	return operation;
}

/** The dataset and its one list. */
function selected(document: DocumentNode): [dataset: FieldNode, list: FieldNode] {
	const roots = fieldsOf(operationOf(document).selectionSet, document);
	const datasets = roots.filter(({ name }) => /_\d{4}_\d{2}_\d{2}$/.test(name.value));
	const [dataset] = datasets;
	if (!dataset) throw invalidInput('Query did not have a versioned domain field');
	if (roots.length > 1) throw invalid('Only one versioned domain field is supported.');
	if (dataset.name.value !== DATASET) {
		throw invalid(`Query '${dataset.name.value}' is not supported.`);
	}
	const [list, ...others] = fieldsOf(dataset.selectionSet, document);
	if (others.length > 0) {
		throw invalidInput('Versioned domain cannot select multiple query fields.');
	}
	if (!list) throw invalid('The versioned domain field has no query field.');
	return [dataset, list];
}

const nameOf = (error: GraphQLError | undefined): string => {
	const [node] = error?.nodes ?? [];
	return node?.kind === 'Argument' ? node.name.value : '';
};

function checkFields(document: DocumentNode, list: FieldNode): void {
	const [unknown] = validate(SCHEMA, document, [KnownArgumentNamesRule]);
	if (unknown) throw invalidInput(`Unknown field argument ${nameOf(unknown)}`);
	if (validate(SCHEMA, document, [ProvidedRequiredArgumentsRule]).length > 0) {
		const given = (list.arguments ?? []).map(({ name }) => name.value);
		const missing = ['aggregateBy', 'startDate', 'endDate', 'marketplaceIds'].filter(
			(name) => !given.includes(name),
		);
		throw invalidInput(`Missing required fields '[${missing.join(', ')}]'`);
	}
	const [other] = validate(SCHEMA, document);
	if (other) throw invalid(other.message);
}

const keyOf = ({ alias, name }: FieldNode): string => alias?.value ?? name.value;

/** Reads and checks the text of a query. */
export function readQuery(given: string, isRewritten: boolean): KioskQuery {
	const read = readDocument(given);
	const text = isRewritten ? rewrite(read) : given;
	// Errors of the run name places in the stored text.
	const document = isRewritten ? parse(text) : read;
	const [dataset, list] = selected(document);
	checkFields(document, list);
	const field = list.name.value;
	const definition = SCHEMA.getType('Analytics_SalesAndTraffic_2024_04_24');
	const args = definition && 'getFields' in definition ? definition.getFields()[field] : undefined;
	if (!args || !('args' in args)) throw invalid(`Unknown field '${field}'.`);
	return {
		text,
		document,
		asked: askedSchema.parse({ field, ...getArgumentValues(args, list) }),
		leaves: leavesOf(dataset, document),
		resultKeys: [keyOf(dataset), keyOf(list)],
	};
}
