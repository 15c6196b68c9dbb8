import assert from 'node:assert/strict';
import { readManifest } from './package.mjs';
import { askSandbox, sandboxCredential, controlSandbox } from './sandbox.mjs';

const US = 'ATVPDKIKX0DER';

/** Empty means the credential's primary marketplace. */
const PRIMARY = { __rl: true, mode: 'list', value: '' };

const DAY_MS = 86_400_000;

/** Feedback rows in the format of Seller Central's download, for the operation that reads files. */
const REPORT_FILE = [
	'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email',
	'11/3/26\t1\tNever arrived\t\t111-1111111-1111111\tone@example.com',
	'10/29/26\t3\tSlow, „but fine“ 😀\tSorry!\t111-2222222-2222222\ttwo@example.com',
].join('\r\n');

/** @param {number} ms */
const pause = async (ms) => await new Promise((resolve) => setTimeout(resolve, ms));

/**
 * What a user does with the package, step by step, in one n8n with one sandbox. Each step compares
 * the output with what the sandbox knows to be true, and throws if they differ.
 */
export class CompatFlow {
	/** The workflows created so far, by name: their ID and the executions already read. */
	#workflows = new Map();

	/** Orders that only Send may use. @type {string[]} */
	#orders = [];

	/**
	 * @param {object} parts
	 * @param {import('./cluster.mjs').N8nCluster} parts.n8n
	 * @param {string} parts.sandboxUrl
	 * @param {number} parts.pace how much faster the sandbox is than Amazon
	 * @param {{ start: number, origin: number, scale: number }} parts.clock start in scaled and in
	 *   real time (milliseconds), and how much faster scaled time runs while the trigger is watched
	 * @param {() => Promise<void>} parts.speedUpTime restarts n8n with that clock
	 */
	constructor(parts) {
		Object.assign(this, parts);
	}

	/** The steps in order, by their name in the table. */
	get steps() {
		return [
			['Credential test: right, wrong secret', async () => await this.#testCredential()],
			['Feedback: Get Many', async () => await this.#getFeedback()],
			['Feedback: Parse Report', async () => await this.#parseReport()],
			['Marketplace list in the editor', async () => await this.#searchMarketplaces()],
			['Account Health: Get', async () => await this.#getAccountHealth()],
			['Rating: Evaluate', async () => await this.#evaluate()],
			['Rating: Chart', async () => await this.#chart()],
			['Order: Get Many', async () => await this.#getOrders()],
			['Solicitation: Plan', async () => await this.#plan()],
			['Expired access token: renewed once, then kept', async () => await this.#renewToken()],
			[
				'Solicitation: Send, with a token that has just expired',
				async () => await this.#sendWithExpiredToken(),
			],
			[
				'A report redirected to another host is not fetched',
				async () => await this.#refuseRedirect(),
			],
			['Continue On Fail with a bad item', async () => await this.#continueOnFail()],
			['Trigger: each new feedback entry once, token expired', async () => await this.#watch()],
		];
	}

	/** Sets up the world and the credential of the flow. */
	async prepare() {
		this.#credentialData = await sandboxCredential(this.sandboxUrl, { pace: this.pace });
		this.#credentialId = await this.n8n.addCredential(this.#credentialData);
		await this.#control('world/accountStatus', { marketplaceId: US, status: 'AT_RISK' });
		const made = await this.#control('world/orders', { state: 'eligible', count: 12 });
		this.#orders = made.map(({ orderId }) => orderId);
	}

	#credentialData;

	#credentialId = '';

	/** Texts that must not be in any log or execution. */
	get secrets() {
		const { clientSecret, refreshToken } = this.#credentialData;
		return [clientSecret, refreshToken, 'Atza|'];
	}

	async #testCredential() {
		const test = async (changes) =>
			await this.n8n.testCredential(this.#credentialId, { ...this.#credentialData, ...changes });
		const right = await test({});
		assert.equal(right.status, 'OK', right.message);
		const wrong = await test({ clientSecret: 'wrong' });
		assert.equal(wrong.status, 'Error');
		assert.match(wrong.message, /client secret/);
	}

	async #getFeedback() {
		const { items } = await this.#run('feedback', [getFeedbackNode()]);
		const truth = await this.#ask('truth/feedback', { from: yearAgo() });
		assert.ok(truth.length > 5);
		const row = ({ orderId, date, rating, comment, response }) =>
			JSON.stringify([orderId, date, rating, comment, response]);
		assert.deepEqual(items.map(row).sort(), truth.map(row).sort());
	}

	async #parseReport() {
		const toFile = {
			...plainNode('File', 'convertToFile', 1.1),
			parameters: { operation: 'toText', sourceProperty: 'body.text', options: {} },
		};
		const parse = amazonNode('Result', 'amazonSellerFeedback', {
			resource: 'feedback',
			operation: 'parseReport',
			binaryPropertyName: 'data',
			marketplace: { __rl: true, mode: 'id', value: US },
			simplify: true,
			options: {},
		});
		delete parse.credentials;
		const { items } = await this.#run('file', [toFile, parse], { text: REPORT_FILE });
		const read = items.map(({ orderId, date, rating, comment, response }) => ({
			orderId,
			date,
			rating,
			comment,
			response,
		}));
		assert.deepEqual(read, PARSED);
	}

	async #searchMarketplaces() {
		const node = getFeedbackNode();
		node.credentials.amazonSellingPartnerApi.id = this.#credentialId;
		const { results } = await this.n8n.searchList(node, 'marketplace', 'searchMarketplaces');
		const sellers = await this.#ask('sellers');
		const own = sellers.find(({ key }) => key === 'demo').marketplaces;
		assert.deepEqual(
			results.map(({ value }) => value).sort(),
			own.map(({ marketplaceId }) => marketplaceId).sort(),
		);
	}

	async #getAccountHealth() {
		const parameters = { resource: 'accountHealth', operation: 'get', simplify: true };
		const { items } = await this.#run('health', [
			amazonNode('Result', 'amazonSellerFeedback', {
				...parameters,
				marketplace: PRIMARY,
				options: {},
			}),
		]);
		assert.equal(items.length, 1);
		assert.equal(items[0].accountStatus, 'AT_RISK');
		assert.equal(typeof items[0].orderDefectPercent, 'number');
	}

	async #evaluate() {
		const { outputs } = await this.#run('rating', [
			amazonNode('Result', 'amazonSellerRating', { operation: 'evaluate', ...RATING, ...JUDGED }),
		]);
		assert.deepEqual(
			outputs.map((items) => items.length),
			[0, 1, 0],
			"the demo's seller is at risk",
		);
		await this.#compareRating(outputs[1][0]);
	}

	async #compareRating({ windows }) {
		const counts = ({ positive, neutral, negative }) => [positive, neutral, negative];
		for (const days of [30, 90, 365]) {
			const window = windows.find((each) => each.days === days);
			// The last days are not settled, so they do not count.
			const query = { marketplaceId: US, through: window.coveredThrough };
			const truth = await this.#ask('truth/rating', query);
			assert.deepEqual(counts(window), counts(truth[days]), `${days} days`);
		}
	}

	async #chart() {
		const { execution } = await this.#run('chart', [
			amazonNode('Result', 'amazonSellerRating', {
				operation: 'chart',
				...RATING,
				format: 'both',
				binaryFields: 'chart, digest',
				options: {},
			}),
		]);
		const [{ binary }] = execution.runData.Result[0].data.main[0];
		assert.equal(binary.chart.mimeType, 'image/svg+xml');
		assert.equal(binary.digest.mimeType, 'text/html');
		for (const file of Object.values(binary)) assert.match(file.fileSize, /\d/);
	}

	async #getOrders() {
		const { items } = await this.#run('orders', [getOrdersNode('Result')]);
		await this.#compareOrders(items);
	}

	/** The node returns only orders that exist, and all those that a request is permitted for. */
	async #compareOrders(items) {
		const truth = await this.#ask('truth/orders');
		const all = new Set(truth.map(({ orderId }) => orderId));
		const found = new Set(items.map(({ orderId }) => orderId));
		assert.equal(found.size, items.length, 'no order is returned twice');
		assert.deepEqual(
			[...found].filter((orderId) => !all.has(orderId)),
			[],
		);
		const eligible = truth.filter(({ solicitability }) => solicitability === 'eligible');
		assert.ok(eligible.length > 10);
		assert.deepEqual(
			eligible.filter(({ orderId }) => !found.has(orderId)),
			[],
		);
	}

	async #plan() {
		const plan = amazonNode('Result', 'amazonReviewSolicitation', {
			resource: 'solicitation',
			operation: 'plan',
			preferredDelay: 0,
			sendNowWithin: 60,
			rules: {},
			options: {},
		});
		const { outputs, execution } = await this.#run('plan', [getOrdersNode('Orders'), plan]);
		const orders = itemsOf(execution, 'Orders')[0];
		assert.equal(outputs.length, 3);
		const planned = outputs.flat().map(({ orderId }) => orderId);
		assert.deepEqual(planned.sort(), orders.map(({ orderId }) => orderId).sort());
		const now = new Set(outputs[0].map(({ orderId }) => orderId));
		assert.deepEqual(
			this.#orders.filter((orderId) => !now.has(orderId)),
			[],
			'orders eligible now are planned for now',
		);
	}

	/** The token expires between two executions. */
	async #renewToken() {
		const run = async () => await this.#run('feedback', [getFeedbackNode()]);
		assert.equal(await this.#loginsDuring(run), 0, 'logins before');
		await this.#control('lwa/expire', {});
		assert.equal(await this.#loginsDuring(run), 1, 'logins after the token expired');
		assert.equal(await this.#loginsDuring(run), 0, 'logins afterwards');
	}

	/**
	 * Send requests reviews for several orders at once, so several calls hit the expired token
	 * together.
	 */
	async #sendWithExpiredToken() {
		const run = async () => await this.#run('send', [SPLIT_ORDERS, SEND], { orders: this.#orders });
		await this.#control('lwa/expire', {});
		let first;
		const logins = await this.#loginsDuring(async () => (first = await run()));
		const second = await run();
		assert.deepEqual(
			first.items.map(({ orderId, outcome }) => [orderId, outcome]),
			this.#orders.map((orderId) => [orderId, 'sent']),
		);
		assert.ok(second.items.every(({ outcome }) => outcome !== 'sent'));
		const asked = await this.#ask('truth/solicitations');
		assert.deepEqual(asked.map(({ orderId }) => orderId).sort(), [...this.#orders].sort());
		assert.equal(logins, 1, 'logins of all requests together');
	}

	/** n8n follows redirects by default. */
	async #refuseRedirect() {
		const location = this.sandboxUrl.replace('127.0.0.1', 'localhost');
		await this.#control('faults', { kind: 'documentRedirect', location });
		const feedback = { ...getFeedbackNode(), onError: 'continueRegularOutput' };
		const { items } = await this.#run('redirect', [feedback]);
		assert.equal(items.length, 1);
		assert.match(items[0].error, /Could not download the report/);
	}

	async #continueOnFail() {
		const feedback = getFeedbackNode();
		feedback.parameters.marketplace = { __rl: true, mode: 'id', value: '={{ $json.marketplace }}' };
		feedback.onError = 'continueRegularOutput';
		const { items, execution } = await this.#run('bad-item', [SPLIT_MARKETPLACES, feedback], {
			marketplaces: ['US', 'Atlantis', 'CA'],
		});
		assert.equal(execution.status, 'success');
		const failed = items.filter(({ error }) => error !== undefined);
		assert.equal(failed.length, 1);
		assert.match(failed[0].error, /Could not use 'Marketplace'/);
		const marketplaces = new Set(items.map(({ marketplace }) => marketplace));
		assert.ok(marketplaces.has('US') && marketplaces.has('CA'));
	}

	/** In scaled time: feedback is added while the workflow is active, and the token expires. */
	async #watch() {
		await this.speedUpTime();
		const id = await this.n8n.addWorkflow(TRIGGER_WORKFLOW, this.#credentialId);
		await this.#untilReports(2);
		const first = await this.#addFeedback(1);
		await this.#untilReported(id, 1);
		await this.#control('lwa/expire', {});
		const second = await this.#addFeedback(2);
		await this.#untilReported(id, 2);
		// A second report of the same feedback would come with the next reports.
		await this.#untilReports(3);
		const reported = await this.#reported(id);
		assert.deepEqual(
			reported.map(({ event, orderId }) => [event, orderId]),
			[first, second].map((orderId) => ['newNegativeFeedback', orderId]),
		);
	}

	async #addFeedback(rating) {
		const { orderId } = await this.#control('world/feedback', { marketplaceId: US, rating });
		return orderId;
	}

	/** Lets time pass until this many more feedback reports have been read. */
	async #untilReports(count) {
		const read = async () => await this.#count('downloadDocument');
		const before = await read();
		await this.#until(async () => (await read()) >= before + count);
	}

	async #untilReported(workflowId, count) {
		await this.#until(async () => (await this.#reported(workflowId)).length >= count);
	}

	async #until(isSo) {
		const deadline = Date.now() + 120_000;
		while (!(await isSo())) {
			assert.ok(Date.now() < deadline, 'the trigger reported nothing within two minutes');
			const { start, origin, scale } = this.clock;
			const now = new Date(start + (Date.now() - origin) * scale);
			await this.#control('clock', { set: now.toISOString() });
			await pause(250);
		}
	}

	async #reported(workflowId) {
		const executions = await this.n8n.readExecutions(workflowId);
		const failed = executions.find(({ error }) => error);
		assert.ok(!failed, describe(failed?.error));
		return executions.flatMap((execution) => itemsOf(execution, 'Reported')[0] ?? []);
	}

	/**
	 * Calls the webhook of a workflow, which is created the first time, and waits for its execution.
	 *
	 * @param {string} name
	 * @param {object[]} nodes in order, the last one named Result
	 * @param {object} [body]
	 */
	async #run(name, nodes, body = {}) {
		if (!this.#workflows.has(name)) {
			const id = await this.n8n.addWorkflow(webhookWorkflow(name, nodes), this.#credentialId);
			this.#workflows.set(name, { id, known: new Set() });
		}
		const { id, known } = this.#workflows.get(name);
		await this.n8n.callWebhook(`compat-${name}`, body);
		const deadline = Date.now() + 60_000;
		for (;;) {
			const [execution] = await this.n8n.readExecutions(id, known);
			if (execution) {
				known.add(execution.id);
				assert.ok(!execution.error, describe(execution.error));
				const outputs = itemsOf(execution, 'Result');
				return { execution, outputs, items: outputs[0] ?? [] };
			}
			assert.ok(Date.now() < deadline, `the workflow ${name} did not end within a minute`);
			await pause(200);
		}
	}

	async #loginsDuring(work) {
		const before = await this.#count('lwaToken');
		await work();
		return (await this.#count('lwaToken')) - before;
	}

	async #count(operation) {
		const requests = await this.#ask('requests');
		return requests.filter((each) => each.operation === operation).length;
	}

	async #ask(path, query) {
		return await askSandbox(this.sandboxUrl, path, query);
	}

	async #control(path, body) {
		return await controlSandbox(this.sandboxUrl, path, body);
	}
}

/** Amazon counts the days of the United States in Pacific time. */
function yearAgo() {
	const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' });
	return day.format(new Date(Date.now() - 365 * DAY_MS));
}

/** The items of a node by output. */
function itemsOf(execution, node) {
	const outputs = execution.runData[node]?.[0]?.data?.main ?? [];
	return outputs.map((items) => (items ?? []).map(({ json }) => json));
}

const describe = (error) => [error?.message, error?.description].filter(Boolean).join(' ');

let lastId = 0;

function plainNode(name, type, typeVersion) {
	lastId += 1;
	return {
		id: `f6000000-0000-4000-8000-${String(lastId).padStart(12, '0')}`,
		name,
		type: `n8n-nodes-base.${type}`,
		typeVersion,
		position: [0, 0],
		parameters: {},
	};
}

function amazonNode(name, type, parameters) {
	return {
		...plainNode(name, type, 1),
		type: `${readManifest().name}.${type}`,
		parameters,
		credentials: { amazonSellingPartnerApi: { id: '', name: 'Sandbox' } },
	};
}

function splitNode(field, destinationFieldName) {
	const parameters = { fieldToSplitOut: `body.${field}`, options: { destinationFieldName } };
	return { ...plainNode('One item each', 'splitOut', 1), parameters };
}

const getFeedbackNode = () =>
	amazonNode('Result', 'amazonSellerFeedback', {
		resource: 'feedback',
		operation: 'getMany',
		marketplace: PRIMARY,
		returnAll: true,
		simplify: true,
		filters: {},
		options: {},
	});

const getOrdersNode = (name) =>
	amazonNode(name, 'amazonReviewSolicitation', {
		resource: 'order',
		operation: 'getMany',
		source: 'ordersApi',
		marketplaces: [],
		incremental: false,
		dateType: 'created',
		from: '={{ $now.minus({ days: 60 }) }}',
		returnAll: true,
		filters: {},
		options: {},
	});

const RATING = {
	marketplace: PRIMARY,
	sources: ['amazonReports'],
	thresholds: {
		threshold: [
			{ name: 'Aim', percent: 98 },
			{ name: 'Suspension risk', percent: 95 },
		],
	},
};

const JUDGED = { evaluationDays: 365, insufficientBand: 'atRisk', simplify: false, options: {} };

const SPLIT_ORDERS = splitNode('orders', 'orderId');

const SPLIT_MARKETPLACES = splitNode('marketplaces', 'marketplace');

const SEND = amazonNode('Result', 'amazonReviewSolicitation', {
	resource: 'solicitation',
	operation: 'send',
	orderId: '={{ $json.orderId }}',
	marketplace: PRIMARY,
	dryRun: false,
	options: {},
});

const TRIGGER = amazonNode('Trigger', 'amazonSellerFeedbackTrigger', {
	pollTimes: { item: [{ mode: 'everyX', value: 5, unit: 'minutes' }] },
	events: ['newNegativeFeedback'],
	marketplaces: [],
	options: { feedbackEveryMinutes: 20, includeRating: false },
});

const TRIGGER_WORKFLOW = chain('What the trigger reports', [
	TRIGGER,
	plainNode('Reported', 'noOp', 1),
]);

function webhookWorkflow(name, nodes) {
	const called = {
		...plainNode('Called', 'webhook', 2),
		webhookId: `f6000000-0000-4000-9000-${String(lastId).padStart(12, '0')}`,
		parameters: { httpMethod: 'POST', path: `compat-${name}`, options: {} },
	};
	return chain(name, [called, ...nodes]);
}

/** A workflow with one node after the other. */
function chain(name, nodes) {
	const links = nodes
		.slice(1)
		.map((next, index) => [
			nodes[index].name,
			{ main: [[{ node: next.name, type: 'main', index: 0 }]] },
		]);
	return {
		name,
		nodes: nodes.map((node, index) => ({ ...node, position: [index * 220, 0] })),
		connections: Object.fromEntries(links),
		settings: { executionOrder: 'v1' },
		// n8n 1.x requires it.
		active: false,
	};
}

const PARSED = [
	{
		orderId: '111-1111111-1111111',
		date: '2026-11-03',
		rating: 1,
		comment: 'Never arrived',
		response: '',
	},
	{
		orderId: '111-2222222-2222222',
		date: '2026-10-29',
		rating: 3,
		comment: 'Slow, „but fine“ 😀',
		response: 'Sorry!',
	},
];
