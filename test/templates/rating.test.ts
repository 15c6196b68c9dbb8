/* eslint-disable @n8n/community-nodes/no-dangerous-functions -- a test on the machine, never in n8n */
import { cutPercent } from '../../nodes/shared/domain/rating';
import { filesIn, readDocument } from '../package/documents';

/** What cuts a rating to two decimals in a template, by the template's file. */
const cuts = filesIn('templates', '.json').flatMap((file) => {
	const text = readDocument(file);
	return [...text.matchAll(/Math\.\w+\(.*?\) \/ 100(?= \+)/g)].map(([cut]) => [file, cut] as const);
});

describe('B16: a rating in a template', () => {
	it('is cut in the templates that write one themselves', () => {
		expect(cuts.map(([file]) => file.replace('templates/', '')).toSorted()).toEqual([
			'multi-marketplace-weekly-report.json',
			'threshold-alarm-with-escalation.json',
		]);
	});

	it.each(cuts)('is written in %s as the nodes write it', (_, cut) => {
		const write = new Function('$json', `return ${cut}`) as (json: { rating: number }) => number;
		for (let total = 10; total <= 400; total += 1) {
			for (let positive = Math.ceil(total / 2); positive <= total; positive += 1) {
				const rating = (100 * positive) / total;
				expect([positive, total, write({ rating })]).toEqual([positive, total, cutPercent(rating)]);
			}
		}
	});
});
