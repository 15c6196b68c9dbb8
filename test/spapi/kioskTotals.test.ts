import type { Marketplace } from '../../nodes/shared/domain/marketplaces';
import { findMarketplace } from '../../nodes/shared/domain/marketplaces';
import { totalsOf, type KioskTotals } from '../../nodes/shared/spapi/kioskTotals';

const [DE, FR] = ['A1PA6795UKMFR9', 'A13V1IB3VIYZZH'] as const;
const placeOf = (id: string) => findMarketplace(id) as Marketplace;

const DAY = { date: '2026-11-20', received: 3, negative: 1, units: 4, pageViews: 50 };

const result = (changes: Partial<KioskTotals> = {}): KioskTotals => ({
	queryId: '77',
	range: { marketplaceIds: [DE, FR], from: '2024-11-26', through: '2026-11-23' },
	askedAt: '2026-11-23T18:00:00.000Z',
	at: 0,
	days: new Map([[DE, [DAY]]]),
	lines: 1,
	unreadableLines: 0,
	...changes,
});

describe('what a result says about a marketplace', () => {
	it('is its days, with the range and the query', () => {
		expect(totalsOf(result(), placeOf(DE), '2026-11-23')).toEqual({
			totals: {
				days: [DAY],
				from: '2024-11-26',
				through: '2026-11-23',
				madeOn: '2026-11-23',
			},
			source: 'Data Kiosk query 77',
			notes: [],
		});
	});

	it('is nothing if it has no line, never zeros', () => {
		expect(totalsOf(result(), placeOf(FR), '2026-11-23').totals.days).toEqual([]);
	});

	it.each([
		['of the query, in the zone of the marketplace', {}, '2026-11-30', '2026-11-23'],
		['of the query', { askedAt: '2026-11-23T23:30:00.000Z' }, '2026-11-30', '2026-11-24'],
		[
			'today, if the clock was ahead',
			{ askedAt: '2027-02-01T00:00:00Z' },
			'2026-11-23',
			'2026-11-23',
		],
		[
			'that Amazon says, if the clock is ahead',
			{ askedAt: '2027-02-01T00:00:00Z', createdTime: '2026-11-23T18:00:00Z' },
			'2027-02-01',
			'2026-11-23',
		],
	])('is as of the day %s', (_, changes, today, madeOn) => {
		expect(totalsOf(result(changes), placeOf(DE), today).totals.madeOn).toBe(madeOn);
	});

	it('says that lines could not be read', () => {
		const { notes } = totalsOf(result({ unreadableLines: 2 }), placeOf(DE), '2026-11-23');
		expect(notes).toEqual([
			"2 line(s) of Data Kiosk's result could not be read; their days are unknown",
		]);
	});
});
