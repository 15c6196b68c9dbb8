import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { dirname } from 'node:path';
import { SetupError } from './output.mjs';

/**
 * @typedef {object} CommandResult
 * @property {number} code exit code; 1 if a signal ended it, 127 if it could not be started
 * @property {string} stdout
 * @property {string} stderr
 * @property {string} output stdout and stderr in the order received
 */

/**
 * For each running command, the function that ends it; a script that ends calls them all.
 *
 * @type {Map<import('node:child_process').ChildProcess, () => void>}
 */
const commands = new Map();
process.on('exit', () => commands.forEach((kill) => kill()));

/**
 * A service has its own process group: Ctrl+C only reaches this script, which then stops it in the
 * right order. In a test it ends with the group of the test.
 */
const HAS_OWN_GROUP = process.platform !== 'win32' && process.env.JEST_WORKER_ID === undefined;

/** Running services, in the order they were started. @type {Set<Service>} */
const services = new Set();

/**
 * Runs a command until it ends and collects its output. Never rejects: check `code`.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {number} [options.timeout]
 * @param {boolean} [options.show] also prints the output to the terminal
 * @param {boolean} [options.group] for a command that would leave its child processes running
 * @param {boolean} [options.background] only takes processor time that nothing else needs
 * @returns {Promise<CommandResult>}
 */
export function runCommand(command, args, options = {}) {
	const { cwd, env, timeout, show = false, group = false, background = false } = options;
	return new Promise((resolve) => {
		const result = { code: 0, stdout: '', stderr: '', output: '' };
		const child = spawn(command, args, {
			cwd,
			env,
			timeout,
			stdio: ['ignore', 'pipe', 'pipe'],
			windowsHide: true,
			detached: group && HAS_OWN_GROUP,
		});
		if (background && child.pid !== undefined) toBackground(child.pid);
		commands.set(child, () => (group ? killGroup({ child }) : child.kill()));
		/** @param {Partial<CommandResult>} outcome */
		const end = (outcome) => {
			commands.delete(child);
			resolve({ ...result, ...outcome });
		};
		for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
			child[name].setEncoding('utf8').on('data', (/** @type {string} */ text) => {
				result[name] += text;
				result.output += text;
				if (show) process[name].write(text);
			});
		}
		child.on('exit', () => commands.delete(child));
		child.on('error', (error) => end({ code: 127, output: error.message }));
		child.on('close', (code) => end({ code: code ?? 1 }));
	});
}

/** @param {number} pid */
function toBackground(pid) {
	try {
		setPriority(pid, constants.priority.PRIORITY_LOW);
	} catch {
		// It has already ended.
	}
}

/**
 * @typedef {object} Service
 * @property {import('node:child_process').ChildProcess} child
 * @property {string} name
 * @property {string} logFile
 * @property {Promise<number>} exited resolves to the exit code
 * @property {() => boolean} running
 */

/**
 * Starts a long-running process whose output goes to a log file.
 *
 * @param {string} name for messages
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, logFile: string }} options
 * @returns {Service}
 */
export function startService(name, command, args, { cwd, env, logFile }) {
	mkdirSync(dirname(logFile), { recursive: true });
	const log = openSync(logFile, 'w');
	const child = spawn(command, args, {
		cwd,
		env,
		stdio: ['ignore', log, log],
		windowsHide: true,
		detached: HAS_OWN_GROUP,
	});
	closeSync(log);
	/** @type {Promise<number>} */
	const exited = new Promise((resolve) => {
		/** @param {number | null} code */
		const end = (code) => {
			services.delete(service);
			resolve(code ?? 1);
		};
		child.on('error', () => end(127));
		child.on('exit', end);
	});
	/** @type {Service} */
	const service = { child, name, logFile, exited, running: () => services.has(service) };
	services.add(service);
	return service;
}

/**
 * Stops all services, the last one started first, and kills those that do not stop within the
 * grace period.
 */
export async function stopServices(graceMs = 10_000) {
	for (const service of [...services].reverse()) await stopService(service, graceMs);
}

/**
 * Stops a service, and kills it if it does not stop within the grace period.
 *
 * @param {Service} service
 */
export async function stopService(service, graceMs = 10_000) {
	if (!service.running()) return;
	service.child.kill('SIGTERM');
	const timer = setTimeout(() => killGroup(service), graceMs);
	await service.exited;
	clearTimeout(timer);
}

/** Kills all services. */
export function killServices() {
	services.forEach(killGroup);
}

/**
 * Kills a process and its children, such as n8n's task runner.
 *
 * @param {{ child: import('node:child_process').ChildProcess }} service
 */
export function killGroup({ child }) {
	if (!HAS_OWN_GROUP || child.pid === undefined) child.kill('SIGKILL');
	else process.kill(-child.pid, 'SIGKILL');
}

/**
 * Waits until a service answers, and gives up as soon as it has ended.
 *
 * @param {Service} service
 * @param {string} url
 * @param {number} timeoutMs
 */
export async function waitUntilHealthy(service, url, timeoutMs) {
	const deadline = Date.now() + timeoutMs;
	while (service.running() && Date.now() < deadline) {
		const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
		if (answer?.ok) return;
		await new Promise((resolve) => setTimeout(resolve, 150));
	}
	const why = service.running() ? `did not answer within ${timeoutMs / 1000} s` : 'stopped';
	throw new SetupError(
		`${service.name} ${why}. The end of its log (${service.logFile}):\n${tail(service.logFile)}`,
	);
}

/**
 * The last lines of a log file.
 *
 * @param {string} file
 */
export function tail(file, lines = 15) {
	try {
		return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
	} catch {
		return '';
	}
}
