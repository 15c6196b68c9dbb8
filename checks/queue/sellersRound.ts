import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './output.mjs';
import { repoDir } from './paths.mjs';
import { askSandbox, sandboxCredential, controlSandbox } from './sandbox.mjs';

/** Both sell in the same region and share some marketplaces. */
export const SELLERS = ['second', 'europe'];

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

/**
 * Parallel executions with one credential whose expressions make it one seller's for one item and
 * another seller's for the next.
 */
export class SellersRound {
	/**
	 * Rows checked, by node.
	 *
	 * @type {Record<string, number>}
	 */
	rows = Object.fromEntries(NODES.map((name) => [name, 0]));

	/** Rows that do not belong to the item's seller. @type {string[]} */
	strange = [];

	/** The output for one seller's items, by seller and node: a single text if all are the same. */
	#seen = new Map();

	/**
	 * @param {import('./cluster.mjs').N8nCluster} n8n
	 * @param {{ url: string, pace: number }} sandbox how much faster it is than Amazon
	 */
	constructor(n8n, sandbox) {
		Object.assign(this, { n8n, sandbox });
	}

	async run() {
		const { url } = this.sandbox;
		this.sellers = Object.fromEntries(
			await Promise.all(SELLERS.map(async (seller) => [seller, await this.#ownOf(seller)])),
		);
		const data = { ...(await sandboxCredential(url, { pace: this.sandbox.pace })), ...BY_ITEM };
		this.credentialId = await this.n8n.addCredential(data);
		const file = join(repoDir, 'test', 'queue', 'sellers.json');
		const workflow = JSON.parse(readFileSync(file, 'utf8'));
		const workflowId = await this.n8n.addWorkflow(workflow, this.credentialId);
		const before = await this.n8n.storedCredential(this.credentialId);

		const calls = this.#calls();
		const begun = await this.n8n.countExecutions();
		await Promise.all(calls.map(async (rows) => await this.n8n.callWebhook('sellers', { rows })));
		await this.#untilOver(begun.over + calls.length);

		const after = await this.n8n.storedCredential(this.credentialId);
		this.isCredentialUntouched =
			JSON.stringify(before) === JSON.stringify(after) &&
			Object.entries(BY_ITEM).every(([name, value]) => after.shown[name] === value);
		this.executions = await this.n8n.readExecutions(workflowId);
		for (const execution of this.executions) this.#look(execution);
		this.asked = await askSandbox(url, 'truth/solicitations');
		this.requests = await askSandbox(url, 'requests');
	}

	/** Orders whose review was requested by another seller, or not exactly once. */
	get askedWrongly() {
		return SELLERS.flatMap((seller) =>
			this.sellers[seller].fresh.filter((orderId) => {
				const asked = this.asked.filter((each) => each.orderId === orderId);
				return asked.length !== 1 || asked[0].sellerKey !== seller;
			}),
		);
	}

	/** Items of a seller whose output differs from the others of the same seller. */
	get unequal() {
		return [...this.#seen].filter(([, texts]) => texts.size > 1).map(([name]) => name);
	}

	/** Nodes with the same output for both sellers. */
	get alike() {
		return READING.filter((node) => {
			const [one, other] = SELLERS.map((seller) => [
				...(this.#seen.get(`${seller} ${node}`) ?? []),
			]);
			return one.length === 0 || other.length === 0 || one.some((text) => other.includes(text));
		});
	}

	/** What really belongs to this seller. */
	async #ownOf(sellerKey) {
		const { url } = this.sandbox;
		const { refreshToken, marketplaceId } = await askSandbox(url, 'credentials', { sellerKey });
		const count = Math.ceil((EXECUTIONS * ROWS) / SELLERS.length);
		const fresh = await controlSandbox(url, 'world/orders', { sellerKey, marketplaceId, count });
		const all = await askSandbox(url, 'sellers');
		const { marketplaces } = all.find(({ key }) => key === sellerKey);
		const feedback = await Promise.all(
			marketplaces.map(
				async (place) =>
					await askSandbox(url, 'truth/feedback', {
						sellerKey,
						marketplaceId: place.marketplaceId,
					}),
			),
		);
		const orders = await askSandbox(url, 'truth/orders', { sellerKey });
		const truth = await askSandbox(url, 'truth/rating', { sellerKey, marketplaceId });
		const { positive, neutral, negative } = truth[365];
		return {
			refreshToken,
			home: marketplaceId,
			fresh: fresh.map(({ orderId }) => orderId),
			orders: new Set([
				...orders.map(({ orderId }) => orderId),
				...feedback.flat().map(({ orderId }) => orderId),
			]),
			endings: new Set(orders.map(({ orderId }) => orderId.slice(4))),
			ratings: positive + neutral + negative,
			marketplaces: new Set(marketplaces.map((place) => place.marketplaceId)),
		};
	}

	/**
	 * The items of each execution: the sellers in turn, each execution starting with a different one.
	 */
	#calls() {
		const day = 24 * 3600 * 1000;
		const from = new Date(Date.now() - 20 * day).toISOString();
		const until = new Date(Date.now() - 15 * day).toISOString();
		const left = Object.fromEntries(
			SELLERS.map((seller) => [seller, [...this.sellers[seller].fresh]]),
		);
		return Array.from({ length: EXECUTIONS }, (_, execution) =>
			Array.from({ length: ROWS }, (_none, row) => {
				const seller = SELLERS[(execution + row) % SELLERS.length];
				const { refreshToken, home } = this.sellers[seller];
				return { seller, refreshToken, home, orderId: left[seller].shift(), from, until };
			}),
		);
	}

	async #untilOver(count) {
		const start = Date.now();
		const { url } = this.sandbox;
		let expireAt = count - EXECUTIONS * (1 - EXPIRE_AT);
		for (;;) {
			const { over } = await this.n8n.countExecutions();
			if (over >= count) return;
			if (over >= expireAt) {
				expireAt = Infinity;
				await controlSandbox(url, 'lwa/expire', {});
			}
			if (Date.now() - start > PATIENCE_MS) {
				throw new SetupError(`The executions did not end. The logs are in ${this.n8n.dir}.`);
			}
			await sleep(250);
		}
	}

	/** Checks each row an execution returned. */
	#look({ id, runData }) {
		const items = (node) =>
			(runData[node]?.[0]?.data?.main ?? []).flatMap((output) => output ?? []);
		const given = items('One item each').map(({ json }) => json);
		for (const node of NODES) {
			const byItem = new Map();
			for (const { json, pairedItem } of items(node)) {
				const index = typeof pairedItem === 'number' ? pairedItem : [pairedItem].flat()[0]?.item;
				const seller = given[index]?.seller;
				this.rows[node] += 1;
				byItem.set(index, [...(byItem.get(index) ?? []), json]);
				if (!this.#isOwn(node, json, given[index])) {
					this.strange.push(
						`execution ${id}, ${node}, item ${index} of ${seller}: ${JSON.stringify(json).slice(0, 300)}`,
					);
				}
			}
			given.forEach(({ seller }, index) => {
				const rows = byItem.get(index) ?? [];
				if (rows.length === 0) this.strange.push(`execution ${id}, ${node}, item ${index}: no row`);
				if (node === REQUEST) return;
				const key = `${seller} ${node}`;
				if (!this.#seen.has(key)) this.#seen.set(key, new Set());
				this.#seen.get(key).add(likeness(node, rows));
			});
		}
	}

	#isOwn(node, json, given) {
		const own = this.sellers[given?.seller];
		if (own === undefined) return false;
		if (node === REQUEST) return json.orderId === given.orderId && json.outcome === 'sent';
		if (node === 'Rating') return json.total <= own.ratings && json.total > 0.9 * own.ratings;
		if (!own.marketplaces.has(json.marketplaceId)) return false;
		if (json.orderId === undefined || own.orders.has(json.orderId)) return true;
		// A digital order is the twin of another of the seller's orders, and ends with the same digits.
		return json.orderId.startsWith('D01-') && own.endings.has(json.orderId.slice(4));
	}
}

/** What all items of one seller have in common, as text, without times that differ. */
function likeness(node, rows) {
	if (node !== 'Rating') {
		return rows
			.map(({ orderId, marketplaceId }) => orderId ?? marketplaceId)
			.toSorted()
			.join();
	}
	return JSON.stringify(rows, (name, value) => (/At$|Time$/.test(name) ? undefined : value));
}
