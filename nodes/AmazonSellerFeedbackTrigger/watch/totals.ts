import type { TotalsEvidence } from '../../shared/domain/coverage';
import type { Observation } from './events';

/** Daily totals, from Data Kiosk or the Sales and Traffic report. */
export type Totals = Extract<Observation, { kind: 'totals' }>;

/** What the totals are evidence for, with the day on which Amazon made them. */
export const evidenceOf = ({ asOf, daily, madeOn, from, through }: Totals): TotalsEvidence => ({
	days: daily,
	madeOn: madeOn ?? asOf.slice(0, 10),
	from,
	through,
});
