import { join } from 'node:path';

/** The state that the built nodes share in this process. */
const processWide = (): typeof import('../../nodes/shared/spapi/processWide') =>
	// eslint-disable-next-line @typescript-eslint/no-require-imports -- the built file, which the nodes load
	require(join(process.cwd(), 'dist/nodes/shared/spapi/processWide.js'));

/** Makes the nodes log in again, as in a process that has just started. */
export const forgetTokens = (): void => processWide().accessTokens.clear();
