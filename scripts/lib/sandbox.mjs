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
	// Amazon's limits per report type would have the demo and these runs wait for minutes: Amazon is kind
	// here, unless the arguments say otherwise.
	const options = ['--port', String(port), '--habits', 'kind', ...args];
	const command = ['--import', 'tsx', 'sandbox/main.ts', ...options];
	const service = startService('The sandbox', process.execPath, command, {
		cwd: repoDir,
		logFile,
	});
	const url = `http://127.0.0.1:${port}`;
	await waitUntilHealthy(service, `${url}/sandbox/health`, 60_000);
	return { service, url };
}

/**
 * Reads one of the sandbox's control endpoints.
 *
 * @param {string} url the sandbox's base URL
 * @param {string} path below /sandbox/
 * @param {Record<string, string>} [query]
 */
export async function askSandbox(url, path, query = {}) {
	return await call(`${url}/sandbox/${path}?${new URLSearchParams(query)}`);
}

/**
 * Uses one of the sandbox's controls.
 *
 * @param {string} url the sandbox's base URL
 * @param {string} path below /sandbox/
 * @param {object} body
 */
export async function tellSandbox(url, path, body) {
	return await call(`${url}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
}

/**
 * What a credential for the sandbox's demo seller holds.
 *
 * @param {string} url the sandbox's base URL
 */
export async function sandboxCredential(url) {
	const { clientId, clientSecret, refreshToken, marketplaceId } = await askSandbox(
		url,
		'credentials',
	);
	return {
		clientId,
		clientSecret,
		refreshToken,
		primaryMarketplace: marketplaceId,
		environment: 'custom',
		customBaseUrl: url,
		customHostIsMine: true,
	};
}

async function call(url, options) {
	const answer = await fetch(url, options);
	if (answer.ok) return await answer.json();
	throw new SetupError(`The sandbox answered ${answer.status} to ${url}: ${await answer.text()}`);
}
