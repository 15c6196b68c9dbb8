import fc from '../fastCheck';
import { DateTime, Settings } from 'luxon';

import {
	deliveryOf,
	instantOf,
	positionInWindow,
	solicitationWindow,
	type SolicitationWindow,
} from '../../nodes/shared/domain/solicitationWindow';

function windowOf(earliest: string, latest: string): SolicitationWindow {
	const window = solicitationWindow(earliest, latest);
	if (window === undefined) throw new Error(`no window for ${earliest} to ${latest}`);
	return window;
}

const at = (iso: string): DateTime => DateTime.fromISO(iso, { setZone: true });

describe('solicitationWindow', () => {
	it('opens five days after the earliest delivery and closes thirty after the latest', () => {
		expect(solicitationWindow('2026-06-01T07:00:00Z', '2026-06-04T06:59:59Z')).toEqual({
			opensAt: '2026-06-06T07:00:00.000Z',
			closesAt: '2026-07-04T06:59:59.000Z',
		});
	});

	it('reads offsets and returns UTC', () => {
		expect(solicitationWindow('2026-06-01T00:00:00-07:00', '2026-06-04T23:59:59+09:00')).toEqual({
			opensAt: '2026-06-06T07:00:00.000Z',
			closesAt: '2026-07-04T14:59:59.000Z',
		});
	});

	it('counts days of 24 hours, regardless of clock changes', () => {
		// In Los Angeles the clocks change on March 8 and on November 1, 2026.
		expect(solicitationWindow('2026-03-07T00:00:00-08:00', '2026-10-15T00:00:00-07:00')).toEqual({
			opensAt: '2026-03-12T08:00:00.000Z',
			closesAt: '2026-11-14T07:00:00.000Z',
		});
	});

	it.each([
		['', '2026-06-04T00:00:00Z'],
		['2026-06-01T00:00:00Z', ''],
		['soon', '2026-06-04T00:00:00Z'],
		['2026-06-01T00:00:00Z', '2026-02-30T00:00:00Z'],
	])('returns undefined for the dates "%s" and "%s"', (earliest, latest) => {
		expect(solicitationWindow(earliest, latest)).toBeUndefined();
	});
});

describe('deliveryOf', () => {
	it('returns the delivery dates of a window, in UTC', () => {
		const dates = {
			earliestDelivery: '2026-06-01T07:00:00.000Z',
			latestDelivery: '2026-06-04T06:59:59.000Z',
		};
		expect(deliveryOf(windowOf(dates.earliestDelivery, dates.latestDelivery))).toEqual(dates);
		const window = {
			opensAt: '2026-06-06T00:00:00-07:00',
			closesAt: '2026-07-04T08:59:59+02:00',
		};
		expect(deliveryOf(window)).toEqual(dates);
	});
});

describe("n8n's default time zone", () => {
	afterEach(() => {
		Settings.defaultZone = 'system';
	});

	it.each(['UTC', 'Asia/Tokyo', 'America/Los_Angeles'])('does not matter: %s', (zone) => {
		Settings.defaultZone = zone;
		expect(instantOf('2026-06-01T07:00:00')).toBe(Date.UTC(2026, 5, 1, 7));
		expect(
			deliveryOf({ opensAt: '2026-03-12T00:00:00.000Z', closesAt: '2026-04-08T00:00:00.000Z' }),
		).toEqual({
			earliestDelivery: '2026-03-07T00:00:00.000Z',
			latestDelivery: '2026-03-09T00:00:00.000Z',
		});
	});
});

describe('positionInWindow', () => {
	const window = windowOf('2026-06-01T07:00:00Z', '2026-06-04T07:00:00Z');

	it.each([
		['before', '2026-06-06T06:59:59.999Z'],
		['inside', '2026-06-06T07:00:00.000Z'],
		['inside', '2026-06-20T00:00:00.000Z'],
		['inside', '2026-07-04T07:00:00.000Z'],
		['after', '2026-07-04T07:00:00.001Z'],
	])('is %s at %s', (position, moment) => {
		expect(positionInWindow(window, at(moment))).toBe(position);
	});

	it('compares times in any zone', () => {
		expect(positionInWindow(window, at('2026-06-06T16:00:00.000+09:00'))).toBe('inside');
		expect(positionInWindow(window, at('2026-06-06T15:59:59.999+09:00'))).toBe('before');
		expect(
			positionInWindow(window, at('2026-07-04T07:00:00.001Z').setZone('America/Los_Angeles')),
		).toBe('after');
	});

	it('agrees with counting milliseconds, for any delivery and time', () => {
		const DAY = 86_400_000;
		const zones = ['UTC', 'America/Los_Angeles', 'Europe/Berlin', 'Asia/Tokyo', 'Australia/Sydney'];
		fc.assert(
			fc.property(
				fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2035-01-01') }),
				fc.nat(20 * DAY),
				fc.oneof(
					fc.integer({ min: -10 * DAY, max: 70 * DAY }),
					fc.constantFrom(5 * DAY - 1, 5 * DAY, 5 * DAY + 1),
				),
				fc.constantFrom(...zones),
				(earliest, span, offset, zone) => {
					const isoOf = (moment: number) => DateTime.fromMillis(moment, { zone }).toISO() ?? '';
					const any = windowOf(isoOf(earliest), isoOf(earliest + span));
					const moment = earliest + offset;
					const expected =
						offset < 5 * DAY ? 'before' : offset > span + 30 * DAY ? 'after' : 'inside';
					expect(positionInWindow(any, DateTime.fromMillis(moment, { zone }))).toBe(expected);
				},
			),
			{ numRuns: 500 },
		);
	});
});
