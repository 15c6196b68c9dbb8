import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repoDir } from '../../scripts/lib/paths.mjs';
import type { StartOptions } from './realN8n';

const meterModule = join(repoDir, 'checks', 'n8n', 'meter.mjs');

/** Figures of a process of n8n; its times are real ones. */
export interface ProcessFigures {
	/** Bytes. */
	readonly rss: number;
	readonly heapUsed: number;
	readonly external: number;
	/** Processor time since its start. */
	readonly cpuSeconds: number;
	/** Part of the time since the last collection in which the event loop was busy, from 0 to 1. */
	readonly busy: number;
	/** How late the event loop was since the last collection, in milliseconds. */
	readonly delayMs: Readonly<Record<'p50' | 'p99' | 'p999' | 'max', number>>;
}

/** Measures a process of n8n from the inside. */
export class Meter {
	/** @param port free, and only for this process */
	constructor(private readonly port: number) {}

	/** What n8n's process is started with. */
	get startOptions(): StartOptions {
		return {
			nodeArgs: ['--import', pathToFileURL(meterModule).href],
			env: { METER_PORT: String(this.port) },
		};
	}

	async read(): Promise<ProcessFigures> {
		return await this.call('GET');
	}

	/** Collects garbage first. Delay and busy time are those until then, and start again. */
	async collect(): Promise<ProcessFigures> {
		return await this.call('POST');
	}

	private async call(method: string): Promise<ProcessFigures> {
		const answer = await fetch(`http://127.0.0.1:${this.port}`, { method });
		return (await answer.json()) as ProcessFigures;
	}
}

/** Several sets of options in one. */
export const mergeOptions = (...options: readonly StartOptions[]): StartOptions => ({
	nodeArgs: options.flatMap(({ nodeArgs = [] }) => nodeArgs),
	env: Object.assign({}, ...options.map(({ env }) => env)) as StartOptions['env'],
});
