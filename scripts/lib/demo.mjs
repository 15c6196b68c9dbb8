import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deskByEmail } from './desk.mjs';
import { executeWorkflow } from './n8n.mjs';
import { repoDir } from './paths.mjs';
import { controlSandbox } from './sandbox.mjs';

const workflowDir = join(repoDir, 'demo', 'workflows');

/** The demo workflows refer to the credentials by these IDs and names. */
export const DEMO_CREDENTIAL = { id: 'amazonSandbox001', name: 'Amazon SP-API sandbox (demo)' };
export const DEMO_MAILBOX = { id: 'demoMailbox00001', name: 'Demo mailbox' };

const MANUAL_TRIGGER = 'n8n-nodes-base.manualTrigger';

/** The sandbox's sellers that the fifth workflow shows, each in another region. */
export const DEMO_SELLERS = ['demo', 'second', 'japan'];

/** Orders for the third workflow: the states in which the sandbox should make some. */
const ORDER_WISHES = [
	{ state: 'eligible', count: 3 },
	{ state: 'notYet', count: 1 },
	{ state: 'closed', count: 1 },
	{ state: 'notShipped', count: 1 },
	{ state: 'cancelled', count: 1 },
];

/** And two that do not exist. */
const STRANGE_ORDERS = ['111-0000000-0000000', 'not an order ID'];

/**
 * @typedef {object} DemoWorkflow
 * @property {string} id
 * @property {string} name
 * @property {DemoNode[]} nodes
 */

/**
 * @typedef {object} DemoNode
 * @property {string} name
 * @property {string} type
 * @property {Record<string, unknown>} parameters
 * @property {import('n8n-workflow').INodeCredentials} [credentials]
 */

/**
 * The demo workflows, in order.
 *
 * @param {string[]} [orderIds] for the workflow that requests reviews
 * @returns {DemoWorkflow[]}
 */
export function demoWorkflows(orderIds) {
	/** @type {DemoWorkflow[]} */
	const workflows = readdirSync(workflowDir)
		.filter((name) => name.endsWith('.json'))
		.sort()
		.map((name) => JSON.parse(readFileSync(join(workflowDir, name), 'utf8')));
	const orders = workflows.flatMap(({ nodes }) => nodes).find(({ name }) => name === 'Orders');
	if (orders && orderIds) {
		const json = { orders: orderIds.map((orderId) => ({ orderId })) };
		orders.parameters.jsonOutput = JSON.stringify(json, null, 2);
	}
	return [...workflows, feedbackDesk()];
}

const feedbackDesk = () => ({
	...deskByEmail({
		amazon: DEMO_CREDENTIAL,
		smtp: DEMO_MAILBOX,
		addresses: { fromEmail: 'desk@example.com', toEmail: 'me@example.com' },
	}),
	id: 'demoFeedbackDesk',
	name: 'Demo 6: the template "Feedback desk", by email',
});

/**
 * Creates orders in the sandbox for the third workflow. A fresh sandbox creates the same ones every time.
 *
 * @param {string} sandboxUrl
 * @returns {Promise<string[]>}
 */
export async function makeDemoOrders(sandboxUrl) {
	/** @type {Array<{ orderId: string }>} */
	const made = [];
	for (const wish of ORDER_WISHES) {
		made.push(...(await controlSandbox(sandboxUrl, 'world/orders', wish)));
	}
	return [...made.map(({ orderId }) => orderId), ...STRANGE_ORDERS];
}

/**
 * @typedef {object} DemoFeedback a feedback entry
 * @property {string} date
 * @property {number} rating
 * @property {string} orderId
 * @property {string} comment
 * @property {string} response
 */

/**
 * @typedef {object} DemoWindow a rating over some days
 * @property {number | null} days `null` for the lifetime
 * @property {number | null} ratingPercent
 * @property {string} provenance
 * @property {number} positive
 * @property {number} neutral
 * @property {number} negative
 * @property {string} coveredThrough
 * @property {Array<{ percent: number, runway: number | null, neededPositives: number | null }>} thresholds
 */

/**
 * @typedef {object} DemoRating
 * @property {string} marketplace
 * @property {string} marketplaceId
 * @property {DemoWindow[]} windows
 * @property {number} judgedDays
 */

/**
 * @typedef {object} DemoOutcome the outcome for an order
 * @property {string} orderId
 * @property {string} outcome
 * @property {string} explanation
 */

/** @typedef {Record<'positive' | 'neutral' | 'negative', number | null>} DemoCounts */

/**
 * @typedef {object} DemoScorecard what the report shows and compares of a scorecard
 * @property {string} seller
 * @property {string} marketplace
 * @property {string} marketplaceId
 * @property {string} asOf
 * @property {string[]} attention
 * @property {Record<'last30Days' | 'last90Days' | 'last365Days', DemoCounts & { percent: number | null }> & { settledThrough: string | null }} rating
 * @property {{ last7Days: { percent: number | null } }} buyBox
 */

/**
 * @typedef {object} DemoResults the output of the workflows that are started by hand
 * @property {DemoFeedback[]} feedback
 * @property {DemoFeedback[]} negative
 * @property {Array<DemoRating & { branch: string }>} ratings with the branch each was sent to
 * @property {DemoOutcome[]} checks
 * @property {DemoOutcome[]} requests
 * @property {DemoScorecard[]} scorecards
 */

/**
 * Runs the workflows that are started by hand, one after the other.
 *
 * @param {import('./n8n.mjs').Instance} instance
 * @returns {Promise<DemoResults>}
 */
export async function runDemo(instance) {
	/** @type {import('./n8n.mjs').RunData[]} */
	const runs = [];
	for (const { id, nodes } of demoWorkflows()) {
		if (nodes.some(({ type }) => type === MANUAL_TRIGGER)) {
			runs.push(await executeWorkflow(instance, id));
		}
	}
	const [feedback = {}, rating = {}, requests = {}, allSellers = {}] = runs;
	return {
		feedback: itemsOf(feedback, 'Get feedback'),
		negative: itemsOf(feedback, 'Only negative'),
		ratings: ['Healthy', 'At risk', 'Critical'].flatMap((branch) =>
			/** @type {DemoRating[]} */ (itemsOf(rating, branch)).map((evaluation) => ({
				...evaluation,
				branch,
			})),
		),
		checks: itemsOf(requests, 'Check eligibility'),
		requests: itemsOf(requests, 'Request review'),
		scorecards: itemsOf(allSellers, 'Get scorecards'),
	};
}

/**
 * The output items of a node; empty if it did not run.
 *
 * @template T
 * @param {import('./n8n.mjs').RunData} run
 * @param {string} node
 * @returns {T[]}
 */
function itemsOf(run, node) {
	const items = run[node]?.[0]?.data?.main?.[0] ?? [];
	return items.map(({ json }) => /** @type {T} */ (json));
}
