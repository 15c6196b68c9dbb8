import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installPackage, n8nEnvironment } from './n8n.mjs';
import { SetupError } from './output.mjs';
import { repoDir } from './paths.mjs';
import { pickFreePort } from './ports.mjs';
import { startService, waitUntilHealthy } from './processes.mjs';

const clockModule = fileURLToPath(new URL('clock-ahead.mjs', import.meta.url));

/** Executions a worker runs at once. */
const CONCURRENCY = 5;

/**
 * n8n's own settings say a minute until a worker counts as dead; a test has less time. (After that,
 * n8n waits another half minute for the worker to come back, which cannot be changed.)
 */
const DEATH = {
	QUEUE_WORKER_LOCK_DURATION: '15000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '5000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

const START_PATIENCE_MS = 180_000;

/** States of an execution that is over. */
const OVER = ['success', 'error', 'crashed', 'canceled'];

/**
 * @typedef {object} Ended an execution that is over
 * @property {string} id
 * @property {string} status
 * @property {string[]} orders what it was to work on; empty where n8n kept nothing of it
 * @property {any[]} rows what the node put out
 */

/**
 * An n8n in queue mode on this machine: one main process and workers, each with a user folder of its
 * own as they would have in containers, over one database and one Redis.
 */
export class QueueN8n {
	/** @type {Map<number, import('./processes.mjs').Service>} */
	#workers = new Map();

	/** How often each worker was started. */
	#lives = new Map();

	#main;

	#cookie = '';

	#encryptionKey = randomBytes(24).toString('base64');

	#ports = new Set();

	/** Executions whose results were read already. */
	#seen = new Set();

	/**
	 * @param {object} parts
	 * @param {import('./runtime.mjs').Runtime} parts.runtime
	 * @param {import('./package.mjs').Tarball} parts.tarball
	 * @param {import('./queueServices.mjs').Services} parts.services
	 * @param {string} parts.dir for user folders and logs
	 */
	constructor({ runtime, tarball, services, dir }) {
		Object.assign(this, { runtime, tarball, services, dir });
		this.clockFile = join(dir, 'clock-ahead.txt');
		mkdirSync(dir, { recursive: true });
		this.setClockAhead(0);
	}

	/** Starts the main process, which makes the tables, and its owner. */
	async startMain() {
		this.port = await this.#pickPort();
		this.#main = await this.#start({ name: 'main', command: ['start'], port: this.port });
		const answer = await fetch(`${this.url}/rest/owner/setup`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({
				email: 'queue@example.com',
				password: 'Queuemode1',
				firstName: 'Queue',
				lastName: 'Mode',
			}),
		});
		this.#cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
		if (!this.#cookie) throw new SetupError(`n8n made no owner: ${await answer.text()}`);
	}

	/**
	 * Starts a worker, or starts it anew in its old folder after it was killed.
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
	 * Ends a worker at once, with everything it has started, as a machine does that loses its power.
	 *
	 * @param {number} number
	 * @returns {Promise<string[]>} the executions it was working on
	 */
	async killWorker(number) {
		const worker = this.#workers.get(number);
		process.kill(-worker.child.pid, 'SIGKILL');
		await worker.exited;
		return this.#runningOn(worker);
	}

	/** The executions each worker has in hand, by its own log. */
	busyWorkers() {
		return [...this.#workers]
			.filter(([, worker]) => worker.running())
			.map(([number, worker]) => ({ number, executions: this.#runningOn(worker).length }));
	}

	/**
	 * Moves the clock of the workers ahead of the real one.
	 *
	 * @param {number} minutes
	 */
	setClockAhead(minutes) {
		writeFileSync(this.clockFile, String(minutes * 60_000));
	}

	/**
	 * Makes the credential and the workflow, and publishes the workflow.
	 *
	 * @param {object} credentialData
	 */
	async setUpWorkflow(credentialData) {
		const credential = await this.#post('credentials', {
			name: 'Sandbox',
			type: 'amazonSellingPartnerApi',
			data: credentialData,
		});
		const file = join(repoDir, 'test', 'queue', 'workflow.json');
		const workflow = JSON.parse(readFileSync(file, 'utf8'));
		for (const { credentials } of workflow.nodes) {
			if (credentials) credentials.amazonSellingPartnerApi.id = credential.id;
		}
		const { id, versionId } = await this.#post('workflows', workflow);
		await this.#post(`workflows/${id}/activate`, { versionId });
	}

	/**
	 * Calls the workflow's webhook, which starts an execution.
	 *
	 * @param {string[]} orders
	 */
	async call(orders) {
		const answer = await fetch(`${this.url}/webhook/orders`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ orders }),
		});
		if (!answer.ok) {
			throw new SetupError(`The webhook answered ${answer.status}: ${await answer.text()}`);
		}
	}

	/** How many executions there were so far, and how many of them are over. */
	async countExecutions() {
		const [counts] = await this.services.query(
			'SELECT count(*)::int AS all, count(*) FILTER (WHERE status = ANY($1))::int AS over ' +
				'FROM execution_entity',
			[OVER],
		);
		return counts;
	}

	/**
	 * The executions that have ended since the last time.
	 *
	 * @returns {Promise<Ended[]>}
	 */
	async readEnded() {
		const { parse } = createRequire(join(this.runtime.n8nModules, 'n8n', 'package.json'))(
			'flatted',
		);
		const ended = await this.services.query(
			'SELECT e.id::text AS id, e.status, d.data FROM execution_entity e ' +
				'LEFT JOIN execution_data d ON d."executionId" = e.id ' +
				'WHERE e.status = ANY($1) AND NOT (e.id::text = ANY($2)) ORDER BY e.id',
			[OVER, [...this.#seen]],
		);
		return ended.map(({ id, status, data }) => {
			this.#seen.add(id);
			const runData = data ? (parse(data).resultData?.runData ?? {}) : {};
			const itemsOf = (node) => (runData[node]?.[0]?.data?.main[0] ?? []).map(({ json }) => json);
			const orders = itemsOf('One item each').map(({ orderId }) => orderId);
			return { id, status, orders, rows: itemsOf('Request review') };
		});
	}

	/** The number of claims that stand in n8n's store of processed data. */
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
				if (service.running()) process.kill(-service.child.pid, 'SIGKILL');
			}
		}, 10_000);
		await Promise.all(services.map(({ exited }) => exited));
		clearTimeout(timer);
	}

	get url() {
		return `http://127.0.0.1:${this.port}`;
	}

	#runningOn({ logFile }) {
		const log = readFileSync(logFile, 'utf8');
		const idsOf = (pattern) => [...log.matchAll(pattern)].map(([, id]) => id);
		const finished = new Set(idsOf(/Worker (?:finished|errored while running) execution (\d+)/g));
		return idsOf(/Worker started execution (\d+)/g).filter((id) => !finished.has(id));
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
				...this.services.env,
				...DEATH,
				EXECUTIONS_MODE: 'queue',
				N8N_ENCRYPTION_KEY: this.#encryptionKey,
				...env,
			},
			logFile: join(this.dir, logName),
		});
		const url = `http://127.0.0.1:${port}/healthz/readiness`;
		await waitUntilHealthy(service, url, START_PATIENCE_MS);
		return service;
	}

	async #post(path, body) {
		const answer = await fetch(`${this.url}/rest/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', cookie: this.#cookie },
			body: JSON.stringify(body),
		});
		const text = await answer.text();
		if (!answer.ok) throw new SetupError(`n8n answered ${answer.status} to ${path}: ${text}`);
		return JSON.parse(text).data;
	}

	/** Free ports, none of them twice: most are taken only much later. */
	async #pickPort() {
		for (;;) {
			const port = await pickFreePort();
			if (this.#ports.has(port)) continue;
			this.#ports.add(port);
			return port;
		}
	}
}
