/**
 * Part (f) of the benchmarks: how long n8n takes to load each node and to run it for the first
 * time, and how much disk space it takes, compared with the best-known community packages.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { formatBytes, formatCount, formatRatio, formatTime } from './lib/format';
import { median } from './lib/measure';
import type { Part, RunOptions, Section } from './lib/section';
import { install, PEERS, RANKED_BY } from './load/peers';

const PROJECT = join(__dirname, '..');
const REPEATS = 15;
const QUICK_REPEATS = 3;

/** Processor time in milliseconds. */
interface Times {
	readonly load: number;
	readonly firstRun: number;
}

interface Subject {
	readonly name: string;
	/** The files n8n loads. */
	readonly nodes: readonly string[];
	/** Its files on the disk. */
	readonly files: readonly string[];
}

async function run({ quick }: RunOptions): Promise<Section> {
	const own = ownSubjects();
	const [whole] = own;
	const missing: string[] = [];
	const peers: Subject[] = [];
	for (const peer of PEERS) {
		const modules = await install(peer);
		const name = `${peer.name} ${peer.version} (${peer.rank})`;
		if (modules === undefined) missing.push(name);
		else peers.push(subjectOf(name, join(modules, peer.name), modules));
	}
	const subjects = [...own, ...peers];
	const times = await loadTimes(subjects, quick ? QUICK_REPEATS : REPEATS);
	const base = times.get(whole)?.load ?? NaN;
	return {
		title: '(f) Load time and size',
		intro:
			`Each figure is processor time, the median of ${quick ? QUICK_REPEATS : REPEATS} fresh Node processes, in turns. Each has n8n-workflow loaded, as n8n has, ` +
			'and then loads all nodes of the package, as n8n does when it starts; the clock starts after n8n-workflow. ' +
			'First run is what it takes to call each node then for the first time, with nothing to do: a node may ' +
			'load its code only then. Size is what the ' +
			'package takes on disk with its runtime dependencies, without n8n-workflow. The peers are the most ' +
			`downloaded community packages, by ${RANKED_BY}, with their rank.`,
		tables: [
			{
				caption: 'Loading the nodes of a package, and its size as installed',
				header: ['', 'nodes', 'load', 'ratio', 'first run', 'size', 'gzip', 'files'],
				rows: [
					...subjects.map((subject) => rowOf(subject, times.get(subject), base)),
					...missing.map((name) => [name, ...Array.from({ length: 7 }, () => 'not available')]),
				],
			},
		],
		notes: [
			'Ratio: to the load time of all our nodes. Each of our nodes loads its description, and at its first run the code, ' +
				'which the nodes share (luxon, zod, the transport). The plotting library is loaded when a picture is drawn.',
			'gzip: all files together, gzipped; about the size of a download.',
			...(missing.length === 0
				? []
				: [
						`Not available: ${missing.join(' and ')} could not be installed from the npm registry that this run ` +
							'used. Two others from the list replace them.',
					]),
		],
	};
}

/** The whole package first, then each node. */
function ownSubjects(): [Subject, ...Subject[]] {
	const whole = subjectOf('this package, all nodes', PROJECT, join(PROJECT, 'dist'));
	return [
		whole,
		...whole.nodes.map((file) => ({
			name: basename(file, '.node.js'),
			nodes: [file],
			files: [file],
		})),
	];
}

function subjectOf(name: string, folder: string, installed: string): Subject {
	const { n8n } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
		readonly n8n: { readonly nodes: readonly string[] };
	};
	return {
		name,
		nodes: n8n.nodes.map((file) => join(folder, file)),
		files: filesIn(installed),
	};
}

const filesIn = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.toSorted();

async function loadTimes(
	subjects: readonly Subject[],
	repeats: number,
): Promise<Map<Subject, Times>> {
	const times = new Map(subjects.map((subject) => [subject, [] as Times[]]));
	// The first round fills the system's file cache and does not count.
	for (let round = 0; round <= repeats; round += 1) {
		for (const subject of subjects) {
			const time = await loadTime(subject);
			if (round > 0) times.get(subject)?.push(time);
		}
	}
	const medianOf = (all: readonly Times[]): Times => ({
		load: median(all.map(({ load }) => load)),
		firstRun: median(all.map(({ firstRun }) => firstRun)),
	});
	return new Map([...times].map(([subject, all]) => [subject, medianOf(all)]));
}

async function loadTime({ nodes }: Subject): Promise<Times> {
	const script = join(__dirname, 'load', 'requireTime.cjs');
	const { stdout } = await promisify(execFile)(process.execPath, [script, ...nodes], {
		// For peers outside this project's folder.
		env: { ...process.env, NODE_PATH: join(PROJECT, 'node_modules') },
	});
	return JSON.parse(stdout) as Times;
}

function rowOf(
	{ name, nodes, files }: Subject,
	{ load, firstRun }: Times = { load: NaN, firstRun: NaN },
	base: number,
): string[] {
	const contents = files.map((file) => readFileSync(file));
	const all = Buffer.concat(contents);
	return [
		name,
		String(nodes.length),
		formatTime(load),
		formatRatio(load, base),
		formatTime(firstRun),
		formatBytes(all.length),
		formatBytes(gzipSync(all).length),
		formatCount(files.length),
	];
}

export const part: Part = { id: 'f', title: 'Load time and size', run };
