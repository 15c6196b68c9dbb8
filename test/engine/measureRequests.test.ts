import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { dayIn, dayNumber, plusDays, todayIn } from '../../nodes/shared/domain/calendar';
import { findMarketplace } from '../../nodes/shared/domain/marketplaces';
import { blockOf, isPulseDay } from '../../nodes/shared/domain/pulse';
import { ALL_SELLERS } from '../../nodes/shared/spapi/credentials';
import { connect } from '../sandbox/support';
import { DateTime } from 'luxon';
import { runNode, type NodeRun, type NodeRunOptions } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { connectSellers, sellersOf } from './sandboxCredential';
import { useSandbox } from './useSandbox';

const US = 'ATVPDKIKX0DER';
const BRAZIL = 'A2Q3Y263D00KWC';
const DAYS = 50;
const ORDERS_A_DAY = 8;
const EFFECT = 30;
const schedule = { seed: 'spring', blockDays: 5, marketplaceId: US };

const place = findMarketplace(US);
if (place === undefined) throw new Error('No marketplace US');

const start = DateTime.utc().minus({ days: DAYS });
const inUse = useSandbox({
	now: start.toJSDate(),
	settings: { requestEffectPercent: EFFECT },
	// Fifty days of requests within seconds.
	rateLimits: 1_000_000,
});

let ledger: IDataObject[];

/** Fifty days of a shop: orders come every day, and wait for the drawn day of their block. */
beforeAll(async () => {
	const { sandbox } = inUse;
	const waiting: string[] = [];
	ledger = [];
	for (let day = 0; day < DAYS; day += 1) {
		sandbox.clock.set(start.plus({ days: day }).toISO());
		const added = sandbox.world.addOrders({ count: ORDERS_A_DAY, state: 'eligible' });
		waiting.push(...added.map(({ orderId }) => orderId));
		for (let entry = 0; entry < day % 3; entry += 1) {
			sandbox.world.addFeedback({ rating: day % 7 === 0 ? 2 : 5 });
		}
		const today = dayIn(place, start.plus({ days: day }));
		if (!isPulseDay(today, schedule)) continue;
		const client = await connect(sandbox);
		for (const orderId of waiting.splice(0)) {
			const { status } = await client.solicit(orderId);
			if (status !== 201) throw new Error(`Status ${status}`);
			ledger.push({
				orderId,
				marketplace: 'US',
				marketplaceId: US,
				outcome: 'sent',
				tryAgainLater: false,
				at: sandbox.clock.now().toISOString(),
				pulse: { block: blockOf(today, schedule), day: today, isPulseDay: true, forced: false },
				delayDays: Number(orderId.slice(-1)),
			});
		}
	}
	sandbox.clock.set(DateTime.utc().toISO());
}, 60_000);

interface Wanted {
	readonly parameters?: INodeParameters;
	readonly items?: readonly IDataObject[];
	readonly onError?: NodeRunOptions['onError'];
}

const measure = async ({ parameters, items = ledger, onError }: Wanted = {}): Promise<NodeRun> =>
	await runNode({
		type: 'amazonSellerRating',
		parameters: {
			operation: 'measureRequests',
			feedbackFrom: 'amazonReports',
			effectToDetect: 2,
			days: 365,
			options: {},
			...parameters,
		},
		items: items.map((json) => ({ json })),
		credentials: inUse.credentials,
		onError,
		linkExpression: "={{ $('Items').all().length }}",
	});

const firstOf = ({ items, error }: NodeRun): IDataObject => {
	if (error !== undefined) throw error;
	const [item] = items;
	if (item === undefined) throw new Error('No item');
	return item;
};

const withoutPulse = (): IDataObject[] => ledger.map((row) => ({ ...row, pulse: null }));

/** What requests brought until the last day that is settled, straight from the world. */
const truth = () => {
	const through = plusDays(todayIn(place), -4);
	return inUse.sandbox.truth.requestAnswers.filter(
		({ at }) => dayIn(place, DateTime.fromISO(at)) <= through,
	);
};

describe('Rating: Measure Requests', () => {
	it('finds the true effect, with an interval that covers it', async () => {
		const run = await measure();
		const item = firstOf(run);
		const true100 =
			(100 * inUse.sandbox.truth.requestAnswers.length) / inUse.sandbox.truth.solicitations.length;
		expect(item.verdict).toBe('pays');
		const { per100Requests, low, high, p } = item.effect as Record<string, number>;
		expect(low).toBeLessThan(true100);
		expect(high).toBeGreaterThan(true100);
		expect(Math.abs((per100Requests ?? 0) - true100)).toBeLessThan(10);
		expect(p).toBeLessThan(0.01);
		expect(item.summary).toMatch(/^Requests bring feedback, more than by chance: \d+\.\d more /);
		const { entries } = item.extraFeedback as { entries: number };
		expect(Math.abs(entries - truth().length)).toBeLessThan(0.35 * truth().length);
		expect(item.daysStillNeeded).toBe(0);
		expect(run.outputs[0]?.[0]?.pairedItem).toHaveLength(ledger.length);
		expectToMatchOutputSchema('AmazonSellerRating', 'measureRequests', run.items);
	});

	it('counts the days that are settled, and names those that are not', async () => {
		const item = firstOf(await measure());
		const { days, pulseTest, requests } = item as Record<string, IDataObject>;
		expect(days?.through).toBe(plusDays(todayIn(place), -4));
		expect(days?.leftOut).toContainEqual(
			expect.objectContaining({ reason: 'notSettled', days: 4 }),
		);
		expect(pulseTest).toMatchObject({ daysPerBlock: 5 });
		expect(requests).toMatchObject({ inLedger: ledger.length, moved: ledger.length, forced: 0 });
	});

	it('has the certain part: 1 to 3 star feedback of orders with a request', async () => {
		const item = firstOf(await measure());
		const through = String((item.days as IDataObject).through);
		const low = inUse.sandbox.truth
			.feedback('demo', US)
			.filter(({ date }) => date <= through)
			.filter(({ orderId, at }) =>
				ledger.some((row) => row.orderId === orderId && Date.parse(String(row.at)) <= at),
			);
		const certain = item.certain as IDataObject;
		expect((certain.orderIds as string[]).toSorted()).toEqual(
			low.map(({ orderId }) => orderId).toSorted(),
		);
		expect(low.length).toBeGreaterThan(0);
		expect(certain.requests).toBe(ledger.length);
	});

	it('reads the same from flat columns, and from the seed alone', async () => {
		const usual = firstOf(await measure());
		const flat = ledger.map(({ pulse, ...row }) => {
			const { block, day } = pulse as IDataObject;
			return { ...row, pulseBlock: String(block), pulseDay: day, pulseForced: 'false' };
		});
		expect(firstOf(await measure({ items: flat })).effect).toEqual(usual.effect);
		const bySeed = firstOf(
			await measure({ items: withoutPulse(), parameters: { options: { seed: 'spring' } } }),
		);
		const { per100Requests } = usual.effect as IDataObject;
		expect((bySeed.effect as IDataObject).per100Requests).toBe(per100Requests);
	});

	it('says without a pulse test that counts prove nothing, and shows them', async () => {
		for (const options of [{}, { seed: 'another' }]) {
			const item = firstOf(await measure({ items: withoutPulse(), parameters: { options } }));
			expect(item).toMatchObject({ verdict: 'noPulseTest', effect: null, daysStillNeeded: null });
			expect(item.summary).toMatch(/counts alone prove nothing: \d+\.\d\d feedback entries a day/);
			expect((item.counts as IDataObject).sinceFirstRequest).toMatchObject({
				receivedPerDay: expect.any(Number) as number,
			});
		}
	});

	it('says when it is too early, and how many days are still needed', async () => {
		const first = dayNumber(String(((ledger[0] as IDataObject).pulse as IDataObject).day));
		const early = ledger.filter(
			({ pulse }) => dayNumber(String((pulse as IDataObject).day)) < first + 12,
		);
		const item = firstOf(await measure({ items: early }));
		expect(item.verdict).toBe('notDecidable');
		expect(Number(item.daysStillNeeded)).toBeGreaterThan(5);
		expect(item.summary).toMatch(/^Not decidable yet\. .* more days of the pulse test\.$/);
		expect(item.effect).toMatchObject({ low: null, high: null, p: null });
		expect(item.notes).toContainEqual(expect.stringMatching(/at least 21 days; there are \d+$/));
	});

	it('compares random delays by the certain part, and says what it cannot see', async () => {
		const { delay } = firstOf(await measure()) as Record<string, IDataObject>;
		expect(delay).toMatchObject({
			shorter: { fromDays: 0, throughDays: 4 },
			longer: { fromDays: 5, throughDays: 9 },
		});
		expect(delay?.summary).toMatch(/positive feedback is not visible/);
	});

	it('counts only accepted requests, each order once, and names the others', async () => {
		const [first = {}] = ledger;
		const items = [
			...ledger,
			first,
			{ ...first, orderId: '111-0000000-0000001', outcome: 'wouldSend' },
			{ orderId: 'x', outcome: 'sent' },
		];
		const item = firstOf(await measure({ items }));
		expect(item.requests).toMatchObject({ inLedger: ledger.length });
		expect(item.notes).toEqual(
			expect.arrayContaining([
				'1 ledger row(s) without an accepted request are left out',
				'1 ledger row(s) of an order that already has one are left out',
				'1 ledger row(s) without an order ID, a marketplace and a time are left out',
			]),
		);
	});

	it('works with lists instead of Amazon, without a credential', async () => {
		const received = new Map<string, number>();
		const own = inUse.sandbox.sellers.demo?.marketplaces[0]?.feedback ?? [];
		for (const { date } of own) received.set(date, (received.get(date) ?? 0) + 1);
		const dailyTotals = Array.from({ length: DAYS + 30 }, (_, index) => {
			const date = plusDays(todayIn(place), -index);
			return { date, received: received.get(date) ?? 0 };
		});
		const lowFeedback = inUse.sandbox.truth
			.feedback('demo', US)
			.map(({ orderId, date, rating }) => ({ orderId, date, rating }));
		const lists = { feedbackFrom: 'lists', dailyTotals, lowFeedback } as unknown as INodeParameters;
		const item = firstOf(await measure({ parameters: { ...lists, days: 60 } }));
		const usual = firstOf(await measure());
		expect(item.effect).toEqual(usual.effect);
		expect(item.nonPositive).toEqual(usual.nonPositive);
		expect(item.sources).toEqual(['list']);
		const unsplit = { ...lists, lowFeedback: '', days: 60 };
		const other = firstOf(await measure({ parameters: unsplit }));
		expect(other).toMatchObject({ positive: null, certain: null, delay: null });
	});

	it('draws a picture for each marketplace, on request', async () => {
		const run = await measure({
			parameters: { format: 'picture', binaryField: 'picture', options: { pictureFormat: 'svg' } },
		});
		const { picture } = run.outputs[0]?.[0]?.binary ?? {};
		expect(picture).toMatchObject({ mimeType: 'image/svg+xml', fileName: 'does-asking-pay.svg' });
		const svg = Buffer.from(picture?.data ?? '', 'base64').toString();
		expect(svg).toContain(String(firstOf(run).summary).slice(0, 40));
	});

	it('loses only the marketplace that cannot be read, and names it', async () => {
		const elsewhere = [1, 2, 3].map((index) => ({
			...ledger[0],
			orderId: `702-0000000-000000${index}`,
			marketplace: 'BR',
			marketplaceId: BRAZIL,
		}));
		const usual = firstOf(await measure());
		const run = await measure({ items: [...elsewhere, ...ledger] });
		const [brazil, us] = run.items;
		expect(us).toMatchObject({ verdict: 'pays', effect: usual.effect, certain: usual.certain });
		expect(brazil).toMatchObject({
			marketplace: 'BR',
			verdict: 'notRead',
			effect: null,
			positive: null,
			extraFeedback: null,
			nonPositivePercent: null,
			certain: null,
			counts: { beforeFirstRequest: null, sinceFirstRequest: null },
			daysStillNeeded: null,
			decidableOn: null,
			requests: { inLedger: 3 },
		});
		const [note] = brazil?.notes as string[];
		expect(note).toMatch(/^Could not /);
		expect(brazil?.summary).toBe(`BR was not measured. ${note}`);
		expect(run.hints).toContain(brazil?.summary);
		expectToMatchOutputSchema('AmazonSellerRating', 'measureRequests', run.items);
		const picture = { format: 'picture' };
		const drawn = await measure({ items: [...elsewhere, ...ledger], parameters: picture });
		expect(drawn.outputs[0]?.map(({ binary }) => binary !== undefined)).toEqual([false, true]);
		const none = await measure({ items: elsewhere });
		expect(none.error?.message).toBe(note);
	});

	it('names what is wrong with the items', async () => {
		const run = await measure({ items: [{ text: 'x' }] });
		expect(run.error?.message).toBe(
			'Could not measure requests: no input item is an accepted request',
		);
		const other = await measure({
			items: [{ ...ledger[0], marketplaceId: 'A1PA6795UKMFR9', marketplace: 'DE' }],
			onError: 'continueRegularOutput',
		});
		expect(other.items[0]?.error).toMatch(/region/);
	});

	it('never counts the requests of several sellers as those of one', async () => {
		const items = ledger.map((row, index) => ({ ...row, seller: `Shop ${index % 2}` }));
		const lists = { feedbackFrom: 'lists', dailyTotals: '[]', lowFeedback: '' };
		expect((await measure({ items, parameters: lists })).error?.message).toBe(
			'Could not measure requests: the rows are of several sellers, and the feedback of one',
		);
	});

	it('measures each seller with its own rows', async () => {
		const { credentials, sandbox } = inUse;
		connectSellers(credentials, sandbox, sellersOf(sandbox, { 'Shop One': 'demo' }));
		const named = ledger.map((row) => ({ ...row, seller: 'Shop One' }));
		const others = ledger.slice(0, 5).map((row) => ({ ...row, seller: 'Shop Two' }));
		const run = await runNode({
			type: 'amazonSellerRating',
			parameters: {
				operation: 'measureRequests',
				feedbackFrom: 'amazonReports',
				seller: { __rl: true, mode: 'name', value: ALL_SELLERS },
				options: {},
			},
			items: [...named, ...others].map((json) => ({ json })),
			credentials,
			credentialId: 'several',
			linkExpression: "={{ $('Items').all().length }}",
		});
		const item = firstOf(run);
		expect(item).toMatchObject({ seller: 'Shop One', requests: { inLedger: ledger.length } });
		expect(item.notes).toContain('5 ledger row(s) of another seller are left out');
	});
});
