import { DateTime } from 'luxon';
import { fillInForm, tryForm, type FormAnswer } from './rig/form';
import { DataTables } from '../../../checks/n8n/dataTables';
import type { Choices, TemplateRig } from './rig/templateRig';

const NAME = 'no-api-access';
const OWNER = 'owner@example.com';
/** The credential the seller does not have. */
const AMAZON_CREDENTIAL = 'amazonSellingPartnerApi';
const SHEET = 'Add rows to Google Sheets';
const TABLE = 'Amazon feedback from reports';
const FORM = 'Upload the report';

/** What buyers write, including what a spreadsheet would compute. */
const COMMENTS = [
	'Came late and the box was torn',
	'Not as described, but the seller answered',
	'',
	'=HYPERLINK("http://evil","x")',
	'+1 800 555',
	'-2+3',
	'@SUM(A1)',
];

const HEADER = 'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email';

interface Counts {
	readonly positive: number;
	readonly neutral: number;
	readonly negative: number;
}

const CRITICAL: Counts = { positive: 94, neutral: 3, negative: 3 };
const HEALTHY: Counts = { positive: 100, neutral: 0, negative: 0 };

export function testNoApiAccess(rig: () => TemplateRig): void {
	/** As imported, without the sheet. */
	const choices: Choices = {
		'Send the digest': { fromEmail: 'shop@example.com', toEmail: OWNER },
		'Send the alert': { channelId: { __rl: true, mode: 'id', value: 'C0EXAMPLE' } },
	};

	const choicesWith = (sheet: Choices[string]): Choices => ({
		...choices,
		[SHEET]: { ...sheet, disabled: false },
	});

	const tables = () => new DataTables(rig().n8n);

	/** Activates the template, uploads a file with its form and waits for the result. */
	async function upload(file: string, counts: Counts) {
		const sheet = rig().makeSpreadsheet();
		const id = await rig().import(NAME, choicesWith(sheet.choice), false, AMAZON_CREDENTIAL);
		const mails = rig().mail.to(OWNER).length;
		await rig().activate(id);
		const { result, requests } = await rig()
			.requestsDuring('slack.com', async () => ({
				answer: await fillInForm(rig(), id, FORM, answersOf(file, counts)),
				execution: await rig().firstExecution(id),
			}))
			.finally(async () => await rig().deactivate(id));
		return { ...result, id, sheet, alarms: requests, mails: rig().mail.to(OWNER).slice(mails) };
	}

	describe('feedback report without API access', () => {
		test('turns an uploaded report into a digest, an alarm and rows whose texts stay texts', async () => {
			await tables().drop(TABLE);
			const amazon = rig().sandbox.requests.length;

			const { id, execution, answer, sheet, alarms, mails } = await upload(
				reportOf(COMMENTS),
				CRITICAL,
			);

			expect(execution.error).toBeUndefined();
			expect(answer.status).toBe(200);
			expect(rig().sandbox.requests).toHaveLength(amazon);
			expect(mails).toMatchObject([
				{
					subject: 'Amazon rating US: critical, 94%',
					text: expect.stringMatching(
						/critical.*The rating is 94%, below Minimum.*Feedback counted: 100.*HYPERLINK\("http:\/\/evil","x"\)/s,
					),
				},
			]);
			expect(alarms).toMatchObject([{ body: { text: expect.stringContaining('critical, 94%') } }]);
			expect(sheet.records.map(({ comment }) => comment)).toEqual(COMMENTS);
			expect(execution.outputs['Read the report']?.[0]?.map(({ comment }) => comment)).toEqual(
				COMMENTS,
			);

			await rig().activate(id);
			await fillInForm(rig(), id, FORM, answersOf(reportOf(COMMENTS), CRITICAL));
			await rig().deactivate(id);
			expect(sheet.records.map(({ comment }) => comment)).toEqual(COMMENTS);
			expect(new Set(sheet.inputOptions)).toEqual(new Set(['RAW']));
			const rows = (await tables().rowsOf(TABLE)) ?? [];
			expect(rows.map(({ comment }) => comment)).toEqual(COMMENTS);
			expect(rows[0]).toMatchObject({ rating: 1, marketplace: 'US', hasComment: true });
		});

		test('sends a digest for a report without feedback too, for sellers without negatives', async () => {
			const { answer, execution, sheet, alarms, mails } = await upload(HEADER, HEALTHY);
			expect(answer).toMatchObject({ status: 200, page: expect.stringContaining('was sent') });
			expect(execution.error).toBeUndefined();
			expect(mails).toMatchObject([
				{
					subject: 'Amazon rating US: healthy, 100%',
					text: expect.stringMatching(/last 30 days:\r?\nnone in this report\s*$/),
				},
			]);
			expect(alarms).toEqual([]);
			expect(sheet.rows).toEqual([]);
		});

		test('reports unreadable lines in the email and adds them to no sheet', async () => {
			const { sheet, mails } = await upload(
				`${reportOf(COMMENTS)}\n31.12.26\t1\tlate\t\t111-1234567-7654321\tx@example.com\n`,
				CRITICAL,
			);
			expect(mails).toMatchObject([
				{ text: expect.stringContaining('could not be read and are left out') },
			]);
			expect(sheet.records.map(({ comment }) => comment)).toEqual(COMMENTS);
		});

		test('refuses a file that is not a feedback report in the form, and does not read it as one without feedback', async () => {
			for (const file of ['Date,Rating\n9/3/26,5\n', 'hello']) {
				const { answer, execution, sheet, mails } = await upload(file, HEALTHY);
				expect(answer.status).toBe(500);
				expect(execution.error).toContain('is not a feedback report');
				expect(mails).toEqual([]);
				expect(sheet.rows).toEqual([]);
			}
		});

		test('a rating that cannot be computed is unknown, neither healthy nor at risk', async () => {
			const none: Counts = { positive: 0, neutral: 0, negative: 0 };
			const { alarms, mails } = await upload(reportOf(['late']), none);
			expect(mails).toMatchObject([{ subject: 'Amazon rating US: unknown' }]);
			expect(alarms).toMatchObject([{ body: { text: expect.stringContaining('unknown') } }]);
			expect(JSON.stringify([mails, alarms])).not.toMatch(/at ?risk(?!:)|\b0%|healthy/i);
		});

		test('a rating just below the threshold is not rounded up to it', async () => {
			const below: Counts = { positive: 18_999, neutral: 0, negative: 1001 };
			const { mails } = await upload(HEADER, below);
			expect(mails[0]?.text).toContain('The rating is 94.99%, below Minimum (95%)');
			expect(mails[0]?.text).not.toContain('95.00');
		});

		test('a failed email loses neither alarm nor rows, and the form says that something failed', async () => {
			rig().mail.refused = OWNER;
			const { answer, execution, sheet, alarms } = await upload(
				reportOf(COMMENTS),
				CRITICAL,
			).finally(() => (rig().mail.refused = undefined));
			expect(alarms).toHaveLength(1);
			expect(sheet.records).toHaveLength(COMMENTS.length);
			expect(answer.status).toBe(500);
			expect(execution).toMatchObject({
				status: 'error',
				error: expect.stringContaining('could not be sent or kept'),
			});
		});

		test("a trial, as imported, emails the seller's own figures and keeps the feedback in n8n only", async () => {
			await tables().drop(TABLE);
			const id = await rig().import(NAME, choices, true, AMAZON_CREDENTIAL);
			const mails = rig().mail.to(OWNER).length;

			const { status } = await tryForm(rig(), id, FORM, answersOf(reportOf(['late']), HEALTHY));

			expect(status).toBe(200);
			expect((await rig().firstExecution(id)).error).toBeUndefined();
			expect(rig().mail.to(OWNER).slice(mails)).toMatchObject([
				{ subject: 'Amazon rating US: healthy, 100%', text: expect.stringContaining('late') },
			]);
			expect(await tables().rowsOf(TABLE)).toMatchObject([{ comment: 'late' }]);
		});

		test('a table that has other columns loses neither email nor alarm, and n8n shows it', async () => {
			await tables().drop(TABLE);
			const columns = { column: [{ name: 'orderId', type: 'string' }] };
			const id = await rig().import(
				NAME,
				{ ...choices, 'Create the table once': { columns } },
				false,
				AMAZON_CREDENTIAL,
			);
			const mails = rig().mail.to(OWNER).length;

			const { status } = await tryForm(rig(), id, FORM, answersOf(reportOf(['late']), HEALTHY));

			expect(status).toBe(500);
			expect(await rig().firstExecution(id)).toMatchObject({
				status: 'error',
				error: expect.stringContaining('could not be sent or kept'),
			});
			expect(rig().mail.to(OWNER).slice(mails)).toHaveLength(1);
			await tables().drop(TABLE);
		});
	});
}

const answersOf = (report: string, { positive, neutral, negative }: Counts): FormAnswer[] => [
	{ fileName: 'feedback.txt', content: report },
	'US',
	String(positive),
	String(neutral),
	String(negative),
];

/** A report in Seller Central's format: dates as in the United States, nothing quoted. */
function reportOf(comments: readonly string[]): string {
	const day = DateTime.utc().minus({ days: 3 }).toFormat('M/d/yy');
	return [
		HEADER,
		...comments.map(
			(comment, index) => `${day}\t1\t${comment}\t\t111-1111111-000000${index}\tbuyer@example.com`,
		),
	].join('\r\n');
}
