/** A finished feedback report of a marketplace was read; minutes since the start of the day. */
export interface Look {
	/** Seller and marketplace. */
	readonly place: string;
	readonly minute: number;
}

/** The time between two looks at a marketplace, in minutes. */
export interface Wait {
	readonly place: string;
	readonly minutes: number;
}

/**
 * The waits between looks, of each place within the day: the first is counted from the last look
 * before the day or, without one, from its start; the last one until its end, although it is not
 * over.
 */
export function waitsBetween(
	looks: readonly Look[],
	places: readonly string[],
	endOfDay: number,
): Wait[] {
	const byPlace = new Map<string, number[]>(places.map((place) => [place, []]));
	for (const { place, minute } of looks) byPlace.get(place)?.push(minute);
	return [...byPlace].flatMap(([place, minutes]) => {
		const before = minutes.filter((minute) => minute <= 0);
		const within = minutes.filter((minute) => minute > 0 && minute < endOfDay);
		const start = before.length > 0 ? Math.max(...before) : 0;
		const moments = [start, ...within.toSorted((a, b) => a - b), endOfDay];
		return moments
			.slice(1)
			.map((moment, index) => ({ place, minutes: moment - (moments[index] ?? 0) }));
	});
}

/** The value that this share of the values is at most, 0 to 1; NaN without values. */
export function percentile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/**
 * The longest fair time between two looks at a marketplace, in minutes: the interval that the user
 * set or, if that is longer, the turns of all marketplaces of its seller.
 */
export const fairShare = (
	intervalMinutes: number,
	marketplaces: number,
	reportsPerMinute: number,
): number => Math.max(intervalMinutes, marketplaces / reportsPerMinute);
