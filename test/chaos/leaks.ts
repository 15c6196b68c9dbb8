/**
 * Searches any output for secrets and personal data, in all the forms in which a program may have
 * written them, complete or cut off.
 */

/** How a secret was written where it was found. */
export type Form = 'raw' | 'URL' | 'JSON' | 'base64' | 'hex' | 'UTF-8 bytes';

export interface Leak {
	/** The kind, e.g. `access token`; never the secret itself. */
	readonly kind: string;
	readonly form: Form;
	/** The text before it, to locate the place. */
	readonly before: string;
}

interface Needle extends Pick<Leak, 'kind' | 'form'> {
	readonly text: string;
}

/** A needle is looked up by this many of its first characters. */
const KEY_LENGTH = 8;

/**
 * This much of the start or end of a long secret identifies it, so that it is found even if cut
 * off.
 */
const PART_LENGTH = 28;

const BITS = 20;

/** Factor of the character that leaves the window. */
const LEAVING = Array.from({ length: KEY_LENGTH - 1 }).reduce<number>(
	(all) => Math.imul(all, 31),
	1,
);

/** Rolling hash of the first characters, as `find` computes it. */
function hashOf(text: string): number {
	let hash = 0;
	for (let index = 0; index < KEY_LENGTH; index += 1) {
		hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
	}
	return hash;
}

const slotOf = (hash: number): number => (hash ^ (hash >>> BITS)) & ((1 << BITS) - 1);

export class LeakSearch {
	private readonly needles = new Map<number, Needle[]>();

	/** Hash slots with a needle; this rules out nearly every position of a text. */
	private readonly slots = new Uint8Array(1 << BITS);

	private readonly known = new Set<string>();

	/** How many characters were searched. */
	searched = 0;

	/** How many secrets are searched for. */
	get size(): number {
		return this.known.size;
	}

	/**
	 * Searches for these from now on; known ones are skipped.
	 * @param isKey consists of random characters, so that a part identifies it as well as the whole
	 */
	add(kind: string, secrets: readonly string[], isKey = false): void {
		for (const secret of secrets) {
			if (this.known.has(secret)) continue;
			this.known.add(secret);
			for (const part of isKey ? partsOf(secret) : [secret]) {
				for (const [form, text] of formsOf(part)) this.addNeedle({ kind, form, text });
			}
		}
	}

	/** The first place of each kind and form in the text. */
	find(text: string): Leak[] {
		this.searched += text.length;
		const found = new Map<string, Leak>();
		if (text.length < KEY_LENGTH) return [];
		let hash = hashOf(text);
		for (let start = 0; ; start += 1) {
			if (this.slots[slotOf(hash)] === 1) {
				for (const { kind, form, text: needle } of this.needles.get(hash) ?? []) {
					const id = `${kind} ${form}`;
					if (found.has(id) || !text.startsWith(needle, start)) continue;
					found.set(id, { kind, form, before: text.slice(Math.max(0, start - 60), start) });
				}
			}
			const entering = start + KEY_LENGTH;
			if (entering >= text.length) return [...found.values()];
			const rest = hash - Math.imul(text.charCodeAt(start), LEAVING);
			hash = (Math.imul(rest, 31) + text.charCodeAt(entering)) | 0;
		}
	}

	/** The same in any bytes, such as a database file. */
	findInBytes(bytes: Buffer): Leak[] {
		return this.find(bytes.toString('latin1'));
	}

	private addNeedle(needle: Needle): void {
		if (needle.text.length < KEY_LENGTH) return;
		const hash = hashOf(needle.text);
		this.slots[slotOf(hash)] = 1;
		const others = this.needles.get(hash) ?? [];
		if (others.some(({ text }) => text === needle.text)) return;
		this.needles.set(hash, [...others, needle]);
	}
}

/** Start and end of a long secret; all of a short one. */
const partsOf = (secret: string): string[] =>
	secret.length <= PART_LENGTH
		? [secret]
		: [secret.slice(0, PART_LENGTH), secret.slice(-PART_LENGTH)];

function formsOf(secret: string): Array<[Form, string]> {
	const bytes = Buffer.from(secret);
	const url = encodeURIComponent(secret);
	const hex = bytes.toString('hex');
	return [
		['raw', secret],
		['UTF-8 bytes', bytes.toString('latin1')],
		['URL', url],
		['URL', url.replace(/%../g, (code) => code.toLowerCase())],
		['JSON', JSON.stringify(secret).slice(1, -1)],
		['JSON', escaped(secret)],
		['hex', hex],
		['hex', hex.toUpperCase()],
		...base64FormsOf(bytes).flatMap(
			(text): Array<[Form, string]> => [
				['base64', text],
				['base64', text.replaceAll('+', '-').replaceAll('/', '_')],
			],
		),
	];
}

/** With escapes such as `\u0040`, as some JSON writers do. */
const escaped = (secret: string): string =>
	secret.replace(
		/[^\w.-]/g,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);

/**
 * Inside a longer text the same bytes have three base64 forms, depending on the number of bytes
 * before them. The characters that depend on the bytes before or after are left out.
 */
const base64FormsOf = (bytes: Buffer): string[] =>
	[0, 1, 2].map((before) => {
		const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
		const whole = Math.floor(((before + bytes.length) * 8) / 6);
		return text.slice(Math.ceil((before * 8) / 6), whole);
	});
