import { gzipSync } from 'node:zlib';
import fc from '../fastCheck';

import { differencesOf } from '../../nodes/AmazonSellerRating/sources/differences';
import type { DailyFeedback } from '../../nodes/shared/domain/ratingWindow';
import { dailyTotalsQuery, readDailyTotals } from '../../nodes/shared/spapi/dailyTotals';
import { isSameQuery } from '../../nodes/shared/spapi/dataKiosk';

const DE = 'A1PA6795UKMFR9';
const FR = 'A13V1IB3VIYZZH';
const RANGE = { marketplaceIds: [DE, FR], from: '2026-10-20', through: '2026-11-26' };

/** The figures that are not about feedback. */
const SHOP = {
	buyBoxPercent: 91.25,
	ordersShipped: 2,
	unitsShipped: 3,
	unitsRefunded: 1,
	claimsGranted: 0,
};

const day = (
	date: string,
	received: number | null,
	negative: number | null,
	units = 3,
	pageViews = 50,
): DailyFeedback => ({ date, received, negative, units, pageViews, ...SHOP });

const lineOf = (
	marketplaceId: string,
	{ date, received, negative, units, pageViews, buyBoxPercent, ...sales }: DailyFeedback,
) =>
	JSON.stringify({
		marketplaceId,
		startDate: date,
		sales: { unitsOrdered: units, ...sales },
		traffic: {
			pageViews,
			buyBoxPercentage: buyBoxPercent,
			feedbackReceived: received,
			negativeFeedbackReceived: negative,
		},
	});

const read = async (text: string | Uint8Array) =>
	await readDailyTotals({ body: typeof text === 'string' ? Buffer.from(text) : text });

describe('the query for daily totals', () => {
	it('requests all marketplaces and figures at once, always in the same words', () => {
		const query = dailyTotalsQuery(RANGE);
		expect(query).toContain(`marketplaceIds: ["${FR}","${DE}"]`);
		expect(query).toContain('startDate: "2026-10-20", endDate: "2026-11-26"');
		expect(query).toMatch(/feedbackReceived negativeFeedbackReceived/);
		expect(dailyTotalsQuery({ ...RANGE, marketplaceIds: [FR, DE] })).toBe(query);
	});

	it('stays far below the 8,000 characters that Amazon accepts', () => {
		const marketplaceIds = Array.from({ length: 25 }, (_, index) => `A1PA6795UKM${index + 100}`);
		expect(dailyTotalsQuery({ ...RANGE, marketplaceIds }).length).toBeLessThan(2_000);
	});

	it('is recognized as Amazon writes it back', () => {
		const query = dailyTotalsQuery(RANGE);
		const rewritten =
			'query {analytics_salesAndTraffic_2024_04_24 {salesAndTrafficByDate(aggregateBy:DAY,startDate:"2026-10-20",endDate:"2026-11-26",marketplaceIds:["A13V1IB3VIYZZH","A1PA6795UKMFR9"]) {marketplaceId startDate sales {unitsOrdered ordersShipped unitsShipped unitsRefunded claimsGranted} traffic {pageViews buyBoxPercentage feedbackReceived negativeFeedbackReceived}}}}';
		expect(isSameQuery(query, rewritten)).toBe(true);
		expect(isSameQuery(query, rewritten.replace('2026-11-26', '2026-11-27'))).toBe(false);
		expect(isSameQuery('{a(b: "x, y")}', '{a(b:"x,y")}')).toBe(false);
	});
});

describe('readDailyTotals', () => {
	const two = [day('2026-11-25', 4, 1), day('2026-11-26', 0, 0)];

	it('reads the days of each marketplace, compressed or not', async () => {
		const text = `${[...two.map((each) => lineOf(DE, each)), lineOf(FR, day('2026-11-25', 9, 2))].join('\n')}\n`;
		for (const body of [Buffer.from(text), gzipSync(text)]) {
			const { days, unreadableLines } = await read(body);
			expect([...days]).toEqual([
				[DE, two],
				[FR, [day('2026-11-25', 9, 2)]],
			]);
			expect(unreadableLines).toBe(0);
		}
	});

	it('reads null and text in place of a figure as unknown, never as 0', async () => {
		const line = `{"marketplaceId":"${DE}","startDate":"2026-11-25","sales":null,"traffic":{"pageViews":"many","feedbackReceived":null,"negativeFeedbackReceived":-1}}\n`;
		const { days } = await read(line);
		expect(days.get(DE)).toEqual([
			{
				date: '2026-11-25',
				received: null,
				negative: null,
				units: null,
				pageViews: null,
				buyBoxPercent: null,
				ordersShipped: null,
				unitsShipped: null,
				unitsRefunded: null,
				claimsGranted: null,
			},
		]);
	});

	it('leaves out only the line that cannot be read', async () => {
		const lines = [
			lineOf(DE, two[0] as DailyFeedback),
			'{"broken',
			'[]',
			'{}',
			lineOf(DE, two[1] as DailyFeedback),
		];
		const { days, unreadableLines } = await read(`${lines.join('\n')}\n`);
		expect(days.get(DE)).toEqual(two);
		expect(unreadableLines).toBe(3);
	});

	it('reports a result that is cut off', async () => {
		const text = two.map((each) => lineOf(DE, each)).join('\n');
		await expect(read(text.slice(0, -5))).rejects.toThrow('cut off');
		expect((await read(text)).days.get(DE)).toEqual(two);
	});

	it('gives back every day of any result', async () => {
		const figure = fc.option(fc.nat(50));
		const days = fc.uniqueArray(
			fc.record({
				date: fc
					.date({ min: new Date('2024-12-01'), max: new Date('2026-11-29'), noInvalidDate: true })
					.map((date) => date.toISOString().slice(0, 10)),
				received: figure,
				negative: figure,
				units: figure,
				pageViews: figure,
				buyBoxPercent: fc.option(fc.nat(10_000).map((hundredths) => hundredths / 100)),
				ordersShipped: figure,
				unitsShipped: figure,
				unitsRefunded: figure,
				claimsGranted: figure,
			}),
			{ selector: ({ date }) => date, maxLength: 30 },
		);
		await fc.assert(
			fc.asyncProperty(days, days, async (german, french) => {
				const lines = [
					...german.map((each) => lineOf(DE, each)),
					...french.map((each) => lineOf(FR, each)),
				];
				const { days: found } = await read(lines.map((line) => `${line}\n`).join(''));
				expect(found.get(DE) ?? []).toEqual(german);
				expect(found.get(FR) ?? []).toEqual(french);
			}),
			{ numRuns: 50 },
		);
	});
});

describe('differencesOf', () => {
	const totals = (days: DailyFeedback[]) => ({ days, madeOn: '2026-11-29' });

	it('says that both agree', () => {
		const days = [day('2026-11-20', 3, 1), day('2026-11-21', 0, 0)];
		expect(differencesOf(totals(days), totals(days))).toEqual([
			'Data Kiosk and the Sales and Traffic report agree on all 2 day(s)',
		]);
	});

	it('names the newest days that differ, and counts those that only one has', () => {
		const kiosk = totals([
			day('2026-11-20', 3, 1),
			day('2026-11-21', 4, 0),
			day('2026-11-22', 1, 0),
		]);
		const report = totals([day('2026-11-20', 3, 1), day('2026-11-21', 5, null)]);
		expect(differencesOf(kiosk, report)).toEqual([
			'Data Kiosk and the Sales and Traffic report differ on 1 of 2 day(s). Feedback entries in Data Kiosk, then in the report: 2026-11-21: 4 (0 negative), 5 (unknown negative)',
			'Only one of the two has 1 day(s)',
		]);
	});

	it('says if there is nothing to compare with', () => {
		expect(differencesOf(totals([]), undefined).join()).toMatch(/could not be compared/);
	});
});
