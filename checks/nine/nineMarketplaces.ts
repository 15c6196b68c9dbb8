import { setTimeout as sleep } from 'node:timers/promises';
import type { INode } from 'n8n-workflow';
import { SetupError } from '../../scripts/lib/output.mjs';
import type { RunningSandbox, SellerSummary } from '../lib/sandbox';
import { readTemplate, type Template } from '../lib/templates';
import { DataTables } from '../n8n/dataTables';
import type { RealN8n } from '../n8n/realN8n';
import { itemsOf } from '../n8n/runData';
import type { ScaledClock } from '../n8n/scaledClock';
import {
	CREDENTIAL_TYPE,
	marketplaceById,
	node,
	PACKAGE,
	webhook,
	type NewWorkflow,
} from '../n8n/workflow';

/** A seller of the sandbox with nine marketplaces. */
export const SELLER = 'europe';

const SALES = 'GET_SALES_AND_TRAFFIC_REPORT';
const FEEDBACK = 'GET_SELLER_FEEDBACK_DATA';

/** The digest's table. */
const TABLE = 'Amazon rating history';

const MINUTE_MS = 60_000;

/** Scaled time after which a run is given up. */
const PATIENCE_MINUTES = 12 * 60;

/** Nodes that send or keep something elsewhere; the run checks their input instead. Data tables are n8n's own. */
const OUTSIDE = /\.(emailSend|googleSheets)$/;

/** What Amazon received while workflows ran. */
interface Traffic {
	/** Scaled time from the first to the last. */
	readonly minutes: number;
	/** Sales and Traffic reports. */
	readonly sales: number;
	/** Queries to Data Kiosk. */
	readonly queries: number;
	/** Feedback reports. */
	readonly feedback: number;
	/** Reports of any type. */
	readonly tooSoon: number;
	readonly throttled: number;
	/** Operations. */
	readonly refused: readonly string[];
	readonly errors: readonly string[];
}

/** Which marketplaces got a rating. */
interface Ratings {
	/** Marketplaces. */
	readonly places: number;
	/** Those with a rating from Amazon's reports. */
	readonly rated: number;
	/**
	 * Those without feedback of 1 to 3 stars in the period, for which Amazon makes no report, and
	 * whose row says so.
	 */
	readonly withoutReport: number;
	/** The messages of the others. */
	readonly missing: readonly string[];
}

export interface Outcome extends Traffic, Ratings {
	readonly name: string;
	/** Marketplaces with available feedback for the week. */
	readonly known?: number;
}

/** A row of a template's output. */
interface RatingRow {
	readonly marketplace: string;
	readonly provenance?: string;
	readonly ratingPercent?: number | null;
	readonly error?: string;
	readonly reason?: string;
}

type ItemsOf = <T>(node: string, output?: number) => T[];

/** Runs templates for a seller with nine marketplaces. */
export class NineMarketplaces {
	private credentialId = '';

	private places: SellerSummary['marketplaces'] = [];

	constructor(
		private readonly n8n: RealN8n,
		private readonly sandbox: RunningSandbox,
		private readonly clock: ScaledClock,
	) {}

	async prepare(credentialData: object): Promise<void> {
		this.credentialId = await this.n8n.addCredential(credentialData);
		this.places = await this.sandbox.marketplacesOf(SELLER);
	}

	async weeklyReport(): Promise<Outcome> {
		const template = readTemplate('multi-marketplace-weekly-report');
		const { traffic, executions } = await this.run([[template, 'weekly']]);
		const items: ItemsOf = (node, output) => executions[0]?.(node, output) ?? [];
		const lines = [0, 1, 2, 3].flatMap((output) =>
			items<RatingRow>('Evaluate each marketplace', output),
		);
		const unknown = items<{ notKnown: string }>('Say why').map(({ notKnown }) => notKnown);
		const ratings = await this.ratings(lines);
		const unexplained: string[] = [];
		for (const text of unknown) {
			const [countryCode = ''] = text.split(':');
			const hasNone = await this.hasNoFeedback(countryCode, 8);
			if (!hasNone || !/cancel/.test(text)) unexplained.push(text);
		}
		return {
			...traffic,
			name: 'weekly report',
			...ratings,
			known: this.places.length - unknown.length,
			missing: [...ratings.missing, ...unexplained],
			errors: [
				...traffic.errors,
				...(items('Write the report').length === 1 ? [] : ['no email was written']),
			],
		};
	}

	/**
	 * One workflow per marketplace, as the template has one, all at the same hour of their first morning: n8n
	 * refuses eight of the nine that create their table at once, and they try again.
	 */
	async dailyDigests(): Promise<Outcome> {
		const workflows = this.places.map(({ marketplaceId }, index) => {
			const template = readTemplate('daily-reputation-digest');
			for (const { parameters } of template.nodes) {
				if (parameters['marketplace']) parameters['marketplace'] = marketplaceById(marketplaceId);
			}
			return [template, `digest-${index}`] as const;
		});
		const { traffic, executions } = await this.run(workflows);
		const rows = executions.flatMap((items) => items<RatingRow>('Make a row of figures'));
		const mails = executions.flatMap((items) => items('Draw the rating'));
		const saved = (await new DataTables(this.n8n).rowsOf(TABLE)) ?? [];
		const savedFor = new Set(saved.map(({ marketplace }) => marketplace));
		return {
			...traffic,
			name: 'digests',
			...(await this.ratings(rows)),
			errors: [
				...traffic.errors,
				...(mails.length === this.places.length ? [] : [`${mails.length} emails were written`]),
				...(savedFor.size === this.places.length && saved.length === this.places.length
					? []
					: [`${saved.length} rows for ${savedFor.size} marketplaces were saved`]),
			],
		};
	}

	private async ratings(rows: readonly RatingRow[]): Promise<Ratings> {
		const missing: string[] = [];
		let rated = 0;
		let withoutReport = 0;
		for (const { marketplace, provenance, ratingPercent, error, reason = '' } of rows) {
			if (provenance === 'derived' && ratingPercent !== null) rated += 1;
			else if (
				/^Amazon canceled the feedback report/.test(reason) &&
				(await this.hasNoFeedback(marketplace, 366))
			) {
				withoutReport += 1;
			} else missing.push(`${marketplace}: ${error ?? reason}`);
		}
		return { places: this.places.length, rated, withoutReport, missing };
	}

	/** Whether there is no feedback of 1 to 3 stars in this many days; then Amazon makes no report. */
	private async hasNoFeedback(countryCode: string, days: number): Promise<boolean> {
		const place = this.places.find((each) => each.countryCode === countryCode);
		if (!place) throw new SetupError(`The seller has no marketplace ${countryCode}.`);
		const from = new Date(this.clock.now - days * 24 * 60 * MINUTE_MS).toISOString().slice(0, 10);
		const { marketplaceId } = place;
		return (await this.sandbox.feedback({ sellerKey: SELLER, marketplaceId, from })).length === 0;
	}

	/** Runs workflows in parallel until they end. */
	private async run(
		workflows: ReadonlyArray<readonly [Template, string]>,
	): Promise<{ traffic: Traffic; executions: ItemsOf[] }> {
		const { n8n, sandbox, clock } = this;
		const ids: string[] = [];
		for (const [template, path] of workflows) {
			ids.push(await n8n.addWorkflow(calledBy(template, path), this.credentialId));
		}
		await clock.applyTo(sandbox);
		const before = (await sandbox.requests()).length;
		const reportsBefore = (await sandbox.reportRequests()).length;
		const queriesBefore = (await sandbox.queryRequests()).length;
		const start = clock.now;
		await Promise.all(
			workflows.map(async ([, path]) => await n8n.callWebhook(path, { now: true })),
		);
		let executions: Awaited<ReturnType<RealN8n['readExecutions']>> = [];
		while (executions.length < ids.length) {
			if (clock.now - start > PATIENCE_MINUTES * MINUTE_MS) {
				throw new SetupError(`The executions did not end. The logs are in ${n8n.dir}.`);
			}
			for (let tick = 0; tick < 10; tick += 1) {
				await clock.applyTo(sandbox);
				await sleep(50);
			}
			const all = await Promise.all(ids.map(async (id) => await n8n.readExecutions(id)));
			executions = all.flat();
		}
		const minutes = (clock.now - start) / MINUTE_MS;
		const reports = (await sandbox.reportRequests()).slice(reportsBefore);
		const requests = (await sandbox.requests()).slice(before);
		const refused = requests.filter(({ status }) => status === 429);
		return {
			traffic: {
				minutes,
				sales: reports.filter(({ reportType }) => reportType === SALES).length,
				queries: (await sandbox.queryRequests()).length - queriesBefore,
				feedback: reports.filter(({ reportType }) => reportType === FEEDBACK).length,
				tooSoon: reports.filter(({ tooSoon }) => tooSoon !== undefined).length,
				throttled: refused.length,
				refused: refused.map(({ operation }) => operation),
				errors: executions.flatMap(({ error }) => (error ? [error.message] : [])),
			},
			executions: executions.map(
				({ runData }): ItemsOf =>
					(node, output) =>
						itemsOf(runData, node, output),
			),
		};
	}
}

/** The template with a webhook as its first node, so that it can be called. */
function calledBy(template: Template, path: string): NewWorkflow {
	const { connections, settings } = template;
	const nodes = template.nodes
		.filter(({ type }) => !type.endsWith('.stickyNote'))
		.map((each) => callable(each, path));
	return { name: `${template.name} ${path}`, nodes, connections, settings };
}

function callable(each: INode, path: string): INode {
	const { id, name, position, type } = each;
	if (type.endsWith('.scheduleTrigger')) {
		const called = webhook(path, { responseMode: 'onReceived' });
		return { ...called, id, name, position, webhookId: `nine-${path}` };
	}
	if (OUTSIDE.test(type)) {
		return { ...node(name, 'noOp'), id, position };
	}
	return type.startsWith(`${PACKAGE}.`)
		? { ...each, credentials: { [CREDENTIAL_TYPE]: { id: '', name: 'Sandbox' } } }
		: each;
}
