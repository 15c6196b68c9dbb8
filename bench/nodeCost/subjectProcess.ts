import 'reflect-metadata';

import { createCredentialStore } from '../../test/engine/harness';
import { BenchEngine } from '../lib/engine';
import { answerTask, collectGarbage, median, milliseconds } from '../lib/measure';
import { loadN8nNode } from '../lib/n8nNodes';
import { SUBJECTS } from './subjects';

export interface SubjectTask {
	readonly name: string;
	readonly sizes: ReadonlyArray<{ readonly count: number; readonly repeats: number }>;
	/** The node_modules folder of an installed n8n, for its own nodes. */
	readonly n8nModules?: string;
}

/** Milliseconds per size, in the order of the sizes. */
export type SubjectReport = readonly number[];

// Runs one subject with all its sizes in its own process.
answerTask(async ({ name, sizes, n8nModules }: SubjectTask): Promise<SubjectReport> => {
	const subject = SUBJECTS.find((each) => each.name === name);
	if (subject === undefined) throw new Error(`No subject ${name}`);
	const store = await createCredentialStore();
	store.set('demo', {
		primaryMarketplace: 'ATVPDKIKX0DER',
		clientId: 'x',
		clientSecret: 'x',
		refreshToken: 'x',
	});
	const node = subject.node(store);
	const engine = await BenchEngine.create(
		subject.n8nFile === undefined || n8nModules === undefined
			? {}
			: { [node.type]: loadN8nNode(n8nModules, subject.n8nFile) },
	);
	const times: number[] = [];
	for (const { count, repeats } of sizes) {
		const items = subject.items(count);
		subject.check(await engine.run(node, items), items, count);
		const measured: number[] = [];
		for (let repeat = 0; repeat < repeats; repeat += 1) {
			collectGarbage();
			measured.push(await milliseconds(async () => await engine.run(node, items)));
		}
		times.push(median(measured));
	}
	return times;
});
