import { wilsonInterval } from '../../shared/domain/rating';
import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import { adjusted, canStandOut, thresholdBeside } from './benjaminiHochberg';
import { binomialTail, fisherTail, smallestWhere } from './fisher';
import type { Candidate, Dimension, Unit } from './causeCounts';
import { priorOf, shrunkenRate } from './shrink';

/** Which groups of orders have more bad feedback than the rest, and how sure that is. */

export type Verdict = 'standsOut' | 'couldBeChance' | 'tooFew';

/** A group and how it compares with the rest. Rates are per 1,000 orders (or entries). */
export interface Cause {
	readonly dimension: Dimension;
	readonly group: string;
	/** For a reason: the SKU in whose bad feedback it is counted. */
	readonly sku: string | null;
	readonly unit: Unit;
	readonly bad: number;
	readonly outOf: number;
	readonly rate: number;
	/** 95% interval of the rate. */
	readonly low: number;
	readonly high: number;
	/** Drawn toward the rate of all groups of the dimension. */
	readonly shrunkenRate: number;
	readonly rest: { readonly bad: number; readonly outOf: number; readonly rate: number };
	/** The rate divided by that of the rest; undefined if the rest has no bad feedback. */
	readonly times: number | undefined;
	/** One-sided, by Fisher's exact test. */
	readonly pValue: number;
	/** After Benjamini and Hochberg; 1 if the group could not stand out whatever its data. */
	readonly adjusted: number;
	readonly verdict: Verdict;
	/**
	 * How many further bad entries of this group, with orders in the present ratio, would make it
	 * stand out; 0 if it does.
	 */
	readonly moreNeeded: number;
	/** A group that stands out more and shares at least half of these orders. */
	readonly boughtWith: string | undefined;
	readonly orderIds: readonly string[];
}

/** The share of false discoveries among the groups that stand out, on average. */
export const FALSE_DISCOVERIES = 0.1;

/** A group with this many times the rate of the rest is worth finding. */
export const TIMES_TO_FIND = 3;

/** More further entries than anybody waits for. */
const MOST_FURTHER = 1_000_000;

const PER = 1_000;

/** In the order of the output. */
const VERDICTS: readonly Verdict[] = ['standsOut', 'couldBeChance', 'tooFew'];

interface Tested {
	readonly candidate: Candidate;
	readonly pValue: number;
	readonly takesPart: boolean;
	readonly adjusted: number;
}

/**
 * Compares each group with all other orders and judges all groups together, most certain first. Groups
 * without any rest are left out.
 */
export function* judgeCauses(
	candidates: readonly Candidate[],
	rate: number = FALSE_DISCOVERIES,
): Steps<Cause[]> {
	const tests = yield* testAll(candidates.filter(hasRest), rate);
	const family = tests
		.filter(({ takesPart }) => takesPart)
		.map(({ pValue }) => pValue)
		.toSorted((a, b) => a - b);
	const rateOf = shrunkenRates(candidates);
	const judged = yield* eachOf(tests, (test) => judge(test, family, rate, rateOf));
	const causes = judged.toSorted(byEvidence);
	return yield* eachOf(causes, (cause, index) => ({
		...cause,
		boughtWith: sharedWith(causes, index),
	}));
}

/** Like `map`, in steps. */
function* eachOf<Entry, Result>(
	entries: readonly Entry[],
	work: (entry: Entry, index: number) => Result,
): Steps<Result[]> {
	const results: Result[] = [];
	for (const [index, entry] of entries.entries()) {
		if (index % ENTRIES_PER_STEP === ENTRIES_PER_STEP - 1) yield;
		results.push(work(entry, index));
	}
	return results;
}

const hasRest = ({ outOf, total }: Candidate): boolean => outOf > 0 && outOf < total;

const marginsOf = ({ total, outOf, totalBad }: Candidate) => ({
	total,
	group: outOf,
	bad: totalBad,
});

function* testAll(candidates: readonly Candidate[], rate: number): Steps<Tested[]> {
	const least = yield* eachOf(candidates, (each) =>
		fisherTail(Math.min(each.outOf, each.totalBad), marginsOf(each)),
	);
	const takesPart = canStandOut(least, rate);
	const pValues = yield* eachOf(candidates, (each) => fisherTail(each.bad, marginsOf(each)));
	const results = adjusted(pValues.filter((_, index) => takesPart[index])).values();
	return candidates.map((candidate, index) => ({
		candidate,
		pValue: pValues[index] ?? 1,
		takesPart: takesPart[index] ?? false,
		adjusted: takesPart[index] ? (results.next().value ?? 1) : 1,
	}));
}

function judge(
	{ candidate, pValue, takesPart, adjusted: own }: Tested,
	family: readonly number[],
	rate: number,
	rateOf: (candidate: Candidate) => number,
): Cause {
	const { dimension, group, sku, unit, bad, outOf, total, totalBad, orderIds } = candidate;
	const rest = { bad: totalBad - bad, outOf: total - outOf };
	const restRate = (PER * rest.bad) / rest.outOf;
	const { low = 0, high = 0 } =
		wilsonInterval({ positive: bad, neutral: 0, negative: outOf - bad }) ?? {};
	const stands = own <= rate;
	const others = takesPart ? without(family, pValue) : family;
	const threshold = thresholdBeside(others, rate);
	const share = outOf / total;
	const further = smallestWhere(
		MOST_FURTHER,
		(count) => binomialTail(bad + count, totalBad + count, share) <= threshold,
	);
	return {
		dimension,
		group,
		sku: sku ?? null,
		unit,
		bad,
		outOf,
		rate: (PER * bad) / outOf,
		low: low * (PER / 100),
		high: high * (PER / 100),
		shrunkenRate: PER * rateOf(candidate),
		rest: { ...rest, rate: restRate },
		times: rest.bad === 0 ? undefined : (PER * bad) / outOf / restRate,
		pValue,
		adjusted: own,
		verdict: stands ? 'standsOut' : canBeFound(candidate, threshold) ? 'couldBeChance' : 'tooFew',
		// Where chance is scarce, the binomial tail may be past the threshold already.
		moreNeeded: stands ? 0 : Math.max(1, further ?? MOST_FURTHER),
		boughtWith: undefined,
		orderIds,
	};
}

/**
 * Whether a group with three times the rate of the rest could be expected to stand out by now: its
 * expected share of the bad feedback so far is at least the smallest count that stands out.
 */
function canBeFound(candidate: Candidate, threshold: number): boolean {
	const { outOf, total, totalBad } = candidate;
	const critical = smallestWhere(
		Math.min(outOf, totalBad),
		(count) => fisherTail(count, marginsOf(candidate)) <= threshold,
	);
	if (critical === undefined) return false;
	const weight = TIMES_TO_FIND * outOf;
	return critical <= (totalBad * weight) / (weight + total - outOf);
}

/** The sorted numbers without one of them. */
function without(sorted: readonly number[], value: number): number[] {
	const at = sorted.indexOf(value);
	return sorted.toSpliced(at, 1);
}

/** The shrunken rate of each group, with one prior per dimension, and per reason. */
function shrunkenRates(candidates: readonly Candidate[]): (candidate: Candidate) => number {
	const byPrior = new Map<string, Candidate[]>();
	for (const candidate of candidates) {
		const own = byPrior.get(priorNameOf(candidate)) ?? [];
		own.push(candidate);
		byPrior.set(priorNameOf(candidate), own);
	}
	const priors = new Map(
		[...byPrior].map(([name, own]) => [name, priorOf(own.map(({ weighted }) => weighted))]),
	);
	return (candidate) => {
		const prior = priors.get(priorNameOf(candidate));
		return prior === undefined ? 0 : shrunkenRate(candidate.weighted, prior);
	};
}

const priorNameOf = ({ dimension, group }: Candidate): string =>
	dimension === 'reason' ? `${dimension} ${group}` : dimension;

const byEvidence = (a: Cause, b: Cause): number =>
	VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) ||
	a.pValue - b.pValue ||
	b.bad - a.bad ||
	compareNames(a, b);

const compareNames = (a: Cause, b: Cause): number => {
	const [one, other] = [a, b].map(({ dimension, group, sku }) => `${dimension} ${group} ${sku}`);
	return (one ?? '') < (other ?? '') ? -1 : 1;
};

/** Only for a group that stands out, among those before it. */
function sharedWith(causes: readonly Cause[], index: number): string | undefined {
	const cause = causes[index];
	if (cause?.verdict !== 'standsOut' || cause.dimension === 'reason') return undefined;
	const own = new Set(cause.orderIds);
	return causes
		.slice(0, index)
		.filter(({ dimension }) => dimension === cause.dimension)
		.find(({ orderIds }) => 2 * orderIds.filter((id) => own.has(id)).length >= own.size)?.group;
}
