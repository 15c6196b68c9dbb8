import { z } from 'zod';

import { instantSchema } from '../domain/instant';
import { absentIfNull } from './absent';
import type { SpApiClient, SpApiContext } from './client';
import type { ReportDocument } from './report';
import { readDocument } from './reportDocument';

/** Data Kiosk (version 2023-11-15): queries in GraphQL, answered with a document. */

/** ISO 8601; a time that cannot be read counts as missing. */
const moment = absentIfNull(instantSchema).catch(undefined);

const id = absentIfNull(z.string()).transform((text) => text || undefined);

/** A query, as Amazon describes it. */
const querySchema = z.object({
	queryId: z.string(),
	/** The text as Amazon has rewritten it: without white space, with commas between arguments. */
	query: absentIfNull(z.string()).transform((text) => text ?? ''),
	processingStatus: z.enum(['IN_QUEUE', 'IN_PROGRESS', 'DONE', 'CANCELLED', 'FATAL']),
	createdTime: moment,
	dataDocumentId: id,
	errorDocumentId: id,
	/** If the result has several pages. */
	pagination: absentIfNull(z.object({ nextToken: id })),
});

export type KioskQuery = z.infer<typeof querySchema>;

/** Whether Amazon has finished it, successfully or not. */
export const isFinishedQuery = ({ processingStatus }: KioskQuery): boolean =>
	processingStatus !== 'IN_QUEUE' && processingStatus !== 'IN_PROGRESS';

const createdSchema = z.object({ queryId: z.string() });

/**
 * Starts a query; answering it takes seconds to many minutes. Amazon refuses a second one with the
 * same text while the first is open.
 * @param pageToken for the next page of a result, with the text of the first page's query
 */
export async function createQuery(
	client: SpApiClient,
	query: string,
	pageToken?: string,
): Promise<string> {
	const { answer } = await client.call('createQuery', {
		body: { query, ...(pageToken !== undefined && { paginationToken: pageToken }) },
		answer: createdSchema,
		// An answer that says "too many" may mean that the same query is open; the caller looks.
		hasOwnLimit: true,
	});
	return answer.queryId;
}

export async function getQuery(client: SpApiClient, queryId: string): Promise<KioskQuery> {
	const { answer } = await client.call('getQuery', { path: { queryId }, answer: querySchema });
	return answer;
}

/** An unreadable query affects only itself. */
const queriesSchema = z.object({
	queries: z
		.array(querySchema.nullable().catch(null))
		.transform((queries) => queries.filter((query) => query !== null)),
});

/** The queries of this application and seller since then, in any state; the first 100. */
export async function listQueries(client: SpApiClient, since: Date): Promise<KioskQuery[]> {
	const { answer } = await client.call('getQueries', {
		query: { pageSize: '100', createdSince: since.toISOString() },
		answer: queriesSchema,
		maxAttempts: 2,
	});
	return answer.queries;
}

const linkSchema = z.object({ documentUrl: z.string().url() });

/**
 * Downloads a document of Data Kiosk and reads it.
 * @throws SpApiFailure as `readDocument` does
 */
export async function readQueryDocument<Content>(
	context: SpApiContext,
	client: SpApiClient,
	documentId: string,
	read: (document: ReportDocument) => Promise<Content>,
): Promise<Content> {
	const url = async () => {
		const { answer } = await client.call('getDocument', {
			path: { documentId },
			answer: linkSchema,
		});
		return answer.documentUrl;
	};
	return await readDocument(context, client, { operation: 'getDocument', url }, read);
}

/**
 * Whether two texts are the same query: Amazon removes white space and adds commas, and keeps the
 * order of arguments and fields.
 */
export const isSameQuery = (a: string, b: string): boolean => bare(a) === bare(b);

/** Without white space and commas outside strings. */
const bare = (query: string): string =>
	query.replace(/("(?:[^"\\]|\\.)*")|[\s,]+/g, (_, quoted?: string) => quoted ?? '');
