import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

/** What the figures depend on, as rows of a table. */
export interface Machine {
	readonly rows: ReadonlyArray<readonly [name: string, value: string]>;
}

/** The peers and the engine whose installed versions are listed. */
const VERSIONS_OF = [
	'n8n-core',
	'n8n-workflow',
	'amazon-sp-api',
	'@amazon-sp-api-release/amazon-sp-api-sdk-js',
	'udsv',
	'papaparse',
	'csv-parse',
	'iconv-lite',
	'arquero',
] as const;

/** The version of an installed development dependency. */
export function versionOf(name: string): string {
	const file = join(__dirname, '..', '..', 'node_modules', name, 'package.json');
	return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}

/** The load average of the last minute; on an idle machine the run itself causes about 1. */
export const currentLoad = (): string => (loadavg()[0] ?? 0).toFixed(2);

export function describeMachine(loadAtStart: string, startedAt: Date): Machine {
	const [cpu] = cpus();
	const { version } = JSON.parse(
		readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'),
	) as { readonly version: string };
	return {
		rows: [
			['Date', startedAt.toISOString().slice(0, 10)],
			['This package', version],
			['Processor', `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}`],
			['Memory', `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`],
			['System', `${type()} ${release().split('-')[0] ?? ''}`],
			['Node', process.version],
			['Load at the start and at the end', `${loadAtStart} and ${currentLoad()}`],
			...VERSIONS_OF.map((name): [string, string] => [name, versionOf(name)]),
		],
	};
}
