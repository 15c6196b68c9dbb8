import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { MINUTE_MS } from '../../../shared/domain/calendar';
import { isHeldByAgent } from '../../../shared/n8n/agent';
import { optionsCollection } from '../../../shared/n8n/commonParameters';
import { hint } from '../../../shared/n8n/hints';
import type { ItemSeller } from '../../../shared/n8n/itemSeller';
import { readParameters } from '../../../shared/n8n/parameters';
import { runModeOf } from '../../sending/runMode';
import { requestsOfAgent, RequestCap } from '../../sending/requestCap';
import { SendRun, type OrderToSend } from '../../sending/sendRun';
import { explainOption, knownFinding, orderParameters, readOrder } from '../../sending/eligibility';
import { alreadyRequestedOption, pastOrdersOf } from './alreadyRequestedParameter';
import { addedOptions } from './selectionRulesParameter';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['solicitation'], operation: ['send'] } },
	[
		{
			displayName:
				"This contacts real buyers, once you turn off 'Dry Run' and the workflow is active. Amazon sends its own text, once per order. Its policy forbids contacting only buyers who are likely to be satisfied, so don't filter orders by how happy the buyer may be.",
			name: 'policyNotice',
			type: 'notice',
			default: '',
		},
		...orderParameters,
		{
			displayName: 'Dry Run',
			name: 'dryRun',
			type: 'boolean',
			default: true,
			description:
				"Whether to check everything but send nothing; eligible orders get the outcome 'wouldSend'",
		},
		{
			displayName: 'Send in Manual Runs',
			name: 'sendInManualRuns',
			type: 'boolean',
			noDataExpression: true,
			default: false,
			displayOptions: { show: { dryRun: [false] } },
			description:
				'Whether a run that you start in the editor contacts buyers, too. If disabled, it is a dry run and reports how many real buyers an active workflow would contact.',
		},
		{
			displayName: 'Let the Agent Send',
			name: 'letAgentSend',
			type: 'boolean',
			noDataExpression: true,
			default: false,
			displayOptions: { show: { '@tool': [true] } },
			description:
				'Whether an AI agent may really send requests with this tool. If disabled, every call by the agent is a dry run.',
		},
		{
			displayName: 'Agent Request Limit',
			name: 'agentMaxRequests',
			type: 'number',
			noDataExpression: true,
			default: 10,
			typeOptions: { minValue: 1 },
			displayOptions: { show: { '@tool': [true], letAgentSend: [true] } },
			description: 'How many requests an AI agent may send in one execution of the workflow',
		},
		optionsCollection(
			alreadyRequestedOption,
			{
				displayName: 'Check Eligibility First',
				name: 'checkFirst',
				type: 'boolean',
				default: true,
				description:
					'Whether to check that Amazon would accept a request before making one. If disabled, Send makes half as many calls, and Amazon refuses ineligible orders. An order with earlier attempts, by its field `attempt`, is always checked first.',
			},
			explainOption,
			{
				displayName: 'Maximum Requests',
				name: 'maxRequests',
				type: 'number',
				default: 1000,
				typeOptions: { minValue: 1 },
				description:
					"The most requests to send in one run; other orders get the outcome 'deferred'",
			},
			{
				displayName: 'Time Budget (Minutes)',
				name: 'timeBudget',
				type: 'number',
				default: 50,
				typeOptions: { minValue: 0.1 },
				description:
					"Minutes after which no new order is started. The rest get the outcome 'deferred', for the next run. Amazon accepts one request per second.",
			},
		),
	],
);

const itemSchema = z.object({ dryRun: z.boolean() });

const runSchema = z.object({
	sendInManualRuns: z.boolean().default(false),
	letAgentSend: z.boolean().optional(),
	agentMaxRequests: z.number().int().min(1).default(10),
	options: addedOptions().pipe(
		z.object({
			checkFirst: z.boolean().default(true),
			explain: z.boolean().default(false),
			maxRequests: z.number().int().min(1).optional(),
			timeBudget: z.number().positive().optional(),
		}),
	),
});

/** Reads one order from its item. */
export async function prepare(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<OrderToSend> {
	const { dryRun } = readParameters(this, itemIndex, itemSchema, description);
	const order = await readOrder(this, itemIndex, seller);
	const past = (await pastOrdersOf(this, description)).get(order.orderId);
	const attempts = Math.max(order.attempts, past?.attempts ?? 0);
	return { ...order, dryRun, past, attempts };
}

/** Requests a review for each order for which Amazon offers it. Returns ledger rows for every order. */
export async function execute(
	this: IExecuteFunctions,
	orders: readonly OrderToSend[],
): Promise<IDataObject[][]> {
	const wanted = readParameters(this, 0, runSchema, description);
	const { checkFirst, explain, maxRequests = Infinity, timeBudget = Infinity } = wanted.options;
	const byAgent = isHeldByAgent(this);
	const most = byAgent ? Math.min(wanted.agentMaxRequests, maxRequests) : maxRequests;
	const whyNotSent = whyNothingIsSent(this, orders, wanted);
	if (whyNotSent === undefined) announce(this, orders, most);
	const run = new SendRun(this, {
		dryRunOnly: whyNotSent !== undefined,
		checkFirst,
		explain,
		timeBudgetMs: timeBudget * MINUTE_MS,
		cap: byAgent ? requestsOfAgent(this.getExecutionId(), most) : new RequestCap(most),
	});
	const rows = await run.over(orders);
	if (whyNotSent !== undefined) {
		const wouldSend = rows.flat().filter(({ outcome }) => outcome === 'wouldSend').length;
		hint(
			this,
			`Nothing was sent: ${whyNotSent.reason}. ${buyers(Math.min(wouldSend, most))} would be contacted. ${whyNotSent.advice}`,
		);
	}
	return rows;
}

/** Why a run sends nothing, and what to do so that it does; undefined if it may send. */
function whyNothingIsSent(
	context: IExecuteFunctions,
	orders: readonly OrderToSend[],
	{ letAgentSend, sendInManualRuns }: z.infer<typeof runSchema>,
): { readonly reason: string; readonly advice: string } | undefined {
	const mode = runModeOf(context);
	if (mode === 'evaluation') {
		return {
			reason: 'evaluations never contact buyers',
			advice: 'To send, activate the workflow.',
		};
	}
	if (isHeldByAgent(context) && letAgentSend !== true) {
		return {
			reason: "'Let the Agent Send' is disabled",
			advice: 'To send, turn it on.',
		};
	}
	if (orders.every(({ dryRun }) => dryRun)) {
		return { reason: "'Dry Run' is on", advice: 'To send, turn it off.' };
	}
	if (mode === 'byHand' && !sendInManualRuns) {
		return {
			reason: 'this run was started by hand',
			advice: "To send, activate the workflow, or turn on 'Send in Manual Runs'.",
		};
	}
	return undefined;
}

/** Says before a run by hand how many buyers it contacts at most: n8n cannot ask a question in a run. */
function announce(context: IExecuteFunctions, orders: readonly OrderToSend[], most: number): void {
	if (runModeOf(context) !== 'byHand') return;
	const wanted = orders.filter((order) => !order.dryRun && knownFinding(order) === undefined);
	const atMost = Math.min(most, new Set(wanted.map(({ orderId }) => orderId)).size);
	const message = `${context.getNode().name}: this run may contact up to ${buyers(atMost)}`;
	context.logger.info(message);
	context.sendMessageToUI(message);
}

const buyers = (count: number): string => `${count} real ${count === 1 ? 'buyer' : 'buyers'}`;
