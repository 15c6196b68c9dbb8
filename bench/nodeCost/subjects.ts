import type { INodeExecutionData } from 'n8n-workflow';

import type { CredentialStore } from '../../test/engine/harness';
import type { BenchedNode } from '../lib/engine';
import { feedbackItems, lastDays, orderIdOf, orderItems, reportItems } from './inputs';

/** A configured node, with its input and the expected output. */
export interface Subject {
	readonly name: string;
	/** A node of n8n itself, only run if n8n is installed. */
	readonly n8nFile?: string;
	readonly node: (credentials: CredentialStore) => BenchedNode;
	readonly items: (count: number) => INodeExecutionData[];
	/** The input is one item, with a file of this number of rows. */
	readonly isFile?: boolean;
	/** The largest size to try. */
	readonly most?: number;
	/** @throws if the outputs are wrong for the items */
	readonly check: (
		outputs: INodeExecutionData[][],
		items: INodeExecutionData[],
		count: number,
	) => void;
}

function expectEqual(actual: unknown, expected: unknown, what: string): void {
	if (actual !== expected)
		throw new Error(`${what}: ${String(actual)} instead of ${String(expected)}`);
}

const isPositive = ({ json }: INodeExecutionData): boolean => Number(json.rating) >= 4;

/** Percentage of 4 and 5 stars. */
const ratingOf = (items: readonly INodeExecutionData[]): number =>
	(100 * items.filter(isPositive).length) / items.length;

const marketplace = { __rl: true, mode: 'id', value: 'US' };

const sameCount: Subject['check'] = (outputs, items) =>
	expectEqual(outputs.flat().length, items.length, 'items');

/** The first one is the base of comparison. */
export const SUBJECTS: readonly Subject[] = [
	{
		name: "n8n's No Operation",
		n8nFile: 'NoOp/NoOp.node.js',
		node: () => ({ type: 'n8n-nodes-base.noOp', parameters: {} }),
		items: feedbackItems,
		check: sameCount,
	},
	{
		name: "n8n's Edit Fields, one field set by an expression",
		n8nFile: 'Set/Set.node.js',
		node: () => ({
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: {
				mode: 'manual',
				assignments: {
					assignments: [
						{ id: '1', name: 'isPositive', type: 'boolean', value: '={{ $json.rating >= 4 }}' },
					],
				},
				includeOtherFields: true,
				options: {},
			},
		}),
		items: feedbackItems,
		most: 100_000,
		check: sameCount,
	},
	{
		name: "n8n's Filter, one condition",
		n8nFile: 'Filter/Filter.node.js',
		node: () => ({
			type: 'n8n-nodes-base.filter',
			typeVersion: 2.2,
			parameters: {
				conditions: {
					options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
					conditions: [
						{
							id: '1',
							leftValue: '={{ $json.rating }}',
							rightValue: 3,
							operator: { type: 'number', operation: 'lte' },
						},
					],
					combinator: 'and',
				},
				options: {},
			},
		}),
		items: feedbackItems,
		most: 100_000,
		check: ([kept = []], items) =>
			expectEqual(kept.length, items.filter((item) => !isPositive(item)).length, 'kept items'),
	},
	{
		name: 'Rating: Evaluate, from items',
		node: () => ({
			type: 'amazonSellerRating',
			parameters: {
				operation: 'evaluate',
				marketplace,
				sources: ['items'],
				dateField: 'date',
				ratingField: 'rating',
				evaluationDays: 0,
				thresholds: {},
				counts: {},
				simplify: true,
				options: {},
			},
		}),
		items: feedbackItems,
		check: (outputs, items) => {
			const [result] = outputs.flat();
			expectEqual(outputs.flat().length, 1, 'items');
			expectEqual(result?.json.total, items.length, 'feedback counted');
			expectEqual(result?.json.ratingPercent, ratingOf(items), 'rating');
		},
	},
	{
		name: 'Rating: Forecast, from items',
		node: () => ({
			type: 'amazonSellerRating',
			parameters: {
				operation: 'forecast',
				marketplace,
				sources: ['items'],
				source: 'items',
				dateField: 'date',
				ratingField: 'rating',
				thresholds: {},
				simplify: true,
				options: {},
			},
		}),
		items: feedbackItems,
		check: (outputs, items) => {
			const lastYear = outputs.flat().find(({ json }) => json.days === 365);
			const days = new Set(lastDays(365));
			const counted = items.filter(({ json }) => days.has(String(json.date)));
			const rating = counted.some(isPositive) ? ratingOf(counted) : lastYear?.json.ratingPercent;
			expectEqual(lastYear?.json.ratingPercent, rating, 'rating of 365 days');
		},
	},
	{
		name: 'Review Request: Plan',
		node: (credentials) => ({
			type: 'amazonReviewSolicitation',
			credentials,
			parameters: {
				resource: 'solicitation',
				operation: 'plan',
				preferredDelay: 0,
				sendNowWithin: 60,
				rules: {},
				options: {},
			},
		}),
		items: orderItems,
		most: 100_000,
		// The last output has days.
		check: (outputs, items, count) => sameCount(outputs.slice(0, 3), items, count),
	},
	{
		name: 'Feedback: Parse Report',
		node: () => ({
			type: 'amazonSellerFeedback',
			parameters: {
				resource: 'feedback',
				operation: 'parseReport',
				binaryPropertyName: 'data',
				marketplace,
				simplify: true,
				options: {},
			},
		}),
		items: reportItems,
		isFile: true,
		check: ([rows = []], _items, count) => {
			expectEqual(rows.length, count, 'rows');
			expectEqual(rows.at(-1)?.json.orderId, orderIdOf(count - 1), 'last order ID');
		},
	},
	{
		name: "n8n's Extract From File, the same file as CSV",
		n8nFile: 'Files/ExtractFromFile/ExtractFromFile.node.js',
		node: () => ({
			type: 'n8n-nodes-base.extractFromFile',
			parameters: {
				operation: 'csv',
				binaryPropertyName: 'data',
				options: { delimiter: '\t', headerRow: true, relaxQuotes: true },
			},
		}),
		items: reportItems,
		isFile: true,
		check: ([rows = []], _items, count) => {
			expectEqual(rows.length, count, 'rows');
			expectEqual(rows.at(-1)?.json['Order ID'], orderIdOf(count - 1), 'last order ID');
		},
	},
];
