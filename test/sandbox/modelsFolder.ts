import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A clone of Amazon's models, or a folder of those files; not part of this repository. */
export const FOLDER =
	process.env['SPAPI_MODELS'] ?? resolve(__dirname, '..', '..', '..', 'shared', 'spapi-models');

const present = existsSync(FOLDER);

export const describeModels = present ? describe : describe.skip;
export const note = present ? '' : ` (SKIPPED: no models in ${FOLDER}; set SPAPI_MODELS)`;

export const readModelText = (file: string): string => readFileSync(resolve(FOLDER, file), 'utf8');
