import { LEAST_BLOCKS, LEAST_DAYS, LEAST_FEEDBACK, type Effect } from './requestEffect';

/**
 * - `pays`: requests bring feedback, more than by chance
 * - `noEffectSeen`: an effect as large as the one to detect is ruled out
 * - `notDecidable`: neither, so far
 * - `noPulseTest`: the days of the requests were not drawn, so nothing shows what they bring
 */
export type RequestVerdict = 'pays' | 'noEffectSeen' | 'notDecidable' | 'noPulseTest';

/** Standard normal quantiles by two-sided confidence. */
const QUANTILES = { 0.9: 1.6449, 0.95: 1.96, 0.99: 2.5758 } as const;
export type Confidence = keyof typeof QUANTILES;

/** The quantile of a power of 80%. */
const POWER_QUANTILE = 0.8416;

export interface Decision {
	/** Feedback entries per request that are worth the requests. */
	readonly effectToDetect: number;
	readonly confidence: Confidence;
}

/** Of an effect on all feedback; undefined if there is too little data for one. */
export function verdictOf(
	effect: Effect | undefined,
	{ effectToDetect }: Pick<Decision, 'effectToDetect'>,
): Exclude<RequestVerdict, 'noPulseTest'> {
	if (effect === undefined) return 'notDecidable';
	if (effect.low > 0) return 'pays';
	return effect.high < effectToDetect ? 'noEffectSeen' : 'notDecidable';
}

/**
 * Days of a test that finds the effect to detect with a probability of 80%. The standard error falls
 * with the square root of the days.
 * @param standardError of the effect, after `days`
 */
export function daysNeeded(
	standardError: number,
	days: number,
	{ effectToDetect, confidence }: Decision,
): number {
	const errors = QUANTILES[confidence] + POWER_QUANTILE;
	return Math.ceil(days * ((errors * standardError) / effectToDetect) ** 2);
}

/** Why there is too little data for a verdict, in sentences; empty if there is enough. */
export function lackingIn(have: {
	readonly days: number;
	readonly blocks: number;
	readonly feedback: number;
}): string[] {
	const lacks = [
		{ what: 'days', count: have.days, least: LEAST_DAYS },
		{ what: 'blocks with requests', count: have.blocks, least: LEAST_BLOCKS },
		{ what: 'feedback entries', count: have.feedback, least: LEAST_FEEDBACK },
	];
	return lacks.flatMap(({ what, count, least }) =>
		count < least ? [`A verdict needs at least ${least} ${what}; there are ${count}`] : [],
	);
}
