import 'reflect-metadata';

import { setTimeout as sleep } from 'node:timers/promises';

import { n8nCredentialOf } from '../../sandbox/n8nCredential';
import { createCredentialStore, runNode } from '../../test/engine/harness';
import { contest } from './contestant';

/**
 * Our built node, in n8n's own engine. Ways: `check` or `direct`, then `known` or `unknown` rate.
 */
contest(async ({ credentials, orderIds, extraOrderId, scale, way }) => {
	const store = await createCredentialStore();
	store.set('demo', n8nCredentialOf(credentials));
	const run = async (ids: readonly string[]) =>
		await runNode({
			type: 'amazonReviewSolicitation',
			parameters: {
				resource: 'solicitation',
				operation: 'send',
				orderId: '={{ $json.orderId }}',
				marketplace: { __rl: true, mode: 'list', value: '' },
				dryRun: false,
				options: { checkFirst: way.includes('check'), maxRequests: ids.length },
			},
			items: ids.map((orderId) => ({ json: { orderId } })),
			credentials: store,
		});
	if (!way.includes('unknown')) {
		await run([extraOrderId]);
		await sleep(5000 / scale + 100);
	}
	return async (givenUp) => {
		const { items, error } = await run(orderIds);
		if (error !== undefined) givenUp(error.message);
		for (const { outcome } of items) if (outcome !== 'sent') givenUp(String(outcome));
	};
});
