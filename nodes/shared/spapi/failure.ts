import { firstErrorOf, isWebPage, wordsOf } from './answerWords';
import type { AmazonAnswer, FailureKind } from './failureKinds';
import { ADVICE, HEADLINES, OWN_WORDS, SAID_IN_HEADLINE } from './failureTexts';
import { OPERATIONS, operationOf, type OperationName } from './operations';
import { redact } from './redact';

/**
 * A failed call to Amazon: plain data with a message in the user's words. The router turns it into
 * n8n's own error with the index of the item.
 */
export class SpApiFailure extends Error {
	override readonly name = 'SpApiFailure';

	constructor(
		readonly kind: FailureKind,
		readonly operation: OperationName,
		readonly answer: AmazonAnswer = {},
		readonly roles: readonly string[] = OPERATIONS[operation].roles,
		/** A report that was already requested and can be picked up. */
		readonly reportId?: string,
	) {
		super(HEADLINES[kind](operationOf(operation).does, answer));
	}

	/**
	 * The same failure, with the ID of a report that can still be picked up and the roles of its
	 * type.
	 */
	aboutReport(reportId: string, roles = this.roles): SpApiFailure {
		return new SpApiFailure(this.kind, this.operation, this.answer, roles, reportId);
	}

	/** What to do next, then Amazon's own words and the request ID for its support. */
	get advice(): string {
		const { status, code = '', message = '', details = '', requestId } = this.answer;
		// A schema's message and the like are not Amazon's words.
		const isOwnWords = code === '' && OWN_WORDS.includes(this.kind);
		const isInHeadline = SAID_IN_HEADLINE.includes(this.kind);
		const said = (
			isInHeadline ? [this.kind.startsWith('login') ? '' : message] : [code, message, details]
		)
			.map((each) => each.replace(/[.\s]+$/, ''))
			.filter(Boolean)
			.join(': ');
		return [
			ADVICE[this.kind](this.roles, this.answer),
			said && `${isOwnWords ? 'Reason' : "Amazon's answer"}: ${said}.`,
			// If there is no code from Amazon, the status says more than the words.
			status !== undefined && !code && status > 299 && `Status: ${status}.`,
			requestId && `Request ID: ${requestId}.`,
			this.reportId && `Report ${this.reportId} was requested and can be picked up by its ID.`,
		]
			.filter(Boolean)
			.join(' ');
	}
}

/** Throws where an expression is needed. */
export const orThrow = (failure: unknown): never => {
	throw failure;
};

/**
 * For `catch`: uses this value instead of a failure that costs nothing else. A canceled execution
 * still ends, and so does anything that is not a failed call.
 */
export const insteadOfFailure =
	<Value>(value: Value) =>
	(failure: unknown): Value => {
		if (failure instanceof SpApiFailure && failure.kind !== 'cancelled') return value;
		throw failure;
	};

/** Amazon's message with its details, which may say more; undefined if Amazon said nothing. */
export const amazonMessageOf = ({ status, message, details }: AmazonAnswer): string | undefined =>
	// Without a status the details are from this package.
	message !== undefined && details !== undefined && status !== undefined
		? `${message.replace(/\.?$/, '.')} ${details}`
		: message;

/** Reads the status, first error and request ID of an answer, without secrets. */
export function readAnswer(
	status: number,
	body: unknown,
	headers: Readonly<Record<string, unknown>>,
): AmazonAnswer {
	return { status, ...wordsOf(body), requestId: requestIdOf(headers) };
}

function requestIdOf(headers: Readonly<Record<string, unknown>>): string | undefined {
	const requestId = headers['x-amzn-requestid'];
	return typeof requestId === 'string' ? redact(requestId) : undefined;
}

/**
 * What is wrong with an answer that has a good status, before its shape is checked: an error
 * instead of the requested data, or words that are not Amazon's. Undefined if nothing is wrong.
 * @param isRequest whether only Amazon's own word counts, because the request must not be repeated
 */
export function faultOfAccepted(
	answer: AmazonAnswer,
	body: unknown,
	isRequest: boolean,
): FailureKind | undefined {
	if (typeof body === 'string' && isWebPage(body)) {
		return isRequest ? 'answerLost' : 'unexpectedAnswer';
	}
	if (firstErrorOf(body) !== undefined) {
		const meant = STATUS_OF_CODE[answer.code ?? ''];
		return meant === undefined ? 'unexpectedAnswer' : kindOfAnswer({ ...answer, status: meant });
	}
	const isAmazons = answer.status === 201 || answer.requestId !== undefined;
	return isRequest && !isAmazons ? 'answerLost' : undefined;
}

/** The status that usually comes with a code from Amazon; some errors arrive with status 200. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
	InvalidInput: 400,
	Unauthorized: 403,
	NotFound: 404,
	QuotaExceeded: 429,
	InternalFailure: 500,
	InternalError: 500,
	ServiceUnavailable: 503,
};

/**
 * Amazon answers an expired, revoked or malformed access token with 403 and says so in the details.
 */
export const isTokenRejection = (answer: AmazonAnswer): boolean => {
	const { status, message = '', details = '' } = answer;
	if (isSecretRejection(answer)) return false;
	return status === 401 || (status === 403 && /access token/i.test(`${message} ${details}`));
};

/**
 * An expired client secret looks like a missing role; only the details show the difference. A fresh
 * access token does not help.
 */
const isSecretRejection = ({ status, message = '', details = '' }: AmazonAnswer): boolean =>
	(status === 401 || status === 403) && /\bLWA (?:client )?secret\b/i.test(`${message} ${details}`);

/**
 * Denials seen for calls in general, for Brand Analytics reports and for single fields. Some arrive
 * cut off.
 */
const DENIED = [
	/\baccess to (?:the )?(?:requested )?resou/i,
	/\bunauthorized to access (?:the )?requested\b/i,
];

/** Denials without a reason; they count only together with a code for a denial. */
const DENIED_PLAINLY = /^(?:forbidden|unauthorized|access (?:is )?denied)\W*$/i;

function isDenial({ code = '', message = '', details = '' }: AmazonAnswer): boolean {
	if (DENIED.some((words) => words.test(message))) return true;
	return (
		DENIED_PLAINLY.test(message) &&
		details === '' &&
		/^(?:unauthorized|access_?denied|forbidden)$/i.test(code)
	);
}

/** The kind of failure for an answer outside 2xx. */
export function kindOfAnswer(answer: AmazonAnswer): FailureKind {
	const { status = 0 } = answer;
	if (isSecretRejection(answer)) return 'secretExpired';
	if (isTokenRejection(answer)) return 'tokenRejected';
	if (status === 403) return isDenial(answer) ? 'accessDenied' : 'refused';
	if (status === 404) return 'notFound';
	if (status === 429) return 'throttled';
	return status >= 500 ? 'unavailable' : 'badRequest';
}
