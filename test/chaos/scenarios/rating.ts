import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Stars } from '../../../sandbox';
import type { Input } from '../badValues';
import { inputsOf, type Executed, type Execution, type Round, type Scenario } from '../round';
import { placesOf, stirFeedback } from './feedback';

const DAYS = ['30', '90', '365'] as const;

interface WindowFigures {
	readonly days: number | null;
	readonly rating: number | null;
	readonly positive: number | null;
	readonly neutral: number | null;
	readonly negative: number | null;
	readonly provenance: string;
	readonly coverage: Coverage | null;
}

type Counts = Readonly<Record<'positive' | 'neutral' | 'negative', number | null>>;

/** The coverage of a figure that does not say which days it covers. */
const NOT_COVERED: Coverage = { from: null, through: null, daysCovered: 0, daysLeftOut: [] };

const isShare = (value: unknown): boolean =>
	value === null ||
	value === undefined ||
	(typeof value === 'number' && value >= 0 && value <= 100);

/** Checks that no figure is out of range, at any depth. */
function checkFigures(round: Round, rows: readonly IDataObject[]): void {
	const look = (value: unknown, name: string): void => {
		if (Array.isArray(value)) return value.forEach((each) => look(each, name));
		if (typeof value === 'object' && value !== null) {
			for (const [key, each] of Object.entries(value)) look(each, key);
			return;
		}
		const isFigure =
			/^(rating|displayedRating|low|high|.*Percent|atCurrentRates|withoutNewFeedback)$/;
		if (isFigure.test(name) && typeof value === 'number' && !isShare(value)) {
			round.problem('wrong', `${name} is ${value}`);
		}
		if (typeof value === 'number' && !Number.isFinite(value)) {
			round.problem('wrong', `${name} is ${value}`);
		}
	};
	look(rows, '');
}

interface Coverage {
	readonly from: string | null;
	readonly through: string | null;
	readonly daysCovered: number;
	readonly daysLeftOut: ReadonlyArray<{ readonly from: string; readonly through: string }>;
}

/** The world's own counts for exactly the days that a figure says it covers. */
function truthOf({ sandbox, seller }: Round, marketplaceId: string, coverage: Coverage) {
	const { from, through, daysLeftOut } = coverage;
	const place = sandbox.sellers[seller]?.marketplaces.find(
		({ marketplace }) => marketplace.id === marketplaceId,
	);
	const isCovered = (date: string): boolean =>
		from !== null &&
		through !== null &&
		date >= from &&
		date <= through &&
		!daysLeftOut.some((span) => date >= span.from && date <= span.through);
	const stars = (place?.feedback ?? [])
		.filter(({ date }) => isCovered(date))
		.map(({ rating }) => rating);
	return {
		positive: stars.filter((each) => each > 3).length,
		neutral: stars.filter((each) => each === 3).length,
		negative: stars.filter((each) => each < 3).length,
	};
}

const REPORTS: IDataObject = { sources: ['amazonReports'] };

const reportOptions = (round: Round): IDataObject => ({
	waitMinutes: round.random.pick([60, 15, 15, 1]),
	// As long as Amazon's totals take to settle.
	daysUntilSettled: round.sandbox.habits.get().unsettledWeek ? 7 : round.random.pick([3, 3, 5]),
	whenCancelled: round.random.pick(['unknown', 'unknown', 'none']),
});

const byPlace = (round: Round) => {
	const places = placesOf(round);
	return {
		places,
		marketplace: { __rl: true, mode: 'id', value: '={{ $json.place }}' },
		items: places.map(({ place }): Input => ({ json: { place } })),
	};
};

/** Compares the windows that claim to be exact and complete with the world. */
function compareWindows(
	round: Round,
	marketplaceId: string,
	row: IDataObject,
	whenCancelled: unknown,
): void {
	const windows = (row.windows ?? []) as unknown as WindowFigures[];
	const claimed = windows.filter(
		({ days, provenance }) =>
			DAYS.includes(String(days) as '30') && ['exact', 'derived'].includes(provenance),
	);
	const isAssumed = whenCancelled === 'none';
	if (isAssumed) return;
	const line = (days: unknown, { positive, neutral, negative }: Counts) =>
		`${String(days)}: ${positive}/${neutral}/${negative}`;
	round.compare(
		`counts of ${String(row.marketplace)}`,
		claimed.map(({ days, coverage }) =>
			line(days, truthOf(round, marketplaceId, coverage ?? NOT_COVERED)),
		),
		claimed.map((window) => line(window.days, window)),
	);
}

const evaluate: Scenario = async (round) => {
	const { random } = round;
	stirFeedback(round);
	const { places, marketplace, items } = byPlace(round);
	const options = reportOptions(round);
	const result = await round.execute({
		type: 'amazonSellerRating',
		parameters: {
			...REPORTS,
			operation: 'evaluate',
			sources: random.pick([['amazonReports'], ['amazonReports', 'amazonOffer']]),
			marketplace,
			evaluationDays: random.pick([30, 90, 365, 0]),
			thresholds: { threshold: [{ name: 'Line', percent: random.pick([50, 95, 98.5]) }] },
			simplify: false,
			options: {
				...options,
				combined: random.chance(0.2),
				includeOrderDefectRate: random.chance(0.2),
				customWindows: random.pick(['', '7, 60']),
				insufficientBand: random.pick(['atRisk', 'critical', 'healthy', 'unknown']),
			},
		},
		items,
	});
	checkFigures(round, result.run.items);
	if (result.stopped) return;
	for (const [item, { marketplace: place }] of places.entries()) {
		checkAnswered(round, result, item, options.waitMinutes);
		if (result.items[item]?.bad === true) continue;
		for (const row of result.rowsOf(item)) {
			if (row.marketplaceId !== place.id) continue;
			compareWindows(round, place.id, row, options.whenCancelled);
		}
	}
};

/** The error texts of an input item. */
const errorsOf = ({ run }: Executed, item: number): string[] =>
	run.outputs
		.flat()
		.filter((row) => inputsOf(row).includes(item))
		.map(({ json, error }) => `${String(json.error)} ${String(error?.description ?? '')}`);

/** An item without a row and without an error is lost. */
function checkAnswered(
	round: Round,
	result: Executed,
	item: number,
	waitMinutes: unknown = Infinity,
): void {
	if (result.failed.has(item)) {
		if (result.items[item]?.bad !== true && !result.faulted) {
			const errors = errorsOf(result, item);
			// Amazon makes totals every 15 minutes. The error says when; after that wait they are
			// available.
			const isTooSoon = errors.every((each) => /The next is possible/.test(each));
			if (isTooSoon && Number(waitMinutes) < 15) return;
			round.problem('lost', `a good item failed without a fault: ${errors.join()}`);
		}
		return;
	}
	if (result.rowsOf(item).length === 0) round.problem('lost', 'an item gave no row and no error');
}

/** Feedback items of the user, some of them unusable: all make one evaluation. */
const evaluateItems: Scenario = async (round) => {
	const { random } = round;
	const zone = 'America/Los_Angeles';
	const today = DateTime.now().setZone(zone);
	const counts: Record<string, [number, number, number]> = {};
	for (const days of DAYS) counts[days] = [0, 0, 0];
	const items = Array.from({ length: random.integer(1, 60) }, (): Input => {
		const age = random.integer(0, 400);
		const rating = random.pick<Stars>([1, 2, 3, 4, 5, 5, 5]);
		const json: IDataObject = { date: today.minus({ days: age }).toISODate(), rating };
		if (random.chance(0.2)) {
			return {
				json: {
					...json,
					...random.pick<IDataObject>([
						{ rating: 9 },
						{ date: '2026-02-30' },
						{ rating: null },
						{ date: 20261120 },
					]),
				},
				bad: true,
			};
		}
		const band = rating >= 4 ? 0 : rating === 3 ? 1 : 2;
		for (const days of DAYS) if (age < Number(days)) (counts[days] as number[])[band]! += 1;
		return { json };
	});
	const work: Execution = {
		type: 'amazonSellerRating',
		parameters: {
			operation: 'evaluate',
			marketplace: { __rl: true, mode: 'id', value: 'US' },
			sources: ['items'],
			counts: {},
			dateField: 'date',
			ratingField: 'rating',
			evaluationDays: 365,
			thresholds: {},
			simplify: false,
			options: {},
		},
		items,
	};
	const result = await round.execute({ ...work, clean: true, together: true });
	checkFigures(round, result.run.items);
	const [row] = result.run.items;
	if (result.stopped || row === undefined || 'error' in row) {
		round.problem(
			'lost',
			`items were not evaluated: ${String(row?.error ?? result.run.error?.message)}`,
		);
		return;
	}
	const windows = row.windows as unknown as WindowFigures[];
	const known = windows.filter(
		({ days, positive }) => DAYS.includes(String(days) as '30') && positive !== null,
	);
	const days = new Set(known.map((window) => String(window.days)));
	round.compare(
		'counts of items',
		DAYS.filter((each) => days.has(each)).map((each) => `${each}: ${counts[each]?.join('/')}`),
		known.map(
			({ days: length, positive, neutral, negative }) =>
				`${length}: ${positive}/${neutral}/${negative}`,
		),
	);
	// The same with bad parameters; only the messages about them are checked.
	await round
		.execute({ ...work, ofRun: Object.keys(work.parameters) })
		.then(({ run }) => checkFigures(round, run.items));
};

const enteredCounts: Scenario = async (round) => {
	const { random } = round;
	const items = Array.from({ length: random.integer(1, 8) }, (): Input => {
		const some = () => random.pick([0, 0, 1, 7, 300, 100_000]);
		return { json: { positive: some(), neutral: some(), negative: some() } };
	});
	const result = await round.execute({
		type: 'amazonSellerRating',
		parameters: {
			operation: 'evaluate',
			marketplace: { __rl: true, mode: 'id', value: 'US' },
			sources: ['counts'],
			counts: {
				window: [
					{
						days: 365,
						positive: '={{ $json.positive }}',
						neutral: '={{ $json.neutral }}',
						negative: '={{ $json.negative }}',
					},
				],
			},
			evaluationDays: 365,
			thresholds: {},
			simplify: false,
			options: {},
		},
		items,
	});
	checkFigures(round, result.run.items);
	if (result.stopped) return;
	for (const [item, { json, bad }] of result.items.entries()) {
		checkAnswered(round, result, item);
		if (bad === true || result.failed.has(item)) continue;
		const [row] = result.rowsOf(item);
		const { positive, neutral, negative } = json as Record<string, number>;
		const total = Number(positive) + Number(neutral) + Number(negative);
		const truth = total === 0 ? null : (100 * Number(positive)) / total;
		const rating = row?.ratingPercent as number | null;
		const isRight = truth === null ? rating === null : Math.abs(truth - Number(rating)) < 1e-9;
		round.tally.followed += 1;
		if (!isRight) round.problem('wrong', `rating ${rating} of ${positive}/${neutral}/${negative}`);
	}
};

/** The three operations that look ahead or back in the calendar. */
const dated =
	(parameters: (round: Round) => IDataObject): Scenario =>
	async (round) => {
		stirFeedback(round);
		const { places, marketplace, items } = byPlace(round);
		const { options = {}, ...rest } = parameters(round);
		const settings = { ...reportOptions(round), ...(options as IDataObject) };
		const result = await round.execute({
			type: 'amazonSellerRating',
			parameters: { ...REPORTS, marketplace, ...rest, options: settings },
			items,
		});
		checkFigures(round, result.run.items);
		if (result.stopped) return;
		for (const [item, { marketplace: place }] of places.entries()) {
			checkAnswered(round, result, item, settings.waitMinutes);
			if (result.items[item]?.bad === true || settings.whenCancelled === 'none') continue;
			for (const row of result.rowsOf(item)) compareRating(round, place.id, row);
		}
	};

/** If there is a rating of today, it must be the world's; a chart has it in its windows. */
function compareRating(round: Round, marketplaceId: string, row: IDataObject): void {
	const windows = (row.windows as IDataObject[] | undefined) ?? [row];
	for (const { ratingPercent: rating, provenance, coverage } of windows) {
		if (rating === null || rating === undefined || provenance !== 'derived') continue;
		const counts = truthOf(round, marketplaceId, (coverage as unknown as Coverage) ?? NOT_COVERED);
		const { positive, neutral, negative } = counts;
		const truth = (100 * positive) / (positive + neutral + negative);
		round.tally.followed += 1;
		if (!(Math.abs(Number(rating) - truth) < 1e-9)) {
			const days = JSON.stringify(coverage);
			round.problem('wrong', `rating ${Number(rating)} instead of ${truth} over ${days}`);
		}
	}
}

export const ratingScenarios: Readonly<Record<string, Scenario>> = {
	'Rating: Evaluate': evaluate,
	'Rating: Evaluate from items': evaluateItems,
	'Rating: Evaluate entered counts': enteredCounts,
	'Rating: Forecast': dated(({ random }) => ({
		operation: 'forecast',
		daysAhead: random.integer(1, 365),
		thresholds: {},
		simplify: random.chance(0.5),
		options: {},
	})),
	'Rating: Chart': dated(({ random }) => ({
		operation: 'chart',
		format: random.pick(['both', 'picture', 'html']),
		binaryFields: 'chart, digest',
		thresholds: {},
		options: {
			daysAhead: random.pick([0, 60]),
			daysBack: random.integer(7, 365),
			theme: random.pick(['auto', 'dark', 'light']),
			title: random.pick(['Rating', '<b>"Rating" & more</b>']),
			width: random.integer(320, 2000),
		},
	})),
	'Rating: Detect Change': dated(({ random }) => ({
		operation: 'detectChange',
		watchedDays: random.integer(1, 364),
		simplify: random.chance(0.5),
		options: random.pick<IDataObject>([{}, { baselinePercent: 2 }]),
	})),
};
