// cspell:ignore cancelled
import { expectSamples } from './rig/samples';
import type { Choices, TemplateRig } from './rig/templateRig';

const NAME = 'daily-reputation-digest';
const OWNER = 'owner@example.com';
const TRIGGER = 'Every morning at 8';
const MAIL: Choices = {
	'Send the digest': { fromEmail: 'shop@example.com', toEmail: OWNER },
};

export function testDailyReputationDigest(rig: () => TemplateRig): void {
	describe('daily reputation digest', () => {
		test('emails the rating with its chart and adds a row of figures to the sheet', async () => {
			const sheet = rig().makeSpreadsheet();
			const id = await rig().import(NAME, { ...MAIL, 'Add a row': sheet.choice });
			const mails = rig().mail.to(OWNER).length;

			const execution = await rig().run(id, TRIGGER);

			expectSamples(NAME, execution);
			const { total, percent } = rig().settledRating;
			const shown = Math.round(percent);
			expect(rig().mail.to(OWNER).slice(mails)).toMatchObject([
				{
					to: [OWNER],
					subject: expect.stringMatching(/: [\d.]+% over 365 days: at risk$/),
					text: expect.stringMatching(
						/Seller feedback rating.*<h1.*over 365 days.*cid:digestPicture/s,
					),
					files: { [fileNameOf(rig())]: expect.stringContaining('PNG') },
				},
			]);
			expect(sheet.records).toMatchObject([
				{ marketplace: 'US', status: 'at risk', displayedRating: shown, total },
			]);
			expect(new Set(sheet.inputOptions)).toEqual(new Set(['RAW']));

			await rig().run(id, TRIGGER);
			expect(sheet.records).toHaveLength(2);
		});

		test('a click on "Execute workflow", as imported, emails the seller\'s own figures and does not change the sheet', async () => {
			const sheet = rig().makeSpreadsheet();
			const id = await rig().import(NAME, { ...MAIL, 'Add a row': sheet.choice }, true);
			const mails = rig().mail.to(OWNER).length;

			const { error } = await rig().run(id, TRIGGER);

			expect(error).toBeUndefined();
			expect(rig().mail.to(OWNER).slice(mails)).toHaveLength(1);
			expect(sheet.rows).toEqual([]);
		});

		test('a rating that cannot be computed is unknown in email and sheet, not bad', async () => {
			const sheet = rig().makeSpreadsheet();
			const id = await rig().import(NAME, { ...MAIL, 'Add a row': sheet.choice });
			const mails = rig().mail.to(OWNER).length;
			const fault = rig().sandbox.faults.add({
				kind: 'reportCancelled',
				reportType: 'GET_SELLER_FEEDBACK_DATA',
				times: 'always',
			});

			const { error } = await rig()
				.run(id, TRIGGER)
				.finally(() => fault.remove());

			expect(error).toBeUndefined();
			expect(rig().mail.to(OWNER).slice(mails)).toMatchObject([
				{ subject: expect.stringMatching(/: Unknown over 365 days/) },
			]);
			expect(sheet.records).toMatchObject([{ marketplace: 'US', status: 'unknown', rating: '' }]);
		});

		test('a failed email does not lose the row, a failed row does not lose the email, and n8n shows both failures', async () => {
			const sheet = rig().makeSpreadsheet();
			const id = await rig().import(NAME, { ...MAIL, 'Add a row': sheet.choice });
			rig().mail.refused = OWNER;
			const withoutMail = await rig()
				.run(id, TRIGGER)
				.finally(() => (rig().mail.refused = undefined));
			expect(sheet.records).toHaveLength(1);
			expect(withoutMail).toMatchObject({
				status: 'error',
				error: expect.stringContaining('The mail or the row failed'),
			});

			const gone = { __rl: true, mode: 'id', value: 'gone' };
			const other = await rig().import(NAME, {
				...MAIL,
				'Add a row': { ...sheet.choice, documentId: gone },
			});
			const mails = rig().mail.to(OWNER).length;
			expect(await rig().run(other, TRIGGER)).toMatchObject({
				status: 'error',
				error: expect.stringContaining('The mail or the row failed'),
			});
			expect(rig().mail.to(OWNER).slice(mails)).toHaveLength(1);
		});

		test('can be activated only when everything is filled in', async () => {
			await expect(rig().activate(await rig().import(NAME, {}, true))).rejects.toThrow();
			const choices = { ...MAIL, 'Add a row': rig().makeSpreadsheet().choice };
			const id = await rig().import(NAME, choices, true);
			await rig().activate(id);
			await rig().deactivate(id);
		});
	});
}

function fileNameOf({ sandbox }: TemplateRig): string {
	const zone = { timeZone: 'America/Los_Angeles' };
	return `seller-rating-US-${new Intl.DateTimeFormat('en-CA', zone).format(sandbox.clock.now())}.png`;
}
