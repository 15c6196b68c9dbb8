/**
 * With this imported, the nodes of a test file wait 50 times shorter: for a report, and before they
 * try again. What Amazon would do meanwhile, the sandbox does as fast.
 */
const SHORTER = 50;

let asIs = false;

/** For tests in which it matters how long a wait is. */
export function useWaitsAsTheyAre(): void {
	beforeAll(() => void (asIs = true));
	afterAll(() => void (asIs = false));
}

jest.mock('n8n-workflow', () => {
	const actual = jest.requireActual<typeof import('n8n-workflow')>('n8n-workflow');
	return {
		...actual,
		sleep: async (ms: number) => await actual.sleep(asIs ? ms : ms / SHORTER),
	};
});
