import type { IDataObject } from 'n8n-workflow';
import { ofSeveralSellers } from '../../../scripts/lib/sandbox.mjs';
import { DataTables } from '../../../checks/n8n/dataTables';
import type { Choices, Execution, TemplateRig } from './rig/templateRig';

const OWNER = 'scorecards@example.com';
const TRIGGER = 'Every morning at 7';
const AMAZON = 'amazonSellingPartnerApi';

/** What the seller fills in, besides the Amazon credential. */
const SLACK: Choices = {
	'Send to Slack': { channelId: { __rl: true, mode: 'id', value: 'C0EXAMPLE' } },
};

/** For both channels. */
const CHANNELS: Choices = {
	'Send by email': { fromEmail: 'shop@example.com', toEmail: OWNER, disabled: false },
	...SLACK,
};

/** Without any channel: the table and the digest in n8n. */
const NONE: Choices = { 'Send to Slack': { disabled: true } };

const NAME = 'morning-scorecard';
const TABLE = 'Amazon scorecards';

export function testScorecards(rig: () => TemplateRig): void {
	const tables = () => new DataTables(rig().n8n);

	/** The output of a node, as items. */
	const itemsOf = ({ outputs }: Execution, node: string) => outputs[node]?.[0] ?? [];

	/** Imports a template for the sellers of one credential, with an empty history. */
	async function importFor(choices: Choices, credential?: object): Promise<string> {
		await tables().drop(TABLE);
		if (credential !== undefined) await rig().addCredential(AMAZON, credential);
		return await rig()
			.import(NAME, choices)
			.finally(async () => {
				if (credential !== undefined) await rig().addCredential(AMAZON, rig().sellerCredential());
			});
	}

	/** A run, with the emails and Slack messages it sent. */
	async function runOf(id: string) {
		const mails = rig().mail.to(OWNER).length;
		const { result: execution, requests } = await rig().requestsDuring(
			'slack.com',
			async () => await rig().run(id, TRIGGER),
		);
		const posts = requests.map(({ body }) => String(body['text']));
		return { execution, mails: rig().mail.to(OWNER).slice(mails), posts };
	}

	const tokenOf = (seller: string) => rig().sandbox.credentials(seller).refreshToken;

	/** One credential with two sellers and, on request, a third whose authorization is gone. */
	const several = (others: object = {}) =>
		ofSeveralSellers(rig().sellerCredential(), {
			Harbor: { US: tokenOf('demo') },
			Nordlicht: { DE: tokenOf('second') },
			...others,
		});

	const placeOf = ({ seller, marketplace }: IDataObject) => `${seller} ${marketplace}`;

	describe('scorecards of all sellers', () => {
		test('without a channel, needs only the Amazon credential: fills the table, makes the digest, sends nothing', async () => {
			const id = await importFor(NONE, several());

			const { execution, mails, posts } = await runOf(id);

			expect(execution.error).toBeUndefined();
			const cards = itemsOf(execution, 'Get scorecards');
			expect(new Set(cards.map(({ seller }) => seller))).toEqual(new Set(['Harbor', 'Nordlicht']));
			const rows = (await tables().rowsOf(TABLE)) ?? [];
			expect(rows.map(placeOf).toSorted()).toEqual(cards.map(placeOf).toSorted());
			const ofHarbor = rows.find((row) => placeOf(row) === 'Harbor US');
			expect(ofHarbor).toMatchObject({
				day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
				needsAttention: expect.any(Boolean),
				negativesLast7Days: expect.any(Number),
				buyBoxPercent7Days: expect.any(Number),
				accountStatus: expect.any(String),
				summary: expect.stringMatching(/^Harbor, United States/),
			});
			expect(ofHarbor?.['ratingPercent365Days']).toBeCloseTo(rig().settledRating.percent, 9);
			expect(itemsOf(execution, 'Write the digest')).toMatchObject([
				{ marketplaces: cards.length, notRead: 0, html: expect.stringContaining('Nordlicht') },
			]);
			expect([mails, posts]).toEqual([[], []]);
		});

		test('a second run on the same day updates the rows', async () => {
			const id = await importFor(NONE, several());
			await runOf(id);
			const before = await tables().rowsOf(TABLE);

			const { execution } = await runOf(id);

			expect(execution.error).toBeUndefined();
			const after = await tables().rowsOf(TABLE);
			expect(after?.map(placeOf).toSorted()).toEqual(before?.map(placeOf).toSorted());
			expect(after?.length).toBeGreaterThan(0);
		});

		test('a seller that cannot be read is in the message and the history, next to the others', async () => {
			const id = await importFor(CHANNELS, several({ Gone: { JP: 'Atzr|gone' } }));

			const { execution, mails, posts } = await runOf(id);

			expect(execution.error).toBeUndefined();
			expect(mails).toMatchObject([
				{
					subject: expect.stringMatching(/1 could not be read.*Gone/),
					text: expect.stringMatching(/Gone.*Nordlicht/s),
				},
			]);
			expect(posts).toEqual([expect.stringMatching(/^Gone: .*refresh token/m)]);
			const cards = itemsOf(execution, 'Get scorecards');
			const quiet = cards.filter(({ needsAttention }) => needsAttention === false);
			expect(quiet.length).toBeGreaterThan(0);
			for (const { seller, marketplaceName } of quiet) {
				expect(posts[0]).not.toContain(`${seller}, ${marketplaceName}`);
			}
			for (const { seller, marketplaceName, needsAttention } of cards) {
				if (needsAttention === true) expect(posts[0]).toContain(`${seller}, ${marketplaceName}`);
			}
			const rows = await tables().rowsOf(TABLE);
			expect(rows).toHaveLength(cards.length);
			expect(rows?.find(({ seller }) => seller === 'Gone')).toMatchObject({
				marketplace: 'all',
				needsAttention: true,
				ratingPercent365Days: null,
				negativesLast7Days: null,
				buyBoxPercent7Days: null,
				summary: expect.stringContaining('refresh token'),
			});
		});

		test('a failed email costs neither the Slack message nor the history, and n8n shows it', async () => {
			const id = await importFor(CHANNELS, several());
			rig().mail.refused = OWNER;

			const { execution, posts } = await runOf(id).finally(() => (rig().mail.refused = undefined));

			expect(execution).toMatchObject({
				status: 'error',
				error: expect.stringContaining('The history or a message failed'),
			});
			expect(posts).toHaveLength(1);
			expect(await tables().rowsOf(TABLE)).not.toEqual([]);
		});

		test('a table that has other columns costs no message, and n8n shows it', async () => {
			const columns = { column: [{ name: 'day', type: 'string' }] };
			const id = await importFor({ ...CHANNELS, 'Create the table once': { columns } }, several());

			const { execution, mails, posts } = await runOf(id);

			expect(execution).toMatchObject({
				status: 'error',
				error: expect.stringContaining('The history or a message failed'),
			});
			expect([mails.length, posts.length]).toEqual([1, 1]);
		});

		test('can be activated with the Amazon credential alone, without a channel', async () => {
			const without = await rig().import(NAME, NONE, false, AMAZON);
			await expect(rig().activate(without)).rejects.toThrow();
			const id = await importFor(NONE, several());
			await rig().activate(id);
			await rig().deactivate(id);
		});
	});

	describe('scorecards of one seller', () => {
		test('without a channel, needs only the Amazon credential: fills the table, makes the digest, sends nothing', async () => {
			const id = await importFor(NONE);

			const { execution, mails, posts } = await runOf(id);

			expect(execution.error).toBeUndefined();
			const cards = itemsOf(execution, 'Get scorecards');
			expect(cards.map(({ marketplace }) => marketplace)).toEqual(['US', 'CA', 'MX']);
			const rows = (await tables().rowsOf(TABLE)) ?? [];
			expect(rows.map(placeOf).toSorted()).toEqual(cards.map(placeOf).toSorted());
			const ofUs = rows.find(({ marketplace }) => marketplace === 'US');
			expect(ofUs?.['ratingPercent365Days']).toBeCloseTo(rig().settledRating.percent, 9);
			expect(itemsOf(execution, 'Write the digest')).toMatchObject([
				{ marketplaces: 3, notRead: 0 },
			]);
			expect([mails, posts]).toEqual([[], []]);
		});

		test('as imported, with a channel in Slack, sends only there', async () => {
			const id = await importFor(SLACK);
			await rig().activate(id);
			await rig().deactivate(id);

			const { execution, mails, posts } = await runOf(id);

			expect(execution.error).toBeUndefined();
			expect([mails.length, posts.length]).toEqual([0, 1]);
		});

		test('a credential that does not work fails the execution, and adds no row', async () => {
			const credential = { ...rig().sellerCredential(), refreshToken: 'Atzr|gone' };
			const id = await importFor(NONE, credential);
			expect(await runOf(id)).toMatchObject({
				execution: { status: 'error', error: expect.stringContaining('refresh token') },
			});
			expect((await tables().rowsOf(TABLE)) ?? []).toEqual([]);
		});

		test('sends one email and one Slack message, which names only what needs attention', async () => {
			const id = await importFor(CHANNELS);

			const { execution, mails, posts } = await runOf(id);

			expect(execution.error).toBeUndefined();
			const [digest] = itemsOf(execution, 'Write the digest');
			expect(mails).toMatchObject([{ to: [OWNER], subject: digest?.['subject'] }]);
			expect(posts).toEqual([String(digest?.['summary']).replaceAll('&', '&amp;')]);
			for (const { marketplaceName, needsAttention } of itemsOf(execution, 'Get scorecards')) {
				expect([marketplaceName, posts[0]?.includes(`, ${marketplaceName}: `)]).toEqual([
					marketplaceName,
					needsAttention,
				]);
			}
		});

		test('can be activated with the Amazon credential alone, without a channel', async () => {
			const without = await rig().import(NAME, NONE, false, AMAZON);
			await expect(rig().activate(without)).rejects.toThrow();
			const id = await importFor(NONE);
			await rig().activate(id);
			await rig().deactivate(id);
		});
	});
}
