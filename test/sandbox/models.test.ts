import Ajv7 from 'ajv';
import Ajv4 from 'ajv-draft-04';
import { habitsOf } from '../../sandbox';
import { BASE as KIOSK, connectKiosk, queryText } from './dataKioskSupport';
import { describeModels, note, readModelText } from './modelsFolder';
import {
	CA,
	DE,
	US,
	connect,
	eligibleOrder,
	orderThatIs,
	useSandbox,
	type Client,
} from './support';

type Schema = Record<string, unknown>;

const isObject = (value: unknown): value is Schema =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const readModel = (file: string): Schema => JSON.parse(readModelText(file)) as Schema;

/** Refuses properties a model does not name, so that a misspelled field cannot go unnoticed. */
function strict(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(strict);
	if (!isObject(schema)) return schema;
	const copy = Object.fromEntries(
		Object.entries(schema)
			.filter(([name]) => !['example', 'examples', 'description', 'format'].includes(name))
			.map(([name, value]) => [name, strict(value)]),
	);
	const closed = isObject(copy['properties']) && copy['additionalProperties'] === undefined;
	return closed ? { ...copy, additionalProperties: false } : copy;
}

/** The name of the definition for an operation's response with this status. */
function definitionFor(model: Schema, path: string, method: string, status: number): string {
	const operation = ((model['paths'] as Schema)[path] as Schema | undefined)?.[method] as
		| Schema
		| undefined;
	const response = (operation?.['responses'] as Schema | undefined)?.[String(status)] as
		| Schema
		| undefined;
	const ref = (response?.['schema'] as Schema | undefined)?.['$ref'];
	if (typeof ref !== 'string') throw new Error(`No model of ${method} ${path} ${status}`);
	return ref.replace('#/definitions/', '');
}

const ajv4 = new Ajv4({ strict: false, allErrors: true });
const ajv7 = new Ajv7({ strict: false, allErrors: true });

function problems(model: Schema, definition: string, body: unknown): unknown {
	const validate = ajv4.compile({
		definitions: strict(model['definitions']) as Schema,
		$ref: `#/definitions/${definition}`,
	});
	validate(body);
	return validate.errors ?? [];
}

describeModels(`answers satisfy Amazon's models${note}`, () => {
	/** The worst profile, except for habits that are meant to break the models. */
	const withinTheModels = {
		...habitsOf('worst'),
		// Changes no response, only how often there is one.
		reportQuotas: false,
		nullsInOrders: false,
		amountsAsNumbers: false,
		nullStoreNames: false,
		nullDocumentIds: false,
		nullFigures: false,
		healthAsSeen: false,
	};
	const sandbox = useSandbox({ rateLimits: 1, habits: withinTheModels });

	/** Makes a call and checks its response; returns it for the next step. */
	async function check(
		file: string,
		modelPath: string,
		method: string,
		status: number,
		call: Promise<Awaited<ReturnType<Client['get']>>>,
	) {
		const reply = await call;
		expect([reply.status, reply.text.slice(0, 300)]).toEqual([status, expect.any(String)]);
		const model = readModel(file);
		const definition = definitionFor(model, modelPath, method, status);
		expect(problems(model, definition, reply.json)).toEqual([]);
		return reply.json;
	}

	it('catches wrong responses (a test of the check itself)', () => {
		const model = readModel('reports_2021-06-30.json');
		expect(problems(model, 'CreateReportResponse', { reportId: '1' })).toEqual([]);
		expect(problems(model, 'CreateReportResponse', {})).not.toEqual([]);
		expect(problems(model, 'CreateReportResponse', { reportId: 1 })).not.toEqual([]);
		expect(problems(model, 'CreateReportResponse', { reportId: '1', x: 1 })).not.toEqual([]);
	});

	it('sellers', async () => {
		const client = await connect(sandbox());
		const file = 'sellers.json';
		const path = '/sellers/v1/marketplaceParticipations';
		await check(file, path, 'get', 200, client.get(path));
		await check(file, '/sellers/v1/account', 'get', 200, client.get('/sellers/v1/account'));
		sandbox().lwa.expireAccessTokens();
		await check(file, path, 'get', 403, client.get(path));
	});

	it('reports', async () => {
		const client = await connect(sandbox(), 'second');
		const file = 'reports_2021-06-30.json';
		const base = '/reports/2021-06-30';
		const order = {
			reportType: 'GET_SELLER_FEEDBACK_DATA',
			marketplaceIds: [DE],
			dataStartTime: '2026-01-01T00:00:00Z',
		};
		const created = await check(
			file,
			`${base}/reports`,
			'post',
			202,
			client.send('POST', `${base}/reports`, order),
		);
		const one = `${base}/reports/{reportId}`;
		const own = `${base}/reports/${String(created['reportId'])}`;
		await check(file, one, 'get', 200, client.get(own));
		const done = await client.finishedReport(order);
		const document = `${base}/documents/${String(done['reportDocumentId'])}`;
		await check(file, `${base}/documents/{reportDocumentId}`, 'get', 200, client.get(document));
		await check(file, one, 'get', 200, client.get(own));
		await check(
			file,
			`${base}/reports`,
			'get',
			200,
			client.get(`${base}/reports?reportTypes=GET_SELLER_FEEDBACK_DATA&pageSize=1`),
		);
		await check(file, `${base}/reports`, 'get', 400, client.get(`${base}/reports`));
		await check(file, one, 'get', 404, client.get(`${base}/reports/1`));
		await check(
			file,
			`${base}/reports`,
			'post',
			400,
			client.send('POST', `${base}/reports`, { ...order, reportType: 'NO_SUCH_REPORT' }),
		);
		for (const [kind, status] of [
			['throttle', 429],
			['error500', 500],
			['error503', 503],
		] as const) {
			sandbox().faults.add({ kind });
			await check(file, one, 'get', status, client.get(own));
		}
	});

	it('data kiosk', async () => {
		sandbox().settings.set({ kioskPageLines: 3 });
		const client = await connectKiosk(sandbox());
		const file = 'dataKiosk_2023-11-15.json';
		const [all, one, document] = [
			`${KIOSK}/queries`,
			`${KIOSK}/queries/{queryId}`,
			`${KIOSK}/documents/{documentId}`,
		] as const;
		const created = await check(file, all, 'post', 202, client.create(queryText()));
		const own = `${KIOSK}/queries/${String(created['queryId'])}`;
		await check(file, one, 'get', 200, client.get(own));
		const done = await client.ended(String(created['queryId']));
		expect(done).toHaveProperty('pagination.nextToken');
		await check(file, one, 'get', 200, client.get(own));
		const documents = `${KIOSK}/documents`;
		const link = client.get(`${documents}/${String(done['dataDocumentId'])}`);
		await check(file, document, 'get', 200, link);
		const failing = queryText({ startDate: '2026-11-30' });
		const failed = await client.ended(await client.queryId(failing));
		expect(failed).toHaveProperty('errorDocumentId');
		await check(file, one, 'get', 200, client.show(String(failed['queryId'])));
		const first = await check(file, all, 'get', 200, client.get(`${all}?pageSize=1`));
		expect(first).toHaveProperty('pagination.nextToken');
		await check(file, all, 'get', 200, client.get(`${all}?processingStatuses=FATAL`));
		await check(file, all, 'get', 400, client.get(`${all}?processingStatuses=OVER`));
		await check(file, all, 'post', 400, client.create('query { x }'));
		await check(file, one, 'get', 404, client.get(`${all}/1`));
		await check(file, document, 'get', 404, client.get(`${documents}/1`));
		await check(file, one, 'delete', 400, client.send('DELETE', own));
		await check(file, one, 'delete', 404, client.send('DELETE', `${all}/1`));
		sandbox().faults.add({ kind: 'queryStuck' });
		const open = await client.queryId(queryText({ endDate: '2026-11-11' }));
		const canceled = await client.send('DELETE', `${all}/${open}`);
		// The model has no body for it.
		expect([canceled.status, canceled.text]).toEqual([204, '']);
		await check(file, one, 'get', 200, client.show(open));
		for (const [kind, status] of [
			['throttle', 429],
			['error500', 500],
			['error503', 503],
			['unknown403', 403],
		] as const) {
			sandbox().faults.add({ kind });
			await check(file, one, 'get', status, client.get(own));
		}
		sandbox().roles.remove('demo', 'Brand Analytics');
		await check(file, all, 'post', 403, client.create(queryText()));
		await check(file, document, 'get', 403, client.get(`${documents}/1`));
	});

	it('orders', async () => {
		const client = await connect(sandbox());
		const file = 'orders_2026-01-01.json';
		const path = '/orders/2026-01-01/orders';
		const everything =
			'includedData=BUYER,RECIPIENT,PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT';
		let query = `?createdAfter=2025-10-01T00:00:00Z&${everything}`;
		const statuses = new Set<string>();
		for (let page = 0; page < 4; page += 1) {
			const body = await check(file, path, 'get', 200, client.get(path + query));
			for (const order of body['orders'] as unknown as Array<Record<string, never>>) {
				statuses.add(order['fulfillment']?.['fulfillmentStatus'] ?? '');
			}
			const token = String(body['pagination']?.['nextToken']);
			query = `?createdAfter=2025-10-01T00:00:00Z&${everything}&paginationToken=${token}`;
		}
		expect(statuses).toEqual(new Set(['SHIPPED', 'CANCELLED', 'UNSHIPPED', 'UNFULFILLABLE']));
		await check(
			file,
			path,
			'get',
			200,
			client.get(`${path}?lastUpdatedAfter=2026-11-19T00:00:00Z`),
		);
		const one = `${path}/{orderId}`;
		const orderId = eligibleOrder(sandbox());
		await check(file, one, 'get', 200, client.get(`${path}/${orderId}?${everything}`));
		const [asked] = sandbox().world.addOrders({ state: 'notShipped', cancellationRequested: true });
		const shown = await check(
			file,
			one,
			'get',
			200,
			client.get(`${path}/${asked?.orderId}?${everything}`),
		);
		expect(shown['order']?.['orderItems']?.['0']).toHaveProperty(
			'cancellation.cancellationRequest.requester',
			'BUYER',
		);
		await check(file, one, 'get', 404, client.get(`${path}/111-0000000-0000000`));
		await check(file, path, 'get', 400, client.get(path));
	});

	it('solicitations', async () => {
		const client = await connect(sandbox());
		const file = 'solicitations.json';
		const get = '/solicitations/v1/orders/{amazonOrderId}';
		const post = `${get}/solicitations/productReviewAndSellerFeedback`;
		const eligible = eligibleOrder(sandbox());
		const closed = orderThatIs(sandbox(), 'closed');
		await check(file, get, 'get', 200, client.actions(eligible));
		await check(file, get, 'get', 200, client.actions(closed));
		await check(file, post, 'post', 201, client.solicit(eligible));
		await check(file, post, 'post', 403, client.solicit(eligible));
		await check(file, post, 'post', 403, client.solicit(closed));
		await check(file, get, 'get', 404, client.actions('111-0000000-0000000'));
		await check(file, get, 'get', 400, client.actions(eligible, `${US},${CA}`));
	});

	it('pricing', async () => {
		const client = await connect(sandbox());
		const asin = sandbox().sellers['demo']?.marketplaces[0]?.products[0]?.asin ?? '';
		const modelPath = '/products/pricing/v0/items/{Asin}/offers';
		await check(
			'productPricingV0.json',
			modelPath,
			'get',
			200,
			client.get(`/products/pricing/v0/items/${asin}/offers?MarketplaceId=${US}&ItemCondition=New`),
		);
	});

	it.each([
		['GET_SALES_AND_TRAFFIC_REPORT', 'sellerSalesAndTrafficReport.json', 'DAY', 'SKU'],
		['GET_SALES_AND_TRAFFIC_REPORT', 'sellerSalesAndTrafficReport.json', 'WEEK', 'CHILD'],
		['GET_SALES_AND_TRAFFIC_REPORT', 'sellerSalesAndTrafficReport.json', 'MONTH', 'PARENT'],
		['GET_V2_SELLER_PERFORMANCE_REPORT', 'accountHealthReport-2020-11-18.json', 'DAY', 'SKU'],
	])('%s against %s (%s, %s)', async (reportType, file, dateGranularity, asinGranularity) => {
		const client = await connect(sandbox());
		const { bytes } = await client.report({
			reportType,
			marketplaceIds: [US],
			dataStartTime: '2026-09-01T00:00:00Z',
			reportOptions: { dateGranularity, asinGranularity },
		});
		// Not the strict form: the account health schema requires a field it does not declare.
		const schema = Object.fromEntries(
			Object.entries(readModel(file)).filter(([name]) => name !== '$schema'),
		);
		const plain = JSON.parse(
			JSON.stringify(schema, (name, value: unknown) =>
				name === 'format' && typeof value === 'string' ? undefined : value,
			),
		) as Schema;
		const validate = ajv7.compile(plain);
		validate(JSON.parse(bytes.toString('utf8')));
		expect(validate.errors ?? []).toEqual([]);
	});
});
