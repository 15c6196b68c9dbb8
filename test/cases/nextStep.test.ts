import { DateTime } from 'luxon';

import fc from '../fastCheck';
import { plusDays } from '../../nodes/shared/domain/calendar';
import { feedbackOfItem, type FeedbackOfItem } from '../../nodes/shared/domain/feedbackItem';
import { findMarketplace, type Marketplace } from '../../nodes/shared/domain/marketplaces';
import {
	keptCaseSchema,
	type CaseAction,
	type KeptCase,
} from '../../nodes/AmazonSellerFeedback/cases/caseRow';
import type { CaseSettings } from '../../nodes/AmazonSellerFeedback/cases/decide';
import {
	nextStepOf,
	type CaseFeedback,
	type NextStep,
} from '../../nodes/AmazonSellerFeedback/cases/nextStep';
import { readKeptCases } from '../../nodes/AmazonSellerFeedback/cases/keptCases';
import { inOneGo } from '../../nodes/shared/domain/steps';
import { RemovalProposals } from '../../nodes/AmazonSellerFeedback/cases/removalProposals';

const US = findMarketplace('US') as Marketplace;
const DATE = '2026-06-01';
const SETTINGS: CaseSettings = {
	daysToAct: 3,
	daysForAmazon: 7,
	daysForBuyer: 10,
	buyerDays: 60,
	closeAfterDays: 90,
	maxRemovals: 5,
};

const feedbackOf = (changes: Partial<FeedbackOfItem> = {}): CaseFeedback =>
	({
		orderId: '111-1234567-7654321',
		seller: 'Store A',
		marketplace: US.id,
		date: DATE,
		rating: 1,
		comment: 'The seller never answered',
		response: '',
		event: 'newNegativeFeedback',
		...changes,
	}) as CaseFeedback;

interface Look extends Partial<FeedbackOfItem> {
	readonly day?: number;
	readonly kept?: KeptCase;
	readonly action?: CaseAction;
	readonly mayPropose?: boolean;
}

const read = (given: unknown) => inOneGo(readKeptCases(given));

/** Noon in Los Angeles. */
const noonOn = (day: number) =>
	DateTime.fromISO(`${plusDays(DATE, day)}T12:00`, { zone: US.timeZone });

const look = ({ day = 0, kept, action, mayPropose = true, ...changes }: Look = {}): NextStep =>
	nextStepOf(
		{
			feedback: feedbackOf(changes),
			marketplace: US,
			kept,
			action,
			now: noonOn(day),
			remindDays: 1,
			mayProposeRemoval: () => mayPropose,
		},
		SETTINGS,
	);

/** As a table returns the row: null, true and numbers as text. */
const keep = ({ row }: NextStep): KeptCase => {
	const texts = Object.entries(row).map(([name, value]) => [
		name,
		value === null ? '' : String(value),
	]);
	return keptCaseSchema.parse(Object.fromEntries(texts));
};

describe('nextStepOf', () => {
	it('opens a case', () => {
		expect(look()).toMatchObject({
			isNew: true,
			isNewStep: true,
			justClosed: false,
			daysLeft: 3,
			overdue: false,
			remind: false,
			row: {
				caseId: 'Store A/US/111-1234567-7654321',
				seller: 'Store A',
				marketplace: 'US',
				status: 'actNow',
				nextStep: 'contactBuyer',
				stepSince: DATE,
				dueBy: plusDays(DATE, 3),
				outcome: null,
				openedAt: '2026-06-01T19:00:00.000Z',
				closedAt: null,
			},
		});
	});

	it('opens a case of a seller without a name', () => {
		expect(look({ seller: undefined }).row).toMatchObject({
			caseId: 'US/111-1234567-7654321',
			seller: null,
		});
		// A name that the case knew is not lost.
		expect(look({ day: 1, kept: keep(look()), seller: undefined }).row).toMatchObject({
			caseId: 'Store A/US/111-1234567-7654321',
			seller: 'Store A',
		});
	});

	it('has nothing new to say about the same step on the next day', () => {
		expect(look({ day: 1, kept: keep(look()) })).toMatchObject({
			isNew: false,
			isNewStep: false,
			isProposal: false,
			daysLeft: 2,
			row: {
				stepSince: DATE,
				dueBy: plusDays(DATE, 3),
				wasOverdue: false,
				removalProposedOn: null,
				openedAt: '2026-06-01T19:00:00.000Z',
			},
		});
	});

	it('reminds the day before, the last day and when overdue, once a day, and remembers that it was', () => {
		let kept = keep(look());
		const reminders: number[] = [];
		for (const hour of Array.from({ length: 12 }, (_, index) => index)) {
			const step = look({ day: Math.floor(hour / 2), kept });
			if (step.remind) reminders.push(hour / 2);
			expect(step.overdue).toBe(hour >= 8);
			kept = keep(step);
		}
		expect(reminders).toEqual([2, 3, 4, 5]);
		expect(kept.wasOverdue).toBe(true);
		expect(keep(look({ day: 6, kept, action: 'buyerContacted' })).wasOverdue).toBe(true);
	});

	it('has the last possible day as due if that is earlier', () => {
		expect(look({ day: 59 }).row).toMatchObject({
			nextStep: 'contactBuyer',
			dueBy: plusDays(DATE, 60),
		});
	});

	it('keeps the time of an action', () => {
		const first = keep(look({ action: 'buyerContacted' }));
		expect(first.buyerContactedAt).toBe('2026-06-01T19:00:00.000Z');
		expect(keep(look({ day: 2, kept: first, action: 'buyerContacted' })).buyerContactedAt).toBe(
			first.buyerContactedAt,
		);
	});

	it('waits until the end of the time that Amazon has, and reminds of nothing meanwhile', () => {
		const proposed = keep(look({ comment: 'Fuck off' }));
		const asked = look({
			day: 1,
			kept: proposed,
			comment: 'Fuck off',
			action: 'removalRequested',
		});
		const waiting = { daysLeft: null, overdue: false, remind: false };
		// Asked on the second day, and Amazon has seven.
		const row = { status: 'wait', nextStep: 'waitForAmazon', dueBy: plusDays(DATE, 8) };
		expect(asked).toMatchObject({ ...waiting, isNewStep: true, row });
		expect(look({ day: 7, kept: keep(asked), comment: 'Fuck off' })).toMatchObject({
			...waiting,
			row,
		});
		expect(look({ day: 8, kept: keep(asked), comment: 'Fuck off' }).row).toMatchObject({
			status: 'actNow',
			nextStep: 'contactBuyer',
			dueBy: plusDays(DATE, 11),
		});
	});

	it('closes a case that the seller has answered in public, and keeps the answer', () => {
		const kept = keep(look());
		expect(look({ day: 1, kept, response: 'We are sorry' })).toMatchObject({
			justClosed: true,
			row: {
				outcome: 'answered',
				response: 'We are sorry',
				closedAt: '2026-06-02T19:00:00.000Z',
			},
		});
		expect(look({ day: 1, kept, response: undefined }).row).toMatchObject({
			status: 'actNow',
			response: '',
		});
	});

	it('closes a case once, and a more lasting outcome replaces the first one silently', () => {
		const open = keep(look());
		const dismissed = look({ day: 1, kept: open, action: 'nothingToDo' });
		expect(dismissed).toMatchObject({ justClosed: true, row: { outcome: 'dismissed' } });
		expect(dismissed.row.closedAt).toBe('2026-06-02T19:00:00.000Z');
		const later = look({ day: 5, kept: keep(dismissed), event: 'feedbackRemoved' });
		expect(later).toMatchObject({
			justClosed: false,
			row: { status: 'closed', outcome: 'gone', closedAt: dismissed.row.closedAt },
		});
		const last = look({ day: 200, kept: keep(later), event: undefined });
		expect(last).toMatchObject({ justClosed: false, row: { outcome: 'gone' } });
	});

	it('opens a case again for another entry after the first one was gone', () => {
		const gone = keep(look({ day: 1, kept: keep(look()), event: 'feedbackRemoved' }));
		expect(look({ day: 9, kept: gone }).row).toMatchObject({ status: 'actNow', closedAt: null });
		expect(look({ day: 9, kept: gone, rating: 3, event: 'newNeutralFeedback' }).row).toMatchObject({
			status: 'actNow',
			closedAt: null,
			outcome: null,
		});
		expect(look({ day: 9, kept: gone, event: undefined }).row.status).toBe('closed');
	});

	it('takes more stars as changed, and fewer stars or other words as the same case', () => {
		const kept = keep(look({ rating: 2 }));
		expect(look({ kept, rating: 3, event: 'feedbackChanged' }).row.outcome).toBe('changed');
		expect(look({ kept, rating: 1, event: 'feedbackChanged' }).row).toMatchObject({
			status: 'actNow',
			rating: 1,
		});
		expect(look({ kept, comment: 'Fuck off', event: 'feedbackChanged' }).row).toMatchObject({
			nextStep: 'requestRemoval',
			criterion: 'obsceneLanguage',
		});
	});

	it('keeps the prospect when the time for requests has passed, so that Outcomes counts it there', () => {
		const kept = keep(look({ comment: 'Fuck off' }));
		const late = look({ day: 91, kept, comment: 'Fuck off' });
		expect(late.row).toMatchObject({
			outcome: 'expired',
			prospect: 'possible',
			criterion: 'tooOld',
		});
	});

	it('keeps what the feedback said when it is gone', () => {
		const kept = keep(look());
		const { row } = look({ kept, event: 'feedbackRemoved', comment: 'The sel' });
		expect(row.comment).toBe('The seller never answered');
	});

	it('waits with a removal request if those of the day are exhausted, and has the full time then', () => {
		const exhausted = look({ comment: 'Fuck off', mayPropose: false });
		expect(exhausted).toMatchObject({
			isProposal: false,
			daysLeft: null,
			row: {
				status: 'wait',
				nextStep: 'requestRemoval',
				dueBy: plusDays(DATE, 1),
				removalProposedOn: null,
			},
		});
		expect(look({ day: 2, kept: keep(exhausted), comment: 'Fuck off' })).toMatchObject({
			isNewStep: true,
			isProposal: true,
			row: {
				status: 'actNow',
				nextStep: 'requestRemoval',
				stepSince: plusDays(DATE, 2),
				dueBy: plusDays(DATE, 5),
				removalProposedOn: plusDays(DATE, 2),
			},
		});
	});

	it('proposes a removal request again on later days, even if those of the day are exhausted', () => {
		const proposed = look({ comment: 'Fuck off' });
		expect(proposed).toMatchObject({ isProposal: true, row: { removalProposedOn: DATE } });
		const again = look({ day: 1, kept: keep(proposed), comment: 'Fuck off', mayPropose: false });
		expect(again).toMatchObject({
			isProposal: false,
			row: { nextStep: 'requestRemoval', status: 'actNow' },
		});
	});

	it('ends every case exactly once, whatever a person does and Amazon shows', () => {
		const actions = ['removalRequested', 'buyerContacted', 'replied', 'nothingToDo'] as const;
		const dayArbitrary = fc.record({
			action: fc.option(fc.constantFrom(...actions), { nil: undefined, freq: 8 }),
			event: fc.option(fc.constantFrom('feedbackRemoved', 'feedbackChanged'), {
				nil: undefined,
				freq: 20,
			}),
			rating: fc.constantFrom(1, 1, 1, 1, 2),
			response: fc.constantFrom('', '', '', 'Sorry'),
			mayPropose: fc.boolean(),
		});
		fc.assert(
			fc.property(
				fc.constantFrom('', 'Fuck off', 'Two weeks late', 'Never answered'),
				fc.array(dayArbitrary, { minLength: 100, maxLength: 100 }),
				(comment, days) => {
					let kept: KeptCase | undefined;
					const closings: number[] = [];
					days.forEach((changes, day) => {
						const step = look({ day, kept, comment, ...changes });
						if (step.justClosed) closings.push(day);
						if (closings.length > 0) {
							expect(step.row.status).toBe('closed');
							expect(step.remind).toBe(false);
						}
						kept = keep(step);
					});
					expect(closings).toHaveLength(1);
				},
			),
			{ numRuns: 60 },
		);
	});
});

describe('the order of a comment about delivery', () => {
	const LATE = 'Arrived two weeks late';
	const AMAZONS = { fulfilledBy: 'AMAZON', shippedLate: null } as const;
	const OWN_LATE = { fulfilledBy: 'MERCHANT', shippedLate: true } as const;

	it.each([
		['is unknown', undefined, 'requestRemoval', 'conditional', 'fulfilledByAmazon'],
		['was fulfilled by Amazon', AMAZONS, 'requestRemoval', 'possible', 'fulfilledByAmazon'],
		['was shipped late by the seller', OWN_LATE, 'contactBuyer', 'unlikely', 'shippedLate'],
		[
			'was shipped on time by the seller',
			{ ...OWN_LATE, shippedLate: false },
			'requestRemoval',
			'conditional',
			'fulfilledByAmazon',
		],
		[
			'was shipped by the seller, on an unknown day',
			{ ...OWN_LATE, shippedLate: null },
			'requestRemoval',
			'conditional',
			'fulfilledByAmazon',
		],
	] as const)('if it %s', (_, order, nextStep, prospect, criterion) => {
		const opened = look({ comment: LATE, order });
		expect(opened.row).toMatchObject({ nextStep, prospect, criterion });
		// The row knows it without the order, and after the time for requests.
		expect(look({ day: 1, comment: LATE, kept: keep(opened) }).row).toMatchObject({
			nextStep,
			prospect,
			criterion,
		});
		const aged = look({ day: 95, comment: LATE, kept: keep(opened) });
		expect(aged.row).toMatchObject({ prospect, criterion: 'tooOld' });
		// And so does the row of a case that is too old.
		expect(look({ day: 96, comment: LATE, kept: keep(aged) }).row.prospect).toBe(prospect);
	});

	it('is looked at again if the comment changes', () => {
		const kept = keep(look({ comment: LATE, order: OWN_LATE }));
		expect(look({ day: 1, comment: `${LATE}, and late again`, kept }).row).toMatchObject({
			nextStep: 'requestRemoval',
			prospect: 'conditional',
		});
	});

	it.each([
		['possible', 'productReview'],
		['unlikely', 'none'],
	] as const)(
		'is still unknown to a row that is %s with the criterion %s, such as one of an earlier word list',
		(prospect, criterion) => {
			const kept = { ...keep(look({ comment: LATE })), prospect, criterion };
			expect(look({ day: 1, comment: LATE, kept }).row).toMatchObject({
				prospect: 'conditional',
				criterion: 'fulfilledByAmazon',
			});
		},
	);

	it('does not change what other words say', () => {
		expect(look({ comment: 'Total bullshit', order: OWN_LATE }).row).toMatchObject({
			prospect: 'possible',
			criterion: 'obsceneLanguage',
		});
		expect(look({ order: AMAZONS }).row).toMatchObject({ prospect: 'unlikely' });
	});

	it('is read from an item, and a part that cannot be read is unknown', () => {
		const orderOf = (order: unknown) => feedbackOfItem({ orderId: '111-1', order }).order;
		expect(orderOf({ fulfilledBy: 'MERCHANT', shippedLate: true, items: [] })).toEqual(OWN_LATE);
		expect(orderOf({ fulfilledBy: 'someone' })).toEqual({ fulfilledBy: null, shippedLate: null });
		expect([orderOf(null), orderOf('x')]).toEqual([undefined, undefined]);
	});
});

describe('two rows of one case', () => {
	const row = { ...look().row };
	const earlier = { ...row, status: 'actNow', updatedAt: '2026-06-02T10:00:00.000Z' };
	const later = { ...row, status: 'wait', updatedAt: '2026-06-02T12:00:00+01:00' };

	it('count as the one that was saved last', () => {
		for (const rows of [
			[earlier, later],
			[later, earlier],
		]) {
			expect(read(rows).cases.get(row.caseId)?.status).toBe('wait');
		}
	});

	it('count as the last one if the table does not say when it saved them', () => {
		const rows = [later, { ...earlier, updatedAt: undefined }].map((each) => ({
			...each,
			updatedAt: '',
		}));
		expect(read(rows).cases.get(row.caseId)?.status).toBe('actNow');
	});
});

describe('feedbackOfItem', () => {
	it('takes the country if the marketplace ID of a table is empty', () => {
		expect(feedbackOfItem({ marketplaceId: '', marketplace: 'DE' }).marketplace).toBe('DE');
	});
});

describe('readKeptCases', () => {
	const row = look().row;

	it.each<[unknown, boolean]>([
		['TRUE', true],
		[' true ', true],
		[1, true],
		['1', true],
		[true, true],
		['FALSE', false],
		[0, false],
		['', false],
		[null, false],
		[undefined, false],
	])('reads %j, as tables keep yes and no, as %j', (wasOverdue, expected) => {
		const { cases, problem } = read([{ ...row, wasOverdue }]);
		expect(problem).toBeUndefined();
		expect(cases.get(row.caseId)?.wasOverdue).toBe(expected);
	});

	it.each([['2026-06-01T00:00:00.000Z'], ['2026-06-01T00:00:00+00:00'], [new Date('2026-06-01')]])(
		'reads %j, as date columns return a day',
		(day) => {
			const { cases, problem } = read([{ ...row, date: day, remindedOn: day }]);
			expect(problem).toBeUndefined();
			expect(cases.get(row.caseId)).toMatchObject({ date: DATE, remindedOn: DATE });
			expect(feedbackOfItem({ ...row, date: day }).date).toBe(DATE);
		},
	);

	it.each([
		['2026-06-01T02:00:00.000Z'],
		['soon'],
		[new Date(NaN)],
		[new Date('2026-05-31T22:00Z')],
	])('refuses %j, which is not the day of any one zone', (day) => {
		expect(read([{ ...row, date: day }]).problem).toBe('Row 1 has no readable date.');
		expect(feedbackOfItem({ ...row, date: day }).date).toBeUndefined();
	});

	it('lets other work run while it reads many rows', () => {
		const steps = readKeptCases(Array.from({ length: 1_000 }, () => row));
		expect([...steps].length).toBeGreaterThanOrEqual(9);
	});

	it('refuses what is neither yes nor no', () => {
		expect(read([{ ...row, wasOverdue: 'maybe' }]).problem).toBe(
			'Row 1 has no readable wasOverdue.',
		);
	});

	it.each([
		['a list', [row]],
		['items', [{ json: row }]],
		['one row', row],
		['JSON', JSON.stringify([row])],
	])('reads %s', (_, given) => {
		const { cases, problem } = read(given);
		expect(problem).toBeUndefined();
		expect([...cases.keys()]).toEqual([row.caseId]);
	});

	it.each([
		[undefined],
		[null],
		[''],
		[' \n'],
		[[]],
		[{}],
		[[{ id: 4, caseId: row.caseId, status: null }]],
	])('takes %j as no case', (given) => {
		expect(read(given)).toEqual({ cases: new Map(), problem: undefined });
	});

	it('looks for cases in a row only as deep as other nodes nest them, so that it always ends', () => {
		const endless: Record<string, unknown> = { id: 1 };
		endless['self'] = endless;
		expect(read([endless]).problem).toBeUndefined();
		expect(read([{ a: { b: { c: { d: row } } } }]).problem).toMatch(/^Row 1 has no readable/);
		expect(read([{ a: { b: { c: { d: { e: row } } } } }]).problem).toBeUndefined();
	});

	it.each([
		['text', 'nothing', 'It is neither a list of rows nor a row.'],
		[
			'a row with an unreadable memory',
			[row, { ...row, removalRequestedAt: 'yesterday' }],
			'Row 2 has no readable removalRequestedAt.',
		],
		['text in a list', ['nothing'], 'Row 1 has no readable fields.'],
		['a number in a list', [row, 4], 'Row 2 has no readable fields.'],
		['nothing in a list', [row, null], 'Row 2 has no readable fields.'],
		['an item without a row', [{ json: null }], 'Row 1 has no readable fields.'],
		['a list in a list', [[row]], 'Row 1 has no readable fields.'],
		['all rows in one field', { data: [row] }, 'Row 1 has no readable caseId.'],
		['such an item', [{ json: { data: [{ json: row }] } }], 'Row 1 has no readable caseId.'],
		['an unknown status', [{ ...row, status: 'done' }], 'Row 1 has no readable status.'],
		[
			'a row that remembers something, but has no status',
			[{ ...row, status: null }],
			'Row 1 has no readable status.',
		],
	])('refuses %s', (_, given, problem) => {
		expect(read(given).problem).toBe(problem);
	});
});

describe('RemovalProposals', () => {
	it('counts per seller and day', () => {
		const kept = { seller: 'A', removalProposedOn: DATE };
		const proposals = new RemovalProposals([kept, { ...kept, removalProposedOn: null }], 2);
		expect(proposals.mayPropose('A', DATE)).toBe(true);
		proposals.count('A', DATE);
		expect(proposals.mayPropose('A', DATE)).toBe(false);
		expect(proposals.mayPropose('B', DATE)).toBe(true);
		expect(proposals.mayPropose('A', plusDays(DATE, 1))).toBe(true);
	});
});
