import type { IPollFunctions } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { millisOf } from '../shared/domain/calendar';
import type { Marketplace } from '../shared/domain/marketplaces';
import type { SpApiClient } from '../shared/spapi/client';
import { lookAtDailyTotals } from '../shared/spapi/collectDailyTotals';
import { orThrow, SpApiFailure } from '../shared/spapi/failure';
import type { FailureKind } from '../shared/spapi/failureKinds';
import type { KioskTotals, OpenQuery } from '../shared/spapi/kioskTotals';
import type { RequestedReport } from '../shared/spapi/report';
import { nextReportAt } from '../shared/spapi/reportQuotas';
import { isNewerThan } from '../shared/spapi/requestReport';
import { startDailyTotals } from '../shared/spapi/startDailyTotals';
import type { TriggerParameters } from './parameters';
import { GIVE_UP_AFTER, isHeldUp, isOfTheAccount } from './failures';
import type { PollMemory } from './pollMemory';
import { REPORT_TYPE_OF } from './reports';
import { isOfOneTime } from './watch/figures';
import { isResting, troubled, type KioskTrouble } from './watch/kioskTrouble';
import { isStuck } from './watch/reportSchedule';

/**
 * Failures that waiting a few minutes does not end. `queryFailed`: also a query that Amazon did not
 * finish within an hour.
 */
const LASTING: readonly FailureKind[] = [
	'accessDenied',
	'refused',
	'badRequest',
	'notFound',
	'queryFailed',
	'documentRefused',
	'documentTooLarge',
];

/** After this time of exhausted rate limits, the report is used instead. */
const HELD_UP_MINUTES = 60;

/**
 * The daily totals of one seller from Data Kiosk, in one poll: a query for all marketplaces together,
 * which one poll creates or joins and a later one reads. If Data Kiosk fails, all marketplaces use
 * the report instead, unless the user wants none.
 */
export class TotalsQuery {
	/** Failures of Data Kiosk are counted for the seller, not for a marketplace. */
	readonly key: string;

	/** When the poll began. */
	readonly now = DateTime.utc();

	/** A call failed in this poll; no other one is made. */
	private hasFailed = false;

	private mustWait = false;

	private readonly thrown = new Set<unknown>();

	constructor(
		private readonly context: IPollFunctions,
		private readonly client: SpApiClient,
		private readonly memory: PollMemory,
		private readonly parameters: TriggerParameters,
		/** All marketplaces that are watched. */
		private readonly marketplaces: readonly Marketplace[],
		private stored: KioskTrouble | undefined,
	) {
		this.key = `${client.seller} dataKiosk`;
	}

	/** What to store: undefined while Data Kiosk works or is not used. */
	get trouble(): KioskTrouble | undefined {
		return this.isAllowed ? this.stored : undefined;
	}

	/** Whether the totals may come from Data Kiosk. */
	get isAllowed(): boolean {
		return this.parameters.options.totalsFrom !== 'report';
	}

	/** Whether the report is used if Data Kiosk fails. */
	get hasReport(): boolean {
		return this.parameters.options.totalsFrom === 'dataKioskElseReport';
	}

	/** Whether the next totals are to come from Data Kiosk; otherwise from the report. */
	get isChosen(): boolean {
		return this.isAllowed && !(this.hasReport && this.isResting);
	}

	/** Whether a query can be created or joined now. */
	get isReady(): boolean {
		return this.isAllowed && !this.isResting && this.mayCall;
	}

	/** Whether Amazon would make a report of totals for this seller now. */
	get isReportTurn(): boolean {
		// If not, it stays so for the poll, which looks for each marketplace.
		this.mustWait ||= nextReportAt(this.client, REPORT_TYPE_OF.totals) !== undefined;
		return !this.mustWait;
	}

	/** Why a report is used instead, as a note on its totals. */
	get note(): string | undefined {
		return this.hasReport && this.trouble !== undefined
			? `The totals come from the Sales and Traffic report. ${this.trouble.why}.`
			: undefined;
	}

	/** Whether it was Data Kiosk that failed. */
	threw(failure: unknown): boolean {
		return this.thrown.has(failure);
	}

	/**
	 * Whether another marketplace has recently created or joined a newer query, which then has the
	 * totals of this one, too.
	 */
	isAheadOf(last: RequestedReport | undefined): boolean {
		const newest = this.memory.newestQuery(this.client.seller);
		if (newest === undefined || last === undefined || !this.isChosen) return false;
		const isNewer = millisOf(newest.askedAt) > millisOf(last.askedAt);
		return isNewer && isOfOneTime(newest.askedAt, this.now.toISO(), this.parameters.options);
	}

	/**
	 * Creates a query or joins one.
	 * @param newerThan joins no finished query that was created at this time or before
	 * @param last the one before
	 * @returns undefined if Data Kiosk has failed and rests now
	 */
	async ask(
		marketplace: Marketplace,
		newerThan: DateTime,
		last: RequestedReport | undefined,
	): Promise<RequestedReport | undefined> {
		const { client, memory, marketplaces: others } = this;
		const isNewer = isNewerThan(newerThan);
		const isOther = ({ askedAt }: Pick<OpenQuery, 'askedAt'>): boolean =>
			last === undefined || millisOf(askedAt) > millisOf(last.askedAt);
		const query = await this.attempt(
			startDailyTotals(client, {
				marketplace,
				others,
				// Amazon refuses another query while one of the same text is open.
				isNewEnough: (each, isOpen) => (isOpen ? isOther(each) : isNewer(each)),
			}),
		);
		if (query === undefined) return undefined;
		const asked = { id: query.queryId, askedAt: query.askedAt };
		memory.rememberQuery(client.seller, asked);
		return asked;
	}

	/**
	 * Checks a query and reads its result. Never waits for Amazon to answer it.
	 * @returns `givenUp` if another query or the report is needed
	 */
	async collect(
		marketplace: Marketplace,
		query: RequestedReport,
	): Promise<KioskTotals | 'pending' | 'givenUp'> {
		const { context, client, memory, now, marketplaces: others } = this;
		const { id: queryId, askedAt } = query;
		if (this.trouble?.queryId === queryId) return 'givenUp';
		if (memory.failuresOf(this.key) >= GIVE_UP_AFTER) return 'givenUp';
		if (!this.mayCall) return 'pending';
		const isOld = isStuck(askedAt, now);
		const looking = lookAtDailyTotals(
			context,
			client,
			{ queryId, askedAt },
			{ marketplace, others },
		).then((totals) => totals ?? (isOld ? orThrow(stuck(queryId)) : ('pending' as const)));
		// Amazon deletes old queries; the next one is needed anyway.
		const isDeleted = (failure: unknown): boolean =>
			isOld && failure instanceof SpApiFailure && failure.kind === 'notFound';
		const found = await this.attempt(
			looking.catch((failure: unknown) =>
				isDeleted(failure) ? ('deleted' as const) : orThrow(failure),
			),
			queryId,
		);
		if (found === undefined || found === 'deleted') return 'givenUp';
		if (found !== 'pending') this.stored = undefined;
		return found;
	}

	private get isResting(): boolean {
		const { metricsEveryMinutes } = this.parameters.options;
		return isResting(this.trouble, this.now, metricsEveryMinutes, this.hasReport);
	}

	private get mayCall(): boolean {
		return !this.hasFailed && this.memory.mayTry(this.key);
	}

	/**
	 * The result; undefined if Data Kiosk has failed and rests now.
	 * @throws a failure after which it is tried again in a few minutes, and one of the account
	 */
	private async attempt<Result>(
		work: Promise<Result>,
		queryId?: string,
	): Promise<Result | undefined> {
		const isDone = (result: Result): Result => {
			this.memory.succeeded(this.key);
			return result;
		};
		return await work.then(isDone, (failure: unknown) => this.fail(failure, queryId));
	}

	private fail(failure: unknown, queryId: string | undefined): undefined {
		const isOfKiosk = failure instanceof SpApiFailure && !isOfTheAccount(failure);
		if (!isOfKiosk) return orThrow(failure);
		const { kind, message: why, advice } = failure;
		const isOver = this.hasReport
			? LASTING.includes(kind) || this.isLong(failure)
			: kind === 'queryFailed';
		if (!isOver) {
			this.hasFailed = true;
			this.thrown.add(failure);
			return orThrow(failure);
		}
		this.memory.succeeded(this.key);
		// Advice on a failed query is for a node that is run again.
		const shown = kind === 'queryFailed' ? '' : advice;
		this.stored = troubled(
			this.stored,
			{ kind, why, advice: shown, ...(queryId !== undefined && { queryId }) },
			this.now.toISO(),
		);
		return undefined;
	}

	private isLong(failure: SpApiFailure): boolean {
		return isHeldUp(failure)
			? this.memory.isHeldUpFor(this.key, HELD_UP_MINUTES)
			: this.memory.failuresOf(this.key) + 1 >= GIVE_UP_AFTER;
	}
}

const stuck = (queryId: string): SpApiFailure =>
	new SpApiFailure('queryFailed', 'getQuery', {
		details: `${queryId}: Amazon did not finish it within an hour`,
	});
