import { outputsWhen } from '../../shared/n8n/outputs';
import { CASE_STATUSES, type CaseStatus } from '../cases/caseRow';

const OUTPUT_NAMES: Readonly<Record<CaseStatus, string>> = {
	actNow: 'Act Now',
	wait: 'Wait',
	closed: 'Closed',
};

/** Next Step's outputs, in the order the editor shows them; the other operations have one. */
export const NEXT_STEP_OUTPUTS = CASE_STATUSES.map((status) => OUTPUT_NAMES[status]);

/** Next Step has three outputs; the other operations have one. */
export const outputs = outputsWhen('$parameter["operation"] === "nextStep"', NEXT_STEP_OUTPUTS);
