import type { IDataObject } from 'n8n-workflow';
import { Database, hasPostgres } from './rig/postgres';
import { expectSamples } from './rig/samples';
import type { Execution, TemplateRig } from './rig/templateRig';

const TRIGGER = 'Every hour';

/** Where no PostgreSQL is installed, the sheet's ledger alone tests the run. */
const testWithPostgres = hasPostgres ? test : test.skip;

export function testReviewRequestsWithLedger(rig: () => TemplateRig): void {
	describe('review requests with a ledger', () => {
		let database: Database | undefined;

		afterAll(async () => await database?.close());

		testWithPostgres(
			'in a real PostgreSQL: asks every buyer who may be asked, once, with a row for each',
			async () => {
				database = await Database.open();
				await rig().addCredential('postgres', { ...database.address, ssl: 'disable' });
				const id = await rig().import('review-requests-with-ledger', {});
				await expectEachAskedOnce('review-requests-with-ledger', id, 30);
			},
		);

		test('in a Google Sheet: asks every buyer who may be asked, once, with a row for each', async () => {
			rig().sandbox.world.addOrders({ state: 'eligible', count: 5 });
			const sheet = rig().makeSpreadsheet();
			const name = 'review-requests-with-google-sheets-ledger';
			const id = await rig().import(name, {
				'Read the ledger': sheet.choice,
				'Append to ledger': sheet.choice,
			});

			const rows = await expectEachAskedOnce(name, id, 5);

			expect(sheet.records.map(({ orderId }) => orderId)).toEqual(
				rows.map(({ orderId }) => orderId),
			);
			expect(new Set(sheet.inputOptions)).toEqual(new Set(['RAW']));
		});

		test('a click on "Execute workflow" plans real orders, asks no buyer and writes nothing', async () => {
			rig().sandbox.world.addOrders({ state: 'eligible', count: 2 });
			const sheet = rig().makeSpreadsheet();
			const id = await rig().import(
				'review-requests-with-google-sheets-ledger',
				{ 'Read the ledger': sheet.choice, 'Append to ledger': sheet.choice },
				true,
			);
			const asked = rig().sandbox.truth.solicitations.length;

			const execution = await rig().run(id, TRIGGER);

			expect(execution.error).toBeUndefined();
			expect(itemsOf(execution, 'Plan').length).toBeGreaterThanOrEqual(2);
			expect(itemsOf(execution, 'Append to ledger').length).toBeGreaterThan(0);
			expect(rig().sandbox.truth.solicitations).toHaveLength(asked);
			expect(sheet.rows).toEqual([]);
		});
	});

	/** Runs the workflow twice; the second time, what the ledger says is settled is left out. */
	async function expectEachAskedOnce(name: string, id: string, atLeast: number) {
		const { sandbox } = rig();
		const eligible = sandbox.truth
			.orders('demo')
			.filter(({ solicitability }) => solicitability === 'eligible')
			.map(({ orderId }) => orderId);
		const before = new Set(sandbox.truth.solicitations.map(({ orderId }) => orderId));

		const first = await rig().run(id, TRIGGER);
		const second = await rig().run(id, TRIGGER);

		expectSamples(name, first);
		const rows = itemsOf(first, 'Send');
		const asked = sandbox.truth.solicitations
			.map(({ orderId }) => orderId)
			.filter((orderId) => !before.has(orderId));
		expect(asked.length).toBeGreaterThanOrEqual(atLeast);
		// The shipments report names one moment for a delivery, so some wait longer than Amazon would ask.
		const later = new Set(itemsOf(first, 'Plan', 1).map(({ orderId }) => String(orderId)));
		expect(asked.toSorted()).toEqual(eligible.filter((orderId) => !later.has(orderId)).toSorted());
		const sent = rows.filter(({ outcome }) => outcome === 'sent');
		expect(sent.map(({ orderId }) => orderId).toSorted()).toEqual(asked.toSorted());
		expect(new Set(rows.map(({ orderId }) => orderId)).size).toBe(rows.length);

		expect(second.error).toBeUndefined();
		const again = new Set(itemsOf(second, 'Plan').map(({ orderId }) => orderId));
		const settled = rows.filter(({ tryAgainLater }) => tryAgainLater === false);
		expect(settled.length).toBeGreaterThanOrEqual(atLeast);
		expect(settled.filter(({ orderId }) => again.has(orderId))).toEqual([]);
		return [...rows, ...itemsOf(second, 'Send')];
	}
}

const itemsOf = ({ outputs }: Execution, node: string, output = 0): readonly IDataObject[] =>
	outputs[node]?.[output] ?? [];
