import { z } from 'zod';

import { OPERATIONS, operationOf, type OperationName } from './operations';
import { redact } from './redact';

/**
 * Why a call did not succeed.
 * - `cancelled`: the user stopped the execution
 * - `busy`: the rate limit would have made a caller wait longer than it can
 * - `login`: Login with Amazon gave no access token
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

	/** The same failure, naming a report that is not lost by it. */
	aboutReport(reportId: string): SpApiFailure {
		return new SpApiFailure(this.kind, this.operation, this.answer, this.roles, reportId);
	}

	/** What to do next, then Amazon's own words and the request ID for its support. */
	get advice(): string {
		const { code = '', message = '', details = '', requestId } = this.answer;
		const said = [code, message, details]
			.map((each) => each.replace(/[.\s]+$/, ''))
			.filter(Boolean)
			.join(': ');
		return [
			ADVICE[this.kind](this.roles),
			said && !SAID_IN_HEADLINE.includes(this.kind) && `Amazon's answer: ${said}.`,
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

/** Kinds whose headline holds all there is in the answer. */
const SAID_IN_HEADLINE: readonly FailureKind[] = [
	'login',
	'reportPending',
	'reportFailed',
	'reportQuota',
	'otherReport',
	'documentRefused',
	'documentTooLarge',
];

const ADVICE: Readonly<Record<FailureKind, (roles: readonly string[]) => string>> = {
	cancelled: () => '',
	busy: () => 'Try again in a minute.',
	login: () => 'Open the credential, mend what is named here and save it again.',
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
	reportFailed: () =>
		'Request it again in some minutes. If it stays so, ask for a shorter range of time.',
	reportQuota: () =>
		"Run it again then, or give the option 'Wait for Report', where there is one, more minutes. Whoever needs the same report within that time shares it; several marketplaces wait for one another. If Amazon allows you more, set it in the credential under 'Change Report Limits'.",
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

/** Amazon's error list; Login with Amazon and load balancers answer otherwise. */
const errorListSchema = z.object({
	errors: z
		.array(
			z.object({
				// Whatever else it is must not cost the message.
				code: z
					.union([z.string(), z.number().transform(String)])
					.nullish()
					.catch(undefined),
				message: z.string().nullish(),
				details: z.string().nullish(),
			}),
		)
		.min(1),
});

/** Reads status, first error and request ID of an answer, cleaned of secrets. */
export function readAnswer(
	status: number,
	body: unknown,
	headers: Readonly<Record<string, unknown>>,
): AmazonAnswer {
	const [first] = errorListSchema.safeParse(body).data?.errors ?? [];
	const requestId = headers['x-amzn-requestid'];
	const clean = (text?: string | null) => (text ? redact(text) : undefined);
	return {
		status,
		code: clean(first?.code),
		message: clean(first?.message),
		details: clean(first?.details),
		requestId: typeof requestId === 'string' ? redact(requestId) : undefined,
	};
}

/** Amazon answers an expired, revoked or malformed access token with 403 and says so in the details. */
export const isTokenRejection = ({ status, message = '', details = '' }: AmazonAnswer): boolean =>
	status === 401 || (status === 403 && /access token/i.test(`${message} ${details}`));

/** The kind of failure an answer outside 2xx stands for. */
export function kindOfAnswer(answer: AmazonAnswer): FailureKind {
	const { status = 0, message = '' } = answer;
	if (isTokenRejection(answer)) return 'tokenRejected';
	if (status === 403) {
		return /access to requested resource is denied/i.test(message) ? 'accessDenied' : 'refused';
	}
	if (status === 404) return 'notFound';
	if (status === 429) return 'throttled';
	return status >= 500 ? 'unavailable' : 'badRequest';
}
