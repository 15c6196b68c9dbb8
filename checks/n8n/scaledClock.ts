import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repoDir } from '../../scripts/lib/paths.mjs';
import type { RunningSandbox } from '../lib/sandbox';
import type { StartOptions } from './realN8n';

const clockModule = join(repoDir, 'checks', 'n8n', 'clockScaled.mjs');

/** A clock for n8n and the sandbox that runs several times as fast as the real one. */
export class ScaledClock {
	private readonly origin = Date.now();

	constructor(
		private readonly scale: number,
		private readonly start = Date.now(),
	) {}

	/** The scaled time in milliseconds. */
	get now(): number {
		return this.start + (Date.now() - this.origin) * this.scale;
	}

	/** What an n8n is started with to use this clock. */
	get startOptions(): StartOptions {
		return {
			nodeArgs: ['--import', pathToFileURL(clockModule).href],
			env: {
				CLOCK_SCALE: String(this.scale),
				CLOCK_START: new Date(this.start).toISOString(),
				CLOCK_ORIGIN: String(this.origin),
				// Its task runner uses the real clock, so a grant would have expired long ago.
				N8N_RUNNERS_GRANT_TOKEN_TTL: String(10 * 24 * 3600),
			},
		};
	}

	/** Sets the sandbox's clock to this one. */
	async applyTo(sandbox: RunningSandbox): Promise<void> {
		await sandbox.setClock(this.now);
	}
}
