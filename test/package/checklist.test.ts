import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

describe.each(['docs/maintainers/publishing.md', 'docs/maintainers/verification-checklist.md'])(
	'%s',
	(document) => {
		const text = readFileSync(document, 'utf8');

		it('names only files that exist', () => {
			const named = [
				...text.matchAll(/`((?:test|scripts|nodes|credentials|\.github)\/[\w./-]+)`/g),
			];
			const linked = [...text.matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, file = '']) => [
				'',
				join(dirname(document), file),
			]);
			const missing = [...named, ...linked].filter(([, file = '']) => !existsSync(file));
			expect(missing).toEqual([]);
		});
	},
);
