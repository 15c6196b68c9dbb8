import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';
import type { LoggedRequest, SolicitationRecord } from '../../sandbox';
import { SetupError } from '../../scripts/lib/output.mjs';
import { repoDir } from '../../scripts/lib/paths.mjs';
import type { RunningSandbox } from '../lib/sandbox';
import type { QueueN8n } from '../n8n/queueN8n';
import type { EndedExecution } from '../n8n/realN8n';
import { itemsOf } from '../n8n/runData';
import type { NewWorkflow } from '../n8n/workflow';

/** Both sell in the same region and share some marketplaces. */
export const SELLERS = ['second', 'europe'] as const;

type SellerKey = (typeof SELLERS)[number];

const EXECUTIONS = 16;
const ROWS = 6;

/** Share of the executions after which all access tokens expire. */
const EXPIRE_AT = 0.5;

const PATIENCE_MS = 420_000;

/** The credential is shared by all items; only these two fields come from the item. */
const BY_ITEM = {
	refreshToken: '={{ $json.refreshToken }}',
	primaryMarketplace: '={{ $json.home }}',
};

const REQUEST = 'Request review';

/** Nodes whose output is the same for each item of a seller. */
const READING = ['Marketplaces', 'Feedback', 'Orders', 'Rating'];

const NODES = [...READING, REQUEST];

/** What really belongs to a seller. */
interface Own {
	readonly refreshToken: string;
	readonly home: string;
	/** Orders to request reviews for. */
	readonly fresh: readonly string[];
	readonly orders: ReadonlySet<string>;
	/** The last digits of the orders. */
	readonly endings: ReadonlySet<string>;
	readonly ratings: number;
	readonly marketplaces: ReadonlySet<string>;
}

/** An item given to an execution. */
interface Given {
	/** Not `seller`, which Send would read as the name of its seller. */
	readonly sellerKey: SellerKey;
	readonly refreshToken: string;
	readonly home: string;
	readonly orderId: string | undefined;
	readonly from: string;
	readonly until: string;
}

/** A row of one of the nodes. */
interface Row extends IDataObject {
	orderId?: string;
	marketplaceId?: string;
	outcome?: string;
	total?: number;
}

/**
 * Parallel executions with one credential whose expressions select one seller for one item and
 * another seller for the next.
 */
export class SellersRound {
	/** Rows checked, by node. */
	readonly rows: Record<string, number> = Object.fromEntries(NODES.map((name) => [name, 0]));

	/** Rows that do not belong to the item's seller. */
	readonly strange: string[] = [];

	executions: readonly EndedExecution[] = [];

	/** The true record at the end. */
	asked: readonly SolicitationRecord[] = [];

	/** The calls at the end. */
	requests: readonly LoggedRequest[] = [];

	isCredentialUntouched = false;

	/** The output for one seller's items, by seller and node: a single text if all are the same. */
	readonly #seen = new Map<string, Set<string>>();

	readonly #sellers = new Map<SellerKey, Own>();

	/** @param pace how much faster the sandbox is than Amazon */
	constructor(
		private readonly n8n: QueueN8n,
		private readonly sandbox: RunningSandbox,
		private readonly pace: number,
	) {}

	async run(): Promise<void> {
		const { sandbox, pace } = this;
		for (const seller of SELLERS) this.#sellers.set(seller, await this.#findOwn(seller));
		const data = { ...(await sandbox.credential({ pace })), ...BY_ITEM };
		const credentialId = await this.n8n.addCredential(data);
		const file = join(repoDir, 'checks', 'queue', 'sellers.json');
		const workflow = JSON.parse(readFileSync(file, 'utf8')) as NewWorkflow;
		const workflowId = await this.n8n.addWorkflow(workflow, credentialId);
		const before = await this.n8n.storedCredential(credentialId);

		const calls = this.#calls();
		const begun = await this.n8n.countExecutions();
		await Promise.all(calls.map(async (rows) => await this.n8n.callWebhook('sellers', { rows })));
		await this.#untilOver(begun.over + calls.length);

		const after = await this.n8n.storedCredential(credentialId);
		this.isCredentialUntouched =
			JSON.stringify(before) === JSON.stringify(after) &&
			Object.entries(BY_ITEM).every(([name, value]) => after.shown[name] === value);
		this.executions = await this.n8n.readExecutions(workflowId);
		for (const execution of this.executions) this.#look(execution);
		this.asked = await sandbox.solicitations();
		this.requests = await sandbox.requests();
	}

	/** Orders whose review was requested by another seller, or not exactly once. */
	get askedWrongly(): string[] {
		return SELLERS.flatMap((seller) =>
			this.#ownOf(seller).fresh.filter((orderId) => {
				const asked = this.asked.filter((each) => each.orderId === orderId);
				return asked.length !== 1 || asked[0]?.sellerKey !== seller;
			}),
		);
	}

	/** Items of a seller whose output differs from the others of the same seller. */
	get unequal(): string[] {
		return [...this.#seen].filter(([, texts]) => texts.size > 1).map(([name]) => name);
	}

	/** Nodes with the same output for both sellers. */
	get alike(): string[] {
		return READING.filter((node) => {
			const [one = [], other = []] = SELLERS.map((seller) => [
				...(this.#seen.get(`${seller} ${node}`) ?? []),
			]);
			return one.length === 0 || other.length === 0 || one.some((text) => other.includes(text));
		});
	}

	/** What really belongs to this seller. */
	async #findOwn(sellerKey: SellerKey): Promise<Own> {
		const { sandbox } = this;
		const { refreshToken, primaryMarketplace: marketplaceId } = await sandbox.credential({
			sellerKey,
		});
		const count = Math.ceil((EXECUTIONS * ROWS) / SELLERS.length);
		const fresh = await sandbox.addOrders({ sellerKey, marketplaceId, count });
		const marketplaces = await sandbox.marketplacesOf(sellerKey);
		const feedback = await Promise.all(
			marketplaces.map(
				async (place) => await sandbox.feedback({ sellerKey, marketplaceId: place.marketplaceId }),
			),
		);
		const orders = await sandbox.orders({ sellerKey });
		const truth = await sandbox.rating({ sellerKey, marketplaceId });
		const { positive, neutral, negative } = truth[365];
		return {
			refreshToken,
			home: marketplaceId,
			fresh,
			orders: new Set([
				...orders.map(({ orderId }) => orderId),
				...feedback.flat().map(({ orderId }) => orderId),
			]),
			endings: new Set(orders.map(({ orderId }) => orderId.slice(4))),
			ratings: positive + neutral + negative,
			marketplaces: new Set(marketplaces.map((place) => place.marketplaceId)),
		};
	}

	#ownOf(seller: SellerKey): Own {
		const own = this.#sellers.get(seller);
		if (!own) throw new Error(`There is no seller ${seller}`);
		return own;
	}

	/**
	 * The items of each execution: the sellers in turn, each execution starting with a different one.
	 */
	#calls(): Given[][] {
		const day = 24 * 3600 * 1000;
		const from = new Date(Date.now() - 20 * day).toISOString();
		const until = new Date(Date.now() - 15 * day).toISOString();
		const left = new Map(SELLERS.map((seller) => [seller, [...this.#ownOf(seller).fresh]]));
		return Array.from({ length: EXECUTIONS }, (_, execution) =>
			Array.from({ length: ROWS }, (_none, row) => {
				const seller = SELLERS[(execution + row) % SELLERS.length] ?? SELLERS[0];
				const { refreshToken, home } = this.#ownOf(seller);
				const orderId = left.get(seller)?.shift();
				return { sellerKey: seller, refreshToken, home, orderId, from, until };
			}),
		);
	}

	async #untilOver(count: number): Promise<void> {
		const start = Date.now();
		let expireAt = count - EXECUTIONS * (1 - EXPIRE_AT);
		for (;;) {
			const { over } = await this.n8n.countExecutions();
			if (over >= count) return;
			if (over >= expireAt) {
				expireAt = Infinity;
				await this.sandbox.expireAccessTokens();
			}
			if (Date.now() - start > PATIENCE_MS) {
				throw new SetupError(`The executions did not end. The logs are in ${this.n8n.dir}.`);
			}
			await sleep(250);
		}
	}

	/** Checks each row an execution returned. */
	#look({ id, runData }: EndedExecution): void {
		const items = (node: string) =>
			(runData[node]?.[0]?.data?.['main'] ?? []).flatMap((output) => output ?? []);
		const given = itemsOf<Given>(runData, 'One item each');
		for (const node of NODES) {
			const byItem = new Map<number, Row[]>();
			for (const { json, pairedItem } of items(node)) {
				const [pair] = [pairedItem].flat();
				const index = typeof pair === 'number' ? pair : (pair?.item ?? -1);
				const seller = given[index]?.sellerKey;
				this.rows[node] = (this.rows[node] ?? 0) + 1;
				byItem.set(index, [...(byItem.get(index) ?? []), json]);
				if (!this.#isOwn(node, json, given[index])) {
					this.strange.push(
						`execution ${id}, ${node}, item ${index} of ${seller}: ${JSON.stringify(json).slice(0, 300)}`,
					);
				}
			}
			given.forEach(({ sellerKey: seller }, index) => {
				const rows = byItem.get(index) ?? [];
				if (rows.length === 0) this.strange.push(`execution ${id}, ${node}, item ${index}: no row`);
				if (node === REQUEST) return;
				const key = `${seller} ${node}`;
				const texts = this.#seen.get(key) ?? new Set();
				this.#seen.set(key, texts.add(likeness(node, rows)));
			});
		}
	}

	#isOwn(node: string, json: Row, given: Given | undefined): boolean {
		if (given === undefined) return false;
		const own = this.#ownOf(given.sellerKey);
		const { orderId, marketplaceId = '', outcome, total = 0 } = json;
		if (node === REQUEST) return orderId === given.orderId && outcome === 'sent';
		if (node === 'Rating') return total <= own.ratings && total > 0.9 * own.ratings;
		if (!own.marketplaces.has(marketplaceId)) return false;
		if (orderId === undefined || own.orders.has(orderId)) return true;
		// A digital order is the twin of another of the seller's orders, and ends with the same digits.
		return orderId.startsWith('D01-') && own.endings.has(orderId.slice(4));
	}
}

/** What all items of one seller have in common, as text, without times that differ. */
function likeness(node: string, rows: readonly Row[]): string {
	if (node !== 'Rating') {
		return rows
			.map(({ orderId, marketplaceId }) => orderId ?? marketplaceId)
			.toSorted()
			.join();
	}
	return JSON.stringify(rows, (name, value: unknown) =>
		/At$|Time$/.test(name) ? undefined : value,
	);
}
