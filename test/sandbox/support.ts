import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox';

export const NOW = '2026-11-20T09:00:00Z';
export const US = 'ATVPDKIKX0DER';
export const CA = 'A2EUQ1WTGCTBG2';
export const DE = 'A1PA6795UKMFR9';
export const JP = 'A1VC38T7YXB528';

export interface Reply {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** The parsed body; reading it fails the test if the response was not JSON. */
	readonly json: Json;
}

/** JSON for tests: every access returns JSON again. */
export interface Json {
	readonly [key: string]: Json;
}

export const errorOf = (reply: Reply) =>
	reply.json['errors']?.['0'] as unknown as { code: string; message: string; details: string };

/** Gets an access token from LWA. */
export async function fetchToken(
	sandbox: Sandbox,
	fields: Record<string, string> = {},
	path = '/auth/o2/token',
): Promise<Reply> {
	const { clientId, clientSecret, refreshToken } = sandbox.credentials();
	return await send(sandbox.url + path, {
		method: 'POST',
		body: new URLSearchParams({
			grant_type: 'refresh_token',
			client_id: clientId,
			client_secret: clientSecret,
			refresh_token: refreshToken,
			...fields,
		}),
	});
}

async function send(url: string, init: RequestInit): Promise<Reply> {
	const response = await fetch(url, init);
	const text = await response.text();
	return {
		status: response.status,
		headers: response.headers,
		text,
		get json(): Json {
			return JSON.parse(text) as Json;
		},
	};
}

export interface ReportOrder {
	readonly reportType: string;
	readonly marketplaceIds: readonly string[];
	readonly dataStartTime?: string;
	readonly dataEndTime?: string;
	readonly reportOptions?: Readonly<Record<string, string>>;
}

/** A plain SP-API client for tests. It never retries. */
export class Client {
	constructor(
		readonly sandbox: Sandbox,
		readonly accessToken: string,
		private readonly prefix = '',
	) {}

	async send(method: string, path: string, body?: unknown): Promise<Reply> {
		return await send(this.sandbox.url + this.prefix + path, {
			method,
			headers: {
				'x-amz-access-token': this.accessToken,
				'content-type': 'application/json',
				'user-agent': 'SandboxTest/1.0 (Language=TypeScript)',
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
	}

	async get(path: string): Promise<Reply> {
		return await this.send('GET', path);
	}

	async actions(orderId: string, marketplaceId = US): Promise<Reply> {
		return await this.get(`/solicitations/v1/orders/${orderId}?marketplaceIds=${marketplaceId}`);
	}

	async solicit(orderId: string, marketplaceId = US): Promise<Reply> {
		return await this.send(
			'POST',
			`/solicitations/v1/orders/${orderId}/solicitations/productReviewAndSellerFeedback?marketplaceIds=${marketplaceId}`,
		);
	}

	/** Creates a report and returns its ID. */
	async createReport(order: ReportOrder): Promise<string> {
		const reply = await this.send('POST', '/reports/2021-06-30/reports', order);
		if (reply.status !== 202) throw new Error(`createReport: ${reply.status} ${reply.text}`);
		return String(reply.json['reportId']);
	}

	/** Waits for a report to end and returns getReport's response. */
	async finishedReport(order: ReportOrder): Promise<Json> {
		const reportId = await this.createReport(order);
		for (;;) {
			const { json } = await this.get(`/reports/2021-06-30/reports/${reportId}`);
			if (!['IN_QUEUE', 'IN_PROGRESS'].includes(String(json['processingStatus']))) return json;
			await sleep(5);
		}
	}

	/** The download link of a document. */
	async documentUrl(documentId: string, query = ''): Promise<string> {
		const reply = await this.get(`/reports/2021-06-30/documents/${documentId}${query}`);
		if (reply.status !== 200) throw new Error(`getReportDocument: ${reply.status} ${reply.text}`);
		return String(reply.json['url']);
	}

	/** All steps from createReport to the decoded bytes of a report that is DONE. */
	async report(order: ReportOrder): Promise<{ bytes: Buffer; contentType: string }> {
		const report = await this.finishedReport(order);
		if (report['reportDocumentId'] === undefined) {
			throw new Error(`The report ended ${String(report['processingStatus'])}`);
		}
		const url = await this.documentUrl(String(report['reportDocumentId']));
		const response = await fetch(url);
		if (response.status !== 200) throw new Error(`download: ${response.status}`);
		const bytes = Buffer.from(await response.arrayBuffer());
		const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
		return {
			bytes: gzipped ? gunzipSync(bytes) : bytes,
			contentType: response.headers.get('content-type') ?? '',
		};
	}
}

/** Logs a seller in and returns a client for it. */
export async function connect(sandbox: Sandbox, sellerKey = 'demo', prefix = ''): Promise<Client> {
	const { refreshToken } = sandbox.credentials(sellerKey);
	const reply = await fetchToken(sandbox, { refresh_token: refreshToken });
	if (reply.status !== 200) throw new Error(`LWA: ${reply.status} ${reply.text}`);
	return new Client(sandbox, String(reply.json['access_token']), prefix);
}

/** A sandbox per test file, reset before each test; reports take 20 ms, and the profile is kind. */
export function useSandbox(options: SandboxOptions = {}): () => Sandbox {
	let sandbox: Sandbox | undefined;
	beforeAll(async () => {
		sandbox = await startSandbox({ now: NOW, reportDelayMs: 20, habits: 'kind', ...options });
	});
	beforeEach(() => sandbox?.reset());
	afterAll(async () => {
		await sandbox?.close();
	});
	return () => {
		if (!sandbox) throw new Error('The sandbox is not running');
		return sandbox;
	};
}

/** An order of a seller for which a review may be requested now (or that is in another state). */
export function orderThatIs(
	sandbox: Sandbox,
	state: string,
	sellerKey = 'demo',
	marketplaceId = US,
): string {
	const orders =
		sandbox.sellers[sellerKey]?.marketplaces.find(
			({ marketplace }) => marketplace.id === marketplaceId,
		)?.orders ?? [];
	const found = orders.find(
		({ orderId }) => sandbox.truth.solicitability(sellerKey, orderId) === state,
	);
	if (!found) throw new Error(`No order of ${sellerKey} is ${state}`);
	return found.orderId;
}

export const eligibleOrder = (sandbox: Sandbox): string => orderThatIs(sandbox, 'eligible');
