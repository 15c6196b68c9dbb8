import type { IDataObject } from 'n8n-workflow';
import { UNKNOWN_RECIPIENT } from '../../../demo/mailbox/mailServer';
import { expectSamples } from './rig/samples';
import { NO_WAIT, UNKNOWN_CHANNEL } from './rig/services';
import { readTemplate } from '../../../checks/lib/templates';
import {
	notesOf,
	type Choices,
	type Execution,
	type Samples,
	type TemplateRig,
} from './rig/templateRig';

const NAME = 'feedback-joined-with-crm';
const TRIGGER = 'Watch for negative feedback';
const CHANNEL = { channelId: { __rl: true, mode: 'id', value: 'C0EXAMPLE' } };
const CHOICES: Choices = {
	'Approve the draft': CHANNEL,
	'Pass on the draft': { fromEmail: 'shop@example.com', toEmail: 'service@example.com' },
};

/**
 * A comment with which a buyer may try to make Slack act; the last call would work if n8n
 * considered it escaped.
 */
const COMMENT = '<!channel> <http://evil.example|Approve here> &lt;!here&gt; Tom & Jerry';

const FIRST = '111-1111111-1111111';
const SECOND = '222-2222222-2222222';
const THIRD = '333-3333333-3333333';
const FOURTH = '444-4444444-4444444';

/** Feedback entries like the template's sample, one per order. */
const feedbackFor = (...orderIds: string[]): Samples => ({
	[TRIGGER]: orderIds.map((orderId) => feedback({ orderId, summary: `Feedback for ${orderId}` })),
});

function feedback(change: IDataObject): { json: IDataObject } {
	const sample = readTemplate(NAME).pinData[TRIGGER]?.[0]?.json;
	return { json: { ...sample, ...change } };
}

export function testFeedbackJoinedWithCrm(rig: () => TemplateRig): void {
	/** How many requests the outside services had before the workflow was run. */
	let before = 0;

	/** Runs the workflow up to the question in Slack. */
	async function ask(
		samples: Samples = {},
		choices: Choices = {},
	): Promise<{ execution: Execution; question: string }> {
		before = rig().outside.requests.length;
		const { result, requests } = await rig().requestsDuring(
			'slack.com',
			async () =>
				await rig().run(await rig().import(NAME, { ...CHOICES, ...choices }, samples), TRIGGER),
		);
		expect(result).toMatchObject({ status: 'waiting', error: undefined });
		return { execution: result, question: JSON.stringify(requests.at(-1)?.body) };
	}

	/**
	 * Answers in the form that the message links to, as soon as the execution waits for it: Slack has
	 * the message a moment earlier.
	 */
	async function send({ id }: Execution, question: string, decision: string, changed: string) {
		await rig().until('question to wait for', async () => {
			const { status } = await rig().n8n.readExecution(id);
			return status === 'waiting' ? true : undefined;
		});
		const body = new FormData();
		body.set('field-0', decision);
		body.set('field-1', changed);
		const response = await fetch(formOf(question), { method: 'POST', body });
		expect(response.status).toBe(200);
	}

	async function answer(asked: Execution, question: string, decision: string, changed: string) {
		await send(asked, question, decision, changed);
		return await rig().until('end of it', async () => {
			const execution = await rig().ended(asked.id);
			return execution.status === 'waiting' ? undefined : execution;
		});
	}

	/** The next question in Slack, about this order. */
	const questionAbout = async (orderId: string): Promise<string> =>
		await rig().until(`question about ${orderId}`, () =>
			rig()
				.outside.requests.slice(before)
				.filter(({ host }) => host === 'slack.com')
				.map(({ body }) => JSON.stringify(body))
				.find((body) => body.includes(`Feedback for ${orderId}`)),
		);

	describe('feedback joined with a CRM contact', () => {
		test('shows the draft even without a contact, and sends a discarded draft nowhere', async () => {
			const mails = rig().mail.mails.length;
			const { execution, question } = await ask();
			expectSamples(NAME, execution);
			expect(question).toContain('no contact in HubSpot');

			const { status } = await answer(execution, question, 'Discard', '');

			expect(status).toBe('success');
			expect(rig().mail.mails).toHaveLength(mails);
		});

		test('sends the approved draft, with the contact of the order, to the person who answers buyers', async () => {
			const mails = rig().mail.mails.length;
			const [newest] = rig()
				.sandbox.truth.feedback('demo', 'ATVPDKIKX0DER')
				.filter(({ rating }) => rating <= 2)
				.toReversed();
			const orderId = newest?.orderId ?? '';
			rig().world.contacts.push(
				{ id: '1', properties: { firstname: 'Other', amazon_order_id: '111-0000000-0000000' } },
				{
					id: '2',
					properties: { firstname: 'Ada', lastname: 'Sample', amazon_order_id: orderId },
				},
			);
			const { execution, question } = await ask();
			expect(question).toContain('Ada Sample (HubSpot contact 2)');

			const { status } = await answer(execution, question, 'Approve', '');

			expect(status).toBe('success');
			expect(rig().mail.mails.slice(mails)).toMatchObject([
				{
					to: ['service@example.com'],
					subject: `To send: answer to the buyer of order ${orderId}`,
					text: expect.stringMatching(/Hello Ada,.*Please reply to this message/s),
				},
			]);
		});

		test('passes on a draft with the changes of the person who approves it', async () => {
			const mails = rig().mail.mails.length;
			const { execution, question } = await ask();
			await answer(execution, question, 'Approve', 'My own words');
			const [mail] = rig().mail.mails.slice(mails);
			expect(mail?.text).toContain('My own words');
			expect(mail?.text).not.toContain('Please reply to this message');
		});

		test('shows only the ID of a contact without a name', async () => {
			rig().world.contacts.push({ id: '5', properties: { amazon_order_id: FIRST } });
			const { question } = await ask(feedbackFor(FIRST));
			expect(question).toContain('Contact: (HubSpot contact 5)');
		});

		test('requests nothing unused from HubSpot, in particular not the address', async () => {
			const { requests } = await rig().requestsDuring(
				'api.hubapi.com',
				async () => await ask(feedbackFor(FIRST)),
			);
			expect(requests).toMatchObject([
				{ body: { properties: ['firstname', 'lastname', 'amazon_order_id'] } },
			]);
		});

		test("a buyer's text has no effect in Slack or on the form", async () => {
			const sample = feedback({}).json;
			const { question } = await ask({
				[TRIGGER]: [
					feedback({
						summary: `New negative feedback: "${COMMENT}"`,
						after: { ...(sample['after'] as IDataObject), comment: COMMENT },
					}),
				],
			});

			const { blocks } = JSON.parse(question) as { blocks: Array<{ text?: { text: string } }> };
			const shown = blocks.map(({ text }) => text?.text ?? '').join('\n');
			expect(shown).toContain(
				'‹!channel› ‹http://evil.example|Approve here› &lt;!here&gt; Tom & Jerry',
			);
			expect(shown).not.toMatch(/[<>]/);
			const form = await (await fetch(formOf(question))).text();
			expect(form).toContain(
				'‹!channel› ‹http://evil.example|Approve here› &amp;lt;!here&amp;gt; Tom &amp; Jerry',
			);
		});

		test('says so if HubSpot cannot be reached, and never "no contact"', async () => {
			const orders = [FIRST, SECOND];
			rig().world.hubspotFailsFor.add(FIRST);
			const { execution, question } = await ask(feedbackFor(...orders));
			rig().world.hubspotFailsFor.clear();
			expect(question).toContain('HubSpot could not be asked');
			expect(question).not.toContain('no contact');

			await send(execution, question, 'Discard', '');

			const next = await questionAbout(SECOND);
			expect(next).toContain('no contact in HubSpot');
			expect(await answer(execution, next, 'Discard', '')).toMatchObject({ status: 'success' });
		});

		test('a draft that Slack does not show does not block others, and n8n shows the failure at the end', async () => {
			const value = `={{ $json.orderId === '${FIRST}' ? '${UNKNOWN_CHANNEL}' : 'C0EXAMPLE' }}`;
			const mails = rig().mail.mails.length;
			const { execution, question } = await ask(feedbackFor(FIRST, SECOND), {
				'Approve the draft': { channelId: { __rl: true, mode: 'id', value } },
			});
			expect(question).toContain(`Feedback for ${SECOND}`);

			const end = await answer(execution, question, 'Approve', '');

			expect(rig().mail.mails.slice(mails)).toMatchObject([
				{ subject: `To send: answer to the buyer of order ${SECOND}` },
			]);
			expect(end).toMatchObject({
				status: 'error',
				error: expect.stringMatching(new RegExp(`${FIRST}.*channel_not_found`)),
			});
			expect(end.error).not.toContain(SECOND);
		});

		test('shows an unanswered draft as a failure, even if n8n hides that Slack failed', async () => {
			const { result } = await rig().requestsDuring('slack.com', async () => {
				const choices = { ...CHOICES, 'Approve the draft': { ...CHANNEL, options: NO_WAIT } };
				return await rig().run(await rig().import(NAME, choices, feedbackFor(FIRST)), TRIGGER);
			});
			expect(result).toMatchObject({
				status: 'error',
				error: expect.stringMatching(new RegExp(`${FIRST}.*no answer`)),
			});
		});

		test('a draft that cannot be emailed does not block others, and n8n shows the failure at the end', async () => {
			const toEmail = `={{ $('Write a draft').first().json.orderId === '${THIRD}' ? '${UNKNOWN_RECIPIENT}' : 'service@example.com' }}`;
			const mails = rig().mail.mails.length;
			const { execution, question } = await ask(feedbackFor(THIRD, FOURTH), {
				'Pass on the draft': { fromEmail: 'shop@example.com', toEmail },
			});

			await send(execution, question, 'Approve', '');
			const end = await answer(execution, await questionAbout(FOURTH), 'Approve', '');

			expect(rig().mail.mails.slice(mails)).toMatchObject([
				{ subject: `To send: answer to the buyer of order ${FOURTH}` },
			]);
			expect(end).toMatchObject({
				status: 'error',
				error: expect.stringMatching(new RegExp(`${THIRD}.*no such mailbox`)),
			});
			expect(end.error).not.toContain(FOURTH);
		});

		test('its notes name the role, the error workflow and the name to keep', () => {
			const notes = notesOf(NAME);
			for (const words of ['Error Workflow', "Keep the first node's name"]) {
				expect(notes).toContain(words);
			}
		});

		test('can be activated', async () => {
			const id = await rig().import(NAME, CHOICES);
			await rig().activate(id);
			await rig().deactivate(id);
		});
	});
}

/** The form's address in a Slack message. */
const formOf = (question: string): string =>
	(/"url":"([^"]+)"/.exec(question)?.[1] ?? '').replace('localhost', '127.0.0.1');
