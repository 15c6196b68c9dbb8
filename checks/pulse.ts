/**
 * `npm run check -- pulse`: a pulse test for 60 days in active workflows of a real n8n, for two sellers:
 * requests of the first bring feedback, those of the second do not. Every morning n8n's schedule reads the
 * orders, plans, sends and keeps the ledger in a data table; n8n is killed twice. Then Measure Requests
 * must find what the sandboxes know, and the ledger must agree with their record.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { createProgress, formatTable, printVerdicts } from '../scripts/lib/output.mjs';
import { stateDir } from '../scripts/lib/paths.mjs';
import { readOptions } from './lib/options';
import { repeated } from './lib/repeated';
import { RunningSandbox } from './lib/sandbox';
import { setUp } from './lib/setUp';
import { startOnClock } from './n8n/startOnClock';
import { SteppedClock } from './n8n/steppedClock';
import { plusDays } from './pulse/draw';
import {
	certainPart,
	lastRuns,
	ledgerDifferences,
	localDay,
	offSchedule,
	rowsSent,
	runOf,
	tooLate,
} from './pulse/record';
import { MARKETPLACE, START_DAY } from './pulse/settings';
import { Shop } from './pulse/shop';
import { PACE, PulseRun, type Measured, type Seller } from './pulse/test';

const BLOCK_DAYS = 5;

/** Amazon's answer is lost on the way, after it has accepted the request. */
const LOST_ANSWERS = 0.003;

export async function run(args: string[]): Promise<number> {
	const { seed, ...options } = readOptions(args, {
		seed: { type: 'string', default: 'pulse' },
		days: { type: 'string', default: '60' },
		orders: { type: 'string', default: '50' },
		// Feedback entries per 100 requests: one seller for each.
		effect: { type: 'string', multiple: true, default: ['4', '0'] },
	});
	const days = Number(options.days);
	const ordersPerDay = Number(options.orders);
	const dir = join(stateDir, 'pulse', seed);
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(5);
	const parts = { ...(await setUp(progress)), dir };
	const sellerOf = async (effect: number): Promise<Seller> => {
		const name = `effect ${effect}`;
		const own = `${seed}/${name}`;
		const sandbox = await RunningSandbox.start(join(dir, `${name}.log`), {
			now: new Date(runOf(START_DAY) - 6 * 3_600_000).toISOString(),
			'rate-limits': PACE,
			'report-delay': 250,
			seed: own,
		});
		const operation = 'createProductReviewAndSellerFeedbackSolicitation';
		await sandbox.addFault({ kind: 'cutAfter', operation, probability: LOST_ANSWERS });
		const shop = new Shop(sandbox, { seed: own, ordersPerDay, days });
		return { name, shop, effect, draw: { seed: own, blockDays: BLOCK_DAYS } };
	};
	const sellers: Seller[] = [];
	for (const effect of options.effect) sellers.push(await sellerOf(Number(effect)));
	const clock = new SteppedClock(join(dir, 'clock'), runOf(START_DAY) - 5 * 3_600_000);
	const n8n = await startOnClock(progress, parts, clock);
	const test = new PulseRun({ n8n, clock, sellers, days });
	await progress.step(`${days} days of a pulse test`, async () => {
		await test.begin();
		await test.run();
	});
	const results = await progress.step('Measuring', async () => {
		const all: Result[] = [];
		for (const seller of sellers) all.push(await resultOf(test, seller));
		return all;
	});
	writeFileSync(join(dir, 'results.json'), JSON.stringify({ test, results }, asList));
	return report(test, results);
}

/** For a look at the details. */
const asList = (key: string, value: unknown): unknown =>
	key === 'parts' || key === 'seller' ? undefined : value instanceof Set ? [...value] : value;

interface Result extends Awaited<ReturnType<typeof truthOf>> {
	readonly seller: Seller;
	readonly measured: Measured;
	readonly rows: Awaited<ReturnType<PulseRun['ledger']>>;
}

async function resultOf(test: PulseRun, seller: Seller): Promise<Result> {
	const rows = await test.ledger(seller);
	const measured = await test.measure(seller);
	return { seller, rows, measured, ...(await truthOf(test, seller)) };
}

/** What the sandbox knows. */
async function truthOf({ mornings }: PulseRun, { shop }: Seller) {
	const { sandbox } = shop;
	const orders = await shop.orders();
	const missed: string[] = [];
	const missedByKill: string[] = [];
	for (const { orderId, morning } of lastRuns(orders, mornings)) {
		const at = new Date(runOf(morning.day)).toISOString();
		if ((await sandbox.solicitability(orderId, at)) !== 'eligible') continue;
		(morning.wasKilled ? missedByKill : missed).push(`${orderId} on ${morning.day}`);
	}
	return {
		orders,
		missed,
		missedByKill,
		solicitations: await sandbox.solicitations(),
		answers: await sandbox.requestAnswers(),
		received: await shop.feedbackHistory(),
		low: await sandbox.feedback({ marketplaceId: MARKETPLACE }),
		refused: (await sandbox.requests()).filter(
			({ operation, status }) => operation === SOLICIT && status === 403,
		).length,
		cut: (await sandbox.faults()).reduce((sum, { fired }) => sum + fired, 0),
	};
}

const SOLICIT = 'createProductReviewAndSellerFeedbackSolicitation';

interface Interval {
	readonly per100Requests: number;
	readonly low: number;
	readonly high: number;
	readonly p: number;
}

const effectOf = ({ effect }: IDataObject): Interval | undefined =>
	(effect ?? undefined) as Interval | undefined;

const shown = (interval: Interval | undefined): string => {
	const { per100Requests, low, high, p } = interval ?? {};
	return `${per100Requests} (${low} to ${high}), p ${p}`;
};

/** Prints and checks the results. */
function report(test: PulseRun, results: readonly Result[]): number {
	const mornings = test.mornings.length;
	console.log(`\nA pulse test in n8n, ${mornings} mornings since ${START_DAY}`);
	const rows = (what: string, figure: (result: Result) => unknown): unknown[] => [
		what,
		...results.map(figure),
	];
	console.log(
		formatTable(
			['What', ...results.map(({ seller }) => seller.name)],
			[
				rows('orders', ({ orders }) => orders.length),
				rows('requests that Amazon accepted', ({ solicitations }) => solicitations.length),
				rows('- in the ledger as sent', ({ rows: ledger }) => rowsSent(ledger).length),
				rows('- in a run that was killed', (result) => killedOf(test, result).size),
				rows('- answer lost on the way', ({ cut }) => cut),
				rows('requests on a day not drawn', ({ rows: ledger }) => forcedIn(ledger)),
				rows('requests that Amazon refused', ({ refused }) => refused),
				rows('windows missed: n8n was killed', ({ missedByKill }) => missedByKill.length),
				rows('feedback because of requests', ({ answers }) => answers.length),
				rows('true effect, as set', ({ seller }) => seller.effect),
				rows('true effect, as it came', (result) => realEffect(result).toFixed(2)),
				rows('measured', ({ measured }) => shown(effectOf(measured.byColumns))),
				rows('measured by the seed', ({ measured }) => shown(effectOf(measured.bySeed))),
				rows('verdict', ({ measured }) => measured.byColumns['verdict']),
				rows('days used', ({ measured }) => daysOf(measured)['days']),
				rows('1 to 3 stars after a request', ({ measured }) => certainOf(measured)['afterRequest']),
			],
		),
	);
	const killed = test.mornings.filter(({ wasKilled }) => wasKilled).map(({ day }) => day);
	console.log(`\nn8n was killed on ${killed.join(' and ')}.`);
	return printVerdicts([
		...results.flatMap((result) => verdictsOf(test, result)),
		verdict('n8n was killed twice', killed.length === 2 ? [] : ['it was not']),
		verdict('no other run failed', test.failed),
	]);
}

function verdictsOf(test: PulseRun, result: Result) {
	const { seller, measured, rows, solicitations, orders, low } = result;
	const { draw, effect, name } = seller;
	const killed = killedOf(test, result);
	const { byColumns } = measured;
	const covered = Object.entries(measured).flatMap(([how, item]) => {
		const interval = effectOf(item);
		if (typeof interval?.p !== 'number') return [`${how}: there is no interval`];
		return [effect, realEffect(result)]
			.filter((truth) => !(interval.low <= truth && truth <= interval.high))
			.map((truth) => `${how}: ${truth} is not in ${shown(interval)}`);
	});
	const wanted = effect > 0 ? 'pays' : 'not pays';
	const { verdict: given } = byColumns;
	const isRight = effect > 0 ? given === 'pays' : given !== 'pays';
	// The reports go back a year; what is certain counts through the last day with totals, not the last block.
	const { sinceFirstRequest } = byColumns['counts'] as Record<string, { readonly through: string }>;
	const range = { from: plusDays(test.lastDay, -364), through: String(sinceFirstRequest?.through) };
	const inLedger = solicitations.filter(({ orderId }) => !killed.has(orderId));
	const expected = certainPart(low, inLedger, range);
	const { orderIds, beforeRequest, withoutRequest } = certainOf(measured);
	const certain = { beforeRequest, withoutRequest, orderIds: (orderIds as string[]).toSorted() };
	const of = (what: string, problems: readonly string[]) => verdict(`${name}: ${what}`, problems);
	return [
		of('the interval holds the true effect', covered),
		of(`the verdict is ${wanted}`, isRight ? [] : [String(given)]),
		of('each order was requested at most once', [
			...repeated(solicitations.map(({ orderId }) => orderId)),
			...repeated(rows.map(({ orderId }) => orderId)),
		]),
		of('no window was missed', result.missed),
		of("the ledger is the sandbox's record, row by row", [
			...ledgerDifferences(rows, solicitations, killed),
			...(inLedger.length === Number((byColumns['requests'] as IDataObject)['inLedger'])
				? []
				: ['Measure Requests read another number']),
		]),
		of('the days follow from the seed and the date', offSchedule(rows, draw, test.since)),
		of('on each day drawn, all that was due went out', [
			...tooLate(
				solicitations,
				orders,
				{ mornings: test.mornings, draw, since: test.since },
				seller.shop.shownSince,
			),
		]),
		of('the certain part is that of the records', difference(certain, expected)),
		of('the feedback of the days used is that of the sandbox', receivedProblems(result)),
	];
}

const daysOf = ({ byColumns }: Measured): IDataObject => byColumns['days'] as IDataObject;

const certainOf = ({ byColumns }: Measured): IDataObject => byColumns['certain'] as IDataObject;

const forcedIn = (rows: Result['rows']): number =>
	rowsSent(rows).filter(({ pulseForced }) => pulseForced === 'true').length;

/** Requests of a killed run that did not get into the ledger. */
function killedOf({ killed }: PulseRun, { rows, solicitations }: Result): ReadonlySet<string> {
	const sent = new Set(rowsSent(rows).map(({ orderId }) => orderId));
	const own = solicitations.map(({ orderId }) => orderId);
	return new Set(own.filter((orderId) => killed.has(orderId) && !sent.has(orderId)));
}

/** Feedback that requests of the days used brought, per 100 of them. */
function realEffect({ solicitations, answers, measured }: Result): number {
	const { from, through } = daysOf(measured);
	const isUsed = (at: string) => localDay(at) >= String(from) && localDay(at) <= String(through);
	const requests = solicitations.filter(({ at }) => isUsed(at)).length;
	const brought = answers.filter(({ requestedAt }) => isUsed(requestedAt)).length;
	return requests === 0 ? 0 : (100 * brought) / requests;
}

function receivedProblems({ received, measured }: Result): string[] {
	const { from, through, received: counted } = daysOf(measured);
	const dates = received.flatMap(({ kind, after }) =>
		kind === 'added' && after ? after.date : [],
	);
	const inDays = dates.filter((date) => date >= String(from) && date <= String(through)).length;
	return inDays === counted ? [] : [`${String(counted)} instead of ${inDays}`];
}

const difference = (given: object, expected: object): string[] =>
	JSON.stringify(given) === JSON.stringify(expected)
		? []
		: [`${JSON.stringify(given)} instead of ${JSON.stringify(expected)}`];

const verdict = (what: string, problems: readonly string[]) => ({
	what,
	passed: problems.length === 0,
	detail: problems.slice(0, 5).join('; '),
});
