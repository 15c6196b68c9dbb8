import type { BadEnd } from './reportSchedule';
import { REPORT_NAMES, type ReportKind } from './events';
import { WAIT_DAYS } from './figures';
import type { MarketplaceWatch } from './state';

/** What the user is to be told once: nothing failed, yet something may be missing. */
export interface Notice {
	/** Where in the state it is marked as told. */
	readonly about: ReportKind | 'unreadable' | 'healthUnreadable' | 'unjudged';
	readonly message: string;
	readonly description: string;
}

/** The report that a notice is about. */
export const REPORT_OF: Readonly<Record<Notice['about'], ReportKind>> = {
	feedback: 'feedback',
	totals: 'totals',
	health: 'health',
	unreadable: 'feedback',
	healthUnreadable: 'health',
	unjudged: 'totals',
};

const ENDS: Readonly<Record<BadEnd, (report: string, marketplace: string) => string>> = {
	CANCELLED: (report, marketplace) => `Amazon cancelled the ${report} for ${marketplace}`,
	FATAL: (report, marketplace) => `Amazon gave up (FATAL) on the ${report} for ${marketplace}`,
	stuck: (report, marketplace) =>
		`Amazon has not finished, within an hour, the ${report} for ${marketplace}`,
	lost: (report, marketplace) => `Amazon does not know the ${report} for ${marketplace} any more`,
	notNamed: (report, marketplace) => `The ${report} says nothing of ${marketplace}`,
};

const ASKED_AGAIN =
	'It is asked for again, less and less often; what is remembered stays as it is, and nothing is taken for removed. This is told once.';

function describeEnd(report: ReportKind, how: BadEnd): string {
	if (how !== 'CANCELLED') return ASKED_AGAIN;
	return report === 'feedback'
		? `That means either no feedback of 1 to 3 stars in a year, or a refusal: Amazon does not say which. If there is none, all is well and the first to come will be told. ${ASKED_AGAIN}`
		: `That means either that there is nothing to report, or a refusal: Amazon does not say which. ${ASKED_AGAIN}`;
}

/** What has not been told yet of a marketplace. */
export function noticesOf(
	{ reports, unreadable, healthUnreadable, unjudged }: MarketplaceWatch,
	marketplaceName: string,
): Notice[] {
	const notices: Notice[] = [];
	for (const [about, cycle] of Object.entries(reports) as Array<
		[ReportKind, MarketplaceWatch['reports'][ReportKind]]
	>) {
		const trouble = cycle?.trouble;
		if (trouble === undefined || trouble.told) continue;
		notices.push({
			about,
			message: ENDS[trouble.how](`${REPORT_NAMES[about]} ${trouble.reportId}`, marketplaceName),
			description: [
				trouble.reason && `Amazon says: ${trouble.reason.replace(/[.\s]+$/, '')}.`,
				describeEnd(about, trouble.how),
			]
				.filter(Boolean)
				.join(' '),
		});
	}
	if (unreadable?.told === false) {
		notices.push({
			about: 'unreadable',
			message: `The feedback report for ${marketplaceName} has lines that cannot be read`,
			description:
				"New and changed feedback of all other lines is told. Removed feedback is not told until a report can be read as a whole, for it could be on these lines. The node Amazon Seller Feedback shows the lines with its option 'Output Unreadable Lines'. This is told once.",
		});
	}
	if (healthUnreadable?.told === false) {
		notices.push({
			about: 'healthUnreadable',
			message: `Could not read parts of the ${REPORT_NAMES.health} for ${marketplaceName}: ${healthUnreadable.parts.join(', ')}`,
			description:
				'They are unknown, which is neither 0 nor unchanged: until they can be read, no event is sent that needs them. If this stays, please report it, because Amazon may have changed the report. This is reported once.',
		});
	}
	// Where one of its reports ended badly, that has been said.
	const isExplained =
		reports.totals?.trouble !== undefined || reports.feedback?.trouble !== undefined;
	if (unjudged?.told === false && !isExplained) {
		notices.push({
			about: 'unjudged',
			message: `Could not judge the rating for ${marketplaceName} since ${unjudged.since.slice(0, 10)}: the reports are incomplete`,
			description: `${unjudged.why}. Until the reports are complete, no rating event is sent; days that are still missing after ${WAIT_DAYS} days are left out of the rating, and its notes say so. This is reported once.`,
		});
	}
	return notices;
}

/** The state after a notice was told. */
export function withTold(state: MarketplaceWatch, about: Notice['about']): MarketplaceWatch {
	if (about === 'unreadable') {
		return state.unreadable ? { ...state, unreadable: { ...state.unreadable, told: true } } : state;
	}
	if (about === 'healthUnreadable') {
		const { healthUnreadable } = state;
		return healthUnreadable
			? { ...state, healthUnreadable: { ...healthUnreadable, told: true } }
			: state;
	}
	if (about === 'unjudged') {
		return state.unjudged ? { ...state, unjudged: { ...state.unjudged, told: true } } : state;
	}
	const cycle = state.reports[about];
	if (cycle?.trouble === undefined) return state;
	const told = { ...cycle, trouble: { ...cycle.trouble, told: true } };
	return { ...state, reports: { ...state.reports, [about]: told } };
}
