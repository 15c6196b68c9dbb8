import { expectSamples } from './rig/samples';
import type { Choices, TemplateRig } from './rig/templateRig';

const NAME = 'multi-marketplace-weekly-report';
const TRIGGER = 'Every Monday at 8';
const FORMULA = '=HYPERLINK("http://evil","x")';
const MAIL: Choices = {
	'Send the report': { fromEmail: 'shop@example.com', toEmail: 'owner@example.com' },
};

export function testMultiMarketplaceWeeklyReport(rig: () => TemplateRig): void {
	describe('multi-marketplace weekly report', () => {
		test('mails a line per marketplace and the feedback of the week, texts as texts', async () => {
			const { sandbox, mail } = rig();
			const { orderId } = sandbox.world.addFeedback({
				marketplaceId: 'A2EUQ1WTGCTBG2',
				rating: 1,
				comment: FORMULA,
			});
			const mails = mail.mails.length;

			const execution = await rig().run(await rig().import(NAME, MAIL), TRIGGER);

			expectSamples(NAME, execution);
			const [sent] = mail.mails.slice(mails);
			expect(sent?.subject).toBe('Amazon ratings: MX critical, US at risk');
			const states = { US: 'at risk', CA: 'healthy', MX: 'critical' };
			for (const [country, state] of Object.entries(states)) {
				expect(sent?.text).toContain(`<td>${country}</td><td>${state}</td>`);
			}
			const [file = ''] = Object.values(sent?.files ?? {});
			expect(file).toContain(orderId);
			expect(file).toContain('>=HYPERLINK(&quot;http://evil&quot;,&quot;x&quot;)<');
			// A cell with a formula would have it in an element of its own.
			expect(file).not.toMatch(/<f[ >]/);
		});

		test('a week without feedback has a report without a file', async () => {
			const mails = rig().mail.mails.length;
			const id = await rig().import(NAME, {
				...MAIL,
				'Feedback of the week': { filters: { ratings: [5] } },
			});

			const { error } = await rig().run(id, TRIGGER);

			expect(error).toBeUndefined();
			expect(rig().mail.mails.slice(mails)).toMatchObject([
				{ text: expect.stringContaining('no file. Amazon gave none'), files: {} },
			]);
			await rig().activate(id);
			await rig().deactivate(id);
		});
	});
}
