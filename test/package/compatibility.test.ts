import { readDocument, sectionOf } from './documents';

/** The rows of the page's table, with the header first. */
const rows = sectionOf(readDocument('docs/getting-started.md'), 'Compatibility')
	.split('\n')
	.filter((line) => /^\| [^-]/.test(line))
	.map((line) =>
		line
			.split('|')
			.slice(1, -1)
			.map((cell) => cell.trim()),
	);

const readJson = (path: string): unknown => JSON.parse(readDocument(path));

describe('the compatibility table', () => {
	const [header = [], ...steps] = rows;

	it('has the pinned versions of n8n', () => {
		const newest = readJson('scripts/n8n/package.json') as { dependencies: { n8n: string } };
		const older = readJson('scripts/n8n/older.json') as object;
		expect(header.slice(1).map((cell) => /^n8n (\S+), Node/.exec(cell)?.[1])).toEqual([
			newest.dependencies.n8n,
			...Object.keys(older),
		]);
	});

	it('shows that every step passed in every version', () => {
		expect(steps.length).toBeGreaterThan(10);
		for (const [, ...cells] of steps) {
			for (const cell of cells) expect(cell).toMatch(/^ok, \d+\.\d s$/);
		}
	});
});
