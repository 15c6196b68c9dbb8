import { schema } from '../../nodes/AmazonSellerFeedbackTrigger/parameters';
import { isExtra, reportsFor, settingsOf } from '../../nodes/AmazonSellerFeedbackTrigger/settings';
import {
	WATCH_EVENTS,
	type ReportKind,
	type WatchEventName,
} from '../../nodes/AmazonSellerFeedbackTrigger/watch/events';

const parametersOf = (options: object, events: readonly WatchEventName[] = WATCH_EVENTS) =>
	schema.parse({ events, thresholds: {}, options });

describe('the days to watch', () => {
	it.each([
		[{}, 90],
		[{ daysToWatch: 30, lookBackDays: 30 }, 30],
		[{ daysToWatch: 30, lookBackDays: 31 }, 31],
		[{ lookBackDays: 360 }, 360],
		[{ daysToWatch: 360, lookBackDays: 7 }, 360],
	])('with %j are %i, so that the lookback is watched, too', (options, days) => {
		expect(settingsOf(parametersOf(options)).daysToWatch).toBe(days);
	});
});

describe('what is already wrong', () => {
	it.each([
		[0, false],
		[1, true],
	])('with a lookback of %i days is reported: %p', (lookBackDays, reportPresent) => {
		expect(settingsOf(parametersOf({ lookBackDays })).reportPresent).toBe(reportPresent);
	});
});

describe('the source of the totals', () => {
	it('is Data Kiosk, else the report, by default', () => {
		expect(parametersOf({}).options.totalsFrom).toBe('dataKioskElseReport');
	});

	it('is one: comparing both would need the reports that a query replaces', () => {
		for (const source of ['dataKioskElseReport', 'dataKiosk', 'report']) {
			expect(parametersOf({ totalsFrom: source }).options.totalsFrom).toBe(source);
		}
		expect(() => parametersOf({ totalsFrom: 'both' })).toThrow();
	});
});

describe('the requested reports', () => {
	it.each<[WatchEventName, ReportKind[], ReportKind[]]>([
		['newNegativeFeedback', ['feedback'], ['totals']],
		['newNeutralFeedback', ['feedback'], ['totals']],
		['feedbackChanged', ['feedback'], ['totals']],
		['feedbackRemoved', ['feedback'], ['totals']],
		['ratingFellBelowThreshold', ['totals', 'feedback'], []],
		['ratingRecovered', ['totals', 'feedback'], []],
		['orderDefectRateAboveTarget', ['health'], ['totals', 'feedback']],
		['orderDefectRateRecovered', ['health'], ['totals', 'feedback']],
		['accountStatusChanged', ['health'], ['totals', 'feedback']],
	])('for %s are %j, plus %j for the rating in the item', (event, needed, extra) => {
		const withRating = parametersOf({}, [event]);
		expect(reportsFor(parametersOf({ includeRating: false }, [event]))).toEqual(needed);
		expect(reportsFor(withRating).toSorted()).toEqual([...needed, ...extra].toSorted());
		expect(reportsFor(withRating).filter((kind) => isExtra(kind, withRating))).toEqual(extra);
	});

	it('for all events include no extra report and start with the totals', () => {
		const all = parametersOf({});
		expect(reportsFor(all)).toEqual(['totals', 'feedback', 'health']);
		expect(reportsFor(all).filter((kind) => isExtra(kind, all))).toEqual([]);
	});
});
