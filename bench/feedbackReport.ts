/**
 * Part (a) of the benchmarks: reading a gzipped feedback report, in each of the encodings Amazon
 * uses, into typed and checked rows. Compares this package, parsers of delimited text with the
 * checks you have to write around them, and amazon-sp-api. Each runs in its own process, and a time
 * only counts if all of them read the same.
 */
import { deepStrictEqual } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { FLAVORS, makeReport, SEED, type FlavorName } from './feedbackReport/data';
import type {
	ContestantName,
	Digest,
	ReadingReport,
	ReadingTask,
} from './feedbackReport/contestant';
import { formatBytes, formatCount, formatRatio, formatTime } from './lib/format';
import { describeGrowth, median, runInChild } from './lib/measure';
import type { Part, RunOptions, Section, Table } from './lib/section';

interface Contestant {
	readonly name: string;
	readonly contestant: ContestantName;
	/** How many turns the contestant takes; slow ones take fewer. */
	readonly rounds: number;
}

const CONTESTANTS: readonly Contestant[] = [
	{ name: 'gunzip + decode, whole (the floor)', contestant: 'floor', rounds: 2 },
	{ name: 'gunzip + decode, in pieces', contestant: 'floorInPieces', rounds: 2 },
	{ name: 'this package, in pieces', contestant: 'ours', rounds: 2 },
	{ name: 'this package, all rows kept', contestant: 'oursKept', rounds: 2 },
	{ name: 'udsv, in pieces', contestant: 'udsv', rounds: 2 },
	{ name: 'papaparse, in pieces', contestant: 'papaparse', rounds: 1 },
	{ name: 'csv-parse, in pieces', contestant: 'csvParse', rounds: 1 },
	{ name: 'amazon-sp-api download, all rows kept', contestant: 'amazonSpApi', rounds: 1 },
];

/** Timed runs per turn, after one to warm up. */
const REPEATS = 3;

/** A process needs room for a million rows, each an object. */
const NODE_OPTIONS = ['--max-old-space-size=8192'];

interface Measured {
	readonly name: string;
	readonly contestant: ContestantName;
	/** Median, in milliseconds. */
	readonly time: number;
	/** Bytes, including the gzipped report. */
	readonly peakMemory: number;
}

interface Files {
	/** A gzipped report with this number of rows. */
	of(flavor: FlavorName, rows: number): string;
}

async function measure(
	files: Files,
	flavor: FlavorName,
	rows: number,
	contestants: readonly Contestant[],
	repeats: number,
): Promise<Measured[]> {
	const file = files.of(flavor, rows);
	const lanes = contestants.map((contestant) => ({
		contestant,
		times: [] as number[],
		peaks: [] as number[],
	}));
	let expected: Digest | undefined;
	for (let round = 0; round < Math.max(...contestants.map(({ rounds }) => rounds)); round += 1) {
		for (const { contestant, times, peaks } of lanes) {
			if (round >= contestant.rounds) continue;
			const isSlowest = contestant.contestant === 'amazonSpApi' && rows >= 100_000;
			const task: ReadingTask = {
				contestant: contestant.contestant,
				flavor,
				file,
				repeats: isSlowest ? 1 : repeats,
			};
			const { result, peakMemory } = await runInChild<ReadingReport>(
				join(__dirname, 'feedbackReport', 'contestant.ts'),
				task,
				NODE_OPTIONS,
			);
			times.push(...result.times);
			peaks.push(peakMemory);
			if (result.digest === undefined) continue;
			expected ??= result.digest;
			deepStrictEqual(result.digest, expected, `${contestant.name} read different data`);
		}
	}
	if (expected?.rows !== rows) throw new Error(`only ${expected?.rows} of ${rows} rows were read`);
	return lanes.map(({ contestant: { name, contestant }, times, peaks }) => ({
		name,
		contestant,
		time: median(times),
		peakMemory: median(peaks),
	}));
}

function tableOf(flavor: FlavorName, rows: number, measured: readonly Measured[]): Table {
	const floor = measured.find(({ contestant }) => contestant === 'floor')?.time ?? NaN;
	const own = measured.find(({ contestant }) => contestant === 'ours')?.time ?? NaN;
	return {
		caption: `${FLAVORS[flavor].name}, ${formatCount(rows)} rows, gzipped`,
		header: ['', 'time', 'rows/s', 'to the floor', 'to this package', 'peak memory'],
		rows: measured.map(({ name, contestant, time, peakMemory }) => [
			name,
			formatTime(time),
			contestant.startsWith('floor') ? '' : formatCount((rows / time) * 1000),
			formatRatio(time, floor),
			formatRatio(time, own),
			formatBytes(peakMemory),
		]),
	};
}

const SIZES = [1000, 10_000, 100_000, 1_000_000];
const QUICK_SIZES = [1000, 10_000];

async function run({ quick }: RunOptions): Promise<Section> {
	const sizes = quick ? QUICK_SIZES : SIZES;
	const largest = Math.max(...sizes);
	const contestants = quick ? CONTESTANTS.map((each) => ({ ...each, rounds: 1 })) : CONTESTANTS;
	const dir = mkdtempSync(join(tmpdir(), 'bench-feedback-'));
	const written = new Map<string, string>();
	const files: Files = {
		of: (flavor, rows) => {
			const file = join(dir, `${flavor}-${rows}.txt.gz`);
			if (!written.has(file)) writeFileSync(file, makeReport(flavor, rows));
			written.set(file, file);
			return file;
		},
	};
	try {
		const atLargest = new Map<FlavorName, readonly Measured[]>();
		for (const flavor of Object.keys(FLAVORS) as FlavorName[]) {
			atLargest.set(flavor, await measure(files, flavor, largest, contestants, REPEATS));
		}
		const bySize: Array<{ rows: number; measured: readonly Measured[] }> = [];
		for (const rows of sizes.filter((size) => size !== largest)) {
			const once = contestants.map((each) => ({ ...each, rounds: 1 }));
			// Small reports are read so fast that a few runs do not average out the machine's noise.
			const repeats = rows < 100_000 ? 20 : 5;
			bySize.push({ rows, measured: await measure(files, 'utf8', rows, once, repeats) });
		}
		bySize.push({ rows: largest, measured: atLargest.get('utf8') ?? [] });
		return describe(largest, atLargest, bySize);
	} finally {
		rmSync(dir, { recursive: true });
	}
}

function describe(
	largest: number,
	atLargest: ReadonlyMap<FlavorName, readonly Measured[]>,
	bySize: ReadonlyArray<{ rows: number; measured: readonly Measured[] }>,
): Section {
	const series = CONTESTANTS.map(({ name, contestant }) => ({
		name,
		contestant,
		points: bySize.map(({ rows, measured }) => ({
			x: rows,
			y: measured.find((each) => each.contestant === contestant)?.time ?? NaN,
		})),
	}));
	return {
		title: part.title,
		intro: `A report of ${formatCount(largest)} rows, newest first, a quarter without a comment, seed ${SEED}. Each row is typed and checked: an ISO date, stars from 1 to 5, a valid order ID, trimmed texts. The parsers use the package's own functions for that, cache the dates, and have quoting turned off, because the report has none. The results are compared: characters, stars, days, order IDs.`,
		tables: [
			...[...atLargest].map(([flavor, measured]) => tableOf(flavor, largest, measured)),
			{
				caption: 'Time as the report grows, UTF-8',
				header: ['', ...bySize.map(({ rows }) => formatCount(rows)), 'slope'],
				rows: series.map(({ name, points }) => [
					name,
					...points.map(({ y }) => formatTime(y)),
					describeGrowth(points),
				]),
			},
		],
		plots: [
			{
				file: 'bench-feedback-report.svg',
				title: 'Reading a feedback report',
				xLabel: 'rows',
				yLabel: 'milliseconds',
				series: series.map(({ name, points }) => ({ name, points })),
			},
		],
		notes: [
			'In pieces: rows are passed on and not kept, so memory contains the gzipped report, a piece of it and what Node itself needs. All rows kept: what the node does, because its items stay in memory.',
			'Memory is the peak of the process, including the gzipped report. It varies with garbage collection; there is no memory pressure.',
			"The floor in pieces uses Node's zlib, which a community node may not load. This package unzips with the standard DecompressionStream.",
			'windows-1252: the floor and the parsers decode with iconv-lite, because the TextDecoder of Node 20 reads it as ISO-8859-1. This package maps the few different characters itself.',
			'From 100,000 rows on, amazon-sp-api runs once; the others run several times after one to warm up.',
			'amazon-sp-api downloads from a server in the same process, decodes according to the header and turns each row into an object. Its rows are checked like those of the others.',
		],
	};
}

export const part: Part = { id: 'a', title: '(a) Reading a feedback report', run };
