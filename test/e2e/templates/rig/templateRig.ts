import { DateTime } from 'luxon';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, INode } from 'n8n-workflow';
import { readTemplate, type Template } from '../../../../checks/lib/templates';
import { RealN8n, type EndedExecution } from '../../../../checks/n8n/realN8n';
import { outputsOf, type NodeOutputs } from '../../../../checks/n8n/runData';
import {
	n8nCredentialOf,
	startSandbox,
	type N8nCredential,
	type Sandbox,
} from '../../../../sandbox';
import { mailboxCredential } from '../../../../scripts/lib/mailbox.mjs';
import { Spreadsheet } from './googleSheets';
import { MailServer } from '../../../../demo/mailbox/mailServer';
import { OutsideServices, type OutsideRequest } from './outsideServices';
import { ScriptedModel } from './scriptedModel';
import { servicesOf, type OutsideWorld } from './services';

/** How long an execution may take. */
const PATIENCE_MS = 300_000;

/** Poll times every few seconds: n8n runs each of them once per minute, but allows many. */
export const SOON: IDataObject = {
	item: Array.from({ length: 20 }, (_, index) => ({
		mode: 'custom',
		cronExpression: `${3 * index} * * * * *`,
	})),
};

/** The credential a seller chooses in a node. */
const CREDENTIALS: Readonly<Record<string, string>> = {
	'n8n-nodes-base.slack': 'slackApi',
	'n8n-nodes-base.emailSend': 'smtp',
	'n8n-nodes-base.twilio': 'twilioApi',
	'n8n-nodes-base.telegram': 'telegramApi',
	'n8n-nodes-base.discord': 'discordWebhookApi',
	'n8n-nodes-base.microsoftTeams': 'microsoftTeamsOAuth2Api',
	'n8n-nodes-base.googleSheets': 'googleSheetsOAuth2Api',
	'n8n-nodes-base.hubspot': 'hubspotAppToken',
	'n8n-nodes-base.postgres': 'postgres',
	'@n8n/n8n-nodes-langchain.lmChatOpenAi': 'openAiApi',
};

const credentialOf = (nodeType: string): string | undefined =>
	nodeType.startsWith('n8n-nodes-amazon-seller-feedback.')
		? 'amazonSellingPartnerApi'
		: CREDENTIALS[nodeType];

/** What the seller fills in: parameters by node; `disabled` turns a node on or off. */
export type Choices = Readonly<Record<string, IDataObject & { disabled?: boolean }>>;

/** What the seller fills in to use these channels, which are disabled as imported. */
export const TEAMS_AND_DISCORD: Choices = {
	'Send to Microsoft Teams': {
		teamId: { __rl: true, mode: 'id', value: '61165b04-e4cc-4026-b43f-926b4e2a7182' },
		channelId: { __rl: true, mode: 'id', value: '19:general@thread.tacv2' },
		disabled: false,
	},
	'Send to Discord': { disabled: false },
};

/** Sample data of a workflow, by node. */
export type Samples = Readonly<Record<string, Array<{ json: IDataObject }>>>;

/** An execution that has ended or waits for someone. */
export interface Execution {
	readonly id: string;
	readonly status: string;
	readonly outputs: NodeOutputs;
	readonly error: string | undefined;
}

/** How much faster the sandbox is than Amazon. */
const PACE = 1000;

/** A day in Mexico City, relative to today. */
export const dayInMexico = (days: number): string =>
	DateTime.now().setZone('America/Mexico_City').plus({ days }).toISODate() ?? '';

/** A real n8n, Amazon's sandbox and stand-ins for all other services, shared by all templates. */
export class TemplateRig {
	private credentialIds: Readonly<Record<string, string>> = {};

	private constructor(
		readonly sandbox: Sandbox,
		readonly n8n: RealN8n,
		readonly mail: MailServer,
		readonly outside: OutsideServices,
		readonly world: OutsideWorld,
	) {}

	static async start(): Promise<TemplateRig> {
		const world: OutsideWorld = {
			spreadsheets: [],
			contacts: [],
			hubspotFailsFor: new Set(),
			model: new ScriptedModel(),
			slackIsDown: false,
			slackTakes: [],
		};
		// At Amazon's own rate the orders of a ledger would take minutes.
		const sandbox = await startSandbox({ rateLimits: PACE });
		const outside = await OutsideServices.open(servicesOf(world));
		const mail = await MailServer.open();
		const n8n = await RealN8n.create(outside.env);
		const rig = new TemplateRig(sandbox, n8n, mail, outside, world);
		try {
			await n8n.start();
			rig.credentialIds = await rig.makeCredentials();
		} catch (error) {
			await rig.stop();
			throw error;
		}
		return rig;
	}

	async stop(): Promise<void> {
		await this.n8n.dispose();
		this.mail.close();
		this.outside.close();
		await this.sandbox.close();
	}

	/** The rating of a year in the United States, without the last days, which are not settled. */
	get settledRating(): { readonly total: number; readonly percent: number } {
		const through = DateTime.now().setZone('America/Los_Angeles').minus({ days: 4 }).toISODate();
		const { truth } = this.sandbox;
		const ofYear = truth.rating('demo', 'ATVPDKIKX0DER', undefined, through ?? '')['365'];
		const total = ofYear.positive + ofYear.neutral + ofYear.negative;
		return { total, percent: (100 * ofYear.positive) / total };
	}

	/** A new, empty spreadsheet. */
	makeSpreadsheet(): Spreadsheet {
		const sheet = new Spreadsheet(`spreadsheet-${this.world.spreadsheets.length}`);
		this.world.spreadsheets.push(sheet);
		return sheet;
	}

	/** Adds a credential for templates imported later. */
	async addCredential(type: string, data: object): Promise<void> {
		const id = await this.n8n.addCredential(data, type);
		this.credentialIds = { ...this.credentialIds, [type]: id };
	}

	/**
	 * Imports a template as the editor does, chooses the credentials and fills in what the seller
	 * must; without its sample data by default.
	 * @param workflow the name of a template, or a complete workflow
	 * @param samples whether to include its sample data, or the data to pin instead
	 * @param withoutCredential a type of credential that is not chosen
	 * @returns the workflow's ID
	 */
	async import(
		workflow: string | Template,
		choices: Choices,
		samples: boolean | Template['pinData'] = false,
		withoutCredential?: string,
	): Promise<string> {
		const template = typeof workflow === 'string' ? readTemplate(workflow) : workflow;
		const nodes = template.nodes.map((node) => this.prepared(node, choices, withoutCredential));
		const unknown = Object.keys(choices).filter(
			(each) => !nodes.some((node) => node.name === each),
		);
		if (unknown.length > 0) throw new Error(`${template.name} has no node ${unknown.join(', ')}`);
		const { id } = await this.n8n.post<{ id: string }>('workflows', {
			...template,
			nodes,
			pinData: samples === true ? template.pinData : samples || {},
		});
		return id;
	}

	private prepared(node: INode, choices: Choices, withoutCredential?: string): INode {
		const { disabled, ...parameters } = choices[node.name] ?? {};
		const type = credentialOf(node.type);
		const id = type && type !== withoutCredential && this.credentialIds[type];
		return {
			...node,
			parameters: { ...node.parameters, ...(parameters as INode['parameters']) },
			...(disabled !== undefined && { disabled }),
			...(type && id && { credentials: { [type]: { id, name: type } } }),
		};
	}

	/** Runs a workflow as "Execute workflow" in the editor does. */
	async run(workflowId: string, trigger: string): Promise<Execution> {
		return asSeen(await this.n8n.run(workflowId, trigger));
	}

	/** Activates ("publishes") a workflow; n8n refuses if something is not filled in. */
	async activate(workflowId: string): Promise<void> {
		await this.n8n.activate(workflowId);
	}

	async deactivate(workflowId: string): Promise<void> {
		await this.n8n.post(`workflows/${workflowId}/deactivate`, {});
	}

	/** The first execution of a workflow, once it has ended or waits. */
	async firstExecution(workflowId: string): Promise<Execution> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const path = `executions?limit=10&filter=${filter}`;
		const id = await this.until(`an execution of ${workflowId}`, async () => {
			const { results } = await this.n8n.get<{ results: Array<{ id: string }> }>(path);
			return results.at(-1)?.id;
		});
		return await this.ended(id);
	}

	/** Waits until an execution ends, or waits for someone. */
	async ended(id: string): Promise<Execution> {
		return asSeen(await this.n8n.ended(id));
	}

	/** Polls until there is a result. */
	async until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
		const deadline = Date.now() + PATIENCE_MS;
		while (Date.now() < deadline) {
			const found = await ask();
			if (found !== undefined) return found;
			await sleep(200);
		}
		const log = this.n8n.log.slice(-2000);
		throw new Error(
			`There was no ${what} within ${PATIENCE_MS / 1000} s. The end of n8n's log:\n${log}`,
		);
	}

	/** Requests to a service while `work` ran. */
	async requestsDuring<T>(
		host: string,
		work: () => Promise<T>,
	): Promise<{ result: T; requests: OutsideRequest[] }> {
		const before = this.outside.requests.length;
		const result = await work();
		const requests = this.outside.requests.slice(before).filter((each) => each.host === host);
		return { result, requests };
	}

	/** The data of a credential for a seller of the sandbox. */
	sellerCredential(seller = 'demo'): N8nCredential {
		return n8nCredentialOf(this.sandbox.credentials(seller), PACE);
	}

	private async makeCredentials(): Promise<Readonly<Record<string, string>>> {
		const google = { access_token: 'token', refresh_token: 'token', token_type: 'Bearer' };
		const all: Readonly<Record<string, object>> = {
			amazonSellingPartnerApi: this.sellerCredential(),
			slackApi: { accessToken: 'xoxb-test' },
			smtp: mailboxCredential(this.mail.port),
			twilioApi: { authType: 'authToken', accountSid: 'AC00', authToken: 'test' },
			discordWebhookApi: { webhookUri: 'https://discord.com/api/webhooks/1/test' },
			microsoftTeamsOAuth2Api: { clientId: 'test', clientSecret: 'test', oauthTokenData: google },
			telegramApi: { accessToken: '1:test', baseUrl: 'https://api.telegram.org' },
			googleSheetsOAuth2Api: { clientId: 'test', clientSecret: 'test', oauthTokenData: google },
			hubspotAppToken: { appToken: 'test' },
			openAiApi: { apiKey: 'test', url: 'https://api.openai.com/v1' },
		};
		for (const [type, data] of Object.entries(all)) await this.addCredential(type, data);
		return this.credentialIds;
	}
}

const asSeen = ({ id, status, runData, error }: EndedExecution): Execution => ({
	id,
	status,
	outputs: outputsOf(runData),
	error: error?.message,
});

/** The text of a template's notes. */
export const notesOf = (name: string): string =>
	readTemplate(name)
		.nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote')
		.map(({ parameters }) => String(parameters['content']))
		.join('\n');
