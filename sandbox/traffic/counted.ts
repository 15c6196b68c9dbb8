import { Random } from '../random';
import { eachDay, emptyDay } from '../world/traffic';
import { Zone } from '../world/zone';
import { periodOf, type DateGranularity, type DayRange } from './periods';
import type { Habits } from '../habits';
import type { DailyTraffic, MarketplaceWorld } from '../world/types';

/** A day as far as Amazon has counted it. */
export interface CountedDay extends DailyTraffic {
	/** Orders whose visits are counted; undefined if none are counted yet. */
	readonly viewedOrders: number | undefined;
}
/** The figures of one or several days. */
export type Numbers = Omit<CountedDay, 'date'>;

const HOUR = 3_600_000;
const SETTLED_HOURS = 72;
const WEEK_HOURS = 168;

/** A day without any counted figures. */
export const uncounted = (date: string): CountedDay => ({
	...emptyDay(date),
	viewedOrders: undefined,
});

/**
 * A day's figures at a moment: after its end the sales appear first, then the visits, then the
 * rest.
 */
function counted(
	day: DailyTraffic,
	place: MarketplaceWorld,
	now: number,
	habits: Habits,
): CountedDay {
	const whole = { ...day, viewedOrders: day.orders };
	if (!habits.unsettledDays && !habits.unsettledWeek) return whole;
	const hours = (now - Zone.of(place.marketplace.timeZone).at(day.date, 1)) / HOUR;
	if (hours >= (habits.unsettledWeek ? WEEK_HOURS : SETTLED_HOURS)) return whole;
	const none = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
	if (hours < 24) return uncounted(day.date);
	if (hours < 48) return { ...whole, feedback: none, viewedOrders: undefined };
	const half = Object.fromEntries(
		Object.entries(day.feedback).map(([stars, count]) => [stars, Math.floor(count / 2)]),
	) as DailyTraffic['feedback'];
	return { ...whole, feedback: half };
}

/** Whether something is true for this day: always the same for one day. */
export const isSo = (
	what: string,
	place: MarketplaceWorld,
	date: string,
	probability: number,
): boolean => new Random(`${place.marketplace.id}/${date}/${what}`).chance(probability);

/**
 * The counted days of each period, by the period's first day. Days that stay missing are left out.
 *
 * @param traffic the days of the place, or of some of its orders
 */
export function daysByPeriod(
	place: MarketplaceWorld,
	traffic: readonly DailyTraffic[],
	{ from, to }: DayRange,
	granularity: DateGranularity,
	habits: Habits,
	now: number,
): Map<string, CountedDay[]> {
	const byDate = new Map(traffic.map((day) => [day.date, day]));
	const periods = new Map<string, CountedDay[]>();
	for (const date of eachDay(from, to)) {
		if (habits.absentDays && isSo('absent', place, date, 0.03)) continue;
		const period = periodOf(date, granularity);
		const day = byDate.get(date);
		const days = day ? [counted(day, place, now, habits)] : [];
		periods.set(period, [...(periods.get(period) ?? []), ...days]);
	}
	return periods;
}

/** The sum of several days. */
export function add(days: readonly CountedDay[]): Numbers {
	const sum = (pick: (day: CountedDay) => number) =>
		days.reduce((total, day) => total + pick(day), 0);
	const viewed = days.filter(({ viewedOrders }) => viewedOrders !== undefined);
	return {
		viewedOrders:
			viewed.length < days.length && viewed.length === 0
				? undefined
				: sum((day) => day.viewedOrders ?? 0),
		orders: sum((day) => day.orders),
		orderItems: sum((day) => day.orderItems),
		units: sum((day) => day.units),
		sales: sum((day) => day.sales),
		unitsRefunded: sum((day) => day.unitsRefunded),
		ordersShipped: sum((day) => day.ordersShipped),
		unitsShipped: sum((day) => day.unitsShipped),
		salesShipped: sum((day) => day.salesShipped),
		claimsGranted: sum((day) => day.claimsGranted),
		claimsAmount: sum((day) => day.claimsAmount),
		feedback: {
			1: sum((day) => day.feedback[1]),
			2: sum((day) => day.feedback[2]),
			3: sum((day) => day.feedback[3]),
			4: sum((day) => day.feedback[4]),
			5: sum((day) => day.feedback[5]),
		},
	};
}
