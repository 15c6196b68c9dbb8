import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import type { RatingBand } from '../../shared/domain/bands';
import { isHeldByAgent } from '../../shared/n8n/agent';
import { runForEachItem } from '../../shared/n8n/router';
import * as chart from './chart.operation';
import * as detectChange from './detectChange.operation';
import * as evaluate from './evaluate.operation';
import * as forecast from './forecast.operation';

/** Evaluate's outputs, in the order the editor names them; the other operations have one. */
export const EVALUATE_OUTPUTS: ReadonlyArray<{ readonly band: RatingBand; readonly name: string }> =
	[
		{ band: 'healthy', name: 'Healthy' },
		{ band: 'atRisk', name: 'At Risk' },
		{ band: 'critical', name: 'Critical' },
	];

const outputOf = (wanted: RatingBand): number =>
	EVALUATE_OUTPUTS.findIndex(({ band }) => band === wanted);

export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const sources = this.getNodeParameter('sources', 0, []) as string[];
	const together = sources.includes('items');
	const operation = this.getNodeParameter('operation', 0) as string;
	switch (operation) {
		case 'evaluate':
			// An agent reads the first output alone, and would hear good news only.
			if (isHeldByAgent(this)) return await runForEachItem(this, evaluate.execute, { together });
			return await runForEachItem(this, evaluate.execute, {
				together,
				outputCount: EVALUATE_OUTPUTS.length,
				outputOf: ({ status }) => outputOf(status),
				// What could not be evaluated is no good news: it goes where insufficient data goes.
				errorOutput: (item) =>
					outputOf(this.getNodeParameter('insufficientBand', item, 'atRisk') as RatingBand),
			});
		case 'chart':
			return await runForEachItem(this, chart.execute, { together });
		case 'forecast':
			return await runForEachItem(this, forecast.execute, { together });
		case 'detectChange':
			return await runForEachItem(this, detectChange.execute, { together });
		default:
			throw new NodeOperationError(this.getNode(), `The operation '${operation}' is not known`);
	}
}
