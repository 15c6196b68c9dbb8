/**
 * Writes a PNG from rows of pixels. Its source is the PNG specification (W3C, third edition):
 * signature, then chunks with their CRC-32. One chunk has the deflated rows.
 */
export class PngWriter {
	private readonly deflate = new CompressionStream('deflate');
	private readonly writer = this.deflate.writable.getWriter();
	private readonly compressed = bytesOf(this.deflate.readable as ReadableStream<Uint8Array>);

	/** @param width and height in pixels */
	constructor(
		private readonly width: number,
		private readonly height: number,
	) {}

	/**
	 * Adds the next rows. Compressing them runs in another thread.
	 * @param pixels RGBA, whole rows
	 */
	async write(pixels: Uint8Array): Promise<void> {
		const stride = 4 * this.width;
		const rows = pixels.length / stride;
		// Each row starts with its filter: none, which is the smallest for areas of one color.
		const filtered = new Uint8Array(rows * (1 + stride));
		for (let row = 0; row < rows; row += 1) {
			filtered.set(pixels.subarray(row * stride, (row + 1) * stride), row * (1 + stride) + 1);
		}
		await this.writer.write(filtered);
	}

	/** @returns the file */
	async end(): Promise<Uint8Array> {
		await this.writer.close();
		const header = new DataView(new ArrayBuffer(13));
		header.setUint32(0, this.width);
		header.setUint32(4, this.height);
		header.setUint8(8, 8);
		header.setUint8(9, RGBA);
		return Buffer.concat([
			SIGNATURE,
			chunk('IHDR', new Uint8Array(header.buffer)),
			chunk('IDAT', await this.compressed),
			chunk('IEND', new Uint8Array()),
		]);
	}
}

/** Everything from a stream. */
export async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
	const pieces: Uint8Array[] = [];
	for await (const piece of stream) pieces.push(piece);
	return Buffer.concat(pieces);
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const RGBA = 6;

function chunk(type: string, data: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(12 + data.length);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, data.length);
	bytes.set(Buffer.from(type, 'latin1'), 4);
	bytes.set(data, 8);
	view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
	return bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let value = byte;
	for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
	return value;
});

function crc32(bytes: Uint8Array): number {
	let crc = 0xffffffff;
	for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
	return (crc ^ 0xffffffff) >>> 0;
}
