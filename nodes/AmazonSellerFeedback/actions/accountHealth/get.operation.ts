import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { optionsCollection, simplifyParameter } from '../../../shared/n8n/commonParameters';
import type { AccountHealth } from '../../../shared/domain/accountHealth';
import { DEFECT_WINDOW_DAYS, fetchAccountHealth } from '../../../shared/n8n/accountHealth';
import type { Marketplace } from '../../../shared/domain/marketplaces';
import { waitForReportOption } from '../../../shared/n8n/feedbackReport';
import { hint } from '../../../shared/n8n/hints';
import { isHeldByAgent } from '../../../shared/n8n/agent';
import type { ItemSeller } from '../../../shared/n8n/itemSeller';
import { marketplaceParameter, resolveMarketplace } from '../../../shared/n8n/marketplaceParameter';
import { locatorValue, readParameters, reportIdText } from '../../../shared/n8n/parameters';
import { sellerParameter } from '../../../shared/n8n/sellerParameter';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['accountHealth'], operation: ['get'] } },
	[
		sellerParameter,
		marketplaceParameter,
		simplifyParameter,
		optionsCollection(
			{
				displayName: 'Report ID',
				name: 'reportId',
				type: 'string',
				default: '',
				placeholder: 'e.g. 50012020',
				description:
					'Use a Seller Performance report that was requested earlier instead of requesting a new one',
			},
			waitForReportOption,
		),
	],
);

const schema = z.object({
	marketplace: locatorValue,
	simplify: z.boolean(),
	options: z.object({
		reportId: reportIdText,
		waitMinutes: z.number().min(0).max(240).default(15),
	}),
});

/**
 * Order defect rate with its components, other metrics and the account's status, as Amazon reports
 * them. Returns nothing and shows a hint if Amazon has no such report.
 */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<IDataObject | IDataObject[]> {
	const { options, ...wanted } = readParameters(this, itemIndex, schema, description);
	const client = await seller.connect();
	const marketplace = resolveMarketplace(this, client, wanted.marketplace, itemIndex);
	const health = await fetchAccountHealth(this, client, marketplace, options);
	if (health === undefined) {
		hint(
			this,
			`Amazon reports no account health for ${marketplace.name}. Treat it as unknown, not as a clean record.`,
			'warning',
		);
		return isHeldByAgent(this)
			? { marketplace: marketplace.countryCode, accountHealthKnown: false }
			: [];
	}
	for (const note of notesOf(health, marketplace)) hint(this, note, 'warning');
	return toItem(health, marketplace, wanted.simplify);
}

/** Maximum number of unreadable parts that a note names. */
const MOST_NAMED = 5;

/** What a person, or an agent, has to know about the figures. */
function notesOf({ unreadable }: AccountHealth, { name }: Marketplace): string[] {
	if (unreadable.length === 0) return [];
	const more = unreadable.length - MOST_NAMED;
	const named = unreadable.slice(0, MOST_NAMED).join(', ');
	return [
		`Could not read parts of the account health report for ${name}, so they are unknown: ${named}${more > 0 ? ` and ${more} more` : ''}`,
	];
}

function toItem(health: AccountHealth, marketplace: Marketplace, simplify: boolean): IDataObject {
	const { sellerFulfilled, amazonFulfilled, ...rest } = health;
	const summary = {
		marketplace: marketplace.countryCode,
		marketplaceId: marketplace.id,
		accountStatus: health.accountStatus,
		healthRating: health.healthRating,
		orderDefectPercent: health.orderDefectPercent,
		sellerFulfilledDefectPercent: sellerFulfilled?.percent ?? null,
		amazonFulfilledDefectPercent: amazonFulfilled?.percent ?? null,
		negativeFeedback: health.negativeFeedback,
		to: (sellerFulfilled ?? amazonFulfilled)?.to ?? null, // end of Amazon's own 60 days
		notes: notesOf(health, marketplace),
	};
	if (simplify) return summary;
	return {
		...summary,
		from: (sellerFulfilled ?? amazonFulfilled)?.from ?? null,
		windowDays: DEFECT_WINDOW_DAYS,
		source: 'GET_V2_SELLER_PERFORMANCE_REPORT',
		sellerFulfilled: sellerFulfilled as unknown as IDataObject,
		amazonFulfilled: amazonFulfilled as unknown as IDataObject,
		healthScore: rest.healthScore,
		metrics: rest.metrics as unknown as IDataObject[],
		violations: rest.violations as unknown as IDataObject[],
		warnings: rest.warnings as unknown as IDataObject[],
	};
}
