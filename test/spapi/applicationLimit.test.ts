import type { IExecuteFunctions } from 'n8n-workflow';

import { SpApiClient } from '../../nodes/shared/spapi/client';
import { createQuery } from '../../nodes/shared/spapi/dataKiosk';
import { dailyTotalsQuery } from '../../nodes/shared/spapi/dailyTotals';
import { sandboxCredential } from '../engine/sandboxCredential';
import { useSandbox } from '../engine/useSandbox';
import { contextOf } from './context';

/** Data Kiosk as users report it: all sellers of an application share its limits. */
const inUse = useSandbox({ rateLimits: 1 });

const IMPATIENT = { waitAtMostMs: 1_000, maxAttempts: 1 };

/** A client for a seller, with changes of the credential. */
async function clientOf(seller: string, changes: Readonly<Record<string, boolean>> = {}) {
	const context: IExecuteFunctions = {
		...contextOf(inUse.sandbox),
		getCredentials: async () => sandboxCredential(inUse.sandbox, seller, changes) as never,
	};
	return await SpApiClient.connect(context, 0, IMPATIENT);
}

/** A text that no other query has. */
const query = (days: number): string =>
	dailyTotalsQuery({
		marketplaceIds: ['ATVPDKIKX0DER'],
		from: `2026-01-${String(days).padStart(2, '0')}`,
		through: '2026-02-01',
	});

const createMany = async (client: SpApiClient, count: number) =>
	await Promise.allSettled(
		Array.from({ length: count }, async (_, index) => await createQuery(client, query(index + 1))),
	);

const refusals = () => inUse.requests.filter(({ status }) => status === 429);

const reasonsOf = (settled: Awaited<ReturnType<typeof createMany>>): unknown[] =>
	settled.flatMap((each) =>
		each.status === 'rejected' ? [(each.reason as { kind: string }).kind] : [],
	);

beforeEach(() => inUse.sandbox.habits.set({ kioskSharedQuota: true, kioskOneOpenQuery: false }));

it('all sellers of an application share the limit of Data Kiosk, and none is refused', async () => {
	expect(reasonsOf(await createMany(await clientOf('demo'), 10))).toEqual([]);
	// Amazon's burst is 15; one token stays unused.
	expect(reasonsOf(await createMany(await clientOf('second'), 8))).toEqual(Array(4).fill('busy'));
	expect(refusals()).toEqual([]);
});

it('each seller has its own if the credential says so', async () => {
	inUse.sandbox.habits.set({ kioskSharedQuota: false });
	const apart = { changeReportLimits: true, dataKioskPerSeller: true };
	expect(reasonsOf(await createMany(await clientOf('japan', apart), 10))).toEqual([]);
	expect(reasonsOf(await createMany(await clientOf('europe', apart), 10))).toEqual([]);
	expect(refusals()).toEqual([]);
});
