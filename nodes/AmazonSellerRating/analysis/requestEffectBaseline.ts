/** A longer stretch than this may rise or fall on its own. */
const TREND_DAYS = 28;

const DAYS_PER_WEEK = 7;

/**
 * Takes out of a series what no request explains: its mean, its weekly rhythm, and a trend that may
 * bend every four weeks. This makes the test more powerful; it does not make it valid, only the draw
 * does.
 * @param days the day numbers of the series, ascending; they may have gaps
 */
export function baselineOf(days: Int32Array): Float64Array[] {
	const [first = 0, last = 0] = [days[0], days.at(-1)];
	const length = last - first + 1;
	const bends = Math.max(1, Math.round(length / TREND_DAYS));
	const column = (value: (day: number) => number) => Float64Array.from(days, value);
	return orthonormal([
		column(() => 1),
		...range(DAYS_PER_WEEK - 1).map((weekday) =>
			column((day) => (day % DAYS_PER_WEEK === weekday ? 1 : 0)),
		),
		...range(bends).map((bend) =>
			column((day) => Math.max(0, (day - first) / length - bend / bends)),
		),
	]);
}

/** What is left of a series without the baseline. */
export function without(baseline: readonly Float64Array[], series: Float64Array): Float64Array {
	const left = Float64Array.from(series);
	for (const direction of baseline) subtract(left, direction, product(direction, series));
	return left;
}

/** The squared length of what is left of a series without the baseline. */
export const lengthWithout = (baseline: readonly Float64Array[], series: Float64Array): number =>
	baseline.reduce(
		(left, direction) => left - product(direction, series) ** 2,
		product(series, series),
	);

export function product(a: Float64Array, b: Float64Array): number {
	let sum = 0;
	for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
	return sum;
}

/** Columns that the earlier ones already make up are left out. */
const NEGLIGIBLE = 1e-9;

function orthonormal(columns: readonly Float64Array[]): Float64Array[] {
	const directions: Float64Array[] = [];
	for (const column of columns) {
		const left = without(directions, column);
		const square = product(left, left);
		if (square <= NEGLIGIBLE * product(column, column)) continue;
		directions.push(left.map((value) => value / Math.sqrt(square)));
	}
	return directions;
}

function subtract(from: Float64Array, direction: Float64Array, times: number): void {
	for (let index = 0; index < from.length; index += 1) {
		from[index] = (from[index] ?? 0) - times * (direction[index] ?? 0);
	}
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
