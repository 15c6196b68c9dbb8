import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggedRequest, SolicitationRecord } from '../../sandbox';
import { SetupError } from '../../scripts/lib/output.mjs';
import type { RunningSandbox } from '../lib/sandbox';
import type { EndedRequests, QueueN8n } from '../n8n/queueN8n';

const ORDERS = 2000;

/**
 * The first round: executions that start at once, three for each block of orders. Two have the same
 * list, so they want the same orders at the same moment; the third is half a block ahead.
 */
const BLOCK = 250;
const STARTS_IN_BLOCK = [0, 0, BLOCK / 2];

/** Executions of a later round, each with all remaining orders. */
const LATER_EXECUTIONS = 2;
const MOST_ROUNDS = 6;

/** From the third round on, the workers' clock advances by this much before each. */
const MINUTES_BETWEEN_ROUNDS = 30;

/** Shares of the orders after which a worker is killed, and after which all tokens expire. */
export const KILL_AT = [0.2, 0.45, 0.7];
const EXPIRE_AT = 0.5;

const ROUND_PATIENCE_MS = 360_000;

export const CHECK = 'getSolicitationActionsForOrder';
export const REQUEST = 'createProductReviewAndSellerFeedbackSolicitation';

/** The rounds of executions over the orders, and their results. */
export class QueueRounds {
	readonly ended: EndedRequests[] = [];

	orders: readonly string[] = [];

	/** Orders without a review request at the end. */
	left: readonly string[] = [];

	/** The true record at the end. */
	solicitations: readonly SolicitationRecord[] = [];

	/** The calls at the end. */
	requests: readonly LoggedRequest[] = [];

	rounds = 0;

	/** Executions a killed worker was working on. */
	readonly brokenOff = new Set<string>();

	kills = 0;

	readonly #events = [
		...KILL_AT.map((part) => ({ part, work: async () => await this.#killBusiest() })),
		{ part: EXPIRE_AT, work: async () => await this.sandbox.expireAccessTokens() },
	].sort((a, b) => a.part - b.part);

	/** Workers that are being restarted. */
	readonly #starting: Array<Promise<void>> = [];

	constructor(
		private readonly n8n: QueueN8n,
		private readonly sandbox: RunningSandbox,
	) {}

	async run(): Promise<void> {
		this.orders = await this.sandbox.addOrders({ count: ORDERS });
		const ring = [...this.orders, ...this.orders.slice(0, BLOCK)];
		const starts = upTo(ORDERS / BLOCK).flatMap((number) =>
			STARTS_IN_BLOCK.map((ahead) => (number - 1) * BLOCK + ahead),
		);
		await this.#round(
			'at once',
			starts.map((start) => ring.slice(start, start + BLOCK)),
		);
		while ((await this.#left()).length > 0 && this.rounds < MOST_ROUNDS) {
			const later = Math.max(0, this.rounds - 1) * MINUTES_BETWEEN_ROUNDS;
			this.n8n.setClockAhead(later);
			// Each worker checks its clock twice a second.
			await sleep(1000);
			const left = await this.#left();
			await this.#round(
				later === 0 ? 'right after' : `${later} minutes later`,
				upTo(LATER_EXECUTIONS).map(() => left),
			);
		}
		await Promise.all(this.#starting);
		this.left = await this.#left();
		this.solicitations = await this.sandbox.solicitations();
		this.requests = (await this.sandbox.requests()).filter(({ operation }) =>
			[CHECK, REQUEST].includes(operation),
		);
	}

	/** Starts executions over these orders and waits until all of them have ended. */
	async #round(when: string, batches: ReadonlyArray<readonly string[]>): Promise<void> {
		const start = Date.now();
		const before = (await this.sandbox.solicitations()).length;
		const { all } = await this.n8n.countExecutions();
		await Promise.all(
			batches.map(async (orders) => await this.n8n.callWebhook('orders', { orders })),
		);
		while ((await this.n8n.countExecutions()).over < all + batches.length) {
			if (Date.now() - start > ROUND_PATIENCE_MS) {
				throw new SetupError(`The executions did not end. The logs are in ${this.n8n.dir}.`);
			}
			await this.#disturb();
			await sleep(500);
		}
		const ended = await this.n8n.readEnded();
		this.ended.push(...ended);
		const outcomes = countBy(ended.flatMap(({ rows }) => rows).map(({ outcome }) => outcome));
		const asked = (await this.sandbox.solicitations()).length;
		this.rounds += 1;
		const claims = await this.n8n.countClaims();
		console.log(
			`\nRound ${this.rounds}, ${when}: ${batches.length} executions, ` +
				`${batches.flat().length} items, ${((Date.now() - start) / 1000).toFixed(0)} s; ` +
				`${asked - before} reviews requested, ${ORDERS - asked} left, ${claims} claims in the store`,
		);
		console.log(`  ${describeCounts(countBy(ended.map(({ status }) => status)))}`);
		console.log(`  ${describeCounts(outcomes)}`);
	}

	/** Does what is due at this number of review requests. */
	async #disturb(): Promise<void> {
		const [next] = this.#events;
		if (!next) return;
		const asked = (await this.sandbox.solicitations()).length;
		if (asked < next.part * ORDERS) return;
		this.#events.shift();
		await next.work();
	}

	/** Kills the worker with the most running executions, and restarts it. */
	async #killBusiest(): Promise<void> {
		const [busiest] = this.n8n.busyWorkers().sort((a, b) => b.executions - a.executions);
		if (!busiest) return;
		for (const id of await this.n8n.killWorker(busiest.number)) this.brokenOff.add(id);
		this.kills += 1;
		const started = this.n8n.startWorker(busiest.number);
		// A failure is thrown later, when all restarts are awaited.
		started.catch(() => undefined);
		this.#starting.push(started);
	}

	/** The orders without a review request so far. */
	async #left(): Promise<string[]> {
		const asked = new Set((await this.sandbox.solicitations()).map(({ orderId }) => orderId));
		return this.orders.filter((orderId) => !asked.has(orderId));
	}
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** How often each value occurs. */
export function countBy(values: readonly string[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
	return counts;
}

/** Formats such counts as one line, highest first. */
export function describeCounts(counts: Readonly<Record<string, number>>): string {
	return Object.entries(counts)
		.sort(([, a], [, b]) => b - a)
		.map(([name, count]) => `${name} ${count}`)
		.join(', ');
}
