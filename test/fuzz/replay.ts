import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const fuzzDir = join(__dirname, '..', '..', 'fuzz');

/** Each input kept for a target, with its name: seeds, and inputs that once broke it. */
export function inputsOf(target: string): Array<readonly [string, Buffer]> {
	return ['corpus', 'crashes'].flatMap((kind) => {
		const dir = join(fuzzDir, kind, target);
		if (!existsSync(dir)) return [];
		return readdirSync(dir).map((file): readonly [string, Buffer] => [
			`${kind}/${target}/${file}`,
			readFileSync(join(dir, file)),
		]);
	});
}

/** The inputs that a check rejects. */
export const refusedBy = (target: string, check: (data: Buffer) => void): string[] =>
	inputsOf(target)
		.filter(([, data]) => {
			try {
				check(data);
				return false;
			} catch {
				return true;
			}
		})
		.map(([name]) => name);
