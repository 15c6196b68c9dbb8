import {
	NodeOperationError,
	type IDataObject,
	type INodeExecutionData,
	type IPollFunctions,
} from 'n8n-workflow';
import { DateTime } from 'luxon';

import { findMarketplace, type Marketplace } from '../shared/domain/marketplaces';
import { toNodeError } from '../shared/n8n/errors';
import { resolveMarketplace } from '../shared/n8n/marketplaceParameter';
import { readTriggerParameters } from '../shared/n8n/parameters';
import { CREDENTIAL_NAME, SpApiClient } from '../shared/spapi/client';
import { SpApiFailure, type FailureKind } from '../shared/spapi/failure';
import { properties, schema, type TriggerParameters } from './description';
import { Poller } from './poller';
import { dayIn } from './reports';
import { isExtra, reportsFor } from './settings';
import { Turn } from './turn';
import { REPORT_NAMES, type ReportKind } from './watch/events';
import { noticesOf, withTold } from './watch/notices';
import { readState, startWatch, type MarketplaceWatch, type WatchState } from './watch/state';

/** What a poll cannot have soon is left to the next. */
const PATIENCE = { waitAtMostMs: 3_000, maxAttempts: 2 };

/** After this time a poll begins nothing new, to be over before the next. */
const BEGIN_WITHIN_MS = 40_000;

/**
 * One poll of an active workflow: asks for the reports that are due, reads those that are finished,
 * and never waits for Amazon to prepare one. What it learns is remembered in the node's static data;
 * what is worth telling comes out as items.
 */
export async function poll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const poller = Poller.of(context);
	if (poller.running !== undefined) {
		// Two at once would tell the same twice. And when a poll ends, n8n (2.41) takes from the one that
		// still runs what its requests need, so this one must not end first.
		await poller.running.catch(() => undefined);
		return null;
	}
	const round = new Round(context, poller).run();
	poller.running = round;
	try {
		return await round;
	} finally {
		poller.running = undefined;
	}
}

const TURN_ORDER: readonly ReportKind[] = ['totals', 'feedback', 'totals', 'health'];

/** The rate limit is used up for the moment: it is no trouble before it lasts. */
const HELD_UP: readonly FailureKind[] = ['busy', 'throttled'];

/** Failures that every other call of the account would meet too. */
const OF_THE_ACCOUNT: readonly FailureKind[] = ['login', 'tokenRejected', 'unreachable'];

/** Something that failed, and the report it was about. */
interface Problem {
	readonly failure: unknown;
	readonly about?: string;
}

class Round {
	private readonly items: IDataObject[] = [];

	private readonly problems: Problem[] = [];

	private readonly startedAt = performance.now();

	/** Reports that Amazon was asked for or about. */
	private turnsTaken = 0;

	constructor(
		private readonly context: IPollFunctions,
		private readonly poller: Poller,
	) {}

	async run(): Promise<INodeExecutionData[][] | null> {
		const { context } = this;
		const parameters = readTriggerParameters(context, schema, properties);
		const stored = context.getWorkflowStaticData('node');
		const credential = context.getNode().credentials?.[CREDENTIAL_NAME]?.id ?? '';
		const before = readState(stored.state, credential);
		if (before === undefined) throw unreadableState(context);

		const after = await this.watch(parameters, before).catch((failure: unknown) => {
			this.fail('account', failure);
			return before;
		});
		const told = this.items.length > 0 ? { state: after } : this.tellNotice(after, parameters);
		if (told.state !== before) stored.state = told.state as unknown as IDataObject;

		if (this.items.length > 0) return [this.items.map((json) => ({ json }))];
		if (told.notice !== undefined) throw told.notice;
		// What was left out for the items' sake comes with the next attempt.
		const [problem] = this.problems;
		if (problem !== undefined) throw this.toError(problem);
		return null;
	}

	/** Goes through all reports of all marketplaces; what fails costs only itself. */
	private async watch(parameters: TriggerParameters, before: WatchState): Promise<WatchState> {
		const { context, poller } = this;
		if (!poller.mayTry('account', DateTime.utc())) return before;
		const client = await SpApiClient.connect(context, PATIENCE);
		const marketplaces = this.marketplacesOf(client, parameters);
		const after = this.withNew(marketplaces, parameters, before.marketplaces);

		const kinds = reportsFor(parameters);
		// Totals come twice: they are read before the feedback report of their time, and asked for after it.
		const order = TURN_ORDER.filter((kind) => kinds.includes(kind));
		const turns = marketplaces.flatMap((marketplace) =>
			order.map((kind) => new Turn(context, client, poller, parameters, marketplace, kind)),
		);
		for (const turn of poller.inTurn(turns)) {
			const { id } = turn.marketplace;
			const state = after.get(id) as MarketplaceWatch;
			if (!poller.mayTry(turn.key, DateTime.utc()) || !turn.isDue(state)) continue;
			if (this.isLate) {
				poller.goOnWith(turn.key);
				break;
			}
			if (!poller.mayTry('account', DateTime.utc())) break;
			this.turnsTaken += 1;
			try {
				const result = await turn.take(state);
				after.set(id, result.state);
				this.items.push(...result.items);
				if ('failure' in result) this.failTurn(turn, result.failure, parameters);
			} catch (failure) {
				this.failTurn(turn, failure, parameters);
			}
		}
		const isSame =
			after.size === Object.keys(before.marketplaces).length &&
			[...after].every(([id, state]) => state === before.marketplaces[id]);
		return isSame ? before : { ...before, marketplaces: Object.fromEntries(after) };
	}

	private marketplacesOf(client: SpApiClient, { marketplaces }: TriggerParameters): Marketplace[] {
		const wanted = marketplaces.length > 0 ? marketplaces : [undefined];
		return wanted.map((id) => resolveMarketplace(this.context, client, id));
	}

	/** What is remembered of these marketplaces, and a beginning for those that are new. */
	private withNew(
		marketplaces: readonly Marketplace[],
		{ options }: TriggerParameters,
		known: WatchState['marketplaces'],
	): Map<string, MarketplaceWatch> {
		const now = DateTime.utc();
		return new Map(
			marketplaces.map((marketplace) => [
				marketplace.id,
				known[marketplace.id] ??
					startWatch(now.toISO(), dayIn(marketplace, now), options.lookBackDays),
			]),
		);
	}

	/** However slow everything is, each poll gets something done. */
	private get isLate(): boolean {
		if (this.turnsTaken === 0) return false;
		// What n8n gives a poll before it abandons it; there is no such method before 2.38.
		const budgetMs = this.context.getPollBudgetMs?.() ?? Infinity;
		return performance.now() - this.startedAt > Math.min(BEGIN_WITHIN_MS, budgetMs / 3);
	}

	private failTurn(
		{ key, kind, marketplace }: Turn,
		failure: unknown,
		parameters: TriggerParameters,
	): void {
		const about = `the ${REPORT_NAMES[kind]} for ${marketplace.name}`;
		this.fail(key, failure, { about, isExtra: isExtra(kind, parameters) });
	}

	private fail(
		key: string,
		failure: unknown,
		{ about, isExtra: isOnlyExtra = false }: { about?: string; isExtra?: boolean } = {},
	): void {
		const kind = failure instanceof SpApiFailure ? failure.kind : undefined;
		const now = DateTime.utc();
		if (kind !== undefined && HELD_UP.includes(kind) && !this.poller.isHeldUpForLong(key, now)) {
			return;
		}
		const isOfAccount = kind !== undefined && OF_THE_ACCOUNT.includes(kind);
		this.poller.failed(isOfAccount ? 'account' : key, now);
		if (!isOnlyExtra || isOfAccount) this.problems.push({ failure, about });
	}

	private toError({ failure, about }: Problem): Error {
		const error = toNodeError(this.context.getNode(), failure);
		if (!(failure instanceof SpApiFailure)) return error;
		const sentences = [
			about && `This is about ${about}.`,
			error.description,
			'The trigger tries again by itself, less and less often, and loses nothing of what it remembers; activate the workflow anew to have it try at once.',
		];
		error.description = sentences.filter(Boolean).join(' ');
		return error;
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
				const marked = withTold(next.marketplaces[id] ?? place, about);
				next = { ...next, marketplaces: { ...next.marketplaces, [id]: marked } };
				const kind = about === 'unreadable' ? 'feedback' : about;
				if (isExtra(kind, parameters) || this.poller.wasTold(`${id} ${noticeId}`)) continue;
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
