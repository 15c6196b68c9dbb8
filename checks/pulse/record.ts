import type { OrderTruth, SolicitationRecord } from '../../sandbox';
import { DateTime } from 'luxon';
import { blockOf, isDrawn, isoDay, plusDays, type Draw } from './draw';
import type { LedgerRow } from './ledger';
import { BETWEEN_RUNS_MINUTES, RUN_HOUR, ZONE } from './settings';

type Solicitation = Pick<SolicitationRecord, 'orderId' | 'marketplaceId' | 'at'>;

const SENT = ['sent', 'sentUnconfirmed'];

/** The calendar day of the marketplace. */
export const localDay = (at: string | number): string => localTime(at).toISODate() ?? '';

const localTime = (at: string | number): DateTime =>
	typeof at === 'number'
		? DateTime.fromMillis(at, { zone: ZONE })
		: DateTime.fromISO(at, { zone: ZONE });

/** When the run of a day is. */
export const runOf = (day: string): number =>
	DateTime.fromISO(day, { zone: ZONE }).set({ hour: RUN_HOUR }).toMillis();

export const rowsSent = (rows: readonly LedgerRow[]): LedgerRow[] =>
	rows.filter(({ outcome }) => SENT.includes(outcome));

/**
 * Where the ledger and the sandbox's record differ, in sentences.
 *
 * @param lost orders whose request was accepted in a run that was killed before it could write to the
 *   ledger: all that later runs find is that Amazon offers none
 */
export function ledgerDifferences(
	rows: readonly LedgerRow[],
	solicitations: readonly Solicitation[],
	lost: ReadonlySet<string>,
): string[] {
	const byOrder = new Map(rows.map((row) => [row.orderId, row]));
	const accepted = new Set(solicitations.map(({ orderId }) => orderId));
	const wrong = solicitations.flatMap(({ orderId, marketplaceId, at }) => {
		const row = byOrder.get(orderId);
		if (row === undefined) return lost.has(orderId) ? [] : [`${orderId} is not in the ledger`];
		if (!SENT.includes(row.outcome)) {
			return lost.has(orderId) ? [] : [`${orderId} was requested, the ledger says ${row.outcome}`];
		}
		return row.marketplaceId === marketplaceId && localDay(requestOf(row)) === localDay(at)
			? []
			: [`${orderId} was requested on ${at}, the ledger says ${requestOf(row)}`];
	});
	const invented = rowsSent(rows)
		.filter(({ orderId }) => !accepted.has(orderId))
		.map(({ orderId }) => `${orderId} was not requested, the ledger says so`);
	return [...wrong, ...invented];
}

/** The time of the request: a later row about it keeps it. */
const requestOf = ({ requestedAt, at }: LedgerRow): string => requestedAt || at;

/**
 * Requests of the test that do not follow from seed and date alone: on a day that was not drawn although
 * the window would have stayed open until a later drawn day, or noted with another block or day. If the
 * answer was lost, a later run may have written the row again: then the note is about its day.
 *
 * @param since ISO day on which the test was turned on
 */
export function offSchedule(rows: readonly LedgerRow[], draw: Draw, since: string): string[] {
	return rowsSent(rows).flatMap((row) => {
		const { orderId, pulseBlock, pulseDay, pulseForced } = row;
		const written = localDay(row.at);
		const noted = [pulseBlock, pulseDay, pulseForced].join();
		const expected =
			written < since
				? ',,'
				: [blockOf(written, draw), written, !isDrawn(written, draw)].map(String).join();
		if (noted !== expected) {
			return [`${orderId}: the ledger says ${noted}, the draw ${expected}`];
		}
		const day = localDay(requestOf(row));
		return day < since || isDrawn(day, draw) || wasForced(day, row.closesAt, draw)
			? []
			: [`${orderId} was requested on ${day}, not drawn, and could have waited`];
	});
}

/** The margin that Plan keeps before a window closes. */
const MARGIN_MINUTES = 60;

/**
 * Whether a request had to go out on a day: on the next drawn day, its window would perhaps close before
 * the run. An order without delivery dates may close at any time.
 */
function wasForced(day: string, closesAt: string, draw: Draw): boolean {
	if (closesAt === '') return true;
	let next = plusDays(day, 1);
	while (!isDrawn(next, draw)) next = plusDays(next, 1);
	const atMost = DateTime.fromISO(next, { zone: ZONE }).plus({
		minutes: BETWEEN_RUNS_MINUTES + MARGIN_MINUTES,
	});
	return DateTime.fromISO(closesAt) <= atMost;
}

/** A morning of the test: whether n8n was killed in its run. */
export interface Morning {
	readonly day: string;
	readonly wasKilled: boolean;
}

/**
 * Requests that could have gone out on an earlier drawn day of the test.
 *
 * @param orders with their true windows
 * @param shownSince the morning on which an order showed up, counted from 0
 */
export function tooLate(
	solicitations: readonly Solicitation[],
	orders: readonly OrderTruth[],
	{ mornings, draw, since }: { mornings: readonly Morning[]; draw: Draw; since: string },
	shownSince: ReadonlyMap<string, number> = new Map(),
): string[] {
	const windows = new Map(orders.map((order) => [order.orderId, order]));
	const drawn = mornings.filter(
		({ day, wasKilled }) => day >= since && !wasKilled && isDrawn(day, draw),
	);
	return solicitations.flatMap(({ orderId, at }) => {
		const { opensAt = '' } = windows.get(orderId) ?? {};
		const shownOn = mornings[shownSince.get(orderId) ?? 0]?.day ?? '';
		const earlier = drawn.find(
			({ day }) => day >= shownOn && runOf(day) > Date.parse(opensAt) && day < localDay(at),
		);
		return earlier === undefined ? [] : [`${orderId} was due on ${earlier.day}, sent on ${at}`];
	});
}

/**
 * The last run before the window of each order without a request closed, which may be the one that missed
 * it; only orders whose window was open in some run.
 */
export function lastRuns(
	orders: readonly OrderTruth[],
	mornings: readonly Morning[],
): Array<{ readonly orderId: string; readonly morning: Morning }> {
	return orders.flatMap(({ orderId, opensAt, closesAt, solicitability }) => {
		if (solicitability !== 'closed') return [];
		const morning = mornings.findLast(
			({ day }) => runOf(day) > Date.parse(opensAt) && runOf(day) < Date.parse(closesAt),
		);
		return morning === undefined ? [] : [{ orderId, morning }];
	});
}

/** The certain part as the records have it: 1 to 3 star feedback, by the request for its order. */
export function certainPart(
	feedback: ReadonlyArray<{ readonly orderId: string; readonly date: string }>,
	solicitations: readonly Solicitation[],
	{ from, through }: { readonly from: string; readonly through: string },
) {
	const requestedOn = new Map(solicitations.map(({ orderId, at }) => [orderId, localDay(at)]));
	const part = { beforeRequest: 0, withoutRequest: 0, orderIds: [] as string[] };
	for (const { orderId, date } of feedback) {
		const requested = requestedOn.get(orderId);
		if (date < from || date > through) continue;
		if (requested === undefined) part.withoutRequest += 1;
		else if (date < requested) part.beforeRequest += 1;
		else part.orderIds.push(orderId);
	}
	return { ...part, orderIds: part.orderIds.toSorted() };
}

/**
 * The first day that is measured: that of the block after the first one with a drawn day in the test, which
 * may have begun before it.
 */
export function firstMeasuredDay(since: string, draw: Draw): string {
	let drawn = since;
	while (!isDrawn(drawn, draw)) drawn = plusDays(drawn, 1);
	return isoDay((blockOf(drawn, draw) + 1) * draw.blockDays);
}
