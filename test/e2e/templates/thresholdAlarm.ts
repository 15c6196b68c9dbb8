import type { IDataObject } from 'n8n-workflow';
import { MailServer, UNKNOWN_RECIPIENT } from '../../../demo/mailbox/mailServer';
import { expectSamples } from './rig/samples';
import type { OutsideRequest } from './rig/outsideServices';
import { NO_WAIT, UNKNOWN_CHANNEL } from './rig/services';
import { readTemplate } from '../../../checks/lib/templates';
import { mailboxCredential } from '../../../scripts/lib/mailbox.mjs';
import {
	dayInMexico,
	notesOf,
	SOON,
	type Choices,
	type Execution,
	type Samples,
	TEAMS_AND_DISCORD,
	type TemplateRig,
} from './rig/templateRig';

const NAME = 'threshold-alarm-with-escalation';
const TRIGGER = 'Watch the rating';
const CHANNEL = { channelId: { __rl: true, mode: 'id', value: 'C0EXAMPLE' } };
const NO_CHANNEL = { channelId: { __rl: true, mode: 'id', value: UNKNOWN_CHANNEL } };
const PHONE = '+15005550009';

/** For the alarms that nobody answers, whose text messages are sent during other tests. */
const MANAGERS_PHONE = '+15005550010';

const CHOICES: Choices = {
	'Ask in Slack who handles it': CHANNEL,
	'Send an email to the manager': { fromEmail: 'shop@example.com', toEmail: 'manager@example.com' },
	'Send a text message to the manager': { from: '+15005550006', to: PHONE },
};

/**
 * For the sandbox's seller, the rating of Mexico is below 95%, that of the United States is not.
 */
const MEXICO = 'A1AM78C64UM0Y8';
const UNITED_STATES = 'ATVPDKIKX0DER';

/** In another region, where the sandbox's first seller does not sell. */
const GERMANY = 'A1PA6795UKMFR9';

/** Below the threshold of 95%, but not when rounded to two decimals. */
const JUST_BELOW = { days: 365, positive: 18_999, neutral: 0, negative: 1001 };

/** An alarm like the template's sample, with some changes. */
function alarm(change: IDataObject = {}): { json: IDataObject } {
	const sample = readTemplate(NAME).pinData[TRIGGER]?.[0]?.json;
	return { json: { ...sample, ...change } };
}

const alarmOf = (marketplace: string, marketplaceId: string): { json: IDataObject } =>
	alarm({ marketplace, marketplaceId, summary: `${marketplace}: The rating fell` });

/** One rating that fell below both thresholds, and one that recovered in another marketplace. */
const FELL_FAR: Samples = {
	[TRIGGER]: [
		alarm({
			summary: 'Mexico: The rating fell below Goal (98%)',
			after: { thresholdName: 'Goal', thresholdPercent: 98 },
		}),
		alarm({
			summary: 'Mexico: The rating fell below Minimum (95%)',
			after: { thresholdName: 'Minimum', thresholdPercent: 95 },
		}),
		alarm({
			event: 'ratingRecovered',
			summary: 'Canada: The rating has recovered above Goal (98%)',
			marketplace: 'CA',
		}),
		alarm({
			summary: 'United States: The rating fell below Goal (98%)',
			marketplace: 'US',
			marketplaceId: UNITED_STATES,
			after: { thresholdName: 'Goal', thresholdPercent: 98 },
		}),
	],
};

/**
 * n8n checks once per minute which waits have ended. So the unanswered alarms are raised before all
 * other templates and checked after them.
 */
export function testThresholdAlarm(rig: () => TemplateRig): { unanswered: () => void } {
	const raised: Record<string, string> = {};
	/** For the unanswered alarms, whose emails arrive during other tests. */
	let managersMail: MailServer;

	/** Raises an alarm that nobody answers. */
	async function raise(key: string, choices: Choices, samples: Samples = {}): Promise<void> {
		const id = await rig().import(NAME, { ...UNANSWERED, ...choices }, samples);
		raised[key] = (await rig().run(id, TRIGGER)).id;
	}

	describe('threshold alarm with escalation', () => {
		beforeAll(async () => {
			const { sandbox, mail } = rig();
			managersMail = await MailServer.open();
			await rig().addCredential('smtp', mailboxCredential(managersMail.port));
			// Fewer than ten ratings are not evaluated, and days that are not settled do not count.
			const date = dayInMexico(-14);
			for (const rating of [1, 1, 5, 5] as const) {
				sandbox.world.addFeedback({ marketplaceId: MEXICO, rating, comment: '', date });
			}
			for (const marketplace of [MEXICO, UNITED_STATES]) {
				await raise(marketplace, {
					[TRIGGER]: { events: ['ratingFellBelowThreshold'], marketplaces: [marketplace] },
				});
			}
			await raise(
				'just below',
				{ 'Check the rating again': { sources: ['counts'], counts: { window: [JUST_BELOW] } } },
				{ [TRIGGER]: [alarm()] },
			);
			await raise('other region', {}, { [TRIGGER]: [alarmOf('FR', 'A13V1IB3VIYZZH')] });
			// A second seller, for whom Amazon gives up on every report.
			sandbox.faults.add({ kind: 'reportFatal', sellerKey: 'second', times: 'always' });
			await rig().addCredential('amazonSellingPartnerApi', rig().sellerCredential('second'));
			await raise('FATAL', {}, { [TRIGGER]: [alarmOf('DE', GERMANY)] });
			await rig().addCredential('amazonSellingPartnerApi', rig().sellerCredential());
			await rig().addCredential('smtp', mailboxCredential(mail.port));
		});

		test('asks in Slack who takes care of it, and stops when somebody does', async () => {
			const id = await rig().import(NAME, { ...CHOICES, [TRIGGER]: { marketplaces: [MEXICO] } });
			const { result, requests } = await rig().requestsDuring(
				'slack.com',
				async () => await rig().run(id, TRIGGER),
			);
			expectSamples(NAME, result);
			expect(result.status).toBe('waiting');
			const question = JSON.stringify(requests.at(-1)?.body);
			expect(question).toContain('Mexico: The rating is 75% of 12');

			const after = await rig().requestsDuring('slack.com', async () => {
				await click(question);
				return await end(result.id);
			});

			expect(after.result).toMatchObject({ status: 'success', error: undefined });
			expect(after.requests).toMatchObject([
				{ body: { text: expect.stringMatching(/takes care.*Mexico: The rating is 75%/s) } },
			]);
		});

		test('reports the lower threshold to a seller who is already below both when activating', async () => {
			const id = await rig().import(NAME, {
				...CHOICES,
				[TRIGGER]: { marketplaces: [MEXICO], pollTimes: SOON },
			});

			await rig().activate(id);
			const { result, requests } = await rig().requestsDuring(
				'slack.com',
				async () => await rig().firstExecution(id),
			);
			await rig().deactivate(id);

			expect(result.status).toBe('waiting');
			expect(result.outputs[TRIGGER]?.[0]?.map(({ event }) => event)).toEqual([
				'ratingFellBelowThreshold',
				'ratingFellBelowThreshold',
			]);
			expect(requests).toHaveLength(1);
			const question = JSON.stringify(requests[0]?.body);
			expect(question).toContain('Mexico: The rating fell below Minimum (95%)');
			expect(question).not.toContain('Goal');
		});

		test('asks once about several marketplaces, each with its lowest threshold, and reports a recovery first', async () => {
			const id = await rig().import(NAME, CHOICES, FELL_FAR);
			const { result, requests } = await rig().requestsDuring(
				'slack.com',
				async () => await rig().run(id, TRIGGER),
			);

			expect(result.status).toBe('waiting');
			const [recovery, question] = requests.map(({ body }) => JSON.stringify(body));
			expect(requests).toHaveLength(2);
			expect(recovery).toContain('Canada: The rating has recovered above');
			expect(question).toContain('Mexico: The rating fell below Minimum (95%)');
			expect(question).toContain('United States: The rating fell below Goal (98%)');
			expect(question).not.toContain('Mexico: The rating fell below Goal');

			const after = await rig().requestsDuring('slack.com', async () => {
				await click(question ?? '');
				return await end(result.id);
			});
			expect(after.requests).toMatchObject([
				{ body: { text: expect.stringMatching(/Mexico: .*Minimum.*United States: /s) } },
			]);
		});

		test('if Slack fails, the manager is notified at once and n8n shows the failure', async () => {
			const id = await rig().import(
				NAME,
				{ ...CHOICES, 'Ask in Slack who handles it': NO_CHANNEL },
				FELL_FAR,
			);
			const mails = rig().mail.mails.length;
			const { result, texts } = await textsDuring(async () => await rig().run(id, TRIGGER));

			const alarms = /Mexico: .*Minimum \(95%\).*United States: .*Goal \(98%\)/s;
			expect(rig().mail.mails.slice(mails)).toMatchObject([
				{
					subject: 'Amazon rating alert, MX, US: Slack could not be asked',
					text: expect.stringMatching(alarms),
				},
			]);
			expect(texts).toEqual([expect.stringMatching(alarms)]);
			expect(result).toMatchObject({
				status: 'error',
				error: expect.stringContaining('channel_not_found'),
			});
		});

		test('if n8n hides that Slack failed, the manager is notified at once too', async () => {
			const question = { ...CHANNEL, options: NO_WAIT };
			const { result, texts } = await textsDuring(async () => {
				const choices = { ...CHOICES, 'Ask in Slack who handles it': question };
				return await rig().run(
					await rig().import(NAME, choices, { [TRIGGER]: [alarm()] }),
					TRIGGER,
				);
			});
			expect(result.status).toBe('success');
			expect(texts).toEqual([expect.stringContaining('now 75%')]);
		});

		test('a failed email does not block the text message to the manager', async () => {
			const mail = { fromEmail: 'shop@example.com', toEmail: UNKNOWN_RECIPIENT };
			const id = await rig().import(
				NAME,
				{
					...CHOICES,
					'Ask in Slack who handles it': NO_CHANNEL,
					'Send an email to the manager': mail,
				},
				FELL_FAR,
			);
			const { result, texts } = await textsDuring(async () => await rig().run(id, TRIGGER));

			expect(texts).toHaveLength(1);
			expect(result).toMatchObject({
				status: 'error',
				error: expect.stringMatching(/channel_not_found.*no such mailbox/s),
			});
		});

		test('a recovery message that fails does not block an alarm', async () => {
			const choices = { ...CHOICES, 'Report the recovery in Slack': NO_CHANNEL };
			const id = await rig().import(NAME, choices, FELL_FAR);
			const { result, requests } = await rig().requestsDuring(
				'slack.com',
				async () => await rig().run(id, TRIGGER),
			);
			expect(result.status).toBe('waiting');

			await click(JSON.stringify(requests.at(-1)?.body));

			expect(await end(result.id)).toMatchObject({
				status: 'error',
				error: expect.stringContaining('channel_not_found'),
			});
		});

		test('reports a recovery in Slack', async () => {
			const id = await rig().import(NAME, {
				...CHOICES,
				[TRIGGER]: { events: ['ratingRecovered'] },
			});
			const { result, requests } = await rig().requestsDuring(
				'slack.com',
				async () => await rig().run(id, TRIGGER),
			);
			expect(result).toMatchObject({ status: 'success', error: undefined });
			const percent = Math.floor(100 * rig().settledRating.percent) / 100;
			expect(requests).toMatchObject([
				{ body: { text: expect.stringContaining(`United States: The rating is ${percent}%`) } },
			]);
		});

		test('its sample is a real alarm', () => {
			const { after, ratingNow } = alarm().json as Record<string, IDataObject>;
			expect(ratingNow?.['total']).toBeGreaterThanOrEqual(10);
			expect(after?.['ratingPercent']).toBeLessThan(Number(after?.['thresholdPercent']));
		});

		test('its notes name the error workflow and the name to keep', () => {
			for (const words of ['Error Workflow', "Keep the first node's name"]) {
				expect(notesOf(NAME)).toContain(words);
			}
		});

		test('sends the alert to Microsoft Teams and Discord too, if they are enabled', async () => {
			const id = await rig().import(NAME, { ...CHOICES, ...TEAMS_AND_DISCORD }, FELL_FAR);
			const before = rig().outside.requests.length;

			expect((await rig().run(id, TRIGGER)).status).toBe('waiting');

			const sent = rig()
				.outside.requests.slice(before)
				.filter(({ host }) => !['slack.com', 'api.twilio.com'].includes(host))
				.map(({ host, body }) => [host, JSON.stringify(body)]);
			expect(sent).toEqual([
				['graph.microsoft.com', expect.stringMatching(/Mexico: .*United States: .*Next: /)],
				['discord.com', expect.stringMatching(/Mexico: .*United States: .*Next: /)],
			]);
		});

		test('keeps the alerts of two sellers in the same marketplace apart', async () => {
			const samples = [alarm({ seller: 'Harbor' }), alarm({ seller: 'Nordlicht' })];
			const id = await rig().import(NAME, CHOICES, { [TRIGGER]: samples });
			const { outputs } = await rig().run(id, TRIGGER);
			expect(outputs['Keep one alert per marketplace']?.[0]?.map(({ seller }) => seller)).toEqual([
				'Harbor',
				'Nordlicht',
			]);
		});

		test('can be activated', async () => {
			const id = await rig().import(NAME, CHOICES);
			await rig().activate(id);
			await rig().deactivate(id);
		});
	});

	/** What the work results in, and the text messages sent to the phone meanwhile. */
	async function textsDuring<T>(work: () => Promise<T>) {
		const { result, requests } = await rig().requestsDuring('api.twilio.com', work);
		return { result, texts: textsTo(PHONE, requests) };
	}

	const end = async (executionId: string): Promise<Execution> =>
		await rig().until('end of the wait', async () => {
			const execution = await rig().ended(executionId);
			return execution.status === 'waiting' ? undefined : execution;
		});

	const mailsAbout = (marketplace: string) =>
		managersMail.mails.filter(
			({ subject }) => subject === `Amazon rating alert, ${marketplace}: nobody has answered`,
		);

	const textsAbout = (marketplace: string) =>
		textsTo(MANAGERS_PHONE, rig().outside.requests).filter((text) =>
			text.startsWith(`Amazon rating alert, ${marketplace}: nobody`),
		);

	return {
		unanswered: () =>
			describe('threshold alarm that nobody answers', () => {
				afterAll(() => managersMail?.close());

				test('goes to the manager if the rating is still below the threshold', async () => {
					for (const key of [MEXICO, 'just below']) {
						const { status, error } = await end(raised[key] ?? '');
						expect({ status, error }).toEqual({ status: 'success', error: undefined });
					}
					const texts = mailsAbout('MX').map(({ text }) => text);
					expect(texts).toHaveLength(2);
					expect(texts).toContainEqual(
						expect.stringMatching(/now 75%.*Mexico: The rating is 75% of 12/s),
					);
					expect(textsAbout('MX')).toHaveLength(2);
				});

				test('never rounds a rating up to the threshold it is below', async () => {
					await end(raised['just below'] ?? '');
					expect(mailsAbout('MX').map(({ text }) => text)).toContainEqual(
						expect.stringContaining('now 94.99%'),
					);
					expect(textsAbout('MX')).toContainEqual(expect.stringContaining('now 94.99%'));
				});

				test.each([
					['Amazon gives up on the report', 'FATAL', 'DE', /FATAL/],
					[
						'Amazon refuses, as for a sample of another region',
						'other region',
						'FR',
						/the credential is for a different region/,
					],
				])('goes to the manager as unknown if %s', async (_, key, marketplace, reason) => {
					const { status, error } = await end(raised[key] ?? '');
					expect({ status, error }).toEqual({ status: 'success', error: undefined });
					const [mail, ...others] = mailsAbout(marketplace);
					expect(others).toEqual([]);
					expect(mail?.text).toContain('now unknown');
					expect(mail?.text).toMatch(reason);
					expect(mail?.text).toContain(`${marketplace}: The rating fell`);
					expect(textsAbout(marketplace)).toHaveLength(1);
				});

				test('goes no further if the rating is above it by then', async () => {
					const { status, error, outputs } = await end(raised[UNITED_STATES] ?? '');
					expect({ status, error }).toEqual({ status: 'success', error: undefined });
					expect(outputs['Check if it is still below']?.[1]).toMatchObject([{ marketplace: 'US' }]);
					expect(mailsAbout('US')).toEqual([]);
				});
			}),
	};
}

const UNANSWERED: Choices = {
	...CHOICES,
	'Send a text message to the manager': { from: '+15005550006', to: MANAGERS_PHONE },
	'Ask in Slack who handles it': {
		...CHANNEL,
		options: {
			appendAttribution: false,
			limitWaitTime: {
				values: { limitType: 'afterTimeInterval', resumeAmount: 0.05, resumeUnit: 'minutes' },
			},
		},
	},
};

/** Follows the link of a button in a Slack message as a browser does. */
async function click(message: string): Promise<void> {
	const url = /"url":"([^"]+)"/.exec(message)?.[1] ?? '';
	const response = await fetch(url.replace('localhost', '127.0.0.1'), {
		headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' },
	});
	expect(response.status).toBe(200);
}

const textsTo = (phone: string, requests: readonly OutsideRequest[]): string[] =>
	requests.flatMap(({ body }) => (body['To'] === phone ? [String(body['Body'])] : []));
