import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { npmEnvironment } from './npm.mjs';
import { SetupError } from './output.mjs';
import { readManifest, unpack } from './package.mjs';
import { repoDir } from './paths.mjs';
import { runCommand, startService, waitUntilHealthy } from './processes.mjs';

/**
 * Settings of the user's own n8n must not be passed on (they might even name its database), and
 * neither must jest's.
 */
const FOREIGN =
	/^(N8N|DB|QUEUE|EXECUTIONS|GENERIC|CREDENTIALS|NODES|WORKFLOWS|WEBHOOK|CACHE|JEST)_|^NODE_(ENV|PATH)$/;

/**
 * @typedef {object} Instance an n8n to run: its runtime, folder and ports
 * @property {import('./runtime.mjs').Runtime} runtime
 * @property {string} userFolder
 * @property {number} [port] of the editor
 * @property {number} [brokerPort] of the task broker, which users never see
 * @property {NodeJS.ProcessEnv} [env] further variables for n8n
 */

/** @typedef {import('n8n-workflow').IRunData} RunData */

/**
 * The environment for an n8n of ours: nothing from another n8n, no telemetry, no banners.
 *
 * @param {Instance} instance
 */
export function n8nEnvironment({ runtime, userFolder, port = 5678, brokerPort = 5679, env }) {
	const inherited = Object.entries(npmEnvironment(runtime.node));
	return {
		...Object.fromEntries(inherited.filter(([name]) => !FOREIGN.test(name))),
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(port),
		N8N_LISTEN_ADDRESS: process.env.N8N_LISTEN_ADDRESS ?? '127.0.0.1',
		N8N_EDITOR_BASE_URL: `http://localhost:${port}`,
		N8N_SECURE_COOKIE: 'false',
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_LOG_LEVEL: 'info',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		...(hasModule(runtime, 'mcp-registry') && { N8N_DISABLED_MODULES: 'mcp-registry' }),
		// A start takes a tenth less processor time if Node does not compile n8n's files again.
		NODE_COMPILE_CACHE: join(dirname(runtime.n8nModules), 'compile-cache'),
		GENERIC_TIMEZONE: 'UTC',
		...env,
	};
}

/**
 * n8n does not start if a module it does not have is excluded; older versions lack some.
 *
 * @param {import('./runtime.mjs').Runtime} runtime
 * @param {string} name
 */
function hasModule({ n8nModules }, name) {
	return existsSync(join(n8nModules, 'n8n', 'dist', 'modules', name));
}

/**
 * Runs one n8n command until it ends.
 *
 * @param {Instance} instance
 * @param {string[]} args
 */
export async function n8nCommand(instance, args) {
	return await runCommand(instance.runtime.node, [instance.runtime.n8nBin, ...args], {
		cwd: instance.userFolder,
		env: n8nEnvironment(instance),
	});
}

/**
 * Installs the package from its tarball as n8n's own installer does (Settings > Community nodes):
 * unpacked into the folder of community packages, without the dependencies n8n drops.
 *
 * @param {Instance} instance
 * @param {import('./package.mjs').Tarball} tarball
 * @returns {Promise<boolean>} whether anything was changed
 */
export async function installPackage({ userFolder }, tarball) {
	const nodesDir = join(userFolder, '.n8n', 'nodes');
	const stamp = join(nodesDir, 'installed-tarball.txt');
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === tarball.digest) return false;

	const { name, version } = readManifest();
	const target = join(nodesDir, 'node_modules', name);
	mkdirSync(dirname(target), { recursive: true });
	await unpack(tarball, target);
	const manifestFile = join(target, 'package.json');
	const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
	for (const key of ['devDependencies', 'peerDependencies', 'optionalDependencies']) {
		delete manifest[key];
	}
	if (Object.keys(manifest.dependencies ?? {}).length > 0) {
		throw new SetupError('The package must not have dependencies. Bundle them instead.');
	}
	writeJson(manifestFile, manifest);
	const ledger = { name: 'installed-nodes', private: true, dependencies: { [name]: version } };
	writeJson(join(nodesDir, 'package.json'), ledger);
	writeFileSync(stamp, tarball.digest);
	return true;
}

/**
 * Registers the installed package in n8n's database, so that Settings > Community nodes lists it. The
 * database must exist, so run a command that creates it (an import) first.
 *
 * @param {Instance} instance
 */
export async function registerPackage({ runtime, userFolder }) {
	const script = join(repoDir, 'scripts', 'lib', 'registerPackage.mjs');
	const { code, output } = await runCommand(
		runtime.node,
		['--no-warnings', script, join(userFolder, '.n8n'), readManifest().name],
		{ env: { ...npmEnvironment(runtime.node), NODE_PATH: modulePath(runtime) } },
	);
	if (code !== 0) throw new SetupError(`n8n could not load the package:\n${output.trimEnd()}`);
}

/** @param {import('./runtime.mjs').Runtime} runtime */
function modulePath({ n8nModules }) {
	return [n8nModules, join(n8nModules, 'n8n', 'node_modules')].join(delimiter);
}

/**
 * Imports credentials (plain data; n8n encrypts it) or workflows, replacing those with the same ID.
 *
 * @param {Instance} instance
 * @param {'credentials' | 'workflow'} kind
 * @param {readonly object[]} entities
 */
export async function importInto(instance, kind, entities) {
	const file = join(instance.userFolder, `import-${kind}.json`);
	mkdirSync(instance.userFolder, { recursive: true });
	// Credentials are secrets, even those of a sandbox.
	writeFileSync(file, JSON.stringify(entities), { mode: 0o600 });
	const { code, output } = await n8nCommand(instance, [`import:${kind}`, `--input=${file}`]);
	// The command reports a failure only in its log, not with its exit code.
	if (code !== 0 || !/Successfully imported/.test(output)) {
		throw new SetupError(`n8n could not import the ${kind}:\n${lastLines(output)}`);
	}
}

/**
 * Runs a workflow without the editor.
 *
 * @param {Instance} instance
 * @param {string} id
 * @returns {Promise<RunData>} by node name, one entry per run of the node, items by output
 */
export async function executeWorkflow(instance, id) {
	const result = await n8nCommand(instance, ['execute', `--id=${id}`, '--rawOutput']);
	const run = parseRun(result.stdout);
	const failure = run?.data.resultData.error;
	if (!run || failure) {
		const reason = failure?.message ?? lastLines(result.output);
		const isDescribed = failure !== undefined && 'description' in failure && failure.description;
		const detail = isDescribed ? ` (${failure.description})` : '';
		throw new SetupError(`n8n could not execute workflow ${id}: ${reason}${detail}`);
	}
	return run.data.resultData.runData;
}

/**
 * The run is the last JSON document among the log lines; it starts at a line with just `{`.
 *
 * @param {string} stdout
 * @returns {import('n8n-workflow').IRun | undefined}
 */
function parseRun(stdout) {
	const start = stdout.search(/^\{$/m);
	const end = stdout.lastIndexOf('\n}');
	if (start < 0 || end < start) return undefined;
	return JSON.parse(stdout.slice(start, end + 2));
}

/** A first start creates the database's tables; on a busy machine that took more than three minutes. */
const START_PATIENCE_MS = 600_000;

/**
 * @typedef {object} ProcessOptions
 * @property {string} logFile
 * @property {string} [name] for messages
 * @property {readonly string[]} [command] the server by default
 * @property {number} [healthPort] where it reports that it is ready; by default the editor's port
 * @property {readonly string[]} [nodeArgs] arguments of Node itself
 * @property {(service: import('./processes.mjs').Service) => void} [onSpawn] gets it before it is ready
 */

/**
 * Starts the server, or another process of n8n that runs until it is stopped, and waits until it is
 * ready.
 *
 * @param {Instance} instance
 * @param {ProcessOptions} options
 */
export async function startProcess(instance, options) {
	const { logFile, name = 'n8n', command = ['start'], nodeArgs = [], onSpawn } = options;
	const { node, n8nBin } = instance.runtime;
	const service = startService(name, node, [...nodeArgs, n8nBin, ...command], {
		cwd: instance.userFolder,
		env: n8nEnvironment(instance),
		logFile,
	});
	onSpawn?.(service);
	const port = options.healthPort ?? instance.port;
	const url = `http://localhost:${port}`;
	await waitUntilHealthy(service, `${url}/healthz/readiness`, START_PATIENCE_MS);
	if (command[0] === 'start' && instance.env?.N8N_DISABLE_UI !== 'true') {
		// Before 2.x it reports that it is ready before it answers the editor.
		await waitUntilHealthy(service, `${url}/rest/settings`, START_PATIENCE_MS);
	}
	return service;
}

/**
 * Logs in as the instance's owner, and creates the owner the first time.
 *
 * @param {string} baseUrl of the running server
 * @param {{ email: string, password: string }} login
 * @returns {Promise<string>} the cookie of the session
 */
export async function logIn(baseUrl, login) {
	/**
	 * @param {string} path
	 * @param {object} body
	 */
	const post = async (path, body) =>
		await fetch(`${baseUrl}/rest/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
	const { email: emailOrLdapLoginId, password } = login;
	const created = await post('owner/setup', { ...login, firstName: 'Demo', lastName: 'Seller' });
	const answer = created.ok ? created : await post('login', { emailOrLdapLoginId, password });
	const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
	if (answer.ok && cookie) return cookie;
	throw new SetupError(
		`Could not log in to n8n: ${(await (answer.ok ? answer : created).text()).slice(0, 200)}`,
	);
}

/** @param {string} text */
function lastLines(text) {
	return text.trimEnd().split('\n').slice(-10).join('\n');
}

/**
 * @param {string} file
 * @param {unknown} value
 */
function writeJson(file, value) {
	writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
