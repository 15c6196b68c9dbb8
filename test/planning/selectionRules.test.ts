// cspell:ignore Tell
import fc from '../fastCheck';

import { sellerOrderSchema, type SellerOrder } from '../../nodes/shared/domain/order';
import {
	EXCLUSIONS,
	exclusionBy,
	exclusionOf,
	POLICY_NOTE,
	RULES,
	type Exclusion,
	type SelectionRules,
} from '../../nodes/AmazonReviewSolicitation/planning/selectionRules';

const ORDER_ID = '111-1234567-7654321';
const US = 'ATVPDKIKX0DER';

/** An order with only a known ID. */
const UNKNOWN: SellerOrder = sellerOrderSchema.parse({ orderId: ORDER_ID });

const ORDER: SellerOrder = {
	...UNKNOWN,
	marketplaceId: US,
	createdAt: '2026-09-03T10:00:00.000Z',
	status: 'SHIPPED',
	fulfilledBy: 'MERCHANT',
	isPrime: false,
	isBusiness: false,
	replacementFor: '',
	cancellationRequested: false,
	shippedLate: false,
	orderTotal: '20.00',
	currency: 'USD',
	items: [
		{ sku: 'Ruler-12', asin: 'B000000012', quantity: 2 },
		{ sku: 'PEN', asin: 'B000000099', quantity: 1 },
	],
};

const reasonOf = (rules: SelectionRules, fields: Partial<SellerOrder> = {}) =>
	exclusionOf({ ...ORDER, ...fields }, rules)?.reason;

const item = (sku: string | null, asin: string | null) => ({ sku, asin, quantity: 1 });

type Case = readonly [
	rules: SelectionRules,
	fields: Partial<SellerOrder>,
	reason: Exclusion | undefined,
];

const ids = (...orderIds: string[]): ReadonlySet<string> => new Set(orderIds);

describe('exclusionOf', () => {
	it.each<Case>([
		[{ doNotSolicit: ids(ORDER_ID) }, {}, 'doNotSolicit'],
		[{ doNotSolicit: ids('222-1234567-7654321') }, {}, undefined],
		[{ returnedOrderIds: ids(ORDER_ID) }, {}, 'returned'],
		[{ returnedOrderIds: ids() }, {}, undefined],

		[{ marketplaceIds: [US] }, {}, undefined],
		[{ marketplaceIds: ['A2EUQ1WTGCTBG2', ' atvpdkikx0der '] }, {}, undefined],
		[{ marketplaceIds: ['A2EUQ1WTGCTBG2'] }, {}, 'otherMarketplace'],

		[{ fulfilledBy: 'MERCHANT' }, {}, undefined],
		[{ fulfilledBy: 'AMAZON' }, {}, 'otherFulfilment'],
		[{ fulfilledBy: 'MERCHANT' }, { fulfilledBy: 'AMAZON' }, 'otherFulfilment'],

		[{ createdSince: '2026-09-03T10:00:00Z' }, {}, undefined],
		[{ createdSince: '2026-09-03T10:00:00.001Z' }, {}, 'tooOld'],
		[{ createdSince: '2026-09-03T12:00:00+02:00' }, {}, undefined],
		[{ createdSince: '2026-09-03' }, {}, undefined],
		[{ createdSince: '2026-09-04' }, {}, 'tooOld'],
		[{ createdSince: '2026-09-03T11:00:00' }, {}, 'tooOld'], // UTC, whatever zone this runs in
		[{ createdSince: '2026-09-03T10:00Z' }, { createdAt: '2026-09-03T11:00:00+02:00' }, 'tooOld'],

		[{ includeSkus: ['pen'] }, {}, undefined],
		[{ includeSkus: ['X', ' RULER-12 '] }, {}, undefined],
		[{ includeSkus: ['PE', 'PENS', 'RULER'] }, {}, 'notIncludedSku'],
		[{ includeSkus: [] }, {}, 'notIncludedSku'],
		[{ includeAsins: [' '] }, {}, 'notIncludedAsin'],
		[{ marketplaceIds: [] }, {}, 'otherMarketplace'],
		[{ includeSkus: ['PEN'] }, { items: [item(null, 'B0'), item(' pen ', null)] }, undefined],
		[{ excludeSkus: ['pen'] }, {}, 'excludedSku'],
		[{ excludeSkus: ['PE', 'PENS'] }, {}, undefined],
		[{ excludeSkus: ['Ruler\u201112'] }, {}, 'excludedSku'],
		[{ excludeSkus: ['\u200BRuler-12\u00A0'] }, {}, 'excludedSku'],
		[{ excludeSkus: ['PEN'] }, { items: [item(null, 'B0'), item('Pen', null)] }, 'excludedSku'],
		[{ includeAsins: ['b000000099'] }, {}, undefined],
		[{ includeAsins: ['B000000098'] }, {}, 'notIncludedAsin'],
		[{ excludeAsins: ['b000000099'] }, {}, 'excludedAsin'],
		[{ excludeAsins: ['PEN'] }, {}, undefined],

		[{ minTotal: '20' }, {}, undefined],
		[{ minTotal: '20.000' }, {}, undefined],
		[{ minTotal: '20.001' }, {}, 'totalTooLow'],
		[{ minTotal: '3' }, { orderTotal: '20' }, undefined],
		[{ minTotal: '0' }, { orderTotal: '-0.01' }, 'totalTooLow'],
		[{ minTotal: '20' }, { currency: null }, undefined],
		[{ maxTotal: ' 20.0 ' }, {}, undefined],
		[{ maxTotal: '19.99' }, {}, 'totalTooHigh'],
		[{ maxTotal: '100' }, { orderTotal: '20' }, undefined],
		[{ minTotal: '10', maxTotal: '30' }, {}, undefined],

		[{ business: 'only' }, { isBusiness: true }, undefined],
		[{ business: 'only' }, { isBusiness: false }, 'notBusiness'],
		[{ business: 'exclude' }, { isBusiness: true }, 'business'],
		[{ business: 'exclude' }, { isBusiness: false }, undefined],
		[{ prime: 'only' }, { isPrime: true }, undefined],
		[{ prime: 'only' }, { isPrime: false }, 'notPrime'],
		[{ prime: 'exclude' }, { isPrime: true }, 'prime'],
		[{ prime: 'exclude' }, { isPrime: false }, undefined],

		[{ excludeReplacements: true }, { replacementFor: '222-1234567-7654321' }, 'replacement'],
		[{ excludeReplacements: true }, { replacementFor: '' }, undefined],
		[{ excludeReplacements: false }, { replacementFor: '222-1234567-7654321' }, undefined],
		[
			{ excludeCancellationRequested: true },
			{ cancellationRequested: true },
			'cancellationRequested',
		],
		[{ excludeCancellationRequested: true }, {}, undefined],
		[{ excludeCancellationRequested: false }, { cancellationRequested: true }, undefined],

		[{ excludeShippedLate: true }, { shippedLate: true }, 'shippedLate'],
		[{ excludeShippedLate: true }, {}, undefined],
		[{ excludeShippedLate: false }, { shippedLate: true }, undefined],
		[{ excludeShippedLate: true }, { shippedLate: true, fulfilledBy: 'AMAZON' }, undefined],
		[{ excludeShippedLate: true }, { shippedLate: null, fulfilledBy: 'AMAZON' }, undefined],
		[{ excludeShippedLate: true }, { shippedLate: false, fulfilledBy: null }, undefined],
	])('with the rules %j and an order with %j returns %s', (rules, fields, reason) => {
		expect(reasonOf(rules, fields)).toBe(reason);
	});

	it.each<readonly [SelectionRules, Partial<SellerOrder>, string, string]>([
		[{ marketplaceIds: [US] }, { marketplaceId: null }, 'marketplaceIds', 'marketplaceId'],
		[{ fulfilledBy: 'AMAZON' }, { fulfilledBy: null }, 'fulfilledBy', 'fulfilledBy'],
		[{ createdSince: '2026-09-03' }, { createdAt: null }, 'createdSince', 'createdAt'],
		[{ createdSince: '2026-09-03' }, { createdAt: 'yesterday' }, 'createdSince', 'createdAt'],
		[{ includeSkus: ['A'] }, { items: null }, 'includeSkus', 'items'],
		[{ excludeSkus: ['A'] }, { items: null }, 'excludeSkus', 'items'],
		[{ excludeSkus: ['A'] }, { items: [] }, 'excludeSkus', 'items'],
		[{ includeSkus: ['A'] }, { items: [] }, 'includeSkus', 'items'],
		[{ excludeSkus: ['A'] }, { items: [item(' ', 'B0')] }, 'excludeSkus', 'items[].sku'],
		[{ includeAsins: ['A'] }, { items: null }, 'includeAsins', 'items'],
		[{ excludeAsins: ['A'] }, { items: null }, 'excludeAsins', 'items'],
		[
			{ includeSkus: ['A'] },
			{ items: [item(null, 'B0'), item('B', 'B0')] },
			'includeSkus',
			'items[].sku',
		],
		[
			{ excludeSkus: ['A'] },
			{ items: [item(null, 'B0'), item('B', 'B0')] },
			'excludeSkus',
			'items[].sku',
		],
		[{ includeAsins: ['A'] }, { items: [item('A', null)] }, 'includeAsins', 'items[].asin'],
		[{ excludeAsins: ['A'] }, { items: [item('A', null)] }, 'excludeAsins', 'items[].asin'],
		[{ minTotal: '1' }, { orderTotal: null }, 'minTotal', 'orderTotal'],
		[{ maxTotal: '1' }, { orderTotal: null }, 'maxTotal', 'orderTotal'],
		[{ business: 'only' }, { isBusiness: null }, 'business', 'isBusiness'],
		[{ business: 'exclude' }, { isBusiness: null }, 'business', 'isBusiness'],
		[{ prime: 'only' }, { isPrime: null }, 'prime', 'isPrime'],
		[{ prime: 'exclude' }, { isPrime: null }, 'prime', 'isPrime'],
		[
			{ excludeReplacements: true },
			{ replacementFor: null },
			'excludeReplacements',
			'replacementFor',
		],
		[
			{ excludeCancellationRequested: true },
			{ cancellationRequested: null },
			'excludeCancellationRequested',
			'cancellationRequested',
		],
		[{ excludeShippedLate: true }, { shippedLate: null }, 'excludeShippedLate', 'shippedLate'],
		[
			{ excludeShippedLate: true },
			{ shippedLate: true, fulfilledBy: null },
			'excludeShippedLate',
			'fulfilledBy',
		],
	])('reports %j as undecided for an order with %j', (rules, fields, rule, field) => {
		expect(exclusionOf({ ...ORDER, ...fields }, rules)).toEqual({
			reason: 'ruleCannotTell',
			detail: `\`${rule}\` needs \`${field}\`, which is unknown for this order`,
		});
	});

	it.each<readonly [SelectionRules, string]>([
		[{ doNotSolicit: ids(ORDER_ID) }, ORDER_ID],
		[{ marketplaceIds: ['A2EUQ1WTGCTBG2'] }, US],
		[{ fulfilledBy: 'AMAZON' }, 'fulfilled by MERCHANT'],
		[
			{ createdSince: '2026-09-04' },
			'placed 2026-09-03T10:00:00.000Z, before 2026-09-04T00:00:00.000Z',
		],
		[{ includeSkus: ['A'] }, 'Ruler-12, PEN'],
		[{ excludeSkus: ['pen'] }, 'PEN'],
		[{ minTotal: '25' }, '20.00 USD is below 25'],
		[{ maxTotal: '15' }, '20.00 USD is above 15'],
		[{ business: 'only' }, '`isBusiness` is false'],
	])('gives details for %j', (rules, detail) => {
		expect(exclusionOf(ORDER, rules)?.detail).toBe(detail);
	});

	it.each<[string, SelectionRules]>([
		['minTotal', { minTotal: '1,50' }],
		['minTotal', { minTotal: '.5' }],
		['maxTotal', { maxTotal: '1e3' }],
		['maxTotal', { maxTotal: '20 USD' }],
		['createdSince', { createdSince: 'last week' }],
		['createdSince', { createdSince: '2026-02-31' }],
	])('throws for a rule %s that cannot be read, for any order (%j)', (rule, rules) => {
		expect(() => exclusionOf(UNKNOWN, rules)).toThrow(RangeError);
		expect(() => exclusionBy(rules)).toThrow(rule);
	});

	it('compares totals exactly, as integers of the smallest unit', () => {
		const amount = fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(4));
		const decimal = ([units, places]: [bigint, number]) => {
			const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
			const whole = digits.slice(0, digits.length - places);
			return `${units < 0n ? '-' : ''}${whole}${places === 0 ? '' : `.${digits.slice(-places)}`}`;
		};
		const scaled = ([units, places]: [bigint, number]) => units * 10n ** BigInt(4 - places);
		fc.assert(
			fc.property(amount, amount, fc.boolean(), (left, other, same) => {
				const right = same ? left : other;
				const orderTotal = decimal(left);
				expect(reasonOf({ minTotal: decimal(right) }, { orderTotal })).toBe(
					scaled(left) < scaled(right) ? 'totalTooLow' : undefined,
				);
				expect(reasonOf({ maxTotal: decimal(right) }, { orderTotal })).toBe(
					scaled(left) > scaled(right) ? 'totalTooHigh' : undefined,
				);
			}),
		);
	});
});

/**
 * For each reason except `ruleCannotTell`, a rule that leaves out the bad order, in the order of
 * the reasons.
 */
const RULE_FOR: ReadonlyArray<readonly [Exclusion, SelectionRules]> = [
	['doNotSolicit', { doNotSolicit: ids(ORDER_ID) }],
	['otherMarketplace', { marketplaceIds: ['A2EUQ1WTGCTBG2'] }],
	['otherFulfilment', { fulfilledBy: 'AMAZON' }],
	['tooOld', { createdSince: '2026-09-04' }],
	['notIncludedSku', { includeSkus: ['A'] }],
	['excludedSku', { excludeSkus: ['PEN'] }],
	['notIncludedAsin', { includeAsins: ['A'] }],
	['excludedAsin', { excludeAsins: ['B000000099'] }],
	['totalTooLow', { minTotal: '21' }],
	['totalTooHigh', { maxTotal: '19' }],
	['notBusiness', { business: 'only' }],
	['business', { business: 'exclude' }],
	['notPrime', { prime: 'only' }],
	['prime', { prime: 'exclude' }],
	['replacement', { excludeReplacements: true }],
	['cancellationRequested', { excludeCancellationRequested: true }],
	['shippedLate', { excludeShippedLate: true }],
	['returned', { returnedOrderIds: ids(ORDER_ID) }],
];
const badOrderFor = (...reasons: Exclusion[]): SellerOrder => ({
	...ORDER,
	replacementFor: '222-1234567-7654321',
	cancellationRequested: true,
	shippedLate: true,
	isBusiness: reasons.includes('business'),
	isPrime: reasons.includes('prime'),
});

describe('the order of the reasons', () => {
	it('has a test rule for every reason, in the documented order', () => {
		expect([...RULE_FOR.map(([reason]) => reason), 'ruleCannotTell']).toEqual(
			Object.keys(EXCLUSIONS),
		);
	});

	it('decides between any two rules that leave out an order', () => {
		for (const [index, [first, firstRule]] of RULE_FOR.entries()) {
			expect(exclusionOf(badOrderFor(first), firstRule)?.reason).toBe(first);
			for (const [second, secondRule] of RULE_FOR.slice(index + 1)) {
				const rules = { ...secondRule, ...firstRule };
				// "only" and "exclude" are the same rule, so these two never apply together.
				const isOneRule = Object.keys(rules).length === 1;
				if (isOneRule) continue;
				const order = badOrderFor(first, second);
				const apply = [firstRule, secondRule].map((rule) => exclusionOf(order, rule)?.reason);
				expect(apply).toEqual([first, second]);
				expect(exclusionOf(order, rules)?.reason).toBe(first);
			}
		}
	});

	it('prefers a rule that leaves out the order to one that is undecided', () => {
		const rules: SelectionRules = { minTotal: '1', returnedOrderIds: ids(ORDER_ID) };
		expect(reasonOf(rules, { orderTotal: null })).toBe('returned');
	});

	it('names the first undecided rule', () => {
		const rules: SelectionRules = { prime: 'only', minTotal: '1', excludeShippedLate: true };
		expect(exclusionOf(UNKNOWN, rules)?.detail).toContain('`minTotal`');
	});
});

const text = fc.constantFrom('A', 'B', '', ' ');
const order: fc.Arbitrary<SellerOrder> = fc.record({
	orderId: fc.constantFrom(ORDER_ID, '222-1234567-7654321'),
	marketplaceId: fc.constantFrom(null, US),
	createdAt: fc.constantFrom(null, '2026-09-03T10:00:00.000Z', '2020-01-01T00:00:00.000Z'),
	updatedAt: fc.constant(null),
	status: fc.constant(null),
	fulfilledBy: fc.constantFrom(null, 'AMAZON', 'MERCHANT'),
	isPrime: fc.constantFrom(null, true, false),
	isBusiness: fc.constantFrom(null, true, false),
	replacementFor: fc.constantFrom(null, '', '222-1234567-7654321'),
	cancellationRequested: fc.constantFrom(null, true, false),
	shippedLate: fc.constantFrom(null, true, false),
	orderTotal: fc.constantFrom(null, '20.00', '-1'),
	currency: fc.constantFrom(null, 'USD'),
	items: fc.option(
		fc.array(fc.record({ asin: fc.option(text), sku: fc.option(text), quantity: fc.constant(1) })),
	),
	earliestDelivery: fc.constant(null),
	latestDelivery: fc.constant(null),
	deliveryDateSource: fc.constant('unknown'),
	buyerTimeZone: fc.constant(null),
});

describe('disabled rules', () => {
	it.each<SelectionRules>([
		{},
		{
			excludeSkus: ['', ' '],
			excludeAsins: [],
			minTotal: '',
			maxTotal: ' ',
			excludeReplacements: false,
			excludeCancellationRequested: false,
			excludeShippedLate: false,
			returnedOrderIds: ids(),
			returnsGaps: [],
			doNotSolicit: ids(),
			createdSince: '',
		},
	])('leave out no order: %j', (rules) => {
		fc.assert(
			fc.property(order, (each) => {
				expect(exclusionOf(each, rules)).toBeUndefined();
			}),
		);
	});
});

describe('unknown returns', () => {
	const gap = {
		fulfilledBy: 'MERCHANT',
		placedBefore: Date.UTC(2026, 9, 1),
		marketplaceIds: [US, 'A1AM78C64UM0Y8'],
		why: 'the report was canceled',
	} as const;
	const rules: SelectionRules = {
		returnedOrderIds: ids('222-1234567-7654321'),
		returnsGaps: [gap],
	};

	it.each<readonly [string, Partial<SellerOrder>, Exclusion | undefined]>([
		['of the affected kind and marketplace', {}, 'ruleCannotTell'],
		['that Amazon fulfills', { fulfilledBy: 'AMAZON' }, undefined],
		['of the other affected marketplace', { marketplaceId: 'A1AM78C64UM0Y8' }, 'ruleCannotTell'],
		['of another marketplace', { marketplaceId: 'A2EUQ1WTGCTBG2' }, undefined],
		['that may be of the affected kind', { fulfilledBy: null }, 'ruleCannotTell'],
		['that may be of the affected marketplace', { marketplaceId: null }, 'ruleCannotTell'],
		['that was placed before', { createdAt: '2026-09-30T23:59:59Z' }, 'ruleCannotTell'],
		['that was placed too late to be affected', { createdAt: '2026-10-01T00:00:00Z' }, undefined],
		['with an unknown creation date', { createdAt: null }, 'ruleCannotTell'],
		['that is listed as returned', { orderId: '222-1234567-7654321' }, 'returned'],
	])('decide about an order %s', (_, fields, reason) => {
		expect(reasonOf(rules, fields)).toBe(reason);
	});

	it('are reported with the reason', () => {
		expect(exclusionOf(ORDER, rules)?.detail).toBe('`returnsFromReports`: the report was canceled');
	});
});

it('never leaves out an order that Amazon fulfills because it shipped late', () => {
	fc.assert(
		fc.property(order, (each) => {
			const rules: SelectionRules = { excludeShippedLate: true };
			expect(exclusionOf({ ...each, fulfilledBy: 'AMAZON' }, rules)).toBeUndefined();
		}),
	);
});

it('leaves out with two rules what either of them leaves out', () => {
	const rule = fc.constantFrom(...RULE_FOR.map(([, each]) => each));
	fc.assert(
		fc.property(order, rule, rule, (each, first, second) => {
			if (Object.keys({ ...first, ...second }).length === 1) return;
			const alone = [first, second].map((rules) => exclusionOf(each, rules));
			const together = exclusionBy({ ...first, ...second })(each);
			expect(together !== undefined).toBe(alone.some((finding) => finding !== undefined));
			if (together !== undefined) expect(alone).toContainEqual(together);
		}),
	);
});

it("quotes Amazon's sentence and lists the rules it applies to", () => {
	expect(POLICY_NOTE).toContain('G201972160');
	expect(POLICY_NOTE).toContain('"ask for reviews only from buyers who had a positive experience"');
	const withPolicy = Object.entries(RULES).filter(([, rule]) => 'policy' in rule);
	expect(withPolicy.map(([name]) => name)).toEqual([
		'doNotSolicit',
		'excludeReplacements',
		'excludeCancellationRequested',
		'excludeShippedLate',
		'returnedOrderIds',
		'returnsGaps',
	]);
});
