import {
	NodeOperationError,
	type IDataObject,
	type INodeExecutionData,
	type IPollFunctions,
} from 'n8n-workflow';
import { DateTime } from 'luxon';

import { prepareWords } from '../shared/domain/comments/topics';
import { findMarketplace, type Marketplace } from '../shared/domain/marketplaces';
import { toNodeError } from '../shared/n8n/toNodeError';
import { readTriggerParameters } from '../shared/n8n/parameters';
import { CREDENTIAL_NAME, SpApiClient } from '../shared/spapi/client';
import { ALL_SELLERS } from '../shared/spapi/credentials';
import { SpApiFailure } from '../shared/spapi/failure';
import { inTurn, SELLERS_AT_ONCE } from '../shared/spapi/inTurn';
import { inTurns } from '../shared/spapi/pause';
import { addOrders } from './addOrders';
import { properties } from './description';
import { schema, type TriggerParameters } from './parameters';
import { isHeldUp, isOfTheAccount } from './failures';
import { PollMemory } from './pollMemory';
import { dayIn } from '../shared/domain/calendar';
import { areExtra, isAboutFeedback, isExtra, reportsFor } from './settings';
import { ReportTask } from './reportTask';
import { marketplacesOf, ofSeller } from './sellers';
import { TotalsQuery } from './totalsQuery';
import { REPORT_NAMES, type ReportKind } from './watch/events';
import { reported } from './watch/kioskTrouble';
import { kioskNoticeOf, noticesOf, REPORTS_OF, withReported } from './watch/notices';
import { isKnownElsewhere } from './watch/otherMarketplaces';
import { rewatch, withoutFuture } from './watch/rewatch';
import {
	restart,
	readState,
	startWatch,
	toStore,
	type MarketplaceWatch,
	type WatchState,
} from './watch/state';

/** What a poll cannot get quickly is left to the next one. */
const PATIENCE = { waitAtMostMs: 3_000, maxAttempts: 2 };

/** After this time a poll starts nothing new, so that it ends before the next one. */
const BEGIN_WITHIN_MS = 40_000;

/**
 * One poll of an active workflow: requests the reports that are due, reads those that are finished,
 * and never waits for Amazon to prepare one. The state is kept in the node's static data; the events
 * are returned as items.
 */
export async function poll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const memory = PollMemory.of(context);
	if (memory.running !== undefined) {
		// Two polls at once would report the same events twice. This poll must also not end first: when
		// a poll ends, n8n (2.41) removes what the requests of the one still running need.
		await memory.running.catch(() => undefined);
		return null;
	}
	const running = pollSellers(context, memory);
	memory.running = running;
	try {
		return await running;
	} finally {
		memory.running = undefined;
	}
}

/** The time that the sellers of a poll share. */
class PollTime {
	private readonly startedAt = performance.now();

	/** Report tasks that called Amazon. */
	tasksRun = 0;

	constructor(private readonly context: IPollFunctions) {}

	/** Never before the first task, so that each poll gets something done even if everything is slow. */
	get isOver(): boolean {
		if (this.tasksRun === 0) return false;
		// How long n8n lets a poll run before it abandons it; this method exists since 2.38.
		const budgetMs = this.context.getPollBudgetMs?.() ?? Infinity;
		return performance.now() - this.startedAt > Math.min(BEGIN_WITHIN_MS, budgetMs / 3);
	}
}

/**
 * Polls each seller of the trigger. One that fails does not affect the others, and one that the time
 * did not reach comes first in the next poll.
 */
async function pollSellers(
	context: IPollFunctions,
	memory: PollMemory,
): Promise<INodeExecutionData[][] | null> {
	const parameters = readTriggerParameters(context, schema, properties);
	const time = new PollTime(context);
	if (isAboutFeedback(parameters)) await inTurns(prepareWords());
	const polls = await pollsOf(context, memory, parameters, time);
	// If n8n keeps the state with the execution (durable polls), a poll that throws loses what it
	// learned, and if the first one throws, the workflow is not activated. So a later poll reports it.
	for (const each of polls) {
		const problem = each.takeProblem();
		if (problem !== undefined) throw toNodeError(context.getNode(), problem);
	}
	// The only seller's tasks take turns in the same memory.
	const queue = polls.length === 1 ? polls : memory.leftOutFirst(polls);
	const outputs = await inTurn(queue, SELLERS_AT_ONCE, async (each) => {
		if (!time.isOver) return await each.run();
		memory.startWith(each.key);
		return [];
	});
	const items = outputs.flat();
	const [refusal, ...others] = polls.map((each) => each.refusal);
	// Nothing was learned, or the user sees right away that no seller works.
	const isSeen = memory.isActivatedByUser || polls.every(({ broken }) => broken !== undefined);
	if (items.length === 0 && isSeen && refusal && others.every((other) => other !== undefined)) {
		for (const each of polls.slice(1)) each.reportProblems();
		throw refusal;
	}
	for (const each of polls) each.reportProblems();
	return items.length > 0 ? [items.map((json) => ({ json }))] : null;
}

/** A poll for each of several sellers, or for the only one. */
async function pollsOf(
	context: IPollFunctions,
	memory: PollMemory,
	parameters: TriggerParameters,
	time: PollTime,
): Promise<Poll[]> {
	const { seller } = parameters;
	const isAll = seller === ALL_SELLERS;
	const clients = isAll ? await SpApiClient.connectAll(context, undefined, PATIENCE) : [];
	const named = clients.flatMap((client) =>
		client.givenName === undefined ? [] : [{ name: client.givenName, client }],
	);
	if (named.length === 0) {
		const connect = async () =>
			await SpApiClient.connect(context, undefined, PATIENCE, isAll ? undefined : seller);
		return [new Poll(context, memory, time, parameters, connect, undefined)];
	}
	forgetOthers(
		context,
		named.map(({ name }) => name),
	);
	return named.map(
		({ name, client }) =>
			new Poll(context, PollMemory.of(context, name), time, parameters, async () => client, name),
	);
}

/** The state of each of several sellers, by name. */
function statesOf(context: IPollFunctions): Record<string, unknown> {
	const { states } = context.getWorkflowStaticData('node');
	return typeof states === 'object' && states !== null ? (states as Record<string, unknown>) : {};
}

/** Forgets sellers that the credential no longer holds. */
function forgetOthers(context: IPollFunctions, names: readonly string[]): void {
	const states = Object.entries(statesOf(context));
	const kept = states.filter(([name]) => names.includes(name));
	if (kept.length === states.length) return;
	context.getWorkflowStaticData('node').states = Object.fromEntries(kept) as IDataObject;
}

/** Health reports at least this late (in intervals) are sorted together with the feedback reports. */
const TOO_LATE = 2;

/**
 * First totals, so that they are read before the feedback report they are compared with; then
 * feedback, so that no other report delays it; then totals again, to request new ones, and health.
 * Within each group, the report not refreshed for the longest time comes first.
 */
function inOrder(
	tasks: readonly ReportTask[],
	places: ReadonlyMap<string, MarketplaceWatch>,
): ReportTask[] {
	const ranked = tasks.map((task) => {
		const lateness = task.lateness(places.get(task.marketplace.id) as MarketplaceWatch);
		return { task, lateness, isLate: lateness >= TOO_LATE && lateness !== Infinity };
	});
	const of = (kind: ReportKind) => ranked.filter(({ task }) => task.kind === kind);
	const latestFirst = (some: typeof ranked) =>
		some
			.toSorted((a, b) => (a.lateness === b.lateness ? 0 : b.lateness - a.lateness))
			.map(({ task }) => task);
	const lateHealth = of('health').filter(({ isLate }) => isLate);
	const otherHealth = of('health').filter(({ isLate }) => !isLate);
	return [
		...latestFirst(of('totals')),
		...latestFirst([...of('feedback'), ...lateHealth]),
		...latestFirst(of('totals')),
		...latestFirst(otherHealth),
	];
}

/** The key of failures that affect all reports. */
const ACCOUNT = 'account';

/** Something that failed, and the report it was about. */
interface Problem {
	readonly failure: unknown;
	readonly about: string;
	readonly isOfAccount: boolean;
}

/** The poll of one seller. */
class Poll {
	private found: IDataObject[] = [];

	private readonly problems: Problem[] = [];

	/** Amazon has accepted the credential in this poll. */
	private isAccepted = false;

	/** The error that kept this poll from watching; nothing was learned then. */
	broken: Error | undefined;

	/** @param seller name of one of several sellers */
	constructor(
		private readonly context: IPollFunctions,
		private readonly memory: PollMemory,
		private readonly time: PollTime,
		private readonly parameters: TriggerParameters,
		private readonly connect: () => Promise<SpApiClient>,
		private readonly seller: string | undefined,
	) {}

	/** Identifies the seller among those of the trigger. */
	get key(): string {
		return this.seller ?? '';
	}

	/** A problem of an earlier poll. */
	takeProblem(): Error | undefined {
		return this.memory.takeProblem();
	}

	/** The events of this poll; later polls report its problems. */
	async run(): Promise<IDataObject[]> {
		const { context, memory } = this;
		if (!memory.mayTry(ACCOUNT)) return [];
		await this.watchAll().catch((failure: unknown) => {
			// The settings, the credential or the state caused the failure.
			memory.failed(ACCOUNT);
			this.broken = this.named(toNodeError(context.getNode(), failure));
		});
		return this.found;
	}

	/** Why nothing of this seller can be watched. */
	get refusal(): Error | undefined {
		const [first] = this.problems;
		return this.broken ?? (first?.isOfAccount ? this.toError(first) : undefined);
	}

	/** Queues the problems of this poll, for later polls to report. */
	reportProblems(): void {
		if (this.broken !== undefined) this.memory.reportLater(this.broken);
		for (const each of this.problems) this.memory.reportLater(this.toError(each));
	}

	private named<Failure extends Error>(error: Failure): Failure {
		if (this.seller !== undefined) error.message = `${this.seller}: ${error.message}`;
		return error;
	}

	/** Reads and requests what is due, and stores the new state. */
	private async watchAll(): Promise<void> {
		const { context, parameters } = this;
		const client = await this.connect();
		const credential = context.getNode().credentials?.[CREDENTIAL_NAME]?.id ?? '';
		const before = readState(this.stored, credential, client.seller.slice(0, 12));
		if (before === undefined) throw unreadableState(context);
		const watched = await this.watch(client, parameters, before);
		if (parameters.options.addOrderDetails) this.found = await addOrders(client, this.found);
		const after = this.queueNotices(watched, parameters);
		// A new token that Amazon has not accepted yet does not mean another seller.
		const isDoubtful = Object.values(before.marketplaces).some(({ inDoubt }) => inDoubt);
		if (after !== before && (this.isAccepted || !isDoubtful)) {
			this.store(toStore(after) as unknown as IDataObject);
		}
	}

	private get stored(): unknown {
		const { context, seller } = this;
		return seller === undefined
			? context.getWorkflowStaticData('node').state
			: statesOf(context)[seller];
	}

	private store(state: IDataObject): void {
		const { context, seller } = this;
		const data = context.getWorkflowStaticData('node');
		if (seller === undefined) data.state = state;
		else data.states = { ...statesOf(context), [seller]: state } as IDataObject;
	}

	/** Runs all reports of all marketplaces; one that fails does not affect the others. */
	private async watch(
		client: SpApiClient,
		parameters: TriggerParameters,
		before: WatchState,
	): Promise<WatchState> {
		const { context, memory } = this;
		const marketplaces = await marketplacesOf(context, client, parameters);
		const kinds = reportsFor(parameters);
		const after = this.placesOf(marketplaces, kinds, parameters, before);
		const { dataKiosk } = before;
		const query = new TotalsQuery(context, client, memory, parameters, marketplaces, dataKiosk);
		const tasks = inOrder(
			marketplaces.flatMap((marketplace) =>
				kinds.map(
					(kind) => new ReportTask(context, client, memory, parameters, query, marketplace, kind),
				),
			),
			after,
		);
		const feedbackOf = new Set<string>();
		for (const task of memory.leftOutFirst(tasks)) {
			const { id } = task.marketplace;
			const state = after.get(id) as MarketplaceWatch;
			if (!memory.mayTry(task.key) || !task.isDue(state)) continue;
			// By the next poll, the feedback report requested before the totals may be too old for them.
			const isWithFeedback = task.kind === 'totals' && feedbackOf.has(id);
			if (this.time.isOver && !isWithFeedback) {
				memory.startWith(task.key);
				continue;
			}
			if (!memory.mayTry(ACCOUNT)) break;
			this.time.tasksRun += 1;
			if (task.kind === 'feedback') feedbackOf.add(id);
			try {
				const result = await task.run(state);
				after.set(id, result.state);
				const others = [...after].flatMap(([other, place]) => (other === id ? [] : [place]));
				const own = result.items.filter(
					({ orderId }) =>
						typeof orderId !== 'string' || !isKnownElsewhere(orderId, result.state, others),
				);
				this.found.push(...own.map((item) => ofSeller(client, item)));
				if ('failure' in result) this.failTask(task, query, result.failure, parameters);
				else this.isAccepted = true;
			} catch (failure) {
				this.failTask(task, query, failure, parameters);
			}
		}
		const isSame =
			query.trouble === dataKiosk &&
			after.size === Object.keys(before.marketplaces).length &&
			[...after].every(([id, state]) => state === before.marketplaces[id]);
		if (isSame) return before;
		const seen = [...new Set([...(before.seen ?? []), ...after.keys()])].toSorted();
		const places = Object.fromEntries(after);
		return { ...before, marketplaces: places, seen, dataKiosk: query.trouble };
	}

	/** The stored state of these marketplaces; a new one for those not watched before. */
	private placesOf(
		marketplaces: readonly Marketplace[],
		reports: readonly ReportKind[],
		{ options }: TriggerParameters,
		{ marketplaces: known, seen = [] }: WatchState,
	): Map<string, MarketplaceWatch> {
		const now = DateTime.utc();
		let wasAhead = false;
		const placeOf = (marketplace: Marketplace): [string, MarketplaceWatch] => {
			const { id } = marketplace;
			const moment = { now: now.toISO(), today: dayIn(marketplace, now) };
			const before = known[id];
			const start = seen.includes(id)
				? restart(moment.now, moment.today)
				: startWatch(moment.now, moment.today, options.lookBackDays);
			const settled = before && withoutFuture(before, now, moment.today);
			wasAhead ||= settled !== before;
			const { dateFormat } = options;
			return [id, rewatch(settled ?? start, { reports, dateFormat }, moment)];
		};
		const places = new Map(marketplaces.map(placeOf));
		if (wasAhead) this.memory.reportLater(clockWasAhead(this.context));
		return places;
	}

	private failTask(
		task: ReportTask,
		query: TotalsQuery,
		failure: unknown,
		parameters: TriggerParameters,
	): void {
		const { memory } = this;
		const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
		// Amazon makes few of these reports; a later poll requests it.
		if (kind === 'reportQuota') return;
		if (query.threw(failure)) return this.failQuery(query, failure, parameters);
		if (isHeldUp(failure)) {
			// The next poll starts here, so that the first tasks do not always use up the rate limit.
			memory.startWith(task.key);
			if (!memory.isHeldUpForLong(task.key)) return;
		}
		const isOfAccount = isOfTheAccount(failure);
		memory.failed(isOfAccount ? ACCOUNT : task.key);
		if (isExtra(task.kind, parameters) && !isOfAccount) return;
		const isOfQuery = task.kind === 'totals' && query.isChosen;
		const what = isOfQuery ? 'daily totals' : REPORT_NAMES[task.kind];
		const about = `the ${what} for ${task.marketplace.name}`;
		this.problems.push({ failure, about, isOfAccount });
	}

	/** A call to Data Kiosk, which is tried again in a few minutes, failed for all marketplaces. */
	private failQuery(query: TotalsQuery, failure: unknown, parameters: TriggerParameters): void {
		const { memory } = this;
		if (isHeldUp(failure) && !memory.isHeldUpForLong(query.key)) return;
		memory.failed(query.key);
		if (query.hasReport || isExtra('totals', parameters)) return;
		const about = 'the daily totals from Data Kiosk';
		this.problems.push({ failure, about, isOfAccount: false });
	}

	private toError({ failure, about }: Problem): Error {
		const error = toNodeError(this.context.getNode(), failure);
		if (!(failure instanceof SpApiFailure)) return this.named(error);
		const sentences = [
			`This affects ${about}.`,
			error.description,
			'The trigger keeps retrying at growing intervals and keeps its state. To retry now, deactivate and reactivate the workflow.',
		];
		error.description = sentences.filter(Boolean).join(' ');
		return this.named(error);
	}

	/**
	 * Queues notices for later polls to report, each once.
	 * @returns the state with these marked as reported; notices that do not fit in the queue are not
	 */
	private queueNotices(state: WatchState, parameters: TriggerParameters): WatchState {
		let next = this.queueKioskNotice(state, parameters);
		const hasNoTotals =
			state.dataKiosk !== undefined && parameters.options.totalsFrom === 'dataKiosk';
		for (const [id, place] of Object.entries(state.marketplaces)) {
			const name = findMarketplace(id)?.name ?? id;
			for (const { about, message, description } of noticesOf(place, name, hasNoTotals)) {
				if (areExtra(REPORTS_OF[about], parameters)) continue;
				const notice = this.named(
					new NodeOperationError(this.context.getNode(), message, { description }),
				);
				if (!this.memory.reportLater(notice)) continue;
				const marked = withReported(next.marketplaces[id] ?? place, about);
				next = { ...next, marketplaces: { ...next.marketplaces, [id]: marked } };
			}
		}
		return next;
	}

	private queueKioskNotice(state: WatchState, parameters: TriggerParameters): WatchState {
		const { dataKiosk } = state;
		const hasReport = parameters.options.totalsFrom === 'dataKioskElseReport';
		if (dataKiosk === undefined || isExtra('totals', parameters)) return state;
		const notice = kioskNoticeOf(dataKiosk, hasReport);
		if (notice === undefined) return state;
		const { message, description } = notice;
		const isQueued = this.memory.reportLater(
			this.named(new NodeOperationError(this.context.getNode(), message, { description })),
		);
		return isQueued ? { ...state, dataKiosk: reported(dataKiosk) } : state;
	}
}

function unreadableState(context: IPollFunctions): NodeOperationError {
	return new NodeOperationError(
		context.getNode(),
		"Could not read the trigger's state: a newer version of this package saved it",
		{
			description:
				'Update the package. To start over instead, rename this node: events since its last poll are then not reported.',
		},
	);
}

const clockWasAhead = (context: IPollFunctions): NodeOperationError =>
	new NodeOperationError(
		context.getNode(),
		"Could not use stored times: this machine's clock was ahead",
		{
			description:
				'Keep the clock of the machine that runs n8n synchronized. The trigger requests new reports now; changes from the time when the clock was ahead may be reported twice or not at all. This is reported once.',
		},
	);
