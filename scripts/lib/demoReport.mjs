// cspell:ignore cancelled
import { DEMO_SELLERS } from './demo.mjs';
import { formatTable } from './output.mjs';
import { askSandbox, sandboxSellers } from './sandbox.mjs';

/**
 * The possible outcomes for an order in each state. If Amazon offers no request, it gives no
 * reason; the node infers one from the order's dates, which FBA orders often lack.
 *
 * @type {Record<string, string[]>}
 */
const OUTCOMES_BY_STATE = {
	eligible: ['eligible'],
	notYet: ['notYetEligible', 'notEligibleNow'],
	closed: ['windowClosed', 'notEligibleNow'],
	already: ['alreadyRequested', 'notEligibleNow'],
	notShipped: ['notShipped', 'notEligibleNow'],
	cancelled: ['orderCancelled', 'notEligibleNow'],
	refunded: ['notEligibleNow'],
	unknownOrder: ['orderNotFound', 'invalidOrderId'],
};

/**
 * The results as tables.
 *
 * @param {import('./demo.mjs').DemoResults} results
 * @returns {string}
 */
export function describeResults(results) {
	const { feedback, negative, ratings, checks, requests, scorecards } = results;
	const requested = new Map(requests.map((request) => [request.orderId, request]));
	return [
		`\nNegative feedback: ${negative.length} of ${feedback.length} rows of 1 to 3 stars`,
		formatTable(
			['Date', 'Stars', 'Order', 'Comment'],
			negative.map(({ date, rating, orderId, comment }) => [
				date,
				rating,
				orderId,
				comment.length > 60 ? `${comment.slice(0, 59)}…` : comment || '(stars only)',
			]),
		),
		'\nRating',
		formatTable(
			['Market', 'Days', 'Rating', 'Pos', 'Neu', 'Neg', 'Runway 95', 'To reach 98', 'Branch'],
			ratings.flatMap(({ marketplace, windows, judgedDays, branch }) =>
				windows
					.filter(isOfDays)
					.map((window) => [
						marketplace,
						window.days,
						window.ratingPercent === null
							? window.provenance
							: `${window.ratingPercent.toFixed(2)}%`,
						window.positive,
						window.neutral,
						window.negative,
						distanceTo(95, window)?.runway ?? '-',
						distanceTo(98, window)?.neededPositives ?? '-',
						window.days === judgedDays ? branch : '',
					]),
			),
		),
		'\nReview requests',
		formatTable(
			['Order', 'Eligibility', 'Request', 'Explanation'],
			checks.map(({ orderId, outcome, explanation }) => [
				orderId,
				outcome,
				requested.get(orderId)?.outcome ?? '-',
				requested.get(orderId)?.explanation ?? explanation,
			]),
		),
		'\nAll sellers at a glance',
		formatTable(
			['Seller', 'Market', '30 days', '90 days', '365 days', 'Buy Box 7', 'Needs attention'],
			scorecards.map(({ seller, marketplace, rating, buyBox, attention }) => [
				seller,
				marketplace,
				...[rating.last30Days, rating.last90Days, rating.last365Days, buyBox.last7Days].map(
					({ percent }) => (percent === null ? 'unknown' : `${percent.toFixed(2)}%`),
				),
				attention.length,
			]),
		),
	].join('\n');
}

/** @typedef {import('./demo.mjs').DemoResults} DemoResults */

/** @typedef {<T>(path: string, query?: Record<string, string>) => Promise<T>} Ask the sandbox */

/**
 * Compares the results with what the sandbox knows to be true.
 *
 * @param {import('./demo.mjs').DemoResults} results
 * @param {string} sandboxUrl
 * @returns {Promise<Array<{ what: string, checked: number, differences: string[] }>>}
 */
export async function compareWithSandbox(results, sandboxUrl) {
	/** @type {Ask} */
	const ask = async (path, query) => await askSandbox(sandboxUrl, path, query);
	return [
		await compareFeedback(results, ask),
		await compareRatings(results, ask),
		await compareEligibility(results, ask),
		await compareRequests(results, ask),
		await compareScorecards(results, await sandboxSellers(sandboxUrl, DEMO_SELLERS), ask),
	];
}

/**
 * The comparison as text.
 *
 * @param {Awaited<ReturnType<typeof compareWithSandbox>>} comparisons
 * @returns {string}
 */
export function describeComparison(comparisons) {
	const lines = comparisons.flatMap(({ what, checked, differences }) => [
		`  ${differences.length > 0 ? 'DIFFER' : 'agree '}  ${what} (${checked} compared)`,
		...differences.map((difference) => `          ${difference}`),
	]);
	return ["\nCompared with the sandbox's true record", ...lines].join('\n');
}

/**
 * @param {DemoResults} results
 * @param {Ask} ask
 */
async function compareFeedback({ negative }, ask) {
	/** @type {{ now: string }} */
	const { now } = await ask('health');
	const yearAgo = new Date(Date.parse(now) - 365 * 86_400_000);
	// The demo's primary marketplace is the United States, whose days Amazon counts in Pacific time.
	const from = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' });
	/** @type {import('./demo.mjs').DemoFeedback[]} */
	const truth = await ask('truth/feedback', { from: from.format(yearAgo) });
	// The nodes output each line break as one character.
	/** @param {import('./demo.mjs').DemoFeedback} entry */
	const row = ({ date, rating, orderId, comment, response }) =>
		JSON.stringify([date, rating, orderId, comment, response]).replaceAll('\\r\\n', '\\n');
	const wanted = truth.filter(({ rating }) => rating <= 2).map(row);
	return { what: 'negative feedback rows', ...difference(wanted, negative.map(row)) };
}

/**
 * @param {DemoResults} results
 * @param {Ask} ask
 */
async function compareRatings({ ratings }, ask) {
	/** @type {string[]} */
	const wanted = [];
	/** @type {string[]} */
	const found = [];
	for (const { marketplace, marketplaceId, windows } of ratings) {
		for (const window of windows.filter(isOfDays)) {
			// The last days are not settled, so they do not count.
			/** @type {Record<string, Record<'positive' | 'neutral' | 'negative', number> | undefined>} */
			const truth = await ask('truth/rating', { marketplaceId, through: window.coveredThrough });
			const counts = truth[String(window.days)];
			if (!counts) continue;
			const { positive, neutral, negative } = counts;
			const rating = (100 * positive) / (positive + neutral + negative);
			/** @param {Array<number | null>} figures */
			const line = (figures) => `${marketplace}, ${window.days} days: ${JSON.stringify(figures)}`;
			wanted.push(line([positive, neutral, negative, rating]));
			found.push(line([window.positive, window.neutral, window.negative, window.ratingPercent]));
		}
	}
	return { what: 'ratings and their counts', ...difference(wanted, found) };
}

/**
 * @param {DemoResults} results
 * @param {Ask} ask
 */
async function compareEligibility({ checks }, ask) {
	const requested = new Set(await requestedOrders(ask));
	/** @type {string[]} */
	const differences = [];
	for (const { orderId, outcome } of checks) {
		/** @type {{ solicitability: string }} */
		const { solicitability } = await ask('truth/solicitability', { orderId });
		// Orders the workflow itself requested a review for were eligible when it checked.
		const state = requested.has(orderId) ? 'eligible' : solicitability;
		if (!OUTCOMES_BY_STATE[state]?.includes(outcome)) {
			differences.push(`${orderId} is "${state}", the node says "${outcome}"`);
		}
	}
	return { what: 'eligibility of orders', checked: checks.length, differences };
}

/**
 * @param {DemoResults} results
 * @param {Ask} ask
 */
async function compareRequests({ requests }, ask) {
	const wanted = await requestedOrders(ask);
	const found = requests.filter(({ outcome }) => outcome === 'sent').map(({ orderId }) => orderId);
	return { what: 'review requests sent, each once', ...difference(wanted, found) };
}

/**
 * @param {DemoResults} results
 * @param {import('./sandbox.mjs').SandboxSeller[]} sellers all whose scorecards there should be
 * @param {Ask} ask
 */
async function compareScorecards({ scorecards }, sellers, ask) {
	/** @type {string[]} */
	const wanted = [];
	for (const { key: sellerKey, name, marketplaces } of sellers) {
		for (const { marketplaceId, countryCode } of marketplaces) {
			const card = scorecards.find(
				(each) => each.seller === name && each.marketplaceId === marketplaceId,
			);
			const place = { sellerKey, marketplaceId };
			// The last days are not settled, so they do not count.
			const through = card?.rating.settledThrough;
			/** @type {Record<string, string>} */
			const settled = card && through ? { asOf: card.asOf, through, to: through } : {};
			/** @type {Record<string, import('./demo.mjs').DemoCounts>} */
			const counts = await ask('truth/rating', { ...place, ...settled });
			/** @type {Array<{ pageViews: number, buyBoxPercent: number }>} */
			const days = await ask('truth/shop', { ...place, ...settled });
			const share = shareInBuyBox(days.slice(-7));
			wanted.push(scorecardLine(name, countryCode, [counts[30], counts[90], counts[365]], share));
		}
	}
	const found = scorecards.map(({ seller, marketplace, rating, buyBox }) => {
		const windows = [rating.last30Days, rating.last90Days, rating.last365Days];
		return scorecardLine(seller, marketplace, windows, buyBox.last7Days.percent);
	});
	return { what: 'scorecards of all sellers', ...difference(wanted, found) };
}

/**
 * @param {string} seller
 * @param {string} marketplace
 * @param {Array<import('./demo.mjs').DemoCounts | undefined>} windows
 * @param {number | null} share
 */
function scorecardLine(seller, marketplace, windows, share) {
	const counts = windows.map((each) => [each?.positive, each?.neutral, each?.negative]);
	return `${seller}, ${marketplace}: ${JSON.stringify(counts)}, Buy Box ${share}%`;
}

/**
 * The share of all page views in the Buy Box, in percent with two decimals. Amazon's shares have two
 * decimals, too, so that the sums are whole numbers.
 *
 * @param {Array<{ pageViews: number, buyBoxPercent: number }>} days
 */
function shareInBuyBox(days) {
	const views = days.reduce((sum, { pageViews }) => sum + pageViews, 0);
	const parts = days.reduce(
		(sum, { pageViews, buyBoxPercent }) => sum + Math.round(buyBoxPercent * 100) * pageViews,
		0,
	);
	return Math.round(parts / views) / 100;
}

/**
 * The orders whose review was requested.
 *
 * @param {Ask} ask
 */
async function requestedOrders(ask) {
	/** @type {Array<{ orderId: string }>} */
	const requested = await ask('truth/solicitations');
	return requested.map(({ orderId }) => orderId);
}

/**
 * Compares two lists including duplicates: what is in one list twice must be in the other twice.
 *
 * @param {string[]} wanted
 * @param {string[]} found
 */
function difference(wanted, found) {
	const left = [...wanted].sort();
	/** @type {string[]} */
	const extra = [];
	for (const entry of found) {
		const index = left.indexOf(entry);
		if (index < 0) extra.push(entry);
		else left.splice(index, 1);
	}
	const nothing = wanted.length === 0 ? ['the sandbox has none, so nothing was compared'] : [];
	return {
		checked: wanted.length,
		differences: [
			...nothing,
			...left.map((entry) => `only in the sandbox: ${entry}`),
			...extra.map((entry) => `only in n8n: ${entry}`),
		],
	};
}

/**
 * The lifetime window, which Amazon's reports do not cover, has no days.
 *
 * @param {import('./demo.mjs').DemoWindow} window
 */
const isOfDays = ({ days }) => days !== null;

/**
 * @param {number} percent
 * @param {import('./demo.mjs').DemoWindow} window
 */
const distanceTo = (percent, { thresholds }) => thresholds.find((each) => each.percent === percent);
