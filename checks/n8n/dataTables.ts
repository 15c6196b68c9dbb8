import type { IDataObject } from 'n8n-workflow';
import type { RealN8n } from './realN8n';

/** The most rows that n8n returns at once. */
const PAGE = 200;

interface Found {
	readonly id: string;
	readonly name: string;
	readonly projectId: string;
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
		const table = await this.find(name);
		if (table === undefined) throw new Error(`There is no table ${name}`);
		await this.n8n.post(`${pathOf(table)}/insert`, { data: rows });
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

	private async find(name: string): Promise<Found | undefined> {
		const { data } = await this.n8n.get<{ data: Found[] }>('data-tables-global');
		return data.find((each) => each.name === name);
	}
}

const pathOf = ({ projectId, id }: Found): string => `projects/${projectId}/data-tables/${id}`;
