// cspell:ignore empaquetado
// cspell:ignore Llegó
import { Random } from '../../sandbox/random';

const HOURS_OF_DAY = 24;

/** Days in which feedback is added. */
const DAYS_OF_FEEDBACK = 22;

/** Days after which a case ends in any event. */
export const CLOSE_AFTER_DAYS = 12;

/** Removal requests that may be proposed per day. */
export const MOST_REMOVALS = 2;

/** Days for which a question waits. */
export const QUESTION_DAYS = 5;

/** What the check sets in the template's node `Settings`: shorter than its own, so that a month has all. */
export const SETTINGS: Readonly<Record<string, number>> = {
	daysToAct: 2,
	daysForAmazon: 3,
	daysForBuyer: 3,
	buyerDays: 8,
	closeAfterDays: CLOSE_AFTER_DAYS,
	maxRemovals: MOST_REMOVALS,
	remindDays: 1,
};

export const MARKETPLACES = ['ATVPDKIKX0DER', 'A2EUQ1WTGCTBG2', 'A1AM78C64UM0Y8'] as const;

const OBSCENE = 'Fuck off, never again';

/** A buyer's later comment, which has no removal criterion any more. */
export const REWORDED = 'Still no answer from the seller';

const COMMENTS = [
	'The seller never answered my messages',
	'No reply to three messages, no refund',
	'Rude answer from the seller',
	'',
	OBSCENE,
	'The battery died after two days, poor quality',
	'Arrived two weeks late, the box was torn open',
	'Call me at 206-555-0142 about the refund',
	'Wrong item <b>again</b> & no answer',
	'Llegó tarde y mal empaquetado',
];

/** A bad feedback entry, and what its buyer does later in any event. */
export interface PlannedFeedback {
	readonly hour: number;
	readonly marketplaceId: string;
	readonly rating: 1 | 2 | 3;
	readonly comment: string;
	readonly later?: { readonly afterHours: number; readonly change: LaterChange };
}

/** Changes of an entry: removed, more stars (still bad or not), fewer, another comment, a public reply. */
export type LaterChange = 'removed' | 'raised' | 'satisfied' | 'lowered' | 'reworded' | 'replied';

const LATER: readonly LaterChange[] = [
	'removed',
	'raised',
	'satisfied',
	'lowered',
	'reworded',
	'replied',
];

/** The feedback of a month: the same for the same seed. Four obscene comments come on one day. */
export function planFeedback(seed: string, count: number): PlannedFeedback[] {
	const random = new Random(`${seed}/feedback`);
	const planned = Array.from({ length: count - 4 }, (): PlannedFeedback => {
		const rating = random.pick([1, 1, 2, 2, 3] as const);
		const change = random.pick(LATER);
		return {
			hour: random.next() * DAYS_OF_FEEDBACK * HOURS_OF_DAY,
			marketplaceId: random.pick(MARKETPLACES),
			rating,
			comment: random.pick(COMMENTS),
			...(random.chance(0.4) && { later: { afterHours: 20 + random.next() * 270, change } }),
		};
	});
	const burst = Array.from(
		{ length: 4 },
		(_, index): PlannedFeedback => ({
			hour: 6 * HOURS_OF_DAY + index,
			marketplaceId: MARKETPLACES[0],
			rating: 1,
			comment: OBSCENE,
		}),
	);
	return [...planned, ...burst].toSorted((a, b) => a.hour - b.hour);
}

/** The options of the desk's form. */
export type Answer = 'Removal requested' | 'Buyer contacted' | 'Replied' | 'Nothing to do';

/** What a person does about a question, and what follows from it at Amazon. */
export interface PlannedAnswer {
	/** Undefined: never answers. */
	readonly answer?: Answer;
	readonly afterHours: number;
	readonly then?: { readonly afterHours: number; readonly change: LaterChange };
}

/** A step's usual answer, and how often it is given. */
const USUAL: Readonly<Record<string, Answer>> = {
	'request its removal': 'Removal requested',
	'contact the buyer': 'Buyer contacted',
	'reply publicly': 'Replied',
};

/** What a person does about a question about a step: the same for the same seed, order and step. */
export function planAnswer(seed: string, orderId: string, step: string): PlannedAnswer {
	const random = new Random(`${seed}/${orderId}/${step}`);
	const afterHours = 1 + random.next() * 60;
	const drawn = random.next();
	if (drawn < 0.25) return { afterHours };
	if (drawn < 0.33) return { afterHours, answer: 'Nothing to do' };
	const answer = USUAL[step] ?? 'Nothing to do';
	const change = changeAfter(answer, random);
	const delay = 4 + random.next() * 60;
	return { afterHours, answer, ...(change && { then: { afterHours: delay, change } }) };
}

function changeAfter(answer: Answer, random: Random): LaterChange | undefined {
	const drawn = random.next();
	if (answer === 'Removal requested') return drawn < 0.4 ? 'removed' : undefined;
	if (answer === 'Replied') return drawn < 0.7 ? 'replied' : undefined;
	if (answer !== 'Buyer contacted') return undefined;
	if (drawn < 0.2) return 'raised';
	return drawn < 0.35 ? random.pick(['removed', 'satisfied'] as const) : undefined;
}
