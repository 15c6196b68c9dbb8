import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, INode } from 'n8n-workflow';
import type { SolicitationRecord } from '../../sandbox';
import { atEnd } from '../lib/atEnd';
import type { RunningSandbox } from '../lib/sandbox';
import { readTemplate } from '../lib/templates';
import { DataTables } from '../n8n/dataTables';
import type { RealN8n } from '../n8n/realN8n';
import { itemsOf } from '../n8n/runData';
import type { ScaledClock } from '../n8n/scaledClock';
import { PACKAGE, withCredential } from '../n8n/workflow';

const TABLE = 'Amazon review requests';

const HOUR_MS = 3_600_000;

/** How many more hours the last runs may take. */
const PATIENCE = 12;

/** Orders whose window opens each hour, in addition to those of the sandbox's world. */
const NEW_ORDERS = 8;

/**
 * When n8n is killed, as a part of the check: the first run that is going on then or later, after this many
 * further requests to buyers. The first run has all orders whose window is open.
 */
export const KILLS = [
	{ at: 0, requests: 15 },
	{ at: 0.2, requests: 2 },
	{ at: 0.4, requests: 4 },
	{ at: 0.6, requests: 1 },
	{ at: 0.8, requests: 5 },
] as const;

/**
 * The sandbox's clock is set again and again, and on a busy machine late. If it were behind n8n's, Amazon
 * would refuse searches up to two minutes ago.
 */
const AHEAD_MS = 10 * 60_000;
const SET_EVERY_MS = 100;

/** What the two days run on. */
export interface TwoDaysParts {
	readonly n8n: RealN8n;
	readonly sandbox: RunningSandbox;
	readonly clock: ScaledClock;
	/** How many hours of scaled time it takes. */
	readonly hours: number;
}

/** A kill of n8n: the scaled hour, and how many requests its run had made. */
export interface Kill {
	readonly hour: number;
	readonly requests: number;
}

/**
 * Two days of the template "Amazon: request reviews" in an active workflow that runs every hour. Orders come
 * in, calls fail, answers get lost, and n8n is killed in the middle of its requests and restarted.
 */
export class TwoDays {
	readonly kills: Kill[] = [];

	private beganAt = 0;

	private workflowId = '';

	constructor(private readonly parts: TwoDaysParts) {}

	/** Hours of scaled time since the start. */
	get hour(): number {
		return (this.parts.clock.now - this.beganAt) / HOUR_MS;
	}

	/** Imports the template, turns off the dry run and publishes it, as a seller does. */
	async begin(): Promise<void> {
		const { n8n, sandbox, clock } = this.parts;
		for (const fault of [
			{ kind: 'error503', probability: 0.01 },
			// Amazon has the request, but its answer gets lost.
			{ kind: 'cutAfter', operation: CREATE, probability: 0.03 },
		] as const) {
			await sandbox.addFault(fault);
		}
		await this.keepClock();
		const amazon = await n8n.addCredential(await sandbox.credential());
		const { id } = await n8n.post<{ id: string }>('workflows', published(amazon));
		this.workflowId = id;
		await n8n.activate(id);
		this.beganAt = clock.now;
	}

	async run(): Promise<void> {
		const { hours } = this.parts;
		const kills = [...KILLS];
		let added = -1;
		for (;;) {
			await sleep(50);
			const hour = Math.floor(this.hour);
			if (hour > added && hour < hours - 4) {
				added = hour;
				await this.parts.sandbox.addOrders({ state: 'eligible', count: NEW_ORDERS });
			}
			const [kill] = kills;
			if (kill !== undefined && this.hour >= kill.at * hours) {
				if (await this.killAfter(kill.requests)) kills.shift();
			}
			if (this.hour >= hours && kills.length === 0) break;
			if (this.hour > hours + PATIENCE) break;
		}
		// The last kill may have been in the last run: two more finish what it left.
		const until = this.hour + 2.5;
		while (this.hour < until || (await this.parts.n8n.isExecuting(this.workflowId))) {
			await sleep(200);
			if (this.hour > until + PATIENCE) return;
		}
	}

	/** The rows of the ledger. */
	async rows(): Promise<IDataObject[]> {
		return (await new DataTables(this.parts.n8n).rowsOf(TABLE)) ?? [];
	}

	/** Which buyers were really contacted, in the template's marketplace. */
	async solicitations(): Promise<SolicitationRecord[]> {
		return await this.parts.sandbox.solicitations();
	}

	/** How the executions ended, oldest first, with the messages of those that failed without being killed. */
	async executions() {
		const all = await this.parts.n8n.readExecutions(this.workflowId);
		return all.map(({ status, error, runData }) => ({
			status,
			error: error?.message,
			orders: itemsOf(runData, 'Get shipped orders').length,
			due: itemsOf(runData, 'Plan requests').length,
			/** Orders that were left out because their window had closed. */
			closed: itemsOf<PlannedItem>(runData, 'Plan requests', LEFT_OUT)
				.filter(({ reason }) => reason === 'windowClosed')
				.map(({ orderId }) => orderId),
		}));
	}

	/**
	 * Kills n8n once its run has made some requests.
	 * @returns whether it did; not if no run is going on, or it ended before
	 */
	private async killAfter(requests: number): Promise<boolean> {
		const { n8n } = this.parts;
		const before = (await this.solicitations()).length;
		if (!(await n8n.isExecuting(this.workflowId))) return false;
		for (;;) {
			const made = (await this.solicitations()).length - before;
			if (made >= requests) break;
			if (!(await n8n.isExecuting(this.workflowId))) return false;
			await sleep(5);
		}
		const hour = this.hour;
		await n8n.killMain();
		this.kills.push({ hour, requests: (await this.solicitations()).length - before });
		await n8n.start();
		return true;
	}

	/** Keeps the sandbox's clock near n8n's until the check ends. */
	private async keepClock(): Promise<void> {
		const { clock, sandbox } = this.parts;
		const set = async () => await sandbox.setClock(clock.now + AHEAD_MS);
		await set();
		const timer = setInterval(() => void set().catch(() => undefined), SET_EVERY_MS);
		atEnd(async () => clearInterval(timer));
	}
}

/** Plan's output with the orders that get no request. */
const LEFT_OUT = 2;

interface PlannedItem {
	readonly orderId: string;
	readonly reason: string | null;
}

const CREATE = 'createProductReviewAndSellerFeedbackSolicitation';

/** The template with its dry run turned off and the credential chosen, the only changes a seller makes. */
function published(amazon: string): object {
	const template = readTemplate('review-requests');
	const nodes = template.nodes.map((node): INode => {
		if (!node.type.startsWith(PACKAGE)) return node;
		const isSend = node.parameters['operation'] === 'send';
		return {
			...node,
			parameters: { ...node.parameters, ...(isSend && { dryRun: false }) },
			credentials: { amazonSellingPartnerApi: { id: '', name: '' } },
		};
	});
	return withCredential({ ...template, nodes }, amazon);
}
