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
import type { ItemSeller } from '../../../shared/n8n/itemSeller';
import { readParameters } from '../../../shared/n8n/parameters';
import { requestsOfAgent, RequestCap } from '../../sending/requestCap';
import { SendRun, type OrderToSend } from '../../sending/sendRun';
import { explainOption, orderParameters, readOrder } from '../../sending/eligibility';
import { addedOptions } from './selectionRulesParameter';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['solicitation'], operation: ['send'] } },
	[
		{
			displayName:
				"This contacts real buyers, even with 'Execute step'. To preview, turn on 'Dry Run'. Amazon sends its own text, once per order. Its policy forbids contacting only buyers who are likely to be satisfied, so don't filter orders by how happy the buyer may be.",
			name: 'policyNotice',
			type: 'notice',
			default: '',
		},
		...orderParameters,
		{
			displayName: 'Dry Run',
			name: 'dryRun',
			type: 'boolean',
			default: false,
			description:
				"Whether to check everything but send nothing; eligible orders get the outcome 'wouldSend'",
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
	return { ...order, dryRun };
}

/** Requests a review for each order for which Amazon offers it. Returns ledger rows for every order. */
export async function execute(
	this: IExecuteFunctions,
	orders: readonly OrderToSend[],
): Promise<IDataObject[][]> {
	const wanted = readParameters(this, 0, runSchema, description);
	const { checkFirst, explain, maxRequests = Infinity, timeBudget = Infinity } = wanted.options;
	const byAgent = isHeldByAgent(this);
	const cap = byAgent
		? requestsOfAgent(this.getExecutionId(), Math.min(wanted.agentMaxRequests, maxRequests))
		: new RequestCap(maxRequests);
	const run = new SendRun(this, {
		dryRunOnly: byAgent && wanted.letAgentSend !== true,
		checkFirst,
		explain,
		timeBudgetMs: timeBudget * MINUTE_MS,
		cap,
	});
	return await run.over(orders);
}
