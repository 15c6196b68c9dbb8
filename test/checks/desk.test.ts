import { planAnswer, planFeedback } from '../../checks/desk/plan';
import {
	badOrders,
	messagesAfterClosing,
	questionsTooEarly,
	repeated,
	trueOutcomeOf,
	type DeskMessage,
	type GivenAnswer,
} from '../../checks/desk/record';
import type { FeedbackEvent } from '../../sandbox';

const HOUR = 3_600_000;

const content = (rating: number, response = ''): NonNullable<FeedbackEvent['after']> => ({
	date: '2026-10-05',
	rating: rating as 1,
	comment: 'Late',
	response,
});

type Content = FeedbackEvent['after'];

const history = (...states: readonly Content[]): FeedbackEvent[] =>
	states.map((after, index) => ({
		kind: index === 0 ? 'added' : after === null ? 'removed' : 'changed',
		at: '2026-10-05T12:00:00.000Z',
		sellerKey: 'demo',
		marketplaceId: 'ATVPDKIKX0DER',
		orderId: 'A',
		before: states[index - 1] ?? null,
		after,
	}));

const gave = (answer: GivenAnswer['answer']): GivenAnswer => ({ orderId: 'A', answer, at: 0 });

describe("the desk's true record", () => {
	it.each<[string, Content[], GivenAnswer[], string]>([
		['removed', [content(1), content(2), null], [gave('Nothing to do')], 'gone'],
		['now 4 stars', [content(1), content(4)], [], 'gone'],
		['more stars, then a reply', [content(1), content(2), content(2, 'Sorry')], [], 'changed'],
		['fewer stars', [content(2), content(1)], [], 'expired'],
		['a reply in the report', [content(1), content(1, 'Sorry')], [], 'answered'],
		['a reply that never shows', [content(1)], [gave('Replied')], 'answered'],
		['dismissed', [content(1)], [gave('Nothing to do')], 'dismissed'],
		['only contacted', [content(1)], [gave('Buyer contacted')], 'expired'],
	])('%s', (_, states, answers, outcome) => {
		expect(trueOutcomeOf('A', { history: history(...states), answers })).toBe(outcome);
	});

	it('counts an entry that was ever bad, once', () => {
		const record = { history: history(content(1), content(5)), answers: [] };
		expect(badOrders(record)).toEqual(['A']);
		expect(badOrders({ history: history(content(5)), answers: [] })).toEqual([]);
	});
});

describe("the desk's messages", () => {
	const message = (kind: DeskMessage['kind'], hour: number, step?: string): DeskMessage => ({
		kind,
		orderIds: ['A'],
		at: hour * HOUR,
		...(step && { step }),
	});

	it('must end with the closing message', () => {
		const closing = message('closing', 5);
		expect(messagesAfterClosing([message('reminder', 4), closing])).toEqual([]);
		expect(messagesAfterClosing([closing, message('reminder', 6)])).toEqual([
			'reminder about A at 1970-01-01T06:00',
		]);
	});

	it('may repeat a question only after it has ended', () => {
		const first = message('question', 0, 'reply publicly');
		const answered = [{ ...gave('Buyer contacted'), at: 2 * HOUR }];
		const early = (next: DeskMessage, answers: readonly GivenAnswer[] = []) =>
			questionsTooEarly([first, next], answers, 5);
		expect(early(message('question', 1, 'contact the buyer'))).toEqual([]);
		expect(early(message('question', 6, 'reply publicly'))).toEqual([]);
		expect(early(message('question', 4, 'reply publicly'), answered)).toEqual([]);
		expect(early(message('question', 4, 'reply publicly'))).toEqual(['A reply publicly']);
	});

	it('are counted', () => expect(repeated(['a', 'b', 'a'])).toEqual(['a (2)']));
});

describe("the desk's plan", () => {
	it('is the same for the same seed, and other for another', () => {
		expect(planFeedback('x', 44)).toEqual(planFeedback('x', 44));
		expect(planFeedback('x', 44)).not.toEqual(planFeedback('y', 44));
		expect(planFeedback('x', 44)).toHaveLength(44);
	});

	it('leaves some questions unanswered', () => {
		const answers = Array.from({ length: 200 }, (_, index) =>
			planAnswer('x', `order ${index}`, 'reply publicly'),
		).map(({ answer }) => answer);
		expect(new Set(answers)).toEqual(new Set([undefined, 'Replied', 'Nothing to do']));
	});
});
