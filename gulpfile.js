/**
 * The build script: type-check, the nodes and the credential with the code they share, and the other
 * files n8n reads.
 * `npx gulp build` makes dist/; `npx gulp bundle` skips the type-check.
 */
const { execFile } = require('node:child_process');
const { mkdir, readdir, readFile, rm, writeFile } = require('node:fs/promises');
const { dirname, join } = require('node:path');
const { promisify } = require('node:util');
const { deflateSync } = require('node:zlib');
const esbuild = require('esbuild');
const { dest, parallel, series, src } = require('gulp');
const { n8n } = require('./package.json');

/** package.json lists what n8n loads from dist/; exactly that is built. */
const entryPoints = [...n8n.nodes, ...n8n.credentials].map((file) =>
	file.replace(/^dist\/(.*)\.js$/, '$1.ts'),
);

/** What nodes share within a process. Each of them loads it; the tests do, too, by this name. */
const shared = 'nodes/shared/spapi/processWide.ts';

/**
 * What a node shows in the editor is plain data, made by code that its operations use, too. It is
 * made here instead: n8n then starts without loading the code behind it.
 */
const descriptionsAsData = {
	name: 'descriptions-as-data',
	setup: ({ onLoad }) =>
		onLoad({ filter: /[\\/]description\.ts$/ }, async ({ path }) => {
			const { outputFiles } = await esbuild.build({
				...options,
				entryPoints: [path],
				// No description draws.
				loader: { '.ttf': 'empty', '.wasm': 'empty' },
				write: false,
			});
			const made = { exports: {} };
			new Function('module', 'require', outputFiles[0].text)(made, require);
			return { contents: JSON.stringify(made.exports), loader: 'json' };
		}),
};

/** Nodes may not read files, so the binary files of libraries become texts: deflated, in base64. */
const binaryFiles = {
	name: 'binary-files',
	setup: ({ onLoad }) =>
		onLoad({ filter: /\.(ttf|wasm)$/ }, async ({ path }) => ({
			contents: deflateSync(await readFile(path), { level: 9 }).toString('base64'),
			loader: 'text',
		})),
};

async function clean() {
	await rm('dist', { recursive: true, force: true });
}

async function typeCheck() {
	const compiler = require.resolve('typescript/bin/tsc');
	try {
		await promisify(execFile)(process.execPath, [compiler, '--noEmit']);
	} catch (error) {
		throw new Error(`Could not build: the type-check failed\n${error.stdout}`);
	}
}

/**
 * The published package has no run-time dependencies, so luxon, zod and Plot are included; only
 * n8n-workflow, which n8n provides, stays outside. Unminified, so that users can read what they run.
 */
const options = {
	bundle: true,
	platform: 'node',
	target: 'node20',
	format: 'cjs',
	external: ['n8n-workflow'],
	// No user of n8n sees what libraries write to the console.
	drop: ['console'],
	legalComments: 'inline',
};

/**
 * What several nodes use is in files that they share, and what they import at run time is loaded
 * when it is used. esbuild only splits ES modules, so it writes these, and then each file is turned
 * into CommonJS, which n8n loads.
 */
async function bundle() {
	const { outputFiles, metafile } = await esbuild.build({
		...options,
		entryPoints: [...entryPoints, shared],
		plugins: [descriptionsAsData, binaryFiles],
		outdir: 'dist',
		outbase: '.',
		splitting: true,
		format: 'esm',
		chunkNames: 'nodes/shared/code/[name]-[hash]',
		write: false,
		metafile: true,
	});
	const write = async ({ path, text }) => {
		const { code } = await esbuild.transform(text, {
			platform: 'node',
			target: 'node20',
			format: 'cjs',
			legalComments: 'inline',
			// Turns import() into require().
			supported: { 'dynamic-import': false },
		});
		await mkdir(dirname(path), { recursive: true });
		await writeFile(path, code);
	};
	await Promise.all(outputFiles.map(write));
	await writeFile('dist/THIRD-PARTY-NOTICES.txt', await notices(Object.keys(metafile.inputs)));
}

/** The licenses of what is bundled; they have to be distributed with it. */
async function notices(inputs) {
	const folders = inputs.flatMap(
		(input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? [],
	);
	// Included in d3-array, which Plot ships prebuilt.
	folders.push('node_modules/internmap');
	const texts = [...new Set(folders)].sort().map(async (folder) => {
		const { name, version, license } = JSON.parse(
			await readFile(join(folder, 'package.json'), 'utf8'),
		);
		const own = await licensesIn(folder);
		// A library may be published without its license.
		const files = own.length > 0 ? own : [`scripts/licenses/${license}.txt`];
		const licenses = await Promise.all(files.map(async (file) => await readFile(file, 'utf8')));
		return `${name} ${version} (${license})\n\n${licenses.join('\n\n')}`;
	});
	return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}

async function licensesIn(folder) {
	const files = (await readdir(folder)).filter((each) => /^(licen[cs]e|copying)/i.test(each));
	return files.map((file) => join(folder, file));
}

// Without `encoding: false` gulp 5 would read the files as text.
const icons = () => src('icons/*.svg', { base: '.', encoding: false }).pipe(dest('dist'));

const codexAndSchemas = () =>
	src(['nodes/**/*.node.json', 'nodes/**/__schema__/**/*.json'], { base: '.' }).pipe(dest('dist'));

const assemble = series(clean, parallel(bundle, icons, codexAndSchemas));

exports.build = series(typeCheck, assemble);
exports.bundle = assemble;
exports.default = exports.build;
