/**
 * A search for secrets and personal data in whatever was put out: each in the forms in which a program
 * may have written it, whole or cut off.
 */

/** How a secret was written where it was found. */
export type Form = 'raw' | 'URL' | 'JSON' | 'base64' | 'hex' | 'UTF-8 bytes';

export interface Leak {
	/** Of what kind, e.g. `access token`; never the secret itself. */
	readonly kind: string;
	readonly form: Form;
	/** What stands before it, to find the place by. */
	readonly before: string;
}

interface Needle extends Pick<Leak, 'kind' | 'form'> {
	readonly text: string;
}

/** Every needle is found by that many of its first characters. */
const KEY_LENGTH = 8;

/** So much of a long secret's beginning or end tells it apart, so that one cut off is found as well. */
const PART_LENGTH = 28;

const BITS = 20;

/** Of the highest character that leaves the window. */
const LEAVING = Array.from({ length: KEY_LENGTH - 1 }).reduce<number>(
	(all) => Math.imul(all, 31),
	1,
);

/** Rolling hash of the first characters, as `find` keeps it. */
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

	/** Which slots of hashes hold a needle: nearly every place of a text is dismissed by a look here. */
	private readonly slots = new Uint8Array(1 << BITS);

	private readonly known = new Set<string>();

	/** How many characters were searched. */
	searched = 0;

	/** How many secrets are looked for. */
	get size(): number {
		return this.known.size;
	}

	/**
	 * Looks for these from now on; those known already are passed over.
	 * @param isKey of random characters, of which a part is as telling as the whole
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

	/** The same in bytes of any kind, such as a database file. */
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

/** Beginning and end of a long secret; a short one whole. */
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

/** With `\u0040` and the like, as some writers of JSON do. */
const escaped = (secret: string): string =>
	secret.replace(
		/[^\w.-]/g,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);

/**
 * Inside a longer text the same bytes come out in three ways, by how many bytes stand before them; the
 * characters that depend on what stands before or behind are left out.
 */
const base64FormsOf = (bytes: Buffer): string[] =>
	[0, 1, 2].map((before) => {
		const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
		const whole = Math.floor(((before + bytes.length) * 8) / 6);
		return text.slice(Math.ceil((before * 8) / 6), whole);
	});
