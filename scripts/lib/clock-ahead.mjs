/**
 * Loaded into a process by `--import`: its `Date.now` runs ahead by the milliseconds that the file
 * `CLOCK_AHEAD_FILE` holds, so that a test need not wait until half an hour has passed. Timers and
 * `performance.now` go on as they are.
 */
import { readFileSync } from 'node:fs';

const now = Date.now.bind(Date);
let ahead = 0;

function look() {
	ahead = Number(readFileSync(process.env.CLOCK_AHEAD_FILE, 'utf8'));
}

look();
setInterval(look, 500).unref();
Date.now = () => now() + ahead;
