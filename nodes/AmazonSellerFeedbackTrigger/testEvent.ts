import { NodeOperationError, type IDataObject, type IPollFunctions } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { countedRate, type AccountHealth } from '../shared/domain/accountHealth';
import { prepareWords } from '../shared/domain/comments/topics';
import { sentimentOf } from '../shared/domain/feedbackReport';
import type { FeedbackChange } from './watch/feedback';
import { placeInWords, type Marketplace } from '../shared/domain/marketplaces';
import { resolveMarketplace } from '../shared/n8n/marketplaceParameter';
import { readTriggerParameters } from '../shared/n8n/parameters';
import { allOrNone } from '../shared/spapi/allOrNone';
import { SpApiClient } from '../shared/spapi/client';
import { ALL_SELLERS } from '../shared/spapi/credentials';
import { inTurns, pause } from '../shared/spapi/pause';
import { requestReport } from '../shared/spapi/requestReport';
import type { RequestedReport } from '../shared/spapi/report';
import { collectReport, type CollectedReport } from '../shared/spapi/obtainReport';
import { SpApiFailure } from '../shared/spapi/failure';
import { lookAtDailyTotals } from '../shared/spapi/collectDailyTotals';
import type { KioskTotals } from '../shared/spapi/kioskTotals';
import { obtainDailyTotals } from '../shared/spapi/obtainDailyTotals';
import { findFinishedReport } from '../shared/spapi/reports';
import { findDailyTotals } from '../shared/spapi/startDailyTotals';
import { addOrders } from './addOrders';
import { properties } from './description';
import { schema, type TriggerParameters } from './parameters';
import { testSummaryOf, toItem } from './items';
import { dayIn } from '../shared/domain/calendar';
import { isOfTheAccount } from './failures';
import { readQuery, readReport, requestOf } from './reports';
import { isAboutFeedback, isExtra, reportsFor, settingsOf } from './settings';
import { marketplacesOf, ofSeller } from './sellers';
import { advance } from './watch/advance';
import { sharesNow } from './watch/buyBox';
import {
	REPORT_NAMES,
	EVENTS,
	WATCH_EVENTS,
	type FeedbackEvent,
	type Observation,
	type PositivesEvent,
	type RatingNow,
	type ReportKind,
	type WatchEvent,
	type WatchEventName,
} from './watch/events';
import {
	isOfOneTime,
	knownRating,
	missingOfHealth,
	notesOnHealth,
	unknownRating,
} from './watch/figures';
import { startWatch } from './watch/state';

/** How long 'Fetch Test Event' waits for all reports together. */
const LONGEST_WAIT_MS = 40_000;

const CHECK_INTERVAL_MS = 1500;

/** A report requested by an earlier click within this time is used by the next one. */
const SHARED_FOR_MINUTES = 60;

/**
 * What 'Fetch Test Event' shows: one item with real data, for the first chosen event that Amazon's
 * reports have data for. Nothing is stored, and nothing counts as reported.
 * @throws NodeOperationError that says why there is no test event
 */
export async function fetchTestEvent(context: IPollFunctions): Promise<IDataObject> {
	const parameters = readTriggerParameters(context, schema, properties);
	if (isAboutFeedback(parameters)) await inTurns(prepareWords());
	const patience = { waitAtMostMs: LONGEST_WAIT_MS, maxAttempts: 3 };
	// One seller shows what the items of all look like.
	const [client] = (
		parameters.seller === ALL_SELLERS
			? await SpApiClient.connectAll(context, undefined, patience)
			: [await SpApiClient.connect(context, undefined, patience, parameters.seller)]
	) as [SpApiClient];
	const [marketplace = resolveMarketplace(context, client, undefined)] = await marketplacesOf(
		context,
		client,
		parameters,
	);
	const shown: Shown = { problems: [] };
	const searches = await allOrNone(client, (own) =>
		reportsFor(parameters).map(
			async (kind) =>
				await find(context, own, marketplace, kind, parameters).catch(
					(failure: unknown): NoReport => withoutExtra(failure, kind, parameters),
				),
		),
	);
	for (const found of searches) {
		if ('message' in found) shown.problems.push(found);
		else shown[found.kind] = found;
	}
	for (const name of SHOWN_FIRST.filter((each) => parameters.events.includes(each))) {
		const sample = sampleOf(name, shown, parameters);
		if (sample === undefined) continue;
		const { event, report } = sample;
		const shownItem = ofSeller(client, toItem(event, marketplace, report.kind, report));
		const [item = shownItem] = parameters.options.addOrderDetails
			? await addOrders(client, [shownItem])
			: [];
		// It did not happen now and must differ from what is reported later.
		return {
			...item,
			eventId: `test/${String(item.eventId)}`,
			summary: `Test event. ${placeInWords(client.sellerName, marketplace.name)}: ${testSummaryOf(event, report.askedAt)}`,
			changed: [],
		};
	}
	throw noTestEvent(context, shown, marketplace);
}

/** The events whose items show the most come first. */
const SHOWN_FIRST = WATCH_EVENTS.toSorted((a, b) => EVENTS[a].testRank - EVENTS[b].testRank);

interface FoundReport extends RequestedReport {
	readonly kind: ReportKind;
	readonly observation: Observation;
}

/** Why a report is not available. */
interface NoReport {
	readonly message: string;
	/** What the user can do, as a sentence. */
	readonly advice?: string;
	/** It was only needed for the rating. */
	readonly isExtra: boolean;
}

/** The reports that are available, and why others are not. */
type Shown = { -readonly [Kind in ReportKind]?: FoundReport } & { readonly problems: NoReport[] };

/** A report that is only an extra may be denied. */
function withoutExtra(failure: unknown, kind: ReportKind, parameters: TriggerParameters): NoReport {
	if (failure instanceof SpApiFailure && isExtra(kind, parameters)) {
		return { message: failure.message, isExtra: true };
	}
	throw failure;
}

const notReady = (what: string): string =>
	`Could not fetch a test event: Amazon has no ${what} ready`;

const stillPreparing = (what: string): string =>
	`Could not fetch a test event: Amazon is still preparing the ${what}`;

const FETCH_AGAIN =
	'Fetch the test event again in a minute or two; an active workflow does not wait like this.';

/** A report, or the daily totals from where the user wants them. */
async function find(
	context: IPollFunctions,
	client: SpApiClient,
	marketplace: Marketplace,
	kind: ReportKind,
	parameters: TriggerParameters,
): Promise<FoundReport | NoReport> {
	const { totalsFrom } = parameters.options;
	const ofReport = async () => await findReport(context, client, marketplace, kind, parameters);
	if (kind !== 'totals' || totalsFrom === 'report') return await ofReport();
	const isOnlyExtra = isExtra(kind, parameters);
	const obtain = async (existing: KioskTotals | undefined) =>
		existing === undefined && !isOnlyExtra
			? await obtainDailyTotals(context, client, marketplace, LONGEST_WAIT_MS)
			: existing;
	const finding = findTotals(context, client, marketplace).then(obtain);
	const found = await finding.catch(
		totalsFrom === 'dataKiosk' ? orUndefinedIfPending : orFailureOfKiosk,
	);
	if (found instanceof SpApiFailure) return await ofReport();
	if (found !== undefined) {
		const { queryId: id, askedAt } = found;
		return { kind, id, askedAt, observation: readQuery(found, marketplace) };
	}
	const what = `daily totals for ${marketplace.name}`;
	return isOnlyExtra
		? { message: notReady(what), isExtra: true }
		: { message: stillPreparing(what), advice: FETCH_AGAIN, isExtra: false };
}

/** Totals of a query that exists; undefined if none is finished. */
async function findTotals(
	context: IPollFunctions,
	client: SpApiClient,
	marketplace: Marketplace,
): Promise<KioskTotals | undefined> {
	const query = await findDailyTotals(client, { marketplace, isNewEnough: () => true });
	return query && (await lookAtDailyTotals(context, client, query, { marketplace }));
}

function orUndefinedIfPending(failure: unknown): undefined {
	if (failure instanceof SpApiFailure && failure.kind === 'queryPending') return undefined;
	throw failure;
}

/** A failure after which the report is used instead. */
function orFailureOfKiosk(failure: unknown): SpApiFailure | undefined {
	const isOfKiosk = failure instanceof SpApiFailure && !isOfTheAccount(failure);
	if (!isOfKiosk || failure.kind === 'queryPending') return orUndefinedIfPending(failure);
	return failure;
}

/** A report that Amazon already has, or one that is finished within the waiting time. */
async function findReport(
	context: IPollFunctions,
	client: SpApiClient,
	marketplace: Marketplace,
	kind: ReportKind,
	parameters: TriggerParameters,
): Promise<FoundReport | NoReport> {
	const giveUpAt = performance.now() + LONGEST_WAIT_MS;
	const name = `${REPORT_NAMES[kind]} for ${marketplace.name}`;
	const isOnlyExtra = isExtra(kind, parameters);
	const none = (message: string, advice?: string): NoReport => ({
		message,
		...(advice !== undefined && { advice }),
		isExtra: isOnlyExtra,
	});

	const now = DateTime.utc();
	const request = requestOf(kind, marketplace, dayIn(marketplace, now));
	const finished = await findFinishedReport(client, request);
	if (finished === undefined && isOnlyExtra) return none(notReady(name));
	const oldest = now.minus({ minutes: SHARED_FOR_MINUTES });
	let report: RequestedReport =
		finished === undefined
			? await requestReport(client, request, oldest)
			: { id: finished.reportId, askedAt: finished.createdTime };

	let collected: CollectedReport;
	for (;;) {
		collected = await collectReport(context, client, request, report.id);
		if (collected.status === 'otherOptions' && !isOnlyExtra) {
			// The report found is another application's, by week or by month.
			report = await requestReport(client, request, oldest);
			collected = { status: 'pending' };
		}
		if (collected.status !== 'pending' || performance.now() > giveUpAt) break;
		if (!(await pause(CHECK_INTERVAL_MS, client.signal))) {
			throw new SpApiFailure('cancelled', 'getReport');
		}
	}
	switch (collected.status) {
		case 'otherOptions':
			return none(notReady(name));
		case 'pending':
			return none(stillPreparing(name), FETCH_AGAIN);
		case 'CANCELLED':
			return none(
				`Could not fetch a test event: Amazon canceled the ${name} because there is nothing to report or access is denied (it does not say which)`,
			);
		case 'FATAL':
		case 'unknown':
			return none(
				`Could not fetch a test event: Amazon failed to make the ${name}`,
				'Fetch the test event again in a few minutes.',
			);
		case 'DONE': {
			const today = dayIn(marketplace, DateTime.fromISO(report.askedAt));
			const asked = { at: report.askedAt, today, report: collected.report };
			const { dateFormat } = parameters.options;
			const observation = await readReport(kind, collected.content, marketplace, asked, dateFormat);
			return observation === undefined
				? none(
						`Could not fetch a test event: the ${REPORT_NAMES[kind]} does not list ${marketplace.name}`,
					)
				: { ...report, kind, observation };
		}
	}
}

/** An item of this event, if the reports have data for it. */
function sampleOf(
	name: WatchEventName,
	shown: Shown,
	parameters: TriggerParameters,
): { readonly event: WatchEvent; readonly report: FoundReport } | undefined {
	const { feedback, health } = shown;
	const rated = rate(shown, parameters);
	const about = (event: WatchEvent | undefined, report: FoundReport | undefined) =>
		event && report && { event, report };
	switch (name) {
		case 'newNegativeFeedback':
		case 'newNeutralFeedback':
		case 'newPositiveFeedback':
			return about(
				rated.events.findLast(({ event }) => event === name),
				feedback,
			);
		case 'feedbackChanged':
		case 'feedbackRemoved': {
			const newest = rated.events.findLast((event): event is FeedbackEvent => 'change' in event);
			return about(
				newest && { ...newest, event: name, change: asIf(name, newest.change) },
				feedback,
			);
		}
		case 'ratingFellBelowThreshold':
		case 'ratingRecovered': {
			const threshold = parameters.thresholds.at(-1);
			if (threshold === undefined || rated.ratingNow.ratingPercent === null) return undefined;
			const id = `rating/test`;
			const { ratingNow } = rated;
			return about({ event: name, id, ratingNow, threshold, before: undefined }, feedback);
		}
		case 'buyBoxShareFell':
		case 'buyBoxShareRecovered':
			return about(buyBoxSample(name, shown, parameters, rated.ratingNow), shown.totals);
		case 'orderDefectRateAboveTarget':
		case 'orderDefectRateRecovered':
		case 'accountStatusChanged':
			return about(healthSample(name, shown, parameters, rated.ratingNow), health);
	}
}

/** All feedback of the report as if it were new, oldest first, the positive per day; and the rating. */
function rate(
	{ feedback, totals }: Shown,
	parameters: TriggerParameters,
): {
	readonly events: ReadonlyArray<FeedbackEvent | PositivesEvent>;
	readonly ratingNow: RatingNow;
} {
	const settings = { ...settingsOf(parameters), events: WATCH_EVENTS, daysToWatch: 365 };
	let state = startWatch('2000-01-01T00:00:00Z', '2000-01-01', 0);
	const unknown = unknownRating(
		settings.ratingDays,
		'Amazon has no daily totals ready, and a test event does not request them: the active workflow includes the rating',
	);
	if (feedback === undefined) return { events: [], ratingNow: unknown };
	if (totals) {
		// Compared even if they are from different times; a note then says so.
		const observation = { ...totals.observation, asOf: feedback.askedAt } as Observation;
		state = advance(state, observation, settings).state;
	}
	const advanced = advance(state, feedback.observation, settings);
	const known = knownRating(advanced.state, settings, feedback.askedAt) ?? unknown;
	const notes =
		totals && !isOfOneTime(totals.askedAt, feedback.askedAt, settings)
			? [...known.notes, 'The two reports were requested at different times']
			: known.notes;
	const ratingNow = { ...known, notes };
	return {
		events: advanced.events
			.filter(
				(event): event is FeedbackEvent | PositivesEvent =>
					'change' in event || event.event === 'newPositiveFeedback',
			)
			.map((event) => ({ ...event, ratingNow: totals ? event.ratingNow : ratingNow })),
		ratingNow,
	};
}

/** A feedback entry shown as changed or removed, without inventing an earlier state. */
function asIf(name: 'feedbackChanged' | 'feedbackRemoved', change: FeedbackChange): FeedbackChange {
	const { after } = change;
	if (after === undefined) return change;
	const { date, rating, comment } = after;
	const before = { date, rating, sentiment: sentimentOf(rating), comment, commentCut: false };
	return name === 'feedbackRemoved'
		? { ...change, kind: 'removed', before, after: undefined }
		: { ...change, kind: 'changed', before };
}

function buyBoxSample(
	name: 'buyBoxShareFell' | 'buyBoxShareRecovered',
	{ totals }: Shown,
	parameters: TriggerParameters,
	ratingNow: RatingNow,
): WatchEvent | undefined {
	if (totals?.observation.kind !== 'totals') return undefined;
	const shares = sharesNow(totals.observation, settingsOf(parameters));
	return shares && { event: name, id: 'buyBox/test', ratingNow, ...shares };
}

function healthSample(
	name: 'orderDefectRateAboveTarget' | 'orderDefectRateRecovered' | 'accountStatusChanged',
	shown: Shown,
	{ options, events }: TriggerParameters,
	ratingNow: RatingNow,
): WatchEvent | undefined {
	const observation = shown.health?.observation;
	if (observation?.kind !== 'health') return undefined;
	const { health } = observation;
	const notes = notesOnHealth(missingOfHealth(health, events));
	if (name === 'accountStatusChanged') {
		const status = health.accountStatus;
		if (status === null) return undefined;
		return {
			event: name,
			id: 'accountStatus/test',
			ratingNow,
			notes,
			before: status,
			after: status,
		};
	}
	const rate = defectRateOf(health, options.defectTarget);
	return (
		rate && {
			event: name,
			id: 'orderDefectRate/test',
			ratingNow,
			notes,
			before: undefined,
			after: rate,
		}
	);
}

function defectRateOf(health: AccountHealth, target: number) {
	const fulfilment = health.sellerFulfilled ? 'sellerFulfilled' : 'amazonFulfilled';
	const reported = countedRate(health[fulfilment]);
	if (reported === undefined || reported.percent === null) return undefined;
	const { orders, ordersWithDefects, percent } = reported;
	const targetPercent = target || reported.targetPercent;
	return { fulfilment, percent, targetPercent, orders, ordersWithDefects } as const;
}

function noTestEvent(
	context: IPollFunctions,
	{ problems, feedback }: Shown,
	marketplace: Marketplace,
): NodeOperationError {
	// A report that was only needed for the rating does not explain a missing event.
	const cause = problems.find(({ isExtra }) => !isExtra);
	const message =
		cause?.message ??
		(feedback
			? `Could not fetch a test event: ${marketplace.name} has no feedback of the chosen kind in the last year`
			: `Could not fetch a test event: Amazon reports nothing of the chosen kind for ${marketplace.name}`);
	return new NodeOperationError(context.getNode(), message, {
		description: [
			cause?.advice,
			'Activate the workflow without a test event: it reports what happens from then on.',
		]
			.filter(Boolean)
			.join(' '),
	});
}
