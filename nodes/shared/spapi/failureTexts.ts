// cspell:ignore cancelled
import type { AmazonAnswer, FailureKind } from './failureKinds';

/** The texts of all failed calls to Amazon. docs/troubleshooting.md has the same. */

/** The first line of each error: what could not be done, and why. */
export const HEADLINES: Readonly<
	Record<FailureKind, (does: string, answer: AmazonAnswer) => string>
> = {
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
	queryPending: (_, { details }) =>
		`Could not read the Data Kiosk query ${details}: Amazon is still working on it`,
	queryFailed: (_, { details }) => `Could not read the Data Kiosk query ${details}`,
	documentRefused: (_, { details }) => `Could not download the report: ${details}`,
	documentTooLarge: (_, { details }) => `Could not read the report: it is too large (${details})`,
};

/** Kinds whose headline includes the details or the message of the login. */
export const SAID_IN_HEADLINE: readonly FailureKind[] = [
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
];

/** Kinds whose message is this package's own if there is no code from Amazon. */
export const OWN_WORDS: readonly FailureKind[] = ['unexpectedAnswer', 'unreachable'];

/** What to do next. */
export const ADVICE: Readonly<
	Record<FailureKind, (roles: readonly string[], answer: AmazonAnswer) => string>
> = {
	cancelled: () => '',
	busy: () => 'Try again in a minute.',
	login: () => 'Open the credential, fix what the message says, and save it.',
	secretExpired: () =>
		"Create a new client secret on Seller Central's developer page, enter it in the credential, and save it. A secret is valid for 180 days.",
	loginUnavailable: () => 'Try again in a few minutes. The credential is probably fine.',
	notSelling: () =>
		'Choose one of these marketplaces, or use the credential of a seller who sells there.',
	tokenRejected: () =>
		'Open the credential and press Retry. If that fails, authorize the application again and save the new refresh token. Amazon rejected a fresh access token as well.',
	accessDenied: (roles) =>
		`Add ${anyOf(roles)} to your application, then authorize it again and save the new refresh token. If the application already has the role, compare the credential's marketplace with the region of the refresh token.`,
	refused: () => '',
	throttled: () =>
		'Try again later, or run the workflow less often. The limit is per seller and application.',
	unavailable: () => 'Try again in a few minutes.',
	unreachable: () => "Check n8n's network connection and, in the credential, the environment.",
	answerLost: () => 'Check whether Amazon acted on the request before you try again.',
	notFound: () => 'Check the ID and the marketplace.',
	badRequest: () => "Check the parameters against Amazon's answer.",
	unexpectedAnswer: () =>
		'Try again. If this happens again, please report it with the request ID: Amazon may have changed its answer.',
	reportPending: () =>
		"Run the node again with this report ID if it has an option for that, or increase 'Wait for Report'. Nothing is lost.",
	reportFailed: (_, { message }) =>
		message === undefined
			? 'Request it again after 30 minutes: Amazon also fails a report that was requested too soon after another.'
			: 'Fix what Amazon names here, then request the report again.',
	reportQuota: () =>
		"Run the node again then, or increase 'Wait for Report' if it has that option. All marketplaces share this limit, and all nodes share the reports. If Amazon allows you more reports, set that in the credential under 'Change Report Limits'.",
	otherReport: () =>
		'Enter the ID of a report of the right type and marketplace, or leave the field empty.',
	queryPending: () =>
		"Run the node again: it reads the same query, and nothing is lost. Or increase 'Wait for Report'.",
	queryFailed: () =>
		"Run the node again in 15 minutes, or choose the report under 'Totals From'. Some reasons pass by themselves.",
	documentRefused: () =>
		'Check that nothing between n8n and Amazon changes its answers. If Amazon has moved its documents, please report it. Nothing was sent to the new address.',
	documentTooLarge: () => 'Request a shorter period.',
};

function anyOf(roles: readonly string[]): string {
	const last = roles.at(-1) ?? '';
	const names = roles.length > 1 ? `${roles.slice(0, -1).join(', ')} or ${last}` : last;
	return names.startsWith('the role') ? names : `the role ${names}`;
}
