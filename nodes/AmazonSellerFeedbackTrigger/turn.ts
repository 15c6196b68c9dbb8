import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Marketplace } from '../shared/domain/marketplaces';
import { isStuck, nextStep } from '../shared/domain/reportCycle';
import type { SpApiClient } from '../shared/spapi/client';
import { askForReport, collectReport, type AskedReport } from '../shared/spapi/reportDesk';
import type { TriggerParameters } from './description';
import { toItem } from './items';
import type { Poller } from './poller';
import { dayIn, readReport, requestOf } from './reports';
import { settingsOf } from './settings';
import { advance, isOfOneTime, type Observation, type ReportKind } from './watch/advance';
import type { MarketplaceWatch } from './watch/state';

/** A first report is shared only if it was asked for at about the time the watch began. */
const SHARE_FIRST_MINUTES = 5;

/** Attempts to fetch a report, over more than an hour. */
const GIVE_UP_AFTER = 6;

/** What one turn with a report brings. */
export interface TurnResult {
	readonly state: MarketplaceWatch;
	readonly items: readonly IDataObject[];
	/** Why the next report could not be asked for; what was read before is not lost by it. */
	readonly failure?: unknown;
}

/** One report of one marketplace, in one poll. */
export class Turn {
	private readonly now = DateTime.utc();

	constructor(
		private readonly context: IPollFunctions,
		private readonly client: SpApiClient,
		private readonly poller: Poller,
		private readonly parameters: TriggerParameters,
		readonly marketplace: Marketplace,
		readonly kind: ReportKind,
	) {}

	/** Names the report among those of the trigger. */
	get key(): string {
		return keyOf(this.marketplace, this.kind);
	}

	/** Whether there is anything to ask Amazon for. */
	isDue(state: MarketplaceWatch): boolean {
		return this.nextStep(state) !== 'rest';
	}

	/**
	 * Reads the report if it is finished, and asks for the next if one is due. Never waits for Amazon
	 * to prepare one.
	 * @throws whatever keeps it from looking at the report
	 */
	async take(before: MarketplaceWatch): Promise<TurnResult> {
		let state = before;
		let items: readonly IDataObject[] = [];
		const last = state.reports[this.kind]?.report;
		if (last !== undefined && this.nextStep(state) === 'collect') {
			const observation = await this.collect(last);
			this.poller.succeeded('account', this.key);
			if (observation === 'pending') return { state, items };
			if (observation === 'unknown') state = forgetReport(state, this.kind);
			else if (observation !== undefined) ({ state, items } = this.learn(state, observation, last));
		}
		if (this.nextStep(state) !== 'ask') return { state, items };
		try {
			const { id, askedAt } = await this.ask(last);
			this.poller.succeeded('account', this.key);
			const observation = { kind: 'asked', report: this.kind, id, at: askedAt } as const;
			return { state: advance(state, observation, settingsOf(this.parameters)).state, items };
		} catch (failure) {
			return { state, items, failure };
		}
	}

	private nextStep({ reports }: MarketplaceWatch) {
		const { feedbackEveryMinutes, figuresEveryMinutes } = this.parameters.options;
		const every = this.kind === 'feedback' ? feedbackEveryMinutes : figuresEveryMinutes;
		const collected = this.poller.collected.get(this.key);
		const step = nextStep(reports[this.kind] ?? {}, this.now, every, collected);
		if (step !== 'rest' || this.kind !== 'feedback') return step;
		// The totals are held against a feedback report of the same time.
		const { feedback, totals } = reports;
		const totalsAt = totals?.report?.askedAt ?? '';
		const feedbackAt = feedback?.report?.askedAt ?? '';
		return totalsAt > feedbackAt && !isOfOneTime(totalsAt, feedbackAt) ? 'ask' : 'rest';
	}

	/** Asks for a report, or joins one that another trigger of the account asked for lately. */
	private async ask(last: AskedReport | undefined): Promise<AskedReport> {
		const { feedbackEveryMinutes, figuresEveryMinutes } = this.parameters.options;
		const every = this.kind === 'feedback' ? feedbackEveryMinutes : figuresEveryMinutes;
		// For half the time it is fresh enough.
		const minutes = last === undefined ? SHARE_FIRST_MINUTES : every / 2;
		const freshSince = this.now.minus({ minutes });
		const newerThan = last ? DateTime.max(freshSince, DateTime.fromISO(last.askedAt)) : freshSince;
		const request = requestOf(this.kind, this.marketplace, dayIn(this.marketplace, this.now));
		return await askForReport(this.client, request, newerThan);
	}

	private async collect({
		id,
		askedAt,
	}: AskedReport): Promise<Observation | 'pending' | 'unknown' | undefined> {
		// One that cannot be fetched for so long is left alone, and another asked for.
		if (this.poller.failuresOf(this.key) >= GIVE_UP_AFTER) return 'unknown';
		const collected = await collectReport(this.context, this.client, id);
		// Where Amazon does not know it any more, there is nothing to wait for.
		if (collected.status === 'unknown') return 'unknown';
		if (collected.status === 'pending' && !isStuck(askedAt, this.now)) return 'pending';

		// Where it cannot be read, another one is asked for when it is due.
		this.poller.collected.set(this.key, id);
		const today = dayIn(this.marketplace, DateTime.fromISO(askedAt));
		if (collected.status === 'DONE') {
			const { dateFormat } = this.parameters.options;
			const asked = { at: askedAt, today };
			return readReport(this.kind, collected.content, this.marketplace, asked, dateFormat);
		}
		const how = collected.status === 'pending' ? 'stuck' : collected.status;
		return { kind: 'nothing', report: this.kind, id, how, today };
	}

	private learn(
		before: MarketplaceWatch,
		observation: Observation,
		report: AskedReport,
	): { state: MarketplaceWatch; items: IDataObject[] } {
		const { state, events } = advance(before, observation, settingsOf(this.parameters));
		const feedback = state.reports.feedback?.report;
		if (observation.kind === 'totals' && isOfOneTime(feedback?.askedAt, observation.asOf)) {
			// The feedback report that goes with them is held against them when it is read once more.
			this.poller.collected.delete(keyOf(this.marketplace, 'feedback'));
		}
		const items = events.map((event) => toItem(event, this.marketplace, this.kind, report));
		return { state, items };
	}
}

const keyOf = ({ id }: Marketplace, kind: ReportKind): string => `${id} ${kind}`;

function forgetReport(state: MarketplaceWatch, kind: ReportKind): MarketplaceWatch {
	const cycle = { ...state.reports[kind], report: undefined };
	return { ...state, reports: { ...state.reports, [kind]: cycle } };
}
