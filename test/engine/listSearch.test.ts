import './shortWaits';

import { LoadOptionsContext } from 'n8n-core';
import {
	Workflow,
	type INodeListSearchResult,
	type INodeTypes,
	type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import {
	searchAllMarketplaces,
	searchMarketplaces,
	searchSoldAsins,
} from '../../nodes/shared/n8n/listSearch';
import { MARKETPLACES } from '../../nodes/shared/domain/marketplaces';
import { passTime, timePassed } from './passingTime';
import { connect } from './sandboxCredential';
import { useSandbox } from './useSandbox';

const inUse = useSandbox();

type Search = typeof searchMarketplaces;

/** Searches as the editor does while a user types. */
async function search(
	list: Search,
	filter?: string,
	seller = 'demo',
): Promise<INodeListSearchResult> {
	const node = {
		id: 'node',
		name: 'Node',
		type: 'node',
		typeVersion: 1,
		position: [0, 0] as [number, number],
		parameters: {},
		credentials: { amazonSellingPartnerApi: { id: seller, name: seller } },
	};
	const description = { credentials: [{ name: 'amazonSellingPartnerApi' }], properties: [] };
	const nodeTypes = {
		getByNameAndVersion: () => ({ description }),
	} as unknown as INodeTypes;
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const additionalData = {
		credentialsHelper: inUse.credentials,
	} as unknown as IWorkflowExecuteAdditionalData;
	return await list.call(new LoadOptionsContext(workflow, node, additionalData, ''), filter);
}

describe('searching in the editor', () => {
	it("lists the seller's marketplaces, filtered by the typed text, with one request to Amazon", async () => {
		const all = await search(searchMarketplaces);
		expect(all.results.map(({ value }) => value)).toEqual(
			inUse.sandbox.sellers.demo?.marketplaces.map(({ marketplace }) => marketplace.id),
		);
		const before = inUse.sandbox.requests.length;
		expect((await search(searchMarketplaces, 'CANA')).results).toEqual([
			{ name: 'Canada (amazon.ca)', value: 'A2EUQ1WTGCTBG2' },
		]);
		expect(inUse.sandbox.requests.length).toBe(before);
	});

	it('lists all marketplaces without a request to Amazon', async () => {
		const before = inUse.sandbox.requests.length;
		const all = await search(searchAllMarketplaces);
		expect(all.results.map(({ value }) => value).toSorted()).toEqual(
			MARKETPLACES.map(({ id }) => id).toSorted(),
		);
		expect((await search(searchAllMarketplaces, 'german')).results).toEqual([
			{ name: 'Germany (amazon.de)', value: 'A1PA6795UKMFR9' },
		]);
		expect(inUse.sandbox.requests.length).toBe(before);
	});

	it('lists what the seller sold lately, and never what another seller sold', async () => {
		const products = (seller: string) =>
			inUse.sandbox.sellers[seller]?.marketplaces[0]?.products.map(({ asin }) => asin) ?? [];
		const own = (await search(searchSoldAsins)).results.map(({ value }) => String(value));
		expect(own.length).toBeGreaterThan(0);
		expect(products('demo')).toEqual(expect.arrayContaining(own));
		connect(inUse.credentials, inUse.sandbox, 'japan');
		const others = await search(searchSoldAsins, undefined, 'japan');
		expect(others.results.length).toBeGreaterThan(0);
		expect(own).not.toEqual(others.results.map(({ value }) => value));
	});

	it('says what is wrong, and tries again next time', async () => {
		connect(inUse.credentials, inUse.sandbox, 'second');
		inUse.sandbox.lwa.revoke('second');
		await expect(search(searchMarketplaces, '', 'second')).rejects.toThrow(
			/does not accept the refresh token/,
		);
		inUse.sandbox.lwa.restore('second');
		expect((await search(searchMarketplaces, '', 'second')).results.length).toBeGreaterThan(0);
	});

	// Nothing in n8n cancels a list.
	it.each([
		[
			'marketplaces',
			searchMarketplaces,
			'getMarketplaceParticipations',
			"list the seller's marketplaces",
		],
		['ASINs', searchSoldAsins, 'searchOrders', 'list orders'],
	] as const)('does not wait for minutes to list %s', async (_, list, operation, does) => {
		connect(inUse.credentials, inUse.sandbox, 'europe');
		inUse.sandbox.faults.add({ kind: 'throttle', operation, times: 'always' });
		const before = timePassed();
		await expect(search(list, '', 'europe')).rejects.toMatchObject({
			message: `Could not ${does}: Amazon's rate limit is exhausted at the moment`,
			description: expect.stringMatching(/^Try again in a minute\./) as string,
		});
		expect(timePassed() - before).toBeLessThan(30_000);
		passTime(10 * 60_000);
		inUse.sandbox.faults.clear();
		expect((await search(list, '', 'europe')).results.length).toBeGreaterThan(0);
	});
});
