// cspell:ignore tell
import '../engine/passingWaits';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { startSandbox, type Sandbox } from '../../sandbox';
import { createCredentialStore, runNode, type CredentialStore } from '../engine/harness';
import { passTime, usePassingTime } from '../engine/passingTime';
import { sandboxCredential } from '../engine/sandboxCredential';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HOURS = 48;

const TEMPLATE = 'review-requests';

const RETURNS_REPORTS = {
	AMAZON: 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA',
	MERCHANT: 'GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE',
} as const;

interface TemplateNode {
	readonly name: string;
	readonly parameters: INodeParameters;
}

/** The parameters of a template's nodes, by name. */
function readTemplate(name: string): Readonly<Record<string, INodeParameters>> {
	const file = resolve(__dirname, '../../templates', `${name}.json`);
	const { nodes } = JSON.parse(readFileSync(file, 'utf8')) as { nodes: TemplateNode[] };
	return Object.fromEntries(nodes.map((node) => [node.name, node.parameters]));
}

/**
 * Takes minutes of CPU time, so it is not part of `npm test`: `npm run check -- returns`. Runs in
 * n8n's own engine; the nodes that keep the ledger are tested in a real n8n, in test/e2e/templates.
 */
usePassingTime('2026-11-20T09:00:00Z', { standsStill: true });

let sandbox: Sandbox;
let credentials: CredentialStore;

beforeEach(async () => {
	sandbox = await startSandbox({
		reportDelayMs: 40_000,
		rateLimits: 1,
		// Amazon would accept the request for a returned order: only the rule excludes it.
		settings: { quotaTime: 'clock', refundedOrders: 'asAnyOther' },
	});
	credentials = await createCredentialStore();
	credentials.set('demo', sandboxCredential(sandbox, 'demo', { changeReportLimits: false }));
	const shared = jest.requireActual<Record<string, unknown>>(
		'../../dist/nodes/shared/spapi/processWide.js',
	);
	for (const each of Object.values(shared)) (each as Map<unknown, unknown>).clear();
}, 60_000);

afterEach(async () => await sandbox.close());

/** When the last returns report that Amazon made for this kind and marketplace was requested. */
function lastReport(
	fulfilledBy: 'AMAZON' | 'MERCHANT',
	marketplaceId: string,
	before: number,
): number {
	const times = sandbox.truth.reportRequests
		.filter(
			({ reportType, marketplaceIds, tooSoon }) =>
				reportType === RETURNS_REPORTS[fulfilledBy] &&
				marketplaceIds.includes(marketplaceId) &&
				tooSoon === undefined,
		)
		.map(({ at }) => Date.parse(at));
	return Math.max(-Infinity, ...times.filter((at) => at <= before));
}

describe('the request template hourly for two days', () => {
	it('requests no report too soon and contacts no buyer of a returned order', async () => {
		const template = readTemplate(TEMPLATE);
		const parametersOf = (node: string): INodeParameters => {
			const text = JSON.stringify(template[node]);
			return JSON.parse(
				text.replaceAll("$('Read the ledger').all()", "$('Items').first().json.ledger"),
			) as INodeParameters;
		};
		const run = async (node: string, items: readonly IDataObject[], changes: object = {}) => {
			const result = await runNode({
				type: 'amazonReviewSolicitation',
				credentials,
				credentialId: 'demo',
				items: items.map((json) => ({ json })),
				parameters: { ...parametersOf(node), ...changes } as INodeParameters,
			});
			expect(result.error).toBeUndefined();
			return result;
		};

		const ledger: IDataObject[] = [];
		const start = Date.now();
		/** Orders left out each hour because their returns are unknown. */
		const left: number[] = [];
		const gaps: string[] = [];
		/** Orders that only the rule excluded: Amazon would have accepted the request. */
		const keptBack = new Set<string>();
		for (let hour = 0; hour < HOURS; hour += 1) {
			const { items: orders } = await run('Get shipped orders', [{}]);
			const withLedger = (items: readonly IDataObject[]) =>
				items.map((item, index) => (index === 0 ? { ...item, ledger: [...ledger] } : item));
			const planned = await run('Plan requests', withLedger(orders), {
				rules: { returnsFromReports: true },
			});
			const now = (planned.outputs[0] ?? []).map(({ json }) => json);
			const unknown = planned.items.filter(({ reason }) => reason === 'ruleCannotTell');
			left.push(unknown.length);
			gaps.push(...new Set(unknown.map(({ explanation }) => `${hour}: ${String(explanation)}`)));
			for (const { orderId, reason } of planned.items) {
				const id = String(orderId);
				if (reason === 'returned' && sandbox.truth.solicitability('demo', id) === 'eligible') {
					keptBack.add(id);
				}
			}
			if (now.length > 0) {
				const { items: rows } = await run('Request reviews', withLedger(now), {
					dryRun: false,
				});
				ledger.push(...rows);
			}
			// A run that takes longer than an hour is followed by the next full hour.
			passTime(HOUR_MS - ((Date.now() - start) % HOUR_MS));
		}

		const tooSoon = sandbox.truth.reportRequests.filter((each) => each.tooSoon !== undefined);
		expect(tooSoon).toEqual([]);
		const orderOf = new Map(
			(sandbox.sellers.demo?.marketplaces ?? []).flatMap(({ orders }) =>
				orders.map((order) => [order.orderId, order] as const),
			),
		);
		const solicited = sandbox.truth.solicitations;
		expect(new Set(solicited.map(({ orderId }) => orderId)).size).toBe(solicited.length);
		const returned = solicited.flatMap(({ orderId, marketplaceId, at }) => {
			const order = orderOf.get(orderId);
			if (order?.refundedAt === undefined || order.refundedAt > Date.parse(at)) return [];
			const report = lastReport(order.fulfilledBy, marketplaceId, Date.parse(at));
			return [
				{
					orderId,
					isInReport: order.refundedAt < report,
					late: Date.parse(at) - order.refundedAt,
				},
			];
		});
		const countOf = (values: readonly unknown[]) => {
			const counts: Record<string, number> = {};
			for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1;
			return counts;
		};
		process.stdout.write(
			`${JSON.stringify({
				asked: solicited.length,
				outcomes: countOf(ledger.map(({ outcome }) => outcome)),
				reports: countOf(sandbox.truth.reportRequests.map(({ reportType }) => reportType)),
				left,
				gaps,
				keptBack: keptBack.size,
				returned,
				throttled: countOf(
					sandbox.requests.filter(({ status }) => status === 429).map(({ operation }) => operation),
				),
				hours: (Date.now() - start) / HOUR_MS,
			})}\n`,
		);
		expect(keptBack.size).toBeGreaterThan(0);
		const askedIds = new Set(solicited.map(({ orderId }) => orderId));
		expect([...keptBack].filter((orderId) => askedIds.has(orderId))).toEqual([]);
		expect(solicited.length).toBeGreaterThan(50);
		expect(sandbox.requests.filter(({ status }) => status === 429)).toEqual([]);
		// Nothing could know about returns after the last report.
		expect(returned.filter(({ isInReport }) => isInReport)).toEqual([]);
	}, 900_000);
});
