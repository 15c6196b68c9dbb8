import type { createProgress } from '../../scripts/lib/output.mjs';
import { ensureTarball } from '../../scripts/lib/package.mjs';
import type { Tarball } from '../../scripts/lib/package.mjs';
import { ensureN8n, ensureNode24, N8N_VERSION } from '../../scripts/lib/runtime.mjs';
import type { Runtime } from '../../scripts/lib/runtime.mjs';

export type Progress = ReturnType<typeof createProgress>;

/** The first two steps of a check in the pinned n8n. */
export async function setUp(
	progress: Progress,
): Promise<{ readonly runtime: Runtime; readonly tarball: Tarball }> {
	const runtime = await progress.step(
		`Node 24 and n8n ${N8N_VERSION}`,
		async () => await ensureN8n((await ensureNode24()).node),
	);
	const tarball = await progress.step('Building and packing this package', ensureTarball);
	return { runtime, tarball };
}
