import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repoDir } from '../../scripts/lib/paths.mjs';
import type { StartOptions } from './realN8n';

const clockModule = join(repoDir, 'checks', 'n8n', 'clockStepped.mjs');

/**
 * A clock for n8n and sandboxes that runs as fast as the real one and steps ahead on command:
 * n8n's schedules happen at their times, and a busy machine changes nothing.
 */
export class SteppedClock {
	private ahead = 0;

	/**
	 * @param file for n8n's process to read
	 * @param start milliseconds since 1970
	 */
	constructor(
		private readonly file: string,
		start: number,
	) {
		this.stepTo(start);
	}

	/** Milliseconds since 1970. */
	get now(): number {
		return Date.now() + this.ahead;
	}

	/** What an n8n is started with to use this clock. */
	get startOptions(): StartOptions {
		return {
			nodeArgs: ['--import', pathToFileURL(clockModule).href],
			env: {
				CLOCK_AHEAD_FILE: this.file,
				// Its task runner uses the real clock, so a grant would have expired long ago.
				N8N_RUNNERS_GRANT_TOKEN_TTL: String(200 * 24 * 3600),
			},
		};
	}

	/** Steps ahead; n8n follows within some hundredths of a second. */
	stepTo(time: number): void {
		this.ahead = time - Date.now();
		// n8n must never read half of the number.
		writeFileSync(`${this.file}.new`, String(this.ahead));
		renameSync(`${this.file}.new`, this.file);
	}
}
