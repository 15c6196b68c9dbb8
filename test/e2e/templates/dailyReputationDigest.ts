// cspell:ignore cancelled
import { DataTables } from '../../../checks/n8n/dataTables';
import type { Choices, TemplateRig } from './rig/templateRig';

const NAME = 'daily-reputation-digest';
const OWNER = 'owner@example.com';
const TRIGGER = 'Every morning at 8';
const SHEET = 'Add a row to Google Sheets';
const TABLE = 'Amazon rating history';
const MAIL: Choices = {
	'Send the digest': { fromEmail: 'shop@example.com', toEmail: OWNER },
};

export function testDailyReputationDigest(rig: () => TemplateRig): void {
	const tables = () => new DataTables(rig().n8n);

	describe('daily reputation digest', () => {
		test('as imported, emails the rating with its chart and keeps a row of figures per day', async () => {
			await tables().drop(TABLE);
			const id = await rig().import(NAME, MAIL);
			const mails = rig().mail.to(OWNER).length;
			const before = rig().outside.requests.length;

			const execution = await rig().run(id, TRIGGER);

			expect(execution.error).toBeUndefined();
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
			expect(rig().outside.requests).toHaveLength(before);
			const row = { marketplace: 'US', status: 'at risk', displayedRating: shown, total };
			expect(await tables().rowsOf(TABLE)).toMatchObject([row]);

			expect((await rig().run(id, TRIGGER)).error).toBeUndefined();
			expect(await tables().rowsOf(TABLE)).toMatchObject([row]);
		});

		test('adds the row to a sheet too, if the seller enables it', async () => {
			const sheet = rig().makeSpreadsheet();
			const choice = { ...sheet.choice, disabled: false };
			const id = await rig().import(NAME, { ...MAIL, [SHEET]: choice });

			expect((await rig().run(id, TRIGGER)).error).toBeUndefined();

			const displayedRating = Math.round(rig().settledRating.percent);
			expect(sheet.records).toMatchObject([{ marketplace: 'US', displayedRating }]);
			expect(new Set(sheet.inputOptions)).toEqual(new Set(['RAW']));
		});

		test('a rating that cannot be computed is unknown in email and table, not bad', async () => {
			await tables().drop(TABLE);
			const id = await rig().import(NAME, MAIL);
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
			expect(await tables().rowsOf(TABLE)).toMatchObject([
				{ marketplace: 'US', status: 'unknown', ratingPercent: null, total: null },
			]);
		});

		test('a failed email does not lose the row, a failed row does not lose the email, and n8n shows both failures', async () => {
			await tables().drop(TABLE);
			const id = await rig().import(NAME, MAIL);
			rig().mail.refused = OWNER;
			const withoutMail = await rig()
				.run(id, TRIGGER)
				.finally(() => (rig().mail.refused = undefined));
			expect(await tables().rowsOf(TABLE)).toHaveLength(1);
			expect(withoutMail).toMatchObject({
				status: 'error',
				error: expect.stringContaining('The mail or the row failed'),
			});

			await tables().drop(TABLE);
			const columns = { column: [{ name: 'date', type: 'string' }] };
			const other = await rig().import(NAME, { ...MAIL, 'Create the table once': { columns } });
			const mails = rig().mail.to(OWNER).length;
			expect(await rig().run(other, TRIGGER)).toMatchObject({
				status: 'error',
				error: expect.stringContaining('The mail or the row failed'),
			});
			expect(rig().mail.to(OWNER).slice(mails)).toHaveLength(1);
			await tables().drop(TABLE);
		});

		test('can be activated only when everything is filled in', async () => {
			await expect(rig().activate(await rig().import(NAME, {}))).rejects.toThrow();
			const id = await rig().import(NAME, MAIL);
			await rig().activate(id);
			await rig().deactivate(id);
		});
	});
}

function fileNameOf({ sandbox }: TemplateRig): string {
	const zone = { timeZone: 'America/Los_Angeles' };
	return `seller-rating-US-${new Intl.DateTimeFormat('en-CA', zone).format(sandbox.clock.now())}.png`;
}
