/* eslint-disable no-console, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-dangerous-functions -- a program of its own, never loaded by n8n */
/**
 * `npm run bench:sends`: how long many requests for a review take, and whether all of them arrive.
 *
 * Our node, amazon-sp-api and Amazon's own SDK, each in a process of its own against a fresh sandbox
 * with the same seed. The sandbox's token buckets are Amazon's (1 request per second, burst 5) with
 * the rate times `--scale`. What is counted comes from the sandbox's log and its record, not from
 * the clients.
 */
import { fork } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { startSandbox } from '../sandbox';
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

const NOTES = `seconds: from the start of the sending to the last request that reached the sandbox; first
  after: to the first one, log-in excepted; from first: the ratio without that start, which --scale does not shorten.
minimum: what the token bucket itself takes, (orders - burst) / rate; ratio: seconds to that.
lost: eligible orders without a request in the sandbox's record at the end; doubled: with several.
our node: starts with Amazon's documented 1/s and follows the x-amzn-RateLimit-Limit header. It has
  made one call before the start and so knows the scaled rate, as the others do; "rate unknown" is a
  first run, which waits for its first tokens at 1/s. At Amazon's real rate the two are the same.
amazon-sp-api: auto_request_throttled (its default) with restore_rate = 1 / scaled rate.
Amazon's SDK: its default rate limiter, which is recommended by its sample app; its clock goes faster
  by the scale, for told a rate above its burst it would only use the burst each second. "sample's
  retry": the sample app's loop of 3 attempts, 5 s apart (on that clock).`;

async function run(
	{ file, way }: Contestant,
	{ orders, scale, latency }: Readonly<Record<'orders' | 'scale' | 'latency', number>>,
) {
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

function print(rows: readonly (readonly string[])[]): void {
	const widths: number[] = [];
	for (const row of rows) {
		row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
	}
	const line = (row: readonly string[]) =>
		row
			.map((cell, index) =>
				index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
			)
			.join(' | ');
	console.log(rows.map(line).join('\n'));
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			orders: { type: 'string', default: '1000' },
			scale: { type: 'string', default: '10' },
			quick: { type: 'boolean', default: false },
			only: { type: 'string', default: '' },
			/** Milliseconds that the sandbox takes for an answer. */
			latency: { type: 'string', default: '0' },
			/** A file for the sandbox's log: one line of JSON per request. */
			log: { type: 'string' },
		},
	});
	const orders = values.quick ? 100 : Number(values.orders);
	const scale = Number(values.scale);
	const latency = Number(values.latency);
	const minimum = Math.max(0, orders - BURST) / (RATE * scale);
	const [cpu] = cpus();
	const load = loadavg().map((value) => value.toFixed(1));
	console.log(
		`${orders} orders, seed ${SEED}, rate ${RATE * scale}/s, burst ${BURST}: minimum ${minimum.toFixed(2)} s\n` +
			`Node ${process.version}, ${cpus().length} x ${cpu?.model}, load ${load.join(' ')} at the start\n`,
	);

	const rows = [['', 'first after', 'seconds', 'ratio', 'from first', '429s', 'lost', 'doubled']];
	for (const contestant of CONTESTANTS.filter(({ name }) => name.includes(values.only))) {
		const result = await run(contestant, { orders, scale, latency });
		const { seconds, throttled, lost, doubled, givenUp } = result;
		for (const { operation, status, arrivedAt } of values.log === undefined
			? []
			: result.requests) {
			const entry = { name: contestant.name, operation, status, at: arrivedAt - result.startedAt };
			appendFileSync(values.log ?? '', `${JSON.stringify(entry)}\n`);
		}
		const ratio = (time: number) => (time / minimum).toFixed(3);
		rows.push([
			contestant.name,
			result.firstAfter.toFixed(2),
			seconds.toFixed(2),
			ratio(seconds),
			ratio(seconds - result.firstAfter),
			...[throttled, lost, doubled].map(String),
		]);
		const reasons = Object.entries(givenUp).map(([reason, times]) => `${times} x ${reason}`);
		console.error(
			`${contestant.name}: ${seconds.toFixed(2)} s; ${reasons.join('; ') || 'all sent'}`,
		);
	}
	console.log('');
	print(rows);
	console.log(`\n${NOTES}`);
}

void main();
