// cspell:ignore cancelled
import {
	DE,
	JP,
	US,
	connect,
	eligibleOrder,
	errorOf,
	fetchToken,
	orderThatIs,
	useSandbox,
	type Client,
} from './support';

const sandbox = useSandbox();
const PARTICIPATIONS = '/sellers/v1/marketplaceParticipations';
const FEEDBACK = {
	reportType: 'GET_SELLER_FEEDBACK_DATA',
	marketplaceIds: [US],
	dataStartTime: '2025-11-20T00:00:00Z',
};

const statuses = async (client: Client, count: number, path = PARTICIPATIONS) => {
	const seen: number[] = [];
	for (let index = 0; index < count; index += 1) seen.push((await client.get(path)).status);
	return seen;
};

const isOffered = async (client: Client, orderId: string) =>
	(await client.actions(orderId)).text.includes('"name":"productReviewAndSellerFeedback"');

describe('faults of a request', () => {
	it.each([
		['throttle', 429, 'QuotaExceeded'],
		['error500', 500, 'InternalFailure'],
		['error503', 503, 'ServiceUnavailable'],
		['unknown403', 403, 'Unauthorized'],
	] as const)('%s answers %i and has no effect', async (kind, status, code) => {
		const client = await connect(sandbox());
		const orderId = eligibleOrder(sandbox());
		const fault = sandbox().faults.add({ kind });
		const struck = await client.solicit(orderId);
		expect([struck.status, errorOf(struck).code]).toEqual([status, code]);
		expect(struck.headers.get('x-amzn-ratelimit-limit')).toBeNull();
		expect(struck.headers.get('x-amzn-requestid')).not.toBeNull();
		expect(sandbox().truth.solicitations).toEqual([]);
		expect(fault.fired).toBe(1);
		expect((await client.solicit(orderId)).status).toBe(201);
		expect(sandbox().requests.filter((request) => request.fault === kind)).toHaveLength(1);
	});

	it('unknown403 has a text of its own, and never happens at the token endpoint', async () => {
		const client = await connect(sandbox());
		const fault = sandbox().faults.add({ kind: 'unknown403', times: 2 });
		expect((await fetchToken(sandbox())).status).toBe(200);
		expect(fault.fired).toBe(0);
		const { message } = errorOf(await client.solicit(eligibleOrder(sandbox())));
		expect(message).toBe('This order cannot be contacted at the moment.');
		expect(errorOf(await client.get(PARTICIPATIONS)).message).toBe(message);
		expect((await client.get(PARTICIPATIONS)).status).toBe(200);
	});

	it('slow delays the response', async () => {
		const client = await connect(sandbox());
		sandbox().faults.add({ kind: 'slow', delayMs: 500 });
		const start = performance.now();
		expect((await client.get(PARTICIPATIONS)).status).toBe(200);
		expect(performance.now() - start).toBeGreaterThanOrEqual(495);
		await client.get(PARTICIPATIONS);
		expect(
			sandbox()
				.requests.slice(-2)
				.map(({ fault }) => fault),
		).toEqual(['slow', undefined]);
	});

	it.each([
		['cutBefore', 0, 'eligible'],
		['cutAfter', 1, 'already'],
	] as const)('%s cuts the connection; %i requests took effect', async (kind, effects, state) => {
		const client = await connect(sandbox());
		const orderId = eligibleOrder(sandbox());
		sandbox().faults.add({ kind, operation: 'createProductReviewAndSellerFeedbackSolicitation' });
		await expect(client.solicit(orderId)).rejects.toThrow('fetch failed');
		expect(sandbox().truth.solicitations).toHaveLength(effects);
		expect(sandbox().truth.solicitability('demo', orderId)).toBe(state);
		expect(sandbox().requests.at(-1)).toMatchObject({ status: 0, fault: kind, orderId });
		expect(await isOffered(client, orderId)).toBe(state === 'eligible');
	});

	it('truncatedJson breaks the body, but the request takes effect', async () => {
		const client = await connect(sandbox());
		const orderId = eligibleOrder(sandbox());
		sandbox().faults.add({ kind: 'truncatedJson' });
		const reply = await client.solicit(orderId);
		expect(reply.status).toBe(201);
		expect(() => reply.json).toThrow(SyntaxError);
		expect(sandbox().truth.solicitations).toHaveLength(1);
	});

	it('expiredToken really expires the token, so that only a new one works', async () => {
		const client = await connect(sandbox());
		sandbox().faults.add({ kind: 'expiredToken' });
		for (let index = 0; index < 2; index += 1) {
			const reply = await client.get(PARTICIPATIONS);
			expect([reply.status, errorOf(reply).details]).toEqual([
				403,
				'The access token you provided has expired.',
			]);
		}
		expect((await (await connect(sandbox())).get(PARTICIPATIONS)).status).toBe(200);
	});

	it('garbageHtml answers like a load balancer', async () => {
		const client = await connect(sandbox());
		sandbox().faults.add({ kind: 'garbageHtml' });
		const reply = await client.get(PARTICIPATIONS);
		expect([reply.status, reply.headers.get('content-type')]).toEqual([502, 'text/html']);
		expect(reply.text).toContain('<html>');
	});

	it('can fail LWA as well', async () => {
		sandbox().faults.add({ kind: 'error503', operation: 'lwaToken' });
		const reply = await fetchToken(sandbox());
		expect([reply.status, reply.json['error']]).toEqual([503, 'temporarily_unavailable']);
		expect((await fetchToken(sandbox())).status).toBe(200);
	});
});

describe('faults of reports and documents', () => {
	it.each([
		['reportCancelled', 'CANCELLED'],
		['reportFatal', 'FATAL'],
	] as const)('%s ends a report %s, the next one is fine', async (kind, status) => {
		const client = await connect(sandbox());
		sandbox().faults.add({ kind });
		const report = await client.finishedReport(FEEDBACK);
		expect(report['processingStatus']).toBe(status);
		expect(report).not.toHaveProperty('reportDocumentId');
		expect((await client.finishedReport(FEEDBACK))['processingStatus']).toBe('DONE');
	});

	it('reportFatal can have a document with the reason', async () => {
		const client = await connect(sandbox());
		sandbox().habits.set({ fatalDocuments: true });
		sandbox().faults.add({ kind: 'reportFatal' });
		expect(await client.finishedReport(FEEDBACK)).toMatchObject({
			processingStatus: 'FATAL',
			reportDocumentId: expect.any(String),
		});
	});

	it('reportStuck stays IN_PROGRESS', async () => {
		const client = await connect(sandbox());
		sandbox().faults.add({ kind: 'reportStuck', reportType: 'GET_SELLER_FEEDBACK_DATA' });
		const stuck = await client.createReport(FEEDBACK);
		await client.finishedReport(FEEDBACK);
		await client.finishedReport(FEEDBACK);
		const { json } = await client.get(`/reports/2021-06-30/reports/${stuck}`);
		expect(json['processingStatus']).toBe('IN_PROGRESS');
	});

	it('expiredDocument refuses one download', async () => {
		const client = await connect(sandbox());
		const report = await client.finishedReport(FEEDBACK);
		const url = await client.documentUrl(String(report['reportDocumentId']));
		sandbox().faults.add({ kind: 'expiredDocument' });
		expect((await fetch(url)).status).toBe(403);
		expect((await fetch(url)).status).toBe(200);
	});

	it.each([
		['demo', US, 'Cp1252'],
		['second', DE, 'UTF-8'],
		['japan', JP, 'UTF-8'],
	])('wrongCharset announces a wrong charset: %s', async (sellerKey, marketplaceId, wrong) => {
		const client = await connect(sandbox(), sellerKey);
		const order = { ...FEEDBACK, marketplaceIds: [marketplaceId] };
		const honest = await client.report(order);
		sandbox().faults.add({ kind: 'wrongCharset' });
		const struck = await client.report(order);
		expect(struck.contentType).toBe(`text/plain;charset=${wrong}`);
		expect(struck.bytes.equals(honest.bytes)).toBe(true);
		if (wrong === 'UTF-8') {
			expect(() => new TextDecoder('utf-8', { fatal: true }).decode(struck.bytes)).toThrow();
		}
	});
});

describe('flappingEligibility', () => {
	it('returns an empty list on every second read of an order', async () => {
		const client = await connect(sandbox());
		const orderId = eligibleOrder(sandbox());
		sandbox().faults.add({ kind: 'flappingEligibility', orderId, times: 2 });
		const seen: boolean[] = [];
		for (let index = 0; index < 6; index += 1) seen.push(await isOffered(client, orderId));
		expect(seen).toEqual([true, false, true, false, true, true]);
		expect((await client.solicit(orderId)).status).toBe(201);
	});
});

describe('aiming faults', () => {
	it('works by operation, order and seller', async () => {
		const client = await connect(sandbox());
		const other = await connect(sandbox(), 'second');
		const aimed = eligibleOrder(sandbox());
		const safe = orderThatIs(sandbox(), 'closed');
		sandbox().faults.add({ kind: 'error500', orderId: aimed });
		expect((await client.actions(safe)).status).toBe(200);
		expect((await client.actions(aimed)).status).toBe(500);
		sandbox().faults.add({ kind: 'error503', operation: 'getAccount', sellerKey: 'second' });
		expect(await statuses(client, 1, '/sellers/v1/account')).toEqual([200]);
		expect(await statuses(other, 1)).toEqual([200]);
		expect(await statuses(other, 2, '/sellers/v1/account')).toEqual([503, 200]);
	});

	it('works by times and skip, and until removed or cleared', async () => {
		const client = await connect(sandbox());
		sandbox().faults.add({ kind: 'error500', skip: 1, times: 2 });
		expect(await statuses(client, 4)).toEqual([200, 500, 500, 200]);
		const lasting = sandbox().faults.add({ kind: 'error503', times: 'always' });
		expect(await statuses(client, 3)).toEqual([503, 503, 503]);
		expect(lasting.fired).toBe(3);
		lasting.remove();
		expect(await statuses(client, 1)).toEqual([200]);
		sandbox().faults.add({ kind: 'error500', times: 'always' });
		sandbox().faults.clear();
		expect(await statuses(client, 1)).toEqual([200]);
	});

	it('works by a probability that follows from the seed', async () => {
		const run = async () => {
			sandbox().reset();
			const client = await connect(sandbox());
			sandbox().faults.add({ kind: 'error503', probability: 0.5 });
			return await statuses(client, 40);
		};
		const first = await run();
		const struck = first.filter((status) => status === 503).length;
		expect(struck).toBeGreaterThan(8);
		expect(struck).toBeLessThan(32);
		expect(await run()).toEqual(first);
	});

	it('refuses unknown values', () => {
		expect(() => sandbox().faults.add({ kind: 'meteor' } as never)).toThrow();
		expect(() => sandbox().faults.add({ kind: 'slow', delay: 5 } as never)).toThrow();
	});
});
