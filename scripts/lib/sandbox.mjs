import { SetupError } from './output.mjs';
import { repoDir } from './paths.mjs';
import { startService, waitUntilHealthy } from './processes.mjs';

/**
 * Starts the SP-API sandbox and waits until it answers.
 *
 * @param {{ port: number, logFile: string, args?: string[] }} options
 * @returns {Promise<{ service: import('./processes.mjs').Service, url: string }>}
 */
export async function startSandbox({ port, logFile, args = [] }) {
	const command = ['--import', 'tsx', 'sandbox/main.ts', '--port', String(port), ...args];
	const service = startService('The sandbox', process.execPath, command, {
		cwd: repoDir,
		logFile,
	});
	const url = `http://127.0.0.1:${port}`;
	await waitUntilHealthy(service, `${url}/sandbox/health`, 300_000);
	return { service, url };
}

/**
 * Reads one of the sandbox's control endpoints.
 *
 * @template T what it returns
 * @param {string} url the sandbox's base URL
 * @param {string} path below /sandbox/
 * @param {Record<string, string>} [query]
 * @returns {Promise<T>}
 */
export async function askSandbox(url, path, query = {}) {
	return await call(`${url}/sandbox/${path}?${new URLSearchParams(query)}`);
}

/**
 * Uses one of the sandbox's controls.
 *
 * @template T what it returns
 * @param {string} url the sandbox's base URL
 * @param {string} path below /sandbox/
 * @param {object} body
 * @returns {Promise<T>}
 */
export async function controlSandbox(url, path, body) {
	return await call(`${url}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
}

/** The pace of a sandbox that was started without --rate-limits. */
const USUAL_PACE = 1000;

/** @typedef {Record<string, string | number | boolean>} CredentialData */

/**
 * The data of a credential for a seller of the sandbox.
 *
 * @param {string} url the sandbox's base URL
 * @param {string} [sellerKey]
 * @returns {Promise<CredentialData>}
 */
export async function sandboxCredential(url, sellerKey = 'demo') {
	return await askSandbox(url, 'n8nCredential', { sellerKey, pace: String(USUAL_PACE) });
}

/**
 * The data of one credential for several sellers of the sandbox, named as their stores.
 *
 * @param {string} url the sandbox's base URL
 * @param {readonly string[]} sellerKeys
 * @returns {Promise<CredentialData>}
 */
export async function sandboxCredentialOfSeveral(url, sellerKeys) {
	const sellers = await sandboxSellers(url, sellerKeys);
	const entries = sellers.map(async ({ key, name, marketplaces: [primary] }) => {
		const { refreshToken } = await sandboxCredential(url, key);
		return [name, { [primary?.countryCode ?? '']: refreshToken }];
	});
	return ofSeveralSellers(
		await sandboxCredential(url),
		Object.fromEntries(await Promise.all(entries)),
	);
}

/**
 * The data of a credential with several sellers on the application of one.
 *
 * @template {object} Data
 * @param {Data} one the credential of one of them
 * @param {object} sellers as the user enters them: name, primary marketplace, refresh token
 */
export const ofSeveralSellers = (one, sellers) => ({
	...one,
	refreshToken: '',
	accounts: 'several',
	sellers: JSON.stringify(sellers, null, 2),
});

/**
 * @typedef {object} SandboxSeller a seller of the sandbox
 * @property {string} key
 * @property {string} name of the store
 * @property {Array<{ marketplaceId: string, countryCode: string }>} marketplaces the primary one first
 */

/**
 * Some of the sandbox's sellers.
 *
 * @param {string} url the sandbox's base URL
 * @param {readonly string[]} keys
 * @returns {Promise<SandboxSeller[]>}
 */
export async function sandboxSellers(url, keys) {
	/** @type {SandboxSeller[]} */
	const sellers = await askSandbox(url, 'sellers');
	return sellers.filter(({ key }) => keys.includes(key));
}

/**
 * Each call has its own connection. A kept one may be closed by the sandbox at the very moment at which a
 * call uses it, and a control cannot simply be repeated.
 *
 * @template T
 * @param {string} url
 * @param {RequestInit} [options]
 * @returns {Promise<T>}
 */
async function call(url, options) {
	const answer = await fetch(url, { ...options, headers: { connection: 'close' } });
	if (answer.ok) return await answer.json();
	throw new SetupError(`The sandbox answered ${answer.status} to ${url}: ${await answer.text()}`);
}
