import type { INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

/** The hours and days of Plan and of its campaigns. */
export const weekdaysOption: INodeProperties = {
	displayName: 'Days of the Week',
	name: 'weekdays',
	type: 'multiOptions',
	default: [1, 2, 3, 4, 5],
	options: [
		{ name: 'Friday', value: 5 },
		{ name: 'Monday', value: 1 },
		{ name: 'Saturday', value: 6 },
		{ name: 'Sunday', value: 7 },
		{ name: 'Thursday', value: 4 },
		{ name: 'Tuesday', value: 2 },
		{ name: 'Wednesday', value: 3 },
	],
	description: 'Days on which to send',
};

export const fromTimeOption: INodeProperties = {
	displayName: 'Earliest Time of Day',
	name: 'fromTime',
	type: 'string',
	default: '09:00',
	placeholder: 'e.g. 09:00',
	description: "Do not send before this time, in the zone set in 'Time Zone'",
};

export const toTimeOption: INodeProperties = {
	displayName: 'Latest Time of Day',
	name: 'toTime',
	type: 'string',
	default: '20:00',
	placeholder: 'e.g. 20:00',
	description: 'Send before this time',
};

/** Minutes of the day. */
export const timeOfDay = z
	.string()
	.trim()
	.regex(/^([01]?\d|2[0-4]):[0-5]\d$/, 'Enter a time such as 09:00')
	.transform((text) => {
		const [hours = 0, minutes = 0] = text.split(':').map(Number);
		return Math.min(hours * 60 + minutes, 24 * 60);
	});

export const weekdaysSchema = z
	.array(z.number().int().min(1).max(7))
	.min(1, 'Select at least one day');

/** Undefined if neither end is given. */
export const hoursOf = ({
	fromTime,
	toTime,
}: {
	readonly fromTime?: number;
	readonly toTime?: number;
}): { readonly from: number; readonly to: number } | undefined =>
	fromTime === undefined && toTime === undefined
		? undefined
		: { from: fromTime ?? 0, to: toTime ?? 24 * 60 };
