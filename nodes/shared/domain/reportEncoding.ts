/** The name of the encoding a report was read with. */
export type ReportEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'shift_jis' | 'windows-1252';

export interface DecodedReport {
	readonly text: string;
	readonly encoding: ReportEncoding;
	/** What the encoding was recognised by. */
	readonly recognisedBy: 'byteOrderMark' | 'contentType' | 'validUtf8' | 'marketplace' | 'fallback';
}

/** Names Amazon's downloads are seen to use, Java's among them. */
const CHARSET_ALIASES: Readonly<Record<string, ReportEncoding>> = {
	utf8: 'utf-8',
	'utf-8': 'utf-8',
	cp1252: 'windows-1252',
	'windows-1252': 'windows-1252',
	'iso-8859-1': 'windows-1252',
	latin1: 'windows-1252',
	sjis: 'shift_jis',
	shift_jis: 'shift_jis',
	'shift-jis': 'shift_jis',
	ms932: 'shift_jis',
	cp932: 'shift_jis',
	'windows-31j': 'shift_jis',
};

const BYTE_ORDER_MARKS: ReadonlyArray<readonly [ReportEncoding, readonly number[]]> = [
	['utf-8', [0xef, 0xbb, 0xbf]],
	['utf-16le', [0xff, 0xfe]],
	['utf-16be', [0xfe, 0xff]],
];

/** What the bytes 0x80 to 0x9F mean in windows-1252; the five it leaves undefined stand for themselves. */
const WINDOWS_1252_HIGH = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * Decodes the bytes of a report.
 *
 * Amazon documents no encoding and its download headers are known to be wrong or missing, so the
 * evidence is weighed in this order: byte order mark; the multi-byte charset the download names;
 * valid UTF-8 (text in a single-byte charset is hardly ever valid UTF-8 by accident, so this comes
 * before a single-byte name in the header); the single-byte charset the download names; CP932 for
 * Japan; windows-1252, which accepts anything.
 */
export function decodeReport(
	bytes: Uint8Array,
	hints: { contentType?: string; countryCode?: string } = {},
): DecodedReport {
	for (const [encoding, mark] of BYTE_ORDER_MARKS) {
		if (mark.every((byte, index) => bytes[index] === byte)) {
			const text = decodeStrictly(bytes, encoding) ?? new TextDecoder(encoding).decode(bytes);
			return { text, encoding, recognisedBy: 'byteOrderMark' };
		}
	}

	const declared = declaredEncoding(hints.contentType);
	const candidates: Array<readonly [ReportEncoding, DecodedReport['recognisedBy']]> = [];
	if (declared === 'utf-8' || declared === 'shift_jis') candidates.push([declared, 'contentType']);
	candidates.push(['utf-8', 'validUtf8']);
	if (declared === 'windows-1252') candidates.push([declared, 'contentType']);
	if (hints.countryCode === 'JP') candidates.push(['shift_jis', 'marketplace']);

	for (const [encoding, recognisedBy] of candidates) {
		const text = decodeStrictly(bytes, encoding);
		if (text !== undefined) return { text, encoding, recognisedBy };
	}
	return { text: decodeWindows1252(bytes), encoding: 'windows-1252', recognisedBy: 'fallback' };
}

function declaredEncoding(contentType = ''): ReportEncoding | undefined {
	const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1]?.toLowerCase();
	return charset === undefined ? undefined : CHARSET_ALIASES[charset];
}

/** The text, or undefined where the bytes are not valid in that encoding. A byte order mark is dropped. */
function decodeStrictly(bytes: Uint8Array, encoding: ReportEncoding): string | undefined {
	if (encoding === 'windows-1252') return decodeWindows1252(bytes);
	try {
		return new TextDecoder(encoding, { fatal: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

/** Some Node versions decode `windows-1252` as if it were ISO-8859-1, so the difference is mended here. */
function decodeWindows1252(bytes: Uint8Array): string {
	return new TextDecoder('latin1')
		.decode(bytes)
		.replace(/[\u0080-\u009f]/g, (char) => WINDOWS_1252_HIGH.charAt(char.charCodeAt(0) - 0x80));
}
