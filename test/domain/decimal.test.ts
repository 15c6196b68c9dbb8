import fc from '../fastCheck';

import { compareDecimals, decimalOf, sumOfDecimals } from '../../nodes/shared/domain/decimal';

describe('decimals', () => {
	it('are added without rounding errors, with as many decimal places as the longest one', () => {
		expect(sumOfDecimals(['0.1', '0.2'])).toBe('0.3');
		expect(sumOfDecimals(['19.99', '-20', '0.005'])).toBe('-0.005');
		expect(sumOfDecimals(['9007199254740993', '1'])).toBe('9007199254740994');
		expect(sumOfDecimals(['5.00'])).toBe('5.00');
		expect(sumOfDecimals([])).toBe('0');
	});

	it('are returned as written if there is only one', () => {
		expect(sumOfDecimals(['007.50'])).toBe('007.50');
	});

	it.each(['', '1,5', '1.', '.5', '1e3', '+1', ' 1', 'NaN'])('do not include %j', (text) => {
		expect(decimalOf(text)).toBeNull();
		expect(sumOfDecimals([text])).toBeNull();
		expect(sumOfDecimals(['1', text])).toBeNull();
	});

	it('are compared by value, not by text', () => {
		expect(compareDecimals('10', '9.99')).toBe(1);
		expect(compareDecimals('1.50', '1.5')).toBe(0);
		expect(compareDecimals('-2', '-1.999')).toBe(-1);
	});

	it('agree with whole numbers of cents', () => {
		const cents = fc.integer({ min: -1_000_000, max: 1_000_000 });
		const text = (value: number) =>
			`${value < 0 ? '-' : ''}${Math.floor(Math.abs(value) / 100)}.${String(Math.abs(value) % 100).padStart(2, '0')}`;
		fc.assert(
			fc.property(cents, cents, (left, right) => {
				expect(compareDecimals(text(left), text(right))).toBe(Math.sign(left - right));
				expect(sumOfDecimals([text(left), text(right)])).toBe(text(left + right));
			}),
		);
	});
});
