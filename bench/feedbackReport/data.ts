import type { DateOrder } from '../../nodes/shared/domain/marketplaces';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';

import type { ReportEncoding } from '../../nodes/shared/domain/reportEncoding';
import { seeded } from '../../test/seeded';

/** A feedback report in a marketplace's format. */
export interface Flavor {
	readonly name: string;
	readonly encoding: ReportEncoding;
	/** The name of the encoding in iconv-lite and in the download's header. */
	readonly charset: string;
	readonly countryCode: string;
	readonly dateOrder: DateOrder;
}

export const FLAVORS = {
	utf8: {
		name: 'UTF-8',
		encoding: 'utf-8',
		charset: 'utf8',
		countryCode: 'US',
		dateOrder: 'mdy',
	},
	cp932: {
		name: 'CP932',
		encoding: 'shift_jis',
		charset: 'cp932',
		countryCode: 'JP',
		dateOrder: 'ymd',
	},
	cp1252: {
		name: 'windows-1252',
		encoding: 'windows-1252',
		charset: 'cp1252',
		countryCode: 'DE',
		dateOrder: 'dmy',
	},
} as const satisfies Record<string, Flavor>;

export type FlavorName = keyof typeof FLAVORS;

export const SEED = 1;

const ENGLISH =
	'item arrived late and the box was damaged seller did not answer my question about a refund product works fine but color wrong never received thank you';
const GERMAN =
	'Artikel kam verspätet an Verpackung beschädigt Verkäufer antwortet nicht auf Fragen Rückerstattung für größere Bestellung – „leider“ über zwei Wochen 5 €';
const JAPANESE =
	'商品が 届くのが 遅かった 箱が つぶれて いました 返金 されて いません 対応が 悪い 説明と 違う 色でした 残念です ①㈱ ｱｲｳ';

const LANGUAGES: Readonly<
	Record<
		FlavorName,
		{ words: string; headers: string; date: (year: string, month: string, day: string) => string }
	>
> = {
	utf8: {
		// Some characters that need UTF-8: a typographic apostrophe and an emoji now and then.
		words: `${ENGLISH} don’t 👎`,
		headers: 'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email',
		date: (year, month, day) => `${month}/${day}/${year}`,
	},
	cp932: {
		words: JAPANESE,
		headers: '日付\t評価\tコメント\t回答\t注文番号\t評価者Eメール',
		date: (year, month, day) => `${year}/${month}/${day}`,
	},
	cp1252: {
		words: GERMAN,
		headers: 'Datum\tBewertung\tKommentare\tIhre Antwort\tBestellnummer\tE-Mail des Bewertenden',
		date: (year, month, day) => `${day}.${month}.${year}`,
	},
};

const DAYS = 1000;

/**
 * A gzipped report with this number of rows, newest first as in Amazon's: a quarter without a
 * comment, the others with 2 to 15 words, a tenth with a response.
 */
export function makeReport(flavor: FlavorName, rows: number): Buffer {
	const random = seeded(SEED);
	const { headers, date, words: text } = LANGUAGES[flavor];
	const words = text.split(' ');
	const digits = (count: number) => String(Math.floor(random() * 10 ** count)).padStart(count, '0');
	const phrase = (count: number) =>
		Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(' ');
	const lines = [headers];
	for (let row = 0; row < rows; row += 1) {
		const day = new Date(Date.UTC(2026, 2, 1) - Math.floor((row * DAYS) / rows) * 86_400_000);
		const [year = '', month = '', dayOfMonth = ''] = day.toISOString().slice(2, 10).split('-');
		lines.push(
			[
				date(year, String(Number(month)), String(Number(dayOfMonth))),
				1 + Math.floor(random() * 3),
				random() < 0.25 ? '' : phrase(2 + Math.floor(random() * 14)),
				random() < 0.1 ? phrase(6) : '',
				`${digits(3)}-${digits(7)}-${digits(7)}`,
				`${digits(8)}abcdef@marketplace.amazon.example`,
			].join('\t'),
		);
	}
	return gzipSync(iconv.encode(`${lines.join('\r\n')}\r\n`, FLAVORS[flavor].charset));
}
