import { DateTime } from 'luxon';
import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { CASE_ACTIONS, caseIdOf, type CaseAction, type KeptCase } from '../../cases/caseRow';
import type { CaseSettings } from '../../cases/decide';
import { DRAFTS, draftsOf, type DraftTemplate } from '../../cases/drafts';
import { readKeptCases } from '../../cases/keptCases';
import { nextStepOf, type CaseFeedback, type NextStep } from '../../cases/nextStep';
import { POLICIES } from '../../cases/policies';
import { RemovalProposals } from '../../cases/removalProposals';
import { prepareWords } from '../../../shared/domain/comments/topics';
import { feedbackOfItem } from '../../../shared/domain/feedbackItem';
import { findMarketplace, type Marketplace } from '../../../shared/domain/marketplaces';
import { feedbackManagerUrl, orderUrl } from '../../../shared/domain/sellerCentral';
import { optionsCollection } from '../../../shared/n8n/commonParameters';
import { optionalList, readParameters } from '../../../shared/n8n/parameters';
import { ItemFailure } from '../../../shared/n8n/router';
import { inTurns, Turns } from '../../../shared/spapi/pause';

const days = (
	displayName: string,
	name: string,
	value: number,
	about: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'number',
	default: value,
	typeOptions: { minValue: 0, maxValue: 365 },
	description: about,
});

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['case'], operation: ['nextStep'] } },
	[
		{
			displayName:
				"Takes feedback entries, such as those from the trigger, or the rows of your cases. Returns each case's row to keep. Nothing is sent to Amazon: a person requests removals and replies in Seller Central.",
			name: 'caseNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Kept Cases',
			name: 'keptCases',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			placeholder: "e.g. {{ $('Get Cases').all().map((item) => item.json) }}",
			hint: 'The rows of your table; not needed if the input items are rows',
			description:
				'All cases that are kept, as a list of rows. The node finds the case of each feedback entry by its order, and counts the removal requests of the day.',
		},
		{
			displayName: 'Action',
			name: 'action',
			type: 'options',
			default: 'none',
			options: [
				{ name: 'Buyer Contacted', value: 'buyerContacted' },
				{ name: 'None', value: 'none' },
				{ name: 'Nothing to Do', value: 'nothingToDo' },
				{ name: 'Removal Requested', value: 'removalRequested' },
				{ name: 'Replied', value: 'replied' },
			],
			description:
				"What a person has done about the case since the last step. 'Nothing to Do' closes it.",
		},
		optionsCollection(
			days(
				'Close After (Days)',
				'closeAfterDays',
				90,
				'Days after the feedback after which a case ends in any event',
			),
			days(
				'Days for Amazon to Decide',
				'daysForAmazon',
				7,
				'Days to wait after a removal request, and for a public reply to show in the report',
			),
			days(
				'Days for the Buyer to Answer',
				'daysForBuyer',
				10,
				'Days to wait after the buyer was contacted',
			),
			days('Days to Act', 'daysToAct', 3, 'Days to take a step. After that, it is overdue.'),
			{
				displayName: 'Draft Templates',
				name: 'templates',
				type: 'fixedCollection',
				placeholder: 'Add template',
				typeOptions: { multipleValues: true },
				default: {},
				description:
					"Your own texts in place of the built-in ones, which are in the marketplace's language. {orderId}, {date} and {regret} are replaced.",
				options: [
					{
						displayName: 'Template',
						name: 'template',
						values: [
							{
								displayName: 'Draft',
								name: 'draft',
								type: 'options',
								default: 'publicReply',
								options: DRAFTS.map(({ name, label }) => ({ name: label, value: name })),
								description: 'The draft that the text replaces',
							},
							{
								displayName: 'Marketplace',
								name: 'marketplace',
								type: 'string',
								default: '',
								placeholder: 'e.g. DE',
								description: 'The only marketplace to use it in; empty for all',
							},
							{
								displayName: 'Text',
								name: 'text',
								type: 'string',
								typeOptions: { rows: 4 },
								default: '',
								description: 'Your own draft. Blank keeps the built-in one.',
							},
						],
					},
				],
			},
			days(
				'Last Day for the Buyer (Days)',
				'buyerDays',
				60,
				'Days after the feedback within which a buyer can change or remove it; Amazon states no number for all marketplaces',
			),
			{
				displayName: 'Removal Requests per Day',
				name: 'maxRemovals',
				type: 'number',
				default: 5,
				typeOptions: { minValue: 0, maxValue: 100 },
				description:
					'How many removal requests to propose per seller and day; with 0, cases go on without one. Amazon forbids high volumes of incorrect or speculative requests.',
			},
			{
				displayName: 'Reasons',
				name: 'reasons',
				type: 'string',
				default: '',
				placeholder: 'e.g. {{ $json.output }}',
				description:
					'The reasons of the feedback, separated by commas, such as the answer of an AI node; if empty, word lists determine them',
			},
			days(
				'Remind Before (Days)',
				'remindDays',
				1,
				'How many days before the last day to act `remind` is true, once a day',
			),
		),
	],
);

const count = (value: number, most: number) => z.number().int().min(0).max(most).default(value);

const templateSchema = z.object({
	draft: z.enum(['removalRequest', 'buyerNote', 'whenSolved', 'publicReply']),
	marketplace: z.string().trim().default(''),
	text: z.string().max(5_000).default(''),
});

const itemSchema = z.object({
	action: z.enum(['none', ...(Object.keys(CASE_ACTIONS) as CaseAction[])]),
	options: z.object({ reasons: optionalList }),
});

const runSchema = z.object({
	keptCases: z.unknown(),
	options: z.object({
		closeAfterDays: count(90, 365),
		daysForAmazon: count(7, 365),
		daysForBuyer: count(10, 365),
		daysToAct: count(3, 365),
		buyerDays: count(60, 365),
		maxRemovals: count(5, 100),
		remindDays: count(1, 365),
		templates: z.object({ template: z.array(templateSchema).default([]) }).default({}),
	}),
});

interface CaseItem {
	readonly itemIndex: number;
	readonly feedback: CaseFeedback;
	readonly marketplace: Marketplace;
	readonly action: CaseAction | undefined;
	readonly reasons: readonly string[] | undefined;
	/** The input item, which may be the row of the case. */
	readonly item: IDataObject;
}

/** Reads the feedback entry or the row of one item. */
export async function prepare(this: IExecuteFunctions, itemIndex: number): Promise<CaseItem> {
	const { action, options } = readParameters(this, itemIndex, itemSchema, description);
	const item = this.getInputData()[itemIndex]?.json ?? {};
	const feedback = feedbackOfItem(item);
	const marketplace = findMarketplace(feedback.marketplace ?? '');
	const missing = missingIn(feedback, marketplace);
	if (missing !== undefined || marketplace === undefined) {
		throw new NodeOperationError(
			this.getNode(),
			`Could not read the feedback entry: it has no ${missing}`,
			{
				itemIndex,
				description:
					"Pass on items of the trigger's feedback events, of 'Feedback: Get Many', or rows of your cases.",
			},
		);
	}
	return {
		itemIndex,
		feedback: feedback as CaseFeedback,
		marketplace,
		action: action === 'none' ? undefined : action,
		reasons: options.reasons?.split(/\s*,\s*/),
		item,
	};
}

function missingIn(
	{ orderId, date, rating }: ReturnType<typeof feedbackOfItem>,
	marketplace: Marketplace | undefined,
): string | undefined {
	if (orderId === undefined) return 'order ID';
	if (marketplace === undefined) return 'marketplace';
	if (date === undefined) return 'date';
	return rating === undefined ? 'rating' : undefined;
}

/** Computes the next step of each case, and the row to keep. */
export async function execute(
	this: IExecuteFunctions,
	items: readonly CaseItem[],
): Promise<Array<IDataObject[] | ItemFailure>> {
	const { keptCases, options } = readParameters(this, 0, runSchema, description);
	const now = DateTime.utc();
	const kept = await keptOf(this, keptCases, items);
	const proposals = new RemovalProposals(kept.values(), options.maxRemovals);
	const results: Array<IDataObject[] | ItemFailure> = [];
	await inTurns(prepareWords());
	const turns = new Turns();
	for (const { feedback, marketplace, action, reasons, itemIndex, item } of items) {
		if (turns.isDue) await turns.pause();
		const caseId =
			idOfRow(item) ?? caseIdOf(feedback.seller, marketplace.countryCode, feedback.orderId);
		const before = kept.get(caseId);
		const seller = feedback.seller ?? before?.seller;
		if (before === undefined && feedback.rating > 3) {
			const message = 'Could not open a case: the feedback is positive';
			results.push(new ItemFailure(new NodeOperationError(this.getNode(), message, { itemIndex })));
			continue;
		}
		const step = nextStepOf(
			{
				feedback,
				marketplace,
				kept: before,
				action,
				now,
				remindDays: options.remindDays,
				mayProposeRemoval: (today) => proposals.mayPropose(seller, today),
				reasons,
			},
			options satisfies CaseSettings,
		);
		// The next item may be about the same case.
		kept.set(caseId, step.row);
		if (step.isProposal) proposals.count(seller, step.row.removalProposedOn);
		results.push([toItem(step, marketplace, options.templates.template)]);
	}
	return results;
}

/** A row keeps its ID, even if its table does not have the seller. */
const idOfRow = ({ caseId }: IDataObject): string | undefined =>
	typeof caseId === 'string' && caseId !== '' ? caseId : undefined;

/**
 * The kept cases, by their IDs: from the list, and the input items that are rows.
 * @throws NodeOperationError if a row cannot be read, because what it remembers would be done again
 */
async function keptOf(
	context: IExecuteFunctions,
	list: unknown,
	items: readonly CaseItem[],
): Promise<Map<string, KeptCase>> {
	const rows = items.map(({ item }) => item).filter(({ caseId }) => caseId !== undefined);
	const fromItems = await inTurns(readKeptCases(rows));
	const fromList = await inTurns(readKeptCases(list));
	const [where, problem] = fromList.problem
		? (["'Kept Cases'", fromList.problem] as const)
		: (['the input items', fromItems.problem] as const);
	if (problem !== undefined) {
		throw new NodeOperationError(
			context.getNode(),
			`Could not read the cases in ${where}: a row would be forgotten`,
			{ description: `Pass on the rows as this operation returned them. ${problem}` },
		);
	}
	return new Map([...fromItems.cases, ...fromList.cases]);
}

function toItem(
	{ row, ...step }: NextStep,
	marketplace: Marketplace,
	templates: readonly DraftTemplate[],
): IDataObject {
	const { why, daysLeft, overdue, isNew, isNewStep, justClosed, remind } = step;
	return {
		...row,
		why,
		daysLeft,
		overdue,
		isNew,
		isNewStep,
		justClosed,
		remind,
		policy: POLICIES[row.nextStep] ?? null,
		drafts: { ...draftsOf(row, marketplace, templates) },
		links: {
			feedbackManager: feedbackManagerUrl(marketplace),
			order: orderUrl(marketplace, row.orderId),
		},
	};
}
