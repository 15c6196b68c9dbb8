import { NodeOperationError, type INode } from 'n8n-workflow';
import { z } from 'zod';

import type { SellingPartnerCredentials } from './endpoints';

/** Fields that must not be empty, under the names the editor shows. */
const FIELDS = {
	clientId: 'Client ID',
	clientSecret: 'Client Secret',
	refreshToken: 'Refresh Token',
	primaryMarketplace: 'Primary Marketplace',
} as const;

const text = z.string().trim().min(1);

/** An expression may return anything. The other fields are checked where they are used. */
const schema = z
	.object({ clientId: text, clientSecret: text, refreshToken: text, primaryMarketplace: text })
	.passthrough();

/**
 * Checks the credential that n8n resolved for an item.
 * @throws NodeOperationError that names the empty field
 */
export function readCredentials(
	node: INode,
	resolved: object,
	itemIndex: number | undefined,
): SellingPartnerCredentials {
	const parsed = schema.safeParse(resolved);
	// The editor limits the other fields, or they are checked together with the URL.
	if (parsed.success) return parsed.data as unknown as SellingPartnerCredentials;
	const [field] = parsed.error.issues[0]?.path ?? [];
	const name = FIELDS[field as keyof typeof FIELDS];
	const where = itemIndex === undefined ? 'here, because there is no item' : 'for this item';
	throw new NodeOperationError(node, `Could not use the credential: '${name}' is empty`, {
		itemIndex,
		description: `Fill it in. If it is an expression such as {{ $json.refreshToken }}, it returns nothing ${where}.`,
	});
}
