import {
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { optionsCollection, simplifyParameter } from '../../shared/n8n/commonParameters';
import { detectRise, type Baseline, type CusumResult } from '../analysis/cusum';
import { dayNumber, plusDays } from '../../shared/domain/calendar';
import { toPercent, totalOf } from '../../shared/domain/rating';
import type { ItemSeller } from '../../shared/n8n/itemSeller';
import { readParameters } from '../../shared/n8n/parameters';
import { reportsOptions, reportsOptionsSchema } from '../sources/amazonReports';
import {
	datedSourceParameters,
	datedSourceSchema,
	readDatedSource,
	type DatedSource,
	type KnownCounts,
} from '../sources/datedSource';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { operation: ['detectChange'] } },
	[
		...datedSourceParameters,
		{
			displayName: 'Days to Watch',
			name: 'watchedDays',
			type: 'number',
			default: 90,
			typeOptions: { minValue: 1, maxValue: 364 },
			description: 'How many of the latest days to check for a change',
		},
		simplifyParameter,
		optionsCollection(
			...reportsOptions,
			{
				displayName: 'Baseline (%)',
				name: 'baselinePercent',
				type: 'number',
				default: 2,
				typeOptions: { minValue: 0, maxValue: 50 },
				description:
					'Usual share of neutral and negative feedback. By default, estimated from the days before the watched ones.',
			},
			{
				displayName: 'Entries Between False Alarms',
				name: 'falseAlarmEvery',
				type: 'number',
				default: 1000,
				typeOptions: { minValue: 1, maxValue: 1_000_000 },
				description:
					'Average number of feedback entries between two false alarms while nothing has changed. A larger number means fewer false alarms, but real changes are detected later.',
			},
		),
	],
);

const schema = datedSourceSchema.extend({
	watchedDays: z.number().int().min(1).max(364),
	simplify: z.boolean(),
	options: reportsOptionsSchema.extend({
		baselinePercent: z.number().gt(0, 'Enter more than 0').lt(50, 'Enter less than 50').optional(),
		falseAlarmEvery: z.number().min(1).max(1_000_000).default(1000),
	}),
});

/**
 * Detects whether the share of neutral and negative feedback has risen, since when and by how much.
 */
export async function execute(
	this: IExecuteFunctions,
	itemIndex: number,
	seller: ItemSeller,
): Promise<IDataObject> {
	const { options, watchedDays, simplify, ...wanted } = readParameters(
		this,
		itemIndex,
		schema,
		description,
	);
	const source = await readDatedSource(this, itemIndex, seller, wanted, options);
	const { series, knownSince, knownThrough } = source;
	const from = plusDays(knownThrough, 1 - watchedDays);
	const baseline: Baseline =
		options.baselinePercent === undefined
			? { reference: { from: knownSince, to: plusDays(from, -1) } }
			: { share: options.baselinePercent / 100 };
	const watched = source.between(from, knownThrough);
	const reference =
		'reference' in baseline && baseline.reference.from <= baseline.reference.to
			? source.between(baseline.reference.from, baseline.reference.to)
			: undefined;
	const lacking = [watched, reference].find(
		(known) => known !== undefined && known.counts === undefined,
	);
	const result: CusumResult =
		series === undefined || lacking !== undefined
			? { verdict: 'insufficient', reason: (lacking ?? watched).notes.join('; ') }
			: detectRise(series, {
					baseline,
					watched: { from, to: knownThrough },
					falseAlarmEvery: options.falseAlarmEvery,
				});
	return toItem(source, result, baseline, { watched, reference, simplify });
}

/** The counts of the days watched and of the days the baseline is estimated from. */
interface Known {
	readonly watched: KnownCounts;
	readonly reference: KnownCounts | undefined;
}

/**
 * With fewer feedback entries for the baseline, only the order of magnitude of the false-alarm rate
 * is right.
 */
const SOLID_REFERENCE = 500;

function weakBaseline({ series }: DatedSource, baseline: Baseline): string[] {
	if (series === undefined || !('reference' in baseline)) return [];
	const { from, to } = baseline.reference;
	const reference = totalOf(series.between(dayNumber(from), dayNumber(to)));
	if (reference >= SOLID_REFERENCE) return [];
	return [
		`The baseline is estimated from only ${reference} feedback entries, so false alarms may be more frequent than you set`,
	];
}

function toItem(
	source: DatedSource,
	result: CusumResult,
	baseline: Baseline,
	{ watched, reference, simplify }: Known & { readonly simplify: boolean },
): IDataObject {
	const design = result.verdict === 'insufficient' ? undefined : result.design;
	const alarm = result.verdict === 'insufficient' ? undefined : result.alarm;
	const summary = {
		marketplace: source.marketplace.countryCode,
		verdict: result.verdict,
		reason: [inWords(result), ...weakBaseline(source, baseline)].join('. '),
		since: alarm?.since ?? null,
		raisedOn: alarm?.raisedOn ?? null,
		baselinePercent: design ? 100 * design.baselineShare : null,
		currentPercent: alarm ? toPercent(alarm.share) : null,
		excessPoints: alarm?.excessPoints ?? null,
		falseAlarmEvery: design?.falseAlarmEvery ?? null,
		provenance: result.verdict === 'insufficient' ? 'insufficient' : watched.provenance,
		coverage: (watched.coverage ?? null) as IDataObject | null,
	};
	if (simplify) return summary;
	return {
		...summary,
		marketplaceId: source.marketplace.id,
		knownThrough: source.knownThrough,
		baselineCoverage: (reference?.coverage ?? null) as IDataObject | null,
		notes: [...new Set([...watched.notes, ...(reference?.notes ?? [])])],
		sources: [...source.sources],
		design: (design ?? null) as unknown as IDataObject,
		path: (result.verdict === 'insufficient' ? [] : result.path) as unknown as IDataObject[],
	};
}

function inWords(result: CusumResult): string {
	if (result.verdict === 'insufficient') return result.reason;
	const { alarm } = result;
	if (alarm === undefined) return 'Neutral and negative feedback did not rise more than by chance';
	const { neutral, negative } = alarm.counts;
	return `Since ${alarm.since}, ${neutral + negative} of ${totalOf(alarm.counts)} feedback entries are neutral or negative, ${alarm.excessPoints.toFixed(1)} points more than usual`;
}
