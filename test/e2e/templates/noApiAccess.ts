import { DateTime } from 'luxon';
import { expectSamples } from './rig/samples';
import type { TemplateRig } from './rig/templateRig';

const NAME = 'no-api-access';

/** What buyers write, and what a spreadsheet would compute. */
const COMMENTS = [
	'Came late and the box was torn',
	'Not as described, but the seller answered',
	'',
	'=HYPERLINK("http://evil","x")',
	'+1 800 555',
	'-2+3',
	'@SUM(A1)',
];

export function testNoApiAccess(rig: () => TemplateRig): void {
	describe('feedback report without API access', () => {
		test('an uploaded report becomes a digest, an alarm and rows whose texts stay texts', async () => {
			const sheet = rig().makeSpreadsheet();
			const id = await rig().import(NAME, {
				'Send the digest': { fromEmail: 'shop@example.com', toEmail: 'owner@example.com' },
				'Raise the alarm': { channelId: { __rl: true, mode: 'id', value: 'C0EXAMPLE' } },
				'Keep the feedback': sheet.choice,
			});
			const mails = rig().mail.mails.length;
			const amazon = rig().sandbox.requests.length;
			await rig().activate(id);

			const { result, requests } = await rig().requestsDuring('slack.com', async () => {
				await upload(rig(), id);
				return await rig().firstExecution(id);
			});

			expectSamples(NAME, result);
			expect(rig().sandbox.requests).toHaveLength(amazon);
			expect(rig().mail.mails.slice(mails)).toMatchObject([
				{
					subject: 'Amazon rating US: 94 %, critical',
					text: expect.stringMatching(
						/94\.00 % of 100 feedback in 365 days \(critical\).*HYPERLINK\("http:\/\/evil","x"\)/s,
					),
				},
			]);
			expect(requests).toMatchObject([{ body: { text: expect.stringContaining('94 %') } }]);
			expect(sheet.records.map(({ comment }) => comment)).toEqual(COMMENTS);
			expect(result.outputs['Read the report']?.[0]?.map(({ comment }) => comment)).toEqual(
				COMMENTS,
			);

			await upload(rig(), id);
			await rig().until('second mail', () => rig().mail.mails[mails + 1]);
			expect(sheet.records.map(({ comment }) => comment)).toEqual(COMMENTS);
			expect(new Set(sheet.inputOptions)).toEqual(new Set(['RAW']));
			await rig().deactivate(id);
		});

		test('a report without a row, as sellers without complaints have it, becomes a digest too', async () => {
			const sheet = rig().makeSpreadsheet();
			const id = await rig().import(NAME, {
				'Send the digest': { fromEmail: 'shop@example.com', toEmail: 'owner@example.com' },
				'Raise the alarm': { channelId: { __rl: true, mode: 'id', value: 'C0EXAMPLE' } },
				'Keep the feedback': sheet.choice,
			});
			const mails = rig().mail.mails.length;
			await rig().activate(id);
			await upload(rig(), id, report([]), ['US', '100', '0', '0']);
			await rig().firstExecution(id);
			expect(rig().mail.mails.slice(mails)).toMatchObject([
				{
					subject: 'Amazon rating US: 100 %, healthy',
					text: expect.stringMatching(/last 30 days:\s+none in the report/),
				},
			]);
			expect(sheet.records).toEqual([]);
			await rig().deactivate(id);
		});
	});
}

/** Fills in the form as a browser does, as soon as n8n has opened it after the activation. */
async function upload(
	rig: TemplateRig,
	workflowId: string,
	text = report(),
	counts = ['US', '94', '3', '3'],
): Promise<void> {
	const { nodes } = await rig.n8n.get<{ nodes: Array<{ name: string; webhookId: string }> }>(
		`/rest/workflows/${workflowId}`,
	);
	const form = nodes.find(({ name }) => name === 'Upload the report');
	const url = `${rig.n8n.url}/form/${form?.webhookId}`;
	await rig.until('open form', async () => ((await fetch(url)).ok ? true : undefined));
	const body = new FormData();
	body.set('field-0', new Blob([text], { type: 'text/plain' }), 'feedback.txt');
	for (const [index, value] of counts.entries()) {
		body.set(`field-${index + 1}`, value);
	}
	const response = await fetch(url, { method: 'POST', body });
	expect(response.status).toBe(200);
}

/** A report as Seller Central gives it: days as in the United States, nothing quoted. */
function report(comments: readonly string[] = COMMENTS): string {
	const day = DateTime.utc().minus({ days: 3 }).toFormat('M/d/yy');
	return [
		'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email',
		...comments.map(
			(comment, index) => `${day}\t1\t${comment}\t\t111-1111111-000000${index}\tbuyer@example.com`,
		),
	].join('\r\n');
}
