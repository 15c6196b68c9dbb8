/**
 * `npm run check -- panels`: every operation of every node in the editor of a real n8n, with all its
 * options added, in light and dark, as pictures under .runtime/screenshots/pictures. Compares each
 * panel with the node's description: it must show each field with its label and description, and no
 * field that should be hidden; subtitles on the canvas and choices such as 'From List' must fit, icons
 * must load, and the browser's console must have no errors. Prints a table; exits with code 1 if
 * something is wrong.
 *
 * `--only AmazonSellerRating` checks one node. `--url http://localhost:5678` uses the n8n started by
 * `npm start`.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeTypeDescription } from 'n8n-workflow';
import { demoLogin, prepareInstance } from '../scripts/lib/instance.mjs';
import { logIn, startProcess } from '../scripts/lib/n8n.mjs';
import { createProgress, formatTable, printVerdicts, SetupError } from '../scripts/lib/output.mjs';
import { readManifest } from '../scripts/lib/package.mjs';
import { stateDir, userFolder } from '../scripts/lib/paths.mjs';
import { pickFreePort } from '../scripts/lib/ports.mjs';
import { readOptions } from './lib/options';
import { RunningSandbox } from './lib/sandbox';
import { setUp } from './lib/setUp';
import { Editor, type Theme } from './n8n/editor';
import { casesOf, defectsOf, expectedPanel, gapsOf } from './panels/panel';

const dir = join(stateDir, 'screenshots');
const pictures = join(dir, 'pictures');

interface Access {
	readonly url: string;
	readonly login: { readonly email: string; readonly password: string };
}

/** A panel that was opened. */
interface Row {
	readonly node: string;
	readonly name: string;
	readonly theme: Theme;
	readonly fields: number;
	readonly defects: readonly string[];
}

export async function run(args: string[]): Promise<number> {
	const { only, url } = readOptions(args, { only: { type: 'string' }, url: { type: 'string' } });
	return await walk(url ? { url, login: demoLogin(userFolder) } : await startN8n(), only);
}

async function startN8n(): Promise<Access> {
	const progress = createProgress(4);
	const { runtime, tarball } = await setUp(progress);
	const instance = {
		runtime,
		userFolder: join(dir, 'user'),
		port: await pickFreePort(),
		brokerPort: await pickFreePort(),
	};
	await progress.step('SP-API sandbox, credential and package', async () => {
		mkdirSync(dir, { recursive: true });
		const sandbox = await RunningSandbox.start(join(dir, 'sandbox.log'), {});
		return await prepareInstance(instance, tarball, sandbox.url);
	});
	const url = `http://localhost:${instance.port}`;
	const login = demoLogin(instance.userFolder);
	await progress.step('Starting n8n', async () => {
		await startProcess(instance, { logFile: join(dir, 'n8n.log') });
		await logIn(url, login);
	});
	return { url, login };
}

/** Opens every panel in both themes. */
async function walk({ url, login }: Access, only: string | undefined): Promise<number> {
	if (!only) rmSync(pictures, { recursive: true, force: true });
	const rows: Row[] = [];
	for (const theme of ['light', 'dark'] as const) {
		const editor = await Editor.open(url, login, { theme });
		try {
			const types = await ownTypes(editor, only);
			for (const type of types) rows.push(...(await walkNode(editor, type, theme)));
		} finally {
			await editor.close();
		}
	}
	return report(rows);
}

/**
 * This package's nodes as n8n describes them to its editor; the variants for agents are separate
 * nodes.
 */
async function ownTypes(editor: Editor, only: string | undefined): Promise<INodeTypeDescription[]> {
	const all = await editor.call<INodeTypeDescription[]>('GET', '/types/nodes.json');
	const own = all.filter(({ name }) => name.startsWith(`${readManifest().name}.`));
	const wanted = own.filter(({ name }) => {
		const node = nodeName(name).toLowerCase();
		return !only || [only, `${only}Tool`].some((each) => each.toLowerCase() === node);
	});
	if (wanted.length === 0) throw new SetupError(`n8n has no node ${only} from this package.`);
	return wanted;
}

/** The name of a node's type without its package. */
const nodeName = (type: string): string => type.split('.')[1] ?? type;

async function walkNode(editor: Editor, type: INodeTypeDescription, theme: Theme): Promise<Row[]> {
	const cases = casesOf(type)
		// The second theme only changes colors.
		.filter(({ isVariant }) => theme === 'light' || !isVariant);
	const id = await editor.openNewWorkflow({
		name: `Panels of ${type.displayName}`,
		nodes: cases.map(({ parameters }, index) => ({
			id: `10000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
			name: `Case ${index}`,
			type: type.name,
			typeVersion: [type.version].flat().at(-1) ?? 1,
			position: [(index % 6) * 260, Math.floor(index / 6) * 200],
			parameters,
		})),
	});
	const cut = (await editor.cutSubtitles()).map((line) => `the subtitle '${line}' is cut off`);
	const folder = join(pictures, theme, nodeName(type.name));
	mkdirSync(folder, { recursive: true });
	const rows: Row[] = [];
	for (const [index, { name, isVariant, parameters }] of cases.entries()) {
		await editor.openPanel(`Case ${index}`);
		const shown = await editor.readPanel();
		const defects = [
			...defectsOf(expectedPanel(type, parameters), shown),
			...(await editor.brokenImages()).map((image) => `${image} does not load`),
			...(await editor.cutModes()).map((mode) => `the choice '${mode}' is cut off`),
			...editor.takeErrors(),
			...(index === 0 ? [...gapsOf(type), ...cut] : []),
		];
		if (!isVariant) {
			await editor.shootPanel(join(folder, `${name.replace(/[^\w]+/g, '-')}.png`));
		}
		rows.push({ node: type.displayName, name, theme, fields: shown.fields.length, defects });
	}
	await editor.closePanel();
	await editor.page.screenshot({ path: join(folder, 'canvas.png') });
	await editor.removeWorkflow(id);
	return rows;
}

function report(rows: readonly Row[]): number {
	console.log(
		formatTable(
			['node', 'panel', 'theme', 'fields', 'wrong'],
			rows.map(({ node, name, theme, fields, defects }) => [
				node,
				name.slice(0, 70),
				theme,
				fields,
				defects.length || '',
			]),
		),
	);
	console.log(`\nPictures: ${pictures}`);
	return printVerdicts(
		rows.map(({ node, name, theme, defects }) => ({
			what: `${node}, ${name} (${theme})`,
			passed: defects.length === 0,
			detail: defects.join('; '),
		})),
		{ onlyFailed: true },
	);
}
