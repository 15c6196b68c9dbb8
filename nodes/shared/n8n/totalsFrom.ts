import type { INodeProperties } from 'n8n-workflow';

/** Where the daily totals come from: Data Kiosk, the Sales and Traffic report, or both. */

/**
 * For a node that uses one source. The trigger is one: to compare both, it would have to request in
 * each interval the very reports that a query replaces, hours apart for many marketplaces, and the
 * differences would be seen only in an alert. The rating node compares both on demand.
 */
export const TOTALS_FROM_ONE = ['dataKioskElseReport', 'dataKiosk', 'report'] as const;

export type TotalsFromOne = (typeof TOTALS_FROM_ONE)[number];

export const TOTALS_FROM = [...TOTALS_FROM_ONE, 'both'] as const;

export type TotalsFrom = (typeof TOTALS_FROM)[number];

const CHOICES: Readonly<Record<TotalsFrom, { name: string; description: string }>> = {
	both: {
		name: 'Compare Both',
		description: 'Uses Data Kiosk and names each day on which the report differs',
	},
	dataKiosk: {
		name: 'Data Kiosk',
		description: 'One query for all marketplaces of the seller',
	},
	dataKioskElseReport: {
		name: 'Data Kiosk, Else the Report',
		description: 'Uses the Sales and Traffic report if Data Kiosk fails, and says so',
	},
	report: {
		name: 'Sales and Traffic Report',
		description: 'One report per marketplace; Amazon makes one every 15 minutes',
	},
};

/** The option, with the sources that a node can use. */
export const totalsFromOption = (sources: readonly TotalsFrom[]): INodeProperties => ({
	displayName: 'Totals From',
	name: 'totalsFrom',
	type: 'options',
	default: 'dataKioskElseReport',
	options: sources
		.map((value) => ({ ...CHOICES[value], value }))
		.toSorted((a, b) => a.name.localeCompare(b.name)),
	description:
		"Which of Amazon's sources has the number of feedback entries per day. Both need the role Brand Analytics.",
});
