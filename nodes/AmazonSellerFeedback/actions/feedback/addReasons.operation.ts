import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { REASONS, reasonsOf, type Reason } from '../../../shared/domain/comments/reasons';
import { prepareWords } from '../../../shared/domain/comments/topics';
import { feedbackOfItem } from '../../../shared/domain/feedbackItem';
import { optionalList, readParameters } from '../../../shared/n8n/parameters';
import { inTurns } from '../../../shared/spapi/pause';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['feedback'], operation: ['addReasons'] } },
	[
		{
			displayName:
				"Takes feedback entries, such as those from the trigger or 'Get Many', and adds why the buyer is dissatisfied, by words of 12 languages",
			name: 'reasonsNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Reasons From',
			name: 'reasonsFrom',
			type: 'options',
			default: 'words',
			options: [
				{ name: 'Field', value: 'field', description: 'Such as the answer of an AI node' },
				{ name: 'Word Lists', value: 'words', description: 'Words found in the comment' },
			],
			description: 'What determines the reasons',
		},
		{
			displayName: 'Reasons',
			name: 'reasons',
			type: 'string',
			default: '={{ $json.output }}',
			displayOptions: { show: { reasonsFrom: ['field'] } },
			placeholder: 'e.g. lateOrLost, damaged',
			description: `One or more of ${Object.keys(REASONS).join(', ')}, separated by commas. Anything else counts as unclear.`,
		},
	],
);

const schema = z.object({ reasonsFrom: z.enum(['words', 'field']), reasons: optionalList });

/** The item with the reasons of its comment. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject> {
	const { reasonsFrom, reasons } = readParameters(this, itemIndex, schema, description);
	const item = this.getInputData()[itemIndex]?.json ?? {};
	if (reasonsFrom === 'field') return { ...item, reasons: givenReasons(reasons), reasonWords: {} };
	await inTurns(prepareWords());
	const found = reasonsOf(feedbackOfItem(item).comment ?? '');
	return { ...item, reasons: [...found.reasons], reasonWords: { ...found.words } as IDataObject };
}

/** The known reasons of a text, such as an answer of an AI node. */
function givenReasons(text: string | undefined): Reason[] {
	const known = (text ?? '')
		.split(/[\s,;|"[\]]+/)
		.filter((word): word is Reason => Object.hasOwn(REASONS, word));
	return known.length === 0 ? ['unclear'] : [...new Set(known)];
}
