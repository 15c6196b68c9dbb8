import { passTime } from './passingTime';

/**
 * If a test file imports this first, no wait of its nodes takes time: the time that they would have
 * waited passes for everything in the test.
 */
const mockPass = passTime;

jest.mock('n8n-workflow', () => {
	const actual = jest.requireActual<typeof import('n8n-workflow')>('n8n-workflow');
	return {
		...actual,
		sleep: async (ms: number) => {
			mockPass(ms);
			await actual.sleep(0);
		},
	};
});
