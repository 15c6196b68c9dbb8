/**
 * `npm run fuzz`: tries inputs nobody has thought of, each made from one that reached new code (see
 * docs/maintainers/fuzzing.md).
 *
 *   npm run fuzz -- --seconds 300 --target report --seed 7
 *   npm run fuzz -- --target report --input fuzz/crashes/report/<file>
 *
 * Inputs that break a target are saved in `fuzz/crashes`, where the tests find them; the exit code is then 1.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { formatTable, runMain, SetupError } from '../scripts/lib/output.mjs';
import { repoDir, stateDir } from '../scripts/lib/paths.mjs';
import { buildTarget, workerFile } from './engine/build';

const targetsDir = join(repoDir, 'fuzz', 'targets');
const TARGETS = readdirSync(targetsDir).map((file) => file.replace(/\.ts$/, ''));

/** An input that takes longer counts as endless. */
const HANGS_AFTER_MS = 15_000;

/** Far more than any input has. */
const MOST_BYTES = 1 << 20;

/** The figures of a target. */
interface Figures {
	readonly executions: number;
	readonly corpus: number;
	readonly statements: readonly [covered: number, all: number];
	readonly branches: readonly [covered: number, all: number];
}

/** What the thread reports: an input that breaks the target, or the figures at the end. */
interface Message {
	readonly crash?: { readonly data: Uint8Array; readonly text: string };
	readonly result?: Figures;
}

/** The input that is being run: number of runs so far and its length; its bytes. */
interface Current {
	readonly counts: Int32Array<SharedArrayBuffer>;
	readonly bytes: Uint8Array<SharedArrayBuffer>;
}

interface Arguments {
	readonly targets: readonly string[];
	readonly seconds: number;
	readonly seed: number;
	readonly input: string | undefined;
}

void runMain(async () => {
	const { targets, seconds, seed, input } = readArguments();
	if (input !== undefined) return await runOnce(targets[0] ?? '', input);
	console.log(`Seed ${seed}, ${seconds} s each: ${targets.join(', ')}`);
	const rows: unknown[][] = [];
	let crashes = 0;
	for (const target of targets) {
		const result = await fuzz(target, seconds, seed);
		crashes += result.crashes;
		rows.push(result.row);
	}
	const header = [
		'target',
		'executions',
		'per second',
		'kept',
		'statements',
		'branches',
		'crashes',
	];
	console.log(`\n${formatTable(header, rows)}`);
	if (crashes > 0) process.exitCode = 1;
});

function readArguments(): Arguments {
	const { values } = parseArgs({
		options: {
			target: { type: 'string', multiple: true },
			seconds: { type: 'string', default: '60' },
			seed: { type: 'string', default: String(Date.now() % 1_000_000) },
			input: { type: 'string' },
		},
	});
	const targets = values.target ?? TARGETS;
	const unknown = targets.find((target) => !TARGETS.includes(target));
	if (unknown !== undefined) {
		throw new SetupError(`Unknown target ${unknown}. Available: ${TARGETS.join(', ')}.`);
	}
	const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
	if (!(seconds > 0)) throw new SetupError('--seconds must be a number above 0.');
	if (!Number.isInteger(seed)) throw new SetupError('--seed must be a whole number.');
	if (values.input !== undefined && targets.length !== 1) {
		throw new SetupError('--input needs exactly one --target.');
	}
	return { targets, seconds, seed, input: values.input };
}

/** Runs one input and passes on its failure. */
async function runOnce(target: string, input: string): Promise<void> {
	const worker = await startWorker(target, { only: resolve(input) });
	await new Promise((done, failed) => {
		worker.on('error', failed).on('exit', done);
	});
	console.log(`${target} passes with ${input}`);
}

async function startWorker(target: string, task: object): Promise<Worker> {
	const file = await buildTarget(target);
	const folders = [
		...['corpus', 'crashes'].map((kind) => join(repoDir, 'fuzz', kind, target)),
		join(stateDir, 'fuzz', 'corpus', target),
	];
	return new Worker(await workerFile(), {
		workerData: { file, folders, ...task },
		resourceLimits: { maxOldGenerationSizeMb: 1024 },
	});
}

/** Fuzzes a target in its own thread, which is terminated if an input does not return. */
async function fuzz(
	target: string,
	seconds: number,
	seed: number,
): Promise<{ crashes: number; row: unknown[] }> {
	const current: Current = {
		counts: new Int32Array(new SharedArrayBuffer(8)),
		bytes: new Uint8Array(new SharedArrayBuffer(MOST_BYTES)),
	};
	const worker = await startWorker(target, { seconds, seed, current });
	const currentInput = () => Buffer.from(current.bytes.slice(0, current.counts[1]));
	let crashes = 0;
	let result: Figures | undefined;
	const keep = (data: Uint8Array, text: string) => {
		crashes += 1;
		keepCrash(target, data, text);
	};
	worker.on('message', (message: Message) => {
		if (message.crash) keep(Buffer.from(message.crash.data), message.crash.text);
		else result = message.result;
	});
	let ownFailure: Error | undefined;
	worker.on('error', (error: Error & { code?: string }) => {
		// The thread reports a target's errors itself, as long as it has memory left.
		if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') keep(currentInput(), error.message);
		else ownFailure = error;
	});
	const watch = watchFor(HANGS_AFTER_MS, current.counts, () => {
		keep(currentInput(), `An input did not return within ${HANGS_AFTER_MS / 1000} s`);
		void worker.terminate();
	});
	await new Promise((done) => worker.on('exit', done));
	clearInterval(watch);
	if (ownFailure !== undefined) throw ownFailure;
	const percent = ([covered, all]: readonly [number, number]) =>
		`${((100 * covered) / all).toFixed(1)}%`;
	const figures = result
		? [
				result.executions,
				Math.round(result.executions / seconds),
				result.corpus,
				percent(result.statements),
				percent(result.branches),
			]
		: [current.counts[0], '', '', '', ''];
	return { crashes, row: [target, ...figures, crashes] };
}

/** Calls back if the number of runs does not change for this long. */
function watchFor(ms: number, counts: Current['counts'], call: () => void): NodeJS.Timeout {
	let [last, since] = [-1, Date.now()];
	return setInterval(() => {
		const now = Atomics.load(counts, 0);
		if (now !== last) [last, since] = [now, Date.now()];
		// Startup does not count as a run.
		else if (now > 0 && Date.now() - since > ms) call();
	}, 500);
}

function keepCrash(target: string, data: Uint8Array, text: string): void {
	const name = createHash('sha256').update(data).digest('hex').slice(0, 16);
	const file = join(repoDir, 'fuzz', 'crashes', target, name);
	mkdirSync(join(file, '..'), { recursive: true });
	writeFileSync(file, data);
	const path = relative(repoDir, file);
	console.error(`\n${target}: ${text}\n  saved in ${path}`);
	console.error(`  to rerun: npm run fuzz -- --target ${target} --input ${path}`);
}
