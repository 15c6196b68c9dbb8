import { startSandbox, type Sandbox } from '../../sandbox';
import { DE, NOW, connect, useSandbox } from './support';

const COUNT = 200;
const MARKETPLACES = 5;

const sandbox = useSandbox({ moreSellers: { count: COUNT, marketplaces: MARKETPLACES } });

const FEEDBACK = {
	reportType: 'GET_SELLER_FEEDBACK_DATA',
	dataStartTime: '2026-09-01T00:00:00Z',
};

const keysOf = ({ sellers }: Sandbox) =>
	Object.keys(sellers).filter((key) => key.startsWith('seller-'));

const lowIn = (sellerKey: string, marketplaceId: string) =>
	sandbox().truth.feedback(sellerKey, marketplaceId);

describe('many sellers', () => {
	it('come in addition to the four, each with its own name, token and marketplaces, of one application', () => {
		const keys = keysOf(sandbox());
		expect(keys).toHaveLength(COUNT);
		const { sellers } = sandbox();
		const names = Object.values(sellers).map(({ name }) => name);
		expect(new Set(names).size).toBe(COUNT + 4);
		const credentials = keys.map((key) => sandbox().credentials(key));
		expect(new Set(credentials.map(({ refreshToken }) => refreshToken)).size).toBe(COUNT);
		expect(new Set(credentials.map(({ clientId }) => clientId))).toEqual(
			new Set([sandbox().credentials().clientId]),
		);
		for (const key of keys) expect(sellers[key]?.marketplaces).toHaveLength(MARKETPLACES);
	});

	it('have content that is theirs alone: some low feedback, and orders for more', () => {
		const places = keysOf(sandbox()).flatMap((key) => sandbox().sellers[key]?.marketplaces ?? []);
		const orders = places.flatMap((place) => place.orders.map(({ orderId }) => orderId));
		expect(new Set(orders).size).toBe(orders.length);
		for (const { feedback } of places) expect(feedback.length).toBeGreaterThan(0);
		const low = places.filter(({ feedback }) => feedback.some(({ rating }) => rating <= 3));
		expect(low.length).toBeGreaterThan(places.length / 2);
		expect(low.length).toBeLessThan(places.length);
		for (let each = 0; each < 10; each += 1) {
			sandbox().world.addFeedback({ sellerKey: 'seller-007', marketplaceId: DE, rating: 1 });
		}
		expect(sandbox().truth.feedbackHistory('seller-007')).toHaveLength(10);
		expect(sandbox().truth.feedbackHistory('seller-008')).toHaveLength(0);
	});

	it('are the same with fewer of them, and change nothing about the four', async () => {
		const few = await startSandbox({ now: NOW, moreSellers: { count: 2, marketplaces: 5 } });
		try {
			for (const key of ['seller-002', 'second']) {
				expect(JSON.stringify(few.sellers[key])).toBe(JSON.stringify(sandbox().sellers[key]));
				expect(few.credentials(key).refreshToken).toBe(sandbox().credentials(key).refreshToken);
			}
		} finally {
			await few.close();
		}
	});

	it('read their own reports, and the record says when each finished one was first read', async () => {
		const key = 'seller-042';
		const client = await connect(sandbox(), key);
		sandbox().world.addFeedback({ sellerKey: key, marketplaceId: DE, rating: 2, comment: 'Late' });
		const { bytes } = await client.report({ ...FEEDBACK, marketplaceIds: [DE] });
		for (const { orderId } of lowIn(key, DE)) expect(bytes.toString('latin1')).toContain(orderId);
		const [read, ...others] = sandbox().truth.reportReads;
		expect(others).toEqual([]);
		expect(read).toEqual({
			sellerKey: key,
			application: 'main',
			reportType: FEEDBACK.reportType,
			marketplaceIds: [DE],
			reportId: expect.any(String) as string,
			status: 'DONE',
			requestedAt: new Date(NOW).toISOString(),
			at: new Date(NOW).toISOString(),
		});
		sandbox().clock.advance({ minutes: 1 });
		// Without anything to report, it is read when its end is seen.
		const canceled = await client.finishedReport({
			reportType: FEEDBACK.reportType,
			marketplaceIds: [DE],
		});
		expect(canceled['processingStatus']).toBe('CANCELLED');
		expect(sandbox().truth.reportReads[1]).toMatchObject({ status: 'CANCELLED' });
		// A second look at the same report is not another read.
		await client.get(`/reports/2021-06-30/reports/${String(canceled['reportId'])}`);
		const again = await client.get(`/reports/2021-06-30/reports/${read?.reportId}`);
		await fetch(await client.documentUrl(String(again.json['reportDocumentId'])));
		expect(sandbox().truth.reportReads).toHaveLength(2);
	});

	it('are refused in a number or with marketplaces that the region does not have', async () => {
		for (const moreSellers of [
			{ count: 0, marketplaces: 5 },
			{ count: 5, marketplaces: 99 },
		]) {
			await expect(startSandbox({ now: NOW, moreSellers })).rejects.toThrow();
		}
	});
});
