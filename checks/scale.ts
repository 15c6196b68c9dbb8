/**
 * `npm run check -- scale`: many sellers in one n8n, for a day of scaled time, in queue mode with
 * PostgreSQL and Redis. Triggers watch the feedback of all sellers, which share one application and
 * its limits. Every change must be reported once, for the right seller; Amazon must refuse nothing;
 * no marketplace may wait much longer than its fair share; and n8n's main process must stay
 * responsive. Memory and the growth of the database are printed.
 *
 * By default 200 sellers with 5 marketplaces each, 20 sellers per workflow; `--sellers`,
 * `--marketplaces`, `--hours`, `--per-workflow`, `--workers`, `--speed` and `--changes` (of a
 * marketplace a day) change that. `--one-each` gives every seller a workflow and a credential, as an
 * agency has that copies its workflow. If n8n is too slow for the speed, the day ends early.
 */
import { rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createProgress, formatTable, printVerdicts, SetupError } from '../scripts/lib/output.mjs';
import { stateDir } from '../scripts/lib/paths.mjs';
import { atEnd } from './lib/atEnd';
import { readOptions } from './lib/options';
import { RunningSandbox } from './lib/sandbox';
import { setUp } from './lib/setUp';
import { Meter, mergeOptions } from './n8n/meter';
import { QueueN8n } from './n8n/queueN8n';
import { ScaledClock } from './n8n/scaledClock';
import { openServices } from './n8n/services';
import { CANCELED_MINUTES, INTERVAL_MINUTES, ScaleDay } from './scale/day';
import { POLL_METRICS, sizeAfterVacuum, type Snapshot } from './scale/figures';
import { fairShare, percentile, type Wait } from './scale/looks';

const dir = join(stateDir, 'scale');

const START = '2026-11-20T15:00:00Z';

/** How long Amazon takes to prepare a report, in milliseconds. */
const REPORT_DELAY_MS = 50_000;

/** Amazon's rate of `createReport`: one per minute and seller. */
const REPORTS_PER_MINUTE = 0.0167 * 60;

/** How much longer than its fair share a marketplace may wait. */
const LONGEST_WAIT = 1.5;

/** The 99th percentile of the event loop's delay must be below this, in milliseconds. */
const MOST_DELAY_MS = 100;

const DEFAULTS = {
	sellers: '200',
	marketplaces: '5',
	hours: '24',
	speed: '64',
	'per-workflow': '20',
	workers: '2',
	changes: '1',
} as const;

type Amount = keyof typeof DEFAULTS;

const WHOLE: readonly Amount[] = ['sellers', 'marketplaces', 'per-workflow', 'workers'];

type Settings = Readonly<Record<Amount, number>> & { readonly isOneEach: boolean };

export async function run(args: string[]): Promise<number> {
	const settings = readSettings(args);
	const { sellers, marketplaces, hours, speed, workers, changes, isOneEach } = settings;
	const startedAt = Date.now();
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(8);
	const { runtime, tarball } = await setUp(progress);
	const services = await progress.step(
		'PostgreSQL and Redis',
		async () => await openServices(runtime, dir),
	);
	atEnd(services.remove);
	const sandbox = await RunningSandbox.start(join(dir, 'sandbox.log'), {
		now: START,
		'rate-limits': speed,
		'report-delay': REPORT_DELAY_MS / speed,
		'more-sellers': `${sellers}x${marketplaces}`,
		habits: 'worst,kioskSharedQuota',
	});
	// n8n's clock is scaled like the sandbox's, so it would take a named rate for a higher one.
	await sandbox.set({ namesRate: false });

	const n8n = new QueueN8n({ runtime, tarball, services, dir });
	atEnd(async () => await n8n.stop());
	const clock = new ScaledClock(speed, Date.parse(START));
	const main = new Meter(await n8n.pickPort());
	await progress.step(
		"n8n's main process",
		async () =>
			await n8n.start(mergeOptions(clock.startOptions, main.startOptions, { env: POLL_METRICS })),
	);
	const newMeter = async () => new Meter(await n8n.pickPort());
	const meters = { main, workers: await Promise.all(Array.from({ length: workers }, newMeter)) };
	await progress.step(`${workers} workers`, async () => {
		const starts = meters.workers.map(
			async (meter, index) => await n8n.startWorker(index + 1, meter.startOptions),
		);
		await Promise.all(starts);
	});

	const day = new ScaleDay(
		{ n8n, sandbox, clock, query: services.query, meters },
		{
			hours,
			changes,
			perWorkflow: isOneEach ? undefined : settings['per-workflow'],
			seed: 'scale',
		},
	);
	day.startClock();
	await progress.step('Workflows of all sellers', async () => {
		await day.activate();
		return { note: `${day.workflows}` };
	});
	const sizeBefore = await sizeAfterVacuum(services.query);
	await progress.step('A first look at each marketplace', async () => await day.begin());
	await progress.step(`${hours} hours`, async () => await day.run());
	const counts = await sandbox.requestCounts();
	await n8n.stop();
	const lastingGrowth = (await sizeAfterVacuum(services.query)) - sizeBefore;
	return await report(day, settings, {
		counts,
		lastingGrowth,
		minutes: (Date.now() - startedAt) / 60_000,
		command: `npm run check -- scale ${args.join(' ')}`.trim(),
	});
}

function readSettings(args: string[]): Settings {
	const options = Object.fromEntries(
		Object.entries(DEFAULTS).map(([name, value]) => [
			name,
			{ type: 'string', default: value } as const,
		]),
	);
	const given = readOptions(args, {
		...options,
		'one-each': { type: 'boolean', default: false },
	}) as Readonly<Record<string, string | boolean>>;
	const amounts = Object.keys(DEFAULTS).map((name) => {
		const value = Number(given[name]);
		const isWhole = !WHOLE.some((each) => each === name) || Number.isInteger(value);
		if (value > 0 && Number.isFinite(value) && isWhole) return [name, value];
		throw new SetupError(`--${name} must be a number above 0, got "${given[name]}".`);
	});
	return { ...Object.fromEntries(amounts), isOneEach: given['one-each'] === true };
}

/** What is known after the day. */
interface Ended {
	readonly counts: Awaited<ReturnType<RunningSandbox['requestCounts']>>;
	/** Bytes by which the database grew, with everything freed before and after the day. */
	readonly lastingGrowth: number;
	/** Real minutes of the whole check. */
	readonly minutes: number;
	readonly command: string;
}

const MEGABYTE = 1024 * 1024;

const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;

const list = (values: readonly number[], digits = 0): string =>
	values.map((value) => value.toFixed(digits)).join(', ');

/** Prints and checks the results. */
async function report(day: ScaleDay, settings: Settings, ended: Ended): Promise<number> {
	const { sellers, marketplaces, speed, isOneEach } = settings;
	const [start, middle, end] = threeOf(day.snapshots);
	const days = (end.minute - start.minute) / (24 * 60);
	const fair = fairShare(INTERVAL_MINUTES, marketplaces, REPORTS_PER_MINUTE);
	const fairCanceled = Math.max(fair, CANCELED_MINUTES);
	const isWhole = day.stopped === undefined;
	const { wanted, missing, extra } = await day.compare(
		isWhole ? Infinity : day.endedAt - LONGEST_WAIT * fair,
	);
	const waits = await day.waits();
	const starved = waits
		.filter((wait) => wait.minutes > LONGEST_WAIT * (wait.isCanceled ? fairCanceled : fair))
		.toSorted((a, b) => b.minutes - a.minutes);
	const refused = ended.counts.filter(({ status }) => status === 429);
	const ids = day.reported.map(({ eventId }) => eventId);
	const called = (operation: string) =>
		sum(ended.counts.filter((each) => each.operation === operation).map(({ count }) => count));
	const polls = end.polls.polls - start.polls.polls;
	const overlapping = end.polls.overlapping - start.polls.overlapping;
	const pollSeconds = (end.polls.seconds - start.polls.seconds) / speed;
	const growth = end.database.bytes - start.database.bytes;
	const rows = end.database.executions - start.database.executions;
	const executionGrowth = end.database.executionBytes - start.database.executionBytes;
	const perSellerAndDay = (bytes: number) =>
		`${megabytes(bytes)}, ${(bytes / 1024 / sellers / days).toFixed(1)} kB per seller and day`;
	const cpuSeconds = end.main.cpuSeconds - start.main.cpuSeconds;
	// The first period ended before the day began.
	const periods = day.snapshots.slice(1).map(({ main }) => main);
	const worst = Math.max(...periods.map(({ delayMs }) => delayMs.p99));
	const perProcess = (value: (of: Snapshot) => number) =>
		`${list([start, middle, end].map((each) => value(each) / MEGABYTE))} MB`;

	console.log(
		`\n${sellers} sellers with ${marketplaces} marketplaces each in ${day.workflows} workflows, ` +
			`${settings.workers} workers, time ${speed} times as fast, ${cpus().length} cores`,
	);
	console.log(
		formatTable(
			['What', 'Figure'],
			[
				['time of the day', `${(day.endedAt / 60).toFixed(1)} hours`],
				['until each marketplace was looked at once', `${day.firstLooks.toFixed()} minutes`],
				['changes of feedback', day.made],
				['events to report', wanted],
				['events reported', day.reported.length],
				['notices about marketplaces without feedback', day.notices],
				['other polls and executions that failed', day.errors.length],
				['feedback reports read', waits.length - sellers * marketplaces],
				['fair share: time between two looks', `${fair.toFixed()} minutes`],
				['time between two looks: p50, p99, longest', spread(waits, false)],
				['the same after a report that Amazon canceled', spread(waits, true)],
				['reports requested', called('createReport')],
				['queries to Data Kiosk', called('createQuery')],
				['calls to Amazon', sum(ended.counts.map(({ count }) => count))],
				['calls refused (429)', sum(refused.map(({ count }) => count))],
				['polls; overlapping', `${polls}; ${overlapping}`],
				['duration of a poll, on average', `${((1000 * pollSeconds) / polls).toFixed()} ms`],
				['main process, event loop delay p50', delays(periods, 'p50')],
				['main process, event loop delay p99', delays(periods, 'p99')],
				['main process, event loop delay p99.9', delays(periods, 'p999')],
				['main process, event loop delay, longest', delays(periods, 'max')],
				[
					'main process, event loop busy',
					`${list(
						periods.map(({ busy }) => 100 * busy),
						0,
					)}%`,
				],
				[
					'main process, processor time',
					`${cpuSeconds.toFixed()} s, ${((100 * cpuSeconds) / days / 86_400).toFixed(2)}% of a core in real time`,
				],
				['main process, memory (RSS)', perProcess(({ main }) => main.rss)],
				['main process, heap in use', perProcess(({ main }) => main.heapUsed)],
				...start.workers.flatMap((_, index) => [
					[
						`worker ${index + 1}, memory (RSS)`,
						perProcess((each) => each.workers[index]?.rss ?? 0),
					],
					[
						`worker ${index + 1}, heap in use`,
						perProcess((each) => each.workers[index]?.heapUsed ?? 0),
					],
				]),
				['sandbox, memory (RSS)', perProcess(({ sandboxRss }) => sandboxRss)],
				['database at the start', megabytes(start.database.bytes)],
				['database, growth', perSellerAndDay(growth)],
				['the same after VACUUM FULL', perSellerAndDay(ended.lastingGrowth)],
				['executions, rows', `${rows}, ${(rows / sellers / days).toFixed(1)} per seller and day`],
				['executions, growth of their tables', perSellerAndDay(executionGrowth)],
				["what the triggers remember ('static data')", megabytes(end.database.stateBytes)],
				['duration of this check', `${ended.minutes.toFixed()} minutes`],
			],
		),
	);
	console.log('Three figures are at the start, in the middle and at the end; two are its halves.');
	console.log(`To run it again: ${ended.command}`);
	return printVerdicts([
		{
			what: 'n8n polled each workflow every minute, to the end of the day',
			passed: isWhole,
			detail: `ended early, at ${day.stopped}; choose a lower --speed${isOneEach ? '' : ' or another --per-workflow'}`,
		},
		{
			what: 'every change was reported, for its seller',
			passed: missing.length === 0 && (wanted > 0 || !isWhole),
			detail: shown(missing),
		},
		{
			what: 'nothing else was reported, and nothing twice',
			passed: extra.length === 0,
			detail: shown(extra),
		},
		{ what: 'no event ID is repeated', passed: new Set(ids).size === ids.length },
		{
			what: 'no poll and no execution failed',
			passed: day.errors.length === 0,
			detail: shown(day.errors),
		},
		{
			what: 'Amazon refused no call (429)',
			passed: refused.length === 0,
			detail: refused.map(({ operation, count }) => `${operation} ${count}`).join(', '),
		},
		{
			what: `no marketplace waited longer than ${LONGEST_WAIT} times its fair share`,
			passed: waits.length > 0 && starved.length === 0,
			detail: shown(
				starved.map(
					({ place, from, minutes: waited }) =>
						`${place}: ${waited.toFixed(1)} minutes from minute ${from.toFixed()} on`,
				),
			),
		},
		{
			what: `the main process's event loop delay (p99) is under ${MOST_DELAY_MS} ms`,
			passed: worst < MOST_DELAY_MS,
			detail: `${worst.toFixed(1)} ms`,
		},
	]);
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const shown = (lines: readonly string[]): string =>
	`${lines.length}: ${lines.slice(0, 5).join('; ')}`;

/** Of the waits after a look at feedback, or after a report that Amazon canceled. */
function spread(waits: readonly Wait[], isCanceled: boolean): string {
	const minutes = waits
		.filter((wait) => wait.isCanceled === isCanceled)
		.map((wait) => wait.minutes);
	const shares = [0.5, 0.99, 1].map((share) => percentile(minutes, share));
	return minutes.length > 0 ? `${list(shares, 1)} minutes` : 'none';
}

const delays = (
	periods: ReadonlyArray<Snapshot['main']>,
	which: keyof Snapshot['main']['delayMs'],
): string =>
	`${list(
		periods.map(({ delayMs }) => delayMs[which]),
		1,
	)} ms`;

/** If the day ended early, there may be none in the middle. */
function threeOf(snapshots: readonly Snapshot[]): readonly [Snapshot, Snapshot, Snapshot] {
	const [start, second] = snapshots;
	const end = snapshots.at(-1);
	if (!start || !second || !end) throw new SetupError('The day did not begin.');
	return [start, second, end];
}
