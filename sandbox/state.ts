import { SandboxClock } from './clock';
import { QueryStore } from './dataKiosk/store';
import { DocumentStore } from './documentStore';
import { Faults } from './faults';
import { changeHabits, habitsOf, type Habits, type HabitsChange } from './habits';
import { Lwa, type ApplicationName } from './lwa';
import { RateLimiter } from './rateLimits';
import { ReportQuotas, type TooSoon } from './reportQuotas';
import { ReportStore } from './reports/store';
import { Roles } from './roles';
import { settingsSchema, type SandboxSettings } from './settings';
import type { Asked } from './dataKiosk/asked';
import { OrderPages } from './apis/orderPages';
import { World } from './world/world';

export interface StateOptions {
	readonly seed: string;
	readonly now: string | Date | undefined;
	readonly rateLimits: number | false;
	readonly reportDelayMs: number;
	readonly settings: Partial<SandboxSettings>;
	readonly habits: HabitsChange;
}

/** One accepted request for a review. */
export interface SolicitationRecord {
	readonly sellerKey: string;
	readonly orderId: string;
	readonly marketplaceId: string;
	readonly at: string;
	readonly requestId: string;
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

const LOG_LIMIT = 100_000;
/** How far the log may grow past its limit; trimming it on every request would cost too much. */
const LOG_SLACK = 10_000;

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
	private solicited = new Set<string>();
	requests: LoggedRequest[] = [];
	reportRequests: ReportRequestRecord[] = [];
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
		const { seed, now, rateLimits, settings, habits } = this.options;
		this.clock = new SandboxClock(now);
		const millis = () => this.clock.millis();
		this.settings = settingsSchema.parse(settings);
		this.habits = changeHabits(habitsOf('kind'), habits);
		this.world = new World(seed, millis);
		this.lwa = new Lwa(seed, Object.keys(this.world.sellers), millis);
		this.roles = new Roles(Object.keys(this.world.sellers));
		this.faults = new Faults(seed);
		this.limiter = new RateLimiter(rateLimits);
		this.forgetReports();
		this.roleRefusals = 0;
		this.windowRefusals = 0;
		this.orderPages = new OrderPages();
		this.solicitations = [];
		this.solicited = new Set();
		this.requests = [];
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
		this.queries = new QueryStore(seed, reportDelayMs);
		this.queryRequests = [];
		this.othersReports = new Set();
	}

	record(request: LoggedRequest): void {
		this.requests.push(request);
		if (this.requests.length > LOG_LIMIT + LOG_SLACK) {
			this.requests.splice(0, this.requests.length - LOG_LIMIT);
		}
	}

	/** Adds to the true record: a review was requested from the buyer. */
	recordSolicitation(record: SolicitationRecord): void {
		this.solicitations.push(record);
		this.solicited.add(`${record.sellerKey}/${record.orderId}`);
	}

	/** Whether a review was requested for this order since the sandbox started. */
	wasSolicited(sellerKey: string, orderId: string): boolean {
		return this.solicited.has(`${sellerKey}/${orderId}`);
	}
}
