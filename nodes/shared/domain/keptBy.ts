/**
 * Makes something of each key only once.
 * @param make must not return undefined
 * @param most how many are kept; with more, it starts over
 */
export function keptBy<Key, Made>(make: (key: Key) => Made, most = Infinity): (key: Key) => Made {
	const all = new Map<Key, Made>();
	return (key) => {
		const kept = all.get(key);
		if (kept !== undefined) return kept;
		const made = make(key);
		if (all.size >= most) all.clear();
		all.set(key, made);
		return made;
	};
}
