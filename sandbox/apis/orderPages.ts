import { randomUUID } from 'node:crypto';

const TOKEN_LIFE_MS = 24 * 3_600_000;

interface Page {
	readonly sellerKey: string;
	/** The parameters of the search; the next page must repeat them. */
	readonly search: string;
	readonly orderIds: readonly string[];
	readonly offset: number;
	readonly expiresAt: number;
	/** The end of the search's time range, fixed by the first page. */
	readonly before: number;
}

/** The paging tokens of searchOrders: valid for 24 hours, for one seller and one search. */
export class OrderPages {
	private readonly pages = new Map<string, Page>();

	open(page: Omit<Page, 'expiresAt'>, now: number): string {
		const token = Buffer.from(randomUUID()).toString('base64url');
		this.pages.set(token, { ...page, expiresAt: now + TOKEN_LIFE_MS });
		return token;
	}

	/** The page of a token, unless the token is unknown, expired or from another search. */
	find(token: string, sellerKey: string, search: string, now: number): Page | undefined {
		const page = this.pages.get(token);
		const usable =
			page && page.sellerKey === sellerKey && page.search === search && now < page.expiresAt;
		return usable ? page : undefined;
	}
}
