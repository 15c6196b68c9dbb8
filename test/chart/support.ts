import type { MailOptions } from '../../nodes/AmazonSellerRating/chart/mail';
import { textWidth } from '../../nodes/AmazonSellerRating/chart/text';
import type { ChartOptions } from '../../nodes/AmazonSellerRating/chart/plot';

export const SIZES = [360, 800, 1400] as const;

export const LIGHT_800: ChartOptions = { width: 800, theme: 'light' };

/** An email whose picture is an attachment. */
export const MAIL: MailOptions = { picture: 'cid:digestPicture', theme: 'light' };

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

/** A text of a picture with the room it takes, in pixels, as the layout estimates it. */
export interface TextBox {
	readonly text: string;
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

/** What an element passes on to those inside it. */
interface Inherited {
	readonly x: number;
	readonly y: number;
	readonly size: number;
	readonly bold: boolean;
	readonly anchor: string;
}

/** The boxes of all texts, without a browser. Each line of a text has its own. */
export function textBoxesOf(root: Parsed): TextBox[] {
	const boxes: TextBox[] = [];
	const visit = (element: Parsed, before: Inherited): void => {
		const { attributes, children, name } = element;
		const [, dx = '0', dy = '0'] =
			/translate\(([-\d.]+)[, ]*([-\d.]+)?\)/.exec(attributes.transform ?? '') ?? [];
		const inherited: Inherited = {
			x: before.x + Number(dx),
			y: before.y + Number(dy),
			size: Number(attributes['font-size'] ?? before.size),
			bold: (attributes['font-weight'] ?? (before.bold ? 'bold' : '')) === 'bold',
			anchor: attributes['text-anchor'] ?? before.anchor,
		};
		if (name !== 'text') return children.forEach((child) => visit(child, inherited));
		const { size, bold, anchor } = inherited;
		const em = (length = '0') =>
			length.endsWith('em') ? parseFloat(length) * size : Number(length);
		const x = inherited.x + em(attributes.x);
		let y = inherited.y + em(attributes.y) + em(attributes.dy);
		const lines = children.filter((child) => child.name === 'tspan');
		for (const line of lines.length > 0 ? lines : [element]) {
			if (line !== element) y += em(line.attributes.dy) + em(line.attributes.y);
			if (line.text === '') continue;
			const width = textWidth(line.text, { size, bold });
			const left = x - { start: 0, middle: width / 2, end: width }[anchor as 'start'];
			boxes.push({
				text: line.text,
				left,
				right: left + width,
				top: y - 0.75 * size,
				bottom: y + 0.2 * size,
			});
		}
	};
	visit(root, { x: 0, y: 0, size: 16, bold: false, anchor: 'start' });
	return boxes;
}

/** The pairs of texts that touch. */
export const touching = (boxes: readonly TextBox[], tolerance = 1.5): string[] =>
	boxes.flatMap((one, index) =>
		boxes
			.slice(index + 1)
			.filter(
				(other) =>
					Math.min(one.right, other.right) - Math.max(one.left, other.left) > tolerance &&
					Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > tolerance,
			)
			.map((other) => `${one.text} / ${other.text}`),
	);
