import type { IDataObject, INodeParameters, WorkflowActivateMode } from 'n8n-workflow';
import { inspect } from 'node:util';

import { plusDays } from '../../nodes/shared/domain/ratingWindow';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox';
import {
	activateTrigger,
	createCredentialStore,
	type ActiveTrigger,
	type CredentialStore,
} from './harness';
import { passTime, timePassed, usePassingTime } from './passingTime';
import { connect } from './sandboxCredential';

export const MINUTE = 60_000;

export const US = 'ATVPDKIKX0DER';
export const CA = 'A2EUQ1WTGCTBG2';
export const MX = 'A1AM78C64UM0Y8';
export const BR = 'A2Q3Y263D00KWC';

/** The day on which each test begins, and the last one whose totals count then. */
export const TODAY = '2026-11-23';
export const LAST_SETTLED = '2026-11-19';
/** A day long settled: feedback of it is in the figures of the next reports. */
export const SETTLED_DAY = '2026-11-10';

/** Amazon makes totals every 15 minutes; asked for together, both reports are of the same moment. */
export const EVERY_TWENTY_MINUTES = { feedbackEveryMinutes: 20, metricsEveryMinutes: 20 };

/** Minutes until what changes now is told, asked for every twenty minutes. */
export const UNTIL_TOLD = 22;

/**
 * For ratings alone: feedback is asked for beside the totals only. Reports of more than an hour apart are
 * not held against each other, so that each rating is of one moment.
 */
export const EVERY_NINETY_MINUTES = { feedbackEveryMinutes: 1440, metricsEveryMinutes: 90 };

/** Minutes until a rating that changes now is judged, asked for every ninety minutes. */
export const UNTIL_JUDGED = 92;

export const FEEDBACK_EVENTS = [
	'newNegativeFeedback',
	'newNeutralFeedback',
	'feedbackChanged',
	'feedbackRemoved',
];

/** What a poll threw, and at which minute since the activation. */
export interface Thrown {
	readonly minute: number;
	readonly message: string;
	readonly description: string;
}

export interface ActivateOptions {
	readonly events?: readonly string[];
	readonly marketplaces?: readonly string[];
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

/** An activated trigger with what it told and threw so far. */
export class Watcher {
	readonly told: IDataObject[] = [];

	readonly thrown: Thrown[] = [];

	/** How long the longest poll waited, on the test's clock. */
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
		this.told.push(...items);
		return items;
	}

	/** Forgets what was told, and gives it. */
	take(): IDataObject[] {
		return this.told.splice(0);
	}

	/** Forgets what was thrown, and gives it. */
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

/** Feedback of the last so many days, as far as these are settled. */
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

/** A percentage with as many decimals as a threshold may have, cut off. */
export const cutOff = (percent: number): number => Math.floor(percent * 10_000) / 10_000;

/** A sandbox of its own for each test, at Amazon's own rates and worst, and what is done with it. */
export interface Watching {
	readonly sandbox: Sandbox;
	readonly credentials: CredentialStore;
	activate(options?: ActivateOptions): Promise<Watcher>;
	/** How many requests there were in all, of whatever status. */
	readonly requests: number;
	/** How often an operation was called, and Amazon accepted it. */
	count(operation: string): number;
	/** At which minutes of the test that was. */
	minutesOf(operation: string): number[];
	/** Makes the node take itself for one in another process, which shares nothing in memory. */
	startNewProcess(): void;
}

/** A minute passes, then all of them are polled one after the other; so many times. */
export async function passMinutes(count: number, ...watchers: Watcher[]): Promise<void> {
	for (let minute = 0; minute < count; minute += 1) {
		passTime(MINUTE);
		for (const watcher of watchers) {
			watcher.minute += 1;
			await watcher.poll();
		}
	}
}

/** What all nodes of a process have in common, as the built nodes share it. */
const shared = jest.requireActual<Record<string, { clear(): void }>>(
	'../../dist/nodes/shared/spapi/processWide.js',
);

const usedUrls = new Set<string>();

/** At an address of its own: at one that was used before, the node would know the seller's reports. */
async function startUnknownSandbox(options: SandboxOptions): Promise<Sandbox> {
	const sandbox = await startSandbox({
		rateLimits: 1,
		reportDelayMs: 20_000,
		...options,
	});
	if (!usedUrls.has(sandbox.url)) {
		usedUrls.add(sandbox.url);
		return sandbox;
	}
	const another = await startUnknownSandbox(options);
	await sandbox.close();
	return another;
}

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
		rig.sandbox = await startUnknownSandbox(options);
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
			thresholds,
			options: nodeOptions = {},
			...rest
		} = {}) => {
			const parameters = {
				events: [...events],
				marketplaces: [...marketplaces],
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
