import { killServices, stopServices } from './processes.mjs';

/**
 * Shuts a script down cleanly when it is interrupted.
 *
 * @param {() => Promise<unknown>} cleanUp runs before the services are stopped
 */
export function stopOnSignals(cleanUp) {
	let stopping = false;
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
		process.on(signal, async () => {
			// The second Ctrl+C does not wait.
			if (stopping) return killServices();
			stopping = true;
			console.log('\nStopping ...');
			await cleanUp().catch(() => undefined);
			await stopServices();
			process.exit(130);
		});
	}
}
