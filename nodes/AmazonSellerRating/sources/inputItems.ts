import { DateTime } from 'luxon';
import type { IDataObject, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { sentimentOf } from '../../shared/domain/feedbackReport';
import { dayNumber, isIsoDay } from '../../shared/domain/calendar';
import { CountsPerDay, FeedbackSeries } from '../../shared/domain/feedbackSeries';
import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import type { Window, WindowReading } from '../analysis/evaluation';
import { findMarketplace, type Marketplace } from '../../shared/domain/marketplaces';

export const inputItemsParameters: INodeProperties[] = [
	{
		displayName: 'Date Field',
		name: 'dateField',
		type: 'string',
		default: 'date',
		required: true,
		displayOptions: { show: { sources: ['items'] } },
		description: 'The input field with the date of the feedback, e.g. date or feedback.date',
	},
	{
		displayName: 'Rating Field',
		name: 'ratingField',
		type: 'string',
		default: 'rating',
		required: true,
		displayOptions: { show: { sources: ['items'] } },
		description: 'The input field with the stars, 1 to 5',
	},
];

/** The feedback entries of the input items, counted per calendar day. */
export interface ItemsSeries {
	readonly series: FeedbackSeries;
	readonly hasPositives: boolean;
	readonly notes: readonly string[];
}

/**
 * Reads each input item as one feedback entry. An item with a marketplace, as this package outputs
 * them, counts only there; the others count in the main marketplace. A date with a time counts on
 * its day in the marketplace. Items that are not a feedback entry are left out and named.
 */
export function* readItems(
	items: readonly INodeExecutionData[],
	fields: { readonly dateField: string; readonly ratingField: string },
	marketplace: Marketplace,
	isMain = true,
): Steps<ItemsSeries> {
	const unusable: number[] = [];
	const perDay = new CountsPerDay();
	for (const [index, { json }] of items.entries()) {
		if (index % ENTRIES_PER_STEP === ENTRIES_PER_STEP - 1) yield;
		const own = findMarketplace(String(json.marketplaceId ?? json.marketplace ?? ''));
		if (own === undefined ? !isMain : own !== marketplace) continue;
		const date = toDay(valueAt(json, fields.dateField), marketplace);
		const stars = Number(valueAt(json, fields.ratingField));
		if (date === undefined || !Number.isInteger(stars) || stars < 1 || stars > 5) {
			unusable.push(index);
		} else {
			perDay.add({ date, sentiment: sentimentOf(stars) });
		}
	}
	const series = FeedbackSeries.of(perDay.days);
	const shown = unusable.slice(0, 5).join(', ');
	return {
		series,
		hasPositives: series.between(series.firstDay, series.lastDay).positive > 0,
		notes:
			unusable.length === 0
				? []
				: [
						`${unusable.length} input item(s) without a usable '${fields.dateField}' and '${fields.ratingField}' are left out (${shown}${unusable.length > 5 ? ', …' : ''})`,
					],
	};
}

/** Reads a field, or a path such as `feedback.date`. */
const valueAt = (json: IDataObject, path: string): unknown =>
	path
		.split('.')
		.reduce<unknown>((value, key) => (value as IDataObject | null | undefined)?.[key], json);

/** The calendar day of a date or moment in the marketplace; undefined if it is neither. */
export function toDay(value: unknown, { timeZone }: Marketplace): string | undefined {
	// Databases return a Date, expressions a DateTime.
	if (value instanceof Date || DateTime.isDateTime(value)) {
		const moment = value instanceof Date ? DateTime.fromJSDate(value) : value;
		return moment.isValid ? (moment.setZone(timeZone).toISODate() ?? undefined) : undefined;
	}
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
	// Much faster than reading any format; a list may be long.
	if (text.length === 'YYYY-MM-DD'.length) return isIsoDay(text) ? text : undefined;
	const date = DateTime.fromISO(text, { zone: timeZone });
	return date.isValid ? date.toISODate() : undefined;
}

/** The items' counts for a window. */
export function readItemsWindow(
	{ series, hasPositives, notes }: ItemsSeries,
	{ days, to }: Window,
): WindowReading {
	if (!hasPositives) {
		return {
			source: 'items',
			provenance: 'insufficient',
			notes: [
				...notes,
				"The input items contain no feedback with 4 or 5 stars, so no rating can be computed from them; Amazon's feedback report never contains any",
			],
		};
	}
	const last = dayNumber(to);
	const counts =
		days === undefined ? series.between(series.firstDay, last) : series.window(last, days);
	const isShort = days !== undefined && series.firstDay > last - days + 1;
	const startBefore = days === undefined ? undefined : last - 2 * days + 1;
	return {
		source: 'items',
		provenance: 'exact',
		counts,
		countsBefore:
			startBefore !== undefined && days !== undefined && startBefore >= series.firstDay
				? series.window(last - days, days)
				: undefined,
		notes: isShort
			? [...notes, `The input items start on ${series.firstDate}; earlier days count as empty`]
			: notes,
	};
}
