import type { IExecuteFunctions } from 'n8n-workflow';

import { SpApiClient } from '../spapi/client';
import { ALL_SELLERS } from '../spapi/credentials';
import { readParameters } from './parameters';
import { SELLER_OF_ITEM, sellerParameter, sellerSchema } from './sellerParameter';

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
 * Undefined if it is empty, or the operation has no such parameter. The parameter's default, which is
 * an expression, is read without n8n: to evaluate it takes n8n longer than to plan the order.
 * @throws NodeOperationError if it is not text
 */
function chosenName(context: IExecuteFunctions, itemIndex: number): string | undefined {
	const read = () => readParameters(context, itemIndex, sellerSchema, [sellerParameter]).seller;
	const written = writtenValueOf(context);
	if (written === SELLER_OF_ITEM) {
		const { seller } = context.getInputData()[itemIndex]?.json ?? {};
		// The schema explains what is wrong with anything but text.
		return seller === undefined || seller === null || typeof seller === 'string'
			? seller?.trim() || undefined
			: read();
	}
	if (written === undefined || written.startsWith('=')) return read();
	return written.trim() || undefined;
}

/** The parameter 'Seller' as it was entered, by execution: n8n copies the node for each look at it. */
const writtenValues = new WeakMap<IExecuteFunctions, { readonly value: string | undefined }>();

/** Undefined if it is not text, so that only n8n can evaluate it. */
function writtenValueOf(context: IExecuteFunctions): string | undefined {
	const kept = writtenValues.get(context);
	if (kept !== undefined) return kept.value;
	const written = context.getNode().parameters.seller;
	const value =
		typeof written === 'object' && written !== null && 'value' in written
			? (written.value as unknown)
			: undefined;
	const found = typeof value === 'string' ? value : undefined;
	writtenValues.set(context, { value: found });
	return found;
}
