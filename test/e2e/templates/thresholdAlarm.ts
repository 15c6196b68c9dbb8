import { expectSamples } from './rig/samples';
import type { Choices, TemplateRig } from './rig/templateRig';

const NAME = 'threshold-alarm-with-escalation';
const TRIGGER = 'Rating crosses a line';
const CHANNEL = { channelId: { __rl: true, mode: 'id', value: 'C0EXAMPLE' } };
const CHOICES: Choices = {
	'Ask who takes care': CHANNEL,
	'Say that someone cares': CHANNEL,
	'Tell of the recovery': CHANNEL,
	'Mail the manager': { fromEmail: 'shop@example.com', toEmail: 'manager@example.com' },
	'Text the manager': { from: '+15005550006', to: '+15005550009' },
};

/** Of the sandbox's seller, the rating of Mexico is below 95 %, that of the United States is not. */
const MEXICO = 'A1AM78C64UM0Y8';
const UNITED_STATES = 'ATVPDKIKX0DER';

/**
 * n8n looks once a minute whose waiting time is over, so the unanswered alarms are raised before and
 * looked at after all other templates.
 */
export function testThresholdAlarm(rig: () => TemplateRig): { unanswered: () => void } {
	const raised: Record<string, string> = {};

	describe('threshold alarm with escalation', () => {
		beforeAll(async () => {
			for (const marketplace of [MEXICO, UNITED_STATES]) {
				const id = await rig().import(NAME, unanswered(marketplace));
				raised[marketplace] = (await rig().run(id, TRIGGER)).id;
			}
		});

		test('asks in Slack who takes care, and is content when somebody does', async () => {
			const id = await rig().import(NAME, { ...CHOICES, [TRIGGER]: { marketplaces: [MEXICO] } });
			const { result, requests } = await rig().requestsDuring(
				'slack.com',
				async () => await rig().run(id, TRIGGER),
			);
			expectSamples(NAME, result);
			expect(result.status).toBe('waiting');
			const question = JSON.stringify(requests.at(-1)?.body);
			expect(question).toContain('Mexico: The rating is 87.5 %');

			const after = await rig().requestsDuring('slack.com', async () => {
				await click(question);
				return await rig().until('end of it', async () => {
					const execution = await rig().ended(result.id);
					return execution.status === 'waiting' ? undefined : execution;
				});
			});

			expect(after.result).toMatchObject({ status: 'success', error: undefined });
			expect(after.requests).toMatchObject([
				{ body: { text: expect.stringContaining('takes care') } },
			]);
		});

		test('tells Slack of a recovery', async () => {
			const id = await rig().import(NAME, {
				...CHOICES,
				[TRIGGER]: { events: ['ratingRecovered'] },
			});
			const { result, requests } = await rig().requestsDuring(
				'slack.com',
				async () => await rig().run(id, TRIGGER),
			);
			expect(result).toMatchObject({ status: 'success', error: undefined });
			expect(requests).toMatchObject([
				{ body: { text: expect.stringContaining('United States: The rating is 97.44 %') } },
			]);
		});

		test('can be activated', async () => {
			const id = await rig().import(NAME, CHOICES);
			await rig().activate(id);
			await rig().deactivate(id);
		});
	});

	const end = async (marketplace: string) =>
		await rig().until('end of the wait', async () => {
			const execution = await rig().ended(raised[marketplace] ?? '');
			return execution.status === 'waiting' ? undefined : execution;
		});

	return {
		unanswered: () =>
			describe('threshold alarm that nobody answers', () => {
				test('goes to the manager where the rating is still below the line', async () => {
					expect(await end(MEXICO)).toMatchObject({ status: 'success', error: undefined });
					const mails = rig().mail.mails.filter(({ to }) => to.includes('manager@example.com'));
					expect(mails).toMatchObject([
						{
							subject: 'Amazon rating alarm, MX: nobody has answered',
							text: expect.stringContaining('Mexico: The rating is 87.5 %'),
						},
					]);
					const texts = rig().outside.requests.filter(({ body }) =>
						String(body['Body']).startsWith('Amazon rating in MX'),
					);
					expect(texts).toHaveLength(1);
				});

				test('goes no further where the rating is above it by then', async () => {
					const { status, error, outputs } = await end(UNITED_STATES);
					expect({ status, error }).toEqual({ status: 'success', error: undefined });
					expect(outputs['Still below the line?']?.[1]).toMatchObject([{ marketplace: 'US' }]);
				});
			}),
	};
}

const unanswered = (marketplace: string): Choices => ({
	...CHOICES,
	[TRIGGER]: { events: ['ratingFellBelowThreshold'], marketplaces: [marketplace] },
	'Ask who takes care': {
		...CHANNEL,
		options: {
			appendAttribution: false,
			limitWaitTime: {
				values: { limitType: 'afterTimeInterval', resumeAmount: 0.05, resumeUnit: 'minutes' },
			},
		},
	},
});

/** Follows the link of a button in a Slack message as a browser does. */
async function click(message: string): Promise<void> {
	const url = /"url":"([^"]+)"/.exec(message)?.[1] ?? '';
	const response = await fetch(url.replace('localhost', '127.0.0.1'), {
		headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' },
	});
	expect(response.status).toBe(200);
}
