import { passTime, useRunningTime } from './passingTime';

/**
 * If a test file imports this, its nodes hardly wait for a report or before a retry. The time that
 * they would have waited passes for them and for the sandbox, unless it has already passed in
 * other waits.
 */
const SHORTER = 50;
const LONGEST_MS = 5;

let asIs = false;

/** For tests that depend on the length of a wait. */
export function useWaitsAsTheyAre(): void {
	beforeAll(() => void (asIs = true));
	afterAll(() => void (asIs = false));
}

useRunningTime();

const mockPass = passTime;

jest.mock('n8n-workflow', () => {
	const actual = jest.requireActual<typeof import('n8n-workflow')>('n8n-workflow');
	return {
		...actual,
		sleep: async (ms: number) => {
			if (asIs) return await actual.sleep(ms);
			const until = performance.now() + ms;
			await actual.sleep(Math.min(ms / SHORTER, LONGEST_MS));
			mockPass(Math.max(0, until - performance.now()));
		},
	};
});
