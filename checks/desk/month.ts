import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import type { MailServer, ReceivedMail } from '../../demo/mailbox/mailServer';
import { deskByEmail } from '../../scripts/lib/desk.mjs';
import { mailboxCredential } from '../../scripts/lib/mailbox.mjs';
import type { RunningSandbox } from '../lib/sandbox';
import { DataTables } from '../n8n/dataTables';
import { OVER, type RealN8n } from '../n8n/realN8n';
import type { ScaledClock } from '../n8n/scaledClock';
import { withParameters } from '../n8n/workflow';
import {
	MARKETPLACES,
	planAnswer,
	planFeedback,
	QUESTION_DAYS,
	REWORDED,
	SETTINGS,
	type Answer,
	type LaterChange,
	type PlannedFeedback,
} from './plan';
import type { DeskMessage, GivenAnswer, TrueRecord } from './record';

export const TABLE = 'Amazon feedback cases';

const OWNER = 'desk@example.com';

/** A day well before the start: the trigger may report feedback of the day on which it starts. */
const BEFORE = '2026-09-28';

const HOUR = 3_600_000;
const DAY = 24;

/** The last hour in which something may happen at Amazon. */
const LAST_CHANGE = 33 * DAY;

/** The hours by which every case must have ended, and after which nothing is waited for. */
const END = 35 * DAY + 12;
const PATIENCE = 40 * DAY;

/** Hours at which n8n is killed, and between which no email can be sent. */
const KILLS = [7.4 * DAY, 18.7 * DAY];
const OUTAGE = [12 * DAY, 13 * DAY + 4] as const;

/** What the desk runs on. */
export interface MonthParts {
	readonly n8n: RealN8n;
	readonly sandbox: RunningSandbox;
	readonly clock: ScaledClock;
	readonly mail: MailServer;
	readonly seed: string;
	readonly entries: number;
}

interface Task {
	readonly hour: number;
	readonly act: () => Promise<void>;
}

/**
 * A month of the feedback desk: buyers leave, change and remove feedback, a person answers most of the
 * questions, emails fail for a day, and n8n is killed and restarted.
 */
export class DeskMonth {
	readonly messages: DeskMessage[] = [];

	readonly answers: GivenAnswer[] = [];

	/** Answers that n8n did not accept, with the reason. */
	readonly refused: string[] = [];

	/** Hours at which n8n was killed. */
	readonly kills: number[] = [];

	private beganAt = 0;

	private workflowId = '';

	private readonly tasks: Task[] = [];

	private mailsRead = 0;

	/** Orders for which the person is done: no other answer follows. */
	private readonly done = new Set<string>();

	constructor(private readonly parts: MonthParts) {}

	/** Hours of scaled time since the start. */
	get hour(): number {
		return (this.parts.clock.now - this.beganAt) / HOUR;
	}

	/** Imports the template with the email channel and publishes it; it begins when it has read its first reports. */
	async begin(): Promise<void> {
		const { n8n, sandbox, mail } = this.parts;
		for (const marketplaceId of MARKETPLACES) {
			await sandbox.addOrders({ marketplaceId, count: 60 });
			// The last entry of a report cannot be seen to be removed.
			const entry = { marketplaceId, rating: 2, comment: 'From before', date: BEFORE };
			await sandbox.addFeedback(entry);
		}
		await sandbox.addFault({ kind: 'error503', probability: 0.01 });
		await this.moveClock();
		const amazon = await n8n.addCredential(await sandbox.credential());
		const smtp = await n8n.addCredential(mailboxCredential(mail.port), 'smtp');
		const { id } = await n8n.post<{ id: string }>('workflows', deskOf(amazon, smtp));
		this.workflowId = id;
		await n8n.activate(id);
		while ((await sandbox.countRequests('downloadDocument')) < MARKETPLACES.length) {
			await this.pause(100);
		}
		this.beganAt = this.parts.clock.now;
	}

	/** Runs the month until every case has ended, or the time is up. */
	async run(): Promise<void> {
		this.plan();
		for (;;) {
			await this.pause(40);
			this.readMails();
			const due = this.tasks.filter(({ hour }) => hour <= this.hour);
			for (const task of due) {
				this.tasks.splice(this.tasks.indexOf(task), 1);
				await task.act();
			}
			if (this.hour > PATIENCE) return;
			if (this.hour > END && due.length === 0 && (await this.hasEnded())) break;
		}
		// A second message about a case would come even later.
		const until = this.hour + 1.5 * DAY;
		while (this.hour < until) await this.pause(100);
		this.readMails();
	}

	/** The rows of the table. */
	async rows(): Promise<IDataObject[]> {
		return (await new DataTables(this.parts.n8n).rowsOf(TABLE)) ?? [];
	}

	async trueRecord(): Promise<TrueRecord> {
		const history = await this.parts.sandbox.feedbackHistory();
		const ofMonth = history.filter((each) => !isFromBefore(each));
		return { history: ofMonth, answers: this.answers };
	}

	/** The error messages of failed executions, and how many executions there were. */
	async executions(): Promise<{ readonly count: number; readonly errors: readonly string[] }> {
		const all = await this.parts.n8n.readExecutions(this.workflowId);
		const failed = all.filter(({ status }) => status !== 'success');
		return {
			count: all.length,
			errors: failed.map(({ id, status, error }) => error?.message ?? `Execution ${id}: ${status}`),
		};
	}

	private plan(): void {
		const { seed, entries, mail } = this.parts;
		for (const planned of planFeedback(seed, entries)) {
			this.at(planned.hour, async () => await this.add(planned));
		}
		for (const hour of KILLS) this.at(hour, async () => await this.kill());
		const [from, to] = OUTAGE;
		this.at(from, () => (mail.refused = OWNER));
		this.at(to, () => (mail.refused = undefined));
	}

	private at(hour: number, act: () => unknown): void {
		this.tasks.push({
			hour,
			act: async () => {
				await act();
			},
		});
	}

	private async add({ later, ...planned }: PlannedFeedback): Promise<void> {
		const { marketplaceId, rating, comment } = planned;
		const { orderId } = await this.parts.sandbox.addFeedback({ marketplaceId, rating, comment });
		if (later) this.at(this.hour + later.afterHours, () => this.change(orderId, later.change));
	}

	/** Changes a feedback entry at Amazon, unless it is gone already. */
	private async change(orderId: string, change: LaterChange): Promise<void> {
		if (this.hour > LAST_CHANGE) return;
		const { sandbox } = this.parts;
		const history = await sandbox.feedbackHistory();
		const current = history.findLast((each) => each.orderId === orderId)?.after;
		if (!current || current.rating > 3) return;
		if (change === 'removed') {
			await sandbox.control('world/feedback/remove', { orderId });
			return;
		}
		// The person must not decide otherwise later.
		if (change === 'replied' && this.isDismissed(orderId)) return;
		if (change === 'replied') this.done.add(orderId);
		const changes: Readonly<Record<Exclude<LaterChange, 'removed'>, object>> = {
			raised: { rating: Math.min(current.rating + 1, 3) },
			satisfied: { rating: 5 },
			lowered: { rating: 1 },
			reworded: { comment: REWORDED },
			replied: { response: 'We are sorry and have sent a new one.' },
		};
		await sandbox.control('world/feedback/change', { orderId, ...changes[change] });
	}

	private isDismissed(orderId: string): boolean {
		return this.answers.some((each) => each.orderId === orderId && each.answer === 'Nothing to do');
	}

	private readMails(): void {
		const { mails } = this.parts.mail;
		for (const mail of mails.slice(this.mailsRead)) {
			const message = messageOf(mail, this.parts.clock.now);
			this.messages.push(message);
			if (message.kind === 'question') this.planAnswerTo(message);
		}
		this.mailsRead = mails.length;
	}

	private planAnswerTo({ orderIds: [orderId = ''], step = '', form = '' }: DeskMessage): void {
		const { answer, afterHours, then } = planAnswer(this.parts.seed, orderId, step);
		if (answer === undefined) return;
		this.at(this.hour + afterHours, async () => {
			if (this.done.has(orderId)) return;
			if (answer === 'Replied' || answer === 'Nothing to do') this.done.add(orderId);
			await this.answer(orderId, form, answer);
			if (then) this.at(this.hour + then.afterHours, () => this.change(orderId, then.change));
		});
	}

	/** Submits the form as a browser does. */
	private async answer(orderId: string, form: string, answer: Answer): Promise<void> {
		const body = new FormData();
		body.set('field-0', answer);
		const response = await fetch(form, { method: 'POST', body });
		const text = await response.text();
		if (response.ok) this.answers.push({ orderId, answer, at: this.parts.clock.now });
		else this.refused.push(`${orderId} ${answer}: ${response.status} ${text.slice(0, 100)}`);
	}

	private async hasEnded(): Promise<boolean> {
		const rows = await this.rows();
		return rows.every(({ status }) => status === 'closed');
	}

	/** Kills n8n, but not while an execution runs: it would stay as crashed. */
	private async kill(): Promise<void> {
		const { n8n } = this.parts;
		while (await this.isExecuting()) await this.pause(20);
		this.kills.push(this.hour);
		await n8n.killMain();
		let isUp = false;
		const restarted = n8n.start().finally(() => (isUp = true));
		while (!isUp) await this.pause(50);
		await restarted;
	}

	private async isExecuting(): Promise<boolean> {
		const filter = encodeURIComponent(JSON.stringify({ status: ['running', 'new'] }));
		const path = `executions?limit=10&filter=${filter}`;
		const { results } = await this.parts.n8n.get<{ results: Array<{ status: string }> }>(path);
		return results.some(({ status }) => ![...OVER, 'waiting'].includes(status));
	}

	private async pause(ms: number): Promise<void> {
		await this.moveClock();
		await sleep(ms);
	}

	private async moveClock(): Promise<void> {
		await this.parts.clock.applyTo(this.parts.sandbox);
	}
}

const isFromBefore = ({ after, before }: TrueRecord['history'][number]): boolean =>
	[after, before].some((content) => content?.comment === 'From before');

/** The template as a seller fills it in for email, with shorter periods. */
function deskOf(amazon: string, smtp: string): { readonly nodes: readonly INode[] } {
	const desk = deskByEmail({
		amazon: { id: amazon, name: 'Sandbox' },
		smtp: { id: smtp, name: 'smtp' },
		addresses: { fromEmail: 'shop@example.com', toEmail: OWNER },
	});
	const assignments = Object.entries(SETTINGS).map(([setting, value]) => {
		return { id: setting, name: setting, value, type: 'number' };
	});
	const limit = { limitType: 'afterTimeInterval', resumeAmount: QUESTION_DAYS, resumeUnit: 'days' };
	const changes: Readonly<Record<string, INodeParameters>> = {
		'Set the days for each step': { assignments: { assignments } },
		'Watch for bad feedback': {
			pollTimes: { item: [{ mode: 'everyX', value: 2, unit: 'hours' }] },
			marketplaces: [...MARKETPLACES],
			options: { includeRating: false, feedbackEveryMinutes: 240 },
		},
		'Ask by email': { options: { limitWaitTime: { values: limit } } },
	};
	return Object.entries(changes).reduce(
		(changed, [node, parameters]) => withParameters(changed, node, parameters),
		desk,
	);
}

const ABOUT = /^Feedback desk: (closed, )?[A-Z]{2}, order (\S+), \d stars?(?:, (.+))?$/;

/** Reads a message as the person who gets it does. */
function messageOf({ subject, text }: ReceivedMail, at: number): DeskMessage {
	const [, closed, orderId = '', step] = ABOUT.exec(subject) ?? [];
	if (closed) return { kind: 'closing', orderIds: [orderId], at };
	if (step !== undefined) {
		const [, link = ''] = /href=["']?(http[^"'\s>]*signature[^"'\s>]*)/.exec(text) ?? [];
		const form = link.replaceAll('&amp;', '&').replace('localhost', '127.0.0.1');
		return { kind: 'question', orderIds: [orderId], step, at, form };
	}
	const orderIds = [...text.matchAll(/order ([\w-]+)/g)].map(([, id = '']) => id);
	return { kind: / due$/.test(subject) ? 'reminder' : 'outcomes', orderIds, at };
}
