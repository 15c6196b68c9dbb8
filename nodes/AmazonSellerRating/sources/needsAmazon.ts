import type { INodeProperties } from 'n8n-workflow';

import { marketplaceParameter, marketplaceToChoose } from '../../shared/n8n/marketplaceParameter';
import { sellerParameter } from '../../shared/n8n/sellerParameter';

/** Sources that call Amazon. Counts and input items do not, so they need no credential. */
export const AMAZON_SOURCES = ['amazonReports', 'amazonOffer'];

export const needsAmazon = (sources: readonly string[]): boolean =>
	sources.some((source) => AMAZON_SOURCES.includes(source));

/**
 * The editor cannot evaluate an expression in 'Sources'; it then shows the parameter of sources that
 * call Amazon.
 */
const WITH_CREDENTIAL = [...AMAZON_SOURCES, { _cnd: { startsWith: '=' } }];

/**
 * The seller and the marketplace. The latter must be chosen if no credential provides one, unless all
 * there is are counts.
 */
export const placeOfSources: INodeProperties[] = [
	{ ...sellerParameter, displayOptions: { show: { sources: AMAZON_SOURCES } } },
	{ ...marketplaceParameter, displayOptions: { show: { sources: AMAZON_SOURCES } } },
	{
		...marketplaceToChoose('The marketplace the feedback was left in; sets the time zone'),
		displayOptions: { hide: { sources: ['counts', ...WITH_CREDENTIAL] } },
	},
	{
		...marketplaceToChoose(
			'The marketplace the feedback was left in. Without input items you can leave it empty.',
		),
		required: false,
		displayOptions: { hide: { sources: [{ _cnd: { not: 'counts' } }, ...WITH_CREDENTIAL] } },
	},
];
