import { passTime } from './passingTime';

/**
 * With this imported first, no wait of the nodes of a test file takes time: the time that they would
 * have waited passes for everything in the test.
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
