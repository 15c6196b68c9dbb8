import { execFile } from 'node:child_process';
import https from 'node:https';
import net from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SellingPartner } from 'amazon-sp-api';
import { DE, US, orderThatIs, useSandbox } from './support';

const sandbox = useSandbox();
const START = '2025-11-20T00:00:00Z';
const ACTION = 'productReviewAndSellerFeedback';

/** An https agent that opens a plain connection to the sandbox, whichever host was requested. */
function agentTo(url: string): https.Agent {
	const { port, hostname } = new URL(url);
	const agent = new https.Agent();
	Object.assign(agent, { createConnection: () => net.connect(Number(port), hostname) });
	return agent;
}

function connectAmazonSpApi(sellerKey: string, region: 'na' | 'eu'): SellingPartner {
	const { clientId, clientSecret, refreshToken } = sandbox().credentials(sellerKey);
	return new SellingPartner({
		region,
		refresh_token: refreshToken,
		credentials: {
			SELLING_PARTNER_APP_CLIENT_ID: clientId,
			SELLING_PARTNER_APP_CLIENT_SECRET: clientSecret,
		},
		options: { https_proxy_agent: agentTo(sandbox().url) } as object,
	});
}

describe('amazon-sp-api', () => {
	it.each([
		['demo', 'na', US, 'Order ID', 'Comments'],
		['second', 'eu', DE, 'Bestellnummer', 'Kommentare'],
	] as const)(
		'fetches a feedback report and requests a review: %s',
		async (sellerKey, region, marketplaceId, idColumn, commentColumn) => {
			const client = connectAmazonSpApi(sellerKey, region);
			const call = async (request: object) =>
				(await client.callAPI(request as never)) as unknown as Record<string, unknown>;
			const version = { version: '2021-06-30' };
			const { reportId } = await call({
				operation: 'createReport',
				endpoint: 'reports',
				options: version,
				body: {
					reportType: 'GET_SELLER_FEEDBACK_DATA',
					marketplaceIds: [marketplaceId],
					dataStartTime: START,
				},
			});
			const getReport = async () =>
				await call({
					operation: 'getReport',
					endpoint: 'reports',
					options: version,
					path: { reportId },
				});
			let report = await getReport();
			while (['IN_QUEUE', 'IN_PROGRESS'].includes(String(report['processingStatus']))) {
				await sleep(10);
				report = await getReport();
			}
			expect(report['processingStatus']).toBe('DONE');
			const document = await call({
				operation: 'getReportDocument',
				endpoint: 'reports',
				options: version,
				path: { reportDocumentId: report['reportDocumentId'] },
			});
			const rows = (await client.download(document as never, { json: true })) as unknown as Array<
				Record<string, string>
			>;
			const truth = sandbox().truth.feedback(sellerKey, marketplaceId, { from: '2025-11-21' });
			expect(rows.map((row) => row[idColumn])).toEqual(
				truth.map(({ orderId }) => orderId).reverse(),
			);
			expect(rows.map((row) => row[commentColumn])).toEqual(
				// This client trims its cells.
				truth.map(({ comment }) => comment.trim()).reverse(),
			);

			const orderId = orderThatIs(sandbox(), 'eligible', sellerKey, marketplaceId);
			const solicitation = {
				endpoint: 'solicitations',
				path: { amazonOrderId: orderId },
				query: { marketplaceIds: [marketplaceId] },
			};
			const actions = await call({
				...solicitation,
				operation: 'getSolicitationActionsForOrder',
			});
			expect(JSON.stringify(actions)).toContain(ACTION);
			await call({
				...solicitation,
				operation: 'createProductReviewAndSellerFeedbackSolicitation',
			});
			expect(sandbox().truth.solicitations).toMatchObject([{ sellerKey, orderId, marketplaceId }]);
			await expect(
				call({ ...solicitation, operation: 'createProductReviewAndSellerFeedbackSolicitation' }),
			).rejects.toMatchObject({ code: 'Unauthorized', message: /already requested/ as never });
			expect(sandbox().truth.solicitations).toHaveLength(1);
		},
	);

	it('gets a new token by itself when the old one has expired', async () => {
		const client = connectAmazonSpApi('demo', 'na');
		const call = async () =>
			await client.callAPI({ operation: 'getMarketplaceParticipations', endpoint: 'sellers' });
		await call();
		sandbox().lwa.expireAccessTokens();
		await call();
		expect(sandbox().requests.map(({ operation, status }) => `${operation} ${status}`)).toEqual([
			'lwaToken 200',
			'getMarketplaceParticipations 200',
			'getMarketplaceParticipations 403',
			'lwaToken 200',
			'getMarketplaceParticipations 200',
		]);
	});
});

describe("Amazon's own SDK", () => {
	it('fetches a feedback report, searches orders and requests a review', async () => {
		const { clientId, clientSecret, refreshToken } = sandbox().credentials();
		const orderId = orderThatIs(sandbox(), 'eligible');
		const { stdout } = await promisify(execFile)(
			process.execPath,
			[resolve(__dirname, 'clients', 'amazonSdk.mjs')],
			{
				env: {
					PATH: process.env['PATH'] ?? '',
					SANDBOX_URL: sandbox().url,
					CLIENT_ID: clientId,
					CLIENT_SECRET: clientSecret,
					REFRESH_TOKEN: refreshToken,
					MARKETPLACE_ID: US,
					ORDER_ID: orderId,
					START,
				} as NodeJS.ProcessEnv,
			},
		);
		const truth = sandbox().truth.feedback('demo', US, { from: '2025-11-21' });
		expect(JSON.parse(stdout)).toEqual({
			countries: ['US', 'CA', 'MX'],
			processingStatus: 'DONE',
			orderIds: truth.map((feedback) => feedback.orderId).reverse(),
			orders: [expect.any(String), expect.any(String), expect.any(String)],
			before: [ACTION],
			posted: 201,
			after: [],
		});
		expect(sandbox().truth.solicitations).toMatchObject([{ sellerKey: 'demo', orderId }]);
	});
});
