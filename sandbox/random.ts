/** A seeded random generator: the same seed gives the same sequence on every machine. */
export class Random {
	private state: number;

	constructor(seed: string) {
		// FNV-1a, so that 'demo/US' and 'demo/CA' start far apart.
		let hash = 0x811c9dc5;
		for (const character of seed) {
			hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
		}
		this.state = hash >>> 0;
	}

	/** A number in [0, 1). */
	next(): number {
		// mulberry32
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let mixed = this.state;
		mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	}

	/** An integer between `from` and `to`, both included. */
	integer(from: number, to: number): number {
		return from + Math.floor(this.next() * (to - from + 1));
	}

	chance(probability: number): boolean {
		return this.next() < probability;
	}

	pick<T>(values: readonly T[]): T {
		const value = values[this.integer(0, values.length - 1)];
		if (value === undefined) throw new Error('Nothing to pick from');
		return value;
	}

	/** `length` decimal digits. */
	digits(length: number): string {
		return this.letters(length, '0123456789');
	}

	/** `length` characters of `alphabet`. */
	letters(length: number, alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'): string {
		let text = '';
		for (let index = 0; index < length; index += 1) {
			text += alphabet.charAt(this.integer(0, alphabet.length - 1));
		}
		return text;
	}
}
