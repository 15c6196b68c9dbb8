/**
 * Runs a command of the pinned n8n with this package installed from its tarball:
 *
 *     node scripts/n8n.mjs export:workflow --all --pretty
 *
 * It uses the user folder of `npm start`; `N8N_USER_FOLDER`, `N8N_PORT` and
 * `N8N_RUNNERS_BROKER_PORT` change that.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { installPackage, n8nEnvironment } from './lib/n8n.mjs';
import { runMain } from './lib/output.mjs';
import { ensureTarball } from './lib/package.mjs';
import { userFolder } from './lib/paths.mjs';
import { ensureN8n, ensureNode24 } from './lib/runtime.mjs';

await runMain(async () => {
	const { N8N_USER_FOLDER, N8N_PORT, N8N_RUNNERS_BROKER_PORT } = process.env;
	await ensureDependencies();
	const instance = {
		runtime: await ensureN8n((await ensureNode24()).node),
		userFolder: N8N_USER_FOLDER ?? userFolder,
		...(N8N_PORT && { port: Number(N8N_PORT) }),
		...(N8N_RUNNERS_BROKER_PORT && { brokerPort: Number(N8N_RUNNERS_BROKER_PORT) }),
	};
	mkdirSync(instance.userFolder, { recursive: true });
	await installPackage(instance, await ensureTarball());
	const { node, n8nBin } = instance.runtime;
	const child = spawn(node, [n8nBin, ...process.argv.slice(2)], {
		cwd: instance.userFolder,
		env: n8nEnvironment(instance),
		stdio: 'inherit',
	});
	for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
		process.on(signal, () => child.kill(signal));
	}
	return await new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
});
