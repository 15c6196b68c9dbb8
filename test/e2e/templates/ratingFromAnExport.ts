import { DateTime } from 'luxon';
import { fillInForm, tryForm, type FormAnswer } from './rig/form';
import { expectSamples } from './rig/samples';
import type { Choices, TemplateRig } from './rig/templateRig';

const NAME = 'rating-from-an-export';
const OWNER = 'owner@example.com';
/** The credential the seller does not have. */
const AMAZON_CREDENTIAL = 'amazonSellingPartnerApi';
const FORM = 'Upload the export';
const MAIL: Choices = {
	'Send the rating': { fromEmail: 'shop@example.com', toEmail: OWNER },
};

/** 94 positive of 100. */
const STARS = [...Array<number>(94).fill(5), 3, 3, 3, 1, 2, 1];

export function testRatingFromAnExport(rig: () => TemplateRig): void {
	/** Activates the template, uploads a file with its form and waits for the result. */
	async function upload(file: string) {
		const id = await rig().import(NAME, MAIL, false, AMAZON_CREDENTIAL);
		const mails = rig().mail.to(OWNER).length;
		await rig().activate(id);
		const answer = await fillInForm(rig(), id, FORM, answersOf(file));
		const execution = await rig().firstExecution(id);
		await rig().deactivate(id);
		return { answer, execution, mails: rig().mail.to(OWNER).slice(mails) };
	}

	describe('rating from an export', () => {
		test('turns an export with all ratings into an email with rating and chart, without Amazon', async () => {
			const amazon = rig().sandbox.requests.length;

			const { answer, execution, mails } = await upload(exportOf(STARS));

			expectSamples(NAME, execution);
			expect(answer).toMatchObject({ status: 200, page: expect.stringContaining('was sent') });
			expect(mails).toMatchObject([
				{
					to: [OWNER],
					subject: 'Amazon rating DE: critical. The rating is 94%, below Minimum (95%)',
					text: expect.stringMatching(/Seller feedback rating.*<h1.*Counted from the input items/s),
				},
			]);
			const [file] = Object.entries(mails[0]?.files ?? {});
			expect(file).toEqual([
				expect.stringMatching(/^seller-rating-DE-.*\.png$/),
				expect.stringContaining('PNG'),
			]);
			expect(rig().sandbox.requests).toHaveLength(amazon);
		});

		test('reports a healthy rating, and reads dates with four digits or a mark at the start', async () => {
			const file = exportOf(
				Array.from({ length: 12 }, () => 5),
				'M/d/yyyy',
			);
			const { mails } = await upload(`\uFEFF${file}`);
			expect(mails).toMatchObject([
				{
					subject: 'Amazon rating DE: healthy. The rating is 100%, at or above every threshold',
				},
			]);
		});

		test('leaves out unreadable rows, and says in the email how many', async () => {
			const { mails } = await upload(`${exportOf(STARS)}\nyesterday,5\n9/3/26,\n13/13/26,5\n`);
			expect(mails).toMatchObject([
				{
					subject: expect.stringContaining('critical. The rating is 94%'),
					text: expect.stringMatching(/3 input item\(s\) without a usable .* are left out/),
				},
			]);
		});

		test.each([
			['with other columns', 'Day,Stars\n9/3/26,5\n'],
			['without rows', 'Date,Rating\n'],
			['with semicolons', exportOf(STARS).replaceAll(',', ';')],
			['with only feedback older than a year', 'Date,Rating\n1/2/20,5\n1/3/20,1\n'],
			['with only feedback of 1 to 3 stars', exportOf([1, 2, 3])],
		])('the rating of a file %s is unknown, neither good nor bad', async (_, file) => {
			const { execution, mails } = await upload(file);
			expect(execution.error).toBeUndefined();
			expect(mails).toMatchObject([
				{ subject: expect.stringMatching(/^Amazon rating DE: unknown\. /) },
			]);
			expect(mails[0]?.subject).not.toContain('%');
		});

		test('reports a failed email in the form and in n8n', async () => {
			rig().mail.refused = OWNER;
			const { answer, execution } = await upload(exportOf(STARS)).finally(
				() => (rig().mail.refused = undefined),
			);
			expect(answer.status).toBe(500);
			expect(execution.status).toBe('error');
		});

		test("a trial, as imported, shows the seller's own rating and emails nothing", async () => {
			const id = await rig().import(NAME, MAIL, true, AMAZON_CREDENTIAL);
			const mails = rig().mail.to(OWNER).length;

			const { status } = await tryForm(rig(), id, FORM, answersOf(exportOf(STARS)));

			expect(status).toBe(200);
			const { outputs, error } = await rig().firstExecution(id);
			expect(error).toBeUndefined();
			expect(outputs['Write the email']?.[0]?.[0]?.['subject']).toContain('critical');
			expect(rig().mail.to(OWNER)).toHaveLength(mails);
		});
	});
}

const answersOf = (content: string): FormAnswer[] => [{ fileName: 'export.csv', content }, 'DE'];

/**
 * In the format of another tool: a row for each feedback entry of the last days, with dates as in
 * the United States.
 */
function exportOf(stars: readonly number[], format = 'M/d/yy'): string {
	const rows = stars.map((rating, index) => {
		const day = DateTime.utc().minus({ days: 3 + (index % 80) });
		return `${day.toFormat(format)},${rating}`;
	});
	return ['Date,Rating', ...rows].join('\n');
}
