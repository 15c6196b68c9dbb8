// cspell:ignore cancelled
import type { IExecuteFunctions } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type * as Asking from '../../nodes/shared/spapi/requestReport';
import type * as Clients from '../../nodes/shared/spapi/client';
import type * as Obtaining from '../../nodes/shared/spapi/obtainReport';
import type { OrderReportRequest, ReportRequest } from '../../nodes/shared/spapi/reports';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox';
import { passTime, usePassingTime } from '../engine/passingTime';
import { contextOf } from './context';

interface WithTime {
	passTestTime: typeof passTime;
}
(globalThis as unknown as WithTime).passTestTime = passTime;

/** Every wait advances the time instead of waiting. */
jest.mock('n8n-workflow', () => {
	const actual = jest.requireActual<typeof import('n8n-workflow')>('n8n-workflow');
	return {
		...actual,
		sleep: async (ms: number) => {
			// Each process has its own modules; all share the time.
			(globalThis as unknown as WithTime).passTestTime(ms);
			await actual.sleep(0);
		},
	};
});

usePassingTime('2026-11-20T09:00:00Z', { standsStill: true });

const RETURNS = 'GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA';
const MINUTE = 60_000;
const [DE, FR, IT] = ['A1PA6795UKMFR9', 'A13V1IB3VIYZZH', 'APJ6JRA9NG5V4'] as const;

let sandbox: Sandbox;

const start = async (options: Partial<SandboxOptions> = {}) => {
	sandbox = await startSandbox({
		reportDelayMs: 20_000,
		rateLimits: 1,
		habits: { reportQuotas: true },
		settings: { quotaTime: 'clock' },
		...options,
	});
};
afterEach(async () => await sandbox.close());

interface Process {
	readonly ask: typeof Asking.requestReport;
	readonly obtain: typeof Obtaining.obtainReport;
	readonly connect: (signal?: AbortSignal) => Promise<[IExecuteFunctions, Clients.SpApiClient]>;
}

/** An n8n process with its own modules, and so its own memory. */
function newProcess(): Process {
	let made: Process | undefined;
	jest.isolateModules(() => {
		const { SpApiClient } = jest.requireActual<typeof Clients>('../../nodes/shared/spapi/client');
		const asking = jest.requireActual<typeof Asking>('../../nodes/shared/spapi/requestReport');
		const obtaining = jest.requireActual<typeof Obtaining>('../../nodes/shared/spapi/obtainReport');
		made = {
			ask: asking.requestReport,
			obtain: obtaining.obtainReport,
			connect: async (signal) => {
				const context = contextOf(sandbox, signal);
				return [context, await SpApiClient.connect(context, 0)];
			},
		};
	});
	if (made === undefined) throw new Error('No process');
	return made;
}

const returnsOf = (marketplaceIds: readonly string[], days = 90): OrderReportRequest => ({
	reportType: RETURNS,
	marketplaceIds,
	dataStartTime:
		DateTime.fromISO('2026-11-20T09:00:00Z', { zone: 'utc' }).minus({ days }).toISO() ?? '',
});

const take = async (
	{ obtain, connect }: Process,
	request: ReportRequest,
	{ turnMs = 0, signal }: { turnMs?: number; signal?: AbortSignal } = {},
) => {
	const [context, client] = await connect(signal);
	return await obtain(context, client, request, {
		waitMs: 15 * MINUTE,
		turnMs,
		read: async ({ body }) => body.length,
	});
};

const asked = () => sandbox.truth.reportRequests;
const sent = () => sandbox.requests.filter(({ operation }) => operation === 'createReport');

describe('one report for several marketplaces', () => {
	beforeEach(async () => await start());

	it('names them all and serves each of them', async () => {
		const process = newProcess();
		const first = await take(process, returnsOf([FR, DE, IT]));
		const only = await take(process, returnsOf([FR]));
		expect(only.report.reportId).toBe(first.report.reportId);
		expect(asked().map(({ marketplaceIds }) => marketplaceIds)).toEqual([[FR, DE, IT].toSorted()]);
	});

	it('serves nobody if it has fewer marketplaces than needed', async () => {
		const process = newProcess();
		await take(process, returnsOf([DE]));
		await expect(take(process, returnsOf([DE, FR]))).rejects.toMatchObject({ kind: 'reportQuota' });
		expect(asked()).toHaveLength(1);
	});

	it('is requested with the marketplaces that others needed before', async () => {
		const process = newProcess();
		await take(process, returnsOf([DE]));
		passTime(241 * MINUTE + 10_000);
		const { report } = await take(process, returnsOf([FR]));
		expect(report.marketplaceIds).toEqual([FR, DE].toSorted());
		expect((await take(process, returnsOf([DE]))).report.reportId).toBe(report.reportId);
		expect(asked().map(({ tooSoon }) => tooSoon)).toEqual([undefined, undefined]);
	});

	it('is found by another process through getReports', async () => {
		await take(newProcess(), returnsOf([FR, DE, IT]));
		passTime(2 * MINUTE);
		const { report } = await take(newProcess(), returnsOf([IT]));
		expect(report.marketplaceIds).toHaveLength(3);
		expect(asked()).toHaveLength(1);
	});
});

describe('two processes', () => {
	beforeEach(async () => await start());

	it('share one report and keep the interval when they request the same one after another', async () => {
		const [one, two] = [newProcess(), newProcess()];
		const made = new Set<string>();
		for (let round = 0; round < 12; round += 1) {
			const [a, b] = [await take(one, returnsOf([DE])), await take(two, returnsOf([DE]))];
			for (const { report } of [a, b]) made.add(report.reportId);
			passTime(60 * MINUTE);
		}
		expect(asked().filter(({ tooSoon }) => tooSoon !== undefined)).toEqual([]);
		expect(made.size).toBe(asked().length);
		expect(asked().length).toBeLessThanOrEqual(3);
	});

	it('end with one report when they request at the same moment', async () => {
		const [one, two] = [newProcess(), newProcess()];
		const both = await Promise.allSettled([take(one, returnsOf([DE])), take(two, returnsOf([DE]))]);
		const ids = both.flatMap((each) =>
			each.status === 'fulfilled' ? each.value.report.reportId : [],
		);
		expect(new Set(ids).size).toBe(1);
		for (const each of both) {
			if (each.status === 'rejected') expect(each.reason).toMatchObject({ kind: 'reportQuota' });
		}
		// A little later, both processes have the report.
		passTime(2 * MINUTE);
		for (const each of [one, two]) {
			expect((await take(each, returnsOf([DE]))).report.reportId).toBe(ids[0]);
		}
	});
});

describe('a request that came too soon, was lost or was canceled', () => {
	it.each(['reportFatal', 'reportCancelled'] as const)(
		'if it ends as %s soon after another report, says when the next is possible, not that there are no returns',
		async (kind) => {
			await start();
			// A report of another range: it may count toward the limit, but it is not the one needed.
			await take(newProcess(), returnsOf([DE], 5));
			passTime(MINUTE);
			const process = newProcess();
			sandbox.faults.add({ kind: 'throttle', operation: 'getReports', times: 'always' });
			sandbox.faults.add({ kind, operation: 'createReport' });
			const first = await take(process, returnsOf([DE], 60)).catch((failure: unknown) => failure);
			expect(first).not.toMatchObject({ status: 'DONE' });
			sandbox.faults.clear();
			passTime(2 * MINUTE);
			await expect(take(process, returnsOf([DE], 60))).rejects.toMatchObject({
				kind: 'reportQuota',
				message: expect.stringMatching(/The next is possible at 1[23]:\d\d UTC$/),
			});
		},
	);

	it('uses the report whose answer was lost instead of requesting again', async () => {
		await start();
		const process = newProcess();
		sandbox.faults.add({ kind: 'cutAfter', operation: 'createReport' });
		const { status } = await take(process, returnsOf([DE, FR]));
		expect(status).toBe('DONE');
		expect(asked()).toHaveLength(1);
	});

	it('requests again if the request was lost before Amazon saw it', async () => {
		await start();
		sandbox.faults.add({ kind: 'cutBefore', operation: 'createReport' });
		expect((await take(newProcess(), returnsOf([DE]))).status).toBe('DONE');
		expect(asked()).toHaveLength(1);
	});

	it('takes nothing from an execution that shares its request when it is canceled', async () => {
		await start();
		const process = newProcess();
		const canceled = new AbortController();
		sandbox.faults.add({ kind: 'cutBefore', operation: 'createReport', times: 1 });
		const first = take(process, returnsOf([DE]), { signal: canceled.signal });
		const second = take(process, returnsOf([DE]));
		while (sent().length === 0) await new Promise(setImmediate);
		canceled.abort();
		await expect(first).rejects.toMatchObject({ kind: 'cancelled' });
		expect((await second).status).toBe('DONE');
		expect(asked()).toHaveLength(1);
	});
});

describe('a refusal (429), which does not say what limit it is for', () => {
	beforeEach(async () => await start({ habits: {} }));

	it.each([
		[1, 1],
		[2, 15],
	])('%p in a row: makes the report after %p minute(s)', async (times, minutes) => {
		sandbox.faults.add({ kind: 'throttle', operation: 'createReport', times });
		const { status } = await take(newProcess(), returnsOf([DE]), { turnMs: 15 * MINUTE });
		expect(status).toBe('DONE');
		const began = Date.parse(sandbox.requests[0]?.at ?? '');
		expect(sent().map(({ at }) => Math.floor((Date.parse(at) - began) / MINUTE))).toEqual(
			times === 1 ? [0, minutes] : [0, 1, minutes],
		);
	});
});

describe('hasOwnLimit', () => {
	it('does not send a type with its own limit again after a refusal, but retries others', async () => {
		await start({ habits: {} });
		const process = newProcess();
		sandbox.faults.add({ kind: 'throttle', operation: 'createReport', times: 1 });
		await expect(take(process, returnsOf([DE]))).rejects.toMatchObject({ kind: 'reportQuota' });
		expect(sent()).toHaveLength(1);
		sandbox.faults.clear();
		sandbox.faults.add({ kind: 'throttle', operation: 'createReport', times: 1 });
		const feedback = await take(process, {
			reportType: 'GET_SELLER_FEEDBACK_DATA',
			marketplaceId: DE,
			dataStartTime: '2026-01-01T00:00:00.000Z',
		});
		expect(feedback.status).toBe('DONE');
		expect(sent()).toHaveLength(3);
	});
});
