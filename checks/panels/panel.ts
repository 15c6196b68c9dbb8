import {
	NodeHelpers,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
	type INodeTypeDescription,
} from 'n8n-workflow';
import type { Field, Panel } from '../n8n/editor';

/** What n8n itself adds to a node that an AI agent uses. */
const ADDED_FOR_AGENTS = ['descriptionType', 'toolDescription'];

/** n8n adds a pointer to its HTTP Request node to the resources and operations of every node. */
const isOwn = ({ value }: INodePropertyOptions): boolean => value !== '__CUSTOM_API_CALL__';

/** The parameters that every case sets. */
const CHOICES = ['resource', 'operation'];

/** n8n's guidelines want no tip on the trigger's choice of events. */
const WITHOUT_TIP = [...CHOICES, 'events'];

/** One state of a node's panel. */
export interface Case {
	/** Such as `Feedback: Get Many, returnAll=true`. */
	readonly name: string;
	/** Whether it differs from another case in only one parameter. */
	readonly isVariant: boolean;
	/** With all possible options added. */
	readonly parameters: INodeParameters;
}

/** The properties of a collection. */
const optionsOf = ({ options = [] }: INodeProperties): INodeProperties[] =>
	options.filter((option): option is INodeProperties => 'type' in option);

/** The groups of a fixed collection. */
const groupsOf = ({ options = [] }: INodeProperties): INodePropertyCollection[] =>
	options.filter((option): option is INodePropertyCollection => 'values' in option);

/** The choices of a list. */
const choicesOf = ({ options = [] }: INodeProperties): INodePropertyOptions[] =>
	options.filter((option): option is INodePropertyOptions => 'value' in option);

/**
 * The panels of a node to check: each operation with all its options, and again with every other
 * value of each parameter that decides what is shown.
 *
 * @param type as n8n passes it to the editor
 */
export function casesOf(type: INodeTypeDescription): Case[] {
	const choices = operationsOf(type);
	return choices.flatMap(({ name, chosen }) => {
		const base = { name, isVariant: false, parameters: fill(type, chosen) };
		const variants = deciding(type, base.parameters).flatMap((parameter) =>
			otherValues(parameter, base.parameters[parameter.name]).map((value) => ({
				name: `${name}, ${parameter.name}=${value}`,
				isVariant: true,
				parameters: fill(type, { ...chosen, [parameter.name]: value }),
			})),
		);
		return [base, ...variants];
	});
}

/** Each operation of each resource; a node without operations counts as one. */
function operationsOf(
	type: INodeTypeDescription,
): Array<{ readonly name: string; readonly chosen: INodeParameters }> {
	const find = (name: string) => type.properties.filter((property) => property.name === name);
	const [resource] = find('resource');
	const resources = resource ? choicesOf(resource).filter(isOwn) : [undefined];
	return resources.flatMap((one) => {
		const chosen: INodeParameters = one ? { resource: one.value } : {};
		const operation = find('operation').find((property) => isVisible(type, chosen, property));
		if (!operation) return [{ name: type.displayName, chosen }];
		return choicesOf(operation)
			.filter(isOwn)
			.map((each) => ({
				name: [one?.name, each.name].filter(Boolean).join(': '),
				chosen: { ...chosen, operation: each.value },
			}));
	});
}

/** All parameters, and all options of collections, with their defaults. */
function fill(type: INodeTypeDescription, chosen: INodeParameters): INodeParameters {
	const node = nodeOf(type, chosen);
	const parameters =
		NodeHelpers.getNodeParameters(type.properties, chosen, true, false, node, type) ?? {};
	const collections = type.properties.filter(
		(property) => property.type === 'collection' && isVisible(type, parameters, property),
	);
	for (const { name } of collections) parameters[name] = {};
	// Some options are shown only once another one is added.
	for (let pass = 1; pass <= 2; pass += 1) {
		for (const property of collections) {
			const added = optionsOf(property).filter((option) =>
				isVisible(type, parameters, option, property.name),
			);
			parameters[property.name] = Object.fromEntries(
				added.map((option) => [option.name, valueOf(option, property)]),
			);
		}
	}
	return parameters;
}

/** The default, or the placeholder's example if another option is shown only with a value. */
function valueOf(option: INodeProperties, collection: INodeProperties): INodeParameters[string] {
	const isAwaited = optionsOf(collection).some(
		({ displayOptions: { show = {} } = {} }) => option.name in show,
	);
	return isAwaited && option.default === ''
		? (option.placeholder ?? 'x').replace(/^e\.g\. /, '')
		: (option.default as INodeParameters[string]);
}

/** Visible parameters that decide what else is shown. */
function deciding(type: INodeTypeDescription, parameters: INodeParameters): INodeProperties[] {
	const all = type.properties.flatMap((property) => [
		property,
		...(property.type === 'collection' ? optionsOf(property) : []),
	]);
	const names = new Set(
		all
			.flatMap(({ displayOptions: { show = {}, hide = {} } = {} }) => [show, hide])
			.flatMap((conditions) => Object.keys(conditions))
			.map((name) => name.replace(/^\//, '')),
	);
	return type.properties.filter(
		(property) =>
			names.has(property.name) &&
			![...CHOICES, ...ADDED_FOR_AGENTS].includes(property.name) &&
			isVisible(type, parameters, property),
	);
}

function otherValues(property: INodeProperties, value: unknown): Array<INodeParameters[string]> {
	if (property.type === 'boolean') return [!value];
	const values = choicesOf(property).map((option) => option.value);
	if (property.type === 'multiOptions') {
		return [...values.map((each) => [each]), values] as string[][];
	}
	return values.filter((each) => each !== value);
}

/** What the panel must show: the path of each field with its label, and headings and notices. */
export function expectedPanel(type: INodeTypeDescription, parameters: INodeParameters): Panel {
	const fields: Field[] = [];
	const texts: string[] = [];
	const add = (property: INodeProperties, path: string) => {
		const label = property.displayName;
		fields.push({ path, label, described: Boolean(property.description) });
	};
	for (const property of type.properties) {
		if (property.type === 'hidden' || !isVisible(type, parameters, property)) continue;
		if (property.type === 'notice') texts.push(property.displayName);
		else if (property.type === 'collection') {
			texts.push(property.displayName);
			for (const option of optionsOf(property)) {
				const isSet = option.name in groupIn(parameters, property.name);
				if (!isSet || !isVisible(type, parameters, option, property.name)) continue;
				// A list without entries has a heading only.
				if (option.type === 'fixedCollection') texts.push(option.displayName);
				else add(option, `${property.name}.${option.name}`);
			}
		} else if (property.type === 'fixedCollection') {
			texts.push(property.displayName);
			for (const { name, values } of groupsOf(property)) {
				const entries = groupIn(parameters, property.name)[name] ?? [];
				const isList = Array.isArray(entries);
				for (const [index, entry] of ([entries].flat() as INodeParameters[]).entries()) {
					const path = `${property.name}.${name}${isList ? `[${index}]` : ''}`;
					for (const value of values.filter((each) => each.name in entry)) {
						add(value, `${path}.${value.name}`);
					}
				}
			}
		} else add(property, property.name);
	}
	return { fields, texts };
}

/** The values of a collection. */
const groupIn = (parameters: INodeParameters, name: string): INodeParameters =>
	(parameters[name] ?? {}) as INodeParameters;

/** The defects of a panel as text; empty if there are no defects. */
export function defectsOf(expected: Panel, shown: Panel): string[] {
	const paths = new Map(shown.fields.map((field) => [field.path, field]));
	const missing = expected.fields.flatMap(({ path, label, described }) => {
		const field = paths.get(path);
		if (!field) return [`${path} is not shown`];
		if (field.label !== label) return [`${path} has the label '${field.label}', not '${label}'`];
		if (field.isCut) return [`the label '${label}' of ${path} is cut off`];
		if (described && !field.described) return [`${path} shows no description`];
		return [];
	});
	const wanted = new Set([...expected.fields.map(({ path }) => path), ...ADDED_FOR_AGENTS]);
	const surplus = shown.fields
		.filter(({ path }) => !wanted.has(path))
		.map(({ path }) => `${path} is shown but should not be`);
	const silent = expected.texts
		.filter((text) => !shown.texts.some((each) => each.startsWith(text.slice(0, 60))))
		.map((text) => `'${text}' is not shown`);
	return [...missing, ...surplus, ...silent];
}

/** What a description lacks, whatever the panel shows. */
export function gapsOf(type: INodeTypeDescription): string[] {
	const gaps: string[] = [];
	const look = (property: INodeProperties, path: string) => {
		if (!property.displayName) gaps.push(`${path} has no label`);
		const explains = ['notice', 'collection', 'hidden'].includes(property.type);
		if (!explains && !WITHOUT_TIP.includes(property.name) && !property.description) {
			gaps.push(`${path} has no description`);
		}
		if (property.type !== 'collection') return;
		for (const option of optionsOf(property)) look(option, `${path}.${option.name}`);
	};
	for (const property of type.properties) {
		if (!ADDED_FOR_AGENTS.includes(property.name)) look(property, property.name);
	}
	return gaps;
}

function isVisible(
	type: INodeTypeDescription,
	parameters: INodeParameters,
	property: INodeProperties,
	path = '',
): boolean {
	const node = nodeOf(type, parameters);
	return NodeHelpers.displayParameterPath(parameters, property, path, node, type);
}

const nodeOf = (
	{ version }: INodeTypeDescription,
	parameters: INodeParameters,
): Pick<INode, 'typeVersion' | 'parameters'> => ({
	typeVersion: [version].flat().at(-1) ?? 1,
	parameters,
});
