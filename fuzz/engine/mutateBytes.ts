import type { Random } from '../target';

/** Longer inputs cost a lot and find little more. */
export const LONGEST = 8192;

const MOST_CHANGES = 6;

type Change = (data: Buffer, context: Context) => Buffer;

interface Context {
	readonly other: Buffer;
	readonly words: readonly string[];
	readonly random: Random;
}

/** Makes a new input from one: some changes at random places. */
export function mutateBytes(data: Buffer, context: Context): Buffer {
	const { random } = context;
	let changed = data;
	for (let left = 1 + below(MOST_CHANGES, random); left > 0; left -= 1) {
		changed = pick(CHANGES, random)(changed, context);
	}
	return changed.subarray(0, LONGEST);
}

const CHANGES: readonly Change[] = [
	flipBit,
	setByte,
	changeDigit,
	remove,
	repeat,
	insertBytes,
	insertWord,
	insertWord,
	replaceByWord,
	insertOther,
	crossOver,
	swapLines,
];

function flipBit(data: Buffer, { random }: Context): Buffer {
	const at = below(data.length, random);
	return spliced(data, at, 1, Buffer.of((data[at] ?? 0) ^ (1 << below(8, random))));
}

function setByte(data: Buffer, { random }: Context): Buffer {
	return spliced(data, below(data.length, random), 1, Buffer.of(below(256, random)));
}

/** Reports differ mostly in numbers. */
function changeDigit(data: Buffer, { random }: Context): Buffer {
	const start = below(data.length, random);
	const at = data.findIndex((byte, index) => index >= start && byte >= 0x30 && byte <= 0x39);
	return at === -1 ? data : spliced(data, at, 1, Buffer.from(String(below(10, random))));
}

function remove(data: Buffer, { random }: Context): Buffer {
	const [start, end] = rangeIn(data, random);
	return spliced(data, start, end - start, NOTHING);
}

function repeat(data: Buffer, { random }: Context): Buffer {
	const [start, end] = rangeIn(data, random);
	const times = 1 + below(random() < 0.1 ? 100 : 3, random);
	const part = data.subarray(start, end);
	return spliced(data, end, 0, Buffer.alloc(Math.min(part.length * times, LONGEST), part));
}

function insertBytes(data: Buffer, { random }: Context): Buffer {
	const bytes = Array.from({ length: 1 + below(4, random) }, () => below(256, random));
	return spliced(data, below(data.length + 1, random), 0, Buffer.from(bytes));
}

function insertWord(data: Buffer, { random, words }: Context): Buffer {
	return spliced(data, below(data.length + 1, random), 0, Buffer.from(pick(words, random)));
}

/** Replaces the bytes from a random place to the end of a cell or word. */
function replaceByWord(data: Buffer, { random, words }: Context): Buffer {
	const start = below(data.length, random);
	const end = data.findIndex((byte, index) => index > start && !isWordByte(byte));
	const length = (end === -1 ? data.length : end) - start;
	return spliced(data, start, length, Buffer.from(pick(words, random)));
}

const isWordByte = (byte: number): boolean =>
	byte > 0x7f || /[\w./-]/.test(String.fromCharCode(byte));

function insertOther(data: Buffer, { other, random }: Context): Buffer {
	const [start, end] = rangeIn(other, random);
	return spliced(data, below(data.length + 1, random), 0, other.subarray(start, end));
}

/** The start of one input and the end of another. */
function crossOver(data: Buffer, { other, random }: Context): Buffer {
	const beginning = data.subarray(0, below(data.length + 1, random));
	return Buffer.concat([beginning, other.subarray(below(other.length + 1, random))]);
}

function swapLines(data: Buffer, { random }: Context): Buffer {
	const lines = data.toString('latin1').split('\n');
	const [a, b] = [below(lines.length, random), below(lines.length, random)];
	[lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
	return Buffer.from(lines.join('\n'), 'latin1');
}

const NOTHING = Buffer.alloc(0);

const spliced = (data: Buffer, at: number, count: number, inserted: Buffer): Buffer =>
	Buffer.concat([data.subarray(0, at), inserted, data.subarray(at + count)]);

/** Usually a short range. */
function rangeIn(data: Buffer, random: Random): [number, number] {
	const start = below(data.length, random);
	const longest = random() < 0.7 ? 16 : data.length;
	return [start, Math.min(data.length, start + 1 + below(longest, random))];
}

export const below = (limit: number, random: Random): number => Math.floor(random() * limit);

export function pick<Item>(items: readonly Item[], random: Random): Item {
	return items[below(items.length, random)] as Item;
}
