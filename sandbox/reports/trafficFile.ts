import { DateTime } from 'luxon';
import { Random } from '../random';
import type { SandboxSettings } from '../settings';
import { localDay, roundMoney } from '../world/build';
import { eachDay, unitsOf } from '../world/traffic';
import type { DailyTraffic, MarketplaceWorld } from '../world/types';
import type { ReportFile } from './textFile';

export type DateGranularity = 'DAY' | 'WEEK' | 'MONTH';
export type AsinGranularity = 'PARENT' | 'CHILD' | 'SKU';

export interface TrafficRequest {
	/** First and last calendar day wanted, `2026-11-20`. */
	readonly from: string;
	readonly to: string;
	readonly dateGranularity: DateGranularity;
	readonly asinGranularity: AsinGranularity;
	/** The last day the marketplace has data for. */
	readonly lastDay: string;
}

/** The first day of the period a day belongs to; weeks run from Sunday to Saturday. */
export function periodOf(date: string, granularity: DateGranularity): string {
	const day = DateTime.fromISO(date, { zone: 'utc' });
	if (granularity === 'MONTH') return day.startOf('month').toISODate() ?? '';
	if (granularity === 'WEEK') return day.minus({ days: day.weekday % 7 }).toISODate() ?? '';
	return date;
}

/** Week and month ranges are widened to whole periods. */
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

type Numbers = Omit<DailyTraffic, 'date'>;

function add(days: readonly DailyTraffic[]): Numbers {
	const sum = (pick: (day: DailyTraffic) => number) =>
		days.reduce((total, day) => total + pick(day), 0);
	return {
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
	// Page views are no part of the world; they only have to look plausible and stay the same.
	const random = new Random(`${place.marketplace.id}/${date}`);
	const sessions = numbers.orders * random.integer(8, 14) + random.integer(20, 60);
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

/** Writes GET_SALES_AND_TRAFFIC_REPORT; undefined when the range holds no day with data. */
export function writeTrafficFile(
	place: MarketplaceWorld,
	request: TrafficRequest,
	settings: SandboxSettings,
): ReportFile | undefined {
	const { dateGranularity, asinGranularity, lastDay } = request;
	const [from, wantedTo] = widen(request.from, request.to, dateGranularity);
	const to = wantedTo < lastDay ? wantedTo : lastDay;
	if (from > to) return undefined;
	const byDate = new Map(place.traffic.map((day) => [day.date, day]));
	const periods = new Map<string, DailyTraffic[]>();
	for (const date of eachDay(from, to)) {
		const period = periodOf(date, dateGranularity);
		const day = byDate.get(date);
		periods.set(period, [...(periods.get(period) ?? []), ...(day ? [day] : [])]);
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
			describePeriod(date, add(days), place, settings),
		),
		salesAndTrafficByAsin: describeAsins(place, from, to, asinGranularity),
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
