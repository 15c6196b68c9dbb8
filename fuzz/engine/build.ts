/** Builds what `npm run fuzz` runs: targets whose code counts which parts of it run. */
import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { build, transform, type Plugin } from 'esbuild';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { repoDir, stateDir } from '../../scripts/lib/paths.mjs';

const fuzzDir = join(repoDir, 'fuzz');
const buildDir = join(stateDir, 'fuzz', 'build');

/** What the instrumenter takes as a source map. */
type SourceMap = NonNullable<
	Parameters<ReturnType<typeof createInstrumenter>['instrumentSync']>[2]
>;

/**
 * The code under test, and the oracles it is compared with: an input that is new to either is
 * interesting.
 */
const COUNTED = [join(repoDir, 'nodes') + sep, join(fuzzDir, 'oracle') + sep];

const counting: Plugin = {
	name: 'counting',
	setup({ onLoad }) {
		onLoad({ filter: /\.ts$/ }, async ({ path }) => {
			if (!COUNTED.some((folder) => path.startsWith(folder))) return undefined;
			const { code, map } = await transform(await readFile(path, 'utf8'), {
				loader: 'ts',
				sourcefile: path,
				sourcemap: true,
				target: 'es2022',
			});
			const instrumenter = createInstrumenter({ esModules: true, produceSourceMap: true });
			const contents = instrumenter.instrumentSync(code, path, JSON.parse(map) as SourceMap);
			const sourceMap = Buffer.from(JSON.stringify(instrumenter.lastSourceMap()));
			return {
				contents: `${contents}\n//# sourceMappingURL=data:application/json;base64,${sourceMap.toString('base64')}`,
				loader: 'js',
			};
		});
	},
};

/** @returns the file with the target's `fuzz` */
export async function buildTarget(target: string): Promise<string> {
	return await bundle(join(fuzzDir, 'targets', `${target}.ts`), [counting]);
}

/** @returns the file of the thread that fuzzes */
export async function workerFile(): Promise<string> {
	return await bundle(join(fuzzDir, 'engine', 'worker.ts'), []);
}

async function bundle(entry: string, plugins: Plugin[]): Promise<string> {
	const outfile = join(buildDir, entry.slice(fuzzDir.length + 1).replace(/\.ts$/, '.cjs'));
	await build({
		entryPoints: [entry],
		outfile,
		plugins,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'es2022',
		packages: 'external',
		sourcemap: 'inline',
		logLevel: 'warning',
	});
	return outfile;
}
