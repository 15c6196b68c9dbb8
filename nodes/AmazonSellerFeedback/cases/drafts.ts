import type { Reason } from '../../shared/domain/comments/reasons';
import type { RemovalProspect } from '../../shared/domain/comments/removalProspect';
import type { Marketplace } from '../../shared/domain/marketplaces';
import {
	DRAFT_TEXTS,
	type CriterionToRequest,
	type DraftReason,
	type RequestText,
} from './draftTexts';

/** The drafts in the editor's order. */
export const DRAFTS = [
	{ name: 'buyerNote', label: 'Note to the Buyer' },
	{ name: 'whenSolved', label: 'Note to the Buyer When Solved' },
	{ name: 'publicReply', label: 'Public Reply' },
	{ name: 'removalRequest', label: 'Removal Request' },
] as const;

export type DraftName = (typeof DRAFTS)[number]['name'];

/** A user's own text in place of a built-in one. */
export interface DraftTemplate {
	readonly draft: DraftName;
	/** ID or country code; empty means all. */
	readonly marketplace: string;
	readonly text: string;
}

/** A draft is null if it does not apply. */
export type Drafts = Readonly<Record<DraftName, string | null>>;

export interface DraftSubject {
	readonly orderId: string;
	/** ISO calendar day. */
	readonly date: string;
	readonly criterion: RemovalProspect['criterion'];
	/** `possible` for `fulfilledByAmazon` only if the order says so. */
	readonly prospect: RemovalProspect['prospect'];
	/** Separated by commas. */
	readonly reasons: string;
}

/**
 * Drafts about one feedback entry, in the language of its marketplace, for a person to edit and
 * use. Nothing is sent. A removal request is drafted only if there is a criterion for it.
 */
export function draftsOf(
	subject: DraftSubject,
	marketplace: Pick<Marketplace, 'id' | 'countryCode' | 'language'>,
	templates: readonly DraftTemplate[],
): Drafts {
	const { orderId, date, reasons } = subject;
	const texts = DRAFT_TEXTS[marketplace.language];
	const regret = texts.regret[draftReasonOf(reasons)];
	const own = (draft: DraftName) =>
		templates.find(
			(template) =>
				template.draft === draft &&
				template.text.trim() !== '' &&
				['', marketplace.id, marketplace.countryCode].includes(template.marketplace.toUpperCase()),
		)?.text;
	const fill = (text: string): string =>
		text.replace(
			/\{(orderId|date|regret)\}/g,
			(_, name: 'orderId' | 'date' | 'regret') => ({ orderId, date, regret })[name],
		);
	const request = requestTextOf(subject);
	return {
		removalRequest:
			request === null ? null : fill(own('removalRequest') ?? texts.removalRequest[request]),
		buyerNote: fill(own('buyerNote') ?? texts.buyerNote),
		whenSolved: fill(own('whenSolved') ?? texts.whenSolved),
		publicReply: fill(own('publicReply') ?? texts.publicReply),
	};
}

/** Which text a removal request has; null if none can be based on the criterion. */
function requestTextOf({ criterion, prospect }: DraftSubject): RequestText | null {
	if (!mayBeRequested(criterion)) return null;
	return criterion === 'fulfilledByAmazon' && prospect === 'possible'
		? 'knownFulfilledByAmazon'
		: criterion;
}

const mayBeRequested = (criterion: RemovalProspect['criterion']): criterion is CriterionToRequest =>
	Object.hasOwn(DRAFT_TEXTS.en.removalRequest, criterion);

function draftReasonOf(reasons: string): DraftReason {
	const known = reasons
		.split(/\s*,\s*/)
		.find((reason): reason is DraftReason & Reason => Object.hasOwn(DRAFT_TEXTS.en.regret, reason));
	return known ?? 'other';
}
