import type { Steps } from '../steps';
import { Lexicon } from './lexicon';
import { ar } from './words/ar';
import { de } from './words/de';
import { en } from './words/en';
import { es } from './words/es';
import { fr } from './words/fr';
import { it } from './words/it';
import { ja } from './words/ja';
import { nl } from './words/nl';
import { pl } from './words/pl';
import { pt } from './words/pt';
import { sv } from './words/sv';
import { tr } from './words/tr';
import type { Topic } from './words/wordList';

/** The word lists by language. */
export const LANGUAGES = { en, de, fr, it, es, pt, nl, pl, sv, tr, ar, ja };

const lexicon = new Lexicon<Topic>();

/** The languages that the lexicon does not have yet. */
const missing = Object.values(LANGUAGES);

/**
 * The words of all languages together, because buyers do not always write in the marketplace's. Built at
 * the first use: n8n loads every node when it starts.
 */
export function allWords(): Lexicon<Topic> {
	for (const lists of missing.splice(0)) lexicon.add(lists);
	return lexicon;
}

/** The same in steps, because building all of it at once would block other work for too long. */
export function* prepareWords(): Steps<void> {
	for (let lists = missing.shift(); lists; lists = missing.shift()) {
		lexicon.add(lists);
		yield;
	}
}
