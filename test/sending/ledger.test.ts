import { readList } from '../../nodes/AmazonReviewSolicitation/planning/givenList';
import { inOneGo } from '../../nodes/shared/domain/steps';
import {
	readPastOrders,
	type PastOrder,
} from '../../nodes/AmazonReviewSolicitation/sending/ledger';
import { orderOf, planOf } from '../planning/planning';

const A = '111-1111111-1111111';
const B = '222-2222222-2222222';
const NOW = Date.parse('2026-11-20T12:00:00Z');

const row = (outcome: string, at: string, more: object = {}, orderId = A) => ({
	orderId,
	outcome,
	at,
	...more,
});

const pastOf = (...rows: unknown[]) =>
	inOneGo(readPastOrders(readList(rows, 'orderId').entries, NOW));

const statesOf = (...rows: unknown[]) =>
	[...pastOf(...rows)].map(([orderId, { state }]) => [orderId, state]);

const MONTH = '2026-11-01T00:00:00Z';
const LATER = '2026-11-02T00:00:00Z';

describe('a ledger', () => {
	it.each<[string, unknown[], unknown]>([
		['IDs are requested orders', [A, B], { [A]: 'requested', [B]: 'requested' }],
		['so are rows that are not ledger rows', [{ orderId: A }], { [A]: 'requested' }],
		[
			'a request counts, even if a later row says to try again',
			[row('sent', MONTH), row('claimedElsewhere', LATER, { tryAgainLater: true })],
			{ [A]: 'requested' },
		],
		[
			'otherwise the newest row counts, at any position',
			[
				row('windowClosed', LATER, { tryAgainLater: false }),
				row('notYetEligible', MONTH, { tryAgainLater: true }),
			],
			{ [A]: 'settled' },
		],
		[
			'of two rows with the same time the last one counts',
			[
				row('windowClosed', MONTH, { tryAgainLater: false }),
				row('notEligibleNow', MONTH, { tryAgainLater: true }),
			],
			{ [A]: 'open' },
		],
		[
			'the flag may be the text of a sheet or the number of a database',
			[
				row('windowClosed', '', { tryAgainLater: 'FALSE' }),
				row('windowClosed', '', { tryAgainLater: 0 }, B),
				row('deferred', '', { tryAgainLater: 'TRUE' }, '333-3333333-3333333'),
			],
			{ [A]: 'settled', [B]: 'settled', '333-3333333-3333333': 'open' },
		],
		[
			'without a flag the outcome decides',
			[row('failed', ''), row('orderNotFound', '', {}, B)],
			{ [A]: 'open', [B]: 'settled' },
		],
		['an unknown outcome is settled, to be safe', [row('???', '')], { [A]: 'settled' }],
		[
			'an order that Amazon offered no request for rests until the next day',
			[
				row('notEligibleNow', '2026-11-20T11:00:00Z'),
				row('notEligibleNow', '2026-11-19T15:00:00Z', {}, B),
				row('outsideWindow', '2026-11-20T11:00:00Z', {}, '333-3333333-3333333'),
			],
			{ [A]: 'resting', [B]: 'open', '333-3333333-3333333': 'open' },
		],
		[
			'rows without a valid order ID do not count',
			[{ orderId: 'nonsense', outcome: 'invalidOrderId' }, A],
			{ [A]: 'requested' },
		],
	])('%s', (_, rows, expected) => {
		expect(Object.fromEntries(statesOf(...rows))).toEqual(expected);
	});

	it.each<[string, unknown[], Partial<PastOrder>]>([
		[
			'a request has the time of its row',
			[row('sent', MONTH, { attempt: 1 })],
			{ requestedAt: '2026-11-01T00:00:00.000Z', attempts: 1 },
		],
		[
			'a request that Amazon reported has no time',
			[row('alreadyRequested', MONTH)],
			{ requestedAt: undefined },
		],
		[
			'of several rows of a request the earliest time counts',
			[
				row('alreadyRequested', LATER, { requestedAt: LATER }),
				row('sent', MONTH),
				row('alreadyRequested', LATER),
			],
			{ requestedAt: '2026-11-01T00:00:00.000Z' },
		],
		[
			'a lost answer may be a request',
			[row('answerLost', MONTH, { attempt: '2' })],
			{ state: 'open', requestedAt: '2026-11-01T00:00:00.000Z', attempts: 2 },
		],
		[
			'later rows keep its time',
			[
				row('answerLost', MONTH),
				row('deferred', LATER, { requestedAt: new Date(MONTH), tryAgainLater: true }),
			],
			{ state: 'open', requestedAt: '2026-11-01T00:00:00.000Z' },
		],
		[
			'a request that Amazon offered later had not arrived',
			[row('answerLost', MONTH), row('wouldSend', LATER, { requestedAt: null })],
			{ state: 'open', requestedAt: undefined },
		],
	])('%s', (_, rows, expected) => {
		expect(pastOf(...rows).get(A)).toMatchObject(expected);
	});
});

describe('a plan with a ledger', () => {
	const ledgerOf = (past: PastOrder) => ({ past: new Map([[orderOf(1).orderId, past]]) });

	it.each<[PastOrder['state'], object]>([
		[
			'requested',
			{
				reason: 'alreadyRequested',
				explanation: expect.stringMatching(/only one: requested 2026-11-01T/),
				requestedAt: '2026-11-01T00:00:00.000Z',
				tryAgainLater: false,
			},
		],
		['settled', { reason: 'settledBefore', tryAgainLater: false }],
		['resting', { reason: 'checkedToday', tryAgainLater: true }],
		['open', { decision: 'sendNow', requestedAt: '2026-11-01T00:00:00.000Z' }],
	])('an order that is %s', (state, expected) => {
		const past = { state, attempts: 0, requestedAt: '2026-11-01T00:00:00.000Z' };
		expect(planOf([orderOf(1)], ledgerOf(past))).toMatchObject([expected]);
	});
});
