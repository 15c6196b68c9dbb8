/**
 * Part (a) of the benchmarks: reading a feedback report, packed, in each of the encodings Amazon
 * uses, to typed and checked rows; by this package, by parsers of delimited text with the checks one
 * has to write around them, and by amazon-sp-api. Each reads in a process of its own, and what they
 * read is compared before it counts.
 */
import { deepStrictEqual } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { FLAVOURS, makeReport, SEED, type FlavourName } from './feedbackReport/data';
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
	/** How often it takes its turn; the slow ones less. */
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

/** Timed readings in each turn, after one to warm up. */
const REPEATS = 3;

/** A process of its own needs room for a million rows of an object each. */
const NODE_OPTIONS = ['--max-old-space-size=8192'];

interface Measured {
	readonly name: string;
	readonly contestant: ContestantName;
	/** Median, in milliseconds. */
	readonly time: number;
	/** Bytes, the packed report included. */
	readonly peakMemory: number;
}

interface Files {
	/** A packed report of so many rows. */
	of(flavour: FlavourName, rows: number): string;
}

async function measure(
	files: Files,
	flavour: FlavourName,
	rows: number,
	contestants: readonly Contestant[],
	repeats: number,
): Promise<Measured[]> {
	const file = files.of(flavour, rows);
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
				flavour,
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
			deepStrictEqual(result.digest, expected, `${contestant.name} read something else`);
		}
	}
	if (expected?.rows !== rows) throw new Error(`${expected?.rows} of ${rows} rows were read`);
	return lanes.map(({ contestant: { name, contestant }, times, peaks }) => ({
		name,
		contestant,
		time: median(times),
		peakMemory: median(peaks),
	}));
}

function tableOf(flavour: FlavourName, rows: number, measured: readonly Measured[]): Table {
	const floor = measured.find(({ contestant }) => contestant === 'floor')?.time ?? NaN;
	const own = measured.find(({ contestant }) => contestant === 'ours')?.time ?? NaN;
	return {
		caption: `${FLAVOURS[flavour].name}, ${formatCount(rows)} rows, packed by gzip`,
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
		of: (flavour, rows) => {
			const file = join(dir, `${flavour}-${rows}.txt.gz`);
			if (!written.has(file)) writeFileSync(file, makeReport(flavour, rows));
			written.set(file, file);
			return file;
		},
	};
	try {
		const atLargest = new Map<FlavourName, readonly Measured[]>();
		for (const flavour of Object.keys(FLAVOURS) as FlavourName[]) {
			atLargest.set(flavour, await measure(files, flavour, largest, contestants, REPEATS));
		}
		const bySize: Array<{ rows: number; measured: readonly Measured[] }> = [];
		for (const rows of sizes.filter((size) => size !== largest)) {
			const once = contestants.map((each) => ({ ...each, rounds: 1 }));
			// Small reports are over before the machine's noise is.
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
	atLargest: ReadonlyMap<FlavourName, readonly Measured[]>,
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
		intro: `A report of ${formatCount(largest)} rows, newest first, a fourth without a comment, seed ${SEED}. Each row becomes typed and is checked: a day as an ISO date, stars from 1 to 5, an order ID of the right form, texts trimmed. The parsers get the package's own functions for that, with days remembered, and no quoting, as the report has none. What all of them read is compared: characters, stars, days, order IDs.`,
		tables: [
			...[...atLargest].map(([flavour, measured]) => tableOf(flavour, largest, measured)),
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
			'In pieces: rows are handed on and not kept, so memory holds the packed report, a piece of it and what Node itself needs. All rows kept: what the node does, whose items stay in memory.',
			'Memory is the most the process ever held, the packed report included. It varies with garbage collection; there is no memory pressure.',
			"The floor in pieces uses Node's zlib, which a community node may not load; this package unpacks with the standard DecompressionStream.",
			'windows-1252: the floor and the parsers decode by iconv-lite, for the TextDecoder of Node 20 reads it as ISO-8859-1; this package maps the few characters that differ itself.',
			'amazon-sp-api is read once from 100,000 rows on, the others several times after one to warm up.',
			"amazon-sp-api downloads from a server in the same process, decodes by the header and makes an object of each row; its rows are checked like the others'.",
		],
	};
}

export const part: Part = { id: 'a', title: '(a) Reading a feedback report', run };
