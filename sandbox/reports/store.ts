import { randomBytes } from 'node:crypto';
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
}

/** The reports, and the pages of their lists. */
export class ReportStore {
	private readonly reports = new Map<string, StoredReport>();
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
