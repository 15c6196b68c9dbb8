/**
 * A value as one segment of a URL's path: printable ASCII without slashes.
 * @throws Error if it would lead elsewhere (`..`), or cannot be written at all (half a character)
 */
export function pathSegment(value = ''): string {
	if (!/^(?!\.{0,2}$)[!-.0-[\]-~]{1,300}$/.test(value)) {
		throw new Error('Could not call Amazon: an ID has invalid characters');
	}
	return encodeURIComponent(value);
}
