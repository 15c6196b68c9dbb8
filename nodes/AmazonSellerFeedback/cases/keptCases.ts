import { z } from 'zod';

import type { Steps } from '../../shared/domain/steps';
import { CASE_ACTIONS, keptCaseSchema, type KeptCase } from './caseRow';

/** Rows that could be read, by the ID of their case, and what is wrong with the others. */
export interface KeptCases {
	readonly cases: Map<string, KeptCase>;
	/** The first problem, as a sentence; undefined if all could be read. */
	readonly problem: string | undefined;
}

/** Few, because checking a row takes long. */
const ROWS_PER_STEP = 10;

/** When n8n's data table last saved a row, in milliseconds; 0 in any other table. */
const savedAtSchema = z
	.object({ updatedAt: z.coerce.date().transform((at) => at.getTime()) })
	.transform(({ updatedAt }) => updatedAt)
	.catch(0);

/**
 * Reads the rows of a table of cases: a list of rows, n8n's items, one row, or JSON text. A row
 * that remembers nothing was never decided about, such as one that a table has just created. Of two
 * rows of one case, the one saved last counts, by n8n's own column `updatedAt`; without that, the one
 * further down.
 */
export function* readKeptCases(given: unknown): Steps<KeptCases> {
	const cases = new Map<string, KeptCase>();
	const savedAt = new Map<string, number>();
	let problem: string | undefined;
	const listed = listOf(given);
	if (listed === undefined) return { cases, problem: 'It is neither a list of rows nor a row.' };
	for (const [index, entry] of listed.entries()) {
		if (index % ROWS_PER_STEP === ROWS_PER_STEP - 1) yield;
		const row = isItem(entry) ? entry.json : entry;
		if (isEmptyRow(row)) continue;
		const parsed = keptCaseSchema.safeParse(row);
		if (parsed.success) {
			const { caseId } = parsed.data;
			const at = savedAtSchema.parse(row);
			if (at < (savedAt.get(caseId) ?? 0)) continue;
			savedAt.set(caseId, at);
			cases.set(caseId, parsed.data);
			continue;
		}
		const [issue] = parsed.error.issues;
		problem ??= `Row ${index + 1} has no readable ${issue?.path.join('.') || 'fields'}.`;
	}
	return { cases, problem };
}

function listOf(given: unknown): readonly unknown[] | undefined {
	const value = typeof given === 'string' ? parsedJson(given) : given;
	if (value === undefined || value === null) return [];
	if (typeof value !== 'object') return undefined;
	return Array.isArray(value) ? value : [value];
}

/** Undefined if it is blank; the text itself if it is not JSON. */
function parsedJson(text: string): unknown {
	if (text.trim() === '') return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** Whether it is an item of n8n. */
const isItem = (entry: unknown): entry is { readonly json: unknown } =>
	typeof entry === 'object' &&
	entry !== null &&
	typeof (entry as { json?: unknown }).json === 'object';

/** What a case remembers; a row that has any of it and no status is not a new one, but unreadable. */
const MEMORY = ['status', 'openedAt', 'removalProposedOn', ...Object.values(CASE_ACTIONS)];

const isEmptyRow = (row: unknown): boolean =>
	typeof row === 'object' &&
	row !== null &&
	MEMORY.every((name) => [undefined, null, ''].includes((row as Record<string, null>)[name])) &&
	!holdsCase(row, MOST_NESTED);

/** How deep other nodes nest rows, such as `Aggregate`, which puts all in one field of one item. */
const MOST_NESTED = 4;

/** Whether rows are in a list or an object where a row should be: they must not seem forgotten. */
function holdsCase(within: object, depth: number): boolean {
	return Object.values(within).some(
		(value: unknown) =>
			typeof value === 'object' &&
			value !== null &&
			('caseId' in value || (depth > 1 && holdsCase(value, depth - 1))),
	);
}
