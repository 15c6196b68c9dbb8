import 'reflect-metadata';

import { createCredentialStore } from '../../test/engine/harness';
import { BenchEngine } from '../lib/engine';
import { contest } from './contestant';

/** Our built node, in n8n's own engine. */
contest(async ({ credentials, after, until, way = 'ordersApi' }) => {
	const engine = await BenchEngine.create();
	const store = await createCredentialStore();
	const { clientId, clientSecret, refreshToken, baseUrl, marketplaceId } = credentials;
	store.set('demo', {
		clientId,
		clientSecret,
		refreshToken,
		primaryMarketplace: marketplaceId,
		environment: 'custom',
		customBaseUrl: baseUrl,
		customHostIsMine: true,
	});
	const node = {
		type: 'amazonReviewSolicitation',
		parameters: {
			resource: 'order',
			operation: 'getMany',
			source: way,
			marketplaces: [marketplaceId],
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
