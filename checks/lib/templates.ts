import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject, INode, IWorkflowBase } from 'n8n-workflow';
import { repoDir } from '../../scripts/lib/paths.mjs';

const folder = join(repoDir, 'templates');

/** A workflow to import. */
export interface Template extends Pick<IWorkflowBase, 'name' | 'connections' | 'settings'> {
	readonly nodes: INode[];
	/** Its sample data, by node. */
	readonly pinData: Readonly<Record<string, Array<{ json: IDataObject }>>>;
}

/** The names of the templates' files, without the extension. */
export const templateNames = (): string[] =>
	readdirSync(folder).flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? []);

export const readTemplate = (name: string): Template =>
	JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Template;
