import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

import phrases from './phrases.json';

/**
 * The words this project does not use, because nobody says them aloud. Single words are in cspell.json
 * (`npx cspell .`); these are the phrases, with what to write instead.
 */
const FORBIDDEN = phrases.map(({ not, but }) => ({ pattern: new RegExp(not, 'gi'), but }));

/** Words of Amazon, buyers and others, data for the fuzzer, and this list. */
const EXCEPT =
	/^package-lock\.json$|\/fixtures\/|^scripts\/n8n\/|^fuzz\/(corpus|crashes)\/|^test\/golden\/|\/comments\/words\/|^test\/package\/(phrases\.json|words\.test\.ts)$|^LICENSE$|^scripts\/licenses\/|\.(png|svg)$/;

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
	encoding: 'utf8',
})
	.split('\n')
	.filter((file) => file !== '' && !EXCEPT.test(file) && statSync(file).isFile());

/** A comment that is broken over lines is one sentence. */
const unwrapped = (text: string): string => text.replace(/\n[ \t]*(\*(?!\/)|\/\/)[ \t]*/g, ' ');

function findingsIn(file: string): string[] {
	const text = unwrapped(readFileSync(file, 'utf8'));
	return FORBIDDEN.flatMap(({ pattern, but }) =>
		[...text.matchAll(pattern)].map(({ 0: found, index }) => {
			const around = text.slice(Math.max(0, index - 30), index + found.length + 20);
			return `${file}: "${around.replace(/\s+/g, ' ').trim()}" – write: ${but}`;
		}),
	);
}

/** "95%" in all that a person reads; in code, a percent sign between spaces means a remainder. */
const percentsIn = (file: string): string[] =>
	/\.(md|json)$/.test(file)
		? [...readFileSync(file, 'utf8').matchAll(/.{0,20}\d %.{0,10}/g)].map(
				([found]) => `${file}: "${found}" – write the percent sign without a space`,
			)
		: [];

describe('Words', () => {
	it('are those that a colleague would say', () => {
		expect(files.length).toBeGreaterThan(400);
		expect(files.flatMap(findingsIn)).toEqual([]);
	});

	it('write a percentage without a space', () => {
		expect(files.flatMap(percentsIn)).toEqual([]);
	});
});
