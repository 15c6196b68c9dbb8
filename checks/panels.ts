/**
 * `npm run screenshots`: every operation of every node in the editor of a real n8n, with all its
 * options added, in light and dark, as pictures under .runtime/screenshots/pictures. Compares each
 * panel with the node's description: it must show each field with its label and description, and no
 * field that should be hidden; icons must load, and the browser's console must have no errors.
 * Prints a table; exits with code 1 if something is wrong.
 *
 * `-- --only AmazonSellerRating` checks one node. `-- --url http://localhost:5678` uses the n8n
 * started by `npm start`.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { Editor } from './lib/editor.mjs';
import { demoLogin, prepareInstance } from './lib/instance.mjs';
import { ensureOwner, startServer } from './lib/n8n.mjs';
import { createProgress, formatTable, runMain, SetupError } from './lib/output.mjs';
import { ensureTarball, readManifest } from './lib/package.mjs';
import { casesOf, defectsOf, expectedPanel, gapsOf } from './lib/panels.mjs';
import { stateDir, userFolder } from './lib/paths.mjs';
import { pickFreePort } from './lib/ports.mjs';
import { stopServices } from './lib/processes.mjs';
import { ensureN8n, ensureNode24, N8N_VERSION } from './lib/runtime.mjs';
import { startSandbox } from './lib/sandbox.mjs';
import { stopOnSignals } from './lib/signals.mjs';

const dir = join(stateDir, 'screenshots');
const pictures = join(dir, 'pictures');

await runMain(async () => {
	const { only, url } = readArguments(process.argv.slice(2));
	stopOnSignals(async () => undefined);
	try {
		const n8n = url ? { url, login: demoLogin(userFolder) } : await startN8n();
		return await walk(n8n, only);
	} finally {
		await stopServices();
	}
});

function readArguments(given) {
	const values = {};
	for (let index = 0; index < given.length; index += 2) {
		const [option, value] = given.slice(index);
		if (!['--only', '--url'].includes(option) || !value) {
			throw new SetupError(`Unknown option ${option}. Available: --only <node> and --url <n8n>.`);
		}
		values[option.slice(2)] = value;
	}
	return values;
}

async function startN8n() {
	const progress = createProgress(5);
	await progress.step('Dependencies', ensureDependencies);
	const runtime = await progress.step(
		`Node 24 and n8n ${N8N_VERSION}`,
		async () => await ensureN8n((await ensureNode24()).node),
	);
	const tarball = await progress.step('Building and packing this package', ensureTarball);
	const instance = {
		runtime,
		userFolder: join(dir, 'user'),
		port: await pickFreePort(),
		brokerPort: await pickFreePort(),
	};
	await progress.step('SP-API sandbox, credential and package', async () => {
		mkdirSync(dir, { recursive: true });
		const port = await pickFreePort();
		const sandbox = await startSandbox({ port, logFile: join(dir, 'sandbox.log') });
		return await prepareInstance(instance, tarball, sandbox.url);
	});
	const url = `http://localhost:${instance.port}`;
	const login = demoLogin(instance.userFolder);
	await progress.step('Starting n8n', async () => {
		await startServer(instance, join(dir, 'n8n.log'));
		await ensureOwner(url, login);
	});
	return { url, login };
}

/** Opens every panel in both themes. */
async function walk({ url, login }, only) {
	if (!only) rmSync(pictures, { recursive: true, force: true });
	const rows = [];
	for (const theme of ['light', 'dark']) {
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
async function ownTypes(editor, only) {
	const all = await editor.call('GET', '/types/nodes.json');
	const own = all.filter(({ name }) => name.startsWith(`${readManifest().name}.`));
	const wanted = own.filter(({ name }) => {
		const node = name.split('.')[1].toLowerCase();
		return !only || [only, `${only}Tool`].some((each) => each.toLowerCase() === node);
	});
	if (wanted.length === 0) throw new SetupError(`n8n has no node ${only} from this package.`);
	return wanted;
}

async function walkNode(editor, type, theme) {
	const cases = casesOf(type)
		// The second theme only changes colors.
		.filter(({ isVariant }) => theme === 'light' || !isVariant);
	const id = await editor.openNewWorkflow({
		name: `Panels of ${type.displayName}`,
		nodes: cases.map(({ parameters }, index) => ({
			id: `10000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
			name: `Case ${index}`,
			type: type.name,
			typeVersion: [type.version].flat().at(-1),
			position: [(index % 6) * 260, Math.floor(index / 6) * 200],
			parameters,
		})),
	});
	const folder = join(pictures, theme, type.name.split('.')[1]);
	mkdirSync(folder, { recursive: true });
	const rows = [];
	for (const [index, { name, isVariant, parameters }] of cases.entries()) {
		await editor.openPanel(`Case ${index}`);
		const shown = await editor.readPanel();
		const defects = [
			...defectsOf(expectedPanel(type, parameters), shown),
			...(await editor.brokenImages()).map((image) => `${image} does not load`),
			...editor.takeErrors(),
			...(index === 0 ? gapsOf(type) : []),
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

function report(rows) {
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
	const wrong = rows.filter(({ defects }) => defects.length > 0);
	for (const { node, name, theme, defects } of wrong) {
		console.log(`\n${node}, ${name} (${theme}):`);
		for (const defect of defects) console.log(`  ${defect}`);
	}
	console.log(`\n${rows.length} panels, ${wrong.length} with defects. Pictures: ${pictures}`);
	return wrong.length === 0 ? 0 : 1;
}
