import type { IHttpRequestOptions } from 'n8n-workflow';
import { z } from 'zod';

import { isWebPage, wordsOf } from './answerWords';
import type { SpApiClient, SpApiContext } from './client';
import { documentUrlProblem } from './endpoints';
import { SpApiFailure } from './failure';
import { letOthersGo } from './pause';
import type { ReportDocument } from './report';
import { USER_AGENT } from './userAgent';

/** A document that cannot be unpacked. */
export class DocumentError extends Error {
	override readonly name = 'DocumentError';

	constructor(readonly problem: 'damaged' | 'tooLarge') {
		super(`the document is ${problem === 'damaged' ? 'cut off or damaged' : 'too large'}`);
	}
}

/**
 * Bytes of a document, packed and unpacked. A million feedback take about 110 MB unpacked; what is
 * larger is no report, and n8n has to stay alive.
 */
export const LARGEST_DOCUMENT = 256 * 1024 * 1024;

/** How many times larger gzip may make it, beyond the first megabytes. Reports have 4 to 20. */
const LARGEST_RATIO = 200;

const ALWAYS_ALLOWED = 16 * 1024 * 1024;

/** What is not packed is handed on in pieces of that many bytes. */
const PIECE = 256 * 1024;

/** After so many of those bytes others have their turn; reading them takes some milliseconds. */
const BREATH = 4 * PIECE;

/**
 * Unpacks a document, piece by piece. Gzip is told by its first bytes rather than by what the document
 * says of itself: some downloads are unpacked on their way.
 * @throws DocumentError where it is cut off, damaged, or larger than a report can be
 */
export async function* unpack(body: Uint8Array): AsyncGenerator<Uint8Array> {
	if (body.length > LARGEST_DOCUMENT) throw new DocumentError('tooLarge');
	if (body[0] !== 0x1f || body[1] !== 0x8b) {
		for (let at = 0; at < body.length; at += PIECE) {
			// Unpacking lets others have their turn by itself.
			if (at > 0 && at % BREATH === 0) await letOthersGo();
			yield body.subarray(at, at + PIECE);
		}
		return;
	}
	const ceiling = Math.min(LARGEST_DOCUMENT, Math.max(ALWAYS_ALLOWED, body.length * LARGEST_RATIO));
	const pieces = gunzip(body).getReader();
	let length = 0;
	try {
		for (;;) {
			const next = await pieces.read().catch(() => undefined);
			if (next === undefined) throw new DocumentError('damaged');
			if (next.done) return;
			length += next.value.length;
			if (length > ceiling) throw new DocumentError('tooLarge');
			yield next.value;
		}
	} finally {
		await pieces.cancel().catch(() => undefined);
	}
}

function gunzip(body: Uint8Array): ReadableStream<Uint8Array> {
	const { readable, writable } = new DecompressionStream('gzip');
	// What goes wrong here is told where the pieces are read.
	feed(writable.getWriter(), body).catch(() => undefined);
	return readable as ReadableStream<Uint8Array>;
}

/** Piece by piece, so that it ends soon after nobody reads on. */
async function feed(
	writer: WritableStreamDefaultWriter<BufferSource>,
	body: Uint8Array,
): Promise<void> {
	for (let at = 0; at < body.length; at += PIECE) {
		await writer.write(body.subarray(at, at + PIECE) as Uint8Array<ArrayBuffer>);
	}
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
 * The text of a document in UTF-8, such as one in JSON.
 * @throws DocumentError as `unpack` does
 */
export const readText = async (document: ReportDocument): Promise<string> =>
	new TextDecoder().decode((await unpackWhole(document)).body);

/** Bytes by which a document is told from a web page, or in which a reason stands. */
const START = 64 * 1024;

/** The first characters of a document; undefined where not even those can be unpacked. */
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

/** What stands in the document's place where a proxy answered instead; undefined where none did. */
async function pageIn(document: ReportDocument | undefined): Promise<string | undefined> {
	const start = (document && (await readStart(document))) ?? '';
	return isWebPage(start) ? wordsOf(start).message : undefined;
}

const linkSchema = z.object({ url: z.string().url() });

/**
 * Downloads a report's document and reads it; both once more where it did not arrive whole. Its URL
 * lives five minutes, so it is fetched anew each time.
 * @throws SpApiFailure `documentRefused` where it is not where Amazon keeps reports, `documentTooLarge`
 */
export async function readReportDocument<Content>(
	context: SpApiContext,
	client: SpApiClient,
	reportDocumentId: string,
	read: (document: ReportDocument) => Promise<Content>,
): Promise<Content> {
	for (let attempt = 1; ; attempt += 1) {
		const { answer } = await client.call('getReportDocument', {
			path: { reportDocumentId },
			answer: linkSchema,
		});
		const { status, document } = await download(context, client, answer.url);
		if (client.signal?.aborted) throw new SpApiFailure('cancelled', 'getReportDocument');
		const page = await pageIn(document);
		const content =
			document && page === undefined ? await read(document).catch(orUndefinedIfDamaged) : undefined;
		if (content !== undefined) return content;
		if (attempt === 2) {
			throw new SpApiFailure('unexpectedAnswer', 'getReportDocument', {
				status,
				message:
					page === undefined
						? 'the document arrived incomplete'
						: `${page} came instead of the document`,
			});
		}
	}
}

function orUndefinedIfDamaged(error: unknown): undefined {
	if (error instanceof DocumentError && error.problem === 'damaged') return undefined;
	throw error instanceof DocumentError ? tooLarge() : error;
}

const tooLarge = (): SpApiFailure =>
	new SpApiFailure('documentTooLarge', 'getReportDocument', {
		details: `over ${LARGEST_DOCUMENT / 1024 / 1024} MB, or packed more tightly than a report can be`,
	});

const refused = (details: string): SpApiFailure =>
	new SpApiFailure('documentRefused', 'getReportDocument', { details });

const TIMEOUT_MS = 300_000;

const MOST_REDIRECTS = 3;

interface DocumentResponse {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: AsyncIterable<Uint8Array> & { on(event: 'error', listener: () => void): void };
}

/**
 * Documents lie outside the API, behind a URL that is its own key: no access token goes there. Each
 * address is checked before it is asked, those of redirects too. No document where none arrived whole.
 */
async function download(
	context: SpApiContext,
	client: SpApiClient,
	url: string,
): Promise<{ readonly status?: number; readonly document?: ReportDocument }> {
	const timeout = AbortSignal.timeout(TIMEOUT_MS);
	const whole = client.signal ? AbortSignal.any([client.signal, timeout]) : timeout;
	let address = url;
	for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
		const problem = documentUrlProblem(client.credentials, address);
		if (problem !== undefined) throw refused(problem);
		// Destroying a body that was not read from would leave its connection open.
		const hop = new AbortController();
		const options: IHttpRequestOptions = {
			url: address,
			headers: { 'user-agent': USER_AGENT, 'accept-encoding': 'identity' },
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: TIMEOUT_MS,
			abortSignal: AbortSignal.any([whole, hop.signal]),
		};
		const answered: Promise<DocumentResponse> = context.helpers.httpRequest(options);
		const response = await answered.catch(() => undefined);
		if (response === undefined) return {};
		const { statusCode: status, headers, body } = response;
		if (status === 200) {
			const bytes = await collect(body).finally(() => hop.abort());
			const contentType = String(headers['content-type'] ?? '');
			return { status, document: bytes && { body: bytes, contentType } };
		}
		body.on('error', () => undefined);
		hop.abort();
		const target = status >= 300 && status <= 399 ? headers.location : undefined;
		if (typeof target !== 'string') return { status };
		if (!URL.canParse(target, address)) throw refused('it is redirected to what is no address');
		address = new URL(target, address).href;
	}
	throw refused('it is redirected again and again');
}

/** The bytes of an answer; undefined where it breaks off. */
async function collect(body: DocumentResponse['body']): Promise<Uint8Array | undefined> {
	const pieces: Uint8Array[] = [];
	let length = 0;
	const pieceByPiece = body[Symbol.asyncIterator]();
	for (;;) {
		const next = await pieceByPiece.next().catch(() => undefined);
		if (next === undefined) return undefined;
		if (next.done === true) return Buffer.concat(pieces, length);
		length += next.value.length;
		if (length > LARGEST_DOCUMENT) throw tooLarge();
		pieces.push(next.value);
	}
}
