/** A finished feedback report of a marketplace was read; minutes since the start of the day. */
export interface Look {
	/** Seller and marketplace. */
	readonly place: string;
	readonly minute: number;
	/** Amazon canceled the report, because there is no feedback of 1 to 3 stars. */
	readonly isCanceled: boolean;
}

/** The time between two looks at a marketplace, in minutes. */
export interface Wait {
	readonly place: string;
	/** Minute of the first look. */
	readonly from: number;
	/** Whether Amazon canceled the report of the first look. */
	readonly isCanceled: boolean;
	readonly minutes: number;
}

/**
 * The waits between looks, of each place within the day: the first is counted from the last look
 * before the day or, without one, from its start; the last one until its end, although it has
 * not ended.
 */
export function waitsBetween(
	looks: readonly Look[],
	places: readonly string[],
	endOfDay: number,
): Wait[] {
	const byPlace = new Map<string, Look[]>(places.map((place) => [place, []]));
	for (const look of looks) byPlace.get(look.place)?.push(look);
	return [...byPlace].flatMap(([place, own]) => {
		const inOrder = own.toSorted((a, b) => a.minute - b.minute);
		const none = { place, minute: 0, isCanceled: false };
		const first = inOrder.findLast(({ minute }) => minute <= 0) ?? none;
		const within = inOrder.filter(({ minute }) => minute > 0 && minute < endOfDay);
		return [first, ...within].map(({ minute, isCanceled }, index): Wait => {
			const next = within[index]?.minute ?? endOfDay;
			return { place, from: minute, isCanceled, minutes: next - minute };
		});
	});
}

/** The value that this share of the values is at most, 0 to 1; NaN without values. */
export function percentile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/**
 * The longest fair time between two looks at a marketplace, in minutes: the interval or, if that is
 * longer, the turns of all marketplaces of its seller.
 */
export const fairShare = (
	intervalMinutes: number,
	marketplaces: number,
	reportsPerMinute: number,
): number => Math.max(intervalMinutes, marketplaces / reportsPerMinute);
