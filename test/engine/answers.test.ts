// cspell:ignore cancelled
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { FaultSpec } from '../../sandbox';
import { runNode, type NodeRun, type NodeRunOptions } from './harness';
import { useSandbox } from './useSandbox';

/** Real answers that others got from Amazon, or from something in its place. */

const CREATE = 'createProductReviewAndSellerFeedbackSolicitation';
const LOOK = 'getSolicitationActionsForOrder';
const DENIED = 'Access to requested resource is denied.';
const PAGE = '<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head></html>';
const PAGE_403 =
	'<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>\r\n';

const inUse = useSandbox({ rateLimits: 10_000 });

const fault = (spec: Omit<FaultSpec, 'kind'>) =>
	inUse.sandbox.faults.add({ kind: 'otherAnswer', times: 'always', hasRequestId: true, ...spec });

const errors = (message: string, details = '', code = 'Unauthorized'): string =>
	JSON.stringify({ errors: [{ code, message, details }] });

const feedback = async (
	resource: 'feedback' | 'accountHealth' = 'feedback',
	options: INodeParameters = {},
): Promise<NodeRun> =>
	await runNode({
		type: 'amazonSellerFeedback',
		credentials: inUse.credentials,
		parameters: {
			resource,
			operation: resource === 'feedback' ? 'getMany' : 'get',
			marketplace: { __rl: true, mode: 'list', value: '' },
			returnAll: true,
			simplify: true,
			filters: {},
			options,
		},
	});

const newOrders = (count: number): string[] =>
	inUse.sandbox.world.addOrders({ count }).map(({ orderId }) => orderId);

const send = async (
	orders: readonly string[],
	options: INodeParameters = {},
	onError: NodeRunOptions['onError'] = 'continueRegularOutput',
): Promise<NodeRun> =>
	await runNode({
		type: 'amazonReviewSolicitation',
		items: orders.map((orderId) => ({ json: { orderId } })),
		credentials: inUse.credentials,
		onError,
		parameters: {
			resource: 'solicitation',
			operation: 'send',
			orderId: '={{ $json.orderId }}',
			marketplace: { __rl: true, mode: 'list', value: '' },
			dryRun: false,
			options,
		},
	});

const outcomesOf = (items: readonly IDataObject[]) => items.map(({ outcome }) => outcome);
const count = (operation: string): number =>
	inUse.requests.filter((request) => request.operation === operation).length;
const requestCount = (): number => inUse.sandbox.truth.solicitations.length;

/** The first calls of a process use Amazon's usual rate, until an answer names the sandbox's. */
beforeAll(async () => {
	const { items } = await send(newOrders(2));
	expect(outcomesOf(items)).toEqual(['sent', 'sent']);
});

describe('a missing role', () => {
	it.each([
		[DENIED, ''],
		['Access to the resource is forbidden', ''],
		['Unauthorized to access requested fields.', 'Unauthorized to access: [salesAndTraffic]'],
		['Forbidden', ''],
		['Unauthorized', ''],
	])('is named for a 403 from any operation: %s', async (message, details) => {
		for (const operation of ['createReport', 'getReport', 'getReportDocument']) {
			const active = fault({ operation, status: 403, body: errors(message, details) });
			const { error } = await feedback();
			active.remove();
			expect(error?.message).toMatch(/: Amazon denied access$/);
			expect(error?.description).toContain('Selling Partner Insights or Amazon Fulfillment');
			expect(error?.description).toContain(message.replace(/\.$/, ''));
		}
	});

	it('also stops Send if it is worded differently', async () => {
		fault({ operation: LOOK, status: 403, body: errors('Access to the resource is forbidden') });
		const { items } = await send(newOrders(30));
		expect(outcomesOf(items)).toEqual(items.map(() => 'missingRole'));
		expect(items).toHaveLength(30);
		expect(items[29]?.explanation).toMatch(/Buyer Solicitation or Product Listing/);
		expect(count(LOOK)).toBeLessThanOrEqual(5);
	});
});

describe('an expired client secret', () => {
	const body = errors(DENIED, 'The LWA secret token you provided has expired.');

	it('is reported with what to do, without repeated logins', async () => {
		fault({ operation: 'createReport', status: 403, body });
		const { error } = await feedback();
		expect(error?.message).toBe(
			"Could not request a report: the application's client secret has expired",
		);
		expect(error?.description).toMatch(/^Create a new client secret/);
		expect(error?.description).not.toMatch(/role/);
		expect(count('createReport')).toBe(1);
		expect(count('lwaToken')).toBeLessThanOrEqual(1);
	});

	it('stops Send, and is not reported as a missing role', async () => {
		fault({ operation: LOOK, status: 403, body });
		const orders = newOrders(30);
		const { items } = await send(orders);
		expect(outcomesOf(items)).toEqual(orders.map(() => 'loginFailed'));
		expect(items[0]?.amazonMessage).toBe(
			`${DENIED} The LWA secret token you provided has expired.`,
		);
		expect(count(LOOK)).toBeLessThanOrEqual(5);
	});
});

describe('a 403 that is not in the format of Amazon', () => {
	it('is reported with its status and the title of the page', async () => {
		fault({ operation: 'createReport', status: 403, body: PAGE_403 });
		const { error } = await feedback();
		expect(error?.description).toMatch(/a web page, "403 Forbidden"\. Status: 403\./);
		expect(error?.context.data).toMatchObject({ amazonMessage: 'a web page, "403 Forbidden"' });
		expect(error?.httpCode).toBe('403');
	});

	it.each([
		[
			'outsideWindow',
			'You canâ€™t use this feature to request a review outside the 5-30 day range after the order delivery date.',
		],
		['alreadyRequested', 'You have already requested a review for this order.'],
	])('is recognized as %s although it is cut off', async (outcome, message) => {
		const whole = JSON.stringify({ errors: [{ code: 'Unauthorized', message, details: '' }] });
		const at = whole.indexOf(message);
		for (const length of [at + message.length + 15, at + message.length - 25]) {
			const active = fault({ operation: CREATE, status: 403, body: whole.slice(0, length) });
			const { items } = await send(newOrders(1), { checkFirst: false, explain: false });
			active.remove();
			expect(outcomesOf(items)).toEqual([outcome]);
			expect(items[0]?.amazonMessage).toEqual(expect.stringContaining(message.slice(0, 25)));
		}
	});

	it('is quoted in the result of Send if it is a page', async () => {
		fault({ operation: CREATE, status: 403, body: PAGE_403 });
		const { items } = await send(newOrders(1), { checkFirst: false });
		expect(items[0]).toMatchObject({
			outcome: 'refused',
			amazonMessage: 'a web page, "403 Forbidden"',
		});
	});
});

describe('an answer of status 200', () => {
	it("is reported in Amazon's words if it contains errors", async () => {
		const message = 'We encountered an internal error. Please try again.';
		fault({ operation: 'createReport', body: errors(message, '', 'InternalFailure') });
		const { error } = await feedback();
		expect(error?.message).toMatch(/: Amazon is not available at the moment$/);
		expect(error?.description).toContain(`Amazon's answer: InternalFailure: ${message}`);
		expect(error?.description).not.toMatch(/Required/);
	});

	it('does not count as a requested review if it contains errors', async () => {
		fault({ operation: CREATE, body: errors('Bad', '', 'InvalidInput'), status: 201 });
		const { items } = await send(newOrders(1));
		expect(items[0]).toMatchObject({ outcome: 'refused', amazonMessage: 'Bad' });
	});

	it.each([
		['a page of a proxy', { body: PAGE }],
		['such a page with 201', { body: PAGE, status: 201 }],
		['nothing', { body: '' }],
		['JSON from something else', { body: '{"login":"https://proxy.example"}' }],
	])('is not `sent` if it is %s: the order is checked', async (_, answer) => {
		const [orderId = ''] = newOrders(1);
		const before = requestCount();
		inUse.sandbox.faults.add({ kind: 'otherAnswer', operation: CREATE, times: 1, ...answer });
		const { items } = await send([orderId]);
		expect(outcomesOf(items)).toEqual(['answerLost', 'sent']);
		expect(requestCount() - before).toBe(1);
	});

	it('leaves the outcome open if a proxy answers every request', async () => {
		const before = requestCount();
		inUse.sandbox.faults.add({ kind: 'otherAnswer', operation: CREATE, times: 'always' });
		inUse.sandbox.faults.add({ kind: 'otherAnswer', operation: LOOK, times: 'always' });
		const { items } = await send(newOrders(1), { checkFirst: false });
		expect(outcomesOf(items)).toEqual(['answerLost']);
		expect(items[0]?.amazonMessage).toBe('a web page, "Sign in to the network"');
		expect(requestCount()).toBe(before);
	});

	it.each(['createReport', 'getReport', 'getReportDocument', 'downloadDocument'])(
		"is requested again if it is a proxy's page, and reported if the page persists (%s)",
		async (operation) => {
			inUse.sandbox.faults.add({ kind: 'otherAnswer', operation, times: 1 });
			const once = await feedback();
			expect(once.error).toBeUndefined();
			expect(once.items.length).toBeGreaterThan(0);

			inUse.sandbox.faults.add({ kind: 'otherAnswer', operation, times: 'always' });
			const { error, items } = await feedback();
			expect(items).toEqual([]);
			expect(error?.message).toMatch(/: Amazon's answer could not be read$/);
			expect(error?.description).toMatch(/a web page/);
		},
	);
});

describe('a report that failed', () => {
	it.each([
		[
			'an object',
			'{"errorDetails":"Error in report request: the client does not sell in the marketplace"}',
			'Error in report request: the client does not sell in the marketplace',
		],
		[
			'a list',
			'[{"message":"The same dates must be requested"}]',
			'The same dates must be requested',
		],
		['errors', errors('Out of range', '', 'Invalid'), 'Out of range'],
		[
			'text',
			'Data is not available\r\nfor seller abc123@marketplace.amazon.com',
			'Data is not available for seller [redacted]',
		],
	])('is reported with the reason if its document gives it as %s', async (_, body, reason) => {
		inUse.sandbox.faults.add({ kind: 'reportFatal', body });
		const { error } = await feedback('accountHealth');
		expect(error?.message).toMatch(
			/^Could not read report \S+: Amazon failed to make it \(FATAL\)$/,
		);
		expect(error?.description).toContain(`Amazon's answer: ${reason}.`);
		expect(error?.description).not.toMatch(/shorter period/);
		expect(error?.context.data).toMatchObject({ amazonMessage: reason });
	});

	it('is reported as failed even if its document cannot be read', async () => {
		inUse.sandbox.faults.add({ kind: 'reportFatal', body: '{}' });
		const unsaid = await feedback();
		inUse.sandbox.faults.add({ kind: 'reportFatal', body: 'Some reason' });
		inUse.sandbox.faults.add({ kind: 'expiredDocument', times: 'always' });
		for (const { error } of [unsaid, await feedback()]) {
			expect(error?.message).toMatch(/failed to make it/);
			expect(error?.description).not.toMatch(/Amazon's answer|shorter/);
			expect(error?.description).toMatch(/30 minutes/);
		}
	});

	it('counts as canceled if Amazon says so, with any document', async () => {
		const body = 'date\trating\n';
		inUse.sandbox.faults.add({ kind: 'reportCancelled', body });
		const { items, hints, error } = await feedback();
		expect(error).toBeUndefined();
		expect(items).toEqual([]);
		expect(hints.join()).toMatch(/Amazon canceled feedback report/);
	});
});

describe('an answer with a null in it', () => {
	const place = (id: string, countryCode: unknown, storeName: unknown) => ({
		marketplace: {
			id,
			countryCode,
			name: 'Amazon.com',
			domainName: 'www.amazon.com',
			defaultCurrencyCode: null,
			defaultLanguageCode: 'en_US',
		},
		storeName,
		participation: { isParticipating: true, hasSuspendedListings: null },
	});
	const listMarketplaces = async (payload: unknown): Promise<NodeRun> => {
		fault({ operation: 'getMarketplaceParticipations', body: JSON.stringify({ payload }) });
		return await runNode({
			type: 'amazonSellerFeedback',
			credentials: inUse.credentials,
			parameters: { resource: 'marketplace', operation: 'getMany', returnAll: true },
		});
	};

	it('still lists marketplaces without a store name, and reports a broken entry', async () => {
		const { items, hints, error } = await listMarketplaces([
			place('ATVPDKIKX0DER', 'US', null),
			{ marketplace: null },
			place('A2EUQ1WTGCTBG2', 'CA', 'My Store'),
		]);
		expect(error).toBeUndefined();
		expect(items.map(({ marketplaceId }) => marketplaceId)).toEqual([
			'ATVPDKIKX0DER',
			'A2EUQ1WTGCTBG2',
		]);
		expect(items[0]).toMatchObject({ storeName: null, currency: null, hasSuspendedListings: null });
		expect(hints.join()).toMatch(/^Could not read 1 of the marketplaces that Amazon listed/);
	});

	it('is not treated as no marketplaces if no entry can be read', async () => {
		const { items, error } = await listMarketplaces([{ marketplace: { id: null } }]);
		expect(items).toEqual([]);
		expect(error?.message).toMatch(/answer could not be read/);
	});

	it('is read if all optional fields of a report are null', async () => {
		const reportOf = (processingStatus: string, reportDocumentId: string | null): string =>
			JSON.stringify({
				reportId: '50012020',
				reportType: 'GET_SELLER_FEEDBACK_DATA',
				processingStatus,
				marketplaceIds: null,
				dataStartTime: null,
				dataEndTime: null,
				createdTime: 'lately',
				reportDocumentId,
			});
		for (const status of ['CANCELLED', 'DONE']) {
			const active = fault({ operation: 'getReport', body: reportOf(status, null) });
			const { hints, error } = await feedback();
			active.remove();
			expect(error).toBeUndefined();
			expect(hints.join()).toMatch(/Amazon canceled feedback report/);
		}
	});
});

describe('the rating next to an offer', () => {
	const evaluate = async (offers: unknown): Promise<NodeRun> => {
		fault({
			operation: 'getItemOffers',
			body: JSON.stringify({ payload: { ASIN: 'B00V5DG6IQ', Offers: offers } }),
		});
		return await runNode({
			type: 'amazonSellerRating',
			credentials: inUse.credentials,
			parameters: {
				operation: 'evaluate',
				sources: ['amazonOffer'],
				marketplace: { __rl: true, mode: 'list', value: '' },
				thresholds: {},
				simplify: false,
				options: { asin: { __rl: true, mode: 'id', value: 'B00V5DG6IQ' } },
			},
		});
	};
	const own = (rating: unknown) => ({ MyOffer: true, SellerFeedbackRating: rating });

	it('is unknown, not 0%, for a seller without ratings', async () => {
		for (const SellerPositiveFeedbackRating of [0, null]) {
			const rating = { FeedbackCount: 0, SellerPositiveFeedbackRating };
			const { outputs, error } = await evaluate([own(rating)]);
			expect(error).toBeUndefined();
			const [item] = outputs.flat();
			expect(item?.json.ratingPercent).toBeNull();
			expect(JSON.stringify(item?.json)).toMatch(/no ratings yet/);
			expect(JSON.stringify(item?.json)).not.toMatch(/critical|shows 0%/);
		}
	});

	it('is found among offers that cannot be read', async () => {
		const rating = { FeedbackCount: 12, SellerPositiveFeedbackRating: 92 };
		const others = [null, { MyOffer: null, SellerFeedbackRating: null }, { MyOffer: 'no' }];
		const { outputs, error } = await evaluate([...others, own(rating)]);
		expect(error).toBeUndefined();
		expect(outputs.flat()[0]?.json.ratingPercent).toBe(92);
		expect((await evaluate(null)).error).toBeUndefined();
	});
});

describe('an invalid ID', () => {
	const ODD = ['..', '.', '../../sellers', '%2e%2e', '\ud800', 'a\u0000b', 'x'.repeat(100_000)];

	it.each(ODD)('requests no report for %p', async (reportId) => {
		for (const resource of ['feedback', 'accountHealth'] as const) {
			const { error, items } = await feedback(resource, { reportId });
			expect(items).toEqual([]);
			expect(error?.message).toBe("Could not use 'Report ID': the value is invalid");
			expect(error?.description).toMatch(/^Enter a report ID, such as 50012020: letters/);
			expect(error?.description?.length).toBeLessThan(200);
		}
		expect(inUse.requests).toEqual([]);
	});

	it.each(ODD)('requests no offer for %p', async (asin) => {
		const { error } = await runNode({
			type: 'amazonSellerRating',
			credentials: inUse.credentials,
			parameters: {
				operation: 'evaluate',
				sources: ['amazonOffer'],
				marketplace: { __rl: true, mode: 'list', value: '' },
				thresholds: {},
				options: { asin: { __rl: true, mode: 'id', value: asin } },
			},
		});
		expect(error?.message).toMatch(/the value is invalid$/);
		expect(`${error?.message} ${error?.description}`.length).toBeLessThan(300);
		expect(inUse.requests).toEqual([]);
	});

	it.each(ODD)('requests no review for %p, and shortens it in the output', async (orderId) => {
		const { items } = await send([orderId]);
		expect(outcomesOf(items)).toEqual(['invalidOrderId']);
		expect(String(items[0]?.orderId).length).toBeLessThan(70);
		expect(inUse.requests).toEqual([]);
	});
});
