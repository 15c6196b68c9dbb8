import { DateTime } from 'luxon';

import { inOneGo } from '../../nodes/shared/domain/steps';
import { outcomesOf, type EndedCase } from '../../nodes/AmazonSellerFeedback/cases/outcomes';

const OPENED = '2026-06-01T08:00:00.000Z';

const caseOf = (days: number | null, changes: Partial<EndedCase> = {}): EndedCase => ({
	prospect: 'unlikely',
	outcome: 'expired',
	openedAt: OPENED,
	closedAt: days === null ? null : DateTime.fromISO(OPENED, { zone: 'utc' }).plus({ days }).toISO(),
	wasOverdue: false,
	removalRequestedAt: null,
	buyerContactedAt: null,
	repliedAt: null,
	dismissedAt: null,
	...changes,
});

const times = (count: number, each: EndedCase): EndedCase[] =>
	Array.from({ length: count }, () => each);

describe('outcomesOf', () => {
	it('lets other work run while it counts many cases', () => {
		const steps = outcomesOf(times(100_000, caseOf(2)), 10);
		expect([...steps].length).toBeGreaterThanOrEqual(1_000);
	});

	const cases = [
		...times(6, caseOf(2, { prospect: 'possible', outcome: 'gone', removalRequestedAt: OPENED })),
		...times(
			3,
			caseOf(9, {
				prospect: 'possible',
				outcome: 'answered',
				removalRequestedAt: OPENED,
				repliedAt: OPENED,
			}),
		),
		caseOf(20, { prospect: 'possible', outcome: 'expired', wasOverdue: true }),
		...times(4, caseOf(90)),
		caseOf(null),
		// Closed when it was opened: no step could be taken.
		caseOf(0, { outcome: 'gone' }),
	];
	const groups = () => inOneGo(outcomesOf(cases, 10));

	it('counts closed cases over all, per prospect and per step taken', () => {
		expect(groups().map(({ groupedBy, group, cases: count }) => [groupedBy, group, count])).toEqual(
			[
				['all', 'all', 14],
				['prospect', 'possible', 10],
				['prospect', 'unlikely', 4],
				['step', 'removalRequested', 9],
				['step', 'replied', 3],
			],
		);
	});

	it('gives shares with their interval from ten cases on, and counts below', () => {
		const [, possible, unlikely] = groups();
		expect(possible?.outcomes.gone).toMatchObject({ count: 6, percent: 60 });
		// Wilson's 95% interval of 6 of 10.
		expect(possible?.outcomes.gone.low).toBeCloseTo(31.27, 2);
		expect(possible?.outcomes.gone.high).toBeCloseTo(83.18, 2);
		expect(possible?.overdue).toMatchObject({ count: 1, percent: 10 });
		expect(unlikely?.outcomes.expired).toEqual({ count: 4, percent: null, low: null, high: null });
	});

	it('gives the time to close in days', () => {
		expect(groups()[0]).toMatchObject({ medianDaysToClose: 9, longestDaysToClose: 90 });
		expect(groups()[3]).toMatchObject({ medianDaysToClose: 2, longestDaysToClose: 9 });
	});

	it('takes the mean of the two in the middle as the median of an even number', () => {
		const [all] = inOneGo(outcomesOf([caseOf(8), caseOf(1), caseOf(4), caseOf(2)], 10));
		expect(all).toMatchObject({ medianDaysToClose: 3, longestDaysToClose: 8 });
	});

	it('says it in a sentence', () => {
		expect(groups()[1]?.summary).toBe(
			'Removal possible: 10 closed cases, 6 gone (31 to 83%), 3 answered publicly (11 to 60%), 1 expired (2 to 40%)',
		);
		expect(groups()[2]?.summary).toBe(
			'Removal unlikely: 4 closed cases, 4 expired; too few for shares, which need 10',
		);
	});

	it('says it of a single case', () => {
		expect(inOneGo(outcomesOf([caseOf(2)], 10)).map(({ summary }) => summary)).toEqual([
			'All cases: 1 closed case, 1 expired; too few for shares, which need 10',
			'Removal unlikely: 1 closed case, 1 expired; too few for shares, which need 10',
		]);
	});

	it('knows no time without a case', () => {
		expect(inOneGo(outcomesOf([], 10))).toMatchObject([
			{ group: 'all', cases: 0, medianDaysToClose: null, longestDaysToClose: null },
		]);
	});
});
