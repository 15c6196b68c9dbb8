import { z } from 'zod';

import type { SpApiClient } from './client';

const participationsSchema = z.object({
	payload: z.array(
		z.object({
			marketplace: z.object({
				id: z.string(),
				name: z.string(),
				countryCode: z.string(),
				defaultCurrencyCode: z.string(),
				defaultLanguageCode: z.string(),
				domainName: z.string(),
			}),
			storeName: z.string().optional(),
			participation: z.object({
				isParticipating: z.boolean(),
				hasSuspendedListings: z.boolean(),
			}),
		}),
	),
});

export type MarketplaceParticipation = z.infer<typeof participationsSchema>['payload'][number];

/** The marketplaces the seller's account is registered in, in the credential's region. */
export async function getMarketplaceParticipations(
	client: SpApiClient,
): Promise<MarketplaceParticipation[]> {
	const { answer } = await client.call('getMarketplaceParticipations', {
		answer: participationsSchema,
	});
	return answer.payload;
}
