import type { INodeParameters } from 'n8n-workflow';

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
	options: {},
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
	it('draws picture and digest, with the figures of the sandbox in words', async () => {
		const run = await draw();
		expect(run.error).toBeUndefined();
		expectToMatchOutputSchema('AmazonSellerRating', 'chart', run.items);
		const svg = file(run, 'chart');
		expect(svg).toMatch(/^<svg /);
		const year = inUse.sandbox.truth.rating('demo', 'ATVPDKIKX0DER', String(run.items[0]?.asOf))[
			'365'
		];
		const shown = Math.round(
			(100 * year.positive) / (year.positive + year.neutral + year.negative),
		);
		expect(svg).toMatch(new RegExp(`365 days: ${shown}\\s%`));
		const html = file(run, 'digest');
		expect(html).toMatch(/^<!DOCTYPE html>/);
		expect(html).toContain('<table');
		expect(html).toContain(String(year.positive));
		const { chart, digest } = run.outputs[0]?.[0]?.binary ?? {};
		expect(chart).toMatchObject({ mimeType: 'image/svg+xml', fileExtension: 'svg' });
		expect(digest).toMatchObject({ mimeType: 'text/html' });
	});

	it('draws the line of 365 days over all days asked for, though the totals lag', async () => {
		inUse.sandbox.settings.set({ trafficLagDays: 2 });
		const svg = file(await draw({ options: { daysBack: 30 } }), 'chart');
		expect(svg).not.toMatch(/starts late/);
		const line = /class="rating window-2"[^>]*><path d="([^"]*)"/.exec(svg)?.[1] ?? '';
		expect(line.split('L')).toHaveLength(30);
	});

	it('makes do with a year where Amazon refuses a longer report', async () => {
		inUse.sandbox.faults.add({ kind: 'reportCancelled', reportType: 'GET_SELLER_FEEDBACK_DATA' });
		const run = await draw();
		expect(run.items[0]).toMatchObject({ provenance: 'derived' });
	});

	it('draws only what is asked for, into the fields named', async () => {
		const run = await draw({ format: 'svg', binaryFields: 'picture, mail' });
		expect(Object.keys(run.outputs[0]?.[0]?.binary ?? {})).toEqual(['picture']);
	});

	it.each(['same, same', '__proto__, digest', 'chart, constructor', `${'x'.repeat(201)}, digest`])(
		'B17: refuses the fields %s, under which a file would be lost',
		async (binaryFields) => {
			const { error, items } = await draw({ binaryFields });
			expect(items).toEqual([]);
			expect(error?.message).toMatch(/'Put Output Files in Fields' cannot be used/);
		},
	);

	it('draws a picture that says so where nothing is known', async () => {
		inUse.sandbox.faults.add({
			kind: 'reportCancelled',
			reportType: 'GET_SELLER_FEEDBACK_DATA',
			times: 'always',
		});
		const run = await draw();
		expect(run.error).toBeUndefined();
		expect(run.items[0]).toMatchObject({ provenance: 'insufficient' });
		expect(String(run.items[0]?.notes)).toMatch(/nothing is known/);
		expect(file(run, 'chart')).toMatch(/^<svg /);
	});

	it('keeps a bad item from the good ones beside it', async () => {
		await expectMiddleItemToFailAlone({
			type: 'amazonSellerRating',
			parameters: { ...parameters, binaryFields: '={{ $json.fields }}' },
			credentials: inUse.credentials,
			items: [
				{ json: { fields: 'a, b' } },
				{ json: { fields: 'only one' } },
				{ json: { fields: 'c, d' } },
			],
			message: /'Put Output Files in Fields' cannot be used/,
		});
	});
});
