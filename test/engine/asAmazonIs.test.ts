// cspell:ignore cancelled
import { DateTime } from 'luxon';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Sandbox, Stars } from '../../sandbox';
import { createCredentialStore, runNode, type CredentialStore, type NodeRun } from './harness';
import { passTime, usePassingTime } from './passingTime';
import { connect } from './sandboxCredential';
import { startUnknownSandbox } from './startUnknownSandbox';
import './shortWaits';

/*
 * Runs each operation of each node against Amazon at its worst. The tests are based on what is known about Amazon, not on the nodes: nothing is invented, nothing is lost, and unknown data is never a number.
 */

const NOW = '2026-11-23T18:00:00Z';
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const [US, CA, MX] = ['ATVPDKIKX0DER', 'A2EUQ1WTGCTBG2', 'A1AM78C64UM0Y8'] as const;
const [DE, FR, IT, BE] = [
	'A1PA6795UKMFR9',
	'A13V1IB3VIYZZH',
	'APJ6JRA9NG5V4',
	'AMEN7PMS3EDWL',
] as const;

usePassingTime(NOW);

let sandbox: Sandbox;
let credentials: CredentialStore;

beforeEach(async () => {
	await sandbox?.close();
	sandbox = await startUnknownSandbox({
		reportDelayMs: 20,
		habits: 'worst',
		settings: { quotaTime: 'clock' },
	});
	credentials = await createCredentialStore();
	for (const seller of Object.keys(sandbox.sellers)) connect(credentials, sandbox, seller);
});
afterAll(async () => await sandbox?.close());

const locator = (value: string) => ({ __rl: true, mode: 'id', value });
const oneLine = (text: unknown): string => String(text).replace(/\s+/g, ' ').trim();
const worded = ({ error, hints, items }: NodeRun): string =>
	[error?.message, error?.description, ...hints, ...items.map((item) => JSON.stringify(item))].join(
		'\n',
	);
const placeOf = (seller: string, marketplaceId: string) => {
	const place = sandbox.sellers[seller]?.marketplaces.find(
		({ marketplace }) => marketplace.id === marketplaceId,
	);
	if (!place) throw new Error(`${seller} does not sell in ${marketplaceId}`);
	return place;
};

const feedback = async (
	parameters: INodeParameters,
	credentialId = 'demo',
	onError?: 'continueRegularOutput',
) =>
	await runNode({ type: 'amazonSellerFeedback', parameters, credentials, credentialId, onError });
const rating = async (parameters: INodeParameters, credentialId = 'demo') =>
	await runNode({ type: 'amazonSellerRating', parameters, credentials, credentialId });
const solicitation = async (
	parameters: INodeParameters,
	items: IDataObject[] = [{}],
	credentialId = 'demo',
) =>
	await runNode({
		type: 'amazonReviewSolicitation',
		parameters,
		items: items.map((json) => ({ json })),
		credentials,
		credentialId,
	});

const feedbackOf = async (marketplaceId: string, seller: string, days = 365) =>
	await feedback(
		{
			resource: 'feedback',
			operation: 'getMany',
			marketplace: locator(marketplaceId),
			returnAll: true,
			simplify: true,
			filters: {},
			options: {},
		},
		seller,
		days === 365 ? undefined : 'continueRegularOutput',
	);
const evaluate = async (
	marketplaceId: string,
	seller = 'demo',
	sources: string[] = ['amazonReports'],
) =>
	await rating(
		{
			operation: 'evaluate',
			marketplace: locator(marketplaceId),
			evaluationDays: 365,
			sources,
			counts: {},
			thresholds: {},
			simplify: false,
			options: {},
		},
		seller,
	);
const windowsOf = ({ items }: NodeRun) => (items[0]?.windows ?? []) as IDataObject[];

const bandOf = (stars: Stars) => (stars >= 4 ? 'positive' : stars === 3 ? 'neutral' : 'negative');

/**
 * Expects each window with numbers to match the true counts over exactly the days it says it
 * covers.
 */
function expectTrueCounts(run: NodeRun, seller: string, marketplaceId: string): void {
	for (const window of windowsOf(run)) {
		if (window.provenance !== 'derived' || window.days === null) continue;
		const to = String(window.coveredThrough ?? window.to);
		const from = DateTime.fromISO(String(window.to)).minus({ days: Number(window.days) - 1 });
		const counts = { positive: 0, neutral: 0, negative: 0 };
		for (const { date, rating: stars } of placeOf(seller, marketplaceId).feedback) {
			if (date >= String(window.from ?? from.toISODate()) && date <= to) counts[bandOf(stars)] += 1;
		}
		const { positive, neutral, negative } = window;
		expect({ days: window.days, positive, neutral, negative }).toEqual({
			days: window.days,
			...counts,
		});
	}
}

describe('Feedback: Get Many', () => {
	it.each([
		['demo', US],
		['demo', CA],
		['second', DE],
		['second', FR],
		['europe', IT],
		['japan', 'A1VC38T7YXB528'],
	])(
		'returns every row of seller %s in %s with its full text, and no other',
		async (seller, marketplaceId) => {
			const run = await feedbackOf(marketplaceId, seller);
			expect(run.error).toBeUndefined();
			const { timeZone } = placeOf(seller, marketplaceId).marketplace;
			const from = DateTime.fromISO(NOW, { zone: timeZone }).minus({ days: 365 }).toISODate() ?? '';
			const rows = (list: ReadonlyArray<Record<string, unknown>>) =>
				list
					.map(({ orderId, rating: stars, date, comment }) =>
						[orderId, stars, date, oneLine(comment)].join(' | '),
					)
					.sort();
			const truth = sandbox.truth.feedback(seller, marketplaceId, { from });
			expect(truth.length).toBeGreaterThan(0);
			expect(rows(run.items)).toEqual(rows(truth as never));
		},
	);

	it('keeps a comment of several lines in one row, with its line breaks', async () => {
		const { orderId } = sandbox.world.addFeedback({
			rating: 1,
			comment: 'Broken.\n\n"Nobody"\r\nanswers',
			response: 'Sorry\nfor that',
		});
		const { items } = await feedbackOf(US, 'demo');
		const row = items.find((item) => item.orderId === orderId);
		expect(String(row?.comment).replaceAll('\r\n', '\n')).toBe('Broken.\n\n"Nobody"\nanswers');
		expect(oneLine(row?.response)).toBe('Sorry for that');
	});

	it('does not treat a canceled report with a document as no feedback', async () => {
		sandbox.faults.add({ kind: 'reportCancelled', reportType: 'GET_SELLER_FEEDBACK_DATA' });
		const run = await feedbackOf(US, 'demo');
		expect(worded(run)).toMatch(/cancel/i);
	});

	it('quotes Amazon\u2019s reason for a FATAL report', async () => {
		sandbox.faults.add({
			kind: 'reportFatal',
			reportType: 'GET_SELLER_FEEDBACK_DATA',
			times: 'always',
		});
		expect(worded(await feedbackOf(US, 'demo'))).toMatch(/internal error/);
	});

	it('does not treat an empty document as no feedback', async () => {
		sandbox.habits.set({ emptyDocuments: true });
		const run = await feedbackOf(BE, 'europe');
		expect(worded(run)).toMatch(/empty|no(t| ).*(known|heading)|could not|cancel/i);
	});
});

describe('the wording of a refusal', () => {
	it('names a missing role with any wording', async () => {
		for (const role of ['Selling Partner Insights', 'Amazon Fulfillment']) {
			sandbox.roles.remove('demo', role);
		}
		for (let attempt = 0; attempt < 2; attempt += 1) {
			expect(worded(await feedbackOf(US, 'demo'))).toMatch(/Selling Partner Insights/);
		}
	});

	it('names the missing role of Sales and Traffic with all three wordings', async () => {
		sandbox.roles.remove('demo', 'Brand Analytics');
		for (let attempt = 0; attempt < 3; attempt += 1) {
			expect(worded(await evaluate(US))).toMatch(/Brand Analytics/);
			passTime(16 * MINUTE_MS);
		}
	});

	it('reports an expired secret, not a missing role', async () => {
		sandbox.habits.set({ expiredSecret: true });
		const run = await feedbackOf(US, 'demo');
		expect(run.error?.message).toMatch(/secret/i);
		expect(worded(run)).not.toMatch(/role .*missing|missing .*role/i);
	});

	it.each([
		['unauthorizedClient', /client id|application/i],
		['invalidClient', /client id|secret/i],
	] as const)('reports %s as what it is', async (habit, words) => {
		sandbox.habits.set({ [habit]: true });
		expect(worded(await feedbackOf(US, 'demo'))).toMatch(words);
	});

	it.each(['throttle', 'error500', 'error503'] as const)(
		'does not blame the network of n8n if Login with Amazon answers %s',
		async (kind) => {
			sandbox.faults.add({ kind, operation: 'lwaToken', times: 'always' });
			const run = await feedbackOf(US, 'demo');
			expect(run.error).toBeDefined();
			expect(worded(run)).not.toMatch(/network/i);
		},
	);

	it('does not treat a proxy page as an answer from Amazon', async () => {
		sandbox.habits.set({ proxyLoginPage: true });
		const run = await feedbackOf(US, 'demo');
		expect(run.error).toBeDefined();
		expect(run.items).toEqual([]);
	});

	it('quotes Amazon\u2019s words for errors with status 200', async () => {
		sandbox.habits.set({ errorsWithStatus200: true });
		expect(worded(await feedbackOf(US, 'demo'))).toMatch(/internal error/);
	});
});

describe('Rating', () => {
	it.each([
		['demo', US],
		['demo', CA],
		['demo', MX],
		['europe', IT],
	])('evaluates %s in %s with true counts over the days it says it covers', async (seller, id) => {
		// New feedback that is not in Amazon's totals yet.
		for (const stars of [3, 1, 5] as const) {
			sandbox.world.addFeedback({ sellerKey: seller, marketplaceId: id, rating: stars });
		}
		const run = await evaluate(id, seller);
		expect(run.error).toBeUndefined();
		const year = windowsOf(run).find(({ days }) => days === 365);
		expect(year?.provenance).toBe('derived');
		expect(String(year?.coveredThrough) < String(year?.to)).toBe(true);
		expectTrueCounts(run, seller, id);
	});

	it('updates the counts as the days settle', async () => {
		for (let index = 0; index < 4; index += 1) sandbox.world.addFeedback({ rating: 3 });
		for (let day = 0; day < 5; day += 1) {
			expectTrueCounts(await evaluate(US), 'demo', US);
			passTime(DAY_MS);
		}
	});

	it('does not treat a weekly report requested by others as daily', async () => {
		const run = await evaluate(US);
		const again = await evaluate(US);
		expectTrueCounts(run, 'demo', US);
		expectTrueCounts(again, 'demo', US);
		expect(again.items[0]?.provenance).toBe('derived');
	});

	it.each(['nullFeedbackFigures', 'absentDays'] as const)(
		'with %s, leaves such a day out of a window or gives no number',
		async (habit) => {
			sandbox.habits.set({ [habit]: true });
			const run = await evaluate(US);
			expect(run.error).toBeUndefined();
			const year = windowsOf(run).find(({ days }) => days === 365);
			const truth = sandbox.truth.rating('demo', US);
			// In any case, a derived window must say what it left out.
			if (year?.provenance === 'derived') expect(String(year.notes)).toMatch(/day/);
			else expect(year).toMatchObject({ provenance: 'insufficient', ratingPercent: null });
			expect(Number(year?.negative ?? 0)).toBeLessThanOrEqual(truth['365'].negative);
			expect(Number(year?.neutral ?? 0)).toBeLessThanOrEqual(truth['365'].neutral);
		},
	);

	it('gives no rating for a seller nobody has rated, from any source', async () => {
		for (const sources of [['amazonOffer'], ['amazonReports']]) {
			const run = await evaluate(BE, 'europe', sources);
			expect(run.items[0]?.ratingPercent ?? null).toBeNull();
			expect(JSON.stringify(run.items)).not.toMatch(/"status":"critical"/);
		}
	});

	it('if it is too soon for the next report, waits, shares one or says when it is possible, without refused requests', async () => {
		const first = await evaluate(US);
		expectTrueCounts(first, 'demo', US);
		const second = await evaluate(CA);
		if (second.error === undefined) expectTrueCounts(second, 'demo', CA);
		else expect(worded(second)).toMatch(/minute|\d\d:\d\d/);
		const refused = sandbox.truth.reportRequests.filter(({ tooSoon }) => tooSoon !== undefined);
		expect(refused).toEqual([]);
	});

	it('starts Forecast with the rating from Evaluate', async () => {
		const forecast = await rating({
			operation: 'forecast',
			marketplace: locator(US),
			sources: ['amazonReports'],
			daysAhead: 60,
			thresholds: {},
			simplify: true,
			options: {},
		});
		expect(forecast.error).toBeUndefined();
		passTime(16 * MINUTE_MS);
		const evaluated = windowsOf(await evaluate(US));
		for (const item of forecast.items) {
			const same = evaluated.find(({ days }) => days === item.days);
			expect({ days: item.days, rating: item.ratingPercent }).toEqual({
				days: item.days,
				rating: same?.ratingPercent,
			});
		}
	});

	it.each(['chart', 'detectChange'])('returns one item from %s', async (operation) => {
		const run = await rating({
			operation,
			marketplace: locator(US),
			sources: ['amazonReports'],
			...(operation === 'chart'
				? { format: 'both', binaryFields: 'chart, digest', thresholds: {} }
				: { watchedDays: 60, simplify: true }),
			options: {},
		});
		expect(run.error).toBeUndefined();
		expect(run.items).toHaveLength(1);
	});
});

describe('Account Health and Marketplace', () => {
	const health = async (marketplaceId: string, seller = 'demo') =>
		await feedback(
			{
				resource: 'accountHealth',
				operation: 'get',
				marketplace: locator(marketplaceId),
				simplify: false,
				options: {},
			},
			seller,
		);

	it('finds warnings and late shipments under the names that real answers use', async () => {
		const { items, error } = await health(US);
		expect(error).toBeUndefined();
		const { metrics, violations } = items[0] as Record<string, IDataObject[]>;
		expect(metrics).toContainEqual(
			expect.objectContaining({ name: 'lateShipmentRate', percent: expect.any(Number) as number }),
		);
		expect(violations).toContainEqual({
			name: 'policyViolationWarnings',
			defects: expect.any(Number) as number,
			status: null,
		});
	});

	it('gives null for a rate without shipments', async () => {
		const place = placeOf('demo', US);
		const amazon = place.orders.filter(({ fulfilledBy }) => fulfilledBy !== 'MERCHANT');
		place.orders.splice(0, place.orders.length, ...amazon);
		const { items } = await health(US);
		expect(items[0]?.metrics).toContainEqual(
			expect.objectContaining({ name: 'validTrackingRate', percent: null }),
		);
	});

	it.each(['healthWithoutCounts', 'healthNullDefects', 'healthTextCounts'] as const)(
		'with %s, leaves out only what is missing',
		async (habit) => {
			sandbox.habits.set({ [habit]: true });
			const { items, error } = await health(US);
			expect(error).toBeUndefined();
			expect(items).toHaveLength(1);
			expect(JSON.stringify(items)).toMatch(/"accountStatus":"(NORMAL|AT_RISK)"/);
		},
	);

	it('says which counts are missing if Amazon reports a defect rate without them', async () => {
		sandbox.habits.set({ healthWithoutCounts: true });
		const { items, hints } = await health(US);
		const [{ sellerFulfilledDefectPercent, notes } = {}] = items;
		expect(sellerFulfilledDefectPercent).toBeNull();
		expect(String(notes)).toMatch(/unknown: .*orderDefectRate\.mfn\.orderWithDefects/);
		expect(hints.join()).toContain('orderDefectRate.mfn.orderWithDefects');
	});

	it('lists nine marketplaces, most of them without a store name', async () => {
		const { items, error } = await feedback(
			{ resource: 'marketplace', operation: 'getMany', returnAll: true },
			'europe',
		);
		expect(error).toBeUndefined();
		expect(items.map(({ marketplace }) => marketplace)).toEqual(
			sandbox.sellers['europe']?.marketplaces.map(({ marketplace }) => marketplace.countryCode),
		);
	});
});

describe('orders', () => {
	const from = new Date(Date.parse(NOW) - 20 * DAY_MS).toISOString();
	const getMany = async (source: string, marketplaces: string[]) =>
		await solicitation({
			resource: 'order',
			operation: 'getMany',
			source,
			marketplaces,
			incremental: false,
			dateType: 'created',
			from,
			returnAll: true,
			filters: {},
			options: {},
		});
	const truth = (...marketplaceIds: string[]) =>
		marketplaceIds
			.flatMap((id) => placeOf('demo', id).orders)
			.filter(({ createdAt }) => createdAt >= Date.parse(from))
			.filter(({ createdAt }) => createdAt <= Date.now() - 120_000)
			.map(({ orderId }) => orderId)
			.sort();
	const amazonIds = ({ items }: NodeRun) =>
		items
			.map(({ orderId }) => String(orderId))
			.filter((id) => /^\d{3}-/.test(id))
			.sort();

	it.each([
		['ordersApi', [US]],
		['ordersApi', [US, CA, MX]],
		['reports', [US]],
		['reports', [US, CA, MX]],
	])('returns each order from %s for %j once, and no other', async (source, ids) => {
		const run = await getMany(source, ids);
		expect(run.error).toBeUndefined();
		const known = new Set(truth(...ids));
		const found = amazonIds(run);
		expect(found.filter((id) => known.has(id))).toEqual([...known].sort());
		expect(new Set(found).size).toBe(found.length);
		const chosen = new Set<unknown>(ids);
		const withAmazonId = run.items.filter(({ orderId }) => /^\d{3}-/.test(String(orderId)));
		expect(withAmazonId.filter(({ marketplaceId }) => !chosen.has(marketplaceId))).toEqual([]);
	});

	it('requests one report per region and range', async () => {
		await getMany('reports', [US, CA, MX]);
		expect(sandbox.truth.reportRequests).toHaveLength(1);
	});

	it('mentions Non-Amazon rows, but does not return them as Amazon orders', async () => {
		const run = await getMany('reports', [US]);
		expect(run.items.filter(({ orderId }) => String(orderId).startsWith('S01-'))).toEqual([]);
		expect(run.hints.join(' ')).toMatch(
			/Non-Amazon|outside Amazon|an?other (store|(sales )?channel)/i,
		);
	});

	it('names the replaced order of a replacement or exchange', async () => {
		const { items } = await getMany('ordersApi', [US, CA, MX]);
		const replacing = [US, CA, MX]
			.flatMap((id) => placeOf('demo', id).orders)
			.filter(
				({ orderId, replaces }) => replaces && items.some((item) => item.orderId === orderId),
			);
		for (const { orderId, replaces } of replacing) {
			expect(items.find((item) => item.orderId === orderId)?.replacementFor).toBe(replaces);
		}
	});

	it('still returns the orders without FULFILLMENT, with a hint about what is missing', async () => {
		sandbox.habits.set({ noFulfillmentData: true });
		const run = await getMany('ordersApi', [US]);
		expect(run.error).toBeUndefined();
		expect(amazonIds(run)).toEqual(truth(US));
		expect(run.hints.join(' ')).not.toBe('');
	});
});

describe('Solicitation', () => {
	const send = async (items: IDataObject[], options: IDataObject = {}) =>
		await solicitation(
			{
				resource: 'solicitation',
				operation: 'send',
				orderId: '={{ $json.orderId }}',
				marketplace: locator(US),
				dryRun: false,
				options: options as INodeParameters,
			},
			items,
		);
	const eligible = (count = 1) =>
		sandbox.world.addOrders({ count }).map(({ orderId }) => ({ orderId }));

	it('sends once to each order, distinguishes the others, and matches the sandbox record', async () => {
		const [good, early] = [eligible(3), sandbox.world.addOrders({ count: 2, state: 'notYet' })];
		const { items } = await send([...good, ...early.map(({ orderId }) => ({ orderId }))]);
		const outcomes = items.map(({ outcome }) => outcome);
		expect(outcomes.slice(0, 3)).toEqual(['sent', 'sent', 'sent']);
		expect(outcomes.slice(3)).not.toContain('sent');
		expect(new Set(outcomes.slice(3)).size).toBe(1);
		expect(sandbox.truth.solicitations.map(({ orderId }) => orderId).sort()).toEqual(
			good.map(({ orderId }) => orderId).sort(),
		);
	});

	it('does not report "sent" for a login page', async () => {
		const orders = eligible();
		sandbox.faults.add({
			kind: 'loginPage',
			operation: 'createProductReviewAndSellerFeedbackSolicitation',
			times: 'always',
		});
		const { items } = await send(orders);
		expect(sandbox.truth.solicitations).toEqual([]);
		expect(items.map(({ outcome }) => outcome)).not.toContain('sent');
	});

	it('still returns a row with its status for a refusal that is cut off', async () => {
		const [order] = sandbox.world.addOrders({ state: 'notYet' });
		sandbox.habits.set({ cutOffRefusals: true });
		// With the check first, Amazon offers no action and nothing is refused.
		const cut = await send([{ orderId: order?.orderId ?? '' }], { checkFirst: false });
		expect(cut.items).toHaveLength(1);
		expect(oneLine(cut.items[0]?.amazonMessage)).toMatch(/outside the 5-30 day range/);
	});

	it('stops the run for an expired secret and reports it as such', async () => {
		const orders = eligible(2);
		sandbox.habits.set({ expiredSecret: true });
		const run = await send(orders);
		expect(worded(run)).toMatch(/secret/i);
		expect(run.items.map(({ outcome }) => outcome)).not.toContain('missingRole');
	});

	it.each(['S01-1234567-1234567', 'D01-1234567-1234567'])(
		'says what kind of order %s is',
		async (orderId) => {
			const text = worded(await send([{ orderId }]));
			expect(text).toMatch(
				/digital|outside Amazon|multi-channel|Non-Amazon|an?other (store|channel)/i,
			);
		},
	);

	it('excludes replacements and exchanges in Plan', async () => {
		const orders = await solicitation({
			resource: 'order',
			operation: 'getMany',
			source: 'ordersApi',
			marketplaces: [US, CA, MX],
			incremental: false,
			dateType: 'created',
			from: new Date(Date.parse(NOW) - 45 * DAY_MS).toISOString(),
			returnAll: true,
			filters: {},
			options: {},
		});
		const planned = await solicitation(
			{
				resource: 'solicitation',
				operation: 'plan',
				preferredDelay: 0,
				sendNowWithin: 60,
				rules: { excludeReplacements: true },
				options: {},
			},
			orders.items,
		);
		const replacing = new Set(
			[US, CA, MX]
				.flatMap((id) => placeOf('demo', id).orders)
				.filter(({ replaces }) => replaces !== undefined)
				.map(({ orderId }) => orderId),
		);
		const now = (planned.outputs[0] ?? []).map(({ json }) => String(json.orderId));
		expect(now.length).toBeGreaterThan(0);
		expect(now.filter((orderId) => replacing.has(orderId))).toEqual([]);
		expect(
			now.filter((orderId) => sandbox.truth.solicitability('demo', orderId) === 'cancelled'),
		).toEqual([]);
	});

	it('does not treat a refused FBA returns report as no returns', async () => {
		// Another application requested the report a minute ago.
		const { refreshToken, clientId, clientSecret } = sandbox.credentials('demo', 'other');
		const token = (await (
			await fetch(`${sandbox.url}/auth/o2/token`, {
				method: 'POST',
				body: new URLSearchParams({
					grant_type: 'refresh_token',
					client_id: clientId,
					client_secret: clientSecret,
					refresh_token: refreshToken,
				}),
			})
		).json()) as { access_token: string };
		await fetch(`${sandbox.url}/reports/2021-06-30/reports`, {
			method: 'POST',
			headers: { 'x-amz-access-token': token.access_token },
			body: JSON.stringify({
				reportType: 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA',
				marketplaceIds: [US],
				dataStartTime: new Date(Date.now() - 20 * DAY_MS).toISOString(),
			}),
		});
		passTime(MINUTE_MS);
		const returned = sandbox.world
			.addOrders({ count: 2, state: 'refunded', fulfilledBy: 'AMAZON' })
			.map(({ orderId }) => orderId);
		const rows = await solicitation({
			resource: 'order',
			operation: 'getMany',
			source: 'ordersApi',
			marketplaces: [US],
			incremental: false,
			dateType: 'created',
			from: new Date(Date.now() - 45 * DAY_MS).toISOString(),
			returnAll: true,
			filters: {},
			options: {},
		});
		expect(rows.error).toBeUndefined();
		expect(rows.items.some(({ orderId }) => returned.includes(String(orderId)))).toBe(true);
		const planned = await solicitation(
			{
				resource: 'solicitation',
				operation: 'plan',
				preferredDelay: 0,
				sendNowWithin: 60,
				rules: { returnsFromReports: true },
				options: {},
			},
			rows.items,
		);
		const now = (planned.outputs[0] ?? []).map(({ json }) => json.orderId);
		expect(now.filter((orderId) => returned.includes(String(orderId)))).toEqual([]);
	});
});
