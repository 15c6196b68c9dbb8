import { NodeOperationError, type INode } from 'n8n-workflow';
import { z } from 'zod';

import type { SellingPartnerCredentials } from './endpoints';

/** Fields that cannot be empty, as the editor names them. */
const FIELDS = {
	clientId: 'Client ID',
	clientSecret: 'Client Secret',
	refreshToken: 'Refresh Token',
	primaryMarketplace: 'Primary Marketplace',
} as const;

const text = z.string().trim().min(1);

/** What an expression gives may be anything; what other fields hold is looked at where it is used. */
const schema = z
	.object({ clientId: text, clientSecret: text, refreshToken: text, primaryMarketplace: text })
	.passthrough();

/**
 * Checks the credential as n8n resolved it for an item.
 * @throws NodeOperationError that names the field without which there is no seller
 */
export function readCredentials(
	node: INode,
	resolved: object,
	itemIndex: number | undefined,
): SellingPartnerCredentials {
	const parsed = schema.safeParse(resolved);
	// The other fields are as the editor offers them, or are checked with the address they make.
	if (parsed.success) return parsed.data as unknown as SellingPartnerCredentials;
	const [field] = parsed.error.issues[0]?.path ?? [];
	const name = FIELDS[field as keyof typeof FIELDS];
	const where = itemIndex === undefined ? 'here, where there is no item' : 'for this item';
	throw new NodeOperationError(node, `The credential's '${name}' is empty`, {
		itemIndex,
		description: `Fill it in. If it is an expression such as {{ $json.refreshToken }}, it returns nothing ${where}.`,
	});
}
