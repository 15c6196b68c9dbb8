/**
 * `node scripts/docs-pictures.mjs --url http://localhost:5678 light` (and again with `dark`):
 * retakes the pictures in docs/images from the n8n started by `npm start`. They show the sandbox's
 * made-up seller.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoWorkflows, readTemplate, templateNames } from './lib/demo.mjs';
import { Editor } from './lib/editor.mjs';
import { DEMO_CREDENTIAL, demoLogin } from './lib/instance.mjs';
import { runMain, SetupError } from './lib/output.mjs';
import { readManifest } from './lib/package.mjs';
import { repoDir, userFolder } from './lib/paths.mjs';

const images = join(repoDir, 'docs', 'images');

const VIEWPORT = { width: 1280, height: 760 };

/** Wide enough to read the notes of a template. */
const TEMPLATE_VIEWPORT = { width: 1700, height: 1000 };

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

/** How long n8n shows its messages about a run in the corner. */
const MESSAGES_MS = 6_000;

const credentials = { amazonSellingPartnerApi: DEMO_CREDENTIAL };

/** Made up, in Amazon's format. */
const CREDENTIAL_FIELDS = {
	clientId: 'amzn1.application-oa2-client.0a1b2c3d4e5f60718293a4b5c6d7e8f9',
	// eslint-disable-next-line @n8n/community-nodes/no-hardcoded-secrets -- made up
	clientSecret: 'amzn1.oa2-cs.v1.made-up',
	refreshToken: 'Atzr|made-up',
};

const START = ['Start', 'n8n-nodes-base.manualTrigger', {}];

/** Panels show the last node of a workflow. */
const PICTURES = {
	canvas: shootCanvas,
	trigger: panelOf(
		'json',
		chain('Alert', ['Amazon Seller Feedback Trigger', 'amazonSellerFeedbackTrigger', {}]),
	),
	evaluate: panelOf(
		'json',
		chain('Rating', START, [
			'Amazon Seller Rating',
			'amazonSellerRating',
			{ operation: 'evaluate' },
		]),
	),
	plan: panelOf(
		'table',
		chain(
			'Review requests',
			START,
			['Orders', 'amazonReviewSolicitation', { resource: 'order', returnAll: true }],
			['Plan', 'amazonReviewSolicitation', { resource: 'solicitation', operation: 'plan' }],
		),
	),
	credential: shootCredential,
	chart: shootChart,
};

/** For the gallery; one theme is enough. */
const TEMPLATES = Object.fromEntries(
	templateNames().map((name) => [
		`template-${name}`,
		async (editor, shoot) => await shootTemplate(editor, shoot, name),
	]),
);

await runMain(async () => {
	const [option, url, theme, ...names] = process.argv.slice(2);
	if (option !== '--url' || !url || !['light', 'dark'].includes(theme)) {
		throw new SetupError(
			'Name the URL of n8n and the theme: --url <n8n> light|dark [picture ...].',
		);
	}
	mkdirSync(images, { recursive: true });
	const editor = await Editor.open(url, demoLogin(userFolder), { theme, viewport: VIEWPORT });
	try {
		const pictures = { ...PICTURES, ...(theme === 'light' && TEMPLATES) };
		for (const [name, take] of Object.entries(pictures)) {
			if (names.length > 0 && !names.includes(name)) continue;
			const path = join(images, `${name in TEMPLATES ? name : `${name}-${theme}`}.png`);
			await take(editor, async (clip) => await editor.page.screenshot({ path, clip }), theme);
		}
	} finally {
		await editor.close();
	}
	return 0;
});

function node(name, type, parameters, index) {
	return {
		id: `20000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
		name,
		type: type.includes('.') ? type : `${readManifest().name}.${type}`,
		typeVersion: 1,
		position: [index * 220, 0],
		parameters,
		...(!type.includes('.') && { credentials }),
	};
}

/** One node after the other. */
function chain(name, ...nodes) {
	const all = nodes.map(([title, type, parameters], index) => node(title, type, parameters, index));
	const connections = Object.fromEntries(
		all
			.slice(0, -1)
			.map((one, index) => [
				one.name,
				{ main: [[{ node: all[index + 1].name, type: 'main', index: 0 }]] },
			]),
	);
	return { name, nodes: all, connections };
}

/** The rating's demo workflow after a run. */
async function shootCanvas(editor, shoot) {
	const { page } = editor;
	await editor.openWorkflow(demoWorkflows()[1].id);
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
async function shootTemplate(editor, shoot, name) {
	const { page } = editor;
	await page.setViewportSize(TEMPLATE_VIEWPORT);
	const id = await editor.openNewWorkflow(readTemplate(name));
	await page.locator('[data-test-id=zoom-to-fit]').dispatchEvent('click');
	await page.waitForTimeout(DRAWING_MS);
	await shootNodes(page, shoot);
	await editor.removeWorkflow(id);
	await page.setViewportSize(VIEWPORT);
}

/** The workflow on the canvas, without the buttons on top of it. */
async function shootNodes(page, shoot) {
	await page.addStyleTag({
		content: CANVAS_BUTTONS.map((one) => `${one} { display: none }`).join(''),
	});
	const parts = await page.locator('.vue-flow__node').all();
	const boxes = await Promise.all(parts.map(async (part) => await part.boundingBox()));
	const left = Math.min(...boxes.map(({ x }) => x)) - 15;
	const top = Math.min(...boxes.map(({ y }) => y)) - 20;
	const right = Math.max(...boxes.map(({ x, width }) => x + width)) + 90;
	const canvas = await page.locator('.vue-flow').first().boundingBox();
	const bottom = Math.min(
		Math.max(...boxes.map(({ y, height }) => y + height)) + 80,
		canvas.y + canvas.height - 5,
	);
	await shoot({ x: left, y: top, width: right - left, height: bottom - top });
}

/** A panel after a run, with the output as JSON or as a table. */
function panelOf(view, workflow) {
	return async (editor, shoot) => {
		const { page } = editor;
		const id = await editor.openNewWorkflow(workflow);
		await editor.openPanel(workflow.nodes.at(-1).name);
		const output = await runStep(page);
		// If there are several outputs, one that has items.
		const branch = output
			.locator('[data-test-id=branches]')
			.getByText(/\d+ items?/)
			.first();
		if (await branch.isVisible()) await branch.click();
		await output.locator(`[data-test-id=radio-button-${view}]`).first().click();
		await page.waitForTimeout(MESSAGES_MS);
		await shoot();
		await editor.removeWorkflow(id);
	};
}

/** Runs the node whose panel is open; returns the output part of the panel. */
async function runStep(page) {
	await page.click('[data-test-id=ndv] [data-test-id=node-execute-button]');
	const output = page.locator('[data-test-id=output-panel]');
	const counts = output.locator('[data-test-id=ndv-items-count], [data-test-id=branches]');
	await counts.first().waitFor({ timeout: RUN_PATIENCE_MS });
	return output;
}

async function shootCredential(editor, shoot) {
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
	await page.waitForTimeout(1_000);
	// Takes the focus from all fields.
	await page.locator('.el-dialog__body').click({ position: { x: 5, y: 5 } });
	await shoot(await page.locator('.el-dialog').first().boundingBox());
	await page.setViewportSize(VIEWPORT);
}

/** The output of the operation Chart as a browser shows it. */
async function shootChart(editor, shoot, theme) {
	const { page } = editor;
	const parameters = { operation: 'chart', format: 'svg', options: { theme, width: 900 } };
	const id = await editor.openNewWorkflow(
		chain('Chart', START, ['Chart', 'amazonSellerRating', parameters]),
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
