import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoDir } from '../../scripts/lib/paths.mjs';
import { runCommand } from '../../scripts/lib/processes.mjs';
import type { CommandResult } from '../../scripts/lib/processes.mjs';

/** Runs one of this repository's scripts until it ends. */
export const runScript = async (name: string, args: string[]): Promise<CommandResult> =>
	await runCommand(process.execPath, [join(repoDir, 'scripts', name), ...args], { cwd: repoDir });

/** A file of this repository, as JSON. */
export const readJson = <T>(path: string): T =>
	JSON.parse(readFileSync(join(repoDir, path), 'utf8')) as T;
