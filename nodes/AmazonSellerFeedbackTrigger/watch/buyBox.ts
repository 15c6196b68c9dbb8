import { dayNumber } from '../../shared/domain/calendar';
import {
	changeOf,
	isBelowBy,
	percentOfViews,
	ShopFigures,
	type ExactShare,
} from '../../shared/domain/shopFigures';
import type { Side } from './alarm';
import { withAlarm } from './alarms';
import type { Advance, BuyBoxEvent, BuyBoxOfDays, RatingNow, WatchSettings } from './events';
import type { MarketplaceWatch } from './state';
import { evidenceOf, type Totals } from './totals';

/** The last settled days, and those before them that they are compared with. */
const BUY_BOX_DAYS = 7;
const DAYS_BEFORE = 28;

/** After this many days, all days that are compared are later than the fall: they are the new normal. */
const NEW_NORMAL_AFTER_DAYS = BUY_BOX_DAYS + DAYS_BEFORE;

export const keyOfBuyBox = ({ buyBoxDrop }: WatchSettings): string => `buyBox/${buyBoxDrop}`;

/** The settled figures of the totals. */
const shopFiguresOf = (totals: Totals, { daysUntilSettled }: WatchSettings): ShopFigures =>
	new ShopFigures(evidenceOf(totals), daysUntilSettled);

/**
 * Compares the Buy Box share of the last settled week with that of the four weeks before; once it has
 * fallen, with the four weeks before the fall, until it has recovered or the lower share has lasted
 * for five weeks. An unknown share changes nothing.
 */
export function advanceBuyBox(
	before: MarketplaceWatch,
	totals: Totals,
	ratingNow: RatingNow,
	settings: WatchSettings,
): Advance {
	const figures = shopFiguresOf(totals, settings);
	const { settledThrough } = figures;
	const now = lastWeekOf(figures);
	if (settledThrough === undefined || now === undefined) return { state: before, events: [] };
	// Totals may lack days that they had: an earlier week was compared before.
	const isEarlier = before.buyBox !== undefined && settledThrough < before.buyBox.through;
	if (isEarlier) return { state: before, events: [] };
	const key = keyOfBuyBox(settings);
	const state = withoutOldFall(before, key, settledThrough);
	const fell = state.buyBox?.fell;
	const weeks = weeksBefore(figures);
	const usual = fell ? restored(fell) : weeks;
	if (usual === undefined) return { state, events: [] };
	const { reportPresent, buyBoxMargin, minimumPageViews } = settings;
	const alarmed = withAlarm(state, 'totals', {
		key,
		side: sideOfShare(now, usual, weeks, settings),
		by: `${buyBoxMargin}/${minimumPageViews}`,
		reportPresent: reportPresent && !before.restarts?.totals,
	});
	const fellFrom = fell ?? { on: settledThrough, ...storable(usual) };
	const isRaised = alarmed.state.alarms[key]?.raised === true;
	const next = compared(alarmed.state, settledThrough, isRaised ? fellFrom : undefined);
	if (alarmed.turned === undefined) return { state: next, events: [] };
	const event: BuyBoxEvent = {
		event: alarmed.turned === 'raised' ? 'buyBoxShareFell' : 'buyBoxShareRecovered',
		id: alarmed.id,
		ratingNow,
		...described(now, usual, totals.notes),
	};
	return { state: next, events: [event] };
}

const lastWeekOf = (figures: ShopFigures) => figures.exactBuyBox(BUY_BOX_DAYS, 0);

const weeksBefore = (figures: ShopFigures) => figures.exactBuyBox(DAYS_BEFORE, BUY_BOX_DAYS);

type Shares = Pick<BuyBoxEvent, 'before' | 'after' | 'notes'>;

/** The shares of now for a test event; undefined if that of the last week is unknown. */
export function sharesNow(totals: Totals, settings: WatchSettings): Shares | undefined {
	const figures = shopFiguresOf(totals, settings);
	const now = lastWeekOf(figures);
	return now && described(now, weeksBefore(figures));
}

/** The shares as an event has them, and which days they leave out. */
const described = (
	now: Share,
	usual: Share | undefined,
	notes: readonly string[] = [],
): Shares => ({
	before: usual && shown(usual),
	after: { ...shown(now), changePoints: usual ? changeOf(now, usual) : null },
	notes: [...[now, usual].flatMap((share) => share?.reason ?? []), ...notes],
});

/**
 * Bad at least the drop below the usual share; good at least the margin above that, unless it has
 * fallen from the weeks just before it.
 */
function sideOfShare(
	now: ExactShare,
	usual: ExactShare,
	weeks: ExactShare | undefined,
	{ buyBoxDrop, buyBoxMargin, minimumPageViews }: WatchSettings,
): Side | undefined {
	if (now.views < minimumPageViews || usual.views < minimumPageViews) return undefined;
	if (isBelowBy(now, usual, buyBoxDrop)) return 'bad';
	const mayBeMissing = Math.max(0, buyBoxDrop - buyBoxMargin);
	const isBack = isBelowBy(usual, now, -mayBeMissing);
	const fellAgain = weeks !== undefined && isBelowBy(now, weeks, buyBoxDrop);
	return isBack && !fellAgain ? 'good' : 'between';
}

type Share = NonNullable<ReturnType<ShopFigures['exactBuyBox']>>;

const shown = (share: Share): BuyBoxOfDays => ({
	from: share.from,
	through: share.through,
	buyBoxPercent: percentOfViews(share),
	pageViews: Number(share.views),
});

const restored = ({ from, through, weighted, views }: NonNullable<Fell>): Share => ({
	from,
	through,
	weighted: BigInt(weighted),
	views: BigInt(views),
	// What was left out then was said then.
	reason: null,
});

const storable = ({ from, through, weighted, views }: Share) => ({
	from,
	through,
	weighted: Number(weighted),
	views: Number(views),
});

type Fell = NonNullable<MarketplaceWatch['buyBox']>['fell'];

function compared(state: MarketplaceWatch, through: string, fell: Fell): MarketplaceWatch {
	const isKnown = state.buyBox?.through === through && state.buyBox.fell === fell;
	return isKnown ? state : { ...state, buyBox: { through, ...(fell && { fell }) } };
}

/** The share stayed low for so long that a further fall is to be reported. */
function withoutOldFall(
	state: MarketplaceWatch,
	key: string,
	settledThrough: string,
): MarketplaceWatch {
	const { buyBox, alarms } = state;
	if (buyBox?.fell === undefined) return state;
	const alarm = alarms[key];
	const isOld = dayNumber(settledThrough) - dayNumber(buyBox.fell.on) >= NEW_NORMAL_AFTER_DAYS;
	if (alarm !== undefined && !isOld) return state;
	const others = alarm === undefined ? alarms : { ...alarms, [key]: { ...alarm, raised: false } };
	return { ...state, buyBox: { through: buyBox.through }, alarms: others };
}
