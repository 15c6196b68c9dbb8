import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '../../scripts/lib/output.mjs';
import { pickFreePort } from '../../scripts/lib/ports.mjs';
import { runCommand, startService, tail } from '../../scripts/lib/processes.mjs';
import type { Service } from '../../scripts/lib/processes.mjs';
import type { Runtime } from '../../scripts/lib/runtime.mjs';

/** How long one of our services may take until it answers. */
const PATIENCE_MS = 120_000;

const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** PostgreSQL refuses to run as root; then it runs as the user its package creates. */
const POSTGRES_USER = 'postgres';

type Query = <T = Record<string, unknown>>(
	text: string,
	values?: readonly unknown[],
) => Promise<T[]>;

/** PostgreSQL and Redis for one run, which leaves no data behind. */
export interface Services {
	/** The variables n8n connects with. */
	readonly env: Readonly<Record<string, string>>;
	/** Runs SQL on n8n's database. */
	readonly query: Query;
	/** Removes the database and the keys of this run. */
	readonly remove: () => Promise<void>;
	readonly note: string;
}

interface PostgresAddress {
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password?: string | undefined;
	readonly database: string;
	/** Whether the server was started for this run. */
	readonly own?: boolean;
}

interface RedisAddress {
	readonly host: string;
	readonly port: number;
	readonly username?: string | undefined;
	readonly password?: string | undefined;
	/** Whether the server was started for this run. */
	readonly own?: boolean;
}

/** An empty database on a PostgreSQL. */
export interface Database extends Omit<PostgresAddress, 'database'> {
	readonly name: string;
	readonly query: Query;
	readonly remove: () => Promise<void>;
}

/** The client for PostgreSQL that n8n includes. */
interface PostgresClient {
	connect(): Promise<void>;
	query(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
	on(event: 'error', listener: (error: Error) => void): void;
	end(): Promise<void>;
}

type PostgresClients = new (
	options: PostgresAddress & { readonly connectionTimeoutMillis?: number },
) => PostgresClient;

/** The client for Redis that n8n includes. */
interface RedisClient {
	connect(): Promise<void>;
	ping(): Promise<string>;
	del(keys: readonly string[]): Promise<number>;
	scanStream(options: { match: string; count: number }): AsyncIterable<string[]>;
	on(event: 'error', listener: (error: Error) => void): void;
	disconnect(): void;
}

type RedisClients = new (options: object) => RedisClient;

/**
 * PostgreSQL and Redis: those that n8n's own variables name or that answer on the usual ports of
 * this machine; otherwise started for this run.
 *
 * @param runtime for the clients that n8n includes
 */
export async function openServices(runtime: Runtime, logDir: string): Promise<Services> {
	const database = await openDatabase(runtime, logDir);
	const { host, port, user, password, name } = database;
	const Redis = load<RedisClients>(runtime, 'ioredis');
	const redis = await openRedis(Redis, logDir);
	return {
		env: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: host,
			DB_POSTGRESDB_PORT: String(port),
			DB_POSTGRESDB_USER: user,
			...(password && { DB_POSTGRESDB_PASSWORD: password }),
			DB_POSTGRESDB_DATABASE: name,
			QUEUE_BULL_REDIS_HOST: redis.host,
			QUEUE_BULL_REDIS_PORT: String(redis.port),
			...(redis.username && { QUEUE_BULL_REDIS_USERNAME: redis.username }),
			...(redis.password && { QUEUE_BULL_REDIS_PASSWORD: redis.password }),
			QUEUE_BULL_PREFIX: name,
			N8N_REDIS_KEY_PREFIX: name,
		},
		query: database.query,
		remove: async () => {
			await database.remove();
			await removeKeys(Redis, redis, name);
		},
		note: `PostgreSQL ${database.own ? 'started' : 'found'}, Redis ${redis.own ? 'started' : 'found'}`,
	};
}

/**
 * A new database, on the PostgreSQL that n8n's variables name or that answers on the usual port of
 * this machine; otherwise on one started for this run.
 *
 * @param runtime for the client that n8n includes
 */
export async function openDatabase(runtime: Runtime, logDir: string): Promise<Database> {
	const { Client } = load<{ Client: PostgresClients }>(runtime, 'pg');
	const name = `seller_feedback_test_${process.pid}_${Date.now()}`;
	const { own = false, ...server } = await openPostgres(Client, logDir);

	const onServer = async (statement: string): Promise<void> => {
		const client = new Client(server);
		await client.connect();
		await client.query(statement).finally(() => client.end());
	};
	await onServer(`CREATE DATABASE ${name}`);
	const client = new Client({ ...server, database: name });
	// The server may stop before the client does.
	client.on('error', () => undefined);
	await client.connect();
	const { host, port, user, password } = server;
	return {
		...{ host, port, user, password, name, own },
		query: async <T>(text: string, values?: readonly unknown[]) =>
			(await client.query(text, values)).rows as T[],
		remove: async () => {
			await client.end();
			await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
		},
	};
}

/** Loads one of n8n's own dependencies. */
const load = <T>({ n8nModules }: Runtime, name: string): T =>
	createRequire(join(n8nModules, 'n8n', 'package.json'))(name) as T;

async function openPostgres(Client: PostgresClients, logDir: string): Promise<PostgresAddress> {
	const { env } = process;
	const address: PostgresAddress = {
		host: env.DB_POSTGRESDB_HOST ?? '127.0.0.1',
		port: Number(env.DB_POSTGRESDB_PORT ?? 5432),
		user: env.DB_POSTGRESDB_USER ?? POSTGRES_USER,
		password: env.DB_POSTGRESDB_PASSWORD,
		database: env.DB_POSTGRESDB_DATABASE ?? 'postgres',
	};
	const failure = await failureOf(async () => await tryPostgres(Client, address));
	if (failure === undefined) return address;
	if (env.DB_POSTGRESDB_HOST) {
		throw new SetupError(`Could not use PostgreSQL at ${address.host}:${address.port}: ${failure}`);
	}
	return await startPostgres(Client, logDir);
}

async function openRedis(Redis: RedisClients, logDir: string): Promise<RedisAddress> {
	const { env } = process;
	const address: RedisAddress = {
		host: env.QUEUE_BULL_REDIS_HOST ?? '127.0.0.1',
		port: Number(env.QUEUE_BULL_REDIS_PORT ?? 6379),
		username: env.QUEUE_BULL_REDIS_USERNAME,
		password: env.QUEUE_BULL_REDIS_PASSWORD,
	};
	const failure = await failureOf(async () => await tryRedis(Redis, address));
	if (failure === undefined) return address;
	if (env.QUEUE_BULL_REDIS_HOST) {
		throw new SetupError(`Could not use Redis at ${address.host}:${address.port}: ${failure}`);
	}
	return await startRedis(Redis, logDir);
}

async function startPostgres(Client: PostgresClients, logDir: string): Promise<PostgresAddress> {
	const initdb = findProgram('initdb', 'PostgreSQL');
	const postgres = findProgram('postgres', 'PostgreSQL');
	const dir = temporaryDir();
	const data = join(dir, 'data');
	const asUser = process.getuid?.() === 0 ? stepDown(dir) : [];
	/** The command that runs the program as PostgreSQL's user. */
	const run = (...command: string[]) => {
		const [program = '', ...programArgs] = [...asUser, ...command];
		return [program, programArgs] as const;
	};

	const [command, args] = run(initdb, '-D', data, '-U', POSTGRES_USER, '-A', 'trust', '-N');
	const { code, output } = await runCommand(command, args, { cwd: dir });
	if (code !== 0) throw new SetupError(`Could not set up PostgreSQL: ${output.trim()}`);

	const port = await pickFreePort();
	const options = ['-D', data, '-k', dir, '-h', '127.0.0.1', '-p', String(port), '-c', 'fsync=off'];
	const [server, serverArgs] = run(postgres, ...options);
	const logFile = join(logDir, 'postgres.log');
	const service = startService('PostgreSQL', server, serverArgs, { cwd: dir, logFile });
	const address = { host: '127.0.0.1', port, user: POSTGRES_USER, database: 'postgres', own: true };
	await waitFor(service, async () => await tryPostgres(Client, address));
	return address;
}

async function startRedis(Redis: RedisClients, logDir: string): Promise<RedisAddress> {
	const program = findProgram('redis-server', 'Redis');
	const port = await pickFreePort();
	const cwd = temporaryDir();
	const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
	const service = startService('Redis', program, args, { cwd, logFile: join(logDir, 'redis.log') });
	const address = { host: '127.0.0.1', port, own: true };
	await waitFor(service, async () => await tryRedis(Redis, address));
	return address;
}

/**
 * Gives the folder to the user of PostgreSQL's package. Returns the command that runs as that user.
 */
function stepDown(dir: string): string[] {
	const idOf = (flag: string): number => {
		try {
			return Number(execFileSync('id', [flag, POSTGRES_USER], { stdio: 'pipe' }));
		} catch {
			throw new SetupError(
				`PostgreSQL does not run as root and there is no user ${POSTGRES_USER}. Run this as ` +
					'another user.',
			);
		}
	};
	const [uid, gid] = [idOf('-u'), idOf('-g')];
	chownSync(dir, uid, gid);
	return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}

function temporaryDir(): string {
	const dir = mkdtempSync(join(tmpdir(), 'seller-feedback-queue-'));
	process.on('exit', () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
	return dir;
}

function findProgram(name: string, product: string): string {
	const versions = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES) : [];
	const dirs = [
		...(process.env.PATH ?? '').split(delimiter),
		...versions
			.sort((a, b) => Number(b) - Number(a))
			.map((version) => join(DEBIAN_POSTGRES, version, 'bin')),
	];
	const found = dirs.map((dir) => join(dir, name)).find((file) => existsSync(file));
	if (found) return found;
	throw new SetupError(
		`Could not find a running or installed ${product}. Run apt-get install postgresql redis-server, or ` +
			'name running servers with DB_POSTGRESDB_HOST and QUEUE_BULL_REDIS_HOST.',
	);
}

async function tryPostgres(Client: PostgresClients, address: PostgresAddress): Promise<void> {
	const client = new Client({ ...address, connectionTimeoutMillis: 3000 });
	client.on('error', () => undefined);
	await client.connect();
	await client.end();
}

async function tryRedis(Redis: RedisClients, address: RedisAddress): Promise<void> {
	await withRedis(Redis, address, async (redis) => await redis.ping());
}

async function removeKeys(
	Redis: RedisClients,
	address: RedisAddress,
	prefix: string,
): Promise<void> {
	await withRedis(Redis, address, async (redis) => {
		for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
			if (keys.length > 0) await redis.del(keys);
		}
	});
}

async function withRedis<T>(
	Redis: RedisClients,
	{ host, port, username, password }: RedisAddress,
	work: (redis: RedisClient) => Promise<T>,
): Promise<T> {
	const redis = new Redis({
		host,
		port,
		username,
		password,
		lazyConnect: true,
		connectTimeout: 3000,
		retryStrategy: () => null,
	});
	let reason: Error | undefined;
	redis.on('error', (error) => (reason = error));
	try {
		await redis.connect();
		return await work(redis);
	} catch (error) {
		throw reason ?? error;
	} finally {
		redis.disconnect();
	}
}

/** Why it fails; `undefined` if it does not. */
async function failureOf(work: () => Promise<void>): Promise<string | undefined> {
	return await work().then(
		() => undefined,
		(error: Error & { code?: string }) => error.message || error.code || String(error),
	);
}

async function waitFor(service: Service, attempt: () => Promise<void>): Promise<void> {
	const deadline = Date.now() + PATIENCE_MS;
	while (service.running() && Date.now() < deadline) {
		if ((await failureOf(attempt)) === undefined) return;
		await sleep(200);
	}
	throw new SetupError(
		`${service.name} did not start. The end of its log:\n${tail(service.logFile)}`,
	);
}
