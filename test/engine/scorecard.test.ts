// cspell:ignore cancelled
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Scorecard } from '../../nodes/AmazonSellerRating/analysis/scorecard';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { sentimentOf } from '../../nodes/shared/domain/feedbackReport';
import { NO_REPORT_LIMITS, type ShopDay } from '../../sandbox';
import { orderDefects } from '../../sandbox/reports/performanceFile';
import { runNode, type NodeRun, type NodeRunOptions } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { connect } from './sandboxCredential';
import { expectMiddleItemToFailAlone } from './threeItems';
import { useSandbox } from './useSandbox';

const inUse = useSandbox();

const [US, CA, MX, DE] = [
	'ATVPDKIKX0DER',
	'A2EUQ1WTGCTBG2',
	'A1AM78C64UM0Y8',
	'A1PA6795UKMFR9',
] as const;

// What would otherwise depend on the day of the test.
beforeAll(() => {
	const { world } = inUse.sandbox;
	world.setAccountStatus('demo', US, 'AT_RISK');
	world.setBuyBox('demo', CA, { from: '2020-01-01', to: '2099-12-31', percent: 93 });
});

const parameters: INodeParameters = {
	operation: 'scorecard',
	marketplaces: 'primary',
	thresholds: {},
	options: {},
};

const get = async (changes: INodeParameters = {}, seller = 'demo'): Promise<NodeRun> => {
	if (seller !== 'demo') connect(inUse.credentials, inUse.sandbox, seller);
	return await runNode({
		type: 'amazonSellerRating',
		parameters: { ...parameters, ...changes },
		credentials: inUse.credentials,
		credentialId: seller,
	});
};

const cardsOf = ({ items }: NodeRun) => items as unknown as Scorecard[];

const placeOf = (seller: string, id: string) => {
	const place = inUse.sandbox.sellers[seller]?.marketplaces.find(
		({ marketplace }) => marketplace.id === id,
	);
	if (place === undefined) throw new Error(`No marketplace ${id}`);
	return place;
};

/** The share of all page views in the Buy Box, to the hundredth, in whole numbers. */
function shareOf(days: readonly ShopDay[]): number {
	const views = days.reduce((sum, { pageViews }) => sum + BigInt(pageViews), 0n);
	const parts = days.reduce(
		(sum, day) => sum + BigInt(Math.round(day.buyBoxPercent * 100)) * BigInt(day.pageViews),
		0n,
	);
	return Number((2n * parts + views) / (2n * views)) / 100;
}

const sumOf = (days: readonly ShopDay[], name: Exclude<keyof ShopDay, 'date'>): number =>
	days.reduce((sum, day) => sum + day[name], 0);

/** Expects every figure of a scorecard to be the sandbox's truth. */
function expectTruth(card: Scorecard, seller: string): void {
	const { marketplaceId: id, asOf, rating, buyBox, sales, feedbackLast7Days: week } = card;
	const settled = String(rating.settledThrough);
	expect({ id, settled }).toEqual({ id, settled: plusDays(asOf, -4) });
	const truth = inUse.sandbox.truth.rating(seller, id, asOf, settled);
	expect({ id, ...rating.last30Days }).toMatchObject({ id, ...truth['30'] });
	expect({ id, ...rating.last90Days }).toMatchObject({ id, ...truth['90'] });
	expect({ id, ...rating.last365Days }).toMatchObject({ id, ...truth['365'] });

	const place = placeOf(seller, id);
	const counts = { positive: 0, neutral: 0, negative: 0 };
	const newer = { positive: 0, neutral: 0, negative: 0 };
	for (const { date, rating: stars } of place.feedback) {
		if (date > settled) newer[sentimentOf(stars)] += 1;
		else if (date > plusDays(settled, -7)) counts[sentimentOf(stars)] += 1;
	}
	expect(week).toMatchObject({
		...counts,
		from: plusDays(settled, -6),
		through: settled,
		newer: { neutral: newer.neutral, negative: newer.negative },
	});

	for (const [length, share, sum] of [
		[7, buyBox.last7Days, sales.last7Days],
		[28, buyBox.last28Days, sales.last28Days],
	] as const) {
		const daysUntil = (to: string) =>
			inUse.sandbox.truth.shop(seller, id, { from: plusDays(to, 1 - length), to });
		const days = daysUntil(settled);
		const before = daysUntil(plusDays(settled, -length));
		expect({ id, ...share }).toMatchObject({
			id,
			percent: shareOf(days),
			percentBefore: shareOf(before),
			pageViews: sumOf(days, 'pageViews'),
			daysCovered: length,
			reason: null,
		});
		expect(Number(share.changePoints)).toBeCloseTo(shareOf(days) - shareOf(before), 1);
		expect({ id, ...sum }).toMatchObject({
			id,
			ordersShipped: sumOf(days, 'ordersShipped'),
			unitsOrdered: sumOf(days, 'unitsOrdered'),
			unitsShipped: sumOf(days, 'unitsShipped'),
			unitsRefunded: sumOf(days, 'unitsRefunded'),
			claimsGranted: sumOf(days, 'claimsGranted'),
		});
	}
	for (const [fulfiller, defects] of [
		['MERCHANT', card.orderDefects.sellerFulfilled],
		['AMAZON', card.orderDefects.amazonFulfilled],
	] as const) {
		const { orders, negative } = orderDefects(
			place,
			fulfiller,
			inUse.sandbox.clock.now().getTime(),
		);
		expect({ id, ...defects }).toMatchObject({ id, orders, ordersWithDefects: negative });
		if (orders === 0) expect(defects?.defectRunway).toBeNull();
		else expect(defects?.defectRunway).toBe(Math.max(0, Math.ceil(orders / 100) - negative));
	}
}

describe('Get Scorecard', () => {
	it('has the true figures of each of the marketplaces, in one item each', async () => {
		const run = await get({ marketplaces: 'all' });
		expect(run.error).toBeUndefined();
		expectToMatchOutputSchema('AmazonSellerRating', 'scorecard', run.items);
		const cards = cardsOf(run);
		expect(cards.map(({ marketplaceId }) => marketplaceId)).toEqual([US, CA, MX]);
		for (const card of cards) {
			expectTruth(card, 'demo');
			expect(card.missing).toEqual([]);
			expect(card.sources).toHaveLength(3);
		}
		const [us, ca] = cards;
		expect(us?.summary).toMatch(
			/^Harbor & Pine Home, United States: account status AT_RISK; order defect rate /,
		);
		expect(us?.needsAttention).toBe(true);
		expect(us?.attention.join()).toMatch(
			/Buy Box share [\d.]+% in the last 7 settled days, down 2/,
		);
		expect(ca).toMatchObject({ needsAttention: false, attention: [], accountStatus: 'NORMAL' });
	});

	it('uses the primary marketplace unless the user chooses others', async () => {
		expect(cardsOf(await get()).map(({ marketplace }) => marketplace)).toEqual(['US']);
		const chosen = await get({ marketplaces: 'selected', marketplaceIds: [MX, CA, MX] });
		expect(cardsOf(chosen).map(({ marketplace }) => marketplace)).toEqual(['MX', 'CA']);
	});

	it('has the totals of nine marketplaces from one query', async () => {
		const run = await get({ marketplaces: 'all' }, 'europe');
		expect(run.error).toBeUndefined();
		const cards = cardsOf(run);
		expect(cards).toHaveLength(9);
		expect(inUse.sandbox.truth.queryRequests).toHaveLength(1);
		const known = cards.filter(({ rating }) => rating.provenance === 'derived');
		expect(known.length).toBeGreaterThan(6);
		for (const card of known) expectTruth(card, 'europe');
		const belgium = cards.find(({ marketplace }) => marketplace === 'BE');
		expect(belgium).toMatchObject({ rating: { last365Days: { percent: null, positive: null } } });
		expect(belgium?.missing.join(' ')).toMatch(/canceled.*'Treat It as No Neutral Feedback'/s);
	});

	it('has the same figures from the Sales and Traffic report', async () => {
		connect(inUse.credentials, inUse.sandbox, 'demo', NO_REPORT_LIMITS);
		inUse.sandbox.habits.set({ reportQuotas: false, nullFigures: false });
		const [kiosk] = cardsOf(await get());
		const [report] = cardsOf(await get({ options: { totalsFrom: 'report' } }));
		const figures = (card: Scorecard) => ({ ...card, sources: [] });
		expect(kiosk && report && figures(report)).toEqual(kiosk && figures(kiosk));
		expect(report?.sources.join()).toMatch(/GET_SALES_AND_TRAFFIC_REPORT \d+/);
		inUse.sandbox.habits.set({ nullFigures: true });
		const [gaps] = cardsOf(await get({ options: { totalsFrom: 'report' } }));
		expect(gaps?.missing.join()).toMatch(
			/Buy Box share of the last 28 settled days.*of the 28 days/,
		);
		expect(gaps?.sales).toEqual(kiosk?.sales);
		connect(inUse.credentials, inUse.sandbox);
	});

	it('says how many more defects are left, and what is above the limit', async () => {
		const { world } = inUse.sandbox;
		world.setDefects('demo', CA, { fulfilledBy: 'AMAZON', ordersWithDefects: 3, orders: 1_000 });
		world.setDefects('demo', CA, { fulfilledBy: 'MERCHANT', ordersWithDefects: 5, orders: 500 });
		const [card] = cardsOf(await get({ marketplaces: 'selected', marketplaceIds: [CA] }));
		world.setDefects('demo', CA, undefined);
		expect(card?.orderDefects).toMatchObject({
			amazonFulfilled: { percent: 0.3, defectRunway: 7 },
			sellerFulfilled: { percent: 1, defectRunway: 0 },
			provenance: 'derived',
		});
		expect(card?.attention.join()).toMatch(
			/Order defect rate 1% \(orders you ship\), not below Amazon's limit of 1%/,
		);
	});

	it('has a rate without its counts as Amazon reports it, without a runway', async () => {
		inUse.sandbox.habits.set({ healthWithoutCounts: true });
		const [card] = cardsOf(await get());
		expect(card?.orderDefects).toMatchObject({
			sellerFulfilled: { defectRunway: null, provenance: 'amazonReported' },
			provenance: 'amazonReported',
		});
		const { sellerFulfilled, amazonFulfilled } = card?.orderDefects ?? {};
		const [first = 0, second = 0] = [sellerFulfilled?.percent, amazonFulfilled?.percent].map(
			Number,
		);
		expect(first + second).toBeGreaterThan(0);
		expect(card?.missing.join()).toMatch(/Defect runway for orders you ship is unknown/);
	});
});

describe('a part that Amazon does not give costs only its own figures', () => {
	it('the feedback report', async () => {
		inUse.sandbox.faults.add({
			kind: 'reportFatal',
			reportType: 'GET_SELLER_FEEDBACK_DATA',
			times: 'always',
		});
		const { items, error } = await get();
		expect(error).toBeUndefined();
		const [card] = cardsOf({ items } as NodeRun);
		expect(card?.rating).toMatchObject({
			provenance: 'insufficient',
			last30Days: { percent: null, positive: null, band: null, thresholds: [] },
		});
		expect(card?.feedbackLast7Days).toMatchObject({
			positive: null,
			neutral: null,
			negative: null,
			newer: { neutral: null, negative: null },
		});
		expect(card?.buyBox.last28Days.percent).not.toBeNull();
		expect(card?.orderDefects.sellerFulfilled?.percent).not.toBeNull();
		expect(card?.missing).toEqual([
			expect.stringMatching(
				/^Rating, neutral and negative feedback are unknown: Could not read re/,
			),
		]);
	});

	it('the daily totals, without the role Brand Analytics', async () => {
		inUse.sandbox.roles.remove('demo', 'Brand Analytics');
		const [card] = cardsOf(await get());
		expect(card).toMatchObject({
			rating: { last365Days: { percent: null }, settledThrough: null },
			buyBox: { last7Days: { percent: null, pageViews: null }, provenance: 'insufficient' },
			sales: { last28Days: { ordersShipped: null, claimsGranted: null } },
			accountStatus: 'AT_RISK',
			trend: null,
		});
		// The feedback report alone has these.
		expect(card?.feedbackLast7Days).toMatchObject({ positive: null, provenance: 'derived' });
		expect(card?.feedbackLast7Days.negative).not.toBeNull();
		expect(card?.missing).toEqual([
			expect.stringMatching(/^Rating, positive feedback, Buy Box.*denied access \(role Brand Ana/),
		]);
		expect(card?.summary).toMatch(/some figures are unknown\.$/);
	});

	it('the Seller Performance report', async () => {
		inUse.sandbox.faults.add({
			kind: 'reportCancelled',
			reportType: 'GET_V2_SELLER_PERFORMANCE_REPORT',
			times: 'always',
		});
		const [card] = cardsOf(await get());
		expect(card).toMatchObject({
			accountStatus: null,
			orderDefects: { sellerFulfilled: null, amazonFulfilled: null, provenance: 'insufficient' },
		});
		expect(card?.rating.last365Days.percent).not.toBeNull();
		expect(card?.missing).toEqual([
			expect.stringMatching(/^Order defect rate and account status are unknown: .*clean record/),
		]);
	});

	it('Data Kiosk: uses the report instead, and says so', async () => {
		inUse.sandbox.habits.set({ kioskFieldsRefused: true });
		const [card] = cardsOf(await get());
		expect(card?.rating.last365Days.percent).not.toBeNull();
		expect(card?.notes.join()).toMatch(/totals come from the Sales and Traffic report/);
	});

	it('all of it for one marketplace: the item says so, and needs attention', async () => {
		const run = await get({ marketplaces: 'selected', marketplaceIds: [CA, DE] });
		expect(run.error).toBeUndefined();
		const [ca, de] = cardsOf(run);
		expectTruth(ca as Scorecard, 'demo');
		expect(de).toMatchObject({
			marketplace: 'DE',
			needsAttention: true,
			summary:
				'Harbor & Pine Home, Germany: no figure could be read: the credential is for a different region.',
			accountStatus: null,
		});
		expectToMatchOutputSchema('AmazonSellerRating', 'scorecard', run.items);
	});

	it('a marketplace in which the seller does not sell', async () => {
		const run = await get({ marketplaces: 'selected', marketplaceIds: [US, 'A2Q3Y263D00KWC'] });
		const [, brazil] = cardsOf(run);
		expect(brazil?.summary).toMatch(
			/^Harbor & Pine Home, Brazil: no figure could be read: this seller does not sell/,
		);
	});
});

describe('Get Scorecard fails', () => {
	it('if the credential does not work', async () => {
		inUse.sandbox.lwa.revoke('demo');
		const { error, items } = await get();
		expect(items).toEqual([]);
		expect(error?.message).toMatch(/refresh token/);
	});

	it('if all marketplaces are of another region, or none is selected', async () => {
		const foreign = await get({ marketplaces: 'selected', marketplaceIds: [DE] });
		expect(foreign.error?.message).toMatch(/Germany: the credential is for a different region/);
		const none = await get({ marketplaces: 'selected', marketplaceIds: '={{ [] }}' });
		expect(none.error?.message).toBe("Could not use 'Selected Marketplaces': it is empty");
	});

	const reportsLookedAt = () =>
		inUse.requests.filter(({ operation }) => operation === 'getReport').length;

	it('if the credential stops working, without waiting for the reports', async () => {
		inUse.sandbox.faults.add({ kind: 'reportStuck', times: 'always' });
		inUse.sandbox.faults.add({ kind: 'expiredToken', operation: 'createQuery', times: 'always' });
		const { error } = await get({ options: { totalsFrom: 'dataKiosk' } });
		expect(error?.message).toMatch(/access token/);
		const atEnd = reportsLookedAt();
		await sleep(1000);
		// Of the other two parts, what was already sent may still arrive.
		expect(reportsLookedAt()).toBeLessThanOrEqual(atEnd + 2);
	});

	it('if the credential stops working for one marketplace, without waiting for the others', async () => {
		inUse.sandbox.faults.add({ kind: 'reportStuck', times: 'always' });
		// Each marketplace requests feedback, then account health.
		inUse.sandbox.faults.add({ kind: 'expiredSecret', operation: 'createReport', skip: 5 });
		const { error } = await get({ marketplaces: 'all', options: { totalsFrom: 'dataKiosk' } });
		expect(error?.message).toMatch(/client secret/);
		// Two reports of each of the others would be looked at 70 times.
		expect(reportsLookedAt()).toBeLessThan(70);
	});

	it('but a marketplace that was stopped only by another one is read for the next item', async () => {
		inUse.sandbox.faults.add({
			kind: 'reportStuck',
			reportType: 'GET_SELLER_FEEDBACK_DATA',
			times: 2,
		});
		// The last one of the first item.
		inUse.sandbox.faults.add({ kind: 'expiredSecret', operation: 'createReport', skip: 3 });
		const { items, error } = await runNode({
			type: 'amazonSellerRating',
			parameters: {
				...parameters,
				marketplaces: 'selected',
				marketplaceIds: '={{ $json.places }}',
			},
			items: [[US, CA], [US], [CA]].map((places) => ({ json: { places } })),
			credentials: inUse.credentials,
			credentialId: 'demo',
			onError: 'continueRegularOutput',
		});
		expect(error).toBeUndefined();
		const failed = items.filter((item) => 'error' in item);
		expect(failed).toHaveLength(2);
		expect(items[0]).toMatchObject({ error: expect.stringMatching(/client secret/) });
		const [card] = items.filter((item) => !('error' in item)) as unknown as Scorecard[];
		expectTruth(card as Scorecard, 'demo');
	});

	it('for one item without affecting the others', async () => {
		await expectMiddleItemToFailAlone({
			type: 'amazonSellerRating',
			parameters: {
				...parameters,
				marketplaces: 'selected',
				marketplaceIds: '={{ [$json.market] }}',
			},
			credentials: inUse.credentials,
			items: [{ json: { market: 'US' } }, { json: { market: 'Mars' } }, { json: { market: 'CA' } }],
			message: /Could not use 'Marketplace': the value is invalid/,
		});
	});
});

describe('Create Scorecard Digest', () => {
	const digest = async (
		items: NodeRunOptions['items'],
		changes: INodeParameters = {},
	): Promise<NodeRun> =>
		await runNode({
			type: 'amazonSellerRating',
			parameters: {
				operation: 'scorecardDigest',
				binaryField: 'digest',
				options: {},
				...changes,
			},
			items,
			linkExpression: "={{ $('Items').all().length }}",
		});

	it('makes one item of the scorecards of several sellers, without a credential', async () => {
		const demo = await get({ marketplaces: 'all' });
		const second = await get({ marketplaces: 'all' }, 'second');
		const items = [
			...demo.items.map((json) => ({ json: { seller: 'Harbor & Pine Home', ...json } })),
			...second.items.map((json) => ({ json: { seller: 'Nordlicht Handel', ...json } })),
			{ json: { seller: 'Gone Shop', error: 'Could not log in: the refresh token is revoked' } },
			{ json: { other: true } as IDataObject },
		];
		const run = await digest(items);
		expect(run.error).toBeUndefined();
		expectToMatchOutputSchema('AmazonSellerRating', 'scorecardDigest', run.items);
		const [made] = run.items;
		expect(run.items).toHaveLength(1);
		expect(made).toMatchObject({ marketplaces: 6, notRead: 1, needsAttention: true });
		expect(made?.subject).toMatch(
			/^\d of 6 marketplaces need attention, 1 could not be read: Gone/,
		);
		expect(made?.summary).toMatch(/^Harbor & Pine Home, United States: Account status AT_RISK/m);
		const html = String(made?.html);
		for (const { json } of items.slice(0, 6)) {
			expect(html).toContain(`, ${String((json as IDataObject).marketplaceName)}`);
		}
		expect(html.match(/<img src="cid:digestPicture"/g)).toHaveLength(1);
		expect(made?.attachments).toBe('digestPicture');
		expect(run.outputs[0]?.[0]?.binary?.digestPicture).toMatchObject({ mimeType: 'image/png' });
		const file = run.outputs[0]?.[0]?.binary?.digest;
		expect(file).toMatchObject({ mimeType: 'text/html', fileExtension: 'html' });
		// The file is the same, with its picture inside.
		const content = Buffer.from(file?.data ?? '', 'base64').toString();
		expect(content.replace(/data:image\/svg\+xml;base64,[^"]+/, 'cid:digestPicture')).toBe(html);
		expect(run.outputs[0]?.[0]?.pairedItem).toHaveLength(8);
		expect(run.hints.join()).toMatch(/1 input item\(s\) are not scorecards/);
	});

	it('fails if no item is a scorecard', async () => {
		const { error } = await digest([{ json: { rating: 5 } }]);
		expect(error?.message).toBe('Could not create the digest: no input item is a scorecard');
	});
});
