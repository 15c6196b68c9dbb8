import {
	accountHealthOf,
	accountHealthReportSchema,
	countedRate,
	highest,
	type AccountHealth,
} from '../../nodes/shared/domain/accountHealth';

const GERMANY = 'A1PA6795UKMFR9';

const RANGE = {
	reportingDateRange: {
		reportingDateFrom: '2026-08-26T00:00:00Z',
		reportingDateTo: '2026-09-24T23:59:59Z',
	},
};

const counts = (orders: unknown, defects: unknown, rate: unknown = 0) => ({
	...RANGE,
	rate,
	status: 'GOOD',
	orderCount: orders,
	targetValue: 0.01,
	orderWithDefects: { count: defects, status: 'GOOD' },
	claims: { count: 0 },
	chargebacks: { count: 0 },
	negativeFeedback: { count: defects },
});

function read(metrics: object, report: object = {}): AccountHealth {
	const health = accountHealthOf(
		accountHealthReportSchema.parse({
			accountStatuses: [{ status: 'NORMAL', marketplaceId: GERMANY }],
			performanceMetrics: [
				{
					marketplaceId: GERMANY,
					orderDefectRate: { afn: counts(400, 2), mfn: counts(100, 1) },
					...metrics,
				},
			],
			...report,
		}),
		GERMANY,
	);
	if (health === undefined) throw new Error('The report does not name the marketplace');
	return health;
}

const metricOf = (health: AccountHealth, name: string) =>
	health.metrics.find((metric) => metric.name === name);

describe('account health', () => {
	it('has no rate for all orders if the rate of one channel is unreadable', () => {
		const counted = { orderCount: 100, orderWithDefects: { count: 0 }, targetValue: 0.01 };
		const rate = { ...counted, rate: 0, negativeFeedback: { count: 3 } };
		const report = accountHealthReportSchema.parse({
			performanceMetrics: [{ marketplaceId: 'A1', orderDefectRate: { afn: rate, mfn: [rate] } }],
		});
		expect(accountHealthOf(report, 'A1')).toMatchObject({
			orderDefectPercent: null,
			worstOrderDefectPercent: null,
			negativeFeedback: null,
			amazonFulfilled: { orders: 100 },
			sellerFulfilled: null,
			unreadable: ['orderDefectRate.mfn'],
		});
	});

	it.each([2, '2'])('returns policy violation warnings, counted as %p', (warningsCount) => {
		const { violations, unreadable } = read({
			policyViolationWarnings: { warningsCount, ...RANGE },
		});
		expect(violations).toEqual([{ name: 'policyViolationWarnings', defects: 2, status: null }]);
		expect(unreadable).toEqual([]);
	});

	it('returns each late shipment rate of the list', () => {
		const late = { rate: 0.05, status: 'BAD', targetValue: 0.04, targetCondition: 'LESS_THAN' };
		const { metrics } = read({ lateShipmentRateList: [late, { ...late, rate: 0.01, ...RANGE }] });
		expect(metrics).toEqual([
			{
				name: 'lateShipmentRate',
				percent: 5,
				targetPercent: 4,
				condition: 'LESS_THAN',
				status: 'BAD',
				from: null,
				to: null,
			},
			expect.objectContaining({ percent: 1, from: '2026-08-26T00:00:00Z' }),
		]);
	});

	it('names an entry of a list that is no object, and returns the others', () => {
		const late = { rate: 0.05, status: 'BAD', targetValue: 0.04, targetCondition: 'LESS_THAN' };
		const { metrics, unreadable } = read({ lateShipmentRateList: [7, late, null] });
		expect(metrics).toEqual([expect.objectContaining({ percent: 5 })]);
		expect(unreadable).toEqual(['lateShipmentRateList.0']);
	});

	it.each([
		[{ ahrStatus: 'GREAT' }, 'GREAT'],
		[{ accountHealthRatingStatus: 'GREAT' }, 'GREAT'],
		[{ accountHealthRatingStatus: 'GREAT', ahrStatus: 'FAIR' }, 'GREAT'],
		[{}, null],
	])('reads the health rating in %j', (accountHealthRating, healthRating) => {
		expect(read({ accountHealthRating }).healthRating).toBe(healthRating);
	});

	it.each(['shipmentCount', 'shipmentCountWithValidTracking', 'orderCount', 'totalUnitCount'])(
		'has no rate if %s is 0',
		(whole) => {
			const rate = { rate: 0, status: 'GOOD', targetValue: 0.95, targetCondition: 'GREATER_THAN' };
			const over = (amount: unknown) =>
				metricOf(read({ validTrackingRate: { ...rate, [whole]: amount } }), 'validTrackingRate');
			expect(over(0)).toMatchObject({ percent: null, targetPercent: 95, status: 'GOOD' });
			expect(over('0')).toMatchObject({ percent: null });
			expect(over(7)).toMatchObject({ percent: 0 });
		},
	);

	it('names a count that is missing inside its object', () => {
		const health = read({
			orderDefectRate: {
				afn: counts(0, 0),
				mfn: { rate: 0.01, orderCount: 100, orderWithDefects: { status: 'GOOD' } },
			},
		});
		expect(health.orderDefectPercent).toBeNull();
		expect(health.unreadable).toEqual(['orderDefectRate.mfn.orderWithDefects.count']);
	});

	it('returns the available parts of a defect rate without counts, and names the missing ones', () => {
		const health = read({
			orderDefectRate: {
				afn: counts(0, 0),
				mfn: {
					status: 'AT RISK',
					targetValue: 0.01,
					orderCount: 62,
					rate: 0.0161,
					chargebacks: { status: 'NONE', count: 1 },
				},
			},
		});
		expect(health.sellerFulfilled).toEqual({
			orders: 62,
			ordersWithDefects: null,
			negativeFeedback: null,
			claims: null,
			chargebacks: 1,
			percent: null,
			amazonPercent: 1.61,
			targetPercent: 1,
			status: 'AT RISK',
			from: null,
			to: null,
		});
		expect(health.orderDefectPercent).toBeNull();
		expect(health.worstOrderDefectPercent).toBe(1.61);
		expect(health.unreadable).toEqual(['orderDefectRate.mfn.orderWithDefects']);
		expect(countedRate(health.sellerFulfilled)).toBeUndefined();
		expect(countedRate(health.amazonFulfilled)).toMatchObject({ orders: 0 });
	});

	it('does not call one rate the worst if the other is unknown', () => {
		const odr = (afn: object) => read({ orderDefectRate: { afn, mfn: counts(100, 0) } });
		const unknown = { orderCount: 40, targetValue: 0.01 };
		expect(odr(unknown).worstOrderDefectPercent).toBeNull();
		expect(odr(unknown).orderDefectPercent).toBeNull();
		const bad = read({ orderDefectRate: { afn: unknown, mfn: counts(100, 2) } });
		expect(bad.worstOrderDefectPercent).toBe(2);
	});

	it("has no rate if there are no orders, neither a computed one nor Amazon's", () => {
		const { sellerFulfilled } = read({ orderDefectRate: { afn: null, mfn: counts(0, 0) } });
		expect(sellerFulfilled).toMatchObject({ percent: null, amazonPercent: null, orders: 0 });
	});

	it.each([
		['afn null', { orderDefectRate: { afn: null, mfn: counts(62, 0) } }],
		['the rate missing', { orderDefectRate: undefined }],
		['the rate null', { orderDefectRate: null }],
		['the score null', { accountHealthRating: { ahrStatus: 'NONE', ahrScore: null, ...RANGE } }],
		['the warnings null', { warningStates: null }],
		['an empty list', { lateShipmentRateList: [] }],
	])('reads a report with %s and calls nothing unreadable', (_, metrics) => {
		const health = read(metrics);
		expect(health.accountStatus).toBe('NORMAL');
		expect(health.unreadable).toEqual([]);
	});

	it('reads counts in quotes and warnings that are plain text', () => {
		const health = read({
			orderDefectRate: { afn: counts('4322', '0', '0.0') },
			warningStates: ['spammingSellerMessaging', { warningType: 'other', status: null }],
		});
		expect(health.amazonFulfilled).toMatchObject({ orders: 4322, percent: 0, amazonPercent: 0 });
		expect(health.warnings).toEqual([
			{ warningType: 'spammingSellerMessaging', status: null },
			{ warningType: 'other', status: null },
		]);
	});

	it('is not affected by the entry of another marketplace', () => {
		for (const other of [null, 'x', {}, { marketplaceId: 'A13V1IB3VIYZZH', orderDefectRate: 7 }]) {
			const health = read({}, { accountStatuses: [other, { marketplaceId: GERMANY }] });
			expect(health).toMatchObject({ accountStatus: null, orderDefectPercent: 0.6 });
			const entry = { marketplaceId: GERMANY, accountHealthRating: { ahrScore: 428 } };
			expect(read({}, { performanceMetrics: [other, entry] }).healthScore).toBe(428);
		}
	});

	it('names what could not be read and returns the rest', () => {
		const health = read({
			orderDefectRate: { afn: counts(-1, 2), mfn: counts(100, 1) },
			accountHealthRating: { ahrScore: 'high' },
			policyViolationWarnings: { warningsCount: 'many' },
			somethingNew: { odd: true },
		});
		expect(health.unreadable).toEqual([
			'orderDefectRate.afn.orderCount',
			'accountHealthRating.ahrScore',
			'policyViolationWarnings.warningsCount',
			'somethingNew',
		]);
		expect(health.sellerFulfilled).toMatchObject({ percent: 1 });
		expect(health.orderDefectPercent).toBeNull();
	});

	it('knows a marketplace that is in one of the two lists, and no other', () => {
		const account = { marketplaceId: GERMANY, status: 'AT_RISK' };
		const healthIn = (report: object) =>
			accountHealthOf(accountHealthReportSchema.parse(report), GERMANY);
		expect(healthIn({ accountStatuses: [account] })).toEqual({
			marketplaceId: GERMANY,
			accountStatus: 'AT_RISK',
			healthRating: null,
			healthScore: null,
			orderDefectPercent: null,
			worstOrderDefectPercent: null,
			negativeFeedback: null,
			sellerFulfilled: null,
			amazonFulfilled: null,
			metrics: [],
			violations: [],
			warnings: [],
			unreadable: [],
		});
		expect(
			healthIn({ performanceMetrics: [{ marketplaceId: GERMANY, orderDefectRate: null }] }),
		).toMatchObject({ accountStatus: null, unreadable: [] });
		const other = { marketplaceId: 'A13V1IB3VIYZZH' };
		expect(healthIn({ accountStatuses: [other], performanceMetrics: [other] })).toBeUndefined();
		expect(healthIn({ accountStatuses: [] })).toBeUndefined();
	});

	it('adds the negative feedback of both channels', () => {
		// 2 of the orders that Amazon shipped, 1 of the seller's own.
		expect(read({}).negativeFeedback).toBe(3);
		const feedbackOf = (afn: object | null, mfn: object | null) =>
			read({ orderDefectRate: { afn, mfn } }).negativeFeedback;
		expect(feedbackOf(counts(400, 2), null)).toBe(2);
		expect(feedbackOf(null, null)).toBeNull();
		// Unknown is not 0, whichever of the two it is.
		const unknown = { ...counts(100, 1), negativeFeedback: null };
		expect(feedbackOf(counts(400, 2), unknown)).toBeNull();
		expect(feedbackOf(unknown, counts(400, 2))).toBeNull();
	});

	it('takes the higher rate of the two channels as the worst', () => {
		// 2 of 400 are 0.5%, 1 of 100 is 1%; together 3 of 500 are 0.6%.
		const both = { orderDefectPercent: 0.6, worstOrderDefectPercent: 1 };
		expect(read({})).toMatchObject(both);
		expect(read({ orderDefectRate: { afn: counts(100, 1), mfn: counts(400, 2) } })).toMatchObject(
			both,
		);
	});

	it.each([
		['that Amazon does not report', null],
		['without orders', counts(0, 0)],
		['without orders and without the counts that a rate needs', { orderCount: 0, rate: 0 }],
	])('judges by the other channel if there is one %s', (_, afn) => {
		expect(read({ orderDefectRate: { afn, mfn: counts(400, 2) } })).toMatchObject({
			orderDefectPercent: 0.5,
			worstOrderDefectPercent: 0.5,
			unreadable: [],
		});
	});

	it('takes a rate exactly at the target as bad, because it has to be below', () => {
		const odr = (defects: number) =>
			read({ orderDefectRate: { afn: { orderCount: 40 }, mfn: counts(1000, defects) } });
		expect(odr(9).worstOrderDefectPercent).toBeNull();
		expect(odr(10).worstOrderDefectPercent).toBe(1);
	});

	it('misses no counts behind a rate that Amazon does not give', () => {
		const nothing = { status: 'NONE', targetValue: 0.01 };
		const health = read({ orderDefectRate: { afn: nothing, mfn: counts(100, 0) } });
		expect(health.amazonFulfilled).toMatchObject({ orders: null, percent: null });
		expect(health.unreadable).toEqual([]);
	});

	it('has no rate of a channel whose orders are unknown', () => {
		const rate = { rate: 0.02, orderWithDefects: { count: 2 }, targetValue: 0.01 };
		const health = read({ orderDefectRate: { afn: rate, mfn: null } });
		expect(health.amazonFulfilled).toMatchObject({
			orders: null,
			ordersWithDefects: 2,
			percent: null,
			amazonPercent: 2,
		});
		expect(health.unreadable).toEqual(['orderDefectRate.afn.orderCount']);
	});

	it('names a field, an entry or a type that is of no known shape, once', () => {
		const late = { rate: 0.05, status: 'BAD' };
		const health = read({
			validTrackingRate: 7,
			lateShipmentRateList: ['late', late],
			warningStates: [{ warningType: 7, status: 'ACTIVE' }, 'other', { status: 'ACTIVE' }],
			policyViolationWarnings: { warningsCount: 'many', status: 'GOOD' },
		});
		expect(health.unreadable).toEqual([
			'validTrackingRate',
			'lateShipmentRateList.0',
			'warningStates.0.warningType',
			'warningStates.2.warningType',
			'policyViolationWarnings.warningsCount',
		]);
		expect(health.metrics).toEqual([expect.objectContaining({ name: 'lateShipmentRate' })]);
		expect(health.warnings).toEqual([{ warningType: 'other', status: null }]);
		expect(health.violations).toEqual([]);
	});

	it('returns a figure that has only its rate or only its status', () => {
		const health = read({
			onTimeDeliveryRate: { rate: 0.97 },
			validTrackingRate: { status: 'NONE' },
		});
		expect(metricOf(health, 'onTimeDeliveryRate')).toMatchObject({ percent: 97, status: null });
		expect(metricOf(health, 'validTrackingRate')).toMatchObject({ percent: null, status: 'NONE' });
		expect(health.unreadable).toEqual([]);
	});

	it('rejects anything that is not such a report', () => {
		for (const text of [null, [], {}, { errors: [] }]) {
			expect(accountHealthReportSchema.safeParse(text).success).toBe(false);
		}
	});
});

describe('a defect rate that can be judged', () => {
	it('has both counts and a target', () => {
		const rate = read({}).amazonFulfilled;
		expect(countedRate(rate)).toEqual(rate);
		expect(countedRate(null)).toBeUndefined();
		for (const missing of ['orders', 'ordersWithDefects', 'targetPercent']) {
			expect(countedRate(rate && { ...rate, [missing]: null })).toBeUndefined();
		}
	});
});

describe('the highest of several percentages', () => {
	it.each([
		[[1, 2], 2],
		[[2, 1], 2],
		[[0.5, null, undefined], 0.5],
		[[null, undefined, 0.5], 0.5],
		[[0, null], 0],
		[[null], null],
		[[undefined], null],
		[[], null],
	])('of %j is %p', (percents, expected) => {
		expect(highest(percents)).toBe(expected);
	});
});
