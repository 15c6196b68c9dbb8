import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

import packageJson from '../../package.json';

interface Step {
	readonly uses?: string;
	readonly run?: string;
	readonly with?: Record<string, unknown>;
}

interface Job {
	readonly permissions?: Record<string, string>;
	readonly 'timeout-minutes'?: number | string;
	readonly steps: readonly Step[];
	readonly strategy?: { matrix: { include?: ReadonlyArray<{ command?: string }> } };
}

interface Workflow {
	readonly permissions?: Record<string, string>;
	readonly concurrency?: object;
	readonly jobs: Record<string, Job>;
}

const folder = '.github/workflows';

const workflows = readdirSync(folder).map((file) => {
	const text = readFileSync(join(folder, file), 'utf8');
	return { file, text, workflow: parse(text) as Workflow };
});

const jobs = workflows.flatMap(({ file, workflow }) =>
	Object.entries(workflow.jobs).map(([name, job]) => ({ where: `${file}, ${name}`, job })),
);

describe.each(workflows)('the workflow $file', ({ text, workflow }) => {
	it('pins every action by commit, with the version in a comment', () => {
		const lines = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line));
		expect(lines.length).toBeGreaterThan(0);
		for (const line of lines) {
			expect(line.trim()).toMatch(/^(- )?uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
		}
	});

	it('has at most read access to the repository and runs once at a time', () => {
		expect([{}, { contents: 'read' }]).toContainEqual(workflow.permissions);
		expect(workflow.concurrency).toBeDefined();
	});

	it('uses no secrets', () => {
		expect(text).not.toMatch(/\bsecrets\b|_TOKEN\b|token:(?! write$)/m);
	});

	it('passes no external input to a shell', () => {
		for (const { steps } of Object.values(workflow.jobs)) {
			for (const { run = '' } of steps) expect(run).not.toMatch(/\$\{\{\s*(github|inputs)\b/);
		}
	});

	it('runs only scripts that exist', () => {
		const commands = Object.values(workflow.jobs).flatMap(({ steps, strategy }) => [
			...steps.map(({ run = '' }) => run),
			...(strategy?.matrix.include ?? []).map(({ command = '' }) => command),
		]);
		const own = commands.flatMap((command) => [
			...command.matchAll(/\bnpm (?:run )?(test(?::\w+)?|(?<=run )[\w:-]+)/g),
		]);
		for (const [, script = ''] of own) expect(packageJson.scripts).toHaveProperty([script]);
		for (const command of commands) {
			for (const [file] of command.matchAll(/scripts\/\S+/g)) expect(existsSync(file)).toBe(true);
		}
	});
});

describe('the jobs of the workflows', () => {
	it.each(jobs)('have a timeout: $where', ({ job }) => {
		expect(job['timeout-minutes']).toBeDefined();
	});

	it.each(jobs)('leave no credentials in the clone: $where', ({ job }) => {
		for (const step of job.steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@'))) {
			expect(step.with?.['persist-credentials']).toBe(false);
		}
	});

	it('prove their identity to npm in a single job, which runs no code of this package or of a dependency', () => {
		const proving = jobs.filter(({ job }) =>
			Object.values(job.permissions ?? {}).some((access) => access !== 'read'),
		);
		expect(proving.map(({ where }) => where)).toEqual(['publish.yml, publish']);
		expect(proving[0]?.job.permissions).toEqual({ 'id-token': 'write' });
		const runs = proving[0]?.job.steps.flatMap(({ run = [] }) => run);
		expect(runs).toEqual(['npm publish ./*.tgz --provenance --access public --ignore-scripts']);
	});
});
