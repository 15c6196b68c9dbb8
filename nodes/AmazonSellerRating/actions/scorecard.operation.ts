import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { todayIn } from '../../shared/domain/calendar';
import type { Marketplace } from '../../shared/domain/marketplaces';
import { Z_95 } from '../../shared/domain/rating';
import { optionsCollection } from '../../shared/n8n/commonParameters';
import type { ItemSeller } from '../../shared/n8n/itemSeller';
import { resolveMarketplace } from '../../shared/n8n/marketplaceParameter';
import {
	chosenMarketplaces,
	marketplacesParameters,
	marketplacesShape,
} from '../../shared/n8n/chosenMarketplaces';
import { readParameters } from '../../shared/n8n/parameters';
import { sellerParameter } from '../../shared/n8n/sellerParameter';
import { thresholdsParameter, thresholdsSchema } from '../../shared/n8n/thresholds';
import { allOrNone } from '../../shared/spapi/allOrNone';
import type { SpApiClient } from '../../shared/spapi/client';
import { primaryMarketplaceOf } from '../../shared/spapi/endpoints';
import { scorecardOf, type Scorecard, type ScorecardEvidence } from '../analysis/scorecard';
import { reportsOptions, reportsOptionsSchema } from '../sources/amazonReports';
import { fetchScorecardEvidence, unknownEvidence } from '../sources/scorecardSources';

/** The options about Amazon's reports, which this operation always reads. */
const options = reportsOptions.map(
	(option): INodeProperties => ({ ...option, displayOptions: undefined }),
);

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { operation: ['scorecard'] } },
	[
		// Not a choice here; the node shows its credential by it.
		{ displayName: 'Sources', name: 'sources', type: 'hidden', default: ['amazonReports'] },
		sellerParameter,
		...marketplacesParameters,
		thresholdsParameter,
		optionsCollection(
			...options,
			{
				displayName: 'Buy Box Drop (Points)',
				name: 'buyBoxDrop',
				type: 'number',
				default: 10,
				typeOptions: { minValue: 0.01, maxValue: 100 },
				description:
					'A Buy Box share that falls by this many percentage points in 7 or 28 days needs attention',
			},
			{
				displayName: 'Minimum Number of Ratings',
				name: 'minimumTotal',
				type: 'number',
				default: 10,
				typeOptions: { minValue: 1 },
				description: 'A rating of fewer feedback entries needs no attention, however low it is',
			},
			{
				displayName: 'Minimum Page Views',
				name: 'minimumPageViews',
				type: 'number',
				default: 100,
				typeOptions: { minValue: 0 },
				description: 'With fewer page views, a lower Buy Box share needs no attention',
			},
		),
	],
);

const schema = z.object({
	...marketplacesShape,
	thresholds: thresholdsSchema,
	options: reportsOptionsSchema.extend({
		buyBoxDrop: z.number().positive().max(100).default(10),
		minimumTotal: z.number().int().min(1).default(10),
		minimumPageViews: z.number().int().min(0).default(100),
	}),
});

const OTHER_REGION = 'the credential is for a different region';

/**
 * The scorecard of each chosen marketplace of one seller. A part that Amazon does not give, and a
 * marketplace that cannot be read, cost only their own figures.
 */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<IDataObject[]> {
	const parameters = readParameters(this, itemIndex, schema, description);
	const client = await seller.connect();
	const chosen = await chosenMarketplaces(this, client, parameters, itemIndex);
	const { region } = primaryMarketplaceOf(client.credentials);
	const [first] = chosen;
	if (first !== undefined && chosen.every((each) => each.region !== region)) {
		resolveMarketplace(this, client, first.id, itemIndex);
	}
	const { buyBoxDrop, minimumTotal, minimumPageViews, ...reading } = parameters.options;
	const evidenceOf = async (
		own: SpApiClient,
		marketplace: Marketplace,
	): Promise<ScorecardEvidence> => {
		const today = todayIn(marketplace);
		if (marketplace.region !== region) return unknownEvidence(marketplace, today, OTHER_REGION);
		return await fetchScorecardEvidence(this, own, marketplace, today, reading);
	};
	// At the same time: Amazon prepares all reports at once, and the client keeps its limits.
	const read = await allOrNone(client, (own) =>
		chosen.map(async (marketplace) => await evidenceOf(own, marketplace)),
	);
	return read.map((evidence) => {
		const settings = {
			thresholds: parameters.thresholds,
			minimumTotal,
			z: Z_95,
		} as const;
		const limits = { minimumTotal, buyBoxDrop, minimumPageViews };
		return toItem(scorecardOf({ ...evidence, seller: client.sellerName }, settings, limits));
	});
}

const toItem = (scorecard: Scorecard): IDataObject => scorecard as unknown as IDataObject;
