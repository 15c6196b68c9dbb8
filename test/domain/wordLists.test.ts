import { fold } from '../../nodes/shared/domain/comments/fold';
import { Lexicon } from '../../nodes/shared/domain/comments/lexicon';
import { allWords, LANGUAGES, prepareWords } from '../../nodes/shared/domain/comments/topics';
import type { Topic } from '../../nodes/shared/domain/comments/words/wordList';

/** Every phrase of a language with its topic. */
const phrasesOf = (language: keyof typeof LANGUAGES): Array<[topic: string, phrase: string]> =>
	Object.entries(LANGUAGES[language]).flatMap(([topic, lines]) =>
		lines.flatMap((line) => line.split(', ').map((phrase): [string, string] => [topic, phrase])),
	);

const WORD = "[\\p{L}\\p{M}\\p{N}'-]+\\*?|\\*|→";

describe.each(Object.keys(LANGUAGES) as Array<keyof typeof LANGUAGES>)(
	'the words of %s',
	(code) => {
		const phrases = phrasesOf(code);

		it('use only the notation, also after they are folded', () => {
			const isPhrase = new RegExp(`^(?:${WORD})(?: (?:${WORD}))*$`, 'u');
			const wrong = phrases.filter(([, phrase]) => !isPhrase.test(fold(phrase)));
			expect(wrong).toEqual([]);
		});

		it('are without a pattern at the start, because nothing would find them', () => {
			expect(phrases.filter(([, phrase]) => /^[*→]/.test(phrase))).toEqual([]);
		});

		it('are all found in a comment that consists of them', () => {
			const lexicon = new Lexicon<Topic>();
			lexicon.add(LANGUAGES[code]);
			const missing = phrases.filter(([topic, phrase]) => {
				const comment = phrase.replace(/^n't/, "didn't").replaceAll('→', 'x').replaceAll('*', 'x');
				return !lexicon.find(comment).some((place) => place.topic === topic);
			});
			expect(missing).toEqual([]);
		});
	},
);

it('prepares the lists of one language per step, so that no step takes long', () => {
	const steps = prepareWords();
	let count = 0;
	while (steps.next().done !== true) count += 1;
	expect(count).toBe(Object.keys(LANGUAGES).length);
	expect(
		allWords()
			.find('late')
			.map(({ topic }) => topic),
	).toContain('lateOrLost');
	expect(prepareWords().next().done).toBe(true);
});
