import { runNode } from './harness';
import { useWaitsAsTheyAre } from './shortWaits';
import { useSandbox } from './useSandbox';

const inUse = useSandbox({ rateLimits: 20 });
useWaitsAsTheyAre();

const daysAgo = (days: number) =>
	new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

const marketplace = { __rl: true, mode: 'id', value: 'US' };

/** One feedback report per item. */
const fetchFeedback = async (reports: number) =>
	await runNode({
		type: 'amazonSellerFeedback',
		credentials: inUse.credentials,
		items: Array.from({ length: reports }, (_, index) => ({
			json: { since: daysAgo(20 + index) },
		})),
		parameters: {
			resource: 'feedback',
			operation: 'getMany',
			marketplace,
			returnAll: true,
			simplify: true,
			filters: { since: '={{ $json.since }}' },
			options: {},
		},
	});

/** Two reports per item, with nothing to share. */
const evaluate = async (items: number) =>
	await runNode({
		type: 'amazonSellerRating',
		credentials: inUse.credentials,
		items: Array.from({ length: items }, (_, index) => ({ json: { wait: 10 + index } })),
		parameters: {
			operation: 'evaluate',
			marketplace,
			evaluationDays: 365,
			sources: ['amazonReports'],
			counts: {},
			thresholds: {},
			simplify: true,
			options: { waitMinutes: '={{ $json.wait }}' },
		},
	});

test('keeps two nodes of one process within the limit they share', async () => {
	for (const { error } of await Promise.all([fetchFeedback(10), evaluate(5)])) {
		expect(error).toBeUndefined();
	}
	expect(inUse.requests.filter(({ status }) => status === 429)).toEqual([]);
}, 120_000);
