import fc from '../fastCheck';

import type { AmazonAnswer, FailureKind } from '../../nodes/shared/spapi/failureKinds';
import {
	faultOfAccepted,
	isTokenRejection,
	kindOfAnswer,
	readAnswer,
	SpApiFailure,
} from '../../nodes/shared/spapi/failure';

const ANSWER: AmazonAnswer = {
	status: 403,
	code: 'Unauthorized',
	message: 'Something is wrong.',
	details: 'the order',
	requestId: '12345678-1234-1234-1234-123456789012',
};

/** Every kind, and whether the user can do something about it. */
const KINDS: Readonly<Record<FailureKind, 'advised' | 'plain'>> = {
	cancelled: 'plain',
	busy: 'advised',
	login: 'advised',
	secretExpired: 'advised',
	loginUnavailable: 'advised',
	notSelling: 'advised',
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
	queryPending: 'advised',
	queryFailed: 'advised',
	documentRefused: 'advised',
	documentTooLarge: 'advised',
};
const ALL_KINDS = Object.keys(KINDS) as FailureKind[];

/** Kinds whose headline names the operation. */
const NAMING_THE_CALL = ALL_KINDS.filter(
	(kind) =>
		![
			'cancelled',
			'login',
			'loginUnavailable',
			'notSelling',
			'reportPending',
			'reportFailed',
			'reportQuota',
			'otherReport',
			'queryPending',
			'queryFailed',
			'documentRefused',
			'documentTooLarge',
		].includes(kind),
);

describe('SpApiFailure', () => {
	it.each(ALL_KINDS)('has a headline without undefined for %s', (kind) => {
		const failure = new SpApiFailure(kind, 'getOrder', { details: 'R1' });
		expect(failure).toBeInstanceOf(Error);
		expect(failure.name).toBe('SpApiFailure');
		expect(failure.kind).toBe(kind);
		expect(failure.message.length).toBeGreaterThan(15);
		expect(`${failure.message} ${failure.advice}`).not.toMatch(/undefined|\{|\}|NaN| {2}/);
	});

	it('has a different headline for each kind', () => {
		const headlines = ALL_KINDS.map((kind) => new SpApiFailure(kind, 'getOrder').message);
		expect(new Set(headlines).size).toBe(ALL_KINDS.length);
	});

	it.each(NAMING_THE_CALL)('names the operation for %s', (kind) => {
		expect(new SpApiFailure(kind, 'getOrder').message).toContain('read the order');
		expect(new SpApiFailure(kind, 'createReport').message).toContain('request a report');
	});

	it.each(ALL_KINDS)('has advice for %s exactly if the user can act', (kind) => {
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

	it('ends with one period if Amazon already ended with one', () => {
		const denied = { code: 'Unauthorized', message: 'Access to requested resource is denied.' };
		const { advice } = new SpApiFailure('refused', 'getOrder', denied);
		expect(advice).toBe("Amazon's answer: Unauthorized: Access to requested resource is denied.");
		expect(new SpApiFailure('refused', 'getOrder', { message: 'No' }).advice).toBe(
			"Amazon's answer: No.",
		);
	});

	it('leaves out what Amazon did not say', () => {
		expect(new SpApiFailure('refused', 'getOrder', { status: 403, code: 'X' }).advice).toBe(
			"Amazon's answer: X.",
		);
		expect(new SpApiFailure('refused', 'getOrder', { requestId: 'abc' }).advice).toBe(
			'Request ID: abc.',
		);
	});

	it('names the roles of the operation if access is denied', () => {
		const { advice } = new SpApiFailure(
			'accessDenied',
			'createProductReviewAndSellerFeedbackSolicitation',
		);
		expect(advice).toContain(
			'Add the role Buyer Solicitation or Product Listing to your application',
		);
	});

	it('names given roles instead, however many', () => {
		const adviceFor = (...roles: string[]) =>
			new SpApiFailure('accessDenied', 'createReport', {}, roles).advice;
		expect(adviceFor('A')).toContain('Add the role A to');
		expect(adviceFor('A', 'B')).toContain('Add the role A or B to');
		expect(adviceFor('A', 'B', 'C')).toContain('Add the role A, B or C to');
	});

	it('does not say "the role the role" for reports in general', () => {
		const { advice } = new SpApiFailure('accessDenied', 'getReport');
		expect(advice).toContain('Add the role of the report type to');
	});

	it("uses the login's own words as the headline and does not repeat them", () => {
		const failure = new SpApiFailure('login', 'getOrder', { message: 'The secret is expired.' });
		expect(failure.message).toBe('The secret is expired.');
		expect(failure.advice).not.toContain('The secret is expired');
		expect(failure.advice).toContain('credential');
	});

	it("does not call its own words Amazon's answer", () => {
		const adviceOf = (answer: AmazonAnswer) =>
			new SpApiFailure('unexpectedAnswer', 'getOrder', answer).advice;
		expect(adviceOf({ message: 'orders.0: Required' })).toContain('Reason: orders.0: Required.');
		expect(adviceOf({ code: 'New', message: 'No' })).toContain("Amazon's answer: New: No.");
	});

	it("names the report in the headline and does not call its ID Amazon's answer", () => {
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

	it('treats empty and null details as missing', () => {
		for (const details of ['', null, undefined]) {
			const body = { errors: [{ code: 'Unauthorized', message: 'Denied', details }] };
			expect(readAnswer(403, body, {}).details).toBeUndefined();
			expect(readAnswer(403, body, {}).message).toBe('Denied');
		}
	});

	it('reads the message next to a code that is neither text nor number', () => {
		for (const code of [{}, { toString: [] }, [{ valueOf: null }], true]) {
			const body = { errors: [{ code, message: 'Bad' }] };
			expect(readAnswer(400, body, {})).toMatchObject({ code: undefined, message: 'Bad' });
		}
	});

	it('reads an error that has only a message', () => {
		expect(readAnswer(400, { errors: [{ message: 'Bad' }] }, {})).toMatchObject({
			code: undefined,
			message: 'Bad',
		});
	});

	it.each([
		['no body', undefined],
		['null', null],
		['an empty text', ''],
		['an array', []],
		['a number', 0],
		['an empty object', {}],
		['no errors', { errors: [] }],
		['errors that are null', { errors: null }],
		['errors that are texts', { errors: ['Unauthorized'] }],
		['an error that is null', { errors: [null] }],
	])('keeps status and request ID of %s', (_, body) => {
		expect(readAnswer(503, body, REQUEST_ID)).toEqual({ status: 503, requestId: 'abc-123' });
	});

	it.each([
		[
			'the title of a web page',
			'<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>',
			{ message: 'a web page, "403 Forbidden"' },
		],
		[
			'the heading of one without a title',
			'<!DOCTYPE html>\n<html><body><h1>Request\n blocked</h1></body></html>',
			{ message: 'a web page, "Request blocked"' },
		],
		['that it is a web page', '<html></html>', { message: 'a web page' }],
		[
			'the sentence of JSON that is cut off after it',
			'{\n  "errors": [\n    {\n      "code": "Unauthorized",\n      "message": "You can\u00e2\u20ac\u2122t \\"use\\" this",\n      "details": ""\n',
			{ code: 'Unauthorized', message: 'You canâ€™t "use" this' },
		],
		[
			'the sentence of JSON that is cut off within it',
			'{"errors":[{"code":"Unauthorized","message":"Access to requested resou',
			{ code: 'Unauthorized', message: 'Access to requested resou' },
		],
		['the code alone', '{"errors":[{"code":"Unauthorized","mess', { code: 'Unauthorized' }],
		['JSON that came as text', '{"errors":[{"message":"No"}]}', { message: 'No' }],
		['text', 'RBAC: access\r\n\u0000denied', { message: 'RBAC: access denied' }],
		['a gateway', { message: 'Forbidden' }, { message: 'Forbidden' }],
		['the other gateway', { Message: 'Not allowed' }, { message: 'Not allowed' }],
		["Login with Amazon's shape", { error: 'a', error_description: 'x' }, { message: 'x' }],
		[
			'an object store',
			'<?xml version="1.0"?><Error><Message>Expired</Message></Error>',
			{ message: 'Expired' },
		],
		['the error next to a null', { errors: [null, { message: 'No' }] }, { message: 'No' }],
	])('reads %s', (_, body, words) => {
		expect(readAnswer(403, body, {})).toEqual({ status: 403, ...words });
	});

	it('repeats the beginning of a long text quickly and without secrets', () => {
		for (const body of [
			`${'x'.repeat(200)} abc123@marketplace.amazon.com ${'y'.repeat(2_000_000)}`,
			`<html>${'<title'.repeat(500_000)}`,
			`{"message":"${'\\\\'.repeat(500_000)}`,
			`<html><title>${'a@'.repeat(500_000)}`,
		]) {
			const { message = '' } = readAnswer(403, body, {});
			expect(message.length).toBeLessThanOrEqual(1_001);
			expect(message).not.toContain('abc123');
		}
	});

	it.each([[undefined], [null], [''], [['a', 'b']], [17]])(
		'never reads %p as a request ID if it is not text',
		(value) => {
			const { requestId } = readAnswer(200, {}, { 'x-amzn-requestid': value });
			expect(requestId ?? '').toBe('');
		},
	);

	it('removes secrets and addresses from everything it keeps', () => {
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

describe('faultOfAccepted', () => {
	const PAGE = '<!doctype html><html><head><title>Sign in</title></head></html>';
	const ID = { 'x-amzn-requestid': 'abc-123' };
	const faultOf = (status: number, body: unknown, headers = {}, isRequest = true) =>
		faultOfAccepted(readAnswer(status, body, headers), body, isRequest);

	it.each([
		["a proxy's page", 200, PAGE, {}],
		["a proxy's page with 201", 201, PAGE, {}],
		['no body and no request ID', 200, '', {}],
		['JSON without a request ID', 200, { login: 'required' }, {}],
	])('rejects %s as an answer to a request', (_, status, body, headers) => {
		expect(faultOf(status, body, headers)).toBe('answerLost');
	});

	it.each([
		['201', 201, {}, {}],
		['201 without a body', 201, '', {}],
		['201 with a body that broke off', 201, '{', ID],
		['200 with a request ID', 200, {}, ID],
	])('accepts %s as an answer', (_, status, body, headers) => {
		expect(faultOf(status, body, headers)).toBeUndefined();
	});

	it('rejects a page as the answer to a lookup, which can be repeated', () => {
		expect(faultOf(200, PAGE, {}, false)).toBe('unexpectedAnswer');
		expect(faultOf(200, {}, {}, false)).toBeUndefined();
	});

	it.each([
		['InternalFailure', 'unavailable'],
		['QuotaExceeded', 'throttled'],
		['Unauthorized', 'refused'],
		['InvalidInput', 'badRequest'],
		['NotFound', 'notFound'],
		['SomethingNew', 'unexpectedAnswer'],
	])('reads the error %s in an answer with status 200 as %s', (code, kind) => {
		expect(faultOf(200, { errors: [{ code, message: 'No' }] }, ID)).toBe(kind);
	});

	it('ignores an empty list of errors', () => {
		for (const errors of [null, [], [null]]) {
			expect(faultOf(200, { payload: [], errors }, ID, false)).toBeUndefined();
		}
	});
});

describe('isTokenRejection and kindOfAnswer', () => {
	const DENIED = 'Access to requested resource is denied.';
	const EXPIRED = 'The access token you provided has expired.';

	/** Answers that users reported, by status, code, message and details, and the kind they mean. */
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
		// A missing role in other words, for reports of Brand Analytics and for single fields.
		[403, 'Unauthorized', 'Access to the resource is forbidden', '', 'accessDenied'],
		[
			403,
			'Unauthorized',
			'Unauthorized to access requested fields.',
			'Unauthorized to access: [salesAndTraffic.traffic]',
			'accessDenied',
		],
		[403, 'Unauthorized', 'Forbidden', '', 'accessDenied'],
		[403, 'Unauthorized', 'Unauthorized', '', 'accessDenied'],
		[403, 'Unauthorized', 'Access to requested resou', undefined, 'accessDenied'],
		[403, 'Unauthorized', '', '', 'refused'],
		// The words of a missing role; only the details show the difference.
		[
			403,
			'Unauthorized',
			DENIED,
			'The LWA secret token you provided has expired.',
			'secretExpired',
		],
		[
			401,
			'Unauthorized',
			DENIED,
			'The LWA secret token you provided has expired.',
			'secretExpired',
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

	it.each(SEEN)('read %p %s "%s" with details %p as %s', (status, code, message, details, kind) => {
		const answer = readAnswer(status, { errors: [{ code, message, details }] }, {});
		expect(kindOfAnswer(answer)).toBe(kind);
		expect(isTokenRejection(answer)).toBe(kind === 'tokenRejected');
	});

	it('do not read a proxy\'s "403 Forbidden" as a missing role', () => {
		const page = '<html><head><title>403 Forbidden</title></head></html>';
		for (const body of [page, 'Forbidden', { message: 'Forbidden' }]) {
			expect(kindOfAnswer(readAnswer(403, body, {}))).toBe('refused');
		}
		const { advice } = new SpApiFailure('refused', 'getOrder', readAnswer(403, page, {}));
		expect(advice).toBe('Amazon\'s answer: a web page, "403 Forbidden". Status: 403.');
	});

	it('read 401 as a rejected token, whatever it says', () => {
		expect(isTokenRejection({ status: 401 })).toBe(true);
		expect(kindOfAnswer({ status: 401, message: DENIED })).toBe('tokenRejected');
	});

	it('do not read the words alone as a rejected token: the status counts', () => {
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
	])('use only the status %p if the body says nothing', (status, kind) => {
		expect(kindOfAnswer(readAnswer(status, '<html></html>', {}))).toBe(kind);
	});
});
