/* eslint-disable @n8n/community-nodes/no-restricted-imports -- reads the package's own files */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import packageJson from '../../package.json';
import { filesIn, readDocument } from './documents';

const REPOSITORY =
	'https://github.com/n8n-nodes-amazon-seller-feedback/n8n-nodes-amazon-seller-feedback';

const documents = [
	...readdirSync('.').filter((file) => file.endsWith('.md')),
	...filesIn('docs', '.md'),
	...filesIn('templates', '.md'),
];

const withoutCode = (markdown: string): string =>
	markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** As GitHub makes anchors of headings. */
const anchorsOf = (document: string): string[] =>
	[
		...readDocument(document)
			.replace(/^```[\s\S]*?^```/gm, '')
			.matchAll(/^#+ (.+)$/gm),
	].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
			.replace(/[^\p{L}\p{N}\s_-]/gu, '')
			.trim()
			.replaceAll(' ', '-'),
	);

const linksOf = (document: string): string[] =>
	[...withoutCode(readDocument(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(
		([, link = '']) => link,
	);

/** What is wrong with a relative link; undefined where it leads somewhere. */
function problemOf(document: string, link: string): string | undefined {
	const [path = '', anchor] = link.split('#');
	const target = path === '' ? document : normalize(join(dirname(document), decodeURI(path)));
	if (target.startsWith('..') || !existsSync(target)) return 'there is no such file';
	if (anchor === undefined || anchorsOf(target).includes(anchor)) return undefined;
	return 'there is no such heading';
}

describe('documents', () => {
	it.each(documents)('%s links only to files and headings that exist', (document) => {
		const broken = linksOf(document)
			.filter((link) => !/^[a-z]+:/.test(link))
			.map((link) => [link, problemOf(document, link)])
			.filter(([, problem]) => problem !== undefined);
		expect(broken).toEqual([]);
	});

	it('are all reached from the README', () => {
		const reached = new Set(['README.md']);
		for (const document of reached) {
			for (const link of linksOf(document).filter((each) => !/^[a-z]+:/.test(each))) {
				const target = normalize(join(dirname(document), link.split('#')[0] ?? ''));
				if (target.endsWith('.md') && existsSync(target)) reached.add(target);
			}
		}
		expect(documents.filter((document) => !reached.has(document))).toEqual([]);
	});

	it.each(documents)('%s names only scripts that package.json has', (document) => {
		const named = [...readDocument(document).matchAll(/npm run ([\w:-]+)/g)].map(
			([, name]) => name,
		);
		expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(named));
	});

	it('have the headings that the nodes and the credential link to', () => {
		const files = ['.ts', '.json'].flatMap((ending) => [
			...filesIn('nodes', ending),
			...filesIn('credentials', ending),
		]);
		const linked = files.flatMap((file) =>
			[
				...readDocument(file).matchAll(
					new RegExp(`${REPOSITORY}(?:/blob/[^/]+/([^#"'\\s]+))?#([\\w-]+)`, 'g'),
				),
			].map(([, document = 'README.md', anchor = '']) => [document, anchor] as const),
		);
		expect(linked.length).toBeGreaterThan(4);
		for (const [document, anchor] of linked) expect(anchorsOf(document)).toContain(anchor);
	});
});
