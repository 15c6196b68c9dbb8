import { findMarketplace } from './marketplaces';

/** The name of the encoding a report was read with. */
export type ReportEncoding =
	| 'utf-8'
	| 'utf-16le'
	| 'utf-16be'
	| 'shift_jis'
	| 'windows-1250'
	| 'windows-1252'
	| 'windows-1254'
	| 'iso-8859-2'
	| 'iso-8859-15';

export interface DecodedReport {
	readonly text: string;
	readonly encoding: ReportEncoding;
	/** How the encoding was recognized. */
	readonly recognizedBy:
		| 'byteOrderMark'
		| 'zeroBytes'
		| 'contentType'
		| 'validUtf8'
		| 'marketplace'
		| 'fallback';
}

/** Names seen in Amazon's downloads, including Java's, and those of Poland and Turkey. */
const CHARSET_ALIASES: Readonly<Record<string, ReportEncoding>> = {
	utf8: 'utf-8',
	'utf-8': 'utf-8',
	cp1252: 'windows-1252',
	'windows-1252': 'windows-1252',
	'iso-8859-1': 'windows-1252',
	latin1: 'windows-1252',
	'iso-8859-15': 'iso-8859-15',
	cp1250: 'windows-1250',
	'windows-1250': 'windows-1250',
	'iso-8859-2': 'iso-8859-2',
	cp1254: 'windows-1254',
	'windows-1254': 'windows-1254',
	'iso-8859-9': 'windows-1254',
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

/**
 * The characters for the bytes 0x80 to 0x9F in windows-1252; the five that it leaves undefined are
 * kept as they are.
 */
const WINDOWS_1252_HIGH = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

export interface EncodingHints {
	/** The download's `Content-Type` header. */
	readonly contentType?: string;
	/** Country code of the report's marketplace. */
	readonly countryCode?: string;
}

/**
 * Decodes the bytes of a report.
 *
 * Amazon documents no encoding, and its download headers are known to be wrong or missing. So the
 * evidence is weighed in this order: byte order mark; zero bytes, which only UTF-16 text has (a
 * client for Italian reports saw it without a mark); the multi-byte charset in the download's
 * header; valid UTF-8 (text in a single-byte charset is hardly ever valid UTF-8 by accident, so
 * this comes before a single-byte name in the header); the single-byte charset in the header; CP932
 * for Japan; windows-1252, which accepts anything.
 */
export function decodeReport(bytes: Uint8Array, hints: EncodingHints = {}): DecodedReport {
	for (const { strict, ...reading } of readingsOf(bytes, hints)) {
		const decode = decoderOf(reading.encoding, strict);
		const text = decode(bytes);
		const last = text === undefined ? undefined : decode();
		if (last !== undefined) return { text: text + last, ...reading };
	}
	throw new Error(NOTHING_FITS);
}

/**
 * Decodes a report like `decodeReport`, but piece by piece, so that it is never in memory as a
 * whole. If the bytes turn out not to be in the encoding tried first, it starts over with the next
 * one.
 * @param open returns the report's bytes from their start, each time it is called
 * @param read takes the pieces of text; its result is discarded when decoding starts over
 */
export async function readDecoded<Result>(
	open: () => AsyncIterable<Uint8Array>,
	hints: EncodingHints,
	read: (pieces: AsyncIterable<string>) => Promise<Result>,
): Promise<Result> {
	for (const reading of readingsOf(await startOf(open()), hints)) {
		const pieces = new DecodedPieces(open(), reading);
		const result = await read(pieces);
		if (pieces.fit) return result;
	}
	throw new Error(NOTHING_FITS);
}

const NOTHING_FITS = 'windows-1252, which is tried last, accepts any bytes';

/** An encoding to try. */
interface Reading {
	readonly encoding: ReportEncoding;
	readonly recognizedBy: DecodedReport['recognizedBy'];
	/** Whether bytes that are invalid in it rule it out. */
	readonly strict: boolean;
}

/** The possible encodings of the report, the likeliest first; the last one accepts any bytes. */
function readingsOf(start: Uint8Array, { contentType, countryCode }: EncodingHints): Reading[] {
	for (const [encoding, mark] of BYTE_ORDER_MARKS) {
		if (mark.every((byte, index) => start[index] === byte)) {
			return [{ encoding, recognizedBy: 'byteOrderMark', strict: false }];
		}
	}
	const utf16 = utf16WithoutMark(start);
	if (utf16 !== undefined) {
		return [{ encoding: utf16, recognizedBy: 'zeroBytes', strict: false }];
	}
	const readings: Reading[] = [];
	const add = (encoding: ReportEncoding, recognizedBy: DecodedReport['recognizedBy']) =>
		readings.push({ encoding, recognizedBy, strict: true });

	const declared = declaredEncoding(contentType);
	const isMultiByte = declared === 'utf-8' || declared === 'shift_jis';
	if (isMultiByte) add(declared, 'contentType');
	add('utf-8', 'validUtf8');
	if (declared !== undefined && !isMultiByte) add(declared, 'contentType');
	const { reportEncoding } = findMarketplace(countryCode ?? '') ?? {};
	if (reportEncoding !== undefined) add(reportEncoding, 'marketplace');
	add('windows-1252', 'fallback');
	return readings;
}

/** The number of bytes that are checked to recognize UTF-16. */
const START_BYTES = 1024;

/**
 * Recognizes UTF-16 by its zero bytes: tabs, digits and Latin letters have one each, at odd
 * positions if the lower byte comes first, otherwise at even ones. A stray zero in other text does
 * not count.
 */
function utf16WithoutMark(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
	const start = bytes.subarray(0, START_BYTES);
	const zeros = [0, 0];
	start.forEach((byte, at) => {
		if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
	});
	const [even = 0, odd = 0] = zeros;
	if (even + odd < Math.max(3, start.length / 20)) return undefined;
	if (odd >= 4 * even) return 'utf-16le';
	return even >= 4 * odd ? 'utf-16be' : undefined;
}

async function startOf(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
	const pieces: Uint8Array[] = [];
	let length = 0;
	for await (const piece of bytes) {
		const start = piece.subarray(0, START_BYTES - length);
		pieces.push(start);
		length += start.length;
		if (length >= START_BYTES) break;
	}
	const start = new Uint8Array(length);
	let at = 0;
	for (const piece of pieces) {
		start.set(piece, at);
		at += piece.length;
	}
	return start;
}

/** The pieces of text, up to the first bytes that do not fit the encoding. */
class DecodedPieces implements AsyncIterable<string> {
	/** Whether all bytes so far fit. */
	fit = true;

	constructor(
		private readonly bytes: AsyncIterable<Uint8Array>,
		private readonly reading: Reading,
	) {}

	async *[Symbol.asyncIterator](): AsyncGenerator<string> {
		const decode = decoderOf(this.reading.encoding, this.reading.strict);
		for await (const piece of this.bytes) {
			const text = decode(piece);
			this.fit = text !== undefined;
			if (text === undefined) return;
			yield text;
		}
		const last = decode();
		this.fit = last !== undefined;
		yield last ?? '';
	}
}

function declaredEncoding(contentType = ''): ReportEncoding | undefined {
	const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1]?.toLowerCase();
	return charset === undefined ? undefined : CHARSET_ALIASES[charset];
}

/**
 * Decodes bytes piece by piece; without bytes it returns what is left at the end. Undefined if they
 * are invalid in this encoding. A byte order mark is dropped.
 */
function decoderOf(
	encoding: ReportEncoding,
	strict: boolean,
): (bytes?: Uint8Array) => string | undefined {
	if (encoding === 'windows-1252') return (bytes) => (bytes ? decodeWindows1252(bytes) : '');
	const decoder = new TextDecoder(encoding, { fatal: strict });
	return (bytes) => {
		try {
			return decoder.decode(bytes, { stream: bytes !== undefined });
		} catch {
			return undefined;
		}
	};
}

/** Node's own `windows-1252` is ISO-8859-1 in some versions, and always several times slower. */
const decodeWindows1252 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
	Buffer.from(buffer, byteOffset, byteLength)
		.toString('latin1')
		.replace(/[\u0080-\u009f]/g, (char) => WINDOWS_1252_HIGH.charAt(char.charCodeAt(0) - 0x80));
