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
 * Stops with an error that names all required ports that are taken, with free ones to use instead.
 *
 * @param {ReadonlyArray<{ port: number, purpose: string, variable: string }>} required each with what would
 * use it, and the environment variable that changes it
 */
export async function requireFreePorts(required) {
	const taken = [];
	const known = new Set();
	for (const each of required) {
		if (known.has(each.port) || !(await isPortFree(each.port))) taken.push(each);
		known.add(each.port);
	}
	if (taken.length === 0) return;
	/** @type {string[]} */
	const choices = [];
	for (const { port, variable } of taken) {
		let free = port + 1;
		while (known.has(free) || !(await isPortFree(free))) free += 1;
		known.add(free);
		choices.push(`${variable}=${free}`);
	}
	const names = taken.map(({ port, purpose }) => `${port} (${purpose})`).join(', ');
	throw new SetupError(
		`Ports in use, or chosen twice: ${names}. Stop the programs that use them, or choose others: ` +
			`${choices.join(' ')} npm start`,
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
