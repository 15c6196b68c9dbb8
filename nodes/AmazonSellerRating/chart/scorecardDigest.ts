import { placeInWords } from '../../shared/domain/marketplaces';
import { cutPercent } from '../../shared/domain/rating';
import type { Steps } from '../../shared/domain/steps';
import { escapeXml } from './dom';
import {
	css,
	mailHeading,
	mailPage,
	mailPicture,
	mailText,
	textCss,
	type MailOptions,
} from './mail';
import { LIGHT } from './theme';
import { countInWords, dayInWords, UNKNOWN } from './words';

/** The table of scorecards as an email: any number of sellers and marketplaces. */

/** What the digest needs of a scorecard; null if it is unknown. Percent is 0 to 100. */
export interface DigestCard {
	/** The seller's name, if the scorecards are of several. */
	readonly seller: string | null;
	readonly marketplaceName: string;
	readonly needsAttention: boolean;
	readonly attention: readonly string[];
	readonly missing: readonly string[];
	readonly accountStatus: string | null;
	/** Settled through this ISO day. */
	readonly settledThrough: string | null;
	/** Of 30, 90 and 365 days. */
	readonly ratings: ReadonlyArray<{ readonly days: number; readonly percent: number | null }>;
	readonly defects: ReadonlyArray<{
		readonly channel: string;
		readonly percent: number | null;
		readonly runway: number | null;
	}>;
	readonly buyBox: ReadonlyArray<{
		readonly days: number;
		readonly percent: number | null;
		readonly changePoints: number | null;
	}>;
	readonly sales: {
		readonly days: number;
		readonly ordersShipped: number | null;
		readonly unitsRefunded: number | null;
		readonly refundPercent: number | null;
		readonly claimsGranted: number | null;
	};
	readonly feedback: {
		readonly days: number;
		readonly positive: number | null;
		readonly neutral: number | null;
		readonly negative: number | null;
	};
	readonly trend: {
		readonly from: string;
		readonly through: string;
		readonly rating: ReadonlyArray<number | null>;
		readonly buyBox: ReadonlyArray<number | null>;
	} | null;
}

/** A seller or marketplace whose scorecard could not be made. */
export interface FailedCard {
	readonly seller: string | null;
	readonly message: string;
}

interface PictureOfDigest extends Pick<MailOptions, 'picture'> {
	/** Replaces the picture where it is not shown. */
	readonly alternative: string;
}

export interface ScorecardDigest {
	readonly subject: string;
	readonly summary: string;
	/** An empty picture is left out. */
	readonly html: (options: PictureOfDigest) => string;
}

/** Names in the subject; the summary has more. */
const NAMED_IN_SUBJECT = 3;
const NAMED_IN_SUMMARY = 10;

/** A space at which a line does not break. */
const NO_BREAK = '\u00a0';

/** Of the table; the longest texts are on the right. */
const COLUMNS = [
	{ name: 'Rating', width: '29%' },
	{ name: 'Order defects', width: '34%' },
	{ name: 'Buy Box', width: '37%' },
] as const;

/**
 * The digest: first in words what needs attention, then the picture, then the table of all
 * marketplaces, then what is unknown and why. Everything in it is readable without the picture. A
 * step is one marketplace.
 */
export function* renderScorecardDigest(
	cards: readonly DigestCard[],
	failed: readonly FailedCard[],
	title: string,
): Steps<ScorecardDigest> {
	const sorted = worstFirst(cards);
	const bad = sorted.filter(({ needsAttention }) => needsAttention);
	const verdict = verdictOf(bad.length, cards.length, failed.length);
	const names = [...failed.map(failedName), ...bad.map(nameOf)];
	const subject = names.length === 0 ? verdict : `${verdict}: ${listOf(names, NAMED_IN_SUBJECT)}`;
	const reasons = [
		...failed.map((each) => `${failedName(each)}: ${each.message}`),
		...bad.map((card) => `${nameOf(card)}: ${card.attention.map(withoutDot).join('; ')}`),
	].map(withoutDot);
	const shown = reasons.slice(0, NAMED_IN_SUMMARY);
	const rows: string[] = [];
	for (const card of sorted) {
		rows.push(row(card));
		yield;
	}
	const more = reasons.length - shown.length;
	return {
		subject,
		summary: [
			`${verdict}.`,
			...shown.map((reason) => `${reason}.`),
			...(more > 0 ? [`And ${more} more.`] : []),
		].join('\n'),
		html: (picture) => page(title, verdict, picture, { cards: sorted, rows, bad, failed }),
	};
}

/** Those that need attention first. */
export const worstFirst = (cards: readonly DigestCard[]): DigestCard[] =>
	cards.toSorted(
		(a, b) =>
			Number(b.needsAttention) - Number(a.needsAttention) ||
			nameOf(a).localeCompare(nameOf(b), 'en'),
	);

export const nameOf = ({ seller, marketplaceName }: DigestCard): string =>
	placeInWords(seller, marketplaceName);

const failedName = ({ seller }: FailedCard): string => seller ?? 'One item';

const withoutDot = (text: string): string => text.replace(/\.$/, '');

function listOf(names: readonly string[], most: number): string {
	const more = names.length - most;
	const text = names.slice(0, most).join('; ');
	return more > 0 ? `${text}; and ${more} more` : text;
}

function verdictOf(bad: number, all: number, failed: number): string {
	const unread = failed === 0 ? '' : `, ${failed} could not be read`;
	if (all === 0) return failed === 0 ? 'No scorecards' : `${failed} could not be read`;
	if (all === 1) return `${bad === 1 ? 'Needs attention' : 'Nothing needs attention'}${unread}`;
	return bad === 0
		? `Nothing needs attention in ${all} marketplaces${unread}`
		: `${bad} of ${all} marketplaces ${bad === 1 ? 'needs' : 'need'} attention${unread}`;
}

interface Content {
	readonly cards: readonly DigestCard[];
	/** The HTML of each card. */
	readonly rows: readonly string[];
	readonly bad: readonly DigestCard[];
	readonly failed: readonly FailedCard[];
}

function page(
	title: string,
	verdict: string,
	{ picture, alternative }: PictureOfDigest,
	content: Content,
): string {
	return mailPage(title, 'light', [
		mailHeading(title, verdict, 'light'),
		reasonsList(content),
		picture === '' ? '' : mailPicture(picture, alternative, LIGHT),
		...(content.cards.length > 0 ? [table(content.rows), unknowns(content.cards), legend()] : []),
	]);
}

const SMALL = { 'font-size': '13px', 'line-height': '18px' } as const;

const paragraph = (text: string, style: Readonly<Record<string, string>> = {}): string =>
	mailText(text, { ...SMALL, ...style });

function reasonsList({ bad, failed }: Content): string {
	const entries = [
		...failed.map((each) => ({ name: failedName(each), texts: [each.message] })),
		...bad.map((card) => ({ name: nameOf(card), texts: card.attention })),
	];
	const style = textCss({ margin: '0 0 8px' });
	return entries
		.map(
			({ name, texts }) =>
				`<p${style}><b>${escapeXml(name)}</b>: ${escapeXml(texts.map(withoutDot).join('; '))}.</p>`,
		)
		.join('\n');
}

function table(rows: readonly string[]): string {
	const head = textCss({
		...SMALL,
		padding: '4px',
		'border-bottom': `2px solid ${LIGHT.grid}`,
		color: LIGHT.muted,
		'font-weight': 'normal',
	});
	return [
		`<table width="100%" cellpadding="0" cellspacing="0" border="0"${css({ 'border-collapse': 'collapse', 'margin-top': '12px' })}>`,
		`<caption align="top"${textCss({ 'text-align': 'left', 'font-weight': 'bold', padding: '0 4px 4px' })}>All marketplaces</caption>`,
		`<thead><tr>${COLUMNS.map(({ name, width }) => `<th scope="col" align="left" width="${width}"${head}>${name}</th>`).join('')}</tr></thead>`,
		`<tbody>${rows.join('\n')}</tbody></table>`,
	].join('\n');
}

function row(card: DigestCard): string {
	const { needsAttention } = card;
	const name = `<b>${escapeXml(nameOf(card))}</b>`;
	const status = needsAttention
		? `<b${css({ color: LIGHT.negative })}>Needs attention</b>`
		: muted('Nothing to do');
	const cells = [
		card.ratings.map(({ days, percent }) => figure(percent, [`${days} d`])),
		card.defects.length === 0
			? [UNKNOWN]
			: card.defects.map(({ channel, percent, runway }) =>
					figure(percent, [channel, ...runwayOf(percent, runway)]),
				),
		card.buyBox.map(({ days, percent, changePoints }) => share(percent, days, changePoints)),
	];
	const head = textCss({ padding: '8px 4px 2px', 'font-weight': 'normal' });
	const cell = textCss({ ...SMALL, padding: '0 4px 2px', 'vertical-align': 'top' });
	const rest = textCss({
		...SMALL,
		padding: '0 4px 8px',
		'border-bottom': `1px solid ${LIGHT.grid}`,
	});
	return [
		`<tr><th colspan="3" scope="rowgroup" align="left"${head}>${name} · ${status}</th></tr>`,
		`<tr>${cells.map((lines) => `<td${cell}>${lines.join('<br>')}</td>`).join('')}</tr>`,
		`<tr><td colspan="3"${rest}>${muted(restOf(card))}</td></tr>`,
	].join('');
}

const muted = (text: string): string =>
	`<span${css({ color: LIGHT.muted, 'font-size': '12px' })}>${escapeXml(text)}</span>`;

/** A percentage and what it is; on a phone, the line breaks only at `gap` and between the parts. */
function figure(percent: number | null, parts: readonly string[], gap = NO_BREAK): string {
	const text = parts.map((part) => part.replaceAll(' ', NO_BREAK)).join(', ');
	return `<b>${escapeXml(percentOf(percent))}</b>${gap}${muted(text)}`;
}

/** A change is read with its days, so both go to the next line together. */
const share = (percent: number | null, days: number, points: number | null): string =>
	points === null
		? figure(percent, [`${days} d`])
		: figure(percent, [`${days} d, ${changeOf(points)}`], ' ');

/** Cut, not rounded, so that a figure below a threshold never appears to meet it. */
const percentOf = (percent: number | null): string =>
	percent === null ? UNKNOWN : `${cutPercent(percent)}%`;

function runwayOf(percent: number | null, runway: number | null): string[] {
	if (percent === null || runway === null) return [];
	return [runway === 0 ? 'limit reached' : `${runway.toLocaleString('en-US')} left`];
}

const changeOf = (points: number): string =>
	points === 0 ? '±0' : `${points < 0 ? '−' : '+'}${Math.abs(points)}`;

/** The figures that have no column. */
function restOf({ sales, feedback, accountStatus, settledThrough }: DigestCard): string {
	const count = (value: number | null, one: string, many?: string) =>
		value === null ? `${many ?? `${one}s`} ${UNKNOWN}` : countInWords(value, one, many);
	const share = sales.refundPercent === null ? '' : ` (${sales.refundPercent}% of units ordered)`;
	return [
		`${sales.days} days: ${count(sales.ordersShipped, 'order shipped', 'orders shipped')}, ${count(sales.unitsRefunded, 'unit refunded', 'units refunded')}${share}, ${count(sales.claimsGranted, 'A-to-z claim granted', 'A-to-z claims granted')}`,
		`Feedback of ${feedback.days} days: ${feedback.positive ?? UNKNOWN} positive, ${feedback.neutral ?? UNKNOWN} neutral, ${feedback.negative ?? UNKNOWN} negative`,
		`Account status ${accountStatus ?? UNKNOWN}`,
		...(settledThrough === null ? [] : [`Settled through ${dayInWords(settledThrough)}`]),
	].join('. ');
}

function unknowns(cards: readonly DigestCard[]): string {
	const texts = cards
		.filter(({ missing }) => missing.length > 0)
		.map((card) => paragraph(`${nameOf(card)}: ${card.missing.join(' ')}`, { color: LIGHT.muted }));
	if (texts.length === 0) return '';
	return [
		`<h2${textCss({ margin: '12px 0 4px', 'font-size': '14px' })}>Unknown</h2>`,
		...texts,
	].join('\n');
}

const legend = (): string =>
	paragraph(
		'Rating: positive feedback of all feedback in 30, 90 and 365 days. Order defects: Amazon’s 60 days, of orders you ship and orders Amazon ships; “left” is how many further orders with a defect bring the rate to 1%. Buy Box: share of page views with your offer in the Buy Box in 7 and 28 settled days, and its change in percentage points.',
		{ margin: '12px 0 0', color: LIGHT.muted, 'font-size': '12px' },
	);
