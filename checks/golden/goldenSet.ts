import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { RemovalCriterion } from '../../nodes/shared/domain/comments/removalProspect';
import type { Reason } from '../../nodes/shared/domain/comments/reasons';
import { LANGUAGES } from '../../nodes/shared/domain/comments/topics';
import { repoDir } from '../../scripts/lib/paths.mjs';

/** Codes of the languages, which are also the names of the files. */
export type Language = keyof typeof LANGUAGES;

/** A made-up comment with what a careful reader sees in it. */
export interface GoldenComment {
	readonly comment: string;
	readonly rating: 1 | 2 | 3;
	/** Empty if the comment gives no recognizable reason. */
	readonly reasons: ReadonlyArray<Exclude<Reason, 'unclear' | 'noText'>>;
	readonly removal: RemovalCriterion;
	/** The word lists were improved with the open set; the published figures are those of the other. */
	readonly set: 'open' | 'heldOut';
}

export const languages = Object.keys(LANGUAGES) as Language[];

export const isLanguage = (code: string): code is Language => code in LANGUAGES;

const names = new Intl.DisplayNames(['en'], { type: 'language' });

/** `de` is German. */
export const LANGUAGE_NAMES = Object.fromEntries(
	languages.map((code) => [code, names.of(code) ?? code]),
) as Readonly<Record<Language, string>>;

export const goldenSet = (language: Language): GoldenComment[] =>
	JSON.parse(
		readFileSync(join(repoDir, 'test', 'golden', `${language}.json`), 'utf8'),
	) as GoldenComment[];
