import type { FeedbackEvent, OrderTruth } from '../../sandbox';
import { Random } from '../../sandbox/random';
import type { RunningSandbox } from '../lib/sandbox';
import {
	BACKLOG_ORDERS,
	LATE_AGE_DAYS,
	LATE_ORDERS,
	LOW_SHARE,
	MARKETPLACE,
	ORGANIC,
	USUAL_AGE_DAYS,
} from './settings';

/** Orders by day of the week, from Monday on. */
const WEEK = [1.1, 1.05, 1, 1, 0.95, 0.75, 0.9];

/** How much the rates of single days differ. */
const WILD_DAYS = [0.7, 0.85, 1, 1.15, 1.3] as const;

/** How much more there is of everything at the end of the test than at its start. */
const TREND = 0.3;

const BACKLOG_AGES = [12, 15, 18, 21, 24, 27, 30] as const;

/** A seller's shop in a sandbox of its own: every morning there are new orders and feedback that comes anyway. */
export class Shop {
	private readonly random: Random;

	/** The morning, counted from 0, on which each order showed up; those of the world are older. */
	readonly shownSince = new Map<string, number>();

	private day = 0;

	/** Orders without feedback, oldest first. */
	private readonly silent: string[] = [];

	constructor(
		readonly sandbox: RunningSandbox,
		private readonly setup: {
			readonly seed: string;
			readonly ordersPerDay: number;
			readonly days: number;
		},
	) {
		this.random = new Random(`${setup.seed}/shop`);
	}

	/** Orders whose window has been open for some time. */
	async open(): Promise<void> {
		for (const createdDaysAgo of BACKLOG_AGES) {
			await this.addOrders(Math.round(BACKLOG_ORDERS / BACKLOG_AGES.length), createdDaysAgo);
		}
	}

	/** What happens until the morning of a day, counted from 0; the sandbox's clock is there already. */
	async morning(day: number): Promise<void> {
		const { random, setup } = this;
		this.day = day;
		const rate = (WEEK[day % 7] ?? 1) * (1 + (TREND * day) / setup.days);
		const orders = Math.round(setup.ordersPerDay * rate * random.pick(WILD_DAYS));
		await this.addOrders(orders, USUAL_AGE_DAYS);
		await this.addOrders(LATE_ORDERS, LATE_AGE_DAYS);
		const chance = ORGANIC * rate * random.pick(WILD_DAYS);
		for (let order = 0; order < setup.ordersPerDay; order += 1) {
			if (random.chance(chance)) await this.addFeedback();
		}
	}

	/** The orders of the marketplace as they truly are. */
	async orders(): Promise<OrderTruth[]> {
		const orders = await this.sandbox.orders();
		return orders.filter(({ marketplaceId }) => marketplaceId === MARKETPLACE);
	}

	async feedbackHistory(): Promise<FeedbackEvent[]> {
		return await this.sandbox.feedbackHistory({ marketplaceId: MARKETPLACE });
	}

	private async addOrders(count: number, createdDaysAgo: number): Promise<void> {
		const state = createdDaysAgo < 10 ? 'notYet' : 'eligible';
		const marketplaceId = MARKETPLACE;
		const orders = { marketplaceId, count, state, createdDaysAgo };
		for (const orderId of await this.sandbox.addOrders(orders)) {
			this.silent.push(orderId);
			this.shownSince.set(orderId, this.day);
		}
	}

	/** About one of the orders of the last weeks, whether or not a review was requested for it. */
	private async addFeedback(): Promise<void> {
		const { random, silent } = this;
		const isLow = random.chance(LOW_SHARE);
		const rating = isLow ? random.pick([1, 2, 3]) : 5;
		const newest = silent.slice(-25 * this.setup.ordersPerDay);
		const orderId = random.pick(newest);
		silent.splice(silent.indexOf(orderId), 1);
		const taken = new Set((await this.feedbackHistory()).map((each) => each.orderId));
		// Its buyer has answered a request, or is about to.
		if (taken.has(orderId)) return;
		await this.sandbox.addFeedback({ marketplaceId: MARKETPLACE, orderId, rating });
	}
}
