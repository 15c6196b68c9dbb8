import { createServer } from 'node:net';
import { SetupError } from './output.mjs';

/**
 * Whether the port is free on all addresses of this machine.
 *
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export async function isPortFree(port) {
	// A listener on 127.0.0.1 alone does not prevent opening the wildcard address: try each.
	for (const host of ['127.0.0.1', '::1', undefined]) {
		if (!(await canListen(port, host))) return false;
	}
	return true;
}

/**
 * Stops with a one-line error if a required port is taken.
 *
 * @param {number} port
 * @param {string} purpose what would use it
 * @param {string} variable the environment variable that changes it
 */
export async function requireFreePort(port, purpose, variable) {
	if (await isPortFree(port)) return;
	throw new SetupError(
		`Port ${port} (${purpose}) is in use. Stop the program that uses it, or choose another ` +
			`port with ${variable}=${port + 10}.`,
	);
}

/**
 * A free port, the wanted one if possible, for ports that users never see.
 *
 * @param {number} [wanted]
 * @returns {Promise<number>}
 */
export async function pickFreePort(wanted) {
	if (wanted && (await isPortFree(wanted))) return wanted;
	return await new Promise((resolve, reject) => {
		const server = createServer();
		server.on('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			const port = typeof address === 'object' ? address?.port : undefined;
			server.close(() => (port ? resolve(port) : reject(new Error('There is no free port'))));
		});
	});
}

/**
 * @param {number} port
 * @param {string} [host]
 * @returns {Promise<boolean>}
 */
function canListen(port, host) {
	return new Promise((resolve) => {
		const server = createServer();
		// Only a taken port counts: a machine without IPv6 answers EADDRNOTAVAIL for ::1.
		server.on('error', (error) => resolve(!('code' in error) || error.code !== 'EADDRINUSE'));
		server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
	});
}
