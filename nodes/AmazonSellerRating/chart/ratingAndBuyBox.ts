import * as Plot from '@observablehq/plot';

import { AXIS, Frame, GAP, LINE, SIZE, type Box } from './frame';
import { mail, type MailOptions } from './mail';
import type { ChartOptions } from './plot';
import { toDate } from './range';
import { windowColor } from './theme';
import { dayInWords, percentInWords, placeOf, UNKNOWN } from './words';

/** Rating and Buy Box share over time, one above the other, from the same days. Percent is 0 to 100. */
export interface RatingAndBuyBox {
	readonly title: string;
	/** E.g. "Amazon.de". */
	readonly marketplace: string;
	/** The seller's name; undefined if unknown. */
	readonly seller?: string;
	/** The day of the figures. */
	readonly asOf: string;
	/** Each point covers this many days up to its day. */
	readonly days: number;
	/** Sorted by date. A day on which either is unknown is a gap in both lines. */
	readonly points: ReadonlyArray<{
		readonly date: string;
		readonly rating: number | undefined;
		readonly buyBox: number | undefined;
	}>;
	/** Sentences about where the figures come from and what is missing. */
	readonly provenance: string;
	readonly notes: readonly string[];
}

/** The reader must not take a coincidence for a cause. */
export const CAUTION =
	'Both lines are from the same days, each on its own scale. That both rise or fall does not mean that one causes the other.';

type Point = RatingAndBuyBox['points'][number];

interface Known {
	readonly date: string;
	readonly rating: number;
	readonly buyBox: number;
}

const isKnown = (point: Point): point is Known =>
	point.rating !== undefined && point.buyBox !== undefined;

interface Panel {
	readonly value: 'rating' | 'buyBox';
	readonly title: string;
	readonly color: number;
}

const panelsOf = ({ days }: RatingAndBuyBox): Panel[] => [
	{ value: 'rating', title: `Rating: positive feedback of the last ${days} days (%)`, color: 1 },
	{ value: 'buyBox', title: `Buy Box share of page views in the last ${days} days (%)`, color: 2 },
];

const STEP = 5;
const PANEL = 140;

/** Draws both as a self-contained SVG; the height follows from the texts. */
export function renderRatingAndBuyBox(model: RatingAndBuyBox, options: ChartOptions): string {
	const frame = new Frame(options);
	frame.heading(
		model.title,
		`${placeOf(model)} · as of ${dayInWords(model.asOf)}. ${model.provenance}`,
	);
	for (const [index, panel] of panelsOf(model).entries()) {
		frame.y += LINE * 0.5;
		frame.write(panel.title, { fill: windowColor(frame.palette, panel.color) });
		frame.y += GAP;
		const isLast = index === 1;
		drawPanel(frame, model, panel, frame.box(PANEL, 40, isLast ? AXIS : LINE * 0.5), isLast);
	}
	frame.write(`Day; each point covers the ${model.days} days up to it`);
	frame.y += LINE * 0.5;
	frame.notes([CAUTION, ...model.notes].join(' '));
	return frame.picture(model, `${model.title} – ${placeOf(model)}`, inWords(model));
}

function drawPanel(
	frame: Frame,
	{ points, asOf }: RatingAndBuyBox,
	{ value, color }: Panel,
	box: Box,
	isLast: boolean,
): void {
	const { palette } = frame;
	const known = points.filter(isKnown);
	const drawn = points.map((point) => ({
		date: toDate(point.date),
		value: isKnown(point) ? point[value] : NaN,
	}));
	const last = drawn.findLast((point) => !Number.isNaN(point.value));
	const [low, high] = rangeOf(known.map((point) => point[value]));
	const stroke = windowColor(palette, color);
	const ticks = 4;
	frame.plot(box, {
		x: {
			type: 'utc',
			domain: [drawn[0]?.date ?? toDate(asOf), drawn.at(-1)?.date ?? toDate(asOf)],
			axis: null,
		},
		y: { type: 'linear', domain: [low, high], axis: null },
		marks: [
			Plot.gridY({ stroke: palette.grid, strokeOpacity: 1, ticks }),
			Plot.line(drawn, {
				x: 'date',
				y: 'value',
				stroke,
				strokeWidth: 2.25,
				strokeLinejoin: 'round',
				className: value,
			}),
			Plot.dot(last ? [last] : [], { x: 'date', y: 'value', r: 4, fill: stroke }),
			Plot.axisY({
				ticks,
				tickSize: 0,
				tickFormat: (percent: number) => `${percent}%`,
				label: null,
				fill: palette.muted,
				fontSize: SIZE,
			}),
			...(isLast
				? [Plot.axisX({ ...frame.axis(), ticks: frame.ticks(box, 7), anchor: 'bottom' })]
				: []),
			...(known.length === 0
				? [
						Plot.text(['No day has both figures'], {
							frameAnchor: 'middle',
							fill: palette.ink,
							fontSize: SIZE,
						}),
					]
				: []),
		],
	});
}

/** Whole steps around the values, at least one step high. */
function rangeOf(values: readonly number[]): [number, number] {
	if (values.length === 0) return [0, 100];
	const low = Math.max(0, Math.floor((Math.min(...values) - 0.5) / STEP) * STEP);
	const high = Math.min(100, Math.ceil((Math.max(...values) + 0.5) / STEP) * STEP);
	return low < high ? [low, high] : [low - STEP, high];
}

/** The key facts as sentences, for readers who cannot see the picture. */
export function inWords(model: RatingAndBuyBox): string {
	const known = model.points.filter(isKnown);
	const [first] = known;
	const last = known.at(-1);
	const facts =
		first === undefined || last === undefined
			? ['No day has both figures.']
			: [
					`From ${dayInWords(first.date)} to ${dayInWords(last.date)}, each over the ${model.days} days up to it.`,
					`Rating: ${percentInWords(first.rating)}, then ${percentInWords(last.rating)}.`,
					`Buy Box share: ${percentInWords(first.buyBox)}, then ${percentInWords(last.buyBox)}.`,
				];
	return [
		`Rating and Buy Box share for ${placeOf(model)} as of ${dayInWords(model.asOf)}.`,
		...facts,
		CAUTION,
		model.provenance,
		...model.notes,
	].join(' ');
}

/** The first sentence of the email: where both lines end. */
export function ratingAndBuyBoxVerdict(model: RatingAndBuyBox): string {
	const last = model.points.findLast(isKnown);
	if (last === undefined) return 'No day has both figures.';
	return `Rating ${percentInWords(last.rating)}, Buy Box share ${percentInWords(last.buyBox)}, each over the ${model.days} days up to ${dayInWords(last.date)}.`;
}

/** An email with where both lines end, the picture, its first and last figures, and the caution. */
export function renderRatingAndBuyBoxDigest(model: RatingAndBuyBox, options: MailOptions): string {
	const first = model.points.find(isKnown);
	const last = model.points.findLast(isKnown);
	const at = (point: Known | undefined, value: Panel['value']) =>
		point === undefined ? UNKNOWN : percentInWords(point[value]);
	return mail(options, {
		title: `${model.title} – ${placeOf(model)}, ${dayInWords(model.asOf)}`,
		verdict: ratingAndBuyBoxVerdict(model),
		alternative: inWords(model),
		tables: [
			{
				head: [
					'Figure',
					first ? dayInWords(first.date) : 'First day',
					last ? dayInWords(last.date) : 'Last day',
				],
				rows: panelsOf(model).map(({ value, title }) => ({
					cells: [title, at(first, value), at(last, value)],
				})),
			},
		],
		notes: [CAUTION, model.provenance, ...model.notes],
	});
}
