import type { IExecuteFunctions } from 'n8n-workflow';

import { SpApiClient } from '../spapi/client';
import { ALL_SELLERS } from '../spapi/credentials';
import { readParameters } from './parameters';
import { sellerParameter, sellerSchema } from './sellerParameter';

/** The seller that an operation works for on one item. */
export class ItemSeller {
	/**
	 * @param chosen the name in the parameter 'Seller'; undefined if it is empty
	 * @param client if the seller is connected already
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly itemIndex: number,
		private readonly chosen: string | undefined,
		private client?: SpApiClient,
	) {}

	/**
	 * Connects to Amazon as this seller.
	 * @throws NodeOperationError as `SpApiClient.connect` does
	 */
	async connect(): Promise<SpApiClient> {
		const { context, itemIndex, chosen } = this;
		this.client ??= await SpApiClient.connect(context, itemIndex, undefined, chosen);
		return this.client;
	}

	/**
	 * What items call the seller: null if unknown, undefined if the operation needed no seller.
	 */
	get name(): string | null | undefined {
		if (this.client === undefined) return this.chosen;
		return this.client.sellerName ?? this.chosen ?? null;
	}
}

/** The seller of an item, for an operation that takes one seller per item. */
export const sellerOfItem = (context: IExecuteFunctions, itemIndex: number): ItemSeller =>
	new ItemSeller(context, itemIndex, chosenName(context, itemIndex));

/**
 * The sellers that an item is about: one, or with All Sellers each one of the credential.
 * @throws NodeOperationError if the credential cannot be used
 */
export async function sellersOfItem(
	context: IExecuteFunctions,
	itemIndex: number,
): Promise<ItemSeller[]> {
	const chosen = chosenName(context, itemIndex);
	if (chosen !== ALL_SELLERS) return [new ItemSeller(context, itemIndex, chosen)];
	const clients = await SpApiClient.connectAll(context, itemIndex);
	return clients.map((client) => new ItemSeller(context, itemIndex, client.givenName, client));
}

/**
 * Undefined if it is empty, or the operation has no such parameter.
 * @throws NodeOperationError if it is not text
 */
const chosenName = (context: IExecuteFunctions, itemIndex: number): string | undefined =>
	readParameters(context, itemIndex, sellerSchema, [sellerParameter]).seller;
