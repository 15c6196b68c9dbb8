import type { INodeProperties } from 'n8n-workflow';
import { z } from 'zod';

import { sortThresholds, thresholdAt } from '../domain/bands';

/** 95% and 98% are common among sellers; Amazon publishes neither as a rule. */
const DEFAULTS = [
	{ name: 'Goal', percent: 98 },
	{ name: 'Minimum', percent: 95 },
];

export const thresholdsParameter: INodeProperties = {
	displayName: 'Thresholds',
	name: 'thresholds',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, sortable: true },
	placeholder: 'Add threshold',
	default: { threshold: DEFAULTS },
	description:
		'At or above the highest threshold, a rating is healthy; below the lowest, it is critical; in between, it is at risk. Sellers commonly use 98% and 95%; Amazon itself enforces the order defect rate.',
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
					placeholder: 'e.g. Goal',
					description: 'Your name for this threshold',
				},
				{
					displayName: 'Percent',
					name: 'percent',
					type: 'number',
					default: 95,
					typeOptions: { minValue: 0, maxValue: 100 },
					description: 'Percentage of all feedback that is positive, compared without rounding',
				},
			],
		},
	],
};

/**
 * Reads a percentage from a number or, from an expression, a string of digits; NaN for anything
 * else.
 */
function percentOf(value: unknown): number {
	if (typeof value === 'string')
		return /^\s*[-+]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : NaN;
	return typeof value === 'number' ? value : NaN;
}

const isBlank = (value: unknown): boolean =>
	value === null || value === undefined || (typeof value === 'string' && value.trim() === '');

/** The problem with a percentage; undefined if it is valid. */
function problemOf(value: unknown): string | undefined {
	if (isBlank(value)) return 'has no percentage';
	const percent = percentOf(value);
	if (!Number.isFinite(percent)) return 'is not a number';
	// A cleared field can arrive as 0, and no rating is ever below 0.
	if (percent <= 0) return 'is not above 0';
	if (percent > 100) return 'is above 100';
	// Exact comparison supports at most four decimals.
	return /^\d+(\.\d{1,4})?$/.test(String(percent)) ? undefined : 'has more than four decimals';
}

const thresholdSchema = z
	.object({ name: z.string().trim().nullish(), percent: z.unknown() })
	.transform(({ name, percent }) => ({ name: name || '', percent }));

const LONGEST_NAME_SHOWN = 60;

const quoted = (name: string): string =>
	`"${name.length > LONGEST_NAME_SHOWN ? `${name.slice(0, LONGEST_NAME_SHOWN)}…` : name}"`;

/** The thresholds as exact shares, highest first; the two defaults if none are given. */
export const thresholdsSchema = z
	.object({ threshold: z.array(thresholdSchema).nullish() })
	.transform(({ threshold }, check) => {
		const given = threshold ?? [];
		const refuse = (index: number, field: 'name' | 'percent', message: string) =>
			check.addIssue({ code: 'custom', path: ['threshold', index, field], message });
		const thresholds = given.map(({ name, percent: value }, index) => {
			const problem = problemOf(value);
			if (problem !== undefined) {
				const which = name === '' ? `Threshold ${index + 1}` : `The threshold ${quoted(name)}`;
				refuse(
					index,
					'percent',
					`${which} ${problem}. Enter a number above 0 and up to 100, e.g. 95.`,
				);
				return { name, percent: 0 };
			}
			const percent = percentOf(value);
			return { name: name || `${percent}%`, percent };
		});
		thresholds.forEach(({ name }, index) => {
			if (name === '' || thresholds.findIndex((other) => other.name === name) === index) return;
			refuse(index, 'name', `Two thresholds are named ${quoted(name)}. Give each its own name.`);
		});
		return sortThresholds(
			(thresholds.length === 0 ? DEFAULTS : thresholds).map(({ name, percent }) =>
				thresholdAt(percent, name),
			),
		);
	});
