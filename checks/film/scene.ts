import { setTimeout as sleep } from 'node:timers/promises';
import type { MailServer, ReceivedMail } from '../../demo/mailbox/mailServer';
import { deskByEmail } from '../../scripts/lib/desk.mjs';
import { mailboxCredential } from '../../scripts/lib/mailbox.mjs';
import type { RunningSandbox } from '../lib/sandbox';
import { DataTables } from '../n8n/dataTables';
import type { RealN8n } from '../n8n/realN8n';
import type { SteppedClock } from '../n8n/steppedClock';
import { withParameters } from '../n8n/workflow';

/** The table of the template. */
const TABLE = 'Amazon feedback cases';

const UNITED_STATES = 'ATVPDKIKX0DER';

/** From n8n to the seller. */
export const ADDRESSES = { fromEmail: 'n8n@example.com', toEmail: 'you@example.com' } as const;

/** A day well before the film. */
const BEFORE = '2026-09-28';

/** How long something may take on a busy machine. */
const PATIENCE_MS = 45_000;

const LOOK_EVERY_MS = 250;

/** For how long nothing may be requested until a poll has ended. */
const QUIET_MS = 2_000;

/** The columns of the table that the film is about, with the width of each in pixels. */
export const COLUMNS: Readonly<Record<string, number>> = {
	orderId: 170,
	status: 90,
	nextStep: 125,
	dueBy: 105,
	buyerContactedAt: 165,
	outcome: 100,
	closedAt: 130,
};

interface Parts {
	readonly n8n: RealN8n;
	readonly sandbox: RunningSandbox;
	readonly mail: MailServer;
	readonly clock: SteppedClock;
}

/** What happens in the film: a shop with the feedback desk, and a buyer. */
export class Scene {
	workflowId = '';

	/** The page of the table in n8n. */
	tableUrl = '';

	private orderId = '';

	constructor(private readonly parts: Parts) {}

	/** Imports the template with the email channel. */
	async begin(): Promise<void> {
		const { n8n, sandbox, mail } = this.parts;
		await sandbox.setClock(this.parts.clock.now);
		await sandbox.addOrders({ marketplaceId: UNITED_STATES, count: 60 });
		// The last entry of a report cannot be seen to be removed.
		const earlier = { marketplaceId: UNITED_STATES, rating: 3, comment: 'OK', date: BEFORE };
		await sandbox.addFeedback(earlier);
		const amazon = await n8n.addCredential(await sandbox.credential({ pace: 1000 }));
		const smtp = await n8n.addCredential(mailboxCredential(mail.port), 'smtp');
		const { id } = await n8n.post<{ id: string }>('workflows', deskOf(amazon, smtp));
		this.workflowId = id;
	}

	/** The trigger's first poll is made at once. */
	async publish(): Promise<void> {
		await this.parts.n8n.activate(this.workflowId);
		await this.stepTo(new Date(this.parts.clock.now).toISOString());
	}

	/** Steps to a time, with everything that is scheduled until then. */
	async stepTo(time: string): Promise<void> {
		await this.parts.sandbox.setClock(Date.parse(time));
		this.parts.clock.stepTo(Date.parse(time));
		const requests = async () => (await this.parts.sandbox.requests()).length;
		for (let [before, now] = [-1, await requests()]; before !== now; ) {
			await sleep(QUIET_MS);
			[before, now] = [now, await requests()];
		}
	}

	/** The polls of a morning: one requests a report, and the next one reads it. */
	async morningOf(day: string): Promise<void> {
		for (const hour of ['08', '09', '10', '11']) await this.stepTo(`${day}T${hour}:01:00-04:00`);
	}

	/** The buyer leaves feedback. */
	async leaveFeedback(rating: number, comment: string): Promise<void> {
		const entry = { marketplaceId: UNITED_STATES, rating, comment };
		this.orderId = (await this.parts.sandbox.addFeedback(entry)).orderId;
	}

	async removeFeedback(): Promise<void> {
		await this.parts.sandbox.control('world/feedback/remove', { orderId: this.orderId });
	}

	/** The next email about the order, as soon as it arrives. */
	async email(subject: RegExp): Promise<ReceivedMail> {
		return await this.until(`email ${String(subject)}`, () =>
			this.parts.mail
				.to(ADDRESSES.toEmail)
				.find((each) => subject.test(each.subject) && each.subject.includes(this.orderId)),
		);
	}

	/** Waits until a column of the case has a value. */
	async caseWith(column: string, value: string): Promise<void> {
		await this.until(`case with ${column} ${value}`, async () => {
			const rows = (await new DataTables(this.parts.n8n).rowsOf(TABLE)) ?? [];
			return rows.find((row) => row['orderId'] === this.orderId && row[column] === value);
		});
	}

	/** Puts the columns that the film is about in front, as one does by dragging them. */
	async arrangeTable(): Promise<void> {
		const { n8n } = this.parts;
		const tables = new DataTables(n8n);
		for (const [place, column] of Object.keys(COLUMNS).entries()) {
			await tables.moveColumn(TABLE, column, place);
		}
		const { projectId, id } = await tables.existing(TABLE);
		this.tableUrl = `${n8n.url}/projects/${projectId}/datatables/${id}`;
	}

	private async until<T>(what: string, look: () => Promise<T | undefined> | T | undefined) {
		const deadline = Date.now() + PATIENCE_MS;
		while (Date.now() < deadline) {
			const found = await look();
			if (found !== undefined) return found;
			await sleep(LOOK_EVERY_MS);
		}
		throw new Error(`There was no ${what}`);
	}
}

/** The template by email, which looks at the hours of `morningOf`. */
const deskOf = (amazon: string, smtp: string) =>
	withParameters(
		deskByEmail({
			amazon: { id: amazon, name: 'Sandbox' },
			smtp: { id: smtp, name: 'smtp' },
			addresses: ADDRESSES,
		}),
		'Watch for bad feedback',
		{
			pollTimes: { item: [{ mode: 'custom', cronExpression: '0 0 8-11 * * *' }] },
			marketplaces: [UNITED_STATES],
		},
	);
