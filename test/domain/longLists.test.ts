import { newestRowsInSteps } from '../../nodes/AmazonReviewSolicitation/orders/newestRows';
import { placedOrders } from '../../nodes/AmazonReviewSolicitation/orders/returns';
import { readListInSteps } from '../../nodes/AmazonReviewSolicitation/planning/givenList';
import { readPastOrders } from '../../nodes/AmazonReviewSolicitation/sending/ledger';
import { planSolicitationsInSteps } from '../../nodes/AmazonReviewSolicitation/planning/plan';
import { outcomesOf } from '../../nodes/AmazonSellerFeedback/cases/outcomes';
import { readKeptCases } from '../../nodes/AmazonSellerFeedback/cases/keptCases';
import { readBadFeedback } from '../../nodes/AmazonSellerRating/sources/badFeedback';
import { daysOfLists } from '../../nodes/AmazonSellerRating/sources/feedbackDays';
import { readGivenOrders } from '../../nodes/AmazonSellerRating/sources/givenOrders';
import { readItems } from '../../nodes/AmazonSellerRating/sources/inputItems';
import { readLedger } from '../../nodes/AmazonSellerRating/sources/requestLedger';
import { parseFeedbackReport } from '../../nodes/shared/domain/feedbackReport';
import { findMarketplace, type Marketplace } from '../../nodes/shared/domain/marketplaces';
import type { SellerOrder } from '../../nodes/shared/domain/order';
import { sortedInSteps, type Steps } from '../../nodes/shared/domain/steps';
import { toItems } from '../../nodes/shared/n8n/feedbackReport';
import { choicesWith, orderOf } from '../planning/planning';

/**
 * No test can measure how long a step takes on a busy machine. What a step does grows with the rows
 * that it looks at, so these are counted.
 */

const us = findMarketplace('US') as Marketplace;

const orderId = (index: number): string => `111-1111111-${String(index).padStart(7, '0')}`;

const feedback = (index: number) => ({
	orderId: orderId(index),
	marketplaceId: us.id,
	date: '2026-11-01',
	rating: 1 + (index % 3),
	sentiment: 'negative',
	comment: 'Came late',
	received: 9,
	outcome: 'sent',
	at: '2026-11-02T05:30:00.000Z',
	createdAt: '2026-10-20T05:30:00.000Z',
});

const feedbackItem = (index: number) => ({ json: feedback(index) });

const range = { from: '2026-10-01', through: '2026-11-10', settled: '2026-11-08' };

type Read = (list: never[]) => Steps<unknown>;

/** How each kind of list is read, and one of its rows. */
const READINGS: Readonly<Record<string, readonly [row: (index: number) => unknown, read: Read]>> = {
	'rows of orders': [
		(index) => ({ orderId: orderId(index), updatedAt: '2026-11-02T05:30:00Z' }),
		(rows: SellerOrder[]) => newestRowsInSteps(rows, (row) => row.orderId),
	],
	'orders to plan': [
		(index) => orderOf(index),
		(orders: SellerOrder[]) => planSolicitationsInSteps(orders, choicesWith(), true),
	],
	'a given list of rows': [feedbackItem, (rows) => readListInSteps(rows, 'orderId')],
	'a given list of order IDs': [orderId, (rows) => readListInSteps(rows, 'orderId')],
	'orders of earlier runs': [
		(index) => ({ value: orderId(index), row: feedback(index) }),
		(entries) => readPastOrders(entries, 0),
	],
	'orders that may have been returned': [
		(index) => orderOf(index),
		(orders: SellerOrder[]) =>
			placedOrders(orders, { since: 0, latest: Date.now(), defaultMarketplaceId: us.id }),
	],
	'feedback to count': [
		feedbackItem,
		(items: Parameters<typeof readItems>[0] & never[]) =>
			readItems(items, { dateField: 'date', ratingField: 'rating' }, us),
	],
	'bad feedback': [feedbackItem, (items) => readBadFeedback(items, 3)],
	'a list of orders': [feedback, (rows) => readGivenOrders(rows)],
	'a ledger': [feedbackItem, (items) => readLedger(items, undefined)],
	'daily totals': [
		feedback,
		(rows) => daysOfLists({ totals: rows, feedback: undefined }, us, range),
	],
	'1 to 3 star feedback': [
		feedback,
		(rows) => daysOfLists({ totals: [], feedback: rows }, us, range),
	],
	'kept cases': [feedback, (rows) => readKeptCases(rows)],
	'ended cases': [
		(index) => ({
			prospect: 'possible',
			outcome: 'gone',
			openedAt: '2026-11-02T05:30:00.000Z',
			closedAt: `2026-11-0${3 + (index % 3)}T05:30:00.000Z`,
		}),
		(cases) => outcomesOf(cases, 10),
	],
	'rows of a feedback report': [
		feedback,
		(rows) => {
			const choices = { simplify: true, includeBuyerEmail: false, outputUnreadableLines: false };
			return toItems(parseFeedbackReport('', 'mdy'), rows, us, choices);
		},
	],
	'numbers to sort': [
		(index) => ({ value: (index * 7_919) % 10_007 }),
		(rows: Array<{ readonly value: number }>) => sortedInSteps(rows, (a, b) => a.value - b.value),
	],
};

/** The most looks at the list that one of the steps takes. */
function mostLooks(make: (index: number) => unknown, read: Read, count: number): number {
	let looks = 0;
	const list = new Proxy(
		Array.from({ length: count }, (_, index) => make(index)),
		{
			get: (target, key, receiver) => {
				if (typeof key === 'string' && /^\d/.test(key)) looks += 1;
				return Reflect.get(target, key, receiver) as unknown;
			},
		},
	);
	const steps = read(list as never[]);
	let most = 0;
	for (let isDone = false; !isDone; ) {
		looks = 0;
		isDone = steps.next().done === true;
		most = Math.max(most, looks);
	}
	return most;
}

describe('a long list', () => {
	it.each(Object.entries(READINGS))(
		'has steps that do not become longer with it: %s',
		(_, [make, read]) => {
			const most = mostLooks(make, read, 5_000);
			expect(most).toBeGreaterThan(0);
			expect(mostLooks(make, read, 10_000)).toBeLessThanOrEqual(most);
		},
	);
});
