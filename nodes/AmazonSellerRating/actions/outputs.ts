import { outputsWhen } from '../../shared/n8n/outputs';
import type { EvaluationStatus } from '../analysis/evaluation';

/** Evaluate's outputs, in the order the editor shows them; the other operations have one. */
export const EVALUATE_OUTPUTS: ReadonlyArray<{
	readonly band: EvaluationStatus;
	readonly name: string;
}> = [
	{ band: 'healthy', name: 'Healthy' },
	{ band: 'atRisk', name: 'At Risk' },
	{ band: 'critical', name: 'Critical' },
	{ band: 'unknown', name: 'Unknown' },
];

/** Evaluate has four outputs; the other operations have one. */
export const outputs = outputsWhen(
	'$parameter["operation"] === "evaluate"',
	EVALUATE_OUTPUTS.map(({ name }) => name),
);
