import { existsSync } from 'node:fs';

import packageJson from '../../package.json';
import { filesIn, readDocument } from './documents';
import { runNode } from './script';

const manifestScripts = Object.keys(packageJson.scripts);

/** The first column of the tables under a heading of CONTRIBUTING.md. */
const firstColumn = (heading: string): string[] => {
	const section = readDocument('CONTRIBUTING.md').split(`## ${heading}\n`)[1] ?? '';
	const rows = section.split('\n## ')[0]?.matchAll(/^\| `([^`]+)`/gm) ?? [];
	return [...rows].map(([, first = '']) => first);
};

const checks = filesIn('checks', '.ts')
	.flatMap((file) => /^checks\/(\w+)\.ts$/.exec(file)?.[1] ?? [])
	.filter((name) => name !== 'main');

describe('the commands', () => {
	it('are at most 12, each with a line in CONTRIBUTING', () => {
		expect(manifestScripts.length).toBeLessThanOrEqual(12);
		const commands = firstColumn('Commands');
		const expected = manifestScripts.map((name) =>
			['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`,
		);
		expect(commands.filter((each) => /^npm /.test(each)).toSorted()).toEqual(expected.toSorted());
	});

	it.each(Object.entries(packageJson.scripts))(
		'%s runs a file or a tool, not itself',
		(_, command) => {
			expect(command).not.toMatch(/\bnpm\b/);
			const [file] = /\S+\.(mjs|ts)\b/.exec(command) ?? [];
			if (file !== undefined) expect(existsSync(file)).toBe(true);
		},
	);

	it('list every check in CONTRIBUTING, and when called without a name', async () => {
		const described = firstColumn('Checks');
		expect(described.toSorted()).toEqual(checks.toSorted());
		const { output, code } = await runNode(['--import', 'tsx', 'checks/main.ts']);
		const listed = [...output.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);
		expect(listed).toEqual(checks.toSorted());
		expect(code).toBe(0);
	});

	it('refuse a check that does not exist', async () => {
		const { output, code } = await runNode(['--import', 'tsx', 'checks/main.ts', 'nothing']);
		expect(output).toContain('There is no check nothing.');
		expect(code).toBe(1);
	});
});
