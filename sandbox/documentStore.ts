import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { keepNewest, MOST_ENTRIES, MOST_STORED } from './newest';
import type { ReportFile } from './reports/textFile';

const URL_LIFE_MS = 5 * 60_000;

export interface StoredDocument {
	readonly documentId: string;
	readonly sellerKey: string;
	/** Of a query: its dataset. */
	readonly reportType: string;
	readonly contentType: string;
	readonly charset: string;
	readonly gzip: boolean;
	/** As served: gzipped if `gzip` is set. */
	readonly bytes: Buffer;
}

/** A presigned URL, valid for five minutes on the sandbox's clock. */
export interface DocumentLink {
	readonly documentId: string;
	readonly expiresAt: number;
	readonly contentEncoding: 'identity' | 'gzip';
}

/** What has been gzipped before: the same file may be that of several reports. */
const gzipped = new WeakMap<Buffer, Buffer>();

function gzip(bytes: Buffer): Buffer {
	const made = gzipped.get(bytes) ?? gzipSync(bytes);
	gzipped.set(bytes, made);
	return made;
}

/** The newest documents of reports and queries, and the newest links issued for them. */
export class DocumentStore {
	private readonly documents = new Map<string, StoredDocument>();
	private readonly links = new Map<string, DocumentLink>();

	add(
		document: Omit<StoredDocument, 'contentType' | 'charset' | 'bytes'>,
		{ bytes, contentType, charset }: ReportFile,
	): void {
		this.documents.set(document.documentId, {
			...document,
			contentType,
			charset,
			bytes: document.gzip ? gzip(bytes) : bytes,
		});
		keepNewest(this.documents, MOST_STORED);
	}

	find(documentId: string): StoredDocument | undefined {
		return this.documents.get(documentId);
	}

	/** Signs a link to a document; returns its signature. */
	link(documentId: string, contentEncoding: DocumentLink['contentEncoding'], now: number): string {
		const signature = randomBytes(32).toString('hex');
		this.links.set(signature, { documentId, contentEncoding, expiresAt: now + URL_LIFE_MS });
		keepNewest(this.links, MOST_ENTRIES);
		return signature;
	}

	findLink(signature: string): DocumentLink | undefined {
		return this.links.get(signature);
	}

	/** The signatures of the links issued. */
	get signatures(): string[] {
		return [...this.links.keys()];
	}
}
