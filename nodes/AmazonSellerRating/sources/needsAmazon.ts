import type { INodeProperties } from 'n8n-workflow';

import { marketplaceParameter, marketplaceToChoose } from '../../shared/n8n/marketplaceParameter';

/** Sources that ask Amazon; counts and input items do without it, hence without a credential. */
export const AMAZON_SOURCES = ['amazonReports', 'amazonOffer'];

export const needsAmazon = (sources: readonly string[]): boolean =>
	sources.some((source) => AMAZON_SOURCES.includes(source));

/** The marketplace, which has to be chosen where there is no credential that has one. */
export const marketplaceOfSources: INodeProperties[] = [
	{ ...marketplaceParameter, displayOptions: { show: { sources: AMAZON_SOURCES } } },
	{
		...marketplaceToChoose('The marketplace the feedback was given in, which decides the calendar'),
		// An expression, of which the editor knows nothing yet, shows the other one.
		displayOptions: { hide: { sources: [...AMAZON_SOURCES, { _cnd: { startsWith: '=' } }] } },
	},
];
