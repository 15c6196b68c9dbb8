import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedbackEvent, WorldFeedback } from '../../sandbox';
import { SetupError } from '../../scripts/lib/output.mjs';
import { ofSeveralSellers } from '../../scripts/lib/sandbox.mjs';
import type { RunningSandbox, SellerSummary } from '../lib/sandbox';
import type { Meter } from '../n8n/meter';
import type { QueueN8n } from '../n8n/queueN8n';
import { itemsOf } from '../n8n/runData';
import type { ScaledClock } from '../n8n/scaledClock';
import type { Services } from '../n8n/services';
import { amazonNode, chain, node, type NewWorkflow } from '../n8n/workflow';
import { expectedOf, lineOf, type ReportedEvent } from '../trigger/day';
import { planChanges, type Change, type Place } from './changes';
import { collectAll, readDatabase, readPolls, type Snapshot } from './figures';
import { KeepingUp } from './keepingUp';
import { waitsBetween, type Wait } from './looks';

const FEEDBACK_REPORT = 'GET_SELLER_FEEDBACK_DATA';

/** The trigger's default, in minutes. */
export const INTERVAL_MINUTES = 30;

/** The trigger's longest interval for reports that Amazon cancels, in minutes. */
export const CANCELED_MINUTES = 60;

/**
 * What a trigger says once about a marketplace without feedback of 1 to 3 stars: Amazon makes no
 * report.
 */
const NO_FEEDBACK = /Could not get the feedback report .*Amazon canceled it/;

/** Scaled minutes in which every marketplace must have been looked at once. */
const FIRST_LOOKS_MINUTES = 12 * 60;

/** Scaled minutes after the last change in which everything must be reported. */
const PATIENCE_MINUTES = 4 * INTERVAL_MINUTES;

/** Milliseconds between two looks at n8n. */
const LOOK_EVERY_MS = 3_000;

/** Workflows that are added at the same time. */
const AT_ONCE = 4;

const ALL_SELLERS = { __rl: true, mode: 'list', value: '*' } as const;

/** How large the day is. */
export interface DaySettings {
	readonly hours: number;
	/** Changes of a marketplace's feedback a day, on average. */
	readonly changes: number;
	/** Sellers of a workflow; undefined for a workflow and a credential for each. */
	readonly perWorkflow: number | undefined;
	readonly seed: string;
}

/** What the day runs on. */
export interface DayParts {
	readonly n8n: QueueN8n;
	readonly sandbox: RunningSandbox;
	readonly clock: ScaledClock;
	readonly query: Services['query'];
	readonly meters: { readonly main: Meter; readonly workers: readonly Meter[] };
}

/** An item, with its seller. */
type SellersEvent = ReportedEvent & { readonly seller?: string };

/** How reported and expected events agree, as lines. */
export interface Comparison {
	readonly wanted: number;
	readonly missing: readonly string[];
	readonly extra: readonly string[];
}

/** A day of many sellers, whose feedback changes now and then. */
export class ScaleDay {
	/** Items of all executions. */
	readonly reported: SellersEvent[] = [];

	/** Messages of the executions that failed. */
	readonly errors: string[] = [];

	/** Notices about marketplaces without feedback; n8n shows each as a failed execution. */
	notices = 0;

	readonly snapshots: Snapshot[] = [];

	workflows = 0;

	/** Why the day ended early. */
	stopped: string | undefined;

	/** Scaled minutes until every marketplace was looked at for the first time. */
	firstLooks = NaN;

	/** When the day ended, in scaled minutes since its start. */
	endedAt = NaN;

	/** Changes made. */
	made = 0;

	#sellers: readonly SellerSummary[] = [];

	#beganAt = 0;

	#hasEnded = false;

	#clockFailure: unknown;

	/** Feedback that was changed already, by order. */
	readonly #used = new Set<string>();

	#lookedAt = 0;

	#keepingUp = new KeepingUp(0);

	constructor(
		private readonly parts: DayParts,
		private readonly settings: DaySettings,
	) {}

	/** Scaled minutes since the start of the day. */
	get minute(): number {
		return (this.parts.clock.now - this.#beganAt) / 60_000;
	}

	get #places(): Place[] {
		return this.#sellers.flatMap(({ key, marketplaces }) =>
			marketplaces.map(({ marketplaceId }) => ({ sellerKey: key, marketplaceId })),
		);
	}

	/** Keeps the sandbox's clock at n8n's until the day has ended. */
	startClock(): void {
		const run = async () => {
			while (!this.#hasEnded) {
				await this.parts.clock.applyTo(this.parts.sandbox);
				await sleep(50);
			}
		};
		run().catch((failure: unknown) => (this.#clockFailure = failure));
	}

	/** Adds the workflows and activates them. */
	async activate(): Promise<void> {
		const { sandbox } = this.parts;
		this.#sellers = (await sandbox.sellers()).filter(({ key }) => key.startsWith('seller-'));
		const { perWorkflow = 1 } = this.settings;
		const groups: SellerSummary[][] = [];
		for (let from = 0; from < this.#sellers.length; from += perWorkflow) {
			groups.push(this.#sellers.slice(from, from + perWorkflow));
		}
		this.workflows = groups.length;
		const add = async () => {
			for (let group = groups.pop(); group; group = groups.pop()) await this.#addWorkflow(group);
		};
		await Promise.all(Array.from({ length: AT_ONCE }, add));
	}

	async #addWorkflow(sellers: readonly SellerSummary[]): Promise<void> {
		const { n8n } = this.parts;
		const credentialId = await n8n.addCredential(await this.#credential(sellers));
		await n8n.addWorkflow(this.#workflow(sellers), credentialId);
	}

	async #credential(sellers: readonly SellerSummary[]): Promise<object> {
		const { sandbox } = this.parts;
		const own = await Promise.all(
			sellers.map(async ({ key }) => await sandbox.credential({ sellerKey: key })),
		);
		const [first] = own;
		if (first === undefined) throw new SetupError('There are no sellers.');
		if (this.settings.perWorkflow === undefined) return first;
		const entries = own.map(({ refreshToken, primaryMarketplace }, index) => [
			sellers[index]?.name,
			{ [primaryMarketplace]: refreshToken },
		]);
		return ofSeveralSellers(first, Object.fromEntries(entries));
	}

	#workflow(sellers: readonly SellerSummary[]): NewWorkflow {
		const [first] = sellers;
		const parameters = {
			pollTimes: { item: [{ mode: 'everyMinute' }] },
			events: ['feedbackChanged', 'feedbackRemoved', 'newNegativeFeedback', 'newNeutralFeedback'],
			marketplaces: first?.marketplaces.map(({ marketplaceId }) => marketplaceId) ?? [],
			...(this.settings.perWorkflow === undefined ? {} : { seller: ALL_SELLERS }),
		};
		return chain(`Feedback of ${sellers.map(({ key }) => key).join(', ')}`.slice(0, 100), [
			amazonNode('Trigger', 'amazonSellerFeedbackTrigger', parameters),
			node('Reported', 'noOp'),
		]);
	}

	/** The day starts when every marketplace was looked at once. */
	async begin(): Promise<void> {
		const places = this.#places.length;
		this.#beganAt = this.parts.clock.now;
		for (;;) {
			const looked = new Set((await this.#looks()).map(({ place }) => place)).size;
			if (looked >= places) break;
			if (this.minute > FIRST_LOOKS_MINUTES) {
				await this.#readExecutions();
				throw new SetupError(
					`Only ${looked} of ${places} marketplaces were looked at in ${this.minute.toFixed()} ` +
						`minutes of scaled time. ${this.errors[0] ?? ''}`,
				);
			}
			await this.#pause(500);
		}
		this.firstLooks = this.minute;
		this.#beganAt = this.parts.clock.now;
		await this.#snapshot();
		this.#keepingUp = new KeepingUp(this.workflows);
	}

	/** Runs the day, then continues until everything is reported or the time is up. */
	async run(): Promise<void> {
		const { hours, changes, seed } = this.settings;
		const plan: Array<Pick<Change, 'minute'> & { readonly act: () => Promise<void> }> = planChanges(
			seed,
			this.#places,
			hours,
			changes,
		).map((change) => ({ minute: change.minute, act: async () => await this.#make(change) }));
		plan.push({ minute: hours * 30, act: async () => await this.#snapshot() });
		plan.push({ minute: hours * 60, act: async () => undefined });
		for (const { minute, act } of plan.toSorted((a, b) => a.minute - b.minute)) {
			await this.#until(minute);
			if (this.stopped !== undefined) break;
			await act();
		}
		this.endedAt = this.minute;
		const latest = this.minute + PATIENCE_MINUTES;
		while (this.stopped === undefined && this.minute < latest) {
			await this.#readExecutions();
			if ((await this.compare()).missing.length === 0) break;
			await this.#until(this.minute + 5);
		}
		// A second report of the same event would come with the next feedback report.
		if (this.stopped === undefined) await this.#until(this.minute + INTERVAL_MINUTES + 5);
		await this.#readExecutions();
		await this.#snapshot();
		this.#hasEnded = true;
	}

	/**
	 * Compares what was reported with the sandbox's true record, including duplicates.
	 *
	 * @param until minute of the day; later changes may be missing
	 */
	async compare(until = Infinity): Promise<Comparison> {
		const lines = await Promise.all(
			this.#sellers.map(async ({ key, name }) =>
				(await this.parts.sandbox.feedbackHistory({ sellerKey: key })).flatMap((event) =>
					expectedOf(withoutComments(event)).map((line) => ({
						line: `${name}: ${line}`,
						isDue: this.#minuteOf(event.at) <= until,
					})),
				),
			),
		);
		const wanted = lines.flat();
		const due = new Set(wanted.flatMap(({ line, isDue }) => (isDue ? line : [])));
		const left = new Map<string, number>();
		for (const { line } of wanted) left.set(line, (left.get(line) ?? 0) + 1);
		const extra: string[] = [];
		for (const item of this.reported) {
			const line = `${item.seller}: ${lineOf(withoutComments(item))}`;
			const count = left.get(line) ?? 0;
			if (count === 0) extra.push(line);
			else left.set(line, count - 1);
		}
		const missing = [...left].filter(([line, count]) => count > 0 && due.has(line));
		return { wanted: due.size, missing: missing.map(([line]) => line), extra };
	}

	/** The times between two looks at each marketplace within the day, in scaled minutes. */
	async waits(): Promise<Wait[]> {
		const places = this.#places.map(placeOf);
		return waitsBetween(await this.#looks(), places, this.endedAt);
	}

	async #looks() {
		const reads = await this.parts.sandbox.reportReads();
		return reads
			.filter(({ reportType, application }) => {
				return reportType === FEEDBACK_REPORT && application === 'main';
			})
			.flatMap(({ sellerKey, marketplaceIds, at, status }) =>
				marketplaceIds.map((marketplaceId) => ({
					place: placeOf({ sellerKey, marketplaceId }),
					minute: this.#minuteOf(at),
					isCanceled: status === 'CANCELLED',
				})),
			);
	}

	#minuteOf(time: string): number {
		return (Date.parse(time) - this.#beganAt) / 60_000;
	}

	/** Lets time pass, and looks at n8n now and then. */
	async #until(minute: number): Promise<void> {
		while (this.minute < minute && this.stopped === undefined) {
			await this.#pause(20);
			if (Date.now() - this.#lookedAt < LOOK_EVERY_MS) continue;
			this.#lookedAt = Date.now();
			await this.#readExecutions();
			this.stopped = this.#keepingUp.look(this.minute, await readPolls(this.parts.n8n.url));
		}
	}

	async #pause(ms: number): Promise<void> {
		await sleep(ms);
		if (this.#clockFailure !== undefined) throw this.#clockFailure;
	}

	async #make({ sellerKey, marketplaceId, kind, minute }: Change): Promise<void> {
		const { sandbox } = this.parts;
		const comment = `Changed at minute ${minute.toFixed(3)}`;
		this.made += 1;
		const existing = await this.#unchanged({ sellerKey, marketplaceId });
		if (existing === undefined || kind === 'negative' || kind === 'neutral') {
			const rating = kind === 'neutral' ? 3 : 1;
			await sandbox.addFeedback({ sellerKey, marketplaceId, rating, comment });
			return;
		}
		const { orderId } = existing;
		this.#used.add(orderId);
		if (kind === 'removed') {
			await sandbox.control('world/feedback/remove', { sellerKey, orderId });
			return;
		}
		const change = kind === 'raised' ? { rating: 5 } : { rating: 2, comment };
		await sandbox.control('world/feedback/change', { sellerKey, orderId, ...change });
	}

	/**
	 * A feedback entry from before the day that was not changed yet. Another one must stay, because
	 * Amazon makes no report without any, so nobody can see that the last one was removed.
	 */
	async #unchanged(place: Place): Promise<WorldFeedback | undefined> {
		const low = await this.parts.sandbox.feedback({ ...place });
		if (low.length < 2) return undefined;
		return low.find(({ orderId, at }) => !this.#used.has(orderId) && at < this.#beganAt);
	}

	async #readExecutions(): Promise<void> {
		for (const { id, status, data } of await this.parts.n8n.readNewlyEnded()) {
			const { runData = {}, error } = data?.resultData ?? {};
			this.reported.push(...itemsOf<SellersEvent>(runData, 'Reported'));
			if (status === 'success') continue;
			const message = error?.message ?? `Execution ${id}: ${status}`;
			if (NO_FEEDBACK.test(message)) this.notices += 1;
			else this.errors.push(message);
		}
	}

	async #snapshot(): Promise<void> {
		const { n8n, sandbox, query, meters } = this.parts;
		this.snapshots.push({
			minute: this.minute,
			polls: await readPolls(n8n.url),
			...(await collectAll(meters.main, meters.workers)),
			database: await readDatabase(query),
			sandboxRss: (await sandbox.memory()).rss,
		});
	}
}

const placeOf = ({ sellerKey, marketplaceId }: Place): string => `${sellerKey} ${marketplaceId}`;

/** Comments that were there before the day have line breaks in Amazon's report. */
function withoutComments<T extends Pick<FeedbackEvent | ReportedEvent, 'before' | 'after'>>(
	event: T,
): T {
	const without = (content: T['before']) => content && { ...content, comment: '' };
	return { ...event, before: without(event.before), after: without(event.after) };
}
