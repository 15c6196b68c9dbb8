import type { SandboxCredentials } from '../../sandbox';
import { answerTask, milliseconds } from '../lib/measure';

/** The input of a contestant. */
export interface PagingTask {
	readonly credentials: SandboxCredentials;
	/** Read orders created between these moments, ISO 8601 in UTC. */
	readonly after: string;
	readonly until: string;
	readonly repeats: number;
	/** Our node's source of orders. */
	readonly way?: 'ordersApi' | 'reports';
}

export interface PagingReport {
	/** One per repeat. */
	readonly milliseconds: readonly number[];
	/** When the last repeat began, in milliseconds since 1970. */
	readonly lastStartedAt: number;
	/** The IDs of the last repeat, in the order received. */
	readonly orderIds: readonly string[];
}

/** The data sets our node requests; the others request the same. */
export const INCLUDED_DATA = ['FULFILLMENT', 'PACKAGES', 'PROCEEDS', 'CANCELLATION'];

export const PAGE_SIZE = 100;

export interface Page {
	readonly orders: ReadonlyArray<{ readonly orderId: string }>;
	readonly pagination?: { readonly nextToken?: string | null };
}

/**
 * Takes the task, connects and reads all orders once to warm up (which logs in). Then it reads them
 * `repeats` times and measures each time.
 */
export function contest(
	prepare: (task: PagingTask) => Promise<() => Promise<readonly string[]>>,
): void {
	answerTask(async (task: PagingTask): Promise<PagingReport> => {
		const readAll = await prepare(task);
		let orderIds = await readAll();
		const times: number[] = [];
		let lastStartedAt = 0;
		for (let repeat = 0; repeat < task.repeats; repeat += 1) {
			lastStartedAt = performance.timeOrigin + performance.now();
			times.push(
				await milliseconds(async () => {
					orderIds = await readAll();
				}),
			);
		}
		return { milliseconds: times, lastStartedAt, orderIds };
	});
}

/** What a page is requested with, by the clients that make their requests themselves. */
export const queryOf = (
	{ credentials, after, until }: PagingTask,
	paginationToken: string | undefined,
): Record<string, string> => ({
	createdAfter: after,
	createdBefore: until,
	marketplaceIds: credentials.marketplaceId,
	maxResultsPerPage: String(PAGE_SIZE),
	includedData: INCLUDED_DATA.join(','),
	...(paginationToken !== undefined && { paginationToken }),
});

/** @returns an access token */
export async function logIn({
	clientId,
	clientSecret,
	refreshToken,
	baseUrl,
}: SandboxCredentials): Promise<string> {
	const login = await fetch(`${baseUrl}/auth/o2/token`, {
		method: 'POST',
		body: new URLSearchParams({
			grant_type: 'refresh_token',
			refresh_token: refreshToken,
			client_id: clientId,
			client_secret: clientSecret,
		}),
	});
	const { access_token: accessToken } = (await login.json()) as { readonly access_token: string };
	return accessToken;
}

/** Reads page after page up to the last one. */
export async function allPages(
	readPage: (paginationToken: string | undefined) => Promise<Page>,
): Promise<string[]> {
	const orderIds: string[] = [];
	let token: string | undefined;
	do {
		const { orders, pagination } = await readPage(token);
		orderIds.push(...orders.map(({ orderId }) => orderId));
		token = pagination?.nextToken ?? undefined;
	} while (token !== undefined);
	return orderIds;
}
