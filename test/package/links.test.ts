import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';

import packageJson from '../../package.json';
import { filesIn, readDocument } from './documents';

const REPOSITORY =
	'https://github.com/n8n-nodes-amazon-seller-feedback/n8n-nodes-amazon-seller-feedback';

/** The address of the README's pictures. npm's page does not support relative ones. */
const RAW =
	'https://raw.githubusercontent.com/n8n-nodes-amazon-seller-feedback/n8n-nodes-amazon-seller-feedback/main/';

const documents = [
	...readdirSync('.').filter((file) => file.endsWith('.md')),
	...filesIn('docs', '.md'),
	...filesIn('templates', '.md'),
];

const withoutCode = (markdown: string): string =>
	markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** The anchors that GitHub makes from the headings. */
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

/** Pictures in Markdown and in HTML. Each `srcset` has one picture. */
const picturesOf = (document: string): string[] => {
	const markdown = withoutCode(readDocument(document));
	return [...markdown.matchAll(/!\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)].map(
		([, link, attribute]) => link ?? attribute ?? '',
	);
};

/** The picture's file in this repository, also if its address is absolute. */
const fileOfPicture = (document: string, link: string): string =>
	link.startsWith(RAW) ? link.slice(RAW.length) : normalize(join(dirname(document), link));

/** What is wrong with a relative link, or undefined. */
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

	it.each(documents)('%s shows only pictures that exist', (document) => {
		const missing = picturesOf(document).filter(
			(link) => !existsSync(fileOfPicture(document, link)),
		);
		expect(missing).toEqual([]);
	});

	it('use absolute addresses for the pictures of the README, so that npm shows them', () => {
		const pictures = picturesOf('README.md');
		expect(pictures.length).toBeGreaterThan(0);
		expect(pictures.filter((link) => !link.startsWith(RAW))).toEqual([]);
	});

	it('use every picture, light and dark', () => {
		const used = documents.flatMap((document) =>
			picturesOf(document).map((link) => fileOfPicture(document, link)),
		);
		const pictures = readdirSync('docs/images').map((name) => `docs/images/${name}`);
		expect([...new Set(used)].sort()).toEqual(pictures.sort());
	});

	it('can all be reached from the README', () => {
		const reached = new Set(['README.md']);
		for (const document of reached) {
			for (const link of linksOf(document).filter((each) => !/^[a-z]+:/.test(each))) {
				const target = normalize(join(dirname(document), link.split('#')[0] ?? ''));
				if (target.endsWith('.md') && existsSync(target)) reached.add(target);
			}
		}
		expect(documents.filter((document) => !reached.has(document))).toEqual([]);
	});

	it('are short: the README has at most 130 lines, a page at most 150 or it says why it is longer', () => {
		const lengthOf = (document: string): number =>
			readDocument(document).trimEnd().split('\n').length;
		expect(lengthOf('README.md')).toBeLessThanOrEqual(130);
		const long = filesIn('docs', '.md').filter((document) => lengthOf(document) > 150);
		expect(
			long.filter((each) => !/The page\s+is\s+long\s+because/.test(readDocument(each))),
		).toEqual([]);
	});

	it.each(documents)('%s names only scripts of package.json', (document) => {
		const named = [...readDocument(document).matchAll(/npm run ([\w:-]+)/g)].map(
			([, name]) => name,
		);
		expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(named));
	});

	it('include the pages and headings that the nodes and the credential link to', () => {
		const files = ['.ts', '.json'].flatMap((ending) => [
			...filesIn('nodes', ending),
			...filesIn('credentials', ending),
		]);
		const linked = files.flatMap((file) =>
			[
				...readDocument(file).matchAll(
					new RegExp(`${REPOSITORY}(?:/blob/[^/]+/([^#"'\\s]+))?(?:#([\\w-]+))?['"]`, 'g'),
				),
			].map(([, document = 'README.md', anchor = '']) => [document, anchor] as const),
		);
		expect(linked.length).toBeGreaterThan(4);
		for (const [document, anchor] of linked) {
			expect(existsSync(document)).toBe(true);
			if (anchor) expect(anchorsOf(document)).toContain(anchor);
		}
	});
});
