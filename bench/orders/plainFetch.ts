import { allPages, contest, logIn, queryOf, type Page } from './contestant';

/** The least a client can do: send the request and parse the JSON. */
contest(async (task) => {
	const { baseUrl } = task.credentials;
	const accessToken = await logIn(task.credentials);
	return async () =>
		await allPages(async (paginationToken) => {
			const query = new URLSearchParams(queryOf(task, paginationToken));
			const answer = await fetch(`${baseUrl}/orders/2026-01-01/orders?${query}`, {
				headers: { 'x-amz-access-token': accessToken },
			});
			if (!answer.ok) throw new Error(await answer.text());
			return (await answer.json()) as Page;
		});
});
