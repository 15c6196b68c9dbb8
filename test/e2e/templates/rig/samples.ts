import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { readTemplate } from '../../../../checks/lib/templates';
import { type Execution } from './templateRig';

/** How many items of a node a template shows. */
const MOST_SAMPLES = 3;

/**
 * Compares the sample data of a template (its pinned data) with the real output of its nodes: both
 * must have the same fields. `UPDATE_SAMPLES=1` replaces the samples with those of the run.
 */
export function expectSamples(name: string, { outputs, error }: Execution): void {
	expect(error).toBeUndefined();
	const template = readTemplate(name);
	const pinned = Object.keys(template.pinData);
	if (process.env['UPDATE_SAMPLES']) {
		const pinData = Object.fromEntries(
			pinned.map((node) => [
				node,
				varied(outputs[node]?.[0] ?? [])
					.slice(0, MOST_SAMPLES)
					.map((json) => ({ json })),
			]),
		);
		const file = resolve(__dirname, '../../../../templates', `${name}.json`);
		writeFileSync(file, `${JSON.stringify({ ...template, pinData }, null, '\t')}\n`);
		return;
	}
	for (const node of pinned) {
		const items = outputs[node]?.[0] ?? [];
		for (const [index, { json }] of (template.pinData[node] ?? []).entries()) {
			const real =
				json['outcome'] === undefined
					? (items[index] ?? items.at(-1))
					: items.find(({ outcome }) => outcome === json['outcome']);
			const differ = real && differingFields(json, real);
			expect({ node, index, differ }).toEqual({ node, index, differ: [] });
		}
	}
}

/** For rows of a ledger, one of each outcome. */
const varied = (items: readonly IDataObject[]): readonly IDataObject[] =>
	items.filter(
		({ outcome }, index) =>
			outcome === undefined || items.findIndex((each) => each['outcome'] === outcome) === index,
	);

/** Fields of an email's receipt that are empty in a sample. */
const ADDRESSES = /^(accepted|envelope\.to)\.$/;

/**
 * Paths of the fields that only one of the two has, and of the lists that are empty in only one.
 * Null values are not compared further.
 */
function differingFields(sample: unknown, real: unknown, path = ''): string[] {
	if (ADDRESSES.test(path)) return [];
	if (Array.isArray(sample) && Array.isArray(real)) {
		return (sample.length === 0) === (real.length === 0)
			? differingFields(sample[0], real[0], `${path}0.`)
			: [path];
	}
	if (!isObject(sample) || !isObject(real)) return [];
	return [...new Set([...Object.keys(sample), ...Object.keys(real)])].flatMap((key) =>
		key in sample && key in real
			? differingFields(sample[key], real[key], `${path}${key}.`)
			: [`${path}${key}`],
	);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
