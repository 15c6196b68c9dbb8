/**
 * The small part of a browser's document that the plotting library needs to build an SVG without a
 * browser, and its serialization. All text is escaped in the output.
 */

export const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

type XmlChild = XmlElement | XmlText;

export class XmlText {
	parentNode: XmlElement | null = null;

	constructor(
		readonly ownerDocument: XmlDocument,
		readonly data: string,
	) {}

	toString(): string {
		return escapeXml(this.data);
	}
}

export class XmlElement {
	parentNode: XmlElement | null = null;
	readonly childNodes: XmlChild[] = [];
	private readonly attributes = new Map<string, string>();

	constructor(
		readonly ownerDocument: XmlDocument,
		readonly namespaceURI: string,
		readonly tagName: string,
	) {}

	get style() {
		return {
			setProperty: (name: string, value: string) => {
				const before = this.getAttribute('style');
				this.setAttribute('style', `${before === null ? '' : `${before};`}${name}:${value}`);
			},
		};
	}

	getAttribute(name: string): string | null {
		return this.attributes.get(name) ?? null;
	}

	setAttribute(name: string, value: unknown): void {
		this.attributes.set(name, String(value));
	}

	setAttributeNS(_namespace: string | null, name: string, value: unknown): void {
		this.setAttribute(name, value);
	}

	removeAttribute(name: string): void {
		this.attributes.delete(name);
	}

	appendChild<Child extends XmlChild>(child: Child): Child {
		return this.insertBefore(child, null);
	}

	append(...children: Array<XmlChild | string>): void {
		for (const child of children) {
			this.appendChild(
				typeof child === 'string' ? this.ownerDocument.createTextNode(child) : child,
			);
		}
	}

	insertBefore<Child extends XmlChild>(child: Child, next: XmlChild | null): Child {
		child.parentNode?.removeChild(child);
		const index = next === null ? -1 : this.childNodes.indexOf(next);
		this.childNodes.splice(index < 0 ? this.childNodes.length : index, 0, child);
		child.parentNode = this;
		return child;
	}

	removeChild<Child extends XmlChild>(child: Child): Child {
		const index = this.childNodes.indexOf(child);
		if (index >= 0) this.childNodes.splice(index, 1);
		child.parentNode = null;
		return child;
	}

	get textContent(): string {
		return this.childNodes
			.map((child) => (child instanceof XmlText ? child.data : child.textContent))
			.join('');
	}

	set textContent(text: string) {
		this.childNodes.length = 0;
		this.append(String(text));
	}

	toString(): string {
		const attributes = [...this.attributes].map(
			([name, value]) => ` ${name}="${escapeXml(value)}"`,
		);
		const open = `<${this.tagName}${attributes.join('')}`;
		if (this.childNodes.length === 0) return `${open}/>`;
		return `${open}>${this.childNodes.join('')}</${this.tagName}>`;
	}
}

export class XmlDocument {
	readonly documentElement = new XmlElement(this, SVG_NAMESPACE, 'svg');

	createElementNS(namespace: string, name: string): XmlElement {
		return new XmlElement(this, namespace, name);
	}

	createElement(name: string): XmlElement {
		return this.createElementNS(SVG_NAMESPACE, name);
	}

	createTextNode(data: string): XmlText {
		return new XmlText(this, data);
	}

	/** Creates an element with attributes and children. */
	element(
		name: string,
		attributes: Readonly<Record<string, string | number>>,
		...children: Array<XmlChild | string>
	): XmlElement {
		const element = this.createElement(name);
		for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
		element.append(...children);
		return element;
	}
}

const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/**
 * Makes text safe as content and in attributes, in XML and HTML. Characters that XML does not allow
 * become U+FFFD.
 */
export const escapeXml = (text: string): string =>
	text
		.replace(/[^\P{Cc}\t\n\r]|\p{Cs}|[\uFFFE\uFFFF]/gu, '\uFFFD')
		.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
