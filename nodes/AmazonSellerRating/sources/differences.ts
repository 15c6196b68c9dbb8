import type { TotalsEvidence } from '../../shared/domain/coverage';
import type { DailyFeedback } from '../../shared/domain/ratingWindow';

/** Days named in a note. */
const MOST_NAMED = 5;

const textOf = ({ received, negative }: DailyFeedback): string =>
	`${received ?? 'unknown'} (${negative ?? 'unknown'} negative)`;

/**
 * Compares the two sources of daily totals: one sentence that names the days on which both have
 * figures and these differ, and one that counts the days that only one has.
 */
export function differencesOf(
	kiosk: TotalsEvidence | undefined,
	report: TotalsEvidence | undefined,
): string[] {
	if (kiosk === undefined || report === undefined) {
		return ['Data Kiosk and the Sales and Traffic report could not be compared: one has no data'];
	}
	const ofReport = new Map(report.days.map((day) => [day.date, day]));
	const both = kiosk.days.flatMap((day) => {
		const other = ofReport.get(day.date);
		return other === undefined ? [] : [{ day, other }];
	});
	const differing = both
		.filter(({ day, other }) => textOf(day) !== textOf(other))
		.toSorted((a, b) => (a.day.date < b.day.date ? 1 : -1));
	const oneOnly = kiosk.days.length + report.days.length - 2 * both.length;
	const named = differing
		.slice(0, MOST_NAMED)
		.map(({ day, other }) => `${day.date}: ${textOf(day)}, ${textOf(other)}`)
		.join('; ');
	const more = differing.length - MOST_NAMED;
	return [
		...(differing.length > 0
			? [
					`Data Kiosk and the Sales and Traffic report differ on ${differing.length} of ${both.length} day(s). Feedback entries in Data Kiosk, then in the report: ${named}${more > 0 ? `; and ${more} more` : ''}`,
				]
			: [`Data Kiosk and the Sales and Traffic report agree on all ${both.length} day(s)`]),
		...(oneOnly > 0 ? [`Only one of the two has ${oneOnly} day(s)`] : []),
	];
}
