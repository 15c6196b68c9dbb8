import type { INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { givenCount } from '../../shared/n8n/parameters';
import type { Window, WindowReading } from '../analysis/evaluation';

const whole = (displayName: string, name: string, description: string): INodeProperties => ({
	displayName,
	name,
	type: 'number',
	default: 0,
	typeOptions: { minValue: 0, numberPrecision: 0 },
	description,
});

export const enteredCountsParameter: INodeProperties = {
	displayName: 'Counts',
	name: 'counts',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add window',
	default: {},
	displayOptions: { show: { sources: ['counts'] } },
	description: 'Feedback counts as Feedback Manager shows them, one entry per window',
	options: [
		{
			displayName: 'Window',
			name: 'window',
			values: [
				{
					...whole('Days', 'days', 'Length of the window, e.g. 30, 90 or 365; 0 for lifetime'),
					default: 365,
				},
				whole('Positive', 'positive', 'Feedback with 4 or 5 stars'),
				whole('Neutral', 'neutral', 'Feedback with 3 stars'),
				whole('Negative', 'negative', 'Feedback with 1 or 2 stars'),
			],
		},
	],
};

export const enteredCountsSchema = z
	.object({
		window: z
			.array(
				z.object({
					days: givenCount,
					positive: givenCount,
					neutral: givenCount,
					negative: givenCount,
				}),
			)
			.default([]),
	})
	.default({});

export type EnteredCounts = z.infer<typeof enteredCountsSchema>;

/** The counts the user entered for a window; undefined if they entered none. */
export function readEnteredCounts(
	{ window: entries }: EnteredCounts,
	{ days }: Window,
): WindowReading | undefined {
	const entry = entries.find((each) => each.days === (days ?? 0));
	if (entry === undefined) return undefined;
	const { positive, neutral, negative } = entry;
	return {
		source: 'counts',
		provenance: 'exact',
		counts: { positive, neutral, negative },
		notes: [],
	};
}
