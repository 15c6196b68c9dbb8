import { z } from 'zod';

import { absentIfNull } from './absent';
import type { SpApiClient } from './client';
import { SpApiFailure } from './failure';

const text = absentIfNull(z.string());
const flag = absentIfNull(z.boolean());

const participationSchema = z.object({
	marketplace: z.object({
		id: z.string(),
		name: text,
		countryCode: text,
		defaultCurrencyCode: text,
		defaultLanguageCode: text,
		domainName: text,
	}),
	storeName: text,
	participation: absentIfNull(z.object({ isParticipating: flag, hasSuspendedListings: flag })),
});

export type MarketplaceParticipation = z.infer<typeof participationSchema>;

const participationsSchema = z.object({ payload: z.array(z.unknown()) });

export interface Participations {
	/** The marketplaces in the credential's region that the seller's account is registered in. */
	readonly participations: readonly MarketplaceParticipation[];
	/** How many of Amazon's entries could not be read; they are missing. */
	readonly unreadable: number;
}

/**
 * The marketplaces in the credential's region that the seller's account is registered in. An entry
 * that cannot be read affects only itself.
 * @throws SpApiFailure `unexpectedAnswer` if there are entries and none can be read
 */
export async function listParticipations(client: SpApiClient): Promise<Participations> {
	const operation = 'getMarketplaceParticipations';
	const { answer, requestId } = await client.call(operation, { answer: participationsSchema });
	const read = answer.payload.map((entry) => participationSchema.safeParse(entry));
	const participations = read.flatMap(({ data }) => data ?? []);
	if (participations.length === 0 && read.length > 0) {
		throw new SpApiFailure('unexpectedAnswer', operation, {
			message: 'none of the marketplaces could be read',
			requestId,
		});
	}
	return { participations, unreadable: read.length - participations.length };
}

/** The same without the number of unreadable entries. */
export const getMarketplaceParticipations = async (
	client: SpApiClient,
): Promise<readonly MarketplaceParticipation[]> =>
	(await listParticipations(client)).participations;

/** The IDs of the marketplaces in which the seller takes part; no call if Amazon listed them at the login. */
export const listOwnMarketplaceIds = async (client: SpApiClient): Promise<readonly string[]> =>
	client.ownMarketplaceIds ??
	(await getMarketplaceParticipations(client))
		.filter(({ participation }) => participation?.isParticipating !== false)
		.map(({ marketplace }) => marketplace.id);
