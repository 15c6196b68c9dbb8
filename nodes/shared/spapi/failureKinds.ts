// cspell:ignore cancelled

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
 * - `queryPending`: Data Kiosk had not finished the query within the time to wait
 * - `queryFailed`: Data Kiosk ended the query as FATAL or CANCELLED
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
	| 'queryPending'
	| 'queryFailed'
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
