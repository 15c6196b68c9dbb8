import { parseArgs, type ParseArgsConfig } from 'node:util';
import { SetupError } from '../../scripts/lib/output.mjs';

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

/** Reads the options of a check; an unknown one stops it with one line. */
export function readOptions<const T extends OptionsConfig>(args: string[], options: T) {
	try {
		return parseArgs({ args, options }).values;
	} catch (error) {
		const names = Object.keys(options).map((name) => `--${name}`);
		const available = names.length > 0 ? `Available: ${names.join(', ')}` : 'There are no options';
		throw new SetupError(`${error instanceof Error ? error.message : String(error)} ${available}.`);
	}
}
