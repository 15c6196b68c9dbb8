/**
 * `npm run check -- nine`: a seller with nine marketplaces under Amazon's limits per report type, in
 * a real n8n in scaled time. The weekly report for all of them, and nine daily digests that start at
 * once, must be complete, with one Data Kiosk query each and no report too soon.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createProgress, formatTable, printVerdicts } from '../scripts/lib/output.mjs';
import { stateDir } from '../scripts/lib/paths.mjs';
import { readOptions } from './lib/options';
import { RunningSandbox } from './lib/sandbox';
import { setUp } from './lib/setUp';
import { ScaledClock } from './n8n/scaledClock';
import { startOnClock } from './n8n/startOnClock';
import { NineMarketplaces, SELLER, type Outcome } from './nine/nineMarketplaces';

const dir = join(stateDir, 'nine');

/**
 * How much faster time runs: an hour takes a minute. If it were faster, nine charts that take some seconds
 * to draw on a busy machine would take longer than the totals stay fresh.
 */
const SCALE = 60;

const START = '2026-11-20T15:00:00Z';

export async function run(args: string[]): Promise<number> {
	readOptions(args, {});
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(5);
	const parts = { ...(await setUp(progress)), dir };
	const sandbox = await RunningSandbox.start(join(dir, 'sandbox.log'), {
		now: START,
		'rate-limits': SCALE,
		'report-delay': 250,
	});
	await sandbox.set({ namesRate: false });
	const clock = new ScaledClock(SCALE, Date.parse(START));
	const n8n = await startOnClock(progress, parts, clock);
	const nine = new NineMarketplaces(n8n, sandbox, clock);
	// Amazon's own limits, because n8n's clock is scaled like the sandbox's.
	await nine.prepare(await sandbox.credential({ sellerKey: SELLER }));
	return report([
		await progress.step('The weekly report', async () => await nine.weeklyReport()),
		await progress.step('Nine daily digests at once', async () => await nine.dailyDigests()),
	]);
}

function report(runs: readonly Outcome[]): number {
	console.log(`\nNine marketplaces, time ${SCALE} times as fast`);
	const rows = (figure: (outcome: Outcome) => number | string) =>
		runs.map((outcome) => String(figure(outcome)));
	console.log(
		formatTable(
			['What', ...runs.map(({ name }) => name)],
			[
				['marketplaces', ...rows(({ places }) => places)],
				['with a rating', ...rows(({ rated }) => rated)],
				[
					'without feedback of 1 to 3 stars (Amazon makes no report)',
					...rows(({ withoutReport }) => withoutReport),
				],
				['with available feedback for the week', ...rows(({ known }) => known ?? '–')],
				['minutes until all executions ended', ...rows(({ minutes }) => minutes.toFixed(0))],
				['Data Kiosk queries', ...rows(({ queries }) => queries)],
				['Sales and Traffic reports', ...rows(({ sales }) => sales)],
				['feedback reports', ...rows(({ feedback }) => feedback)],
				['reports requested too soon', ...rows(({ tooSoon }) => tooSoon)],
				['calls over the rate limit (429)', ...rows(({ throttled }) => throttled)],
			],
		),
	);
	return printVerdicts(
		runs.flatMap((outcome) => [
			{
				what: `${outcome.name}: ended without errors`,
				passed: outcome.errors.length === 0,
				detail: outcome.errors.join('; '),
			},
			{
				what: `${outcome.name}: every marketplace with Amazon reports is complete`,
				passed:
					outcome.rated + outcome.withoutReport === outcome.places && outcome.missing.length === 0,
				detail: outcome.missing.join('; '),
			},
			{
				what: `${outcome.name}: one query has the totals of all marketplaces`,
				passed: outcome.queries <= 1 && outcome.sales === 0,
			},
			{
				what: `${outcome.name}: no report was requested too soon`,
				passed: outcome.tooSoon === 0,
			},
			{
				what: `${outcome.name}: no call was refused`,
				passed: outcome.throttled === 0,
				detail: outcome.refused.join(),
			},
		]),
	);
}
