import type { DateTime } from 'luxon';

import { dayIn, plusDays } from '../../shared/domain/calendar';
import { reasonsOf } from '../../shared/domain/comments/reasons';
import type { RemovalChance } from '../../shared/domain/comments/removalChance';
import {
	isAmazonResponsible,
	removalProspect,
	removalProspectByOrder,
	type RemovalProspect,
} from '../../shared/domain/comments/removalProspect';
import type { FeedbackOfItem } from '../../shared/domain/feedbackItem';
import type { Marketplace } from '../../shared/domain/marketplaces';
import {
	CASE_ACTIONS,
	CASE_OUTCOMES,
	caseIdOf,
	type CaseAction,
	type CaseOutcome,
	type CaseRow,
	type KeptCase,
} from './caseRow';
import { daysBetween, decide, type CaseSettings, type Decision } from './decide';

/** A feedback entry that is complete enough for a case. */
export interface CaseFeedback extends FeedbackOfItem {
	readonly orderId: string;
	readonly date: string;
	readonly rating: number;
}

export interface NextStepInput {
	readonly feedback: CaseFeedback;
	readonly marketplace: Marketplace;
	/** The case as it was kept; undefined opens a new one. */
	readonly kept: KeptCase | undefined;
	/** What a person did since. */
	readonly action: CaseAction | undefined;
	readonly now: DateTime;
	/** Days before the last day to act on which to remind. */
	readonly remindDays: number;
	/** Whether one more removal request may be proposed on this day. */
	readonly mayProposeRemoval: (today: string) => boolean;
	/** The class of reasons, if something else than the word lists determined it. */
	readonly reasons?: readonly string[];
}

export interface NextStep {
	/** To be kept. */
	readonly row: CaseRow;
	readonly why: string;
	/** Days until the last day to act; negative if overdue, null unless a person should act. */
	readonly daysLeft: number | null;
	readonly overdue: boolean;
	/** Whether the case was opened just now. */
	readonly isNew: boolean;
	/** Whether the step differs from the one that was kept. */
	readonly isNewStep: boolean;
	readonly justClosed: boolean;
	/** Whether to remind of it today; at most once a day. */
	readonly remind: boolean;
	/** Whether a removal request is proposed for the first time. */
	readonly isProposal: boolean;
}

/** Computes the next step of a case, and the row to keep. */
export function nextStepOf(input: NextStepInput, settings: CaseSettings): NextStep {
	const { feedback, marketplace, action, now, remindDays } = input;
	const at = now.toUTC().toISO() ?? '';
	const today = dayIn(marketplace, now);
	const kept = isReopened(input) ? undefined : input.kept;
	const stamps = stampsOf(kept, action, at);
	const isGone = feedback.event === 'feedbackRemoved';
	const latest = isGone && kept ? kept : feedback;
	const text = { date: latest.date, rating: latest.rating, comment: latest.comment ?? '' };
	const isAmazons = isAmazonResponsible(feedback.order) ?? foundBefore(kept, text);
	const removal = removalProspectByOrder(removalProspect(text, today), isAmazons);

	const facts = {
		...stamps,
		isGone,
		isRaised: kept !== undefined && feedback.rating > kept.rating,
		date: text.date,
		response: latest.response ?? '',
		removal,
		mayProposeRemoval: (kept?.removalProposedOn ?? null) !== null || input.mayProposeRemoval(today),
	};
	const decided = decide(facts, marketplace, today, settings);
	const { status, nextStep, why, lastDay, outcome } = stayingClosed(kept, decided);

	const isNewStep = kept?.nextStep !== nextStep || kept.status !== status;
	const stepSince = isNewStep ? today : kept.stepSince;
	const dueBy = status === 'actNow' ? dueDay(stepSince, lastDay, settings.daysToAct) : lastDay;
	const daysLeft = status === 'actNow' && dueBy !== null ? daysBetween(today, dueBy) : null;
	const overdue = daysLeft !== null && daysLeft < 0;
	const remind =
		daysLeft !== null && daysLeft <= remindDays && !isNewStep && kept.remindedOn !== today;
	const proposedOn = kept?.removalProposedOn ?? null;
	const isProposal = proposedOn === null && status === 'actNow' && nextStep === 'requestRemoval';

	const row: CaseRow = {
		caseId:
			input.kept?.caseId ?? caseIdOf(feedback.seller, marketplace.countryCode, feedback.orderId),
		seller: feedback.seller ?? kept?.seller ?? null,
		marketplace: marketplace.countryCode,
		marketplaceId: marketplace.id,
		orderId: feedback.orderId,
		...text,
		response: facts.response,
		reasons: (input.reasons ?? reasonsOf(text.comment).reasons).join(', '),
		prospect: prospectOf(text, removal, isAmazons),
		criterion: removal.criterion,
		status,
		nextStep,
		stepSince,
		dueBy,
		wasOverdue: (kept?.wasOverdue ?? false) || overdue,
		removalProposedOn: isProposal ? today : proposedOn,
		...stamps,
		remindedOn: remind ? today : (kept?.remindedOn ?? null),
		outcome,
		openedAt: kept?.openedAt ?? at,
		closedAt: status === 'closed' ? (kept?.closedAt ?? at) : null,
	};
	const justClosed = status === 'closed' && kept?.status !== 'closed';
	const isNew = kept === undefined;
	return { row, why, daysLeft, overdue, isNew, isNewStep, justClosed, remind, isProposal };
}

/** An aging case does not move to another group of Outcomes. */
const prospectOf = (
	text: CommentOfCase,
	{ criterion, prospect }: RemovalProspect,
	isAmazons: boolean | undefined,
): RemovalChance =>
	criterion === 'tooOld'
		? removalProspectByOrder(removalProspect(text, text.date), isAmazons).prospect
		: prospect;

/** What the order said when it was looked at: a row keeps only what followed from it. */
function foundBefore(kept: KeptCase | undefined, text: CommentOfCase): boolean | undefined {
	if (kept?.comment !== text.comment) return undefined;
	const { prospect, criterion } = kept;
	// Other criteria need no order, and the words for them may have been others then.
	if (prospect === 'possible')
		return ['fulfilledByAmazon', 'tooOld'].includes(criterion ?? '') || undefined;
	if (prospect === 'unlikely' && ['shippedLate', 'tooOld'].includes(criterion ?? '')) return false;
	return undefined;
}

type CommentOfCase = Parameters<typeof removalProspect>[0];

/** Whether the buyer left another entry for the order after the first one was gone. */
const isReopened = ({ feedback, kept }: NextStepInput): boolean =>
	kept?.outcome === 'gone' &&
	(feedback.event === 'newNegativeFeedback' || feedback.event === 'newNeutralFeedback');

type Stamps = Pick<CaseRow, (typeof CASE_ACTIONS)[CaseAction]>;

/** When a person did what; an action that was recorded before keeps its time. */
function stampsOf(kept: KeptCase | undefined, action: CaseAction | undefined, at: string): Stamps {
	const of = (name: CaseAction) => kept?.[CASE_ACTIONS[name]] ?? (action === name ? at : null);
	return {
		removalRequestedAt: of('removalRequested'),
		buyerContactedAt: of('buyerContacted'),
		repliedAt: of('replied'),
		dismissedAt: of('nothingToDo'),
	};
}

/** A closed case stays closed; only a more lasting outcome replaces its own. */
function stayingClosed(kept: KeptCase | undefined, decided: Decision): Decision {
	if (kept?.status !== 'closed') return decided;
	const isBetter =
		decided.outcome !== null && rankOf(decided.outcome) < rankOf(kept.outcome ?? 'expired');
	if (isBetter) return decided;
	const why = 'The case is closed';
	return { status: 'closed', nextStep: 'none', why, lastDay: null, outcome: kept.outcome };
}

const rankOf = (outcome: CaseOutcome): number => CASE_OUTCOMES.indexOf(outcome);

function dueDay(since: string, lastDay: string | null, daysToAct: number): string {
	const due = plusDays(since, daysToAct);
	return lastDay !== null && lastDay < due ? lastDay : due;
}
