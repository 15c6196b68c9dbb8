// cspell:ignore cancelled
import { askSandbox, controlSandbox } from './sandbox.mjs';

const US = 'ATVPDKIKX0DER';
const CA = 'A2EUQ1WTGCTBG2';

const FEEDBACK_REPORT = 'GET_SELLER_FEEDBACK_DATA';

/** Three kinds in two marketplaces. */
const REPORTS = 6;

const MINUTES_OF_DAY = 24 * 60;

/** The maximum wait until everything is reported, longer on a busy machine; in scaled minutes. */
const PATIENCE = 24 * 60;

/** The interval between events of the same thing, in minutes. */
const BETWEEN = 245;

const COMMENTS = [
	'Arrived two weeks late, the box was torn open',
	'',
	`Long story: ${'the seller did not answer, '.repeat(12)}so two stars`,
	'Falsche Größe — „nie wieder“ 😡',
	'=HYPERLINK("x") looks like a formula but is a comment',
];

/** @param {number} ms */
const pause = async (ms) => await new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A day in the life of a trigger: feedback is added, changed and removed, figures cross their
 * thresholds, reports fail, calls fail, and n8n is killed and restarted twice.
 */
export class TriggerDay {
	/** What was reported, in order: the items of all executions. */
	reported = [];

	/** The error messages of failed executions. */
	errors = [];

	/** Minutes of the day at which n8n was killed. */
	kills = [];

	#beganAt = 0;

	#known = new Set();

	/** The feedback that later steps change. @type {Map<string, string>} */
	#orders = new Map();

	/**
	 * @param {object} parts
	 * @param {import('./cluster.mjs').N8nCluster} parts.n8n
	 * @param {string} parts.sandboxUrl
	 * @param {{ start: number, origin: number, scale: number }} parts.clock start in scaled and in
	 *   real time (milliseconds), and how much faster scaled time runs
	 */
	constructor(parts) {
		Object.assign(this, parts);
	}

	/** Minutes of scaled time since the start of the day. */
	get minute() {
		return (this.#now - this.#beganAt) / 60_000;
	}

	get #now() {
		const { start, origin, scale } = this.clock;
		return start + (Date.now() - origin) * scale;
	}

	/**
	 * Prepares the sandbox before the workflow is activated.
	 *
	 * @param {string} sandboxUrl
	 */
	static async prepare(sandboxUrl) {
		const control = async (path, body) => await controlSandbox(sandboxUrl, path, body);
		await control('world/orders', { marketplaceId: CA, count: 160 });
		for (const marketplaceId of [US, CA]) {
			await control('world/accountStatus', { marketplaceId, status: 'NORMAL' });
			for (const fulfilledBy of ['MERCHANT', 'AMAZON']) {
				const defects = { fulfilledBy, orders: 200, ordersWithDefects: 0 };
				await control('world/defects', { marketplaceId, defects });
			}
		}
		for (const [kind, probability] of Object.entries({ error503: 0.01, cutAfter: 0.005 })) {
			await control('faults', { kind, probability });
		}
	}

	/**
	 * Activates the workflow; the day starts when it has read its first feedback reports.
	 *
	 * @param {object} credentialData
	 */
	async begin(credentialData) {
		await this.#moveClock();
		this.workflowId = await this.n8n.setUpWorkflow(credentialData, 'trigger/workflow.json');
		while ((await this.#reportsRead()) < REPORTS) await this.#tick();
		this.#beganAt = this.#now;
	}

	async #reportsRead() {
		const requests = await askSandbox(this.sandboxUrl, 'requests');
		return requests.filter(({ operation }) => operation === 'downloadDocument').length;
	}

	/** Runs the whole day, then continues until everything is reported or the time is up. */
	async run() {
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

	/**
	 * Lets time pass until something is reported, or until the maximum wait.
	 *
	 * @param {() => boolean | Promise<boolean>} isDone
	 */
	async #untilReported(isDone) {
		const latest = this.minute + PATIENCE;
		for (;;) {
			await this.#read();
			if (this.minute >= latest || (await isDone())) return;
			await this.#until(this.minute + 5);
		}
	}

	/** Lets time pass. */
	async #until(minute) {
		while (this.minute < minute) {
			await this.#moveClock();
			await pause(100);
		}
	}

	/** Compares what was reported with the sandbox's true record, including duplicates: each once. */
	async compare() {
		const history = await askSandbox(this.sandboxUrl, 'truth/feedbackHistory', {});
		const wanted = [
			...history.flatMap((each) => expectedOf(each)),
			...FIGURES.map(({ event, marketplaceId }) => `${event} ${marketplaceId}`),
		];
		const left = [...wanted];
		const extra = [];
		for (const item of this.reported) {
			const index = left.indexOf(lineOf(item));
			if (index < 0) extra.push(lineOf(item));
			else left.splice(index, 1);
		}
		return { wanted: wanted.length, missing: left, extra };
	}

	/** Lets a little time pass. */
	async #tick() {
		await this.#until(this.minute + 1);
	}

	/** Sets the sandbox's clock to n8n's. */
	async #moveClock() {
		await this.#control('clock', { set: new Date(this.#now).toISOString() });
	}

	async #control(path, body) {
		return await controlSandbox(this.sandboxUrl, path, body);
	}

	async #read() {
		const executions = await this.n8n.readExecutions(this.workflowId, this.#known);
		for (const { id, runData, error } of executions) {
			this.#known.add(id);
			const items = runData['Reported']?.[0]?.data?.main[0] ?? [];
			this.reported.push(...items.map(({ json }) => json));
			if (error) this.errors.push(error.message);
		}
	}

	/** @returns {Array<{ minute: number, act: () => Promise<unknown> }>} */
	#plan() {
		return [
			...this.#planFeedback(),
			...FIGURES.map(({ minute, act }) => ({
				minute,
				act: async () => {
					// A change that is undone before a poll sees it is never reported.
					const before = FIGURES.filter((each) => each.minute < minute - BETWEEN);
					await this.#untilReported(() => this.#figuresReported >= before.length);
					await act(this.#control.bind(this));
				},
			})),
			...BAD_REPORTS.map(({ minute, kind }) => ({
				minute,
				act: async () => await this.#control('faults', { kind, reportType: FEEDBACK_REPORT }),
			})),
			{ minute: 300, act: async () => await this.#control('faults', { kind: 'expiredToken' }) },
			// During a report, and between a change and the report that shows it.
			{ minute: 505, act: async () => await this.#killWhilePreparing() },
			{ minute: 1005, act: async () => await this.#killAfterChange() },
		];
	}

	/** Feedback with all ratings in both marketplaces; some is changed later and some removed. */
	#planFeedback() {
		const steps = [];
		for (let each = 0; each < 15; each += 1) {
			const minute = 25 + each * 70;
			const marketplaceId = each % 2 === 0 ? US : CA;
			const rating = [1, 3, 2, 5, 2][each % 5];
			const comment = COMMENTS[each % COMMENTS.length];
			const name = `feedback ${each}`;
			steps.push({
				minute,
				act: async () => {
					const added = await this.#control('world/feedback', { marketplaceId, rating, comment });
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
					await this.#control(later.path, { orderId, ...later.change });
				},
			});
		}
		return steps.filter(({ minute }) => minute < MINUTES_OF_DAY - 60);
	}

	/**
	 * Kills n8n while Amazon prepares a report. Not while it outputs items: a killed execution stays
	 * in n8n as crashed, without its items.
	 */
	async #killWhilePreparing() {
		await this.#untilAllIsReported();
		const asks = async () =>
			(await askSandbox(this.sandboxUrl, 'requests')).filter(
				({ operation, status }) => operation === 'createReport' && status === 202,
			).length;
		const before = await asks();
		while ((await asks()) === before) await this.#tick();
		await this.#kill();
	}

	/** Kills n8n between a change and the report that shows it. */
	async #killAfterChange() {
		await this.#untilAllIsReported();
		await this.#control('world/feedback', { marketplaceId: US, rating: 1, comment: 'Just before' });
		await this.#kill();
	}

	get #figuresReported() {
		return this.reported.filter(({ event }) => isOfFigure(event)).length;
	}

	async #untilAllIsReported() {
		await this.#untilReported(async () => (await this.compare()).missing.every(isOfFigure));
	}

	async #kill() {
		this.kills.push(Math.round(this.minute));
		await this.n8n.killMain();
		const restarted = this.n8n.restartMain();
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
const LATER = [
	{ path: 'world/feedback/change', change: { rating: 2, comment: 'Changed my mind' } },
	{ path: 'world/feedback/remove', change: {} },
	{ path: 'world/feedback/change', change: { rating: 5 } },
	undefined,
];

/** One by one, hours apart. */
const BAD_REPORTS = [
	{ minute: 150, kind: 'reportCancelled' },
	{ minute: 390, kind: 'reportFatal' },
	{ minute: 640, kind: 'reportStuck' },
	{ minute: 860, kind: 'reportCancelled' },
	{ minute: 1150, kind: 'reportFatal' },
];

const several = async (count, act) => {
	for (let each = 0; each < count; each += 1) await act();
};

const sellerFulfilled = (ordersWithDefects) => ({
	marketplaceId: US,
	defects: { fulfilledBy: 'MERCHANT', orders: 200, ordersWithDefects },
});

/** Figures that cross their thresholds, each once. */
const FIGURES = [
	{
		minute: 480,
		event: 'orderDefectRateAboveTarget',
		marketplaceId: US,
		act: async (control) => await control('world/defects', sellerFulfilled(5)),
	},
	{
		minute: 520,
		event: 'ratingFellBelowThreshold',
		marketplaceId: CA,
		act: async (control) =>
			await several(
				25,
				async () =>
					await control('world/feedback', { marketplaceId: CA, rating: 1, comment: 'Bad' }),
			),
	},
	{
		minute: 545,
		event: 'accountStatusChanged',
		marketplaceId: US,
		act: async (control) =>
			await control('world/accountStatus', { marketplaceId: US, status: 'AT_RISK' }),
	},
	{
		minute: 960,
		event: 'orderDefectRateRecovered',
		marketplaceId: US,
		act: async (control) => await control('world/defects', sellerFulfilled(1)),
	},
	{
		minute: 980,
		event: 'ratingRecovered',
		marketplaceId: CA,
		act: async (control) =>
			await several(
				120,
				async () => await control('world/feedback', { marketplaceId: CA, rating: 5 }),
			),
	},
	{
		minute: 1020,
		event: 'accountStatusChanged',
		marketplaceId: US,
		act: async (control) =>
			await control('world/accountStatus', { marketplaceId: US, status: 'NORMAL' }),
	},
];

/** Whether an event, or a line that begins with it, is about a figure. */
const isOfFigure = (line) => FIGURES.some(({ event }) => line.startsWith(event));

/** What must be reported for an entry of the true record, as a line to compare. */
function expectedOf({ kind, marketplaceId, orderId, before, after }) {
	const line = (event, feedback) => [
		`${event} ${marketplaceId} ${orderId} ${feedback.rating} ${feedback.comment.slice(0, 100)}`,
	];
	const isShown = (feedback) => feedback !== null && feedback.rating <= 3;
	if (kind === 'added' || !isShown(before)) {
		if (!isShown(after)) return [];
		return line(after.rating === 3 ? 'newNeutralFeedback' : 'newNegativeFeedback', after);
	}
	return isShown(after) ? line('feedbackChanged', after) : line('feedbackRemoved', before);
}

function lineOf({ event, marketplaceId, orderId, before, after }) {
	if (orderId === null) return `${event} ${marketplaceId}`;
	const { rating, comment } = after ?? before;
	return `${event} ${marketplaceId} ${orderId} ${rating} ${comment.slice(0, 100)}`;
}
