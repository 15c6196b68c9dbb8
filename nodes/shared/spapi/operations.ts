import type { IHttpRequestMethods } from 'n8n-workflow';

/** One operation of the Selling Partner API, as its official model describes it. */
export interface Operation {
	/** What it does, to follow "Could not …". */
	readonly does: string;
	readonly method: IHttpRequestMethods;
	/** Path with `{placeholders}`. */
	readonly path: string;
	/** Amazon's default usage plan: requests per second and bucket size. */
	readonly rate: number;
	readonly burst: number;
	/**
	 * Whether sending it twice does no harm. An operation that is not repeatable is sent again only
	 * if Amazon cannot have acted on the first attempt.
	 */
	readonly repeatable: boolean;
	/** Roles; the application needs at least one of them. */
	readonly roles: readonly string[];
	/**
	 * Amazon counts all sellers of an application together, in addition to each seller. Users report
	 * it of Data Kiosk (selling-partner-api-models 5240, 5256); the model says otherwise.
	 */
	readonly perApplication?: boolean;
}

/** Reports in general need any one of these roles; each report type needs its own as well. */
const ANY_REPORT_ROLE = ['the role of the report type'] as const;

/** For all operations of Data Kiosk, by Amazon's guide; Amazon checks each field, too. */
const DATA_KIOSK_ROLES = ['Brand Analytics'] as const;

const SOLICITATION_ROLES = ['Buyer Solicitation', 'Product Listing'] as const;

/**
 * The operations the nodes use. Sources: Amazon's official models (rates as of July 2026), its
 * guides for roles. Amazon adapts some rates to the seller; the transport follows the header of the
 * answer.
 */
export const OPERATIONS = {
	getMarketplaceParticipations: {
		does: "list the seller's marketplaces",
		method: 'GET',
		path: '/sellers/v1/marketplaceParticipations',
		rate: 0.016,
		burst: 15,
		repeatable: true,
		roles: ['Finance and Accounting', 'Selling Partner Insights'],
	},
	createReport: {
		does: 'request a report',
		method: 'POST',
		path: '/reports/2021-06-30/reports',
		rate: 0.0167,
		burst: 15,
		// A second report costs quota, nothing else.
		repeatable: true,
		roles: ANY_REPORT_ROLE,
	},
	getReports: {
		does: 'list reports',
		method: 'GET',
		path: '/reports/2021-06-30/reports',
		rate: 0.0222,
		burst: 10,
		repeatable: true,
		roles: ANY_REPORT_ROLE,
	},
	getReport: {
		does: 'check the status of the report',
		method: 'GET',
		path: '/reports/2021-06-30/reports/{reportId}',
		rate: 2,
		burst: 15,
		repeatable: true,
		roles: ANY_REPORT_ROLE,
	},
	getReportDocument: {
		does: 'download the report',
		method: 'GET',
		path: '/reports/2021-06-30/documents/{reportDocumentId}',
		rate: 0.0167,
		burst: 15,
		repeatable: true,
		roles: ANY_REPORT_ROLE,
	},
	createQuery: {
		does: 'query Data Kiosk',
		method: 'POST',
		path: '/dataKiosk/2023-11-15/queries',
		rate: 0.0167,
		burst: 15,
		// A second query costs quota, nothing else.
		repeatable: true,
		roles: DATA_KIOSK_ROLES,
		perApplication: true,
	},
	getQueries: {
		does: 'list the queries to Data Kiosk',
		method: 'GET',
		path: '/dataKiosk/2023-11-15/queries',
		rate: 0.0222,
		burst: 10,
		repeatable: true,
		roles: DATA_KIOSK_ROLES,
		perApplication: true,
	},
	getQuery: {
		does: 'check the query to Data Kiosk',
		method: 'GET',
		path: '/dataKiosk/2023-11-15/queries/{queryId}',
		rate: 2,
		burst: 15,
		repeatable: true,
		roles: DATA_KIOSK_ROLES,
		perApplication: true,
	},
	getDocument: {
		does: "download Data Kiosk's result",
		method: 'GET',
		path: '/dataKiosk/2023-11-15/documents/{documentId}',
		rate: 0.0167,
		burst: 15,
		repeatable: true,
		roles: DATA_KIOSK_ROLES,
		perApplication: true,
	},
	getOrder: {
		does: 'read the order',
		method: 'GET',
		path: '/orders/2026-01-01/orders/{orderId}',
		rate: 0.5,
		burst: 30,
		repeatable: true,
		roles: ['Inventory and Order Tracking', 'Buyer Solicitation', 'Product Listing'],
	},
	searchOrders: {
		does: 'list orders',
		method: 'GET',
		path: '/orders/2026-01-01/orders',
		rate: 0.0056,
		burst: 20,
		repeatable: true,
		roles: ['Inventory and Order Tracking', 'Buyer Solicitation', 'Product Listing'],
	},
	getItemOffers: {
		does: "read the item's offers",
		method: 'GET',
		path: '/products/pricing/v0/items/{asin}/offers',
		rate: 0.5,
		burst: 1,
		repeatable: true,
		roles: ['Pricing'],
	},
	getSolicitationActionsForOrder: {
		does: 'check whether a review can be requested',
		method: 'GET',
		path: '/solicitations/v1/orders/{amazonOrderId}',
		rate: 1,
		burst: 5,
		repeatable: true,
		roles: SOLICITATION_ROLES,
	},
	createProductReviewAndSellerFeedbackSolicitation: {
		does: 'request a review',
		method: 'POST',
		path: '/solicitations/v1/orders/{amazonOrderId}/solicitations/productReviewAndSellerFeedback',
		rate: 1,
		burst: 5,
		repeatable: false,
		roles: SOLICITATION_ROLES,
	},
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

export const operationOf = (name: OperationName): Operation => OPERATIONS[name];
