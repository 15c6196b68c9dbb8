/**
 * Run by Node 24 (for its SQLite): prints every row of every table of a database as a line of JSON,
 * after the table's name.
 *
 *     node dumpDatabase.ts <file>
 */
import { DatabaseSync } from 'node:sqlite';

const database = new DatabaseSync(process.argv[2] ?? '', { readOnly: true });
const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
const readable = (_: string, value: unknown) =>
	value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
for (const { name } of tables) {
	for (const row of database.prepare(`SELECT * FROM "${name}"`).iterate()) {
		process.stdout.write(`${name}\t${JSON.stringify(row, readable)}\n`);
	}
}
