import { SandboxState, type LoggedRequest } from '../../sandbox/state';
import { DocumentStore } from '../../sandbox/documentStore';
import { ReportStore } from '../../sandbox/reports/store';
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
	new SandboxState({
		seed: 'demo',
		now: NOW,
		rateLimits: false,
		reportDelayMs: 0,
		settings: {},
		habits: 'kind',
	});

it('keeps the newest 100,000 requests without slowing down', () => {
	const state = newState();
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

it('counts the requests that are no longer in the log', () => {
	const state = newState();
	for (let index = 0; index < 120_000; index += 1) {
		state.record({ ...request(index), status: index === 0 ? 429 : 200 });
	}
	expect(state.requests.length).toBeLessThan(120_000);
	expect(state.requestCounts).toEqual([
		{ operation: 'getAccount', status: 429, count: 1 },
		{ operation: 'getAccount', status: 200, count: 119_999 },
	]);
	state.reset();
	expect(state.requestCounts).toEqual([]);
});

it('keeps the newest 50,000 reports and documents', () => {
	const reports = new ReportStore('demo', 0);
	const documents = new DocumentStore();
	const made = Array.from({ length: 50_010 }, (_, index) => {
		const sellerKey = `seller-${index % 10}`;
		const documentId = `document-${index}`;
		documents.add(
			{ documentId, sellerKey, reportType: 'GET_SELLER_FEEDBACK_DATA', gzip: false },
			{ bytes: Buffer.from('x'), contentType: 'text/plain', charset: 'utf-8' },
		);
		return reports.create({
			sellerKey,
			application: 'main',
			reportType: 'GET_SELLER_FEEDBACK_DATA',
			marketplaceIds: [],
			dataStartTime: 0,
			dataEndTime: 0,
			createdTime: index,
			end: { status: 'DONE', documentId },
		});
	});
	expect(new Set(made.map(({ reportId }) => reportId)).size).toBe(50_010);
	const known = made.filter(({ sellerKey, reportId }) => reports.find(sellerKey, reportId));
	expect(known).toEqual(made.slice(10));
	expect(reports.listOf('seller-3')).toHaveLength(5_000);
	expect(reports.reportOf('seller-3', 'document-3')).toBeUndefined();
	expect(reports.reportOf('seller-3', 'document-13')).toBe(made[13]);
	expect(documents.find('document-9')).toBeUndefined();
	expect(documents.find('document-10')).toBeDefined();
});
