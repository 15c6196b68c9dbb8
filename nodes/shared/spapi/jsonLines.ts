import { jsonParse } from 'n8n-workflow';
import type { z } from 'zod';

import type { ReportDocument } from './report';
import { DocumentError, unpack } from './reportDocument';

/** No line of a result is longer; a longer text is not a result. */
const LONGEST_LINE = 100_000;

/**
 * Reads a result of Data Kiosk piece by piece: one JSON object per line.
 * @returns how many lines do not match the schema
 * @throws DocumentError if it cannot be unpacked or is cut off
 */
export async function readJsonLines<Schema extends z.ZodTypeAny>(
	{ body }: ReportDocument,
	schema: Schema,
	take: (line: z.output<Schema>) => void,
): Promise<number> {
	let unreadableLines = 0;
	/** @returns whether it could be read */
	const readLine = (line: string): boolean => {
		if (line.trim() === '') return true;
		const parsed = schema.safeParse(jsonParse<unknown>(line, { fallbackValue: null }));
		if (parsed.success) take(parsed.data as z.output<Schema>);
		else unreadableLines += 1;
		return parsed.success;
	};
	const decoder = new TextDecoder();
	let rest = '';
	for await (const piece of unpack(body)) {
		const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
		rest = lines.pop() ?? '';
		if (rest.length > LONGEST_LINE) rest = rest.slice(0, LONGEST_LINE);
		for (const line of lines) readLine(line);
	}
	// A complete result ends with a line break.
	if (!readLine(rest + decoder.decode())) throw new DocumentError('damaged');
	return unreadableLines;
}
