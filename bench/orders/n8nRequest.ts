import 'reflect-metadata';

import type { IExecuteFunctions, INodeType } from 'n8n-workflow';

import { n8nCredentialOf } from '../../sandbox/n8nCredential';
import { createCredentialStore } from '../../test/engine/harness';
import { BenchEngine } from '../lib/engine';
import { allPages, contest, logIn, queryOf, type Page } from './contestant';

/** The least a node can do: send the request as n8n does, which parses the JSON. */
contest(async (task) => {
	const { credentials } = task;
	const { baseUrl } = credentials;
	const name = 'amazonSellingPartnerApi';
	const data = { ...n8nCredentialOf(credentials), accessToken: await logIn(credentials) };
	const credential = { credentialsDecrypted: { id: '', name: '', type: name, data } };
	const reader: INodeType = {
		description: {
			displayName: 'Reader',
			name: 'reader',
			group: ['input'],
			version: 1,
			description: '',
			defaults: {},
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name, required: true }],
			properties: [],
		},
		async execute(this: IExecuteFunctions) {
			const orderIds = await allPages(async (paginationToken) => {
				const qs = queryOf(task, paginationToken);
				const answer: unknown = await this.helpers.httpRequestWithAuthentication.call(
					this,
					name,
					{ url: `${baseUrl}/orders/2026-01-01/orders`, qs, json: true },
					credential,
				);
				return answer as Page;
			});
			return [orderIds.map((orderId) => ({ json: { orderId } }))];
		},
	};
	const engine = await BenchEngine.create({ 'bench.reader': reader });
	const store = await createCredentialStore();
	store.set('demo', n8nCredentialOf(credentials));
	const node = { type: 'bench.reader', parameters: {}, credentials: store };
	return async () => {
		const [items = []] = await engine.run(node, [{ json: {} }]);
		return items.map(({ json }) => String(json.orderId));
	};
});
