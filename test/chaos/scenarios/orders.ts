import type { IDataObject } from 'n8n-workflow';

import { lastUpdateOf, type WorldOrder } from '../../../sandbox';
import { digitalOrders } from '../../../sandbox/world/foreignOrders';
import { passTime } from '../passingTime';
import type { Round, Scenario } from '../round';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

const ordersOf = ({ sandbox, seller }: Round): WorldOrder[] =>
	(sandbox.sellers[seller]?.marketplaces ?? []).flatMap(({ orders }) => orders);

/** With Amazon's habit, every search also returns digital orders, and so does the node. */
const digitalOrdersOf = ({ sandbox, seller }: Round): WorldOrder[] =>
	sandbox.habits.get().foreignOrders
		? (sandbox.sellers[seller]?.marketplaces ?? []).flatMap(digitalOrders)
		: [];

/** Adds new orders. */
function stirOrders({ sandbox, seller, random }: Round): void {
	for (const { marketplace } of sandbox.sellers[seller]?.marketplaces ?? []) {
		const count = random.integer(0, 30);
		if (count === 0) continue;
		sandbox.world.addOrders({
			sellerKey: seller,
			marketplaceId: marketplace.id,
			state: random.pick(['eligible', 'notYet', 'notShipped']),
			count,
		});
	}
}

const getMany: Scenario = async (round) => {
	const { random } = round;
	stirOrders(round);
	const days = random.integer(3, 45);
	const from = daysAgo(days);
	const until = daysAgo(random.pick([0.01, 0.5, 2]));
	const result = await round.execute({
		type: 'amazonReviewSolicitation',
		parameters: {
			resource: 'order',
			operation: 'getMany',
			source: 'ordersApi',
			marketplaces: ['all'],
			incremental: false,
			dateType: 'created',
			from,
			returnAll: true,
			limit: 50,
			filters: { until },
			options: {
				buyerTimeZone: random.chance(0.3),
				fbaDeliveryDates: random.chance(0.2),
				waitMinutes: 15,
			},
		},
	});
	if (result.stopped || result.failed.has(0) || result.items[0]?.bad === true) return;
	const truth = [...ordersOf(round), ...digitalOrdersOf(round)].filter(
		({ createdAt }) => createdAt >= Date.parse(from) && createdAt <= Date.parse(until),
	);
	round.compare(
		'orders of the range',
		truth.map(({ orderId }) => orderId),
		result.rowsOf(0).map(({ orderId }) => String(orderId)),
	);
};

const fromReports: Scenario = async (round) => {
	const { sandbox, seller, random } = round;
	stirOrders(round);
	const [place] = sandbox.sellers[seller]?.marketplaces ?? [];
	const from = daysAgo(random.integer(2, 50));
	const until = daysAgo(1);
	const result = await round.execute({
		type: 'amazonReviewSolicitation',
		parameters: {
			resource: 'order',
			operation: 'getMany',
			source: 'reports',
			marketplaces: [],
			dateType: 'created',
			from,
			returnAll: true,
			limit: 50,
			filters: { until },
			options: { waitMinutes: 15, fbaDeliveryDates: random.chance(0.2) },
		},
	});
	if (result.stopped || result.failed.has(0) || result.items[0]?.bad === true) return;
	const rows = result.rowsOf(0).map(({ orderId }) => String(orderId));
	const isUnknown = result.run.hints.some((hint) => /cancell?ed/.test(hint));
	const truth = (place?.orders ?? [])
		.filter(({ createdAt }) => createdAt >= Date.parse(from) && createdAt <= Date.parse(until))
		.map(({ orderId }) => orderId);
	// A part that Amazon canceled is missing, and the node reports that.
	const known = new Set(rows);
	round.compare(
		'orders from reports',
		isUnknown ? truth.filter((orderId) => known.has(orderId)) : truth,
		rows,
	);
};

/**
 * Runs that continue from each other, while orders are added and calls fail: every change is output
 * exactly once.
 */
const incremental: Scenario = async (round) => {
	const { sandbox, random } = round;
	const staticData: IDataObject = {};
	const from = daysAgo(random.integer(1, 12));
	const reported: IDataObject[] = [];
	const runs = random.integer(3, 6);
	const parameters: IDataObject = {
		resource: 'order',
		operation: 'getMany',
		source: 'ordersApi',
		marketplaces: ['all'],
		incremental: true,
		from,
		filters: {},
		options: { timeBudget: random.pick([10, 0.1]) },
	};
	for (let run = 1; run <= runs; run += 1) {
		stirOrders(round);
		passTime(random.integer(1, 300) * MINUTE_MS);
		const isLast = run === runs;
		if (isLast) sandbox.faults.clear();
		const result = await round.execute({
			type: 'amazonReviewSolicitation',
			parameters: isLast
				? { ...parameters, options: { ...(parameters.options as IDataObject), timeBudget: 600 } }
				: parameters,
			staticData,
			clean: true,
		});
		if (!result.stopped && !result.failed.has(0)) reported.push(...result.rowsOf(0));
		if (isLast && (result.stopped || result.failed.has(0))) {
			round.problem('lost', `the last run failed: ${result.run.error?.message ?? ''}`);
		}
	}
	const lines = reported.map(({ orderId, updatedAt }) => `${String(orderId)} ${String(updatedAt)}`);
	const doubled = lines.length - new Set(lines).size;
	round.tally.followed += lines.length;
	if (doubled > 0) round.problem('doubled', `${doubled} unchanged orders were output twice`);
	const newestReported = new Map<string, number>();
	for (const { orderId, updatedAt } of reported) {
		newestReported.set(String(orderId), Date.parse(String(updatedAt)));
	}
	const newest = Date.now() - 5 * MINUTE_MS;
	const lost = ordersOf(round)
		.filter((order) => isOld(order, round) && order.createdAt <= newest)
		.filter((order) => {
			const updated = lastUpdateOf(order, newest);
			return updated >= Date.parse(from) && (newestReported.get(order.orderId) ?? 0) < updated;
		});
	if (lost.length > 0) {
		round.problem('lost', `${lost.length} orders, such as ${lost[0]?.orderId}`);
	}
};

/** Whether an order existed at the start of the world, and was not added later with an old date. */
const isOld = ({ orderId }: WorldOrder, { sandbox, seller }: Round): boolean =>
	!slippedIn(sandbox, seller).has(orderId);

const atFirst = new WeakMap<object, Set<string>>();

/** Remembers which orders a world started with. */
export function rememberOrders(sandbox: Round['sandbox']): void {
	const all = Object.values(sandbox.sellers).flatMap(({ marketplaces }) => marketplaces);
	atFirst.set(sandbox, new Set(all.flatMap(({ orders }) => orders.map(({ orderId }) => orderId))));
}

function slippedIn(sandbox: Round['sandbox'], seller: string): Set<string> {
	const first = atFirst.get(sandbox) ?? new Set();
	const now = (sandbox.sellers[seller]?.marketplaces ?? []).flatMap(({ orders }) => orders);
	return new Set(now.map(({ orderId }) => orderId).filter((orderId) => !first.has(orderId)));
}

/** Orders as received, some of them broken: each must be on exactly one output. */
const plan: Scenario = async (round) => {
	const { random } = round;
	const listed = await round.execute({
		type: 'amazonReviewSolicitation',
		parameters: {
			resource: 'order',
			operation: 'getMany',
			source: 'ordersApi',
			marketplaces: ['all'],
			incremental: false,
			dateType: 'created',
			from: daysAgo(random.integer(5, 30)),
			returnAll: true,
			filters: {},
			options: {},
		},
		clean: true,
	});
	const orders = listed.failed.has(0) ? [] : listed.run.items;
	if (orders.length === 0) return;
	const items = orders.map((json) =>
		random.chance(0.05)
			? { json: { ...json, [random.pick(Object.keys(json))]: { broken: ['yes'] } }, bad: true }
			: { json: { ...json } },
	);
	const result = await round.execute({
		type: 'amazonReviewSolicitation',
		parameters: {
			resource: 'solicitation',
			operation: 'plan',
			preferredDelay: random.integer(0, 10),
			sendNowWithin: 60,
			rules: random.pick<IDataObject>([
				{},
				{ business: 'exclude', maxOrderAgeDays: 20 },
				{ returnsFromReports: true, excludeShippedLate: true },
				{ minTotal: '20', doNotSolicit: `${String(orders[0]?.orderId)}, 999-9999999-9999999` },
			]),
			options: random.pick<IDataObject>([
				{},
				{ maxRequestsPerDay: 10, sentToday: 3, fromTime: '09:00', toTime: '18:30' },
				{ weekdays: [1, 2, 3], unknownDates: 'leaveOut', clock: 'buyer' },
			]),
		},
		items,
		ofRun: ['preferredDelay', 'sendNowWithin', 'rules', 'options'],
	});
	if (result.stopped) return;
	// The last output has days, not orders.
	const out = result.run.outputs.slice(0, 3).flat();
	const truth = result.items.map((_, index) => `item ${index}`);
	round.compare(
		'planned orders',
		truth,
		out.map(({ pairedItem }) => `item ${(pairedItem as { item: number }).item}`),
	);
	for (const [item, { bad, json }] of result.items.entries()) {
		const [row] = result.rowsOf(item);
		if (bad !== true && row !== undefined && row.orderId !== json.orderId) {
			round.problem('wrong', 'a row of another order');
		}
		if (bad !== true && row === undefined && !result.faulted) {
			round.problem(
				'lost',
				`a good order failed without a fault: ${JSON.stringify(result.run.outputs.flat().filter(({ json }) => json.error)[0]?.json).slice(0, 400)}`,
			);
		}
	}
};

export const orderScenarios: Readonly<Record<string, Scenario>> = {
	'Order: Get Many': getMany,
	'Order: Get Many from reports': fromReports,
	'Order: Get Many, only changes': incremental,
	'Review Request: Plan': plan,
};
