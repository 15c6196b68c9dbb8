import fc from '../fastCheck';
import iconv from 'iconv-lite';

import { decodeReport, readDecoded } from '../../nodes/shared/domain/reportEncoding';

const GERMAN = 'Datum\tBewertung\n3.9.26\t2\tGrüße – „zu spät“, 5 €';
const JAPANESE = '日付\t評価\n26/09/03\t2\tとても遅い、①㈱～ｱｲｳ';

const contentType = (charset: string): string => `text/plain; charset=${charset}`;

describe('decodeReport by byte order mark', () => {
	it.each([
		['utf-8', 'utf8'],
		['utf-16le', 'utf-16le'],
		['utf-16be', 'utf-16be'],
	])('reads %s and drops the mark', (encoding, iconvName) => {
		for (const text of [GERMAN, JAPANESE, '😡\t', '']) {
			const bytes = iconv.encode(text, iconvName, { addBOM: true });
			expect(decodeReport(bytes)).toEqual({ text, encoding, recognizedBy: 'byteOrderMark' });
		}
	});

	it('trusts the mark more than the header and the marketplace', () => {
		const bytes = iconv.encode(GERMAN, 'utf-16le', { addBOM: true });
		const hints = { contentType: contentType('Cp1252'), countryCode: 'JP' };
		expect(decodeReport(bytes, hints)).toMatchObject({ text: GERMAN, encoding: 'utf-16le' });
	});

	it('replaces only the damaged byte if there is a mark', () => {
		const bytes = Buffer.concat([
			iconv.encode('Grüße ', 'utf8', { addBOM: true }),
			Buffer.from([0xff]),
			Buffer.from(' ü'),
		]);
		expect(decodeReport(bytes)).toMatchObject({ text: 'Grüße \uFFFD ü', encoding: 'utf-8' });
	});
});

describe('decodeReport by zero bytes', () => {
	const REPORT = '\n3.9.26\t2\tx\t\t302-1234567-7654321\tx1@marketplace.amazon.de\r\n';

	it.each([
		['utf-16le', GERMAN],
		['utf-16be', GERMAN],
		['utf-16le', `${JAPANESE}${REPORT}`],
		['utf-16be', `${JAPANESE}${REPORT}`],
	])('reads %s without a byte order mark, whatever the header says', (encoding, text) => {
		const bytes = iconv.encode(text, encoding, { addBOM: false });
		for (const hints of [{}, { contentType: contentType('Cp1252'), countryCode: 'IT' }]) {
			expect(decodeReport(bytes, hints)).toEqual({ text, encoding, recognizedBy: 'zeroBytes' });
		}
	});

	it('also reads it in pieces of one byte', async () => {
		const bytes = iconv.encode(GERMAN + REPORT, 'utf-16le', { addBOM: false });
		const open = async function* () {
			for (const byte of bytes) yield Uint8Array.of(byte);
		};
		const text = await readDecoded(open, {}, async (pieces) => {
			let all = '';
			for await (const piece of pieces) all += piece;
			return all;
		});
		expect(text).toBe(GERMAN + REPORT);
	});

	it.each(['utf-16le', 'utf-16be'])('needs three zero bytes for %s', (encoding) => {
		const encodingOf = (text: string) =>
			decodeReport(iconv.encode(text, encoding, { addBOM: false })).encoding;
		expect(encodingOf('3.9')).toBe(encoding);
		expect(encodingOf('3.')).toBe('utf-8');
	});

	it.each(['utf-16le', 'utf-16be'])(
		'needs a zero in twenty bytes at the start for %s',
		(encoding) => {
			const encodingOf = (text: string) =>
				decodeReport(iconv.encode(text, encoding, { addBOM: false })).encoding;
			expect(encodingOf('a'.repeat(10) + 'と'.repeat(90))).toBe(encoding);
			expect(encodingOf('a'.repeat(10) + 'と'.repeat(91))).not.toBe(encoding);
			expect(encodingOf('a'.repeat(52) + 'と'.repeat(9_000))).toBe(encoding);
			expect(encodingOf('と'.repeat(512) + 'a'.repeat(9_000))).not.toBe(encoding);
		},
	);

	// An ideographic space has its zero byte where letters do not have it.
	it.each([
		['utf-16le', 4, 1, true],
		['utf-16be', 4, 1, true],
		['utf-16le', 3, 1, false],
		['utf-16be', 3, 1, false],
		['utf-16le', 8, 2, true],
		['utf-16be', 7, 2, false],
		['utf-16le', 5, 5, false],
		['utf-16be', 5, 5, false],
	])('reads %s with %p letters and %p ideographic spaces: %p', (name, letters, spaces, isRead) => {
		const text = 'a'.repeat(letters) + '\u3000'.repeat(spaces);
		const { encoding, recognizedBy } = decodeReport(iconv.encode(text, name, { addBOM: false }));
		expect([encoding, recognizedBy]).toEqual(isRead ? [name, 'zeroBytes'] : ['utf-8', 'validUtf8']);
	});

	it('replaces only half a character at the end', () => {
		const bytes = iconv.encode(GERMAN, 'utf-16le', { addBOM: false });
		expect(decodeReport(bytes.subarray(0, -1))).toEqual({
			text: `${GERMAN.slice(0, -1)}\uFFFD`,
			encoding: 'utf-16le',
			recognizedBy: 'zeroBytes',
		});
	});

	it('does not mistake text with a stray zero for UTF-16', () => {
		const text = `${GERMAN}\0${REPORT}`;
		expect(decodeReport(Buffer.from(text))).toEqual({
			text,
			encoding: 'utf-8',
			recognizedBy: 'validUtf8',
		});
	});
});

describe('decodeReport by the charset in the download header', () => {
	it.each(['utf8', 'UTF8', 'utf-8', 'UTF-8', '"utf-8"', '"UTF-8"; header=present'])(
		'reads %s as UTF-8',
		(charset) => {
			expect(decodeReport(Buffer.from(JAPANESE), { contentType: contentType(charset) })).toEqual({
				text: JAPANESE,
				encoding: 'utf-8',
				recognizedBy: 'contentType',
			});
		},
	);

	it.each([
		'Cp1252',
		'cp1252',
		'CP1252',
		'"Cp1252"',
		'windows-1252',
		'Windows-1252',
		'ISO-8859-1',
		'latin1',
	])('reads %s as windows-1252', (charset) => {
		const bytes = iconv.encode(GERMAN, 'windows-1252');
		expect(decodeReport(bytes, { contentType: contentType(charset) })).toEqual({
			text: GERMAN,
			encoding: 'windows-1252',
			recognizedBy: 'contentType',
		});
	});

	const POLISH = 'Przesyłka przyszła późno, źle zapakowana: Łódź';
	const TURKISH = 'Ürün çok geç geldi, ağır hasarlı, İşe yaramadı';
	it.each([
		['windows-1250', 'windows-1250', POLISH],
		['Cp1250', 'windows-1250', POLISH],
		['ISO-8859-2', 'iso-8859-2', POLISH],
		['windows-1254', 'windows-1254', TURKISH],
		['Cp1254', 'windows-1254', TURKISH],
		['ISO-8859-9', 'windows-1254', TURKISH],
		['ISO-8859-15', 'iso-8859-15', 'Trop tard, 5 € perdus, un cœur brisé'],
	])('reads %s as %s, with letters that only it has', (charset, encoding, text) => {
		const bytes = iconv.encode(text, charset.replace(/^Cp/, 'windows-'));
		const hints = { contentType: contentType(charset) };
		expect(decodeReport(bytes, hints)).toEqual({ text, encoding, recognizedBy: 'contentType' });
		expect(decodeReport(Buffer.from(text), hints)).toMatchObject({ text, encoding: 'utf-8' });
	});

	it.each([
		'SJIS',
		'sjis',
		'Shift_JIS',
		'SHIFT-JIS',
		'Windows-31J',
		'"windows-31j"',
		'MS932',
		'ms932',
		'cp932',
	])('reads %s as the Windows form of Shift JIS', (charset) => {
		const bytes = iconv.encode(JAPANESE, 'cp932');
		expect(decodeReport(bytes, { contentType: contentType(charset) })).toEqual({
			text: JAPANESE,
			encoding: 'shift_jis',
			recognizedBy: 'contentType',
		});
	});

	it.each([
		'text/plain;charset=Cp1252',
		'text/plain; CHARSET = Cp1252',
		'text/plain; charset="Cp1252"; header=present',
		'charset=Cp1252',
	])('finds the charset in "%s"', (header) => {
		const bytes = iconv.encode(GERMAN, 'windows-1252');
		expect(decodeReport(bytes, { contentType: header }).recognizedBy).toBe('contentType');
	});

	it('believes a header of a multi-byte charset if the bytes are also valid UTF-8', () => {
		const bytes = Uint8Array.of(0xc2, 0xb1);
		expect(decodeReport(bytes).text).toBe('±');
		expect(decodeReport(bytes, { contentType: contentType('SJIS') }).text).toBe('ﾂｱ');
	});

	it('reads UTF-8 that is declared as Cp1252 as UTF-8', () => {
		for (const text of [GERMAN, JAPANESE]) {
			expect(decodeReport(Buffer.from(text), { contentType: contentType('Cp1252') })).toEqual({
				text,
				encoding: 'utf-8',
				recognizedBy: 'validUtf8',
			});
		}
	});

	it('reads windows-1252 that is declared as UTF-8 or as Shift JIS', () => {
		const bytes = iconv.encode('Größe: ü', 'windows-1252');
		for (const charset of ['UTF-8', 'SJIS']) {
			expect(decodeReport(bytes, { contentType: contentType(charset) })).toEqual({
				text: 'Größe: ü',
				encoding: 'windows-1252',
				recognizedBy: 'fallback',
			});
		}
	});

	it('reads Shift JIS that is declared as UTF-8 in Japan', () => {
		const bytes = iconv.encode(JAPANESE, 'cp932');
		const hints = { contentType: contentType('UTF-8'), countryCode: 'JP' };
		expect(decodeReport(bytes, hints)).toEqual({
			text: JAPANESE,
			encoding: 'shift_jis',
			recognizedBy: 'marketplace',
		});
	});

	it.each([
		'',
		'text/plain',
		'text/plain; charset=',
		'text/plain; charset=klingon',
		'charset=valueOf',
	])('uses the bytes if the header is "%s"', (header) => {
		expect(decodeReport(Buffer.from(GERMAN), { contentType: header }).recognizedBy).toBe(
			'validUtf8',
		);
		expect(
			decodeReport(iconv.encode(GERMAN, 'windows-1252'), { contentType: header }),
		).toMatchObject({ text: GERMAN, recognizedBy: 'fallback' });
	});
});

describe('decodeReport by the bytes alone', () => {
	it('reads Japanese without a charset in Japan', () => {
		const hints = { countryCode: 'JP' };
		expect(decodeReport(iconv.encode(JAPANESE, 'cp932'), hints)).toEqual({
			text: JAPANESE,
			encoding: 'shift_jis',
			recognizedBy: 'marketplace',
		});
		expect(decodeReport(Buffer.from(JAPANESE), hints)).toEqual({
			text: JAPANESE,
			encoding: 'utf-8',
			recognizedBy: 'validUtf8',
		});
	});

	it('does not guess Shift JIS outside Japan', () => {
		const { encoding } = decodeReport(iconv.encode(JAPANESE, 'cp932'), { countryCode: 'DE' });
		expect(encoding).toBe('windows-1252');
	});

	it('reads windows-1252 in Japan if the bytes are not Shift JIS', () => {
		const bytes = iconv.encode('Größe: ü', 'windows-1252');
		expect(decodeReport(bytes, { countryCode: 'JP' })).toMatchObject({
			text: 'Größe: ü',
			recognizedBy: 'fallback',
		});
	});

	it('reads empty bytes as empty text', () => {
		expect(decodeReport(new Uint8Array())).toMatchObject({ text: '', encoding: 'utf-8' });
	});

	it('reads a view of a larger buffer, not the whole buffer', () => {
		const bytes = Buffer.from(`xx${GERMAN}yy`);
		expect(decodeReport(bytes.subarray(2, -2)).text).toBe(GERMAN);
	});
});

describe('decodeReport byte by byte', () => {
	/**
	 * The five bytes that windows-1252 leaves undefined; browsers read them as the control characters
	 * with those numbers.
	 */
	const UNDEFINED_IN_1252 = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

	it('agrees with iconv-lite on all 256 bytes of windows-1252', () => {
		const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
		const { text, encoding } = decodeReport(bytes, { contentType: contentType('Cp1252') });
		const expected = Array.from(bytes, (byte) =>
			UNDEFINED_IN_1252.includes(byte)
				? String.fromCharCode(byte)
				: iconv.decode(Buffer.from([byte]), 'windows-1252'),
		);
		expect(encoding).toBe('windows-1252');
		expect(Array.from(text)).toEqual(expected);
		expect(text.slice(0x80, 0xa0)).toContain('€');
	});

	it('agrees with iconv-lite on every double-byte character of CP932', () => {
		const hints = { contentType: contentType('Windows-31J') };
		const differing: string[] = [];
		let compared = 0;
		for (let lead = 0x81; lead <= 0xfc; lead += 1) {
			for (let trail = 0x40; trail <= 0xfc; trail += 1) {
				const bytes = Buffer.from([lead, trail]);
				const expected = iconv.decode(bytes, 'cp932');
				// Not a character: undefined, or two single bytes.
				if (expected.includes('\uFFFD') || expected.length !== 1) continue;
				compared += 1;
				const { text, encoding } = decodeReport(bytes, hints);
				if (text !== expected || encoding !== 'shift_jis') differing.push(bytes.toString('hex'));
			}
		}
		expect(differing).toEqual([]);
		expect(compared).toBeGreaterThan(9000);
	});

	it('keeps backslash and tilde in Shift JIS', () => {
		const bytes = iconv.encode('とC:\\~', 'cp932');
		expect(decodeReport(bytes, { countryCode: 'JP' }).text).toBe('とC:\\~');
	});
});

describe('decodeReport with any text', () => {
	const kana = fc.integer({ min: 0x3041, max: 0x3093 }).map((code) => String.fromCharCode(code));
	const japanese = fc
		.array(
			fc.oneof(
				kana,
				fc.integer({ min: 0xff66, max: 0xff9f }).map((code) => String.fromCharCode(code)),
				fc.integer({ min: 0x4e00, max: 0x9fa0 }).map((code) => String.fromCharCode(code)),
				fc.constantFrom('\t', '\r\n', 'a', '9', '、', '①', '～', '髙'),
			),
			{ maxLength: 60 },
		)
		.map((characters) => characters.join(''))
		.filter((text) => iconv.decode(iconv.encode(text, 'cp932'), 'cp932') === text);

	it('restores Japanese in CP932, with or without a charset', () => {
		fc.assert(
			fc.property(kana, japanese, fc.boolean(), (first, rest, declared) => {
				// Kana start with a byte that cannot start UTF-8, so the text is never valid in both.
				const text = first + rest;
				const hints = declared ? { contentType: contentType('MS932') } : { countryCode: 'JP' };
				expect(decodeReport(iconv.encode(text, 'cp932'), hints)).toMatchObject({
					text,
					encoding: 'shift_jis',
				});
			}),
		);
	});

	it('restores German in windows-1252, with or without a charset', () => {
		const letters = [...'abcxyz äöüÄÖÜß€–„“‚‘…\t\n5'];
		fc.assert(
			fc.property(
				fc.array(fc.constantFrom(...letters), { maxLength: 60 }),
				fc.boolean(),
				(rest, declared) => {
					// An umlaut before a blank is not valid UTF-8.
					const text = `ü ${rest.join('')}`;
					const hints = declared ? { contentType: contentType('Cp1252') } : {};
					expect(decodeReport(iconv.encode(text, 'windows-1252'), hints)).toMatchObject({
						text,
						encoding: 'windows-1252',
					});
				},
			),
		);
	});

	it('restores any text in UTF-8, with any single-byte charset and marketplace', () => {
		fc.assert(
			fc.property(
				fc.string({ unit: 'grapheme', maxLength: 60 }),
				fc.constantFrom('', contentType('Cp1252'), contentType('utf8')),
				fc.constantFrom('US', 'DE', 'JP'),
				(text, header, countryCode) => {
					fc.pre(!text.startsWith('\uFEFF'));
					const bytes = Buffer.from(text);
					expect(decodeReport(bytes, { contentType: header, countryCode })).toMatchObject({
						text,
						encoding: 'utf-8',
					});
				},
			),
		);
	});

	it('never throws and never loses the structure of a report, with any bytes', () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ maxLength: 80 }),
				fc.constantFrom('', 'utf-8', 'Cp1252', 'SJIS'),
				fc.constantFrom('US', 'JP'),
				(bytes, charset, countryCode) => {
					const hints = { contentType: charset && contentType(charset), countryCode };
					const { text, encoding } = decodeReport(bytes, hints);
					fc.pre(!encoding.startsWith('utf-16'));
					const tabs = bytes.filter((byte) => byte === 0x09 || byte === 0x0a).length;
					expect(text.replace(/[^\t\n]/g, '')).toHaveLength(tabs);
				},
			),
		);
	});
});

describe('readDecoded', () => {
	const inPieces = (bytes: Uint8Array, size: number) =>
		async function* (): AsyncGenerator<Uint8Array> {
			for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
		};

	const joined = async (pieces: AsyncIterable<string>): Promise<string> => {
		let text = '';
		for await (const piece of pieces) text += piece;
		return text;
	};

	it('reads any bytes like decodeReport, in any pieces', async () => {
		const text = fc.string({ unit: 'grapheme', maxLength: 30 });
		const bytes = fc.oneof(
			fc.uint8Array({ maxLength: 40 }),
			fc
				.tuple(
					fc.oneof(text, fc.constantFrom(GERMAN, JAPANESE)),
					fc.constantFrom('utf8', 'cp932', 'windows-1252', 'utf-16le'),
					fc.boolean(),
				)
				.map(([content, encoding, addBOM]) => iconv.encode(content, encoding, { addBOM })),
		);
		await fc.assert(
			fc.asyncProperty(
				bytes,
				fc.integer({ min: 1, max: 9 }),
				fc.constantFrom('', 'utf-8', 'Cp1252', 'SJIS'),
				fc.constantFrom('US', 'JP'),
				async (report, size, charset, countryCode) => {
					const hints = { contentType: charset && contentType(charset), countryCode };
					const read = await readDecoded(inPieces(report, size), hints, joined);
					expect(read).toBe(decodeReport(report, hints).text);
				},
			),
			{ numRuns: 2000 },
		);
	});

	it('returns the result of a reader that takes no piece', async () => {
		expect(await readDecoded(inPieces(Buffer.from(GERMAN), 5), {}, async () => 'none')).toBe(
			'none',
		);
	});

	it('returns the result of a reader that takes only the first piece', async () => {
		let attempts = 0;
		const read = await readDecoded(inPieces(Buffer.from('plain'), 2), {}, async (pieces) => {
			attempts += 1;
			for await (const piece of pieces) return piece;
			return '';
		});
		expect([read, attempts]).toEqual(['pl', 1]);
	});

	it('needs only the first 1,024 bytes to choose an encoding', async () => {
		const taken: number[] = [];
		const open = async function* (): AsyncGenerator<Uint8Array> {
			taken.push(0);
			for (const piece of [1_000, 24, 1_000, 1_000]) {
				taken[taken.length - 1] = (taken.at(-1) ?? 0) + piece;
				yield Buffer.alloc(piece, 'a');
			}
		};
		expect((await readDecoded(open, {}, joined)).length).toBe(3_024);
		expect(taken).toEqual([1_024, 3_024]);
	});

	it('stops at the first bytes that do not fit', async () => {
		const bytes = Buffer.concat([Buffer.from('ab'), Buffer.from([0xff]), Buffer.from('cats')]);
		const attempts: string[] = [];
		const read = await readDecoded(inPieces(bytes, 1), {}, async (pieces) => {
			const text = await joined(pieces);
			attempts.push(text);
			return text;
		});
		expect(attempts).toEqual(['ab', 'abÿcats']);
		expect(read).toBe('abÿcats');
	});

	it('starts over if bytes near the end rule out the first encoding', async () => {
		const bytes = iconv.encode(`${'plain '.repeat(100)}ü`, 'windows-1252');
		const attempts: string[] = [];
		const read = await readDecoded(inPieces(bytes, 50), {}, async (pieces) => {
			const text = await joined(pieces);
			attempts.push(text);
			return text;
		});
		expect(attempts).toHaveLength(2);
		expect(read).toMatch(/ü$/);
	});
});
