/* eslint-disable @n8n/community-nodes/no-restricted-imports -- reads the package's own files */
import { readFileSync } from 'node:fs';

import { REMOVAL_CRITERIA } from '../../nodes/shared/domain/removalProspect';
import { SOLICITATION_OUTCOMES } from '../../nodes/shared/domain/solicitationOutcome';
import { PLAN_REASONS } from '../../nodes/shared/domain/solicitationPlan';
import { OPERATIONS } from '../../nodes/shared/spapi/operations';

const readme = readFileSync('README.md', 'utf8');

const requestingReviews = readFileSync('docs/requesting-reviews.md', 'utf8');

const trigger = readFileSync('docs/trigger.md', 'utf8');

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** The cells of every table row under a heading. */
const rowsUnder = (heading: string): string[][] =>
	(readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
		.split('\n')
		.filter((line) => line.startsWith('| '))
		.map((line) =>
			line
				.split('|')
				.slice(1, -1)
				.map((cell) => cell.trim()),
		);

describe('the README', () => {
	it('documents every outcome of a request in the words of the code', () => {
		const documented = rowsUnder('Outcomes of a request')
			.filter(([first = '']) => /^`\w+`$/.test(first))
			.map(([first = '', meaning]) => [first.slice(1, -1), meaning]);
		expect(Object.fromEntries(documented)).toEqual(SOLICITATION_OUTCOMES);
	});

	it('has every reason of the plan explained in the words of the code', () => {
		const rows = requestingReviews
			.split('\n')
			.map((line) => /^\| `(\w+)`\s*\| (.*?)\s*\|$/.exec(line))
			.flatMap((match) => (match ? [[match[1], match[2]]] : []));
		expect(Object.fromEntries(rows)).toEqual(PLAN_REASONS);
	});

	it('has every criterion for removal explained in the words of the code', () => {
		const rows = [...trigger.matchAll(/^\| `\w+`\s*\| `(\w+)`\s*\| (.*?)\s*\|$/gm)];
		expect(Object.fromEntries(rows.map(([, criterion, meaning]) => [criterion, meaning]))).toEqual(
			REMOVAL_CRITERIA,
		);
	});

	it('has the compatibility table of the versions of n8n that are pinned, each step passed', () => {
		const pinned = readJson('scripts/n8n/package.json') as { dependencies: { n8n: string } };
		const older = readJson('scripts/n8n/older.json') as object;
		const [header = [], , ...steps] = rowsUnder('Compatibility');
		expect(header.slice(1).map((cell) => /^n8n (\S+), Node/.exec(cell)?.[1])).toEqual([
			pinned.dependencies.n8n,
			...Object.keys(older),
		]);
		expect(steps.length).toBeGreaterThan(10);
		for (const [, ...cells] of steps) {
			for (const cell of cells) expect(cell).toMatch(/^ok, \d+\.\d s$/);
		}
	});

	it.each(Object.entries(OPERATIONS))('gives the rate and burst of %s', (_, { rate, burst }) => {
		expect(readme).toContain(`${rate}, ${burst}`);
	});
});
