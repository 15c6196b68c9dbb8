/**
 * Loaded into an n8n by `--import`: the clock runs as fast as the real one, but is ahead of it by the
 * milliseconds in the file `CLOCK_AHEAD_FILE`. When this number grows, time steps: what the package `cron`
 * has scheduled until then (the schedules of workflows) happens in its order, each at its own time. So a
 * check can wait for what a day needs, however busy the machine is, and go on with the next day.
 *
 * All other timers keep real time, and so do n8n's task runner and the database's own clock.
 */
import { readFileSync } from 'node:fs';
import { callerFile, replaceDate } from './clockParts.mjs';

const { CLOCK_AHEAD_FILE = '' } = process.env;
const OF_CRON = /[\\/]node_modules[\\/]cron[\\/]/;

/** Milliseconds between two looks at the file. */
const LOOK_EVERY = 25;

const realNow = Date.now.bind(Date);
const realSetTimeout = globalThis.setTimeout;
const realClearTimeout = globalThis.clearTimeout;
const readAhead = () => Number(readFileSync(CLOCK_AHEAD_FILE, 'utf8'));

let ahead = readAhead();
/** While a timer of `cron` runs, it is the time for which it was set. */
/** @type {number | undefined} */
let standing;
const now = () => standing ?? realNow() + ahead;
replaceDate(now);

/** A timer of `cron`. */
class Scheduled {
	/**
	 * @param {number} due
	 * @param {() => void} run
	 */
	constructor(due, run) {
		this.due = due;
		this.run = run;
	}

	ref() {
		return this;
	}

	unref() {
		return this;
	}
}

/** @type {Set<Scheduled>} */
const scheduled = new Set();

/**
 * @param {(...args: unknown[]) => void} callback
 * @param {number} [delay]
 * @param {unknown[]} args
 */
function setTimeoutStepped(callback, delay = 0, ...args) {
	if (!OF_CRON.test(callerFile(setTimeoutStepped))) return realSetTimeout(callback, delay, ...args);
	const timer = new Scheduled(now() + delay, () => callback(...args));
	scheduled.add(timer);
	return timer;
}

globalThis.setTimeout = /** @type {typeof setTimeout} */ (
	/** @type {unknown} */ (
		Object.defineProperties(setTimeoutStepped, Object.getOwnPropertyDescriptors(realSetTimeout))
	)
);

/** @param {NodeJS.Timeout | Scheduled | string | number | undefined} timer */
function clearTimeoutStepped(timer) {
	if (timer instanceof Scheduled) scheduled.delete(timer);
	else realClearTimeout(timer);
}

globalThis.clearTimeout = /** @type {typeof clearTimeout} */ (clearTimeoutStepped);

function look() {
	const wanted = readAhead();
	const until = realNow() + wanted;
	for (;;) {
		const [next] = [...scheduled].sort((a, b) => a.due - b.due);
		if (next === undefined || next.due > until) break;
		scheduled.delete(next);
		standing = next.due;
		try {
			next.run();
		} finally {
			standing = undefined;
		}
	}
	ahead = wanted;
}

setInterval(look, LOOK_EVERY).unref();
