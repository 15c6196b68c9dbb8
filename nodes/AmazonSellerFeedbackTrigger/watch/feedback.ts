import { createHash } from 'node:crypto';

import type { UnreadableLines } from '../../shared/domain/coverage';
import { sentimentOf, type FeedbackRow, type Sentiment } from '../../shared/domain/feedbackReport';
import { contentOf, onePerOrder } from '../../shared/domain/onePerOrder';
import { plusDays } from '../../shared/domain/ratingWindow';

/** A feedback as it was in the last report that had it. Small: a seller may have a thousand. */
export interface RememberedFeedback {
	/** ISO calendar day, marketplace-local. */
	readonly date: string;
	readonly rating: number;
	/** Its first characters. */
	readonly comment: string;
	/** Only of a comment or response that is not kept whole, to see that it changed. */
	readonly commentDigest?: string;
	readonly responseDigest?: string;
	/** How often it changed: tells one change from the next. */
	readonly changes: number;
	/** It left the report. */
	readonly gone?: true;
}

/** What is known of a marketplace's feedback between two reports. */
export interface FeedbackMemory {
	/** When the last report that changed anything was asked for; UTC. */
	readonly asOf: string;
	/** Feedback dated before this day is not watched. */
	readonly since: string;
	/** By order ID, of which each has at most one feedback. */
	readonly rows: Readonly<Record<string, RememberedFeedback>>;
}

/** What one report shows. */
export interface FeedbackObservation {
	/** When it was asked for; UTC. */
	readonly asOf: string;
	/** The marketplace-local day it was asked for, and the first day it covers. */
	readonly today: string;
	readonly from: string;
	readonly rows: readonly FeedbackRow[];
	/** The last day it covers whole, where Amazon says so. */
	readonly through?: string;
	/** Lines that could not be read. Which feedback they hold is not known. */
	readonly unreadable: number;
	/** Which days they may be of; any, where that is not known. */
	readonly unreadableLines?: UnreadableLines;
	/** It has at least its headings, so that no row means no feedback. */
	readonly hasHeadings?: boolean;
}

export interface FeedbackWatchSettings {
	/** Days a feedback is watched for changes after its date. */
	readonly daysToWatch: number;
	/** In the first report, feedback of this day and later is news; marketplace-local. */
	readonly tellFrom: string;
	/** Whether a changed response of the seller is a change. */
	readonly tellResponses: boolean;
	/** Names the watch: what the next one tells has other IDs. */
	readonly watch: string;
}

/** A feedback before a change. */
export interface FeedbackBefore {
	readonly date: string;
	readonly rating: number;
	readonly sentiment: Sentiment;
	readonly comment: string;
	/** Only its beginning is known. */
	readonly commentCut: boolean;
}

export type FeedbackField = 'rating' | 'comment' | 'response';

export interface FeedbackChange {
	readonly kind: 'added' | 'changed' | 'removed';
	readonly orderId: string;
	/** Undefined for one not seen before. */
	readonly before?: FeedbackBefore;
	/** Undefined for one that left the report. */
	readonly after?: FeedbackRow;
	/** What differs, for one that changed. */
	readonly changed: readonly FeedbackField[];
	/** Names this change: the same whenever it is found anew from the same memory, and never another. */
	readonly id: string;
}

/** Characters kept of a comment. */
const KEPT_CHARACTERS = 120;

/** Feedback kept per marketplace; the days of more are watched for a shorter time. */
export const MAX_REMEMBERED = 1000;

/**
 * Compares a report with what is remembered: which feedback is new, changed or gone.
 *
 * The order of rows and repeated rows do not matter, nor how late a row comes, as long as its date is
 * watched. A report older than the last one that changed something says nothing. Removals are only
 * taken from a report that can be trusted to be whole: one with rows, all of which could be read.
 * @returns the very same memory where the report is no news
 */
export function advanceFeedback(
	memory: FeedbackMemory | undefined,
	observation: FeedbackObservation,
	settings: FeedbackWatchSettings,
): { readonly memory: FeedbackMemory; readonly changes: readonly FeedbackChange[] } {
	if (memory !== undefined && observation.asOf < memory.asOf) return { memory, changes: [] };

	const oldestWanted = plusDays(observation.today, -settings.daysToWatch);
	const since = latest(memory?.since ?? oldestWanted, oldestWanted);
	const shown = onePerOrder(observation.rows);
	const rows = { ...memory?.rows };
	const changes: FeedbackChange[] = [];
	let isNews = memory === undefined;

	for (const row of shown.values()) {
		const known = rows[row.orderId];
		if (row.date < since && (known === undefined || known.date < since)) continue;
		const next = compareWith(known, row, settings);
		if (next === undefined) continue;
		isNews = true;
		rows[row.orderId] = next.remembered;
		const isOld = memory === undefined && row.date < settings.tellFrom;
		if (next.change !== undefined && !isOld) changes.push(next.change);
	}

	for (const [orderId, known] of isWhole(observation) ? Object.entries(rows) : []) {
		// The day the report begins with may be covered in part only.
		const isCovered = known.date >= since && known.date > observation.from;
		if (known.gone || shown.has(orderId) || !isCovered) continue;
		isNews = true;
		rows[orderId] = { ...known, changes: known.changes + 1, gone: true };
		changes.push({
			kind: 'removed',
			orderId,
			before: beforeOf(known),
			changed: [],
			id: idOf(orderId, known.changes + 1, `${known.date}/gone`, settings),
		});
	}

	if (memory !== undefined && !isNews) return { memory, changes: [] };
	return {
		memory: { asOf: observation.asOf, ...bounded(since, rows) },
		changes: changes.toSorted((a, b) => compareText(sortKey(a), sortKey(b))),
	};
}

/** Whether what is not in a report is not there: it has rows, and all of them could be read. */
export const isWhole = ({
	rows,
	unreadable,
}: Pick<FeedbackObservation, 'rows' | 'unreadable'>): boolean =>
	rows.length > 0 && unreadable === 0;

/** What a row means beside what is remembered of its order; undefined where it is no news. */
function compareWith(
	known: RememberedFeedback | undefined,
	row: FeedbackRow,
	settings: Pick<FeedbackWatchSettings, 'tellResponses' | 'watch'>,
): { readonly remembered: RememberedFeedback; readonly change?: FeedbackChange } | undefined {
	const isPositive = sentimentOf(row.rating) === 'positive';
	if (known === undefined || known.gone) {
		// The report is not meant to hold positives; as long as they stay so they are no news.
		if (isPositive) return undefined;
		const remembered = remember(row, known === undefined ? 0 : known.changes + 1);
		return { remembered, change: changeOf('added', row, known, remembered, settings) };
	}
	const now = remember(row, known.changes);
	const changed: FeedbackField[] = [];
	if (known.rating !== row.rating) changed.push('rating');
	if (known.comment !== now.comment || known.commentDigest !== now.commentDigest) {
		changed.push('comment');
	}
	if (known.responseDigest !== now.responseDigest) changed.push('response');
	if (changed.length === 0 && known.date === row.date) return undefined;

	const told = changed.filter((field) => field !== 'response' || settings.tellResponses);
	if (told.length === 0) return { remembered: now };
	const remembered: RememberedFeedback = {
		...now,
		changes: known.changes + 1,
		...(isPositive && { gone: true }),
	};
	const change = changeOf('changed', row, known, remembered, settings);
	return { remembered, change: { ...change, changed: told } };
}

function remember(
	{ date, rating, comment, response }: FeedbackRow,
	changes: number,
): RememberedFeedback {
	const kept = comment.length <= KEPT_CHARACTERS ? comment : beginningOf(comment);
	return {
		date,
		rating,
		comment: kept,
		...(kept !== comment && { commentDigest: digest(comment) }),
		...(response !== '' && { responseDigest: digest(response) }),
		changes,
	};
}

const changeOf = (
	kind: 'added' | 'changed',
	row: FeedbackRow,
	known: RememberedFeedback | undefined,
	{ changes }: RememberedFeedback,
	settings: Pick<FeedbackWatchSettings, 'watch'>,
): FeedbackChange => ({
	kind,
	orderId: row.orderId,
	...(known && { before: beforeOf(known) }),
	after: row,
	changed: [],
	id: idOf(row.orderId, changes, contentOf(row), settings),
});

const beforeOf = ({
	date,
	rating,
	comment,
	commentDigest,
}: RememberedFeedback): FeedbackBefore => ({
	date,
	rating,
	sentiment: sentimentOf(rating),
	comment,
	commentCut: commentDigest !== undefined,
});

const idOf = (
	orderId: string,
	changes: number,
	content: string,
	{ watch }: Pick<FeedbackWatchSettings, 'watch'>,
): string => `${orderId}/${changes}/${digest(`${watch}\n${content}`)}`;

/** What is kept: nothing dated before `since`, and no more than the limit, whole days at a time. */
function bounded(
	since: string,
	rows: Readonly<Record<string, RememberedFeedback>>,
): Pick<FeedbackMemory, 'since' | 'rows'> {
	const watched = Object.entries(rows).filter(([, { date }]) => date >= since);
	if (watched.length <= MAX_REMEMBERED) return { since, rows: Object.fromEntries(watched) };
	const days = watched.map(([, { date }]) => date).toSorted((a, b) => compareText(b, a));
	const [newest = since] = days;
	const firstLeftOut = days[MAX_REMEMBERED] ?? since;
	const from = firstLeftOut === newest ? newest : plusDays(firstLeftOut, 1);
	return { since: from, rows: Object.fromEntries(watched.filter(([, { date }]) => date >= from)) };
}

const sortKey = ({ orderId, before, after }: FeedbackChange): string =>
	`${(after ?? before)?.date} ${orderId}`;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const latest = (a: string, b: string): string => (a > b ? a : b);

/** Whole characters, none cut in two. */
const beginningOf = (text: string): string =>
	[...text.slice(0, 2 * KEPT_CHARACTERS)].slice(0, KEPT_CHARACTERS).join('');

const digest = (text: string): string =>
	createHash('sha256').update(text).digest('base64url').slice(0, 11);
