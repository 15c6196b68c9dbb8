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

let lexicon: Lexicon<Topic> | undefined;

/**
 * The words of all languages together, because buyers do not always write in the marketplace's. Built at
 * the first use: n8n loads every node when it starts.
 */
export const allWords = (): Lexicon<Topic> => (lexicon ??= new Lexicon(Object.values(LANGUAGES)));
