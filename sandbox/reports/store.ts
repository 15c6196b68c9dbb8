import { randomBytes, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Random } from '../random';
import type { ApplicationName } from '../lwa';
import type { ReportFile } from './textFile';

const URL_LIFE_MS = 5 * 60_000;

export type ProcessingStatus = 'IN_QUEUE' | 'IN_PROGRESS' | 'DONE' | 'CANCELLED' | 'FATAL';

/** How a report will end, decided when it is created. */
export interface ReportEnd {
	/** IN_PROGRESS = the report never ends. */
	readonly status: 'DONE' | 'CANCELLED' | 'FATAL' | 'IN_PROGRESS';
	readonly documentId?: string | undefined;
}

export interface StoredReport {
	readonly reportId: string;
	readonly sellerKey: string;
	readonly application: ApplicationName;
	readonly reportType: string;
	readonly marketplaceIds: readonly string[];
	readonly dataStartTime: number;
	readonly dataEndTime: number;
	/** On the sandbox's clock. */
	readonly createdTime: number;
	/** In real (monotonic) time, because a report takes real time. */
	readonly startedAt: number;
	readonly end: ReportEnd;
	cancelled: boolean;
}

export interface StoredDocument {
	readonly documentId: string;
	readonly sellerKey: string;
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

/** The reports, their documents and the links issued for them. */
export class ReportStore {
	private readonly reports = new Map<string, StoredReport>();
	private readonly documents = new Map<string, StoredDocument>();
	private readonly links = new Map<string, DocumentLink>();
	private readonly pages = new Map<
		string,
		{ sellerKey: string; reportIds: string[]; size: number }
	>();
	private readonly random: Random;

	/** @param delayMs real time from creation to the end, half of it IN_QUEUE. */
	constructor(
		seed: string,
		private readonly delayMs: number,
		private readonly monotonic: () => number = () => performance.now(),
	) {
		this.random = new Random(`${seed}/reports`);
	}

	/** @param ended requested long enough ago to have ended. */
	create(
		report: Omit<StoredReport, 'reportId' | 'startedAt' | 'cancelled'>,
		ended = false,
	): StoredReport {
		const reportId = `5${this.random.digits(4)}${String(this.reports.size + 1).padStart(6, '0')}`;
		const stored = {
			...report,
			reportId,
			startedAt: this.monotonic() - (ended ? this.delayMs : 0),
			cancelled: false,
		};
		this.reports.set(reportId, stored);
		return stored;
	}

	find(sellerKey: string, reportId: string): StoredReport | undefined {
		const report = this.reports.get(reportId);
		return report?.sellerKey === sellerKey ? report : undefined;
	}

	/** The report a document belongs to. */
	reportOf(sellerKey: string, documentId: string): StoredReport | undefined {
		return this.listOf(sellerKey).find(({ end }) => end.documentId === documentId);
	}

	/** A seller's reports, newest first. */
	listOf(sellerKey: string): StoredReport[] {
		return [...this.reports.values()]
			.filter((report) => report.sellerKey === sellerKey)
			.sort((a, b) => b.createdTime - a.createdTime || b.reportId.localeCompare(a.reportId));
	}

	statusOf(report: StoredReport): ProcessingStatus {
		if (report.cancelled) return 'CANCELLED';
		const elapsed = this.monotonic() - report.startedAt;
		if (elapsed < this.delayMs / 2) return 'IN_QUEUE';
		return elapsed < this.delayMs ? 'IN_PROGRESS' : report.end.status;
	}

	/** When processing began and ended, on the sandbox's clock. */
	timesOf({ createdTime }: StoredReport): { started: number; ended: number } {
		return { started: createdTime + this.delayMs / 2, ended: createdTime + this.delayMs };
	}

	addDocument(
		sellerKey: string,
		region: string,
		reportType: string,
		file: ReportFile,
		gzip: boolean,
	): string {
		const documentId = `amzn1.spdoc.1.4.${region}.${randomUUID()}`;
		this.documents.set(documentId, {
			documentId,
			sellerKey,
			reportType,
			contentType: file.contentType,
			charset: file.charset,
			gzip,
			bytes: gzip ? gzipSync(file.bytes) : file.bytes,
		});
		return documentId;
	}

	document(documentId: string): StoredDocument | undefined {
		return this.documents.get(documentId);
	}

	/** Signs a link to a document; returns its signature. */
	link(documentId: string, contentEncoding: DocumentLink['contentEncoding'], now: number): string {
		const signature = randomBytes(32).toString('hex');
		this.links.set(signature, { documentId, contentEncoding, expiresAt: now + URL_LIFE_MS });
		return signature;
	}

	/** The signatures of all links issued. */
	get signatures(): string[] {
		return [...this.links.keys()];
	}

	findLink(signature: string): DocumentLink | undefined {
		return this.links.get(signature);
	}

	/** Keeps the rest of a list for its next page. */
	openPage(sellerKey: string, reportIds: string[], size: number): string {
		const token = randomBytes(24).toString('base64url');
		this.pages.set(token, { sellerKey, reportIds, size });
		return token;
	}

	findPage(sellerKey: string, token: string): { reportIds: string[]; size: number } | undefined {
		const page = this.pages.get(token);
		return page?.sellerKey === sellerKey ? page : undefined;
	}
}
