import type { SandboxSettings } from '../settings';
import type { WorldFeedback } from '../world/types';
import { habitsOf, type Habits } from '../habits';
import { asReported } from '../world/typedText';
import { encode, encodingIn, UTF16, type ReportFile } from './textFile';

const ENGLISH = ['Date', 'Rating', 'Comments', 'Your Response', 'Order ID', 'Rater Email'];

/**
 * Amazon translates the header row. The real strings are not published; these are substitutes, good
 * enough to catch a parser that depends on English names.
 */
// cspell:disable
const HEADERS: Readonly<Record<string, readonly string[]>> = {
	IT: ['Data', 'Valutazione', 'Commenti', 'Risposta', 'Numero ordine', 'E-mail del cliente'],
	DE: ['Datum', 'Bewertung', 'Kommentare', 'Ihre Antwort', 'Bestellnummer', 'E-Mail des Bewerters'],
	FR: [
		'Date',
		'Évaluation',
		'Commentaires',
		'Votre réponse',
		'Numéro de commande',
		"E-mail de l'évaluateur",
	],
	MX: [
		'Fecha',
		'Calificación',
		'Comentarios',
		'Tu respuesta',
		'N.º de pedido',
		'Correo del cliente',
	],
	JP: ['日付', '評価', 'コメント', '返信', '注文番号', '評価者のEメール'],
};
// cspell:enable

/**
 * Countries whose reports are UTF-16 without a byte order mark. Seen in Italy; the others are
 * examples.
 */
const WITHOUT_MARK = ['IT', 'FR', 'PL'];

const LEGACY_EXTRA = ['Arrived on Time', 'Item as Described', 'Customer Service'] as const;

/** A calendar day in the format of a marketplace's report. */
export function formatDay(date: string, countryCode: string): string {
	const [year = '', month = '', day = ''] = date.split('-');
	const yy = year.slice(2);
	switch (countryCode) {
		case 'US':
			return `${Number(month)}/${Number(day)}/${yy}`;
		case 'DE':
			return `${day}.${month}.${yy}`;
		case 'SE':
			return date;
		case 'JP':
			return `${yy}/${month}/${day}`;
		default:
			return `${day}/${month}/${yy}`;
	}
}

function columns(row: readonly string[], extra: readonly string[], role: string, layout: string) {
	if (layout === 'six') return row;
	const legacy = [...row.slice(0, 4), ...extra, ...row.slice(4)];
	return layout === 'legacy10' ? [...legacy, role] : legacy;
}

/**
 * Writes GET_SELLER_FEEDBACK_DATA: tab-delimited, unquoted, newest row first.
 * @param countryOf the country of a row's own marketplace, if rows of several are mixed
 */
export function writeFeedbackFile(
	feedback: readonly WorldFeedback[],
	countryCode: string,
	settings: SandboxSettings,
	habits: Habits = habitsOf('kind'),
	countryOf: (row: WorldFeedback) => string = () => countryCode,
): ReportFile {
	const { feedbackLayout, feedbackLineEnd, feedbackBom, feedbackTruncated } = settings;
	const lineEnd = feedbackLineEnd === 'crlf' ? '\r\n' : '\n';
	const header = columns(
		HEADERS[countryCode] ?? ENGLISH,
		LEGACY_EXTRA,
		'Rater Role',
		feedbackLayout,
	);
	const rows = [...feedback]
		.sort((a, b) => b.at - a.at)
		.map((row) => asReported(row, habits))
		.map((row) => ({ ...row, country: countryOf(row) }))
		.map(({ date, rating, comment, response, orderId, email, country }) =>
			columns(
				[formatDay(date, country), String(rating), comment, response, orderId, email],
				['Yes', rating === 3 ? 'Yes' : 'No', ''],
				'Buyer',
				feedbackLayout,
			),
		);
	const unreadable = settings.feedbackUnreadableRow
		? [
				columns(
					['??/??/??', 'five', 'damaged row', '', 'not-an-order', ''],
					['', '', ''],
					'',
					feedbackLayout,
				),
			]
		: [];
	const lines = [header, ...rows.slice(0, 1), ...unreadable, ...rows.slice(1)];
	const whole = lines.map((line) => line.join('\t') + lineEnd).join('');
	const lastLine = lines.at(-1)?.join('\t') ?? '';
	const text = feedbackTruncated
		? whole.slice(0, whole.length - lineEnd.length - Math.ceil(lastLine.length / 2))
		: whole;
	const encoding =
		settings.feedbackCharset === 'byMarketplace' &&
		habits.utf16WithoutMark &&
		WITHOUT_MARK.includes(countryCode)
			? UTF16
			: encodingIn(countryCode, settings.feedbackCharset);
	return encode(text, encoding, feedbackBom);
}
