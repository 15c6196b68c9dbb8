import { asinFigures } from '../traffic/byAsin';
import { dateFigures, type DateFigures } from '../traffic/byDate';
import { add, daysByPeriod, isSo } from '../traffic/counted';
import { Remembered } from '../traffic/remembered';
import {
	widen,
	type AsinGranularity,
	type DateGranularity,
	type DayRange,
} from '../traffic/periods';
import type { Habits } from '../habits';
import type { SandboxSettings } from '../settings';
import type { MarketplaceWorld } from '../world/types';
import type { ReportFile } from './textFile';

export interface TrafficRequest {
	/** First and last requested calendar day, `2026-11-20`. */
	readonly from: string;
	readonly to: string;
	readonly dateGranularity: DateGranularity;
	readonly asinGranularity: AsinGranularity;
	/** The last day the marketplace has data for. */
	readonly lastDay: string;
}

/** One period of the report, with null for figures that were not counted. */
function describePeriod(
	date: string,
	{ sales, traffic }: DateFigures,
	place: MarketplaceWorld,
	habits: Habits,
): Record<string, unknown> {
	return {
		date,
		salesByDate: sales,
		trafficByDate: {
			...traffic,
			...(habits.nullFigures && isSo('offers', place, date, 0.2)
				? { averageOfferCount: null, averageParentItems: null, buyBoxPercentage: null }
				: {}),
			...(habits.nullFigures && traffic.sessions === 0
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

/** The report has fewer figures by ASIN than Data Kiosk. */
function describeAsins(place: MarketplaceWorld, range: DayRange, detail: AsinGranularity) {
	return asinFigures(place, range).map(({ product, sales, traffic }) => ({
		parentAsin: product.asin,
		...(detail === 'PARENT' ? {} : { childAsin: product.asin }),
		...(detail === 'SKU' ? { sku: product.sku } : {}),
		salesByAsin: {
			unitsOrdered: sales.unitsOrdered,
			orderedProductSales: sales.orderedProductSales,
			totalOrderItems: sales.totalOrderItems,
		},
		trafficByAsin: traffic,
	}));
}

const files = new Remembered<ReportFile | undefined>();

/** Writes GET_SALES_AND_TRAFFIC_REPORT; undefined if the range has no day with data. */
export function writeTrafficFile(
	place: MarketplaceWorld,
	request: TrafficRequest,
	settings: SandboxSettings,
	habits: Habits,
	now: number,
): ReportFile | undefined {
	return files.of([place], [request, settings, habits], now, () =>
		newTrafficFile(place, request, settings, habits, now),
	);
}

function newTrafficFile(
	place: MarketplaceWorld,
	request: TrafficRequest,
	settings: SandboxSettings,
	habits: Habits,
	now: number,
): ReportFile | undefined {
	const { dateGranularity, asinGranularity, lastDay } = request;
	const wanted = widen(request, dateGranularity);
	const range = { from: wanted.from, to: wanted.to < lastDay ? wanted.to : lastDay };
	if (range.from > range.to) return undefined;
	const periods = daysByPeriod(place, place.traffic, range, dateGranularity, habits, now);
	const report = {
		reportSpecification: {
			reportType: 'GET_SALES_AND_TRAFFIC_REPORT',
			reportOptions: { dateGranularity, asinGranularity },
			dataStartTime: request.from,
			dataEndTime: request.to,
			marketplaceIds: [place.marketplace.id],
		},
		salesAndTrafficByDate: [...periods].map(([date, days]) =>
			describePeriod(date, dateFigures(date, add(days), place, settings), place, habits),
		),
		salesAndTrafficByAsin: habits.emptyAsins ? [] : describeAsins(place, range, asinGranularity),
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
