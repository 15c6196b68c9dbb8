import type { INode } from 'n8n-workflow';
import { amazonNode, chain, node, webhook, type NewWorkflow } from '../n8n/workflow';
import type { Draw } from './draw';
import { BETWEEN_RUNS_MINUTES, SCHEDULE, ZONE } from './settings';

/** A row from Send's item and Plan's, in one expression, because n8n evaluates it for each request. */
const ROW = `={{ ((sent, planned) => ({
	orderId: sent.orderId,
	marketplaceId: sent.marketplaceId,
	outcome: sent.outcome,
	tryAgainLater: String(sent.tryAgainLater),
	at: sent.at,
	requestedAt: sent.requestedAt ?? '',
	pulseBlock: String(planned.pulse?.block ?? ''),
	pulseDay: planned.pulse?.day ?? '',
	pulseForced: String(planned.pulse?.forced ?? ''),
	closesAt: planned.windowClosesAt ?? '',
}))($json, $('Plan').item.json) }}`;

/** A data table as chosen from the list; with it, n8n needs fewer queries for each row than by name. */
export interface Table {
	readonly id: string;
	readonly name: string;
}

const chosen = ({ id, name }: Table) =>
	({ __rl: true, mode: 'list', value: id, cachedResultName: name }) as const;

const allRows = (table: Table): INode => ({
	...node('Ledger', 'dataTable 1.1', {
		resource: 'row',
		operation: 'get',
		dataTableId: chosen(table),
		matchType: 'allConditions',
		filters: {},
		returnAll: true,
	}),
	executeOnce: true,
	alwaysOutputData: true,
});

const upsert = (table: Table): INode =>
	node('Save to the ledger', 'dataTable 1.1', {
		resource: 'row',
		operation: 'upsert',
		dataTableId: chosen(table),
		matchType: 'allConditions',
		filters: {
			conditions: [{ keyName: 'orderId', condition: 'eq', keyValue: '={{ $json.orderId }}' }],
		},
		columns: { mappingMode: 'autoMapInputData', value: {}, matchingColumns: [], schema: [] },
		options: {},
	});

/** A ledger without rows is an item without fields. */
const LEDGER = "={{ $('Ledger').first().json.orderId ? $('Ledger').all() : [] }}";

/** The time of the run: `$now` in an expression is the real one. */
const NOW = "DateTime.fromISO($('Every morning').first().json.timestamp)";

/**
 * Requests reviews every morning, in pulses since a certain day, and keeps the ledger: one row per order.
 *
 * @param since ISO day in the marketplace from which on the pulse test is on
 */
export function requestsWorkflow(table: Table, draw: Draw, since: string): NewWorkflow {
	const pulseTest = `={{ ${NOW}.setZone('${ZONE}').toISODate() >= '${since}' ? '${draw.seed}' : '' }}`;
	const nodes = [
		node('Every morning', 'scheduleTrigger 1.2', {
			rule: { interval: [{ field: 'cronExpression', expression: SCHEDULE }] },
		}),
		allRows(table),
		{
			...amazonNode('Orders', 'amazonReviewSolicitation', {
				resource: 'order',
				operation: 'getMany',
				source: 'ordersApi',
				marketplaces: [],
				incremental: false,
				dateType: 'created',
				from: `={{ ${NOW}.minus({ days: 45 }).toISO() }}`,
				returnAll: true,
				filters: { statuses: ['SHIPPED'] },
				options: {},
			}),
			executeOnce: true,
		},
		amazonNode('Plan', 'amazonReviewSolicitation', {
			resource: 'solicitation',
			operation: 'plan',
			preferredDelay: 0,
			sendNowWithin: BETWEEN_RUNS_MINUTES,
			rules: {},
			options: {
				alreadyRequested: LEDGER,
				pulseTest,
				daysPerBlock: draw.blockDays,
			},
		}),
		amazonNode('Send', 'amazonReviewSolicitation', {
			resource: 'solicitation',
			operation: 'send',
			orderId: '={{ $json.orderId }}',
			marketplace: { __rl: true, mode: 'id', value: '={{ $json.marketplaceId }}' },
			dryRun: false,
			// What an earlier run sent without an answer keeps its day.
			options: { alreadyRequested: LEDGER },
		}),
		node('Row of the ledger', 'set 3.4', { mode: 'raw', jsonOutput: ROW, options: {} }),
		upsert(table),
	];
	const workflow = chain(`${table.name}: requests`, nodes);
	return { ...workflow, settings: { ...workflow.settings, timezone: ZONE } };
}

const measure = (name: string, options: object): INode =>
	amazonNode(name, 'amazonSellerRating', {
		operation: 'measureRequests',
		feedbackFrom: 'amazonReports',
		effectToDetect: 2,
		days: 365,
		format: 'items',
		options,
	});

export const BY_COLUMNS = 'Measure by the columns';
export const BY_SEED = 'Measure by the seed';

/**
 * Measures the ledger twice: by the columns of the pulse test, and without them by the seed.
 *
 * @param path of its webhook
 */
export function measureWorkflow(table: Table, path: string, draw: Draw): NewWorkflow {
	const without = {
		mode: 'manual',
		includeOtherFields: true,
		include: 'except',
		excludeFields: 'pulseBlock,pulseDay,pulseForced',
		assignments: { assignments: [] },
		options: {},
	};
	return chain(`${table.name}: measure`, [
		webhook(path),
		allRows(table),
		measure(BY_COLUMNS, {}),
		{ ...allRows(table), name: 'Ledger again' },
		node('Without the columns', 'set 3.4', without),
		measure(BY_SEED, { seed: draw.seed, blockDays: draw.blockDays }),
	]);
}
