import { Fraction } from './schema';

/** Whole numbers of the type Float end in `.0`, as Amazon's server writes them. */
const fraction = ({ value }: Fraction): string =>
	Number.isInteger(value) ? value.toFixed(1) : String(value);

function json(value: unknown): string {
	if (value instanceof Fraction) return fraction(value);
	if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	const members = Object.entries(value).map(
		([name, each]) => `${JSON.stringify(name)}:${json(each)}`,
	);
	return `{${members.join(',')}}`;
}

/** One line per element, without its line end. */
export const jsonLines = (elements: readonly unknown[]): string[] => elements.map(json);
