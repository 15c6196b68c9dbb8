import { SandboxState, type LoggedRequest } from '../../sandbox/state';
import { IN_PROPORTION, timeOf } from '../growth';
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

const newState = () =>
	new SandboxState({ seed: 'demo', now: NOW, rateLimits: false, reportDelayMs: 0, settings: {}, habits: 'kind' });

it('the request log keeps the newest 100,000', () => {
	const state = newState();
	let shortest = Infinity;
	for (let index = 0; index < 205_000; index += 1) {
		state.record(request(index));
		if (index >= 100_000) shortest = Math.min(shortest, state.requests.length);
	}
	expect(shortest).toBe(100_000);
	expect(state.requests.length).toBeLessThanOrEqual(110_000);
	const numbers = state.requests.map(({ arrivedAt }) => arrivedAt);
	const first = 205_000 - numbers.length;
	expect(numbers.every((number, index) => number === first + index)).toBe(true);
});

it('the request log does not slow down once it is full', () => {
	const full = newState();
	for (let index = 0; index < 100_000; index += 1) full.record(request(index));
	const record = (count: number) => {
		for (let index = 0; index < count; index += 1) full.record(request(index));
	};
	const empty = newState();
	const recordAnew = (count: number) => {
		for (let index = 0; index < count; index += 1) empty.record(request(index));
	};
	// Where every request moves all others up, each of them takes a hundred times as long.
	expect(timeOf(() => record(5_000))).toBeLessThan(IN_PROPORTION * timeOf(() => recordAnew(5_000)));
});
