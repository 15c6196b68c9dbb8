// cspell:ignore told

import type { BadEnd } from './reportSchedule';
import { REPORT_NAMES, type ReportKind } from './events';
import { WAIT_DAYS } from './figures';
import type { KioskTrouble } from './kioskTrouble';
import type { MarketplaceWatch } from './state';

/** A message to the user, reported once: nothing failed, but something may be missing. */
export interface Notice {
	/** The part of the state that marks it as reported. */
	readonly about: ReportKind | 'unreadable' | 'healthUnreadable' | 'unjudged';
	readonly message: string;
	readonly description: string;
}

/** The reports that a notice is about, together. */
export const REPORTS_OF: Readonly<Record<Notice['about'], readonly ReportKind[]>> = {
	feedback: ['feedback'],
	totals: ['totals'],
	health: ['health'],
	unreadable: ['feedback'],
	healthUnreadable: ['health'],
	unjudged: ['feedback', 'totals'],
};

const ENDS: Readonly<Record<BadEnd, (report: string, marketplace: string) => string>> = {
	CANCELLED: (report, marketplace) =>
		`Could not get the ${report} for ${marketplace}: Amazon canceled it`,
	FATAL: (report, marketplace) =>
		`Could not get the ${report} for ${marketplace}: Amazon failed to make it (FATAL)`,
	stuck: (report, marketplace) =>
		`Could not get the ${report} for ${marketplace}: Amazon did not finish it within an hour`,
	lost: (report, marketplace) =>
		`Could not get the ${report} for ${marketplace}: Amazon no longer has it`,
	notNamed: (report, marketplace) =>
		`Could not use the ${report} for ${marketplace}: this marketplace is missing`,
};

const RETRIES =
	'The trigger retries at growing intervals and keeps its state; nothing is treated as removed. This is reported once.';

function describeEnd(report: ReportKind, how: BadEnd): string {
	if (how !== 'CANCELLED') return `Wait. ${RETRIES}`;
	return report === 'feedback'
		? `Do nothing if you had no feedback of 1 to 3 stars in a year: the first entry will be reported. Otherwise check the role: Amazon may have denied access, and does not say which. ${RETRIES}`
		: `Check the role if there should be data: Amazon does not say whether it denied access. ${RETRIES}`;
}

/**
 * The notice that Data Kiosk failed for the seller; undefined if it was reported.
 * @param hasReport whether the report is used instead
 */
export function kioskNoticeOf(
	{ why, advice, told }: KioskTrouble,
	hasReport: boolean,
): Pick<Notice, 'message' | 'description'> | undefined {
	if (told) return undefined;
	const what = hasReport
		? 'The trigger uses the Sales and Traffic report instead, one per marketplace, and tries Data Kiosk again later, ever more rarely. This is reported once.'
		: `Wait, or choose another source under 'Totals From'. ${RETRIES}`;
	return { message: why, description: [advice, what].filter(Boolean).join(' ') };
}

/**
 * The notices of a marketplace that have not been reported yet.
 * @param isKioskNoticed whether the user is notified that there are no totals from Data Kiosk
 */
export function noticesOf(
	{ reports, unreadable, healthUnreadable, unjudged }: MarketplaceWatch,
	marketplaceName: string,
	isKioskNoticed = false,
): Notice[] {
	const notices: Notice[] = [];
	for (const [about, schedule] of Object.entries(reports) as Array<
		[ReportKind, MarketplaceWatch['reports'][ReportKind]]
	>) {
		const trouble = schedule?.trouble;
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
			message: `Could not read some lines of the feedback report for ${marketplaceName}`,
			description:
				"Use the node Amazon Seller Feedback with 'Output Unreadable Lines' to see the lines. New and changed feedback in all other lines is reported. Removed feedback is reported only when a whole report can be read, because it could be in these lines. This is reported once.",
		});
	}
	if (healthUnreadable?.told === false) {
		notices.push({
			about: 'healthUnreadable',
			message: `Could not read parts of the ${REPORT_NAMES.health} for ${marketplaceName}: ${healthUnreadable.parts.join(', ')}`,
			description:
				'Report this if it persists, because Amazon may have changed the report. The parts are treated as unknown, not as 0 or unchanged: until they can be read, no event that needs them is sent. This is reported once.',
		});
	}
	// If one of the rating's reports ended badly, the user is notified of that instead.
	const isExplained =
		isKioskNoticed ||
		reports.totals?.trouble !== undefined ||
		reports.feedback?.trouble !== undefined;
	if (unjudged?.told === false && !isExplained) {
		notices.push({
			about: 'unjudged',
			message: `Could not evaluate the rating for ${marketplaceName} since ${unjudged.since.slice(0, 10)}: the reports are incomplete`,
			description: `${unjudged.why}. Wait: no event about the rating or positive feedback is sent until the reports are complete. Days still missing after ${WAIT_DAYS} days are left out of the rating, and its notes say so. This is reported once.`,
		});
	}
	return notices;
}

/** The state after a notice was reported. */
export function withReported(state: MarketplaceWatch, about: Notice['about']): MarketplaceWatch {
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
	const schedule = state.reports[about];
	if (schedule?.trouble === undefined) return state;
	const reported = { ...schedule, trouble: { ...schedule.trouble, told: true } };
	return { ...state, reports: { ...state.reports, [about]: reported } };
}
