import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject, INode } from 'n8n-workflow';
import type { N8nCredential, RatingTruth } from '../../sandbox';
import type { RunningSandbox } from '../lib/sandbox';
import type { EndedExecution, RealN8n } from '../n8n/realN8n';
import { countOutputs, fullItemsOf, itemsOf } from '../n8n/runData';
import type { ScaledClock } from '../n8n/scaledClock';
import {
	amazonNode,
	chain,
	CREDENTIAL_TYPE,
	marketplaceById,
	node,
	plainAmazonNode,
	PRIMARY_MARKETPLACE,
	splitBody,
	webhook,
} from '../n8n/workflow';

const US = 'ATVPDKIKX0DER';

const DAY_MS = 86_400_000;

/** Feedback rows in the format of Seller Central's download, for the operation that reads files. */
const REPORT_FILE = [
	'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email',
	'11/3/26\t1\tNever arrived\t\t111-1111111-1111111\tone@example.com',
	'10/29/26\t3\tSlow, „but fine“ 😀\tSorry!\t111-2222222-2222222\ttwo@example.com',
].join('\r\n');

/** What identifies a feedback entry. */
interface FeedbackRow {
	readonly orderId: string;
	readonly date?: string;
	readonly rating?: number;
	readonly comment?: string;
	readonly response?: string;
}

/** A row of the nodes' output, with the fields that the steps compare. */
interface Row extends IDataObject {
	orderId: string;
	marketplaceId?: string;
	marketplace?: string;
	date?: string;
	rating?: number;
	comment?: string;
	response?: string;
	outcome?: string;
	error?: string;
	event?: string;
}

/** A rating over some days. */
interface RatingWindow {
	readonly days: number;
	readonly positive: number;
	readonly neutral: number;
	readonly negative: number;
	readonly coveredThrough: string;
}

/** A result of the workflow of a step. */
interface Run {
	readonly execution: EndedExecution;
	/** The rows of the node 'Result', by output. */
	readonly outputs: readonly Row[][];
	/** Those of its first output. */
	readonly items: readonly Row[];
}

export interface FlowParts {
	readonly n8n: RealN8n;
	readonly sandbox: RunningSandbox;
	/** How much faster the sandbox is than Amazon. */
	readonly pace: number;
	/** Restarts n8n with a faster clock, for the trigger. */
	readonly speedUpTime: () => Promise<ScaledClock>;
}

export type Step = readonly [name: string, act: () => Promise<void>];

/**
 * What a user does with the package, step by step, in one n8n with one sandbox. Each step compares
 * the output with what the sandbox knows to be true, and throws if they differ.
 */
export class CompatibilityFlow {
	/** The workflows created so far, by name: their ID and the executions already read. */
	readonly #workflows = new Map<string, { readonly id: string; readonly known: Set<string> }>();

	/** Orders that only Send may use. */
	#orders: readonly string[] = [];

	#credentialData: N8nCredential | undefined;

	#credentialId = '';

	constructor(private readonly parts: FlowParts) {}

	/** The steps in order, by their name in the table. */
	get steps(): Step[] {
		return [
			['Credential test: right, wrong secret', async () => await this.#testCredential()],
			['Feedback: Get Many', async () => await this.#getFeedback()],
			['Feedback: Parse Report', async () => await this.#parseReport()],
			['Marketplace list in the editor', async () => await this.#searchMarketplaces()],
			['Account Health: Get', async () => await this.#getAccountHealth()],
			['Rating: Evaluate', async () => await this.#evaluate()],
			['Rating: Chart', async () => await this.#chart()],
			['Order: Get Many', async () => await this.#getOrders()],
			['Review Request: Plan', async () => await this.#plan()],
			['Expired access token: renewed once, then kept', async () => await this.#renewToken()],
			[
				'Review Request: Send, with a token that has just expired',
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
	async prepare(): Promise<void> {
		const { n8n, sandbox, pace } = this.parts;
		this.#credentialData = await sandbox.credential({ pace });
		this.#credentialId = await n8n.addCredential(this.#credentialData);
		await sandbox.setAccountStatus(US, 'AT_RISK');
		this.#orders = await sandbox.addOrders({ state: 'eligible', count: 12 });
	}

	/** Texts that must not be in any log or execution. */
	get secrets(): string[] {
		const { clientSecret, refreshToken } = this.#credential;
		return [clientSecret, refreshToken, 'Atza|'];
	}

	get #credential(): N8nCredential {
		assert.ok(this.#credentialData, 'the flow was prepared');
		return this.#credentialData;
	}

	async #testCredential() {
		const test = async (changes: object) =>
			await this.parts.n8n.testCredential({ ...this.#credential, ...changes }, this.#credentialId);
		const right = await test({});
		assert.equal(right.status, 'OK', right.message);
		const wrong = await test({ clientSecret: 'wrong' });
		assert.equal(wrong.status, 'Error');
		assert.match(wrong.message, /client secret/);
	}

	async #getFeedback() {
		const { items } = await this.#run('feedback', [getFeedbackNode()]);
		const truth = await this.parts.sandbox.feedback({ from: yearAgo() });
		assert.ok(truth.length > 5);
		// A line break has two forms in the report, and one in an item.
		const row = ({ orderId, date, rating, comment = '', response }: FeedbackRow) =>
			JSON.stringify([orderId, date, rating, comment.replaceAll('\r\n', '\n'), response]);
		assert.deepEqual(items.map(row).sort(), truth.map(row).sort());
	}

	async #parseReport() {
		const toFile = node('File', 'convertToFile 1.1', {
			operation: 'toText',
			sourceProperty: 'body.text',
			options: {},
		});
		const parse = plainAmazonNode('Result', 'amazonSellerFeedback', {
			resource: 'feedback',
			operation: 'parseReport',
			binaryPropertyName: 'data',
			marketplace: marketplaceById(US),
			simplify: true,
			options: {},
		});
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
		const credentials = { [CREDENTIAL_TYPE]: { id: this.#credentialId, name: 'Sandbox' } };
		const results = await this.parts.n8n.searchList(
			{ ...getFeedbackNode(), credentials },
			'marketplace',
			'searchMarketplaces',
		);
		const own = await this.parts.sandbox.marketplacesOf('demo');
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
				marketplace: PRIMARY_MARKETPLACE,
				options: {},
			}),
		]);
		assert.equal(items.length, 1);
		assert.equal(items[0]?.['accountStatus'], 'AT_RISK');
		assert.equal(typeof items[0]['orderDefectPercent'], 'number');
	}

	async #evaluate() {
		const { outputs } = await this.#run('rating', [
			amazonNode('Result', 'amazonSellerRating', { operation: 'evaluate', ...RATING, ...JUDGED }),
		]);
		assert.deepEqual(
			outputs.map((items) => items.length),
			[0, 1, 0, 0],
			"the demo's seller is at risk",
		);
		await this.#compareRating((outputs[1]?.[0]?.['windows'] ?? []) as RatingWindow[]);
	}

	async #compareRating(windows: readonly RatingWindow[]): Promise<void> {
		const counts = ({ positive, neutral, negative }: RatingTruth['30']) => [
			positive,
			neutral,
			negative,
		];
		for (const days of [30, 90, 365] as const) {
			const window = windows.find((each) => each.days === days);
			assert.ok(window, `${days} days`);
			// The last days are not settled, so they do not count.
			const query = { marketplaceId: US, through: window.coveredThrough };
			const truth = await this.parts.sandbox.rating(query);
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
		const { chart, digest, ...others } = fullItemsOf(execution.runData, 'Result')[0]?.binary ?? {};
		assert.equal(chart?.mimeType, 'image/png');
		assert.equal(digest?.mimeType, 'text/html');
		for (const file of [chart, digest, ...Object.values(others)]) {
			assert.match(file.fileSize ?? '', /\d/);
		}
	}

	async #getOrders() {
		const { items } = await this.#run('orders', [getOrdersNode('Result')]);
		await this.#compareOrders(items);
	}

	/**
	 * The node returns only orders that exist, and all those that a request is permitted for. The record has
	 * no digital orders (D01-), because nobody reviews a seller for them.
	 */
	async #compareOrders(items: readonly Row[]): Promise<void> {
		const truth = await this.parts.sandbox.orders();
		const all = new Set(truth.map(({ orderId }) => orderId));
		const found = new Set(items.map(({ orderId }) => orderId));
		assert.equal(found.size, items.length, 'no order is returned twice');
		assert.deepEqual(
			[...found].filter((orderId) => !all.has(orderId) && !orderId.startsWith('D01-')),
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
		const orders = itemsOf<Row>(execution.runData, 'Orders');
		assert.equal(outputs.length, 4);
		const planned = outputs
			.slice(0, 3)
			.flat()
			.map(({ orderId }) => orderId);
		assert.deepEqual(planned.sort(), orders.map(({ orderId }) => orderId).sort());
		const now = new Set(outputs[0]?.map(({ orderId }) => orderId));
		assert.deepEqual(
			this.#orders.filter((orderId) => !now.has(orderId)),
			[],
			'orders eligible now are planned for now',
		);
	}

	/** The token expires between two executions. */
	async #renewToken() {
		const run = async () => await this.#run('feedback', [getFeedbackNode()]);
		assert.equal(await this.#loginsDuring(run), 0, 'logins before the token expired');
		await this.parts.sandbox.expireAccessTokens();
		assert.equal(await this.#loginsDuring(run), 1, 'logins after the token expired');
		assert.equal(await this.#loginsDuring(run), 0, 'logins of the next execution');
	}

	/**
	 * Send requests reviews for several orders at once, so several calls hit the expired token
	 * together.
	 */
	async #sendWithExpiredToken() {
		const run = async () => await this.#run('send', [SPLIT_ORDERS, SEND], { orders: this.#orders });
		await this.parts.sandbox.expireAccessTokens();
		let first: Run | undefined;
		const logins = await this.#loginsDuring(async () => (first = await run()));
		const second = await run();
		assert.deepEqual(
			first?.items.map(({ orderId, outcome }) => [orderId, outcome]),
			this.#orders.map((orderId) => [orderId, 'sent']),
		);
		assert.ok(second.items.every(({ outcome }) => outcome !== 'sent'));
		const asked = await this.parts.sandbox.solicitations();
		assert.deepEqual(asked.map(({ orderId }) => orderId).sort(), [...this.#orders].sort());
		assert.equal(logins, 1, 'logins of all requests together');
	}

	/** n8n follows redirects by default. */
	async #refuseRedirect() {
		const { sandbox } = this.parts;
		const location = sandbox.url.replace('127.0.0.1', 'localhost');
		await sandbox.addFault({ kind: 'documentRedirect', location });
		const feedback: INode = { ...getFeedbackNode(), onError: 'continueRegularOutput' };
		const { items } = await this.#run('redirect', [feedback]);
		assert.equal(items.length, 1);
		assert.match(items[0]?.error ?? '', /Could not download the report/);
	}

	async #continueOnFail() {
		const feedback = getFeedbackNode();
		feedback.parameters['marketplace'] = marketplaceById('={{ $json.marketplace }}');
		feedback.onError = 'continueRegularOutput';
		const { items, execution } = await this.#run('bad-item', [SPLIT_MARKETPLACES, feedback], {
			marketplaces: ['US', 'Atlantis', 'CA'],
		});
		assert.equal(execution.status, 'success');
		const failed = items.filter(({ error }) => error !== undefined);
		assert.equal(failed.length, 1);
		assert.match(failed[0]?.error ?? '', /Could not use 'Marketplace'/);
		const marketplaces = new Set(items.map(({ marketplace }) => marketplace));
		assert.ok(marketplaces.has('US') && marketplaces.has('CA'));
	}

	/** In scaled time: feedback is added while the workflow is active, and the token expires. */
	async #watch(): Promise<void> {
		this.#clock = await this.parts.speedUpTime();
		const id = await this.parts.n8n.addWorkflow(TRIGGER_WORKFLOW, this.#credentialId);
		await this.#untilReports(2);
		const first = await this.#addFeedback(1);
		await this.#untilReported(id, 1);
		await this.parts.sandbox.expireAccessTokens();
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

	#clock: ScaledClock | undefined;

	async #addFeedback(rating: number): Promise<string> {
		const { orderId } = await this.parts.sandbox.addFeedback({ marketplaceId: US, rating });
		return orderId;
	}

	/** Lets time pass until this many more feedback reports have been read. */
	async #untilReports(count: number): Promise<void> {
		const read = async () => await this.parts.sandbox.countRequests('downloadDocument');
		const before = await read();
		await this.#until(async () => (await read()) >= before + count);
	}

	async #untilReported(workflowId: string, count: number): Promise<void> {
		await this.#until(async () => (await this.#reported(workflowId)).length >= count);
	}

	async #until(isSo: () => Promise<boolean>): Promise<void> {
		const deadline = Date.now() + 120_000;
		while (!(await isSo())) {
			assert.ok(Date.now() < deadline, 'the trigger reported nothing within two minutes');
			await this.#clock?.applyTo(this.parts.sandbox);
			await pause(250);
		}
	}

	async #reported(workflowId: string): Promise<Row[]> {
		const executions = await this.parts.n8n.readExecutions(workflowId);
		const failed = executions.find(({ error }) => error);
		assert.ok(!failed, describe(failed?.error));
		return executions.flatMap(({ runData }) => itemsOf<Row>(runData, 'Reported'));
	}

	/**
	 * Calls the webhook of a workflow, which is created the first time, and waits for its execution.
	 *
	 * @param nodes in order, the last one named Result
	 */
	async #run(name: string, nodes: readonly INode[], body: object = {}): Promise<Run> {
		const { n8n } = this.parts;
		const path = `compat-${name}`;
		let workflow = this.#workflows.get(name);
		if (workflow === undefined) {
			const added = chain(name, [webhook(path), ...nodes]);
			const id = await n8n.addWorkflow(added, this.#credentialId);
			workflow = { id, known: new Set() };
			this.#workflows.set(name, workflow);
		}
		const { id, known } = workflow;
		await n8n.callWebhook(path, body);
		const deadline = Date.now() + 60_000;
		for (;;) {
			const [execution] = await n8n.readExecutions(id, known);
			if (execution) {
				known.add(execution.id);
				assert.ok(!execution.error, describe(execution.error));
				const { runData } = execution;
				const outputs = Array.from({ length: countOutputs(runData, 'Result') }, (_, output) =>
					itemsOf<Row>(runData, 'Result', output),
				);
				return { execution, outputs, items: outputs[0] ?? [] };
			}
			assert.ok(Date.now() < deadline, `the workflow ${name} did not end within a minute`);
			await pause(200);
		}
	}

	async #loginsDuring(work: () => Promise<unknown>): Promise<number> {
		const { sandbox } = this.parts;
		const before = await sandbox.countRequests('lwaToken');
		await work();
		return (await sandbox.countRequests('lwaToken')) - before;
	}
}

/** Amazon counts the days of the United States in Pacific time. */
function yearAgo(): string {
	const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' });
	return day.format(new Date(Date.now() - 365 * DAY_MS));
}

const describe = (error: EndedExecution['error']): string =>
	[error?.message, error && 'description' in error ? error.description : '']
		.filter(Boolean)
		.join(' ');

const getFeedbackNode = (): INode =>
	amazonNode('Result', 'amazonSellerFeedback', {
		resource: 'feedback',
		operation: 'getMany',
		marketplace: PRIMARY_MARKETPLACE,
		returnAll: true,
		simplify: true,
		filters: {},
		options: {},
	});

const getOrdersNode = (name: string): INode =>
	amazonNode(name, 'amazonReviewSolicitation', {
		resource: 'order',
		operation: 'getMany',
		source: 'ordersApi',
		marketplaces: ['all'],
		incremental: false,
		dateType: 'created',
		from: '={{ $now.minus({ days: 60 }) }}',
		returnAll: true,
		filters: {},
		options: {},
	});

const RATING = {
	marketplace: PRIMARY_MARKETPLACE,
	sources: ['amazonReports'],
	thresholds: {
		threshold: [
			{ name: 'Goal', percent: 98 },
			{ name: 'Minimum', percent: 95 },
		],
	},
};

const JUDGED = { evaluationDays: 365, simplify: false, options: {} };

const SPLIT_ORDERS = splitBody('orders', 'orderId');

const SPLIT_MARKETPLACES = splitBody('marketplaces', 'marketplace');

const SEND = amazonNode('Result', 'amazonReviewSolicitation', {
	resource: 'solicitation',
	operation: 'send',
	orderId: '={{ $json.orderId }}',
	marketplace: PRIMARY_MARKETPLACE,
	dryRun: false,
	sendInManualRuns: true,
	options: {},
});

const TRIGGER = amazonNode('Trigger', 'amazonSellerFeedbackTrigger', {
	pollTimes: { item: [{ mode: 'everyX', value: 5, unit: 'minutes' }] },
	events: ['newNegativeFeedback'],
	marketplaces: [],
	options: { feedbackEveryMinutes: 20, includeRating: false },
});

const TRIGGER_WORKFLOW = chain('What the trigger reports', [TRIGGER, node('Reported', 'noOp')]);

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
