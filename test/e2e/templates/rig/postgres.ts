import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The address of a database, with the field names of n8n's Postgres credential. */
export interface DatabaseAddress {
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	readonly database: string;
}

/** Whether PostgreSQL is available: one named by the environment, or programs to start one. */
export const hasPostgres: boolean =
	process.env['DB_POSTGRESDB_HOST'] !== undefined ||
	existsSync('/usr/lib/postgresql') ||
	(process.env['PATH'] ?? '').split(delimiter).some((dir) => existsSync(join(dir, 'initdb')));

/** An empty database of a real PostgreSQL. */
export class Database {
	private constructor(
		private readonly child: ChildProcess,
		readonly address: DatabaseAddress,
	) {}

	static async open(): Promise<Database> {
		const script = resolve(__dirname, '../../../../checks/n8n/postgres.ts');
		const child = spawn(process.execPath, ['--import', 'tsx', script], {
			stdio: ['pipe', 'pipe', 'inherit'],
		});
		for await (const line of createInterface({ input: child.stdout })) {
			return new Database(child, JSON.parse(line) as DatabaseAddress);
		}
		throw new Error('There is no PostgreSQL');
	}

	async close(): Promise<void> {
		this.child.stdin?.end();
		await once(this.child, 'exit');
	}
}
