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
export async function controlSandbox(url, path, body) {
	return await call(`${url}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
}

/** The pace of a sandbox that was started without --rate-limits. */
export const USUAL_PACE = 1000;

/**
 * The credential's limits per report type for a sandbox that is this much faster than Amazon; without
 * them a node would wait a quarter of an hour. The interval also covers the limits per 8 and 24 hours:
 * 12 in 480 minutes are one in 40.
 *
 * @param {number} pace
 */
export function reportLimitsAt(pace) {
	return {
		changeReportLimits: true,
		salesAndTrafficMinutes: 15 / pace,
		salesAndTrafficPerDay: 0,
		fbaShipmentsMinutes: 40 / pace,
		fbaShipmentsPer8Hours: 0,
		fbaReturnsMinutes: 240 / pace,
	};
}

/**
 * The data of a credential for a seller of the sandbox.
 *
 * @param {string} url the sandbox's base URL
 * @param {{ sellerKey?: string, pace?: number }} [options] how much faster the sandbox is than Amazon
 *   by n8n's clock; 1 if both run at the same speed, which keeps Amazon's own limits per report type
 */
export async function sandboxCredential(url, { sellerKey = 'demo', pace = USUAL_PACE } = {}) {
	const { clientId, clientSecret, refreshToken, marketplaceId } = await askSandbox(
		url,
		'credentials',
		{ sellerKey },
	);
	return {
		clientId,
		clientSecret,
		refreshToken,
		primaryMarketplace: marketplaceId,
		environment: 'custom',
		customBaseUrl: url,
		customHostIsMine: true,
		...(pace === 1 ? {} : reportLimitsAt(pace)),
	};
}

async function call(url, options) {
	const answer = await fetch(url, options);
	if (answer.ok) return await answer.json();
	throw new SetupError(`The sandbox answered ${answer.status} to ${url}: ${await answer.text()}`);
}
