/**
 * Part (c) of the benchmarks: how long many requests for a review take, and whether all of them
 * arrive. `npm run bench -- sends` runs it with 1,000 orders or the given number.
 *
 * Our node, amazon-sp-api and Amazon's own SDK, each in its own process against a fresh sandbox
 * with the same seed. The sandbox's token buckets are Amazon's (1 request per second, burst 5) with
 * the rate multiplied by `--scale`. The results are counted from the sandbox's log and record, not
 * by the clients.
 */
import { fork } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { startSandbox } from '../sandbox';
import { renderSection } from './lib/markdown';
import type { Part, Section } from './lib/section';
import type { Report, Task } from './sends/contestant';

const RATE = 1;
const BURST = 5;
const SEED = 'demo';
const NOW = '2025-12-01T12:00:00Z';

interface Contestant {
	readonly name: string;
	readonly file: string;
	readonly way: string;
}

const CONTESTANTS: readonly Contestant[] = [
	{ name: 'our node, checks first', file: 'ourNode', way: 'check' },
	{ name: 'our node, directly', file: 'ourNode', way: 'direct' },
	{ name: 'our node, checks first, rate unknown', file: 'ourNode', way: 'check unknown' },
	{ name: 'our node, directly, rate unknown', file: 'ourNode', way: 'direct unknown' },
	{ name: 'amazon-sp-api, loop', file: 'amazonSpApi', way: '1' },
	{ name: 'amazon-sp-api, 5 at a time', file: 'amazonSpApi', way: '5' },
	{ name: "Amazon's SDK, loop", file: 'amazonSdk', way: '1' },
	{ name: "Amazon's SDK, 5 at a time", file: 'amazonSdk', way: '5' },
	{ name: "Amazon's SDK, loop, sample's retry", file: 'amazonSdk', way: '1 retry' },
	{ name: "Amazon's SDK, 5 at a time, sample's retry", file: 'amazonSdk', way: '5 retry' },
];

const NOTES = [
	'Seconds: from the start of sending to the last request that reached the sandbox. First after: to the ' +
		'first one, without the login. From first: the ratio without that start, which a faster rate does not shorten.',
	'Minimum: what the token bucket itself takes, (orders - burst) / rate. Ratio: seconds to that. A client that ' +
		'loses orders can be faster than that.',
	"Lost: eligible orders without a request in the sandbox's record at the end. Doubled: orders with several. Both and " +
		"the 429s come from the sandbox's log and record, not from the clients.",
	"Our node starts with Amazon's documented 1 per second and follows the x-amzn-RateLimit-Limit header. It " +
		'makes one call before the start to get the scaled rate, which the others have too. "Rate unknown" is a first ' +
		"run, which waits for its first tokens at 1 per second. At Amazon's real rate the two are the same.",
	'amazon-sp-api: auto_request_throttled (its default) with restore_rate = 1 / scaled rate.',
	"Amazon's SDK: its default rate limiter, which its sample app recommends; its clock is scaled up, " +
		'because with a rate above its burst it would only use the burst each second. "Sample\'s retry": the sample ' +
		"app's loop of 3 attempts, 5 s apart (on that clock).",
];

interface Run {
	readonly orders: number;
	/** The sandbox's rate is Amazon's times this. */
	readonly scale: number;
	/** Milliseconds that the sandbox takes for a response. */
	readonly latency?: number;
	/** Only contestants with this text in their name. */
	readonly only?: string;
	/** A file for the sandbox's log: one line of JSON per request. */
	readonly log?: string;
}

async function sendAll({ file, way }: Contestant, { orders, scale, latency = 0 }: Run) {
	const sandbox = await startSandbox({ seed: SEED, now: NOW, rateLimits: scale });
	if (latency > 0) sandbox.faults.add({ kind: 'slow', delayMs: latency, times: 'always' });
	const [extraOrderId = '', ...orderIds] = sandbox.world
		.addOrders({ count: orders + 1 })
		.map(({ orderId }) => orderId);
	const task: Task = { credentials: sandbox.credentials(), orderIds, extraOrderId, scale, way };
	const { startedAt, givenUp } = await new Promise<Report>((resolve, reject) => {
		const child = fork(join(__dirname, 'sends', `${file}.ts`), {
			stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		});
		child.once('message', (report) => resolve(report as Report));
		child.once('error', reject);
		child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
		child.send(task);
	});

	const requests = sandbox.requests.filter(({ arrivedAt }) => arrivedAt >= Math.floor(startedAt));
	const arrivals = requests
		.filter(({ operation }) => operation !== 'lwaToken')
		.map(({ arrivedAt }) => arrivedAt);
	const times = new Map(orderIds.map((orderId) => [orderId, 0]));
	for (const { orderId } of sandbox.truth.solicitations) {
		times.set(orderId, (times.get(orderId) ?? 0) + 1);
	}
	const having = (test: (times: number) => boolean) =>
		orderIds.filter((orderId) => test(times.get(orderId) ?? 0)).length;
	await sandbox.close();
	return {
		requests,
		startedAt,
		firstAfter: ((arrivals[0] ?? NaN) - startedAt) / 1000,
		seconds: ((arrivals.at(-1) ?? NaN) - startedAt) / 1000,
		throttled: requests.filter(({ status }) => status === 429).length,
		lost: having((count) => count === 0),
		doubled: having((count) => count > 1),
		givenUp,
	};
}

async function bench(run: Run): Promise<Section> {
	const { orders, scale, only = '', log } = run;
	const minimum = Math.max(0, orders - BURST) / (RATE * scale);
	const ratio = (seconds: number) => (seconds / minimum).toFixed(3);
	const rows: string[][] = [];
	for (const contestant of CONTESTANTS.filter(({ name }) => name.includes(only))) {
		const { requests, startedAt, ...result } = await sendAll(contestant, run);
		const { firstAfter, seconds, throttled, lost, doubled, givenUp } = result;
		if (log !== undefined) {
			const lines = requests.map(({ operation, status, arrivedAt }) =>
				JSON.stringify({ name: contestant.name, operation, status, at: arrivedAt - startedAt }),
			);
			appendFileSync(log, `${lines.join('\n')}\n`);
		}
		rows.push([
			contestant.name,
			firstAfter.toFixed(2),
			seconds.toFixed(2),
			// A client that drops many orders is not faster.
			lost * 10 > orders ? '' : ratio(seconds),
			lost * 10 > orders ? '' : ratio(seconds - firstAfter),
			...[throttled, lost, doubled].map(String),
		]);
		const reasons = Object.entries(givenUp).map(([reason, times]) => `${times} x ${reason}`);
		console.error(
			`${contestant.name}: ${seconds.toFixed(2)} s; ${reasons.join('; ') || 'all sent'}`,
		);
	}
	return {
		title: '(c) Sends at the rate limit',
		intro:
			`${orders} orders eligible for a review request, one request each, by our node in n8n's engine, ` +
			"amazon-sp-api and Amazon's own SDK, each in its own process against a fresh sandbox (seed " +
			`${SEED}) whose token bucket is Amazon's, 1 per second with a burst of ${BURST}, at ${scale} times the rate. The ` +
			`minimum for that is ${minimum.toFixed(2)} s.`,
		tables: [
			{
				caption: `${orders} requests for a review at ${RATE * scale} per second`,
				header: [
					'',
					'first after',
					'seconds',
					'ratio',
					'from first',
					'429s',
					'orders lost',
					'doubled',
				],
				rows,
			},
		],
		notes: NOTES,
	};
}

export const part: Part = {
	id: 'c',
	title: 'Sends at the rate limit',
	run: async ({ quick }) => await bench({ orders: quick ? 30 : 100, scale: 10 }),
};

/** With any number of orders. */
export async function runAlone(args: string[]): Promise<void> {
	const { values } = parseArgs({
		args,
		options: {
			orders: { type: 'string', default: '1000' },
			scale: { type: 'string', default: '10' },
			quick: { type: 'boolean', default: false },
			only: { type: 'string' },
			latency: { type: 'string', default: '0' },
			log: { type: 'string' },
		},
	});
	const section = await bench({
		orders: values.quick ? 100 : Number(values.orders),
		scale: Number(values.scale),
		latency: Number(values.latency),
		only: values.only,
		log: values.log,
	});
	console.log(renderSection(section));
}
