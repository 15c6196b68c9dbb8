import {
	NodeHelpers,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
} from 'n8n-workflow';

import { AmazonSellingPartnerApi } from '../../credentials/AmazonSellingPartnerApi.credentials';
import { AmazonReviewSolicitation } from '../../nodes/AmazonReviewSolicitation/AmazonReviewSolicitation.node';
import { AmazonSellerFeedback } from '../../nodes/AmazonSellerFeedback/AmazonSellerFeedback.node';
import { AmazonSellerFeedbackTrigger } from '../../nodes/AmazonSellerFeedbackTrigger/AmazonSellerFeedbackTrigger.node';
import { AmazonSellerRating } from '../../nodes/AmazonSellerRating/AmazonSellerRating.node';
import { filesIn, readDocument } from './documents';

/** n8n's UX guidelines, as far as a test can check them. */

const nodes = [
	new AmazonReviewSolicitation(),
	new AmazonSellerFeedback(),
	new AmazonSellerFeedbackTrigger(),
	new AmazonSellerRating(),
].map(({ description }) => description);

type Part = INodeProperties | INodePropertyCollection | INodePropertyOptions;

/** A parameter with all parameters in it. Choices of a list are not parameters. */
const withInner = (property: INodeProperties): INodeProperties[] => [
	property,
	...(property.options ?? []).flatMap((option: Part) => {
		if ('values' in option) return option.values.flatMap(withInner);
		return 'type' in option ? withInner(option) : [];
	}),
];

const parametersOf = (properties: readonly INodeProperties[]) => properties.flatMap(withInner);

const ofNodes = nodes.flatMap(({ name, properties }) =>
	parametersOf(properties).map((property) => ({ where: `${name}, ${property.name}`, property })),
);

const all = [
	...ofNodes,
	...parametersOf(new AmazonSellingPartnerApi().properties).map((property) => ({
		where: `credential, ${property.name}`,
		property,
	})),
];

const wrong = (parameters: typeof all, isWrong: (property: INodeProperties) => boolean): string[] =>
	parameters.filter(({ property }) => isWrong(property)).map(({ where }) => where);

describe('what a user sees', () => {
	it('begins the description of a switch with Whether', () => {
		const switches = all.filter(({ property }) => property.type === 'boolean');
		expect(switches.length).toBeGreaterThan(20);
		expect(wrong(switches, ({ description }) => !description?.startsWith('Whether '))).toEqual([]);
	});

	it('begins the placeholder of a text field with e.g.', () => {
		const texts = all.filter(({ property }) => property.type === 'string');
		expect(
			wrong(texts, ({ placeholder }) => placeholder !== undefined && !/^e\.g\. /.test(placeholder)),
		).toEqual([]);
	});

	it('has a switch turned on once it is added as an option', () => {
		const options = ofNodes
			.filter(({ property }) => property.type === 'collection')
			.flatMap(({ where, property }) =>
				((property.options ?? []) as INodeProperties[]).map((option) => ({
					where: `${where}, ${option.name}`,
					property: option,
				})),
			);
		const switches = options.filter(({ property }) => property.type === 'boolean');
		expect(switches.length).toBeGreaterThan(10);
		expect(wrong(switches, (property) => property.default !== true)).toEqual([]);
	});

	it('has few fields in a fresh panel', () => {
		const crowded = nodes.flatMap((node) => {
			const { name, properties } = node;
			const choices = properties.filter((property) => property.name === 'operation');
			const panels = choices.flatMap(({ options = [], displayOptions }) =>
				(options as INodePropertyOptions[]).map(({ value }) => ({
					...(displayOptions && { resource: displayOptions.show?.resource?.[0] }),
					operation: value,
				})),
			);
			return (panels.length > 0 ? panels : [{}]).flatMap((chosen) => {
				const at = { typeVersion: 1, parameters: chosen as INodeParameters };
				const all =
					NodeHelpers.getNodeParameters(properties, at.parameters, true, false, at, node) ?? {};
				const fields = properties.filter(
					(property) =>
						!['notice', 'hidden'].includes(property.type) &&
						!['resource', 'operation'].includes(property.name) &&
						NodeHelpers.displayParameter(all, property, at, node),
				);
				return fields.length > 8 ? [`${name}, ${JSON.stringify(chosen)}: ${fields.length}`] : [];
			});
		});
		// n8n's own four for a list (Return All, Limit, Filters, Options), the source and the period.
		expect(crowded).toEqual([
			'amazonReviewSolicitation, {"resource":"order","operation":"getMany"}: 10',
		]);
	});

	it('has names in title case', () => {
		const small = /^(a|an|and|as|at|by|for|from|if|in|is|it|of|on|or|per|the|to|with)$/;
		const isTitle = (name: string) =>
			name
				.split(/[\s/-]+/)
				.every((word, index) => !/^[a-z]/.test(word) || (index > 0 && small.test(word)));
		expect(
			wrong(all, ({ displayName, type }) => type !== 'notice' && !isTitle(displayName)),
		).toEqual([]);
	});

	it('has Return All (off) and Limit (50) for each list', () => {
		const pageable = nodes.flatMap(({ properties }) => {
			const named = (name: string) => properties.filter((property) => property.name === name);
			return [...named('returnAll'), ...named('limit')];
		});
		expect(pageable.length).toBeGreaterThanOrEqual(6);
		for (const { name, default: given } of pageable) {
			expect(given).toBe(name === 'limit' ? 50 : false);
		}
	});

	it('lets the user pick dates from a calendar', () => {
		const dates = ofNodes.filter(({ property }) => /^(from|until|since)$/.test(property.name));
		expect(dates.length).toBeGreaterThan(2);
		expect(wrong(dates, ({ type }) => type !== 'dateTime')).toEqual([]);
	});

	it('labels the choice of events Trigger On, without a description', () => {
		const trigger = nodes.find(({ polling }) => polling === true);
		expect(trigger?.displayName).toMatch(/ Trigger$/);
		expect(trigger?.properties[0]).toMatchObject({ displayName: 'Trigger On' });
		expect(trigger?.properties[0]?.description).toBeUndefined();
	});

	it('avoids the words error, problem, failure and mistake', () => {
		const texts = ['nodes', 'credentials']
			.flatMap((folder) => filesIn(folder, '.ts'))
			// What buyers write.
			.filter((file) => !file.startsWith('nodes/shared/domain/comments/words/'))
			.flatMap((file) => readDocument(file).split('\n'))
			.filter((line) => !/^\s*(\/\/|\/?\*|import |\} from )/.test(line))
			.flatMap((line) => [...line.matchAll(/(['"`])((?:(?!\1)[^\\]|\\.)*)\1/g)])
			.map(([, , text = '']) => text.replace(/\$\{[^}]*\}/g, '…'))
			.filter((text) => / /.test(text));
		expect(texts.length).toBeGreaterThan(300);
		expect(texts.filter((text) => /\b(error|problem|failure|mistake)s?\b/i.test(text))).toEqual([]);
	});
});
