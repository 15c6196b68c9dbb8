import { readFileSync } from 'node:fs';
import type { INodeProperties, INodeType, ICredentialType } from 'n8n-workflow';

import type * as Marketplaces from '../../nodes/shared/domain/marketplaces';
import { filesIn } from './documents';

/**
 * Adding a marketplace is one row in `nodes/shared/domain/marketplaces.ts`. These tests add a made-up one,
 * before anything that follows from the table is loaded.
 */

const UTOPIA = 'AUTOPIA0000000';

const { MARKETPLACES, marketplace } = jest.requireActual<typeof Marketplaces>(
	'../../nodes/shared/domain/marketplaces',
);
(MARKETPLACES as Marketplaces.Marketplace[]).push(
	marketplace({
		countryCode: 'UT',
		id: UTOPIA,
		name: 'Utopia',
		region: 'fe',
		domain: 'amazon.ut',
		currency: 'UTD',
		timeZone: 'Pacific/Auckland',
		dateOrder: 'ymd',
		reportEncoding: 'shift_jis',
		taxOnTop: true,
	}),
);

/** Loads a module of this package after the row was added. */
const load = <Module extends object>(path: string): Module =>
	jest.requireActual<Module>(`../../${path}`);

/** The properties of a node or credential, with those inside collections. */
function allIn(properties: readonly INodeProperties[]): INodeProperties[] {
	return properties.flatMap((property) => {
		const inner = (property.options ?? []).flatMap((option) =>
			'values' in option ? option.values : 'displayName' in option ? [option] : [],
		);
		return [property, ...allIn(inner)];
	});
}

/** Every list of marketplaces that the editor shows, by the name of its parameter. */
function listsOfMarketplaces(properties: readonly INodeProperties[]): Map<string, unknown[]> {
	const lists = allIn(properties).map(({ name, options = [] }): [string, unknown[]] => [
		name,
		options.flatMap((option) => ('value' in option ? [option.value] : [])),
	]);
	return new Map(lists.filter(([, values]) => values.includes('ATVPDKIKX0DER')));
}

describe('A new marketplace is one row in a table, and then', () => {
	const nodes = filesIn('nodes', '.node.ts').map((file): [string, Map<string, unknown[]>] => {
		const name = /(\w+)\.node\.ts$/.exec(file)?.[1] ?? '';
		const Node = load<Record<string, new () => INodeType>>(file.replace(/\.ts$/, ''))[name];
		if (Node === undefined) throw new Error(`${file} has no ${name}`);
		return [name, listsOfMarketplaces(new Node().description.properties)];
	});

	it.each(nodes)('%s offers it in each of its lists', (_, lists) => {
		for (const values of lists.values()) expect(values).toContain(UTOPIA);
	});

	it('at least two nodes have such lists', () => {
		const lists = nodes.flatMap(([, of]) => [...of.keys()]);
		expect(lists).toEqual(expect.arrayContaining(['marketplaces', 'marketplaceIds']));
	});

	it('the credential offers it and knows its region', () => {
		const { AmazonSellingPartnerApi } = load<{
			AmazonSellingPartnerApi: new () => ICredentialType;
		}>('credentials/AmazonSellingPartnerApi.credentials');
		const { properties } = new AmazonSellingPartnerApi();
		expect(listsOfMarketplaces(properties).get('primaryMarketplace')).toContain(UTOPIA);
		const { apiBaseUrl } = load<{ apiBaseUrl: (credentials: unknown) => string }>(
			'nodes/shared/spapi/endpoints',
		);
		expect(apiBaseUrl({ environment: 'production', primaryMarketplace: UTOPIA })).toBe(
			'https://sellingpartnerapi-fe.amazon.com',
		);
	});

	it('its feedback report is read in its date order and encoding', () => {
		const { dateOrderOf } = load<typeof Marketplaces>('nodes/shared/domain/marketplaces');
		const { parseReportDate } = load<{ parseReportDate: (...all: string[]) => string }>(
			'nodes/shared/domain/feedbackReport',
		);
		expect(parseReportDate('26/09/03', dateOrderOf('UT'))).toBe('2026-09-03');
		const { decodeReport } = load<{
			decodeReport: (bytes: Uint8Array, hints: object) => { encoding: string };
		}>('nodes/shared/domain/reportEncoding');
		const shiftJis = Uint8Array.from([0x83, 0x65, 0x83, 0x58, 0x83, 0x67]);
		expect(decodeReport(shiftJis, { countryCode: 'UT' }).encoding).toBe('shift_jis');
	});

	it("its orders are recognized in the all-orders report by the store's name, with tax on top", () => {
		const { parseAllOrdersReport } = load<{
			parseAllOrdersReport: (text: string) => { orders: Array<Record<string, unknown>> };
		}>('nodes/AmazonReviewSolicitation/orders/reports/allOrdersReport');
		const text = [
			'amazon-order-id\torder-status\tsales-channel\tcurrency\titem-price\titem-tax\tquantity',
			'111-1234567-7654321\tShipped\tAmazon.ut\tUTD\t10.00\t1.50\t1',
		].join('\n');
		expect(parseAllOrdersReport(text).orders).toMatchObject([
			{ orderId: '111-1234567-7654321', marketplaceId: UTOPIA, orderTotal: '11.50' },
		]);
	});

	it('events link to its Seller Central', () => {
		const { feedbackManagerUrl } = load<{
			feedbackManagerUrl: (place: Marketplaces.Marketplace | undefined) => string;
		}>('nodes/shared/domain/sellerCentral');
		expect(feedbackManagerUrl(MARKETPLACES.at(-1))).toMatch(
			/^https:\/\/sellercentral\.amazon\.ut\//,
		);
	});

	it('no other file of the nodes names a marketplace by its ID', () => {
		const ids = MARKETPLACES.map(({ id }) => id);
		const naming = [...filesIn('nodes', '.ts'), ...filesIn('credentials', '.ts')].filter(
			(file) =>
				!file.endsWith('shared/domain/marketplaces.ts') &&
				ids.some((id) =>
					readFileSync(file, 'utf8')
						.replace(/e\.g\.[^']*|such as [^.]*|default: '[^']*'/g, '')
						.includes(id),
				),
		);
		expect(naming).toEqual([]);
	});
});
