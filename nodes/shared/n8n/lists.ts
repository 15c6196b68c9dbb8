import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

/** The lists that the editor searches. Their code is loaded when the first one is opened. */

type ListName = keyof typeof import('./listSearch');

const list = (name: ListName) =>
	async function (this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
		const lists = await import('./listSearch');
		return await lists[name].call(this, filter);
	};

export const searchAllMarketplaces = list('searchAllMarketplaces');
export const searchMarketplaces = list('searchMarketplaces');
export const searchOneSeller = list('searchOneSeller');
export const searchSellers = list('searchSellers');
export const searchSoldAsins = list('searchSoldAsins');
