/**
 * Loaded into an n8n by `--import`: measures its process and answers on `METER_PORT`. All times are
 * real ones, also if another module has scaled the clock.
 *
 * - `GET /` returns figures as of now.
 * - `POST /collect` collects garbage, ends a period of the event loop's delay and begins the next, so
 *   that the collection is in neither.
 */
import { createServer } from 'node:http';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 10;

setFlagsFromString('--expose-gc');
/** @type {() => void} */
const collectGarbage = runInNewContext('gc');

const eventLoop = performance.eventLoopUtilization.bind(performance);

let delay = startDelay();
let before = eventLoop();

function startDelay() {
	const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
	histogram.enable();
	return histogram;
}

/**
 * How late a timer of 10 ms fires, in milliseconds.
 *
 * @param {number} nanoseconds between two times it fires
 */
const lateness = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

function measure() {
	const { rss, heapUsed, external } = process.memoryUsage();
	const { user, system } = process.cpuUsage();
	return {
		rss,
		heapUsed,
		external,
		cpuSeconds: (user + system) / 1e6,
		/** Part of the period in which the event loop was busy. */
		busy: eventLoop(before).utilization,
		delayMs: {
			p50: lateness(delay.percentile(50)),
			p99: lateness(delay.percentile(99)),
			p999: lateness(delay.percentile(99.9)),
			max: lateness(delay.max),
		},
	};
}

function collect() {
	const figures = measure();
	delay.disable();
	collectGarbage();
	collectGarbage();
	const { rss, heapUsed, external } = process.memoryUsage();
	delay = startDelay();
	before = eventLoop();
	return { ...figures, rss, heapUsed, external };
}

const server = createServer((request, response) => {
	const figures = request.method === 'POST' ? collect() : measure();
	response.end(JSON.stringify(figures));
});

// Threads of the process load this module, too.
if (isMainThread) server.listen(Number(process.env.METER_PORT), '127.0.0.1').unref();
