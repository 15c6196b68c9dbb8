import { credentialsOf, type SandboxCredentials } from './credentials';
import type { Fault, FaultSpec } from './faults';
import { changeHabits, DEFAULT_PROFILE, type Habits, type HabitsChange } from './habits';
import type { ApplicationName } from './lwa';
import { secretsOf, type SandboxSecrets } from './secrets';
import { buildServer } from './server';
import { settingsSchema, type SandboxSettings } from './settings';
import { SandboxState, type LoggedRequest } from './state';
import { Truth } from './truth';
import type { SandboxClock } from './clock';
import type { Defects, FeedbackChange, NewFeedback, NewOrders } from './world/world';
import { causeSchema, type CauseWish } from './world/causes';
import { moreSellersSchema, type MoreSellers } from './world/moreSellers';
import type { AccountStatus, BuyBoxSpell, Seller, WorldFeedback, WorldOrder } from './world/types';

export type { SandboxCredentials } from './credentials';
export type { Fault, FaultKind, FaultSpec } from './faults';
export { HABITS, habitsOf } from './habits';
export type { HabitName, Habits, HabitsChange, Profile } from './habits';
export type { ApplicationName } from './lwa';
export {
	n8nCredentialOf,
	NO_REPORT_LIMITS,
	reportLimitsAt,
	type N8nCredential,
} from './n8nCredential';
export type { SandboxSecrets } from './secrets';
export type { SandboxSettings } from './settings';
export type {
	LoggedRequest,
	QueryRequestRecord,
	ReportReadRecord,
	ReportRequestRecord,
	RequestAnswerRecord,
	RequestCount,
	SolicitationRecord,
} from './state';
export type {
	OrderTruth,
	ProductTruth,
	RatingTruth,
	RatingWindow,
	ShopDay,
	SolicitationWindow,
} from './truth';
export type { CauseWish } from './world/causes';
export type { MoreSellers } from './world/moreSellers';
export type { Solicitability } from './world/orderState';
export type { Defects, NewOrders } from './world/world';
export type {
	AccountStatus,
	BuyBoxSpell,
	DailyTraffic,
	FeedbackContent,
	FeedbackCounts,
	FeedbackEvent,
	MarketplaceWorld,
	Seller,
	Stars,
	WorldFeedback,
	WorldOrder,
} from './world/types';
export { formatDay } from './reports/feedbackFile';
export { lastUpdateOf, solicitationWindow, statusOf } from './world/orderState';
export { destinationOf } from './world/particulars';

export interface SandboxOptions {
	/** 0 (the default) uses any free port. */
	readonly port?: number;
	readonly host?: string;
	/** The same seed and time give the same world and the same credentials. */
	readonly seed?: string;
	/** A clock that stands still at this time until moved; by default, the real clock. */
	readonly now?: string | Date | undefined;
	/**
	 * Multiplies Amazon's rates (bursts stay): 1 = Amazon's own, 1000 = fast, false (default) = none.
	 */
	readonly rateLimits?: number | false;
	/** Real time a report or a query takes, half of it IN_QUEUE and half IN_PROGRESS. */
	readonly reportDelayMs?: number;
	readonly settings?: Partial<SandboxSettings>;
	/** What Amazon does beyond its models: a profile, or only these habits. */
	readonly habits?: HabitsChange;
	/** Many sellers with little content, in addition to the four. */
	readonly moreSellers?: MoreSellers | undefined;
	/** Products whose orders get bad feedback more often; by default, no order is worse than others. */
	readonly causes?: readonly CauseWish[];
	readonly log?: (line: string) => void;
}

/** A running sandbox. */
export interface Sandbox {
	readonly url: string;
	/**
	 * Credentials of a seller: `demo` (US, CA, MX), `second` (DE, GB, FR), `japan` (JP, AU) or
	 * `europe` (DE, FR, IT, ES, NL, BE, PL, SE, GB). All share the application `main`; those of
	 * `other` are another developer's for the same seller. With `moreSellers`, also `seller-001` ...
	 */
	credentials(sellerKey?: string, application?: ApplicationName): SandboxCredentials;
	/** The world, by seller key; change it through `world` only. */
	readonly sellers: Readonly<Record<string, Seller>>;
	readonly truth: Truth;
	/** Everything confidential so far, to search for in places where it must not be. */
	secrets(): SandboxSecrets;
	/** The newest requests, oldest first: all since the start, up to 100,000. */
	readonly requests: readonly LoggedRequest[];
	readonly faults: { add(spec: FaultSpec): Fault; list(): readonly Fault[]; clear(): void };
	readonly clock: Pick<SandboxClock, 'now' | 'set' | 'advance'>;
	readonly lwa: {
		expireAccessTokens(sellerKey?: string): void;
		revoke(sellerKey: string): void;
		restore(sellerKey: string): void;
		rotateSecret(application?: ApplicationName): string;
	};
	readonly roles: {
		remove(sellerKey: string, roleName: string): void;
		restore(sellerKey: string, roleName: string): void;
	};
	readonly settings: {
		get(): Readonly<SandboxSettings>;
		set(change: Partial<SandboxSettings>): void;
	};
	readonly habits: {
		get(): Habits;
		/** A whole profile, or single habits; the others stay as they are. */
		set(change: HabitsChange): void;
	};
	readonly world: {
		addFeedback(feedback: NewFeedback): WorldFeedback;
		changeFeedback(sellerKey: string, orderId: string, change: FeedbackChange): WorldFeedback;
		removeFeedback(sellerKey: string, orderId: string): WorldFeedback;
		addOrders(orders: NewOrders): WorldOrder[];
		setAccountStatus(
			sellerKey: string,
			marketplaceId: string,
			status: AccountStatus | undefined,
		): void;
		setDefects(sellerKey: string, marketplaceId: string, defects: Defects | undefined): void;
		setBuyBox(sellerKey: string, marketplaceId: string, spell: BuyBoxSpell | undefined): void;
	};
	/**
	 * As if no reports or queries had been requested for days: the lists are empty and no limit is
	 * exhausted.
	 */
	forgetReports(): void;
	/** Resets everything to the state at the start. */
	reset(): void;
	close(): Promise<void>;
}

/** Starts a sandbox: Amazon's Selling Partner API and Login with Amazon over real HTTP. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const { port = 0, host = '127.0.0.1', seed = 'demo', reportDelayMs = 300 } = options;
	const state = new SandboxState({
		seed,
		now: options.now,
		rateLimits: options.rateLimits ?? false,
		reportDelayMs,
		settings: options.settings ?? {},
		habits: options.habits ?? DEFAULT_PROFILE,
		moreSellers: options.moreSellers && moreSellersSchema.parse(options.moreSellers),
		causes: (options.causes ?? []).map((cause) => causeSchema.parse(cause)),
	});
	const server = buildServer(state, options.log);
	const url = await server.listen({ port, host });
	// Every access goes through `state`, so that `reset` takes effect everywhere.
	return {
		url,
		credentials: (sellerKey = 'demo', application = 'main') =>
			credentialsOf(state, sellerKey, url, application),
		get sellers() {
			return state.world.sellers;
		},
		truth: new Truth(state),
		secrets: () => secretsOf(state),
		get requests() {
			return state.requests;
		},
		faults: {
			add: (spec) => state.faults.add(spec),
			list: () => state.faults.list(),
			clear: () => state.faults.clear(),
		},
		clock: {
			now: () => state.clock.now(),
			set: (time) => state.clock.set(time),
			advance: (duration) => state.clock.advance(duration),
		},
		lwa: {
			expireAccessTokens: (sellerKey) => state.lwa.expireAccessTokens(sellerKey),
			revoke: (sellerKey) => state.lwa.revoke(sellerKey),
			restore: (sellerKey) => state.lwa.restore(sellerKey),
			rotateSecret: (application) => state.lwa.rotateSecret(application),
		},
		roles: {
			remove: (sellerKey, roleName) => state.roles.remove(sellerKey, roleName),
			restore: (sellerKey, roleName) => state.roles.restore(sellerKey, roleName),
		},
		settings: {
			get: () => state.settings,
			set: (change) => {
				state.settings = settingsSchema.parse({ ...state.settings, ...change });
			},
		},
		habits: {
			get: () => state.habits,
			set: (change) => {
				state.habits = changeHabits(state.habits, change);
			},
		},
		world: {
			addFeedback: (feedback) => state.world.addFeedback(feedback),
			changeFeedback: (sellerKey, orderId, change) =>
				state.world.changeFeedback(sellerKey, orderId, change),
			removeFeedback: (sellerKey, orderId) => state.world.removeFeedback(sellerKey, orderId),
			addOrders: (orders) => state.world.addOrders(orders),
			setAccountStatus: (sellerKey, marketplaceId, status) =>
				state.world.setAccountStatus(sellerKey, marketplaceId, status),
			setDefects: (sellerKey, marketplaceId, defects) =>
				state.world.setDefects(sellerKey, marketplaceId, defects),
			setBuyBox: (sellerKey, marketplaceId, spell) =>
				state.world.setBuyBox(sellerKey, marketplaceId, spell),
		},
		forgetReports: () => state.forgetReports(),
		reset: () => state.reset(),
		close: () => server.close(),
	};
}
