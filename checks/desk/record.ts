import type { IDataObject } from 'n8n-workflow';
import type { FeedbackEvent } from '../../sandbox';
import type { Answer } from './plan';

/** A message of the desk. */
export interface DeskMessage {
	readonly kind: 'question' | 'closing' | 'reminder' | 'outcomes';
	/** The orders it is about. */
	readonly orderIds: readonly string[];
	/** The step that a question is about. */
	readonly step?: string;
	/** Scaled time. */
	readonly at: number;
	/** The address of a question's form. */
	readonly form?: string;
}

/** An answer that n8n accepted. */
export interface GivenAnswer {
	readonly orderId: string;
	readonly answer: Answer;
	readonly at: number;
}

/** What the desk must agree with. */
export interface TrueRecord {
	readonly history: readonly FeedbackEvent[];
	readonly answers: readonly GivenAnswer[];
}

/** The orders whose feedback was bad at some time. */
export const badOrders = ({ history }: TrueRecord): string[] => [
	...new Set(history.filter(({ after }) => isBad(after)).map(({ orderId }) => orderId)),
];

const isBad = (content: FeedbackEvent['after']): boolean => content !== null && content.rating <= 3;

/**
 * How a case must have ended, the most lasting first: gone from the report, more stars, a public
 * reply, dismissed, or the time passed.
 */
export function trueOutcomeOf(orderId: string, { history, answers }: TrueRecord): string {
	const own = history.filter((each) => each.orderId === orderId);
	const given = answers.filter((each) => each.orderId === orderId);
	const last = own.at(-1);
	if (last === undefined || !isBad(last.after)) return 'gone';
	const isRaised = own.some(
		({ before, after }) => before && after && after.rating > before.rating && isBad(before),
	);
	if (isRaised) return 'changed';
	const has = (answer: Answer) => given.some((each) => each.answer === answer);
	if (last.after?.response || has('Replied')) return 'answered';
	return has('Nothing to do') ? 'dismissed' : 'expired';
}

/** Messages about a case after its closing message, as text; such a message must not exist. */
export function messagesAfterClosing(messages: readonly DeskMessage[]): string[] {
	return messages
		.filter(({ kind }) => kind === 'closing')
		.flatMap((closing) =>
			messages
				.filter(
					(each) =>
						each !== closing &&
						each.at >= closing.at &&
						each.orderIds.some((orderId) => closing.orderIds.includes(orderId)),
				)
				.map(({ kind, at }) => `${kind} about ${closing.orderIds.join()} at ${timeOf(at)}`),
		);
}

/** What occurs more than once, with how often. */
export function repeated(keys: readonly string[]): string[] {
	const counts = new Map<string, number>();
	for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
	return [...counts].filter(([, count]) => count > 1).map(([key, count]) => `${key} (${count})`);
}

/**
 * Questions about the same step of an order that came before the earlier one had ended: it was
 * answered, or nobody answered in these hours.
 */
export function questionsTooEarly(
	messages: readonly DeskMessage[],
	answers: readonly GivenAnswer[],
	hours: number,
): string[] {
	const latest = new Map<string, number>();
	return messages
		.filter(({ kind }) => kind === 'question')
		.flatMap(({ orderIds, step, at }) => {
			const key = `${orderIds.join()} ${step}`;
			const before = latest.get(key) ?? -Infinity;
			latest.set(key, at);
			const isAnswered = answers.some(
				(each) => orderIds.includes(each.orderId) && each.at > before && each.at <= at,
			);
			return isAnswered || at - before >= hours * 3_600_000 ? [] : [key];
		});
}

/** Actions that a person recorded and the row does not have. */
export function answersNotKept(rows: readonly IDataObject[], { answers }: TrueRecord): string[] {
	return answers
		.filter(({ orderId, answer }) => {
			const row = rows.find((each) => each['orderId'] === orderId);
			return !row?.[STAMPS[answer]];
		})
		.map(({ orderId, answer }) => `${orderId}: ${answer}`);
}

const STAMPS: Readonly<Record<Answer, string>> = {
	'Removal requested': 'removalRequestedAt',
	'Buyer contacted': 'buyerContactedAt',
	Replied: 'repliedAt',
	'Nothing to do': 'dismissedAt',
};

export const timeOf = (at: number): string => new Date(at).toISOString().slice(0, 16);
