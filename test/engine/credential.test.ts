import { Expression, Workflow, type ICredentialTestRequest, type INodeTypes } from 'n8n-workflow';

import { AmazonSellingPartnerApi } from '../../credentials/AmazonSellingPartnerApi.credentials';
import { MARKETPLACES } from '../../nodes/shared/domain/marketplaces';
import { apiBaseUrl } from '../../nodes/shared/spapi/endpoints';
import { growthOf, IN_PROPORTION } from '../growth';

const { baseURL } = (new AmazonSellingPartnerApi().test as ICredentialTestRequest).request;

const node = {
	id: 'node',
	name: 'Node',
	type: 'node',
	typeVersion: 1,
	position: [0, 0] as [number, number],
	parameters: {},
};

/** The credential test's base URL, resolved by n8n's own expressions. */
function resolve(credentials: Record<string, string | boolean | undefined>): unknown {
	const nodeTypes = { getByNameAndVersion: () => undefined } as unknown as INodeTypes;
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	return workflow.expression.getSimpleParameterValue(node, baseURL as string, 'internal', {
		$credentials: credentials,
	} as never);
}

describe("the credential test's base URL", () => {
	beforeAll(async () => await Expression.initExpressionEngine?.({ engine: 'legacy' } as never));

	it.each(
		MARKETPLACES.flatMap(({ id }) => [
			{ primaryMarketplace: id, environment: 'production' as const },
			{ primaryMarketplace: id, environment: 'sandbox' as const },
			{
				primaryMarketplace: id,
				environment: 'custom' as const,
				customBaseUrl: ' http://localhost:4010/{region}/x/{region}// ',
				customHostIsMine: true,
			},
		]),
	)("equals the transport's own for %p", (credentials) => {
		expect(resolve(credentials)).toBe(apiBaseUrl(credentials));
	});

	it.each([
		['http://proxy.example', true],
		['https://sellingpartnerapi-na.amazon.com@evil.example', true],
		['nonsense', true],
		['', true],
		['http://localhost:4010', false],
		['https://proxy.example', false],
		['https://proxy.example', undefined],
	])('is empty for %p, confirmed: %p', (customBaseUrl, customHostIsMine) => {
		const environment = 'custom' as const;
		const primaryMarketplace = 'ATVPDKIKX0DER';
		expect(resolve({ environment, primaryMarketplace, customBaseUrl, customHostIsMine })).toBe('');
	});

	it('takes time proportional to the length of the input, with any number of slashes', () => {
		const read = (size: number): void => {
			const customBaseUrl = `https://proxy.example/${'/'.repeat(size)}?`;
			const credentials = { primaryMarketplace: 'ATVPDKIKX0DER', customBaseUrl };
			const confirmed = { environment: 'custom', customHostIsMine: true };
			expect(resolve({ ...credentials, ...confirmed })).toBe('');
		};
		expect(growthOf(read, 4_000)).toBeLessThan(IN_PROPORTION);
	});
});
