/** What the process keeps, because it is not about reports. */
const KEPT = ['limits', 'accessTokens', 'loggingIn'];

/** Makes the nodes forget which reports they requested, and when. */
export function forgetReports(): void {
	const shared = jest.requireActual<Record<string, Map<unknown, unknown>>>(
		'../../dist/nodes/shared/spapi/processWide.js',
	);
	for (const [name, each] of Object.entries(shared)) if (!KEPT.includes(name)) each.clear();
}
