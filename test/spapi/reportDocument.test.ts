import { sleep } from 'n8n-workflow';

import fc from '../fastCheck';

import {
	DocumentError,
	LARGEST_DOCUMENT,
	unpack,
	unpackWhole,
} from '../../nodes/shared/spapi/reportDocument';

const TEXT = 'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email\r\n'.repeat(2000);
const plain = Buffer.from(TEXT);

async function gzip(content: string | Uint8Array): Promise<Buffer> {
	const bytes = new Uint8Array(Buffer.from(content));
	const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
	return Buffer.from(await new Response(stream).arrayBuffer());
}

/** The unpacked document; undefined if it is damaged. */
async function unpacked(body: Uint8Array | ArrayBuffer): Promise<Uint8Array | undefined> {
	const whole = await unpackWhole({ body: new Uint8Array(body) }).catch((error: unknown) => error);
	if (!(whole instanceof Error)) return (whole as { body: Uint8Array }).body;
	expect(whole).toMatchObject({ name: 'DocumentError', problem: 'damaged' });
	return undefined;
}

const textOf = (bytes: Uint8Array | undefined): string | undefined =>
	bytes && Buffer.from(bytes).toString();

describe('a document', () => {
	let zipped: Buffer;

	beforeAll(async () => {
		zipped = await gzip(plain);
	});

	it('unpacks gzip from any kind of buffer', async () => {
		const arrayBuffer = new ArrayBuffer(zipped.length);
		new Uint8Array(arrayBuffer).set(zipped);
		const within = Buffer.concat([Buffer.from('xx'), zipped, Buffer.from('yy')]).subarray(2, -2);
		for (const body of [zipped, new Uint8Array(zipped), arrayBuffer, within]) {
			expect(textOf(await unpacked(body))).toBe(TEXT);
		}
	});

	it('keeps data that is not gzip as it is', async () => {
		for (const bytes of [plain, Buffer.from([0x1f]), Buffer.from([0x1f, 0x8c, 8]), Buffer.of()]) {
			expect(Buffer.from((await unpacked(bytes)) ?? 'none')).toEqual(bytes);
		}
	});

	it('unpacks an empty document to nothing', async () => {
		expect(await unpacked(await gzip(''))).toHaveLength(0);
	});

	it('returns all of a document with several gzip members or nothing, never only its first part', async () => {
		const members = Buffer.concat([await gzip('first\n'), await gzip('second\n')]);
		// Node 20 continues after the first member, Node 24 rejects what follows.
		expect(['first\nsecond\n', undefined]).toContain(textOf(await unpacked(members)));
	});

	it('returns nothing for gzip that is cut off anywhere, never half a report', async () => {
		const small = await gzip('9/3/26\t2\tCame late\t\t111-1234567-7654321\tx');
		for (let length = 2; length < small.length; length += 1) {
			expect([length, await unpacked(small.subarray(0, length))]).toEqual([length, undefined]);
		}
		expect(await unpacked(zipped.subarray(0, -1))).toBeUndefined();
		expect(await unpacked(zipped.subarray(0, zipped.length / 2))).toBeUndefined();
	});

	it('returns nothing for gzip with a wrong checksum or damaged data', async () => {
		const wrongChecksum = Buffer.from(zipped);
		wrongChecksum.writeUInt8(wrongChecksum.readUInt8(zipped.length - 6) ^ 0xff, zipped.length - 6);
		expect(await unpacked(wrongChecksum)).toBeUndefined();
		expect(await unpacked(Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9]))).toBeUndefined();
	});

	it('restores any bytes that were compressed', async () => {
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
				expect(Buffer.from((await unpacked(await gzip(bytes))) ?? 'none')).toEqual(
					Buffer.from(bytes),
				);
			}),
		);
	});

	// Node's adapter throws where nobody can catch it if it is canceled right after a read
	// (nodejs/node#64529). Jest fails the test then.
	it('can be left at any piece, also when more of it is waiting', async () => {
		const body = await gzip(Uint8Array.from({ length: 400_000 }, (_, at) => (at * at * 31) >> 7));
		for (let taken = 1; taken <= 8; taken += 1) {
			const pieces = unpack(body);
			for (let piece = 1; piece < taken; piece += 1) await pieces.next();
			await sleep(5);
			expect((await pieces.next()).done).toBe(false);
			await pieces.return(undefined);
			await sleep(0);
		}
	});

	it('does not change its input bytes', async () => {
		const given = Buffer.from(zipped);
		await unpacked(given);
		expect(given).toEqual(zipped);
	});
});

describe('a document that is too large', () => {
	/**
	 * Unpacks it without keeping anything; returns how it ended and how many bytes arrived until
	 * then.
	 */
	async function unpackAway(body: Uint8Array) {
		let length = 0;
		let largest = 0;
		try {
			for await (const piece of unpack(body)) {
				length += piece.length;
				largest = Math.max(largest, piece.length);
			}
		} catch (error) {
			return { problem: (error as DocumentError).problem, length, largest };
		}
		return { problem: undefined, length, largest };
	}

	const zeros = async (megabytes: number): Promise<Buffer> => {
		const zeros = new Uint8Array(1024 * 1024);
		const many = Array.from({ length: megabytes }, () => zeros);
		const stream = new Blob(many).stream().pipeThrough(new CompressionStream('gzip'));
		return Buffer.from(await new Response(stream).arrayBuffer());
	};

	it('is rejected as a gzip bomb after some megabytes, long before it is unpacked', async () => {
		const bomb = await zeros(300);
		expect(bomb.length).toBeLessThan(400_000);
		const { problem, length, largest } = await unpackAway(bomb);
		expect(problem).toBe('tooLarge');
		expect(length).toBeLessThanOrEqual(bomb.length * 200);
		expect(largest).toBeLessThanOrEqual(1024 * 1024);
		const failure: unknown = await unpackWhole({ body: bomb }).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(DocumentError);
	});

	it('is accepted if a small report is merely well compressed', async () => {
		expect(await unpackAway(await zeros(16))).toMatchObject({
			problem: undefined,
			length: 16 << 20,
		});
		expect(await unpackAway(await zeros(17))).toMatchObject({ problem: 'tooLarge' });
	});

	it('is rejected if it is not compressed at all', async () => {
		const large = new Uint8Array(LARGEST_DOCUMENT + 1);
		expect(await unpackAway(large)).toMatchObject({ problem: 'tooLarge', length: 0 });
		expect(await unpackAway(large.subarray(1))).toMatchObject({ problem: undefined });
	});
});
