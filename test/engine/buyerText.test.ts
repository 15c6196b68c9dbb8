import type { IDataObject } from 'n8n-workflow';

import { readDocument, sectionOf } from '../package/documents';
import { runNode, type NodeRun } from './harness';
import { useSandbox } from './useSandbox';
import { passMinutes, useWatching } from './watching';

/** Text that spreadsheets treat as a formula if it comes first. */
const FORMULAS = [
	'=HYPERLINK("http://example.com","refund")',
	'+1 for the product',
	"-1 wouldn't buy again",
	'@seller call me',
	"=cmd|'/c calc'!A1",
	'=1+1, {{ 7 * 7 }} $json',
];

const parseReport = async (
	comments: readonly string[],
	linkExpression?: string,
): Promise<NodeRun> => {
	const lines = comments.map(
		(comment, index) =>
			`9/3/26\t1\t${comment}\t\t111-1234567-${7654321 + index}\tx@marketplace.amazon.com`,
	);
	const header = 'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email';
	const report = [header, ...lines].join('\r\n');
	return await runNode({
		type: 'amazonSellerFeedback',
		parameters: {
			resource: 'feedback',
			operation: 'parseReport',
			binaryPropertyName: 'data',
			marketplace: { __rl: true, mode: 'id', value: 'US' },
			simplify: true,
			options: {},
		},
		items: [
			{
				json: {},
				binary: {
					data: { data: Buffer.from(report).toString('base64'), mimeType: 'text/plain' },
				},
			},
		],
		linkExpression,
	});
};

const commentsOf = (items: readonly IDataObject[]) => items.map(({ comment }) => comment);

describe('text that a spreadsheet would treat as a formula', () => {
	it('is returned unchanged by Parse Report', async () => {
		const { items } = await parseReport(FORMULAS);
		expect(commentsOf(items)).toEqual(FORMULAS);
	});

	it('loses only surrounding spaces, tabs and line ends', async () => {
		const { items } = await parseReport(['\t=1+1', '\r=1+1', ' =1+1\t', '=1\t+1']);
		expect(commentsOf(items)).toEqual(['=1+1', '=1+1', '=1+1', '=1 +1']);
	});

	describe('from Amazon', () => {
		const inUse = useSandbox();

		it('is returned unchanged by Get Many', async () => {
			const orders = FORMULAS.map((comment) =>
				inUse.sandbox.world.addFeedback({ rating: 1, comment, response: comment }),
			);
			const { items } = await runNode({
				type: 'amazonSellerFeedback',
				parameters: {
					resource: 'feedback',
					operation: 'getMany',
					marketplace: { __rl: true, mode: 'id', value: '' },
					returnAll: true,
					simplify: true,
					filters: {},
					options: {},
				},
				credentials: inUse.credentials,
			});
			for (const [index, { orderId }] of orders.entries()) {
				const item = items.find((each) => each.orderId === orderId);
				expect(item).toMatchObject({ comment: FORMULAS[index], response: FORMULAS[index] });
			}
		});
	});

	describe('in the trigger', () => {
		const watching = useWatching();

		it('is reported unchanged', async () => {
			const watcher = await watching.activate({ options: { feedbackEveryMinutes: 10 } });
			await watcher.poll();
			await passMinutes(3, watcher);
			const orders = FORMULAS.map((comment) =>
				watching.sandbox.world.addFeedback({ rating: 1, comment }),
			);
			await passMinutes(20, watcher);
			for (const [index, { orderId }] of orders.entries()) {
				const item = watcher.reported.find((each) => each.orderId === orderId);
				expect((item?.after as IDataObject).comment).toBe(FORMULAS[index]);
			}
		});
	});
});

/** The expression in a section of a page, as n8n stores it. */
const expressionIn = (heading: string, page = 'docs/spreadsheets.md'): string =>
	`=${/```text\n\s*(.*)\n\s*```/.exec(sectionOf(readDocument(page), heading))?.[1] ?? ''}`;

/** The result of a section's expression for each comment, in n8n's engine. */
const evaluate = async (heading: string, comments: readonly string[]) => {
	const expression = expressionIn(heading).replaceAll('$json.summary', '$json.comment');
	const { links, error } = await parseReport(comments, expression);
	expect(error).toBeUndefined();
	return links;
};

describe('an expression from the page on spreadsheets', () => {
	it('adds an apostrophe before formulas for a CSV file, and leaves all other text alone', async () => {
		const others = ['5 stars = not', "'quoted'", 'a-b', '100 %', 'ありがとう'];
		const wide = ['＝合計(1)', '＠店'];
		expect(await evaluate('CSV files', [...FORMULAS, ...wide, ...others])).toEqual([
			...[...FORMULAS, ...wide].map((text) => `'${text}`),
			...others,
		]);
	});

	it('does the same for other text that starts with a tab, a line end or spaces', async () => {
		const texts = ['\tx', '\rx', '\nx', '  =1+1', ' x'];
		const given = await Promise.all(
			texts.map(async (text) => {
				const expression = expressionIn('CSV files').replaceAll(
					'$json.comment',
					JSON.stringify(text),
				);
				return (await parseReport(['any'], expression)).links;
			}),
		);
		expect(given.flat()).toEqual(["'\tx", "'\rx", "'\nx", "'  =1+1", ' x']);
	});

	it('passes values to a database one by one, with or without commas', async () => {
		const [values] = await evaluate('Databases', ["late, broken; '); DROP TABLE feedback; --"]);
		expect(values).toEqual([
			'111-1234567-7654321',
			'2026-09-03',
			1,
			"late, broken; '); DROP TABLE feedback; --",
		]);
	});

	it('leaves no markup in an HTML email', async () => {
		const [html] = await evaluate('HTML emails', [
			`<script>alert("1")</script> & <img src=x onerror='x'>`,
		]);
		expect(String(html)).not.toMatch(/[<>"']/);
		expect(unescape(String(html))).toBe(`<script>alert("1")</script> & <img src=x onerror='x'>`);
	});

	it('mentions nobody in a chat', async () => {
		expect(await evaluate('Chat messages', ['<!channel> a & b'])).toEqual([
			'&lt;!channel&gt; a &amp; b',
		]);
	});
});

it('reads a date as described on the page for CSV users', async () => {
	const heading = 'If another tool exports all your feedback, including positives';
	const expression = expressionIn(heading, 'docs/from-csv.md');
	expect(expression).toContain('$json.Date');
	const { links } = await parseReport(['any'], expression.replaceAll('$json.Date', "'9/3/26'"));
	expect(links).toEqual(['2026-09-03']);
});

const unescape = (html: string): string =>
	html.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));

describe("Chart's email", () => {
	const inUse = useSandbox();

	it('escapes all text that it gets', async () => {
		const hostile = '<script>alert(1)</script><img src=x onerror="alert(1)">';
		const { outputs, error } = await runNode({
			type: 'amazonSellerRating',
			parameters: {
				operation: 'chart',
				marketplace: { __rl: true, mode: 'list', value: '' },
				sources: ['amazonReports'],
				format: 'both',
				binaryFields: 'chart, digest',
				thresholds: { threshold: [{ name: hostile, percent: 95 }] },
				options: { title: hostile, pictureFormat: 'both' },
			},
			credentials: inUse.credentials,
		});
		expect(error).toBeUndefined();
		for (const field of ['chartSvg', 'digest']) {
			const file = Buffer.from(outputs[0]?.[0]?.binary?.[field]?.data ?? '', 'base64').toString();
			expect(file).toContain('&lt;script&gt;');
			expect(file).not.toMatch(/<script|<img src=x/);
		}
	});
});
