import Ajv from 'ajv';
import type { IDataObject } from 'n8n-workflow';
import { readFileSync } from 'node:fs';

/**
 * Compares items with the output schema that the editor shows before the first run: every item must
 * match it, and it must name exactly the fields in the output.
 * @param path below the version folder, without the extension; undefined for a trigger, which has
 *   one schema
 */
export function expectToMatchOutputSchema(
	node: string,
	path: string | undefined,
	items: IDataObject[],
): void {
	expect(items.length).toBeGreaterThan(0);
	const file = `nodes/${node}/__schema__/${['v1.0.0', path].filter(Boolean).join('/')}.json`;
	const { version, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as IDataObject;
	expect(version).toBe(1);
	const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
	for (const item of items) {
		validate(item);
		expect(validate.errors).toBeNull();
	}
	const fields = new Set(items.flatMap((item) => Object.keys(item)));
	expect([...fields].toSorted()).toEqual(Object.keys(schema.properties as IDataObject).toSorted());
}
