/**
 * Part (f) of the benchmarks: how long n8n takes to load each node, and how much disk space it
 * takes, compared with the best-known community packages.
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
	const base = times.get(whole) ?? NaN;
	return {
		title: '(f) Load time and size',
		intro:
			`Each figure is the median of ${quick ? QUICK_REPEATS : REPEATS} fresh Node processes, in turns. Each has n8n-workflow loaded, as n8n has, ` +
			'and then requires all nodes of the package; the clock starts after n8n-workflow. Size is what the ' +
			'package takes on disk with its runtime dependencies, without n8n-workflow. The peers are the most ' +
			`downloaded community packages, by ${RANKED_BY}, with their rank.`,
		tables: [
			{
				caption: 'Loading the nodes of a package, and its size as installed',
				header: ['', 'nodes', 'load', 'ratio', 'size', 'gzip', 'files'],
				rows: [
					...subjects.map((subject) => rowOf(subject, times.get(subject) ?? NaN, base)),
					...missing.map((name) => [name, ...Array.from({ length: 6 }, () => 'not available')]),
				],
			},
		],
		notes: [
			'Ratio: to the load time of all our nodes. Each of our nodes is one file that includes the parts shared with the others ' +
				'(luxon, zod, the transport), so n8n reads those parts four times.',
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

/** Milliseconds. */
async function loadTimes(
	subjects: readonly Subject[],
	repeats: number,
): Promise<Map<Subject, number>> {
	const times = new Map(subjects.map((subject) => [subject, [] as number[]]));
	// The first round fills the system's file cache and does not count.
	for (let round = 0; round <= repeats; round += 1) {
		for (const subject of subjects) {
			const time = await loadTime(subject);
			if (round > 0) times.get(subject)?.push(time);
		}
	}
	return new Map([...times].map(([subject, all]) => [subject, median(all)]));
}

async function loadTime({ nodes }: Subject): Promise<number> {
	const script = join(__dirname, 'load', 'requireTime.cjs');
	const { stdout } = await promisify(execFile)(process.execPath, [script, ...nodes], {
		// For peers outside this project's folder.
		env: { ...process.env, NODE_PATH: join(PROJECT, 'node_modules') },
	});
	return Number(stdout);
}

function rowOf({ name, nodes, files }: Subject, time: number, base: number): string[] {
	const contents = files.map((file) => readFileSync(file));
	const all = Buffer.concat(contents);
	return [
		name,
		String(nodes.length),
		formatTime(time),
		formatRatio(time, base),
		formatBytes(all.length),
		formatBytes(gzipSync(all).length),
		formatCount(files.length),
	];
}

export const part: Part = { id: 'f', title: 'Load time and size', run };
