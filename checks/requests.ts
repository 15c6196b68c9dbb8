/**
 * `npm run check -- requests`: two days of the template "Amazon: request reviews" in an active workflow of a
 * real n8n, in scaled time, with its ledger in n8n's own data tables. It runs every hour; orders come in,
 * calls fail, answers get lost, and n8n is killed in the middle of its requests and restarted. At the end the
 * ledger must agree with the sandbox's true record.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { createProgress, formatTable, printVerdicts } from '../scripts/lib/output.mjs';
import { stateDir } from '../scripts/lib/paths.mjs';
import { readOptions } from './lib/options';
import { repeated } from './lib/repeated';
import { RunningSandbox } from './lib/sandbox';
import { setUp } from './lib/setUp';
import { ScaledClock } from './n8n/scaledClock';
import { startOnClock } from './n8n/startOnClock';
import { KILLS, TwoDays } from './requests/twoDays';

const START = '2026-11-20T15:10:00Z';

/** Outcomes by which the ledger says that a buyer was contacted. */
const CONTACTED = ['sent', 'sentUnconfirmed', 'alreadyRequested'];

/** n8n resumes nothing of a killed run; what else fails must be Amazon's. */
const EXPECTED_ERRORS = /Amazon|module is disabled/;

export async function run(args: string[]): Promise<number> {
	const options = readOptions(args, {
		// How much faster time runs: at 120, two days take 24 minutes.
		speed: { type: 'string', default: '120' },
		hours: { type: 'string', default: '48' },
	});
	const speed = Number(options.speed);
	const dir = join(stateDir, 'requests');
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(4);
	const parts = { ...(await setUp(progress)), dir };
	const sandbox = await RunningSandbox.start(join(dir, 'sandbox.log'), {
		now: START,
		'rate-limits': speed,
		'report-delay': 250,
		seed: 'demo',
	});
	const clock = new ScaledClock(speed, Date.parse(START));
	const n8n = await startOnClock(progress, parts, clock);
	const days = new TwoDays({ n8n, sandbox, clock, hours: Number(options.hours) });
	await progress.step('Two days of hourly runs', async () => {
		await days.begin();
		await days.run();
	});
	return await report(days);
}

/** Prints and checks the results. */
async function report(days: TwoDays): Promise<number> {
	const rows = await days.rows();
	const contacted = (await days.solicitations()).map(({ orderId }) => orderId);
	const executions = await days.executions();
	const failed = executions.filter(({ status }) => status === 'error');
	const byOrder = new Map(rows.map((row) => [String(row['orderId']), row]));
	const ofOutcome = (outcome: string) =>
		orderIdsOf(rows.filter((row) => row['outcome'] === outcome));
	const outcomes = [...new Set(rows.map(({ outcome }) => String(outcome)))].toSorted();
	// Nobody can find out any more whether their buyers were contacted.
	const closed = executions.findLast(({ status }) => status === 'success')?.closed ?? [];
	const left = ofOutcome('answerLost');
	const unconfirmed = ofOutcome('sentUnconfirmed');
	const unsaid = contacted.filter(
		(orderId) => !CONTACTED.includes(String(byOrder.get(orderId)?.['outcome'])),
	);
	const total = (pick: (execution: (typeof executions)[number]) => number) =>
		executions.reduce((sum, each) => sum + pick(each), 0);

	console.log('\nTwo days of review requests');
	console.log(
		formatTable(
			['What', 'Number'],
			[
				['runs', executions.length],
				['runs that were killed', days.kills.length],
				['at hour', days.kills.map(({ hour }) => Math.floor(hour)).join(', ')],
				['requests of the killed runs', days.kills.map(({ requests }) => requests).join(', ')],
				['runs that failed otherwise', failed.length],
				['orders read', total(({ orders }) => orders)],
				['orders due', total(({ due }) => due)],
				['buyers contacted', contacted.length],
				['rows of the ledger', rows.length],
				...outcomes.map((outcome): [string, number] => [`- ${outcome}`, ofOutcome(outcome).length]),
				['sentUnconfirmed, but not contacted', without(unconfirmed, contacted).length],
			],
		),
	);
	return printVerdicts([
		verdict('no buyer was contacted twice', repeated(contacted)),
		verdict('no order has two rows', repeated(orderIdsOf(rows))),
		verdict(
			'every contacted buyer has a row, killed runs included',
			contacted.filter((orderId) => !byOrder.has(orderId)),
		),
		verdict(
			'that row says so',
			unsaid.map((orderId) => `${orderId}: ${String(byOrder.get(orderId)?.['outcome'])}`),
		),
		verdict(
			'it also says when',
			contacted.filter((orderId) => !byOrder.get(orderId)?.['requestedAt']),
		),
		verdict(
			'no row says that a request was sent that was not',
			without(ofOutcome('sent'), contacted),
		),
		verdict(
			'no row is left from a killed run, unless the window had closed by the next one',
			without(left, closed),
		),
		verdict(
			`n8n was killed in ${KILLS.length} runs`,
			days.kills.length === KILLS.length ? [] : ['it was not'],
		),
		verdict(
			'no run failed for another reason',
			failed.map(({ error = 'unknown' }) => error).filter((error) => !EXPECTED_ERRORS.test(error)),
		),
	]);
}

const verdict = (what: string, problems: readonly string[]) => ({
	what,
	passed: problems.length === 0,
	detail: problems.slice(0, 5).join('; '),
});

const orderIdsOf = (rows: readonly IDataObject[]): string[] =>
	rows.map(({ orderId }) => String(orderId));

const without = (all: readonly string[], others: readonly string[]): string[] =>
	all.filter((each) => !others.includes(each));
