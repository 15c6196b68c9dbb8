/**
 * `npm run check -- pictures --url http://localhost:5678 light` (and again with `dark`): retakes the
 * pictures in docs/images from the n8n started by `npm start`. They show the sandbox's made-up
 * seller.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { INode } from 'n8n-workflow';
import type { Locator, Page } from 'playwright-core';
import { DEMO_CREDENTIAL, demoWorkflows } from '../scripts/lib/demo.mjs';
import { demoLogin } from '../scripts/lib/instance.mjs';
import { SetupError } from '../scripts/lib/output.mjs';
import { repoDir, userFolder } from '../scripts/lib/paths.mjs';
import { readTemplate, templateNames } from './lib/templates';
import { boxOf, Editor, type Box, type Theme } from './n8n/editor';
import { amazonNode, chain, node, withCredential, type NewWorkflow } from './n8n/workflow';

const images = join(repoDir, 'docs', 'images');

const VIEWPORT = { width: 1280, height: 760 };

/** Wide enough to read the notes of a template. */
const TEMPLATE_VIEWPORT = { width: 1700, height: 1000 };

/** The same for a template with rows of nodes. */
const LARGE_VIEWPORT = { width: 2600, height: 1500 };

/** More nodes than this are in rows. */
const MOST_NODES_OF_A_SCREEN = 30;

/** All that belongs to a workflow on the canvas: nodes and notes with their names, and lines. */
const DRAWN =
	'.vue-flow__node, .vue-flow__node [class*=label], .vue-flow__node [class*=subtitle], .vue-flow__edge path';

/** Pixels of canvas around a workflow. */
const MARGIN = 20;

/** How long the canvas moves after a click on its buttons. */
const DRAWING_MS = 1_000;

/** Amazon's reports take time in the sandbox too. */
const RUN_PATIENCE_MS = 120_000;

/** Zoom and similar buttons, and the execute button. */
const CANVAS_BUTTONS = [
	'[data-test-id=canvas-controls]',
	'[class*=executionButtons]',
	'[class*=nodeButtonsWrapper]',
];

/** An empty tooltip of n8n's expression editor, which it draws in the corner of the window. */
const EMPTY_TOOLTIP = 'div[class^="\u037c"]';

/** How long n8n shows its messages about a run in the corner. */
const MESSAGES_MS = 6_000;

/** Saves a picture of the window, or of a part of it. */
type Shoot = (clip?: Box | null) => Promise<unknown>;

/** Takes a picture of something in the editor. */
type Take = (editor: Editor, shoot: Shoot, theme: Theme) => Promise<void>;

/** Made up, in Amazon's format. */
const CREDENTIAL_FIELDS = {
	clientId: 'amzn1.application-oa2-client.0a1b2c3d4e5f60718293a4b5c6d7e8f9',
	// eslint-disable-next-line @n8n/community-nodes/no-hardcoded-secrets -- made up
	clientSecret: 'amzn1.oa2-cs.v1.made-up',
	refreshToken: 'Atzr|made-up',
};

const START = node('Start', 'manualTrigger');

/** Panels show the last node of a workflow. */
const PICTURES: Readonly<Record<string, Take>> = {
	canvas: shootCanvas,
	trigger: panelOf(
		'json',
		demoChain('Alert', amazonNode('Amazon Seller Feedback Trigger', 'amazonSellerFeedbackTrigger')),
	),
	evaluate: panelOf(
		'json',
		demoChain(
			'Rating',
			START,
			amazonNode('Amazon Seller Rating', 'amazonSellerRating', { operation: 'evaluate' }),
		),
	),
	plan: panelOf(
		'table',
		demoChain(
			'Review requests',
			START,
			amazonNode('Orders', 'amazonReviewSolicitation', { resource: 'order', returnAll: true }),
			amazonNode('Plan', 'amazonReviewSolicitation', {
				resource: 'solicitation',
				operation: 'plan',
			}),
		),
	),
	nextStep: panelOf(
		'json',
		demoChain(
			'Cases',
			START,
			amazonNode('Feedback', 'amazonSellerFeedback', { resource: 'feedback', returnAll: true }),
			amazonNode('Next step', 'amazonSellerFeedback', { resource: 'case', operation: 'nextStep' }),
		),
	),
	credential: shootCredential,
	chart: shootChart,
};

/** For the gallery; one theme is enough. */
const TEMPLATES: Readonly<Record<string, Take>> = Object.fromEntries(
	templateNames().map((name): [string, Take] => [
		`template-${name}`,
		async (editor, shoot) => await shootTemplate(editor, shoot, name),
	]),
);

export async function run(args: string[]): Promise<void> {
	const { url, theme, names } = readArguments(args);
	mkdirSync(images, { recursive: true });
	const editor = await Editor.open(url, demoLogin(userFolder), { theme, viewport: VIEWPORT });
	editor.page.setDefaultTimeout(RUN_PATIENCE_MS);
	try {
		const pictures = { ...PICTURES, ...(theme === 'light' && TEMPLATES) };
		for (const [name, take] of Object.entries(pictures)) {
			if (names.length > 0 && !names.includes(name)) continue;
			const path = join(images, `${name in TEMPLATES ? name : `${name}-${theme}`}.png`);
			const shoot: Shoot = async (clip) =>
				await editor.page.screenshot({ path, ...(clip && { clip }) });
			await take(editor, shoot, theme);
		}
	} finally {
		await editor.close();
	}
}

function readArguments(args: string[]): { url: string; theme: Theme; names: string[] } {
	const { values, positionals } = parseArgs({
		args,
		options: { url: { type: 'string' } },
		allowPositionals: true,
	});
	const [theme, ...names] = positionals;
	if (!values.url || (theme !== 'light' && theme !== 'dark')) {
		throw new SetupError(
			'Name the URL of n8n and the theme: --url <n8n> light|dark [picture ...].',
		);
	}
	return { url: values.url, theme, names };
}

/** One node after the other, with the demo's credential. */
function demoChain(name: string, ...nodes: readonly INode[]): NewWorkflow {
	const { id, name: credentialName } = DEMO_CREDENTIAL;
	return withCredential(chain(name, nodes), id, credentialName);
}

/** The rating's demo workflow after a run. */
async function shootCanvas(editor: Editor, shoot: Shoot): Promise<void> {
	const { page } = editor;
	await editor.openWorkflow(demoWorkflows()[1]?.id ?? '');
	await page.locator('[data-test-id^=execute-workflow-button]').first().dispatchEvent('click');
	await page.waitForSelector('[data-test-id=canvas-node-status-success]', {
		timeout: RUN_PATIENCE_MS,
	});
	await page.waitForSelector('[data-test-id=stop-execution-button]', {
		state: 'detached',
		timeout: RUN_PATIENCE_MS,
	});
	await page.locator('[data-test-id=zoom-to-fit]').dispatchEvent('click');
	await page.waitForTimeout(MESSAGES_MS);
	await shootNodes(page, shoot);
}

/** A template right after it was imported. */
async function shootTemplate(editor: Editor, shoot: Shoot, name: string): Promise<void> {
	const { page } = editor;
	const template = readTemplate(name);
	const isLarge = template.nodes.length > MOST_NODES_OF_A_SCREEN;
	await page.setViewportSize(isLarge ? LARGE_VIEWPORT : TEMPLATE_VIEWPORT);
	const id = await editor.openNewWorkflow(template);
	await page.locator('[data-test-id=zoom-to-fit]').dispatchEvent('click');
	await page.waitForTimeout(DRAWING_MS);
	await shootNodes(page, shoot);
	await editor.removeWorkflow(id);
	await page.setViewportSize(VIEWPORT);
}

/** The workflow on the canvas, without the buttons on top of it. */
async function shootNodes(page: Page, shoot: Shoot): Promise<void> {
	await page.addStyleTag({
		content: CANVAS_BUTTONS.map((one) => `${one} { display: none }`).join(''),
	});
	const drawn = await page.evaluate(
		(selector) =>
			[...document.querySelectorAll(selector)]
				.map((part) => part.getBoundingClientRect())
				.filter(({ width, height }) => width + height > 0)
				.map(({ left, top, right, bottom }) => ({ left, top, right, bottom })),
		DRAWN,
	);
	const canvas = await boxOf(page.locator('.vue-flow').first());
	const left = Math.max(Math.min(...drawn.map((part) => part.left)) - MARGIN, canvas.x);
	const top = Math.max(Math.min(...drawn.map((part) => part.top)) - MARGIN, canvas.y);
	const right = Math.min(
		Math.max(...drawn.map((part) => part.right)) + MARGIN,
		canvas.x + canvas.width,
	);
	const bottom = Math.min(
		Math.max(...drawn.map((part) => part.bottom)) + MARGIN,
		canvas.y + canvas.height,
	);
	await shoot({ x: left, y: top, width: right - left, height: bottom - top });
}

/** A panel after a run, with the output as JSON or as a table. */
function panelOf(view: 'json' | 'table', workflow: NewWorkflow): Take {
	return async (editor, shoot) => {
		const { page } = editor;
		const id = await editor.openNewWorkflow(workflow);
		await editor.openPanel(workflow.nodes.at(-1)?.name ?? '');
		const output = await runStep(page);
		// If there are several outputs, one that has items.
		const branch = output
			.locator('[data-test-id=branches]')
			.getByText(/\d+ items?/)
			.first();
		if (await branch.isVisible()) await branch.click();
		await output.locator(`[data-test-id=radio-button-${view}]`).first().click();
		await page.addStyleTag({ content: `${EMPTY_TOOLTIP} { display: none !important }` });
		await page.waitForTimeout(MESSAGES_MS);
		await shoot();
		await editor.removeWorkflow(id);
	};
}

/** Runs the node whose panel is open; returns the output part of the panel. */
async function runStep(page: Page): Promise<Locator> {
	await page.click('[data-test-id=ndv] [data-test-id=node-execute-button]');
	const output = page.locator('[data-test-id=output-panel]');
	const counts = output.locator('[data-test-id=ndv-items-count], [data-test-id=branches]');
	await counts.first().waitFor({ timeout: RUN_PATIENCE_MS });
	return output;
}

async function shootCredential(editor: Editor, shoot: Shoot): Promise<void> {
	const { page, url } = editor;
	// High enough for the whole form.
	await page.setViewportSize({ width: 1000, height: 1180 });
	await page.goto(`${url}/home/credentials/create`);
	await page.fill('[data-test-id=new-credential-type-select] input', 'Amazon Selling');
	await page.waitForTimeout(1_000);
	await page.keyboard.press('Enter');
	await page.click('[data-test-id=new-credential-type-button]');
	for (const [name, value] of Object.entries(CREDENTIAL_FIELDS)) {
		await page.fill(`[data-test-id=parameter-input-${name}] input`, value);
	}
	// n8n shows the form in a lower window, in which one scrolls.
	await page.addStyleTag({
		content: '.el-dialog { height: 1110px !important; max-height: none !important }',
	});
	await page.waitForTimeout(1_000);
	// Takes the focus from all fields.
	await page.locator('.el-dialog__body').click({ position: { x: 5, y: 5 } });
	await shoot(await page.locator('.el-dialog').first().boundingBox());
	await page.setViewportSize(VIEWPORT);
}

/** The output of the operation Chart as a browser shows it. */
async function shootChart(editor: Editor, shoot: Shoot, theme: Theme): Promise<void> {
	const { page } = editor;
	const parameters = {
		operation: 'chart',
		format: 'picture',
		options: { pictureFormat: 'svg', theme, width: 900 },
	};
	const id = await editor.openNewWorkflow(
		demoChain('Chart', START, amazonNode('Chart', 'amazonSellerRating', parameters)),
	);
	await editor.openPanel('Chart');
	const output = await runStep(page);
	await output.locator('[data-test-id=radio-button-binary]').click();
	const [download] = await Promise.all([
		page.waitForEvent('download', { timeout: 15_000 }),
		output.getByText('Download').first().click({ timeout: 10_000 }),
	]);
	const picture = readFileSync(await download.path(), 'utf8');
	await editor.removeWorkflow(id);
	await page.goto('about:blank');
	await page.setContent(`<body style="margin: 0">${picture}</body>`);
	await shoot(await page.locator('svg').first().boundingBox());
	// A page from which requests to n8n are allowed.
	await page.goto(editor.url);
}
