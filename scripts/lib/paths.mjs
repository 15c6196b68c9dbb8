import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const repoDir = fileURLToPath(new URL('../..', import.meta.url));

/** Files of this clone: n8n's user folder, the packed tarball, logs. Git-ignored. */
export const stateDir = join(repoDir, '.runtime');

/**
 * The large downloads: Node 24 and n8n. They are independent of this clone, so several clones can
 * share one folder: set `N8N_RUNTIME_DIR` to it.
 */
export const toolsDir = process.env.N8N_RUNTIME_DIR
	? resolve(process.env.N8N_RUNTIME_DIR)
	: stateDir;

/** n8n's own folder for this clone: database, encryption key, installed community packages. */
export const userFolder = join(stateDir, 'user');
