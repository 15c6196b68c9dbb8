import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './processes.mjs';
import { askSandbox, controlSandbox } from './sandbox.mjs';

const PACKAGE = 'n8n-nodes-amazon-seller-feedback';

const dumpScript = fileURLToPath(new URL('dump-database.mjs', import.meta.url));

const primary = { __rl: true, mode: 'list', value: '' };

const byItem = { __rl: true, mode: 'id', value: '={{ $json.place }}' };

/** Tests cannot wait for minutes; this is how long a report that hangs is waited for. */
const WAIT = { waitMinutes: 0.2 };

const feedback = (parameters) => ['amazonSellerFeedback', { simplify: false, ...parameters }];

const rating = (parameters) => [
	'amazonSellerRating',
	{ marketplace: byItem, sources: ['amazonReports'], simplify: false, ...parameters },
];

const solicitation = (parameters) => ['amazonReviewSolicitation', parameters];

/** Every operation that calls Amazon, configured as a user would. */
const OPERATIONS = {
	feedback: feedback({
		resource: 'feedback',
		operation: 'getMany',
		marketplace: byItem,
		returnAll: true,
		filters: {},
		options: { ...WAIT, outputUnreadableLines: true },
	}),
	accountHealth: feedback({
		resource: 'accountHealth',
		operation: 'get',
		marketplace: byItem,
		options: WAIT,
	}),
	marketplaces: feedback({ resource: 'marketplace', operation: 'getMany', returnAll: true }),
	evaluate: rating({
		operation: 'evaluate',
		sources: ['amazonReports', 'amazonOffer'],
		options: { ...WAIT, includeOrderDefectRate: true },
	}),
	forecast: rating({ operation: 'forecast', options: WAIT }),
	chart: rating({ operation: 'chart', options: WAIT }),
	detectChange: rating({ operation: 'detectChange', options: WAIT }),
	orders: solicitation({
		resource: 'order',
		operation: 'getMany',
		source: 'ordersApi',
		from: '={{ $now.minus({ days: 20 }) }}',
		returnAll: true,
		filters: {},
		options: { ...WAIT, buyerTimeZone: true, fbaDeliveryDates: true },
	}),
	ordersFromReports: solicitation({
		resource: 'order',
		operation: 'getMany',
		source: 'reports',
		from: '={{ $now.minus({ days: 20 }) }}',
		returnAll: true,
		filters: {},
		options: { ...WAIT, buyerTimeZone: true },
	}),
	check: solicitation({
		resource: 'solicitation',
		operation: 'checkEligibility',
		orderId: '={{ $json.orderId }}',
		marketplace: primary,
		options: {},
	}),
	send: solicitation({
		resource: 'solicitation',
		operation: 'send',
		orderId: '={{ $json.orderId }}',
		marketplace: primary,
		dryRun: false,
		options: { explain: true },
	}),
	plan: solicitation({
		resource: 'solicitation',
		operation: 'plan',
		rules: { returnsFromReports: true },
		options: WAIT,
	}),
};

const ON_ERROR = ['stopWorkflow', 'continueRegularOutput'];

/** The user requests buyers' addresses with this: the search must find them. */
const WITH_ADDRESSES = feedback({
	resource: 'feedback',
	operation: 'getMany',
	marketplace: primary,
	returnAll: true,
	filters: {},
	options: { includeBuyerEmail: true },
});

const credentials = { amazonSellingPartnerApi: { id: '', name: 'Sandbox' } };

/** A workflow that answers its webhook when the node is done. */
function workflowOf(path, [type, parameters], onError) {
	const node = (name, nodeType, values, extra = {}) => ({
		id: `${path} ${name}`,
		name,
		type: nodeType,
		typeVersion: 1,
		position: [0, 0],
		parameters: values,
		...extra,
	});
	const called = {
		httpMethod: 'POST',
		path,
		responseMode: 'lastNode',
		responseData: 'allEntries',
		options: {},
	};
	const to = (name) => ({ main: [[{ node: name, type: 'main', index: 0 }]] });
	return {
		name: path,
		nodes: [
			node('Called', 'n8n-nodes-base.webhook', called, { typeVersion: 2.1, webhookId: path }),
			node('Items', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'body.items', options: {} }),
			node('Node', `${PACKAGE}.${type}`, parameters, { credentials, onError }),
		],
		connections: { Called: to('Items'), Items: to('Node') },
		settings: { executionOrder: 'v1' },
	};
}

const TRIGGER = {
	name: 'trigger',
	nodes: [
		{
			id: 'the trigger',
			name: 'Trigger',
			type: `${PACKAGE}.amazonSellerFeedbackTrigger`,
			typeVersion: 1,
			position: [0, 0],
			parameters: {
				pollTimes: { item: [{ mode: 'everyMinute' }] },
				events: ['newNegativeFeedback', 'newNeutralFeedback', 'feedbackChanged', 'feedbackRemoved'],
				marketplaces: [],
				options: { feedbackEveryMinutes: 5, lookBackDays: 200 },
			},
			credentials,
		},
		{
			id: 'what it reports',
			name: 'Reported',
			type: 'n8n-nodes-base.noOp',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
		},
	],
	connections: { Trigger: { main: [[{ node: 'Reported', type: 'main', index: 0 }]] } },
	settings: { executionOrder: 'v1' },
};

/** Until the node has learned the rate, it waits a minute of real time for each refusal. */
const inReal = (fault) => (fault.kind === 'throttle' ? { kind: fault.kind, times: 1 } : fault);

/** The trigger is polled every minute, and finds the report in its second poll. */
const TRIGGER_PATIENCE_MS = 200_000;

/**
 * The campaign in a real n8n: the same nodes in workflows of a server with its own database, under
 * faults, then the search of everything it stored or logged.
 */
export class ChaosInN8n {
	calls = 0;

	refused = 0;

	sentRows = [];

	eligible = [];

	/** Responses of all webhooks; they contain the output of the executions. */
	answers = [];

	/**
	 * @param {object} parts
	 * @param {import('./cluster.mjs').N8nCluster} parts.n8n
	 * @param {string} parts.sandboxUrl
	 * @param {{ pick: Function, chance: Function, integer: Function }} parts.random
	 * @param {Function} parts.faultsFor of test/chaos/faults.ts
	 * @param {Function} parts.LeakSearch of test/chaos/leaks.ts
	 */
	constructor(parts) {
		Object.assign(this, parts);
		this.faults = new Map();
	}

	/** @param {object} credentialData */
	async begin(credentialData) {
		this.credentialId = await this.n8n.addCredential(credentialData);
		this.triggerId = await this.n8n.addWorkflow(TRIGGER, this.credentialId);
		for (const [name, operation] of Object.entries(OPERATIONS)) {
			for (const onError of ON_ERROR) {
				await this.n8n.addWorkflow(
					workflowOf(`${name}-${onError}`, operation, onError),
					this.credentialId,
				);
			}
		}
		await this.n8n.addWorkflow(
			workflowOf('with-addresses', WITH_ADDRESSES, 'stopWorkflow'),
			this.credentialId,
		);
	}

	/** Runs every operation at least once, then random ones, each under its own faults. */
	async run(rounds) {
		const names = Object.keys(OPERATIONS);
		for (let round = 0; round < rounds; round += 1) {
			const name = names[round] ?? this.random.pick(names);
			for (const fault of this.faultsFor(this.random)) await this.#control('faults', inReal(fault));
			await this.#call(`${name}-${this.random.pick(ON_ERROR)}`, await this.#itemsFor(name));
			await this.#endFaults();
		}
		// Open orders are tried again without faults, so that the faults cost none of them.
		await this.#call('send-continueRegularOutput', this.eligible.map(asItem));
		await this.#untilTriggerReported();
	}

	/** One run in which the user requests the buyers' addresses. */
	async askForAddresses() {
		await this.#call('with-addresses', [{}]);
	}

	async #itemsFor(name) {
		const { random } = this;
		if (['send', 'check', 'plan'].includes(name)) {
			const orders = await this.#control('world/orders', { count: random.integer(3, 15) });
			this.eligible.push(...orders.map(({ orderId }) => orderId));
			return [...orders.map(({ orderId }) => orderId), 'no order', '999-0000000-0000000'].map(
				asItem,
			);
		}
		return ['', 'CA', 'MX', 'XX']
			.filter(() => random.chance(0.6))
			.concat('US')
			.map((place) => ({ place }));
	}

	async #call(path, items) {
		this.calls += 1;
		const answer = await fetch(`${this.n8n.url}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ items }),
		});
		const text = await answer.text();
		this.answers.push(text);
		if (!answer.ok) this.refused += 1;
		const rows = answer.ok ? [JSON.parse(text)].flat() : [];
		this.sentRows.push(...rows.filter(({ outcome }) => outcome === 'sent'));
	}

	async #endFaults() {
		for (const { kind, fired } of await askSandbox(this.sandboxUrl, 'faults')) {
			this.faults.set(kind, (this.faults.get(kind) ?? 0) + fired);
		}
		const answer = await fetch(`${this.sandboxUrl}/sandbox/faults`, { method: 'DELETE' });
		await answer.text();
	}

	async #untilTriggerReported() {
		const deadline = Date.now() + TRIGGER_PATIENCE_MS;
		while (Date.now() < deadline) {
			const executions = await this.n8n.readExecutions(this.triggerId);
			this.reported = executions.flatMap(
				({ runData }) => runData.Reported?.[0]?.data?.main[0] ?? [],
			);
			if (this.reported.length > 0) return;
			await new Promise((resolve) => setTimeout(resolve, 2000));
		}
	}

	async #control(path, body) {
		return await controlSandbox(this.sandboxUrl, path, body);
	}

	/** Compares the output with what the sandbox knows to be true. */
	async compare() {
		const solicitations = await askSandbox(this.sandboxUrl, 'truth/solicitations');
		const asked = solicitations.map(({ orderId }) => orderId);
		const known = new Set(asked);
		const sent = this.sentRows.map(({ orderId }) => orderId);
		return {
			asked: asked.length,
			lost: this.eligible.filter((orderId) => !known.has(orderId)),
			doubled: [...repeated(asked), ...repeated(sent)],
			invented: sent.filter((orderId) => !known.has(orderId)),
		};
	}

	/**
	 * Searches what n8n stored and logged, and what the campaign itself printed: every file in n8n's
	 * folder on disk, and every row of every table.
	 *
	 * @param {string} printed
	 */
	async search(printed) {
		const secrets = await askSandbox(this.sandboxUrl, 'secrets');
		const search = new this.LeakSearch();
		for (const kind of ['clientSecrets', 'refreshTokens', 'accessTokens', 'documentSignatures']) {
			search.add(kind, secrets[kind], true);
		}
		for (const kind of ['buyerEmails', 'buyerNames', 'buyerAddresses'])
			search.add(kind, secrets[kind]);

		const leaks = [];
		const note = (where, found) => leaks.push(...found.map((leak) => ({ where, ...leak })));
		note("the campaign's output", search.find(printed));
		note('responses of webhooks', search.find(this.answers.join('\n')));
		const files = filesIn(this.n8n.dir);
		for (const file of files) note(file, search.findInBytes(readFileSync(file)));
		const databases = files.filter((file) => file.endsWith('.sqlite'));
		let rows = 0;
		for (const database of databases) {
			const { stdout, code, output } = await runCommand(this.n8n.runtime.node, [
				'--no-warnings',
				dumpScript,
				database,
			]);
			if (code !== 0) throw new Error(`Could not read the database: ${output}`);
			for (const line of stdout.trimEnd().split('\n')) {
				rows += 1;
				note(`table ${line.split('\t')[0]}`, search.find(line));
			}
		}
		const { searched, size } = search;
		return {
			leaks,
			files: files.length,
			databases: databases.length,
			rows,
			searched,
			secrets: size,
		};
	}
}

const asItem = (orderId) => ({ orderId });

const repeated = (values) => values.filter((value, index) => values.indexOf(value) !== index);

/**
 * Files of n8n: its folder without the installed package and the editor's own files, and its logs.
 */
function filesIn(dir) {
	return readdirSync(dir, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name !== 'sandbox.log')
		.map((entry) => join(entry.parentPath ?? entry.path, entry.name))
		.filter((file) => !/node_modules|\.cache/.test(file));
}
