import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What the benchmarks use from scripts/lib, which is JavaScript without types. */
interface Scripts {
	readonly 'runtime.mjs': {
		isRuntimeReady(): boolean;
		ensureNode24(): Promise<{ readonly node: string }>;
		ensureN8n(node: string): Promise<{ readonly n8nModules: string }>;
	};
	readonly 'paths.mjs': { readonly stateDir: string };
	readonly 'npm.mjs': {
		npmInstall(
			args: readonly string[],
			options: { readonly cwd: string; readonly what: string },
		): Promise<void>;
	};
}

export async function loadScript<Name extends keyof Scripts>(name: Name): Promise<Scripts[Name]> {
	const file = join(__dirname, '..', '..', 'scripts', 'lib', name);
	return (await import(pathToFileURL(file).href)) as Scripts[Name];
}
