import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { keptCaseSchema } from '../../cases/caseRow';
import { outcomesOf, type EndedCase } from '../../cases/outcomes';
import { REMOVAL_CHANCES } from '../../../shared/domain/comments/removalChance';
import { optionsCollection } from '../../../shared/n8n/commonParameters';
import { hint } from '../../../shared/n8n/hints';
import { readParameters } from '../../../shared/n8n/parameters';
import { inTurns, Turns } from '../../../shared/spapi/pause';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['case'], operation: ['outcomes'] } },
	[
		{
			displayName:
				"Takes the rows of your cases, as 'Next Step' returned them, and returns how the closed ones ended: all, per removal prospect, and per step taken.",
			name: 'outcomesNotice',
			type: 'notice',
			default: '',
		},
		optionsCollection({
			displayName: 'Fewest Cases',
			name: 'fewest',
			type: 'number',
			default: 10,
			typeOptions: { minValue: 1, maxValue: 10_000 },
			description: 'With fewer closed cases, a group has counts but no shares',
		}),
	],
);

const schema = z.object({
	options: z.object({ fewest: z.number().int().min(1).max(10_000).default(10) }),
});

const rowSchema = keptCaseSchema
	.pick({
		outcome: true,
		openedAt: true,
		closedAt: true,
		wasOverdue: true,
		removalRequestedAt: true,
		buyerContactedAt: true,
		repliedAt: true,
		dismissedAt: true,
	})
	.extend({ prospect: z.enum(REMOVAL_CHANCES) });

/** How the closed cases among all input items ended. */
export async function execute(this: IExecuteFunctions): Promise<IDataObject[]> {
	const { options } = readParameters(this, 0, schema, description);
	const rows: EndedCase[] = [];
	const unreadable: string[] = [];
	const turns = new Turns();
	for (const [index, { json }] of this.getInputData().entries()) {
		if (turns.isDue) await turns.pause();
		const parsed = rowSchema.safeParse(json);
		if (parsed.success) rows.push(parsed.data);
		else unreadable.push(`item ${index} has no readable ${parsed.error.issues[0]?.path.join('.')}`);
	}
	const [first] = unreadable;
	if (first !== undefined && rows.length === 0) {
		throw new NodeOperationError(
			this.getNode(),
			'Could not count the cases: no input item is one',
			{
				description: `Pass on rows as 'Next Step' returned them: ${first}.`,
			},
		);
	}
	if (first !== undefined) {
		hint(this, `${unreadable.length} item(s) are no cases and were left out: ${first}`, 'warning');
	}
	const groups = await inTurns(outcomesOf(rows, options.fewest));
	return groups.map((group) => ({
		...(group as unknown as IDataObject),
		unreadable: unreadable.length,
	}));
}
