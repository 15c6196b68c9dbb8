import { DateTime } from 'luxon';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { startSandbox, type Sandbox, type Stars } from '../../sandbox';
import { createCredentialStore, runNode, type CredentialStore, type NodeRun } from './harness';
import { passTime, usePassingTime } from './passingTime';
import { connect } from './sandboxCredential';
import './shortWaits';

/*
 * Each operation of each node against Amazon at its worst, written from what is known of Amazon and
 * not from what the nodes do: nothing is invented, nothing is lost, what is not known is no number.
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
const usedUrls = new Set<string>();

beforeEach(async () => {
	// At an address that was used before, the nodes would know the seller's reports.
	do {
		await sandbox?.close();
		sandbox = await startSandbox({
			reportDelayMs: 20,
			habits: 'worst',
			settings: { quotaTime: 'clock' },
		});
	} while (usedUrls.has(sandbox.url));
	usedUrls.add(sandbox.url);
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
			insufficientBand: 'atRisk',
			simplify: false,
			options: {},
		},
		seller,
	);
const windowsOf = ({ items }: NodeRun) => (items[0]?.windows ?? []) as IDataObject[];

const bandOf = (stars: Stars) => (stars >= 4 ? 'positive' : stars === 3 ? 'neutral' : 'negative');

/** A window that gives numbers gives those of the days it says it covers, and of no others. */
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
		'of seller %s in %s: every row, its text whole, and no other',
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

	it('a cancelled report with a document is not "no feedback"', async () => {
		sandbox.faults.add({ kind: 'reportCancelled', reportType: 'GET_SELLER_FEEDBACK_DATA' });
		const run = await feedbackOf(US, 'demo');
		expect(worded(run)).toMatch(/cancel/i);
	});

	it('a FATAL report says why in Amazon\u2019s words', async () => {
		sandbox.faults.add({
			kind: 'reportFatal',
			reportType: 'GET_SELLER_FEEDBACK_DATA',
			times: 'always',
		});
		expect(worded(await feedbackOf(US, 'demo'))).toMatch(/internal error/);
	});

	it('an empty document is not "no feedback"', async () => {
		sandbox.habits.set({ emptyDocuments: true });
		const run = await feedbackOf(BE, 'europe');
		expect(worded(run)).toMatch(/empty|no(t| ).*(known|heading)|could not|cancel/i);
	});
});

describe('the words of a refusal', () => {
	it('a missing role is named, whatever the wording', async () => {
		for (const role of ['Selling Partner Insights', 'Amazon Fulfillment']) {
			sandbox.roles.remove('demo', role);
		}
		for (let attempt = 0; attempt < 2; attempt += 1) {
			expect(worded(await feedbackOf(US, 'demo'))).toMatch(/Selling Partner Insights/);
		}
	});

	it('of Sales and Traffic, in all three', async () => {
		sandbox.roles.remove('demo', 'Brand Analytics');
		for (let attempt = 0; attempt < 3; attempt += 1) {
			expect(worded(await evaluate(US))).toMatch(/Brand Analytics/);
			passTime(16 * MINUTE_MS);
		}
	});

	it('an expired secret is named and is no role', async () => {
		sandbox.habits.set({ expiredSecret: true });
		const run = await feedbackOf(US, 'demo');
		expect(run.error?.message).toMatch(/secret/i);
		expect(worded(run)).not.toMatch(/role .*missing|missing .*role/i);
	});

	it.each([
		['unauthorizedClient', /client id|application/i],
		['invalidClient', /client id|secret/i],
	] as const)('%s is told as what it is', async (habit, words) => {
		sandbox.habits.set({ [habit]: true });
		expect(worded(await feedbackOf(US, 'demo'))).toMatch(words);
	});

	it.each(['throttle', 'error500', 'error503'] as const)(
		'Login with Amazon answering %s is not the network of n8n',
		async (kind) => {
			sandbox.faults.add({ kind, operation: 'lwaToken', times: 'always' });
			const run = await feedbackOf(US, 'demo');
			expect(run.error).toBeDefined();
			expect(worded(run)).not.toMatch(/network/i);
		},
	);

	it('a page of a proxy is no answer of Amazon', async () => {
		sandbox.habits.set({ proxyLoginPage: true });
		const run = await feedbackOf(US, 'demo');
		expect(run.error).toBeDefined();
		expect(run.items).toEqual([]);
	});

	it('errors with status 200 are told in Amazon\u2019s words', async () => {
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
	])('Evaluate of %s in %s: true counts over the days it says it covers', async (seller, id) => {
		// Fresh feedback, of which Amazon's totals do not know yet.
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

	it('as the days settle, the counts follow', async () => {
		for (let index = 0; index < 4; index += 1) sandbox.world.addFeedback({ rating: 3 });
		for (let day = 0; day < 5; day += 1) {
			expectTrueCounts(await evaluate(US), 'demo', US);
			passTime(DAY_MS);
		}
	});

	it('a week by which others asked for the report is not taken for days', async () => {
		const run = await evaluate(US);
		const again = await evaluate(US);
		expectTrueCounts(run, 'demo', US);
		expectTrueCounts(again, 'demo', US);
		expect(again.items[0]?.provenance).toBe('derived');
	});

	it.each(['nullFeedbackFigures', 'absentDays'] as const)(
		'with %s a window that has such a day is no number, or leaves the day out',
		async (habit) => {
			sandbox.habits.set({ [habit]: true });
			const run = await evaluate(US);
			expect(run.error).toBeUndefined();
			const year = windowsOf(run).find(({ days }) => days === 365);
			const truth = sandbox.truth.rating('demo', US);
			// Whatever it does, a derived window must say what it left out.
			if (year?.provenance === 'derived') expect(String(year.notes)).toMatch(/day/);
			else expect(year).toMatchObject({ provenance: 'insufficient', rating: null });
			expect(Number(year?.negative ?? 0)).toBeLessThanOrEqual(truth['365'].negative);
			expect(Number(year?.neutral ?? 0)).toBeLessThanOrEqual(truth['365'].neutral);
		},
	);

	it('a seller nobody has rated has no rating, whichever way it is asked', async () => {
		for (const sources of [['amazonOffer'], ['amazonReports']]) {
			const run = await evaluate(BE, 'europe', sources);
			expect(run.items[0]?.rating ?? null).toBeNull();
			expect(JSON.stringify(run.items)).not.toMatch(/"status":"critical"/);
		}
	});

	it('too soon for the next report: it waits, shares or says when; Amazon is not asked in vain', async () => {
		const first = await evaluate(US);
		expectTrueCounts(first, 'demo', US);
		const second = await evaluate(CA);
		if (second.error === undefined) expectTrueCounts(second, 'demo', CA);
		else expect(worded(second)).toMatch(/minute|\d\d:\d\d/);
		const refused = sandbox.truth.reportRequests.filter(({ tooSoon }) => tooSoon !== undefined);
		expect(refused).toEqual([]);
	});

	it('Forecast begins with the rating that Evaluate gives', async () => {
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
			expect({ days: item.days, rating: item.rating ?? item.ratingNow }).toEqual({
				days: item.days,
				rating: same?.rating,
			});
		}
	});

	it.each(['chart', 'detectChange'])('%s comes out', async (operation) => {
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

	it('hands on warnings and late shipments under the names of real answers', async () => {
		const { items, error } = await health(US);
		expect(error).toBeUndefined();
		const text = JSON.stringify(items);
		expect(text).toMatch(/policyViolationWarnings/);
		expect(text).toMatch(/lateShipmentRate/);
	});

	it('a rate over no shipments is null', async () => {
		const place = placeOf('demo', US);
		const merchant = place.orders.filter(({ fulfilledBy }) => fulfilledBy !== 'MERCHANT');
		place.orders.splice(0, place.orders.length, ...merchant);
		const { items } = await health(US);
		const metrics = items[0]?.metrics as IDataObject[];
		const rate = metrics.find(({ name }) => name === 'validTrackingRate');
		expect(rate?.ratePercent ?? rate?.rate ?? null).toBeNull();
	});

	it.each(['healthWithoutCounts', 'healthNullDefects', 'healthTextCounts'] as const)(
		'%s costs what is missing, not the report',
		async (habit) => {
			sandbox.habits.set({ [habit]: true });
			const { items, error } = await health(US);
			expect(error).toBeUndefined();
			expect(items).toHaveLength(1);
			expect(JSON.stringify(items)).toMatch(/"accountStatus":"(NORMAL|AT_RISK)"/);
		},
	);

	it('nine marketplaces, most of them without a store name', async () => {
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
	])('Get Many from %s of %j: each order of these once, and no other', async (source, ids) => {
		const run = await getMany(source, ids);
		expect(run.error).toBeUndefined();
		const known = new Set(truth(...ids));
		const found = amazonIds(run);
		expect(found.filter((id) => known.has(id))).toEqual([...known].sort());
		expect(new Set(found).size).toBe(found.length);
		const chosen = new Set<unknown>(ids);
		const asked = run.items.filter(({ orderId }) => /^\d{3}-/.test(String(orderId)));
		expect(asked.filter(({ marketplaceId }) => !chosen.has(marketplaceId))).toEqual([]);
	});

	it('one report per region and range is enough', async () => {
		await getMany('reports', [US, CA, MX]);
		expect(sandbox.truth.reportRequests).toHaveLength(1);
	});

	it('Non-Amazon rows are named, not handed on as orders of Amazon', async () => {
		const run = await getMany('reports', [US]);
		expect(run.items.filter(({ orderId }) => String(orderId).startsWith('S01-'))).toEqual([]);
		expect(run.hints.join(' ')).toMatch(
			/Non-Amazon|outside Amazon|an?other (shop|(sales )?channel)/i,
		);
	});

	it('a replacement or exchange names the order it replaces', async () => {
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

	it('without FULFILLMENT the orders still come, and a hint says what is missing', async () => {
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

	it('sends once to each, tells the others apart, and the record is the same', async () => {
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

	it('a log-in page is no "sent"', async () => {
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

	it('a refusal that is cut off or a page is still a row with its status', async () => {
		const [order] = sandbox.world.addOrders({ state: 'notYet' });
		sandbox.habits.set({ cutOffRefusals: true });
		// Looked up first, Amazon offers nothing and nothing is refused.
		const cut = await send([{ orderId: order?.orderId ?? '' }], { checkFirst: false });
		expect(cut.items).toHaveLength(1);
		expect(oneLine(cut.items[0]?.amazonMessage)).toMatch(/outside the 5-30 day range/);
	});

	it('an expired secret stops the run as what it is', async () => {
		const orders = eligible(2);
		sandbox.habits.set({ expiredSecret: true });
		const run = await send(orders);
		expect(worded(run)).toMatch(/secret/i);
		expect(run.items.map(({ outcome }) => outcome)).not.toContain('missingRole');
	});

	it.each(['S01-1234567-1234567', 'D01-1234567-1234567'])(
		'says of %s what it is',
		async (orderId) => {
			const text = worded(await send([{ orderId }]));
			expect(text).toMatch(
				/digital|outside Amazon|multi-channel|Non-Amazon|an?other (shop|channel)/i,
			);
		},
	);

	it('Plan keeps replacements and exchanges out', async () => {
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

	it('an FBA return report that Amazon refused does not mean that nobody returned', async () => {
		// Somebody else asked a minute ago.
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
