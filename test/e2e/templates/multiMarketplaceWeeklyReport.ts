// cspell:ignore cancelled
import { DateTime } from 'luxon';
import type { FaultSpec } from '../../../sandbox';
import { expectSamples } from './rig/samples';
import { dayInMexico, type Choices, type TemplateRig } from './rig/templateRig';

const NAME = 'multi-marketplace-weekly-report';
const OWNER = 'owner@example.com';
const TRIGGER = 'Every Monday at 8';
const FORMULA = '=HYPERLINK("http://evil","x")';
const MAIL: Choices = {
	'Send the report': { fromEmail: 'shop@example.com', toEmail: OWNER },
};

const CANADA = 'A2EUQ1WTGCTBG2';
const MEXICO = 'A1AM78C64UM0Y8';

/**
 * The first three feedback reports are for the ratings of US, CA and MX; then come those of the
 * week.
 */
const FEEDBACK_REPORT: Omit<FaultSpec, 'kind'> = { reportType: 'GET_SELLER_FEEDBACK_DATA' };
const OF_THE_WEEK = { ...FEEDBACK_REPORT, skip: 3 };

export function testMultiMarketplaceWeeklyReport(rig: () => TemplateRig): void {
	/** Runs the template, by default as it will run once active. */
	async function run(choices: Choices = {}, fault?: FaultSpec) {
		const id = await rig().import(NAME, { ...MAIL, ...choices });
		const mails = rig().mail.to(OWNER).length;
		const switchedOn = fault && rig().sandbox.faults.add(fault);
		const execution = await rig()
			.run(id, TRIGGER)
			.finally(() => switchedOn?.remove());
		expect(execution.error).toBeUndefined();
		const [sent, ...others] = rig().mail.to(OWNER).slice(mails);
		expect(others).toEqual([]);
		const [file] = Object.values(sent?.files ?? {});
		return { execution, subject: sent?.subject, text: sent?.text ?? '', file };
	}

	describe('multi-marketplace weekly report', () => {
		test('emails a row per marketplace, the worst first, and the feedback of the week as plain text', async () => {
			const { orderId } = rig().sandbox.world.addFeedback({
				marketplaceId: CANADA,
				rating: 1,
				comment: FORMULA,
				date: dayInMexico(-2),
			});

			const { execution, subject, text, file } = await run();

			expectSamples(NAME, execution);
			expect(subject).toBe('Amazon ratings: MX critical, US at risk, CA healthy');
			const percent = Math.floor(100 * rig().settledRating.percent) / 100;
			expect(linesOf(text)).toEqual([
				expect.arrayContaining(['Marketplace', 'State']),
				expect.arrayContaining(['MX', 'critical']),
				expect.arrayContaining(['US', 'at risk', `The rating is ${percent}%, below Goal (98%)`]),
				expect.arrayContaining(['CA', 'healthy']),
			]);
			expect(text).not.toContain('atRisk');
			expect(file).toContain(orderId);
			expect(file).toContain('>=HYPERLINK(&quot;http://evil&quot;,&quot;x&quot;)<');
			// A formula would be in its own element in the cell.
			expect(file).not.toMatch(/<f[ >]/);
		});

		test('covers seven whole days, so that each feedback entry is in only one report', async () => {
			const orderIds = [-8, -7, -1, 0].map((days) => {
				const date = dayInMexico(days);
				return rig().sandbox.world.addFeedback({ marketplaceId: MEXICO, rating: 3, date }).orderId;
			});

			const { text, file } = await run();

			expect(orderIds.map((orderId) => file?.includes(orderId))).toEqual([
				false,
				true,
				true,
				false,
			]);
			const [first, last] = [-7, -1].map((days) => DateTime.utc().plus({ days }).toISODate());
			expect(text).toContain(`from ${first} to ${last}`);
		});

		test('sends a report without a file for a week without feedback', async () => {
			const { text, file } = await run({
				'Get the feedback of the week': { filters: { ratings: [5] } },
			});
			expect(text).toMatch(/its own calendar: none\.</);
			expect(text).not.toContain('unknown');
			expect(file).toBeUndefined();
		});

		test('shows feedback as unknown if Amazon canceled its report, next to that of the others', async () => {
			const { text, file } = await run({}, { kind: 'reportCancelled', ...OF_THE_WEEK });
			expect(text).toMatch(/its own calendar: in the attached file\./);
			expect(text).toMatch(/Unknown:<br>US: Amazon canceled the report: either there is no/);
			expect(text).not.toMatch(/<br>(CA|MX): /);
			expect(file).toContain('>MX<');
			expect(file).not.toContain('>US<');
			expect(file).not.toContain('feedbackKnown');
		});

		test('does not claim that there is no feedback if all reports were canceled', async () => {
			const { text, file } = await run(
				{},
				{ kind: 'reportCancelled', ...OF_THE_WEEK, times: 'always' },
			);
			expect(text).toMatch(/its own calendar: none where it is known\./);
			expect(text).toMatch(/Unknown:<br>US: .*<br>CA: .*<br>MX: /);
			expect(file).toBeUndefined();
		});

		test('a marketplace whose rating or feedback cannot be read does not affect others', async () => {
			const rating = await run({}, { kind: 'reportFatal', ...FEEDBACK_REPORT });
			expect(rating.subject).toBe('Amazon ratings: MX critical, US could not be read, CA healthy');
			expect(linesOf(rating.text)).toContainEqual(
				expect.arrayContaining(['US', 'could not be read', expect.stringMatching(/report/i)]),
			);

			const feedback = await run({}, { kind: 'reportFatal', ...OF_THE_WEEK });
			expect(feedback.subject).toBe('Amazon ratings: MX critical, US at risk, CA healthy');
			expect(feedback.text).toMatch(/Unknown:<br>US: .*report/i);
			expect(feedback.file).toContain('>MX<');
		});

		test('sends the email even without a role, and says so', async () => {
			rig().sandbox.roles.remove('demo', 'Brand Analytics');
			const { subject, text } = await run().finally(() =>
				rig().sandbox.roles.restore('demo', 'Brand Analytics'),
			);
			expect(subject).toBe(
				'Amazon ratings: US could not be read, CA could not be read, MX could not be read',
			);
			expect(text).toContain('Amazon denied access');
		});

		test('a rating that cannot be computed is unknown, neither healthy nor at risk', async () => {
			const { execution, subject, text } = await run(
				{},
				{ kind: 'reportCancelled', ...FEEDBACK_REPORT },
			);
			const [, , , unknown] = execution.outputs['Evaluate each marketplace'] ?? [];
			expect(unknown).toMatchObject([{ marketplace: 'US', status: 'unknown' }]);
			expect(subject).toBe('Amazon ratings: MX critical, US unknown, CA healthy');
			expect(linesOf(text)).toContainEqual(
				expect.arrayContaining(['US', 'unknown', 'unknown', '–']),
			);
		});

		test('a rating just below the threshold is not rounded up to it', async () => {
			const window = [{ days: 365, positive: 18_999, neutral: 0, negative: 1001 }];
			const { text } = await run({
				'Evaluate each marketplace': { sources: ['counts'], counts: { window } },
			});
			expect(text).toContain('94.99%');
			expect(text).not.toMatch(/\b95(\.00)?%<\/td>/);
		});

		test('a click on "Execute workflow", as imported, shows a European seller their own report and emails nothing', async () => {
			const type = 'amazonSellingPartnerApi';
			await rig().addCredential(type, rig().sellerCredential('second'));
			const id = await rig().import(NAME, MAIL, true);
			await rig().addCredential(type, rig().sellerCredential());
			const mails = rig().mail.to(OWNER).length;

			const execution = await rig().run(id, TRIGGER);

			expect(execution.error).toBeUndefined();
			expect(rig().mail.to(OWNER)).toHaveLength(mails);
			const [[report] = []] = execution.outputs['Write the report'] ?? [];
			expect(report?.['subject']).toMatch(/\bDE\b/);
		});

		test('can be activated only when everything is filled in', async () => {
			await expect(rig().activate(await rig().import(NAME, {}, true))).rejects.toThrow();
			const id = await rig().import(NAME, MAIL, true);
			await rig().activate(id);
			await rig().deactivate(id);
		});
	});
}

/** The cells of the email's table, a list for each row. */
const linesOf = (text: string): string[][] =>
	[...text.matchAll(/<tr.*?<\/tr>/gs)].map(([line]) =>
		[...line.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => cell),
	);
