/**
 * `npm run bench -- blocking`: how long each operation that takes many items keeps n8n from other
 * work. A timer ticks all the time; the longest gap between two ticks is the longest time that
 * everything else in the process waits. The peer is a node that passes on the same items, in the same
 * run: what n8n itself needs. Nodes of n8n itself are measured, too, if an n8n is installed.
 *
 * `--only Plan,Send` runs those with one of these texts in their name, `--rounds 3` is how often each runs,
 * and `--scale 0.1` takes a tenth of the items.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { startSandbox } from '../sandbox';
import { n8nCredentialOf } from '../sandbox/n8nCredential';
import type { BlockingReport, BlockingTask } from './blocking/subjectProcess';
import { SUBJECTS } from './blocking/subjects';
import { formatCount, formatRatio, formatTime } from './lib/format';
import { renderSection } from './lib/markdown';
import { runInChild } from './lib/measure';
import { findN8n } from './lib/n8nNodes';
import { SEED } from './nodeCost/inputs';

/** A million items with their results do not fit into Node's default heap. */
const HEAP = '--max-old-space-size=8192';

export async function runAlone(args: string[]): Promise<void> {
	const { values } = parseArgs({
		args,
		options: {
			only: { type: 'string', default: '' },
			rounds: { type: 'string', default: '3' },
			scale: { type: 'string', default: '1' },
		},
	});
	const rounds = Number(values.rounds);
	const only = values.only.split(',');
	const n8nModules = await findN8n();
	const rows: string[][] = [];
	for (const [index, subject] of SUBJECTS.entries()) {
		if (!only.some((part) => subject.name.includes(part))) continue;
		if (subject.n8nFile !== undefined && n8nModules === undefined) continue;
		// Amazon's limit would let it check few orders in its time.
		const sandbox = subject.needsSandbox ? await startSandbox({ rateLimits: 1_000 }) : undefined;
		const credential = sandbox && n8nCredentialOf(sandbox.credentials());
		const count = Math.max(1, Math.round(Number(values.scale) * subject.count));
		const task: BlockingTask = { index, count, rounds, n8nModules, credential };
		const file = join(__dirname, 'blocking', 'subjectProcess.ts');
		const { result } = await runInChild<BlockingReport>(file, task, [HEAP]);
		await sandbox?.close();
		const row = rowOf(subject.name, count, result);
		console.error(row.join(' | '));
		rows.push(row);
	}
	console.log(
		renderSection({
			title: 'How long an operation keeps n8n from other work',
			intro: `Medians of ${rounds} runs in n8n's own engine, after one to warm up, in turns with the peer, each operation in its own process. Items are made from seed ${SEED}.`,
			tables: [
				{
					caption: 'By operation; gaps in time / in processor time',
					header: [
						'',
						'items or rows',
						'each',
						'each, processor time',
						'its own longest gap',
						'longest gap with n8n',
						"the peer's longest gap",
						'processor time / peer',
					],
					rows,
				},
			],
			notes: [
				'Its own gap: while the node executes. With n8n: from the start to the end of the workflow, so it includes what n8n does before and after.',
				'Processor time is that of the thread that n8n runs in, which other work on the machine changes less.',
			],
		}),
	);
}

function rowOf(name: string, count: number, { node, peer }: BlockingReport): string[] {
	const each = (time: number) => `${((1000 * time) / count).toFixed(1)} µs`;
	const both = (time: number, cpu: number) => `${formatTime(time)} / ${formatTime(cpu)}`;
	return [
		name,
		formatCount(count),
		each(node.time),
		each(node.cpuTime),
		both(node.ownGap, node.ownCpuGap),
		both(node.gap, node.cpuGap),
		both(peer.gap, peer.cpuGap),
		formatRatio(node.cpuTime, peer.cpuTime),
	];
}
