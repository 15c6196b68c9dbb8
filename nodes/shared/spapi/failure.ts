import { firstErrorOf, isWebPage, wordsOf } from './answerWords';
import { OPERATIONS, operationOf, type OperationName } from './operations';
import { redact } from './redact';

/**
 * Why a call failed.
 * - `cancelled`: the user stopped the execution
 * - `busy`: the rate limit would have made a caller wait longer than it can
 * - `login`: Login with Amazon returned no access token
 * - `secretExpired`: Amazon no longer accepts the application's client secret
 * - `loginUnavailable`: Login with Amazon answered 429 or 5xx, or with something that is not its
 *   answer
 * - `notSelling`: Amazon denies a marketplace that is not one of the seller's own
 * - `tokenRejected`: the access token is expired or malformed, and so is a fresh one
 * - `accessDenied`: a role or authorization is missing, or the region is wrong
 * - `refused`: any other 403; its text says why
 * - `throttled`: the rate limit, after all attempts
 * - `unavailable`: Amazon answered 5xx
 * - `unreachable`: no connection, so Amazon cannot have acted
 * - `answerLost`: the request was sent, but no answer came back
 * - `notFound`, `badRequest`: 404; any other 4xx
 * - `unexpectedAnswer`: the answer does not have the documented shape
 * - `reportPending`: the report was not finished within the time to wait; it can be picked up later
 * - `reportFailed`: Amazon ended the report as FATAL
 * - `reportQuota`: Amazon makes no other report of the type yet; the message says when
 * - `otherReport`: the report to pick up has another type or marketplace
 * - `documentRefused`: the report's document is not where Amazon keeps them, so it was not
 *   requested
 * - `documentTooLarge`: the report's document is larger than a report can be
 */
export type FailureKind =
	| 'cancelled'
	| 'busy'
	| 'login'
	| 'secretExpired'
	| 'loginUnavailable'
	| 'notSelling'
	| 'tokenRejected'
	| 'accessDenied'
	| 'refused'
	| 'throttled'
	| 'unavailable'
	| 'unreachable'
	| 'answerLost'
	| 'notFound'
	| 'badRequest'
	| 'unexpectedAnswer'
	| 'reportPending'
	| 'reportFailed'
	| 'reportQuota'
	| 'otherReport'
	| 'documentRefused'
	| 'documentTooLarge';

/** Whether Amazon may have acted although no valid answer came back. */
export const isUncertain = (kind: FailureKind): boolean =>
	kind === 'answerLost' || kind === 'unavailable' || kind === 'unexpectedAnswer';

/** What Amazon said, without secrets. */
export interface AmazonAnswer {
	readonly status?: number;
	readonly code?: string;
	readonly message?: string;
	readonly details?: string;
	readonly requestId?: string;
}

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

const HEADLINES: Readonly<Record<FailureKind, (does: string, answer: AmazonAnswer) => string>> = {
	cancelled: (does) => `Could not ${does}: the execution was canceled`,
	busy: (does) => `Could not ${does}: Amazon's rate limit is exhausted at the moment`,
	login: (_, { message }) => message ?? 'Could not log in: Amazon gave no reason',
	secretExpired: (does) => `Could not ${does}: the application's client secret has expired`,
	loginUnavailable: (_, { message }) =>
		message ?? 'Could not log in: Login with Amazon is not available',
	notSelling: (does, { details }) => `Could not ${does}: this seller does not sell in ${details}`,
	tokenRejected: (does) => `Could not ${does}: Amazon did not accept the access token`,
	accessDenied: (does) => `Could not ${does}: Amazon denied access`,
	refused: (does) => `Could not ${does}: Amazon refused the request`,
	throttled: (does) => `Could not ${does}: Amazon's rate limit was reached`,
	unavailable: (does) => `Could not ${does}: Amazon is not available at the moment`,
	unreachable: (does) => `Could not ${does}: Amazon could not be reached`,
	answerLost: (does) => `Could not ${does}: Amazon did not answer`,
	notFound: (does) => `Could not ${does}: Amazon found nothing with that ID`,
	badRequest: (does) => `Could not ${does}: Amazon did not accept the request`,
	unexpectedAnswer: (does) => `Could not ${does}: Amazon's answer could not be read`,
	reportPending: (_, { details }) =>
		`Could not read report ${details}: Amazon is still preparing it`,
	reportFailed: (_, { details }) =>
		`Could not read report ${details}: Amazon failed to make it (FATAL)`,
	reportQuota: (_, { details }) => `Could not request the ${details}`,
	otherReport: (_, { details }) => `Could not use report ${details}`,
	documentRefused: (_, { details }) => `Could not download the report: ${details}`,
	documentTooLarge: (_, { details }) => `Could not read the report: it is too large (${details})`,
};

/** Kinds whose headline includes the details or the message of the login. */
const SAID_IN_HEADLINE: readonly FailureKind[] = [
	'login',
	'loginUnavailable',
	'notSelling',
	'reportPending',
	'reportFailed',
	'reportQuota',
	'otherReport',
	'documentRefused',
	'documentTooLarge',
];

/** Kinds whose message is this package's own if there is no code from Amazon. */
const OWN_WORDS: readonly FailureKind[] = ['unexpectedAnswer', 'unreachable'];

const ADVICE: Readonly<
	Record<FailureKind, (roles: readonly string[], answer: AmazonAnswer) => string>
> = {
	cancelled: () => '',
	busy: () => 'Try again in a minute.',
	login: () => 'Open the credential, fix what the message says, and save it.',
	secretExpired: () =>
		"Create a new client secret on Seller Central's developer page, enter it in the credential, and save it. A secret is valid for 180 days.",
	loginUnavailable: () => 'Run it again in a few minutes. The credential is probably fine.',
	notSelling: () =>
		'Choose one of these marketplaces, or use the credential of a seller who sells there.',
	tokenRejected: () =>
		'Open the credential and press Retry. If that fails, authorize the application again and save the new refresh token. Amazon rejected a fresh access token as well.',
	accessDenied: (roles) =>
		`Add ${anyOf(roles)} to your application, then authorize it again and save the new refresh token. If the application already has the role, compare the credential's marketplace with the region of the refresh token.`,
	refused: () => '',
	throttled: () => 'Run it again later, or less often. The limit is per seller and application.',
	unavailable: () => 'Run it again in a few minutes.',
	unreachable: () => "Check n8n's network connection and, in the credential, the environment.",
	answerLost: () => 'Check whether Amazon acted on the request before you run it again.',
	notFound: () => 'Check the ID and the marketplace.',
	badRequest: () => "Check the parameters against Amazon's answer.",
	unexpectedAnswer: () =>
		'Run it again. If this happens again, please report it with the request ID: Amazon may have changed its answer.',
	reportPending: () =>
		"Run it again with this report ID if the node has an option for it, or increase 'Wait for Report'. Nothing is lost.",
	reportFailed: (_, { message }) =>
		message === undefined
			? 'Request it again after 30 minutes: Amazon also fails a report that was requested too soon after another.'
			: 'Fix what Amazon names here, then request the report again.',
	reportQuota: () =>
		"Run it again then, or raise 'Wait for Report' if the node has that option. Several marketplaces wait in turn, and all nodes share a report. If Amazon allows you more, set that in the credential under 'Change Report Limits'.",
	otherReport: () =>
		'Enter the ID of a report of the right type and marketplace, or leave it empty.',
	documentRefused: () =>
		'Check that nothing between n8n and Amazon changes its answers. If Amazon has moved its documents, please report it. Nothing was sent to the new address.',
	documentTooLarge: () => 'Request a shorter period.',
};

function anyOf(roles: readonly string[]): string {
	const last = roles.at(-1) ?? '';
	const names = roles.length > 1 ? `${roles.slice(0, -1).join(', ')} or ${last}` : last;
	return names.startsWith('the role') ? names : `the role ${names}`;
}

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

/** Seen for calls in general, reports of Brand Analytics and single fields. Some arrive cut off. */
const DENIED = [
	/\baccess to (?:the )?(?:requested )?resou/i,
	/\bunauthorized to access (?:the )?requested\b/i,
];

/** Without a reason, together with the code that Amazon uses for it. */
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
