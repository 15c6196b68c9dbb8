import fc from 'fast-check';

import {
	isTokenRejection,
	kindOfAnswer,
	readAnswer,
	SpApiFailure,
	type AmazonAnswer,
	type FailureKind,
} from '../../nodes/shared/spapi/failure';

const ANSWER: AmazonAnswer = {
	status: 403,
	code: 'Unauthorized',
	message: 'Something is wrong.',
	details: 'the order',
	requestId: '12345678-1234-1234-1234-123456789012',
};

/** Every kind, and whether there is something the user can do about it. */
const KINDS: Readonly<Record<FailureKind, 'advised' | 'plain'>> = {
	cancelled: 'plain',
	busy: 'advised',
	login: 'advised',
	tokenRejected: 'advised',
	accessDenied: 'advised',
	refused: 'plain',
	throttled: 'advised',
	unavailable: 'advised',
	unreachable: 'advised',
	answerLost: 'advised',
	notFound: 'advised',
	badRequest: 'advised',
	unexpectedAnswer: 'advised',
	reportPending: 'advised',
	reportFailed: 'advised',
	reportQuota: 'advised',
	otherReport: 'advised',
	documentRefused: 'advised',
	documentTooLarge: 'advised',
};
const ALL_KINDS = Object.keys(KINDS) as FailureKind[];

/** Kinds whose headline says what was being done. */
const NAMING_THE_CALL = ALL_KINDS.filter(
	(kind) =>
		![
			'cancelled',
			'login',
			'reportPending',
			'reportFailed',
			'reportQuota',
			'otherReport',
			'documentRefused',
			'documentTooLarge',
		].includes(kind),
);

describe('SpApiFailure', () => {
	it.each(ALL_KINDS)(
		'has a headline for %s, an error by its name, without undefined in it',
		(kind) => {
			const failure = new SpApiFailure(kind, 'getOrder', { details: 'R1' });
			expect(failure).toBeInstanceOf(Error);
			expect(failure.name).toBe('SpApiFailure');
			expect(failure.kind).toBe(kind);
			expect(failure.message.length).toBeGreaterThan(15);
			expect(`${failure.message} ${failure.advice}`).not.toMatch(/undefined|\{|\}|NaN| {2}/);
		},
	);

	it('has another headline for each kind', () => {
		const headlines = ALL_KINDS.map((kind) => new SpApiFailure(kind, 'getOrder').message);
		expect(new Set(headlines).size).toBe(ALL_KINDS.length);
	});

	it.each(NAMING_THE_CALL)('says for %s what was asked', (kind) => {
		expect(new SpApiFailure(kind, 'getOrder').message).toContain('read an order');
		expect(new SpApiFailure(kind, 'createReport').message).toContain('prepare a report');
	});

	it.each(ALL_KINDS)('has advice of its own for %s exactly where the user can act', (kind) => {
		const { advice } = new SpApiFailure(kind, 'getOrder');
		if (KINDS[kind] === 'plain') expect(advice).toBe('');
		else expect(advice).toMatch(/^[A-Z].{20,}\.$/);
	});

	it.each([
		'refused',
		'accessDenied',
		'badRequest',
		'throttled',
		'unavailable',
		'notFound',
	] as const)("repeats Amazon's code, message, details and request ID for %s", (kind) => {
		const { advice } = new SpApiFailure(kind, 'getOrder', ANSWER);
		expect(advice).toContain('Unauthorized: Something is wrong: the order.');
		expect(advice).toContain('Request ID: 12345678-1234-1234-1234-123456789012');
	});

	it('closes with one full stop what Amazon closed with one already', () => {
		const denied = { code: 'Unauthorized', message: 'Access to requested resource is denied.' };
		const { advice } = new SpApiFailure('refused', 'getOrder', denied);
		expect(advice).toBe("Amazon's answer: Unauthorized: Access to requested resource is denied.");
		expect(new SpApiFailure('refused', 'getOrder', { message: 'No' }).advice).toBe(
			"Amazon's answer: No.",
		);
	});

	it('leaves out of the advice what Amazon did not say', () => {
		expect(new SpApiFailure('refused', 'getOrder', { status: 403, code: 'X' }).advice).toBe(
			"Amazon's answer: X.",
		);
		expect(new SpApiFailure('refused', 'getOrder', { requestId: 'abc' }).advice).toBe(
			'Request ID: abc.',
		);
	});

	it('names the roles of the operation where access is denied', () => {
		const { advice } = new SpApiFailure(
			'accessDenied',
			'createProductReviewAndSellerFeedbackSolicitation',
		);
		expect(advice).toContain('the role Buyer Solicitation or Product Listing,');
	});

	it('names the roles it is given instead, however many', () => {
		const adviceFor = (...roles: string[]) =>
			new SpApiFailure('accessDenied', 'createReport', {}, roles).advice;
		expect(adviceFor('A')).toContain('needs the role A,');
		expect(adviceFor('A', 'B')).toContain('needs the role A or B,');
		expect(adviceFor('A', 'B', 'C')).toContain('needs the role A, B or C,');
	});

	it('does not say "the role the role" for reports in general', () => {
		const { advice } = new SpApiFailure('accessDenied', 'getReport');
		expect(advice).toContain('needs the role of the report type,');
	});

	it("has the log-in's own words for its headline, and does not say them twice", () => {
		const failure = new SpApiFailure('login', 'getOrder', { message: 'The secret is expired.' });
		expect(failure.message).toBe('The secret is expired.');
		expect(failure.advice).not.toContain('The secret is expired');
		expect(failure.advice).toContain('credential');
	});

	it("names the report in the headline, and does not call its ID Amazon's answer", () => {
		for (const kind of ['reportPending', 'reportFailed'] as const) {
			const failure = new SpApiFailure(kind, 'getReport', { details: 'ID323' });
			expect(failure.message).toContain('report ID323');
			expect(failure.advice).not.toContain("Amazon's answer");
		}
	});
});

describe('readAnswer', () => {
	const REQUEST_ID = { 'x-amzn-requestid': 'abc-123' };

	it("reads Amazon's first error and the request ID", () => {
		const body = {
			errors: [
				{ code: 'QuotaExceeded', message: 'You exceeded your quota.', details: 'some' },
				{ code: 'Other', message: 'Not this one' },
			],
		};
		expect(readAnswer(429, body, REQUEST_ID)).toEqual({
			status: 429,
			code: 'QuotaExceeded',
			message: 'You exceeded your quota.',
			details: 'some',
			requestId: 'abc-123',
		});
	});

	it('takes empty and null details for none', () => {
		for (const details of ['', null, undefined]) {
			const body = { errors: [{ code: 'Unauthorized', message: 'Denied', details }] };
			expect(readAnswer(403, body, {}).details).toBeUndefined();
			expect(readAnswer(403, body, {}).message).toBe('Denied');
		}
	});

	it('reads the message beside a code that is neither text nor number', () => {
		for (const code of [{}, { toString: [] }, [{ valueOf: null }], true]) {
			const body = { errors: [{ code, message: 'Bad' }] };
			expect(readAnswer(400, body, {})).toMatchObject({ code: undefined, message: 'Bad' });
		}
	});

	it('reads an error that has a message only', () => {
		expect(readAnswer(400, { errors: [{ message: 'Bad' }] }, {})).toMatchObject({
			code: undefined,
			message: 'Bad',
		});
	});

	it.each([
		['no body', undefined],
		['null', null],
		['an empty text', ''],
		['a page in HTML', '<html><body><h1>503 Service Unavailable</h1></body></html>'],
		['text that is cut off', '{"errors":[{"code":"Unauthorized","mess'],
		['an array', []],
		['a number', 0],
		['an empty object', {}],
		['no errors', { errors: [] }],
		['errors that are null', { errors: null }],
		['errors that are texts', { errors: ['Unauthorized'] }],
		['an error that is null', { errors: [null] }],
		["Login with Amazon's shape", { error: 'invalid_grant', error_description: 'x' }],
	])('keeps status and request ID of %s', (_, body) => {
		expect(readAnswer(503, body, REQUEST_ID)).toEqual({ status: 503, requestId: 'abc-123' });
	});

	it.each([[undefined], [null], [''], [['a', 'b']], [17]])(
		'never makes a request ID of %p that is no text',
		(value) => {
			const { requestId } = readAnswer(200, {}, { 'x-amzn-requestid': value });
			expect(requestId ?? '').toBe('');
		},
	);

	it('takes secrets and addresses out of everything it keeps', () => {
		const secret = 'Atza|IwEBIJedGXjDqsU';
		const buyer = 'abc123@marketplace.amazon.com';
		const body = {
			errors: [{ code: `C ${secret}`, message: `token ${secret}`, details: `buyer ${buyer}` }],
		};
		const text = JSON.stringify(readAnswer(403, body, { 'x-amzn-requestid': secret }));
		expect(text).not.toContain('IwEBIJedGXjDqsU');
		expect(text).not.toContain('abc123');
		expect(text).toContain('token [redacted]');
	});

	it('never throws, whatever the body', () => {
		fc.assert(
			fc.property(fc.anything(), fc.integer({ min: 100, max: 599 }), (body, status) => {
				expect(readAnswer(status, body, {}).status).toBe(status);
			}),
		);
		fc.assert(
			fc.property(fc.array(fc.anything()), (errors) => {
				expect(readAnswer(400, { errors }, {}).status).toBe(400);
			}),
		);
	});
});

describe('isTokenRejection and kindOfAnswer', () => {
	const DENIED = 'Access to requested resource is denied.';
	const EXPIRED = 'The access token you provided has expired.';

	/** Answers users reported, by status, code, message, details, and what they mean. */
	const SEEN: ReadonlyArray<readonly [number, string, string, string | undefined, FailureKind]> = [
		[
			403,
			'Unauthorized',
			'You can’t use this feature to request a review outside the 5-30 day range after the order delivery date.',
			undefined,
			'refused',
		],
		[
			403,
			'Unauthorized',
			'The requested solicitation is not available for this amazonOrderId.',
			'',
			'refused',
		],
		[403, 'Unauthorized', 'You have already requested a review for this order.', '', 'refused'],
		[403, 'Unauthorized', DENIED, '', 'accessDenied'],
		[403, 'Unauthorized', DENIED, EXPIRED, 'tokenRejected'],
		[403, 'Unauthorized', EXPIRED, '', 'tokenRejected'],
		[
			403,
			'Unauthorized',
			DENIED,
			'The access token you provided is revoked, malformed or invalid.',
			'tokenRejected',
		],
		[
			403,
			'MissingAuthenticationToken',
			DENIED,
			'Access token is missing in the request header.',
			'tokenRejected',
		],
		[
			400,
			'InvalidInput',
			'Missing or invalid request parameters: [marketplaceIds]',
			undefined,
			'badRequest',
		],
		[400, '400', 'Invalid input', 'Invalid input', 'badRequest'],
		[404, 'NotFound', 'Resource not found.', '', 'notFound'],
		[429, 'QuotaExceeded', 'You exceeded your quota for the requested resource.', '', 'throttled'],
		[500, 'InternalFailure', 'We encountered an internal error.', '', 'unavailable'],
		[503, 'ServiceUnavailable', 'Service is unavailable.', '', 'unavailable'],
	];

	it.each(SEEN)(
		'take %p %s "%s" with details %p for %s',
		(status, code, message, details, kind) => {
			const answer = readAnswer(status, { errors: [{ code, message, details }] }, {});
			expect(kindOfAnswer(answer)).toBe(kind);
			expect(isTokenRejection(answer)).toBe(kind === 'tokenRejected');
		},
	);

	it('take 401 for a rejected token, whatever it says', () => {
		expect(isTokenRejection({ status: 401 })).toBe(true);
		expect(kindOfAnswer({ status: 401, message: DENIED })).toBe('tokenRejected');
	});

	it('do not take the words alone for a rejected token: the status counts', () => {
		for (const status of [200, 400, 404, 429, 500]) {
			expect(isTokenRejection({ status, message: EXPIRED })).toBe(false);
		}
	});

	it.each([
		[400, 'badRequest'],
		[403, 'refused'],
		[404, 'notFound'],
		[413, 'badRequest'],
		[415, 'badRequest'],
		[429, 'throttled'],
		[500, 'unavailable'],
		[502, 'unavailable'],
		[503, 'unavailable'],
		[504, 'unavailable'],
	])('go by the status %p alone where the body says nothing', (status, kind) => {
		expect(kindOfAnswer(readAnswer(status, '<html></html>', {}))).toBe(kind);
	});
});
