import type {
	ChartModel,
	ChartWindow,
	ForecastPoint,
	NegativeDay,
	RatingPoint,
} from '../../nodes/AmazonSellerRating/chart/model';

export const AS_OF = '2026-07-27';

const MILLISECONDS_PER_DAY = 86_400_000;

/** The ISO day `days` after `AS_OF`. */
export const day = (days: number): string =>
	new Date(Date.parse(AS_OF) + days * MILLISECONDS_PER_DAY).toISOString().slice(0, 10);

export const THRESHOLDS = [
	{ name: 'Goal', percent: 98 },
	{ name: 'Minimum', percent: 95 },
];

export const emptyModel: ChartModel = {
	title: 'Seller rating',
	marketplace: 'Amazon.de',
	asOf: AS_OF,
	windows: [],
	judged: '365 days',
	thresholds: THRESHOLDS,
	negatives: undefined,
	summary: [],
	texts: { provenance: '', notes: [] },
};

export const windowOf = (
	label: string,
	points: readonly RatingPoint[],
	forecast: readonly ForecastPoint[] = [],
): ChartWindow => ({ label, points, forecast });

/** Reproducible pseudo-random numbers from 0 to 1. */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

interface Day {
	readonly positive: number;
	readonly negative: number;
}

const HISTORY_DAYS = 240;
const FORECAST_DAYS = 60;
const LONGEST_WINDOW = 365;

/** Feedback from more than a year before the first day shown, with two bad weeks in spring. */
function feedbackDays(): Map<number, Day> {
	const random = seeded(7);
	const days = new Map<number, Day>();
	for (let index = -(HISTORY_DAYS + LONGEST_WINDOW); index <= 0; index += 1) {
		const bad = index > -95 && index < -78;
		const negative = random() < (bad ? 0.55 : 0.045) ? 1 + Math.floor(random() * 1.6) : 0;
		days.set(index, { positive: Math.floor(random() * 5), negative });
	}
	return days;
}

function ratingOn(days: ReadonlyMap<number, Day>, last: number, length: number) {
	let [positive, total] = [0, 0];
	for (let index = last - length + 1; index <= last; index += 1) {
		const counts = days.get(index);
		positive += counts?.positive ?? 0;
		total += (counts?.positive ?? 0) + (counts?.negative ?? 0);
	}
	return { positive, total, rating: total === 0 ? undefined : (100 * positive) / total };
}

function yearWindow(days: ReadonlyMap<number, Day>, length: number): ChartWindow {
	const points = range(-HISTORY_DAYS, 0).map((index) => ({
		date: day(index),
		rating: ratingOn(days, index, length).rating,
	}));
	const forecast = range(1, FORECAST_DAYS).map((index) => {
		const { rating } = ratingOn(days, index, length);
		const spread = (22 * Math.sqrt(index)) / length + index / 60;
		return {
			date: day(index),
			rating,
			low: rating === undefined ? undefined : Math.max(0, rating - 1.6 * spread),
			high: rating === undefined ? undefined : Math.min(100, rating + spread),
		};
	});
	return { label: `${length} days`, points, forecast };
}

const range = (first: number, last: number): number[] =>
	Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** A realistic year of a seller: three windows, a dip, a 60-day forecast. */
export function yearModel(): ChartModel {
	const days = feedbackDays();
	const negatives: NegativeDay[] = [...days]
		.filter(([index, { negative }]) => index >= -HISTORY_DAYS && negative > 0)
		.map(([index, { negative }]) => ({ date: day(index), count: negative }));
	const lengths = [30, 90, 365];
	return {
		title: 'Seller rating of Example Trading',
		marketplace: 'Amazon.de',
		asOf: AS_OF,
		windows: lengths.map((length) => yearWindow(days, length)),
		judged: '365 days',
		thresholds: THRESHOLDS,
		negatives,
		summary: lengths.map((length) => {
			const { positive, total, rating = 0 } = ratingOn(days, 0, length);
			return {
				label: `${length} days`,
				displayedRating: Math.round(rating),
				rating,
				positive,
				neutral: 0,
				negative: total - positive,
				total,
				band: rating >= 98 ? 'healthy' : rating >= 95 ? 'atRisk' : 'critical',
				verdict: `${rating.toFixed(1)}% over ${length} days: ${rating >= 98 ? 'healthy' : 'critical'}.`,
				provenance: 'derived',
				thresholds: THRESHOLDS.map((threshold) => ({
					...threshold,
					runway: rating >= threshold.percent ? 3 : null,
					neededPositives: rating >= threshold.percent ? 0 : 112,
				})),
			};
		}),
		texts: {
			provenance: 'Derived from the Sales and Traffic report and the 1–3 star rows.',
			forecast: 'Forecast without new feedback',
			notes: ['Feedback of the last two days may still be missing from Amazon’s report.'],
		},
	};
}
