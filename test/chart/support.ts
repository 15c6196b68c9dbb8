import type { ChartOptions } from '../../nodes/AmazonSellerRating/chart/svg';

export const SIZES = [360, 800, 1400] as const;

export const LIGHT_800: ChartOptions = { width: 800, theme: 'light' };

/** An element of a parsed XML document. */
export interface Parsed {
	readonly name: string;
	readonly attributes: Readonly<Record<string, string>>;
	readonly children: Parsed[];
	text: string;
}

const NAMES: Readonly<Record<string, string>> = {
	amp: '&',
	lt: '<',
	gt: '>',
	quot: '"',
	'#39': "'",
};

/** Unescapes text; throws if it contains anything that XML does not allow. */
function unescape(text: string): string {
	if (/[<>]|&(?!(amp|lt|gt|quot|#39);)/.test(text)) throw new Error(`Not escaped: ${text}`);
	if (/[^\P{Cc}\t\n\r]|\p{Cs}|[\uFFFE\uFFFF]/u.test(text)) throw new Error('Not XML text');
	return text.replace(/&([^;]+);/g, (_, name: string) => NAMES[name] ?? '');
}

function attributesOf(source: string): Record<string, string> {
	const attributes: Record<string, string> = {};
	const rest = source.replace(/\s+([\w:-]+)="([^"<]*)"/g, (_, name: string, value: string) => {
		if (name in attributes) throw new Error(`Twice: ${name}`);
		attributes[name] = unescape(value);
		return '';
	});
	if (rest.trim() !== '') throw new Error(`Not attributes: ${rest}`);
	return attributes;
}

/** Parses XML strictly: throws if it is not well-formed. */
export function parseXml(xml: string): Parsed {
	const document: Parsed = { name: '', attributes: {}, children: [], text: '' };
	const open = [document];
	for (const [token] of xml.matchAll(/<[^>]*>|[^<]+/g)) {
		const parent = open.at(-1);
		if (parent === undefined) throw new Error('Closed too often');
		if (!token.startsWith('<')) {
			parent.text += unescape(token);
		} else if (token.startsWith('</')) {
			if (`</${parent.name}>` !== token) throw new Error(`${token} closes ${parent.name}`);
			open.pop();
		} else {
			const [, name = '', attributes = '', end] =
				/^<([\w:-]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>$/.exec(token) ?? [];
			if (name === '') throw new Error(`Not a tag: ${token}`);
			const element = { name, attributes: attributesOf(attributes), children: [], text: '' };
			parent.children.push(element);
			if (end !== '/') open.push(element);
		}
	}
	const [root, ...more] = document.children;
	if (open.length !== 1 || root === undefined || more.length > 0) throw new Error('Not one root');
	return root;
}

/** The element and all its descendants. */
export const everything = (element: Parsed): Parsed[] => [
	element,
	...element.children.flatMap(everything),
];

const hasClasses = ({ attributes }: Parsed, classes: readonly string[]): boolean =>
	classes.every((name) => (attributes.class ?? '').split(' ').includes(name));

export const withClass = (root: Parsed, ...classes: string[]): Parsed[] =>
	everything(root).filter((element) => hasClasses(element, classes));

export const textsOf = (root: Parsed, ...classes: string[]): string[] =>
	withClass(root, ...classes).flatMap(({ children }) => children.map(({ text }) => text));

/** The points of a mark's paths: one list per unbroken piece. */
export function piecesOf(root: Parsed, ...classes: string[]): Array<Array<[number, number]>> {
	const paths = withClass(root, ...classes)
		.flatMap(everything)
		.map(({ attributes }) => attributes.d ?? '');
	return paths
		.flatMap((path) => path.split('M').slice(1))
		.map((piece) =>
			piece
				.replace(/Z$/, '')
				.split('L')
				.map((point) => point.split(',').map(Number))
				.map(([x = NaN, y = NaN]): [number, number] => [x, y]),
		);
}
