import { randomBytes } from 'node:crypto';
import { keepNewest, MOST_STORED } from '../newest';
import { Random } from '../random';
import type { ApplicationName } from '../lwa';

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
	/** Someone read it after it ended. */
	isRead: boolean;
}

/** The newest reports, and the pages of their lists. */
export class ReportStore {
	private readonly reports = new Map<string, StoredReport>();
	/** Oldest first. */
	private readonly bySeller = new Map<string, StoredReport[]>();
	private made = 0;
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
		report: Omit<StoredReport, 'reportId' | 'startedAt' | 'cancelled' | 'isRead'>,
		ended = false,
	): StoredReport {
		this.made += 1;
		const reportId = `5${this.random.digits(4)}${String(this.made).padStart(6, '0')}`;
		const stored = {
			...report,
			reportId,
			startedAt: this.monotonic() - (ended ? this.delayMs : 0),
			cancelled: false,
			isRead: false,
		};
		this.reports.set(reportId, stored);
		const own = this.bySeller.get(report.sellerKey) ?? [];
		own.push(stored);
		this.bySeller.set(report.sellerKey, own);
		// A seller's oldest report is the first in its own list.
		for (const { sellerKey } of keepNewest(this.reports, MOST_STORED)) {
			this.bySeller.get(sellerKey)?.shift();
		}
		return stored;
	}

	find(sellerKey: string, reportId: string): StoredReport | undefined {
		const report = this.reports.get(reportId);
		return report?.sellerKey === sellerKey ? report : undefined;
	}

	/** The report a document belongs to. */
	reportOf(sellerKey: string, documentId: string): StoredReport | undefined {
		return this.bySeller.get(sellerKey)?.find(({ end }) => end.documentId === documentId);
	}

	/** A seller's reports, newest first. */
	listOf(sellerKey: string): StoredReport[] {
		return [...(this.bySeller.get(sellerKey) ?? [])].sort(
			(a, b) => b.createdTime - a.createdTime || b.reportId.localeCompare(a.reportId),
		);
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
