/**
 * Part (d) of the benchmarks: how fast orders are read page by page, by our node, amazon-sp-api,
 * Amazon's own SDK and plain `fetch`, from one sandbox without effective rate limits. The calls are
 * counted from the sandbox's log, and every order must be read exactly once.
 */
import { deepStrictEqual } from 'node:assert';
import { join } from 'node:path';

import { habitsOf, startSandbox, type Sandbox } from '../sandbox';
import { formatCount, formatRatio, formatTime } from './lib/format';
import { median, runInChild } from './lib/measure';
import type { Part, RunOptions, Section } from './lib/section';
import type { PagingReport, PagingTask } from './orders/contestant';

const SEED = 'demo';
/** Amazon's rate is one page every three minutes. */
const RATE_SCALE = 1_000_000;
const DAY_MS = 86_400_000;

interface Contestant {
	readonly name: string;
	readonly file: string;
	readonly way?: PagingTask['way'];
	/** What the client does with a page. */
	readonly work: string;
}

const CONTESTANTS: readonly Contestant[] = [
	{ name: 'fetch alone (the floor)', file: 'plainFetch', work: 'parses the JSON' },
	{
		name: "n8n's HTTP helper alone",
		file: 'n8nRequest',
		work: 'opens a connection, as n8n does for each request, and parses the JSON',
	},
	{
		name: 'our node, Orders API',
		file: 'ourNode',
		way: 'ordersApi',
		work: 'checks every field, computes the permitted window, makes items',
	},
	{ name: 'amazon-sp-api', file: 'amazonSpApi', work: 'parses the JSON' },
	{ name: "Amazon's SDK", file: 'amazonSdk', work: 'turns the JSON into instances of its classes' },
	{
		name: 'our node, report',
		file: 'ourNode',
		way: 'reports',
		work: 'requests the report, waits, reads the file, checks, makes items',
	},
];

interface Sizes {
	readonly orders: number;
	/** How many turns each contestant takes, each in a new process. */
	readonly rounds: number;
	/** Timed runs per turn, after one to warm up. */
	readonly repeats: number;
}

const FULL: Sizes = { orders: 10_000, rounds: 3, repeats: 3 };
const QUICK: Sizes = { orders: 500, rounds: 1, repeats: 1 };

interface Measured {
	readonly contestant: Contestant;
	readonly times: number[];
	readonly calls: number[];
}

async function run({ quick }: RunOptions): Promise<Section> {
	const { orders, rounds, repeats } = quick ? QUICK : FULL;
	const sandbox = await startSandbox({
		// Without orders of other kinds and regions, there is one list of orders to count, each once.
		habits: { ...habitsOf('worst'), foreignOrders: false, wholeRegionOrders: false },
		seed: SEED,
		// Our node uses the real clock.
		now: new Date(),
		rateLimits: RATE_SCALE,
		reportDelayMs: 0,
	});
	try {
		const { credentials, wanted } = fill(sandbox, orders);
		const measured = CONTESTANTS.map(
			(contestant): Measured => ({ contestant, times: [], calls: [] }),
		);
		for (let round = 0; round < rounds; round += 1) {
			for (const { contestant, times, calls } of measured) {
				const { file, way } = contestant;
				const task: PagingTask = { credentials, ...wanted.range, repeats, way };
				const answer = await runInChild<PagingReport>(
					join(__dirname, 'orders', `${file}.ts`),
					task,
				);
				const { milliseconds, lastStartedAt, orderIds } = answer.result;
				deepStrictEqual(orderIds.toSorted(), wanted.orderIds, `${contestant.name}: other orders`);
				times.push(...milliseconds);
				calls.push(callsSince(sandbox, lastStartedAt));
			}
		}
		return toSection(measured, wanted.orderIds.length);
	} finally {
		await sandbox.close();
	}
}

/** @throws if a rate limit was hit, because then the time says nothing about the client */
function callsSince({ requests }: Sandbox, moment: number): number {
	const made = requests.filter(({ arrivedAt }) => arrivedAt >= Math.floor(moment));
	if (made.some(({ status }) => status === 429)) throw new Error('A rate limit was hit');
	return made.length;
}

/** Adds orders to the world's own and returns which ones a search must find. */
function fill(sandbox: Sandbox, count: number) {
	sandbox.world.addOrders({ count, state: 'eligible', createdDaysAgo: 12 });
	const { marketplaceId, ...credentials } = sandbox.credentials();
	const now = sandbox.clock.now().getTime();
	const range = {
		after: new Date(now - 15 * DAY_MS).toISOString(),
		until: new Date(now - 11 * DAY_MS).toISOString(),
	};
	const place = sandbox.sellers.demo?.marketplaces.find(
		({ marketplace }) => marketplace.id === marketplaceId,
	);
	const existing = new Set(sandbox.truth.orders('demo').map(({ orderId }) => orderId));
	const orderIds = (place?.orders ?? [])
		.filter(({ createdAt }) => createdAt >= Date.parse(range.after))
		.filter(({ createdAt }) => createdAt <= Date.parse(range.until))
		.map(({ orderId }) => orderId)
		.filter((orderId) => existing.has(orderId))
		.toSorted();
	return { credentials: { marketplaceId, ...credentials }, wanted: { range, orderIds } };
}

function toSection(measured: readonly Measured[], orders: number): Section {
	const floor = median(measured[0]?.times ?? []);
	return {
		title: '(d) Orders paging',
		intro:
			`${formatCount(orders)} orders of one marketplace (seed ${SEED}), read in pages of 100 with the Orders API ` +
			'2026-01-01 (searchOrders, with fulfillment, packages, proceeds and cancellation), each client in ' +
			`its own process, from one sandbox whose rates are Amazon's times ${formatCount(RATE_SCALE)}. At Amazon's own ` +
			'rate, a page in three minutes after the first 20, all of them take equally long.',
		tables: [
			{
				caption: `Reading ${formatCount(orders)} orders`,
				header: ['', 'time', 'ratio', 'orders per second', 'calls', 'orders', 'for each page it'],
				rows: measured.map(({ contestant: { name, work }, times, calls }) => {
					const time = median(times);
					return [
						name,
						formatTime(time),
						formatRatio(time, floor),
						formatCount(orders / (time / 1000)),
						String(median(calls)),
						'each once',
						work,
					];
				}),
			},
		],
		notes: [
			"Each once: the IDs are the same as in the sandbox's own record, none missing and none twice; " +
				'the run ends if they are not. Calls are those of one repeat, counted by the sandbox, without the login before.',
			"All times include the sandbox's own time for its responses. So the floor is not zero work, and " +
				'differences between clients are larger than the ratios say.',
			"Amazon's SDK does this with its rate limiter disabled: by default it lets 20 calls pass and drops any " +
				'that follow within three minutes. Our node does not have the rate in advance either and ' +
				'follows the x-amzn-RateLimit-Limit header of the first page.',
			"The report takes the same few calls for any number of orders, and does not use searchOrders' rate.",
			'The orders are from the days before the run, so their dates depend on more than the seed.',
		],
	};
}

export const part: Part = { id: 'd', title: 'Orders paging', run };
