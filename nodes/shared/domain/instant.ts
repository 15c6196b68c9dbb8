/** A UTC time with an existing month, day and time of day; the 29th of February is not included. */
const UTC_INSTANT =
	/^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,3})?Z$/;

/**
 * A time as this package writes it, with milliseconds, many times as fast as luxon.
 * @returns undefined for any other text, which may still be a time
 */
export function canonicalInstant(text: string): string | undefined {
	if (!UTC_INSTANT.test(text)) return undefined;
	// Up to the seconds; then a point and the first decimals, if there are any.
	return `${text.slice(0, 19)}.${text.slice(20, -1).padEnd(3, '0')}Z`;
}

/**
 * Epoch milliseconds of a time as this package writes it, many times as fast as luxon.
 * @returns undefined for any other text, which may still be a time
 */
export const utcInstant = (text: string): number | undefined =>
	UTC_INSTANT.test(text) ? Date.parse(text) : undefined;
