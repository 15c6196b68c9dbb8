/**
 * `npm run bench -- causes`: how often Find Causes is wrong if nothing is the cause, and how often it
 * finds one SKU that is, in seeded worlds. Prints the tables of docs/find-causes.md.
 */
import { inOneGo } from '../nodes/shared/domain/steps';
import { judgeCauses, type Cause } from '../nodes/AmazonSellerRating/analysis/causes';
import { CAUSE_SKU, drawWorld, type CauseWorld } from '../test/analysis/causeWorlds';
import { renderTable } from './lib/markdown';
import type { Table } from './lib/section';

const WORLDS = 2_000;
const WORLDS_WITH_A_CAUSE = 500;

/** How many worlds with a cause start after those without one, so that no seed is used twice. */
const LATER = 1_000_000;

const percentOf = (count: number, all: number): string => `${((100 * count) / all).toFixed(1)}%`;
const inThousands = (orders: number): string => orders.toLocaleString('en-US');

const standing = (causes: readonly Cause[]): Cause[] =>
	causes.filter(({ verdict }) => verdict === 'standsOut');

/** What people do without a test: at least twice the rest, and not only once. */
const isSuspect = ({ bad, times = Infinity }: Cause): boolean => bad >= 2 && times >= 2;

const WITHOUT_A_CAUSE: readonly CauseWorld[] = [
	{ orders: 500, rate: 0.01 },
	{ orders: 2_000, rate: 0.01 },
	{ orders: 10_000, rate: 0.01 },
	{ orders: 30_000, rate: 0.01 },
	{ orders: 10_000, rate: 0.003 },
	{ orders: 10_000, rate: 0.01, skus: 400 },
	{ orders: 10_000, rate: 0.01, storms: 5 },
	{ orders: 10_000, rate: 0.01, storms: 15 },
];

function falseDiscoveries(): Table {
	return {
		caption: `Worlds with a false discovery, of ${inThousands(WORLDS)} without a cause`,
		header: [
			'orders',
			'bad per 1,000 orders',
			'SKUs',
			'stands out',
			'"twice the rest, at least two"',
		],
		rows: WITHOUT_A_CAUSE.map((world) => {
			let [wrong, suspected] = [0, 0];
			for (let seed = 0; seed < WORLDS; seed += 1) {
				const causes = inOneGo(judgeCauses(drawWorld(seed, world)));
				if (standing(causes).length > 0) wrong += 1;
				if (causes.some(isSuspect)) suspected += 1;
			}
			const { orders, rate, skus = 40, storms } = world;
			return [
				inThousands(orders),
				`${1_000 * rate}${storms === undefined ? '' : `, ${storms} times as much on one day in ten`}`,
				String(skus),
				percentOf(wrong, WORLDS),
				percentOf(suspected, WORLDS),
			];
		}),
	};
}

const SHARES = [0.05, 0.2];
const TIMES = [2, 3, 4];

function power(): Table {
	return {
		caption: `How often one SKU is found, of ${WORLDS_WITH_A_CAUSE} worlds; the rest has 10 bad per 1,000 orders`,
		header: [
			'orders',
			'share of the SKU',
			...TIMES.map((times) => `× ${times}`),
			'other SKUs among all that stand out, on average',
		],
		rows: [1_000, 3_000, 10_000, 30_000].flatMap((orders) =>
			SHARES.map((share) => {
				let wrong = 0;
				const found = TIMES.map((times) => {
					let count = 0;
					for (let seed = LATER; seed < LATER + WORLDS_WITH_A_CAUSE; seed += 1) {
						const world = { orders, rate: 0.01, cause: { share, times } };
						const causes = standing(inOneGo(judgeCauses(drawWorld(seed, world))));
						const isFound = causes.some(({ group }) => group === CAUSE_SKU);
						if (isFound) count += 1;
						// The false discovery rate: 0 in a world in which nothing stands out.
						wrong += causes.filter(isInnocent).length / Math.max(1, causes.length);
					}
					return percentOf(count, WORLDS_WITH_A_CAUSE);
				});
				const falsely = percentOf(wrong, TIMES.length * WORLDS_WITH_A_CAUSE);
				return [inThousands(orders), `${100 * share}%`, ...found, falsely];
			}),
		),
	};
}

/** Groups of fulfillment and marketplace are left out: the one of the SKU is worse than the rest, too. */
const isInnocent = ({ dimension, group }: Cause): boolean =>
	dimension === 'sku' && group !== CAUSE_SKU;

export function runAlone(): void {
	for (const table of [falseDiscoveries(), power()]) console.log(`\n${renderTable(table)}`);
}
