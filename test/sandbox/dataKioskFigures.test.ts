import {
	buildSchema,
	isEnumType,
	isObjectType,
	type GraphQLField,
	type GraphQLSchema,
} from 'graphql';
import { SCHEMA } from '../../sandbox/dataKiosk/schema';
import { connectKiosk, many, queryText } from './dataKioskSupport';
import { describeModels, note, readModelText } from './modelsFolder';
import { CA, DE, JP, US, useSandbox, type Client, type Json } from './support';

const sandbox = useSandbox();

/** All fields of a type of the schema, those of Amount spelled out. */
function everything(typeName: string): string {
	const type = SCHEMA.getType(typeName);
	const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
	return fields
		.map(({ name, type: each }) =>
			String(each).startsWith('Amount') ? `${name} { amount currencyCode }` : name,
		)
		.join(' ');
}

const BY_DATE = `marketplaceId startDate endDate sales { ${everything('ByDateSales')} } traffic { ${everything('ByDateTraffic')} }`;
const BY_ASIN = `marketplaceId startDate endDate parentAsin childAsin sku sales { ${everything('ByAsinSales')} } traffic { ${everything('ByAsinTraffic')} }`;

/** The Sales and Traffic report of one marketplace. */
async function report(
	client: Client,
	marketplaceId: string,
	[start, end]: readonly [string, string],
	dateGranularity = 'DAY',
	asinGranularity = 'SKU',
): Promise<Json> {
	const { bytes } = await client.report({
		reportType: 'GET_SALES_AND_TRAFFIC_REPORT',
		marketplaceIds: [marketplaceId],
		dataStartTime: `${start}T00:00:00Z`,
		dataEndTime: `${end}T00:00:00Z`,
		reportOptions: { dateGranularity, asinGranularity },
	});
	return JSON.parse(bytes.toString('utf8')) as Json;
}

/** The figures that have the names of the report's. */
const only = (names: Json | undefined, figures: Json | undefined) =>
	Object.fromEntries(Object.keys(names ?? {}).map((name) => [name, figures?.[name]]));

describe('the figures by date', () => {
	it.each([
		['demo', US, 'DAY'],
		['demo', US, 'WEEK'],
		['demo', CA, 'MONTH'],
		['second', DE, 'DAY'],
		['japan', JP, 'DAY'],
	] as const)('of %s in %s by %s are those of the report', async (seller, id, aggregateBy) => {
		sandbox().habits.set({ kioskWidenedWeeks: true });
		const client = await connectKiosk(sandbox(), seller);
		const range = ['2026-09-02', '2026-11-12'] as const;
		const reported = many((await report(client, id, range, aggregateBy))['salesAndTrafficByDate']);
		const rows = await client.rows({
			aggregateBy,
			startDate: range[0],
			endDate: range[1],
			marketplaceIds: [id],
			fields: BY_DATE,
		});
		expect(reported.length).toBeGreaterThan(2);
		expect(
			rows.map(({ startDate, sales, traffic }, index) => ({
				date: startDate,
				salesByDate: only(reported[index]?.['salesByDate'], sales),
				trafficByDate: only(reported[index]?.['trafficByDate'], traffic),
			})),
		).toEqual(reported);
	});

	it('follow new feedback of a settled day', async () => {
		const client = await connectKiosk(sandbox());
		const received = async () =>
			(await client.rows({ startDate: '2026-11-10' })).map(({ traffic }) =>
				Number(traffic?.['feedbackReceived']),
			)[0];
		const before = (await received()) ?? NaN;
		sandbox().world.addFeedback({ rating: 5, date: '2026-11-10' });
		expect(await received()).toBe(before + 1);
	});

	it('follow a changed rating, as those of the report do', async () => {
		const client = await connectKiosk(sandbox());
		const { orderId } = sandbox().world.addFeedback({ rating: 5, date: '2026-11-10' });
		const negative = async () => {
			const [row] = await client.rows({
				startDate: '2026-11-10',
				fields: 'traffic { negativeFeedbackReceived }',
			});
			const [day] = many(
				(await report(client, US, ['2026-11-10', '2026-11-10']))['salesAndTrafficByDate'],
			);
			return [row?.['traffic'], day?.['trafficByDate']].map((traffic) =>
				Number(traffic?.['negativeFeedbackReceived']),
			);
		};
		const [before = NaN] = await negative();
		sandbox().world.changeFeedback('demo', orderId, { rating: 1 });
		expect(await negative()).toEqual([before + 1, before + 1]);
	});

	it('have the true Buy Box share, shipments, refunds and claims of each day', async () => {
		const client = await connectKiosk(sandbox());
		const range = { startDate: '2026-02-01', endDate: '2026-11-12' };
		const rows = await client.rows({
			...range,
			fields:
				'startDate sales { unitsOrdered ordersShipped unitsShipped unitsRefunded claimsGranted claimsAmount { amount } } traffic { pageViews buyBoxPercentage }',
		});
		const truth = sandbox().truth.shop('demo', US, { from: range.startDate, to: range.endDate });
		expect(
			rows.map(({ startDate, sales, traffic }) => ({
				date: startDate,
				pageViews: traffic?.['pageViews'],
				buyBoxPercent: traffic?.['buyBoxPercentage'],
				ordersShipped: sales?.['ordersShipped'],
				unitsOrdered: sales?.['unitsOrdered'],
				unitsShipped: sales?.['unitsShipped'],
				unitsRefunded: sales?.['unitsRefunded'],
				claimsGranted: sales?.['claimsGranted'],
			})),
		).toEqual(truth);
		const sum = (name: 'claimsGranted' | 'unitsRefunded') =>
			truth.reduce((total, day) => total + day[name], 0);
		expect(sum('unitsRefunded')).toBeGreaterThan(5);
		expect(sum('claimsGranted')).toBeGreaterThan(0);
		for (const { sales } of rows) {
			expect(Number(sales?.['claimsAmount']?.['amount']) > 0).toBe(
				Number(sales?.['claimsGranted']) > 0,
			);
		}
	});

	it('show a Buy Box share that usually hardly changes, falls as set, and is 0 without page views', async () => {
		const shares = (from: string, to: string) =>
			sandbox()
				.truth.shop('demo', US, { from, to })
				.map(({ buyBoxPercent }) => buyBoxPercent);
		const place = sandbox().sellers['demo']?.marketplaces[0];
		sandbox().world.setBuyBox('demo', US, undefined);
		const usual = shares('2026-01-01', '2026-11-19').toSorted((a, b) => a - b);
		expect(usual[Math.floor(usual.length / 2)]).toBeGreaterThan(88);
		expect(usual[0]).toBeLessThan(85);
		sandbox().world.setBuyBox('demo', US, { from: '2026-11-01', to: '2026-11-05', percent: 40 });
		for (const share of shares('2026-11-01', '2026-11-05')) {
			expect(Math.abs(share - 40)).toBeLessThan(3);
		}
		expect(place?.buyBox).toHaveLength(1);
		sandbox().habits.set({ unsettledDays: true });
		const client = await connectKiosk(sandbox());
		const rows = await client.rows({
			startDate: '2026-11-01',
			endDate: '2026-12-31',
			fields: 'traffic { pageViews buyBoxPercentage }',
		});
		expect(rows.at(-1)?.['traffic']).toEqual({ pageViews: 0, buyBoxPercentage: 0 });
	});

	it('of several marketplaces come from one query, each in its currency', async () => {
		const client = await connectKiosk(sandbox(), 'europe');
		const own = sandbox().sellers['europe']?.marketplaces ?? [];
		const rows = await client.rows({
			marketplaceIds: own.map(({ marketplace }) => marketplace.id),
			startDate: '2026-11-09',
			fields: 'marketplaceId startDate endDate sales { orderedProductSales { currencyCode } }',
		});
		expect(rows).toHaveLength(2 * own.length);
		for (const { marketplace } of own) {
			const found = rows.filter(({ marketplaceId }) => String(marketplaceId) === marketplace.id);
			expect(found.map(({ startDate, endDate }) => [startDate, endDate])).toEqual([
				['2026-11-09', '2026-11-09'],
				['2026-11-10', '2026-11-10'],
			]);
			expect(found[0]?.['sales']?.['orderedProductSales']?.['currencyCode']).toBe(
				marketplace.currency,
			);
		}
	});

	it('end with today, as those of the report, or some days before', async () => {
		const client = await connectKiosk(sandbox());
		const wish = { startDate: '2026-11-15', endDate: '2026-12-31' };
		const lastDay = async () => (await client.rows(wish)).at(-1)?.['startDate'];
		expect(await lastDay()).toBe('2026-11-20');
		sandbox().settings.set({ trafficLagDays: 2 });
		expect(await lastDay()).toBe('2026-11-18');
	});

	it('of weeks and months that are requested in part are left out, by the schema', async () => {
		const client = await connectKiosk(sandbox());
		const ranges = async (aggregateBy: string, startDate: string, endDate: string) =>
			(await client.rows({ aggregateBy, startDate, endDate, fields: 'startDate endDate' })).map(
				(row) => [row['startDate'], row['endDate']],
			);
		// 2026-10-04 is a Sunday.
		expect(await ranges('WEEK', '2026-10-01', '2026-10-20')).toEqual([
			['2026-10-04', '2026-10-10'],
			['2026-10-11', '2026-10-17'],
		]);
		expect(await ranges('MONTH', '2026-08-02', '2026-10-31')).toEqual([
			['2026-09-01', '2026-09-30'],
			['2026-10-01', '2026-10-31'],
		]);
		expect(await ranges('WEEK', '2026-10-05', '2026-10-09')).toEqual([]);
		sandbox().habits.set({ kioskWidenedWeeks: true });
		expect((await ranges('WEEK', '2026-10-01', '2026-10-20')).flat()).toEqual([
			...['2026-09-27', '2026-10-03', '2026-10-04', '2026-10-10'],
			...['2026-10-11', '2026-10-17', '2026-10-18', '2026-10-24'],
		]);
	});
});

describe('the figures by ASIN', () => {
	it.each(['PARENT', 'CHILD', 'SKU'])('aggregated by %s are those of the report', async (by) => {
		const client = await connectKiosk(sandbox());
		const range = ['2026-10-01', '2026-10-31'] as const;
		const reported = many((await report(client, US, range, 'DAY', by))['salesAndTrafficByAsin']);
		const rows = await client.rows({
			list: 'salesAndTrafficByAsin',
			aggregateBy: by,
			startDate: range[0],
			endDate: range[1],
			fields: BY_ASIN,
		});
		expect(reported.length).toBeGreaterThan(3);
		expect(
			rows.map((row, index) => ({
				...only(reported[index], row),
				salesByAsin: only(reported[index]?.['salesByAsin'], row['sales']),
				trafficByAsin: only(reported[index]?.['trafficByAsin'], row['traffic']),
			})),
		).toEqual(reported);
		const [first] = rows;
		expect([first?.['startDate'], first?.['endDate']]).toEqual(range);
		expect([first?.['childAsin'] === null, first?.['sku'] === null]).toEqual([
			by === 'PARENT',
			by !== 'SKU',
		]);
	});

	it('add up to those by date', async () => {
		const client = await connectKiosk(sandbox());
		const figures = 'sales { unitsOrdered unitsShipped unitsRefunded totalOrderItems }';
		const range = { startDate: '2026-10-01', endDate: '2026-10-31', fields: figures };
		const sum = (rows: Json[], name: string) =>
			rows.reduce((total, { sales }) => total + Number(sales?.[name]), 0);
		const dates = await client.rows(range);
		const skus = await client.rows({ ...range, list: 'salesAndTrafficByAsin' });
		for (const name of ['unitsOrdered', 'unitsShipped', 'unitsRefunded', 'totalOrderItems']) {
			expect(sum(skus, name)).toBe(sum(dates, name));
			expect(sum(skus, name)).toBeGreaterThan(0);
		}
	});
});

describe('the lines of a document', () => {
	it('are flat, with keys in the order of the selection; only counts have no fraction', async () => {
		const client = await connectKiosk(sandbox());
		const text = await client.resultOf({
			startDate: '2026-11-10',
			fields:
				'endDate traffic { sessions receivedNegativeFeedbackRate } sales { claimsAmount { currencyCode amount } claimsGranted } day: startDate',
		});
		expect(text).toMatch(
			/^\{"endDate":"2026-11-10","traffic":\{"sessions":\d+,"receivedNegativeFeedbackRate":\d+\.\d+\},"sales":\{"claimsAmount":\{"currencyCode":"USD","amount":0\.0\},"claimsGranted":0\},"day":"2026-11-10"\}\n$/,
		);
	});

	it('have percentages from 0 to 100 with at most two decimals', async () => {
		const client = await connectKiosk(sandbox());
		const rows = await client.rows({
			startDate: '2026-01-01',
			fields:
				'sales { refundRate } traffic { buyBoxPercentage unitSessionPercentage orderItemSessionPercentage receivedNegativeFeedbackRate }',
		});
		const values = rows.flatMap(({ sales, traffic }) =>
			[...Object.values(sales ?? {}), ...Object.values(traffic ?? {})].map(Number),
		);
		expect(values.filter((value) => value > 1 && value < 100)).not.toEqual([]);
		// A day can have more refunds than orders.
		expect(values.filter((value) => value < 0 || !/^\d+(\.\d{1,2})?$/.test(`${value}`))).toEqual(
			[],
		);
	});

	it('may come from a query with fragments', async () => {
		const client = await connectKiosk(sandbox());
		const plain = await client.resultOf({ fields: 'startDate sales { unitsOrdered }' });
		const fragment = 'fragment Units on SalesAndTrafficByDate { sales { unitsOrdered } }';
		const text = `${queryText({ fields: 'startDate ...Units' })} ${fragment}`;
		expect(await client.resultOf(text)).toBe(plain);
		sandbox().habits.set({ kioskRewrittenQueries: true });
		expect(await client.resultOf(text)).toBe(plain);
	});
});

describe('the figures of business buyers', () => {
	const fields =
		'startDate sales { unitsOrdered unitsOrderedB2B orderedProductSalesB2B { amount } } traffic { sessions sessionsB2B }';
	const isNull = ({ sales, traffic }: Json) =>
		[sales?.['unitsOrderedB2B'], sales?.['orderedProductSalesB2B'], traffic?.['sessionsB2B']].map(
			(value) => value === null,
		);

	it('are a part of all figures', async () => {
		const client = await connectKiosk(sandbox());
		sandbox().habits.set({ kioskNullB2b: true });
		const rows = await client.rows({ startDate: '2026-06-01', fields });
		const sum = (pick: (row: Json) => Json | undefined) =>
			rows.reduce((total, row) => total + Number(pick(row)), 0);
		const units = sum(({ sales }) => sales?.['unitsOrderedB2B']);
		expect(units).toBeGreaterThan(0);
		expect(units).toBeLessThan(sum(({ sales }) => sales?.['unitsOrdered']));
		for (const { sales, traffic } of rows) {
			expect(Number(sales?.['unitsOrderedB2B'])).toBeLessThanOrEqual(
				Number(sales?.['unitsOrdered']),
			);
			expect(Number(traffic?.['sessionsB2B'])).toBeLessThanOrEqual(Number(traffic?.['sessions']));
		}
	});

	it('kioskNullB2b: are null for sellers that are not enrolled in Amazon Business', async () => {
		const client = await connectKiosk(sandbox(), 'second');
		const wish = { marketplaceIds: [DE], fields };
		expect((await client.rows(wish)).flatMap(isNull)).not.toContain(true);
		sandbox().habits.set({ kioskNullB2b: true });
		expect((await client.rows(wish)).flatMap(isNull)).not.toContain(false);
		expect(await client.resultOf(wish)).toContain('"unitsOrderedB2B":null');
		const asins = {
			...wish,
			list: 'salesAndTrafficByAsin',
			fields: fields.replace('startDate', ''),
		} as const;
		expect((await client.rows(asins)).flatMap(isNull)).not.toContain(false);
	});
});

/** A field's type and arguments. */
const signature = ({ type, args = [] }: Pick<GraphQLField<unknown, unknown>, 'type' | 'args'>) =>
	[String(type), ...args.map((arg) => `${arg.name}: ${String(arg.type)}`).sort()].join(', ');

/** The names and types of a schema, as far as they can be compared. */
function shapeOf(schema: GraphQLSchema, typeNames: readonly string[]): Record<string, unknown> {
	const shape = (name: string): unknown => {
		const type = schema.getType(name);
		if (isEnumType(type)) return new Set(type.getValues().map((value) => value.name));
		if (!isObjectType(type)) return type?.toString();
		const fields = Object.values(type.getFields());
		return Object.fromEntries(fields.map((field) => [field.name, signature(field)]));
	};
	return Object.fromEntries(typeNames.map((name) => [name, shape(name)]));
}

describeModels(`the schema is Amazon's${note}`, () => {
	const text = () => readModelText('analytics_salesAndTraffic_2024_04_24.graphql');

	it('in every name and type, without trends', () => {
		const amazon = buildSchema(text());
		const namesOf = (schema: GraphQLSchema) =>
			Object.keys(schema.getTypeMap()).filter((name) => !/^(__.*|Boolean)$/.test(name));
		const own = namesOf(SCHEMA);
		const missing = namesOf(amazon).filter((name) => !own.includes(name));
		expect(missing.sort()).toEqual(['MarketplaceAsinFilter', 'SalesAndTrafficTrends']);
		const all = shapeOf(amazon, own);
		const { salesAndTrafficTrends, ...lists } = all[
			'Analytics_SalesAndTraffic_2024_04_24'
		] as Record<string, unknown>;
		expect(salesAndTrafficTrends).toBeDefined();
		expect(shapeOf(SCHEMA, own)).toEqual({ ...all, Analytics_SalesAndTraffic_2024_04_24: lists });
	});

	it('and keeps every field for 30 days', () => {
		const retentions = [...text().matchAll(/@resultRetention\(duration : "(\w+)"\)/g)];
		expect(retentions.length).toBeGreaterThan(100);
		expect(new Set(retentions.map(([, duration]) => duration))).toEqual(new Set(['P30D']));
	});
});
