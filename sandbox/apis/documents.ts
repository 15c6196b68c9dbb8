import { gunzipSync, gzipSync } from 'node:zlib';
import { toIso } from '../clock';
import type { DocumentLink, StoredDocument } from '../documentStore';
import type { SandboxState } from '../state';
import type { Call, WireAnswer } from '../http';

const denied = (message: string): WireAnswer => ({
	status: 403,
	headers: { 'content-type': 'application/xml' },
	payload: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`,
});

/** A new presigned URL of a document. */
export function signedUrl(
	{ state, origin, now }: Call,
	{ documentId, sellerKey, reportType }: StoredDocument,
	contentEncoding: DocumentLink['contentEncoding'],
): string {
	const signed = new URLSearchParams({
		'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
		'X-Amz-Date': toIso(now).replace(/[-:]|\.\d+/g, ''),
		'X-Amz-Expires': '300',
		'X-Amz-Signature': state.documents.link(documentId, contentEncoding, now),
	});
	const target = { operation: 'downloadDocument', sellerKey, reportType };
	const elsewhere = state.faults.take(['documentElsewhere'], target)?.spec.location;
	return elsewhere ?? `${origin}/documents/${documentId}?${signed.toString()}`;
}

/** Serves the document of a report or query from its presigned URL, as the object store behind it does. */
export function downloadDocument(
	state: SandboxState,
	documentId: string,
	signature: string,
): WireAnswer {
	const document = state.documents.find(documentId);
	const link = state.documents.findLink(signature);
	if (!document || link?.documentId !== documentId) return denied('Access Denied');
	const target = {
		operation: 'downloadDocument',
		sellerKey: document.sellerKey,
		reportType: document.reportType,
	};
	const expired = state.faults.take(['expiredDocument'], target);
	if (expired || state.clock.millis() >= link.expiresAt) return denied('Request has expired');
	const redirect = state.faults.take(['documentRedirect'], target);
	if (redirect)
		return { status: 307, headers: { location: redirect.spec.location ?? '/' }, payload: '' };
	if (state.faults.take(['documentBomb'], target)) {
		return { status: 200, headers: { 'content-type': 'text/plain' }, payload: bomb() };
	}
	const report = state.reports.reportOf(document.sellerKey, documentId);
	if (report) state.recordReportRead(report);
	const wrong = state.faults.take(['wrongCharset'], target);
	const contentType = wrong
		? `text/plain;charset=${wrong.spec.charset ?? wrongCharsetFor(document.charset)}`
		: document.contentType;
	const isCut = state.faults.take(['truncatedLines'], target) !== undefined;
	return {
		status: 200,
		headers: { 'content-type': contentType, 'content-encoding': link.contentEncoding },
		payload: isCut ? withoutEnd(document) : document.bytes,
	};
}

/** The document without the last 20 bytes of its text; the compression is intact. */
function withoutEnd({ bytes, gzip }: StoredDocument): Buffer {
	const text = (gzip ? gunzipSync(bytes) : bytes).subarray(0, -20);
	return gzip ? gzipSync(text) : text;
}

/** A few kilobytes of gzip that expand to 64 megabytes of tabs. */
const bomb = (): Buffer => gzipSync(Buffer.alloc(64 * 1024 * 1024, '\t'));

/** A charset other than the real one: UTF-8 is announced as Cp1252, everything else as UTF-8. */
const wrongCharsetFor = (charset: string): string => (charset === 'utf-8' ? 'Cp1252' : 'UTF-8');
