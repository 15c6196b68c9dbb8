/** What n8n's process keeps however long ago reports were asked for. */
const KEPT = ['limits', 'accessTokens', 'loggingIn'];

/** The nodes forget what reports they asked for, and when. */
export function forgetReports(): void {
	const shared = jest.requireActual<Record<string, Map<unknown, unknown>>>(
		'../../dist/nodes/shared/spapi/processWide.js',
	);
	for (const [name, each] of Object.entries(shared)) if (!KEPT.includes(name)) each.clear();
}
