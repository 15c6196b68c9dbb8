/**
 * `npm run check -- desk`: a month of the template "Feedback desk" in an active workflow of a real n8n,
 * in scaled time, with the email channel. Buyers leave, change and remove bad feedback, a person answers
 * most of the questions, emails fail for a day, and n8n is killed and restarted twice. At the end the
 * table and the messages must agree with the sandbox's true record.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { createProgress, formatTable, printVerdicts } from '../scripts/lib/output.mjs';
import { stateDir } from '../scripts/lib/paths.mjs';
import { DeskMonth } from './desk/month';
import { MOST_REMOVALS, QUESTION_DAYS, REWORDED } from './desk/plan';
import {
	answersNotKept,
	badOrders,
	messagesAfterClosing,
	questionsTooEarly,
	repeated,
	trueOutcomeOf,
	type DeskMessage,
} from './desk/record';
import { atEnd } from './lib/atEnd';
import { MailServer } from '../demo/mailbox/mailServer';
import { readOptions } from './lib/options';
import { RunningSandbox } from './lib/sandbox';
import { setUp } from './lib/setUp';
import { ScaledClock } from './n8n/scaledClock';
import { startOnClock } from './n8n/startOnClock';

const START = '2026-10-05T15:00:00Z';

/** n8n's default for the schedules of a workflow. */
const ZONE = 'America/New_York';

/**
 * Failures that the check causes itself: no answer, no email for a day, calls that Amazon fails. A
 * restarted n8n resumes executions before its data tables are ready, and in scaled time the retries of a
 * node take no time.
 */
const EXPECTED_ERRORS = /nobody answered|Can't send mail|Amazon|module is disabled/;

export async function run(args: string[]): Promise<number> {
	const { seed, entries, ...options } = readOptions(args, {
		seed: { type: 'string', default: 'desk' },
		entries: { type: 'string', default: '44' },
		// How much faster time runs: at 4000, a month takes eleven minutes.
		speed: { type: 'string', default: '4000' },
	});
	const speed = Number(options.speed);
	const dir = join(stateDir, 'desk');
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(4);
	const parts = { ...(await setUp(progress)), dir, env: { GENERIC_TIMEZONE: ZONE } };
	const sandbox = await RunningSandbox.start(join(dir, 'sandbox.log'), {
		now: START,
		'rate-limits': speed,
		'report-delay': 250,
		seed: 'demo',
	});
	const mail = await MailServer.open();
	atEnd(async () => mail.close());
	const clock = new ScaledClock(speed, Date.parse(START));
	const n8n = await startOnClock(progress, parts, clock);
	const month = new DeskMonth({ n8n, sandbox, clock, mail, seed, entries: Number(entries) });
	await progress.step('A month of the desk', async () => {
		await month.begin();
		await month.run();
	});
	return await report(month);
}

/** Prints and checks the results. */
async function report(month: DeskMonth): Promise<number> {
	const rows = await month.rows();
	const record = await month.trueRecord();
	const { count, errors } = await month.executions();
	const { messages, answers } = month;
	const orders = badOrders(record);
	const ofKind = (kind: DeskMessage['kind']) => messages.filter((each) => each.kind === kind);
	const outcomes = ['gone', 'changed', 'answered', 'dismissed', 'expired'];
	const counted = outcomes.map((name): [string, number] => [
		`- ${name}`,
		rows.filter(({ outcome }) => outcome === name).length,
	]);
	const proposed = rows.filter(({ removalProposedOn }) => removalProposedOn);
	const wrong = rows
		.map((row) => [row, trueOutcomeOf(String(row['orderId']), record)] as const)
		.filter(([row, outcome]) => row['outcome'] !== outcome)
		.map(([row, outcome]) => `${row['orderId']} ${row['outcome']}, true: ${outcome}`);
	const unexpected = errors.filter((message) => !EXPECTED_ERRORS.test(message));

	console.log('\nA month of the feedback desk');
	console.log(
		formatTable(
			['What', 'Number'],
			[
				['bad feedback entries', orders.length],
				['changes of feedback at Amazon', record.history.length - orders.length],
				['cases', rows.length],
				...counted,
				['questions', ofKind('question').length],
				['answers', answers.length],
				['reminders (messages)', ofKind('reminder').length],
				['reminders of a case', ofKind('reminder').flatMap(({ orderIds }) => orderIds).length],
				['closing messages', ofKind('closing').length],
				['weekly messages', ofKind('outcomes').length],
				['removal requests proposed', proposed.length],
				['cases that were overdue', rows.filter(({ wasOverdue }) => wasOverdue).length],
				['executions', count],
				['executions that failed', errors.length],
				[
					'n8n killed and restarted, at day',
					month.kills.map((hour) => Math.round(hour / 24)).join(),
				],
			],
		),
	);
	const dayOf = (at: number) => new Date(at).toLocaleDateString('sv', { timeZone: ZONE });
	return printVerdicts([
		verdict('every bad feedback entry has exactly one case', [
			...difference(orders, orderIdsOf(rows)),
			...difference(orderIdsOf(rows), orders),
			...repeated(orderIdsOf(rows)),
		]),
		verdict('every case is closed', orderIdsOf(rows.filter(({ status }) => status !== 'closed'))),
		verdict('every case ended as the true record says', wrong),
		verdict('every answer is kept', answersNotKept(rows, record)),
		verdict('n8n accepted every answer', month.refused),
		verdict('each case has one closing message', [
			...repeated(ofKind('closing').flatMap(({ orderIds }) => orderIds)),
			...difference(
				orders,
				ofKind('closing').flatMap(({ orderIds }) => orderIds),
			),
		]),
		verdict('no message about a case after its closing message', messagesAfterClosing(messages)),
		verdict(
			'no reminder twice a day',
			repeated(
				ofKind('reminder').flatMap(({ orderIds, at }) =>
					orderIds.map((id) => `${id} ${dayOf(at)}`),
				),
			),
		),
		verdict(
			'no question twice before the first one ended',
			questionsTooEarly(messages, answers, QUESTION_DAYS * 24),
		),
		verdict(`at most ${MOST_REMOVALS} removal requests are proposed a day, each with a criterion`, [
			...Object.entries(countBy(proposed, 'removalProposedOn'))
				.filter(([, number]) => number > MOST_REMOVALS)
				.map(([day, number]) => `${day}: ${number}`),
			...orderIdsOf(
				proposed.filter(({ criterion, comment }) => criterion === 'none' && comment !== REWORDED),
			),
		]),
		verdict('no execution failed for another reason', unexpected),
		verdict('n8n was killed twice', month.kills.length === 2 ? [] : ['it was not']),
	]);
}

const verdict = (what: string, problems: readonly string[]) => ({
	what,
	passed: problems.length === 0,
	detail: problems.slice(0, 5).join('; '),
});

const orderIdsOf = (rows: readonly IDataObject[]): string[] =>
	rows.map(({ orderId }) => String(orderId));

const difference = (all: readonly string[], without: readonly string[]): string[] =>
	all.filter((each) => !without.includes(each));

function countBy(rows: readonly IDataObject[], column: string): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const row of rows) {
		const key = String(row[column]);
		counts[key] = (counts[key] ?? 0) + 1;
	}
	return counts;
}
