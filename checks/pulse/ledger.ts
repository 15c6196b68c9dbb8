/** The ledger's columns. Those of the pulse test and the end of the window are Plan's, and may be empty. */
export const COLUMNS = [
	'orderId',
	'marketplaceId',
	'outcome',
	'tryAgainLater',
	'at',
	'requestedAt',
	'pulseBlock',
	'pulseDay',
	'pulseForced',
	'closesAt',
] as const;

/** A row of the ledger, as n8n returns it: all columns are text. */
export type LedgerRow = Readonly<Record<(typeof COLUMNS)[number], string>>;
