import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import { isHeldByAgent } from '../../shared/n8n/agent';
import { runForEachItem } from '../../shared/n8n/router';
import type { EvaluationStatus } from '../analysis/evaluation';
import * as detectChange from './detectChange.operation';
import * as evaluate from './evaluate.operation';
import * as findCauses from './findCauses.operation';
import * as forecast from './forecast.operation';
import * as measureRequests from './measureRequests.operation';
import { EVALUATE_OUTPUTS } from './outputs';
import * as scorecard from './scorecard.operation';

const outputOf = (wanted: EvaluationStatus): number =>
	EVALUATE_OUTPUTS.findIndex(({ band }) => band === wanted);

/** The unchecked parameter; undefined if it cannot be read, because the operation reports that. */
function rawParameter(context: IExecuteFunctions, name: string, itemIndex: number): unknown {
	try {
		return context.getNodeParameter(name, itemIndex, null);
	} catch {
		return undefined;
	}
}

/**
 * An item that could not be evaluated goes to the same output as insufficient data; to Unknown
 * if that parameter is invalid.
 */
function errorOutput(context: IExecuteFunctions, itemIndex: number): number {
	const wanted = rawParameter(context, 'options.insufficientBand', itemIndex);
	const chosen = EVALUATE_OUTPUTS.findIndex(({ band }) => band === wanted);
	return chosen < 0 ? outputOf('unknown') : chosen;
}

/** Runs the chosen operation. Those that draw are loaded when they are used, with what draws. */
export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const sources = rawParameter(this, 'sources', 0);
	const together = Array.isArray(sources) && sources.includes('items');
	const operation = this.getNodeParameter('operation', 0) as string;
	switch (operation) {
		case 'evaluate':
			// An agent reads only the first output, so it would see only healthy ratings.
			if (isHeldByAgent(this)) return await runForEachItem(this, evaluate.execute, { together });
			return await runForEachItem(this, evaluate.execute, {
				together,
				outputNames: EVALUATE_OUTPUTS.map(({ name }) => name),
				outputOf: ({ status }) => outputOf(status),
				errorOutput: (item) => errorOutput(this, item),
			});
		case 'chart':
			return await runForEachItem(this, (await import('./chart.operation')).execute, { together });
		case 'forecast':
			return await runForEachItem(this, forecast.execute, { together });
		case 'detectChange':
			return await runForEachItem(this, detectChange.execute, { together });
		case 'findCauses':
			return await runForEachItem(this, findCauses.execute, { together: true });
		case 'measureRequests':
			return await runForEachItem(this, measureRequests.execute, { together: true });
		case 'scorecard':
			return await runForEachItem(this, scorecard.execute);
		case 'scorecardDigest':
			return await runForEachItem(this, (await import('./scorecardDigest.operation')).execute, {
				together: true,
			});
		default:
			throw new NodeOperationError(
				this.getNode(),
				`Could not run the node: unknown operation '${operation}'`,
			);
	}
}
