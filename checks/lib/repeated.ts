/** What occurs more than once, as often as it is repeated. */
export function repeated(keys: readonly string[]): string[] {
	const seen = new Set<string>();
	return keys.filter((key) => seen.has(key) || !seen.add(key));
}
