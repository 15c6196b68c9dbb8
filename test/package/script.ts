import { execFile } from 'node:child_process';

export interface ScriptResult {
	readonly code: number;
	readonly output: string;
}

/** Runs Node with the given arguments and returns its output and exit code. Does not fail on any exit code. */
export async function runNode(
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<ScriptResult> {
	return await new Promise((resolve) => {
		const options = { env: { ...process.env, ...env } };
		const child = execFile(process.execPath, [...args], options, (_error, stdout, stderr) =>
			resolve({ code: child.exitCode ?? 1, output: stdout + stderr }),
		);
	});
}
