import { outputsWhen } from '../../shared/n8n/outputs';
import type { PlanRow } from '../planning/plan';

/**
 * Plan's outputs, in the order the editor shows them; the other operations have one. New ones go to
 * the end, because workflows connect them by their position.
 */
export const PLAN_OUTPUTS: ReadonlyArray<{
	/** Undefined for the output with days instead of orders. */
	readonly decision?: PlanRow['decision'];
	readonly name: string;
}> = [
	{ decision: 'sendNow', name: 'Send Now' },
	{ decision: 'sendLater', name: 'Send Later' },
	{ decision: 'leftOut', name: 'Left Out' },
	{ name: 'Forecast' },
];

/** Plan has outputs for its decisions and the forecast; the other operations have one. */
export const outputs = outputsWhen(
	'$parameter["resource"] === "solicitation" && $parameter["operation"] === "plan"',
	PLAN_OUTPUTS.map(({ name }) => name),
);
