// cspell:ignore cancelled
import { DateTime } from 'luxon';
import { NodeHelpers, type IDataObject, type INodeParameters } from 'n8n-workflow';

import { combine } from '../../nodes/AmazonSellerRating/actions/assessment';
import { AmazonSellerRating } from '../../nodes/AmazonSellerRating/AmazonSellerRating.node';
import { readItems } from '../../nodes/AmazonSellerRating/sources/inputItems';
import { inOneGo } from '../../nodes/shared/domain/steps';
import type { WindowCoverage } from '../../nodes/shared/domain/coverage';
import { evaluateWindow, judge } from '../../nodes/AmazonSellerRating/analysis/evaluation';
import { sentimentOf } from '../../nodes/shared/domain/feedbackReport';
import { findMarketplace } from '../../nodes/shared/domain/marketplaces';
import { totalOf } from '../../nodes/shared/domain/rating';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { rationalFromPercent } from '../../nodes/shared/domain/rational';
import { runNode, type NodeRun } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { expectMiddleItemToFailAlone } from './threeItems';
import { useSandbox } from './useSandbox';

const MARKETPLACES = { US: 'ATVPDKIKX0DER', CA: 'A2EUQ1WTGCTBG2', MX: 'A1AM78C64UM0Y8' } as const;

const inUse = useSandbox();

const defaults = {
	operation: 'evaluate',
	marketplace: { __rl: true, mode: 'id', value: '={{ $json.market ?? "" }}' },
	evaluationDays: 365,
	sources: ['amazonReports'],
	counts: {},
	thresholds: {},
	simplify: false,
	options: {},
} satisfies INodeParameters;

const thresholdsOf = (...percents: Array<number | string>) => ({
	threshold: percents.map((percent) => ({ name: `Threshold ${percent}`, percent })),
});

const evaluate = async (
	markets: string[],
	parameters: INodeParameters = {},
	linkOutput = 0,
): Promise<NodeRun> =>
	await runNode({
		type: 'amazonSellerRating',
		parameters: { ...defaults, ...parameters },
		items: markets.map((market) => ({ json: { market, tag: market } })),
		credentials: inUse.credentials,
		linkOutput,
	});

const windowsOf = (item: IDataObject | undefined) => (item?.windows ?? []) as IDataObject[];

const marketsPerOutput = ({ outputs }: NodeRun) =>
	outputs.map((items) => items.map(({ json }) => json.marketplace));

/** The sandbox's true counts over the days that an item says it covers. */
function truthOver(marketplaceId: string, coverage: unknown) {
	const { from, through, daysLeftOut } = coverage as WindowCoverage;
	const places = inUse.sandbox.sellers.demo?.marketplaces ?? [];
	const counts = { positive: 0, neutral: 0, negative: 0 };
	for (const { marketplace, feedback } of places) {
		if (marketplace.id !== marketplaceId) continue;
		for (const { date, rating } of feedback) {
			if (from === null || through === null || date < from || date > through) continue;
			if (daysLeftOut.some((span) => date >= span.from && date <= span.through)) continue;
			counts[sentimentOf(rating)] += 1;
		}
	}
	return { ...counts, total: totalOf(counts) };
}

/** The latest day whose totals are settled. */
const settledThrough = (today: unknown, daysUntilSettled = 3): string =>
	plusDays(String(today), -1 - daysUntilSettled);

describe('Rating: Evaluate', () => {
	it("returns the sandbox's exact counts in every window and marketplace", async () => {
		const { items } = await evaluate(['US', 'CA', 'MX']);
		expect(items).toHaveLength(3);
		for (const item of items) {
			const id = MARKETPLACES[item.marketplace as keyof typeof MARKETPLACES];
			for (const window of windowsOf(item).filter(({ days }) => days !== null)) {
				const truth = truthOver(id, window.coverage);
				expect(truth.total).toBeGreaterThan(0);
				expect(window).toMatchObject({ ...truth, provenance: 'derived' });
				expect(window.ratingPercent).toBeCloseTo((100 * truth.positive) / truth.total, 9);
				expect(window.coverage).toMatchObject({
					through: settledThrough(item.today),
					daysCovered: Number(window.days) - 4,
				});
			}
		}
	});

	it('sends each marketplace to the output of its band, linked to its input item', async () => {
		const parameters = { options: { minimumTotal: 1 } };
		const { outputs, links } = await evaluate(['US', 'CA', 'MX'], parameters, 1);
		expect(outputs).toHaveLength(4);
		for (const [index, band] of ['healthy', 'atRisk', 'critical'].entries()) {
			expect(outputs[index]?.map(({ json }) => json.status)).toEqual([band]);
		}
		expect(links).toEqual(['US']);
	});

	it('uses the window and the thresholds the user chose', async () => {
		const byMonth = await evaluate(['US'], { evaluationDays: 30 });
		expect(marketsPerOutput(byMonth)).toEqual([[], [], ['US'], []]);
		const lenient = await evaluate(['US'], { thresholds: thresholdsOf(85.5, 90) });
		expect(marketsPerOutput(lenient)).toEqual([['US'], [], [], []]);
	});

	it('compares unrounded: a threshold just above the rating is not met', async () => {
		const { items } = await evaluate(['US']);
		const rating = Number(items[0]?.ratingPercent);
		const above = Math.ceil(rating * 10_000) / 10_000;
		const { items: judged } = await evaluate(['US'], { thresholds: thresholdsOf(above) });
		expect(judged[0]?.status).toBe('critical');
		const below = Math.floor(rating * 10_000) / 10_000;
		const { items: met } = await evaluate(['US'], { thresholds: thresholdsOf(below) });
		expect(met[0]?.status).toBe('healthy');
	});

	it('leaves out the days that Sales and Traffic does not cover yet, and says so', async () => {
		inUse.sandbox.settings.set({ trafficLagDays: 6 });
		const { items } = await evaluate(['US']);
		const [window] = windowsOf(items[0]);
		expect(window?.coveredThrough).toBe(plusDays(String(window?.to), -6));
		expect(String(window?.notes)).toMatch(/last 4 day\(s\) .* are not counted/);
		expect(String(window?.notes)).toMatch(/no totals for 2 day\(s\)/);
		expect(window).toMatchObject({
			provenance: 'derived',
			...truthOver(MARKETPLACES.US, window?.coverage),
		});
	});

	it('counts a day as soon as it is settled according to the user', async () => {
		// Here the user is right about Amazon.
		inUse.sandbox.habits.set({ unsettledDays: false });
		const { items } = await evaluate(['US'], { options: { daysUntilSettled: 0 } });
		const { today } = items[0] ?? {};
		for (const window of windowsOf(items[0]).slice(0, 3)) {
			const yesterday = settledThrough(today, 0);
			expect(window).toMatchObject({
				coveredThrough: yesterday,
				...truthOver(MARKETPLACES.US, window.coverage),
			});
		}
	});

	it('gives no number if a line of the feedback report could not be read', async () => {
		inUse.sandbox.settings.set({ feedbackUnreadableRow: true });
		const { items } = await evaluate(['US'], { simplify: true });
		expect(items[0]).toMatchObject({
			provenance: 'insufficient',
			ratingPercent: null,
			total: null,
		});
		expect(items[0]?.reason).toMatch(/1 line\(s\) of the feedback report could not be read/);
	});

	it('gives no number if Amazon canceled the feedback report, and sends the item to the chosen output', async () => {
		inUse.sandbox.faults.add({ kind: 'reportCancelled', reportType: 'GET_SELLER_FEEDBACK_DATA' });
		const run = await evaluate(['CA'], { options: { insufficientBand: 'critical' } });
		expect(marketsPerOutput(run)).toEqual([[], [], ['CA'], []]);
		expect(run.items[0]).toMatchObject({ provenance: 'insufficient', ratingPercent: null });
		expect(String(windowsOf(run.items[0])[0]?.notes)).toMatch(/neutral ratings are unknown/);
	});

	it('treats a canceled report as no neutrals only if the user says so, and only if the totals agree', async () => {
		inUse.sandbox.faults.add({ kind: 'reportCancelled', reportType: 'GET_SELLER_FEEDBACK_DATA' });
		const { items } = await evaluate(['CA'], { options: { whenCancelled: 'none' } });
		for (const window of windowsOf(items[0]).slice(0, 3)) {
			const days = String(window.days) as '30' | '90' | '365';
			const { negative } = inUse.sandbox.truth.rating('demo', MARKETPLACES.CA)[days];
			expect(String(window.notes)).toMatch(/as you chose/);
			// Negatives in the totals show that the canceled report was not empty.
			if (window.provenance === 'derived')
				expect(window).toMatchObject({ neutral: 0, negative: 0 });
			else expect(negative).toBeGreaterThan(0);
		}
	});

	it('gives no number without daily totals', async () => {
		inUse.sandbox.faults.add({ kind: 'queryFatal' });
		inUse.sandbox.faults.add({
			kind: 'reportCancelled',
			reportType: 'GET_SALES_AND_TRAFFIC_REPORT',
		});
		const { items } = await evaluate(['CA']);
		expect(items[0]).toMatchObject({
			provenance: 'insufficient',
			status: 'unknown',
			ratingPercent: null,
		});
	});

	it('gives no number if the two reports disagree about the negatives by a relevant amount', async () => {
		inUse.sandbox.settings.set({ negativeIncludesNeutral: true });
		const { items } = await evaluate(['US']);
		const year = windowsOf(items[0])[2];
		expect(year).toMatchObject({ provenance: 'insufficient', ratingPercent: null });
		expect(String(year?.notes)).toMatch(/could lower the rating by more than half a point/);
		expect(String(year?.notes)).toMatch(/contradict each other on \d+ day\(s\)/);
	});

	it('names the missing role if Amazon denies a report', async () => {
		inUse.sandbox.roles.remove('demo', 'Brand Analytics');
		const { error } = await evaluate(['US']);
		inUse.sandbox.roles.restore('demo', 'Brand Analytics');
		expect(error?.message).toMatch(/Amazon denied access/);
		expect(error?.description).toMatch(/role Brand Analytics/);
	});

	it('does not let a bad item affect the good ones', async () => {
		await expectMiddleItemToFailAlone({
			type: 'amazonSellerRating',
			parameters: { ...defaults, thresholds: thresholdsOf(98, '={{ $json.critical }}') },
			credentials: inUse.credentials,
			linkOutput: 1,
			items: [
				{ json: { market: 'US', critical: 95 } },
				{ json: { market: 'US', critical: 950 } },
				{ json: { market: 'US', critical: 97 } },
			],
			message: /Could not use 'Percent': the value is invalid/,
		});
	});
});

describe('Rating: Evaluate, simplified', () => {
	it('says it in one sentence, with the thresholds and the other windows by name', async () => {
		const { items } = await evaluate(['US'], { simplify: true });
		const { positive, neutral, negative, total, runway, neededPositives, ...item } = items[0] ?? {};
		expect({ positive, neutral, negative, total }).toEqual(
			truthOver(MARKETPLACES.US, item.coverage),
		);
		expect(item).toMatchObject({
			seller: 'Harbor & Pine Home',
			runwayThreshold: 'Minimum (95%)',
			neededThreshold: 'Goal (98%)',
			rating365Days: item.ratingText,
		});
		expect(item.rating30Days).toMatch(/^8\d\.\d\d%$/);
		expect(item.summary).toBe(
			`Harbor & Pine Home, United States: ${String(item.ratingText)} over 365 days: at risk. ` +
				`${String(runway)} more negative or neutral before 95%, ` +
				`${String(neededPositives)} more positive to 98%. ` +
				`30 days: ${String(item.rating30Days)}, 90 days: ${String(item.rating90Days)}.`,
		);
	});

	it('sends an unknown rating to the output Unknown unless the user chose another', async () => {
		const { operation, evaluationDays, counts, thresholds, options } = defaults;
		const run = await runNode({
			type: 'amazonSellerRating',
			parameters: {
				operation,
				evaluationDays,
				counts,
				thresholds,
				options,
				sources: ['counts'],
				marketplace: { __rl: true, mode: 'id', value: 'US' },
				simplify: true,
			},
		});
		expect(run.outputs.map(({ length }) => length)).toEqual([0, 0, 0, 1]);
		expect(run.items[0]).toMatchObject({
			status: 'unknown',
			summary: expect.stringMatching(/^United States: Unknown over 365 days: No source gives/),
			runway: null,
			runwayThreshold: null,
		});
	});

	it('returns status, summary, reason, counts, distances and the days they cover', async () => {
		const { items } = await evaluate(['US', 'CA', 'MX'], { simplify: true });
		expectToMatchOutputSchema('AmazonSellerRating', 'evaluate', items);
		const atRisk = items.find(({ marketplace }) => marketplace === 'US');
		expect(atRisk?.reason).toMatch(/below Goal \(98%\)/);
		const { positive, total } = truthOver(MARKETPLACES.US, atRisk?.coverage);
		expect(atRisk?.runway).toBe(Math.floor((positive * 100) / 95 - total));
		expect(atRisk?.neededPositives).toBe(Math.ceil((98 * total - 100 * positive) / 2));
	});
});

describe('Rating: Evaluate, sources', () => {
	const counts = (days: number, positive: number, neutral: number, negative: number) => ({
		window: [{ days, positive, neutral, negative }],
	});

	it('treats entered counts as exact, without a credential', async () => {
		const { items, error } = await runNode({
			type: 'amazonSellerRating',
			parameters: {
				...defaults,
				marketplace: { __rl: true, mode: 'id', value: 'DE' },
				sources: ['counts'],
				counts: counts(365, 90, 5, 5),
			},
		});
		expect(error).toBeUndefined();
		expect(items[0]).toMatchObject({
			status: 'critical',
			ratingPercent: 90,
			provenance: 'exact',
			marketplace: 'DE',
			neededPositives: 100,
		});
		expect(windowsOf(items[0]).find(({ days }) => days === 365)?.thresholds).toMatchObject([
			{ percent: 98, neededPositives: 400, costOfOneNonPositive: 49 },
			{ percent: 95, neededPositives: 100, costOfOneNonPositive: 19 },
		]);
	});

	it('requires a credential if a source needs Amazon', async () => {
		const { error } = await runNode({ type: 'amazonSellerRating', parameters: defaults });
		expect(error?.message).toBe('Could not connect to Amazon: the node has no credential');
		expect(error?.description).toMatch(
			/Choose a credential in the node, or a source that needs no access/,
		);
	});

	it.each([
		[['amazonReports'], true],
		[['counts', 'amazonOffer'], true],
		['={{ $json.sources }}', true],
		[['counts', 'items'], false],
	])('shows the credential in the editor with the sources %j: %s', (sources, isShown) => {
		const { description } = new AmazonSellerRating();
		const [credential] = description.credentials ?? [];
		const node = { typeVersion: 1, parameters: { sources } };
		expect(credential?.required).toBe(true);
		expect(NodeHelpers.displayParameter(node.parameters, credential!, node, description)).toBe(
			isShown,
		);
	});

	it('rounds like Amazon: 1001/15/4 is 98/1/0, and 94.5 shows as 95 but is below it', async () => {
		const run = async (positive: number, neutral: number, negative: number) =>
			await runNode({
				type: 'amazonSellerRating',
				parameters: {
					...defaults,
					marketplace: { __rl: true, mode: 'id', value: 'US' },
					sources: ['counts'],
					counts: counts(365, positive, neutral, negative),
					thresholds: thresholdsOf(95),
					options: {},
				},
			});
		const { items } = await run(1001, 15, 4);
		expect(windowsOf(items[0]).find(({ days }) => days === 365)?.displayedShares).toEqual({
			positive: 98,
			neutral: 1,
			negative: 0,
		});
		expect((await run(189, 0, 11)).items[0]).toMatchObject({
			displayedRating: 95,
			ratingText: '94.5%',
			status: 'critical',
		});
	});

	it("reads Amazon's own rating from a live offer found through the seller's orders", async () => {
		const { items } = await evaluate(['US'], { sources: ['amazonOffer'] });
		const { positive, neutral, negative } = inUse.sandbox.truth.rating('demo', MARKETPLACES.US)[
			'365'
		];
		const total = positive + neutral + negative;
		expect(items[0]).toMatchObject({
			provenance: 'amazonReported',
			ratingPercent: Math.round((100 * positive) / total),
			total,
			runway: null,
		});
	});

	it('reads it from the item the user names, and names the role if Amazon denies access', async () => {
		const asin = inUse.sandbox.sellers.demo?.marketplaces[0]?.products.at(-1)?.asin ?? '';
		const byId = async (value: string) =>
			await evaluate(['US'], {
				sources: ['amazonOffer'],
				options: { asin: { __rl: true, mode: 'id', value } },
			});
		const { items } = await byId(asin);
		expect(String(items[0]?.sources)).toContain(asin);
		inUse.sandbox.roles.remove('demo', 'Pricing');
		const { error } = await byId(asin);
		inUse.sandbox.roles.restore('demo', 'Pricing');
		expect(error?.description).toMatch(/role Pricing/);
	});

	it('lists several sources, evaluates the most exact one and names a disagreement', async () => {
		const { items } = await evaluate(['US'], {
			sources: ['amazonReports', 'amazonOffer', 'counts'],
			counts: counts(365, 500, 0, 0),
		});
		expect(items[0]).toMatchObject({ status: 'healthy', provenance: 'exact' });
		const year = windowsOf(items[0]).find(({ days }) => days === 365);
		expect((year?.sources as IDataObject[]).map(({ source }) => source)).toEqual([
			'counts',
			'amazonReports',
			'amazonOffer',
		]);
		expect(year?.disagreementPoints).toBeGreaterThan(1);
		expect(String(year?.notes)).toMatch(/sources disagree by/);
		const without = await evaluate(['US'], { sources: ['amazonReports', 'amazonOffer'] });
		const agreeing = windowsOf(without.items[0]).find(({ days }) => days === 365);
		expect(agreeing?.disagreementPoints).toBeLessThanOrEqual(0.5);
		expect(String(agreeing?.notes)).not.toMatch(/disagree/);
	});

	const rows = (sentiments: string) =>
		[...sentiments].map((stars, index) => ({
			json: { when: new Date().toISOString(), stars: Number(stars), tag: `row ${index}` },
		}));

	const evaluateItems = async (items: ReturnType<typeof rows>) =>
		await runNode({
			type: 'amazonSellerRating',
			parameters: {
				...defaults,
				marketplace: { __rl: true, mode: 'id', value: 'US' },
				sources: ['items'],
				dateField: 'when',
				ratingField: 'stars',
			},
			items,
		});

	it('combines all input items into one result, linked to all of them', async () => {
		const { outputs, items } = await evaluateItems(rows('5555455554555453'));
		expect(items).toHaveLength(1);
		expect(items[0]).toMatchObject({
			ratingPercent: 93.75,
			status: 'critical',
			provenance: 'exact',
			total: 16,
		});
		expect(outputs[2]?.[0]?.pairedItem).toHaveLength(16);
	});

	it('computes no rating from rows without positives, and names rows it cannot use', async () => {
		const { items } = await evaluateItems(rows('123'));
		expect(items[0]).toMatchObject({ provenance: 'insufficient', ratingPercent: null });
		expect(items[0]?.reason).toMatch(/no feedback with 4 or 5 stars/);
		const { items: some } = await evaluateItems(rows('5595'));
		expect(some[0]).toMatchObject({ total: 3 });
		expect(String(windowsOf(some[0])[0]?.notes)).toMatch(/1 input item\(s\).*\(2\)/);
	});
});

describe('Rating: Evaluate, problems that must not be hidden', () => {
	it('also gives bad ratings to an AI agent, which reads only one output', async () => {
		const { outputs } = await runNode({
			type: 'amazonSellerRatingTool',
			parameters: { ...defaults, evaluationDays: 30 },
			items: [{ json: { market: 'US' } }],
			credentials: inUse.credentials,
		});
		expect(outputs[0]?.[0]?.json).toMatchObject({ status: 'critical' });
	});

	it('sends a failed evaluation to the output for insufficient data', async () => {
		inUse.sandbox.roles.remove('demo', 'Brand Analytics');
		const run = await runNode({
			type: 'amazonSellerRating',
			parameters: { ...defaults, options: { insufficientBand: 'critical' } },
			items: [{ json: { market: 'US' } }],
			credentials: inUse.credentials,
			onError: 'continueRegularOutput',
		});
		inUse.sandbox.roles.restore('demo', 'Brand Analytics');
		expect(run.outputs.map((items) => items.length)).toEqual([0, 0, 1, 0]);
		expect(run.outputs[2]?.[0]?.json.error).toMatch(/denied access/);
	});

	it.each([
		['refuses a text', 'bogus', [0, 0, 0, 2]],
		['takes Unknown for a broken expression', '={{ $json.market.no.such.method() }}', [1, 0, 0, 1]],
	])('loses no item, and %s, as the output for insufficient data', async (_, wanted, counts) => {
		inUse.sandbox.faults.add({ kind: 'reportCancelled', reportType: 'GET_SELLER_FEEDBACK_DATA' });
		const run = await runNode({
			type: 'amazonSellerRating',
			parameters: { ...defaults, options: { insufficientBand: wanted } },
			items: [{ json: { market: 'US' } }, { json: { market: 'CA' } }],
			credentials: inUse.credentials,
			onError: 'continueRegularOutput',
		});
		expect(run.error).toBeUndefined();
		expect(run.outputs.map((items) => items.length)).toEqual(counts);
		const paired = run.outputs.flat().map(({ pairedItem }) => pairedItem);
		expect(paired).toEqual(expect.arrayContaining([{ item: 0 }, { item: 1 }]));
	});

	it.each([
		['a number', '={{ 7 }}'],
		['null', '={{ null }}'],
		['a broken expression', '={{ $json.market.no.such.method() }}'],
	])('reports sources that are %s', async (_, sources) => {
		const parameters = { ...defaults, sources };
		const items = [{ json: { market: 'US' } }];
		const type = 'amazonSellerRating';
		const { error } = await runNode({ type, parameters, items, credentials: inUse.credentials });
		expect(error?.name).toBe('NodeOperationError');
		expect(error?.message).not.toMatch(/is not a function|Cannot read/);
		expect(error?.context.itemIndex).toBe(0);
	});

	it('uses the sources that work, and says why the others do not', async () => {
		inUse.sandbox.roles.remove('demo', 'Brand Analytics');
		const { items, error } = await evaluate(['US'], {
			sources: ['amazonReports', 'counts'],
			counts: { window: [{ days: 365, positive: 99, neutral: 0, negative: 1 }] },
		});
		inUse.sandbox.roles.restore('demo', 'Brand Analytics');
		expect(error).toBeUndefined();
		expect(items[0]).toMatchObject({ ratingPercent: 99, provenance: 'exact', status: 'healthy' });
		const year = windowsOf(items[0]).find(({ days }) => days === 365);
		expect(JSON.stringify(year?.sources)).toMatch(/denied access/);
	});

	it('counts entered counts only once with several marketplaces', async () => {
		const { items } = await evaluate(['US'], {
			sources: ['counts'],
			counts: { window: [{ days: 365, positive: 95, neutral: 2, negative: 3 }] },
			options: { moreMarketplaces: [MARKETPLACES.CA], combined: true },
		});
		const of = (market: string) => items.find(({ marketplace }) => marketplace === market);
		expect(of('US')).toMatchObject({ total: 100, provenance: 'exact' });
		expect(of('CA')).toMatchObject({ total: null, provenance: 'insufficient' });
		expect(of('all')).toMatchObject({ total: 100, provenance: 'exact' });
	});

	it('counts items with a marketplace only for that marketplace', async () => {
		const { items } = await runNode({
			type: 'amazonSellerRating',
			parameters: {
				...defaults,
				marketplace: { __rl: true, mode: 'id', value: 'US' },
				sources: ['items'],
				options: { moreMarketplaces: [MARKETPLACES.CA] },
			},
			items: [
				{ json: { date: new Date().toISOString(), rating: 5, marketplace: 'US' } },
				{ json: { date: new Date().toISOString(), rating: 5, marketplace: 'CA' } },
				{ json: { date: new Date().toISOString(), rating: 4 } },
			],
		});
		expect(items.map(({ marketplace, total }) => [marketplace, total])).toEqual([
			['US', 2],
			['CA', 1],
		]);
	});

	it('distinguishes zero from unknown', async () => {
		const { items } = await evaluate(['US'], {
			sources: ['counts'],
			counts: { window: [{ days: 365, positive: 0, neutral: 0, negative: 0 }] },
		});
		expect(items[0]).toMatchObject({ total: 0, ratingPercent: null, buyersSee: 'lifetime' });
		expect(items[0]?.reason).toMatch(/There is no feedback in this window/);
	});

	it('says so if the order defect rate that should count is missing', async () => {
		inUse.sandbox.faults.add({
			kind: 'reportCancelled',
			reportType: 'GET_V2_SELLER_PERFORMANCE_REPORT',
		});
		const { items } = await evaluate(['CA'], { options: { includeOrderDefectRate: true } });
		expect(items[0]?.reason).toMatch(/order defect rate is unknown/);
	});

	it('still evaluates the others if a marketplace is in another region', async () => {
		const { items, error } = await evaluate(['US'], {
			options: { moreMarketplaces: ['A1PA6795UKMFR9'] },
		});
		expect(error).toBeUndefined();
		const german = items.find(({ marketplace }) => marketplace === 'DE');
		expect(german).toMatchObject({ provenance: 'insufficient' });
		expect(german?.reason).toMatch(
			/the marketplace Germany: the credential is for a different region/,
		);
	});

	it('shortens a very long text given as a marketplace', async () => {
		const { error } = await evaluate(['x'.repeat(100_000)]);
		expect(error?.description).toMatch(/marketplace ID .*; "x{60}…" is neither/);
	});

	it('shortens a very long text given as an option', async () => {
		const { error } = await evaluate(['US'], {
			options: { insufficientBand: 'x'.repeat(100_000) },
		});
		expect(error?.message).toBe("Could not use 'If Data Is Insufficient': the value is invalid");
		expect(error?.description).toMatch(
			/^Choose one of healthy, atRisk, critical, unknown, not x+…$/,
		);
		expect(error?.description?.length).toBeLessThan(400);
	});

	it('requires a marketplace if no credential has one', async () => {
		const evaluateItems = async (marketplace: INodeParameters) =>
			await runNode({
				type: 'amazonSellerRating',
				parameters: { ...defaults, sources: ['items'], marketplace },
			});
		await expect(evaluateItems({ __rl: true, mode: 'list', value: '' })).rejects.toThrow(
			/Parameter "Marketplace" is required/,
		);
		const { error } = await evaluateItems(defaults.marketplace);
		expect(error?.message).toMatch(/Could not use 'Marketplace': it is empty/);
	});

	const ofCounts = async (positive: unknown) =>
		await runNode({
			type: 'amazonSellerRating',
			parameters: {
				...defaults,
				sources: ['counts'],
				marketplace: { __rl: true, mode: 'list', value: '' },
				counts: { window: [{ days: 365, positive, neutral: 1, negative: 2 }] } as INodeParameters,
			},
		});

	it('needs no marketplace for three numbers, and names the output that has the result', async () => {
		const { items, hints, outputs, error } = await ofCounts(97);
		expect(error).toBeUndefined();
		expect(outputs.map((each) => each.length)).toEqual([0, 1, 0, 0]);
		expect(items[0]).toMatchObject({ marketplace: null, ratingPercent: 97, ratingText: '97%' });
		expect(hints).toEqual([expect.stringMatching(/^At Risk: entered counts: 97% over/)]);
	});

	it.each(['', null, -1, 1.5])('does not count %j as 0', async (positive) => {
		const { items, error } = await ofCounts(positive);
		expect(items).toEqual([]);
		expect(error?.message).toBe("Could not use 'Positive': the value is invalid");
		expect(error?.description).toBe('Enter a whole number, 0 or more');
	});
});

describe('Rating: Evaluate, inputs', () => {
	it('reads dates as returned by databases and expressions', () => {
		const us = findMarketplace('US')!;
		const dates = [new Date('2026-11-01T12:00:00Z'), DateTime.fromISO('2026-11-02T03:00:00Z')];
		const items = dates.map((date) => ({ json: { date: date as unknown as string, rating: 5 } }));
		const fields = { dateField: 'date', ratingField: 'rating' };
		const { series, notes } = inOneGo(readItems(items, fields, us));
		expect(notes).toEqual([]);
		// 3 a.m. in Greenwich is the previous evening in Los Angeles.
		expect([series.firstDate, series.lastDate]).toEqual(['2026-11-01', '2026-11-01']);
	});

	it('stops if the login fails for all marketplaces, as for one', async () => {
		inUse.sandbox.lwa.revoke('demo');
		const { error } = await evaluate(['US'], {
			options: { insufficientBand: 'healthy', moreMarketplaces: [MARKETPLACES.CA] },
		});
		inUse.sandbox.lwa.restore('demo');
		expect(error?.message).toMatch(/does not accept the refresh token/);
	});

	it('says that a defect rate is unknown in a combined result', () => {
		const settings = {
			thresholds: [{ name: 'Goal', percent: 95, share: rationalFromPercent(95) }],
			minimumTotal: 1,
			z: 1.96,
		};
		const days = { days: 365, from: '2025-11-24', to: '2026-11-23' };
		const counts = { positive: 100, neutral: 0, negative: 0 };
		const reading = { source: 'counts' as const, provenance: 'exact' as const, counts, notes: [] };
		const window = evaluateWindow(days, [reading], settings);
		const reasonWith = (...rates: Array<number | null>) => {
			const all = combine(
				rates.map((orderDefectPercent, index) => ({
					marketplace: findMarketplace(['US', 'CA'][index] ?? ''),
					today: '2026-11-23',
					windows: [window],
					orderDefectPercent,
					sources: [],
				})),
				settings,
			);
			return judge(all.windows[0]!, settings, 'atRisk', all.orderDefectPercent).reason;
		};
		expect(reasonWith(0.2, null)).toMatch(/is unknown/);
		expect(reasonWith(1.5, null)).toMatch(/1\.5/);
		expect(reasonWith(0.2, 0.1)).not.toMatch(/is unknown/);
	});
});

describe('Rating: Evaluate, invalid thresholds and numbers', () => {
	const evaluateCounts = async (thresholds: unknown, options: unknown = {}) =>
		await runNode({
			type: 'amazonSellerRating',
			parameters: {
				...defaults,
				marketplace: { __rl: true, mode: 'id', value: 'US' },
				sources: ['counts'],
				counts: { window: [{ days: 365, positive: 90, neutral: 5, negative: 5 }] },
				thresholds: { threshold: thresholds },
				options,
			} as INodeParameters,
			linkOutput: 2,
		});

	it.each([
		['empty', '', /The threshold "Goal" has no percentage/],
		['null', null, /The threshold "Goal" has no percentage/],
		['0, as from a cleared field', 0, /The threshold "Goal" is not above 0/],
		['a text', 'ninety', /The threshold "Goal" is not a number/],
		['true', true, /The threshold "Goal" is not a number/],
		['above 100', 101, /The threshold "Goal" is above 100/],
		['negative', -5, /The threshold "Goal" is not above 0/],
	])('refuses a threshold that is %s, by its name', async (_, percent, reason) => {
		const { error, items } = await evaluateCounts([
			{ name: 'Floor', percent: 95 },
			{ name: 'Goal', percent },
		]);
		expect(items).toEqual([]);
		expect(error?.message).toBe("Could not use 'Percent': the value is invalid");
		expect(error?.description).toMatch(reason);
	});

	it('refuses two thresholds with the same name', async () => {
		const { error } = await evaluateCounts([
			{ name: 'Goal', percent: 95 },
			{ name: ' Goal', percent: 98 },
		]);
		expect(error?.message).toBe("Could not use 'Name': the value is invalid");
		expect(error?.description).toMatch(/Two thresholds are named "Goal"/);
	});

	it('sorts thresholds, and accepts digits from an expression', async () => {
		const { items } = await evaluateCounts([
			{ name: 'Low', percent: '91' },
			{ name: 'High', percent: 98 },
		]);
		expect(items[0]).toMatchObject({ status: 'critical' });
		expect(windowsOf(items[0])[2]?.thresholds).toMatchObject([{ name: 'High' }, { name: 'Low' }]);
	});

	it.each([
		[{ minimumTotal: '={{ Number("ten") }}' }, 'Minimum Number of Ratings', 'Enter a number'],
		[{ minimumTotal: 0 }, 'Minimum Number of Ratings', 'Enter 1 or more'],
		[{ minimumTotal: 2.5 }, 'Minimum Number of Ratings', 'Enter a whole number'],
		[{ waitMinutes: '={{ "soon" }}' }, 'Wait for Report (Minutes)', 'Enter a number'],
	])('explains an invalid number in plain words: %j', async (options, name, advice) => {
		const { error } = await evaluateCounts([], options);
		expect(error?.message).toBe(`Could not use '${name}': the value is invalid`);
		expect(error?.description).toBe(advice);
	});
});

describe('Rating: Evaluate, status', () => {
	it('requires the minimum number of ratings', async () => {
		const run = await evaluate(['MX'], {
			options: { insufficientBand: 'healthy', minimumTotal: 50 },
		});
		expect(marketsPerOutput(run)).toEqual([['MX'], [], [], []]);
		expect(run.items[0]?.reason).toMatch(
			/Only \d+ feedback entries in the last 365 days; your minimum is 50/,
		);
	});

	it('makes an order defect rate of 1% or more critical if the option is on', async () => {
		const { items } = await evaluate(['US'], { options: { includeOrderDefectRate: true } });
		const percent = Number(items[0]?.orderDefectPercent);
		expect(percent).toBeGreaterThan(0);
		expect(items[0]?.reason).toMatch(percent >= 1 ? /order defect rate is/ : /rating is/);
		expect(items[0]?.status).toBe(percent >= 1 ? 'critical' : 'atRisk');
	});

	it('compares each window with the previous one', async () => {
		const { items } = await evaluate(['US']);
		const [month] = windowsOf(items[0]);
		expect(month?.trendPoints).toBeLessThan(0);
		expect(windowsOf(items[0]).find(({ days }) => days === 365)?.trendPoints).toBeNull();
		const twoYears = await evaluate(['US'], { options: { yearTrend: true } });
		const year = windowsOf(twoYears.items[0]).find(({ days }) => days === 365);
		const through = plusDays(String(year?.to), -365);
		const from = plusDays(through, -364);
		const [before, now] = [{ from, through, daysLeftOut: [] }, year?.coverage].map((coverage) => {
			const { positive, total } = truthOver(MARKETPLACES.US, coverage);
			return (100 * positive) / total;
		});
		expect(year?.trendPoints).toBeCloseTo((now ?? 0) - (before ?? 0), 9);
		expect(year).toMatchObject({ positive: windowsOf(items[0])[2]?.positive });
	});

	it('adds custom windows, and gives no lifetime rating from reports', async () => {
		const { items } = await evaluate(['US'], { options: { customWindows: '7, 180' } });
		expect(windowsOf(items[0]).map(({ days }) => days)).toEqual([7, 30, 90, 180, 365, null]);
		const lifetime = windowsOf(items[0]).at(-1);
		expect(lifetime).toMatchObject({ provenance: 'insufficient', ratingPercent: null });
		expect(String(lifetime?.notes)).toMatch(/go back only to/);
	});

	it('evaluates several marketplaces of one item and a combined result, even if one has no data', async () => {
		inUse.sandbox.faults.add({
			kind: 'reportFatal',
			times: 1,
			reportType: 'GET_SELLER_FEEDBACK_DATA',
		});
		const { items, error } = await evaluate(['MX'], {
			options: { moreMarketplaces: [MARKETPLACES.CA, MARKETPLACES.US], combined: true },
		});
		expect(error).toBeUndefined();
		expect(new Set(items.map(({ marketplace }) => marketplace))).toEqual(
			new Set(['MX', 'CA', 'US', 'all']),
		);
		const of = (market: string) => items.find(({ marketplace }) => marketplace === market);
		expect(of('MX')).toMatchObject({ provenance: 'insufficient', ratingPercent: null });
		expect(of('MX')?.reason).toMatch(/failed to make it/);
		const sum = ['CA', 'US']
			.map((market) => {
				const id = MARKETPLACES[market as keyof typeof MARKETPLACES];
				return truthOver(id, windowsOf(of(market))[2]?.coverage).total;
			})
			.reduce((all, each) => all + each, 0);
		expect(of('all')).toMatchObject({ total: sum });
		expect(String(windowsOf(of('all'))[2]?.notes)).toMatch(
			/Not included, because counts are missing: MX/,
		);
	});

	it('says which figure buyers see', async () => {
		const { items } = await evaluate(['US', 'MX']);
		expect(items.find(({ marketplace }) => marketplace === 'US')?.buyersSee).toBe('last365Days');
		expect(items.find(({ marketplace }) => marketplace === 'MX')?.buyersSee).toBe('lifetime');
	});
});
