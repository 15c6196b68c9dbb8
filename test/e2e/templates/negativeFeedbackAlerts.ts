import { expectSamples } from './rig/samples';
import { SOON, type Choices, TemplateRig } from './rig/templateRig';

const NAME = 'negative-feedback-alerts';
const TRIGGER = 'New negative feedback';

/** Of which no report was asked for before; triggers share those of half an hour. */
const CANADA = 'A2EUQ1WTGCTBG2';

/** What buyers write must not act on the channel it is shown in. */
const COMMENT = '<!channel> *late* & broken_box <b>';

const SLACK: Choices = {
	'Send to Slack': { channelId: { __rl: true, mode: 'id', value: 'C0EXAMPLE' } },
};
const ALL_CHANNELS: Choices = {
	...SLACK,
	'Send an e-mail': {
		fromEmail: 'shop@example.com',
		toEmail: 'owner@example.com',
		disabled: false,
	},
	'Send a text message': { from: '+15005550006', to: '+15005550009', disabled: false },
	'Send to Telegram': { chatId: '4711', disabled: false },
};

export function testNegativeFeedbackAlerts(rig: () => TemplateRig): void {
	describe('negative feedback alerts', () => {
		test('the sample has the fields of a real test event', async () => {
			const id = await rig().import(NAME, SLACK);
			expectSamples(NAME, await rig().run(id, TRIGGER));
		});

		test('as imported, with Slack alone, the sample goes to Slack and nowhere else', async () => {
			const id = await rig().import(NAME, SLACK, true);
			const before = rig().outside.requests.length;
			const mails = rig().mail.mails.length;

			const { error } = await rig().run(id, TRIGGER);

			expect(error).toBeUndefined();
			expect(rig().outside.requests.slice(before)).toMatchObject([{ host: 'slack.com' }]);
			expect(rig().mail.mails).toHaveLength(mails);
		});

		test('n8n does not activate it before Slack has a channel', async () => {
			await expect(rig().activate(await rig().import(NAME, {}))).rejects.toThrow();
		});

		test('activated, it tells new feedback on every channel, as plain text', async () => {
			const { orderId } = rig().sandbox.world.addFeedback({
				marketplaceId: CANADA,
				rating: 1,
				comment: COMMENT,
			});
			const id = await rig().import(NAME, {
				...ALL_CHANNELS,
				// Looking back makes the first report tell something.
				[TRIGGER]: {
					marketplaces: [CANADA],
					options: { lookBackDays: 1 },
					pollTimes: SOON,
				},
			});
			const before = rig().outside.requests.length;
			const mails = rig().mail.mails.length;

			await rig().activate(id);
			const { error } = await rig().firstExecution(id);
			await rig().deactivate(id);

			expect(error).toBeUndefined();
			const told = rig()
				.outside.requests.slice(before)
				.filter(({ body }) => JSON.stringify(body).includes(orderId));
			const textTo = (host: string) => told.find((each) => each.host === host)?.body;
			const escaped = '&lt;!channel&gt; *late* &amp; broken_box &lt;b&gt;';
			expect(textTo('slack.com')).toMatchObject({
				channel: 'C0EXAMPLE',
				text: expect.stringContaining(escaped),
			});
			expect(textTo('api.telegram.org')).toMatchObject({
				chat_id: '4711',
				parse_mode: 'HTML',
				text: expect.stringContaining(escaped),
			});
			expect(textTo('api.twilio.com')).toMatchObject({
				To: '+15005550009',
				Body: expect.stringContaining(COMMENT),
			});
			const mail = rig()
				.mail.mails.slice(mails)
				.find(({ text }) => text.includes(orderId));
			expect(mail).toMatchObject({
				to: ['owner@example.com'],
				subject: `Amazon feedback alert: CA, order ${orderId}`,
				text: expect.stringContaining(COMMENT),
			});
		});

		test('a channel that fails does not hold up the others, and n8n shows the failure', async () => {
			const id = await rig().import(NAME, ALL_CHANNELS, true);
			const before = rig().outside.requests.length;
			const mails = rig().mail.mails.length;
			rig().world.slackIsDown = true;

			const { status, error } = await rig()
				.run(id, TRIGGER)
				.finally(() => {
					rig().world.slackIsDown = false;
				});

			const hosts = new Set(
				rig()
					.outside.requests.slice(before)
					.map(({ host }) => host),
			);
			expect([...hosts]).toEqual(['slack.com', 'api.twilio.com', 'api.telegram.org']);
			expect(rig().mail.mails.length).toBeGreaterThan(mails);
			expect({ status, error }).toEqual({
				status: 'error',
				error: expect.stringContaining('could not be sent'),
			});
		});
	});
}
