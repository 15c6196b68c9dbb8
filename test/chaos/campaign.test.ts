import { passTime } from './passingTime';
import { countProblems, runCampaign } from './campaign';

// All waits of the nodes pass without waiting.
jest.mock('n8n-workflow', () => {
	const actual = jest.requireActual<typeof import('n8n-workflow')>('n8n-workflow');
	return {
		...actual,
		sleep: async (ms: number) => {
			passTime(ms);
			await actual.sleep(0);
		},
	};
});

it('a short fault campaign over all nodes loses, doubles and leaks nothing', async () => {
	const result = await runCampaign({ seed: 'smoke', rounds: 14, watchMinutes: 30 });
	const { tally, problems, faults, secrets, searched, calls } = result;
	expect(problems).toEqual([]);
	expect(countProblems(problems)).toMatchObject({ lost: 0, doubled: 0, leaked: 0 });
	// A campaign in which nothing happens would prove nothing.
	expect(tally.rounds).toBe(14);
	expect(tally.polls).toBeGreaterThan(60);
	expect(tally.badInputs).toBeGreaterThan(20);
	expect(tally.followed).toBeGreaterThan(50);
	expect([...faults.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
	expect(secrets).toBeGreaterThan(1000);
	expect(searched).toBeGreaterThan(100_000);
	expect(calls).toBeGreaterThan(100);
}, 60_000);
