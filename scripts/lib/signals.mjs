import { killServices, stopServices } from './processes.mjs';

/**
 * Ends a script in good order when it is interrupted.
 *
 * @param {() => Promise<unknown>} cleanUp what is to be done before the services are stopped
 */
export function stopOnSignals(cleanUp) {
	let stopping = false;
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
		process.on(signal, async () => {
			// The second Ctrl+C waits for nothing.
			if (stopping) return killServices();
			stopping = true;
			console.log('\nStopping ...');
			await cleanUp().catch(() => undefined);
			await stopServices();
			process.exit(130);
		});
	}
}
