/**
 * The build script: type-check, one bundle per node and credential, and the other files n8n reads.
 * `npx gulp build` makes dist/; `npx gulp bundle` skips the type-check.
 */
const { execFile } = require('node:child_process');
const { readdir, readFile, rm, writeFile } = require('node:fs/promises');
const { join } = require('node:path');
const { promisify } = require('node:util');
const { deflateSync } = require('node:zlib');
const esbuild = require('esbuild');
const { dest, parallel, series, src } = require('gulp');
const { n8n } = require('./package.json');

/** package.json lists what n8n loads from dist/; exactly that is built. */
const entryPoints = [...n8n.nodes, ...n8n.credentials].map((file) =>
	file.replace(/^dist\/(.*)\.js$/, '$1.ts'),
);

/** The one module that all nodes share at run time; all others are bundled into each node. */
const shared = 'nodes/shared/spapi/processWide.ts';

const keepShared = {
	name: 'keep-shared',
	setup: ({ onResolve }) =>
		onResolve({ filter: /\/processWide$/ }, () => ({
			// From dist/nodes/<node>/.
			path: '../shared/spapi/processWide.js',
			external: true,
		})),
};

/** Large and rarely needed: a file that nodes load only when they draw a PNG. */
const png = 'nodes/AmazonSellerRating/chart/png.ts';

const keepPngApart = {
	name: 'keep-png-apart',
	setup: ({ onResolve }) =>
		// From dist/nodes/AmazonSellerRating/.
		onResolve({ filter: /\/chart\/png$/ }, () => ({ path: './chart/png.js', external: true })),
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
 * The published package has no run-time dependencies, so luxon and zod go into each bundle; only
 * n8n-workflow, which n8n provides, stays outside. Unminified, so that users can read what they run.
 */
async function bundle() {
	const { metafile } = await esbuild.build({
		entryPoints: [...entryPoints, shared, png],
		plugins: [keepShared, keepPngApart, binaryFiles],
		outdir: 'dist',
		outbase: '.',
		bundle: true,
		platform: 'node',
		target: 'node20',
		format: 'cjs',
		external: ['n8n-workflow'],
		// A file that is loaded later is a CommonJS file, too.
		supported: { 'dynamic-import': false },
		// No user of n8n sees what libraries write to the console.
		drop: ['console'],
		legalComments: 'inline',
		metafile: true,
	});
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
