/**
 * A value as one part of an address's path: printable ASCII without slashes.
 * @throws Error where it would lead elsewhere (`..`), or cannot be written at all (half a character)
 */
export function pathSegment(value = ''): string {
	if (!/^(?!\.{0,2}$)[!-.0-[\]-~]{1,300}$/.test(value)) {
		throw new Error('Could not call Amazon: an ID holds characters that no ID of Amazon has');
	}
	return encodeURIComponent(value);
}
