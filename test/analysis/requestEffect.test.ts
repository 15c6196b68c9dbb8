import {
	DEFAULT_OPTIONS,
	measureEffect,
	type DayOfFeedback,
	type EffectOptions,
	type RequestEffect,
} from '../../nodes/AmazonSellerRating/analysis/requestEffect';
import {
	baselineOf,
	product,
	without,
} from '../../nodes/AmazonSellerRating/analysis/requestEffectBaseline';
import {
	drawnDays,
	SendsUnderDraw,
	type PulseTest,
} from '../../nodes/AmazonSellerRating/analysis/requestEffectSchedule';
import { inOneGo } from '../../nodes/shared/domain/steps';
import fc from '../fastCheck';
import { drawRequestWorld, type RequestWorld } from './requestWorlds';

const OPTIONS = { ...DEFAULT_OPTIONS, seed: 'test', redraws: 199 };
const usual: RequestWorld = { orders: 50, days: 60, effect: 0, blockDays: 5 };

function measure(
	feedback: readonly DayOfFeedback[],
	test: PulseTest,
	options: Partial<EffectOptions> = {},
): RequestEffect {
	const effect = inOneGo(measureEffect(feedback, test, { ...OPTIONS, ...options }));
	if (effect === undefined) throw new Error('No exposure');
	return effect;
}

/** The exposure of each day, computed without the code under test. */
function exposureOf(days: readonly number[], sends: ReadonlyMap<number, number>, lags = 4) {
	return days.map((day) => {
		let sum = 0;
		for (let lag = 0; lag < lags; lag += 1) sum += sends.get(day - lag) ?? 0;
		return sum / lags;
	});
}

function actualSends({ blocks, fixed }: PulseTest): Map<number, number> {
	const sends = new Map(fixed);
	for (const { pulseDay, sent } of blocks) {
		sent.forEach((count, later) =>
			sends.set(pulseDay + later, (sends.get(pulseDay + later) ?? 0) + count),
		);
	}
	return sends;
}

/** Adds an amount to the positives of each day; amounts may be fractions here. */
const plus = (
	feedback: readonly DayOfFeedback[],
	amount: (day: number, index: number) => number,
): DayOfFeedback[] =>
	feedback.map((each, index) => ({ ...each, positive: each.positive + amount(each.day, index) }));

const worlds = fc.record({
	seed: fc.integer({ min: 0, max: 1_000_000 }),
	orders: fc.integer({ min: 10, max: 100 }),
	days: fc.integer({ min: 28, max: 90 }),
	blockDays: fc.integer({ min: 2, max: 7 }),
	effect: fc.constantFrom(0, 0.02, 0.04),
	unknownOneIn: fc.constantFrom(undefined, 10),
	forcedOneIn: fc.constantFrom(undefined, 5),
});
const drawn = worlds.map(({ seed, ...world }) =>
	drawRequestWorld(seed, {
		...world,
		unknownOneIn: world.unknownOneIn ?? Infinity,
		forcedOneIn: world.forcedOneIn ?? Infinity,
	}),
);

describe('the sends of a pulse test under another draw', () => {
	it('are those that were made if the draw is the same', () => {
		fc.assert(
			fc.property(drawn, ({ test }) => {
				const sends = new Float64Array(test.blocks.length * test.blockDays);
				new SendsUnderDraw(test).fill(drawnDays(test), test.firstDay, sends);
				const actual = actualSends(test);
				sends.forEach((count, index) =>
					expect(count).toBeCloseTo(actual.get(test.firstDay + index) ?? 0, 6),
				);
			}),
		);
	});

	it('are those of the real demand if it is even, also for requests sent late', () => {
		const perDay = 12;
		const days = [2, 3, 8, 9, 14];
		const test: PulseTest = {
			firstDay: 100,
			blockDays: 3,
			blocks: days.map((day, index) => {
				const all = perDay * (index === 0 ? day + 1 : day - (days[index - 1] ?? 0));
				return { pulseDay: 100 + day, sent: [all / 2, all / 2] };
			}),
			fixed: new Map([[104, 7]]),
		};
		const sends = new Float64Array(16);
		new SendsUnderDraw(test).fill([102, 105, 106, 111, 114], 100, sends);
		expect([...sends]).toEqual([0, 0, 18, 18, 7, 18, 24, 6, 0, 0, 0, 30, 30, 0, 18, 18]);
	});
});

describe('the effect of requests', () => {
	it('is the slope of a regression on exposure, weekday and trend', () => {
		const { feedback, test } = drawRequestWorld(7, { ...usual, effect: 0.02 });
		const days = feedback.map(({ day }) => day);
		const exposure = Float64Array.from(exposureOf(days, actualSends(test)));
		const counts = Float64Array.from(
			feedback,
			({ positive, nonPositive }) => positive + nonPositive,
		);
		const effect = measure(feedback, test).all.perRequest;
		const residual = counts.map((count, index) => count - effect * (exposure[index] ?? 0));
		// The normal equations: what is left has nothing in common with any regressor.
		const baseline = baselineOf(Int32Array.from(days));
		const left = without(baseline, residual);
		expect(product(left, exposure)).toBeCloseTo(0, 8);
	});

	it('does not change with a constant, a weekly rhythm or a linear trend', () => {
		fc.assert(
			fc.property(
				drawn,
				fc.integer({ min: -5, max: 5 }),
				fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 7, maxLength: 7 }),
				fc.integer({ min: -3, max: 3 }),
				({ feedback, test }, constant, week, slope) => {
					const other = plus(
						feedback,
						(day) => constant + (week[day % 7] ?? 0) + slope * (day - test.firstDay),
					);
					const [before, after] = [measure(feedback, test).all, measure(other, test).all];
					expect(after.perRequest).toBeCloseTo(before.perRequest, 8);
					expect(after.p).toBe(before.p);
					expect(after.low).toBeCloseTo(before.low, 6);
					expect(after.high).toBeCloseTo(before.high, 6);
				},
			),
			{ numRuns: 40 },
		);
	});

	it('and its interval grow by exactly what is added per request', () => {
		fc.assert(
			fc.property(drawn, fc.integer({ min: -5, max: 5 }), ({ feedback, test }, more) => {
				const added = more / 100;
				const exposure = exposureOf(
					feedback.map(({ day }) => day),
					actualSends(test),
				);
				const other = plus(feedback, (_, index) => added * (exposure[index] ?? 0));
				const [before, after] = [measure(feedback, test).all, measure(other, test).all];
				expect(after.perRequest).toBeCloseTo(before.perRequest + added, 8);
				expect(after.low).toBeCloseTo(before.low + added, 6);
				expect(after.high).toBeCloseTo(before.high + added, 6);
			}),
			{ numRuns: 40 },
		);
	});

	it('has an interval of exactly the effects that the test does not reject', () => {
		fc.assert(
			fc.property(drawn, fc.integer({ min: -40, max: 40 }), ({ feedback, test }, step) => {
				const { low, high, perRequest, standardError } = measure(feedback, test).all;
				const supposed = perRequest + (step / 10) * standardError;
				fc.pre(Math.min(Math.abs(supposed - low), Math.abs(supposed - high)) > 1e-7);
				const exposure = exposureOf(
					feedback.map(({ day }) => day),
					actualSends(test),
				);
				const rest = plus(feedback, (_, index) => -supposed * (exposure[index] ?? 0));
				const { p } = measure(rest, test).all;
				expect(p > 0.05).toBe(low < supposed && supposed < high);
			}),
		);
	});

	it('is the sum of the effects on positives and on the others', () => {
		fc.assert(
			fc.property(drawn, ({ feedback, test }) => {
				const { all, positive, nonPositive } = measure(feedback, test);
				expect(positive.perRequest + nonPositive.perRequest).toBeCloseTo(all.perRequest, 10);
			}),
			{ numRuns: 40 },
		);
	});

	it('is unknown if requests do not vary', () => {
		const feedback = Array.from({ length: 30 }, (_, index) => ({
			day: 200 + index,
			positive: index % 3,
			nonPositive: 0,
		}));
		const test = { firstDay: 190, blockDays: 5, blocks: [], fixed: new Map<number, number>() };
		expect(inOneGo(measureEffect(feedback, test, OPTIONS))).toBeUndefined();
		expect(inOneGo(measureEffect([], test, OPTIONS))).toBeUndefined();
	});

	it('has no finite interval with too few redraws for the confidence', () => {
		const { feedback, test } = drawRequestWorld(1, usual);
		const { low, high } = measure(feedback, test, { redraws: 19 }).all;
		expect([low, high]).toEqual([-Infinity, Infinity]);
	});

	it('lets other work run after every 25 redraws, in two years of days', () => {
		const { feedback, test } = drawRequestWorld(3, { ...usual, days: 730 });
		const steps = measureEffect(feedback, test, { ...OPTIONS, redraws: 500 });
		let count = 0;
		while (steps.next().done !== true) count += 1;
		expect(count).toBe(20);
	});
});

/** All draws of a test with few blocks. */
function everyDraw({ blockDays, blocks, firstDay }: PulseTest): number[][] {
	return blocks.reduce<number[][]>(
		(draws, _, index) =>
			draws.flatMap((draw) =>
				Array.from({ length: blockDays }, (__, day) => [
					...draw,
					firstDay + index * blockDays + day,
				]),
			),
		[[]],
	);
}

describe('the p-value', () => {
	/** Six blocks of three days, the same number of requests due each day: 729 draws. */
	const tinyTest = (days: readonly number[]): PulseTest => ({
		firstDay: 0,
		blockDays: 3,
		blocks: days.map((pulseDay, index) => {
			const due = index === 0 ? pulseDay + 1 : pulseDay - (days[index - 1] ?? 0);
			return { pulseDay, sent: [10 * due] };
		}),
		fixed: new Map(),
	});
	const COUNTS = [0, 2, 1, 0, 3, 1, 0, 0, 1, 4, 2, 0, 1, 0, 2, 1, 5, 0];
	const FEEDBACK = COUNTS.map((positive, day) => ({ day, positive, nonPositive: 0 }));
	const draws = everyDraw(tinyTest([0, 3, 6, 9, 12, 15]));

	it('is that of all draws, enumerated', () => {
		const baseline = baselineOf(Int32Array.from(FEEDBACK, ({ day }) => day));
		const left = without(baseline, Float64Array.from(COUNTS));
		for (const observed of [draws[40], draws[400], draws[650]]) {
			const test = tinyTest(observed ?? []);
			const sends = new SendsUnderDraw(test);
			const statistics = draws.map((days) => {
				const perDay = new Float64Array(18);
				sends.fill(days, 0, perDay);
				const asMap = new Map([...perDay].map((count, day) => [day, count]));
				const exposure = without(
					baseline,
					Float64Array.from(
						exposureOf(
							FEEDBACK.map(({ day }) => day),
							asMap,
						),
					),
				);
				return product(left, exposure) / Math.sqrt(product(exposure, exposure));
			});
			const own = statistics[draws.indexOf(observed ?? [])] ?? NaN;
			const above = statistics.filter((each) => each >= own - 1e-9).length / draws.length;
			const below = statistics.filter((each) => each <= own + 1e-9).length / draws.length;
			const exact = Math.min(1, 2 * Math.min(above, below));
			const sampled = measure(FEEDBACK, test, { redraws: 9_999 }).all.p;
			expect(Math.abs(sampled - exact)).toBeLessThan(0.03);
		}
	});

	it('is at most 5% for at most one draw in 20 if requests have no effect, whichever draw is made', () => {
		const low = draws.filter((days) => measure(FEEDBACK, tinyTest(days)).all.p <= 0.05);
		expect(low.length / draws.length).toBeLessThan(0.06);
		expect(low.length).toBeGreaterThan(0);
	});
});

describe('in worlds whose truth is known', () => {
	const WORLDS = 150;
	function survey(world: RequestWorld) {
		let [alarms, covered] = [0, 0];
		for (let seed = 0; seed < WORLDS; seed += 1) {
			const { feedback, test } = drawRequestWorld(seed, world);
			const { p, low, high } = measure(feedback, test).all;
			if (p <= 0.05) alarms += 1;
			if (low <= world.effect && world.effect <= high) covered += 1;
		}
		return { alarms: alarms / WORLDS, covered: covered / WORLDS };
	}

	it('false alarms are one in 20, with forced requests, a backlog and unknown days, too', () => {
		const plain = survey(usual);
		const untidy = survey({ ...usual, forcedOneIn: 10, backlogDays: 20, unknownOneIn: 15 });
		for (const { alarms } of [plain, untidy]) {
			expect(alarms).toBeGreaterThan(0.015);
			expect(alarms).toBeLessThan(0.09);
		}
	});

	it('two more entries per 100 requests are found in 60 days at 50 orders a day, and covered', () => {
		const { alarms, covered } = survey({ ...usual, effect: 0.02 });
		expect(alarms).toBeGreaterThan(0.9);
		expect(covered).toBeGreaterThan(0.92);
	});
});
