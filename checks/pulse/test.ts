import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';
import { DataTables } from '../n8n/dataTables';
import { OVER, type RealN8n } from '../n8n/realN8n';
import { itemsOf } from '../n8n/runData';
import type { SteppedClock } from '../n8n/steppedClock';
import { isDrawn, plusDays, type Draw } from './draw';
import { COLUMNS, type LedgerRow } from './ledger';
import { firstMeasuredDay, runOf, type Morning } from './record';
import { SETTLING_DAYS, START_DAY, WARM_UP_DAYS, ZONE } from './settings';
import type { Shop } from './shop';
import { BY_COLUMNS, BY_SEED, measureWorkflow, requestsWorkflow } from './workflows';

/** A shop with its own draws. */
export interface Seller {
	readonly name: string;
	readonly shop: Shop;
	readonly draw: Draw;
	/** How many of 100 requests bring feedback. */
	readonly effect: number;
}

export interface TestParts {
	readonly n8n: RealN8n;
	readonly clock: SteppedClock;
	readonly sellers: readonly Seller[];
	/** Days of whole blocks to measure. */
	readonly days: number;
}

/** What n8n measured, by the columns of the ledger and by the seed. */
export type Measured = Readonly<Record<'byColumns' | 'bySeed', IDataObject>>;

interface Execution {
	readonly id: string;
	readonly workflowId: string;
	readonly status: string;
}

/** How long a run may take on a busy machine. */
const PATIENCE_MS = 900_000;

const LOOK_EVERY_MS = 500;

/** Amazon's clock, so that n8n's is never ahead of it. */
const AMAZON_AHEAD_MS = 30_000;

/** In the blocks with these numbers, n8n is killed on the day drawn: while it sends, and while it reads orders. */
const KILL_SENDING_IN = 4;
const KILL_READING_IN = 8;

/** Requests that the killed run has sent. */
const SENT_BEFORE_KILL = 60;

/** A pulse test in active workflows of a real n8n, one for each seller, every morning for some weeks. */
export class PulseRun {
	readonly mornings: Morning[] = [];

	/** Orders requested in a run that was killed. */
	readonly killed = new Set<string>();

	/** Runs that failed, except those that were killed. */
	readonly failed: string[] = [];

	/** ISO day on which the test is turned on. */
	readonly since = plusDays(START_DAY, WARM_UP_DAYS);

	/** The first day that is measured, and the last morning. */
	private readonly firstDay: string;

	readonly lastDay: string;

	private lastExecution = 0;

	constructor(private readonly parts: TestParts) {
		const [{ draw } = { draw: { seed: '', blockDays: 1 } }] = parts.sellers;
		this.firstDay = firstMeasuredDay(this.since, draw);
		this.lastDay = plusDays(this.firstDay, parts.days - 1 + SETTLING_DAYS);
	}

	/** Creates and activates the workflows. */
	async begin(): Promise<void> {
		const { n8n, sellers } = this.parts;
		await this.moveSandboxes();
		for (const { name, shop, draw, effect } of sellers) {
			await shop.sandbox.set({ requestEffectPercent: effect, requestEffectDays: 3 });
			await shop.open();
			// Rate limits of the sandbox are those of Amazon, only faster.
			const credential = await n8n.addCredential(await shop.sandbox.credential({ pace: PACE }));
			const table = { id: await new DataTables(n8n).create(name, COLUMNS), name };
			await n8n.addWorkflow(requestsWorkflow(table, draw, this.since), credential);
			await n8n.addWorkflow(measureWorkflow(table, pathOf(name), draw), credential);
		}
	}

	/** Every morning until the totals of the last block are settled. */
	async run(): Promise<void> {
		for (let day = START_DAY; day <= this.lastDay; day = plusDays(day, 1)) await this.day(day);
	}

	/** What n8n measures for a seller. */
	async measure({ name }: Seller): Promise<Measured> {
		const { n8n } = this.parts;
		await this.moveSandboxes();
		while (!(await n8n.postToWebhook(pathOf(name), {})).ok) await this.pause(LOOK_EVERY_MS);
		const [{ id } = { id: '' }] = await this.ended(1);
		const { runData, status, error } = await n8n.readExecution(id);
		const [byColumns] = itemsOf(runData, BY_COLUMNS);
		const [bySeed] = itemsOf(runData, BY_SEED);
		if (byColumns === undefined || bySeed === undefined) {
			throw new Error(`The measurement of ${name} ended ${status}: ${error?.message}`);
		}
		return { byColumns, bySeed };
	}

	async ledger({ name }: Seller): Promise<LedgerRow[]> {
		const rows = await new DataTables(this.parts.n8n).rowsOf(name);
		return (rows ?? []) as unknown as LedgerRow[];
	}

	private async day(day: string): Promise<void> {
		const { clock, sellers } = this.parts;
		const index = this.mornings.length;
		clock.stepTo(runOf(day) - 3 * 3_600_000);
		await this.moveSandboxes();
		for (const { shop } of sellers) await shop.morning(index);
		const kill = this.killOf(day);
		for (const { shop } of sellers) await shop.sandbox.setClock(runOf(day) + 90_000);
		clock.stepTo(runOf(day) + 60_000);
		if (kill !== undefined) await this.kill(kill);
		for (const { id, status } of await this.ended(sellers.length)) {
			if (status === 'success' || kill !== undefined) continue;
			const { error } = await this.parts.n8n.readExecution(id);
			this.failed.push(`${day}: ${error?.message ?? status}`);
		}
		this.mornings.push({ day, wasKilled: kill !== undefined });
	}

	/** When n8n is killed on this day; undefined if it is not. */
	private killOf(day: string): 'sending' | 'reading' | undefined {
		const [{ draw } = { draw: undefined }] = this.parts.sellers;
		if (draw === undefined || !isDrawn(day, draw)) return undefined;
		const isIn = (block: number) => {
			const from = plusDays(this.firstDay, (block - 1) * draw.blockDays);
			return day >= from && day < plusDays(from, draw.blockDays);
		};
		if (isIn(KILL_SENDING_IN)) return 'sending';
		return isIn(KILL_READING_IN) ? 'reading' : undefined;
	}

	private async kill(when: 'sending' | 'reading'): Promise<void> {
		const { n8n, sellers } = this.parts;
		const [first] = sellers;
		if (first === undefined) return;
		const { sandbox } = first.shop;
		const count = async () =>
			when === 'sending'
				? (await sandbox.solicitations()).length
				: (await sandbox.requestCounts())
						.filter(({ operation }) => operation === 'searchOrders')
						.reduce((sum, each) => sum + each.count, 0);
		const before = new Map<Seller, number>();
		for (const seller of sellers) {
			before.set(seller, (await seller.shop.sandbox.solicitations()).length);
		}
		const until = (await count()) + (when === 'sending' ? SENT_BEFORE_KILL : 2);
		while ((await count()) < until) await this.pause(20);
		await n8n.killMain();
		for (const seller of sellers) {
			const all = await seller.shop.sandbox.solicitations();
			for (const { orderId } of all.slice(before.get(seller))) this.killed.add(orderId);
		}
		await n8n.start();
	}

	/** Waits until so many executions after the last one have ended, and returns them. */
	private async ended(count: number): Promise<Execution[]> {
		const deadline = Date.now() + PATIENCE_MS;
		for (;;) {
			// A look costs n8n about 10 ms of processor time, and it needs all of it on a busy machine.
			await this.pause(LOOK_EVERY_MS);
			const results = await this.executions();
			const fresh = results.filter(({ id }) => Number(id) > this.lastExecution);
			if (fresh.length >= count && fresh.every(({ status }) => OVER.includes(status))) {
				this.lastExecution = Math.max(...fresh.map(({ id }) => Number(id)));
				return fresh;
			}
			if (Date.now() > deadline) {
				throw new Error(`n8n ran ${fresh.length} of ${count} workflows by ${this.time}`);
			}
		}
	}

	/** The newest executions; none while n8n takes its database for lost, as it does on a busy machine. */
	private async executions(): Promise<Execution[]> {
		const path = 'executions?limit=10';
		return await this.parts.n8n.get<{ results: Execution[] }>(path).then(
			({ results }) => results,
			(error: unknown) => {
				if (String(error).includes('Database is not ready')) return [];
				throw error;
			},
		);
	}

	private get time(): string {
		return DateTime.fromMillis(this.parts.clock.now, { zone: ZONE }).toISO() ?? '';
	}

	private async pause(ms: number): Promise<void> {
		await this.moveSandboxes();
		await sleep(ms);
	}

	private async moveSandboxes(): Promise<void> {
		const { clock, sellers } = this.parts;
		// Amazon refuses a search that ends later than its own clock allows.
		for (const { shop } of sellers) await shop.sandbox.setClock(clock.now + AMAZON_AHEAD_MS);
	}
}

/** How much faster than Amazon's the sandbox's rate limits are. */
export const PACE = 4_000;

const pathOf = (name: string): string => `measure-${name.replaceAll(' ', '-')}`;
