import { DAY_MS, HOUR_MS } from '../../shared/domain/calendar';
import { drawOf } from '../../shared/domain/drawOf';
import { keptBy } from '../../shared/domain/keptBy';
import { isZone } from '../../shared/domain/localTime';
import { findMarketplace } from '../../shared/domain/marketplaces';
import type { SellerOrder } from '../../shared/domain/order';
import {
	CLOSES_AFTER_DAYS,
	instantOf,
	OPENS_AFTER_DAYS,
} from '../../shared/domain/solicitationWindow';
import { daysOf, membershipBy, type Campaign } from './campaigns';
import type { ClockTimes, PermittedHours } from './permittedHours';
import type { Maximum } from './placeOrders';
import { isPulseDayNumber, type PulseTest } from './pulseMark';
import { quietDaysOf, type QuietDays } from './quietDays';
import type { PlanCandidate } from './schedule';
import type { SendCalendar } from './sendCalendar';

/** What decides when an order may be sent. */
export interface CandidateChoices extends PermittedHours {
	/** Epoch milliseconds. */
	readonly now: number;
	/** How many days after delivery the seller prefers to send the request. */
	readonly preferredDelayDays: number;
	/** If it is more: the delay of each order is drawn between both, in whole days. */
	readonly randomDelayUpToDays?: number;
	/** What the draws of the delays depend on, in addition to the order ID. */
	readonly delaySeed?: string;
	/** Which end of the delivery window the delay counts from. */
	readonly delayFrom: 'earliestDelivery' | 'latestDelivery';
	/** Whose time zone the hours, weekdays and quiet days refer to. */
	readonly clock: 'marketplace' | 'buyer';
	/** The marketplace for orders that name none. */
	readonly defaultMarketplaceId: string;
	/** An order belongs to the first one whose rules it meets. */
	readonly campaigns?: readonly Campaign[];
	readonly quietDays?: readonly QuietDays[];
	readonly pulse?: PulseTest;
	/** Milliseconds between two runs, at most. An order waits for a pulse only if it survives the run after it. */
	readonly sendNowWithinMs: number;
}

/** An order to plan. */
export interface PlannedOrder {
	/** Sortable. */
	readonly key: string;
	readonly orderId: string;
	readonly marketplaceId: string;
	/** IANA zone of its hours and days. */
	readonly zone: string;
	readonly opensAt: number;
	readonly closesAt?: number;
	readonly preferredFrom: number;
	readonly campaign: string | null;
	readonly whyThisCampaign: string | null;
	readonly otherCampaigns: readonly string[];
	readonly delayDays: number;
	/** Whether it is certain that it belongs to the campaign, or to none. */
	readonly isCertain: boolean;
	/**
	 * Whose limits apply: indices of campaigns, and `OWN` for the settings without a campaign. Orders
	 * with the same limits share one list.
	 */
	readonly settings: readonly number[];
}

const NO_NAMES: readonly string[] = [];

/** The settings of the operation itself. */
const OWN = -1;

/** A limit that a forecast disregards, to see what it costs. */
export type Relaxed =
	| 'hours'
	| 'weekdays'
	| 'quietDays'
	| 'campaignDays'
	| 'campaignMaximum'
	| 'maxRequestsPerDay'
	| 'rate';

/**
 * Reads orders into candidates for the schedule.
 *
 * An order belongs to the first campaign whose rules it meets. If Amazon did not return what the
 * rules of an earlier campaign need, it may belong to that one instead: then the limits of both
 * apply (only times that both permit, both maxima per day, the longer delay). So whatever the truth
 * is, it is not sent too early or against a rule.
 * @param relaxed a limit to disregard
 */
export function candidatesBy(choices: CandidateChoices, relaxed?: Relaxed) {
	const { now, campaigns = [], quietDays = [], pulse, defaultMarketplaceId } = choices;
	const membershipOf = membershipBy(campaigns, now);
	const own: Campaign = {
		name: '',
		rules: {},
		hours: choices.hours,
		weekdays: choices.weekdays,
		preferredDelayDays: choices.preferredDelayDays,
	};
	const settingOf = (index: number): Campaign =>
		index === OWN ? own : { ...own, ...defined(campaigns[index] ?? own) };
	const delays = [own, ...campaigns.map((_, index) => settingOf(index))].map(
		({ preferredDelayDays = 0 }) => preferredDelayDays,
	);
	const settingsOf = sharedLists();
	const delayOf = keptBy((settings: readonly number[]) =>
		Math.max(...settings.map((each) => delays[each + 1] ?? 0)),
	);
	const maxima = new Map<string, Maximum>();
	if (relaxed !== 'campaignMaximum') {
		for (const [index, { maxRequestsPerDay, sentToday }] of campaigns.entries()) {
			if (maxRequestsPerDay !== undefined) {
				maxima.set(String(index), { maxRequestsPerDay, sentToday });
			}
		}
	}

	const calendarsOf = keptBy<readonly number[], Map<string, SendCalendar>>(
		() => new Map<string, SendCalendar>(),
	);
	const calendarOf = (
		{ zone, marketplaceId, settings }: PlannedOrder,
		isPulse: boolean,
	): SendCalendar => {
		const isOfPlace = isPulse || quietDays.length > 0;
		const calendars = calendarsOf(settings);
		const own = isOfPlace ? `${zone}|${marketplaceId}|${isPulse}` : zone;
		const kept = calendars.get(own);
		if (kept !== undefined) return kept;
		const quiet = relaxed === 'quietDays' ? undefined : quietDaysOf(quietDays, marketplaceId);
		const allOf = settings
			.map((index) => clockOf(settingOf(index), zone, quiet, relaxed))
			.filter((times) => times !== undefined);
		if (isPulse && pulse !== undefined) {
			const schedule = { ...pulse, marketplaceId };
			allOf.push({
				zone: findMarketplace(marketplaceId)?.timeZone ?? 'utc',
				isPermittedDay: (day) => isPulseDayNumber(day, schedule),
			});
		}
		// Without limits, no zone matters.
		const calendar = { key: allOf.length === 0 ? '' : `${settings.join()}|${own}`, allOf };
		calendars.set(own, calendar);
		return calendar;
	};

	const countsOf = ({ settings }: PlannedOrder): string[] =>
		settings.map(String).filter((key) => maxima.has(key));

	const readOrder = (order: SellerOrder, index: number): PlannedOrder => {
		const marketplaceId = order.marketplaceId ?? defaultMarketplaceId;
		const marketplace = findMarketplace(marketplaceId) ?? findMarketplace(defaultMarketplaceId);
		const buyers = choices.clock === 'buyer' ? (order.buyerTimeZone ?? '') : '';
		const zone = isZone(buyers) ? buyers : (marketplace?.timeZone ?? 'utc');
		const window = windowOf(order, choices);
		const { opensAt, closesAt } = window;
		const { campaign, possible, others, why } = membershipOf(order, { zone, opensAt, closesAt });
		const settings = settingsOf(possible, campaign ?? OWN);
		const delayDays = drawnDelay(order.orderId, delayOf(settings), choices);
		return {
			key: String(index).padStart(9, '0'),
			orderId: order.orderId,
			marketplaceId: marketplace?.id ?? marketplaceId,
			zone,
			opensAt,
			closesAt,
			// Without a delay, it is sent as soon as permitted, perhaps before its latest delivery.
			preferredFrom: delayDays === 0 ? opensAt : window.delayFrom + delayDays * DAY_MS,
			campaign: campaign === undefined ? null : (campaigns[campaign]?.name ?? null),
			whyThisCampaign: campaigns.length === 0 ? null : why,
			otherCampaigns:
				others.length === 0 ? NO_NAMES : others.map((each) => campaigns[each]?.name ?? ''),
			delayDays,
			isCertain: possible.length === 0,
			settings,
		};
	};

	const candidateOf = (order: PlannedOrder, withPulse = pulse !== undefined): PlanCandidate => {
		const { closesAt } = order;
		// An order whose window may close at any time does not wait for a pulse.
		const waits = withPulse && closesAt !== undefined;
		return {
			key: order.key,
			zone: order.zone,
			opensAt: order.opensAt,
			closesAt,
			preferredFrom: order.preferredFrom,
			urgency: order.opensAt,
			calendar: calendarOf(order, false),
			preferred: waits ? calendarOf(order, true) : undefined,
			preferredUntil: waits ? closesAt - choices.sendNowWithinMs : undefined,
			countsToward: maxima.size === 0 ? NO_NAMES : countsOf(order),
		};
	};

	return { readOrder, candidateOf, maxima };
}

/** Makes lists of several indices and a last one; the same list for the same indices. */
function sharedLists(): (firsts: readonly number[], last: number) => readonly number[] {
	const lists = new Map<string | number, readonly number[]>();
	return (firsts, last) => {
		const key = firsts.length === 0 ? last : `${firsts.join()},${last}`;
		const kept = lists.get(key);
		if (kept !== undefined) return kept;
		const list = [...firsts, last];
		lists.set(key, list);
		return list;
	};
}

const defined = (campaign: Campaign): Campaign =>
	Object.fromEntries(
		Object.entries(campaign).filter(([, value]) => value !== undefined),
	) as unknown as Campaign;

/** The permitted times of a setting; undefined if all are permitted. */
function clockOf(
	setting: Campaign,
	zone: string,
	quiet: ((day: number) => boolean) | undefined,
	relaxed: Relaxed | undefined,
): ClockTimes | undefined {
	const hours = relaxed === 'hours' ? undefined : setting.hours;
	const weekdays = relaxed === 'weekdays' ? undefined : setting.weekdays;
	const days = relaxed === 'campaignDays' ? undefined : daysOf(setting);
	if ([hours, weekdays, days, quiet].every((limit) => limit === undefined)) return undefined;
	const isPermittedDay =
		days === undefined && quiet === undefined
			? undefined
			: (day: number) => (days?.(day) ?? true) && !(quiet?.(day) ?? false);
	return { zone, hours, weekdays, isPermittedDay };
}

function drawnDelay(
	orderId: string,
	atLeast: number,
	{ randomDelayUpToDays: upTo = 0, delaySeed = '' }: CandidateChoices,
): number {
	const more = Math.floor(upTo - atLeast);
	if (!(more > 0)) return atLeast;
	return atLeast + Math.floor(drawOf(`${delaySeed}/${orderId}/delay`) * (more + 1));
}

/**
 * The window of an order and the time its delay counts from. For an order without delivery dates,
 * all that is certain is that nothing is delivered before it is ordered.
 */
function windowOf(
	order: SellerOrder,
	{ now, delayFrom }: CandidateChoices,
): { readonly opensAt: number; readonly closesAt?: number; readonly delayFrom: number } {
	const { earliestDelivery, latestDelivery, createdAt } = order;
	if (earliestDelivery !== null && latestDelivery !== null) {
		const earliest = instantOf(earliestDelivery);
		const latest = instantOf(latestDelivery);
		const opensAt = earliest + OPENS_AFTER_DAYS * DAY_MS;
		const closesAt = latest + CLOSES_AFTER_DAYS * DAY_MS;
		return {
			opensAt,
			closesAt: withMargin(closesAt, Math.max(now, opensAt)),
			delayFrom: delayFrom === 'earliestDelivery' ? earliest : latest,
		};
	}
	const created = createdAt === null ? now - CLOSES_AFTER_DAYS * DAY_MS : instantOf(createdAt);
	const surelyOpenUntil = created + CLOSES_AFTER_DAYS * DAY_MS;
	return {
		opensAt: created + OPENS_AFTER_DAYS * DAY_MS,
		...(surelyOpenUntil > now && { closesAt: surelyOpenUntil }),
		delayFrom: created,
	};
}

/** Keeps a margin, because a request planned for the last moment of a window would arrive too late. */
const MARGIN_MS = HOUR_MS;

const withMargin = (closesAt: number, begin: number): number =>
	closesAt - MARGIN_MS > begin ? closesAt - MARGIN_MS : closesAt;
