// cspell:ignore cancelled
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { WindowCoverage } from '../../nodes/shared/domain/coverage';
import { sentimentOf } from '../../nodes/shared/domain/feedbackReport';
import { runNode, type NodeRun } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { expectMiddleItemToFailAlone } from './threeItems';
import { useSandbox } from './useSandbox';

const inUse = useSandbox();

const parameters: INodeParameters = {
	operation: 'chart',
	marketplace: { __rl: true, mode: 'list', value: '' },
	sources: ['amazonReports'],
	format: 'both',
	binaryFields: 'chart, digest',
	thresholds: {},
	options: { pictureFormat: 'svg' },
};

const draw = async (changes: INodeParameters = {}): Promise<NodeRun> =>
	await runNode({
		type: 'amazonSellerRating',
		parameters: { ...parameters, ...changes },
		credentials: inUse.credentials,
	});

const file = ({ outputs }: NodeRun, field: string): string =>
	Buffer.from(outputs[0]?.[0]?.binary?.[field]?.data ?? '', 'base64').toString();

describe('Rating: Chart', () => {
	it('draws picture and digest with the true figures of the sandbox', async () => {
		const run = await draw();
		expect(run.error).toBeUndefined();
		expectToMatchOutputSchema('AmazonSellerRating', 'chart', run.items);
		const svg = file(run, 'chart');
		expect(svg).toMatch(/^<svg /);
		const [, , window] = run.items[0]?.windows as Array<{ coverage: WindowCoverage }>;
		const { from, through } = window?.coverage ?? {};
		const year = { positive: 0, neutral: 0, negative: 0 };
		for (const { marketplace, feedback } of inUse.sandbox.sellers.demo?.marketplaces ?? []) {
			if (marketplace.id !== 'ATVPDKIKX0DER') continue;
			for (const { date, rating } of feedback) {
				if (date >= (from ?? '') && date <= (through ?? '')) year[sentimentOf(rating)] += 1;
			}
		}
		const shown = Math.round(
			(100 * year.positive) / (year.positive + year.neutral + year.negative),
		);
		expect(svg).toMatch(new RegExp(`365 days: ${shown}%`));
		const html = file(run, 'digest');
		expect(html).toMatch(/^<!DOCTYPE html>/);
		expect(html).toContain('<table');
		expect(html).toContain(String(year.positive));
		const { chart, digest } = run.outputs[0]?.[0]?.binary ?? {};
		expect(chart).toMatchObject({ mimeType: 'image/svg+xml', fileExtension: 'svg' });
		expect(digest).toMatchObject({ mimeType: 'text/html' });
	});

	it('draws the capacity of review requests from all days of a forecast, without Amazon', async () => {
		const day = (changes: IDataObject) => ({
			json: { planned: 3, capacity: 5, lost: 1, savedBy: { hours: 1 }, ...changes },
		});
		const run = await runNode({
			type: 'amazonSellerRating',
			parameters: { ...parameters, sources: ['items'], picture: 'capacity' },
			linkExpression: '={{ 1 }}',
			// The second day is in the forecasts of two sellers.
			items: [
				day({ day: '2026-11-30' }),
				day({ day: '2026-12-01' }),
				day({ day: '2026-12-01', lost: 0, savedBy: {} }),
			],
		});
		expect(run.error).toBeUndefined();
		expect(run.items).toMatchObject([
			{ from: '2026-11-30', through: '2026-12-01', planned: 9, lost: 2 },
		]);
		expect(file(run, 'chart')).toMatch(/^<svg .*no time of day \(2\)/s);
		expect(file(run, 'digest')).toContain('2 orders lose their window.');
	});

	it('draws no capacity of anything else', async () => {
		for (const [sources, json] of [
			['items', { orderId: '111-1111111-1111111' }],
			['amazonReports', {}],
		] as const) {
			const run = await runNode({
				type: 'amazonSellerRating',
				parameters: { ...parameters, sources: [sources], picture: 'capacity' },
				items: [{ json }],
				credentials: inUse.credentials,
			});
			expect(run.error?.message).toBe(
				'Could not draw the capacity: the input items are not days of a forecast',
			);
			expect(run.error?.description).toMatch(/'Forecast' of 'Review Request: Plan'/);
		}
	});

	it('draws the 365-day line over all requested days although the totals lag', async () => {
		inUse.sandbox.settings.set({ trafficLagDays: 2 });
		const svg = file(await draw({ options: { daysBack: 30, pictureFormat: 'svg' } }), 'chart');
		expect(svg).not.toMatch(/starts late/);
		const line = /class="rating window-2"[^>]*><path d="([^"]*)"/.exec(svg)?.[1] ?? '';
		expect(line.split('L')).toHaveLength(30);
	});

	it('uses one year if Amazon refuses a longer report', async () => {
		inUse.sandbox.faults.add({ kind: 'reportCancelled', reportType: 'GET_SELLER_FEEDBACK_DATA' });
		const run = await draw();
		expect(run.items[0]).toMatchObject({ provenance: 'derived' });
	});

	it('draws no rating if a line of the feedback report could not be read', async () => {
		inUse.sandbox.settings.set({ feedbackUnreadableRow: true });
		const run = await draw();
		expect(run.items[0]).toMatchObject({ provenance: 'insufficient' });
		for (const window of run.items[0]?.windows as IDataObject[]) {
			expect(window).toMatchObject({ ratingPercent: null, provenance: 'insufficient' });
		}
		expect(String(run.items[0]?.notes)).toMatch(/could not be read/);
		expect(file(run, 'chart')).not.toMatch(/365 days: \d/);
	});

	it('creates only the chosen files, in the given fields', async () => {
		const run = await draw({ format: 'picture', binaryFields: 'picture, email' });
		expect(Object.keys(run.outputs[0]?.[0]?.binary ?? {})).toEqual(['picture']);
		expect(run.items[0]).toMatchObject({ html: null, attachments: null });
	});

	it('makes an email that Send Email sends: its picture is an attachment as PNG', async () => {
		const run = await draw({ format: 'html', options: {} });
		const { binary } = run.outputs[0]?.[0] ?? {};
		expect(Object.keys(binary ?? {}).toSorted()).toEqual(['digest', 'digestPicture']);
		expect(binary?.digestPicture).toMatchObject({ mimeType: 'image/png', fileExtension: 'png' });
		const png = Buffer.from(binary?.digestPicture?.data ?? '', 'base64');
		expect(png.subarray(1, 4).toString()).toBe('PNG');
		const { html, attachments, subject, summary } = run.items[0] ?? {};
		expect(attachments).toBe('digestPicture');
		expect(html).toContain('<img src="cid:digestPicture"');
		expect(html).not.toContain('data:');
		// A file to look at has no attachments.
		expect(file(run, 'digest')).toContain('<img src="data:image/svg+xml');
		const verdict = /[\d.]+% over 365 days: (healthy|at risk|critical)/;
		for (const text of [subject, summary, html]) expect(text).toMatch(verdict);
		expect(summary).toMatch(/\d+ more (negative or neutral before|positive to) \d+%/);
	});

	it('begins with the window that was chosen', async () => {
		const run = await draw({ options: { evaluationDays: 30, pictureFormat: 'svg' } });
		expect(run.items[0]?.subject).toMatch(/over 30 days: /);
		expect(String(run.items[0]?.summary).split('\n')[1]).toMatch(/over 30 days: /);
		expect(file(run, 'chart')).toContain('with the range of 30 days');
	});

	it.each([
		['png', { chart: 'image/png' }],
		['svg', { chart: 'image/svg+xml' }],
		['both', { chart: 'image/png', chartSvg: 'image/svg+xml' }],
	])('draws the picture as %s', async (pictureFormat, wanted) => {
		const run = await draw({ format: 'picture', options: { pictureFormat } });
		const files = Object.entries(run.outputs[0]?.[0]?.binary ?? {});
		expect(Object.fromEntries(files.map(([name, { mimeType }]) => [name, mimeType]))).toEqual(
			wanted,
		);
	});

	it.each(['same, same', '__proto__, digest', 'chart, constructor', `${'x'.repeat(201)}, digest`])(
		'refuses the fields %s, where a file would be lost',
		async (binaryFields) => {
			const { error, items } = await draw({ binaryFields });
			expect(items).toEqual([]);
			expect(error?.message).toMatch(
				/Could not use 'Put Output Files in Fields': the value is invalid/,
			);
		},
	);

	it('draws a picture that says so if there is no data', async () => {
		inUse.sandbox.faults.add({
			kind: 'reportCancelled',
			reportType: 'GET_SELLER_FEEDBACK_DATA',
			times: 'always',
		});
		const run = await draw();
		expect(run.error).toBeUndefined();
		expect(run.items[0]).toMatchObject({ provenance: 'insufficient' });
		expect(String(run.items[0]?.notes)).toMatch(/neutral ratings are unknown/);
		expect(file(run, 'chart')).toMatch(/^<svg /);
	});

	it('draws Rating and Buy Box from the same days, with the true shares', async () => {
		const run = await draw({
			picture: 'ratingAndBuyBox',
			options: { daysBack: 60, pictureFormat: 'svg' },
		});
		expect(run.error).toBeUndefined();
		expectToMatchOutputSchema('AmazonSellerRating', 'chart', run.items);
		const svg = file(run, 'chart');
		const html = file(run, 'digest');
		for (const text of [svg, html]) {
			expect(text).toContain('does not mean that one causes the other');
		}
		const [, settled = ''] = /settled through (\d{4}-\d{2}-\d{2})/.exec(svg) ?? [];
		const days = inUse.sandbox.truth.shop('demo', 'ATVPDKIKX0DER', { to: settled }).slice(-30);
		const views = days.reduce((sum, { pageViews }) => sum + pageViews, 0);
		const share = days.reduce((sum, day) => sum + day.buyBoxPercent * day.pageViews, 0) / views;
		const [, shown = NaN] = /Buy Box share: [\d.]+%, then ([\d.]+)%/.exec(svg) ?? [];
		expect(Math.abs(Number(shown) - share)).toBeLessThan(0.02);
	});

	it.each(['rating', 'ratingAndBuyBox'])(
		'names the seller and the marketplace in picture and digest: %s',
		async (picture) => {
			const run = await draw({ picture });
			expect(file(run, 'chart')).toContain('>Harbor &amp; Pine Home, amazon.com · as of');
			expect(file(run, 'digest')).toContain(' – Harbor &amp; Pine Home, amazon.com, ');
		},
	);

	it('cannot draw Rating and Buy Box from input items', async () => {
		const { error } = await draw({
			picture: 'ratingAndBuyBox',
			sources: ['items'],
			dateField: 'date',
			ratingField: 'rating',
			marketplace: { __rl: true, mode: 'id', value: 'US' },
		});
		expect(error?.message).toBe(
			'Could not draw Rating and Buy Box: input items have no Buy Box share',
		);
	});

	it('does not let a bad item affect the good ones', async () => {
		await expectMiddleItemToFailAlone({
			type: 'amazonSellerRating',
			parameters: { ...parameters, binaryFields: '={{ $json.fields }}' },
			credentials: inUse.credentials,
			items: [
				{ json: { fields: 'a, b' } },
				{ json: { fields: 'only one' } },
				{ json: { fields: 'c, d' } },
			],
			message: /Could not use 'Put Output Files in Fields': the value is invalid/,
		});
	});
});
