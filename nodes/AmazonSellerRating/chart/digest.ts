import { mail, type MailOptions, type MailTable } from './mail';
import type { ChartModel, SummaryRow } from './model';
import {
	bandInWords,
	dayInWords,
	descriptionOf,
	displayedInWords,
	notesInWords,
	percentInWords,
	placeOf,
	provenanceInWords,
	UNKNOWN,
} from './words';

/** Windows per table; more windows go into additional tables, to fit phones. */
const WINDOWS_PER_TABLE = 3;

interface Field {
	readonly name: string;
	readonly value: (row: SummaryRow) => string;
	readonly isBold?: boolean;
}

/**
 * An email with the verdict on each window, the picture and the key table. If an email program does
 * not show the picture, its alternative text gives the key facts, and the table the rest.
 */
export function renderDigest(model: ChartModel, options: MailOptions): string {
	const [verdict = '', ...sentences] = verdictsOf(model);
	return mail(options, {
		title: titleOf(model),
		verdict,
		sentences,
		alternative: descriptionOf(model),
		tables: keyTables(model),
		notes: [model.texts.provenance, ...notesInWords(model)],
	});
}

const titleOf = (model: ChartModel): string =>
	`${model.title} – ${placeOf(model)}, ${dayInWords(model.asOf)}`;

/** One sentence or two on each window, the judged one first. */
export function verdictsOf({ summary, judged }: ChartModel): string[] {
	const isOther = ({ label }: SummaryRow) => Number(label !== judged);
	return summary.toSorted((a, b) => isOther(a) - isOther(b)).map(({ verdict }) => verdict);
}

/** The verdicts as plain text, for a chat message or the text part of an email. */
export const digestInWords = (model: ChartModel): string =>
	[titleOf(model), ...verdictsOf(model), ...notesInWords(model)].join('\n');

/** One column per window and one row per figure: narrow enough for a phone. */
function keyTables({ summary }: ChartModel): MailTable[] {
	const count = Math.ceil(summary.length / WINDOWS_PER_TABLE);
	return Array.from({ length: count }, (_, index) => {
		const start = index * WINDOWS_PER_TABLE;
		const rows = summary.slice(start, start + WINDOWS_PER_TABLE);
		return {
			head: ['Window', ...rows.map(({ label }) => label)],
			rows: fieldsOf(rows).map(({ name, value, isBold }) => ({
				cells: [name, ...rows.map(value)],
				...(isBold && { isBold }),
			})),
		};
	});
}

const countOf = (count: number | null): string =>
	count === null ? UNKNOWN : count.toLocaleString('en-US');

function fieldsOf(rows: readonly SummaryRow[]): Field[] {
	return [
		{ name: 'Rating', value: displayedInWords, isBold: true },
		{ name: 'Unrounded', value: unrounded },
		{ name: 'Status', value: ({ band }) => bandInWords(band) },
		{ name: 'Positive', value: ({ positive }) => countOf(positive) },
		{ name: 'Neutral', value: ({ neutral }) => countOf(neutral) },
		{ name: 'Negative', value: ({ negative }) => countOf(negative) },
		{ name: 'Total', value: ({ total }) => countOf(total) },
		...thresholdFields(rows),
		{ name: 'Source', value: ({ provenance }) => provenanceInWords(provenance) },
	];
}

const unrounded = ({ rating }: SummaryRow): string =>
	rating === null ? UNKNOWN : percentInWords(rating);

/** Runway and needed positives for every threshold of any window. */
function thresholdFields(rows: readonly SummaryRow[]): Field[] {
	const thresholds = new Map(
		rows.flatMap((row) => row.thresholds.map((each) => [keyOf(each), each] as const)),
	);
	return [...thresholds].flatMap(([key, { name, percent }]) => {
		const find = (row: SummaryRow) => row.thresholds.find((each) => keyOf(each) === key);
		const threshold = `${name} ${percentInWords(percent)}`;
		return [
			{
				name: `More neutral or negative before ${threshold}`,
				value: (row: SummaryRow) => runwayOf(row, percent, find(row)?.runway),
			},
			{
				name: `More positive to reach ${threshold}`,
				value: (row: SummaryRow) => neededOf(row, percent, find(row)?.neededPositives),
			},
		];
	});
}

const keyOf = ({ name, percent }: { name: string; percent: number }): string =>
	`${percent} ${name}`;

function runwayOf({ rating }: SummaryRow, percent: number, runway: number | null | undefined) {
	if (runway !== null && runway !== undefined) return countOf(runway);
	return rating !== null && rating < percent ? 'already below' : UNKNOWN;
}

/** With counts, only a threshold of 100% has no number of positives that reaches it. */
function neededOf(
	{ rating, positive }: SummaryRow,
	percent: number,
	needed: number | null | undefined,
): string {
	if (rating !== null && (rating >= percent || needed === 0)) return 'reached';
	return positive !== null && needed === null ? 'out of reach' : countOf(needed ?? null);
}
