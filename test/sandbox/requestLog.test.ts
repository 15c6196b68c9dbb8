import { SandboxState, type LoggedRequest } from '../../sandbox/state';
import { NOW } from './support';

const request = (index: number): LoggedRequest => ({
	operation: 'getAccount',
	method: 'GET',
	path: '/sellers/v1/account',
	query: {},
	sellerKey: 'demo',
	orderId: undefined,
	status: 200,
	at: NOW,
	arrivedAt: index,
	userAgent: '',
	requestId: String(index),
});

it('keeps the newest 100,000 requests without slowing down', () => {
	const state = new SandboxState({
		seed: 'demo',
		now: NOW,
		rateLimits: false,
		reportDelayMs: 0,
		settings: {},
		habits: 'kind',
	});
	const moved = jest.spyOn(state.requests, 'splice');
	let shortest = Infinity;
	for (let index = 0; index < 205_000; index += 1) {
		state.record(request(index));
		if (index >= 100_000) shortest = Math.min(shortest, state.requests.length);
	}
	// Trims only now and then: doing it on every request would move all others each time.
	expect(moved.mock.calls.length).toBeLessThanOrEqual(10);
	expect(shortest).toBe(100_000);
	expect(state.requests.length).toBeLessThanOrEqual(110_000);
	const numbers = state.requests.map(({ arrivedAt }) => arrivedAt);
	const first = 205_000 - numbers.length;
	expect(numbers.every((number, index) => number === first + index)).toBe(true);
});
