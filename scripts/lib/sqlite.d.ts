/** The part of Node 24's SQLite that the scripts use; the types of Node 20 do not have it. */
declare module 'node:sqlite' {
	type Value = string | number | bigint | Uint8Array | null;
	type Row = Record<string, Value>;

	export class DatabaseSync {
		constructor(file: string, options?: { readOnly?: boolean });
		exec(sql: string): void;
		prepare(sql: string): {
			all(...values: Value[]): Row[];
			iterate(...values: Value[]): Iterable<Row>;
			run(...values: Value[]): void;
		};
		close(): void;
	}
}
