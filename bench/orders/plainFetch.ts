import { allPages, contest, INCLUDED_DATA, PAGE_SIZE, type Page } from './contestant';

/** The least a client can do: send the request and parse the JSON. */
contest(async ({ credentials, after, until }) => {
	const { clientId, clientSecret, refreshToken, baseUrl, marketplaceId } = credentials;
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
