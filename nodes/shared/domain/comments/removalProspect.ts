import { plusDays } from '../calendar';
import { sentimentOf, type FeedbackRow } from '../feedbackReport';
import type { SellerOrder } from '../order';
import { hasText, readPartOf } from './fold';
import { mentionsIn } from './mentions';
import { holdsPersonalInformation } from './personalInformation';
import type { RemovalChance } from './removalChance';

/**
 * What a comment's words mean for a removal request: each criterion with its explanation. The node's
 * output, its output schema and the docs all use these texts.
 */
export const REMOVAL_CRITERIA = {
	obsceneLanguage:
		'The comment seems to contain obscene language, which is a reason for removal. Amazon decides',
	personalInformation:
		'The comment seems to contain an email address, phone number or street address. If it identifies the seller, that is a reason for removal. Amazon decides',
	productReview:
		'The entire comment seems to be about the product, which is a reason for removal. Amazon decides',
	fulfilledByAmazon:
		'The comment seems to be about delivery or damage on the way, which is a reason to strike it through if Amazon fulfilled the order or, for a delay, if you shipped on time with Buy Shipping. Amazon decides',
	starOnly: 'A rating without a comment has no text to base a removal request on',
	tooOld: 'More than 90 days have passed, and Feedback Manager accepts no requests after that',
	positive: 'Feedback of 4 or 5 stars is positive and needs no removal',
	shippedLate:
		'The comment seems to be about delivery or damage on the way, but you shipped the order yourself, and late, so Amazon does not strike it through',
	none: 'No reason for removal was recognized. The node only looks for words, so one may still apply',
} as const satisfies Record<string, string>;

export type RemovalCriterion = keyof typeof REMOVAL_CRITERIA;

export interface RemovalProspect {
	readonly prospect: RemovalChance;
	readonly criterion: RemovalCriterion;
	/** For the seller, in short sentences. */
	readonly explanation: string;
	/** Last ISO day for a request; null if impossible. */
	readonly requestBy: string | null;
}

const CHANCES: Readonly<Record<RemovalCriterion, RemovalChance>> = {
	obsceneLanguage: 'possible',
	personalInformation: 'possible',
	productReview: 'possible',
	fulfilledByAmazon: 'conditional',
	starOnly: 'impossible',
	tooOld: 'impossible',
	positive: 'impossible',
	shippedLate: 'unlikely',
	none: 'unlikely',
};

/**
 * Days after the feedback within which Feedback Manager accepts a request. Source: copies of Amazon's
 * help page kept by others; the page itself could not be read.
 */
const REQUEST_DAYS = 90;

/**
 * Estimates whether a request in Feedback Manager to remove a feedback entry could succeed.
 *
 * Source of the criteria: Seller Central help 20231 (obscene language, seller-specific personally
 * identifiable information, an entire comment that is a product review; struck through if Amazon is
 * responsible for the delivery). Sellers report since August 2025 that star-only ratings cannot be
 * appealed. This is only a reading aid: it looks for words from short lists in twelve languages (`words`)
 * and does not understand sentences, and reads only the first `MOST_CHARACTERS`. Amazon decides.
 * @param feedback its date is an ISO calendar day in the marketplace's zone
 * @param today ISO calendar day in the marketplace's zone
 */
export function removalProspect(
	feedback: Pick<FeedbackRow, 'date' | 'rating' | 'comment'>,
	today: string,
): RemovalProspect {
	const requestBy = plusDays(feedback.date, REQUEST_DAYS);
	const criterion = criterionOf(feedback, today > requestBy);
	const prospect = CHANCES[criterion];
	return {
		prospect,
		criterion,
		explanation: REMOVAL_CRITERIA[criterion],
		requestBy: prospect === 'impossible' ? null : requestBy,
	};
}

/** The explanation of a comment on delivery if Amazon is known to have fulfilled the order. */
export const AMAZON_FULFILLED =
	'The comment seems to be about delivery or damage on the way, and Amazon fulfilled the order, which is a reason to strike it through. Amazon decides';

/**
 * Whether Amazon takes responsibility for the delivery of an order: true if it fulfilled the order, false
 * if the seller shipped it late, undefined if that is unknown or depends on Buy Shipping, which no report
 * shows.
 */
export function isAmazonResponsible(
	order: Pick<SellerOrder, 'fulfilledBy' | 'shippedLate'> | undefined,
): boolean | undefined {
	if (order?.fulfilledBy === 'AMAZON') return true;
	return order?.fulfilledBy === 'MERCHANT' && order.shippedLate === true ? false : undefined;
}

/**
 * Confirms the criterion `fulfilledByAmazon`, or replaces it by `shippedLate`; all others do not depend on
 * the order.
 */
export function removalProspectByOrder(
	removal: RemovalProspect,
	isAmazons: boolean | undefined,
): RemovalProspect {
	if (removal.criterion !== 'fulfilledByAmazon' || isAmazons === undefined) return removal;
	if (isAmazons) return { ...removal, prospect: 'possible', explanation: AMAZON_FULFILLED };
	const criterion = 'shippedLate';
	const explanation = REMOVAL_CRITERIA[criterion];
	return { ...removal, prospect: CHANCES[criterion], criterion, explanation };
}

function criterionOf(
	{ rating, comment }: Pick<FeedbackRow, 'rating' | 'comment'>,
	isTooOld: boolean,
): RemovalCriterion {
	if (sentimentOf(rating) === 'positive') return 'positive';
	if (!hasText(comment)) return 'starOnly';
	if (isTooOld) return 'tooOld';
	const read = readPartOf(comment);
	const mentions = mentionsIn(read);
	if (mentions.obscene) return 'obsceneLanguage';
	if (holdsPersonalInformation(read)) return 'personalInformation';
	if (mentions.seller || mentions.badlyPacked) return 'none';
	if (mentions.delivery) return mentions.product ? 'none' : 'fulfilledByAmazon';
	if (mentions.packaging) return 'none';
	return mentions.product || mentions.thing ? 'productReview' : 'none';
}
