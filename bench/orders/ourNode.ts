import 'reflect-metadata';

import { n8nCredentialOf } from '../../sandbox/n8nCredential';
import { createCredentialStore } from '../../test/engine/harness';
import { BenchEngine } from '../lib/engine';
import { contest } from './contestant';

/** Our built node, in n8n's own engine. */
contest(async ({ credentials, after, until, way = 'ordersApi' }) => {
	const engine = await BenchEngine.create();
	const store = await createCredentialStore();
	store.set('demo', n8nCredentialOf(credentials));
	const node = {
		type: 'amazonReviewSolicitation',
		parameters: {
			resource: 'order',
			operation: 'getMany',
			source: way,
			marketplaces: [credentials.marketplaceId],
			incremental: false,
			dateType: 'created',
			from: after,
			returnAll: true,
			filters: { until },
			options: {},
		},
		credentials: store,
	};
	return async () => {
		const [items = []] = await engine.run(node, [{ json: {} }]);
		return items.map(({ json }) => String(json.orderId));
	};
});
