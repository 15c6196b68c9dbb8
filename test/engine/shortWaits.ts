import { passTime, useRunningTime } from './passingTime';

/**
 * With this imported, the nodes of a test file hardly wait, for a report or before they try again: the
 * time that they would have waited passes for them and for the sandbox, unless others' waits have
 * passed it meanwhile.
 */
const SHORTER = 50;
const LONGEST_MS = 5;

let asIs = false;

/** For tests in which it matters how long a wait is. */
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
