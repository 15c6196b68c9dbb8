import { z } from 'zod';

/**
 * The name of an output field for a file. Rejects names that every object already has: a file stored
 * under one would be lost.
 */
export const fileFieldName = z
	.string()
	.trim()
	.min(1, 'Enter a name')
	.max(200, 'A name can have at most 200 characters')
	.refine((name) => !(name in {}), 'This name is reserved; choose another');
