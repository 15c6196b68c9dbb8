import { join } from 'node:path';

/** What the built nodes of this process share. */
const processWide = (): typeof import('../../nodes/shared/spapi/processWide') =>
	// eslint-disable-next-line @typescript-eslint/no-require-imports -- the built file, which the nodes load
	require(join(process.cwd(), 'dist/nodes/shared/spapi/processWide.js'));

/** Has the nodes log in anew, as in a process that has just started. */
export const forgetTokens = (): void => processWide().accessTokens.clear();
