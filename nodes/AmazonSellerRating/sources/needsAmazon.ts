import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { searchAllMarketplaces, searchMarketplaces } from '../../shared/n8n/listSearch';

/** Sources that ask Amazon; counts and input items do without it, hence without a credential. */
export const AMAZON_SOURCES = ['amazonReports', 'amazonOffer'];

export const needsAmazon = (sources: readonly string[]): boolean =>
	sources.some((source) => AMAZON_SOURCES.includes(source));

/** The seller's marketplaces where a source asks Amazon, else all there are. */
export async function searchMarketplacesOfSources(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const sources = this.getCurrentNodeParameter('sources');
	const isWithoutAmazon = Array.isArray(sources) && !needsAmazon(sources.map(String));
	const search = isWithoutAmazon ? searchAllMarketplaces : searchMarketplaces;
	return await search.call(this, filter);
}
