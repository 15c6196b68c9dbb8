import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './output.mjs';
import { pickFreePort } from './ports.mjs';
import { runCommand, startService, tail } from './processes.mjs';

/** How long one of our services may take until it answers. */
const PATIENCE_MS = 30_000;

const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** PostgreSQL refuses to run as root; then it runs as the user its package creates. */
const POSTGRES_USER = 'postgres';

/**
 * @typedef {object} Services PostgreSQL and Redis for one run, which leaves no data behind
 * @property {NodeJS.ProcessEnv} env the variables n8n connects with
 * @property {(text: string, values?: unknown[]) => Promise<any[]>} query runs SQL on n8n's database
 * @property {() => Promise<void>} remove removes the database and the keys of this run
 * @property {string} note
 */

/**
 * PostgreSQL and Redis: those that n8n's own variables name or that answer on the usual ports of
 * this machine; otherwise started for this run.
 *
 * @param {import('./runtime.mjs').Runtime} runtime for the clients that n8n includes
 * @param {string} logDir
 * @returns {Promise<Services>}
 */
export async function openServices(runtime, logDir) {
	const database = await openDatabase(runtime, logDir);
	const { host, port, user, password, name } = database;
	const Redis = clientsOf(runtime)('ioredis');
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
 * @typedef {object} Database an empty database on a PostgreSQL
 * @property {string} host
 * @property {number} port
 * @property {string} user
 * @property {string} [password]
 * @property {string} name
 * @property {boolean} [own] whether the server was started for this run
 * @property {(text: string, values?: unknown[]) => Promise<any[]>} query
 * @property {() => Promise<void>} remove
 */

/**
 * A new database, on the PostgreSQL that n8n's variables name or that answers on the usual port of
 * this machine; otherwise on one started for this run.
 *
 * @param {import('./runtime.mjs').Runtime} runtime for the client that n8n includes
 * @param {string} logDir
 * @returns {Promise<Database>}
 */
export async function openDatabase(runtime, logDir) {
	const { Client } = clientsOf(runtime)('pg');
	const name = `seller_feedback_test_${process.pid}_${Date.now()}`;
	const { host, port, user, password, own, database } = await openPostgres(Client, logDir);
	const server = { host, port, user, password, database };

	const onServer = async (statement) => {
		const client = new Client(server);
		await client.connect();
		await client.query(statement).finally(() => client.end());
	};
	await onServer(`CREATE DATABASE ${name}`);
	const client = new Client({ ...server, database: name });
	// The server may stop before the client does.
	client.on('error', () => undefined);
	await client.connect();
	return {
		...{ host, port, user, password, name, own },
		query: async (text, values) => (await client.query(text, values)).rows,
		remove: async () => {
			await client.end();
			await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
		},
	};
}

/** Loads n8n's own dependencies. */
const clientsOf = ({ n8nModules }) => createRequire(join(n8nModules, 'n8n', 'package.json'));

async function openPostgres(Client, logDir) {
	const { env } = process;
	const address = {
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

async function openRedis(Redis, logDir) {
	const { env } = process;
	const address = {
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

async function startPostgres(Client, logDir) {
	const initdb = findProgram('initdb', 'PostgreSQL');
	const postgres = findProgram('postgres', 'PostgreSQL');
	const dir = temporaryDir();
	const data = join(dir, 'data');
	const asUser = process.getuid?.() === 0 ? stepDown(dir) : [];
	const run = (program, ...args) => [...asUser, program, ...args];

	const [command, ...args] = run(initdb, '-D', data, '-U', POSTGRES_USER, '-A', 'trust', '-N');
	const { code, output } = await runCommand(command, args, { cwd: dir });
	if (code !== 0) throw new SetupError(`Could not set up PostgreSQL: ${output.trim()}`);

	const port = await pickFreePort();
	const options = ['-D', data, '-k', dir, '-h', '127.0.0.1', '-p', String(port), '-c', 'fsync=off'];
	const [server, ...serverArgs] = run(postgres, ...options);
	const logFile = join(logDir, 'postgres.log');
	const service = startService('PostgreSQL', server, serverArgs, { cwd: dir, logFile });
	const address = { host: '127.0.0.1', port, user: POSTGRES_USER, database: 'postgres', own: true };
	await waitFor(service, async () => await tryPostgres(Client, address));
	return address;
}

async function startRedis(Redis, logDir) {
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
function stepDown(dir) {
	const idOf = (flag) => {
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

function temporaryDir() {
	const dir = mkdtempSync(join(tmpdir(), 'seller-feedback-queue-'));
	process.on('exit', () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
	return dir;
}

function findProgram(name, product) {
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
		`No ${product} answers and none is installed. Run apt-get install postgresql redis-server, or ` +
			'name running servers with DB_POSTGRESDB_HOST and QUEUE_BULL_REDIS_HOST.',
	);
}

async function tryPostgres(Client, address) {
	const client = new Client({ ...address, connectionTimeoutMillis: 3000 });
	client.on('error', () => undefined);
	await client.connect();
	await client.end();
}

async function tryRedis(Redis, address) {
	await withRedis(Redis, address, async (redis) => await redis.ping());
}

async function removeKeys(Redis, address, prefix) {
	await withRedis(Redis, address, async (redis) => {
		for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
			if (keys.length > 0) await redis.del(keys);
		}
	});
}

async function withRedis(Redis, { host, port, username, password }, work) {
	const redis = new Redis({
		host,
		port,
		username,
		password,
		lazyConnect: true,
		connectTimeout: 3000,
		retryStrategy: () => null,
	});
	let reason;
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

async function failureOf(work) {
	return await work().then(
		() => undefined,
		(error) => error.message || error.code || String(error),
	);
}

async function waitFor(service, attempt) {
	const deadline = Date.now() + PATIENCE_MS;
	while (service.running() && Date.now() < deadline) {
		if ((await failureOf(attempt)) === undefined) return;
		await sleep(200);
	}
	throw new SetupError(
		`${service.name} did not start. The end of its log:\n${tail(service.logFile)}`,
	);
}
