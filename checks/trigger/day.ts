// cspell:ignore cancelled
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultSpec, FeedbackContent, FeedbackEvent } from '../../sandbox';
import { repoDir } from '../../scripts/lib/paths.mjs';
import type { RunningSandbox } from '../lib/sandbox';
import type { RealN8n } from '../n8n/realN8n';
import { itemsOf } from '../n8n/runData';
import type { ScaledClock } from '../n8n/scaledClock';
import type { NewWorkflow } from '../n8n/workflow';

const workflowFile = join(repoDir, 'checks', 'trigger', 'workflow.json');

const US = 'ATVPDKIKX0DER';
const CA = 'A2EUQ1WTGCTBG2';

const FEEDBACK_REPORT = 'GET_SELLER_FEEDBACK_DATA';

/** Two kinds in two marketplaces, and one query that has the totals of both. */
const DOCUMENTS = 5;

const MINUTES_OF_DAY = 24 * 60;

/** The maximum wait until everything is reported, longer on a busy machine; in scaled minutes. */
const PATIENCE = 24 * 60;

/** Minutes between two changes of the same figure or feedback entry. */
const BETWEEN = 245;

const COMMENTS = [
	'Arrived two weeks late, the box was torn open',
	'',
	`Long story: ${'the seller did not answer, '.repeat(12)}so two stars`,
	'Falsche Größe — „nie wieder“ 😡',
	'=HYPERLINK("x") looks like a formula but is a comment',
];

const pause = async (ms: number): Promise<void> =>
	await new Promise((resolve) => setTimeout(resolve, ms));

/** An item of the trigger. */
export interface ReportedEvent {
	readonly eventId: string;
	readonly event: string;
	readonly marketplaceId: string;
	readonly orderId: string | null;
	readonly before: FeedbackContent | null;
	readonly after: FeedbackContent | null;
}

/** Something that happens at a minute of the day. */
interface Step {
	readonly minute: number;
	readonly act: () => Promise<unknown>;
}

/** How reported and expected events agree. */
interface Comparison {
	readonly wanted: number;
	readonly missing: readonly string[];
	readonly extra: readonly string[];
}

/**
 * A day in the life of a trigger: feedback is added, changed and removed, figures cross their
 * thresholds, reports fail, calls fail, and n8n is killed and restarted twice.
 */
export class TriggerDay {
	/** What was reported, in order: the items of all executions. */
	readonly reported: ReportedEvent[] = [];

	/** The error messages of failed executions. */
	readonly errors: string[] = [];

	/** Minutes of the day at which n8n was killed. */
	readonly kills: number[] = [];

	#beganAt = 0;

	readonly #known = new Set<string>();

	#workflowId = '';

	/** The feedback that later steps change. */
	readonly #orders = new Map<string, string>();

	constructor(
		private readonly n8n: RealN8n,
		private readonly sandbox: RunningSandbox,
		private readonly clock: ScaledClock,
	) {}

	/** Minutes of scaled time since the start of the day. */
	get minute(): number {
		return (this.clock.now - this.#beganAt) / 60_000;
	}

	/** Prepares the sandbox before the workflow is activated. */
	static async prepare(sandbox: RunningSandbox): Promise<void> {
		await sandbox.addOrders({ marketplaceId: CA, count: 160 });
		for (const marketplaceId of [US, CA]) {
			await sandbox.setAccountStatus(marketplaceId, 'NORMAL');
			for (const fulfilledBy of ['MERCHANT', 'AMAZON'] as const) {
				const defects = { fulfilledBy, orders: 200, ordersWithDefects: 0 };
				await sandbox.setDefects(marketplaceId, defects);
			}
		}
		await sandbox.addFault({ kind: 'error503', probability: 0.01 });
		await sandbox.addFault({ kind: 'cutAfter', probability: 0.005 });
	}

	/** Activates the workflow; the day starts when it has read its first reports and totals. */
	async begin(credentialData: object): Promise<void> {
		await this.#moveClock();
		const workflow = JSON.parse(readFileSync(workflowFile, 'utf8')) as NewWorkflow;
		const credentialId = await this.n8n.addCredential(credentialData);
		this.#workflowId = await this.n8n.addWorkflow(workflow, credentialId);
		while ((await this.#documentsRead()) < DOCUMENTS) await this.#tick();
		this.#beganAt = this.clock.now;
	}

	async #documentsRead(): Promise<number> {
		return await this.sandbox.countRequests('downloadDocument');
	}

	/** Runs the whole day, then continues until everything is reported or the time is up. */
	async run(): Promise<void> {
		const steps = this.#plan().toSorted((a, b) => a.minute - b.minute);
		for (const { minute, act } of steps) {
			await this.#until(minute);
			await this.#moveClock();
			await act();
		}
		await this.#until(MINUTES_OF_DAY);
		await this.#read();
		await this.#untilReported(async () => (await this.compare()).missing.length === 0);
		// A second report of the same event would come even later.
		await this.#until(this.minute + 60);
		await this.#read();
	}

	/** Lets time pass until something is reported, or until the maximum wait. */
	async #untilReported(isDone: () => boolean | Promise<boolean>): Promise<void> {
		const latest = this.minute + PATIENCE;
		for (;;) {
			await this.#read();
			if (this.minute >= latest || (await isDone())) return;
			await this.#until(this.minute + 5);
		}
	}

	/** Lets time pass. */
	async #until(minute: number): Promise<void> {
		while (this.minute < minute) {
			await this.#moveClock();
			await pause(100);
		}
	}

	/** Compares what was reported with the sandbox's true record, including duplicates: each once. */
	async compare(): Promise<Comparison> {
		const history = await this.sandbox.feedbackHistory();
		const wanted = [
			...history.flatMap((each) => expectedOf(each)),
			...FIGURES.map(({ event, marketplaceId }) => `${event} ${marketplaceId}`),
		];
		const left = [...wanted];
		const extra: string[] = [];
		for (const item of this.reported) {
			const index = left.indexOf(lineOf(item));
			if (index < 0) extra.push(lineOf(item));
			else left.splice(index, 1);
		}
		return { wanted: wanted.length, missing: left, extra };
	}

	/** Lets a little time pass. */
	async #tick(): Promise<void> {
		await this.#until(this.minute + 1);
	}

	/** Sets the sandbox's clock to n8n's. */
	async #moveClock(): Promise<void> {
		await this.clock.applyTo(this.sandbox);
	}

	async #read(): Promise<void> {
		const executions = await this.n8n.readExecutions(this.#workflowId, this.#known);
		for (const { id, runData, error } of executions) {
			this.#known.add(id);
			this.reported.push(...itemsOf<ReportedEvent>(runData, 'Reported'));
			if (error) this.errors.push(error.message);
		}
	}

	#plan(): Step[] {
		return [
			...this.#planFeedback(),
			...FIGURES.map(({ minute, act }) => ({
				minute,
				act: async () => {
					// A change that is undone before a poll sees it is never reported.
					const before = FIGURES.filter((each) => each.minute < minute - BETWEEN);
					await this.#untilReported(() => this.#figuresReported >= before.length);
					await act(this.sandbox);
				},
			})),
			...BAD_REPORTS.map(({ minute, kind }) => ({
				minute,
				act: async () => await this.sandbox.addFault({ kind, reportType: FEEDBACK_REPORT }),
			})),
			{ minute: 300, act: async () => await this.sandbox.addFault({ kind: 'expiredToken' }) },
			// During a report, and between a change and the report that shows it.
			{ minute: 505, act: async () => await this.#killWhilePreparing() },
			{ minute: 1005, act: async () => await this.#killAfterChange() },
		];
	}

	/** Feedback with all ratings in both marketplaces; some is changed later and some removed. */
	#planFeedback(): Step[] {
		const steps: Step[] = [];
		for (let each = 0; each < 15; each += 1) {
			const minute = 25 + each * 70;
			const marketplaceId = each % 2 === 0 ? US : CA;
			const rating = [1, 3, 2, 5, 2][each % 5] ?? 1;
			const comment = COMMENTS[each % COMMENTS.length];
			const name = `feedback ${each}`;
			steps.push({
				minute,
				act: async () => {
					const added = await this.sandbox.addFeedback({ marketplaceId, rating, comment });
					this.#orders.set(name, added.orderId);
				},
			});
			const later = LATER[each % LATER.length];
			if (rating > 3 || later === undefined) continue;
			steps.push({
				minute: minute + BETWEEN,
				act: async () => {
					const orderId = this.#orders.get(name);
					await this.#untilReported(() => this.reported.some((item) => item.orderId === orderId));
					await this.sandbox.control(later.path, { orderId, ...later.change });
				},
			});
		}
		return steps.filter(({ minute }) => minute < MINUTES_OF_DAY - 60);
	}

	/** Kills n8n while Amazon prepares a report. */
	async #killWhilePreparing(): Promise<void> {
		await this.#untilAllIsReported();
		const asks = async () =>
			(await this.sandbox.requests()).filter(
				({ operation, status }) => operation === 'createReport' && status === 202,
			).length;
		const before = await asks();
		while ((await asks()) === before) await this.#tick();
		await this.#kill();
	}

	/** Kills n8n between a change and the report that shows it. */
	async #killAfterChange(): Promise<void> {
		await this.#untilAllIsReported();
		await this.sandbox.addFeedback({ marketplaceId: US, rating: 1, comment: 'Just before' });
		await this.#kill();
	}

	get #figuresReported(): number {
		return this.reported.filter(({ event }) => isOfFigure(event)).length;
	}

	async #untilAllIsReported(): Promise<void> {
		await this.#untilReported(async () => (await this.compare()).missing.every(isOfFigure));
	}

	/** Kills n8n, but not while an execution outputs items: it would stay there as crashed. */
	async #kill(): Promise<void> {
		while (await this.n8n.isExecuting(this.#workflowId)) await this.#tick();
		this.kills.push(Math.round(this.minute));
		await this.n8n.killMain();
		const restarted = this.n8n.start();
		let isUp = false;
		restarted.then(
			() => (isUp = true),
			() => (isUp = true),
		);
		while (!isUp) await this.#tick();
		await restarted;
	}
}

/** What happens to a feedback entry some hours later. */
const LATER: ReadonlyArray<{ readonly path: string; readonly change: object } | undefined> = [
	{ path: 'world/feedback/change', change: { rating: 2, comment: 'Changed my mind' } },
	{ path: 'world/feedback/remove', change: {} },
	{ path: 'world/feedback/change', change: { rating: 5 } },
	undefined,
];

/** One by one, hours apart. */
const BAD_REPORTS: ReadonlyArray<{
	readonly minute: number;
	readonly kind: FaultSpec['kind'];
}> = [
	{ minute: 150, kind: 'reportCancelled' },
	{ minute: 390, kind: 'reportFatal' },
	{ minute: 640, kind: 'reportStuck' },
	{ minute: 860, kind: 'reportCancelled' },
	{ minute: 1150, kind: 'reportFatal' },
];

const several = async (count: number, act: () => Promise<unknown>): Promise<void> => {
	for (let each = 0; each < count; each += 1) await act();
};

const sellerFulfilled = (ordersWithDefects: number) =>
	({ fulfilledBy: 'MERCHANT', orders: 200, ordersWithDefects }) as const;

/** A figure that crosses its threshold. */
interface FigureChange {
	readonly minute: number;
	readonly event: string;
	readonly marketplaceId: string;
	readonly act: (sandbox: RunningSandbox) => Promise<void>;
}

/** Figures that cross their thresholds, each once. */
const FIGURES: readonly FigureChange[] = [
	{
		minute: 480,
		event: 'orderDefectRateAboveTarget',
		marketplaceId: US,
		act: async (sandbox) => await sandbox.setDefects(US, sellerFulfilled(5)),
	},
	{
		minute: 520,
		event: 'ratingFellBelowThreshold',
		marketplaceId: CA,
		act: async (sandbox) =>
			await several(
				25,
				async () => await sandbox.addFeedback({ marketplaceId: CA, rating: 1, comment: 'Bad' }),
			),
	},
	{
		minute: 545,
		event: 'accountStatusChanged',
		marketplaceId: US,
		act: async (sandbox) => await sandbox.setAccountStatus(US, 'AT_RISK'),
	},
	{
		minute: 960,
		event: 'orderDefectRateRecovered',
		marketplaceId: US,
		act: async (sandbox) => await sandbox.setDefects(US, sellerFulfilled(1)),
	},
	{
		minute: 980,
		event: 'ratingRecovered',
		marketplaceId: CA,
		act: async (sandbox) =>
			await several(120, async () => await sandbox.addFeedback({ marketplaceId: CA, rating: 5 })),
	},
	{
		minute: 1020,
		event: 'accountStatusChanged',
		marketplaceId: US,
		act: async (sandbox) => await sandbox.setAccountStatus(US, 'NORMAL'),
	},
];

/** Whether an event, or a line that begins with it, is about a figure. */
const isOfFigure = (line: string): boolean => FIGURES.some(({ event }) => line.startsWith(event));

/** What must be reported for an entry of the true record, as a line to compare. */
export function expectedOf({
	kind,
	marketplaceId,
	orderId,
	before,
	after,
}: FeedbackEvent): string[] {
	const line = (event: string, feedback: FeedbackContent) => [
		`${event} ${marketplaceId} ${orderId} ${feedback.rating} ${feedback.comment.slice(0, 100)}`,
	];
	const isShown = (feedback: FeedbackContent | null): feedback is FeedbackContent =>
		feedback !== null && feedback.rating <= 3;
	if (kind === 'added' || !isShown(before)) {
		if (!isShown(after)) return [];
		return line(after.rating === 3 ? 'newNeutralFeedback' : 'newNegativeFeedback', after);
	}
	return isShown(after) ? line('feedbackChanged', after) : line('feedbackRemoved', before);
}

/** What was reported, as a line to compare. */
export function lineOf({ event, marketplaceId, orderId, before, after }: ReportedEvent): string {
	if (orderId === null) return `${event} ${marketplaceId}`;
	const { rating = 0, comment = '' } = after ?? before ?? {};
	return `${event} ${marketplaceId} ${orderId} ${rating} ${comment.slice(0, 100)}`;
}
