import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { DateTime, type DurationLike } from 'luxon';

import type { Marketplace } from '../shared/domain/marketplaces';
import { isStuck, nextStep, type BadEnd, type Step } from './watch/reportSchedule';
import type { SpApiClient } from '../shared/spapi/client';
import { requestReport, isRequested } from '../shared/spapi/requestReport';
import type { RequestedReport } from '../shared/spapi/report';
import { collectReport, type CollectedReport } from '../shared/spapi/obtainReport';
import { quotaOf } from '../shared/spapi/reportLimits';
import { nextReportAt } from '../shared/spapi/reportQuotas';
import type { MarketplaceReportRequest } from '../shared/spapi/reports';
import type { TriggerParameters } from './description';
import { toItem } from './items';
import type { PollMemory } from './pollMemory';
import { dayIn, readReport, REPORT_TYPE_OF, requestOf } from './reports';
import { reportsFor, settingsOf } from './settings';
import { advance } from './watch/advance';
import type { Observation, ReportKind } from './watch/events';
import { isOfOneTime, pairMinutes } from './watch/figures';
import type { MarketplaceWatch } from './watch/state';

/** A first report is shared only if it was asked for at about the time the watch began. */
const SHARE_FIRST_MINUTES = 5;

/** Attempts to fetch a report, over more than an hour. */
const GIVE_UP_AFTER = 6;

/** What a report that gives nothing is told as; one that is still pending then is overdue. */
const BAD_ENDS_OF: Readonly<Record<Exclude<CollectedReport['status'], 'otherOptions'>, BadEnd>> = {
	pending: 'stuck',
	CANCELLED: 'CANCELLED',
	FATAL: 'FATAL',
	unknown: 'lost',
	DONE: 'notNamed',
};

/** What one turn with a report brings. */
export interface TaskResult {
	readonly state: MarketplaceWatch;
	readonly items: readonly IDataObject[];
	/** What kept the rest from being done; what was read before is not lost by it. */
	readonly failure?: unknown;
}

/** One report of one marketplace, in one poll. */
export class ReportTask {
	private readonly now = DateTime.utc();

	constructor(
		private readonly context: IPollFunctions,
		private readonly client: SpApiClient,
		private readonly memory: PollMemory,
		private readonly parameters: TriggerParameters,
		readonly marketplace: Marketplace,
		readonly kind: ReportKind,
	) {}

	/** Names the report among those of the trigger. */
	get key(): string {
		return keyOf(this.marketplace, this.kind);
	}

	private get whose(): string {
		return `${this.client.seller} ${this.marketplace.id}`;
	}

	/** Whether there is anything to ask Amazon for. */
	isDue(state: MarketplaceWatch): boolean {
		// Only feedback tells whose reports these are.
		if (state.inDoubt && this.kind !== 'feedback') return false;
		return this.nextStep(state) !== 'rest';
	}

	/**
	 * Reads the report if it is finished, and asks for the next if one is due. Never waits for Amazon
	 * to prepare one.
	 * @throws whatever keeps it from looking at the report
	 */
	async run(before: MarketplaceWatch): Promise<TaskResult> {
		let state = before;
		let items: readonly IDataObject[] = [];
		const last = state.reports[this.kind]?.report;
		if (last !== undefined && this.nextStep(state) === 'collect') {
			const observation = await this.collect(last);
			this.memory.succeeded('account', this.key);
			if (observation === 'pending') return { state, items };
			if (observation === 'givenUp') state = forgetReport(state, this.kind);
			else ({ state, items } = this.learn(state, observation, this.kind, last));
		}
		try {
			if (last !== undefined && state.totals !== before.totals) {
				const judged = await this.judge(state, last.askedAt);
				({ state } = judged);
				items = [...items, ...judged.items];
			}
			if (this.nextStep(state) !== 'ask') return { state, items };
			const { id, askedAt } = await this.ask(last);
			this.memory.succeeded('account', this.key);
			const observation = { kind: 'asked', report: this.kind, id, at: askedAt } as const;
			return { state: advance(state, observation, settingsOf(this.parameters)).state, items };
		} catch (failure) {
			return { state, items, failure };
		}
	}

	/**
	 * How late the next report is, in intervals: what is longest not refreshed comes first. Where the
	 * rate limits do not give all reports in time, all come late alike, feedback half as late as figures.
	 */
	lateness(state: MarketplaceWatch): number {
		const askedAt = state.reports[this.kind]?.report?.askedAt;
		if (askedAt === undefined) return Infinity;
		const minutes = this.now.diff(DateTime.fromISO(askedAt)).as('minutes');
		const weight = this.kind === 'feedback' ? 2 : 1;
		return (weight * minutes) / this.everyMinutes(this.kind);
	}

	/**
	 * Totals are held against a feedback report of about the same time. So when they are due and there is
	 * none, one is due too, and they are asked for after it. Amazon makes few totals, so they wait their
	 * turn, and no feedback report is asked for before they can be.
	 */
	private nextStep(state: MarketplaceWatch): Step {
		const step = this.stepOf(this.kind, state);
		if (this.kind === 'totals' && step === 'ask' && !this.canHaveTotals(state)) return 'rest';
		const feedbackAt = state.reports.feedback?.report?.askedAt;
		const isFresh = isOfOneTime(feedbackAt, this.now.toISO(), this.parameters.options);
		if (this.kind === 'totals' && step === 'ask' && !isFresh) return 'rest';
		if (this.kind === 'feedback' && step === 'rest' && !isFresh && this.wantsTotals(state)) {
			return this.stepOf('totals', state) === 'ask' ? 'ask' : 'rest';
		}
		return step;
	}

	private stepOf(kind: ReportKind, { reports }: MarketplaceWatch): Step {
		const key = keyOf(this.marketplace, kind);
		const collected = this.memory.collected.get(key);
		return nextStep(reports[kind] ?? {}, this.now, this.everyMinutes(kind), collected);
	}

	private wantsTotals(state: MarketplaceWatch): boolean {
		return (
			reportsFor(this.parameters).includes('totals') &&
			this.memory.mayTry(keyOf(this.marketplace, 'totals')) &&
			this.canHaveTotals(state)
		);
	}

	/** Amazon would make totals now, or another trigger asked lately for the same ones. */
	private canHaveTotals({ reports }: MarketplaceWatch): boolean {
		return (
			nextReportAt(this.client, REPORT_TYPE_OF.totals) === undefined ||
			isRequested(
				this.client,
				this.requestFor('totals'),
				this.joinedSince('totals', reports.totals?.report),
			)
		);
	}

	private requestFor(kind: ReportKind): MarketplaceReportRequest {
		return requestOf(kind, this.marketplace, dayIn(this.marketplace, this.now));
	}

	/** A report that another trigger asked for after this is taken instead of an own one. */
	private joinedSince(kind: ReportKind, last: RequestedReport | undefined): DateTime {
		const freshSince = this.now.minus(
			last === undefined ? this.firstShared(kind) : this.shared(kind),
		);
		return last ? DateTime.max(freshSince, DateTime.fromISO(last.askedAt)) : freshSince;
	}

	/** A first report is of about the time the watch began, or as new as Amazon will make it. */
	private firstShared(kind: ReportKind): DurationLike {
		const everyMs = quotaOf(this.client, REPORT_TYPE_OF[kind])?.everyMs ?? 0;
		return { milliseconds: Math.max(everyMs, SHARE_FIRST_MINUTES * 60_000) };
	}

	/** Half the interval; for totals, as long as they can be paired with a feedback report. */
	private shared(kind: ReportKind): DurationLike {
		const minutes =
			kind === 'totals' ? pairMinutes(this.parameters.options) : this.everyMinutes(kind) / 2;
		return { minutes };
	}

	private everyMinutes(kind: ReportKind): number {
		const { feedbackEveryMinutes, figuresEveryMinutes } = this.parameters.options;
		return kind === 'feedback' ? feedbackEveryMinutes : figuresEveryMinutes;
	}

	/** Asks for a report, or joins one that another trigger of the account asked for lately. */
	private async ask(last: RequestedReport | undefined): Promise<RequestedReport> {
		const { client, kind } = this;
		return await requestReport(client, this.requestFor(kind), this.joinedSince(kind, last));
	}

	private async collect(report: RequestedReport): Promise<Observation | 'pending' | 'givenUp'> {
		const { id, askedAt } = report;
		// One that cannot be fetched for so long is left alone, and another asked for.
		if (this.memory.failuresOf(this.key) >= GIVE_UP_AFTER) return 'givenUp';
		const collected = await collectReport(
			this.context,
			this.client,
			this.requestFor(this.kind),
			id,
		);
		if (collected.status === 'pending' && !isStuck(askedAt, this.now)) return 'pending';
		// Another application's was joined, which is of weeks or months.
		if (collected.status === 'otherOptions') return 'givenUp';

		// Where it cannot be read, another one is asked for when it is due.
		this.memory.collected.set(this.key, id);
		const observation =
			collected.status === 'DONE' ? await this.read(this.kind, collected, report) : undefined;
		if (observation !== undefined) return observation;
		const today = dayIn(this.marketplace, DateTime.fromISO(askedAt));
		const how = BAD_ENDS_OF[collected.status];
		const reason = collected.status === 'FATAL' ? collected.reason : undefined;
		return {
			kind: 'nothing',
			report: this.kind,
			id,
			how,
			today,
			...(reason !== undefined && { reason }),
		};
	}

	private learn(
		before: MarketplaceWatch,
		observation: Observation,
		kind: ReportKind,
		report: RequestedReport,
	): { state: MarketplaceWatch; items: IDataObject[] } {
		const { state, events } = advance(before, observation, settingsOf(this.parameters));
		if (observation.kind === 'feedback') this.memory.remember(this.whose, report);
		return { state, items: events.map((event) => toItem(event, this.marketplace, kind, report)) };
	}

	/** Reads the feedback report of the totals' time once more, if it was read before they came. */
	private async judge(
		state: MarketplaceWatch,
		totalsAt: string,
	): Promise<{ state: MarketplaceWatch; items: readonly IDataObject[] }> {
		const distance = ({ askedAt }: RequestedReport): number =>
			Math.abs(Date.parse(askedAt) - Date.parse(totalsAt));
		const [report] = this.memory
			.feedbackReports(this.whose)
			.filter(({ askedAt }) => isOfOneTime(totalsAt, askedAt, this.parameters.options))
			.toSorted((a, b) => distance(a) - distance(b));
		if (report === undefined) return { state, items: [] };
		const request = this.requestFor('feedback');
		const collected = await collectReport(this.context, this.client, request, report.id);
		if (collected.status !== 'DONE') return { state, items: [] };
		const observation = await this.read('feedback', collected, report);
		if (observation?.kind !== 'feedback') return { state, items: [] };
		const forTotals = { ...observation, kind: 'feedbackForTotals' } as const;
		return this.learn(state, forTotals, 'feedback', report);
	}

	private async read(
		kind: ReportKind,
		{ content, report }: Extract<CollectedReport, { status: 'DONE' }>,
		{ askedAt }: RequestedReport,
	): Promise<Observation | undefined> {
		const today = dayIn(this.marketplace, DateTime.fromISO(askedAt));
		const asked = { at: askedAt, today, report };
		const { dateFormat } = this.parameters.options;
		return await readReport(kind, content, this.marketplace, asked, dateFormat);
	}
}

const keyOf = ({ id }: Marketplace, kind: ReportKind): string => `${id} ${kind}`;

function forgetReport(state: MarketplaceWatch, kind: ReportKind): MarketplaceWatch {
	const cycle = { ...state.reports[kind], report: undefined };
	return { ...state, reports: { ...state.reports, [kind]: cycle } };
}
