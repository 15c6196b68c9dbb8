import { z } from 'zod';

/** Amazon writes null where a field has no value, whatever its model says: the same as leaving it out. */
export const absentIfNull = <Value extends z.ZodTypeAny>(schema: Value) =>
	schema.nullish().transform((value) => (value ?? undefined) as z.output<Value> | undefined);
