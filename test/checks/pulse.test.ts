import { repeated } from '../../checks/lib/repeated';
import { blockOf, isDrawn, plusDays } from '../../checks/pulse/draw';
import type { LedgerRow } from '../../checks/pulse/ledger';
import {
	certainPart,
	firstMeasuredDay,
	lastRuns,
	ledgerDifferences,
	offSchedule,
	runOf,
	tooLate,
} from '../../checks/pulse/record';
import { MARKETPLACE } from '../../checks/pulse/settings';
import { isPulseDay } from '../../nodes/shared/domain/pulse';

const draw = { seed: 'check', blockDays: 5 };
const SINCE = '2026-10-08';

const days = Array.from({ length: 40 }, (_, index) => plusDays(SINCE, index));
const [drawnDay = '', nextDrawn = ''] = days.filter((day) => isDrawn(day, draw));
const plainDay = days.find((day) => !isDrawn(day, draw) && day > drawnDay) ?? '';

/** A time on a day of the marketplace. */
const at = (day: string): string => new Date(runOf(day)).toISOString();

const row = (day: string, changes: Partial<LedgerRow> = {}): LedgerRow => ({
	orderId: 'A',
	marketplaceId: MARKETPLACE,
	outcome: 'sent',
	tryAgainLater: 'false',
	at: at(day),
	requestedAt: at(day),
	pulseBlock: String(blockOf(day, draw)),
	pulseDay: day,
	pulseForced: String(!isDrawn(day, draw)),
	closesAt: at(plusDays(day, 20)),
	...changes,
});

const request = (day: string, orderId = 'A') => ({
	orderId,
	marketplaceId: MARKETPLACE,
	at: at(day),
});

const order = (
	opens: string,
	closes: string,
	solicitability: 'closed' | 'already' = 'already',
) => ({
	orderId: 'A',
	marketplaceId: MARKETPLACE,
	opensAt: at(opens),
	closesAt: at(closes),
	solicitability,
});

describe("the pulse test's ledger", () => {
	const none: ReadonlySet<string> = new Set();

	it.each<[string, LedgerRow[], string[], number]>([
		['the same', [row(drawnDay)], [], 0],
		['without a row', [], [], 1],
		['without a row, because n8n was killed', [], ['A'], 0],
		[
			'found later, because n8n was killed',
			[row(nextDrawn, { outcome: 'alreadyRequested' })],
			['A'],
			0,
		],
		['found later', [row(nextDrawn, { outcome: 'alreadyRequested' })], [], 1],
		['unconfirmed', [row(drawnDay, { outcome: 'sentUnconfirmed' })], [], 0],
		['of another day', [row(nextDrawn)], [], 1],
		['of another order', [row(drawnDay), row(drawnDay, { orderId: 'B' })], [], 1],
	])('%s', (_, rows, lost, problems) => {
		const found = ledgerDifferences(rows, [request(drawnDay)], new Set(lost));
		expect(found).toHaveLength(problems);
		expect(ledgerDifferences([], [], none)).toEqual([]);
	});

	it.each<[string, LedgerRow, number]>([
		['a drawn day', row(drawnDay), 0],
		['another day, although it could wait', row(plainDay), 1],
		[
			'another day, because it could not',
			row(plainDay, { closesAt: at(plusDays(plainDay, 1)) }),
			0,
		],
		['another day, without delivery dates', row(plainDay, { closesAt: '' }), 0],
		['a wrong note', row(drawnDay, { pulseForced: 'true' }), 1],
		['a row written again', row(nextDrawn, { requestedAt: at(drawnDay) }), 0],
		[
			'a row written again, although it could wait',
			row(nextDrawn, { requestedAt: at(plainDay) }),
			1,
		],
		['a row written again, of the warm-up', row(drawnDay, { requestedAt: at('2026-10-06') }), 0],
		['the warm-up', row('2026-10-06', { pulseBlock: '', pulseDay: '', pulseForced: '' }), 0],
		['the warm-up with a note', row('2026-10-06'), 1],
	])('follows from the seed: %s', (_, given, problems) => {
		expect(offSchedule([given], draw, SINCE)).toHaveLength(problems);
	});
});

describe("the pulse test's requests", () => {
	const mornings = days.map((day) => ({ day, wasKilled: false }));
	const opens = plusDays(drawnDay, -1);
	const test = { mornings, draw, since: SINCE };

	it('go out on the first drawn day on which they are due', () => {
		const orders = [order(opens, plusDays(opens, 25))];
		expect(tooLate([request(drawnDay)], orders, test)).toEqual([]);
		expect(tooLate([request(nextDrawn)], orders, test)).toHaveLength(1);
		const killed = mornings.map(({ day }) => ({ day, wasKilled: day === drawnDay }));
		expect(tooLate([request(nextDrawn)], orders, { ...test, mornings: killed })).toEqual([]);
	});

	it.each([
		['at midnight', -9, 1],
		['a minute before the run', -1 / 60, 1],
		['an hour after the run', 1, 0],
	])('are due on the drawn day itself by the time of its run: open %s', (_, hours, problems) => {
		const opensAt = new Date(runOf(drawnDay) + hours * 3_600_000).toISOString();
		const orders = [{ ...order(opens, plusDays(opens, 25)), opensAt }];
		expect(tooLate([request(nextDrawn)], orders, test)).toHaveLength(problems);
	});

	it('have a last run before their window closes', () => {
		const last = plusDays(opens, 1);
		const closed = order(opens, plusDays(last, 1), 'closed');
		expect(lastRuns([closed], mornings)).toEqual([
			{ orderId: 'A', morning: { day: last, wasKilled: false } },
		]);
		expect(lastRuns([{ ...closed, solicitability: 'already' }], mornings)).toEqual([]);
		expect(lastRuns([order('2026-01-01', '2026-02-01', 'closed')], mornings)).toEqual([]);
	});

	it('occur once', () => expect(repeated(['a', 'b', 'a'])).toEqual(['a']));

	it('have their part in the bad feedback', () => {
		const feedback = ['A', 'B', 'C', 'D'].map((orderId) => ({ orderId, date: nextDrawn }));
		const requests = [request(drawnDay), request(plusDays(nextDrawn, 1), 'B')];
		const through = (day: string) => certainPart(feedback, requests, { from: SINCE, through: day });
		expect(through(nextDrawn)).toEqual({ beforeRequest: 1, withoutRequest: 2, orderIds: ['A'] });
		expect(through(drawnDay)).toEqual({ beforeRequest: 0, withoutRequest: 0, orderIds: [] });
	});

	it('have the same draws as those of Plan', () => {
		for (const day of days) {
			expect(isDrawn(day, draw)).toBe(isPulseDay(day, { ...draw, marketplaceId: MARKETPLACE }));
		}
	});

	it('count from the block after the first drawn day on', () => {
		const first = firstMeasuredDay(SINCE, draw);
		expect(blockOf(first, draw)).toBe(blockOf(drawnDay, draw) + 1);
		expect(blockOf(plusDays(first, -1), draw)).toBe(blockOf(drawnDay, draw));
	});
});
