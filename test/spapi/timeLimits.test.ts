import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { withinTime } from '../../nodes/shared/spapi/timeLimits';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Work that ends only when its signal aborts. */
const endless = async (signal: AbortSignal): Promise<string> =>
	await new Promise((resolve) => {
		if (signal.aborted) resolve('ended');
		signal.addEventListener('abort', () => resolve('ended'));
	});

const unlessStuck = async (work: Promise<string>): Promise<string> =>
	await Promise.race([work, sleep(30_000, 'stuck', { ref: false })]);

describe('a time limit', () => {
	it('ends work when its time has passed, in an execution and without one', async () => {
		for (const execution of [new AbortController().signal, undefined]) {
			expect(await unlessStuck(withinTime(20, execution, endless))).toBe('ended');
		}
	});

	it('is not forgotten when Node frees its memory', async () => {
		const works = Array.from(
			{ length: 20 },
			async () => await unlessStuck(withinTime(500, new AbortController().signal, endless)),
		);
		for (let round = 0; round < 3; round += 1) {
			await sleep(50);
			collectGarbage();
		}
		expect(new Set(await Promise.all(works))).toEqual(new Set(['ended']));
	});

	it('ends work when the execution is canceled, and at once if it already was', async () => {
		const execution = new AbortController();
		const work = withinTime(600_000, execution.signal, endless);
		execution.abort();
		expect(await unlessStuck(work)).toBe('ended');
		expect(await unlessStuck(withinTime(600_000, execution.signal, endless))).toBe('ended');
	});

	it('leaves nothing behind on the execution, whether the work succeeds or fails', async () => {
		const { signal } = new AbortController();
		expect(await withinTime(600_000, signal, async () => 'done')).toBe('done');
		const failing = withinTime(600_000, signal, async () => await Promise.reject(new Error('no')));
		await expect(failing).rejects.toThrow('no');
		expect(getEventListeners(signal, 'abort')).toEqual([]);
	});
});
