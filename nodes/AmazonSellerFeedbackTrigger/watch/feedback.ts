// cspell:ignore tell

import { createHash } from 'node:crypto';

import type { UnreadableLines } from '../../shared/domain/coverage';
import { sentimentOf, type FeedbackRow, type Sentiment } from '../../shared/domain/feedbackReport';
import { compareText, contentOf, onePerOrder } from '../../shared/domain/onePerOrder';
import { plusDays } from '../../shared/domain/calendar';

/** A feedback entry as in the last report that had it. Kept small: a seller may have a thousand. */
export interface RememberedFeedback {
	/** ISO calendar day, marketplace-local. */
	readonly date: string;
	readonly rating: number;
	/** Its first characters. */
	readonly comment: string;
	/** Only for a comment or response that is not kept whole, to detect a change. */
	readonly commentDigest?: string;
	readonly responseDigest?: string;
	/** How often it changed: distinguishes one change from the next. */
	readonly changes: number;
	/** It is no longer in the report. */
	readonly gone?: true;
}

/** The stored feedback of a marketplace between two reports. */
export interface FeedbackMemory {
	/** When the last report that changed anything was requested; UTC. */
	readonly asOf: string;
	/** Feedback dated before this day is not watched. */
	readonly since: string;
	/** By order ID; each order has at most one feedback entry. */
	readonly rows: Readonly<Record<string, RememberedFeedback>>;
}

/** What one report shows. */
export interface FeedbackObservation {
	/** When it was requested; UTC. */
	readonly asOf: string;
	/** The marketplace-local day on which it was requested, and the first day it covers. */
	readonly today: string;
	readonly from: string;
	readonly rows: readonly FeedbackRow[];
	/** The last day it covers completely, if Amazon says so. */
	readonly through?: string;
	/** Lines that could not be read. Which feedback they contain is unknown. */
	readonly unreadable: number;
	/** Which days they may belong to; any day if unknown. */
	readonly unreadableLines?: UnreadableLines;
	/** It has at least its headings, so no rows means no feedback. */
	readonly hasHeadings?: boolean;
}

export interface FeedbackWatchSettings {
	/** Days after its date that a feedback entry is watched for changes. */
	readonly daysToWatch: number;
	/** In the first report, feedback from this day on is reported; marketplace-local. */
	readonly tellFrom: string;
	/** Whether a changed response of the seller is a change. */
	readonly reportChangedResponses: boolean;
	/** The name of the watch: events of the next watch have other IDs. */
	readonly watch: string;
}

/** A feedback entry before a change. */
export interface FeedbackBefore {
	readonly date: string;
	readonly rating: number;
	readonly sentiment: Sentiment;
	readonly comment: string;
	/** Only the beginning of the comment is stored. */
	readonly commentCut: boolean;
}

export type FeedbackField = 'rating' | 'comment' | 'response';

export interface FeedbackChange {
	readonly kind: 'added' | 'changed' | 'removed';
	readonly orderId: string;
	/** Undefined for an entry not seen before. */
	readonly before?: FeedbackBefore;
	/** Undefined for an entry that is no longer in the report. */
	readonly after?: FeedbackRow;
	/** What differs, for an entry that changed. */
	readonly changed: readonly FeedbackField[];
	/** Unique to this change: the same if it is found again from the same memory. */
	readonly id: string;
}

/** Characters kept of a comment. */
const KEPT_CHARACTERS = 120;

/** Feedback entries kept per marketplace; with more, fewer days are watched. */
export const MAX_REMEMBERED = 1000;

/**
 * Compares a report with the stored feedback: which entries are new, changed or gone.
 *
 * The order of rows does not matter, nor do repeated rows. A row may appear late, as long as its
 * date is watched. A report older than the last one that changed something is ignored. Removals are
 * only taken from a complete report: one that has rows and in which every row could be read.
 * @returns the same memory object if the report contains nothing new
 */
export function advanceFeedback(
	memory: FeedbackMemory | undefined,
	observation: FeedbackObservation,
	settings: FeedbackWatchSettings,
): { readonly memory: FeedbackMemory; readonly changes: readonly FeedbackChange[] } {
	if (memory !== undefined && observation.asOf < memory.asOf) return { memory, changes: [] };

	const oldestWanted = plusDays(observation.today, -settings.daysToWatch);
	const since = latest(memory?.since ?? oldestWanted, oldestWanted);
	const reported = onePerOrder(observation.rows);
	const rows = { ...memory?.rows };
	const changes: FeedbackChange[] = [];
	let isNews = memory === undefined;

	for (const row of reported.values()) {
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
		// The first day of the report may be covered only in part.
		const isCovered = known.date >= since && known.date > observation.from;
		if (known.gone || reported.has(orderId) || !isCovered) continue;
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

/** Whether a report is complete, so that what is not in it is gone: it has rows, and all could be read. */
export const isWhole = ({
	rows,
	unreadable,
}: Pick<FeedbackObservation, 'rows' | 'unreadable'>): boolean =>
	rows.length > 0 && unreadable === 0;

/**
 * What a row changes in the stored feedback of its order; undefined if the row contains nothing
 * new.
 */
function compareWith(
	known: RememberedFeedback | undefined,
	row: FeedbackRow,
	settings: Pick<FeedbackWatchSettings, 'reportChangedResponses' | 'watch'>,
): { readonly remembered: RememberedFeedback; readonly change?: FeedbackChange } | undefined {
	const isPositive = sentimentOf(row.rating) === 'positive';
	if (known === undefined || known.gone) {
		// The report should not have positive feedback. If it does, that is ignored while it stays
		// positive.
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

	const reported = changed.filter(
		(field) => field !== 'response' || settings.reportChangedResponses,
	);
	if (reported.length === 0) return { remembered: now };
	const remembered: RememberedFeedback = {
		...now,
		changes: known.changes + 1,
		...(isPositive && { gone: true }),
	};
	const change = changeOf('changed', row, known, remembered, settings);
	return { remembered, change: { ...change, changed: reported } };
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

/** What is kept: nothing dated before `since`, and at most the limit, in whole days. */
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

const latest = (a: string, b: string): string => (a > b ? a : b);

/** Cuts between characters, never inside one. */
const beginningOf = (text: string): string =>
	[...text.slice(0, 2 * KEPT_CHARACTERS)].slice(0, KEPT_CHARACTERS).join('');

const digest = (text: string): string =>
	createHash('sha256').update(text).digest('base64url').slice(0, 11);
