/**
 * `npm run check -- film`: makes docs/images/desk.gif, the film of the template "Feedback desk" in the
 * README: a real n8n with its editor, the sandbox as Amazon, and an email that is answered. The seller
 * and the time are made up, the run is shown slowly, buttons on the canvas are hidden, and the columns of
 * the table are moved and narrowed; all else is as n8n shows it. Each frame is also a PNG in
 * .runtime/film/frames.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { createProgress, printVerdicts } from '../scripts/lib/output.mjs';
import { repoDir, stateDir } from '../scripts/lib/paths.mjs';
import { encodeGif } from './film/gif';
import { pageOf } from './film/pages';
import { ADDRESSES, COLUMNS, Scene } from './film/scene';
import { SlowPush } from './film/slowPush';
import { FILM, PICTURE, Studio, type Point, type Shot } from './film/studio';
import { atEnd } from './lib/atEnd';
import { MailServer } from '../demo/mailbox/mailServer';
import { readOptions } from './lib/options';
import { RunningSandbox } from './lib/sandbox';
import { setUp } from './lib/setUp';
import { boxOf, Editor, type Box } from './n8n/editor';
import { OWNER } from './n8n/realN8n';
import { startOnClock } from './n8n/startOnClock';
import { SteppedClock } from './n8n/steppedClock';

const file = join(repoDir, 'docs', 'images', 'desk.gif');
const dir = join(stateDir, 'film');

const START = '2026-10-06T13:00:00Z';

const COMMENT = 'Wrong color, and the seller never answered.';

const CAPTIONS = {
	feedback: `A buyer leaves 1 star: “${COMMENT}”`,
	run: 'The workflow reads it, opens a case and decides the next step',
	email: 'You get an email: what to do, by when, and a draft',
	form: 'You wrote to the buyer: two clicks record it',
	table: 'n8n’s own data table keeps the case: next step and dates',
	closing: 'Three days later the buyer removes the feedback: case closed',
	end: 'Every bad feedback entry is followed to its end',
};

/** The nodes that the camera looks at, one group after the other. */
const GROUPS = [
	['Watch for bad feedback', 'Set the days for each step', 'Check what started it'],
	['Wait for the cases', 'Decide the next step', 'Check if it is new feedback'],
	['Save the case', 'Take one at a time', 'Start its own execution'],
] as const;

/** What lies on top of the canvas, and movements: a browser without a graphics card draws them too slowly. */
const CANVAS_STYLE = `
	*, *::before, *::after { animation: none !important; transition: none !important }
	[data-reka-popper-content-wrapper], [data-test-id=canvas-controls], [class*=executionButtons],
	[class*=nodeButtonsWrapper] { display: none !important }`;

/** How long a page may move after it was opened or changed. */
const DRAWING_MS = 1_500;

/** How large a film on a README may be. */
const MOST_BYTES = 2 * 1024 * 1024;

export async function run(args: string[]): Promise<number> {
	readOptions(args, {});
	rmSync(dir, { recursive: true, force: true });
	const progress = createProgress(5);
	const env = { GENERIC_TIMEZONE: 'America/New_York' };
	const parts = { ...(await setUp(progress)), dir, env };
	const sandbox = await RunningSandbox.start(join(dir, 'sandbox.log'), {
		now: START,
		'rate-limits': 1000,
		'report-delay': 250,
		seed: 'demo',
	});
	const mail = await MailServer.open();
	atEnd(async () => mail.close());
	const clock = new SteppedClock(join(dir, 'clock'), Date.parse(START));
	const n8n = await startOnClock(progress, parts, clock);
	const scene = new Scene({ n8n, sandbox, mail, clock });
	const editor = await Editor.open(n8n.url, OWNER, {
		theme: 'light',
		viewport: { width: 1400, height: 784 },
		scale: 2,
	});
	const shots = await progress.step('Filming', async () => await film(scene, editor));
	return await progress
		.step('Developing', async () => await develop(shots, editor.page))
		.then(report);
}

/** Takes all pictures, in the order of the film. */
async function film(scene: Scene, editor: Editor): Promise<Shot[]> {
	const shots: Shot[] = [];
	await scene.begin();
	await scene.leaveFeedback(1, COMMENT);
	await filmRun(scene, editor, shots);
	const reader = await readerOf(editor.page);
	await filmQuestion(scene, reader, shots);
	await scene.caseWith('nextStep', 'waitForBuyer');
	await scene.arrangeTable();
	await filmTable(scene, editor.page, shots, CAPTIONS.table, 2100);

	await scene.publish();
	await scene.morningOf('2026-10-07');
	await scene.morningOf('2026-10-08');
	await scene.removeFeedback();
	await scene.morningOf('2026-10-09');
	const closing = await scene.email(/closed/);
	await reader.setContent(pageOf(closing, ADDRESSES.fromEmail, ADDRESSES.toEmail));
	shots.push({ png: await reader.screenshot(), caption: CAPTIONS.closing, ms: 2000 });
	await scene.caseWith('status', 'closed');
	await filmTable(scene, editor.page, shots, CAPTIONS.end, 2300);
	return shots;
}

/** The canvas, and a run of the workflow node by node. */
async function filmRun(scene: Scene, editor: Editor, shots: Shot[]): Promise<void> {
	const { page } = editor;
	const push = await SlowPush.on(page);
	await editor.openWorkflow(scene.workflowId);
	await page.addStyleTag({ content: CANVAS_STYLE });
	await page.locator('[data-test-id=zoom-to-fit]').dispatchEvent('click');
	await page.waitForTimeout(DRAWING_MS);
	const shoot = async (nodes: readonly string[]) =>
		await page.screenshot({ clip: await clipOf(page, nodes) });
	const [first] = GROUPS;
	shots.push({ png: await shoot(GROUPS.flat()), caption: CAPTIONS.feedback, ms: 1600 });
	shots.push({ png: await shoot(first), caption: CAPTIONS.feedback, ms: 600 });
	let group: readonly string[] = first;
	const start = page.locator('[data-test-id^=execute-workflow-button]').first();
	await push.during(
		async () => await start.dispatchEvent('click'),
		async (name) => {
			group = GROUPS.find((nodes) => nodes[0] === name) ?? group;
			shots.push({ png: await shoot(group), caption: CAPTIONS.run, ms: 150 });
		},
	);
	await page.waitForTimeout(DRAWING_MS);
	shots.push({ png: await shoot(group), caption: CAPTIONS.run, ms: 400 });
	shots.push({ png: await shoot(GROUPS.flat()), caption: CAPTIONS.run, ms: 1000 });
}

/** The email with the question, and its form. */
async function filmQuestion(scene: Scene, reader: Page, shots: Shot[]): Promise<void> {
	const email = await scene.email(/star/);
	await reader.setContent(pageOf(email, ADDRESSES.fromEmail, ADDRESSES.toEmail));
	await reader.waitForTimeout(DRAWING_MS);
	const link = reader.frameLocator('iframe').locator('a[href*=signature]').first();
	shots.push({ png: await reader.screenshot(), caption: CAPTIONS.email, ms: 2100 });
	await link.scrollIntoViewIfNeeded();
	shots.push({
		png: await reader.screenshot(),
		caption: CAPTIONS.email,
		ms: 800,
		pointer: await middleOf(link),
	});
	await reader.goto((await link.getAttribute('href')) ?? '');
	const choice = reader.locator('select');
	const submit = reader.locator('#submit-btn');
	await submit.scrollIntoViewIfNeeded();
	const shoot = async (ms: number, pointer?: Point) => {
		const png = await reader.screenshot();
		shots.push({ png, caption: CAPTIONS.form, ms, ...(pointer && { pointer }) });
	};
	await shoot(500, await middleOf(choice));
	await choice.selectOption('Buyer contacted');
	await shoot(700, await middleOf(choice));
	await shoot(400, await middleOf(submit));
	await submit.click();
	await reader.waitForTimeout(DRAWING_MS);
	await shoot(700);
}

/** n8n's page of the table, with columns as narrow as what is in them. */
async function filmTable(
	scene: Scene,
	page: Page,
	shots: Shot[],
	caption: string,
	ms: number,
): Promise<void> {
	// Wide enough to reach the edges of all columns.
	await page.setViewportSize({ width: 2600, height: 582 });
	await page.goto(scene.tableUrl);
	await page.locator('.ag-row').first().waitFor();
	await page.waitForTimeout(DRAWING_MS);
	for (const [name, width] of Object.entries(COLUMNS)) {
		const head = page.locator('.ag-header-cell', { has: page.getByText(name, { exact: true }) });
		const box = await boxOf(head.first());
		const y = box.y + box.height / 2;
		await page.mouse.move(box.x + box.width - 1, y);
		await page.mouse.down();
		await page.mouse.move(box.x + width - 1, y, { steps: 3 });
		await page.mouse.up();
	}
	await page.mouse.move(500, 450);
	await page.setViewportSize({ width: 1040, height: 582 });
	await page.waitForTimeout(DRAWING_MS);
	shots.push({ png: await page.screenshot(), caption, ms });
}

/** A page that has exactly the size of the picture. */
async function readerOf(page: Page): Promise<Page> {
	return await browserOf(page).newPage({ viewport: PICTURE, colorScheme: 'light' });
}

function browserOf(page: Page): Browser {
	const browser = page.context().browser();
	if (!browser) throw new Error('The browser has been closed');
	return browser;
}

/** The part of the canvas with these nodes. */
async function clipOf(page: Page, names: readonly string[]): Promise<Box> {
	const boxes = await Promise.all(
		names.map(async (name) => await boxOf(page.locator(`[data-node-name="${name}"]`).first())),
	);
	const x = Math.min(...boxes.map((box) => box.x));
	const y = Math.min(...boxes.map((box) => box.y));
	const right = Math.max(...boxes.map((box) => box.x + box.width));
	const bottom = Math.max(...boxes.map((box) => box.y + box.height));
	const margin = 40;
	return inProportion({
		x: x - margin,
		y: y - margin,
		width: right - x + 2 * margin,
		height: bottom - y + 2 * margin,
	});
}

/** The part with the proportions of the picture and the same middle. */
function inProportion({ x, y, width, height }: Box): Box {
	const scale = Math.max(width / PICTURE.width, height / PICTURE.height);
	const [wide, high] = [PICTURE.width * scale, PICTURE.height * scale];
	return { x: x + (width - wide) / 2, y: y + (height - high) / 2, width: wide, height: high };
}

async function middleOf(part: Locator): Promise<Point> {
	const { x, y, width, height } = await boxOf(part);
	return { x: x + width / 2, y: y + height / 2 };
}

interface Film {
	readonly bytes: number;
	readonly seconds: number;
}

/** Draws the frames and writes the film; also each frame as a PNG, to look at. */
async function develop(shots: readonly Shot[], page: Page): Promise<Film> {
	const studio = await Studio.open(browserOf(page));
	const frames = [];
	mkdirSync(join(dir, 'frames'));
	for (const [at, shot] of shots.entries()) {
		frames.push({ rgba: await studio.draw(shot), delay: shot.ms });
		writeFileSync(join(dir, 'frames', `${String(at).padStart(2, '0')}.png`), await studio.shoot());
	}
	const gif = encodeGif(frames, FILM.width, FILM.height);
	writeFileSync(file, gif);
	return { bytes: gif.length, seconds: shots.reduce((sum, { ms }) => sum + ms, 0) / 1000 };
}

function report({ bytes, seconds }: Film): number {
	return printVerdicts([
		{
			what: 'between 12 and 18 seconds',
			passed: seconds >= 12 && seconds <= 18,
			detail: `${seconds} s`,
		},
		{ what: 'at most 2 MB', passed: bytes <= MOST_BYTES, detail: `${Math.round(bytes / 1024)} KB` },
	]);
}
