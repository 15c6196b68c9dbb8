import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { optionsCollection } from '../../../shared/n8n/commonParameters';
import { isHeldByAgent } from '../../../shared/n8n/agent';
import { readParameters } from '../../../shared/n8n/parameters';
import { SpApiFailure } from '../../../shared/spapi/failure';
import { isSolicitationOffered, requestReview } from '../../../shared/spapi/solicitations';
import {
	checkEligibility,
	explain,
	explainOption,
	findingOfFailure,
	orderParameters,
	readOrder,
	toResult,
	type Finding,
	type OrderInQuestion,
} from './common';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['solicitation'], operation: ['send'] } },
	[
		{
			displayName:
				"Amazon sends its own text, once per order. Its policy forbids to ask only buyers who are likely to be content: don't filter orders by how happy the buyer may be.",
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
				'Whether to check everything but send nothing; eligible orders come out as would-send',
		},
		{
			displayName: 'Let the Agent Send',
			name: 'letAgentSend',
			type: 'boolean',
			noDataExpression: true,
			default: false,
			displayOptions: { show: { '@tool': [true] } },
			description:
				'Whether an AI agent may really send requests with this tool. While off, every call of the agent is a dry run.',
		},
		optionsCollection(explainOption),
	],
);

const schema = z.object({ dryRun: z.boolean(), letAgentSend: z.boolean().optional() });

/** A request whose answer was lost is tried once more, and only if Amazon still offers it. */
const MAX_REQUESTS = 2;

/** Requests a review for the order if Amazon offers that; one result, whatever came of it. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const { dryRun, letAgentSend } = readParameters(this, itemIndex, schema, description);
	const mayNotSend = isHeldByAgent(this) && letAgentSend !== true;
	const order = await readOrder(this, itemIndex);
	let finding = await checkEligibility(order);
	if (finding.outcome === 'eligible') {
		finding = dryRun || mayNotSend ? { outcome: 'wouldSend' } : await send(order);
	}
	return toResult(order, finding);
}

async function send(order: OrderInQuestion): Promise<Finding> {
	for (let attempt = 1; ; attempt += 1) {
		const result = await requestReview(order.client, order.orderId, order.marketplace.id).then(
			(requestId): Finding => ({ outcome: 'sent', answer: { requestId } }),
			(failure: unknown) => (isUncertain(failure) ? failure : findingOfFailure(failure)),
		);
		if (!(result instanceof SpApiFailure)) {
			// Offered a moment ago and refused now, after an attempt without an answer: that one arrived.
			const arrivedBefore = attempt > 1 && result.outcome === 'alreadyRequested';
			return arrivedBefore
				? { ...result, outcome: 'sentUnconfirmed' }
				: await explain(order, result);
		}
		const stillOffered = await isSolicitationOffered(
			order.client,
			order.orderId,
			order.marketplace.id,
		).catch(() => {
			// What matters is the request that may have arrived, not the look at it that failed.
			throw new SpApiFailure('answerLost', result.operation, result.answer);
		});
		if (!stillOffered) return { outcome: 'sentUnconfirmed', answer: result.answer };
		if (attempt === MAX_REQUESTS) throw result;
	}
}

/** Whether Amazon may have acted although no good answer came back. */
const isUncertain = (failure: unknown): failure is SpApiFailure =>
	failure instanceof SpApiFailure &&
	['answerLost', 'unavailable', 'unexpectedAnswer'].includes(failure.kind);
