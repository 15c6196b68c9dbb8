import { z } from 'zod';

import { dayOfTable } from '../../shared/domain/calendar';
import { REMOVAL_CHANCES, type RemovalChance } from '../../shared/domain/comments/removalChance';
import type { RemovalCriterion } from '../../shared/domain/comments/removalProspect';
import { instantSchema } from '../../shared/domain/instant';

/** What a seller can do next about a feedback entry, or what is waited for. */
export const NEXT_STEPS = [
	'requestRemoval',
	'contactBuyer',
	'replyPublicly',
	'waitForAmazon',
	'waitForBuyer',
	'none',
] as const;

export type NextStepName = (typeof NEXT_STEPS)[number];

/** Where a case stands; each has its own output. */
export const CASE_STATUSES = ['actNow', 'wait', 'closed'] as const;

export type CaseStatus = (typeof CASE_STATUSES)[number];

/**
 * How a case ended, the most lasting first:
 * - `gone`: the entry is no longer in Amazon's report (removed, struck through, or now 4 or 5 stars)
 * - `changed`: the buyer gave more stars
 * - `answered`: the seller replied publicly
 * - `dismissed`: the seller decided to do nothing
 * - `expired`: the time for every step passed
 */
export const CASE_OUTCOMES = ['gone', 'changed', 'answered', 'dismissed', 'expired'] as const;

export type CaseOutcome = (typeof CASE_OUTCOMES)[number];

/** What a person did about a case, and the column that remembers when. */
export const CASE_ACTIONS = {
	removalRequested: 'removalRequestedAt',
	buyerContacted: 'buyerContactedAt',
	replied: 'repliedAt',
	nothingToDo: 'dismissedAt',
} as const;

export type CaseAction = keyof typeof CASE_ACTIONS;

/**
 * A case as a table keeps it: one row per order, flat, so that any table can hold it. Moments are
 * ISO 8601 in UTC, days ISO calendar days of the marketplace; null is unknown or not yet.
 */
export interface CaseRow {
	readonly caseId: string;
	readonly seller: string | null;
	readonly marketplace: string;
	readonly marketplaceId: string;
	readonly orderId: string;
	/** Day of the feedback. */
	readonly date: string;
	readonly rating: number;
	readonly comment: string;
	/** The seller's public reply, as Amazon's report shows it. */
	readonly response: string;
	/** Reasons, separated by commas. */
	readonly reasons: string;
	/** By the words of the comment and by who shipped the order, also after the time for requests. */
	readonly prospect: RemovalChance;
	readonly criterion: RemovalCriterion;
	readonly status: CaseStatus;
	readonly nextStep: NextStepName;
	/** Day since which the step has been the next one. */
	readonly stepSince: string;
	/** Last day to act; for what is waited for, the day on which the wait ends. */
	readonly dueBy: string | null;
	/** Whether a step was ever overdue. */
	readonly wasOverdue: boolean;
	/** Day on which a removal request was first proposed. */
	readonly removalProposedOn: string | null;
	readonly removalRequestedAt: string | null;
	readonly buyerContactedAt: string | null;
	readonly repliedAt: string | null;
	readonly dismissedAt: string | null;
	/** Day of the last reminder. */
	readonly remindedOn: string | null;
	readonly outcome: CaseOutcome | null;
	readonly openedAt: string;
	readonly closedAt: string | null;
}

/** Tables write nothing, null or empty text for a missing value. */
const orNull = <Schema extends z.ZodTypeAny>(schema: Schema) =>
	z
		.preprocess((value) => (value === '' ? null : value), schema.nullish())
		.transform((value): z.output<Schema> | null => value ?? null);

/** Tables may return a date in place of the text that was saved. */
const moment = z
	.union([instantSchema, z.date()])
	.transform((value) => (value instanceof Date ? value.toISOString() : value));

const day = z.preprocess(dayOfTable, z.string());

const text = z
	.string()
	.nullish()
	.transform((value) => value ?? '');

/** Databases return 0 and 1, and sheets text. */
const YES_OR_NO: ReadonlyMap<string, boolean> = new Map([
	...([
		['true', true],
		['1', true],
	] as const),
	...([
		['false', false],
		['0', false],
		['', false],
	] as const),
]);

const yes = z.preprocess((value) => {
	const text = String(value ?? '')
		.trim()
		.toLowerCase();
	return YES_OR_NO.get(text) ?? value;
}, z.boolean());

/**
 * What a kept row says that a new look at the feedback could not find out. A row whose memory is
 * not readable is refused: the node would otherwise propose again what was already done.
 */
export const keptCaseSchema = z.object({
	caseId: z.string().min(1),
	date: day,
	rating: z.coerce.number().int().min(1).max(5),
	comment: text,
	response: text,
	status: z.enum(CASE_STATUSES),
	nextStep: z.enum(NEXT_STEPS),
	stepSince: day,
	wasOverdue: yes,
	removalProposedOn: orNull(day),
	removalRequestedAt: orNull(moment),
	buyerContactedAt: orNull(moment),
	repliedAt: orNull(moment),
	dismissedAt: orNull(moment),
	remindedOn: orNull(day),
	outcome: orNull(z.enum(CASE_OUTCOMES)),
	openedAt: moment,
	closedAt: orNull(moment),
	seller: orNull(z.string()),
	/** These say what a former look at the order found; without them, the words alone decide. */
	prospect: z.enum(REMOVAL_CHANCES).optional().catch(undefined),
	criterion: z.string().optional().catch(undefined),
});

export type KeptCase = z.infer<typeof keptCaseSchema>;

/** The ID of the case about an order: a buyer can leave one feedback entry per order. */
export const caseIdOf = (
	seller: string | undefined,
	countryCode: string,
	orderId: string,
): string => [seller, countryCode, orderId].filter((part) => part !== undefined).join('/');
