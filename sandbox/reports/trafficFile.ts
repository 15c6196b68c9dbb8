import { DateTime } from 'luxon';
import { Random } from '../random';
import type { SandboxSettings } from '../settings';
import { localDay, roundMoney } from '../world/build';
import { eachDay, emptyDay, unitsOf } from '../world/traffic';
import { Zone } from '../world/zone';
import type { Habits } from '../habits';
import type { DailyTraffic, MarketplaceWorld } from '../world/types';
import type { ReportFile } from './textFile';

export type DateGranularity = 'DAY' | 'WEEK' | 'MONTH';
export type AsinGranularity = 'PARENT' | 'CHILD' | 'SKU';

export interface TrafficRequest {
	/** First and last requested calendar day, `2026-11-20`. */
	readonly from: string;
	readonly to: string;
	readonly dateGranularity: DateGranularity;
	readonly asinGranularity: AsinGranularity;
	/** The last day the marketplace has data for. */
	readonly lastDay: string;
}

/** The first day of the period a day belongs to; weeks run from Sunday to Saturday. */
export function periodOf(date: string, granularity: DateGranularity): string {
	if (granularity === 'DAY') return date;
	const day = DateTime.fromISO(date, { zone: 'utc' });
	if (granularity === 'MONTH') return day.startOf('month').toISODate() ?? '';
	return day.minus({ days: day.weekday % 7 }).toISODate() ?? '';
}

/** Extends week and month ranges to whole periods. */
function widen(from: string, to: string, granularity: DateGranularity): [string, string] {
	const last = DateTime.fromISO(to, { zone: 'utc' });
	if (granularity === 'MONTH') {
		return [periodOf(from, 'MONTH'), last.endOf('month').toISODate() ?? to];
	}
	if (granularity === 'WEEK') {
		const start = DateTime.fromISO(periodOf(to, 'WEEK'), { zone: 'utc' });
		return [periodOf(from, 'WEEK'), start.plus({ days: 6 }).toISODate() ?? to];
	}
	return [from, to];
}

const percent = (part: number, whole: number): number =>
	whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100;

/** A day as far as Amazon has counted it. */
interface CountedDay extends DailyTraffic {
	/** Orders whose visits are counted; undefined if none are counted yet. */
	readonly viewedOrders: number | undefined;
}
type Numbers = Omit<CountedDay, 'date'>;

const HOUR = 3_600_000;
const SETTLED_HOURS = 72;
const WEEK_HOURS = 168;

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
	if (hours < 24) return { ...emptyDay(day.date), viewedOrders: undefined };
	if (hours < 48) return { ...whole, feedback: none, viewedOrders: undefined };
	const half = Object.fromEntries(
		Object.entries(day.feedback).map(([stars, count]) => [stars, Math.floor(count / 2)]),
	) as DailyTraffic['feedback'];
	return { ...whole, feedback: half };
}

/** Whether something is true for this day: always the same for one day. */
const isSo = (what: string, place: MarketplaceWorld, date: string, probability: number): boolean =>
	new Random(`${place.marketplace.id}/${date}/${what}`).chance(probability);

/** Null for figures that were not counted. */
function withNulls(
	period: ReturnType<typeof describePeriod>,
	place: MarketplaceWorld,
	habits: Habits,
): Record<string, unknown> {
	const { date, trafficByDate } = period;
	const bare = trafficByDate.sessions === 0;
	return {
		...period,
		trafficByDate: {
			...trafficByDate,
			...(habits.nullFigures && isSo('offers', place, date, 0.2)
				? { averageOfferCount: null, averageParentItems: null, buyBoxPercentage: null }
				: {}),
			...(habits.nullFigures && bare
				? { orderItemSessionPercentage: null, unitSessionPercentage: null }
				: {}),
			...(habits.nullFeedbackFigures && isSo('feedback', place, date, 0.03)
				? {
						feedbackReceived: null,
						negativeFeedbackReceived: null,
						receivedNegativeFeedbackRate: null,
					}
				: {}),
		},
	};
}

function add(days: readonly CountedDay[]): Numbers {
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
		feedback: {
			1: sum((day) => day.feedback[1]),
			2: sum((day) => day.feedback[2]),
			3: sum((day) => day.feedback[3]),
			4: sum((day) => day.feedback[4]),
			5: sum((day) => day.feedback[5]),
		},
	};
}

function describePeriod(
	date: string,
	numbers: Numbers,
	place: MarketplaceWorld,
	settings: SandboxSettings,
) {
	const { currency } = place.marketplace;
	const amount = (value: number) => ({
		amount: roundMoney(value, currency),
		currencyCode: currency,
	});
	const each = (part: number, count: number) => (count === 0 ? 0 : part / count);
	const { feedback } = numbers;
	const feedbackReceived = feedback[1] + feedback[2] + feedback[3] + feedback[4] + feedback[5];
	const negative = feedback[1] + feedback[2] + (settings.negativeIncludesNeutral ? feedback[3] : 0);
	// Page views are not part of the world; they only have to look plausible and stay the same.
	const random = new Random(`${place.marketplace.id}/${date}`);
	const drawn = (numbers.viewedOrders ?? 0) * random.integer(8, 14) + random.integer(20, 60);
	const sessions = numbers.viewedOrders === undefined ? 0 : drawn;
	const mobile = Math.floor(sessions * 0.4);
	const pageViews = Math.floor(sessions * 1.4);
	const mobileViews = Math.floor(pageViews * 0.4);
	return {
		date,
		salesByDate: {
			orderedProductSales: amount(numbers.sales),
			unitsOrdered: numbers.units,
			totalOrderItems: numbers.orderItems,
			averageSalesPerOrderItem: amount(each(numbers.sales, numbers.orderItems)),
			averageUnitsPerOrderItem: Math.round(each(numbers.units, numbers.orderItems) * 100) / 100,
			averageSellingPrice: amount(each(numbers.sales, numbers.units)),
			unitsRefunded: numbers.unitsRefunded,
			refundRate: percent(numbers.unitsRefunded, numbers.units),
			claimsGranted: 0,
			claimsAmount: amount(0),
			shippedProductSales: amount(numbers.salesShipped),
			unitsShipped: numbers.unitsShipped,
			ordersShipped: numbers.ordersShipped,
		},
		trafficByDate: {
			browserPageViews: pageViews - mobileViews,
			mobileAppPageViews: mobileViews,
			pageViews,
			browserSessions: sessions - mobile,
			mobileAppSessions: mobile,
			sessions,
			buyBoxPercentage: 90 + random.integer(0, 999) / 100,
			orderItemSessionPercentage: percent(numbers.orderItems, sessions),
			unitSessionPercentage: percent(numbers.units, sessions),
			averageOfferCount: place.products.length,
			averageParentItems: place.products.length,
			feedbackReceived,
			negativeFeedbackReceived: negative,
			// Amazon's text says "divided by the number of orders", its example divides by feedback.
			receivedNegativeFeedbackRate: percent(negative, feedbackReceived),
		},
	};
}

function describeAsins(place: MarketplaceWorld, from: string, to: string, detail: AsinGranularity) {
	const { currency } = place.marketplace;
	const orders = place.orders.filter(({ createdAt }) => {
		const day = localDay(createdAt, place.marketplace);
		return day >= from && day <= to;
	});
	const allUnits = orders.reduce((sum, order) => sum + unitsOf(order), 0);
	return place.products.map((product) => {
		const items = orders.flatMap((order) =>
			order.items.filter((item) => item.product.asin === product.asin),
		);
		const units = items.reduce((sum, { quantity }) => sum + quantity, 0);
		const sessions = units * 11 + 5;
		const mobile = Math.floor(sessions * 0.4);
		const views = Math.floor(sessions * 1.4);
		const share = percent(units, allUnits);
		return {
			parentAsin: product.asin,
			...(detail === 'PARENT' ? {} : { childAsin: product.asin }),
			...(detail === 'SKU' ? { sku: product.sku } : {}),
			salesByAsin: {
				unitsOrdered: units,
				orderedProductSales: {
					amount: roundMoney(units * product.price, currency),
					currencyCode: currency,
				},
				totalOrderItems: items.length,
			},
			trafficByAsin: {
				browserSessions: sessions - mobile,
				mobileAppSessions: mobile,
				sessions,
				browserSessionPercentage: share,
				mobileAppSessionPercentage: share,
				sessionPercentage: share,
				browserPageViews: views - Math.floor(views * 0.4),
				mobileAppPageViews: Math.floor(views * 0.4),
				pageViews: views,
				browserPageViewsPercentage: share,
				mobileAppPageViewsPercentage: share,
				pageViewsPercentage: share,
				buyBoxPercentage: 95,
				unitSessionPercentage: percent(units, sessions),
			},
		};
	});
}

/** Writes GET_SALES_AND_TRAFFIC_REPORT; undefined if the range has no day with data. */
export function writeTrafficFile(
	place: MarketplaceWorld,
	request: TrafficRequest,
	settings: SandboxSettings,
	habits: Habits,
	now: number,
): ReportFile | undefined {
	const { dateGranularity, asinGranularity, lastDay } = request;
	const [from, wantedTo] = widen(request.from, request.to, dateGranularity);
	const to = wantedTo < lastDay ? wantedTo : lastDay;
	if (from > to) return undefined;
	const byDate = new Map(place.traffic.map((day) => [day.date, day]));
	const periods = new Map<string, CountedDay[]>();
	for (const date of eachDay(from, to)) {
		const period = periodOf(date, dateGranularity);
		if (habits.absentDays && isSo('absent', place, date, 0.03)) continue;
		const day = byDate.get(date);
		const days = day ? [counted(day, place, now, habits)] : [];
		periods.set(period, [...(periods.get(period) ?? []), ...days]);
	}
	const report = {
		reportSpecification: {
			reportType: 'GET_SALES_AND_TRAFFIC_REPORT',
			reportOptions: { dateGranularity, asinGranularity },
			dataStartTime: request.from,
			dataEndTime: request.to,
			marketplaceIds: [place.marketplace.id],
		},
		salesAndTrafficByDate: [...periods].map(([date, days]) =>
			withNulls(describePeriod(date, add(days), place, settings), place, habits),
		),
		salesAndTrafficByAsin: habits.emptyAsins ? [] : describeAsins(place, from, to, asinGranularity),
	};
	return jsonFile(report);
}

/** A JSON report; the Content-Type of JSON documents is unconfirmed, clients expect text/plain. */
export function jsonFile(report: unknown): ReportFile {
	return {
		bytes: Buffer.from(JSON.stringify(report), 'utf8'),
		contentType: 'text/plain;charset=UTF-8',
		charset: 'utf-8',
	};
}
