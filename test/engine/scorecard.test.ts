import type { INodeParameters } from 'n8n-workflow';
import { writeFileSync } from 'node:fs';
import { runNode, type NodeRun } from './harness';
import { useSandbox } from './useSandbox';
import { connect } from './sandboxCredential';

const inUse = useSandbox();
const parameters: INodeParameters = { operation: 'scorecard', marketplaces: 'primary', thresholds: {}, options: {} };
const get = async (changes: INodeParameters = {}, credentialId = 'demo'): Promise<NodeRun> =>
	await runNode({ type: 'amazonSellerRating', parameters: { ...parameters, ...changes }, credentials: inUse.credentials, credentialId });

it('looks', async () => {
	connect(inUse.credentials, inUse.sandbox, 'europe');
	connect(inUse.credentials, inUse.sandbox, 'japan');
	const all = [];
	for (const seller of ['demo', 'europe', 'japan']) {
		const run = await get({ marketplaces: 'all' }, seller);
		if (run.error) console.log(run.error);
		all.push(...run.items.map((json) => ({ json: { seller: inUse.sandbox.sellers[seller]?.name ?? '', ...json } })));
	}
	writeFileSync('/tmp/cards.json', JSON.stringify(all));
	const started = performance.now();
	const run = await runNode({ type: 'amazonSellerRating', parameters: { operation: 'scorecardDigest', binaryField: 'digest', options: {} }, items: [...all, {json: {error: 'Could not log in: x', seller: 'Gone Shop'}}] as never });
	console.log(performance.now() - started, run.error, run.hints, JSON.stringify({ ...run.items[0], html: String(run.items[0]?.html).length }, null, 1));
	writeFileSync('/tmp/digest.html', String(run.items[0]?.html));
});
