// cspell:ignore evals
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'flatted';
import type { IDataObject, INode, IRun, IRunData, IRunExecutionData } from 'n8n-workflow';
import { installPackage, logIn, n8nCommand, startProcess } from '../../scripts/lib/n8n.mjs';
import type { Instance } from '../../scripts/lib/n8n.mjs';
import { SetupError } from '../../scripts/lib/output.mjs';
import { ensureTarball } from '../../scripts/lib/package.mjs';
import type { Tarball } from '../../scripts/lib/package.mjs';
import { pickFreePort } from '../../scripts/lib/ports.mjs';
import { killGroup, stopService } from '../../scripts/lib/processes.mjs';
import type { Service } from '../../scripts/lib/processes.mjs';
import { ensureN8n, ensureNode24 } from '../../scripts/lib/runtime.mjs';
import type { Runtime } from '../../scripts/lib/runtime.mjs';
import { CREDENTIAL_TYPE, withCredential, type NewWorkflow } from './workflow';

/** n8n 2.41 registers the webhooks of a workflow some time after it has reported it as published. */
const PUBLISH_PATIENCE_MS = 120_000;

/** How long an execution may take on a busy machine. */
const EXECUTION_PATIENCE_MS = 600_000;

/** Pauses between two looks at an execution: a look costs n8n about 10 ms of processor time. */
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 300;

/** The maximum number of executions n8n lists at once. */
const PAGE = 100;

/** States of an execution that has ended. */
export const OVER = ['success', 'error', 'crashed', 'canceled'];

/**
 * n8n makes a new isolate for expressions for every execution, also for each poll. With these it
 * makes one only if there is an expression, and compiles the isolate's own code only once.
 */
const LESS_WORK = {
	N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true',
	N8N_EXPRESSION_ENGINE_COMPILE_CACHE: 'true',
};

/**
 * For the tests: a start loads thousands of modules, and by default collecting garbage takes a fifth of
 * its time.
 */
const FEWER_COLLECTIONS = ['--min-semi-space-size=16', '--max-semi-space-size=64'];

/**
 * For tests that use n8n's API only: without the editor and what the tests do not use, a start takes
 * half of the processor time. n8n refuses to start if it does not know one of these modules.
 */
const WITHOUT_EDITOR = {
	N8N_DISABLE_UI: 'true',
	N8N_DISABLED_MODULES: [
		'agents,agent-evals,breaking-changes,chat-hub,engine-v2,external-secrets',
		'favorites,insights,instance-ai,instance-version-history,ldap,log-streaming,mcp',
		'mcp-registry,otel,promotions,provisioning,quick-connect,redaction,source-control',
		'sso-oidc,sso-saml,workflow-builder,workflow-reviews',
	].join(','),
};

/** Who logs in. */
export const OWNER = { email: 'owner@example.com', password: 'Queuemode1' };

export interface N8nParts {
	readonly runtime: Runtime;
	/** The package to install; without it, a plain n8n. */
	readonly tarball?: Tarball;
	/** For user folders and logs. */
	readonly dir: string;
	/** Variables for every process. */
	readonly env?: Readonly<Record<string, string | undefined>>;
}

/** How the main process is started. */
export interface StartOptions {
	/** Arguments of Node itself. */
	readonly nodeArgs?: readonly string[];
	readonly env?: Readonly<Record<string, string | undefined>>;
}

/** An execution that has ended. */
export interface EndedExecution {
	readonly id: string;
	readonly status: string;
	readonly runData: IRunData;
	readonly error: IRun['data']['resultData']['error'];
}

/** The result of a credential's test. */
export interface TestResult {
	readonly status: 'OK' | 'Error';
	readonly message: string;
}

/** An n8n on this machine with its own database, in one process; `QueueN8n` has several. */
export class RealN8n {
	readonly runtime: Runtime;

	readonly dir: string;

	private readonly tarball: Tarball | undefined;

	private readonly env: NodeJS.ProcessEnv;

	private readonly ports = new Set<number>();

	private main: Service | undefined;

	private mainInstance: Instance | undefined;

	private options: StartOptions = {};

	/** How many times the main process was started. */
	private starts = 0;

	private cookie = '';

	constructor({ runtime, tarball, dir, env = {} }: N8nParts) {
		this.runtime = runtime;
		this.tarball = tarball;
		this.dir = dir;
		const key = randomBytes(24).toString('base64');
		this.env = { N8N_ENCRYPTION_KEY: key, ...LESS_WORK, ...env };
		mkdirSync(dir, { recursive: true });
	}

	/**
	 * The pinned n8n with a temporary folder, which `dispose` removes.
	 *
	 * @param env variables for it
	 * @param isPlain without this package
	 * @param hasEditor with the editor, and with the list of node types that it loads
	 */
	static async create(
		env: Readonly<Record<string, string>> = {},
		{ isPlain = false, hasEditor = false } = {},
	): Promise<RealN8n> {
		const runtime = await ensureN8n((await ensureNode24()).node);
		const tarball = await ensureTarball();
		const dir = mkdtempSync(join(tmpdir(), 'seller-feedback-e2e-'));
		const parts = { runtime, dir, env: { ...(!hasEditor && WITHOUT_EDITOR), ...env } };
		const n8n = new RealN8n({ ...parts, ...(!isPlain && { tarball }) });
		n8n.options = { nodeArgs: FEWER_COLLECTIONS };
		return n8n;
	}

	/** Starts the main process, which creates the tables, and logs in as the owner. */
	async start(options: StartOptions = this.options): Promise<void> {
		this.options = options;
		this.starts += 1;
		const logFile = this.mainLog;
		const instance = await this.instance();
		const env = { ...instance.env, ...options.env };
		const { nodeArgs = [] } = options;
		await startProcess(
			{ ...instance, env },
			{
				name: "n8n's main process",
				logFile,
				nodeArgs,
				onSpawn: (service) => {
					this.main = service;
				},
			},
		);
		this.cookie = await logIn(this.url, OWNER);
	}

	/** Kills the main process, with everything it has started. */
	async killMain(): Promise<void> {
		if (!this.main) return;
		killGroup(this.main);
		await this.main.exited;
	}

	/** Stops everything; what does not stop soon is killed. */
	async stop(): Promise<void> {
		await Promise.all(this.processes.map(async (each) => await stopService(each)));
	}

	/** Stops everything and removes the folder. */
	async dispose(): Promise<void> {
		await this.stop();
		rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
	}

	protected get processes(): Service[] {
		return this.main ? [this.main] : [];
	}

	get url(): string {
		return `http://127.0.0.1:${this.mainInstance?.port}`;
	}

	/** The output of the main process since its last start. */
	get log(): string {
		return this.starts > 0 ? readFileSync(this.mainLog, 'utf8') : '';
	}

	private get mainLog(): string {
		return join(this.dir, `main-${this.starts}.log`);
	}

	/**
	 * Headers for a request by the logged-in owner. n8n closes a connection that was idle for some
	 * seconds, perhaps just when it is used again, so each request has its own.
	 */
	get headers(): Record<string, string> {
		return { cookie: this.cookie, connection: 'close' };
	}

	/** Runs a workflow in the server, as "Execute workflow" in the editor does. */
	async run(workflowId: string, trigger: string): Promise<EndedExecution> {
		const { executionId } = await this.post<{ executionId: string }>(
			`workflows/${workflowId}/run`,
			{ triggerToStartFrom: { name: trigger } },
		);
		return await this.ended(executionId);
	}

	/** Waits until an execution ends, or waits for someone. */
	async ended(id: string): Promise<EndedExecution> {
		const began = Date.now();
		const deadline = began + EXECUTION_PATIENCE_MS;
		for (;;) {
			const execution = await this.readExecution(id);
			if (!['new', 'running'].includes(execution.status)) return execution;
			if (Date.now() > deadline) {
				const log = this.log.slice(-2000);
				throw new SetupError(`Execution ${id} did not end. The end of n8n's log:\n${log}`);
			}
			const pause = Math.max(SHORTEST_PAUSE_MS, (Date.now() - began) / 10);
			await sleep(Math.min(pause, LONGEST_PAUSE_MS));
		}
	}

	/** A credential as stored in n8n's database, with expressions as written. */
	async credential(id: string): Promise<IDataObject> {
		const instance = await this.instance();
		const file = join(instance.userFolder, 'exported.json');
		const args = ['export:credentials', `--id=${id}`, '--decrypted', `--output=${file}`];
		await n8nCommand(instance, args);
		const exported = JSON.parse(readFileSync(file, 'utf8')) as IDataObject[] | IDataObject;
		return ([exported].flat()[0]?.data ?? {}) as IDataObject;
	}

	/** Creates a credential and returns its ID. */
	async addCredential(data: object, type = CREDENTIAL_TYPE): Promise<string> {
		const { id } = await this.post<{ id: string }>('credentials', asCredential(data, type));
		return id;
	}

	/** Tests a credential as the editor does before it saves, also one that does not exist yet. */
	async testCredential(data: object, id?: string): Promise<TestResult> {
		const credentials = { id, ...asCredential(data, CREDENTIAL_TYPE) };
		return await this.post('credentials/test', { credentials });
	}

	/** Loads a list for the editor. */
	async searchList(
		{ type, typeVersion, parameters, credentials }: INode,
		parameter: string,
		methodName: string,
	): Promise<Array<{ readonly name: string; readonly value: string }>> {
		const { results } = await this.post<{ results: Array<{ name: string; value: string }> }>(
			'dynamic-node-parameters/resource-locator-results',
			{
				path: `parameters.${parameter}`,
				nodeTypeAndVersion: { name: type, version: typeVersion },
				currentNodeParameters: parameters,
				credentials,
				methodName,
			},
		);
		return results;
	}

	/** Creates a workflow whose nodes use this credential, publishes it, and returns its ID. */
	async addWorkflow(workflow: NewWorkflow, credentialId: string): Promise<string> {
		const { id } = await this.post<{ id: string }>(
			'workflows',
			withCredential(workflow, credentialId),
		);
		await this.activate(id);
		return id;
	}

	/** Activates ("publishes") a workflow; n8n refuses if something is not filled in. */
	async activate(workflowId: string): Promise<void> {
		const { versionId } = await this.get<{ versionId: string }>(`workflows/${workflowId}`);
		await this.post(`workflows/${workflowId}/activate`, { versionId });
	}

	/** Calls the webhook of a published workflow, which starts an execution. */
	async callWebhook(path: string, body: object): Promise<void> {
		const deadline = Date.now() + PUBLISH_PATIENCE_MS;
		for (;;) {
			const answer = await this.postToWebhook(path, body);
			if (answer.ok) return;
			if (answer.status !== 404 || Date.now() > deadline) {
				throw new SetupError(`The webhook answered ${answer.status}: ${await answer.text()}`);
			}
			await sleep(250);
		}
	}

	/** The response of a webhook, whatever it is. */
	async postToWebhook(path: string, body: object): Promise<Response> {
		return await fetch(`${this.url}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
	}

	/**
	 * All executions of a workflow that have ended, oldest first, as n8n's own interface shows them.
	 *
	 * @param known IDs to leave out
	 */
	async readExecutions(
		workflowId: string,
		known: ReadonlySet<string> = new Set(),
	): Promise<EndedExecution[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const all: Array<{ id: string; status: string }> = [];
		for (let next: string | undefined = ''; next !== undefined; ) {
			const path = `executions?limit=${PAGE}&filter=${filter}${next}`;
			const page: ExecutionPage = await this.get(path);
			all.push(...page.results);
			next = afterPage(page);
		}
		const wanted = all.filter(({ id, status }) => OVER.includes(status) && !known.has(id));
		const executions: EndedExecution[] = [];
		for (const { id } of wanted.toSorted((a, b) => Number(a.id) - Number(b.id))) {
			executions.push(await this.readExecution(id));
		}
		return executions;
	}

	/** Whether one of the last executions of a workflow has not ended. */
	async isExecuting(workflowId: string): Promise<boolean> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const path = `executions?limit=10&filter=${filter}`;
		const { results } = await this.get<{ results: Array<{ status: string }> }>(path);
		return results.some(({ status }) => !OVER.includes(status));
	}

	/** An execution, also one that has not ended; n8n returns no data of one that is just starting. */
	async readExecution(id: string): Promise<EndedExecution> {
		const { status, data } = await this.get<{
			status: string;
			data: string | IRunExecutionData;
		}>(`executions/${id}`);
		const run: Partial<IRunExecutionData> | undefined =
			typeof data === 'string' ? parseData(data) : data;
		const { runData = {}, error } = run?.resultData ?? {};
		return { id, status, runData, error };
	}

	/** Reads from n8n's own API as the editor does; `path` is below /rest/. */
	async get<T>(path: string): Promise<T> {
		return await this.call('GET', path);
	}

	/** Posts to n8n's own API as the editor does. */
	async post<T>(path: string, body: object): Promise<T> {
		return await this.call('POST', path, body);
	}

	/** Calls n8n's own API as the editor does. */
	async call<T>(
		method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
		path: string,
		body?: object,
	): Promise<T> {
		const send = async () =>
			await fetch(`${this.url}/rest/${path}`, {
				method,
				headers: { 'content-type': 'application/json', ...this.headers },
				...(body && { body: JSON.stringify(body) }),
			});
		const began = Date.now();
		const answer = await send().catch(async (error: unknown) => {
			// An idle connection of an earlier request, which n8n closed at this moment.
			if (!wasClosed(error) || Date.now() - began > CLOSED_AT_ONCE_MS) throw error;
			return await send();
		});
		const text = await answer.text();
		if (!answer.ok) throw new SetupError(`n8n answered ${answer.status} to ${path}: ${text}`);
		return (JSON.parse(text) as { data: T }).data;
	}

	/** The main process, not started. */
	private async instance(): Promise<Instance> {
		this.mainInstance ??= await this.makeInstance('main', await this.pickPort());
		return this.mainInstance;
	}

	/** A process with its own user folder, not started. */
	protected async makeInstance(
		name: string,
		port: number,
		env: NodeJS.ProcessEnv = {},
	): Promise<Instance> {
		const instance = {
			runtime: this.runtime,
			userFolder: join(this.dir, name),
			port,
			brokerPort: await this.pickPort(),
			env: { ...this.env, ...env },
		};
		mkdirSync(instance.userFolder, { recursive: true });
		if (this.tarball) await installPackage(instance, this.tarball);
		return instance;
	}

	/** The port of the editor. */
	protected get mainPort(): number {
		return this.mainInstance?.port ?? 0;
	}

	/** Free ports without duplicates, because most are opened only much later. */
	async pickPort(): Promise<number> {
		for (;;) {
			const port = await pickFreePort();
			if (this.ports.has(port)) continue;
			this.ports.add(port);
			return port;
		}
	}
}

const CLOSED_AT_ONCE_MS = 5_000;

const wasClosed = (error: unknown): boolean =>
	(error as { cause?: { code?: string } }).cause?.code === 'UND_ERR_SOCKET';

/** A page of n8n's list of executions, the newest first. */
interface ExecutionPage {
	readonly results: ReadonlyArray<{ readonly id: string; readonly status: string }>;
	/** Of n8n 2.41; earlier versions continue after an ID. */
	readonly nextCursor?: string | null;
}

/** How to request the next page; undefined after the last one. */
function afterPage({ results, nextCursor }: ExecutionPage): string | undefined {
	const last = results.at(-1);
	if (results.length < PAGE || last === undefined || nextCursor === null) return undefined;
	return nextCursor === undefined
		? `&lastId=${last.id}`
		: `&cursor=${encodeURIComponent(nextCursor)}`;
}

/** n8n stores the output of executions in its own format. */
export const parseData = (text: string): IRunExecutionData => parse(text) as IRunExecutionData;

const asCredential = (data: object, type: string) => ({ name: 'Sandbox', type, data });
