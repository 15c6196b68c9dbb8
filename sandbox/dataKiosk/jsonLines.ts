import { Fraction } from './schema';

/** Whole numbers of the type Float end in `.0`, as Amazon's server writes them. */
const fraction = ({ value }: Fraction): string =>
	Number.isInteger(value) ? value.toFixed(1) : String(value);

/** Names of members as JSON with their colon; a schema has only some dozens. */
const names = new Map<string, string>();

function nameOf(name: string): string {
	const known = names.get(name);
	if (known !== undefined) return known;
	const written = `${JSON.stringify(name)}:`;
	names.set(name, written);
	return written;
}

function json(value: unknown): string {
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	if (value instanceof Fraction) return fraction(value);
	if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
	let members = '';
	for (const [name, each] of Object.entries(value)) {
		members += `${members === '' ? '' : ','}${nameOf(name)}${json(each)}`;
	}
	return `{${members}}`;
}

/** One line per element, without its line end. */
export const jsonLines = (elements: readonly unknown[]): string[] => elements.map(json);
