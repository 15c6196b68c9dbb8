import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SetupError } from './output.mjs';

/**
 * @typedef {object} CommandResult
 * @property {number} code exit code; 1 if a signal ended it, 127 if it could not be started
 * @property {string} stdout
 * @property {string} stderr
 * @property {string} output stdout and stderr in the order received
 */

/** For each running command, the function that ends it; a script that ends calls them all. */
const commands = new Map();
process.on('exit', () => commands.forEach((kill) => kill()));

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
 * @returns {Promise<CommandResult>}
 */
export function runCommand(command, args, options = {}) {
	const { cwd, env, timeout, show = false, group = false } = options;
	return new Promise((resolve) => {
		const result = { code: 0, stdout: '', stderr: '', output: '' };
		const child = spawn(command, args, {
			cwd,
			env,
			timeout,
			stdio: ['ignore', 'pipe', 'pipe'],
			windowsHide: true,
			detached: group && process.platform !== 'win32',
		});
		commands.set(child, () => (group ? killGroup({ child }) : child.kill()));
		const end = (outcome) => {
			commands.delete(child);
			resolve({ ...result, ...outcome });
		};
		for (const name of ['stdout', 'stderr']) {
			child[name].setEncoding('utf8').on('data', (text) => {
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
		// Its own process group: Ctrl+C only reaches this script, which then stops it in the right
		// order.
		detached: process.platform !== 'win32',
	});
	closeSync(log);
	const service = { child, name, logFile, running: () => services.has(service) };
	services.add(service);
	service.exited = new Promise((resolve) => {
		const end = (code) => {
			services.delete(service);
			resolve(code ?? 1);
		};
		child.on('error', () => end(127));
		child.on('exit', end);
	});
	return service;
}

/**
 * Stops all services, the last one started first, and kills those that do not stop within the
 * grace period.
 */
export async function stopServices(graceMs = 10_000) {
	for (const service of [...services].reverse()) {
		service.child.kill('SIGTERM');
		const timer = setTimeout(() => killGroup(service), graceMs);
		await service.exited;
		clearTimeout(timer);
	}
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
	if (process.platform === 'win32') child.kill('SIGKILL');
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
