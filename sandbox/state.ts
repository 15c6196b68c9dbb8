import { SandboxClock } from './clock';
import { QueryStore } from './dataKiosk/store';
import { DocumentStore } from './documentStore';
import { Faults } from './faults';
import { changeHabits, habitsOf, type Habits, type HabitsChange } from './habits';
import { Lwa, type ApplicationName } from './lwa';
import { addToLog } from './newest';
import { RateLimiter } from './rateLimits';
import { ReportQuotas, type TooSoon } from './reportQuotas';
import { ReportStore, type ProcessingStatus, type StoredReport } from './reports/store';
import { Roles } from './roles';
import { settingsSchema, type SandboxSettings } from './settings';
import type { Asked } from './dataKiosk/asked';
import { OrderPages } from './apis/orderPages';
import { World } from './world/world';
import type { Cause } from './world/causes';
import type { MoreSellers } from './world/moreSellers';
import { answerTo } from './world/requestEffect';
import type { Stars } from './world/types';

export interface StateOptions {
	readonly seed: string;
	readonly now: string | Date | undefined;
	readonly rateLimits: number | false;
	readonly reportDelayMs: number;
	readonly settings: Partial<SandboxSettings>;
	readonly habits: HabitsChange;
	readonly moreSellers?: MoreSellers | undefined;
	readonly causes?: readonly Cause[];
}

/** One accepted request for a review. */
export interface SolicitationRecord {
	readonly sellerKey: string;
	readonly orderId: string;
	readonly marketplaceId: string;
	readonly at: string;
	readonly requestId: string;
}

/** Feedback that came only because it was requested. */
export interface RequestAnswerRecord {
	readonly sellerKey: string;
	readonly orderId: string;
	readonly marketplaceId: string;
	readonly requestedAt: string;
	/** May be later than the clock's now; then Amazon does not show it yet. */
	readonly at: string;
	readonly rating: Stars;
}

/** One request in the log; never contains a token, secret or signature. */
export interface LoggedRequest {
	readonly operation: string;
	readonly method: string;
	readonly path: string;
	readonly query: Readonly<Record<string, string>>;
	readonly sellerKey: string | undefined;
	readonly orderId: string | undefined;
	/** 0 if the connection was cut before a response. */
	readonly status: number;
	readonly at: string;
	/** Real time of arrival in milliseconds, for measuring rates. */
	readonly arrivedAt: number;
	readonly userAgent: string;
	readonly requestId: string;
	readonly fault?: string;
}

/** One valid request for a report, and its immediate result. */
export interface ReportRequestRecord {
	readonly sellerKey: string;
	readonly application: ApplicationName;
	readonly reportType: string;
	readonly marketplaceIds: readonly string[];
	readonly at: string;
	/** The request came sooner than the limit of its type allows, so it was refused. */
	readonly tooSoon?: TooSoon | undefined;
}

/** One valid request for a Data Kiosk query, and its immediate result. */
export type QueryRequestRecord = Asked & {
	readonly sellerKey: string;
	readonly application: ApplicationName;
	/** As the caller wrote it. */
	readonly query: string;
	/** Whether it requested a page after the first. */
	readonly isNextPage: boolean;
	readonly at: string;
	/** Undefined if the request was refused. */
	readonly queryId?: string | undefined;
	readonly refused?: 'Unauthorized' | 'QuotaExceeded' | undefined;
};

/**
 * The first time that someone read a finished report: its document or, without one, that it ended.
 */
export interface ReportReadRecord {
	readonly sellerKey: string;
	readonly application: ApplicationName;
	readonly reportType: string;
	readonly marketplaceIds: readonly string[];
	readonly reportId: string;
	/** How the report ended. */
	readonly status: ProcessingStatus;
	readonly requestedAt: string;
	readonly at: string;
}

/** How many requests of an operation got this status since the start, also those no longer logged. */
export interface RequestCount {
	readonly operation: string;
	/** 0 if the connection was cut before a response. */
	readonly status: number;
	readonly count: number;
}

/** The complete state of a running sandbox. `reset` starts over with the same options. */
export class SandboxState {
	clock!: SandboxClock;
	world!: World;
	lwa!: Lwa;
	roles!: Roles;
	faults!: Faults;
	limiter!: RateLimiter;
	documents!: DocumentStore;
	reports!: ReportStore;
	reportQuotas!: ReportQuotas;
	queries!: QueryStore;
	orderPages!: OrderPages;
	settings!: SandboxSettings;
	habits!: Habits;
	solicitations: SolicitationRecord[] = [];
	requestAnswers: RequestAnswerRecord[] = [];
	private solicited = new Set<string>();
	requests: LoggedRequest[] = [];
	private readonly counts = new Map<string, RequestCount>();
	reportRequests: ReportRequestRecord[] = [];
	reportReads: ReportReadRecord[] = [];
	queryRequests: QueryRequestRecord[] = [];
	/** How many times an operation was refused because of its role, and because of its window. */
	roleRefusals = 0;
	windowRefusals = 0;
	/** Sellers for which another developer's reports exist. */
	othersReports = new Set<string>();

	constructor(readonly options: StateOptions) {
		this.reset();
	}

	/** Resets everything: world, clock, tokens, faults, settings, records and log. */
	reset(): void {
		const { seed, now, rateLimits, settings, habits, moreSellers, causes } = this.options;
		this.clock = new SandboxClock(now);
		const millis = () => this.clock.millis();
		this.settings = settingsSchema.parse(settings);
		this.habits = changeHabits(habitsOf('kind'), habits);
		this.world = new World(seed, millis, moreSellers, causes);
		this.lwa = new Lwa(seed, Object.keys(this.world.sellers), millis);
		this.roles = new Roles(Object.keys(this.world.sellers));
		this.faults = new Faults(seed);
		this.limiter = new RateLimiter(rateLimits);
		this.forgetReports();
		this.roleRefusals = 0;
		this.windowRefusals = 0;
		this.orderPages = new OrderPages();
		this.solicitations = [];
		this.requestAnswers = [];
		this.solicited = new Set();
		this.requests = [];
		this.counts.clear();
	}

	/**
	 * As if no reports or queries had been requested for days: the lists are empty and no limit is
	 * exhausted.
	 */
	forgetReports(): void {
		const { seed, reportDelayMs } = this.options;
		this.documents = new DocumentStore();
		this.reports = new ReportStore(seed, reportDelayMs);
		this.reportQuotas = new ReportQuotas(seed, this.limiter);
		this.reportRequests = [];
		this.reportReads = [];
		this.queries = new QueryStore(seed, reportDelayMs);
		this.queryRequests = [];
		this.othersReports = new Set();
	}

	record(request: LoggedRequest): void {
		addToLog(this.requests, request);
		const { operation, status } = request;
		const key = `${operation} ${status}`;
		const count = (this.counts.get(key)?.count ?? 0) + 1;
		this.counts.set(key, { operation, status, count });
	}

	/** How many requests there were since the start, by operation and status. */
	get requestCounts(): readonly RequestCount[] {
		return [...this.counts.values()];
	}

	/** Adds to the true record: a finished report was read. Only the first time counts. */
	recordReportRead(report: StoredReport): void {
		if (report.isRead) return;
		report.isRead = true;
		const { sellerKey, application, reportType, marketplaceIds, reportId, createdTime } = report;
		addToLog(this.reportReads, {
			sellerKey,
			application,
			reportType,
			marketplaceIds,
			reportId,
			status: this.reports.statusOf(report),
			requestedAt: new Date(createdTime).toISOString(),
			at: this.clock.now().toISOString(),
		});
	}

	/** Adds to the true record: a review was requested from the buyer. */
	recordSolicitation(record: SolicitationRecord): void {
		this.solicitations.push(record);
		this.solicited.add(`${record.sellerKey}/${record.orderId}`);
		this.answer(record);
	}

	/** Adds the feedback that the request brings, if it brings any. */
	private answer({ sellerKey, marketplaceId, orderId, at: requestedAt }: SolicitationRecord): void {
		const { requestEffectPercent: percent, requestEffectDays: lastDay } = this.settings;
		const answer = answerTo(orderId, this.options.seed, { percent, lastDay });
		if (answer === undefined) return;
		const { after, rating } = answer;
		const at = Date.parse(requestedAt) + after;
		if (!this.world.addAnswer({ sellerKey, marketplaceId, orderId, rating, at })) return;
		const record = { sellerKey, orderId, marketplaceId, requestedAt, rating };
		this.requestAnswers.push({ ...record, at: new Date(at).toISOString() });
	}

	/** Whether a review was requested for this order since the sandbox started. */
	wasSolicited(sellerKey: string, orderId: string): boolean {
		return this.solicited.has(`${sellerKey}/${orderId}`);
	}
}
