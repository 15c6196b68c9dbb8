// cspell:ignore cancelled
import { DateTime } from 'luxon';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { sentimentOf } from '../../nodes/shared/domain/feedbackReport';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { runNode, type NodeRun } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { expectMiddleItemToFailAlone } from './threeItems';
import { useSandbox } from './useSandbox';

const inUse = useSandbox();

const source = {
	marketplace: { __rl: true, mode: 'id', value: '={{ $json.market ?? "US" }}' },
	sources: ['amazonReports'],
};

const forecastParameters: INodeParameters = {
	...source,
	operation: 'forecast',
	daysAhead: 60,
	thresholds: {},
	simplify: true,
	options: {},
};

const detectParameters: INodeParameters = {
	...source,
	operation: 'detectChange',
	watchedDays: 60,
	simplify: true,
	options: {},
};

const run = async (
	parameters: INodeParameters,
	items?: Array<{ json: IDataObject }>,
): Promise<NodeRun> =>
	await runNode({ type: 'amazonSellerRating', parameters, credentials: inUse.credentials, items });

describe('Rating: Forecast', () => {
	it('forecasts each window, on one output', async () => {
		const { items, outputs, error } = await run(forecastParameters);
		expect(error).toBeUndefined();
		expect(outputs).toHaveLength(1);
		expect(items.map(({ days }) => days)).toEqual([30, 90, 365]);
		expectToMatchOutputSchema('AmazonSellerRating', 'forecast', items);
		expect(String(items[0]?.notes)).toMatch(/Assumes that feedback keeps arriving/);
	});

	it('accepts feedback dated after today, as from a clock that is ahead', async () => {
		const date = DateTime.now().plus({ days: 2 }).toISODate();
		const parameters = {
			...forecastParameters,
			sources: ['items'],
			dateField: 'date',
			ratingField: 'rating',
		};
		const { error, items } = await run(parameters, [{ json: { date, rating: 5 } }]);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(3);
	});

	it("matches the sandbox's true counts after the days have passed, without new feedback", async () => {
		const { items } = await run({ ...forecastParameters, simplify: false });
		// As if there had been no feedback since the last counted day.
		const place = inUse.sandbox.sellers.demo?.marketplaces.find(
			({ marketplace }) => marketplace.id === 'ATVPDKIKX0DER',
		);
		const truthAt = (day: string, length: number) => {
			const counts = { positive: 0, neutral: 0, negative: 0 };
			for (const { date, rating } of place?.feedback ?? []) {
				const isCounted = date > plusDays(day, -length) && date <= String(items[0]?.knownThrough);
				if (isCounted) counts[sentimentOf(rating)] += 1;
			}
			return counts;
		};
		for (const item of items) {
			const points = item.points as Array<{ date: string; withoutNewFeedback: number | null }>;
			expect(points).toHaveLength(61);
			const now = truthAt(String(item.today), Number(item.days));
			expect(points[0]?.withoutNewFeedback).toBeCloseTo(
				(100 * now.positive) / (now.positive + now.neutral + now.negative),
				9,
			);
			for (const { date, withoutNewFeedback } of [points[20], points[60]].flatMap(
				(point) => point ?? [],
			)) {
				const then = truthAt(date, Number(item.days));
				const total = then.positive + then.neutral + then.negative;
				if (total === 0) expect(withoutNewFeedback).toBeNull();
				else expect(withoutNewFeedback).toBeCloseTo((100 * then.positive) / total, 9);
			}
		}
	});

	it('gives no number if a line of the feedback report could not be read', async () => {
		inUse.sandbox.settings.set({ feedbackUnreadableRow: true });
		const { items } = await run(forecastParameters);
		expect(items).toHaveLength(3);
		for (const item of items) {
			expect(item).toMatchObject({
				ratingPercent: null,
				atCurrentRates: null,
				provenance: 'insufficient',
			});
			expect(String(item.notes)).toMatch(/could not be read/);
		}
		const change = await run(detectParameters);
		expect(change.items[0]).toMatchObject({ verdict: 'insufficient', provenance: 'insufficient' });
		expect(change.items[0]?.reason).toMatch(/could not be read/);
	});

	it('gives no number without data', async () => {
		inUse.sandbox.faults.add({ kind: 'reportCancelled', reportType: 'GET_SELLER_FEEDBACK_DATA' });
		const { items } = await run(forecastParameters);
		expect(items).toHaveLength(3);
		for (const item of items)
			expect(item).toMatchObject({ ratingPercent: null, atCurrentRates: null });
	});

	it('does not let a bad item affect the good ones', async () => {
		await expectMiddleItemToFailAlone({
			type: 'amazonSellerRating',
			parameters: { ...forecastParameters, daysAhead: '={{ $json.ahead }}' },
			credentials: inUse.credentials,
			items: [{ json: { ahead: 5 } }, { json: { ahead: 5000 } }, { json: { ahead: 7 } }],
			message: /Could not use 'Days Ahead': the value is invalid/,
		});
	});
});

describe('Rating: Detect Change', () => {
	it("detects the dip in the sandbox's US marketplace, since when and by how much", async () => {
		const { items, error } = await run({ ...detectParameters, options: { falseAlarmEvery: 200 } });
		expect(error).toBeUndefined();
		expectToMatchOutputSchema('AmazonSellerRating', 'detectChange', items);
		expect(items[0]).toMatchObject({ verdict: 'alarm', provenance: 'derived' });
		const days = DateTime.fromISO(String(items[0]?.since)).diffNow('days').days;
		expect(days).toBeLessThan(0);
		expect(days).toBeGreaterThan(-62);
		expect(items[0]?.excessPoints).toBeGreaterThan(2);
	});

	it('has no verdict if there is too little to compare with', async () => {
		const { items } = await run(detectParameters, [{ json: { market: 'MX' } }]);
		expect(items[0]).toMatchObject({ verdict: 'insufficient', baselinePercent: null });
		expect(items[0]?.reason).not.toBe('');
	});

	it('combines the rows of all input items', async () => {
		const rows = Array.from({ length: 200 }, (_, index) => ({
			json: {
				date: DateTime.utc()
					.minus({ days: 199 - index })
					.toISODate(),
				rating: index >= 170 && index % 3 === 0 ? 1 : 5,
			},
		}));
		const { items, outputs } = await runNode({
			type: 'amazonSellerRating',
			parameters: {
				...detectParameters,
				marketplace: { __rl: true, mode: 'id', value: 'GB' },
				sources: ['items'],
				dateField: 'date',
				ratingField: 'rating',
				options: { baselinePercent: 2 },
			},
			items: rows,
		});
		expect(items).toHaveLength(1);
		expect(items[0]).toMatchObject({ verdict: 'alarm', provenance: 'exact', baselinePercent: 2 });
		expect(outputs[0]?.[0]?.pairedItem).toHaveLength(200);
	});

	it('does not let a bad item affect the good ones', async () => {
		await expectMiddleItemToFailAlone({
			type: 'amazonSellerRating',
			parameters: { ...detectParameters, watchedDays: '={{ $json.watched }}' },
			credentials: inUse.credentials,
			items: [{ json: { watched: 60 } }, { json: { watched: 0 } }, { json: { watched: 90 } }],
			message: /Could not use 'Days to Watch': the value is invalid/,
		});
	});
});
