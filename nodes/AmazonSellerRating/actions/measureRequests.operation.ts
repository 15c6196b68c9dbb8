import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { dayNumber, isoDay, plusDays, todayIn } from '../../shared/domain/calendar';
import type { Marketplace } from '../../shared/domain/marketplaces';
import { ifAdded, optionsCollection } from '../../shared/n8n/commonParameters';
import { hint } from '../../shared/n8n/hints';
import type { ItemSeller } from '../../shared/n8n/itemSeller';
import { resolveMarketplace } from '../../shared/n8n/marketplaceParameter';
import { readParameters } from '../../shared/n8n/parameters';
import { ItemWithFiles } from '../../shared/n8n/router';
import { sellerParameter } from '../../shared/n8n/sellerParameter';
import { toNodeError } from '../../shared/n8n/toNodeError';
import type { SpApiClient } from '../../shared/spapi/client';
import { primaryMarketplaceOf } from '../../shared/spapi/endpoints';
import { SpApiFailure } from '../../shared/spapi/failure';
import { inTurns } from '../../shared/spapi/pause';
import { DEFAULT_OPTIONS, type Effect } from '../analysis/requestEffect';
import type { DelayComparison } from '../analysis/requestEffectDelay';
import { lastDayOf, type SentRequest } from '../analysis/requestEffectLedger';
import {
	reportRequests,
	type PeriodCounts,
	type ReportSettings,
	type RequestReport,
} from '../analysis/requestEffectReport';
import { delayInWords, summaryOf } from '../analysis/requestEffectWords';
import type { RequestEffectPicture } from '../chart/requestEffect';
import { fetchAmazonReports, reportsOptions, reportsOptionsSchema } from '../sources/amazonReports';
import { daysOfLists, daysOfReports, type FeedbackDays } from '../sources/feedbackDays';
import { readLedger, type RequestLedger } from '../sources/requestLedger';
import { fileFieldName } from './fileFieldName';
import {
	pictureFormatOption,
	pictureShape,
	picturesOf,
	themeOption,
	widthOption,
} from './pictureFiles';

const fromAmazon = { show: { feedbackFrom: ['amazonReports'] } };
const fromLists = { show: { feedbackFrom: ['lists'] } };

/** Data Kiosk and the report have two years. */
const MOST_DAYS = 730;

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { operation: ['measureRequests'] } },
	[
		{
			displayName:
				"Takes the ledger of 'Review Request: Send' and compares the feedback of each day with the requests, by the draws of a pulse test ('Plan' has it as an option). Returns one item per marketplace.",
			name: 'measureNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Feedback From',
			name: 'feedbackFrom',
			type: 'options',
			default: 'amazonReports',
			options: [
				{
					name: "Amazon's Reports",
					value: 'amazonReports',
					description:
						'Daily totals (Data Kiosk or the Sales and Traffic report) and the feedback report',
				},
				{
					name: 'Lists',
					value: 'lists',
					description: 'Daily totals and 1 to 3 star feedback that you already have',
				},
			],
			description: 'Where the feedback of each day comes from',
		},
		// The node shows its credential by these.
		{
			displayName: 'Sources',
			name: 'sources',
			type: 'hidden',
			default: ['amazonReports'],
			displayOptions: fromAmazon,
		},
		{
			displayName: 'Sources',
			name: 'sources',
			type: 'hidden',
			default: ['items'],
			displayOptions: fromLists,
		},
		{ ...sellerParameter, displayOptions: fromAmazon },
		{
			displayName: 'Daily Totals',
			name: 'dailyTotals',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			required: true,
			placeholder: "e.g. {{ $('Get Totals').all() }}",
			displayOptions: fromLists,
			description:
				'A list with one row per day: date, received (feedback entries with any stars) and, if known, nonPositive (those with 1 to 3 stars)',
		},
		{
			displayName: '1 to 3 Star Feedback',
			name: 'lowFeedback',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			placeholder: "e.g. {{ $('Get Feedback').all() }}",
			displayOptions: fromLists,
			description:
				"A list of feedback with orderId, date and rating, such as the items of 'Feedback: Get Many'",
		},
		{
			displayName: 'Effect to Detect (per 100 Requests)',
			name: 'effectToDetect',
			type: 'number',
			default: 2,
			typeOptions: { minValue: 0.1, maxValue: 100 },
			description:
				'How many more feedback entries per 100 requests are worth the requests; the days still needed depend on it',
		},
		{
			displayName: 'Days to Use',
			name: 'days',
			type: 'number',
			default: 365,
			typeOptions: { minValue: 7, maxValue: MOST_DAYS, numberPrecision: 0 },
			description:
				'How many of the latest days to use; of these, the test uses those since its start',
		},
		{
			displayName: 'Format',
			name: 'format',
			type: 'options',
			default: 'items',
			options: [
				{ name: 'Items', value: 'items' },
				{ name: 'Items and Picture', value: 'picture' },
			],
			description:
				'Whether each item also has a picture: requests and feedback of each day, and the effect with its interval',
		},
		{
			displayName: 'Put Output File in Field',
			name: 'binaryField',
			type: 'string',
			default: 'chart',
			displayOptions: { show: { format: ['picture'] } },
			hint: 'The name of the output field for the picture. To view it here, open the output, select Binary, then Download.',
			description:
				'The picture has requests and feedback per day, and the effect with its interval',
		},
		optionsCollection(
			...reportsOptions.map(
				(option): INodeProperties => ({
					...option,
					displayOptions:
						option.name === 'daysUntilSettled'
							? undefined
							: { show: { '/feedbackFrom': ['amazonReports'] } },
				}),
			),
			{
				displayName: 'Days per Block',
				name: 'blockDays',
				type: 'number',
				default: 5,
				displayOptions: ifAdded('seed'),
				typeOptions: { minValue: 2, maxValue: 14, numberPrecision: 0 },
				description:
					"The same as in 'Plan'. Only used with a seed, for ledgers without the pulse columns.",
			},
			pictureFormatOption,
			{
				displayName: 'Response Days',
				name: 'responseDays',
				type: 'number',
				default: 4,
				typeOptions: { minValue: 1, maxValue: 14, numberPrecision: 0 },
				description:
					'On how many days, from its own on, a request is assumed to bring feedback. Later feedback is not attributed to it.',
			},
			{
				displayName: 'Seed',
				name: 'seed',
				type: 'string',
				default: '',
				description:
					"The same as in 'Plan'. Only needed if the ledger does not have the pulse columns.",
			},
			themeOption,
			widthOption,
		),
	],
);

const schema = z.object({
	feedbackFrom: z.enum(['amazonReports', 'lists']),
	dailyTotals: z.unknown(),
	lowFeedback: z.unknown(),
	effectToDetect: z.number().min(0.1).max(100).default(2),
	days: z.number().int().min(7).max(MOST_DAYS).default(365),
	format: z.enum(['items', 'picture']).default('items'),
	binaryField: fileFieldName.default('chart'),
	options: reportsOptionsSchema.extend({
		...pictureShape,
		blockDays: z.number().int().min(2).max(14).default(5),
		responseDays: z.number().int().min(1).max(14).default(DEFAULT_OPTIONS.responseDays),
		seed: z.string().trim().default(''),
	}),
});

type Wanted = z.infer<typeof schema>;

/**
 * Measures how much feedback the requests of a ledger bring. All input items together are the
 * ledger; each of its marketplaces becomes an item, also one that could not be read.
 * @throws NodeOperationError if no item is an accepted request, none is of the credential's region,
 *   none can be read, or several sellers would be counted as one
 */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<Array<IDataObject | ItemWithFiles>> {
	const wanted = readParameters(this, itemIndex, schema, description);
	const client = wanted.feedbackFrom === 'amazonReports' ? await seller.connect() : undefined;
	const ledger = await inTurns(readLedger(this.getInputData(), client?.sellerName));
	if (ledger.requests.size === 0) {
		throw new NodeOperationError(
			this.getNode(),
			'Could not measure requests: no input item is an accepted request',
			{
				itemIndex,
				description:
					"Connect the rows that 'Review Request: Send' returned, with orderId, marketplaceId, outcome and at.",
			},
		);
	}
	if (ledger.sellers.size > 1) {
		throw new NodeOperationError(
			this.getNode(),
			'Could not measure requests: the rows are of several sellers, and the feedback of one',
			{ itemIndex, description: 'Pass on the rows of one seller, or choose the seller.' },
		);
	}
	const places = [...ledger.requests.keys()];
	const readable = client === undefined ? places : readableBy(this, client, places, itemIndex);
	const left = ledgerNotes(ledger, places.length - readable.length);
	if (left.length > 0) hint(this, left.join('. '));
	const read = async (place: Marketplace): Promise<FeedbackDays> =>
		await readDays(this, client, place, wanted);
	// At the same time: Amazon prepares all reports at once, and the client keeps its limits.
	const readings = await Promise.allSettled(readable.map(read));
	throwIfAllFailed(readings);
	const items: Array<IDataObject | ItemWithFiles> = [];
	for (const [index, place] of readable.entries()) {
		const reading = readings[index];
		if (reading === undefined) continue;
		const days = reading.status === 'fulfilled' ? reading.value : NOTHING_READ;
		const requests = ledger.requests.get(place) ?? [];
		const settings = settingsOf(wanted, place);
		const today = dayNumber(todayIn(place));
		const { seed, blockDays } = wanted.options;
		const schedule = seed === '' ? undefined : { seed, blockDays, marketplaceId: place.id };
		const report = await inTurns(reportRequests({ ...days, requests, today, schedule }, settings));
		const item = toItem(report, { place, days, requests, settings, left });
		if (reading.status === 'rejected') {
			items.push({ ...item, ...notRead(this, reading.reason, place, left) });
		} else if (wanted.format === 'items') items.push(item);
		else {
			const picture = pictureOf(report, { place, days, requests, settings, left }, seller.name);
			const { binaryField, options } = wanted;
			// Loads the plotting library.
			const { renderRequestEffect } = await import('../chart/requestEffect');
			const svg = renderRequestEffect(picture, options);
			const files = await picturesOf(
				this,
				svg,
				binaryField,
				'does-asking-pay',
				options.pictureFormat,
			);
			items.push(new ItemWithFiles(item, files));
		}
	}
	return items;
}

/** @throws the first failure if nothing could be read, and a cancellation always */
function throwIfAllFailed(readings: ReadonlyArray<PromiseSettledResult<FeedbackDays>>): void {
	const failures = readings.flatMap((reading): unknown[] =>
		reading.status === 'rejected' ? [reading.reason] : [],
	);
	const canceled = failures.find(
		(failure) => failure instanceof SpApiFailure && failure.kind === 'cancelled',
	);
	if (canceled !== undefined) throw canceled;
	if (failures.length > 0 && failures.length === readings.length) throw failures[0];
}

/** Of a marketplace that could not be read, nothing is known but its requests. */
const NOTHING_READ: FeedbackDays = {
	known: [],
	isSplit: false,
	leftOut: [],
	low: undefined,
	notes: [],
	sources: [],
};

/** What the item of a marketplace says that could not be read; a hint says it, too. */
function notRead(
	context: IExecuteFunctions,
	failure: unknown,
	{ countryCode }: Marketplace,
	left: readonly string[],
): IDataObject {
	const { message } = toNodeError(context.getNode(), failure, 0);
	const summary = `${countryCode} was not measured. ${message}`;
	hint(context, summary, 'warning');
	return {
		verdict: 'notRead',
		summary,
		daysStillNeeded: null,
		decidableOn: null,
		notes: [message, ...left],
	};
}

const settingsOf = (
	{ effectToDetect, options: { responseDays, seed } }: Wanted,
	{ id }: Marketplace,
): ReportSettings => ({
	...DEFAULT_OPTIONS,
	responseDays,
	effectToDetect: effectToDetect / 100,
	seed: `${seed}/${id}`,
});

/** @throws NodeOperationError if none is */
function readableBy(
	context: IExecuteFunctions,
	client: SpApiClient,
	places: readonly Marketplace[],
	itemIndex: number,
): Marketplace[] {
	const { region } = primaryMarketplaceOf(client.credentials);
	const own = places.filter((place) => place.region === region);
	const [first] = places;
	if (own.length === 0 && first) resolveMarketplace(context, client, first.id, itemIndex);
	return own;
}

async function readDays(
	context: IExecuteFunctions,
	client: SpApiClient | undefined,
	place: Marketplace,
	{ days, options, dailyTotals, lowFeedback }: Wanted,
): Promise<FeedbackDays> {
	const today = todayIn(place);
	const from = plusDays(today, 1 - days);
	if (client === undefined) {
		const lists = { totals: dailyTotals, feedback: lowFeedback };
		const settled = plusDays(today, -1 - options.daysUntilSettled);
		const reading = daysOfLists(lists, place, { from, through: today, settled });
		return await inTurns(reading);
	}
	const reports = await fetchAmazonReports(context, client, place, today, days, {
		...options,
	});
	return daysOfReports(reports, place, from, today);
}

/** What of the ledger does not count, in sentences. */
function ledgerNotes(
	{ notSent, ofOthers, repeated, unreadable }: RequestLedger,
	otherRegions: number,
): string[] {
	const rows = (count: number, what: string): string[] =>
		count === 0 ? [] : [`${count} ledger row(s) ${what} are left out`];
	return [
		...rows(notSent, 'without an accepted request'),
		...rows(ofOthers, 'of another seller'),
		...rows(repeated, 'of an order that already has one'),
		...rows(unreadable, 'without an order ID, a marketplace and a time'),
		...(otherRegions === 0
			? []
			: [`${otherRegions} marketplace(s) of another region need their own credential`]),
	];
}

interface Place {
	readonly place: Marketplace;
	readonly days: FeedbackDays;
	readonly requests: readonly SentRequest[];
	readonly settings: ReportSettings;
	readonly left: readonly string[];
}

/** Entries per 100 requests to two decimals, which is more than they are sure to. */
const per100 = (perRequest: number): number => Math.round(10_000 * perRequest) / 100 || 0;

/** An infinite end of an interval is unknown. */
const endPer100 = (value: number): number | null => (Number.isFinite(value) ? per100(value) : null);

const effectItem = (effect: Effect, isSolid: boolean): IDataObject => ({
	per100Requests: per100(effect.perRequest),
	low: isSolid ? endPer100(effect.low) : null,
	high: isSolid ? endPer100(effect.high) : null,
	p: isSolid ? effect.p : null,
});

function toItem(
	report: RequestReport,
	{ place, days, requests, settings, left }: Place,
): IDataObject {
	const { effect, isSolid, found, used, requestsUsed, certain, delay } = report;
	const item = (of: Effect | undefined): IDataObject | null =>
		of === undefined ? null : effectItem(of, isSolid);
	// Without the rows of 1 to 3 stars, all feedback would seem positive.
	const { isSplit } = days;
	const still = report.daysStillNeeded;
	return {
		marketplace: place.countryCode,
		marketplaceId: place.id,
		verdict: report.verdict,
		summary: summaryOf(report, settings),
		effect: item(effect?.all),
		positive: isSplit ? item(effect?.positive) : null,
		nonPositive: isSplit ? item(effect?.nonPositive) : null,
		confidencePercent: Math.round(100 * settings.confidence),
		effectToDetectPer100: per100(settings.effectToDetect),
		requests: {
			inLedger: requests.length,
			used: requestsUsed,
			moved: found?.moved ?? 0,
			forced: found?.forced ?? 0,
		},
		extraFeedback: effect
			? {
					entries: Math.round(effect.all.perRequest * requestsUsed),
					positive: isSplit ? Math.round(effect.positive.perRequest * requestsUsed) : null,
				}
			: null,
		nonPositivePercent: isSplit && used ? percent(used.nonPositive, used.received) : null,
		pulseTest: found
			? {
					from: isoDay(found.test.firstDay),
					through: isoDay(lastDayOf(found.test)),
					daysPerBlock: found.test.blockDays,
					blocks: report.blocks,
				}
			: null,
		days: { ...(used && periodItem(used, isSplit)), leftOut: [...days.leftOut] },
		daysStillNeeded: still,
		decidableOn: still === null || still === 0 ? null : plusDays(todayIn(place), still),
		certain: certain ? { ...certain, orderIds: [...certain.orderIds] } : null,
		delay: delay ? delayItem(delay) : null,
		counts: {
			beforeFirstRequest: report.before ? periodItem(report.before, isSplit) : null,
			sinceFirstRequest: report.since ? periodItem(report.since, isSplit) : null,
		},
		notes: [...report.lacking, ...left, ...days.notes],
		sources: [...days.sources],
	};
}

function pictureOf(
	report: RequestReport,
	{ place, days, requests, settings }: Place,
	seller: string | null | undefined,
): RequestEffectPicture {
	const { effect, isSolid, used } = report;
	const sent = new Map<number, number>();
	for (const { day } of requests) sent.set(day, (sent.get(day) ?? 0) + 1);
	const known = new Map(days.known.map((each) => [each.day, each.positive + each.nonPositive]));
	const [from, through] = used ? [used.from, used.through] : [0, -1];
	const all = effect?.all;
	const isFinite = all !== undefined && Number.isFinite(all.low) && Number.isFinite(all.high);
	return {
		title: 'Does asking pay?',
		marketplace: place.domain,
		seller: seller ?? undefined,
		days: Array.from({ length: through - from + 1 }, (_, index) => ({
			date: isoDay(from + index),
			requests: sent.get(from + index) ?? 0,
			received: known.get(from + index),
		})),
		effect:
			isSolid && isFinite
				? {
						per100: per100(all.perRequest),
						low: per100(all.low),
						high: per100(all.high),
					}
				: undefined,
		effectToDetect: per100(settings.effectToDetect),
		confidencePercent: Math.round(100 * settings.confidence),
		summary: summaryOf(report, settings),
		notes: [...report.lacking, ...days.notes].map((note) => `${note}.`),
	};
}

const percent = (part: number, all: number): number | null =>
	all === 0 ? null : (100 * part) / all;

const periodItem = (period: PeriodCounts, isSplit: boolean): IDataObject => ({
	from: isoDay(period.from),
	through: isoDay(period.through),
	days: period.days,
	received: period.received,
	nonPositive: isSplit ? period.nonPositive : null,
	receivedPerDay: Math.round((100 * period.received) / period.days) / 100,
});

const delayItem = (delay: DelayComparison): IDataObject => ({
	verdict: delay.verdict,
	summary: delayInWords(delay),
	p: delay.p,
	shorter: { ...delay.shorter },
	longer: { ...delay.longer },
});
