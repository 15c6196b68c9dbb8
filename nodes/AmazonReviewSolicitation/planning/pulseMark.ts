import { blockOf, pulseDayOf, type PulseSchedule } from '../../shared/domain/pulse';
import { isoDay } from '../../shared/domain/calendar';
import { findMarketplace } from '../../shared/domain/marketplaces';
import { localDayNumber } from '../../shared/domain/localTime';

/** The pulse test of a plan; each marketplace has draws of its own. */
export type PulseTest = Omit<PulseSchedule, 'marketplaceId'>;

/** Where a planned request is in the pulse test. */
export interface PulseMark {
	/** Number of the block of days. */
	readonly block: number;
	/** ISO calendar day of the marketplace on which it goes out. */
	readonly day: string;
	/** Whether that is the day drawn for the block. */
	readonly isPulseDay: boolean;
	/** Whether it goes out on another day, because the order would be lost otherwise. */
	readonly forced: boolean;
}

interface OfMarketplace {
	readonly marketplaceId: string;
}

/** The mark of a planned request; null without a pulse test. */
export function pulseOf(
	sendAt: number,
	{ marketplaceId }: OfMarketplace,
	{ pulse }: { readonly pulse?: PulseTest },
): PulseMark | null {
	if (pulse === undefined) return null;
	const zone = findMarketplace(marketplaceId)?.timeZone ?? 'utc';
	const day = localDayNumber(zone, sendAt);
	const { block, pulseDay, iso } = drawn(day, { ...pulse, marketplaceId });
	const isPulseDay = pulseDay === iso;
	return { block, day: iso, isPulseDay, forced: !isPulseDay };
}

/** Far more than the days that the plans of one run look at. */
const MOST_DAYS_KEPT = 20_000;

const kept = new Map<
	string,
	{ readonly block: number; readonly pulseDay: string; readonly iso: string }
>();

function drawn(day: number, schedule: PulseSchedule) {
	const { seed, blockDays, marketplaceId } = schedule;
	const key = `${day}/${blockDays}/${marketplaceId}/${seed}`;
	const before = kept.get(key);
	if (before !== undefined) return before;
	if (kept.size >= MOST_DAYS_KEPT) kept.clear();
	const iso = isoDay(day);
	const block = blockOf(iso, schedule);
	const found = { block, pulseDay: pulseDayOf(block, schedule), iso };
	kept.set(key, found);
	return found;
}

/** Whether a day of the marketplace, counted from 1970-01-01, is a pulse day. */
export function isPulseDayNumber(day: number, schedule: PulseSchedule): boolean {
	const { pulseDay, iso } = drawn(day, schedule);
	return pulseDay === iso;
}
