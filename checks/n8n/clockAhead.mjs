/**
 * Loaded into a process by `--import`: its `Date.now` runs ahead by the milliseconds in the file
 * `CLOCK_AHEAD_FILE`, so that a test does not have to wait for half an hour. Timers and
 * `performance.now` are not affected.
 */
import { readFileSync } from 'node:fs';

const now = Date.now.bind(Date);
let ahead = 0;

function look() {
	ahead = Number(readFileSync(process.env.CLOCK_AHEAD_FILE ?? '', 'utf8'));
}

look();
setInterval(look, 500).unref();
Date.now = () => now() + ahead;
