import type { IDataObject } from 'n8n-workflow';

import type { Random } from '../../sandbox/random';

/** Values that no parameter expects, as from a wrong expression or a broken table. */
export const BAD_VALUES: ReadonlyArray<() => unknown> = [
	() => null,
	() => '',
	() => '   ',
	() => 'abc',
	() => '0',
	() => -1,
	() => 0,
	() => 0.1,
	() => 2.5,
	() => 7,
	() => 1e9,
	() => 2 ** 53,
	() => 1e308,
	() => true,
	() => false,
	() => [],
	() => [[]],
	() => [null],
	() => ['', 'abc', 7],
	() => ({}),
	() => ({ value: null }),
	() => ({ toString: 'not a function', length: -1 }),
	() => JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}}') as unknown,
	() => '__proto__',
	() => 'constructor',
	() => 'hasOwnProperty',
	() => '😀👩‍👩‍👧‍👦'.repeat(50),
	() => '\u202eמשוב שלילי\u202c עברית و العربية',
	() => 'x'.repeat(100_000),
	() => 'zero\u0000byte\u0007bell',
	() => 'lone surrogate \ud800 here',
	() => '<script>alert(1)</script>',
	() => "'; DROP TABLE orders; --",
	() => '../../../../etc/passwd?a=b&c=d#e',
	() => '=1+1',
	() => '%00%0d%0aX-Header: 1',
	() => 'line\r\nX-Injected: header',
	() => '2026-02-30',
	() => '31/12/2025',
	() => '9999-12-31T23:59:59Z',
	() => '0000-00-00T00:00:00Z',
	() => '+275760-09-13T00:00:00.001Z',
	() => 'Invalid DateTime',
	() => 'XX',
	() => 'us',
	() => 'A1F83G8C2ARO7P',
	() => 'ATVPDKIKX0DERx',
	() => '999-9999999-9999999',
];

/** Expressions with results that cannot be in an item; n8n evaluates them. */
export const BAD_EXPRESSIONS: readonly string[] = [
	'={{ undefined }}',
	'={{ $json.nothing.at.all }}',
	'={{ NaN }}',
	'={{ Infinity }}',
	'={{ -Infinity }}',
	'={{ $now }}',
	'={{ new Date("broken") }}',
	'={{ $json }}',
	'={{ $json.tag.no.such.method() }}',
	'={{ DateTime.fromISO("broken") }}',
	'={{ [1, 2, 3] }}',
	'={{ /x/ }}',
	'={{ "x".repeat(1000000) }}',
];

/** The path of names to a node's parameter. */
type Path = readonly string[];

const NEVER_SPOILED = ['__rl', 'mode', 'resource', 'operation'];

/** Paths of all parameter values that can be made bad, including whole collections. */
function pathsOf(parameters: IDataObject, before: Path = []): Path[] {
	return Object.entries(parameters).flatMap(([name, value]): Path[] => {
		if (NEVER_SPOILED.includes(name)) return [];
		const path = [...before, name];
		return isCollection(value) ? [path, ...pathsOf(value, path)] : [path];
	});
}

const isCollection = (value: unknown): value is IDataObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const valueAt = (parameters: IDataObject, path: Path): unknown =>
	path.reduce<unknown>((value, name) => (value as IDataObject)[name], parameters);

function replaceAt(
	parameters: IDataObject,
	[name = '', ...rest]: Path,
	value: unknown,
): IDataObject {
	const inner = rest.length === 0 ? value : replaceAt(parameters[name] as IDataObject, rest, value);
	return { ...parameters, [name]: inner as IDataObject };
}

export interface Input {
	readonly json: IDataObject;
	readonly binary?: Record<string, { data: string; mimeType: string; fileName: string }>;
	/** The only requirement is a message that a person understands. */
	readonly bad?: boolean;
}

export interface Spoiled {
	readonly parameters: IDataObject;
	readonly items: readonly Input[];
	/** How many bad values there are, and in which parameters. */
	readonly tried: number;
	readonly where: readonly string[];
}

/**
 * Makes a parameter bad: for some of the items with an expression, or for all of them.
 * @param ofRun names of parameters that count for the whole run, so they become bad for all items
 */
export function spoil(
	random: Random,
	parameters: IDataObject,
	items: readonly Input[],
	ofRun: readonly string[] = [],
): Spoiled {
	const path = random.pick(pathsOf(parameters));
	const where = [path.join('.')];
	const isOfRun = ofRun.includes(path[0] ?? '') || ofRun.includes(path.join('.'));
	const good = valueAt(parameters, path);
	// An expression on the item would replace an existing one; n8n accepts none for a collection.
	const isFixed =
		(typeof good === 'string' && good.startsWith('=')) || [good].flat().some(isCollection);
	if (isOfRun || isFixed || random.chance(0.4)) {
		const value = random.chance(0.3) ? random.pick(BAD_EXPRESSIONS) : random.pick(BAD_VALUES)();
		return {
			parameters: replaceAt(parameters, path, value),
			items: items.map((item) => ({ ...item, bad: true })),
			tried: items.length,
			where,
		};
	}
	const field = `value of ${path.join(' ')}`;
	const worse = items.map((item) => {
		const bad = random.chance(0.4);
		const value = (bad ? random.pick(BAD_VALUES)() : good) as IDataObject;
		return { ...item, json: { ...item.json, [field]: value }, bad: item.bad === true || bad };
	});
	return {
		parameters: replaceAt(parameters, path, `={{ $json[${JSON.stringify(field)}] }}`),
		items: worse,
		tried: worse.filter(({ bad }) => bad).length,
		where,
	};
}
