// cspell:ignore incentivising
import type { NextStepName } from './caseRow';

/** What Amazon's policy says about a step, in Amazon's own words where they are quoted. */
export const POLICIES: Readonly<Partial<Record<NextStepName, string>>> = {
	requestRemoval:
		'Amazon removes feedback if it has obscene language or personally identifiable information, or is entirely a product review. It strikes through feedback about delivery if it fulfilled the order or, for a delay, if you shipped on time with Buy Shipping (help 20231). It prohibits "submission of high volumes of incorrect or speculative requests".',
	contactBuyer:
		'After resolving the buyer\'s concerns, you may mention that feedback can be updated or removed. "Pressuring or incentivising a buyer to remove or modify negative feedback is a violation of our policies" (help 202126280).',
	replyPublicly:
		'Keep the reply brief and professional. It cannot be edited; if you delete it, you cannot post another one (help 202126280).',
};
