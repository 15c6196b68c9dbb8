import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

describe.each(['docs/publishing.md', 'docs/verification-checklist.md'])('%s', (document) => {
	const text = readFileSync(document, 'utf8');

	it('names as evidence only files that there are', () => {
		const named = [...text.matchAll(/`((?:test|scripts|nodes|credentials|\.github)\/[\w./-]+)`/g)];
		const linked = [...text.matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, file = '']) => [
			'',
			join('docs', file),
		]);
		const missing = [...named, ...linked].filter(([, file = '']) => !existsSync(file));
		expect(missing).toEqual([]);
	});
});
