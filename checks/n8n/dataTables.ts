import type { IDataObject } from 'n8n-workflow';
import type { RealN8n } from './realN8n';

/** The most rows that n8n returns at once. */
const PAGE = 200;

interface Found {
	readonly id: string;
	readonly name: string;
	readonly projectId: string;
	readonly columns: ReadonlyArray<{ readonly id: string; readonly name: string }>;
}

/** n8n's own data tables, read as the editor does. */
export class DataTables {
	constructor(private readonly n8n: RealN8n) {}

	/** All rows of a table; undefined if there is no such table. */
	async rowsOf(name: string): Promise<IDataObject[] | undefined> {
		const table = await this.find(name);
		if (table === undefined) return undefined;
		const rows: IDataObject[] = [];
		for (;;) {
			const path = `${pathOf(table)}/rows?take=${PAGE}&skip=${rows.length}&sortBy=id:asc`;
			const { data } = await this.n8n.get<{ data: IDataObject[] }>(path);
			rows.push(...data);
			if (data.length < PAGE) return rows;
		}
	}

	/** Adds rows to a table that exists. */
	async insert(name: string, rows: readonly object[]): Promise<void> {
		await this.n8n.post(`${pathOf(await this.existing(name))}/insert`, { data: rows });
	}

	/** Moves a column of a table that exists, as one does by dragging it. */
	async moveColumn(name: string, columnName: string, targetIndex: number): Promise<void> {
		const table = await this.existing(name);
		const column = table.columns.find((each) => each.name === columnName);
		if (column === undefined) throw new Error(`The table has no column ${columnName}`);
		await this.n8n.call('PATCH', `${pathOf(table)}/columns/${column.id}/move`, { targetIndex });
	}

	/** Creates a table of text columns and returns its ID. */
	async create(name: string, columns: readonly string[]): Promise<string> {
		const { id: projectId } = await this.n8n.get<{ id: string }>('projects/personal');
		const { id } = await this.n8n.post<{ id: string }>(`projects/${projectId}/data-tables`, {
			name,
			columns: columns.map((column) => ({ name: column, type: 'string' })),
		});
		return id;
	}

	async drop(name: string): Promise<void> {
		const table = await this.find(name);
		if (table !== undefined) await this.n8n.call('DELETE', pathOf(table));
	}

	/** @throws Error if there is no such table */
	async existing(name: string): Promise<Found> {
		const table = await this.find(name);
		if (table === undefined) throw new Error(`There is no table ${name}`);
		return table;
	}

	private async find(name: string): Promise<Found | undefined> {
		const { data } = await this.n8n.get<{ data: Found[] }>('data-tables-global');
		return data.find((each) => each.name === name);
	}
}

const pathOf = ({ projectId, id }: Found): string => `projects/${projectId}/data-tables/${id}`;
