/**
 * Compares what was reported with what is true, including duplicates: each entry must be reported
 * as often as it is true.
 */
export function differences(
	truth: readonly string[],
	reported: readonly string[],
): { lost: string[]; doubled: string[]; invented: string[] } {
	const left = new Map<string, number>();
	for (const each of truth) left.set(each, (left.get(each) ?? 0) + 1);
	const doubled: string[] = [];
	const invented: string[] = [];
	for (const each of reported) {
		const count = left.get(each);
		if (count === undefined) invented.push(each);
		else if (count === 0) doubled.push(each);
		else left.set(each, count - 1);
	}
	const lost = [...left].flatMap(([each, count]) => Array.from({ length: count }, () => each));
	return { lost, doubled, invented };
}
