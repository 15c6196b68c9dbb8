import { reasonIn } from './answerWords';
import type { SpApiClient, SpApiContext } from './client';
import { readQueryDocument, type KioskQuery } from './dataKiosk';
import { insteadOfFailure, SpApiFailure } from './failure';
import type { ReportDocument } from './report';
import { readStart } from './reportDocument';

/** Why a query has no result; `message` is what Amazon says. */
export const queryFailure = ({ queryId }: KioskQuery, why: string, message?: string) =>
	new SpApiFailure('queryFailed', 'getQuery', { details: `${queryId}: ${why}`, message });

/**
 * The content of a finished query; undefined without a document, which means that there is no data.
 * @throws SpApiFailure `queryFailed` on FATAL and CANCELLED, and as `readDocument` does
 */
export async function readFinishedQuery<Content>(
	context: SpApiContext,
	client: SpApiClient,
	query: KioskQuery,
	read: (document: ReportDocument) => Promise<Content>,
): Promise<Content | undefined> {
	if (query.processingStatus === 'CANCELLED') throw queryFailure(query, 'Amazon canceled it');
	if (query.processingStatus !== 'DONE') {
		const reason = await reasonOf(context, client, query);
		throw queryFailure(query, 'Amazon failed to answer it (FATAL)', reason);
	}
	const { dataDocumentId } = query;
	if (dataDocumentId === undefined) return undefined;
	return await readQueryDocument(context, client, dataDocumentId, read);
}

/** What Amazon says in the document of a failed query; undefined if that cannot be read. */
async function reasonOf(
	context: SpApiContext,
	client: SpApiClient,
	{ errorDocumentId }: KioskQuery,
): Promise<string | undefined> {
	if (errorDocumentId === undefined) return undefined;
	return await readQueryDocument(
		context,
		client,
		errorDocumentId,
		async (document) => (await readStart(document)) ?? '',
	).then(reasonIn, insteadOfFailure(undefined));
}
