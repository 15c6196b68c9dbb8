import type { FeedbackReport, FeedbackRow } from '../../nodes/shared/domain/feedbackReport';
import type { DateOrder } from '../../nodes/shared/domain/marketplaces';

/** The expectation for a line that is not feedback: its number, and how the reason starts. */
export interface ExpectedUnreadable {
	readonly line: number;
	readonly reasonStart: string;
}

export interface ExpectedReport {
	readonly rows: FeedbackReport['rows'];
	readonly unreadable: readonly ExpectedUnreadable[];
	/** Lines that belong to the row of an earlier line. */
	readonly continued: ReadonlySet<number>;
}

/**
 * Reads a feedback report by its written rules, one rule after the other, without regard to speed.
 * It is written from the rules and not from `parseFeedbackReport`, which is compared with it: a
 * mistake would have to be made twice.
 *
 * The rules, as of writing:
 * 1. Lines end with LF or CRLF. They count from 1, including blank ones. Blank lines are ignored.
 * 2. Cells are separated by tabs and trimmed. There is no quoting.
 * 3. The first line with text is the header if it has five columns or more and does not start with a
 *    digit; spaces and one `"` before the digit are ignored.
 * 4. A header of 6 columns means the current layout, one of 9 or 10 the older one, any other none.
 *    Blank columns at its ends do not count.
 * 5. A row's order ID is the last cell with the format of one, from the fifth cell on. Without it the
 *    line is unreadable; next the date is checked, then the rating.
 * 6. The response is before the order ID; in the older layout three answers are between them. The
 *    older layout has at least seven cells before the order ID. If the header gives no layout, it is
 *    the older one if all three are blank, up to twelve letters, or a dash.
 * 7. All cells between rating and response are the comment, with a space for each tab.
 * 8. The buyer's address is the cell after the order ID.
 * 9. A line continues in the next lines if it is unreadable, begins with a date (in any order) and a
 *    rating, has no order ID and has fewer tabs than the header (6 columns if it gives no layout). It
 *    continues up to the first line with an order ID after a tab. They are one row, joined by LF, if all
 *    together are readable and have as many tabs as the header (or 8, in the older layout) and the order
 *    ID in its column (the fifth; the eighth in the older layout), and none of the next lines begins with
 *    what looks like a date.
 */
export function parseSimply(text: string, dateOrder: DateOrder): ExpectedReport {
	const rows: FeedbackRow[] = [];
	const unreadable: ExpectedUnreadable[] = [];
	const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
	const first = lines.findIndex((line) => line.trim() !== '');
	const header = isHeader(lines[first] ?? '') ? lines[first] : undefined;
	const columns = header?.trim().split('\t').length;

	const continued = new Set<number>();
	const tabs = (columns === 9 || columns === 10 ? columns : 6) - 1;
	for (let index = 0; index < lines.length; index += 1) {
		const content = lines[index] ?? '';
		const isRow = content.trim() !== '' && !(header !== undefined && index === first);
		if (!isRow) continue;
		const line = index + 1;
		let row = readRow(content, line, dateOrder, columns);
		let last = index;
		const opens = hasDate(content) && hasRating(content) && !holdsOrderId(content);
		if ('reasonStart' in row && opens && tabsOf(content) < tabs) {
			const end = lines.findIndex(
				(next, at) => at > index && (beginsRow(next) || holdsOrderId(next)),
			);
			const whole = lines.slice(index, end + 1).join('\n');
			const isOlder = columns === 9 || columns === 10;
			const fits = tabsOf(whole) === tabs || (isOlder && tabsOf(whole) === 8);
			const orderId = whole.split('\t')[isOlder ? 7 : 4]?.trim() ?? '';
			const isWhole =
				end !== -1 && !beginsRow(lines[end] ?? '') && fits && hasShapeOfOrderId(orderId);
			const joined = isWhole ? readRow(whole, line, dateOrder, columns) : row;
			if (!('reasonStart' in joined)) {
				row = joined;
				last = end;
			}
		}
		for (let next = index + 1; next <= last; next += 1) continued.add(next + 1);
		index = last;
		if ('reasonStart' in row) unreadable.push(row);
		else rows.push(row);
	}
	return { rows, unreadable, continued };
}

const tabsOf = (text: string): number => text.split('\t').length - 1;

/** Whether it starts with what looks like a date and a tab. */
function beginsRow(content: string): boolean {
	const [date = '', ...more] = content.split('\t').map((cell) => cell.trim());
	return more.length > 0 && /^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}$/.test(date);
}

const hasDate = (content: string): boolean =>
	(['mdy', 'dmy', 'ymd'] as const).some((order) =>
		readDate(content.split('\t')[0]?.trim() ?? '', order),
	);

/** Whether its second cell is a rating, followed by a tab. */
function hasRating(content: string): boolean {
	const [, rating = '', ...more] = content.split('\t').map((cell) => cell.trim());
	return more.length > 0 && ['1', '2', '3', '4', '5'].includes(rating);
}

const holdsOrderId = (content: string): boolean =>
	content.split('\t').some((cell, index) => index > 0 && hasShapeOfOrderId(cell.trim()));

function isHeader(content: string): boolean {
	const text = content.trimStart();
	const start = text.startsWith('"') ? text.slice(1, 2) : text.slice(0, 1);
	return content.split('\t').length >= 5 && !isDigits(start, 1);
}

function readRow(
	content: string,
	line: number,
	dateOrder: DateOrder,
	columns: number | undefined,
): FeedbackRow | ExpectedUnreadable {
	const cells = content.split('\t').map((cell) => cell.trim());
	const at = cells.findLastIndex((cell, index) => index >= 4 && hasShapeOfOrderId(cell));
	if (at === -1) return { line, reasonStart: 'it has no order ID' };

	const [dateCell = '', stars = ''] = cells;
	const date = readDate(dateCell, dateOrder);
	if (date === undefined) return { line, reasonStart: `its date${quoted(dateCell)}` };

	const rating = ['1', '2', '3', '4', '5'].indexOf(stars) + 1;
	if (rating === 0) return { line, reasonStart: `its rating${quoted(stars)}` };

	const response = isOlderLayout(cells, at, columns) ? at - 4 : at - 1;
	return {
		line,
		date,
		rating,
		sentiment: rating < 3 ? 'negative' : rating === 3 ? 'neutral' : 'positive',
		comment: cells.slice(2, response).join(' ').trim(),
		response: cells[response] ?? '',
		orderId: cells[at] ?? '',
		raterEmail: cells[at + 1] ?? '',
	};
}

function isOlderLayout(cells: readonly string[], at: number, columns?: number): boolean {
	if (at < 7 || columns === 6) return false;
	if (columns === 9 || columns === 10) return true;
	return [cells[at - 3], cells[at - 2], cells[at - 1]].every(isShortAnswer);
}

function isShortAnswer(cell = ''): boolean {
	if (cell === '' || cell === '-' || cell === '–') return true;
	const letters = [...cell];
	return letters.length <= 12 && letters.every((letter) => /\p{L}/u.test(letter));
}

function hasShapeOfOrderId(cell: string): boolean {
	const [first = '', second = '', third = '', ...more] = cell.split('-');
	return more.length === 0 && isDigits(first, 3) && isDigits(second, 7) && isDigits(third, 7);
}

/**
 * Three numbers separated by `.`, `/` or `-`. The year has two digits (of this century) or four,
 * the others one or two; a first number of four digits is always the year.
 */
function readDate(cell: string, dateOrder: DateOrder): string | undefined {
	const [first = '', second = '', third = '', ...more] = cell.split(/[./-]/);
	if (more.length > 0) return undefined;
	const parts = { y: '', m: '', d: '' };
	const order = isDigits(first, 4) ? 'ymd' : dateOrder;
	[first, second, third].forEach((part, index) => {
		parts[order.charAt(index) as 'y' | 'm' | 'd'] = part;
	});
	const { y, m, d } = parts;
	const areNumbers = isDigits(y, 2, 4) && isDigits(m, 1, 2) && isDigits(d, 1, 2);
	if (!areNumbers) return undefined;

	const [year, month, day] = [y.length === 2 ? Number(`20${y}`) : Number(y), Number(m), Number(d)];
	const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
	const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
	if (day < 1 || day > days) return undefined;
	return [String(year).padStart(4, '0'), m.padStart(2, '0'), d.padStart(2, '0')].join('-');
}

const isDigits = (text: string, ...lengths: number[]): boolean =>
	lengths.includes(text.length) && [...text].every((char) => '0123456789'.includes(char));

/** A cell is quoted if it is short and consists only of digits, periods, slashes and dashes. */
const quoted = (cell: string): string =>
	cell !== '' && cell.length <= 24 && [...cell].every((char) => '0123456789./-'.includes(char))
		? ` "${cell}"`
		: ' ';
