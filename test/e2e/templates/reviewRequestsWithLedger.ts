// cspell:ignore cancelled
import type { IDataObject } from 'n8n-workflow';
import { Database, hasPostgres } from './rig/postgres';
import { readTemplate } from '../../../checks/lib/templates';
import { type Choices, type Execution, type TemplateRig } from './rig/templateRig';

const TRIGGER = 'Every hour';
const IN_POSTGRES = 'review-requests-with-ledger';
const IN_SHEET = 'review-requests-with-google-sheets-ledger';

/** The change that a seller makes once the dry run looks right. */
const IN_EARNEST: Choices = { Send: { dryRun: false } };

/** Without PostgreSQL, only the workflow with the ledger in Google Sheets is tested. */
const testWithPostgres = hasPostgres ? test : test.skip;

/**
 * Rows that the ledger may have for an order: a review was requested, the order rests today, or it
 * is open.
 */
const KNOWN_ORDERS = [
	{ outcome: 'sent', hoursAgo: 300, fate: 'asked' },
	{ outcome: 'alreadyRequested', hoursAgo: 1, fate: 'asked' },
	{ outcome: 'windowClosed', hoursAgo: 30, fate: 'rests' },
	{ outcome: 'orderCancelled', hoursAgo: 30, fate: 'rests' },
	{ outcome: 'orderNotFound', hoursAgo: 30, fate: 'rests' },
	{ outcome: 'notEligibleNow', hoursAgo: 1, fate: 'rests' },
	{ outcome: 'notEligibleNow', hoursAgo: 21, fate: 'open' },
	{ outcome: 'outsideWindow', hoursAgo: 1, fate: 'open' },
	{ outcome: 'failed', hoursAgo: 1, fate: 'open' },
	{ outcome: 'answerLost', hoursAgo: 1, fate: 'open' },
	{ outcome: 'sentUnconfirmed', hoursAgo: 1, fate: 'open' },
	{ outcome: 'claimedElsewhere', hoursAgo: 1, fate: 'open' },
	{ outcome: 'deferred', hoursAgo: 1, fate: 'open' },
	{ outcome: 'wouldSend', hoursAgo: 1, fate: 'open' },
] as const;

const SETTLED: readonly string[] = [
	'sent',
	'alreadyRequested',
	'windowClosed',
	'orderCancelled',
	'orderNotFound',
];

export function testReviewRequestsWithLedger(rig: () => TemplateRig): void {
	describe('review requests with a ledger', () => {
		describe('in a real PostgreSQL, whose user may only create tables in public', () => {
			let database: Database | undefined;
			let removeUser: string | undefined;

			const open = async (): Promise<Database> => {
				if (database !== undefined) return database;
				database = await Database.open();
				const asAdmin = { ...database.address, ssl: 'disable' };
				const user = `seller_${database.address.database.replaceAll(/\W/g, '_')}`;
				await rig().addCredential('postgres', asAdmin);
				await run(
					await importQuery(
						`CREATE ROLE ${user} LOGIN PASSWORD 'seller'; CREATE SCHEMA elsewhere AUTHORIZATION ${user}; ` +
							`ALTER ROLE ${user} SET search_path = elsewhere; GRANT CREATE ON SCHEMA public TO ${user}`,
					),
				);
				removeUser = await importQuery(`DROP OWNED BY ${user} CASCADE; DROP ROLE ${user}`);
				await rig().addCredential('postgres', { ...asAdmin, user, password: 'seller' });
				return database;
			};

			afterAll(async () => {
				if (removeUser !== undefined) await run(removeUser);
				await database?.close();
			});

			testWithPostgres(
				'a click contacts no buyer: the ledger says whom it would contact',
				async () => {
					await open();
					rig().sandbox.world.addOrders({ state: 'eligible', count: 2 });
					const execution = await expectDryRun(await rig().import(IN_POSTGRES, {}, true));
					const rows = await query('SELECT * FROM public.review_request_ledger');
					expectSameOrders(rows, itemsOf(execution, 'Send'));
					await query('DELETE FROM public.review_request_ledger');
				},
			);

			testWithPostgres('the ledger decides who is contacted today', async () => {
				await open();
				await run(await rig().import(IN_POSTGRES, {}));
				await query('DELETE FROM public.review_request_ledger');
				const rows = knownRows();
				await query(
					'INSERT INTO public.review_request_ledger SELECT * FROM ' +
						`json_populate_recordset(NULL::public.review_request_ledger, '${JSON.stringify(rows)}')`,
				);
				await expectFates(await rig().import(IN_POSTGRES, {}), rows);
				await query('DELETE FROM public.review_request_ledger');
			});

			testWithPostgres('contacts every eligible buyer once, with a row for each', async () => {
				await open();
				await expectEachAskedOnce(await rig().import(IN_POSTGRES, IN_EARNEST), 30);
			});
		});

		describe('in a Google Sheet', () => {
			const prepare = async (choices: Choices = {}, withSamples = false) => {
				const sheet = rig().makeSpreadsheet();
				const id = await rig().import(
					IN_SHEET,
					{ 'Read the ledger': sheet.choice, 'Append to ledger': sheet.choice, ...choices },
					withSamples,
				);
				return { sheet, id };
			};

			test('a click contacts no buyer: the ledger says whom it would contact', async () => {
				rig().sandbox.world.addOrders({ state: 'eligible', count: 2 });
				const { sheet, id } = await prepare({}, true);
				const execution = await expectDryRun(id);
				expectSameOrders(sheet.records, itemsOf(execution, 'Send'));
			});

			test('the ledger decides who is contacted today', async () => {
				const { sheet, id } = await prepare();
				const rows = knownRows();
				sheet.rows = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))];
				await expectFates(id, rows);
			});

			test('contacts every eligible buyer once, with a row for each', async () => {
				rig().sandbox.world.addOrders({ state: 'eligible', count: 5 });
				const { sheet, id } = await prepare(IN_EARNEST);

				const rows = await expectEachAskedOnce(id, 5);

				expect(sheet.records.map(({ orderId }) => orderId)).toEqual(
					rows.map(({ orderId }) => orderId),
				);
				expect(new Set(sheet.inputOptions)).toEqual(new Set(['RAW']));
			});

			test('two runs at the same time contact each buyer once, and each order has a row from one of them', async () => {
				const orders = rig().sandbox.world.addOrders({ state: 'eligible', count: 5 });
				const { sheet, id } = await prepare(IN_EARNEST);

				await Promise.all([run(id), run(id)]);

				for (const { orderId } of orders) {
					const asked = rig().sandbox.truth.solicitations.filter(
						(each) => each.orderId === orderId,
					);
					expect(asked).toHaveLength(1);
					const outcomes = sheet.records
						.filter((row) => row['orderId'] === orderId)
						.map(({ outcome }) => outcome);
					expect(outcomes.filter((outcome) => outcome === 'sent')).toHaveLength(1);
				}
			});

			test('rows of sent requests are added to a ledger that fails at first', async () => {
				rig().sandbox.world.addOrders({ state: 'eligible', count: 2 });
				const { sheet, id } = await prepare(IN_EARNEST);
				sheet.writesToRefuse = 1;

				const execution = await run(id);

				expect(execution.error).toBeUndefined();
				expectSameOrders(sheet.records, itemsOf(execution, 'Send'));
				expect(sheet.records.map(({ outcome }) => outcome)).toContain('sent');
			});
		});

		test.each([IN_POSTGRES, IN_SHEET])('%s tries more than once to write the ledger', (name) => {
			const append = readTemplate(name).nodes.find((node) => node.name === 'Append to ledger');
			expect(append).toMatchObject({ retryOnFail: true, maxTries: 3 });
		});
	});

	const run = async (id: string): Promise<Execution> => {
		const execution = await rig().run(id, TRIGGER);
		expect(execution.error).toBeUndefined();
		return execution;
	};

	/** Creates a workflow that runs SQL, with the current database credential. */
	const importQuery = async (sql: string): Promise<string> => {
		const template = readTemplate(IN_POSTGRES);
		const [trigger, postgres] = [TRIGGER, 'Make ledger'].map((name) =>
			template.nodes.find((node) => node.name === name),
		);
		if (trigger === undefined || postgres === undefined) throw new Error('No such nodes');
		return await rig().import(
			{
				name: 'SQL',
				settings: {},
				nodes: [trigger, postgres],
				connections: { [TRIGGER]: { main: [[{ node: postgres.name, type: 'main', index: 0 }]] } },
				pinData: {},
			},
			{ [postgres.name]: { query: sql } },
		);
	};

	const query = async (sql: string): Promise<readonly IDataObject[]> =>
		itemsOf(await run(await importQuery(sql)), 'Make ledger');

	/** A row of each kind for an eligible order. */
	const knownRows = () => {
		const orders = rig().sandbox.world.addOrders({
			state: 'eligible',
			count: KNOWN_ORDERS.length,
			fulfilledBy: 'MERCHANT',
		});
		return KNOWN_ORDERS.map(({ outcome, hoursAgo }, index) => ({
			orderId: orders[index]?.orderId ?? '',
			marketplace: 'US',
			marketplaceId: 'ATVPDKIKX0DER',
			outcome: outcome as string,
			explanation: '',
			tryAgainLater: !SETTLED.includes(outcome),
			attempt: 0,
			windowOpensAt: null,
			windowClosesAt: null,
			amazonMessage: null,
			amazonRequestId: null,
			at: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
		}));
	};

	/** Runs the workflow as imported, which must not contact anybody. */
	async function expectDryRun(id: string): Promise<Execution> {
		const asked = rig().sandbox.truth.solicitations.length;
		const execution = await run(id);
		expect(rig().sandbox.truth.solicitations).toHaveLength(asked);
		const outcomes = itemsOf(execution, 'Send').map(({ outcome }) => outcome);
		expect(outcomes.filter((outcome) => outcome === 'wouldSend').length).toBeGreaterThanOrEqual(2);
		expect(outcomes).not.toContain('sent');
		return execution;
	}

	/**
	 * Runs the workflow with a ledger of known rows: each order must have its fate and the right
	 * reason.
	 */
	async function expectFates(
		id: string,
		rows: ReadonlyArray<{ readonly orderId: string }>,
	): Promise<void> {
		const idsOf = (fate: string) =>
			rows
				.filter((_, index) => KNOWN_ORDERS[index]?.fate === fate)
				.map(({ orderId }) => orderId)
				.toSorted();
		const execution = await run(id);

		const [now, later, leftOut] = [0, 1, 2].map((output) => itemsOf(execution, 'Plan', output));
		const requested = (leftOut ?? []).filter(({ reason }) => reason === 'alreadyRequested');
		expect(orderIdsOf(requested)).toEqual(idsOf('asked'));
		const planned = new Set(orderIdsOf([now ?? [], later ?? [], leftOut ?? []].flat()));
		const orders = orderIdsOf(itemsOf(execution, 'Orders'));
		expect(orders.filter((orderId) => !planned.has(orderId))).toEqual(idsOf('rests'));
		const lookedUp = new Set(orderIdsOf(itemsOf(execution, 'Send')));
		expect(idsOf('open').filter((orderId) => !lookedUp.has(orderId))).toEqual([]);
	}

	/** Runs the workflow twice; the second run omits what the ledger has settled. */
	async function expectEachAskedOnce(id: string, atLeast: number) {
		const { sandbox } = rig();
		const eligible = sandbox.truth
			.orders('demo')
			.filter(({ marketplaceId }) => marketplaceId === sandbox.credentials('demo').marketplaceId)
			.filter(({ solicitability }) => solicitability === 'eligible')
			.map(({ orderId }) => orderId);
		const before = new Set(sandbox.truth.solicitations.map(({ orderId }) => orderId));

		const first = await run(id);
		const second = await run(id);

		const rows = itemsOf(first, 'Send');
		const asked = sandbox.truth.solicitations
			.map(({ orderId }) => orderId)
			.filter((orderId) => !before.has(orderId));
		expect(asked.length).toBeGreaterThanOrEqual(atLeast);
		// The shipments report gives one moment for a delivery, so some orders wait longer than
		// Amazon requires.
		const later = new Set(orderIdsOf(itemsOf(first, 'Plan', 1)));
		expect(asked.toSorted()).toEqual(eligible.filter((orderId) => !later.has(orderId)).toSorted());
		const sent = rows.filter(({ outcome }) => outcome === 'sent');
		expect(orderIdsOf(sent)).toEqual(asked.toSorted());
		expect(new Set(rows.map(({ orderId }) => orderId)).size).toBe(rows.length);

		const again = new Set(itemsOf(second, 'Plan').map(({ orderId }) => orderId));
		const settled = rows.filter(({ tryAgainLater }) => tryAgainLater === false);
		expect(settled.length).toBeGreaterThanOrEqual(atLeast);
		expect(settled.filter(({ orderId }) => again.has(orderId))).toEqual([]);
		return [...rows, ...itemsOf(second, 'Send')];
	}
}

const itemsOf = ({ outputs }: Execution, node: string, output = 0): readonly IDataObject[] =>
	outputs[node]?.[output] ?? [];

const orderIdsOf = (items: readonly IDataObject[]): string[] =>
	items.map(({ orderId }) => String(orderId)).toSorted();

const expectSameOrders = (some: readonly IDataObject[], others: readonly IDataObject[]): void => {
	expect(orderIdsOf(some)).toEqual(orderIdsOf(others));
	expect(some.length).toBeGreaterThan(0);
};
