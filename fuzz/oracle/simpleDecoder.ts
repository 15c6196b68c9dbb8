import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';

import type { DecodedReport } from '../../nodes/shared/domain/reportEncoding';

/** Charset names as in a download's header, and the encoding used for each. */
export const CHARSETS: ReadonlyArray<readonly [string, DecodedReport['encoding'] | undefined]> = [
	['', undefined],
	['utf-8', 'utf-8'],
	['UTF8', 'utf-8'],
	['Cp1252', 'windows-1252'],
	['windows-1252', 'windows-1252'],
	['ISO-8859-1', 'windows-1252'],
	['latin1', 'windows-1252'],
	['SJIS', 'shift_jis'],
	['Shift_JIS', 'shift_jis'],
	['shift-jis', 'shift_jis'],
	['MS932', 'shift_jis'],
	['cp932', 'shift_jis'],
	['windows-31j', 'shift_jis'],
	['koi8-r', undefined],
	['Cp1250', 'windows-1250'],
	['ISO-8859-2', 'iso-8859-2'],
	['Cp1254', 'windows-1254'],
	['ISO-8859-9', 'windows-1254'],
	['ISO-8859-15', 'iso-8859-15'],
];

const tables = new Map<string, readonly string[]>();

/** A single-byte encoding by another library; bytes it leaves undefined stand for themselves. */
function tableOf(encoding: DecodedReport['encoding']): readonly string[] {
	const table =
		tables.get(encoding) ??
		Array.from({ length: 256 }, (_, byte) => {
			const char = iconv.decode(Buffer.of(byte), encoding);
			return char === '\ufffd' ? String.fromCharCode(byte) : char;
		});
	tables.set(encoding, table);
	return table;
}

/**
 * Decodes the bytes of a report, all at once, by the order of evidence that `decodeReport`
 * promises.
 * @param declared the charset the download names
 */
export function decodeSimply(
	bytes: Uint8Array,
	declared: DecodedReport['encoding'] | undefined,
	countryCode: string | undefined,
): DecodedReport {
	const recognizedBy = 'byteOrderMark';
	const start = Buffer.from(bytes.subarray(0, 3)).toString('hex');
	if (start === 'efbbbf') return { ...decoded(bytes, 'utf-8'), recognizedBy };
	if (start.startsWith('fffe')) return { ...decoded(bytes, 'utf-16le'), recognizedBy };
	if (start.startsWith('feff')) return { ...decoded(bytes, 'utf-16be'), recognizedBy };

	const first = [...bytes.subarray(0, 1024)];
	const [even, odd] = [0, 1].map(
		(place) => first.filter((byte, at) => byte === 0 && at % 2 === place).length,
	) as [number, number];
	if (even + odd >= 3 && 20 * (even + odd) >= first.length) {
		if (odd >= 4 * even) return { ...decoded(bytes, 'utf-16le'), recognizedBy: 'zeroBytes' };
		if (even >= 4 * odd) return { ...decoded(bytes, 'utf-16be'), recognizedBy: 'zeroBytes' };
	}

	const isJapanese = isShiftJis(bytes);
	if (declared === 'utf-8' && isUtf8(bytes)) {
		return { ...decoded(bytes, 'utf-8'), recognizedBy: 'contentType' };
	}
	if (declared === 'shift_jis' && isJapanese) {
		return { ...decoded(bytes, 'shift_jis'), recognizedBy: 'contentType' };
	}
	if (isUtf8(bytes)) return { ...decoded(bytes, 'utf-8'), recognizedBy: 'validUtf8' };

	if (declared !== undefined && !['utf-8', 'shift_jis'].includes(declared)) {
		return { ...singleByte(bytes, declared), recognizedBy: 'contentType' };
	}
	if (countryCode === 'JP' && isJapanese) {
		return { ...decoded(bytes, 'shift_jis'), recognizedBy: 'marketplace' };
	}
	return { ...singleByte(bytes, 'windows-1252'), recognizedBy: 'fallback' };
}

const singleByte = (bytes: Uint8Array, encoding: DecodedReport['encoding']): Decoded => ({
	text: Array.from(bytes, (byte) => tableOf(encoding)[byte]).join(''),
	encoding,
});

type Decoded = Pick<DecodedReport, 'text' | 'encoding'>;

/** Invalid bytes become U+FFFD; a byte order mark is dropped. */
const decoded = (bytes: Uint8Array, encoding: DecodedReport['encoding']): Decoded => ({
	text: new TextDecoder(encoding).decode(bytes),
	encoding,
});

function isShiftJis(bytes: Uint8Array): boolean {
	try {
		new TextDecoder('shift_jis', { fatal: true }).decode(bytes);
		return true;
	} catch {
		return false;
	}
}
