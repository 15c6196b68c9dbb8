import { DEFAULT_OPTIONS } from '../../nodes/AmazonSellerRating/analysis/requestEffect';
import type { SentRequest } from '../../nodes/AmazonSellerRating/analysis/requestEffectLedger';
import {
	reportRequests,
	type RequestEvidence,
	type RequestReport,
} from '../../nodes/AmazonSellerRating/analysis/requestEffectReport';
import { summaryOf } from '../../nodes/AmazonSellerRating/analysis/requestEffectWords';
import { dayNumber } from '../../nodes/shared/domain/calendar';
import { pulseDayOf } from '../../nodes/shared/domain/pulse';
import { inOneGo } from '../../nodes/shared/domain/steps';
import { seeded } from '../seeded';

const BLOCK_DAYS = 5;
const ORDERS_A_DAY = 25;
const ORGANIC_A_DAY = 0.9;

const settings = {
	...DEFAULT_OPTIONS,
	redraws: 199,
	effectToDetect: 0.02,
	confidence: 0.95,
} as const;

const report = (evidence: RequestEvidence, seed = 'test'): RequestReport =>
	inOneGo(reportRequests(evidence, { ...settings, seed }));

/** A number of events, each of 100 equally likely. */
function some(mean: number, random: () => number): number {
	let count = 0;
	for (let chance = 0; chance < 100; chance += 1) if (random() < mean / 100) count += 1;
	return count;
}

/**
 * A ledger as a shop keeps it: requests every day at first, then on the days that the pulse schedule
 * draws. Test and ledger start and end anywhere in a block, and six days of orders wait at the start.
 */
function drawLedger(seed: number, effect: number): RequestEvidence {
	const random = seeded(seed);
	const start = 20_000 + Math.floor(random() * BLOCK_DAYS);
	const today = start + 62 + Math.floor(random() * BLOCK_DAYS);
	const schedule = { seed: `${seed}`, blockDays: BLOCK_DAYS, marketplaceId: 'ATVPDKIKX0DER' };
	const requests: SentRequest[] = [];
	const received = new Map<number, number>();
	const receive = (day: number, count: number): void => {
		received.set(day, (received.get(day) ?? 0) + count);
	};
	const send = (day: number, count: number, pulse?: SentRequest['pulse']): void => {
		for (let request = 0; request < count; request += 1) {
			requests.push({ orderId: `${requests.length}`, day, ...(pulse && { pulse }) });
			if (random() < effect) receive(day + Math.floor(4 * random()), 1);
		}
	};
	let waiting = some(6 * ORDERS_A_DAY, random);
	for (let day = start - 30; day < today; day += 1) {
		receive(day, some(ORGANIC_A_DAY * (day % 7 === 0 ? 0.6 : 1), random));
		const due = some(ORDERS_A_DAY, random);
		if (day < start) send(day, due);
		else waiting += due;
		const block = Math.floor(day / BLOCK_DAYS);
		if (day < start || dayNumber(pulseDayOf(block, schedule)) !== day) continue;
		send(day, waiting, { block, day, isForced: false });
		waiting = 0;
	}
	const known = Array.from({ length: today - 4 - start + 30 }, (_, index) => ({
		day: start - 30 + index,
		positive: received.get(start - 30 + index) ?? 0,
		nonPositive: 0,
	}));
	return { requests, known, low: [], today, schedule: undefined };
}

describe('the report of a ledger', () => {
	const WORLDS = 200;
	const reports = (effect: number) =>
		Array.from({ length: WORLDS }, (_, seed) => report(drawLedger(seed, effect), `${seed}`));
	const shareOf = (all: readonly RequestReport[], is: (one: RequestReport) => boolean) =>
		all.filter(is).length / all.length;

	it('sees an effect in about one of 20 shops without one, and says that it pays in half of these', () => {
		const all = reports(0);
		const alarms = shareOf(all, ({ effect }) => (effect?.all.p ?? 1) <= 0.05);
		expect(alarms).toBeGreaterThan(0.015);
		expect(alarms).toBeLessThan(0.09);
		expect(shareOf(all, ({ verdict }) => verdict === 'pays')).toBeLessThan(0.06);
	});

	it('says that it pays in nearly all shops with 4 more per 100 requests', () => {
		const all = reports(0.04);
		expect(shareOf(all, ({ verdict }) => verdict === 'pays')).toBeGreaterThan(0.85);
		const covered = shareOf(all, ({ effect }) => {
			const { low = NaN, high = NaN } = effect?.all ?? {};
			return low <= 0.04 && 0.04 <= high;
		});
		expect(covered).toBeGreaterThan(0.9);
	});

	it('uses whole blocks only, and says what is left of the ledger', () => {
		const evidence = drawLedger(5, 0);
		const { used, found, blocks, requestsUsed } = report(evidence);
		const first = found?.test.firstDay ?? NaN;
		expect(used?.from).toBe(first + BLOCK_DAYS);
		expect((used?.through ?? NaN) < evidence.today - 3).toBe(true);
		expect(blocks).toBeLessThan(found?.test.blocks.length ?? 0);
		expect(requestsUsed).toBeLessThan(evidence.requests.length);
	});

	it('needs fewer further days the longer the test runs, and none with a verdict', () => {
		const evidence = drawLedger(11, 0.01);
		const after = (days: number): RequestReport => {
			const today = 20_000 + days;
			const until = ({ day }: { readonly day: number }) => day < today;
			return report({
				...evidence,
				today,
				requests: evidence.requests.filter(until),
				known: evidence.known.filter(until),
			});
		};
		const [early, late] = [after(20), after(50)];
		expect(early.verdict).toBe('notDecidable');
		expect(early.lacking.length).toBeGreaterThan(0);
		expect(early.daysStillNeeded).toBeGreaterThan(late.daysStillNeeded ?? NaN);
		const decided = report(drawLedger(3, 0.1));
		expect(decided).toMatchObject({ verdict: 'pays', daysStillNeeded: 0 });
	});

	it('is a sentence that a seller understands', () => {
		const evidence = drawLedger(3, 0.1);
		expect(summaryOf(report(evidence), settings)).toMatch(
			/^Requests bring feedback, more than by chance: \d+\.\d more feedback entries per 100 requests \(95% interval \d+\.\d to \d+\.\d, p = 0\.010\)\.$/,
		);
		const none = report(drawLedger(1, 0));
		expect(summaryOf({ ...none, verdict: 'noEffectSeen' }, settings)).toMatch(
			/^Requests do not bring as much as 2\.0 per 100 requests: -?\d+\.\d more /,
		);
		const requests = evidence.requests.map(({ orderId, day }) => ({ orderId, day }));
		expect(summaryOf(report({ ...evidence, requests }), settings)).toBe(
			'The days of these requests were not drawn, so counts alone prove nothing.',
		);
		const later = requests.filter(({ day }) => day > 20_010);
		expect(summaryOf(report({ ...evidence, requests: later }), settings)).toMatch(
			/counts alone prove nothing: \d\.\d\d feedback entries a day before the first request, \d\.\d\d since\.$/,
		);
	});
});

describe('the summary', () => {
	it('says that an end of the interval is unknown if no effect is ruled out', () => {
		const all = { perRequest: 0.03, low: -Infinity, high: Infinity, p: 0.25, standardError: 0.01 };
		const text = summaryOf(
			{
				...report(drawLedger(1, 0)),
				verdict: 'notDecidable',
				isSolid: true,
				effect: { all, positive: all, nonPositive: all, days: 30 },
			},
			settings,
		);
		expect(text).toContain('(95% interval unknown to unknown, p = 0.250)');
	});
});
