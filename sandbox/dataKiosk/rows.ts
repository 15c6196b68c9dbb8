import { Random } from '../random';
import { asinFigures } from '../traffic/byAsin';
import { dateFigures } from '../traffic/byDate';
import { add, daysByPeriod, uncounted, type CountedDay } from '../traffic/counted';
import { trafficOfPart, type Part } from '../traffic/parts';
import { daysBefore, endOfPeriod, oldestDay, shorten, widen } from '../traffic/periods';
import { localDay } from '../world/build';
import type { Asked, AskedByAsin, AskedByDate } from './asked';
import type { Habits } from '../habits';
import type { SandboxSettings } from '../settings';
import type { Twins } from './schema';
import type { DayRange } from '../traffic/periods';
import type { MarketplaceWorld, Seller } from '../world/types';

/** What the rows of a query depend on besides the query. */
export interface Circumstances {
	readonly seller: Seller;
	readonly settings: SandboxSettings;
	readonly habits: Habits;
	readonly now: number;
}

/** The query ends FATAL with this text. */
export class QueryFailure extends Error {}

export type Row = Readonly<Record<string, unknown>> & {
	readonly sales: Twins;
	readonly traffic: Twins;
};

/** The seller's marketplaces among those requested; others are refused or have no rows. */
function placesOf(asked: Asked, { seller, settings }: Circumstances) {
	if (settings.kioskForeignMarketplace === 'fatal' && hasForeignMarketplace(asked, seller)) {
		throw new QueryFailure('The seller does not sell in a requested marketplace.');
	}
	return seller.marketplaces.filter(({ marketplace }) =>
		asked.marketplaceIds.includes(marketplace.id),
	);
}

/** Whether the query names a marketplace in which the seller does not sell. */
export const hasForeignMarketplace = (
	{ marketplaceIds }: Asked,
	{ marketplaces }: Seller,
): boolean =>
	marketplaceIds.some((id) => !marketplaces.some(({ marketplace }) => marketplace.id === id));

/** Whether the query starts more than two years ago, in one of its marketplaces. */
export const isTooOld = (asked: Asked, { seller, now }: Pick<Circumstances, 'seller' | 'now'>) =>
	seller.marketplaces
		.filter(({ marketplace }) => asked.marketplaceIds.includes(marketplace.id))
		.some(({ marketplace }) => asked.startDate < oldestDay(localDay(now, marketplace)));

function checkDates(asked: Asked, circumstances: Circumstances): void {
	if (asked.startDate > asked.endDate) {
		throw new QueryFailure('The start date must not be after the end date.');
	}
	if (circumstances.settings.kioskTooOld === 'fatal' && isTooOld(asked, circumstances)) {
		throw new QueryFailure('The start date is more than two years ago.');
	}
}

/** The range with data: nothing after the last day that has any. */
function untilLastDay(
	{ from, to }: DayRange,
	place: MarketplaceWorld,
	circumstances: Circumstances,
) {
	const { settings, now } = circumstances;
	const lastDay = daysBefore(localDay(now, place.marketplace), settings.trafficLagDays);
	return { from, to: to < lastDay ? to : lastDay };
}

/** Which days are shown as zeros although they are not. */
function falseZerosOf(
	place: MarketplaceWorld,
	{ settings, habits, now }: Circumstances,
): (date: string) => boolean {
	const today = localDay(now, place.marketplace);
	const oldest = oldestDay(today);
	const lastTrue = daysBefore(today, settings.kioskFalseZeroDays);
	return (date) => date < oldest || (habits.kioskFalseZeros && date > lastTrue);
}

const hasTwins = ({ seller, habits }: Circumstances): boolean =>
	seller.isB2bSeller || !habits.kioskNullB2b;

/** Makes a value when it is first needed, because few queries select fields of business buyers. */
function once<T>(make: () => T): () => T {
	let made: { readonly value: T } | undefined;
	return () => (made ??= { value: make() }).value;
}

function datesOf(place: MarketplaceWorld, asked: AskedByDate, circumstances: Circumstances): Row[] {
	const { settings, habits, now } = circumstances;
	const { aggregateBy } = asked;
	const wanted = { from: asked.startDate, to: asked.endDate };
	const whole = (habits.kioskWidenedWeeks ? widen : shorten)(wanted, aggregateBy);
	const range = untilLastDay(whole, place, circumstances);
	if (range.from > range.to) return [];
	const periodsOf = (part: Part) =>
		daysByPeriod(place, trafficOfPart(place, part), range, aggregateBy, habits, now);
	const isZero = falseZerosOf(place, circumstances);
	const figuresOf = (date: string, days: readonly CountedDay[], part: Part) => {
		const shown =
			days.length === 0 && isZero(date)
				? [uncounted(date)]
				: days.map((day) => (isZero(day.date) ? uncounted(day.date) : day));
		return dateFigures(date, add(shown), place, settings, part);
	};
	const business = once(() => periodsOf('business'));
	return [...periodsOf('all')].map(([date, days]) => {
		const { sales, traffic } = figuresOf(date, days, 'all');
		const twins = once(() =>
			hasTwins(circumstances) ? figuresOf(date, business().get(date) ?? [], 'business') : undefined,
		);
		return {
			marketplaceId: place.marketplace.id,
			startDate: date,
			endDate: endOfPeriod(date, aggregateBy),
			sales: { all: sales, business: () => twins()?.sales },
			traffic: { all: traffic, business: () => twins()?.traffic },
		};
	});
}

function asinsOf(place: MarketplaceWorld, asked: AskedByAsin, circumstances: Circumstances): Row[] {
	const { startDate, endDate, aggregateBy } = asked;
	const range = untilLastDay({ from: startDate, to: endDate }, place, circumstances);
	if (range.from > range.to || circumstances.habits.emptyAsins) return [];
	const business = once(() =>
		hasTwins(circumstances) ? asinFigures(place, range, 'business') : [],
	);
	return asinFigures(place, range).map(({ product, sales, traffic }, index) => ({
		marketplaceId: place.marketplace.id,
		startDate,
		endDate,
		parentAsin: product.asin,
		childAsin: aggregateBy === 'PARENT' ? null : product.asin,
		sku: aggregateBy === 'SKU' ? product.sku : null,
		sales: { all: sales, business: () => business()[index]?.sales },
		traffic: { all: traffic, business: () => business()[index]?.traffic },
	}));
}

/** Amazon promises no order of the rows. */
function inOrder(rows: readonly Row[], { habits }: Circumstances): Row[] {
	if (!habits.kioskShuffledRows) return [...rows];
	const random = new Random('kioskShuffledRows');
	return rows
		.map((row) => [random.next(), row] as const)
		.sort(([a], [b]) => a - b)
		.map(([, row]) => row);
}

/** The elements of the list that the query selects. */
export function rowsOf(asked: Asked, circumstances: Circumstances): Row[] {
	checkDates(asked, circumstances);
	const rows = placesOf(asked, circumstances).flatMap((place) =>
		asked.field === 'salesAndTrafficByDate'
			? datesOf(place, asked, circumstances)
			: asinsOf(place, asked, circumstances),
	);
	return inOrder(rows, circumstances);
}
