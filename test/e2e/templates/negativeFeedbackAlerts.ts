import type { IDataObject } from 'n8n-workflow';
import { WATCH_EVENTS } from '../../../nodes/AmazonSellerFeedbackTrigger/watch/events';
import { expectSamples } from './rig/samples';
import { readTemplate } from '../../../checks/lib/templates';
import {
	SOON,
	TEAMS_AND_DISCORD,
	type Choices,
	type Execution,
	TemplateRig,
} from './rig/templateRig';

const NAME = 'negative-feedback-alerts';
const TRIGGER = 'Watch for negative feedback';

/** A marketplace without an earlier report; triggers share reports for half an hour. */
const CANADA = 'A2EUQ1WTGCTBG2';

/** Buyers' texts must have no effect in the channel that shows them. */
const COMMENT = '<!channel> *late* & broken_box <b> @everyone [Help](https://evil.example)';

const OTHER_ORDER = '111-1111111-1111111';

const SLACK: Choices = {
	'Send to Slack': { channelId: { __rl: true, mode: 'id', value: 'C0EXAMPLE' } },
};
const ALL_CHANNELS: Choices = {
	...SLACK,
	...TEAMS_AND_DISCORD,
	'Send by email': {
		fromEmail: 'shop@example.com',
		toEmail: 'owner@example.com',
		disabled: false,
	},
	'Send as text message': { from: '+15005550006', to: '+15005550009', disabled: false },
	'Send to Telegram': { chatId: '4711', disabled: false },
};

export function testNegativeFeedbackAlerts(rig: () => TemplateRig): void {
	describe('negative feedback alerts', () => {
		test('the sample has the fields of a real test event', async () => {
			const id = await rig().import(NAME, SLACK);
			expectSamples(NAME, await rig().run(id, TRIGGER));
		});

		test('as imported, with only Slack, the sample goes to Slack and nowhere else', async () => {
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

		test('once activated, reports new feedback on every channel, as plain text', async () => {
			const { orderId } = rig().sandbox.world.addFeedback({
				marketplaceId: CANADA,
				rating: 1,
				comment: COMMENT,
			});
			const id = await rig().import(NAME, {
				...ALL_CHANNELS,
				// Looking back gives the first report something to report.
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
			const sent = rig()
				.outside.requests.slice(before)
				.filter(({ body }) => JSON.stringify(body).includes(orderId));
			const textTo = (host: string) => sent.find((each) => each.host === host)?.body;
			const escaped =
				'&lt;!channel&gt; *late* &amp; broken_box &lt;b&gt; @everyone [Help](https://evil.example)';
			expect(textTo('slack.com')).toMatchObject({
				channel: 'C0EXAMPLE',
				text: expect.stringContaining(escaped),
			});
			expect(textTo('api.telegram.org')).toMatchObject({
				chat_id: '4711',
				parse_mode: 'HTML',
				text: expect.stringContaining(escaped),
			});
			expect(textTo('graph.microsoft.com')).toMatchObject({
				body: { contentType: 'text', content: expect.stringContaining(COMMENT) },
			});
			// Neither notifies everybody nor shows an address as something else.
			expect(textTo('discord.com')).toMatchObject({
				content: expect.stringContaining('<b> @\u200beveryone \\[Help](https://evil.example)'),
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
				// Feedback that another test left on the same day may be included.
				subject: expect.stringMatching(
					new RegExp(`^Amazon alert: (CA, feedback for order ${orderId}|\\d+ events)$`),
				),
				text: expect.stringContaining(COMMENT),
			});
		});

		test.each([
			['first', [false]],
			['second', [true, false]],
		])(
			'reports each of two feedback entries in one poll once, although Slack fails at the %s message',
			async (_, taken) => {
				const feedback = sampleWith(
					{},
					{ orderId: OTHER_ORDER, summary: `New negative feedback for order ${OTHER_ORDER}` },
				);
				const id = await rig().import(NAME, SLACK, feedback);
				const before = rig().outside.requests.length;
				rig().world.slackTakes = [...taken];

				const { error } = await rig()
					.run(id, TRIGGER)
					.finally(() => {
						rig().world.slackTakes = [];
					});

				expect(error).toBeUndefined();
				const messages = rig()
					.outside.requests.slice(before)
					.map(({ body }) => String(body['text']));
				const accepted = messages.filter((_text, index) => taken[index] ?? true);
				for (const { json } of feedback[TRIGGER]) {
					const order = `order ${String(json['orderId'])}`;
					expect(accepted.join('\n').split(order)).toHaveLength(2);
				}
			},
		);

		test("keeps a poll full of feedback within a channel's limits, and says how many entries there are", async () => {
			const many = Array.from({ length: 30 }, (_, index) => ({
				summary: `Feedback ${index}: ${'long '.repeat(80)}`,
			}));
			const id = await rig().import(NAME, ALL_CHANNELS, sampleWith(...many));
			const before = rig().outside.requests.length;

			const { error } = await rig().run(id, TRIGGER);

			expect(error).toBeUndefined();
			const requests = rig().outside.requests.slice(before);
			expect(requests).toHaveLength(5);
			const textTo = (host: string) => {
				const { body = {} } = requests.find((each) => each.host === host) ?? {};
				return String(body['text'] ?? body['Body'] ?? body['content']);
			};
			expect(textTo('slack.com')).toMatch(/^30 events.*Feedback 0.*Feedback 29/s);
			expect(rig().mail.mails.at(-1)).toMatchObject({
				subject: 'Amazon alert: 30 events',
				text: expect.stringContaining('Feedback 29'),
			});
			// Discord accepts 2,000 characters, Telegram 4,096, Twilio 1,600.
			expect(textTo('discord.com')).toMatch(/^30 events.*cut off/s);
			expect(textTo('discord.com').length).toBeLessThanOrEqual(2000);
			expect(textTo('api.telegram.org')).toMatch(/^30 events.*cut off/s);
			expect(textTo('api.telegram.org').length).toBeLessThanOrEqual(4096);
			expect(textTo('api.twilio.com')).toMatch(/^30 events/);
			expect(textTo('api.twilio.com').length).toBeLessThanOrEqual(1600);
		});

		test.each(WATCH_EVENTS)('reports all there is for %s, and nothing else', async (event) => {
			const id = await rig().import(NAME, {
				...SLACK,
				[TRIGGER]: { events: [event] },
			});
			const execution = await rig().run(id, TRIGGER);
			expect(execution.error).toBeUndefined();
			const item = execution.outputs[TRIGGER]?.[0]?.[0] ?? {};
			expect(item['event']).toBe(event);
			expect(execution.outputs['Combine into one message']?.[0]?.[0]?.['subject']).toBe(
				`Amazon alert: ${item['marketplace']}${item['orderId'] ? `, feedback for order ${item['orderId']}` : ''}`,
			);
			const lines = linesOf(execution);
			const { notes } = item['ratingNow'] as { notes: string[] };
			expect(lines).toEqual([
				item['summary'],
				...(notes.length > 0
					? [expect.stringMatching(/^(About the rating|The rating is unknown): /)]
					: []),
				expect.stringMatching(NEXT[event] ?? /^Next: nothing to do$/),
				...(item['orderId'] && item['after']
					? [`Feedback Manager: ${item['feedbackManagerUrl']}`]
					: []),
				...(item['orderUrl'] ? [`The order: ${item['orderUrl']}`] : []),
			]);
		});

		test.each<[string, IDataObject, RegExp]>([
			[
				'a criterion applies',
				{},
				/^Next: request its removal \(Amazon would strike it through instead\) by 20\d\d-\d\d-\d\d\. The comment seems to be about delivery or /,
			],
			[
				'no criterion applies',
				{ removal: { prospect: 'unlikely', criterion: 'none' } },
				/^Next: contact the buyer and solve it/,
			],
			['the time for requests has passed', { removal: { prospect: 'impossible' } }, /contact/],
			['it is unknown', { removal: null }, /contact the buyer/],
			[
				'the seller has replied',
				{ removal: null, after: { comment: 'Late', response: 'We are sorry' } },
				/^Next: check whether your reply still fits$/,
			],
		])('says what to do next if %s', async (_, change, next) => {
			const id = await rig().import(NAME, SLACK, sampleWith(change));
			const lines = linesOf(await rig().run(id, TRIGGER));
			expect(lines.filter((line) => line.startsWith('Next: '))).toEqual([
				expect.stringMatching(next),
			]);
		});

		test('explains a rating: that it is old, or why it is missing', async () => {
			const { ratingNow } = readTemplate(NAME).pinData[TRIGGER]?.[0]?.json ?? {};
			const rated = ratingNow as IDataObject;
			const old = 'This rating is 5 days old: no newer one could be evaluated';
			const left = 'Amazon gave no totals for 2 day(s) of the window; they are left out';
			const missing = 'No rating could be evaluated yet';
			const id = await rig().import(
				NAME,
				SLACK,
				sampleWith(
					{ ratingNow: { ...rated, notes: [] } },
					{ ratingNow: { ...rated, notes: [old, left] } },
					{
						ratingNow: {
							...rated,
							ratingPercent: null,
							displayedRating: null,
							total: null,
							notes: [missing],
						},
					},
				),
			);
			const execution = await rig().run(id, TRIGGER);
			expect([0, 1, 2].map((index) => linesOf(execution, index)[1])).toEqual([
				expect.stringMatching(/^Next: /),
				`About the rating: ${old}; ${left}`,
				`The rating is unknown: ${missing}`,
			]);
		});

		test('a failed channel does not block the others, and n8n shows the failure', async () => {
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
			expect([...hosts]).toEqual([
				'slack.com',
				'graph.microsoft.com',
				'discord.com',
				'api.twilio.com',
				'api.telegram.org',
			]);
			expect(rig().mail.mails.length).toBeGreaterThan(mails);
			expect({ status, error }).toEqual({
				status: 'error',
				error: expect.stringContaining('could not be sent'),
			});
		});
	});
}

/** What to do next, for events that ask for something. */
const NEXT: Readonly<Record<string, RegExp>> = {
	newNegativeFeedback: /^Next: (request its removal|contact the buyer|check whether)/,
	newNeutralFeedback: /^Next: (request its removal|contact the buyer|check whether)/,
	feedbackChanged: /^Next: (request its removal|contact the buyer|check whether)/,
	ratingFellBelowThreshold: /^Next: look for the cause/,
	orderDefectRateAboveTarget: /^Next: open Account Health/,
	accountStatusChanged: /^Next: open Account Health/,
	buyBoxShareFell: /^Next: compare the price/,
};

/** The template's sample, once for each of these changes. */
const sampleWith = (...others: IDataObject[]) => {
	const [sample] = readTemplate(NAME).pinData[TRIGGER] ?? [];
	return { [TRIGGER]: others.map((other) => ({ json: { ...sample?.json, ...other } })) };
};

/** The lines of the message about an item. */
const linesOf = ({ outputs }: Execution, index = 0): string[] =>
	String(outputs['Write the message']?.[0]?.[index]?.['text']).split('\n');
