/**
 * `npm run bench -- requests`: how often Measure Requests sees an effect that does not exist, how
 * often it finds one that does, and how often its interval covers the truth, in seeded worlds.
 * Prints the tables of docs/does-asking-pay.md.
 */
import {
	DEFAULT_OPTIONS,
	LEAST_FEEDBACK,
	measureEffect,
	type Effect,
} from '../nodes/AmazonSellerRating/analysis/requestEffect';
import { daysNeeded } from '../nodes/AmazonSellerRating/analysis/requestEffectVerdict';
import { inOneGo } from '../nodes/shared/domain/steps';
import { drawRequestWorld, SOON, type RequestWorld } from '../test/analysis/requestWorlds';
import { renderTable } from './lib/markdown';
import type { Table } from './lib/section';

const WORLDS = 2_000;
const WORLDS_WITH_EFFECT = 1_000;
const REDRAWS = 999;
const BLOCK_DAYS = 5;
const ALL_BLOCK_DAYS = [2, 3, 4, 5, 7];
const ALPHA = 1 - DEFAULT_OPTIONS.confidence;

/** Worlds with an effect start after those without one, so that no seed is used twice. */
const LATER = 1_000_000;

const percentOf = (count: number, all: number): string => `${((100 * count) / all).toFixed(1)}%`;
const per100 = (effect: number): string => (100 * effect).toFixed(2);
const inThousands = (count: number): string => count.toLocaleString('en-US');

function measured(
	seed: number,
	world: RequestWorld,
	responseDays: number = DEFAULT_OPTIONS.responseDays,
): Effect {
	const { feedback, test } = drawRequestWorld(seed, world);
	const options = { ...DEFAULT_OPTIONS, responseDays, redraws: REDRAWS, seed: `${seed}` };
	const effect = inOneGo(measureEffect(feedback, test, options));
	if (effect === undefined) throw new Error(`No exposure in world ${seed}`);
	return effect.all;
}

/** What many worlds of a kind show. */
function survey(world: RequestWorld, worlds: number, firstSeed = 0, responseDays?: number) {
	let [seen, found, covered, sum] = [0, 0, 0, 0];
	for (let seed = firstSeed; seed < firstSeed + worlds; seed += 1) {
		const { p, perRequest, low, high } = measured(seed, world, responseDays);
		if (p <= ALPHA) seen += 1;
		if (p <= ALPHA && perRequest > 0) found += 1;
		if (low <= world.effect && world.effect <= high) covered += 1;
		sum += perRequest;
	}
	return {
		seen: percentOf(seen, worlds),
		found: percentOf(found, worlds),
		covered: percentOf(covered, worlds),
		mean: per100(sum / worlds),
	};
}

const usual: RequestWorld = { orders: 50, days: 60, effect: 0, blockDays: BLOCK_DAYS };
const untidy = { forcedOneIn: 10, backlogDays: 20, unknownOneIn: 15 };

function falseAlarms(): Table {
	const worlds: ReadonlyArray<readonly [string, RequestWorld]> = [
		...[20, 50, 100, 300].map((orders) => ['', { ...usual, orders }] as const),
		['', { ...usual, days: 120 }],
		...ALL_BLOCK_DAYS.filter((days) => days !== BLOCK_DAYS).map(
			(blockDays) => ['', { ...usual, blockDays }] as const,
		),
		[
			'20 days of orders wait at the start, one request in ten is forced, one day in 15 is unknown',
			{ ...usual, ...untidy },
		],
	];
	return {
		caption: `False alarms at a nominal 5%, of ${inThousands(WORLDS)} worlds without an effect`,
		header: ['orders a day', 'days', 'days per block', 'false alarms', 'also'],
		rows: worlds.map(([also, world]) => [
			String(world.orders),
			String(world.days),
			String(world.blockDays),
			survey(world, WORLDS).seen,
			also,
		]),
	};
}

function coverage(): Table {
	const effects = [0, 0.01, 0.02, 0.04];
	return {
		caption: `How often the 95% interval covers the truth, and the mean estimate per 100, of ${inThousands(WORLDS_WITH_EFFECT)} worlds of 60 days in blocks of ${BLOCK_DAYS}`,
		header: ['orders a day', ...effects.map((effect) => `+${100 * effect} per 100`)],
		rows: [10, 20, 50, 100, 300].map((orders) => [
			String(orders),
			...effects.map((effect) => {
				const { covered, mean } = survey({ ...usual, orders, effect }, WORLDS_WITH_EFFECT, LATER);
				return `${covered} (${mean})`;
			}),
		]),
	};
}

function power(): Table {
	const effects = [0.01, 0.02, 0.04];
	return {
		caption: `How often an effect is found, of ${inThousands(WORLDS_WITH_EFFECT)} worlds in blocks of ${BLOCK_DAYS} days`,
		header: [
			'orders a day',
			...[60, 120].flatMap((days) =>
				effects.map((effect) => `${days} days, +${100 * effect} per 100`),
			),
		],
		rows: [10, 20, 50, 100, 300].map((orders) => [
			String(orders),
			...[60, 120].flatMap((days) =>
				effects.map(
					(effect) => survey({ ...usual, orders, days, effect }, WORLDS_WITH_EFFECT, LATER).found,
				),
			),
		]),
	};
}

/** How long a request waits, in days, if orders come evenly. */
const meanWait = (blockDays: number): number =>
	(blockDays ** 2 + (blockDays ** 2 - 1) / 6) / (2 * blockDays) - 0.5;

function blockLength(): Table {
	return {
		caption: `Days per block: power and coverage of ${inThousands(WORLDS_WITH_EFFECT)} worlds, 60 days`,
		header: [
			'days per block',
			'mean wait (days)',
			'longest wait',
			'20 a day, +2 per 100',
			'50 a day, +1',
			'50 a day, +2',
			'100 a day, +2',
			'coverage (50 a day, +2)',
		],
		rows: [...ALL_BLOCK_DAYS, 10].map((blockDays) => {
			const of = (orders: number, effect: number) =>
				survey({ ...usual, orders, effect, blockDays }, WORLDS_WITH_EFFECT, LATER);
			const middle = of(50, 0.02);
			return [
				String(blockDays),
				meanWait(blockDays).toFixed(1),
				String(2 * blockDays - 2),
				of(20, 0.02).found,
				of(50, 0.01).found,
				middle.found,
				of(100, 0.02).found,
				middle.covered,
			];
		}),
	};
}

function delays(): Table {
	const kinds: ReadonlyArray<readonly [string, readonly number[]]> = [
		['40, 30, 20, 10% on days 0 to 3 (all other tables)', SOON],
		['85% on the day itself, 15% on the next', [0.85, 0.15]],
		['evenly on days 0 to 3', [0.25, 0.25, 0.25, 0.25]],
		['10, 20, 30, 40% on days 0 to 3', [0.1, 0.2, 0.3, 0.4]],
		['evenly on days 0 to 6', Array.from({ length: 7 }, () => 1 / 7)],
		['evenly on days 0 to 13', Array.from({ length: 14 }, () => 1 / 14)],
	];
	/** Days per block, and response days. */
	const designs = [
		[3, 4],
		[BLOCK_DAYS, 4],
		[7, 4],
		[7, 7],
		[10, 7],
	] as const;
	return {
		caption: `If buyers answer sooner or later: mean estimate, coverage and power at 50 orders a day, +2 per 100, 60 days, of ${inThousands(WORLDS_WITH_EFFECT)} worlds`,
		header: [
			'feedback comes',
			...designs.map(([blockDays, responseDays]) => `blocks of ${blockDays}, ${responseDays} days`),
		],
		rows: kinds.map(([name, shares]) => [
			name,
			...designs.map(([blockDays, responseDays]) => {
				const world = { ...usual, effect: 0.02, blockDays, delays: shares };
				const seen = survey(world, WORLDS_WITH_EFFECT, LATER, responseDays);
				return `${seen.mean}, ${seen.covered}, ${seen.found}`;
			}),
		]),
	};
}

/** Whether a test that runs for as long as was said after 30 days finds the effect in 80% of worlds. */
function daysStillNeeded(): Table {
	const effect = 0.02;
	const decision = { effectToDetect: effect, confidence: 0.95 } as const;
	return {
		caption: `Days needed in all, as stated after 30 days, and how often a test of that length finds +2 per 100, of ${inThousands(WORLDS_WITH_EFFECT)} worlds`,
		header: ['orders a day', 'days needed (median)', 'middle half of the worlds', 'found'],
		rows: [10, 20, 50].map((orders) => {
			const stated = Array.from({ length: WORLDS_WITH_EFFECT }, (_, index) => {
				const world = { ...usual, orders, effect, days: 30 };
				return daysNeeded(measured(LATER + index, world).standardError, 30, decision);
			}).toSorted((a, b) => a - b);
			const at = (share: number): number => stated[Math.floor(share * stated.length)] ?? 0;
			const days = at(0.5);
			return [
				String(orders),
				String(days),
				`${at(0.25)} to ${at(0.75)}`,
				survey({ ...usual, orders, effect, days }, WORLDS_WITH_EFFECT, 2 * LATER).found,
			];
		}),
	};
}

const TABLES = { falseAlarms, coverage, power, blockLength, delays, daysStillNeeded };

/** @param only the names of some tables; all by default, which takes some minutes */
export function runAlone(only: readonly string[]): void {
	for (const [name, table] of Object.entries(TABLES)) {
		if (only.length === 0 || only.includes(name)) console.log(`\n${renderTable(table())}`);
	}
	console.log(`\nThe operation itself gives no verdict below ${LEAST_FEEDBACK} feedback entries.`);
}
