/**
 * `npm run test:nine`: a seller with nine marketplaces under Amazon's limits per report type, in a
 * real n8n in scaled time. The weekly report for all of them, and nine daily digests that start at
 * once, must be complete, with at most one Sales and Traffic report per 15 minutes, none too soon.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { N8nCluster } from './lib/cluster.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { NineMarketplaces, SELLER } from './lib/nineMarketplaces.mjs';
import { createProgress, formatTable, runMain, SetupError } from './lib/output.mjs';
import { ensureTarball } from './lib/package.mjs';
import { stateDir } from './lib/paths.mjs';
import { pickFreePort } from './lib/ports.mjs';
import { stopServices } from './lib/processes.mjs';
import { ensureN8n, ensureNode24, N8N_VERSION } from './lib/runtime.mjs';
import { sandboxCredential, startSandbox } from './lib/sandbox.mjs';
import { stopOnSignals } from './lib/signals.mjs';

const dir = join(stateDir, 'nine');

/**
 * How much faster time runs: an hour takes half a minute. If it were faster, a chart that takes a
 * second to draw would take longer than a report stays fresh.
 */
const SCALE = 120;

const START = '2026-11-20T15:00:00Z';

const clockModule = fileURLToPath(new URL('lib/clock-scaled.mjs', import.meta.url));

/** Ends what was started outside of this process; set as soon as there is something. */
let cleanUp = async () => undefined;

await runMain(async () => {
	const [unknown] = process.argv.slice(2);
	if (unknown !== undefined)
		throw new SetupError(`Unknown option ${unknown}. There are no options.`);
	stopOnSignals(async () => await cleanUp());
	try {
		return await run();
	} finally {
		await cleanUp().finally(stopServices);
	}
});

async function run() {
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(6);
	await progress.step('Dependencies', ensureDependencies);
	const runtime = await progress.step(
		`Node 24 and n8n ${N8N_VERSION}`,
		async () => await ensureN8n((await ensureNode24()).node),
	);
	const tarball = await progress.step('Building and packing this package', ensureTarball);
	const { url } = await startSandbox({
		port: await pickFreePort(),
		logFile: join(dir, 'sandbox.log'),
		args: ['--now', START, '--rate-limits', String(SCALE), '--report-delay', '250', '--quiet'],
	});
	const n8n = new N8nCluster({ runtime, tarball, dir });
	cleanUp = async () => await n8n.stop();
	const clock = { start: Date.parse(START), origin: Date.now(), scale: SCALE };
	await progress.step("n8n's main process", async () => {
		await n8n.startMain({
			nodeArgs: ['--import', pathToFileURL(clockModule).href],
			env: {
				CLOCK_SCALE: String(SCALE),
				CLOCK_START: START,
				CLOCK_ORIGIN: String(clock.origin),
				// Its task runner uses the real clock, so a grant would have expired long ago.
				N8N_RUNNERS_GRANT_TOKEN_TTL: String(10 * 24 * 3600),
			},
		});
	});
	const nine = new NineMarketplaces({ n8n, sandboxUrl: url, clock });
	// Amazon's own limits, because n8n's clock is scaled like the sandbox's.
	await nine.prepare(await sandboxCredential(url, { sellerKey: SELLER, pace: 1 }));
	const runs = [
		await progress.step('The weekly report', async () => await nine.weeklyReport()),
		await progress.step('Nine daily digests at once', async () => await nine.dailyDigests()),
	];
	return report(runs);
}

/** @param {Array<import('./lib/nineMarketplaces.mjs').Outcome>} runs */
function report(runs) {
	console.log(`\nNine marketplaces, time ${SCALE} times as fast`);
	const rows = (figure) => runs.map((outcome) => String(figure(outcome)));
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
				['minutes until all arrived', ...rows(({ minutes }) => minutes.toFixed(0))],
				['Sales and Traffic reports', ...rows(({ sales }) => sales.length)],
				['minimum minutes between two', ...rows(({ sales }) => leastBetween(sales).toFixed(1))],
				['feedback reports', ...rows(({ feedback }) => feedback)],
				['reports too soon', ...rows(({ tooSoon }) => tooSoon)],
				['calls over the rate limit (429)', ...rows(({ throttled }) => throttled)],
			],
		),
	);
	console.log();
	const checks = runs.flatMap((outcome) => [
		[`${outcome.name}: ended well`, outcome.errors.length === 0, outcome.errors.join('; ')],
		[
			`${outcome.name}: every marketplace with Amazon reports is complete`,
			outcome.rated + outcome.withoutReport === outcome.places && outcome.missing.length === 0,
			outcome.missing.join('; '),
		],
		[`${outcome.name}: no report was requested too soon`, outcome.tooSoon === 0, ''],
		[`${outcome.name}: no call was refused`, outcome.throttled === 0, `${outcome.refused}`],
	]);
	for (const [what, right, detail] of checks) {
		console.log(right ? `ok      ${what}` : `FAILED  ${what} (${detail})`);
	}
	const failed = checks.filter(([, right]) => !right).length;
	console.log(`\n${checks.length - failed} passed, ${failed} failed`);
	return failed > 0 ? 1 : 0;
}

/** @param {number[]} minutes */
function leastBetween(minutes) {
	const sorted = minutes.toSorted((a, b) => a - b);
	return Math.min(...sorted.slice(1).map((minute, index) => minute - sorted[index]));
}
