import type { INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { sortThresholds } from '../domain/bands';
import { rationalFromPercent } from '../domain/rational';

/** 95 and 98 % are what sellers go by; Amazon publishes neither as a rule. */
const DEFAULTS = [
	{ name: 'Aim', percent: 98 },
	{ name: 'Suspension risk', percent: 95 },
];

export const thresholdsParameter: INodeProperties = {
	displayName: 'Thresholds',
	name: 'thresholds',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, sortable: true },
	placeholder: 'Add Threshold',
	default: { threshold: DEFAULTS },
	description:
		'At or above the highest a rating is healthy, below the lowest critical, in between at risk. Sellers go by 98 and 95 percent; what Amazon enforces is the order defect rate.',
	options: [
		{
			displayName: 'Threshold',
			name: 'threshold',
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. Aim',
					description: 'What you call this line',
				},
				{
					displayName: 'Percent',
					name: 'percent',
					type: 'number',
					default: 95,
					typeOptions: { minValue: 0, maxValue: 100 },
					description: 'Positive feedback of all feedback, compared exactly',
				},
			],
		},
	],
};

/** At most four decimals, as many as an exact comparison is made for. */
const percentSchema = z.coerce
	.number()
	.min(0)
	.max(100)
	.refine((percent) => /^\d+(\.\d{1,4})?$/.test(String(percent)), 'At most four decimals');

/** The thresholds as exact shares, highest first; the usual two where there are none. */
export const thresholdsSchema = z
	.object({
		threshold: z
			.array(z.object({ name: z.string().trim().default(''), percent: percentSchema }))
			.default([]),
	})
	.transform(({ threshold }) =>
		sortThresholds(
			(threshold.length === 0 ? DEFAULTS : threshold).map(({ name, percent }) => ({
				name: name || `${percent} %`,
				percent,
				share: rationalFromPercent(percent),
			})),
		),
	);
