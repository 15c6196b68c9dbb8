import { averageRunLength, designCusum } from '../../nodes/AmazonSellerRating/analysis/cusum';
import { seeded } from '../../test/seeded';
import type { Table } from '../lib/section';

interface Rule {
	/** Starts a run: the function takes one feedback entry per call; true if it raises an alarm. */
	readonly start: () => (isNonPositive: boolean) => boolean;
}

/** The package's CUSUM with this number of feedback entries per day; a day is one batch. */
const cusumRule = (rise: number, limit: number, perDay: number): Rule => ({
	start: () => {
		let statistic = 0;
		let batch = 0;
		let seen = 0;
		return (isNonPositive) => {
			batch += isNonPositive ? rise : -1;
			seen += 1;
			if (seen % perDay !== 0) return false;
			statistic = Math.max(0, statistic + batch);
			batch = 0;
			return statistic >= limit;
		};
	},
});

/** More than 5% of the last 60, once there are 60. */
const trailing60: Rule = {
	start: () => {
		const last = new Uint8Array(60);
		let seen = 0;
		let bad = 0;
		return (isNonPositive) => {
			const now = isNonPositive ? 1 : 0;
			bad += now - (last[seen % 60] ?? 0);
			last[seen % 60] = now;
			seen += 1;
			return seen >= 60 && bad > 3;
		};
	},
};

/** Average number of feedback entries from the start to an alarm. */
function simulate(rule: Rule, share: number, budget = 3_000_000): number {
	const random = seeded(7);
	let alarms = 0;
	let feedback = 0;
	while (feedback < budget) {
		const isAlarm = rule.start();
		do feedback += 1;
		while (!isAlarm(random() < share));
		alarms += 1;
	}
	return feedback / alarms;
}

/** Average number of feedback entries from a change to the alarm, after 200 without an alarm. */
function simulateDelay(rule: Rule, before: number, after: number, runs = 3000): number {
	const random = seeded(11);
	let delays = 0;
	for (let run = 0; run < runs; ) {
		const isAlarm = rule.start();
		let early = false;
		for (let index = 0; index < 200 && !early; index += 1) early = isAlarm(random() < before);
		if (early) continue;
		do delays += 1;
		while (!isAlarm(random() < after));
		run += 1;
	}
	return delays / runs;
}

export function benchDetection(): Table {
	const whole = (value: number) => value.toFixed(0);
	const percent = (share: number) => `${100 * share}%`;
	const rowOf = (name: string, rule: Rule, p0: number, p1: number, computed: string[]) => [
		name,
		percent(p0),
		percent(p1),
		...computed,
		whole(simulate(rule, p0)),
		whole(simulate(rule, p1, 500_000)),
		whole(simulateDelay(rule, p0, p1)),
	];
	const cusumRow = (p0: number, p1: number, every: number, perDay = 1) => {
		const { rise, limit, falseAlarmEvery, detectsIn } = designCusum(p0, p1, every);
		const name = `CUSUM, false alarm every ${whole(every)}, ${perDay} per day`;
		const computed = [whole(falseAlarmEvery), whole(detectsIn)];
		return rowOf(name, cusumRule(rise, limit, perDay), p0, p1, computed);
	};
	/** Entries between two false alarms of the naive rule, for a CUSUM with as many of them. */
	const naiveEvery = simulate(trailing60, 0.02);
	return {
		caption: 'Detecting a higher share of non-positive ratings, in numbers of feedback entries',
		header: [
			'rule',
			'p0',
			'p1',
			'false alarm every: computed',
			'detects in: computed',
			'false alarm every: measured',
			'detects in: measured',
			'after 200 good ones',
		],
		rows: [
			...[0.01, 0.02, 0.05].flatMap((p0) =>
				[500, 1000, 2000].map((every) => cusumRow(p0, p0 + 0.03, every)),
			),
			cusumRow(0.1, 0.2, 1000),
			...[5, 20, 100].map((perDay) => cusumRow(0.02, 0.05, 1000, perDay)),
			rowOf('more than 5% of the last 60', trailing60, 0.02, 0.05, ['', '']),
			cusumRow(0.02, 0.05, naiveEvery),
		],
	};
}

/** How often a chart designed for 1000 raises false alarms if the baseline was estimated. */
export function benchBaseline(): Table {
	const random = seeded(5);
	const p0 = 0.02;
	return {
		caption: 'True false-alarm distance at 2% if 1000 is requested and the baseline is estimated',
		header: ['feedback in the reference period', '10% of charts', 'median', '90% of charts'],
		rows: [100, 200, 500, 2000].map((size) => {
			const rates = Array.from({ length: 200 }, () => {
				let bad = 0;
				for (let index = 0; index < size; index += 1) bad += random() < p0 ? 1 : 0;
				const { rise, limit } = designCusum((bad + 0.5) / (size + 1));
				return averageRunLength(p0, rise, limit);
			}).sort((a, b) => a - b);
			return [
				String(size),
				...[0.1, 0.5, 0.9].map((part) =>
					(rates[Math.floor(part * rates.length)] ?? NaN).toFixed(0),
				),
			];
		}),
	};
}
