import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { optionsCollection } from '../../shared/n8n/commonParameters';
import { hint } from '../../shared/n8n/hints';
import { readParameters } from '../../shared/n8n/parameters';
import { ItemWithFiles } from '../../shared/n8n/router';
import {
	renderScorecardDigest,
	type DigestCard,
	type FailedCard,
	type ScorecardDigest,
} from '../chart/scorecardDigest';
import { renderScorecardTrends, trendsInWords } from '../chart/scorecardTrends';
import { inTurns, Turns } from '../../shared/spapi/pause';
import { fileFieldName } from './fileFieldName';
import { mailFiles, type Drawing, type MailFields } from './pictureFiles';

const DEFAULT_TITLE = 'Seller scorecards';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { operation: ['scorecardDigest'] } },
	[
		// Not a choice here; without a source of Amazon's, the node needs no credential.
		{ displayName: 'Sources', name: 'sources', type: 'hidden', default: ['items'] },
		{
			displayName:
				"Takes the scorecards from 'Get Scorecard', of any number of sellers and marketplaces, and returns one item with an email and a chat message.",
			name: 'digestNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Put Output File in Field',
			name: 'binaryField',
			type: 'string',
			default: 'digest',
			required: true,
			hint: 'The name of the output field for the digest as a file. To view it here, open the output, select Binary, then Download.',
			description:
				'The name of the output field for the file. The digest is also in <code>html</code>, for an email, and <code>summary</code>, for a chat message.',
		},
		optionsCollection({
			displayName: 'Title',
			name: 'title',
			type: 'string',
			default: DEFAULT_TITLE,
			description: 'The line above the digest',
		}),
	],
);

const schema = z.object({
	binaryField: fileFieldName,
	options: z.object({ title: z.string().trim().max(1_000).default(DEFAULT_TITLE) }),
});

const figure = z.number().nullable().catch(null);
const text = z.string().nullable().catch(null);
const texts = z.array(z.string()).catch([]);

const ratingSchema = z.object({ percent: figure }).catch({ percent: null });
const defectsSchema = z.object({ percent: figure, defectRunway: figure }).nullable().catch(null);
const shareSchema = z
	.object({ percent: figure, changePoints: figure })
	.catch({ percent: null, changePoints: null });
const NO_SALES = {
	ordersShipped: null,
	unitsRefunded: null,
	refundPercent: null,
	claimsGranted: null,
};
const series = z.array(figure).max(400);

/** Only what makes an item a scorecard is required; a figure that cannot be read is unknown. */
const cardSchema = z.object({
	marketplaceName: z.string(),
	needsAttention: z.boolean(),
	rating: z.object({
		last30Days: ratingSchema,
		last90Days: ratingSchema,
		last365Days: ratingSchema,
		settledThrough: text,
	}),
	seller: text.default(null),
	attention: texts,
	missing: texts,
	accountStatus: text,
	orderDefects: z
		.object({ sellerFulfilled: defectsSchema, amazonFulfilled: defectsSchema })
		.catch({ sellerFulfilled: null, amazonFulfilled: null }),
	buyBox: z
		.object({ last7Days: shareSchema, last28Days: shareSchema, settledThrough: text })
		.nullable()
		.catch(null),
	sales: z
		.object({
			last28Days: z
				.object({
					ordersShipped: figure,
					unitsRefunded: figure,
					refundPercent: figure,
					claimsGranted: figure,
				})
				.catch(NO_SALES),
		})
		.catch({ last28Days: NO_SALES }),
	feedbackLast7Days: z
		.object({ positive: figure, neutral: figure, negative: figure })
		.catch({ positive: null, neutral: null, negative: null }),
	trend: z
		.object({ from: z.string(), through: z.string(), rating: series, buyBox: series })
		.nullable()
		.catch(null),
});

/** What Continue On Fail makes of a seller that cannot be read. */
const failedSchema = z.object({ error: z.string(), seller: text.default(null) });

/**
 * Makes one digest of all input items, which are scorecards of any number of sellers.
 * @throws NodeOperationError if no item is a scorecard
 */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<ItemWithFiles> {
	const { binaryField, options } = readParameters(this, itemIndex, schema, description);
	const cards: DigestCard[] = [];
	const failed: FailedCard[] = [];
	let others = 0;
	const turns = new Turns();
	for (const { json } of this.getInputData()) {
		if (turns.isDue) await turns.pause();
		const card = cardSchema.safeParse(json).data;
		const failure = failedSchema.safeParse(json).data;
		if (card !== undefined) cards.push(toCard(card));
		else if (failure !== undefined) failed.push({ seller: failure.seller, message: failure.error });
		else others += 1;
	}
	if (cards.length + failed.length === 0) {
		throw new NodeOperationError(
			this.getNode(),
			'Could not create the digest: no input item is a scorecard',
			{ itemIndex, description: "Connect the output of 'Get Scorecard' to this node." },
		);
	}
	if (others > 0) {
		hint(this, `${others} input item(s) are not scorecards and are left out`, 'warning');
	}
	const digest = await inTurns(renderScorecardDigest(cards, failed, options.title));
	const { files, mail } = await digestFiles(this, binaryField, cards, digest, options.title);
	const json: IDataObject = {
		subject: digest.subject,
		summary: digest.summary,
		...mail,
		needsAttention: failed.length > 0 || cards.some(({ needsAttention }) => needsAttention),
		marketplaces: cards.length,
		marketplacesNeedingAttention: cards.filter(({ needsAttention }) => needsAttention).length,
		notRead: failed.length,
	};
	return new ItemWithFiles(json, files);
}

/** The digest with its picture; without one if no marketplace has a line to draw. */
async function digestFiles(
	context: IExecuteFunctions,
	field: string,
	cards: readonly DigestCard[],
	{ html }: ScorecardDigest,
	title: string,
): Promise<{ files: ItemWithFiles['binary']; mail: MailFields }> {
	const [name, theme] = ['seller-scorecards', 'light'] as const;
	const alternative = trendsInWords(cards);
	if (alternative !== '') {
		const drawing: Drawing = {
			picture: (options) => renderScorecardTrends(cards, title, options) ?? '',
			digest: ({ picture }) => html({ picture, alternative }),
		};
		return await mailFiles(context, drawing, field, name, theme);
	}
	const text = html({ picture: '', alternative });
	const file = await context.helpers.prepareBinaryData(
		Buffer.from(text),
		`${name}.html`,
		'text/html',
	);
	return { files: { [field]: file }, mail: { html: text, attachments: null } };
}

const toCard = ({
	rating,
	orderDefects,
	buyBox,
	sales,
	feedbackLast7Days,
	...card
}: z.infer<typeof cardSchema>): DigestCard => ({
	...card,
	settledThrough: rating.settledThrough ?? buyBox?.settledThrough ?? null,
	ratings: [
		{ days: 30, ...rating.last30Days },
		{ days: 90, ...rating.last90Days },
		{ days: 365, ...rating.last365Days },
	],
	defects: [
		{ channel: 'you', rate: orderDefects.sellerFulfilled },
		{ channel: 'Amazon', rate: orderDefects.amazonFulfilled },
	].flatMap(({ channel, rate }) =>
		rate === null ? [] : [{ channel, percent: rate.percent, runway: rate.defectRunway }],
	),
	buyBox: [
		{ days: 7, percent: null, changePoints: null, ...buyBox?.last7Days },
		{ days: 28, percent: null, changePoints: null, ...buyBox?.last28Days },
	],
	sales: { days: 28, ...sales.last28Days },
	feedback: { days: 7, ...feedbackLast7Days },
});
