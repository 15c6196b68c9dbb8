import type { INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { dateFormatOption } from '../../../shared/n8n/feedbackReport';

/** Options of all operations that read a feedback report. */
export const reportOptions: INodeProperties[] = [
	dateFormatOption,
	{
		displayName: 'Include Buyer Email',
		name: 'includeBuyerEmail',
		type: 'boolean',
		default: true,
		description:
			"Whether to return the buyer's anonymized email address. It is personal data: Amazon's Data Protection Policy applies wherever you send it.",
	},
	{
		displayName: 'Output Unreadable Lines',
		name: 'outputUnreadableLines',
		type: 'boolean',
		default: true,
		description:
			'Whether to add an item with line number and reason for each line of the report that could not be read. A hint always shows them.',
	},
];

export const reportOptionsSchema = z.object({
	dateFormat: z.enum(['auto', 'dmy', 'mdy', 'ymd']).default('auto'),
	includeBuyerEmail: z.boolean().default(false),
	outputUnreadableLines: z.boolean().default(false),
});
