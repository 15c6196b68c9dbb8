import {
	GraphQLEnumType,
	GraphQLError,
	GraphQLList,
	GraphQLNonNull,
	GraphQLObjectType,
	GraphQLScalarType,
	GraphQLSchema,
	GraphQLString,
	Kind,
	type GraphQLFieldConfigMap,
} from 'graphql';
import { DateTime } from 'luxon';

/** The only dataset about sales and traffic that is left; Amazon removed its predecessor. */
export const DATASET = 'analytics_salesAndTraffic_2024_04_24';

/** A number that is written with a fraction, `0.0`, because its type is Float. */
export class Fraction {
	constructor(readonly value: number) {}
}

type Fields = GraphQLFieldConfigMap<Twins, unknown>;
type Nullable = GraphQLScalarType | GraphQLObjectType | GraphQLEnumType;

const Long = new GraphQLScalarType({ name: 'Long', serialize: (value) => value });

/** In place of the library's own Float, which forgets the fraction of a whole number. */
const Float = new GraphQLScalarType({
	name: 'Float',
	serialize: (value) => new Fraction(Number(value)),
});

function toDate(value: unknown): string {
	const text = typeof value === 'string' ? value : '';
	const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text, { zone: 'utc' }).isValid;
	if (!isDay) throw new GraphQLError(`Invalid Date value: ${String(value)}`);
	return text;
}

const Day = new GraphQLScalarType({
	name: 'Date',
	serialize: (value) => value,
	parseValue: toDate,
	parseLiteral: (node) => toDate(node.kind === Kind.STRING ? node.value : undefined),
});

const required = <T extends Nullable>(type: T) => ({ type: new GraphQLNonNull(type) });

/** Figures of all buyers and of business buyers (B2B). */
export interface Twins {
	readonly all: Figures;
	/** Nothing for most sellers. */
	readonly business: () => Figures | undefined;
}
type Figures = Readonly<Record<string, unknown>>;

const ofAll = (type: Nullable, names: readonly string[]): Fields =>
	Object.fromEntries(
		names.map((name) => [name, { ...required(type), resolve: ({ all }: Twins) => all[name] }]),
	);

/** Each field, and its twin for business buyers, which is null for most sellers. */
const twins = (type: Nullable, names: readonly string[]): Fields => ({
	...ofAll(type, names),
	...Object.fromEntries(
		names.map((name) => [
			`${name}B2B`,
			{ type, resolve: ({ business }: Twins) => business()?.[name] },
		]),
	),
});

const Amount = new GraphQLObjectType({
	name: 'Amount',
	fields: { amount: required(Float), currencyCode: required(GraphQLString) },
});

const COUNTS_OF_SALES = [
	'ordersShipped',
	'totalOrderItems',
	'unitsOrdered',
	'unitsRefunded',
	'unitsShipped',
];
const COUNTS_OF_TRAFFIC = [
	'browserPageViews',
	'browserSessions',
	'mobileAppPageViews',
	'mobileAppSessions',
	'pageViews',
	'sessions',
];
const SHARES = [
	'browserPageViewsPercentage',
	'browserSessionPercentage',
	'mobileAppPageViewsPercentage',
	'mobileAppSessionPercentage',
	'pageViewsPercentage',
	'sessionPercentage',
];

const ByDateSales = new GraphQLObjectType({
	name: 'ByDateSales',
	fields: {
		...twins(Long, [...COUNTS_OF_SALES, 'claimsGranted']),
		...twins(Float, ['averageUnitsPerOrderItem', 'refundRate']),
		...twins(Amount, [
			'averageSalesPerOrderItem',
			'averageSellingPrice',
			'claimsAmount',
			'orderedProductSales',
			'shippedProductSales',
		]),
	},
});

const ByDateTraffic = new GraphQLObjectType({
	name: 'ByDateTraffic',
	fields: {
		...ofAll(Long, ['averageOfferCount', 'averageParentItems']),
		...twins(Long, [...COUNTS_OF_TRAFFIC, 'feedbackReceived', 'negativeFeedbackReceived']),
		...twins(Float, [
			'buyBoxPercentage',
			'orderItemSessionPercentage',
			'receivedNegativeFeedbackRate',
			'unitSessionPercentage',
		]),
	},
});

const ByAsinSales = new GraphQLObjectType({
	name: 'ByAsinSales',
	fields: {
		...twins(Long, COUNTS_OF_SALES),
		...twins(Float, ['refundRate']),
		...twins(Amount, ['orderedProductSales', 'shippedProductSales']),
	},
});

const ByAsinTraffic = new GraphQLObjectType({
	name: 'ByAsinTraffic',
	fields: {
		...twins(Long, COUNTS_OF_TRAFFIC),
		...twins(Float, [...SHARES, 'buyBoxPercentage', 'unitSessionPercentage']),
	},
});

const COMMON: Fields = {
	marketplaceId: required(GraphQLString),
	startDate: required(Day),
	endDate: required(Day),
};

const SalesAndTrafficByDate = new GraphQLObjectType({
	name: 'SalesAndTrafficByDate',
	fields: { ...COMMON, sales: required(ByDateSales), traffic: required(ByDateTraffic) },
});

const SalesAndTrafficByAsin = new GraphQLObjectType({
	name: 'SalesAndTrafficByAsin',
	fields: {
		...COMMON,
		parentAsin: required(GraphQLString),
		childAsin: { type: GraphQLString },
		sku: { type: GraphQLString },
		sales: required(ByAsinSales),
		traffic: required(ByAsinTraffic),
	},
});

const granularity = (name: string, values: readonly string[]) =>
	new GraphQLEnumType({
		name,
		values: Object.fromEntries(values.map((value) => [value, { value }])),
	});

/** One of the lists a query can select. */
const list = (element: GraphQLObjectType, aggregateBy: GraphQLEnumType) => ({
	type: new GraphQLList(element),
	args: {
		aggregateBy: required(aggregateBy),
		startDate: required(Day),
		endDate: required(Day),
		marketplaceIds: {
			type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLString))),
		},
	},
});

const Dataset = new GraphQLObjectType({
	name: 'Analytics_SalesAndTraffic_2024_04_24',
	fields: {
		salesAndTrafficByDate: list(
			SalesAndTrafficByDate,
			granularity('DateGranularity', ['DAY', 'WEEK', 'MONTH']),
		),
		salesAndTrafficByAsin: list(
			SalesAndTrafficByAsin,
			granularity('AsinGranularity', ['PARENT', 'CHILD', 'SKU']),
		),
	},
});

/**
 * The dataset as far as the sandbox has it: all fields by date and by ASIN, without
 * `salesAndTrafficTrends`. Names and types are Amazon's; a test compares them with Amazon's file.
 */
export const SCHEMA = new GraphQLSchema({
	query: new GraphQLObjectType({ name: 'Query', fields: { [DATASET]: { type: Dataset } } }),
});
