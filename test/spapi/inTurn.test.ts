import { inTurn } from '../../nodes/shared/spapi/inTurn';

/** Pieces of work that end when the test says so. */
function pieces() {
	const begun: number[] = [];
	const ends = new Map<number, { done: (result: string) => void; fail: (reason: Error) => void }>();
	const work = async (entry: number): Promise<string> => {
		begun.push(entry);
		return await new Promise((done, fail) => ends.set(entry, { done, fail }));
	};
	return {
		begun,
		work,
		done: (entry: number) => ends.get(entry)?.done(`result ${entry}`),
		fail: (entry: number) => ends.get(entry)?.fail(new Error(`failure ${entry}`)),
	};
}

const settle = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

it('works on at most so many at once, and returns the results in the order of the entries', async () => {
	const { begun, work, done } = pieces();
	const all = inTurn([0, 1, 2, 3], 2, work);
	expect(begun).toEqual([0, 1]);
	done(1);
	await settle();
	expect(begun).toEqual([0, 1, 2]);
	done(2);
	await settle();
	done(3);
	done(0);
	expect(await all).toEqual(['result 0', 'result 1', 'result 2', 'result 3']);
});

it('begins nothing after a failure, and ends when what was begun before it has ended', async () => {
	const { begun, work, done, fail } = pieces();
	let ended: unknown;
	const all = inTurn([0, 1, 2, 3, 4, 5], 3, work).catch((failure: unknown) => {
		ended = failure;
	});
	fail(1);
	await settle();
	done(0);
	await settle();
	expect(ended).toBeUndefined();
	// A second failure is not reported, and nowhere unhandled.
	fail(2);
	await all;
	expect(ended).toEqual(new Error('failure 1'));
	expect(begun).toEqual([0, 1, 2]);
});

it('is done at once without entries', async () => {
	expect(await inTurn([], 4, async () => 'never')).toEqual([]);
});
