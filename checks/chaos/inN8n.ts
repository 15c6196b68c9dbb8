import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INode, OnError } from 'n8n-workflow';
import type { FaultSpec } from '../../sandbox';
import type { Random } from '../../sandbox/random';
import { repoDir } from '../../scripts/lib/paths.mjs';
import { runCommand } from '../../scripts/lib/processes.mjs';
import { faultsFor } from '../../test/chaos/faults';
import { LeakSearch, type Leak } from '../../test/chaos/leaks';
import { repeated } from '../lib/repeated';
import type { RunningSandbox } from '../lib/sandbox';
import type { RealN8n } from '../n8n/realN8n';
import { itemsOf } from '../n8n/runData';
import {
	amazonNode,
	chain,
	marketplaceById,
	node,
	PRIMARY_MARKETPLACE,
	splitBody,
	webhook,
	type NewWorkflow,
} from '../n8n/workflow';

const dumpScript = join(repoDir, 'checks', 'chaos', 'dumpDatabase.ts');

const byItem = marketplaceById('={{ $json.place }}');

/** How long nodes wait for a report that hangs, because tests cannot wait for minutes. */
const WAIT = { waitMinutes: 0.2 };

const feedback = (parameters: object): INode =>
	amazonNode('Node', 'amazonSellerFeedback', { simplify: false, ...parameters });

const rating = (parameters: object): INode =>
	amazonNode('Node', 'amazonSellerRating', {
		marketplace: byItem,
		sources: ['amazonReports'],
		simplify: false,
		...parameters,
	});

const solicitation = (parameters: object): INode =>
	amazonNode('Node', 'amazonReviewSolicitation', parameters);

/** Every operation that calls Amazon, configured as a user would. */
const OPERATIONS: Readonly<Record<string, INode>> = {
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
		marketplace: PRIMARY_MARKETPLACE,
		options: {},
	}),
	send: solicitation({
		resource: 'solicitation',
		operation: 'send',
		orderId: '={{ $json.orderId }}',
		marketplace: PRIMARY_MARKETPLACE,
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

/** What the sandbox keeps confidential: it must not appear anywhere, not even cut off. */
const CONFIDENTIAL = [
	'clientSecrets',
	'refreshTokens',
	'accessTokens',
	'documentSignatures',
] as const;

/** Personal data of buyers. */
const PERSONAL = ['buyerEmails', 'buyerNames', 'buyerAddresses'] as const;

const ON_ERROR: readonly OnError[] = ['stopWorkflow', 'continueRegularOutput'];

/** The user requests buyers' addresses with this: the search must find them. */
const WITH_ADDRESSES = feedback({
	resource: 'feedback',
	operation: 'getMany',
	marketplace: PRIMARY_MARKETPLACE,
	returnAll: true,
	filters: {},
	options: { includeBuyerEmail: true },
});

/** A workflow that answers its webhook when the node is done. */
function workflowOf(path: string, operation: INode, onError: OnError): NewWorkflow {
	return chain(path, [
		webhook(path, { responseMode: 'lastNode', responseData: 'allEntries' }),
		splitBody('items'),
		{ ...operation, onError },
	]);
}

const TRIGGER = chain('trigger', [
	amazonNode('Trigger', 'amazonSellerFeedbackTrigger', {
		pollTimes: { item: [{ mode: 'everyMinute' }] },
		events: ['newNegativeFeedback', 'newNeutralFeedback', 'feedbackChanged', 'feedbackRemoved'],
		marketplaces: [],
		options: { feedbackEveryMinutes: 5, lookBackDays: 200 },
	}),
	node('Reported', 'noOp'),
]);

/** Until the node has learned the rate, it waits a minute of real time for each refusal. */
const inReal = (fault: FaultSpec): FaultSpec =>
	fault.kind === 'throttle' ? { kind: fault.kind, times: 1 } : fault;

/** The trigger is polled every minute, and finds the report in its second poll. */
const TRIGGER_PATIENCE_MS = 200_000;

/** An item that the node returned for an order. */
interface SentRow {
	readonly orderId: string;
	readonly outcome: string;
}

/** What the search found, and where. */
export interface Findings {
	readonly leaks: ReadonlyArray<Leak & { readonly where: string }>;
	readonly files: number;
	readonly databases: number;
	readonly rows: number;
	readonly searched: number;
	readonly secrets: number;
}

/** How the output agrees with the true record. */
export interface Agreement {
	readonly asked: number;
	readonly lost: readonly string[];
	readonly doubled: readonly string[];
	readonly invented: readonly string[];
}

/**
 * The campaign in a real n8n: the same nodes in workflows of a server with its own database, under
 * faults, then the search of everything it stored or logged.
 */
export class ChaosInN8n {
	calls = 0;

	refused = 0;

	/** How many times each fault was applied. */
	readonly faults = new Map<string, number>();

	/** Items of the trigger. */
	reported = 0;

	private readonly sentRows: SentRow[] = [];

	private readonly eligible: string[] = [];

	/** Responses of all webhooks; they contain the output of the executions. */
	private readonly answers: string[] = [];

	private triggerId = '';

	constructor(
		private readonly n8n: RealN8n,
		private readonly sandbox: RunningSandbox,
		private readonly random: Random,
	) {}

	async begin(credentialData: object): Promise<void> {
		const credentialId = await this.n8n.addCredential(credentialData);
		const add = async (workflow: NewWorkflow) => await this.n8n.addWorkflow(workflow, credentialId);
		this.triggerId = await add(TRIGGER);
		for (const [name, operation] of Object.entries(OPERATIONS)) {
			for (const onError of ON_ERROR) {
				await add(workflowOf(`${name}-${onError}`, operation, onError));
			}
		}
		await add(workflowOf('with-addresses', WITH_ADDRESSES, 'stopWorkflow'));
	}

	/** Runs every operation at least once, then random ones, each under its own faults. */
	async run(rounds: number): Promise<void> {
		const names = Object.keys(OPERATIONS);
		for (let round = 0; round < rounds; round += 1) {
			const name = names[round] ?? this.random.pick(names);
			for (const fault of faultsFor(this.random)) await this.sandbox.addFault(inReal(fault));
			await this.#call(`${name}-${this.random.pick(ON_ERROR)}`, await this.#itemsFor(name));
			await this.#endFaults();
		}
		// Tries open orders again without faults, so that none of them is lost to a fault.
		await this.#call('send-continueRegularOutput', this.eligible.map(asItem));
		await this.#untilTriggerReported();
	}

	/** One run in which the user requests the buyers' addresses. */
	async askForAddresses(): Promise<void> {
		await this.#call('with-addresses', [{}]);
	}

	async #itemsFor(name: string): Promise<object[]> {
		const { random } = this;
		if (['send', 'check', 'plan'].includes(name)) {
			const orders = await this.sandbox.addOrders({ count: random.integer(3, 15) });
			this.eligible.push(...orders);
			return [...orders, 'no order', '999-0000000-0000000'].map(asItem);
		}
		return ['', 'CA', 'MX', 'XX']
			.filter(() => random.chance(0.6))
			.concat('US')
			.map((place) => ({ place }));
	}

	async #call(path: string, items: readonly object[]): Promise<void> {
		this.calls += 1;
		const answer = await this.n8n.postToWebhook(path, { items });
		const text = await answer.text();
		this.answers.push(text);
		if (!answer.ok) this.refused += 1;
		const rows = answer.ok ? [JSON.parse(text) as SentRow | SentRow[]].flat() : [];
		this.sentRows.push(...rows.filter(({ outcome }) => outcome === 'sent'));
	}

	async #endFaults(): Promise<void> {
		for (const { kind, fired } of await this.sandbox.faults()) {
			this.faults.set(kind, (this.faults.get(kind) ?? 0) + fired);
		}
		await this.sandbox.removeFaults();
	}

	async #untilTriggerReported(): Promise<void> {
		const deadline = Date.now() + TRIGGER_PATIENCE_MS;
		while (Date.now() < deadline) {
			const executions = await this.n8n.readExecutions(this.triggerId);
			this.reported = executions.flatMap(({ runData }) => itemsOf(runData, 'Reported')).length;
			if (this.reported > 0) return;
			await new Promise((resolve) => setTimeout(resolve, 2000));
		}
	}

	/** Compares the output with what the sandbox knows to be true. */
	async compare(): Promise<Agreement> {
		const solicitations = await this.sandbox.solicitations();
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
	 */
	async search(printed: string): Promise<Findings> {
		const secrets = await this.sandbox.secrets();
		const search = new LeakSearch();
		for (const kind of CONFIDENTIAL) search.add(kind, secrets[kind], true);
		for (const kind of PERSONAL) search.add(kind, secrets[kind]);

		const leaks: Array<Leak & { where: string }> = [];
		const note = (where: string, found: readonly Leak[]) =>
			leaks.push(...found.map((leak) => ({ where, ...leak })));
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

const asItem = (orderId: string) => ({ orderId });

/**
 * Files of n8n: its folder without the installed package and the editor's own files, and its logs.
 */
function filesIn(dir: string): string[] {
	return readdirSync(dir, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name !== 'sandbox.log')
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((file) => !/node_modules|\.cache/.test(file));
}
