import { z } from 'zod';

const day = z.string();
/** The arguments of the two lists, as the schema has checked them. */
export const askedSchema = z.discriminatedUnion('field', [
	z.object({
		field: z.literal('salesAndTrafficByDate'),
		aggregateBy: z.enum(['DAY', 'WEEK', 'MONTH']),
		startDate: day,
		endDate: day,
		marketplaceIds: z.array(z.string()),
	}),
	z.object({
		field: z.literal('salesAndTrafficByAsin'),
		aggregateBy: z.enum(['PARENT', 'CHILD', 'SKU']),
		startDate: day,
		endDate: day,
		marketplaceIds: z.array(z.string()),
	}),
]);

/** Which list a query selects, and its arguments. */
export type Asked = z.infer<typeof askedSchema>;
export type AskedByDate = Extract<Asked, { field: 'salesAndTrafficByDate' }>;
export type AskedByAsin = Extract<Asked, { field: 'salesAndTrafficByAsin' }>;
