import type { Part } from './section';

/** The file of each part, loaded in the process that runs it. */
const FILES = {
	a: 'feedbackReport',
	b: 'rating',
	c: 'sends',
	d: 'orders',
	e: 'nodeCost',
	f: 'load',
} as const satisfies Partial<Record<Part['id'], string>>;

export type PartId = keyof typeof FILES;

export const PART_IDS = Object.keys(FILES) as PartId[];

export const isPartId = (text: string): text is PartId => PART_IDS.some((id) => id === text);

export async function loadPart(id: PartId): Promise<Part> {
	const { part } = (await import(`../${FILES[id]}`)) as { readonly part: Part };
	return part;
}
