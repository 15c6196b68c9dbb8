/**
 * An empty PostgreSQL database for as long as this runs. Its address is printed as one line of JSON.
 * When the input ends, it is removed, with the server if that was started for it.
 *
 *     node scripts/postgres.mjs
 */
import { once } from 'node:events';
import { runMain } from './lib/output.mjs';
import { stateDir } from './lib/paths.mjs';
import { stopServices } from './lib/processes.mjs';
import { openDatabase } from './lib/queueServices.mjs';
import { ensureN8n, ensureNode24 } from './lib/runtime.mjs';

await runMain(async () => {
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
