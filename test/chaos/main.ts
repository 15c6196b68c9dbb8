import 'reflect-metadata';

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

import { formatReport } from './report';
import { sleepByPassing } from './passingTime';

/**
 * The engine part of the fault campaign: `tsx test/chaos/main.ts --seed N --rounds N`; see
 * docs/maintainers/chaos.md.
 */

// n8n's own log, which is searched too.
process.env.N8N_LOG_LEVEL = 'debug';

/** Replaces n8n-workflow's `sleep`, which all nodes use to wait. */
function replaceSleep(): void {
	const require = createRequire(__filename);
	const ofWorkflow = createRequire(require.resolve('n8n-workflow'));
	(ofWorkflow('@n8n/utils/sleep') as { sleep: unknown }).sleep = sleepByPassing;
}

/** Keeps printed output off the terminal, so that it can be searched. */
function capturePrinted(): { take: () => string; print: (text: string) => void } {
	let printed = '';
	const print = process.stdout.write.bind(process.stdout);
	const capture = (chunk: unknown): boolean => {
		printed += String(chunk);
		return true;
	};
	process.stdout.write = capture as typeof process.stdout.write;
	process.stderr.write = capture as typeof process.stderr.write;
	return {
		take: () => {
			const all = printed;
			printed = '';
			return all;
		},
		print: (text) => void print(text),
	};
}

const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			seed: { type: 'string', default: '1' },
			rounds: { type: 'string' },
			world: { type: 'string', default: '1' },
			minutes: { type: 'string' },
			only: { type: 'string', default: '' },
		},
	});
	const { seed, only } = values;
	const printed = capturePrinted();
	const crashes: string[] = [];
	process.on('unhandledRejection', (reason) => {
		crashes.push(`unhandled rejection: ${(reason as Error)?.stack ?? String(reason)}`);
	});
	process.on('uncaughtException', (error) => {
		crashes.push(`uncaught exception: ${error.stack}`);
	});
	replaceSleep();
	const { runCampaign } = await import('./campaign');

	const heaps: number[] = [];
	const rssBefore = process.memoryUsage().rss;
	const result = await runCampaign({
		seed,
		only,
		rounds: Number(values.rounds ?? (values.minutes === undefined ? 400 : Infinity)),
		firstWorld: Number(values.world),
		forMs: values.minutes === undefined ? undefined : Number(values.minutes) * 60_000,
		takePrinted: printed.take,
		onWorld: ({ rounds, problems }) => {
			globalThis.gc?.();
			heaps.push(process.memoryUsage().heapUsed);
			printed.print(`  ${rounds} rounds, ${problems} problems\n`);
		},
	});
	const memory = {
		rssBefore: megabytes(rssBefore),
		rssAfter: megabytes(process.memoryUsage().rss),
		heapAfterFirst: megabytes(heaps[0] ?? 0),
		heapAfterLast: megabytes(heaps.at(-1) ?? 0),
	};
	const { text, failed } = formatReport(result, { seed, only, crashes, memory });
	printed.print(text);
	process.exit(failed ? 1 : 0);
}

void main();
