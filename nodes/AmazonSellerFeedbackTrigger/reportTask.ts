import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { DateTime, type DurationLike } from 'luxon';

import type { Marketplace } from '../shared/domain/marketplaces';
import {
	isStuck,
	nextStep,
	type BadEnd,
	type ReportSchedule,
	type ScheduledReport,
	type Step,
} from './watch/reportSchedule';
import type { SpApiClient } from '../shared/spapi/client';
import { requestReport, isRequested } from '../shared/spapi/requestReport';
import type { RequestedReport } from '../shared/spapi/report';
import { collectReport, type CollectedReport } from '../shared/spapi/obtainReport';
import { quotaOf } from '../shared/spapi/reportLimits';
import type { MarketplaceReportRequest } from '../shared/spapi/reports';
import type { TriggerParameters } from './parameters';
import { toItem } from './items';
import type { PollMemory } from './pollMemory';
import { dayIn, millisOf, MINUTE_MS } from '../shared/domain/calendar';
import { GIVE_UP_AFTER } from './failures';
import { readQuery, readReport, REPORT_TYPE_OF, requestOf } from './reports';
import { reportsFor, settingsOf } from './settings';
import type { TotalsQuery } from './totalsQuery';
import { advance } from './watch/advance';
import type { Observation, ReportKind } from './watch/events';
import { isOfOneTime, pairMinutes } from './watch/figures';
import type { MarketplaceWatch } from './watch/state';

/** A first report is shared only if it was requested at most this long before the watch began. */
const SHARE_FIRST_MINUTES = 5;

/**
 * How a report without data is reported. A pending report is looked up here only when it is
 * overdue.
 */
const BAD_ENDS_OF: Readonly<Record<Exclude<CollectedReport['status'], 'otherOptions'>, BadEnd>> = {
	pending: 'stuck',
	CANCELLED: 'CANCELLED',
	FATAL: 'FATAL',
	unknown: 'lost',
	DONE: 'notNamed',
};

/** What one run of a report task produces. */
export interface TaskResult {
	readonly state: MarketplaceWatch;
	readonly items: readonly IDataObject[];
	/** The error that ended the task early; what was read before it is kept. */
	readonly failure?: unknown;
}

/** One report of one marketplace, or its totals from Data Kiosk, in one poll. */
export class ReportTask {
	/** The request for each report, made when it is needed. */
	private readonly requests = new Map<ReportKind, MarketplaceReportRequest>();

	constructor(
		private readonly context: IPollFunctions,
		private readonly client: SpApiClient,
		private readonly memory: PollMemory,
		private readonly parameters: TriggerParameters,
		/** The seller's totals from Data Kiosk. */
		private readonly totalsQuery: TotalsQuery,
		readonly marketplace: Marketplace,
		readonly kind: ReportKind,
	) {}

	/** The same for all tasks of a poll. */
	private get now(): DateTime<true> {
		return this.totalsQuery.now;
	}

	/** Identifies the report among those of the trigger. */
	get key(): string {
		return keyOf(this.marketplace, this.kind);
	}

	private get whose(): string {
		return `${this.client.seller} ${this.marketplace.id}`;
	}

	/** Whether there is a report to request or to check. */
	isDue(state: MarketplaceWatch): boolean {
		// Only feedback shows which seller these reports belong to.
		if (state.inDoubt && this.kind !== 'feedback') return false;
		return this.nextStep(state) !== 'rest';
	}

	/**
	 * Reads the report if it is finished, and requests the next if one is due. Never waits for Amazon
	 * to prepare one.
	 * @throws any error from checking the report
	 */
	async run(before: MarketplaceWatch): Promise<TaskResult> {
		let state = before;
		let items: readonly IDataObject[] = [];
		const last = this.scheduleOf(this.kind, state).report;
		if (last !== undefined && this.nextStep(state) === 'collect') {
			const observation = await this.collect(last);
			this.memory.succeeded('account', this.key);
			if (observation === 'pending') return { state, items };
			if (observation === 'givenUp') state = forgetReport(state, this.kind);
			else ({ state, items } = this.apply(state, observation, this.kind, last));
		}
		try {
			if (state.totals !== undefined && state.totals !== before.totals) {
				const evaluated = await this.evaluateRating(state, state.totals.asOf);
				({ state } = evaluated);
				items = [...items, ...evaluated.items];
			}
			if (this.nextStep(state) !== 'ask') return { state, items };
			const { id, askedAt: at, source } = await this.request(last);
			this.memory.succeeded('account', this.key);
			const observation = { kind: 'asked', report: this.kind, id, at, source } as const;
			return { state: advance(state, observation, settingsOf(this.parameters)).state, items };
		} catch (failure) {
			return { state, items, failure };
		}
	}

	/**
	 * How late the next report is, in intervals: the one not refreshed for the longest time comes first.
	 * If the rate limits do not allow all reports in time, all are equally late, and feedback half as late
	 * as the others.
	 */
	lateness(state: MarketplaceWatch): number {
		const askedAt = this.scheduleOf(this.kind, state).report?.askedAt;
		if (askedAt === undefined) return Infinity;
		const minutes = (this.now.toMillis() - millisOf(askedAt)) / MINUTE_MS;
		const weight = this.kind === 'feedback' ? 2 : 1;
		return (weight * minutes) / this.everyMinutes(this.kind);
	}

	/**
	 * Totals are compared with a feedback report from about the same time. So when they are due
	 * without one, a feedback report is due too, and totals are requested after it. Amazon makes few
	 * reports of totals, so they may have to wait, and no feedback report is requested for them until
	 * Amazon can make them. The Buy Box needs no feedback report.
	 */
	private nextStep(state: MarketplaceWatch): Step {
		const step = this.stepOf(this.kind, state);
		if (this.kind === 'totals' && step === 'ask') {
			const hasPartner = this.hasFreshFeedback(state) || !this.watches('feedback');
			return hasPartner && this.canHaveTotals(state) ? 'ask' : 'rest';
		}
		const isForTotals =
			this.kind === 'feedback' &&
			step === 'rest' &&
			!this.hasFreshFeedback(state) &&
			this.stepOf('totals', state) === 'ask' &&
			this.wantsTotals(state);
		return isForTotals ? 'ask' : step;
	}

	private hasFreshFeedback({ reports }: MarketplaceWatch): boolean {
		const askedAt = reports.feedback?.report?.askedAt;
		return isOfOneTime(askedAt, this.now.toISO(), this.parameters.options);
	}

	private watches(kind: ReportKind): boolean {
		return reportsFor(this.parameters).includes(kind);
	}

	private stepOf(kind: ReportKind, state: MarketplaceWatch): Step {
		const schedule = this.scheduleOf(kind, state);
		const collected = this.memory.collected.get(keyOf(this.marketplace, kind));
		const step = nextStep(schedule, this.now, this.everyMinutes(kind), collected);
		// The query of another marketplace has the totals of this one: both are due together from then on.
		const isJoining = kind === 'totals' && this.totalsQuery.isAheadOf(schedule.report);
		return step === 'rest' && isJoining ? 'ask' : step;
	}

	/** Without a query to Data Kiosk if the user has chosen the report since. */
	private scheduleOf(kind: ReportKind, { reports }: MarketplaceWatch): ReportSchedule {
		const schedule = reports[kind] ?? {};
		const isUnwanted = schedule.report?.source !== undefined && !this.totalsQuery.isAllowed;
		return isUnwanted ? { ...schedule, report: undefined } : schedule;
	}

	private wantsTotals(state: MarketplaceWatch): boolean {
		return (
			this.watches('totals') &&
			this.memory.mayTry(keyOf(this.marketplace, 'totals')) &&
			this.canHaveTotals(state)
		);
	}

	/** Amazon would make totals now, or another trigger recently requested the same ones. */
	private canHaveTotals(state: MarketplaceWatch): boolean {
		if (this.totalsQuery.isChosen) return this.totalsQuery.isReady;
		return (
			this.totalsQuery.isReportTurn ||
			isRequested(
				this.client,
				this.requestFor('totals'),
				this.joinedSince('totals', this.scheduleOf('totals', state).report),
			)
		);
	}

	private requestFor(kind: ReportKind): MarketplaceReportRequest {
		const made = this.requests.get(kind);
		if (made !== undefined) return made;
		const request = requestOf(kind, this.marketplace, dayIn(this.marketplace, this.now));
		this.requests.set(kind, request);
		return request;
	}

	/** A report that another trigger requested after this time is used instead of requesting one. */
	private joinedSince(kind: ReportKind, last: RequestedReport | undefined): DateTime {
		const freshSince = this.now.minus(
			last === undefined ? this.firstShared(kind) : this.shared(kind),
		);
		return last ? DateTime.max(freshSince, DateTime.fromISO(last.askedAt)) : freshSince;
	}

	/** A first report is from about the time the watch began, or as recent as Amazon's quota allows. */
	private firstShared(kind: ReportKind): DurationLike {
		const everyMs = quotaOf(this.client, REPORT_TYPE_OF[kind])?.everyMs ?? 0;
		return { milliseconds: Math.max(everyMs, SHARE_FIRST_MINUTES * MINUTE_MS) };
	}

	/** Half the interval; for totals, the time within which they can be paired with a feedback report. */
	private shared(kind: ReportKind): DurationLike {
		const minutes =
			kind === 'totals' ? pairMinutes(this.parameters.options) : this.everyMinutes(kind) / 2;
		return { minutes };
	}

	private everyMinutes(kind: ReportKind): number {
		const { feedbackEveryMinutes, metricsEveryMinutes } = this.parameters.options;
		return kind === 'feedback' ? feedbackEveryMinutes : metricsEveryMinutes;
	}

	/**
	 * Requests a report, or shares one that another trigger of the account requested recently. For
	 * totals, the same with a query to Data Kiosk; if that fails for good, the report.
	 */
	private async request(last: RequestedReport | undefined): Promise<ScheduledReport> {
		const { client, kind, marketplace } = this;
		const newerThan = this.joinedSince(kind, last);
		if (kind === 'totals' && this.totalsQuery.isChosen) {
			const query = await this.totalsQuery.ask(marketplace, newerThan, last);
			if (query !== undefined) return { ...query, source: 'dataKiosk' };
		}
		return await requestReport(client, this.requestFor(kind), newerThan);
	}

	private async collect(report: ScheduledReport): Promise<Observation | 'pending' | 'givenUp'> {
		const { id, askedAt, source } = report;
		if (source !== undefined) {
			const result = await this.totalsQuery.collect(this.marketplace, report);
			if (result === 'pending' || result === 'givenUp') return result;
			this.memory.collected.set(this.key, id);
			return readQuery(result, this.marketplace);
		}
		// A report that still cannot be fetched after so many attempts is given up, and another requested.
		if (this.memory.failuresOf(this.key) >= GIVE_UP_AFTER) return 'givenUp';
		const collected = await collectReport(
			this.context,
			this.client,
			this.requestFor(this.kind),
			id,
		);
		if (collected.status === 'pending' && !isStuck(askedAt, this.now)) return 'pending';
		// The shared report was another application's, by week or by month.
		if (collected.status === 'otherOptions') return 'givenUp';

		// Even if it cannot be read, the next is only requested when it is due.
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

	private apply(
		before: MarketplaceWatch,
		observation: Observation,
		kind: ReportKind,
		report: ScheduledReport,
	): { state: MarketplaceWatch; items: IDataObject[] } {
		const { state, events } = advance(before, observation, settingsOf(this.parameters));
		if (observation.kind === 'feedback') this.memory.remember(this.whose, report);
		return { state, items: events.map((event) => toItem(event, this.marketplace, kind, report)) };
	}

	/**
	 * Reads the feedback report from about the time of the totals again, if it was read before the
	 * totals arrived.
	 */
	private async evaluateRating(
		state: MarketplaceWatch,
		totalsAt: string,
	): Promise<{ state: MarketplaceWatch; items: readonly IDataObject[] }> {
		const distance = ({ askedAt }: RequestedReport): number =>
			Math.abs(millisOf(askedAt) - millisOf(totalsAt));
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
		return this.apply(state, forTotals, 'feedback', report);
	}

	private async read(
		kind: ReportKind,
		{ content, report }: Extract<CollectedReport, { status: 'DONE' }>,
		{ askedAt }: RequestedReport,
	): Promise<Observation | undefined> {
		const today = dayIn(this.marketplace, DateTime.fromISO(askedAt));
		const asked = { at: askedAt, today, report };
		const { dateFormat } = this.parameters.options;
		const observation = await readReport(kind, content, this.marketplace, asked, dateFormat);
		const { note } = this.totalsQuery;
		return observation?.kind === 'totals' && note !== undefined
			? { ...observation, notes: [note] }
			: observation;
	}
}

const keyOf = ({ id }: Marketplace, kind: ReportKind): string => `${id} ${kind}`;

function forgetReport(state: MarketplaceWatch, kind: ReportKind): MarketplaceWatch {
	const schedule = { ...state.reports[kind], report: undefined };
	return { ...state, reports: { ...state.reports, [kind]: schedule } };
}
