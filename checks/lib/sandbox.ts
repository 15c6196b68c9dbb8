import type {
	Defects,
	FaultSpec,
	FeedbackEvent,
	LoggedRequest,
	N8nCredential,
	OrderTruth,
	RatingTruth,
	QueryRequestRecord,
	ReportReadRecord,
	ReportRequestRecord,
	RequestAnswerRecord,
	RequestCount,
	SandboxSecrets,
	SandboxSettings,
	SolicitationRecord,
	WorldFeedback,
} from '../../sandbox';
import { pickFreePort } from '../../scripts/lib/ports.mjs';
import { askSandbox, controlSandbox, startSandbox } from '../../scripts/lib/sandbox.mjs';

type Query = Readonly<Record<string, string>>;

/** A seller of the sandbox. */
export interface SellerSummary {
	readonly key: string;
	readonly name: string;
	readonly marketplaces: ReadonlyArray<{
		readonly marketplaceId: string;
		readonly countryCode: string;
	}>;
}

/** A fault, and how many times it was applied. */
export type FiredFault = FaultSpec & { readonly fired: number };

/** A sandbox in its own process. */
export class RunningSandbox {
	private constructor(readonly url: string) {}

	/** @param flags options of `npm run sandbox`, without the dashes */
	static async start(
		logFile: string,
		flags: Readonly<Record<string, string | number>>,
	): Promise<RunningSandbox> {
		const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
		const port = await pickFreePort();
		const { url } = await startSandbox({ port, logFile, args: [...args, '--quiet'] });
		return new RunningSandbox(url);
	}

	/** The data of n8n's credential for a seller; `pace`: how much faster it is than Amazon. */
	async credential({ sellerKey = 'demo', pace = 1 } = {}): Promise<N8nCredential> {
		return await this.read('n8nCredential', { sellerKey, pace: String(pace) });
	}

	/** The newest requests, oldest first: all since the start, up to 100,000. */
	async requests(): Promise<LoggedRequest[]> {
		return await this.read('requests');
	}

	/** How many requests there were since the start, however many. */
	async requestCounts(): Promise<RequestCount[]> {
		return await this.read('requestCounts');
	}

	/** The memory of its process. */
	async memory(): Promise<NodeJS.MemoryUsage> {
		return await this.read('memory');
	}

	/** How many requests of an operation there were. */
	async countRequests(operation: string): Promise<number> {
		return (await this.requests()).filter((request) => request.operation === operation).length;
	}

	async sellers(): Promise<SellerSummary[]> {
		return await this.read('sellers');
	}

	/** The marketplaces of a seller. */
	async marketplacesOf(sellerKey: string): Promise<SellerSummary['marketplaces']> {
		const seller = (await this.sellers()).find(({ key }) => key === sellerKey);
		return seller?.marketplaces ?? [];
	}

	async secrets(): Promise<SandboxSecrets> {
		return await this.read('secrets');
	}

	async faults(): Promise<FiredFault[]> {
		return await this.read('faults');
	}

	async addFault(fault: FaultSpec): Promise<void> {
		await this.control('faults', fault);
	}

	async removeFaults(): Promise<void> {
		const answer = await fetch(`${this.url}/sandbox/faults`, { method: 'DELETE' });
		await answer.text();
	}

	/** The true record of review requests. */
	async solicitations(): Promise<SolicitationRecord[]> {
		return await this.read('truth/solicitations');
	}

	/** The feedback that came, or will come, only because it was requested. */
	async requestAnswers(): Promise<RequestAnswerRecord[]> {
		return await this.read('truth/requestAnswers');
	}

	/** Whether a review may be requested for the order at a time, or why not. */
	async solicitability(orderId: string, at: string): Promise<string> {
		const { solicitability } = await this.read<OrderTruth>('truth/solicitability', { orderId, at });
		return solicitability;
	}

	async reportRequests(): Promise<ReportRequestRecord[]> {
		return await this.read('truth/reportRequests');
	}

	/** The first time that each finished report was read, oldest first. */
	async reportReads(): Promise<ReportReadRecord[]> {
		return await this.read('truth/reportReads');
	}

	async queryRequests(): Promise<QueryRequestRecord[]> {
		return await this.read('truth/queryRequests');
	}

	async feedback(query: Query = {}): Promise<WorldFeedback[]> {
		return await this.read('truth/feedback', query);
	}

	async feedbackHistory(query: Query = {}): Promise<FeedbackEvent[]> {
		return await this.read('truth/feedbackHistory', query);
	}

	async rating(query: Query): Promise<RatingTruth> {
		return await this.read('truth/rating', query);
	}

	async orders(query: Query = {}): Promise<OrderTruth[]> {
		return await this.read('truth/orders', query);
	}

	/** Adds orders to the world and returns their IDs. */
	async addOrders(orders: object): Promise<string[]> {
		const added = await this.control<Array<{ orderId: string }>>('world/orders', orders);
		return added.map(({ orderId }) => orderId);
	}

	async addFeedback(feedback: object): Promise<WorldFeedback> {
		return await this.control('world/feedback', feedback);
	}

	async setAccountStatus(marketplaceId: string, status: string): Promise<void> {
		await this.control('world/accountStatus', { marketplaceId, status });
	}

	async setDefects(marketplaceId: string, defects: Defects): Promise<void> {
		await this.control('world/defects', { marketplaceId, defects });
	}

	async set(settings: Partial<SandboxSettings>): Promise<void> {
		await this.control('settings', settings);
	}

	async expireAccessTokens(): Promise<void> {
		await this.control('lwa/expire', {});
	}

	async setClock(time: number): Promise<void> {
		await this.control('clock', { set: new Date(time).toISOString() });
	}

	/** Uses one of the controls, a path below /sandbox/. */
	async control<T>(path: string, body: object): Promise<T> {
		return await controlSandbox(this.url, path, body);
	}

	private async read<T>(path: string, query: Query = {}): Promise<T> {
		return await askSandbox(this.url, path, query);
	}
}
