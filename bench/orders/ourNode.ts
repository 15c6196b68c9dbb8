import 'reflect-metadata';

import { createCredentialStore, runNode } from '../../test/engine/harness';
import { contest } from './contestant';

/** Our built node, in n8n's own engine. */
contest(async ({ credentials, after, until, way = 'ordersApi' }) => {
	const store = await createCredentialStore();
	const { clientId, clientSecret, refreshToken, baseUrl, marketplaceId } = credentials;
	store.set('demo', {
		clientId,
		clientSecret,
		refreshToken,
		primaryMarketplace: marketplaceId,
		environment: 'custom',
		customBaseUrl: baseUrl,
	});
	return async () => {
		const { items, error } = await runNode({
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
		});
		if (error !== undefined) throw error;
		return items.map(({ orderId }) => String(orderId));
	};
});
