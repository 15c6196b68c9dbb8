import type { IDataObject, INodeParameters, WorkflowActivateMode } from 'n8n-workflow';
import { inspect } from 'node:util';

import { plusDays } from '../../nodes/shared/domain/calendar';
import type { Sandbox, SandboxOptions } from '../../sandbox';
import {
	activateTrigger,
	createCredentialStore,
	type ActiveTrigger,
	type CredentialStore,
} from './harness';
import { passTime, timePassed, usePassingTime } from './passingTime';
import { connect } from './sandboxCredential';
import { startUnknownSandbox } from './startUnknownSandbox';

export const MINUTE = 60_000;

export const US = 'ATVPDKIKX0DER';
export const CA = 'A2EUQ1WTGCTBG2';
export const MX = 'A1AM78C64UM0Y8';
export const BR = 'A2Q3Y263D00KWC';

/** The day on which each test begins, and the last one whose totals count then. */
export const TODAY = '2026-11-23';
export const LAST_SETTLED = '2026-11-19';
/** A day settled long ago: its feedback counts in the next reports. */
export const SETTLED_DAY = '2026-11-10';

/** Amazon makes totals every 15 minutes; requested together, both reports are of the same moment. */
export const EVERY_TWENTY_MINUTES = { feedbackEveryMinutes: 20, metricsEveryMinutes: 20 };

/** Minutes until a change is reported, with reports every twenty minutes. */
export const UNTIL_REPORTED = 22;

/**
 * For ratings only: feedback is requested only together with the totals. Reports more than an hour apart
 * are not compared, so that each rating is of one moment.
 */
export const EVERY_NINETY_MINUTES = { feedbackEveryMinutes: 1440, metricsEveryMinutes: 90 };

/** Minutes until a changed rating is evaluated, with reports every ninety minutes. */
export const UNTIL_EVALUATED = 92;

export const FEEDBACK_EVENTS = [
	'newNegativeFeedback',
	'newNeutralFeedback',
	'feedbackChanged',
	'feedbackRemoved',
];

/** An error that a poll threw, and the minute since the activation. */
export interface Thrown {
	readonly minute: number;
	readonly message: string;
	readonly description: string;
}

export interface ActivateOptions {
	readonly events?: readonly string[];
	readonly marketplaces?: readonly string[];
	/** A name, or `*` for all. */
	readonly seller?: string;
	readonly thresholds?: ReadonlyArray<{ readonly name: string; readonly percent: number }>;
	readonly options?: INodeParameters;
	readonly id?: string;
	readonly staticData?: IDataObject;
	readonly manual?: boolean;
	readonly activation?: WorkflowActivateMode;
	readonly durable?: boolean;
	readonly budgetMs?: number;
	readonly credentialId?: string;
}

/** An activated trigger with the items and errors so far. */
export class Watcher {
	readonly reported: IDataObject[] = [];

	readonly thrown: Thrown[] = [];

	/** Duration of the longest poll, on the test's clock. */
	longestPollMs = 0;

	minute = 0;

	constructor(
		readonly trigger: ActiveTrigger,
		private readonly everything: unknown[],
	) {}

	/** One poll; what it throws is kept. */
	async poll(): Promise<IDataObject[]> {
		const began = timePassed();
		let items: IDataObject[] = [];
		try {
			items = await this.trigger.poll();
		} catch (error) {
			this.everything.push(inspect(error, { depth: null, showHidden: true }));
			const { message, description } = error as Error & { description?: string };
			this.thrown.push({ minute: this.minute, message, description: description ?? '' });
		}
		this.longestPollMs = Math.max(this.longestPollMs, timePassed() - began);
		if (items.length > 0) this.everything.push(JSON.stringify(items));
		if (this.trigger.isChanged) {
			this.trigger.written();
			this.everything.push(JSON.stringify(this.trigger.staticData));
		}
		this.reported.push(...items);
		return items;
	}

	/** Removes and returns the items so far. */
	take(): IDataObject[] {
		return this.reported.splice(0);
	}

	/** Removes and returns the errors so far. */
	takeThrown(): Thrown[] {
		return this.thrown.splice(0);
	}

	/** The state of a marketplace as n8n would write it. */
	place(marketplaceId = US): IDataObject {
		const { state } = this.trigger.staticData['node:Trigger'] as IDataObject;
		return (
			((state as IDataObject).marketplaces as Record<string, IDataObject>)[marketplaceId] ?? {}
		);
	}
}

/** Counts of the feedback of the last days, as far as these are settled. */
export function settledCounts(
	sandbox: Sandbox,
	marketplaceId = US,
	days = 365,
	through = LAST_SETTLED,
) {
	const first = plusDays(TODAY, 1 - days);
	const place = sandbox.sellers.demo?.marketplaces.find(
		({ marketplace }) => marketplace.id === marketplaceId,
	);
	const stars = (place?.feedback ?? [])
		.filter(({ date }) => date >= first && date <= through)
		.map(({ rating }) => rating);
	return {
		positive: stars.filter((each) => each > 3).length,
		neutral: stars.filter((each) => each === 3).length,
		negative: stars.filter((each) => each < 3).length,
		total: stars.length,
	};
}

/** A rating in percent, exactly. */
export const ratingOf = ({ positive, total }: { positive: number; total: number }): number =>
	(100 * positive) / total;

/** A percentage cut to as many decimals as a threshold may have. */
export const cutOff = (percent: number): number => Math.floor(percent * 10_000) / 10_000;

/** A separate sandbox for each test, with Amazon's own rate limits and worst habits, and helpers to use it. */
export interface Watching {
	readonly sandbox: Sandbox;
	readonly credentials: CredentialStore;
	activate(options?: ActivateOptions): Promise<Watcher>;
	/** The number of requests, of any status. */
	readonly requests: number;
	/** How often an operation was called and accepted. */
	count(operation: string): number;
	/** The minutes of the test at which an operation was called and accepted. */
	minutesOf(operation: string): number[];
	/** Simulates another process, which shares nothing in memory. */
	startNewProcess(): void;
}

/** Lets a minute pass, then polls all watchers one after the other; repeats that. */
export async function passMinutes(count: number, ...watchers: Watcher[]): Promise<void> {
	for (let minute = 0; minute < count; minute += 1) {
		passTime(MINUTE);
		for (const watcher of watchers) {
			watcher.minute += 1;
			await watcher.poll();
		}
	}
}

/** What all built nodes of a process share. */
const shared = jest.requireActual<Record<string, { clear(): void }>>(
	'../../dist/nodes/shared/spapi/processWide.js',
);

export function useWatching(options: SandboxOptions = {}): Watching {
	usePassingTime('2026-11-23T18:00:00Z');
	const rig: {
		sandbox?: Sandbox;
		credentials?: CredentialStore;
		since: number;
		processes: number;
		everything: unknown[];
	} = { since: 0, processes: 1, everything: [] };
	beforeEach(async () => {
		rig.sandbox = await startUnknownSandbox({ rateLimits: 1, reportDelayMs: 20_000, ...options });
		rig.credentials = await createCredentialStore();
		connect(rig.credentials, rig.sandbox);
		rig.since = Date.now();
		rig.processes = 1;
		rig.everything = [];
	});
	afterEach(async () => {
		const { sandbox, credentials, everything } = rig;
		await sandbox?.close();
		const refused = sandbox?.requests.filter(({ status, fault }) => status === 429 && !fault);
		expect(refused).toEqual([]);
		const shown = everything.join('\n');
		const { clientSecret, refreshToken } = credentials?.get('demo') ?? {};
		// Buyers' addresses are all of this domain.
		for (const secret of ['@marketplace.', 'Atza|', 'Atzr|', clientSecret, refreshToken]) {
			expect(shown.includes(String(secret))).toBe(false);
		}
	});
	const acceptedCalls = (operation: string) =>
		(rig.sandbox?.requests ?? []).filter(
			(request) => request.operation === operation && request.status < 300,
		);
	return {
		get sandbox() {
			return rig.sandbox as Sandbox;
		},
		get credentials() {
			return rig.credentials as CredentialStore;
		},
		activate: async ({
			events = FEEDBACK_EVENTS,
			marketplaces = [],
			seller,
			thresholds,
			options: nodeOptions = {},
			...rest
		} = {}) => {
			const parameters = {
				events: [...events],
				marketplaces: [...marketplaces],
				...(seller !== undefined && { seller: { __rl: true, mode: 'name', value: seller } }),
				...(thresholds && { thresholds: { threshold: [...thresholds] } }),
				options: nodeOptions,
			} as INodeParameters;
			const trigger = await activateTrigger({
				type: 'amazonSellerFeedbackTrigger',
				parameters,
				credentials: rig.credentials as CredentialStore,
				id: `${expect.getState().currentTestName} in process ${rig.processes}`,
				...rest,
			});
			return new Watcher(trigger, rig.everything);
		},
		get requests() {
			return rig.sandbox?.requests.length ?? 0;
		},
		count: (operation) => acceptedCalls(operation).length,
		minutesOf: (operation) =>
			acceptedCalls(operation).map(({ at }) => Math.round((Date.parse(at) - rig.since) / MINUTE)),
		startNewProcess: () => {
			rig.processes += 1;
			for (const kept of Object.values(shared)) kept.clear();
		},
	};
}
