// cspell:ignore Tell
import { DateTime } from 'luxon';

import { dayNumber, plusDays } from '../../shared/domain/calendar';
import type { SellerOrder } from '../../shared/domain/order';
import type { PermittedHours, Span } from './permittedHours';
import { exclusionBy, RULES, type SelectionRules } from './selectionRules';

/**
 * A campaign: rules that select orders, and how to send their requests. A setting that is missing is
 * that of orders without a campaign.
 */
export interface Campaign {
	readonly name: string;
	readonly rules: SelectionRules;
	readonly preferredDelayDays?: number;
	readonly hours?: PermittedHours['hours'];
	readonly weekdays?: readonly number[];
	/** Maximum requests per day for its orders, in addition to the one for all orders. */
	readonly maxRequestsPerDay?: number;
	/** Requests of the campaign that were already sent today. */
	readonly sentToday?: number;
	/** ISO calendar days, both included: requests go out only in between. */
	readonly firstDay?: string;
	readonly lastDay?: string;
}

/** Which campaigns an order belongs to. */
export interface Membership {
	/** Index of the first campaign that it certainly meets; undefined if it meets none. */
	readonly campaign: number | undefined;
	/**
	 * Indices of earlier campaigns that it may meet: Amazon did not say what their rules need. To be
	 * safe, the limits of all of them apply in addition.
	 */
	readonly possible: readonly number[];
	/** Indices of later campaigns that it meets, too. */
	readonly others: readonly number[];
	/** Why, in a sentence. */
	readonly why: string;
}

/** Where an order's window is: epoch milliseconds, in the zone of its hours and days. */
export interface OrderWindow {
	readonly zone: string;
	readonly opensAt: number;
	readonly closesAt?: number;
}

/**
 * Finds the campaign of an order: the first one whose rules it meets. A campaign whose days do not
 * overlap the order's window takes no order.
 * @throws RangeError for a rule or a day that is not valid
 */
export function membershipBy(
	campaigns: readonly Campaign[],
	now: number,
): (order: SellerOrder, window: OrderWindow) => Membership {
	const checks = campaigns.map(({ rules }) => exclusionBy(rules));
	const labels = campaigns.map(({ rules }) => labelsOf(rules));
	const periods = campaigns.map((campaign) => periodBy(campaign));
	const none: Membership = { campaign: undefined, possible: [], others: [], why: '' };
	if (campaigns.length === 0) return () => none;
	return (order, { zone, opensAt, closesAt = Infinity }) => {
		const possible: number[] = [];
		const met: number[] = [];
		const unknown: string[] = [];
		for (const [index, { name }] of campaigns.entries()) {
			const period = periods[index]?.(zone);
			const isOver =
				period !== undefined && (period.to <= Math.max(now, opensAt) || period.from > closesAt);
			if (isOver) continue;
			const finding = checks[index]?.(order);
			if (finding === undefined) met.push(index);
			else if (finding.reason === 'ruleCannotTell' && met.length === 0) {
				possible.push(index);
				unknown.push(`'${name}' (${finding.detail})`);
			}
		}
		const [campaign, ...others] = met;
		const rules = campaign === undefined ? [] : (labels[campaign] ?? []);
		const which =
			campaign === undefined
				? 'It meets the rules of no campaign'
				: rules.length === 0
					? 'This campaign has no rules'
					: `It meets the rules of this campaign: ${rules.join(', ')}`;
		const why =
			unknown.length === 0
				? which
				: `${which}. It may belong to ${unknown.join(' and ')}, so the limits there apply, too`;
		return { campaign, possible, others, why };
	};
}

const labelsOf = (rules: SelectionRules): string[] =>
	Object.keys(rules)
		.filter((name) => rules[name as keyof SelectionRules] !== undefined)
		.map((name) => RULES[name as keyof SelectionRules].label);

/** The time in which a campaign sends, by zone; undefined if it has no first and last day. */
function periodBy({ firstDay, lastDay }: Campaign): (zone: string) => Span | undefined {
	const kept = new Map<string, Span>();
	if (firstDay === undefined && lastDay === undefined) return () => undefined;
	const startOf = (day: string, zone: string) => DateTime.fromISO(day, { zone }).toMillis();
	return (zone) => {
		const period = kept.get(zone) ?? {
			from: firstDay === undefined ? -Infinity : startOf(firstDay, zone),
			to: lastDay === undefined ? Infinity : startOf(plusDays(lastDay, 1), zone),
		};
		kept.set(zone, period);
		return period;
	};
}

/** Whether a day, counted from 1970-01-01, is one of the campaign's; undefined if all are. */
export function daysOf({ firstDay, lastDay }: Campaign): ((day: number) => boolean) | undefined {
	if (firstDay === undefined && lastDay === undefined) return undefined;
	const first = firstDay === undefined ? -Infinity : dayNumber(firstDay);
	const last = lastDay === undefined ? Infinity : dayNumber(lastDay);
	return (day) => day >= first && day <= last;
}
