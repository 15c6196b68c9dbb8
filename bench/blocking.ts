/**
 * `npm run bench -- blocking`: how long Plan keeps n8n from other work. A timer ticks all the time;
 * the longest gap between two ticks is the longest time that everything else in the process waits.
 * The peer is a node that passes on the same items, in the same run: what n8n itself needs.
 * `--orders 100000` is the number of orders.
 */
import { parseArgs } from 'node:util';
import type { INodeType } from 'n8n-workflow';

import { createCredentialStore } from '../test/engine/harness';
import { BenchEngine, type BenchedNode } from './lib/engine';
import { formatCount, formatRatio, formatTime } from './lib/format';
import { renderSection } from './lib/markdown';
import { median } from './lib/measure';
import { orderItems, SEED } from './nodeCost/inputs';
import { SUBJECTS } from './nodeCost/subjects';

const ROUNDS = 3;

/** Passes on its items, as n8n's No Operation does. */
const passOn: INodeType = {
	description: {
		displayName: 'Pass On',
		name: 'passOn',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: {},
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	},
	async execute() {
		return [this.getInputData()];
	},
};

interface Figures {
	/** Milliseconds. */
	readonly time: number;
	readonly longestGap: number;
	/** The same in processor time of this process, which a busy machine changes less. */
	readonly cpuTime: number;
	readonly longestCpuGap: number;
}

const cpuNow = (): number => {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
};

/** Runs a node while a timer ticks. */
async function measure(engine: BenchEngine, node: BenchedNode, count: number): Promise<Figures> {
	const items = orderItems(count);
	const start = { at: performance.now(), cpu: cpuNow() };
	let last = start;
	let [longestGap, longestCpuGap] = [0, 0];
	const tick = () => {
		const now = { at: performance.now(), cpu: cpuNow() };
		longestGap = Math.max(longestGap, now.at - last.at);
		longestCpuGap = Math.max(longestCpuGap, now.cpu - last.cpu);
		last = now;
	};
	const timer = setInterval(tick, 1);
	await engine.run(node, items);
	tick();
	clearInterval(timer);
	return {
		time: last.at - start.at,
		cpuTime: last.cpu - start.cpu,
		longestGap,
		longestCpuGap,
	};
}

export async function runAlone(args: string[]): Promise<void> {
	const { values } = parseArgs({
		args,
		options: { orders: { type: 'string', default: '100000' } },
	});
	const store = await createCredentialStore();
	store.set('demo', {
		primaryMarketplace: 'ATVPDKIKX0DER',
		clientId: 'x',
		clientSecret: 'x',
		refreshToken: 'x',
	});
	const engine = await BenchEngine.create({ 'bench.passOn': passOn });
	const subject = SUBJECTS.find(({ name }) => name === 'Review Request: Plan');
	if (subject === undefined) throw new Error('Plan is not among the subjects');
	const contenders: ReadonlyArray<readonly [string, BenchedNode]> = [
		['a node that passes on its items', { type: 'bench.passOn', parameters: {} }],
		['Review Request: Plan', subject.node(store)],
	];
	const counts = [1_000, 10_000, Number(values.orders)];
	const rows: string[][] = [];
	for (const count of counts) {
		const results = new Map<string, Figures[]>(contenders.map(([name]) => [name, []]));
		// In turns, so that a busy machine slows down both.
		for (let round = 0; round <= ROUNDS; round += 1) {
			for (const [name, node] of contenders) {
				const figures = await measure(engine, node, count);
				if (round > 0) results.get(name)?.push(figures);
			}
		}
		const of = (name: string, field: keyof Figures) =>
			median((results.get(name) ?? []).map((figures) => figures[field]));
		const [[peer]] = contenders as [(typeof contenders)[number]];
		for (const [name] of contenders) {
			rows.push([
				name,
				formatCount(count),
				`${((1000 * of(name, 'time')) / count).toFixed(1)} µs`,
				`${((1000 * of(name, 'cpuTime')) / count).toFixed(1)} µs`,
				formatTime(of(name, 'longestGap')),
				formatTime(of(name, 'longestCpuGap')),
				name === peer ? '' : formatRatio(of(name, 'cpuTime'), of(peer, 'cpuTime')),
			]);
		}
	}
	console.log(
		renderSection({
			title: 'How long Plan keeps n8n from other work',
			intro: `Medians of ${ROUNDS} runs in n8n's own engine, after one to warm up, in turns. Orders are made from seed ${SEED}.`,
			tables: [
				{
					caption: 'By number of orders',
					header: [
						'',
						'orders',
						'each',
						'each, processor time',
						'longest gap',
						'longest gap, processor time',
						'time of the peer',
					],
					rows,
				},
			],
			notes: [],
		}),
	);
	// n8n's engine keeps the process alive.
	process.exit();
}
