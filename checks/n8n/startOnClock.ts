import { atEnd } from '../lib/atEnd';
import type { Progress } from '../lib/setUp';
import { RealN8n, type N8nParts, type StartOptions } from './realN8n';

/** What keeps an n8n going when its clock runs through weeks. */
const FOR_WEEKS = {
	// n8n removes executions that are two weeks old, and ends a session after one.
	EXECUTIONS_DATA_PRUNE: 'false',
	N8N_USER_MANAGEMENT_JWT_DURATION_HOURS: '5000',
};

/** Starts an n8n on a clock of its own, as a step of the check; it stops at the end. */
export async function startOnClock(
	progress: Progress,
	parts: N8nParts,
	clock: { readonly startOptions: StartOptions },
): Promise<RealN8n> {
	const n8n = new RealN8n({ ...parts, env: { ...FOR_WEEKS, ...parts.env } });
	atEnd(async () => await n8n.stop());
	await progress.step('Starting n8n', async () => await n8n.start(clock.startOptions));
	return n8n;
}
