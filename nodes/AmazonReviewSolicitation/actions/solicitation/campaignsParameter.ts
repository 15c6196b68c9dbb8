import { DateTime } from 'luxon';
import type { INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { isIsoDay } from '../../../shared/domain/calendar';
import { ifAdded } from '../../../shared/n8n/commonParameters';
import { givenCount } from '../../../shared/n8n/parameters';
import { POLICY_NOTE, type SelectionRules } from '../../planning/selectionRules';
import type { Campaign } from '../../planning/campaigns';
import { problemOfDays, readQuietDays } from '../../planning/quietDays';
import {
	fromTimeOption,
	hoursOf,
	timeOfDay,
	toTimeOption,
	weekdaysOption,
	weekdaysSchema,
} from './planTimes';
import { addedOptions, campaignRules, campaignRulesSchema } from './selectionRulesParameter';

const settings: INodeProperties = {
	displayName: 'Settings',
	name: 'settings',
	type: 'collection',
	placeholder: 'Add setting',
	default: {},
	description: "What is different for this campaign; the rest is as in the node's own settings",
	options: [
		weekdaysOption,
		fromTimeOption,
		{
			displayName: 'First Day',
			name: 'firstDay',
			type: 'string',
			default: '',
			placeholder: 'e.g. 2026-12-01',
			description:
				'The campaign sends from this day on; orders whose window closes before do not belong to it',
		},
		{
			displayName: 'Last Day',
			name: 'lastDay',
			type: 'string',
			default: '',
			placeholder: 'e.g. 2026-12-24',
			description:
				'The campaign sends until the end of this day; orders whose window opens later do not belong to it',
		},
		toTimeOption,
		{
			displayName: 'Maximum Requests per Day',
			name: 'maxRequestsPerDay',
			type: 'number',
			default: 100,
			typeOptions: { minValue: 0 },
			description:
				"Maximum requests of this campaign per day and seller, in the workflow's time zone; the node's own maximum applies in addition",
		},
		{
			displayName: 'Preferred Delay (Days)',
			name: 'preferredDelay',
			type: 'number',
			default: 0,
			typeOptions: { minValue: 0, maxValue: 60 },
			description: "Instead of the node's own 'Preferred Delay (Days)'",
		},
		{
			displayName: 'Sent Today',
			name: 'sentToday',
			type: 'number',
			default: 0,
			displayOptions: ifAdded('maxRequestsPerDay'),
			typeOptions: { minValue: 0 },
			description: 'How many requests of this campaign you already sent today',
		},
	],
};

/** An ordered list of campaigns. */
export const campaignsParameter: INodeProperties = {
	displayName: 'Campaigns',
	name: 'campaigns',
	type: 'fixedCollection',
	placeholder: 'Add campaign',
	default: {},
	typeOptions: { multipleValues: true, sortable: true },
	description: `Delay, hours, days and maximum per day for some of the orders. An order belongs to the first campaign whose rules it meets. ${POLICY_NOTE}.`,
	options: [
		{
			displayName: 'Campaign',
			name: 'campaign',
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. Business buyers',
					description: "Is in each order's field 'campaign'",
				},
				campaignRules,
				settings,
			],
		},
	],
};

/** A calendar day; blank means not given. */
const isoDay = z
	.unknown()
	.transform((value) => {
		if (DateTime.isDateTime(value)) return value.toISODate() ?? '';
		if (value instanceof Date) return value.toISOString().slice(0, 10);
		return String(value ?? '')
			.trim()
			.replace(/T.*$/, '');
	})
	.refine((day) => day === '' || isIsoDay(day), 'Enter a day such as 2026-12-24')
	.transform((day) => (day === '' ? undefined : day));

const settingsSchema = addedOptions().pipe(
	z.object({
		preferredDelay: z.number().min(0).optional(),
		weekdays: weekdaysSchema.optional(),
		fromTime: timeOfDay.optional(),
		toTime: timeOfDay.optional(),
		maxRequestsPerDay: z.number().int().min(0).optional(),
		sentToday: givenCount.optional(),
		firstDay: isoDay,
		lastDay: isoDay,
	}),
);

export const campaignsSchema = z
	.object({
		campaign: z
			.array(
				z.object({
					name: z.string().trim().min(1, 'Enter a name for each campaign'),
					rules: campaignRulesSchema.default({}),
					settings: settingsSchema.default({}),
				}),
			)
			.refine(
				(all) => new Set(all.map(({ name }) => name)).size === all.length,
				'Enter a different name for each campaign',
			)
			.default([]),
	})
	.default({})
	.transform(({ campaign }) => campaign);

type GivenCampaign = z.infer<typeof campaignsSchema>[number];

/** The rules as the plan reads them: an age becomes a date. */
export function rulesAt<Rules extends { readonly maxOrderAgeDays?: number }>(
	{ maxOrderAgeDays, ...rules }: Rules,
	now: DateTime,
): Omit<Rules, 'maxOrderAgeDays'> & Pick<SelectionRules, 'createdSince'> {
	return maxOrderAgeDays === undefined
		? rules
		: { ...rules, createdSince: now.minus({ days: maxOrderAgeDays }).toISO() ?? undefined };
}

export const campaignAt = ({ name, rules, settings: given }: GivenCampaign, now: DateTime) => {
	const { preferredDelay, weekdays, maxRequestsPerDay, sentToday, firstDay, lastDay } = given;
	return {
		name,
		rules: rulesAt(rules, now),
		preferredDelayDays: preferredDelay,
		weekdays,
		hours: hoursOf(given),
		maxRequestsPerDay,
		sentToday,
		firstDay,
		lastDay,
	} satisfies Campaign;
};

export const ordersWithoutCampaignOption: INodeProperties = {
	displayName: 'Orders Without a Campaign',
	name: 'ordersWithoutCampaign',
	type: 'options',
	default: 'ownSettings',
	options: [
		{
			name: 'Leave Out',
			value: 'leaveOut',
			description: 'Send requests only for orders of a campaign',
		},
		{
			name: "Use the Node's Settings",
			value: 'ownSettings',
			description: 'Delay, hours, days and maximum of the node itself',
		},
	],
	description: 'What to do with orders that meet the rules of no campaign, if there are campaigns',
};

export const quietDaysOption: INodeProperties = {
	displayName: 'Quiet Days',
	name: 'quietDays',
	type: 'string',
	typeOptions: { rows: 3 },
	default: '',
	placeholder: 'e.g. 2026-12-24 to 2026-12-26, DE 2026-10-03',
	description:
		"Days on which nothing is sent: days or ranges, one per line or separated by commas, with a marketplace in front if only that one is quiet. Or an expression that returns rows with date, or from and to, and marketplace, such as {{ $('Holidays').all() }}. The node stops if an entry is not a day.",
};

export const quietDaysSchema = z.unknown().transform((given, context) => {
	const { days, wrong } = readQuietDays(given);
	const problem = problemOfDays(wrong);
	if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
	return days;
});

export const pulseTestOption: INodeProperties = {
	displayName: 'Pulse Test',
	name: 'pulseTest',
	type: 'string',
	default: '',
	placeholder: 'e.g. autumn',
	description:
		"Any text, the seed of the draw; if empty, the test is disabled. On one day of each block of days, drawn for each marketplace, all requests that are due go out, so that you can see in the feedback what requests bring. An order that would miss its window goes out on another day ('forced'). The same text draws the same days.",
};

export const daysPerBlockOption: INodeProperties = {
	displayName: 'Days per Block',
	name: 'daysPerBlock',
	type: 'number',
	default: 5,
	displayOptions: ifAdded('pulseTest'),
	typeOptions: { minValue: 2, maxValue: 14 },
	description:
		"Length of the blocks of 'Pulse Test', in days; with 5, the test sees the most for the wait. Sellers with fewer than 50 orders a day may prefer 7.",
};

export const randomDelayOption: INodeProperties = {
	displayName: 'Random Delay Up to (Days)',
	name: 'randomDelayUpTo',
	type: 'number',
	default: 10,
	typeOptions: { minValue: 0, maxValue: 60 },
	description:
		"For each order, the delay is drawn between 'Preferred Delay (Days)' and this number, in whole days. The same order always has the same delay.",
};
