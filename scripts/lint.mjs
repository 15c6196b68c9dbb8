/**
 * `npm run lint`: n8n's own linter, `n8n-node lint`, in strict mode; `-- --fix` fixes what it can.
 *
 * Strict mode requires n8n's unchanged configuration in the root. ESLint is set to use the
 * configuration nearest to each file, so that folders that are not published have their own
 * (`scripts/eslint.config.mjs`). `n8n-node lint` by itself uses the root's for all.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, toolFile } from './lib/dependencies.mjs';
import { runMain, SetupError } from './lib/output.mjs';
import { repoDir, stateDir } from './lib/paths.mjs';
import { runCommand } from './lib/processes.mjs';

await runMain(async () => {
	const options = process.argv.slice(2);
	const unknown = options.find((option) => option !== '--fix');
	if (unknown) throw new SetupError(`Unknown option ${unknown}. The only option is --fix.`);

	await ensureDependencies();
	// The packages that checks have installed there would take most of the time.
	mkdirSync(stateDir, { recursive: true });
	writeFileSync(join(stateDir, 'eslint.config.mjs'), "export default [{ ignores: ['**'] }];\n");
	const args = [toolFile('@n8n/node-cli', 'n8n-node'), 'lint', ...options];
	const { code, output } = await runCommand(process.execPath, args, {
		cwd: repoDir,
		env: { ...process.env, ESLINT_FLAGS: 'unstable_config_lookup_from_file' },
		show: true,
	});
	if (code !== 0) throw new SetupError(`n8n-node lint ended with exit code ${code}.`);
	// It exits with 0 on warnings; here they count too.
	if (/\bproblems?\b/.test(output)) throw new SetupError('The linter reports problems.');
});
