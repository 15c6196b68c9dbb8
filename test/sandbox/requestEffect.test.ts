import { answerTo } from '../../sandbox/world/requestEffect';
import { connect, US, useSandbox } from './support';

const sandbox = useSandbox();

const ordersToRequest = (count: number): string[] =>
	sandbox()
		.world.addOrders({ count, state: 'eligible' })
		.map(({ orderId }) => orderId);

const feedback = () => sandbox().sellers['demo']?.marketplaces[0]?.feedback ?? [];

describe('the effect of requests', () => {
	it('is zero by default', async () => {
		const client = await connect(sandbox());
		const before = [...feedback()];
		for (const orderId of ordersToRequest(20)) await client.solicit(orderId);
		expect(feedback()).toEqual(before);
		expect(sandbox().truth.requestAnswers).toEqual([]);
	});

	it('is feedback within some days, with its true record', async () => {
		sandbox().settings.set({ requestEffectPercent: 50, requestEffectDays: 2 });
		const client = await connect(sandbox());
		const before = feedback().length;
		const orderIds = ordersToRequest(60);
		for (const orderId of orderIds) await client.solicit(orderId);
		const answers = sandbox().truth.requestAnswers;
		expect(answers.length).toBeGreaterThan(15);
		expect(answers.length).toBeLessThan(45);
		expect(feedback()).toHaveLength(before + answers.length);
		for (const { orderId, at, requestedAt, rating } of answers) {
			expect(orderIds).toContain(orderId);
			const days = (Date.parse(at) - Date.parse(requestedAt)) / 86_400_000;
			expect([0, 1, 2]).toContain(days);
			expect(feedback()).toContainEqual(expect.objectContaining({ orderId, rating }));
		}
		const overHttp = await client.get('/sandbox/truth/requestAnswers');
		expect(overHttp.json).toEqual(answers);
	});

	it('is not shown before its time, and not counted twice', async () => {
		sandbox().settings.set({ requestEffectPercent: 100, requestEffectDays: 5 });
		const client = await connect(sandbox());
		const [first = '', second = ''] = ordersToRequest(2);
		sandbox().world.addFeedback({ orderId: first, rating: 1 });
		await client.solicit(first);
		await client.solicit(second);
		expect(sandbox().truth.requestAnswers.map(({ orderId }) => orderId)).toEqual([second]);
		const low = sandbox().truth.feedback('demo', US);
		const now = sandbox().clock.now().getTime();
		expect(low.every(({ at }) => at <= now)).toBe(true);
	});

	it('is drawn by the order alone, with the wanted frequency', () => {
		const how = { percent: 30, lastDay: 3 };
		const answers = Array.from({ length: 4_000 }, (_, index) =>
			answerTo(`order ${index}`, 'demo', how),
		);
		const given = answers.flatMap((answer) => answer ?? []);
		expect(given.length / answers.length).toBeCloseTo(0.3, 1);
		expect(given.filter(({ rating }) => rating <= 3).length / given.length).toBeCloseTo(1 / 12, 1);
		expect(answerTo('order 7', 'demo', how)).toEqual(answers[7]);
		expect(answerTo('order 7', 'demo', { ...how, percent: 0 })).toBeUndefined();
	});
});
