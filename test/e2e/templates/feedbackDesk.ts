import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';
import { DataTables } from '../../../checks/n8n/dataTables';
import { notesOf, SOON, type Choices, type Execution, type TemplateRig } from './rig/templateRig';

const NAME = 'feedback-desk';
const TABLE = 'Amazon feedback cases';
const TRIGGER = 'Watch for bad feedback';
const DAILY = 'Every day at 8';

const MEXICO = 'A1AM78C64UM0Y8';
const FIRST = '111-1111111-1111111';
const SECOND = '222-2222222-2222222';
const THIRD = '333-3333333-3333333';

const CHANNEL = { channelId: { __rl: true, mode: 'id', value: 'C0EXAMPLE' } };
/** The channel is chosen once; the other node takes it from there. */
const SLACK: Choices = { 'Ask in Slack': CHANNEL };

const OWNER = 'desk@example.com';
const ADDRESSES = { fromEmail: 'shop@example.com', toEmail: OWNER, disabled: false };
const EMAIL: Choices = {
	'Ask in Slack': { disabled: true },
	'Send to Slack': { disabled: true },
	'Ask by email': ADDRESSES,
	'Send by email': { disabled: false },
};

/** Longer than a message shows. */
const LONG = 'So so, '.repeat(100);

const today = DateTime.now().setZone('America/Los_Angeles').toISODate();

/** An event as the trigger outputs it, with what a case needs of it. */
function event(name: string, orderId: string, after: IDataObject | null = {}): IDataObject {
	const entry = {
		date: today,
		rating: 1,
		comment: '<!channel> the seller never answered',
		response: '',
	};
	return {
		event: name,
		orderId,
		marketplace: 'US',
		marketplaceId: 'ATVPDKIKX0DER',
		before: entry,
		after: after && { ...entry, ...after },
	};
}

export function testFeedbackDesk(rig: () => TemplateRig): void {
	const tables = () => new DataTables(rig().n8n);

	const rowsOf = async (orderId: string): Promise<IDataObject[]> =>
		((await tables().rowsOf(TABLE)) ?? []).filter((row) => row['orderId'] === orderId);

	/** The row of an order, as soon as it is as expected. */
	const rowWith = async (orderId: string, wanted: IDataObject): Promise<IDataObject> =>
		await rig().until(`row of ${orderId} with ${JSON.stringify(wanted)}`, async () =>
			(await rowsOf(orderId)).find((row) =>
				Object.entries(wanted).every(([name, value]) => row[name] === value),
			),
		);

	/** The messages in Slack about an order. */
	const messagesAbout = (orderId: string): string[] =>
		rig()
			.outside.requests.filter(({ host }) => host === 'slack.com')
			.map(({ body }) => JSON.stringify(body))
			.filter((text) => text.includes(orderId));

	/** The message about an order that has this text. */
	const messageAbout = async (orderId: string, text: RegExp): Promise<string> =>
		await rig().until(`message about ${orderId}: ${String(text)}`, () =>
			messagesAbout(orderId).find((message) => text.test(message)),
		);

	/** An order that was shipped two months ago. */
	const oldOrder = () => {
		const before = DateTime.now().minus({ days: 60 }).toMillis();
		const orders = rig().sandbox.sellers['demo']?.marketplaces[0]?.orders ?? [];
		const found = orders.findLast(({ shippedAt = Infinity }) => shippedAt < before);
		if (found === undefined) throw new Error('The sandbox has no such order');
		return found;
	};

	/** Runs the workflow by hand with these events in place of the trigger's own. */
	async function report(events: readonly IDataObject[], choices = SLACK): Promise<Execution> {
		const pinned = { [TRIGGER]: events.map((json) => ({ json })) };
		return await rig().run(await rig().import(NAME, choices, pinned), TRIGGER);
	}

	/** Answers in the form that a message links to, as soon as n8n waits for it. */
	async function answer(message: string, option: string): Promise<void> {
		const url = formOf(message);
		const body = new FormData();
		body.set('field-0', option);
		await rig().until('form that accepts the answer', async () => {
			const { status } = await fetch(url, { method: 'POST', body });
			return status === 200 ? true : undefined;
		});
	}

	describe('feedback desk', () => {
		beforeAll(async () => await tables().drop(TABLE));

		test('as imported, with only Slack, opens a case for each entry and asks about each in its own execution', async () => {
			const mails = rig().mail.mails.length;
			const { error } = await report([
				event('newNegativeFeedback', FIRST),
				event('newNeutralFeedback', SECOND, { rating: 3, comment: LONG }),
			]);

			expect(error).toBeUndefined();
			const [first, second] = [
				await messageAbout(FIRST, /contact the buyer/i),
				await messageAbout(SECOND, /contact the buyer/i),
			];
			expect(first).toContain('‹!channel› the seller never answered');
			expect(first).toMatch(
				/― Draft ―.*Kind regards.*― End of the draft ―.*― Draft, only after it is solved ―.*provided here.*― End of the draft ―.*Policy: /s,
			);
			expect(first).not.toContain('cut off');
			expect(second).toMatch(/So so… \(cut off; all of it is in n8n/);
			expect(await (await fetch(formOf(first))).text()).toContain('Removal requested');
			expect(formOf(first)).not.toBe(formOf(second));
			expect(await rowsOf(FIRST)).toMatchObject([
				{ rating: 1, status: 'actNow', nextStep: 'contactBuyer', buyerContactedAt: null },
			]);
			expect(rig().mail.mails).toHaveLength(mails);
		});

		test('records an answer, and keeps it when the entry changes', async () => {
			await answer(await messageAbout(FIRST, /url/), 'Buyer contacted');
			const { buyerContactedAt } = await rowWith(FIRST, { nextStep: 'waitForBuyer' });
			expect(buyerContactedAt).toEqual(expect.stringContaining('T'));
			expect(await rowsOf(SECOND)).toMatchObject([{ status: 'actNow', buyerContactedAt: null }]);

			const { error } = await report([
				event('feedbackChanged', FIRST, { comment: 'Nobody answers' }),
			]);

			expect(error).toBeUndefined();
			expect(await rowsOf(FIRST)).toMatchObject([
				{ comment: 'Nobody answers', status: 'wait', nextStep: 'waitForBuyer', buyerContactedAt },
			]);
			expect(messagesAbout(FIRST)).toHaveLength(1);
		});

		test('closes a case whose entry is gone, with a single message', async () => {
			const gone = event('feedbackRemoved', FIRST, null);
			expect((await report([gone])).error).toBeUndefined();
			await messageAbout(FIRST, /Closed: .*no longer in Amazon/);
			expect((await report([gone])).error).toBeUndefined();

			expect(await rowsOf(FIRST)).toMatchObject([{ status: 'closed', outcome: 'gone' }]);
			expect(messagesAbout(FIRST)).toHaveLength(2);
		});

		test('if Slack is down, keeps the case, shows it in n8n and asks again the next day', async () => {
			const id = await rig().import(NAME, SLACK, {
				[TRIGGER]: [{ json: event('newNegativeFeedback', THIRD) }],
			});
			rig().world.slackIsDown = true;
			const failed = await (async () => {
				expect((await rig().run(id, TRIGGER)).error).toBeUndefined();
				return await rig().until('failed execution', async () =>
					(await rig().n8n.readExecutions(id)).find(({ status }) => status === 'error'),
				);
			})().finally(() => (rig().world.slackIsDown = false));
			expect(failed.error?.message).toContain('channel_not_found');
			await rowWith(THIRD, { status: 'actNow', lastMessage: '' });
			const before = messagesAbout(THIRD).length;

			expect((await rig().run(id, DAILY)).error).toBeUndefined();

			await rig().until('question', () => messagesAbout(THIRD)[before]);
			// The other open case has its question already.
			expect(messagesAbout(SECOND)).toHaveLength(1);
		});

		test('once activated, asks by email about what the trigger reports, and closes it on request', async () => {
			const { orderId } = rig().sandbox.world.addFeedback({
				marketplaceId: MEXICO,
				rating: 2,
				comment: 'Llegó tarde',
			});
			const id = await rig().import(NAME, {
				...EMAIL,
				[TRIGGER]: { marketplaces: [MEXICO], options: { lookBackDays: 1 }, pollTimes: SOON },
			});
			await rig().activate(id);
			const mail = await rig().until('email', () =>
				rig()
					.mail.to(OWNER)
					.find(({ subject }) => subject.includes(orderId)),
			);
			const [, url = ''] = /href=["']?(http[^"'\s>]*signature[^"'\s>]*)/.exec(mail.text) ?? [];
			await answer(`"url":"${url.replaceAll('&amp;', '&')}"`, 'Nothing to do');

			await rowWith(orderId, { status: 'closed', outcome: 'dismissed' });
			await rig().until('closing email', () =>
				rig()
					.mail.to(OWNER)
					.find(({ subject }) => /closed/.test(subject) && subject.includes(orderId)),
			);
			await rig().deactivate(id);
		});

		test('every Monday, reports how the closed cases ended, and looks for causes', async () => {
			const { orderId, items } = oldOrder();
			expect((await report([event('newNegativeFeedback', orderId)])).error).toBeUndefined();
			await messageAbout(orderId, /contact/i);
			const id = await rig().import(NAME, SLACK);
			const { result, requests } = await rig().requestsDuring(
				'slack.com',
				async () => await rig().run(id, 'Every Monday at 9'),
			);
			expect(result.error).toBeUndefined();
			expect(requests).toMatchObject([
				{ body: { text: expect.stringMatching(/3 open, 0 overdue\nAll cases: 2 closed cases/) } },
			]);
			expect(result.outputs['Find causes']?.[0]).toContainEqual(
				expect.objectContaining({
					group: items[0]?.product.sku,
					bad: 1,
					verdict: 'tooFew',
					orderIds: [orderId],
				}),
			);
		});

		test('opens a case again, without what was done before, if the buyer leaves another entry', async () => {
			expect((await report([event('newNegativeFeedback', FIRST)])).error).toBeUndefined();

			const row = { status: 'actNow', nextStep: 'contactBuyer', outcome: null, closedAt: null };
			expect(await rowsOf(FIRST)).toMatchObject([{ ...row, buyerContactedAt: null }]);
			await rig().until('second question', () => messagesAbout(FIRST)[2]);
		});

		test('its notes name the error workflow and the name to keep', () => {
			for (const words of ['Error Workflow', "Keep the first node's name"]) {
				expect(notesOf(NAME)).toContain(words);
			}
		});
	});
}

/** The form's address in a message. */
const formOf = (message: string): string =>
	(/"url":"([^"]+)"/.exec(message)?.[1] ?? '').replace('localhost', '127.0.0.1');
