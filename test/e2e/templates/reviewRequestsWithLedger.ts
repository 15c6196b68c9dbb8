// cspell:ignore cancelled
import type { IDataObject, INode } from 'n8n-workflow';
import type { NewOrders } from '../../../sandbox';
import { readTemplate } from '../../../checks/lib/templates';
import { DataTables } from '../../../checks/n8n/dataTables';
import { chain, node, plainAmazonNode, PRIMARY_MARKETPLACE } from '../../../checks/n8n/workflow';
import { Database, hasPostgres } from './rig/postgres';
import { type Choices, type Execution, type TemplateRig } from './rig/templateRig';

const TRIGGER = 'Every hour';
const IN_DATA_TABLE = 'review-requests';
const IN_POSTGRES = 'review-requests-with-ledger';
const IN_SHEET = 'review-requests-with-google-sheets-ledger';

const TABLE = 'Amazon review requests';
const AMAZON = 'amazonSellingPartnerApi';

/** A seller with few orders in the primary marketplace: n8n takes some 20 ms for each row of a ledger. */
const SELLER = { key: 'japan', marketplace: 'JP', marketplaceId: 'A1VC38T7YXB528' } as const;

/** The change that a seller makes once the dry run looks right, and the one that an active workflow does not need. */
const IN_EARNEST: Choices = { 'Request reviews': { dryRun: false, sendInManualRuns: true } };

/** Without the delays of its campaigns, the template requests a review as soon as Amazon permits it. */
const WITHOUT_DELAY: Choices = { 'Plan requests': { campaigns: {} } };

/** Without PostgreSQL, only the workflows with other ledgers are tested. */
const testWithPostgres = hasPostgres ? test : test.skip;

/** Rows that the ledger may have for an order, and the reason for which Plan leaves it out, if it does. */
const KNOWN_ORDERS = [
	{ outcome: 'sent', hoursAgo: 300, reason: 'alreadyRequested' },
	{ outcome: 'alreadyRequested', hoursAgo: 1, reason: 'alreadyRequested' },
	{ outcome: 'windowClosed', hoursAgo: 30, reason: 'settledBefore' },
	{ outcome: 'orderCancelled', hoursAgo: 30, reason: 'settledBefore' },
	{ outcome: 'orderNotFound', hoursAgo: 30, reason: 'settledBefore' },
	{ outcome: 'notEligibleNow', hoursAgo: 1, reason: 'checkedToday' },
	{ outcome: 'notEligibleNow', hoursAgo: 21, reason: null },
	{ outcome: 'outsideWindow', hoursAgo: 1, reason: null },
	{ outcome: 'failed', hoursAgo: 1, reason: null },
	{ outcome: 'answerLost', hoursAgo: 1, reason: null },
	{ outcome: 'sentUnconfirmed', hoursAgo: 1, reason: 'checkedToday' },
	{ outcome: 'sentUnconfirmed', hoursAgo: 21, reason: null },
	{ outcome: 'claimedElsewhere', hoursAgo: 1, reason: null },
	{ outcome: 'deferred', hoursAgo: 1, reason: null },
	{ outcome: 'wouldSend', hoursAgo: 1, reason: null },
] as const;

const SETTLED: readonly string[] = [
	'sent',
	'alreadyRequested',
	'windowClosed',
	'orderCancelled',
	'orderNotFound',
];

/** A ledger with its workflow. */
interface Ledger {
	readonly id: string;
	rows(): Promise<readonly IDataObject[]>;
	add(rows: ReadonlyArray<Record<string, string | number | boolean | null>>): Promise<void>;
}

export function testReviewRequestsWithLedger(rig: () => TemplateRig): void {
	const run = async (id: string): Promise<Execution> => {
		const execution = await rig().run(id, TRIGGER);
		expect(execution.error).toBeUndefined();
		return execution;
	};

	const sellAs = async (seller?: string): Promise<void> =>
		await rig().addCredential(AMAZON, rig().sellerCredential(seller));

	describe('review requests with a ledger', () => {
		beforeAll(async () => await sellAs(SELLER.key));
		afterAll(async () => await sellAs());

		describe("in n8n's own data tables", () => {
			const tables = () => new DataTables(rig().n8n);

			const open = async (choices: Choices = {}): Promise<Ledger> => {
				await tables().drop(TABLE);
				return {
					id: await rig().import(IN_DATA_TABLE, choices),
					rows: async () => (await tables().rowsOf(TABLE)) ?? [],
					add: async (rows) => await tables().insert(TABLE, rows),
				};
			};

			testLedger(open, test);

			test('can be activated with the Amazon credential alone', async () => {
				const without = await rig().import(IN_DATA_TABLE, {}, false, AMAZON);
				await expect(rig().activate(without)).rejects.toThrow();
				const { id } = await open();
				await rig().activate(id);
				await rig().deactivate(id);
			});

			test('has one row per order, however often it runs', async () => {
				addOrders({ state: 'eligible', count: 3 });
				const { id, rows } = await open(IN_EARNEST);
				await run(id);
				const before = await rows();
				await run(id);
				expect(orderIdsOf(await rows())).toEqual(orderIdsOf(before));
				expect(new Set(orderIdsOf(before)).size).toBe(before.length);
			});

			test('two runs at the same time contact each buyer once, and the ledger says so', async () => {
				const orders = addOrders({ state: 'eligible', count: 5 });
				const { id, rows } = await open({ ...IN_EARNEST, ...WITHOUT_DELAY });
				await run(await rig().import(IN_DATA_TABLE, {}));

				await Promise.all([run(id), run(id)]);

				for (const { orderId } of orders) {
					expect(askedFor(orderId)).toBe(1);
					const outcomes = (await rows())
						.filter((row) => row['orderId'] === orderId)
						.map(({ outcome }) => outcome);
					expect(outcomes).toEqual(['sent']);
				}
			});

			test('a run by hand contacts nobody, even with Dry Run off, and says how many it would', async () => {
				addOrders({ state: 'eligible', count: 2 });
				const { id } = await open({ 'Request reviews': { dryRun: false }, ...WITHOUT_DELAY });
				await expectDryRun(id);
			});
		});

		describe('in a real PostgreSQL, whose user may only create tables in public', () => {
			let database: Database | undefined;
			let removeUser: string | undefined;

			const open = async (choices: Choices = {}): Promise<Ledger> => {
				await openDatabase();
				await query('DROP TABLE IF EXISTS public.review_request_ledger');
				return {
					id: await rig().import(IN_POSTGRES, choices),
					rows: async () => await query('SELECT * FROM public.review_request_ledger'),
					add: async (rows) => {
						await query(
							'INSERT INTO public.review_request_ledger SELECT * FROM ' +
								`json_populate_recordset(NULL::public.review_request_ledger, '${JSON.stringify(rows)}')`,
						);
					},
				};
			};

			const openDatabase = async (): Promise<void> => {
				if (database !== undefined) return;
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
			};

			afterAll(async () => {
				if (removeUser !== undefined) await run(removeUser);
				await database?.close();
			});

			testLedger(open, testWithPostgres);
		});

		describe('in a Google Sheet', () => {
			const prepare = async (choices: Choices = {}) => {
				const sheet = rig().makeSpreadsheet();
				const { choice } = sheet;
				const id = await rig().import(IN_SHEET, {
					'Read the ledger': choice,
					'Note before sending': choice,
					'Append to the ledger': choice,
					...choices,
				});
				return { sheet, id };
			};

			const open = async (choices: Choices = {}): Promise<Ledger> => {
				const { sheet, id } = await prepare(choices);
				return {
					id,
					rows: async () => {
						// Without this option, Google makes formulas of some texts.
						expect(new Set(sheet.inputOptions)).toEqual(new Set(['RAW']));
						return sheet.records;
					},
					add: async (rows) => {
						sheet.rows = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))];
					},
				};
			};

			testLedger(open, test);

			test('rows of sent requests are added to a ledger that fails at first', async () => {
				const [order] = addOrders({ state: 'eligible', count: 1 });
				const { sheet, id } = await prepare(IN_EARNEST);
				sheet.writesToRefuse = 1;

				await run(id);

				const outcomes = sheet.records
					.filter((row) => row['orderId'] === order?.orderId)
					.map((row) => row['outcome']);
				expect(outcomes).toEqual(['answerLost', 'sent']);
			});
		});

		test.each([IN_DATA_TABLE, IN_POSTGRES, IN_SHEET])(
			'%s tries more than once to write the ledger',
			(name) => {
				const writes = readTemplate(name).nodes.filter((each) =>
					['Note before sending', 'Save to the ledger', 'Append to the ledger'].includes(each.name),
				);
				expect(writes).toHaveLength(2);
				for (const each of writes) {
					expect(each).toMatchObject({ retryOnFail: true, maxTries: expect.any(Number) });
				}
			},
		);

		test('a sub-workflow of a run by hand contacts nobody', async () => {
			const [order] = addOrders({ state: 'eligible', count: 1 });
			const orderId = order?.orderId ?? '';
			const sub = await rig().import(
				workflowOf('Sends', [
					node('Called', 'executeWorkflowTrigger 1.1', { inputSource: 'passthrough' }),
					sendTo(orderId, false),
				]),
				{},
			);
			const parent = await rig().import(
				workflowOf('Calls', [
					node(TRIGGER, 'manualTrigger'),
					node('Call', 'executeWorkflow 1.2', {
						workflowId: { __rl: true, mode: 'id', value: sub },
						options: {},
					}),
				]),
				{},
			);

			const execution = await run(parent);

			expect(itemsOf(execution, 'Call')).toMatchObject([{ orderId, outcome: 'wouldSend' }]);
			expect(askedFor(orderId)).toBe(0);
		});
	});

	const askedFor = (orderId: string): number =>
		rig().sandbox.truth.solicitations.filter((each) => each.orderId === orderId).length;

	/** What is the same with every ledger. */
	function testLedger(open: (choices?: Choices) => Promise<Ledger>, testIt: jest.It): void {
		testIt('a click contacts no buyer: the ledger says whom it would contact', async () => {
			// Its campaigns have some orders wait.
			addOrders({ state: 'eligible', count: 8 });
			const { id, rows } = await open();
			const execution = await expectDryRun(id);
			const newest = newestOf(await rows());
			const sent = itemsOf(execution, 'Request reviews');
			expect([...newest.keys()].toSorted()).toEqual(orderIdsOf(sent));
			for (const { orderId, outcome, campaign } of sent) {
				expect(newest.get(String(orderId))).toMatchObject({ outcome, campaign });
			}
			expect([...newest.values()].map(({ outcome }) => outcome)).not.toContain('answerLost');
		});

		testIt('the ledger decides who is contacted today', async () => {
			const { id, add } = await open(WITHOUT_DELAY);
			await run(id);
			const rows = knownRows();
			await add(rows);

			const execution = await run(id);

			const plan = [0, 1, 2].flatMap((output) => itemsOf(execution, 'Plan requests', output));
			const reasons = new Map(plan.map(({ orderId, reason }) => [orderId, reason]));
			expect(rows.map(({ orderId, outcome }) => [outcome, reasons.get(orderId)])).toEqual(
				KNOWN_ORDERS.map(({ outcome, reason }) => [outcome, reason]),
			);
			const lookedUp = new Set(orderIdsOf(itemsOf(execution, 'Request reviews')));
			const openIds = rows.filter((_, index) => KNOWN_ORDERS[index]?.reason === null);
			expect(openIds.filter(({ orderId }) => !lookedUp.has(orderId))).toEqual([]);
		});

		testIt(
			'contacts every eligible buyer once; a minute later these orders are alreadyRequested, with when',
			async () => {
				addOrders({ state: 'eligible', count: 5 });
				const { id, rows } = await open(IN_EARNEST);
				const eligible = eligibleOrders();
				const before = new Set(rig().sandbox.truth.solicitations.map(({ orderId }) => orderId));

				const first = await run(id);
				const second = await run(id);

				const asked = rig()
					.sandbox.truth.solicitations.map(({ orderId }) => orderId)
					.filter((orderId) => !before.has(orderId));
				expect(asked.length).toBeGreaterThanOrEqual(5);
				// Its campaign has some orders wait.
				const later = new Set(orderIdsOf(itemsOf(first, 'Plan requests', 1)));
				expect(asked.toSorted()).toEqual(
					eligible.filter((orderId) => !later.has(orderId)).toSorted(),
				);
				const newest = newestOf(await rows());
				const leftOut = new Map(
					itemsOf(second, 'Plan requests', 2).map((item) => [item['orderId'], item]),
				);
				for (const orderId of asked) {
					const { outcome, requestedAt } = newest.get(orderId) ?? {};
					expect([outcome, typeof requestedAt]).toEqual([
						'sent',
						expect.stringMatching(/string|object/),
					]);
					expect(leftOut.get(orderId)).toMatchObject({
						reason: 'alreadyRequested',
						requestedAt: new Date(String(requestedAt)).toISOString(),
					});
				}
			},
		);

		testIt('a run that was killed while it sent is found again', async () => {
			const { id, add, rows } = await open({ ...IN_EARNEST, ...WITHOUT_DELAY });
			await run(id);
			// Noted before the request; the request arrived, the row about it did not.
			const [order] = addOrders({ state: 'eligible', count: 1 });
			const orderId = order?.orderId ?? '';
			await run(
				await rig().import(
					workflowOf('Sends', [node(TRIGGER, 'manualTrigger'), sendTo(orderId, true)]),
					{},
				),
			);
			const at = new Date(Date.now() - 3_600_000).toISOString();
			await add([{ ...rowOf(orderId, 'answerLost'), at }]);

			await run(id);

			const row = newestOf(await rows()).get(orderId);
			expect(row).toMatchObject({ outcome: 'sentUnconfirmed' });
			expect(new Date(String(row?.['requestedAt'])).toISOString()).toBe(at);
			expect(askedFor(orderId)).toBe(1);
		});
	}

	const addOrders = (orders: NewOrders) =>
		rig().sandbox.world.addOrders({ ...orders, sellerKey: SELLER.key });

	const eligibleOrders = (): string[] =>
		rig()
			.sandbox.truth.orders(SELLER.key)
			.filter(({ marketplaceId }) => marketplaceId === SELLER.marketplaceId)
			.filter(({ solicitability }) => solicitability === 'eligible')
			.map(({ orderId }) => orderId);

	/** Creates a workflow that runs SQL, with the current database credential. */
	const importQuery = async (sql: string): Promise<string> => {
		const template = readTemplate(IN_POSTGRES);
		const [trigger, postgres] = [TRIGGER, 'Create the ledger once'].map((name) =>
			template.nodes.find((each) => each.name === name),
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
		itemsOf(await run(await importQuery(sql)), 'Create the ledger once');

	/** A row of each kind for an eligible order. */
	const knownRows = () => {
		const orders = addOrders({
			state: 'eligible',
			count: KNOWN_ORDERS.length,
			fulfilledBy: 'MERCHANT',
		});
		return KNOWN_ORDERS.map(({ outcome, hoursAgo }, index) => ({
			...rowOf(orders[index]?.orderId ?? '', outcome),
			at: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
		}));
	};

	/** Runs the workflow, which must not contact anybody. */
	async function expectDryRun(id: string): Promise<Execution> {
		const asked = rig().sandbox.truth.solicitations.length;
		const execution = await run(id);
		expect(rig().sandbox.truth.solicitations).toHaveLength(asked);
		const outcomes = itemsOf(execution, 'Request reviews').map(({ outcome }) => outcome);
		expect(outcomes.filter((outcome) => outcome === 'wouldSend').length).toBeGreaterThanOrEqual(2);
		expect(outcomes).not.toContain('sent');
		return execution;
	}
}

const workflowOf = (name: string, nodes: INode[]) => ({ ...chain(name, nodes), pinData: {} });

const sendTo = (orderId: string, sendInManualRuns: boolean): INode =>
	plainAmazonNode('Send', 'amazonReviewSolicitation', {
		resource: 'solicitation',
		operation: 'send',
		orderId,
		marketplace: PRIMARY_MARKETPLACE,
		dryRun: false,
		sendInManualRuns,
		options: {},
	});

const rowOf = (orderId: string, outcome: string) => ({
	orderId,
	marketplace: SELLER.marketplace,
	marketplaceId: SELLER.marketplaceId,
	outcome,
	explanation: '',
	requestedAt: null,
	tryAgainLater: !SETTLED.includes(outcome),
	attempt: 0,
	campaign: null,
	windowOpensAt: null,
	windowClosesAt: null,
	amazonMessage: null,
	amazonRequestId: null,
});

/** The row of each order that counts: the last one written. */
const newestOf = (rows: readonly IDataObject[]): ReadonlyMap<string, IDataObject> =>
	new Map(rows.map((row) => [String(row['orderId']), row]));

const itemsOf = ({ outputs }: Execution, node: string, output = 0): readonly IDataObject[] =>
	outputs[node]?.[output] ?? [];

const orderIdsOf = (items: readonly IDataObject[]): string[] =>
	items.map(({ orderId }) => String(orderId)).toSorted();
