/**
 * A number from 0 up to 1 that a text determines, in any process and version: a draw that can be
 * repeated.
 */
export const drawOf = (text: string): number => hashOf(text) / 2 ** 32;

/** 32 bits of a text (FNV-1a with the final mix of MurmurHash3), the same everywhere. */
function hashOf(text: string): number {
	let hash = 0x811c9dc5;
	for (let index = 0; index < text.length; index += 1) {
		hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
	}
	hash ^= hash >>> 16;
	hash = Math.imul(hash, 0x85ebca6b);
	hash ^= hash >>> 13;
	hash = Math.imul(hash, 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}
