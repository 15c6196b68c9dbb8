import { advanceAlarm, type Side } from './alarm';
import { nameOfWatch, type MarketplaceWatch } from './state';

interface Alarmed {
	readonly state: MarketplaceWatch;
	readonly id: string;
	readonly turned?: 'raised' | 'cleared';
}

/**
 * The state after the next value of an alarm, and whether it turned.
 * @param report which it depends on; its watch names the event
 * @param side undefined if the value is unknown or from too few, which changes nothing
 */
export function withAlarm(
	state: MarketplaceWatch,
	report: 'totals' | 'health',
	{
		key,
		side,
		by,
		reportPresent,
	}: {
		readonly key: string;
		readonly side: Side | undefined;
		readonly by: string;
		readonly reportPresent: boolean;
	},
): Alarmed {
	if (side === undefined) return { state, id: key };
	const known =
		state.alarms[key] ?? (reportPresent ? { raised: false, changes: 0, by } : undefined);
	const { alarm, turned } = advanceAlarm(known, side, by);
	if (alarm === undefined || alarm === state.alarms[key]) return { state, id: key };
	return {
		state: { ...state, alarms: { ...state.alarms, [key]: alarm } },
		id: `${key}/${alarm.changes}/${turned}/${nameOfWatch(state, report)}`,
		...(turned && { turned }),
	};
}
