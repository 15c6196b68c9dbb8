import { z } from 'zod';

/**
 * Amazon writes null if a field has no value, regardless of its model: the same as leaving it out.
 */
export const absentIfNull = <Value extends z.ZodTypeAny>(schema: Value) =>
	schema.nullish().transform((value) => (value ?? undefined) as z.output<Value> | undefined);
