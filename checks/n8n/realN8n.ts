import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installPackage, n8nEnvironment } from './n8n.mjs';
import { SetupError } from './output.mjs';
import { repoDir } from './paths.mjs';
import { pickFreePort } from './ports.mjs';
import { killGroup, startService, waitUntilHealthy } from './processes.mjs';

const clockModule = fileURLToPath(new URL('clock-ahead.mjs', import.meta.url));

/** How many executions a worker runs at once. */
const CONCURRENCY = 5;

/**
 * By default, n8n waits a minute until a worker counts as dead; tests have less time. (After that,
 * n8n waits another half minute for the worker to return, which cannot be changed.)
 */
const DEATH = {
	QUEUE_WORKER_LOCK_DURATION: '15000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '5000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

const START_PATIENCE_MS = 180_000;

/**
 * n8n 2.41 registers the webhooks of a workflow some time after it has reported it as published.
 */
const PUBLISH_PATIENCE_MS = 30_000;

/** The maximum number of executions n8n lists at once. */
const PAGE = 100;

/** States of an execution that has ended. */
const OVER = ['success', 'error', 'crashed', 'canceled'];

/**
 * @typedef {object} Ended an execution that has ended
 * @property {string} id
 * @property {string} status
 * @property {string[]} orders its input; empty if n8n kept no data
 * @property {any[]} rows the node's output
 */

const OWNER = { email: 'owner@example.com', password: 'Queuemode1' };

/**
 * An n8n on this machine. With services it is in queue mode: one main process and workers, each
 * with its own user folder as they would have in containers, sharing one database and one Redis.
 * Without services it is one process with its own database.
 */
export class N8nCluster {
	/** @type {Map<number, import('./processes.mjs').Service>} */
	#workers = new Map();

	/** How many times each worker was started. */
	#lives = new Map();

	#main;

	/** The options the main process was started with. */
	#mainOptions;

	/** How many times the main process was started. */
	#mainLives = 0;

	#cookie = '';

	#encryptionKey = randomBytes(24).toString('base64');

	#ports = new Set();

	/** Executions whose results were already read. */
	#seen = new Set();

	/**
	 * @param {object} parts
	 * @param {import('./runtime.mjs').Runtime} parts.runtime
	 * @param {import('./package.mjs').Tarball} parts.tarball
	 * @param {import('./queueServices.mjs').Services} [parts.services]
	 * @param {string} parts.dir for user folders and logs
	 */
	constructor({ runtime, tarball, services, dir }) {
		Object.assign(this, { runtime, tarball, services, dir });
		this.clockFile = join(dir, 'clock-ahead.txt');
		mkdirSync(dir, { recursive: true });
		this.setClockAhead(0);
	}

	/**
	 * Starts the main process, which creates the tables, and creates its owner.
	 *
	 * @param {{ nodeArgs?: string[], env?: NodeJS.ProcessEnv }} [options]
	 */
	async startMain(options = {}) {
		this.#mainOptions = options;
		this.port = await this.#pickPort();
		await this.#runMain();
		await this.#logIn('owner/setup', { ...OWNER, firstName: 'The', lastName: 'Owner' });
	}

	/** Kills the main process, with everything it has started. */
	async killMain() {
		killGroup(this.#main);
		await this.#main.exited;
	}

	/**
	 * Restarts the main process in its old folder.
	 *
	 * @param {{ nodeArgs?: string[], env?: NodeJS.ProcessEnv }} [options] as before by default
	 */
	async restartMain(options = this.#mainOptions) {
		this.#mainOptions = options;
		await this.#runMain();
		const { email, password } = OWNER;
		await this.#logIn('login', { emailOrLdapLoginId: email, password });
	}

	async #runMain() {
		this.#mainLives += 1;
		this.#main = await this.#start({
			...this.#mainOptions,
			name: 'main',
			logName: `main-${this.#mainLives}.log`,
			command: ['start'],
			port: this.port,
		});
		// Before 2.x it reports that it is ready before it answers the editor.
		await waitUntilHealthy(this.#main, `${this.url}/rest/settings`, START_PATIENCE_MS);
	}

	async #logIn(path, body) {
		const answer = await fetch(`${this.url}/rest/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		this.#cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
		if (!this.#cookie) throw new SetupError(`Could not log in to n8n: ${await answer.text()}`);
	}

	/**
	 * Starts a worker, or restarts it in its old folder after it was killed.
	 *
	 * @param {number} number
	 */
	async startWorker(number) {
		const port = await this.#pickPort();
		const life = (this.#lives.get(number) ?? 0) + 1;
		this.#lives.set(number, life);
		const worker = await this.#start({
			name: `worker-${number}`,
			logName: `worker-${number}-${life}.log`,
			nodeArgs: ['--import', pathToFileURL(clockModule).href],
			command: ['worker', `--concurrency=${CONCURRENCY}`],
			port,
			env: {
				QUEUE_HEALTH_CHECK_ACTIVE: 'true',
				QUEUE_HEALTH_CHECK_PORT: String(port),
				N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
				CLOCK_AHEAD_FILE: this.clockFile,
			},
		});
		this.#workers.set(number, worker);
	}

	/**
	 * Kills a worker, with everything it has started, like a power failure.
	 *
	 * @param {number} number
	 * @returns {Promise<string[]>} the executions it was working on
	 */
	async killWorker(number) {
		const worker = this.#workers.get(number);
		killGroup(worker);
		await worker.exited;
		return this.#runningOn(worker);
	}

	/** How many executions each worker has begun since its last start, according to its log. */
	begunOnWorkers() {
		return [...this.#workers.values()].map(({ logFile }) => begunIn(logFile).length);
	}

	/** The number of executions each worker is working on, according to its log. */
	busyWorkers() {
		return [...this.#workers]
			.filter(([, worker]) => worker.running())
			.map(([number, worker]) => ({ number, executions: this.#runningOn(worker).length }));
	}

	/**
	 * Moves the workers' clock ahead of the real one.
	 *
	 * @param {number} minutes
	 */
	setClockAhead(minutes) {
		writeFileSync(this.clockFile, String(minutes * 60_000));
	}

	/**
	 * Creates the credential and the workflow, and publishes the workflow.
	 *
	 * @param {object} credentialData
	 * @param {string} workflowFile below test/
	 * @returns {Promise<string>} the workflow's ID
	 */
	async setUpWorkflow(credentialData, workflowFile) {
		const credentialId = await this.addCredential(credentialData);
		const workflow = JSON.parse(readFileSync(join(repoDir, 'test', workflowFile), 'utf8'));
		return await this.addWorkflow(workflow, credentialId);
	}

	/**
	 * @param {object} data
	 * @returns {Promise<string>} its ID
	 */
	async addCredential(data) {
		const { id } = await this.#post('credentials', asCredential(data));
		return id;
	}

	/**
	 * A credential as stored in n8n's database, encrypted, and as shown to the editor: expressions as
	 * written, secrets blank.
	 *
	 * @param {string} id
	 * @returns {Promise<{ stored: object, shown: object }>}
	 */
	async storedCredential(id) {
		const [stored] = await this.services.query('SELECT * FROM credentials_entity WHERE id = $1', [
			id,
		]);
		const { data } = await this.#get(`credentials/${id}?includeData=true`);
		return { stored, shown: data };
	}

	/**
	 * Tests an existing credential with other data, as the editor does before it saves.
	 *
	 * @param {string} id
	 * @param {object} data
	 * @returns {Promise<{ status: 'OK' | 'Error', message: string }>}
	 */
	async testCredential(id, data) {
		return await this.#post('credentials/test', { credentials: { id, ...asCredential(data) } });
	}

	/**
	 * Loads a list for the editor.
	 *
	 * @param {{ type: string, typeVersion: number, parameters: object, credentials: object }} node
	 * @param {string} parameter
	 * @param {string} methodName
	 * @returns {Promise<{ results: Array<{ name: string, value: string }> }>}
	 */
	async searchList(node, parameter, methodName) {
		return await this.#post('dynamic-node-parameters/resource-locator-results', {
			path: `parameters.${parameter}`,
			nodeTypeAndVersion: { name: node.type, version: node.typeVersion },
			currentNodeParameters: node.parameters,
			credentials: node.credentials,
			methodName,
		});
	}

	/**
	 * Creates a workflow and publishes it.
	 *
	 * @param {{ nodes: Array<{ credentials?: object }> }} workflow
	 * @param {string} credentialId for the nodes that take one
	 * @returns {Promise<string>} its ID
	 */
	async addWorkflow(workflow, credentialId) {
		for (const { credentials } of workflow.nodes) {
			if (credentials) credentials.amazonSellingPartnerApi.id = credentialId;
		}
		const { id, versionId } = await this.#post('workflows', workflow);
		await this.#post(`workflows/${id}/activate`, { versionId });
		return id;
	}

	/**
	 * Calls the workflow's webhook, which starts an execution.
	 *
	 * @param {string[]} orders
	 */
	async call(orders) {
		await this.callWebhook('orders', { orders });
	}

	/**
	 * Calls the webhook of a published workflow.
	 *
	 * @param {string} path
	 * @param {object} body
	 */
	async callWebhook(path, body) {
		const deadline = Date.now() + PUBLISH_PATIENCE_MS;
		for (;;) {
			const answer = await fetch(`${this.url}/webhook/${path}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
			if (answer.ok) return;
			if (answer.status !== 404 || Date.now() > deadline) {
				throw new SetupError(`The webhook answered ${answer.status}: ${await answer.text()}`);
			}
			await new Promise((resolve) => setTimeout(resolve, 250));
		}
	}

	/** How many executions there are so far, and how many of them have ended. */
	async countExecutions() {
		const [counts] = await this.services.query(
			'SELECT count(*)::int AS all, count(*) FILTER (WHERE status = ANY($1))::int AS over ' +
				'FROM execution_entity',
			[OVER],
		);
		return counts;
	}

	/**
	 * The executions that have ended since the last call.
	 *
	 * @returns {Promise<Ended[]>}
	 */
	async readEnded() {
		const ended = await this.services.query(
			'SELECT e.id::text AS id, e.status, d.data FROM execution_entity e ' +
				'LEFT JOIN execution_data d ON d."executionId" = e.id ' +
				'WHERE e.status = ANY($1) AND NOT (e.id::text = ANY($2)) ORDER BY e.id',
			[OVER, [...this.#seen]],
		);
		return ended.map(({ id, status, data }) => {
			this.#seen.add(id);
			const runData = data ? (this.#parse(data).resultData?.runData ?? {}) : {};
			const itemsOf = (node) => (runData[node]?.[0]?.data?.main[0] ?? []).map(({ json }) => json);
			const orders = itemsOf('One item each').map(({ orderId }) => orderId);
			return { id, status, orders, rows: itemsOf('Request review') };
		});
	}

	/**
	 * All executions of a workflow that have ended, oldest first, as n8n's own interface shows them.
	 *
	 * @param {string} workflowId
	 * @param {Set<string>} [known] IDs to leave out
	 * @returns {Promise<Array<{ id: string, status: string, runData: object, error?: object }>>}
	 */
	async readExecutions(workflowId, known = new Set()) {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const all = [];
		for (let page; page === undefined || page.length === PAGE; all.push(...page)) {
			const before = all.length > 0 ? `&lastId=${all.at(-1).id}` : '';
			const path = `executions?limit=${PAGE}&filter=${filter}${before}`;
			({ results: page } = await this.#get(path));
		}
		const wanted = all.filter(({ id, status }) => OVER.includes(status) && !known.has(id));
		const executions = [];
		for (const { id, status } of wanted.toSorted((a, b) => Number(a.id) - Number(b.id))) {
			const { data } = await this.#get(`executions/${id}`);
			const { resultData } = typeof data === 'string' ? this.#parse(data) : data;
			executions.push({ id, status, runData: resultData.runData ?? {}, error: resultData.error });
		}
		return executions;
	}

	/** n8n stores the output of executions in its own format. */
	#parse(data) {
		const require = createRequire(join(this.runtime.n8nModules, 'n8n', 'package.json'));
		return require('flatted').parse(data);
	}

	/** The number of claims in n8n's store of processed data. */
	async countClaims() {
		const [row] = await this.services.query(
			"SELECT COALESCE(sum(json_array_length(value::json -> 'data')), 0)::int AS claims " +
				'FROM processed_data',
		);
		return row.claims;
	}

	/** Stops everything; what does not stop soon is killed. */
	async stop() {
		const services = [...this.#workers.values(), this.#main].filter((one) => one?.running());
		for (const { child } of services) child.kill('SIGTERM');
		const timer = setTimeout(() => {
			for (const service of services) {
				if (service.running()) killGroup(service);
			}
		}, 10_000);
		await Promise.all(services.map(({ exited }) => exited));
		clearTimeout(timer);
	}

	get url() {
		return `http://127.0.0.1:${this.port}`;
	}

	#runningOn({ logFile }) {
		const ended = /Worker (?:finished|errored while running) execution (\d+)/g;
		const finished = new Set(idsIn(logFile, ended));
		return begunIn(logFile).filter((id) => !finished.has(id));
	}

	async #start({ name, logName = `${name}.log`, nodeArgs = [], command, port, env = {} }) {
		const { runtime } = this;
		const userFolder = join(this.dir, name);
		mkdirSync(userFolder, { recursive: true });
		const brokerPort = await this.#pickPort();
		const instance = { runtime, userFolder, port: this.port, brokerPort };
		await installPackage(instance, this.tarball);
		const args = [...nodeArgs, runtime.n8nBin, ...command];
		const service = startService(`n8n's ${name}`, runtime.node, args, {
			cwd: userFolder,
			env: {
				...n8nEnvironment(instance),
				...(this.services && { ...this.services.env, ...DEATH, EXECUTIONS_MODE: 'queue' }),
				N8N_ENCRYPTION_KEY: this.#encryptionKey,
				...env,
			},
			logFile: join(this.dir, logName),
		});
		const url = `http://127.0.0.1:${port}/healthz/readiness`;
		await waitUntilHealthy(service, url, START_PATIENCE_MS);
		return service;
	}

	async #get(path) {
		return await this.#call(path, {});
	}

	async #post(path, body) {
		return await this.#call(path, { method: 'POST', body: JSON.stringify(body) });
	}

	async #call(path, options) {
		const answer = await fetch(`${this.url}/rest/${path}`, {
			...options,
			headers: { 'content-type': 'application/json', cookie: this.#cookie },
		});
		const text = await answer.text();
		if (!answer.ok) throw new SetupError(`n8n answered ${answer.status} to ${path}: ${text}`);
		return JSON.parse(text).data;
	}

	/** Free ports without duplicates, because most are opened only much later. */
	async #pickPort() {
		for (;;) {
			const port = await pickFreePort();
			if (this.#ports.has(port)) continue;
			this.#ports.add(port);
			return port;
		}
	}
}

const idsIn = (logFile, pattern) =>
	[...readFileSync(logFile, 'utf8').matchAll(pattern)].map(([, id]) => id);

const begunIn = (logFile) => idsIn(logFile, /Worker started execution (\d+)/g);

function asCredential(data) {
	return { name: 'Sandbox', type: 'amazonSellingPartnerApi', data };
}
