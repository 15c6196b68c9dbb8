import iconv from 'iconv-lite';
import type { SandboxSettings } from '../settings';

/** Bytes with the Content-Type that the download announces. */
export interface ReportFile {
	readonly bytes: Buffer;
	readonly contentType: string;
	/** The encoding the bytes really have. */
	readonly charset: string;
}

interface Encoding {
	/** The name the encoder uses. */
	readonly charset: string;
	/** The charset in the download's Content-Type; Japan gives none. */
	readonly announced: string | undefined;
}

const UTF8: Encoding = { charset: 'utf-8', announced: 'UTF-8' };
const CP1252: Encoding = { charset: 'windows-1252', announced: 'Cp1252' };
/** Without a byte order mark, and announced as something else. */
export const UTF16: Encoding = { charset: 'utf-16le', announced: 'Cp1252' };
const CP932: Encoding = { charset: 'cp932', announced: undefined };
const EUROPE = ['DE', 'GB', 'FR', 'IE', 'IT', 'ES', 'NL', 'BE', 'SE', 'PL', 'TR'];

/** The encoding of a marketplace's text reports, unless a setting changes it. */
export function encodingIn(
	countryCode: string,
	charset: SandboxSettings['feedbackCharset'] = 'byMarketplace',
): Encoding {
	switch (charset) {
		case 'utf-8':
			return UTF8;
		case 'windows-1252':
			return CP1252;
		case 'cp932':
			return CP932;
		default:
			if (countryCode === 'JP') return CP932;
			return EUROPE.includes(countryCode) ? CP1252 : UTF8;
	}
}

/** Nothing is quoted in these files, so tabs and line breaks in a text are replaced. */
export const cell = (text: string): string => text.replace(/[\t\r\n]+/g, ' ');

/** @param bom starts the file with a byte order mark, in UTF-8 only. */
export function encode(text: string, { charset, announced }: Encoding, bom = false): ReportFile {
	return {
		bytes: iconv.encode(text, charset, { addBOM: bom && charset === 'utf-8' }),
		contentType: announced === undefined ? 'text/plain' : `text/plain;charset=${announced}`,
		charset,
	};
}

/** The columns of a report: the name of each, and its value for a row. */
export type Columns<Row> = ReadonlyArray<readonly [name: string, value: (row: Row) => string]>;

/** A tab-delimited, unquoted report with English column names. Its line ending is unconfirmed. */
export function writeTable<Row>(
	columns: Columns<Row>,
	rows: readonly Row[],
	countryCode: string,
): ReportFile {
	const lines = [
		columns.map(([name]) => name),
		...rows.map((row) => columns.map(([, value]) => cell(value(row)))),
	];
	const text = lines.map((line) => `${line.join('\t')}\r\n`).join('');
	return encode(text, encodingIn(countryCode));
}
