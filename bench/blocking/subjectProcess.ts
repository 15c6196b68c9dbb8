import 'reflect-metadata';

import { existsSync, readFileSync } from 'node:fs';
import {
	NodeHelpers,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
} from 'n8n-workflow';

import { createCredentialStore, loadPackage } from '../../test/engine/harness';
import { BenchEngine, type BenchedNode } from '../lib/engine';
import { answerTask, collectGarbage, median } from '../lib/measure';
import { loadN8nNode } from '../lib/n8nNodes';
import { SUBJECTS, type BlockingSubject } from './subjects';

export interface BlockingTask {
	/** Which of the subjects. */
	readonly index: number;
	/** The number of items or rows. */
	readonly count: number;
	readonly rounds: number;
	/** The node_modules folder of an installed n8n, for its own nodes. */
	readonly n8nModules?: string;
	/** Of the sandbox, for a subject that needs it. */
	readonly credential?: Readonly<Record<string, string | number | boolean>>;
}

/** Medians, in milliseconds. */
export interface Figures {
	readonly time: number;
	/** Processor time of the thread, which a busy machine changes less. */
	readonly cpuTime: number;
	/** The longest time without a tick, from n8n's start to its end. */
	readonly gap: number;
	readonly cpuGap: number;
	/** The same within the node's own `execute`. */
	readonly ownGap: number;
	readonly ownCpuGap: number;
}

export interface BlockingReport {
	readonly node: Figures;
	readonly peer: Figures;
}

/** Passes on its items, as n8n's No Operation does, and reads lists as the subject does. */
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
		properties: ['first', 'second'].map((name) => ({
			displayName: name,
			name,
			type: 'string',
			default: '',
		})),
	},
	async execute() {
		for (const name of ['first', 'second']) this.getNodeParameter(name, 0);
		return [this.getInputData()];
	},
};

/** The processor time of this thread, where Linux reports it; otherwise of the process. */
const SCHEDULED = `/proc/self/task/${process.pid}/schedstat`;

const cpuNow = existsSync(SCHEDULED)
	? (): number => Number(readFileSync(SCHEDULED, 'latin1').split(' ', 1)[0]) / 1e6
	: (): number => {
			const { user, system } = process.cpuUsage();
			return (user + system) / 1000;
		};

const now = () => ({ at: performance.now(), cpu: cpuNow() });

/** The longest time between two ticks of a timer. */
class Ticks {
	private last = now();

	private readonly timer = setInterval(() => this.tick(), 1);

	gap = 0;

	cpuGap = 0;

	tick(): void {
		const { at, cpu } = now();
		this.gap = Math.max(this.gap, at - this.last.at);
		this.cpuGap = Math.max(this.cpuGap, cpu - this.last.cpu);
		this.last = { at, cpu };
	}

	stop(): void {
		this.tick();
		clearInterval(this.timer);
	}
}

/** The same node, with ticks of its own while it executes. */
class Watched {
	own: Ticks | undefined;

	readonly type: INodeType;

	constructor(type: INodeType) {
		const begin = () => (this.own = new Ticks());
		const value = async function execute(this: IExecuteFunctions) {
			const ticks = begin();
			try {
				return (await type.execute?.call(this)) ?? [];
			} finally {
				ticks.stop();
			}
		};
		this.type = Object.create(type, { execute: { value } }) as INodeType;
	}
}

async function measure(
	engine: BenchEngine,
	watched: Watched,
	node: BenchedNode,
	items: INodeExecutionData[],
): Promise<{ readonly figures: Figures; readonly outputs: INodeExecutionData[][] }> {
	collectGarbage();
	const start = now();
	const ticks = new Ticks();
	const outputs = await engine.run(node, items);
	ticks.stop();
	const end = now();
	const { own } = watched;
	const figures = {
		time: end.at - start.at,
		cpuTime: end.cpu - start.cpu,
		gap: ticks.gap,
		cpuGap: ticks.cpuGap,
		ownGap: own?.gap ?? NaN,
		ownCpuGap: own?.cpuGap ?? NaN,
	};
	return { figures, outputs };
}

function mediansOf(all: readonly Figures[]): Figures {
	const of = (field: keyof Figures) => median(all.map((figures) => figures[field]));
	return {
		time: of('time'),
		cpuTime: of('cpuTime'),
		gap: of('gap'),
		cpuGap: of('cpuGap'),
		ownGap: of('ownGap'),
		ownCpuGap: of('ownCpuGap'),
	};
}

async function nodeTypeOf(
	{ type, typeVersion }: BenchedNode,
	{ n8nFile }: BlockingSubject,
	n8nModules?: string,
): Promise<INodeType> {
	const loaded =
		n8nFile !== undefined && n8nModules !== undefined
			? loadN8nNode(n8nModules, n8nFile)
			: (await loadPackage()).getNode(type).type;
	return NodeHelpers.getVersionedNodeType(loaded, typeVersion);
}

// Runs one subject and its peer in their own process, in turns, so that a busy machine slows down both.
answerTask(async ({ index, count, rounds, n8nModules, credential }: BlockingTask) => {
	const subject = SUBJECTS[index];
	if (subject === undefined) throw new Error(`No subject ${index}`);
	const store = await createCredentialStore();
	store.set(
		'demo',
		credential ?? {
			primaryMarketplace: 'ATVPDKIKX0DER',
			clientId: 'x',
			clientSecret: 'x',
			refreshToken: 'x',
		},
	);
	const node = subject.node(store);
	const [first = '', second = ''] = subject.lists ?? [];
	const peer = { type: 'bench.passOn', parameters: { first, second } };
	const watched = new Watched(await nodeTypeOf(node, subject, n8nModules));
	const watchedPeer = new Watched(passOn);
	const engine = await BenchEngine.create({
		[node.type]: watched.type,
		[peer.type]: watchedPeer.type,
	});
	const items = subject.items(count);
	const own: Figures[] = [];
	const ofPeer: Figures[] = [];
	// The first round warms up.
	for (let round = 0; round <= rounds; round += 1) {
		const { figures, outputs } = await measure(engine, watched, node, items);
		// What a node gives, n8n hands over: the peer passes on the larger of both.
		const given = outputs.flat();
		if (round === 0) subject.check(outputs, items, count);
		const passed = given.length > items.length ? given : items;
		const { figures: peers } = await measure(engine, watchedPeer, peer, passed);
		if (round === 0) continue;
		own.push(figures);
		ofPeer.push(peers);
	}
	return { node: mediansOf(own), peer: mediansOf(ofPeer) } satisfies BlockingReport;
});
