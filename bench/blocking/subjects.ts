// cspell:ignore Falsche Farbe geliefert keine
import { DateTime } from 'luxon';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { seeded } from '../../test/seeded';
import { lastDays, orderIdOf, orderItems, SEED } from '../nodeCost/inputs';
import { SUBJECTS as MEASURED, type Subject } from '../nodeCost/subjects';

/** A node whose longest gap is measured. */
export interface BlockingSubject extends Omit<Subject, 'most'> {
	/** The number of items, or of rows of a file. */
	readonly count: number;
	/** Lists that its parameters have, at most two: the peer has n8n evaluate them, too. */
	readonly lists?: readonly string[];
	/** It checks with Amazon, so it needs the sandbox. */
	readonly needsSandbox?: boolean;
}

const ITEMS = 100_000;
const ROWS = 1_000_000;

/** The input items as a list, as `$('Get Orders').all()` in a workflow. */
const ALL = "={{ $('Source').all() }}";

const COMMENTS = [
	'Came late, and the box was open',
	'Broken on arrival, seller does not answer',
	'Falsche Farbe geliefert, keine Antwort',
	'',
	'Never arrived. I want my money back!',
];

const dayAgo = (days: readonly string[], index: number): string => days[index % days.length] ?? '';

/** 1 to 3 star feedback with comments. */
function commentItems(count: number): INodeExecutionData[] {
	const days = lastDays(80);
	return Array.from({ length: count }, (_, index) => ({
		json: {
			orderId: orderIdOf(index),
			marketplaceId: 'ATVPDKIKX0DER',
			date: dayAgo(days, index),
			rating: 1 + (index % 3),
			comment: COMMENTS[index % COMMENTS.length],
		},
	}));
}

/** Closed cases, as Next Step keeps them. */
function caseItems(count: number): INodeExecutionData[] {
	const ago = (days: number) => DateTime.utc().minus({ days }).toISO();
	return commentItems(count).map(({ json }, index) => ({
		json: {
			...json,
			caseId: `US/${String(json.orderId)}`,
			seller: null,
			marketplace: 'US',
			prospect: index % 2 === 0 ? 'possible' : 'unlikely',
			status: 'closed',
			nextStep: 'none',
			stepSince: '2026-01-02',
			wasOverdue: index % 7 === 0,
			outcome: index % 3 === 0 ? 'gone' : 'expired',
			openedAt: ago(60 + (index % 30)),
			closedAt: ago(index % 60),
			removalRequestedAt: index % 2 === 0 ? ago(50) : null,
		},
	}));
}

/** Orders with feedback, one in ten of them bad. */
function orderFeedbackItems(count: number): INodeExecutionData[] {
	const random = seeded(SEED);
	return orderItems(count).map(({ json }) => ({
		json: {
			...json,
			createdAt: DateTime.utc()
				.minus({ days: 40 + Math.floor(random() * 300) })
				.toISO(),
			rating: random() < 0.1 ? 1 : 5,
			reasons: ['damaged'],
		},
	}));
}

/** Accepted requests; each has bad feedback, too, so that the list of it is as long. */
function ledgerItems(count: number): INodeExecutionData[] {
	const days = lastDays(200);
	return Array.from({ length: count }, (_, index) => {
		const date = dayAgo(days, 7 * index);
		return {
			json: {
				orderId: orderIdOf(index),
				marketplaceId: 'ATVPDKIKX0DER',
				outcome: 'sent',
				at: `${date}T18:00:00.000Z`,
				date,
				rating: 2,
				received: 5_000,
			},
		};
	});
}

/** One entry per item, in 25 years: more days than any seller has. */
const longHistory = (count: number): INodeExecutionData[] => {
	const days = lastDays(9_125);
	return Array.from({ length: count }, (_, index) => ({
		json: { date: dayAgo(days, index), rating: index % 30 === 0 ? 1 : 5 },
	}));
};

/** Orders of a ledger with an earlier attempt: every order has two rows. */
const ledgerOfAttempts = (count: number): INodeExecutionData[] =>
	orderItems(count).map(({ json }, index) => ({
		json: {
			...json,
			orderId: orderIdOf(Math.floor(index / 2)),
			attempt: 1 + (index % 2),
			outcome: 'answerLost',
			at: `2026-01-0${1 + (index % 2)}T00:00:00.000Z`,
		},
	}));

const marketplace = { __rl: true, mode: 'id', value: 'US' };

const hasItems =
	(least: number): BlockingSubject['check'] =>
	(outputs) => {
		const { length } = outputs.flat();
		if (length < least) throw new Error(`${length} items instead of at least ${least}`);
	};

const asMany: BlockingSubject['check'] = (outputs, items) =>
	hasItems(items.length)(outputs, items, 0);

const rating = (operation: string, parameters: INodeParameters): Pick<BlockingSubject, 'node'> => ({
	node: () => ({ type: 'amazonSellerRating', parameters: { operation, ...parameters } }),
});

const fromItems = {
	marketplace,
	sources: ['items'],
	dateField: 'date',
	ratingField: 'rating',
	options: {},
};

const feedback = (
	resource: string,
	operation: string,
	parameters: INodeParameters = {},
): Pick<BlockingSubject, 'node'> => ({
	node: () => ({
		type: 'amazonSellerFeedback',
		parameters: { resource, operation, options: {}, ...parameters },
	}),
});

/** Of the orders, those that there is time for; the others are deferred. */
const send: BlockingSubject['node'] = (credentials) => ({
	type: 'amazonReviewSolicitation',
	credentials,
	parameters: {
		resource: 'solicitation',
		operation: 'send',
		orderId: '={{ $json.orderId }}',
		marketplace: { __rl: true, mode: 'id', value: '={{ $json.marketplaceId }}' },
		dryRun: true,
		options: { timeBudget: 0.1 },
	},
});

const measured = (name: string, count: number): BlockingSubject => {
	const subject = MEASURED.find((each) => each.name === name);
	if (subject === undefined) throw new Error(`No subject ${name}`);
	return { ...subject, count };
};

export const SUBJECTS: readonly BlockingSubject[] = [
	measured("n8n's Edit Fields, one field set by an expression", ITEMS),
	measured("n8n's Filter, one condition", ITEMS),
	{
		name: "n8n's Sort, by one field",
		n8nFile: 'Transform/Sort/Sort.node.js',
		count: ITEMS,
		node: () => ({
			type: 'n8n-nodes-base.sort',
			parameters: {
				type: 'simple',
				sortFieldsUi: { sortField: [{ fieldName: 'createdAt', order: 'ascending' }] },
				options: {},
			},
		}),
		items: orderItems,
		check: asMany,
	},
	measured("n8n's Extract From File, the same file as CSV", ROWS),
	measured('Review Request: Plan', 10_000),
	measured('Review Request: Plan', ITEMS),
	{
		name: 'Review Request: Send, dry run',
		needsSandbox: true,
		count: ITEMS,
		node: send,
		items: orderItems,
		check: asMany,
	},
	{
		name: 'Review Request: Send, dry run, rows of earlier attempts',
		needsSandbox: true,
		count: ITEMS,
		node: send,
		items: ledgerOfAttempts,
		check: asMany,
	},
	measured('Rating: Evaluate, from items', ITEMS),
	measured('Rating: Evaluate, from items', ROWS),
	measured('Rating: Forecast, from items', ITEMS),
	{
		name: 'Rating: Forecast, from 25 years',
		count: ITEMS,
		...rating('forecast', { ...fromItems, daysAhead: 365, simplify: false, thresholds: {} }),
		items: longHistory,
		check: hasItems(1),
	},
	{
		name: 'Rating: Detect Change, from 25 years',
		count: ITEMS,
		...rating('detectChange', { ...fromItems, watchedDays: 364, simplify: false }),
		items: longHistory,
		check: hasItems(1),
	},
	{
		name: 'Rating: Find Causes',
		count: ITEMS,
		lists: [ALL],
		...rating('findCauses', {
			dimensions: ['sku', 'asin', 'fulfilledBy', 'marketplace', 'reason'],
			ordersFrom: 'list',
			orders: ALL,
			format: 'items',
			options: {},
		}),
		items: orderFeedbackItems,
		check: hasItems(10),
	},
	{
		name: 'Rating: Measure Requests',
		count: ITEMS,
		lists: [ALL, ALL],
		...rating('measureRequests', {
			feedbackFrom: 'lists',
			sources: ['items'],
			dailyTotals: ALL,
			lowFeedback: ALL,
			options: {},
		}),
		items: ledgerItems,
		check: hasItems(1),
	},
	{
		name: 'Case: Next Step',
		count: ITEMS,
		...feedback('case', 'nextStep', { action: 'none' }),
		items: commentItems,
		check: asMany,
	},
	{
		name: 'Case: Next Step, kept cases',
		count: ITEMS,
		...feedback('case', 'nextStep', { action: 'none' }),
		items: caseItems,
		check: asMany,
	},
	{
		name: 'Case: Outcomes',
		count: ITEMS,
		...feedback('case', 'outcomes'),
		items: caseItems,
		check: hasItems(3),
	},
	{
		name: 'Feedback: Add Reasons',
		count: ITEMS,
		...feedback('feedback', 'addReasons', { reasonsFrom: 'words' }),
		items: commentItems,
		check: asMany,
	},
	{
		name: 'Feedback: Add Reasons, one comment of 100,000 characters',
		count: 1,
		...feedback('feedback', 'addReasons', { reasonsFrom: 'words' }),
		items: () => [{ json: { orderId: orderIdOf(0), rating: 1, comment: longComment(100_000) } }],
		check: hasItems(1),
	},
	{
		name: 'Case: Next Step, one comment of 100,000 characters',
		count: 1,
		...feedback('case', 'nextStep', { action: 'none' }),
		items: () =>
			commentItems(1).map(({ json }) => ({ json: { ...json, comment: longComment(100_000) } })),
		check: hasItems(1),
	},
	measured('Feedback: Parse Report', ITEMS),
	measured('Feedback: Parse Report', ROWS),
];

const longComment = (length: number): string =>
	COMMENTS.join('. ')
		.repeat(Math.ceil(length / COMMENTS.join('. ').length))
		.slice(0, length);
