import fc from 'fast-check';

import { isOrderId } from '../../nodes/shared/domain/orderId';

const digits = (length: number) =>
	fc
		.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
		.map((each) => each.join(''));

const ORDER_ID = '111-1234567-7654321';

describe('isOrderId', () => {
	it('takes every text of three, seven and seven digits', () => {
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
		['blanks around it', ` ${ORDER_ID} `],
		['letters', 'D01-1234567-7654321'],
		['full-width digits', '１11-1234567-7654321'],
		['other dashes', '111–1234567–7654321'],
	])('refuses %s', (_, text) => {
		expect(isOrderId(text)).toBe(false);
	});
});
