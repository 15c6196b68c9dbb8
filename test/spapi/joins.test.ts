// cspell:ignore cancelled
import { setTimeout as sleep } from 'node:timers/promises';

import { findMarketplace, type Marketplace } from '../../nodes/shared/domain/marketplaces';
import { SpApiClient } from '../../nodes/shared/spapi/client';
import { obtainDailyTotals } from '../../nodes/shared/spapi/obtainDailyTotals';
import { obtainReport } from '../../nodes/shared/spapi/obtainReport';
import { obtainOrdersBySku } from '../../nodes/shared/spapi/ordersBySku';
import type { ReportRequest } from '../../nodes/shared/spapi/reports';
import { startSandbox, type Sandbox } from '../../sandbox';
import { contextOf } from './context';

/* An execution that joins what another one of the same seller is doing. */

const DE = 'A1PA6795UKMFR9';
const place = findMarketplace(DE) as Marketplace;
const HOUR = 3_600_000;

let sandbox: Sandbox;

beforeEach(async () => {
	sandbox = await startSandbox({ reportDelayMs: 20, rateLimits: 1000 });
});
afterEach(async () => await sandbox.close());

const connect = async (signal?: AbortSignal) => {
	const context = contextOf(sandbox, signal);
	return [context, await SpApiClient.connect(context, 0)] as const;
};

/** Waits until a call of this kind has reached Amazon. */
async function untilCalled(operation: string, times = 1): Promise<void> {
	const calls = () => sandbox.requests.filter((each) => each.operation === operation).length;
	while (calls() < times) await sleep(5);
}

const TOTALS: ReportRequest = {
	reportType: 'GET_SALES_AND_TRAFFIC_REPORT',
	marketplaceId: DE,
	dataStartTime: '2026-10-01T00:00:00Z',
	reportOptions: { dateGranularity: 'DAY' },
};
const range = { marketplaceIds: [DE], from: '2026-09-01', through: '2026-10-01' };

describe.each([
	[
		'of daily totals',
		async (waitMs: number, signal?: AbortSignal) =>
			await obtainDailyTotals(...(await connect(signal)), place, waitMs),
	],
	[
		'of orders by SKU',
		async (waitMs: number, signal?: AbortSignal) =>
			await obtainOrdersBySku(...(await connect(signal)), range, waitMs),
	],
] as const)('a query %s', (_, obtain) => {
	it("is waited for no longer than one's own time, however long another execution waits", async () => {
		sandbox.faults.add({ kind: 'queryStuck', times: 'always' });
		const other = new AbortController();
		const patient = obtain(HOUR, other.signal).catch(({ kind }: { kind: string }) => kind);
		await untilCalled('getQuery');
		await expect(obtain(300)).rejects.toMatchObject({ kind: 'queryPending' });
		other.abort();
		expect(await patient).toBe('cancelled');
	});
});

// Jest fails a test if a rejection is handled by nobody, and Node ends the process.
describe('an execution that was canceled before it joins', () => {
	const canceled = AbortSignal.abort();

	it.each([
		[
			'query',
			'createQuery',
			async (signal?: AbortSignal) =>
				await obtainDailyTotals(...(await connect(signal)), place, HOUR),
		],
		[
			'report',
			'createReport',
			async (signal?: AbortSignal) => {
				const options = { waitMs: HOUR, read: async () => true };
				return await obtainReport(...(await connect(signal)), TOTALS, options);
			},
		],
	] as const)('leaves no failure of a %s unhandled', async (_, operation, obtain) => {
		const unhandled: unknown[] = [];
		const note = (reason: unknown) => void unhandled.push(reason);
		process.on('unhandledRejection', note);
		sandbox.roles.remove('europe', 'Brand Analytics');
		sandbox.faults.add({ kind: 'slow', operation, delayMs: 700 });
		const other = obtain().catch(({ message }: Error) => message);
		await untilCalled(operation);
		await expect(obtain(canceled)).rejects.toMatchObject({ kind: 'cancelled' });
		expect(await other).toMatch(/denied access/);
		await sleep(20);
		process.off('unhandledRejection', note);
		expect(unhandled).toEqual([]);
	});
});

it('leaves no listener on the signal of an execution that joined what failed', async () => {
	sandbox.roles.remove('europe', 'Brand Analytics');
	sandbox.faults.add({ kind: 'slow', operation: 'createQuery', delayMs: 300, times: 'always' });
	const { signal } = new AbortController();
	const add = jest.spyOn(signal, 'addEventListener');
	const remove = jest.spyOn(signal, 'removeEventListener');
	for (let round = 1; round <= 3; round += 1) {
		const first = obtainDailyTotals(...(await connect()), place, HOUR).catch(() => undefined);
		await untilCalled('createQuery', round);
		await expect(obtainDailyTotals(...(await connect(signal)), place, HOUR)).rejects.toThrow(
			/denied access/,
		);
		await first;
	}
	expect(remove.mock.calls).toHaveLength(add.mock.calls.length);
});
