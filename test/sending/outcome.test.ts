import fc from '../fastCheck';

import {
	isRetryable,
	outcomeOfRefusal,
	SOLICITATION_OUTCOMES,
	type SolicitationOutcome,
} from '../../nodes/AmazonReviewSolicitation/sending/outcome';

/** Amazon's text with the apostrophe as intended and as observed. */
const OUTSIDE = ['’', "'", '', 'â€™', '\u00e2\u0080\u0099', '?', '\uFFFD'].map(
	(apostrophe) =>
		`You can${apostrophe}t use this feature to request a review outside the 5-30 day range after the order delivery date.`,
);

describe('outcomeOfRefusal', () => {
	it.each(OUTSIDE)('recognizes that the order is outside the window from "%s"', (message) => {
		expect(outcomeOfRefusal(message)).toBe('outsideWindow');
	});

	it.each(['4-30', '5–30', '5 - 30', '7-45', '5 to 30'])(
		'recognizes it for a range of "%s" days',
		(range) => {
			expect(
				outcomeOfRefusal(
					`You can't use this feature to request a review outside the ${range} day range after the order delivery date.`,
				),
			).toBe('outsideWindow');
		},
	);

	it.each([
		'The requested solicitation is not available for this amazonOrderId.',
		'You have already requested a review for this order.',
		'You have already requested a review for this order',
		"You've already requested a review for this order.",
		'A review has already been requested for this order.',
	])('recognizes that a review was requested before from "%s"', (message) => {
		expect(outcomeOfRefusal(message)).toBe('alreadyRequested');
	});

	it('ignores letter case', () => {
		for (const message of [OUTSIDE[0] ?? '', 'You have already requested a review']) {
			expect(outcomeOfRefusal(message.toUpperCase())).toBe(outcomeOfRefusal(message));
			expect(outcomeOfRefusal(message)).toBeDefined();
		}
	});

	it.each([
		'',
		'Access to requested resource is denied.',
		'The access token you provided has expired.',
		'The access token you provided is revoked, malformed or invalid.',
		'You exceeded your quota for the requested resource.',
		'Missing or invalid request parameters: [marketplaceIds]',
		'Not eligible at this time',
		'The requested report is outside the date range.',
		'A review can be requested.',
		'You can’t use this feature to request a review for a refunded order.',
	])('does not guess from "%s"', (message) => {
		expect(outcomeOfRefusal(message)).toBeUndefined();
	});

	it('never throws and returns undefined for random text', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (message) => {
				fc.pre(!/requested|available|outside/i.test(message));
				expect(outcomeOfRefusal(message)).toBeUndefined();
			}),
		);
	});
});

describe('isRetryable', () => {
	it('is true for exactly the outcomes that a later run can change', () => {
		const outcomes = Object.keys(SOLICITATION_OUTCOMES) as SolicitationOutcome[];
		expect(outcomes.filter(isRetryable).sort()).toEqual([
			'answerLost',
			'claimedElsewhere',
			'deferred',
			'duplicateItem',
			'eligible',
			'failed',
			'loginFailed',
			'missingRole',
			'notEligibleNow',
			'notShipped',
			'notYetEligible',
			'outsideWindow',
			'refused',
			'sentUnconfirmed',
			'wouldSend',
		]);
	});
});

describe('SOLICITATION_OUTCOMES', () => {
	it('explains every outcome in its own text', () => {
		const texts = Object.values(SOLICITATION_OUTCOMES);
		expect(new Set(texts).size).toBe(texts.length);
		for (const text of texts) expect(text.length).toBeGreaterThan(20);
	});
});
