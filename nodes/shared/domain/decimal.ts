/** A decimal number as Amazon writes amounts of money: `-`, digits, a point and digits. */
export const DECIMAL = /^-?\d+(\.\d+)?$/;

/** The text if it is a decimal number, otherwise null. */
export const decimalOf = (text: string): string | null => (DECIMAL.test(text) ? text : null);

/** The exact sum, with as many decimals as the longest number; null if one is not a decimal number. */
export function sumOfDecimals(decimals: readonly string[]): string | null {
	const [first] = decimals;
	if (first !== undefined && decimals.length === 1) return decimalOf(first);
	let places = 0;
	for (const decimal of decimals) {
		if (!DECIMAL.test(decimal)) return null;
		places = Math.max(places, placesOf(decimal));
	}
	let sum = 0n;
	for (const decimal of decimals) sum += scaled(decimal, places);
	const sign = sum < 0n ? '-' : '';
	const digits = String(sum < 0n ? -sum : sum).padStart(places + 1, '0');
	const whole = digits.slice(0, digits.length - places);
	return places === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-places)}`;
}

/** Negative if `left < right`, 0 if equal, positive if `left > right`; exact. */
export function compareDecimals(left: string, right: string): number {
	const places = Math.max(placesOf(left), placesOf(right));
	const difference = scaled(left, places) - scaled(right, places);
	return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** Multiplied by 10 to the power of `places`, which is at least the number of its decimals. */
const scaled = (decimal: string, places: number): bigint =>
	BigInt(decimal.replace('.', '') + '0'.repeat(places - placesOf(decimal)));

function placesOf(decimal: string): number {
	const point = decimal.indexOf('.');
	return point === -1 ? 0 : decimal.length - point - 1;
}
