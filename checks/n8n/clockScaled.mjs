/**
 * Loaded into an n8n by `--import`: time runs `CLOCK_SCALE` times as fast. The clock shows
 * `CLOCK_START` (ISO) when the real one shows `CLOCK_ORIGIN` (milliseconds), so that several
 * processes agree, and a restarted one continues at the current scaled time.
 *
 * Only some timers are scaled, recognized by the file that sets them: those of the package `cron`,
 * which n8n polls with, n8n's `sleep`, which a node waits with, and those of n8n's wait tracker, which
 * resumes executions whose wait has ended (it looks for them at most twice a second). All others run
 * in real time: those of requests, of the database, of n8n's own housekeeping. Its task runner, where
 * a Code node runs, and the database's own clock also keep real time.
 */
import { callerFile, replaceDate } from './clockParts.mjs';

const { CLOCK_SCALE, CLOCK_START, CLOCK_ORIGIN } = process.env;
const SCALED_TIMERS =
	/[\\/]node_modules[\\/](cron[\\/]|@n8n[\\/]utils[\\/]dist[\\/]sleep\.|n8n[\\/]dist[\\/]wait-tracker\.)/;

/** Milliseconds between two calls of a scaled interval, at least. */
const SHORTEST_INTERVAL = 500;

const scale = Number(CLOCK_SCALE);
const start = Date.parse(CLOCK_START ?? '');
const origin = Number(CLOCK_ORIGIN);
if (!(scale > 0) || Number.isNaN(start) || !(origin > 0)) {
	throw new Error('Set CLOCK_SCALE, CLOCK_START and CLOCK_ORIGIN');
}

const realNow = Date.now.bind(Date);
replaceDate(() => Math.round(start + (realNow() - origin) * scale));

const realPerformanceNow = performance.now.bind(performance);
performance.now = () => realPerformanceNow() * scale;

const realSetTimeout = globalThis.setTimeout;

/**
 * @param {(...args: unknown[]) => void} callback
 * @param {number} [delay]
 * @param {unknown[]} args
 */
function setTimeoutScaled(callback, delay = 0, ...args) {
	const own = SCALED_TIMERS.test(callerFile(setTimeoutScaled));
	return realSetTimeout(callback, own ? Math.ceil(delay / scale) : delay, ...args);
}

globalThis.setTimeout = /** @type {typeof setTimeout} */ (
	Object.defineProperties(setTimeoutScaled, Object.getOwnPropertyDescriptors(realSetTimeout))
);

const realSetInterval = globalThis.setInterval;

/**
 * @param {(...args: unknown[]) => void} callback
 * @param {number} [delay]
 * @param {unknown[]} args
 */
function setIntervalScaled(callback, delay = 0, ...args) {
	const own = SCALED_TIMERS.test(callerFile(setIntervalScaled));
	const pause = own ? Math.max(Math.ceil(delay / scale), SHORTEST_INTERVAL) : delay;
	return realSetInterval(callback, pause, ...args);
}

globalThis.setInterval = /** @type {typeof setInterval} */ (
	Object.defineProperties(setIntervalScaled, Object.getOwnPropertyDescriptors(realSetInterval))
);
