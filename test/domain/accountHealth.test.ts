import {
	accountHealthOf,
	accountHealthReportSchema,
	countedRate,
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

	it('rejects anything that is not such a report', () => {
		for (const text of [null, [], {}, { errors: [] }]) {
			expect(accountHealthReportSchema.safeParse(text).success).toBe(false);
		}
	});
});
