/**
 * `npm run check -- golden`: how many of the reasons and removal criteria found in the golden set
 * are right (precision), and how many of those that a careful reader sees are found (recall). The
 * figures in docs/reasons.md are those of the held-out set.
 *
 * `--languages de,ja` measures only these.
 */
import { SetupError } from '../scripts/lib/output.mjs';
import { goldenSet, isLanguage, LANGUAGE_NAMES, languages } from './golden/goldenSet';
import {
	precisionText,
	reasonCounts,
	recallText,
	removalCounts,
	total,
	type Counts,
} from './golden/measure';
import { readOptions } from './lib/options';

export async function run(args: string[]): Promise<void> {
	const options = readOptions(args, { languages: { type: 'string', default: '' } });
	const wanted = options.languages === '' ? languages : options.languages.split(',');
	for (const language of wanted) {
		if (!isLanguage(language)) throw new SetupError(`There is no golden set ${language}.`);
		const comments = goldenSet(language);
		const open = comments.filter(({ set }) => set === 'open');
		const heldOut = comments.filter(({ set }) => set === 'heldOut');
		console.log(`\n${LANGUAGE_NAMES[language]} (${heldOut.length} held out, ${open.length} open)`);
		console.log(rowText('', 'precision', 'recall', 'labeled'));
		print('reasons', reasonCounts(heldOut), reasonCounts(open));
		print('removal', removalCounts(heldOut), removalCounts(open));
	}
}

function print(
	what: string,
	heldOut: ReadonlyMap<string, Counts>,
	open: ReadonlyMap<string, Counts>,
): void {
	for (const [name, counts] of heldOut) console.log(rowOf(`  ${name}`, counts));
	console.log(rowOf(`${what}, held out`, total(heldOut.values())));
	console.log(rowOf(`${what}, open`, total(open.values())));
}

const rowOf = (name: string, counts: Counts): string =>
	rowText(name, precisionText(counts), recallText(counts), String(counts.labeled));

const rowText = (name: string, ...cells: string[]): string =>
	name.padEnd(24) + cells.map((cell) => cell.padStart(11)).join('');
