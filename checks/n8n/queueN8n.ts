import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { IDataObject, IRunExecutionData } from 'n8n-workflow';
import { startProcess } from '../../scripts/lib/n8n.mjs';
import { repoDir } from '../../scripts/lib/paths.mjs';
import { killGroup } from '../../scripts/lib/processes.mjs';
import type { Service } from '../../scripts/lib/processes.mjs';
import { OVER, parseData, RealN8n, type N8nParts, type StartOptions } from './realN8n';
import { itemsOf } from './runData';
import type { Services } from './services';

const clockModule = join(repoDir, 'checks', 'n8n', 'clockAhead.mjs');

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

/** An execution that has ended, with the rows of the nodes 'One item each' and 'Request review'. */
export interface EndedRequests {
	readonly id: string;
	readonly status: string;
	/** Its input; empty if n8n kept no data. */
	readonly orders: readonly string[];
	readonly rows: ReadonlyArray<{ readonly orderId: string; readonly outcome: string }>;
}

/** An execution that has ended, as stored in n8n's database. */
export interface StoredExecution {
	readonly id: string;
	readonly status: string;
	readonly workflowId: string;
	/** Undefined if n8n kept no data. */
	readonly data: IRunExecutionData | undefined;
}

/** A credential as stored in n8n's database, encrypted, and as shown to the editor. */
export interface CredentialViews {
	readonly stored: IDataObject;
	/** Expressions as written, secrets blank. */
	readonly shown: IDataObject;
}

/**
 * An n8n in queue mode: one main process and workers, each with its own user folder as they would
 * have in containers, sharing one database and one Redis.
 */
export class QueueN8n extends RealN8n {
	private readonly services: Services;

	private readonly workers = new Map<number, Service>();

	/** How many times each worker was started. */
	private readonly workerStarts = new Map<number, number>();

	/** Executions whose results were already read. */
	private readonly seen = new Set<string>();

	private readonly clockFile: string;

	constructor({ services, ...parts }: N8nParts & { readonly services: Services }) {
		super({ ...parts, env: { ...services.env, ...DEATH, EXECUTIONS_MODE: 'queue' } });
		this.services = services;
		this.clockFile = join(parts.dir, 'clock-ahead.txt');
		this.setClockAhead(0);
	}

	/** Starts a worker, or restarts it in its old folder after it was killed. */
	async startWorker(number: number, { nodeArgs = [], env = {} }: StartOptions = {}): Promise<void> {
		const healthPort = await this.pickPort();
		const start = (this.workerStarts.get(number) ?? 0) + 1;
		this.workerStarts.set(number, start);
		const name = `worker-${number}`;
		const instance = await this.makeInstance(name, this.mainPort, {
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(healthPort),
			N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
			CLOCK_AHEAD_FILE: this.clockFile,
			...env,
		});
		await startProcess(instance, {
			name: `n8n's ${name}`,
			logFile: join(this.dir, `${name}-${start}.log`),
			nodeArgs: ['--import', pathToFileURL(clockModule).href, ...nodeArgs],
			command: ['worker', `--concurrency=${CONCURRENCY}`],
			healthPort,
			onSpawn: (worker) => {
				this.workers.set(number, worker);
			},
		});
	}

	/**
	 * Kills a worker, with everything it has started, like a power failure.
	 *
	 * @returns the executions it was working on
	 */
	async killWorker(number: number): Promise<string[]> {
		const worker = this.workers.get(number);
		if (!worker) return [];
		killGroup(worker);
		await worker.exited;
		return runningOn(worker);
	}

	protected override get processes(): Service[] {
		return [...this.workers.values(), ...super.processes];
	}

	/** How many executions each worker has begun since its last start, according to its log. */
	begunOnWorkers(): number[] {
		return [...this.workers.values()].map(({ logFile }) => begunIn(logFile).length);
	}

	/** The number of executions each worker is working on, according to its log. */
	busyWorkers(): Array<{ readonly number: number; readonly executions: number }> {
		return [...this.workers]
			.filter(([, worker]) => worker.running())
			.map(([number, worker]) => ({ number, executions: runningOn(worker).length }));
	}

	/** Moves the workers' clock ahead of the real one. */
	setClockAhead(minutes: number): void {
		writeFileSync(this.clockFile, String(minutes * 60_000));
	}

	async storedCredential(id: string): Promise<CredentialViews> {
		const sql = 'SELECT * FROM credentials_entity WHERE id = $1';
		const [stored = {}] = await this.services.query<IDataObject>(sql, [id]);
		const { data } = await this.get<{ data: IDataObject }>(`credentials/${id}?includeData=true`);
		return { stored, shown: data };
	}

	/** How many executions there are so far, and how many of them have ended. */
	async countExecutions(): Promise<{ readonly all: number; readonly over: number }> {
		const [counts] = await this.services.query<{ all: number; over: number }>(
			'SELECT count(*)::int AS all, count(*) FILTER (WHERE status = ANY($1))::int AS over ' +
				'FROM execution_entity',
			[OVER],
		);
		return counts ?? { all: 0, over: 0 };
	}

	/** The executions that have ended since the last call, of all workflows. */
	async readNewlyEnded(): Promise<StoredExecution[]> {
		const ended = await this.services.query<
			Omit<StoredExecution, 'data'> & { readonly data: string | null }
		>(
			'SELECT e.id::text AS id, e.status, e."workflowId", d.data FROM execution_entity e ' +
				'LEFT JOIN execution_data d ON d."executionId" = e.id ' +
				'WHERE e.status = ANY($1) AND NOT (e.id::text = ANY($2)) ORDER BY e.id',
			[OVER, [...this.seen]],
		);
		return ended.map((execution) => {
			this.seen.add(execution.id);
			const { data } = execution;
			return { ...execution, data: data === null ? undefined : parseData(data) };
		});
	}

	/** The same, as executions that request reviews. */
	async readEnded(): Promise<EndedRequests[]> {
		return (await this.readNewlyEnded()).map(({ id, status, data }) => {
			const runData = data?.resultData?.runData ?? {};
			const orders = itemsOf<{ orderId: string }>(runData, 'One item each');
			return {
				id,
				status,
				orders: orders.map(({ orderId }) => orderId),
				rows: itemsOf(runData, 'Request review'),
			};
		});
	}

	/** The number of claims in n8n's store of processed data. */
	async countClaims(): Promise<number> {
		const [row] = await this.services.query<{ claims: number }>(
			"SELECT COALESCE(sum(json_array_length(value::json -> 'data')), 0)::int AS claims " +
				'FROM processed_data',
		);
		return row?.claims ?? 0;
	}
}

const idsIn = (logFile: string, pattern: RegExp): string[] =>
	[...readFileSync(logFile, 'utf8').matchAll(pattern)].flatMap(([, id]) => id ?? []);

const begunIn = (logFile: string): string[] => idsIn(logFile, /Worker started execution (\d+)/g);

function runningOn({ logFile }: Service): string[] {
	const ended = /Worker (?:finished|errored while running) execution (\d+)/g;
	const finished = new Set(idsIn(logFile, ended));
	return begunIn(logFile).filter((id) => !finished.has(id));
}
