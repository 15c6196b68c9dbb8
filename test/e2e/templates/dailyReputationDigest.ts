import { expectSamples } from './rig/samples';
import type { Choices, TemplateRig } from './rig/templateRig';

const NAME = 'daily-reputation-digest';
const TRIGGER = 'Every morning at 8';

export function testDailyReputationDigest(rig: () => TemplateRig): void {
	describe('daily reputation digest', () => {
		test('mails the rating with its chart and adds a row of figures to the sheet', async () => {
			const sheet = rig().makeSpreadsheet();
			const choices: Choices = {
				'Send the digest': { fromEmail: 'shop@example.com', toEmail: 'owner@example.com' },
				'Add a row': sheet.choice,
			};
			const id = await rig().import(NAME, choices);
			const mails = rig().mail.mails.length;

			const execution = await rig().run(id, TRIGGER);

			expectSamples(NAME, execution);
			const truth = rig().sandbox.truth.rating('demo', 'ATVPDKIKX0DER')['365'];
			const total = truth.positive + truth.neutral + truth.negative;
			const shown = Math.round((100 * truth.positive) / total);
			expect(rig().mail.mails.slice(mails)).toMatchObject([
				{
					to: ['owner@example.com'],
					subject: `Amazon rating US: ${shown} % in 365 days`,
					text: expect.stringMatching(/<h1.*Seller feedback rating/s),
					files: { [fileNameOf(rig())]: expect.stringMatching(/^<svg/) },
				},
			]);
			expect(sheet.records).toMatchObject([{ marketplace: 'US', displayedRating: shown, total }]);
			expect(new Set(sheet.inputOptions)).toEqual(new Set(['RAW']));

			await rig().run(id, TRIGGER);
			expect(sheet.records).toHaveLength(2);
		});

		test('can be activated when everything is filled in, not before', async () => {
			await expect(rig().activate(await rig().import(NAME, {}))).rejects.toThrow();
			const id = await rig().import(NAME, {
				'Send the digest': { fromEmail: 'shop@example.com', toEmail: 'owner@example.com' },
				'Add a row': rig().makeSpreadsheet().choice,
			});
			await rig().activate(id);
			await rig().deactivate(id);
		});
	});
}

function fileNameOf({ sandbox }: TemplateRig): string {
	const zone = { timeZone: 'America/Los_Angeles' };
	return `seller-rating-US-${new Intl.DateTimeFormat('en-CA', zone).format(sandbox.clock.now())}.svg`;
}
