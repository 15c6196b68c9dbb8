import { SpApiFailure } from '../shared/spapi/failure';
import type { FailureKind } from '../shared/spapi/failureKinds';

/** What a failed call means for a poll. */

/** The rate limit is exhausted for the moment: only a problem if it lasts. */
const HELD_UP: readonly FailureKind[] = ['busy', 'throttled'];

/** Too many calls, or too many logins. */
export const isHeldUp = (failure: unknown): boolean =>
	failure instanceof SpApiFailure &&
	(HELD_UP.includes(failure.kind) ||
		(failure.kind === 'loginUnavailable' && failure.answer.status === 429));

/** Failures that would affect every other call of the account, too. */
const OF_THE_ACCOUNT: readonly FailureKind[] = [
	'login',
	'secretExpired',
	'loginUnavailable',
	'tokenRejected',
	'unreachable',
];

export const isOfTheAccount = (failure: unknown): boolean =>
	failure instanceof SpApiFailure && OF_THE_ACCOUNT.includes(failure.kind);

/** Attempts to fetch a report or a query, over more than an hour. */
export const GIVE_UP_AFTER = 6;
