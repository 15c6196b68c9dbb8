import { repoDir } from './paths.mjs';
import { startService, waitUntilHealthy } from './processes.mjs';

/** Where the mailbox takes emails, unless another program has the port. */
export const SMTP_PORT = 2525;

/**
 * Starts the mailbox that shows the demo workflows' emails, and waits until it answers.
 *
 * @param {{ port: number, smtpPort: number, logFile: string }} options
 * @returns {Promise<{ service: import('./processes.mjs').Service, url: string }>}
 */
export async function startMailbox({ port, smtpPort, logFile }) {
	const ports = ['--port', String(port), '--smtp-port', String(smtpPort)];
	const command = ['--import', 'tsx', 'demo/mailbox/main.ts', ...ports];
	const service = startService('The mailbox', process.execPath, command, { cwd: repoDir, logFile });
	await waitUntilHealthy(service, `http://127.0.0.1:${port}`, 300_000);
	return { service, url: `http://localhost:${port}` };
}

/**
 * The data of n8n's credential for it.
 *
 * @param {number} smtpPort
 */
export const mailboxCredential = (smtpPort) => ({
	host: '127.0.0.1',
	port: smtpPort,
	secure: false,
	disableStartTls: true,
});
