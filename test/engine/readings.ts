import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';

/** The primary marketplace. */
export const home = { __rl: true, mode: 'list', value: '' } as const;

const reports = { marketplace: home, sources: ['amazonReports'] };

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

export interface Reading {
	readonly type: string;
	readonly parameters: INodeParameters;
}

const feedback = (parameters: INodeParameters): Reading => ({
	type: 'amazonSellerFeedback',
	parameters: { marketplace: home, returnAll: true, simplify: true, ...parameters },
});

const rating = (parameters: INodeParameters): Reading => ({
	type: 'amazonSellerRating',
	parameters: { ...reports, thresholds: {}, simplify: true, options: {}, ...parameters },
});

export const orders = (parameters: INodeParameters): Reading => ({
	type: 'amazonReviewSolicitation',
	parameters: {
		resource: 'order',
		operation: 'getMany',
		marketplaces: ['all'],
		incremental: false,
		dateType: 'created',
		from: daysAgo(20),
		returnAll: true,
		filters: {},
		options: {},
		...parameters,
	},
});

const evaluate = {
	operation: 'evaluate',
	evaluationDays: 365,
	counts: {},
};

/** Every operation that reads something from Amazon for an item. */
export const READINGS: Readonly<Record<string, Reading>> = {
	'Marketplace: Get Many': feedback({ resource: 'marketplace', operation: 'getMany' }),
	'Feedback: Get Many': feedback({
		resource: 'feedback',
		operation: 'getMany',
		filters: {},
		options: {},
	}),
	'Account Health: Get': feedback({ resource: 'accountHealth', operation: 'get', options: {} }),
	'Rating: Evaluate, from reports': rating(evaluate),
	'Rating: Evaluate, from an offer': rating({ ...evaluate, sources: ['amazonOffer'] }),
	'Rating: Forecast': rating({ operation: 'forecast', daysAhead: 30 }),
	'Rating: Detect Change': rating({
		operation: 'detectChange',
		watchedDays: 60,
		metric: 'negativeAndNeutral',
	}),
	'Rating: Chart': rating({ operation: 'chart', format: 'both', binaryFields: 'chart, digest' }),
	'Rating: Get Scorecard': rating({ operation: 'scorecard', marketplaces: 'primary' }),
	'Order: Get Many, from the Orders API': orders({ source: 'ordersApi' }),
	'Order: Get Many, from reports': orders({ source: 'reports' }),
	'Order: Get Many, only changes': orders({ source: 'ordersApi', incremental: true }),
	'Order: Get Many, with FBA dates': orders({
		source: 'ordersApi',
		options: { fbaDeliveryDates: true },
	}),
};

/** Fields that differ between any two runs. */
const PASSING = /report|requestId|^at$|asOf|sources/i;

/** The content of an item without the fields that differ between two runs. */
export const contentOf = ({ json, binary }: INodeExecutionData): string =>
	JSON.stringify([
		Object.entries(json).filter(([name]) => !PASSING.test(name)),
		Object.entries(binary ?? {}).map(([name, { data }]) => [name, data.length]),
	]);
