// cspell:ignore Cancelled
/**
 * The possible outcomes for one order, each with its meaning. The node's output, its output schema
 * and the docs all use these texts.
 */
export const SOLICITATION_OUTCOMES = {
	eligible: 'Amazon would accept a request for this order now',
	sent: 'Amazon accepted the request for a product review and seller feedback',
	sentUnconfirmed:
		"Amazon's answer was lost, or the run was stopped before it came. The order is no longer open for a request, so the request probably arrived, unless Amazon never permitted one; a later run may check again",
	wouldSend: 'The order is eligible, but nothing was sent: a dry run or a run started by hand',
	alreadyRequested: 'A review was already requested for this order; Amazon allows only one',
	notYetEligible: 'The window for requests has not opened yet; see `windowOpensAt`',
	windowClosed: 'The window for requests has closed; see `windowClosesAt`',
	outsideWindow:
		'Amazon says the order is outside its 5 to 30 day range; with no delivery dates, it may be too early or too late',
	notShipped: 'The order is not shipped yet, which Amazon requires',
	orderCancelled: 'The order was canceled or cannot be fulfilled',
	notEligibleNow:
		'Amazon allows no request for this order now and does not say why; this may change the next day',
	orderNotFound: 'Amazon found no order with this ID in this marketplace',
	missingRole: 'The application lacks the role that Amazon requires',
	invalidOrderId: 'The text is not an Amazon order ID',
	refused: 'Amazon refused for a reason this node does not recognize; see `amazonMessage`',
	answerLost:
		'The request got no answer but may have arrived; the order is checked before the next request',
	failed:
		'Amazon could not be reached or did not answer as documented, and nothing was sent; see `amazonMessage`',
	loginFailed: 'Login with Amazon denied access; see `amazonMessage`',
	claimedElsewhere:
		'Another execution is processing this order, or crashed minutes ago while doing so; this one sent nothing',
	duplicateItem: 'Duplicate: another input item for the same order was used instead',
	deferred: 'Left for the next run: this run reached its time or request limit, or was stopped',
} as const satisfies Record<string, string>;

export type SolicitationOutcome = keyof typeof SOLICITATION_OUTCOMES;

/** Outcomes worth retrying in a later run. */
const RETRY_LATER: readonly SolicitationOutcome[] = [
	'eligible',
	'wouldSend',
	'duplicateItem',
	'notYetEligible',
	'notShipped',
	'notEligibleNow',
	'outsideWindow',
	'sentUnconfirmed',
	'refused',
	'missingRole',
	'answerLost',
	'failed',
	'loginFailed',
	'claimedElsewhere',
	'deferred',
];

/** Whether the same order may become eligible later. */
export const isRetryable = (outcome: SolicitationOutcome): boolean => RETRY_LATER.includes(outcome);

/**
 * Distinguishes Amazon's refusals by their text, because they are all 403 `Unauthorized`. Tolerates
 * curly, straight and broken apostrophes, day ranges other than "5-30", and an answer that is cut
 * off in the middle.
 * Source: texts reported by users since 2020; Amazon documents none.
 * @returns undefined for an unknown text
 */
export function outcomeOfRefusal(
	message: string,
): Extract<SolicitationOutcome, 'alreadyRequested' | 'outsideWindow'> | undefined {
	if (/already\s+(been\s+)?request|not available for this amazonOrder/i.test(message)) {
		return 'alreadyRequested';
	}
	if (/request a review outside\b|outside the\b.{0,80}\bday range/i.test(message)) {
		return 'outsideWindow';
	}
	return undefined;
}
