import { setTimeout as sleep } from 'node:timers/promises';
import { US, Client, fetchToken, type Json, type Reply } from './support';
import type { Sandbox } from '../../sandbox';

export const BASE = '/dataKiosk/2023-11-15';
export const DATASET = 'analytics_salesAndTraffic_2024_04_24';

export const many = (json: Json | null | undefined): Json[] => (json ?? []) as unknown as Json[];

interface Wish {
	readonly list?: 'salesAndTrafficByDate' | 'salesAndTrafficByAsin';
	readonly aggregateBy?: string;
	readonly startDate?: string;
	readonly endDate?: string;
	readonly marketplaceIds?: readonly string[];
	readonly fields?: string;
}

/** The text of a query, by default for the US and ten settled days. */
export function queryText({
	list = 'salesAndTrafficByDate',
	aggregateBy = list === 'salesAndTrafficByDate' ? 'DAY' : 'SKU',
	startDate = '2026-11-01',
	endDate = '2026-11-10',
	marketplaceIds = [US],
	fields = 'marketplaceId startDate sales { unitsOrdered } traffic { feedbackReceived }',
}: Wish = {}): string {
	return `query {
  ${DATASET} {
    ${list}(aggregateBy: ${aggregateBy} startDate: "${startDate}" endDate: "${endDate}" marketplaceIds: ${JSON.stringify(marketplaceIds)}) {
      ${fields}
    }
  }
}`;
}

/** A client of Data Kiosk for tests. It never retries. */
export class KioskClient extends Client {
	async create(query: string, paginationToken?: string): Promise<Reply> {
		return await this.send('POST', `${BASE}/queries`, { query, paginationToken });
	}

	async queryId(query: string, paginationToken?: string): Promise<string> {
		const reply = await this.create(query, paginationToken);
		if (reply.status !== 202) throw new Error(`createQuery: ${reply.status} ${reply.text}`);
		return String(reply.json['queryId']);
	}

	async show(queryId: string, parameters = ''): Promise<Reply> {
		return await this.get(`${BASE}/queries/${queryId}${parameters}`);
	}

	/** Waits for a query to end and returns getQuery's response. */
	async ended(queryId: string): Promise<Json> {
		for (;;) {
			const { json } = await this.show(queryId);
			if (!['IN_QUEUE', 'IN_PROGRESS'].includes(String(json['processingStatus']))) return json;
			await sleep(5);
		}
	}

	async status(queryId: string): Promise<string> {
		return String((await this.show(queryId)).json['processingStatus']);
	}

	/** A new link to a document. */
	async link(documentId: string): Promise<string> {
		const reply = await this.get(`${BASE}/documents/${documentId}`);
		if (reply.status !== 200) throw new Error(`getDocument: ${reply.status} ${reply.text}`);
		return String(reply.json['documentUrl']);
	}

	/** The text of the data document or the error document, decompressed by the HTTP client. */
	async documentOf(query: Json): Promise<string> {
		const { dataDocumentId, errorDocumentId } = query;
		const response = await fetch(await this.link(String(dataDocumentId ?? errorDocumentId)));
		if (response.status !== 200) throw new Error(`download: ${response.status}`);
		return await response.text();
	}

	/** All steps from createQuery to the text of the result; empty if there is no document. */
	async resultOf(wish: Wish | string = {}): Promise<string> {
		const text = typeof wish === 'string' ? wish : queryText(wish);
		const query = await this.ended(await this.queryId(text));
		return query['dataDocumentId'] === undefined ? '' : await this.documentOf(query);
	}

	/** The same, each line parsed. */
	async rows(wish: Wish | string = {}): Promise<Json[]> {
		return (await this.resultOf(wish))
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => JSON.parse(line) as Json);
	}
}

/** Logs a seller in and returns a client of Data Kiosk for it. */
export async function connectKiosk(
	sandbox: Sandbox,
	sellerKey = 'demo',
	application: 'main' | 'other' = 'main',
	prefix = '',
): Promise<KioskClient> {
	const { clientId, clientSecret, refreshToken } = sandbox.credentials(sellerKey, application);
	const reply = await fetchToken(sandbox, {
		client_id: clientId,
		client_secret: clientSecret,
		refresh_token: refreshToken,
	});
	return new KioskClient(sandbox, String(reply.json['access_token']), prefix);
}
