import type { INodeProperties } from 'n8n-workflow';

/**
 * The highest number of reports per period that can be set for a type, and so the maximum number of
 * requests that are remembered: about what `createReport` allows in a day, one a minute.
 */
export const MOST_REPORTS = 1_440;

/** The settings, with the value that Amazon documents or users report. */
export const LIMIT_SETTINGS = {
	// selling-partner-api-models issue 5210, Amazon's support as quoted there on 2026-04-29: one
	// "every 15 minutes per solution provider (including across all sellers on the same LWA app), and
	// up to 96 times per day".
	salesAndTrafficMinutes: {
		displayName: 'Sales and Traffic: Minutes Between Reports',
		default: 15,
		description:
			'Amazon makes one every 15 minutes per application, counting all marketplaces together. 0 means no limit.',
	},
	salesAndTrafficPerDay: {
		displayName: 'Sales and Traffic: Reports in 24 Hours',
		default: 96,
		most: MOST_REPORTS,
		description: 'For all marketplaces together, at most 1,440. 0 means no limit.',
	},
	// Amazon's page on FBA sales reports: near-real-time reports are made no earlier than 30 minutes
	// after the last generation.
	fbaShipmentsMinutes: {
		displayName: 'FBA Shipments: Minutes Between Reports',
		default: 30,
		description:
			'Amazon makes at most one every 30 minutes, counting all marketplaces together. 0 means no limit.',
	},
	// airbyte, source_amazon_seller_partner/utils.py.
	fbaShipmentsPer8Hours: {
		displayName: 'FBA Shipments: Reports in 8 Hours',
		default: 12,
		most: MOST_REPORTS,
		description: 'For all marketplaces and periods together, at most 1,440. 0 means no limit.',
	},
	// The same Amazon page: daily reports at most every 4 hours; its list of report types: "content
	// updated daily".
	fbaReturnsMinutes: {
		displayName: 'FBA Customer Returns: Minutes Between Reports',
		default: 240,
		description:
			'Amazon makes one every 4 hours, counting all marketplaces together. 0 means no limit.',
	},
} as const satisfies Readonly<Record<string, LimitSetting>>;

interface LimitSetting extends Pick<INodeProperties, 'displayName' | 'description'> {
	readonly default: number;
	/** The highest number of reports that can be set. */
	readonly most?: number;
}

/** The fields of the credential, hidden behind a toggle because few users need them. */
export const reportLimitFields: INodeProperties[] = [
	{
		displayName: 'Change Report Limits',
		name: 'changeReportLimits',
		type: 'boolean',
		default: false,
		description:
			'Whether to use your own limits per report type, and for Data Kiosk, instead of those that Amazon documents or users report',
	},
	...Object.entries<LimitSetting>(LIMIT_SETTINGS).map(
		([name, { most, ...setting }]): INodeProperties => ({
			...setting,
			name,
			type: 'number',
			typeOptions: { minValue: 0, ...(most !== undefined && { maxValue: most }) },
			displayOptions: { show: { changeReportLimits: [true] } },
		}),
	),
	{
		displayName: 'Data Kiosk: Count Each Seller Separately',
		name: 'dataKioskPerSeller',
		type: 'boolean',
		default: false,
		displayOptions: { show: { changeReportLimits: [true] } },
		description:
			"Whether the limits of Data Kiosk count each seller separately, as Amazon's model says, instead of all sellers of the application together, as users report",
	},
];
