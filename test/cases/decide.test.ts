import { plusDays } from '../../nodes/shared/domain/calendar';
import { removalProspect } from '../../nodes/shared/domain/comments/removalProspect';
import {
	daysBetween,
	decide,
	type CaseFacts,
	type CaseSettings,
	type Decision,
} from '../../nodes/AmazonSellerFeedback/cases/decide';

const BERLIN = { timeZone: 'Europe/Berlin' };
const SETTINGS: CaseSettings = {
	daysToAct: 3,
	daysForAmazon: 7,
	daysForBuyer: 10,
	buyerDays: 60,
	closeAfterDays: 90,
	maxRemovals: 5,
};
const DATE = '2026-06-01';
const COMMENTS = {
	possible: 'What a fucking joke',
	conditional: 'Delivered two weeks late',
	unlikely: 'The seller never answered',
	impossible: '',
};

/** Noon in UTC is the same day in Berlin. */
const at = (daysLater: number): string => `${plusDays(DATE, daysLater)}T12:00:00.000Z`;

const factsOn = (day: number, facts: Partial<CaseFacts> = {}, comment = ''): CaseFacts => ({
	isGone: false,
	isRaised: false,
	date: DATE,
	response: '',
	removal: removalProspect({ date: DATE, rating: 1, comment }, plusDays(DATE, day)),
	removalRequestedAt: null,
	buyerContactedAt: null,
	repliedAt: null,
	dismissedAt: null,
	mayProposeRemoval: true,
	...facts,
});

const onDay = (day: number, facts: Partial<CaseFacts> = {}, comment = ''): Decision =>
	decide(factsOn(day, facts, comment), BERLIN, plusDays(DATE, day), SETTINGS);

describe('decide', () => {
	it.each([
		['a criterion', 0, {}, COMMENTS.possible, 'actNow', 'requestRemoval', 90],
		['a condition', 90, {}, COMMENTS.conditional, 'actNow', 'requestRemoval', 90],
		['no criterion', 0, {}, COMMENTS.unlikely, 'actNow', 'contactBuyer', 60],
		['no comment', 60, {}, COMMENTS.impossible, 'actNow', 'contactBuyer', 60],
		['the buyer’s time over', 61, {}, COMMENTS.unlikely, 'actNow', 'replyPublicly', 90],
		[
			'a request of today',
			3,
			{ removalRequestedAt: at(3) },
			COMMENTS.possible,
			'wait',
			'waitForAmazon',
			10,
		],
		[
			'a request 6 days ago',
			9,
			{ removalRequestedAt: at(3) },
			COMMENTS.possible,
			'wait',
			'waitForAmazon',
			10,
		],
		[
			'a request 7 days ago',
			10,
			{ removalRequestedAt: at(3) },
			COMMENTS.possible,
			'actNow',
			'contactBuyer',
			60,
		],
		[
			'the day’s requests exhausted',
			3,
			{ mayProposeRemoval: false },
			COMMENTS.possible,
			'wait',
			'requestRemoval',
			4,
		],
		[
			'the last day’s requests exhausted',
			90,
			{ mayProposeRemoval: false },
			COMMENTS.possible,
			'actNow',
			'replyPublicly',
			90,
		],
		[
			'the buyer contacted today',
			3,
			{ buyerContactedAt: at(3) },
			COMMENTS.unlikely,
			'wait',
			'waitForBuyer',
			13,
		],
		[
			'the buyer contacted 10 days ago',
			13,
			{ buyerContactedAt: at(3) },
			COMMENTS.unlikely,
			'actNow',
			'replyPublicly',
			90,
		],
		[
			'a reply in the report while the buyer may still answer',
			5,
			{ buyerContactedAt: at(3), repliedAt: at(4), response: 'We are sorry' },
			COMMENTS.unlikely,
			'wait',
			'waitForBuyer',
			13,
		],
		[
			'a reply that the report does not show',
			5,
			{ repliedAt: at(4) },
			COMMENTS.unlikely,
			'wait',
			'waitForAmazon',
			11,
		],
		[
			'a request two days before the case ends',
			89,
			{ removalRequestedAt: at(88) },
			COMMENTS.possible,
			'wait',
			'waitForAmazon',
			90,
		],
		[
			'a request and the last day of the case',
			90,
			{ removalRequestedAt: at(88) },
			COMMENTS.possible,
			'wait',
			'waitForAmazon',
			90,
		],
	] as const)('with %s on day %i', (_, day, facts, comment, status, nextStep, lastDay) => {
		expect(onDay(day, facts, comment)).toMatchObject({
			status,
			nextStep,
			lastDay: plusDays(DATE, lastDay),
			outcome: null,
		});
	});

	it('goes on to the buyer if no removal requests are to be proposed at all', () => {
		const facts = factsOn(0, { mayProposeRemoval: false }, COMMENTS.possible);
		expect(decide(facts, BERLIN, DATE, { ...SETTINGS, maxRemovals: 0 })).toMatchObject({
			status: 'actNow',
			nextStep: 'contactBuyer',
		});
	});

	it.each([
		['gone', 2, { isGone: true, dismissedAt: at(1) }],
		['changed', 2, { isRaised: true, dismissedAt: at(1) }],
		['dismissed', 2, { dismissedAt: at(1) }],
		['answered', 2, { response: 'We are sorry' }],
		['answered', 11, { repliedAt: at(4) }],
		['answered', 13, { buyerContactedAt: at(3), response: 'We are sorry' }],
		['expired', 91, {}],
	] as const)('closes a case as %s', (outcome, day, facts) => {
		expect(onDay(day, facts, COMMENTS.unlikely)).toMatchObject({
			status: 'closed',
			nextStep: 'none',
			outcome,
			lastDay: null,
		});
	});

	it('proposes no removal request after the case ends, although Amazon would still take it', () => {
		const facts = factsOn(31, {}, COMMENTS.possible);
		const settings = { ...SETTINGS, closeAfterDays: 30 };
		expect(facts.removal.requestBy).toBe(plusDays(DATE, 90));
		expect(decide(facts, BERLIN, plusDays(DATE, 31), settings)).toMatchObject({
			outcome: 'expired',
		});
	});

	it('waits for Amazon even if the seller replied publicly', () => {
		const facts = { removalRequestedAt: at(1), response: 'We are sorry' };
		expect(onDay(2, facts, COMMENTS.possible).nextStep).toBe('waitForAmazon');
		expect(onDay(8, facts, COMMENTS.possible)).toMatchObject({ outcome: 'answered' });
	});

	it('keeps its promises in every combination', () => {
		const stamps = [null, 0, 5, 30, 88];
		const flags = [false, true];
		let combinations = 0;
		for (const comment of Object.values(COMMENTS)) {
			for (const day of [0, 1, 7, 10, 59, 60, 61, 89, 90, 91, 200]) {
				for (const removal of stamps) {
					for (const buyer of stamps) {
						for (const reply of stamps) {
							for (const [isGone, mayProposeRemoval, response] of flags.flatMap((gone) =>
								flags.flatMap((may) => ['', 'Sorry'].map((text) => [gone, may, text] as const)),
							)) {
								if ([removal, buyer, reply].some((stamp) => (stamp ?? 0) > day)) continue;
								const facts = factsOn(
									day,
									{
										isGone,
										mayProposeRemoval,
										response,
										removalRequestedAt: removal === null ? null : at(removal),
										buyerContactedAt: buyer === null ? null : at(buyer),
										repliedAt: reply === null ? null : at(reply),
									},
									comment,
								);
								expectPromises(facts, plusDays(DATE, day));
								combinations += 1;
							}
						}
					}
				}
			}
		}
		expect(combinations).toBeGreaterThan(20_000);
	});
});

describe('daysBetween', () => {
	it('counts the days, also to a day that has passed', () => {
		expect(daysBetween('2026-02-27', '2026-03-01')).toBe(2);
		expect(daysBetween('2026-03-01', '2026-02-27')).toBe(-2);
	});
});

function expectPromises(facts: CaseFacts, today: string): void {
	const decided = decide(facts, BERLIN, today, SETTINGS);
	const { status, nextStep, lastDay, outcome } = decided;
	const broken: string[] = [];
	const must = (promise: string, isKept: boolean): void => void (isKept || broken.push(promise));
	const { prospect, requestBy } = facts.removal;

	must('closed exactly with an outcome', (status === 'closed') === (outcome !== null));
	must('an end for every case', today <= plusDays(DATE, 90) || status === 'closed');
	must('a last day in the future', lastDay === null ? status === 'closed' : lastDay >= today);
	if (nextStep === 'requestRemoval') {
		must('a criterion for each request', prospect === 'possible' || prospect === 'conditional');
		must('a request in time', requestBy !== null && today <= requestBy);
		must('one request', facts.removalRequestedAt === null);
		must('the limit of the day', facts.mayProposeRemoval || status === 'wait');
	}
	if (status === 'actNow') {
		must(
			'no step twice',
			{
				requestRemoval: facts.removalRequestedAt,
				contactBuyer: facts.buyerContactedAt,
				replyPublicly: facts.repliedAt,
			}[nextStep as 'requestRemoval'] === null,
		);
		must('no reply to a reply', facts.response === '' || nextStep === 'requestRemoval');
	}
	if (broken.length > 0)
		throw new Error(`${broken.join(', ')}: ${JSON.stringify([facts, today, decided])}`);
}
