import { cutPercent } from '../../nodes/shared/domain/rating';
import { filesIn, readDocument } from '../package/documents';

describe('a rating in a template', () => {
	it.each(filesIn('templates', '.json'))('is formatted only by the node in %s', (file) => {
		expect(readDocument(file)).not.toMatch(/Math\.(floor|round|ceil)|toFixed/);
	});

	it('is cut to two decimals, never rounded, and exact if it has no more', () => {
		for (let hundredths = 0; hundredths <= 10_000; hundredths += 1) {
			expect(cutPercent((100 * hundredths) / 10_000)).toBe(hundredths / 100);
		}
		expect([cutPercent(94.9951), cutPercent(65.6), cutPercent(200 / 3)]).toEqual([
			94.99, 65.6, 66.66,
		]);
	});
});
