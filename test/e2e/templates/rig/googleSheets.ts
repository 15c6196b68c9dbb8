import { Refusal, type OutsideRequest } from './outsideServices';

type Cell = string | number | boolean | null;

interface BatchUpdate {
	readonly data: ReadonlyArray<{ readonly range: string; readonly values: Cell[][] }>;
	readonly valueInputOption: string;
}

/** A spreadsheet with one sheet that the Google Sheets node reads and writes. */
export class Spreadsheet {
	/** The rows, the header row first. */
	rows: Cell[][] = [];

	/** The input option of each write: RAW keeps texts, USER_ENTERED treats them as typed. */
	readonly inputOptions: string[] = [];

	/** How many more writes are refused, to simulate an outage. */
	writesToRefuse = 0;

	private readonly sheet = 'Sheet1';

	constructor(readonly id: string) {}

	/** What the seller chooses in the node. */
	get choice() {
		return {
			documentId: { __rl: true, mode: 'id', value: this.id },
			sheetName: { __rl: true, mode: 'name', value: this.sheet },
		};
	}

	/** The rows by the names of the header row. */
	get records(): Array<Record<string, Cell>> {
		const [names = [], ...rows] = this.rows;
		return rows.map((row) =>
			Object.fromEntries(names.map((name, index) => [String(name), row[index] ?? ''])),
		);
	}

	/** The Sheets API v4, as far as the node uses it. */
	answer({ method, path, query, body }: OutsideRequest): object {
		if (method !== 'GET' && this.writesToRefuse > 0) {
			this.writesToRefuse -= 1;
			return new Refusal(503, { error: { message: 'The service is currently unavailable.' } });
		}
		const base = `/v4/spreadsheets/${this.id}`;
		const rest = path.slice(base.length);
		if (rest === '') {
			const properties = { sheetId: 0, title: this.sheet, gridProperties: { rowCount: 1000 } };
			return { sheets: [{ properties }] };
		}
		if (rest === ':batchUpdate') return { replies: [{}] };
		if (rest === '/values:batchUpdate') return this.update(body as unknown as BatchUpdate);
		const [, range = ''] = /^\/values\/(.*)$/.exec(rest) ?? [];
		if (method === 'GET') return this.read(range);
		if (method === 'PUT') return this.write(range, body['values'] as Cell[][], query);
		return new Refusal(400, { error: { message: `The tests do not know ${method} ${path}` } });
	}

	private read(range: string): object {
		const only = rowOf(range);
		const values = only === undefined ? this.rows : this.rows.slice(only - 1, only);
		return values.length > 0 ? { range, values } : { range };
	}

	private write(range: string, values: Cell[][], query: OutsideRequest['query']): object {
		const { valueInputOption = '' } = query;
		this.inputOptions.push(valueInputOption);
		const first = rowOf(range) ?? 1;
		for (const [index, row] of values.entries()) {
			this.rows[first - 1 + index] = row.map((cell) => this.taken(cell, valueInputOption));
		}
		return { updatedRows: values.length };
	}

	/** Single cells, such as Sheet1!C5. */
	private update({ data, valueInputOption }: BatchUpdate): object {
		this.inputOptions.push(valueInputOption);
		for (const { range, values } of data) {
			const [, letter = 'A', number = '1'] = /!([A-Z])(\d+)$/.exec(range) ?? [];
			const row = (this.rows[Number(number) - 1] ??= []);
			row[letter.charCodeAt(0) - 'A'.charCodeAt(0)] = this.taken(
				values[0]?.[0] ?? null,
				valueInputOption,
			);
		}
		return { totalUpdatedCells: data.length };
	}

	/** As Google does it: typed text that begins like a formula becomes one. */
	private taken(cell: Cell, valueInputOption: string): Cell {
		const isFormula = valueInputOption === 'USER_ENTERED' && /^[=+]/.test(String(cell));
		return isFormula ? '#FORMULA' : cell;
	}
}

/** `Sheet1!4:4` means row 4, `'Sheet1'` means all. */
const rowOf = (range: string): number | undefined => {
	const row = /!(\d+):/.exec(range)?.[1];
	return row === undefined ? undefined : Number(row);
};
