import { dayNumber, dayOf, plusDays } from '../../shared/domain/calendar';
import type { RemovalProspect } from '../../shared/domain/comments/removalProspect';
import type { Marketplace } from '../../shared/domain/marketplaces';
import type { CaseOutcome, CaseStatus, NextStepName } from './caseRow';

export interface CaseSettings {
	/** Days to take a step, before it is overdue. */
	readonly daysToAct: number;
	/** Days to wait for Amazon's decision, or until its report shows a public reply. */
	readonly daysForAmazon: number;
	/** Days to wait for the buyer after contacting them. */
	readonly daysForBuyer: number;
	/** Days after the feedback within which a buyer can still change it. */
	readonly buyerDays: number;
	/** Days after the feedback after which a case ends in any event. */
	readonly closeAfterDays: number;
	/** Removal requests to propose per seller and day; with 0, the step is left out. */
	readonly maxRemovals: number;
}

/** What decides about a case. */
export interface CaseFacts {
	/** The entry is no longer in Amazon's report. */
	readonly isGone: boolean;
	/** The buyer gave more stars than the case knew. */
	readonly isRaised: boolean;
	/** Day of the feedback. */
	readonly date: string;
	readonly response: string;
	readonly removal: RemovalProspect;
	readonly removalRequestedAt: string | null;
	readonly buyerContactedAt: string | null;
	readonly repliedAt: string | null;
	readonly dismissedAt: string | null;
	/** Whether one more removal request may be proposed today. */
	readonly mayProposeRemoval: boolean;
}

export interface Decision {
	readonly status: CaseStatus;
	readonly nextStep: NextStepName;
	/** One sentence. */
	readonly why: string;
	/** Last day on which the step makes sense, or the day on which a wait ends; null if closed. */
	readonly lastDay: string | null;
	readonly outcome: CaseOutcome | null;
}

const closed = (outcome: CaseOutcome, why: string): Decision => ({
	status: 'closed',
	nextStep: 'none',
	why,
	lastDay: null,
	outcome,
});

const wait = (nextStep: NextStepName, lastDay: string, why: string): Decision => ({
	status: 'wait',
	nextStep,
	why,
	lastDay,
	outcome: null,
});

const act = (nextStep: NextStepName, lastDay: string, why: string): Decision => ({
	status: 'actNow',
	nextStep,
	why,
	lastDay,
	outcome: null,
});

/**
 * The next step about a bad feedback entry, in the order that Amazon's help suggests: a removal
 * request if a criterion seems to apply, then the buyer, then a public reply. Each step is proposed
 * until it is taken or its time has passed, so that every case ends.
 *
 * Sources: Seller Central help 20231 (removal criteria) and 202126280 (contacting the buyer, reply).
 * @param today marketplace-local calendar day
 */
export function decide(
	facts: CaseFacts,
	marketplace: Pick<Marketplace, 'timeZone'>,
	today: string,
	settings: CaseSettings,
): Decision {
	const { date, response, removal } = facts;
	const lastDay = plusDays(date, settings.closeAfterDays);
	const ended = (at: string, days: number): string | undefined => {
		const day = dayOf(marketplace, at) ?? today;
		const end = plusDays(day, days);
		return today < end && today <= lastDay ? earlier(end, lastDay) : undefined;
	};

	if (facts.isGone) {
		return closed(
			'gone',
			"The entry is no longer in Amazon's report: removed, struck through, or now 4 or 5 stars",
		);
	}
	if (facts.isRaised) return closed('changed', 'The buyer gave more stars');
	if (facts.dismissedAt !== null) return closed('dismissed', 'You decided to do nothing');

	if (facts.removalRequestedAt !== null) {
		const until = ended(facts.removalRequestedAt, settings.daysForAmazon);
		if (until) return wait('waitForAmazon', until, 'You requested its removal; Amazon decides');
	} else if (
		settings.maxRemovals > 0 &&
		removal.requestBy !== null &&
		removal.prospect !== 'unlikely'
	) {
		const by = earlier(removal.requestBy, lastDay);
		if (today <= by && facts.mayProposeRemoval)
			return act('requestRemoval', by, removal.explanation);
		if (today < by) {
			const why =
				'The removal requests of today are exhausted; this one is proposed on another day';
			return wait('requestRemoval', plusDays(today, 1), why);
		}
	}

	if (facts.buyerContactedAt !== null) {
		const until = ended(facts.buyerContactedAt, settings.daysForBuyer);
		if (until)
			return wait(
				'waitForBuyer',
				until,
				'You contacted the buyer, who may change or remove the feedback',
			);
	} else if (facts.repliedAt === null && response === '') {
		const by = earlier(plusDays(date, settings.buyerDays), lastDay);
		if (today <= by) {
			return act(
				'contactBuyer',
				by,
				'Find out what went wrong and solve it; only the buyer can change or remove this feedback',
			);
		}
	}

	if (response !== '') return closed('answered', 'You replied publicly');
	if (facts.repliedAt !== null) {
		const until = ended(facts.repliedAt, settings.daysForAmazon);
		if (until)
			return wait(
				'waitForAmazon',
				until,
				"You replied publicly; Amazon's report does not show it yet",
			);
		return closed('answered', "You replied publicly, although Amazon's report has not shown it");
	}
	if (today <= lastDay) {
		return act(
			'replyPublicly',
			lastDay,
			'A public reply shows other buyers how you solved it; it does not change the rating',
		);
	}
	return closed('expired', `The feedback is more than ${settings.closeAfterDays} days old`);
}

const earlier = (a: string, b: string): string => (a < b ? a : b);

/** Days from one ISO day to another; negative if it has passed. */
export const daysBetween = (from: string, to: string): number => dayNumber(to) - dayNumber(from);
