import { countPerDay, FeedbackSeries } from '../../nodes/shared/domain/feedbackSeries';
import { totalOf } from '../../nodes/shared/domain/rating';
import { collectGarbage } from '../lib/measure';
import type { Table } from '../lib/section';
import { generateRows } from './contenders';

/** The memory the series takes, compared with its rows, for any number of windows. */
export function benchMemory(count: number): Table {
	const rows = generateRows(count);
	const numbers = [1, 10, 100, 1000];
	/** Goes through all windows and keeps the sums needed for any of them. */
	const throughWindows = (number: number) => () => {
		const series = FeedbackSeries.of(countPerDay(rows));
		let total = 0;
		for (let window = 1; window <= number; window += 1) {
			total += totalOf(series.window(series.lastDay, window));
		}
		return { series, total };
	};
	const kibibytes = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
	return {
		caption: 'Memory',
		header: ['number of windows', ...numbers.map(String)],
		rows: [
			['kept by the series', ...numbers.map((n) => kibibytes(retained(throughWindows(n))))],
			['kept by the rows themselves', kibibytes(retained(() => generateRows(count), 1))],
		],
	};
}

/**
 * Bytes that the result keeps alive, including array buffers, averaged over results kept together.
 */
function retained(task: () => unknown, times = 20): number {
	task();
	const before = usedBytes();
	const kept = Array.from({ length: times }, task);
	const after = usedBytes();
	return (after - before) / kept.length;
}

function usedBytes(): number {
	collectGarbage();
	collectGarbage();
	const { heapUsed, arrayBuffers } = process.memoryUsage();
	return heapUsed + arrayBuffers;
}
