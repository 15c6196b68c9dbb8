import { expectSamples } from './rig/samples';
import type { Choices, Execution, TemplateRig } from './rig/templateRig';

const NAME = 'feedback-joined-with-crm';
const TRIGGER = 'New negative feedback';
const CHOICES: Choices = {
	'Approve the draft': { channelId: { __rl: true, mode: 'id', value: 'C0EXAMPLE' } },
	'Hand the draft over': { fromEmail: 'shop@example.com', toEmail: 'service@example.com' },
};

export function testFeedbackJoinedWithCrm(rig: () => TemplateRig): void {
	/** Runs the workflow up to the question in Slack. */
	async function ask(): Promise<{ execution: Execution; question: string }> {
		const { result, requests } = await rig().requestsDuring(
			'slack.com',
			async () => await rig().run(await rig().import(NAME, CHOICES), TRIGGER),
		);
		expect(result).toMatchObject({ status: 'waiting', error: undefined });
		return { execution: result, question: JSON.stringify(requests.at(-1)?.body) };
	}

	/** Answers in the form that the message links to. */
	async function answer({ id }: Execution, question: string, decision: string, changed: string) {
		const url = /"url":"([^"]+)"/.exec(question)?.[1] ?? '';
		const body = new FormData();
		body.set('field-0', decision);
		body.set('field-1', changed);
		const response = await fetch(url.replace('localhost', '127.0.0.1'), { method: 'POST', body });
		expect(response.status).toBe(200);
		return await rig().until('end of it', async () => {
			const execution = await rig().ended(id);
			return execution.status === 'waiting' ? undefined : execution;
		});
	}

	describe('feedback joined with a CRM contact', () => {
		test('without a contact the draft is shown all the same, and a discarded one goes nowhere', async () => {
			const mails = rig().mail.mails.length;
			const { execution, question } = await ask();
			expectSamples(NAME, execution);
			expect(question).toContain('no contact in HubSpot');

			const { status } = await answer(execution, question, 'Discard', '');

			expect(status).toBe('success');
			expect(rig().mail.mails).toHaveLength(mails);
		});

		test('with the contact of the order, the approved draft goes to whoever answers buyers', async () => {
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
					text: expect.stringMatching(/Hello Ada,.*Please tell me by answering/s),
				},
			]);
		});

		test('a draft changed by the person who approves is handed over as changed', async () => {
			const mails = rig().mail.mails.length;
			const { execution, question } = await ask();
			await answer(execution, question, 'Approve', 'My own words');
			const [mail] = rig().mail.mails.slice(mails);
			expect(mail?.text).toContain('My own words');
			expect(mail?.text).not.toContain('Please tell me by answering');
		});

		test('can be activated', async () => {
			const id = await rig().import(NAME, CHOICES);
			await rig().activate(id);
			await rig().deactivate(id);
		});
	});
}
