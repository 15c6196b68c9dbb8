import { DAY_MS, localDays, permittedSpans, type SendCalendar, type Span } from './sendCalendar';

/** An order that waits for its request. All moments are epoch milliseconds, whole ones. */
export interface PlanCandidate {
	readonly key: string;
	/** IANA zone whose clock the calendar is read on: the marketplace's or the buyer's. */
	readonly zone: string;
	/** First permitted moment. */
	readonly opensAt: number;
	/** Last permitted moment; undefined where it is not known, which is no deadline. */
	readonly closesAt?: number;
	/** The seller's wish: not before this, if no order is lost by it. */
	readonly preferredFrom: number;
	/** Orders candidates with the same deadline or none: the lower, the sooner. */
	readonly urgency: number;
}

export interface PlanLimits extends SendCalendar {
	/** Epoch milliseconds, whole ones; nothing is planned before. */
	readonly now: number;
	/** Requests per second that Amazon's token bucket refills. */
	readonly rate: number;
	/** Requests that may go out at once: the size of the bucket, taken to be full now. */
	readonly burst: number;
	/** Most requests per calendar day of `capZone`. */
	readonly dailyCap?: number;
	/** Requests of today's that are out already. */
	readonly sentToday?: number;
	/** IANA zone whose days the cap counts. */
	readonly capZone: string;
	/**
	 * How many days of 24 hours an order without a deadline may have to wait, from the moment it is
	 * open and its wish is met; 60 by default.
	 */
	readonly horizonDays?: number;
}

/**
 * Why an order has no place in the plan.
 * - `windowClosed`: its window is over
 * - `noPermittedTime`: the calendar leaves no moment in its window
 * - `noRoom`: the rate limit and the daily cap leave no place that another order does not need
 */
export type LeftOutReason = 'windowClosed' | 'noPermittedTime' | 'noRoom';

export interface PlannedSend {
	readonly key: string;
	/** Epoch milliseconds. */
	readonly sendAt: number;
	/** Whether it goes out before the seller's preferred delay is over. */
	readonly early: boolean;
}

export interface SendPlan {
	/** In the order of sending. */
	readonly planned: readonly PlannedSend[];
	/** Most urgent first. */
	readonly leftOut: ReadonlyArray<{ readonly key: string; readonly reason: LeftOutReason }>;
}

/**
 * Plans when to send requests so that as many orders as possible get one: no schedule that keeps
 * the windows, the calendar, the rate limit and the daily cap sends more.
 *
 * The idea: time is a row of slots, one request each, at the pace of Amazon's token bucket. Cut at
 * every moment that matters to some order, calendar or cap, it falls into intervals whose slots are
 * all alike. Giving orders to intervals is then a maximum bipartite matching with capacities, under
 * a second layer of capacities for the days of the cap.
 *
 * Wishes come second: as many orders as possible are on time before any is sent early, and one that
 * is early is so by as few intervals as it can. Orders are served by deadline, then `urgency`, then
 * `key`, and not by their place in the input. With one zone and neither calendar nor cap nor wishes
 * this is earliest deadline first, each at the first moment possible.
 * @throws RangeError where a limit has no meaning or a zone is not known
 */
export function planSends(candidates: readonly PlanCandidate[], limits: PlanLimits): SendPlan {
	const { now, hours, weekdays, horizonDays = 60 } = limits;
	const firstSlotFrom = slotsOf(limits);
	const ordered = [...candidates].sort(byDeadline).map((candidate) => {
		const { closesAt, opensAt, preferredFrom } = candidate;
		const from = Math.max(now, opensAt);
		const to =
			closesAt === undefined
				? Math.max(from, preferredFrom) + horizonDays * DAY_MS
				: closesAt + 1;
		return { candidate, window: { from, to } };
	});
	const wholeTime = {
		from: now,
		to: ordered.reduce((latest, { window }) => Math.max(latest, window.to), now),
	};

	const isAlways = hours === undefined && weekdays === undefined;
	const zoneOf = ({ zone }: PlanCandidate) => (isAlways ? '' : zone);
	const calendars = new Map<string, readonly Span[]>();
	for (const { candidate } of ordered) {
		const zone = zoneOf(candidate);
		if (calendars.has(zone)) continue;
		calendars.set(zone, isAlways ? [wholeTime] : permittedSpans(zone, limits, wholeTime));
	}

	const leftOut = new Map<PlanCandidate, LeftOutReason>();
	const waiting = ordered.flatMap(({ candidate, window }) => {
		const spans = calendars.get(zoneOf(candidate)) ?? [];
		if (candidate.closesAt !== undefined && candidate.closesAt < now) {
			leftOut.set(candidate, 'windowClosed');
		} else if (!overlaps(spans, window)) {
			leftOut.set(candidate, 'noPermittedTime');
		} else {
			const first = firstSlotFrom(window.from);
			const end = firstSlotFrom(window.to);
			const wish = Math.min(end, Math.max(first, firstSlotFrom(candidate.preferredFrom)));
			return [{ candidate, first, wish, end }];
		}
		return [];
	});

	const days = capDays(limits, wholeTime);
	const cuts = sortedCuts([
		...[...calendars.values()].flatMap((spans) => spans.flatMap(({ from, to }) => [from, to])).map(firstSlotFrom),
		...days.map(({ from }) => firstSlotFrom(from)),
	], waiting);
	return { planned: [], leftOut: [] };
}
