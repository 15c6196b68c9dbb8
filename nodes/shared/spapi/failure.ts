import { firstErrorOf, isWebPage, wordsOf } from './answerWords';
import { OPERATIONS, operationOf, type OperationName } from './operations';
import { redact } from './redact';

/**
 * Why a call did not succeed.
 * - `cancelled`: the user stopped the execution
 * - `busy`: the rate limit would have made a caller wait longer than it can
 * - `login`: Login with Amazon gave no access token
 * - `secretExpired`: Amazon no longer takes the application's client secret
 * - `loginUnavailable`: Login with Amazon answered 429 or 5xx, or what is no answer of it
 * - `notSelling`: Amazon denies a marketplace that is not among the seller's own
 * - `tokenRejected`: the access token is expired or malformed, a fresh one too
 * - `accessDenied`: a role or authorization is missing, or the region is wrong
 * - `refused`: any other 403; its text says why
 * - `throttled`: the rate limit, after all attempts
 * - `unavailable`: Amazon answered 5xx
 * - `unreachable`: no connection, so Amazon cannot have acted
 * - `answerLost`: the request went out, no answer came back
 * - `notFound`, `badRequest`: 404; any other 4xx
 * - `unexpectedAnswer`: the answer does not have the documented shape
 * - `reportPending`: the report was not finished in the time to wait; it can be picked up later
 * - `reportFailed`: Amazon ended the report as FATAL
 * - `reportQuota`: Amazon makes no other report of the type yet; its message says when
 * - `otherReport`: the report to pick up is of another type or marketplace
 * - `documentRefused`: the report's document is not where Amazon keeps them, so it was not asked for
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

/** Whether Amazon may have acted although no good answer came back. */
export const isUncertain = (kind: FailureKind): boolean =>
	kind === 'answerLost' || kind === 'unavailable' || kind === 'unexpectedAnswer';

/** What Amazon said, cleaned of secrets. */
export interface AmazonAnswer {
	readonly status?: number;
	readonly code?: string;
	readonly message?: string;
	readonly details?: string;
	readonly requestId?: string;
}

/**
 * A call to Amazon that did not succeed: plain data with a message in the user's words. The router
 * turns it into n8n's own error with the item's index.
 */
export class SpApiFailure extends Error {
	override readonly name = 'SpApiFailure';

	constructor(
		readonly kind: FailureKind,
		readonly operation: OperationName,
		readonly answer: AmazonAnswer = {},
		readonly roles: readonly string[] = OPERATIONS[operation].roles,
		/** A report that was requested already and can be picked up. */
		readonly reportId?: string,
	) {
		super(HEADLINES[kind](operationOf(operation).does, answer));
	}

	/** The same failure, naming a report that is not lost by it, and the roles of its type. */
	aboutReport(reportId: string, roles = this.roles): SpApiFailure {
		return new SpApiFailure(this.kind, this.operation, this.answer, roles, reportId);
	}

	/** What to do next, then Amazon's own words and the request ID for its support. */
	get advice(): string {
		const { status, code = '', message = '', details = '', requestId } = this.answer;
		const isInHeadline = SAID_IN_HEADLINE.includes(this.kind);
		const said = (
			isInHeadline ? [this.kind.startsWith('login') ? '' : message] : [code, message, details]
		)
			.map((each) => each.replace(/[.\s]+$/, ''))
			.filter(Boolean)
			.join(': ');
		return [
			ADVICE[this.kind](this.roles, this.answer),
			said && `Amazon's answer: ${said}.`,
			// Without Amazon's code the status says more than the words do.
			status !== undefined && !code && status > 299 && `Status: ${status}.`,
			requestId && `Request ID: ${requestId}.`,
			this.reportId && `Report ${this.reportId} is requested and can be picked up by its ID.`,
		]
			.filter(Boolean)
			.join(' ');
	}
}

const HEADLINES: Readonly<Record<FailureKind, (does: string, answer: AmazonAnswer) => string>> = {
	cancelled: () => 'The execution was cancelled',
	busy: (does) => `Amazon's rate limit is used up for the moment, to ${does}`,
	login: (_, { message }) => message ?? 'Amazon did not log the application in',
	secretExpired: (does) => `Could not ${does}: the application's client secret has expired`,
	loginUnavailable: (_, { message }) => message ?? 'Login with Amazon is not available',
	notSelling: (_, { details }) => `This seller does not sell in ${details}`,
	tokenRejected: (does) => `Amazon did not accept the access token, asked to ${does}`,
	accessDenied: (does) => `Amazon denied access, asked to ${does}`,
	refused: (does) => `Amazon refused to ${does}`,
	throttled: (does) => `Amazon's rate limit was reached, asked to ${does}`,
	unavailable: (does) => `Amazon is not available at the moment, asked to ${does}`,
	unreachable: (does) => `Amazon could not be reached, asked to ${does}`,
	answerLost: (does) => `No answer came back from Amazon, asked to ${does}`,
	notFound: (does) => `Amazon does not know what it was asked about (to ${does})`,
	badRequest: (does) => `Amazon did not accept the request to ${does}`,
	unexpectedAnswer: (does) => `Amazon's answer could not be read, asked to ${does}`,
	reportPending: (_, { details }) => `Amazon is still preparing report ${details}`,
	reportFailed: (_, { details }) => `Amazon gave up on report ${details} (FATAL)`,
	reportQuota: (_, { details }) => `Could not request the ${details}`,
	otherReport: (_, { details }) => `The report to pick up is another one: ${details}`,
	documentRefused: (_, { details }) => `The report's document was not downloaded: ${details}`,
	documentTooLarge: (_, { details }) => `The report's document is too large: ${details}`,
};

/** Kinds whose headline holds the details, or the log-in's message. */
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

const ADVICE: Readonly<
	Record<FailureKind, (roles: readonly string[], answer: AmazonAnswer) => string>
> = {
	cancelled: () => '',
	busy: () => 'Try again in a minute.',
	login: () => 'Open the credential, mend what is named here and save it again.',
	secretExpired: () =>
		"Create a new client secret on Seller Central's developer page, enter it in the credential and save it. A secret is valid for 180 days.",
	loginUnavailable: () => 'The credential is probably fine. Run it again in a few minutes.',
	notSelling: () =>
		'Choose one of these marketplaces, or the credential of a seller who sells there.',
	tokenRejected: () =>
		'Amazon rejected a fresh one as well. Open the credential and press Retry; if that fails, authorize the application anew and use the new refresh token.',
	accessDenied: (roles) =>
		`The application needs ${anyOf(roles)}, and the seller has to authorize it anew after a role was added. If the role is there, compare the credential's marketplace with the region the refresh token was made in.`,
	refused: () => '',
	throttled: () =>
		'Run it again later, or less often; each seller and application share one limit.',
	unavailable: () => 'Run it again in some minutes.',
	unreachable: () => "Check n8n's network connection and, in the credential, the environment.",
	answerLost: () => 'It is not known whether Amazon acted on it. Check before running it again.',
	notFound: () => 'Check the ID and the marketplace.',
	badRequest: () => 'Check the parameters against what Amazon says.',
	unexpectedAnswer: () =>
		'Run it again; if it stays, please report it with the request ID, for Amazon may have changed its answer.',
	reportPending: () =>
		"Nothing is lost: run it again with the report's ID in the option for it, where there is one, or give the option 'Wait for Report' more minutes.",
	reportFailed: (_, { message }) =>
		message === undefined
			? 'Request it again after 30 minutes: Amazon also ends a report this way if it was requested too soon after another.'
			: 'Fix what Amazon names here, then request the report again.',
	reportQuota: () =>
		"Run it again then, or raise 'Wait for Report' where the node has that option. Several marketplaces wait their turn, and all nodes share a report. If Amazon allows you more, set that in the credential under 'Change Report Limits'.",
	otherReport: () => 'Give the ID of a report of the type and marketplace wanted, or none.',
	documentRefused: () =>
		'Nothing was sent there. Check that nothing between n8n and Amazon changes its answers; if Amazon has moved its documents, please report it.',
	documentTooLarge: () => 'Ask for a shorter range of time.',
};

function anyOf(roles: readonly string[]): string {
	const last = roles.at(-1) ?? '';
	const names = roles.length > 1 ? `${roles.slice(0, -1).join(', ')} or ${last}` : last;
	return names.startsWith('the role') ? names : `the role ${names}`;
}

/** Amazon's message with its details, which may tell more; undefined where it said nothing. */
export const amazonMessageOf = ({ status, message, details }: AmazonAnswer): string | undefined =>
	// Without a status the details are what this package has to say.
	message !== undefined && details !== undefined && status !== undefined
		? `${message.replace(/\.?$/, '.')} ${details}`
		: message;

/** Reads status, first error and request ID of an answer, cleaned of secrets. */
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
 * What is wrong with an answer of a good status, before its shape is looked at: an error in place of
 * what was asked for, or words that are not Amazon's; undefined where nothing is.
 * @param isRequest whether only Amazon's own word counts, for what was asked for must not be repeated
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

/** The status that otherwise comes with a code of Amazon's, for some errors arrive with status 200. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
	InvalidInput: 400,
	Unauthorized: 403,
	NotFound: 404,
	QuotaExceeded: 429,
	InternalFailure: 500,
	InternalError: 500,
	ServiceUnavailable: 503,
};

/** Amazon answers an expired, revoked or malformed access token with 403 and says so in the details. */
export const isTokenRejection = (answer: AmazonAnswer): boolean => {
	const { status, message = '', details = '' } = answer;
	if (isSecretRejection(answer)) return false;
	return status === 401 || (status === 403 && /access token/i.test(`${message} ${details}`));
};

/**
 * An expired client secret comes in the words of a missing role, and only the details tell. A fresh
 * access token is no help.
 */
const isSecretRejection = ({ status, message = '', details = '' }: AmazonAnswer): boolean =>
	(status === 401 || status === 403) && /\bLWA (?:client )?secret\b/i.test(`${message} ${details}`);

/** Seen at calls in general, at reports of Brand Analytics, and at single fields. Some arrive cut off. */
const DENIED = [
	/\baccess to (?:the )?(?:requested )?resou/i,
	/\bunauthorized to access (?:the )?requested\b/i,
];

/** Without any reason, beside Amazon's code for it. */
const DENIED_PLAINLY = /^(?:forbidden|unauthorized|access (?:is )?denied)\W*$/i;

function isDenial({ code = '', message = '', details = '' }: AmazonAnswer): boolean {
	if (DENIED.some((words) => words.test(message))) return true;
	return (
		DENIED_PLAINLY.test(message) &&
		details === '' &&
		/^(?:unauthorized|access_?denied|forbidden)$/i.test(code)
	);
}

/** The kind of failure an answer outside 2xx stands for. */
export function kindOfAnswer(answer: AmazonAnswer): FailureKind {
	const { status = 0 } = answer;
	if (isSecretRejection(answer)) return 'secretExpired';
	if (isTokenRejection(answer)) return 'tokenRejected';
	if (status === 403) return isDenial(answer) ? 'accessDenied' : 'refused';
	if (status === 404) return 'notFound';
	if (status === 429) return 'throttled';
	return status >= 500 ? 'unavailable' : 'badRequest';
}
