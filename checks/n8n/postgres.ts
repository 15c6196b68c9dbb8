/**
 * An empty PostgreSQL database for as long as this runs. Its address is printed as one line of JSON.
 * When the input ends, it is removed, with the server if that was started for it.
 *
 *     npx tsx checks/n8n/postgres.ts
 */
import { once } from 'node:events';
import { runMain } from '../../scripts/lib/output.mjs';
import { stateDir } from '../../scripts/lib/paths.mjs';
import { stopServices } from '../../scripts/lib/processes.mjs';
import { ensureN8n, ensureNode24 } from '../../scripts/lib/runtime.mjs';
import { openDatabase } from './services';

void runMain(async () => {
	const runtime = await ensureN8n((await ensureNode24()).node);
	try {
		const { host, port, user, password = '', name, remove } = await openDatabase(runtime, stateDir);
		console.log(JSON.stringify({ host, port, user, password, database: name }));
		process.stdin.resume();
		await once(process.stdin, 'end');
		await remove();
	} finally {
		await stopServices();
	}
	return 0;
});
