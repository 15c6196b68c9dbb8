import type { FailureKind } from '../../nodes/shared/spapi/failureKinds';
import { SpApiFailure } from '../../nodes/shared/spapi/failure';
import { OPERATIONS, type OperationName } from '../../nodes/shared/spapi/operations';
import { filesIn, readDocument, sectionOf, tableRows } from './documents';

const troubleshooting = readDocument('docs/troubleshooting.md');

/** All kinds; the type requires each of them. */
const KINDS: Readonly<Record<FailureKind, true>> = {
	cancelled: true,
	busy: true,
	login: true,
	secretExpired: true,
	loginUnavailable: true,
	notSelling: true,
	tokenRejected: true,
	accessDenied: true,
	refused: true,
	throttled: true,
	unavailable: true,
	unreachable: true,
	answerLost: true,
	notFound: true,
	badRequest: true,
	unexpectedAnswer: true,
	reportPending: true,
	reportFailed: true,
	reportQuota: true,
	otherReport: true,
	queryPending: true,
	queryFailed: true,
	documentRefused: true,
	documentTooLarge: true,
};

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A message of the page as a pattern: `…` matches any text. */
const patternOf = (message: string, anything = '.+'): string =>
	message.split('…').map(escape).join(anything);

describe('the table of failed calls to Amazon', () => {
	const rows = tableRows(sectionOf(troubleshooting, 'A call to Amazon failed'));

	it('has one row for each kind of failure, with cause and fix', () => {
		const kinds = rows.map(([, kind = '']) => kind.replaceAll('`', ''));
		expect(kinds.toSorted()).toEqual(Object.keys(KINDS).toSorted());
		for (const cells of rows) expect(cells.filter((cell) => cell !== '')).toHaveLength(4);
	});

	it.each(rows)('has the message of the node: %s', (message, kind) => {
		const operations = Object.keys(OPERATIONS) as OperationName[];
		for (const operation of operations) {
			const failure = new SpApiFailure(kind.replaceAll('`', '') as FailureKind, operation, {
				message: 'Could not log in: Login with Amazon does not accept this',
				details: '50012020',
			});
			expect(failure.message).toMatch(new RegExp(`^${patternOf(message)}$`));
		}
	});
});

/** The lines of all source files, with quoted texts as n8n shows them. */
const sourceLines = ['nodes', 'credentials']
	.flatMap((folder) => filesIn(folder, '.ts'))
	.flatMap((file) => readDocument(file).split('\n'))
	.map((line) => line.replaceAll("\\'", "'").replace(/\$\{[^{}]*\}/g, '\u2026'));

describe('each message of the page', () => {
	const messages = ['Login with Amazon', 'Settings', 'Hints above the output', 'The trigger']
		.flatMap((heading) => tableRows(sectionOf(troubleshooting, heading)))
		.map(([message = '']) => message)
		.filter((message) => message !== 'no events arrive');

	it.each(messages)('is in the code: %s', (message) => {
		const pattern = new RegExp(patternOf(message, '.{1,80}?'));
		expect(sourceLines.filter((line) => pattern.test(line)).length).toBeGreaterThan(0);
	});
});

describe('each message of the credential test', () => {
	const page = sectionOf(readDocument('docs/credential.md'), 'What the test says');

	it.each(tableRows(page))('is in the code: %s', (message) => {
		expect(sourceLines.filter((line) => line.includes(message)).length).toBeGreaterThan(0);
	});
});
