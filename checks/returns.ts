/**
 * `npm run check -- returns`: the request templates, with the rule about returns, hourly for two days of simulated time
 * (test/long), which takes minutes.
 */
import { SetupError } from '../scripts/lib/output.mjs';
import { toolFile } from '../scripts/lib/dependencies.mjs';
import { build } from '../scripts/lib/package.mjs';
import { repoDir } from '../scripts/lib/paths.mjs';
import { runCommand } from '../scripts/lib/processes.mjs';

/** `npm test` leaves this folder out. */
const JEST = ['test/long', '--testPathIgnorePatterns=/node_modules/'];

/** @param args further arguments of jest */
export async function run(args: string[]): Promise<void> {
	await build('bundle');
	const command = [toolFile('jest', 'jest'), ...JEST, ...args];
	const { code } = await runCommand(process.execPath, command, {
		cwd: repoDir,
		show: true,
		group: true,
	});
	if (code !== 0) throw new SetupError(`jest ended with exit code ${code}.`);
}
