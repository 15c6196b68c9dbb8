import { NodeConnectionTypes } from 'n8n-workflow';

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
export const outputs: `={{${string}}}` = `={{ $parameter["resource"] === "solicitation" && $parameter["operation"] === "plan" ? ${JSON.stringify(
	PLAN_OUTPUTS.map(({ name }) => ({ type: NodeConnectionTypes.Main, displayName: name })),
)} : ["${NodeConnectionTypes.Main}"] }}`;
