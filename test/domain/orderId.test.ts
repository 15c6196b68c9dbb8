import fc from '../fastCheck';

import { isOrderId, isOrderIdOfAnyKind, whyNoOrderId } from '../../nodes/shared/domain/orderId';

const digits = (length: number) =>
	fc
		.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
		.map((each) => each.join(''));

const ORDER_ID = '111-1234567-7654321';

describe('isOrderId', () => {
	it('accepts any text of three, seven and seven digits', () => {
		fc.assert(
			fc.property(digits(3), digits(7), digits(7), (a, b, c) => {
				expect(isOrderId(`${a}-${b}-${c}`)).toBe(true);
			}),
		);
	});

	it.each([
		['nothing', ''],
		['one digit less', '111-1234567-765432'],
		['one digit more', '111-1234567-76543210'],
		['a leading word', `Order ${ORDER_ID}`],
		['a trailing newline', `${ORDER_ID}\n`],
		['spaces around it', ` ${ORDER_ID} `],
		['letters', 'D01-1234567-7654321'],
		['full-width digits', '１11-1234567-7654321'],
		['other dashes', '111–1234567–7654321'],
	])('refuses %s', (_, text) => {
		expect(isOrderId(text)).toBe(false);
	});
});

describe('whyNoOrderId', () => {
	it.each([
		['D01-1234567-7654321', /digital order/],
		['S01-1234567-7654321', /order from another store, shipped by Amazon/],
		['S02-1234567-7654321', /order from another store, shipped by Amazon/],
		['P01-1234567-7654321', /Amazon Pay/],
		['Q77-1234567-7654321', /type that cannot have reviews/],
	])('says what %s is, and that no review can be requested', (orderId, kind) => {
		expect(isOrderIdOfAnyKind(orderId)).toBe(true);
		expect(whyNoOrderId(orderId)).toMatch(/^No review can be requested for this order/);
		expect(whyNoOrderId(orderId)).toMatch(kind);
	});

	it('distinguishes a missing ID from other text, and quotes neither', () => {
		expect(whyNoOrderId('')).toBe('The order ID is missing');
		for (const text of ['jane@example.com', 'd01-1234567-7654321', 'D1-1234567-7654321']) {
			expect(isOrderIdOfAnyKind(text)).toBe(false);
			expect(whyNoOrderId(text)).toBe('The text is not an Amazon order ID');
		}
		expect(whyNoOrderId(ORDER_ID)).toBeUndefined();
	});
});
