import type { Steps } from '../../nodes/shared/domain/steps';
import { inTurns } from '../../nodes/shared/spapi/pause';
import { unpack } from '../../nodes/shared/spapi/reportDocument';

describe('the event loop', () => {
	/** Works for longer than other work may have to wait. */
	function workLong(): void {
		const start = performance.now();
		while (performance.now() - start < 20);
	}

	it('runs other work between two long steps', async () => {
		let turns = 0;
		const seen: number[] = [];
		function* work(): Steps<string> {
			for (let step = 0; step < 4; step += 1) {
				seen.push(turns);
				setImmediate(() => (turns += 1));
				workLong();
				yield;
			}
			return 'done';
		}
		// From a timer: otherwise the first pause, a timer, may end before anything else runs.
		await new Promise((resolve) => setTimeout(resolve, 0));
		expect(await inTurns(work())).toBe('done');
		expect(seen).toEqual([0, 1, 2, 3]);
	});

	it('runs other work while reading an uncompressed document', async () => {
		let turns = 0;
		let isDone = false;
		const count = (): void => {
			turns += 1;
			if (!isDone) setImmediate(count);
		};
		setImmediate(count);
		let length = 0;
		for await (const piece of unpack(new Uint8Array(1024 * 1024))) {
			length += piece.length;
			workLong();
		}
		isDone = true;
		expect(length).toBe(1024 * 1024);
		expect(turns).toBeGreaterThanOrEqual(9);
	});
});
