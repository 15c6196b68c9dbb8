/** The roles a selling partner grants an application, as far as these APIs need them. */
export const ROLE_NAMES = [
	'Selling Partner Insights',
	'Amazon Fulfillment',
	'Buyer Solicitation',
	'Product Listing',
	'Inventory and Order Tracking',
	'Pricing',
	'Brand Analytics',
] as const;

/** The roles each seller has granted; all of them at the start. */
export class Roles {
	private readonly granted: Map<string, Set<string>>;

	constructor(sellerKeys: readonly string[]) {
		this.granted = new Map(sellerKeys.map((key) => [key, new Set<string>(ROLE_NAMES)]));
	}

	/** From now on, operations that need this role answer 403. */
	remove(sellerKey: string, role: string): void {
		this.of(sellerKey, role).delete(role);
	}

	restore(sellerKey: string, role: string): void {
		this.of(sellerKey, role).add(role);
	}

	/** Whether one of the roles is granted; always true if no roles are required. */
	allows(sellerKey: string, anyOf: readonly string[] | undefined): boolean {
		const granted = this.granted.get(sellerKey);
		return !anyOf || anyOf.some((role) => granted?.has(role));
	}

	private of(sellerKey: string, role: string): Set<string> {
		const granted = this.granted.get(sellerKey);
		if (!granted) throw new Error(`No seller "${sellerKey}"`);
		if (!ROLE_NAMES.some((name) => name === role)) {
			throw new Error(`No role "${role}"; available roles: ${ROLE_NAMES.join(', ')}`);
		}
		return granted;
	}
}
