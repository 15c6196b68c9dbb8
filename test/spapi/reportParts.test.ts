import { DateTime } from 'luxon';

import { reportParts } from '../../nodes/AmazonReviewSolicitation/orders/reportParts';
import { seeded } from '../seeded';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const iso = (millis: number): string => new Date(millis).toISOString();

/** A thousand ranges, from hours to a year long, with or without an end, at any time of day. */
const RANGES = (() => {
	const random = seeded(20_261_128);
	return Array.from({ length: 1_000 }, () => {
		const now = Date.parse('2026-01-01T00:00:00Z') + Math.floor(random() * 400 * DAY);
		const after = now - Math.ceil(random() * random() * 365 * DAY);
		const until = random() < 0.5 ? undefined : after + Math.ceil(random() * (now - after));
		const longest = random() < 0.5 ? 30 : 100;
		return { now, after, until, longest };
	});
})();

type Range = (typeof RANGES)[number];

const partsOf = ({ now, after, until, longest }: Range) =>
	reportParts(
		iso(after),
		until === undefined ? undefined : iso(until),
		DateTime.fromMillis(now, { zone: 'utc' }),
		longest,
	).map((part) => ({
		from: Date.parse(part.from),
		until: part.until === undefined ? undefined : Date.parse(part.until),
	}));

describe('the parts of a range', () => {
	it('cover all of it without gaps, and none is longer than a report can be', () => {
		for (const range of RANGES) {
			const parts = partsOf(range).toReversed();
			const stop = Math.min(range.now, range.until ?? range.now);
			expect(parts[0]?.from).toBeLessThanOrEqual(range.after);
			expect(parts.at(-1)?.until ?? range.now).toBeGreaterThanOrEqual(stop);
			for (const [index, part] of parts.entries()) {
				const next = parts[index + 1];
				if (next !== undefined) expect(part.until).toBe(next.from);
				const end = part.until ?? range.now;
				expect(end).toBeGreaterThan(part.from);
				expect(end - part.from).toBeLessThanOrEqual(range.longest * DAY);
			}
			expect(parts.filter(({ until }) => until === undefined).length).toBeLessThanOrEqual(1);
		}
	});

	it('are closed only two days after their end, so that they never change', () => {
		for (const range of RANGES) {
			for (const { until } of partsOf(range)) {
				if (until !== undefined) expect(range.now - until).toBeGreaterThanOrEqual(2 * DAY);
			}
		}
	});

	it('stay the same from hour to hour, whether or not the range moves', () => {
		const closed = (range: Range) =>
			new Set(
				partsOf(range)
					.filter(({ until }) => until !== undefined)
					.map(({ from, until }) => `${iso(from)} ${iso(until ?? 0)}`),
			);
		for (const range of RANGES.slice(0, 30)) {
			if (range.until !== undefined) continue;
			for (const moves of [0, 1]) {
				const seen = new Set<string>();
				const opened = new Set<number>();
				for (let hour = 0; hour < 28 * 24; hour += 1) {
					const later = {
						...range,
						now: range.now + hour * HOUR,
						after: range.after + moves * hour * HOUR,
					};
					for (const each of closed(later)) seen.add(each);
					for (const { from, until } of partsOf(later)) if (until === undefined) opened.add(from);
				}
				// Fixed days: no two of them overlap, whenever they were requested.
				const times = [...seen].map((text) => text.split(' ').map((each) => Date.parse(each)));
				const sorted = times.toSorted(([a = 0], [b = 0]) => a - b);
				for (const [index, [, end = 0]] of sorted.entries()) {
					expect(sorted[index + 1]?.[0] ?? Infinity).toBeGreaterThanOrEqual(end);
				}
				// The open part restarts a few times in four weeks.
				expect(opened.size).toBeLessThanOrEqual(8);
			}
		}
	});
});
