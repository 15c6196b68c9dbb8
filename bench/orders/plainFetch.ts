import { allPages, contest, INCLUDED_DATA, logIn, PAGE_SIZE, type Page } from './contestant';

/** The least a client can do: send the request and parse the JSON. */
contest(async ({ credentials, after, until }) => {
	const { baseUrl, marketplaceId } = credentials;
	const accessToken = await logIn(credentials);
	return async () =>
		await allPages(async (paginationToken) => {
			const query = new URLSearchParams({
				createdAfter: after,
				createdBefore: until,
				marketplaceIds: marketplaceId,
				maxResultsPerPage: String(PAGE_SIZE),
				includedData: INCLUDED_DATA.join(','),
				...(paginationToken !== undefined && { paginationToken }),
			});
			const answer = await fetch(`${baseUrl}/orders/2026-01-01/orders?${query}`, {
				headers: { 'x-amz-access-token': accessToken },
			});
			if (!answer.ok) throw new Error(await answer.text());
			return (await answer.json()) as Page;
		});
});
