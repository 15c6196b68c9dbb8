/*
 * Runs Amazon's own JavaScript SDK, unmodified, against a sandbox and prints its results as JSON.
 * The SDK gets tokens from https://api.amazon.com. A global agent that opens a plain connection to
 * the sandbox instead is enough to redirect that.
 */
import { createRequire } from 'node:module';
import https from 'node:https';
import net from 'node:net';
import { gunzipSync } from 'node:zlib';

const sandbox = new URL(process.env.SANDBOX_URL);

class SandboxAgent extends https.Agent {
	createConnection() {
		return net.connect(Number(sandbox.port), sandbox.hostname);
	}
}

// A client that disables agents (`agent: false`) gets a new one of the global agent's class.
createRequire(import.meta.url)('node:https').globalAgent = new SandboxAgent();

const { ReportsSpApi, SolicitationsSpApi, SellersSpApi, Orders_v2026SpApi } = await import(
	'@amazon-sp-api-release/amazon-sp-api-sdk-js'
);

const { CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, MARKETPLACE_ID, ORDER_ID } = process.env;
const connect = ({ ApiClient }) => {
	const client = new ApiClient(sandbox.origin);
	client.enableAutoRetrievalAccessToken(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, null);
	return client;
};

const sellers = new SellersSpApi.SellersApi(connect(SellersSpApi));
const participations = await sellers.getMarketplaceParticipations();

const reports = new ReportsSpApi.ReportsApi(connect(ReportsSpApi));
const { reportId } = await reports.createReport({
	reportType: 'GET_SELLER_FEEDBACK_DATA',
	marketplaceIds: [MARKETPLACE_ID],
	dataStartTime: process.env.START,
});
let report = await reports.getReport(reportId);
while (report.processingStatus === 'IN_QUEUE' || report.processingStatus === 'IN_PROGRESS') {
	await new Promise((resolve) => setTimeout(resolve, 20));
	report = await reports.getReport(reportId);
}
const document = await reports.getReportDocument(report.reportDocumentId);
const download = await fetch(document.url);
const bytes = Buffer.from(await download.arrayBuffer());
const text = (document.compressionAlgorithm === 'GZIP' ? gunzipSync(bytes) : bytes).toString(
	'utf8',
);

const orders = new Orders_v2026SpApi.SearchOrdersApi(connect(Orders_v2026SpApi));
const found = await orders.searchOrders({
	createdAfter: process.env.START,
	maxResultsPerPage: 3,
	includedData: ['FULFILLMENT'],
});

const solicitations = new SolicitationsSpApi.SolicitationsApi(connect(SolicitationsSpApi));
const actions = await solicitations.getSolicitationActionsForOrder(ORDER_ID, [MARKETPLACE_ID]);
const { response } =
	await solicitations.createProductReviewAndSellerFeedbackSolicitationWithHttpInfo(ORDER_ID, [
		MARKETPLACE_ID,
	]);
const after = await solicitations.getSolicitationActionsForOrder(ORDER_ID, [MARKETPLACE_ID]);

const names = (answer) => answer.links.actions.map(({ name }) => name);
process.stdout.write(
	JSON.stringify({
		countries: participations.payload.map(({ marketplace }) => marketplace.countryCode),
		processingStatus: report.processingStatus,
		orderIds: text
			.split('\r\n')
			.slice(1, -1)
			.map((line) => line.split('\t')[4]),
		orders: found.orders.map(({ fulfillment }) => fulfillment.fulfillmentStatus),
		before: names(actions),
		posted: response.statusCode,
		after: names(after),
	}),
);
