import type { IHttpRequestHelper } from 'n8n-workflow';

import {
	CredentialError,
	readSellers,
	type SellerAccount,
} from '../nodes/shared/spapi/credentials';
import { inTurn, SELLERS_AT_ONCE } from '../nodes/shared/spapi/inTurn';
import { checkPrimaryMarketplace, logIn } from '../nodes/shared/spapi/login';

/**
 * Logs in each seller of the credential and checks that they sell in their primary marketplace.
 * @returns the access token of the first
 * @throws Error that names each seller that does not work, and why
 */
export async function logInAll(http: IHttpRequestHelper, fields: object): Promise<string> {
	const sellers = await sellersIn(fields);
	const outcomes = await inTurn(sellers, SELLERS_AT_ONCE, async ({ name, credentials }) => {
		const login = async () => {
			const loggedIn = await logIn(http, credentials);
			checkPrimaryMarketplace(credentials, loggedIn);
			return { token: loggedIn.token };
		};
		if (name === undefined) return await login();
		return await login().catch(({ message }: Error) => ({ problem: `${name}: ${message}` }));
	});
	const problems = outcomes.flatMap((outcome) => ('problem' in outcome ? [outcome.problem] : []));
	const [first] = outcomes;
	if (problems.length === 0 && first && 'token' in first) return first.token;
	throw new Error(
		`${problems.length} of ${sellers.length} sellers do not work. ${problems.join(' ')}`,
	);
}

async function sellersIn(fields: object): Promise<readonly SellerAccount[]> {
	const read = async () => readSellers(fields);
	return await read().catch((error: unknown) => {
		if (!(error instanceof CredentialError)) throw error;
		throw new Error(`${error.message}. ${error.description}`);
	});
}
