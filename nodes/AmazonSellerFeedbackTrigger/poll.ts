import {
	NodeOperationError,
	type IDataObject,
	type INodeExecutionData,
	type IPollFunctions,
} from 'n8n-workflow';
import { DateTime } from 'luxon';

import { findMarketplace, type Marketplace } from '../shared/domain/marketplaces';
import { plusDays } from '../shared/domain/ratingWindow';
import { isStuck, nextStep } from '../shared/domain/reportCycle';
import { toNodeError } from '../shared/n8n/errors';
import { resolveMarketplace } from '../shared/n8n/marketplaceParameter';
import { readTriggerParameters } from '../shared/n8n/parameters';
import { SpApiClient } from '../shared/spapi/client';
import { SpApiFailure, type FailureKind } from '../shared/spapi/failure';
import { collectReport, type AskedReport } from '../shared/spapi/reportDesk';
import { properties, schema, type TriggerParameters } from './description';
import { toItem } from './items';
import { Poller } from './poller';
import { ask, dayIn, readReport, REPORT_TYPE_OF } from './reports';
import { needsTotals, reportsFor, settingsOf } from './settings';
import { advance, type Observation, type ReportKind } from './watch/advance';
import { noticesOf, withTold } from './watch/notices';
import { readState, startWatch, type MarketplaceWatch, type WatchState } from './watch/state';

/** A poll that would have to wait longer for Amazon's rate limit leaves it to the next. */
const LONGEST_WAIT_MS = 3_000;

/** Part of the time n8n gives a poll after which nothing new is begun. */
const BEGIN_WITHIN = 0.4;

/**
 * One poll of an active workflow: asks for the reports that are due, reads those that are finished,
 * and never waits for Amazon to prepare one. What it learns is remembered in the node's static data;
 * what is worth telling comes out as items.
 */
export async function poll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const poller = Poller.of(context);
	// Of two polls at once, both would tell the same.
	if (poller.isBusy) return null;
	poller.isBusy = true;
	try {
		return await new Round(context, poller).run();
	} finally {
		poller.isBusy = false;
	}
}

/** Amazon is asked again at the next poll anyway. */
const NO_TROUBLE: readonly FailureKind[] = ['busy', 'throttled', 'cancelled'];

/** Attempts to fetch a report, over more than an hour. */
const GIVE_UP_AFTER = 6;

/** Failures that every other call of the account would meet too. */
const OF_THE_ACCOUNT: readonly FailureKind[] = ['login', 'tokenRejected', 'unreachable'];

class Round {
	private readonly items: IDataObject[] = [];

	private readonly problems: unknown[] = [];

	private readonly startedAt = performance.now();

	constructor(
		private readonly context: IPollFunctions,
		private readonly poller: Poller,
	) {}

	async run(): Promise<INodeExecutionData[][] | null> {
		const { context } = this;
		const parameters = readTriggerParameters(context, schema, properties);
		const stored = context.getWorkflowStaticData('node');
		const before = readState(stored.state);
		if (before === undefined) throw unreadableState(context);

		const after = await this.watch(parameters, before).catch((failure: unknown) => {
			this.fail('account', failure);
			return before;
		});
		const told = this.items.length > 0 ? { state: after } : this.tellNotice(after, parameters);
		if (told.state !== before) stored.state = told.state as unknown as IDataObject;

		if (this.items.length > 0) return [this.items.map((json) => ({ json }))];
		// Whatever could not be told now for the items' sake comes with the next attempt.
		const [problem] = told.notice ? [told.notice] : this.problems;
		if (problem !== undefined) throw toNodeError(context.getNode(), problem);
		return null;
	}

	/** Goes through all reports of all marketplaces; what fails costs only itself. */
	private async watch(parameters: TriggerParameters, before: WatchState): Promise<WatchState> {
		if (!this.poller.mayTry('account', DateTime.utc())) return before;
		const client = await SpApiClient.connect(this.context, LONGEST_WAIT_MS);
		const marketplaces = this.marketplacesOf(client, parameters);
		const after: Record<string, MarketplaceWatch> = {};
		for (const marketplace of marketplaces) {
			after[marketplace.id] = await this.watchMarketplace(
				client,
				marketplace,
				parameters,
				before.marketplaces[marketplace.id],
			);
		}
		const isSame =
			Object.keys(after).length === Object.keys(before.marketplaces).length &&
			Object.entries(after).every(([id, state]) => state === before.marketplaces[id]);
		return isSame ? before : { ...before, marketplaces: after };
	}

	private marketplacesOf(client: SpApiClient, { marketplaces }: TriggerParameters): Marketplace[] {
		const wanted = marketplaces.length > 0 ? marketplaces : [undefined];
		return wanted.map((id) => resolveMarketplace(this.context, client, id));
	}

	private async watchMarketplace(
		client: SpApiClient,
		marketplace: Marketplace,
		parameters: TriggerParameters,
		before: MarketplaceWatch | undefined,
	): Promise<MarketplaceWatch> {
		const { lookBackDays } = parameters.options;
		const today = dayIn(marketplace, DateTime.utc());
		let state = before ?? startWatch(plusDays(today, 1 - lookBackDays));
		for (const kind of reportsFor(parameters)) {
			const key = `${marketplace.id} ${kind}`;
			if (this.isLate || !this.poller.mayTry(key, DateTime.utc())) continue;
			if (!this.poller.mayTry('account', DateTime.utc())) break;
			try {
				state = await this.watchReport(client, marketplace, kind, parameters, state);
			} catch (failure) {
				this.failReport(key, kind, parameters, failure);
			}
		}
		return state;
	}

	private get isLate(): boolean {
		// Before n8n 2.38 there is no such method.
		const budgetMs = this.context.getPollBudgetMs?.() ?? 300_000;
		return performance.now() - this.startedAt > budgetMs * BEGIN_WITHIN;
	}

	private failReport(
		key: string,
		kind: ReportKind,
		{ events }: TriggerParameters,
		failure: unknown,
	): void {
		// The rating is only an extra then; the items say that it is not known.
		this.fail(key, failure, kind === 'totals' && !needsTotals(events));
	}

	private fail(key: string, failure: unknown, isExtra = false): void {
		const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
		if (kind !== undefined && NO_TROUBLE.includes(kind)) return;
		const isOfAccount = kind !== undefined && OF_THE_ACCOUNT.includes(kind);
		this.poller.failed(isOfAccount ? 'account' : key, DateTime.utc());
		if (!isExtra || isOfAccount) this.problems.push(failure);
	}

	/** Takes what steps are due with one report, and remembers and tells what they bring. */
	private async watchReport(
		client: SpApiClient,
		marketplace: Marketplace,
		kind: ReportKind,
		parameters: TriggerParameters,
		before: MarketplaceWatch,
	): Promise<MarketplaceWatch> {
		const { options } = parameters;
		const key = `${marketplace.id} ${kind}`;
		const everyMinutes =
			kind === 'feedback' ? options.feedbackEveryMinutes : options.figuresEveryMinutes;
		const settings = settingsOf(parameters);
		const now = DateTime.utc();
		let state = before;
		const nextStepNow = () =>
			nextStep(state.reports[kind] ?? {}, now, everyMinutes, this.poller.collected.get(key));

		const asked = state.reports[kind]?.report;
		if (asked !== undefined && nextStepNow() === 'collect') {
			const observation = await this.collect(client, marketplace, kind, asked, options.dateFormat);
			this.poller.succeeded('account', key);
			if (observation === 'pending') return state;
			// Where Amazon does not know the report any more, there is nothing to wait for.
			if (observation === 'unknown') state = forgetReport(state, kind);
			else if (observation !== undefined) {
				const { state: next, events } = advance(state, observation, settings);
				state = next;
				const today = dayIn(marketplace, DateTime.fromISO(asked.askedAt));
				const report = { type: REPORT_TYPE_OF[kind], ...asked, today };
				this.items.push(...events.map((event) => toItem(event, marketplace, report)));
			}
		}
		if (nextStepNow() === 'ask') {
			// One that another trigger asked for is fresh enough for half the time.
			const freshSince = now.minus({ minutes: everyMinutes / 2 });
			const newerThan = asked
				? DateTime.max(freshSince, DateTime.fromISO(asked.askedAt))
				: freshSince;
			try {
				const { id, askedAt } = await ask(client, kind, marketplace, now, newerThan);
				this.poller.succeeded('account', key);
				state = advance(state, { kind: 'asked', report: kind, id, at: askedAt }, settings).state;
			} catch (failure) {
				// What was read before is not lost by it.
				this.failReport(key, kind, parameters, failure);
			}
		}
		return state;
	}

	/** Reads a report if it is finished, whatever way. */
	private async collect(
		client: SpApiClient,
		marketplace: Marketplace,
		kind: ReportKind,
		{ id, askedAt }: AskedReport,
		dateFormat: TriggerParameters['options']['dateFormat'],
	): Promise<Observation | 'pending' | 'unknown' | undefined> {
		const key = `${marketplace.id} ${kind}`;
		const today = dayIn(marketplace, DateTime.fromISO(askedAt));
		// One that cannot be fetched for so long is left alone, and another asked for.
		if (this.poller.failuresOf(key) >= GIVE_UP_AFTER) {
			this.poller.succeeded(key);
			return 'unknown';
		}
		const collected = await collectReport(this.context, client, id);
		if (collected.status === 'unknown') return 'unknown';
		if (collected.status === 'pending' && !isStuck(askedAt, DateTime.utc())) return 'pending';

		// Where it cannot be read, another one is asked for when it is due.
		this.poller.collected.set(key, id);
		if (collected.status === 'DONE') {
			const asked = { at: askedAt, today };
			return readReport(kind, collected.content, marketplace, asked, dateFormat);
		}
		const how = collected.status === 'pending' ? 'stuck' : collected.status;
		return { kind: 'nothing', report: kind, id, how, today };
	}

	/** The next thing to be told once, and the state in which it is. */
	private tellNotice(
		state: WatchState,
		parameters: TriggerParameters,
	): { readonly state: WatchState; readonly notice?: NodeOperationError } {
		let next = state;
		for (const [id, place] of Object.entries(state.marketplaces)) {
			const name = findMarketplace(id)?.name ?? id;
			for (const { about, id: noticeId, message, description } of noticesOf(place, name)) {
				const isExtra = about === 'totals' && !needsTotals(parameters.events);
				const marked = withTold(next.marketplaces[id] ?? place, about);
				next = { ...next, marketplaces: { ...next.marketplaces, [id]: marked } };
				if (isExtra || this.poller.wasTold(`${id} ${noticeId}`)) continue;
				const notice = new NodeOperationError(this.context.getNode(), message, { description });
				return { state: next, notice };
			}
		}
		return { state: next };
	}
}

function unreadableState(context: IPollFunctions): NodeOperationError {
	return new NodeOperationError(
		context.getNode(),
		'What the trigger remembers cannot be read: another version of this package wrote it',
		{
			description:
				'Update the package. To start anew instead, delete this node and add it again: what happened since its last poll is then not told.',
		},
	);
}

function forgetReport(state: MarketplaceWatch, kind: ReportKind): MarketplaceWatch {
	const cycle = { ...state.reports[kind], report: undefined };
	return { ...state, reports: { ...state.reports, [kind]: cycle } };
}
