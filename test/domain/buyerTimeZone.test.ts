// cspell:disable – names and sentences of many languages
import fc from '../fastCheck';
import { DateTime, IANAZone } from 'luxon';

import { buyerTimeZoneOf } from '../../nodes/shared/domain/buyerTimeZone';
import { MARKETPLACES } from '../../nodes/shared/domain/marketplaces';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const codesOf = (length: 2 | 3): string[] =>
	length === 2
		? LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
		: codesOf(2).flatMap((start) => LETTERS.map((last) => start + last));

const STATES_NEEDED = ['US', 'CA', 'AU', 'BR', 'MX'];

describe('buyerTimeZoneOf', () => {
	it('returns only zones that luxon supports, for every country and every state code', () => {
		const zones = new Set(codesOf(2).map((country) => buyerTimeZoneOf(country)));
		for (const country of [...STATES_NEEDED, 'ES', 'PT']) {
			for (const state of [...codesOf(2), ...codesOf(3)]) {
				zones.add(buyerTimeZoneOf(country, state));
			}
		}
		zones.delete(null);
		expect(zones.size).toBeGreaterThan(100);
		expect([...zones].filter((zone) => !IANAZone.isValidZone(zone ?? ''))).toEqual([]);
	});

	it('finds a zone for every marketplace, with the state if the country has several zones', () => {
		const states: Readonly<Record<string, string>> = {
			US: 'WA',
			CA: 'BC',
			AU: 'NSW',
			BR: 'SP',
			MX: 'CDMX',
		};
		for (const { countryCode, timeZone } of MARKETPLACES) {
			const zone = buyerTimeZoneOf(countryCode, states[countryCode] ?? 'anywhere');
			const expected = countryCode === 'CA' ? 'America/Vancouver' : timeZone;
			expect([countryCode, zone]).toEqual([countryCode, expected]);
		}
	});

	it.each([
		['AT', 'Europe/Vienna'],
		['CH', 'Europe/Zurich'],
		['CZ', 'Europe/Prague'],
		['DK', 'Europe/Copenhagen'],
		['FI', 'Europe/Helsinki'],
		['GR', 'Europe/Athens'],
		['NO', 'Europe/Oslo'],
		['PT', 'Europe/Lisbon'],
		['ES', 'Europe/Madrid'],
		['UK', 'Europe/London'],
		['gb', 'Europe/London'],
		[' de ', 'Europe/Berlin'],
		['PR', 'America/Puerto_Rico'],
	])('finds the zone of %s without a state', (country, zone) => {
		expect(buyerTimeZoneOf(country)).toBe(zone);
		expect(buyerTimeZoneOf(country, null)).toBe(zone);
		expect(buyerTimeZoneOf(country, 'anything')).toBe(zone);
	});

	it.each([
		['US', 'FL', 'America/New_York'],
		['US', 'KY', 'America/New_York'],
		['US', 'TN', 'America/Chicago'],
		['US', 'TX', 'America/Chicago'],
		['US', 'SD', 'America/Chicago'],
		['US', 'ND', 'America/Chicago'],
		['US', 'NE', 'America/Chicago'],
		['US', 'KS', 'America/Chicago'],
		['US', 'OR', 'America/Los_Angeles'],
		['US', 'ID', 'America/Boise'],
		['US', 'IN', 'America/Indiana/Indianapolis'],
		['US', 'MI', 'America/Detroit'],
		['US', 'AZ', 'America/Phoenix'],
		['US', 'AK', 'America/Anchorage'],
		['US', 'HI', 'Pacific/Honolulu'],
		['US', 'DC', 'America/New_York'],
		['US', 'Washington, D.C.', 'America/New_York'],
		['US', 'washington', 'America/Los_Angeles'],
		['US', ' new  york ', 'America/New_York'],
		['US', 'NEW JERSEY', 'America/New_York'],
		['US', 'PR', 'America/Puerto_Rico'],
		['us', 'Puerto Rico', 'America/Puerto_Rico'],
		['CA', 'QC', 'America/Toronto'],
		['CA', 'Québec', 'America/Toronto'],
		['CA', 'Newfoundland and Labrador', 'America/St_Johns'],
		['CA', 'SK', 'America/Regina'],
		['AU', 'QLD', 'Australia/Brisbane'],
		['AU', 'N.S.W.', 'Australia/Sydney'],
		['AU', 'WA', 'Australia/Perth'],
		['BR', 'AM', 'America/Manaus'],
		['BR', 'São Paulo', 'America/Sao_Paulo'],
		['BR', 'Mato Grosso', 'America/Cuiaba'],
		['BR', 'Mato Grosso do Sul', 'America/Campo_Grande'],
		['MX', 'Nuevo León', 'America/Monterrey'],
		['MX', 'BC', 'America/Tijuana'],
		['MX', 'Baja California Sur', 'America/Mazatlan'],
		['MX', 'Quintana Roo', 'America/Cancun'],
		['MX', 'Tamaulipas', 'America/Matamoros'],
		['ES', 'Las Palmas', 'Atlantic/Canary'],
		['PT', 'Açores', 'Atlantic/Azores'],
	])('finds the zone of %s, %s', (country, state, zone) => {
		expect(buyerTimeZoneOf(country, state)).toBe(zone);
	});

	it.each([
		...STATES_NEEDED.flatMap((country) => [
			[country, ''],
			[country, 'nowhere'],
		]),
		['US', 'AE'], // Armed Forces Europe
		['US', 'QC'],
		['CA', 'NY'],
		['XX', 'CA'],
		['', ''],
		['constructor', 'constructor'],
	])('does not guess for country "%s" and state "%s"', (country, state) => {
		expect(buyerTimeZoneOf(country, state)).toBeNull();
	});

	it('recognizes all states by code and by name, with the same zone for both', () => {
		const codes = (country: string) =>
			[...codesOf(2), ...codesOf(3)].filter((code) => buyerTimeZoneOf(country, code) !== null);
		// 50 states, DC and five territories; 10 provinces, 3 territories and three other codes.
		expect(codes('US')).toHaveLength(56);
		expect(codes('CA')).toHaveLength(16);
		expect(codes('AU')).toHaveLength(8);
		expect(codes('BR')).toHaveLength(27);
		// 32 states by ISO code of three letters, and common abbreviations.
		const mexican =
			'AGU BCN BCS CAM CHP CHH COA COL CMX DUR GUA GRO HID JAL MEX MIC MOR NAY NLE OAX PUE QUE ROO SLP SIN SON TAB TAM TLA VER YUC ZAC';
		expect(mexican.split(' ').filter((code) => !codes('MX').includes(code))).toEqual([]);
		for (const [country, code, name] of [
			['US', 'IA', 'Iowa'],
			['US', 'WV', 'West Virginia'],
			['CA', 'PE', 'Prince Edward Island'],
			['AU', 'TAS', 'Tasmania'],
			['BR', 'RN', 'Rio Grande do Norte'],
			['MX', 'SLP', 'San Luis Potosí'],
		] as const) {
			expect(buyerTimeZoneOf(country, name)).toBe(buyerTimeZoneOf(country, code));
		}
	});

	it('returns the winter offset of every US state', () => {
		const offset = (code: string) =>
			DateTime.fromISO('2026-01-15T12:00Z', { zone: buyerTimeZoneOf('US', code) ?? '' }).offset /
			60;
		const codesAt = (hours: number) =>
			codesOf(2)
				.filter((code) => buyerTimeZoneOf('US', code) !== null && offset(code) === hours)
				.join(' ');
		expect(codesAt(-5)).toBe('CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV');
		expect(codesAt(-6)).toBe('AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI');
		expect(codesAt(-7)).toBe('AZ CO ID MT NM UT WY');
		expect(codesAt(-8)).toBe('CA NV OR WA');
	});

	it('returns a zone or null for any text', () => {
		fc.assert(
			fc.property(fc.string(), fc.string({ unit: 'grapheme' }), (country, state) => {
				const zone = buyerTimeZoneOf(country, state);
				expect(zone === null || IANAZone.isValidZone(zone)).toBe(true);
			}),
		);
	});
});
