import type { IHttpRequestOptions } from 'n8n-workflow';
import { z } from 'zod';

import { isWebPage, wordsOf } from './answerWords';
import type { SpApiClient, SpApiContext } from './client';
import { documentUrlProblem } from './endpoints';
import { SpApiFailure } from './failure';
import { letOthersGo, Turns, unlessCanceled } from './pause';
import type { ReportDocument } from './report';
import { IDLE_MS, withinTime } from './timeLimits';
import { USER_AGENT } from './userAgent';

/** A document that cannot be unpacked. */
export class DocumentError extends Error {
	override readonly name = 'DocumentError';

	constructor(readonly problem: 'damaged' | 'tooLarge') {
		super(`the document is ${problem === 'damaged' ? 'cut off or damaged' : 'too large'}`);
	}
}

/**
 * Largest document in bytes, compressed and uncompressed. A million feedback entries take about 110
 * MB uncompressed; anything larger is not a report, and n8n has to stay alive.
 */
export const LARGEST_DOCUMENT = 256 * 1024 * 1024;

/** How many times larger gzip may make it, beyond the first megabytes. Reports reach 4 to 20. */
const LARGEST_RATIO = 200;

const ALWAYS_ALLOWED = 16 * 1024 * 1024;

/** Uncompressed data is returned in pieces of this many bytes, which take about a millisecond to read. */
const PIECE = 64 * 1024;

/**
 * Unpacks a document, piece by piece. Gzip is recognized by its first bytes, not by what the
 * document declares: some downloads are unpacked on the way.
 * @param body in one part or several; the first one has at least two bytes if the document has
 * @throws DocumentError if it is cut off, damaged, or larger than a report can be
 */
export async function* unpack(
	body: Uint8Array | readonly Uint8Array[],
): AsyncGenerator<Uint8Array> {
	const parts = body instanceof Uint8Array ? [body] : body;
	const packedLength = parts.reduce((sum, part) => sum + part.length, 0);
	if (packedLength > LARGEST_DOCUMENT) throw new DocumentError('tooLarge');
	const turns = new Turns();
	const [start] = parts;
	if (start?.[0] !== 0x1f || start[1] !== 0x8b) {
		for (const piece of piecesOf(parts)) {
			if (turns.isDue) await turns.pause();
			yield piece;
		}
		return;
	}
	const ceiling = Math.min(
		LARGEST_DOCUMENT,
		Math.max(ALWAYS_ALLOWED, packedLength * LARGEST_RATIO),
	);
	const pieces = gunzip(parts).getReader();
	let length = 0;
	try {
		for (;;) {
			const next = await pieces.read().catch(() => undefined);
			if (next === undefined) throw new DocumentError('damaged');
			if (next.done) return;
			length += next.value.length;
			if (length > ceiling) throw new DocumentError('tooLarge');
			// Node may already have the next piece, and then waits for nothing.
			if (turns.isDue) await turns.pause();
			yield next.value;
		}
	} finally {
		// Canceled right after a read, Node delivers the next piece to a closed stream and throws where
		// nobody can catch it (nodejs/node#64529).
		await letOthersGo();
		await pieces.cancel().catch(() => undefined);
	}
}

function* piecesOf(parts: readonly Uint8Array[]): Generator<Uint8Array> {
	for (const part of parts) {
		for (let at = 0; at < part.length; at += PIECE) yield part.subarray(at, at + PIECE);
	}
}

function gunzip(parts: readonly Uint8Array[]): ReadableStream<Uint8Array> {
	const { readable, writable } = new DecompressionStream('gzip');
	// Errors here are reported where the pieces are read.
	feed(writable.getWriter(), parts).catch(() => undefined);
	return readable as ReadableStream<Uint8Array>;
}

/** Piece by piece, so that it ends soon after the reader stops. */
async function feed(
	writer: WritableStreamDefaultWriter<BufferSource>,
	parts: readonly Uint8Array[],
): Promise<void> {
	for (const piece of piecesOf(parts)) await writer.write(piece as Uint8Array<ArrayBuffer>);
	await writer.close();
}

/**
 * A document unpacked as a whole.
 * @throws DocumentError as `unpack` does
 */
export async function unpackWhole(document: ReportDocument): Promise<ReportDocument> {
	const pieces: Uint8Array[] = [];
	for await (const piece of unpack(document.body)) pieces.push(piece);
	return { ...document, body: Buffer.concat(pieces) };
}

/**
 * The text of a UTF-8 document, such as JSON.
 * @throws DocumentError as `unpack` does
 */
export const readText = async (document: ReportDocument): Promise<string> =>
	new TextDecoder().decode((await unpackWhole(document)).body);

/** How many bytes are enough to recognize a web page or to find a reason. */
const START = 64 * 1024;

/** The first characters of a document; undefined if not even those can be unpacked. */
export async function readStart({ body }: ReportDocument): Promise<string | undefined> {
	const pieces: Uint8Array[] = [];
	let length = 0;
	try {
		for await (const piece of unpack(body)) {
			pieces.push(piece);
			length += piece.length;
			if (length >= START) break;
		}
	} catch {
		if (length === 0) return undefined;
	}
	return new TextDecoder().decode(Buffer.concat(pieces).subarray(0, START));
}

/** The message of a web page that a proxy returned instead of the document; otherwise undefined. */
async function pageIn(document: ReportDocument | undefined): Promise<string | undefined> {
	const start = (document && (await readStart(document))) ?? '';
	return isWebPage(start) ? wordsOf(start).message : undefined;
}

/** Where a document is: its URL is valid for five minutes, so a new one is requested each time. */
export interface DocumentLink {
	readonly operation: 'getReportDocument' | 'getDocument';
	readonly url: () => Promise<string>;
}

const linkSchema = z.object({ url: z.string().url() });

/**
 * Downloads a report's document and reads it.
 * @throws SpApiFailure as `readDocument` does
 */
export async function readReportDocument<Content>(
	context: SpApiContext,
	client: SpApiClient,
	reportDocumentId: string,
	read: (document: ReportDocument) => Promise<Content>,
): Promise<Content> {
	const url = async () => {
		const path = { reportDocumentId };
		const { answer } = await client.call('getReportDocument', { path, answer: linkSchema });
		return answer.url;
	};
	return await readDocument(context, client, { operation: 'getReportDocument', url }, read);
}

/**
 * Downloads a document and reads it; repeats both once if the document is incomplete.
 * @throws SpApiFailure `documentRefused` if it is not where Amazon keeps documents,
 *   `documentTooLarge`
 */
export async function readDocument<Content>(
	context: SpApiContext,
	client: SpApiClient,
	{ operation, url }: DocumentLink,
	read: (document: ReportDocument) => Promise<Content>,
): Promise<Content> {
	for (let attempt = 1; ; attempt += 1) {
		const from = await url();
		const { status, document } = await withinTime(
			LONGEST_DOWNLOAD_MS,
			client.signal,
			async (signal) => await download(context, client, operation, from, signal),
		);
		if (client.signal?.aborted) throw new SpApiFailure('cancelled', operation);
		const page = await pageIn(document);
		const content =
			document && page === undefined
				? await read(document).catch((error: unknown) => orUndefinedIfDamaged(error, operation))
				: undefined;
		if (content !== undefined) return content;
		if (attempt === 2) {
			throw new SpApiFailure('unexpectedAnswer', operation, {
				status,
				message:
					page === undefined
						? 'the document arrived incomplete'
						: `${page} arrived instead of the document`,
			});
		}
	}
}

type Operation = DocumentLink['operation'];

function orUndefinedIfDamaged(error: unknown, operation: Operation): undefined {
	if (error instanceof DocumentError && error.problem === 'damaged') return undefined;
	throw error instanceof DocumentError ? tooLarge(operation) : error;
}

const tooLarge = (operation: Operation): SpApiFailure =>
	new SpApiFailure('documentTooLarge', operation, {
		details: `over ${LARGEST_DOCUMENT / 1024 / 1024} MB, or too highly compressed for a report`,
	});

const refused = (operation: Operation, details: string): SpApiFailure =>
	new SpApiFailure('documentRefused', operation, { details });

/** A large document over a slow line takes minutes, but `IDLE_MS` without a byte ends it. */
const LONGEST_DOWNLOAD_MS = 300_000;

const MOST_REDIRECTS = 3;

interface DocumentResponse {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: AsyncIterable<Uint8Array> & { on(event: 'error', listener: () => void): void };
}

/**
 * Documents are outside the API, behind a URL that is its own key: no access token is sent there.
 * Each address, including those of redirects, is checked before it is requested. Returns no
 * document if it did not arrive complete.
 */
async function download(
	context: SpApiContext,
	client: SpApiClient,
	operation: Operation,
	url: string,
	signal: AbortSignal,
): Promise<{ readonly status?: number; readonly document?: ReportDocument }> {
	let address = url;
	for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
		const problem = documentUrlProblem(client.credentials, address);
		if (problem !== undefined) throw refused(operation, problem);
		// Destroying a body that was not read would leave its connection open.
		const hop = new AbortController();
		const options: IHttpRequestOptions = {
			url: address,
			headers: { 'user-agent': USER_AGENT, 'accept-encoding': 'identity' },
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: IDLE_MS,
			abortSignal: AbortSignal.any([signal, hop.signal]),
		};
		const answered: Promise<DocumentResponse> = context.helpers.httpRequest(options);
		const response = await answered.catch(() => undefined);
		if (response === undefined) return {};
		const { statusCode: status, headers, body } = response;
		if (status === 200) {
			const bytes = await collect(body, operation).finally(() => hop.abort());
			const contentType = String(headers['content-type'] ?? '');
			return { status, document: bytes && { body: bytes, contentType } };
		}
		body.on('error', () => undefined);
		hop.abort();
		const target = status >= 300 && status <= 399 ? headers.location : undefined;
		if (typeof target !== 'string') return { status };
		if (!URL.canParse(target, address))
			throw refused(operation, 'it redirects to something that is not a URL');
		address = new URL(target, address).href;
	}
	throw refused(operation, 'it redirects too many times');
}

/** The bytes of an answer; undefined if it breaks off or stands still. The caller closes its connection. */
async function collect(
	body: DocumentResponse['body'],
	operation: Operation,
): Promise<Uint8Array | undefined> {
	const pieces: Uint8Array[] = [];
	let length = 0;
	const pieceByPiece = body[Symbol.asyncIterator]();
	for (;;) {
		const read = pieceByPiece.next().catch(() => undefined);
		// n8n's `timeout` applies only until the headers of an answer have arrived.
		const next = await unlessCanceled(read, AbortSignal.timeout(IDLE_MS));
		if (next === undefined) return undefined;
		if (next.done === true) return Buffer.concat(pieces, length);
		length += next.value.length;
		if (length > LARGEST_DOCUMENT) throw tooLarge(operation);
		pieces.push(next.value);
	}
}
