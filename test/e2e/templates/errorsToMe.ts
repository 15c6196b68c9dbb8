import type { Template } from '../../../checks/lib/templates';
import { node, webhook } from '../../../checks/n8n/workflow';
import { TEAMS_AND_DISCORD, type Choices, type TemplateRig } from './rig/templateRig';

const NAME = 'errors-to-me';
const TRIGGER = 'Start when a workflow fails';
const OWNER = 'errors@example.com';

const SLACK: Choices = {
	'Send to Slack': { channelId: { __rl: true, mode: 'id', value: 'C0EXAMPLE' } },
};

const ALL_CHANNELS: Choices = {
	...SLACK,
	...TEAMS_AND_DISCORD,
	'Send by email': { fromEmail: 'shop@example.com', toEmail: OWNER, disabled: false },
	'Send to Telegram': { chatId: '4711', disabled: false },
};

export function testErrorsToMe(rig: () => TemplateRig): void {
	/** A workflow that fails whenever its webhook is called, and names an error workflow. */
	const failing = (errorWorkflow: string): Template => ({
		name: 'Amazon: fails on purpose',
		nodes: [
			webhook('fails'),
			node('Fail', 'stopAndError', { errorMessage: 'The client secret has expired' }),
		],
		connections: { Called: { main: [[{ node: 'Fail', type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1', errorWorkflow },
		pinData: {},
	});

	describe('errors to me', () => {
		test('as imported, with a channel in Slack, sends the example there and nowhere else', async () => {
			const id = await rig().import(NAME, SLACK);
			const before = rig().outside.requests.length;
			expect((await rig().run(id, TRIGGER)).error).toBeUndefined();
			expect(rig().outside.requests.slice(before)).toMatchObject([
				{ host: 'slack.com', body: { text: expect.stringContaining('Example Error Message') } },
			]);
		});

		test('once published, reports on every channel which workflow failed, where, why, and what to do', async () => {
			const id = await rig().import(NAME, ALL_CHANNELS);
			await rig().activate(id);
			const other = await rig().import(failing(id), {});
			await rig().activate(other);
			const before = rig().outside.requests.length;
			const mails = rig().mail.to(OWNER).length;

			await rig().n8n.callWebhook('fails', {});

			const mail = await rig().until('email', () => rig().mail.to(OWNER)[mails]);
			expect(mail.subject).toBe('n8n: Amazon: fails on purpose failed');
			expect(mail.text).toMatch(
				/"Amazon: fails on purpose" failed at "Fail"\s+The client secret has expired\s+Next: open the execution.*http/s,
			);
			const sent = () => rig().outside.requests.slice(before);
			await rig().until('message on each channel', () => sent()[3]);
			expect(sent().map(({ host }) => host)).toEqual([
				'slack.com',
				'graph.microsoft.com',
				'discord.com',
				'api.telegram.org',
			]);
			for (const { body } of sent()) {
				expect(JSON.stringify(body)).toContain('The client secret has expired');
			}
			await rig().deactivate(other);
			await rig().deactivate(id);
		});

		test('names the node of a trigger that failed', async () => {
			const error = {
				message: 'Amazon denied access',
				description: 'Add the role',
				node: { name: 'Watch for bad feedback' },
			};
			const pinned = {
				[TRIGGER]: [
					{ json: { trigger: { error, mode: 'trigger' }, workflow: { id: '1', name: 'Desk' } } },
				],
			};
			const { outputs } = await rig().run(await rig().import(NAME, SLACK, pinned), TRIGGER);
			expect(outputs['Write the message']?.[0]).toMatchObject([
				{
					text: expect.stringMatching(
						/^The workflow "Desk" failed at "Watch for bad feedback"\nAmazon denied access\nAdd the role\nNext: /,
					),
				},
			]);
		});
	});
}
