import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';

import { MARKETPLACES, REGION_NAMES } from '../nodes/shared/domain/marketplaces';
import {
	CUSTOM_BASE_URL,
	PRODUCTION_ENDPOINTS,
	SANDBOX_ENDPOINTS,
	SELLERS_FIELD,
	SLASHES_AT_END,
} from '../nodes/shared/spapi/endpoints';
import { operationOf } from '../nodes/shared/spapi/operations';
import { reportLimitFields } from '../nodes/shared/spapi/reportLimitFields';
import { USER_AGENT } from '../nodes/shared/spapi/userAgent';

const regionOfMarketplace = Object.fromEntries(
	MARKETPLACES.flatMap(({ id, countryCode, region }) => [
		[id, region],
		[countryCode, region],
	]),
);

/** The primary marketplace; of several sellers, the first one's. An expression may return an object. */
const marketplaceExpression = [
	`$credentials.accounts === 'several'`,
	`? Object.keys(Object.values(((given) => typeof given === 'string' ? JSON.parse(given) : given)($credentials.sellers))[0])[0].trim().toUpperCase().replace(/^UK$/, 'GB')`,
	`: $credentials.primaryMarketplace`,
].join(' ');

/**
 * The same rule as `apiBaseUrl`, written as the expression that n8n's credential test needs. A
 * custom URL that may not receive the access token becomes an empty one.
 */
const baseUrlExpression = [
	`((region) => $credentials.environment === 'custom'`,
	`? [$credentials.customBaseUrl.trim().replace(${SLASHES_AT_END}, '').replaceAll('{region}', region)]`,
	`.find((url) => $credentials.customHostIsMine === true && ${CUSTOM_BASE_URL}.test(url)) ?? ''`,
	`: (${JSON.stringify({ production: PRODUCTION_ENDPOINTS, sandbox: SANDBOX_ENDPOINTS })})`,
	`[$credentials.environment][region])`,
	`((${JSON.stringify(regionOfMarketplace)})[${marketplaceExpression}])`,
]
	.join(' ')
	// Two closing braces in a row would end the expression.
	.replaceAll('}}', '} }');

export class AmazonSellingPartnerApi implements ICredentialType {
	name = 'amazonSellingPartnerApi';

	displayName = 'Amazon Selling Partner API';

	icon: Icon = {
		light: 'file:../icons/amazonSellerFeedback.svg',
		dark: 'file:../icons/amazonSellerFeedback.dark.svg',
	};

	documentationUrl =
		'https://github.com/n8n-nodes-amazon-seller-feedback/n8n-nodes-amazon-seller-feedback/blob/main/docs/credential.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. amzn1.application-oa2-client.…',
			description:
				"From your application's Login with Amazon credentials, on Seller Central's developer page",
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Shown next to the client ID. It expires after 180 days.',
		},
		{
			displayName: 'Sellers',
			name: 'accounts',
			type: 'options',
			default: 'one',
			options: [
				{ name: 'One Seller', value: 'one' },
				{
					name: 'Several Sellers',
					value: 'several',
					description: 'All of them have authorized the same application',
				},
			],
			description: 'How many sellers this credential holds',
		},
		{
			displayName: SELLERS_FIELD,
			name: 'sellers',
			type: 'json',
			// n8n hides the tokens and restores them by name; rows of a list it restores by position.
			typeOptions: { redactJsonLeaves: true, resolveCredentialJsonLeaves: true, rows: 8 },
			default: '{\n  "Store A": { "DE": "" },\n  "Store B": { "US": "" }\n}',
			required: true,
			displayOptions: { show: { accounts: ['several'] } },
			hint: 'For each seller: a name of your choice, the primary marketplace, and the refresh token between the last quotes',
			description:
				'n8n shows stored tokens as *** and keeps them as long as name and marketplace stay the same; older n8n versions show them to everyone who may edit the credential.',
		},
		{
			displayName: 'Refresh Token',
			name: 'refreshToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. Atzr|…',
			displayOptions: { show: { accounts: ['one'] } },
			description:
				'Shown once, when you authorize the application for your seller account. It belongs to one region.',
		},
		{
			displayName: 'Primary Marketplace',
			name: 'primaryMarketplace',
			type: 'options',
			default: 'ATVPDKIKX0DER',
			required: true,
			displayOptions: { show: { accounts: ['one'] } },
			options: MARKETPLACES.map(({ id, name, domain, region }) => ({
				name: `${name} (${domain})`,
				value: id,
				description: REGION_NAMES[region],
			})),
			description:
				'Sets the region and endpoint. Nodes use it unless you choose another marketplace.',
		},
		{
			displayName: 'Environment',
			name: 'environment',
			type: 'options',
			default: 'production',
			description: 'Where requests are sent. Use Production unless you are testing.',
			options: [
				{ name: 'Production', value: 'production' },
				{
					name: 'Amazon Sandbox',
					value: 'sandbox',
					description: "Amazon's static sandbox, which answers only a few fixed requests",
				},
				{
					name: 'Custom Base URL',
					value: 'custom',
					description: 'For your own emulator or proxy. It receives your client secret.',
				},
			],
		},
		{
			displayName: 'Base URL',
			name: 'customBaseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. http://localhost:4010',
			displayOptions: { show: { environment: ['custom'] } },
			description:
				'Used for the API and Login with Amazon. Write {region} where the URL needs na, eu or fe.',
		},
		{
			displayName: 'This Host May Receive My Secrets',
			name: 'customHostIsMine',
			type: 'boolean',
			default: false,
			displayOptions: { show: { environment: ['custom'] } },
			description:
				'Whether the host of the base URL is yours: it receives the client secret and the refresh token. Nothing is sent to it until you turn this on.',
		},
		{
			displayName: 'Rate Limit Share (%)',
			name: 'rateLimitShare',
			type: 'number',
			default: 100,
			typeOptions: { minValue: 1, maxValue: 100 },
			description:
				"Percentage of Amazon's rate limit that each n8n process may use. Amazon counts all of them together: with four workers in queue mode, set 25.",
		},
		...reportLimitFields,
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
	];

	/**
	 * Logs in for n8n's own test of the credential; the nodes log in by themselves. n8n would store
	 * what this returns, and before 2.41 it would store the credential with its expressions resolved.
	 * So nothing is returned: the token goes into the copy that n8n sends the request with.
	 */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const { logInAll } = await import('./logInAll');
		credentials.accessToken = await logInAll(this, credentials);
		return {};
	}

	/** A function, because n8n would evaluate an expression for each of many thousand calls. */
	async authenticate(
		{ accessToken }: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return { ...request, headers: { ...request.headers, 'x-amz-access-token': accessToken } };
	}

	test: ICredentialTestRequest = {
		request: {
			baseURL: `={{${baseUrlExpression}}}`,
			url: operationOf('getMarketplaceParticipations').path,
			headers: { 'user-agent': USER_AGENT },
			// A redirect would pass on the access token.
			disableFollowRedirect: true,
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						"Could not test the credential: Amazon denied access. Add 'Selling Partner Insights' (and 'Buyer Solicitation' to request reviews) to the application, then authorize it again and use the new refresh token.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 429,
					message:
						'Could not repeat the test: Amazon allows about one a minute. Wait a minute and try again; the credential works.',
				},
			},
		],
	};
}
