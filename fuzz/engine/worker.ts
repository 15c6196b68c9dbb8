/** A thread that fuzzes one target; fuzz/main.ts starts and watches it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';

import { seeded } from '../../test/seeded';
import type { FuzzTarget } from '../target';
import { Coverage, type FileCounters } from './coverage';
import { Fuzzer } from './fuzzer';

interface Task {
	/** The built target. */
	readonly file: string;
	/** Folders with inputs; new ones are written to the last. */
	readonly folders: readonly string[];
	readonly seconds: number;
	readonly seed: number;
	/** The input that is being run: number of runs so far, its length, its bytes. */
	readonly current: { readonly counts: Int32Array; readonly bytes: Uint8Array };
	/** Run only this input. */
	readonly only?: string;
}

const { file, folders, seconds, seed, current, only } = workerData as Task;

process.setSourceMapsEnabled(true);
const target = createRequire(file)(file) as FuzzTarget;

if (only !== undefined) target.fuzz(readFileSync(only));
else fuzzAll();

function fuzzAll(): void {
	const { __coverage__: counters } = globalThis as unknown as {
		__coverage__: Record<string, FileCounters>;
	};
	const coverage = new Coverage(counters);
	const corpusDir = folders.at(-1) ?? '';
	mkdirSync(corpusDir, { recursive: true });
	const fuzzer = new Fuzzer(target, coverage, seeded(seed), {
		found: (data) => writeFileSync(join(corpusDir, nameOf(data)), data),
		crashed: ({ data, error }) =>
			parentPort?.postMessage({ crash: { data, name: nameOf(data), text: inspect(error) } }),
		begins: (data) => {
			current.bytes.set(data.subarray(0, current.bytes.length));
			current.counts[1] = data.length;
			Atomics.add(current.counts, 0, 1);
		},
	});
	const end = performance.now() + 1000 * seconds;
	fuzzer.addSeeds(folders.flatMap(inputsIn));
	fuzzer.run(() => performance.now() > end);
	const { executions, corpus } = fuzzer;
	const result = { executions, corpus: corpus.length, ...coverage.figuresOf(target.covers) };
	parentPort?.postMessage({ result });
}

function inputsIn(folder: string): Buffer[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.toSorted()
		.map((name) => readFileSync(join(folder, name)));
}

function nameOf(data: Buffer): string {
	return createHash('sha256').update(data).digest('hex').slice(0, 16);
}
