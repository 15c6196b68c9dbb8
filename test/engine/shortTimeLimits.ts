const SHORTER = 20;

/** Those of calls and logins, and of a document that stands still; not that of a whole download. */
const LONGEST_MS = 60_000;

/** For the tests of a file or a block: calls that do not end are given up much sooner. */
export function useShortTimeLimits(): void {
	const { timeout } = AbortSignal;
	beforeAll(() => {
		AbortSignal.timeout = (ms) =>
			timeout.call(AbortSignal, ms > LONGEST_MS ? ms : Math.ceil(ms / SHORTER));
	});
	afterAll(() => void (AbortSignal.timeout = timeout));
}
