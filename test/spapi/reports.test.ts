import fc from 'fast-check';

import { decompress } from '../../nodes/shared/spapi/reports';

const TEXT = 'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email\r\n'.repeat(2000);
const plain = Buffer.from(TEXT);

async function gzip(content: string | Uint8Array): Promise<Buffer> {
	const bytes = new Uint8Array(Buffer.from(content));
	const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
	return Buffer.from(await new Response(stream).arrayBuffer());
}

const textOf = (bytes: Uint8Array | undefined): string | undefined =>
	bytes && Buffer.from(bytes).toString();

describe('decompress', () => {
	let zipped: Buffer;

	beforeAll(async () => {
		zipped = await gzip(plain);
	});

	it('unzips gzip, whatever kind of buffer it is in', async () => {
		const arrayBuffer = new ArrayBuffer(zipped.length);
		new Uint8Array(arrayBuffer).set(zipped);
		const within = Buffer.concat([Buffer.from('xx'), zipped, Buffer.from('yy')]).subarray(2, -2);
		for (const body of [zipped, new Uint8Array(zipped), arrayBuffer, within]) {
			expect(textOf(await decompress(body))).toBe(TEXT);
		}
	});

	it('leaves what is not gzip as it is', async () => {
		for (const bytes of [plain, Buffer.from([0x1f]), Buffer.from([0x1f, 0x8c, 8]), Buffer.of()]) {
			expect(Buffer.from((await decompress(bytes)) ?? 'none')).toEqual(bytes);
		}
	});

	it('unzips an empty document to nothing', async () => {
		expect(await decompress(await gzip(''))).toHaveLength(0);
	});

	it('gives the whole of a document of several gzip members or nothing, never its first part', async () => {
		const members = Buffer.concat([await gzip('first\n'), await gzip('second\n')]);
		// Node 20 reads on after the first member, Node 24 refuses what follows it.
		expect(['first\nsecond\n', undefined]).toContain(textOf(await decompress(members)));
	});

	it('gives nothing for gzip that is cut off anywhere, never half a report', async () => {
		const small = await gzip('9/3/26\t2\tCame late\t\t111-1234567-7654321\tx');
		for (let length = 2; length < small.length; length += 1) {
			expect([length, await decompress(small.subarray(0, length))]).toEqual([length, undefined]);
		}
		expect(await decompress(zipped.subarray(0, -1))).toBeUndefined();
		expect(await decompress(zipped.subarray(0, zipped.length / 2))).toBeUndefined();
	});

	it('gives nothing for gzip with a wrong checksum or damaged within', async () => {
		const wrongChecksum = Buffer.from(zipped);
		wrongChecksum.writeUInt8(wrongChecksum.readUInt8(zipped.length - 6) ^ 0xff, zipped.length - 6);
		expect(await decompress(wrongChecksum)).toBeUndefined();
		expect(await decompress(Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9]))).toBeUndefined();
	});

	it('gives back any bytes that were zipped', async () => {
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
				expect(Buffer.from((await decompress(await gzip(bytes))) ?? 'none')).toEqual(
					Buffer.from(bytes),
				);
			}),
		);
	});

	it('does not touch the bytes it is given', async () => {
		const given = Buffer.from(zipped);
		await decompress(given);
		expect(given).toEqual(zipped);
	});
});
