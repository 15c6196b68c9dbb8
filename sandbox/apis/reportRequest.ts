/** A report that was requested, with the defaults filled in; times in epoch milliseconds. */
export interface ReportRequest {
	readonly reportType: string;
	readonly marketplaceIds: readonly string[];
	readonly start: number;
	readonly end: number;
	/** Whether the caller set `dataEndTime`. */
	readonly endGiven: boolean;
	readonly reportOptions: Readonly<Record<string, string>>;
}
