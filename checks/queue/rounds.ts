import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './output.mjs';
import { askSandbox, controlSandbox } from './sandbox.mjs';

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
	/** @type {import('./cluster.mjs').Ended[]} */
	ended = [];

	rounds = 0;

	/** Executions a killed worker was working on. */
	brokenOff = new Set();

	kills = 0;

	#events = [
		...KILL_AT.map((part) => ({ part, work: async () => await this.#killBusiest() })),
		{ part: EXPIRE_AT, work: async () => await controlSandbox(this.sandbox.url, 'lwa/expire', {}) },
	].sort((a, b) => a.part - b.part);

	/** Workers that are being restarted. */
	#starting = [];

	constructor(n8n, sandbox) {
		Object.assign(this, { n8n, sandbox });
	}

	async run() {
		const made = await controlSandbox(this.sandbox.url, 'world/orders', { count: ORDERS });
		this.orders = made.map(({ orderId }) => orderId);
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
		this.solicitations = await this.#solicitations();
		this.requests = (await askSandbox(this.sandbox.url, 'requests')).filter(({ operation }) =>
			[CHECK, REQUEST].includes(operation),
		);
	}

	/** Starts executions over these orders and waits until all of them have ended. */
	async #round(when, batches) {
		const start = Date.now();
		const before = (await this.#solicitations()).length;
		const { all } = await this.n8n.countExecutions();
		await Promise.all(batches.map(async (orders) => await this.n8n.call(orders)));
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
		const asked = (await this.#solicitations()).length;
		this.rounds += 1;
		const claims = await this.n8n.countClaims();
		console.log(
			`\nRound ${this.rounds}, ${when}: ${batches.length} executions, ` +
				`${batches.flat().length} items, ${((Date.now() - start) / 1000).toFixed(0)} s; ` +
				`${asked - before} reviews requested, ${ORDERS - asked} left, ${claims} claims in the store`,
		);
		console.log(`  ${describe(countBy(ended.map(({ status }) => status)))}`);
		console.log(`  ${describe(outcomes)}`);
	}

	/** Does what is due at this number of review requests. */
	async #disturb() {
		const [next] = this.#events;
		if (!next) return;
		const asked = (await this.#solicitations()).length;
		if (asked < next.part * ORDERS) return;
		this.#events.shift();
		await next.work();
	}

	/** Kills the worker with the most running executions, and restarts it. */
	async #killBusiest() {
		const [busiest] = this.n8n.busyWorkers().sort((a, b) => b.executions - a.executions);
		for (const id of await this.n8n.killWorker(busiest.number)) this.brokenOff.add(id);
		this.kills += 1;
		const started = this.n8n.startWorker(busiest.number);
		// A failure counts when all of them are awaited.
		started.catch(() => undefined);
		this.#starting.push(started);
	}

	async #solicitations() {
		return await askSandbox(this.sandbox.url, 'truth/solicitations');
	}

	/** The orders without a review request so far. */
	async #left() {
		const asked = new Set((await this.#solicitations()).map(({ orderId }) => orderId));
		return this.orders.filter((orderId) => !asked.has(orderId));
	}
}

const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1);

/**
 * How often each value occurs.
 *
 * @param {string[]} values
 * @returns {Record<string, number>}
 */
export function countBy(values) {
	const counts = {};
	for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
	return counts;
}

/**
 * Formats such counts as one line, highest first.
 *
 * @param {Record<string, number>} counts
 */
export function describe(counts) {
	return Object.entries(counts)
		.sort(([, a], [, b]) => b - a)
		.map(([name, count]) => `${name} ${count}`)
		.join(', ');
}
