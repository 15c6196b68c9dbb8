import type { IDataObject } from 'n8n-workflow';

import { daysOfLists } from '../../nodes/AmazonSellerRating/sources/feedbackDays';
import { readLedger } from '../../nodes/AmazonSellerRating/sources/requestLedger';
import { dayNumber } from '../../nodes/shared/domain/calendar';
import { findMarketplace } from '../../nodes/shared/domain/marketplaces';
import { inOneGo } from '../../nodes/shared/domain/steps';

const us = findMarketplace('US');
const germany = findMarketplace('DE');
if (us === undefined || germany === undefined) throw new Error('No marketplaces');

const ORDER = '111-1234567-7654321';
const row = (changes: IDataObject = {}): IDataObject => ({
	orderId: ORDER,
	marketplaceId: us.id,
	outcome: 'sent',
	at: '2026-11-02T05:30:00.000Z',
	...changes,
});

const read = (rows: readonly IDataObject[], seller?: string) =>
	inOneGo(
		readLedger(
			rows.map((json) => ({ json })),
			seller,
		),
	);

describe('a ledger', () => {
	it('has each request on its day in the marketplace', () => {
		const { requests } = read([
			row(),
			row({ orderId: '302-1234567-7654321', marketplaceId: null, marketplace: 'DE' }),
		]);
		expect(requests.get(us)).toEqual([{ orderId: ORDER, day: dayNumber('2026-11-01') }]);
		expect(requests.get(germany)?.[0]?.day).toBe(dayNumber('2026-11-02'));
	});

	it.each([
		['a date of a database', { at: new Date('2026-11-02T05:30:00Z') as unknown as string }],
		['another name of the time', { at: null, sentAt: '2026-11-02T05:30:00Z' }],
		['an empty time beside it', { at: '', sentAt: '2026-11-02T05:30:00Z' }],
		['no outcome', { outcome: null }],
		['an unconfirmed request', { outcome: 'sentUnconfirmed' }],
	])('is read with %s', (_, changes) => {
		expect(read([row(changes)]).requests.get(us)?.[0]?.day).toBe(dayNumber('2026-11-01'));
	});

	it.each([
		['an object', { pulse: { block: 4_100, day: '2026-02-20', isPulseDay: true, forced: false } }],
		['text', { pulse: '{"block":4100,"day":"2026-02-20","forced":false}' }],
		['columns', { pulseBlock: '4100', pulseDay: '2026-02-20', pulseForced: 'FALSE' }],
		[
			'a date column',
			{ pulseBlock: 4_100, pulseDay: new Date('2026-02-20') as unknown as string, pulseForced: 0 },
		],
		[
			'columns of a database',
			{ pulse: '', pulseBlock: 4_100, pulseDay: '2026-02-20T00:00:00', pulseForced: 0 },
		],
	])('has the pulse test as %s', (_, changes) => {
		expect(read([row(changes)]).requests.get(us)?.[0]?.pulse).toEqual({
			block: 4_100,
			day: dayNumber('2026-02-20'),
			isForced: false,
		});
	});

	it.each([
		[{ pulse: { block: 1, day: '2026-02-20', forced: true } }, true],
		[{ pulse: { block: 1, day: '2026-02-20', isPulseDay: false } }, true],
		[{ pulseBlock: 1, pulseDay: '2026-02-20', pulseForced: 'yes' }, true],
	])('knows forced requests: %o', (changes, isForced) => {
		expect(read([row(changes as IDataObject)]).requests.get(us)?.[0]?.pulse?.isForced).toBe(
			isForced,
		);
	});

	it('reads blank fields as absent', () => {
		const { requests } = read([row({ delayDays: '', pulseBlock: '', pulse: null })]);
		expect(requests.get(us)).toEqual([{ orderId: ORDER, day: dayNumber('2026-11-01') }]);
		expect(read([row({ delayDays: '7' })]).requests.get(us)?.[0]?.delayDays).toBe(7);
	});

	it('leaves out the rows of others, unsent, repeated and unreadable ones, and counts them', () => {
		const ledger = read(
			[
				row({ seller: 'Shop One' }),
				row({ seller: 'Shop Two' }),
				row(),
				row({ outcome: 'alreadyRequested' }),
				row({ orderId: 'x' }),
				row({ at: 'soon' }),
				row({ marketplaceId: 'nowhere' }),
			],
			'Shop One',
		);
		expect(ledger).toMatchObject({ ofOthers: 1, notSent: 1, repeated: 1, unreadable: 3 });
		expect(ledger.requests.get(us)).toHaveLength(1);
	});
});

const range = { from: '2026-11-01', through: '2026-11-06', settled: '2026-11-05' };

describe('days of lists', () => {
	const totals = [
		{ date: '2026-11-01', received: 3 },
		{ date: '2026-11-02', received: '2', nonPositive: '1' },
		{ json: { date: '2026-11-04', feedbackReceived: 0 } },
		{ date: '2026-11-05', received: 0 },
		{ date: '2026-11-03', received: null },
		{ date: '2026-11-03', received: 9, marketplace: 'DE' },
		{ date: '2026-11-06', received: 5 },
	];
	const feedback = [
		{ orderId: ORDER, date: '2026-11-01', rating: 2 },
		{ orderId: '111-1234567-7654322', date: '2026-11-05', rating: '3' },
		{ orderId: '111-1234567-7654323', date: '2026-11-04', rating: 5 },
		{ orderId: 'x', date: '2026-11-04', rating: 1 },
	];

	it('leave out what is unknown, contradictory or not settled, and name it', () => {
		const days = inOneGo(daysOfLists({ totals, feedback }, us, range));
		expect(days.known).toEqual([
			{ day: dayNumber('2026-11-01'), positive: 2, nonPositive: 1 },
			{ day: dayNumber('2026-11-02'), positive: 1, nonPositive: 1 },
			{ day: dayNumber('2026-11-04'), positive: 0, nonPositive: 0 },
		]);
		expect(days.leftOut).toEqual([
			{ from: '2026-11-03', through: '2026-11-03', days: 1, reason: 'notInList' },
			{ from: '2026-11-05', through: '2026-11-05', days: 1, reason: 'contradiction' },
			{ from: '2026-11-06', through: '2026-11-06', days: 1, reason: 'notSettled' },
		]);
		expect(days.low).toEqual([
			{ orderId: ORDER, day: dayNumber('2026-11-01') },
			{ orderId: '111-1234567-7654322', day: dayNumber('2026-11-05') },
		]);
	});

	it.each([
		['both lists', { totals, feedback }, true],
		[
			'a number of 1 to 3 stars for each day, all 0',
			{ totals: [{ date: '2026-11-01', received: 3, nonPositive: 0 }], feedback: '' },
			true,
		],
		['such a number for some days', { totals, feedback: '' }, false],
	])('with %s know the stars: %o', (_, lists, isSplit) => {
		expect(inOneGo(daysOfLists(lists, us, range)).isSplit).toBe(isSplit);
	});

	it('can be JSON, and know no certain part without the second list', () => {
		const days = inOneGo(daysOfLists({ totals: JSON.stringify(totals), feedback: '' }, us, range));
		expect(days).toMatchObject({ low: undefined, isSplit: false });
		expect(days.known).toHaveLength(4);
		expect(inOneGo(daysOfLists({ totals: 'x', feedback: [] }, us, range))).toMatchObject({
			known: [],
			leftOut: [{ days: 5, reason: 'notInList' }, { reason: 'notSettled' }],
			low: [],
		});
	});
});
