import { killServices, stopServices } from '../../scripts/lib/processes.mjs';

/** The functions that end what a check has started, the last one first. */
const endings: Array<() => Promise<unknown>> = [];

/** Calls the function when the check ends, also if it fails or is interrupted. */
export function atEnd(work: () => Promise<unknown>): void {
	endings.unshift(work);
}

/** Ends everything. If one thing cannot be ended, the others are still ended. */
export async function endAll(): Promise<void> {
	for (const work of endings.splice(0)) {
		try {
			await work();
		} catch (error) {
			console.error('Could not stop something that the check started:', error);
			process.exitCode = 1;
		}
	}
	await stopServices();
}

/** Ends everything when the check is interrupted. */
export function endOnSignals(): void {
	let stopping = false;
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(signal, () => {
			// The second Ctrl+C does not wait.
			if (stopping) return killServices();
			stopping = true;
			console.log('\nStopping ...');
			void endAll()
				.catch(() => undefined)
				.then(() => process.exit(130));
		});
	}
}
