import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { executeWorkflow } from './n8n.mjs';
import { repoDir } from './paths.mjs';
import { controlSandbox } from './sandbox.mjs';

const workflowDir = join(repoDir, 'demo', 'workflows');

const templateDir = join(repoDir, 'templates');

const MANUAL_TRIGGER = 'n8n-nodes-base.manualTrigger';

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
 * The demo workflows, in order.
 *
 * @param {string[]} [orderIds] for the workflow that requests reviews
 * @returns {Array<{ id: string, name: string, nodes: object[] }>}
 */
export function demoWorkflows(orderIds) {
	const workflows = readdirSync(workflowDir)
		.filter((name) => name.endsWith('.json'))
		.sort()
		.map((name) => JSON.parse(readFileSync(join(workflowDir, name), 'utf8')));
	const orders = workflows.flatMap(({ nodes }) => nodes).find(({ name }) => name === 'Orders');
	if (orderIds) {
		const json = { orders: orderIds.map((orderId) => ({ orderId })) };
		orders.parameters.jsonOutput = JSON.stringify(json, null, 2);
	}
	return workflows;
}

/** The names of the templates' files, without the extension. */
export function templateNames() {
	return readdirSync(templateDir).flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? []);
}

/**
 * @param {string} name
 * @returns {{ name: string, nodes: object[], connections: object }}
 */
export function readTemplate(name) {
	return JSON.parse(readFileSync(join(templateDir, `${name}.json`), 'utf8'));
}

/**
 * Creates orders in the sandbox for the third workflow. A fresh sandbox creates the same ones every time.
 *
 * @param {string} sandboxUrl
 * @returns {Promise<string[]>}
 */
export async function makeDemoOrders(sandboxUrl) {
	const made = [];
	for (const wish of ORDER_WISHES) {
		made.push(...(await controlSandbox(sandboxUrl, 'world/orders', wish)));
	}
	return [...made.map(({ orderId }) => orderId), ...STRANGE_ORDERS];
}

/**
 * @typedef {object} DemoResults the output of the workflows that are started by hand
 * @property {any[]} feedback
 * @property {any[]} negative
 * @property {any[]} ratings each with the `branch` it was sent to
 * @property {any[]} checks
 * @property {any[]} requests
 */

/**
 * Runs the workflows that are started by hand, one after the other.
 *
 * @param {import('./n8n.mjs').Instance} instance
 * @returns {Promise<DemoResults>}
 */
export async function runDemo(instance) {
	const runs = [];
	for (const { id, nodes } of demoWorkflows()) {
		if (nodes.some(({ type }) => type === MANUAL_TRIGGER)) {
			runs.push(await executeWorkflow(instance, id));
		}
	}
	const [feedback, rating, requests] = runs;
	return {
		feedback: itemsOf(feedback, 'Get feedback'),
		negative: itemsOf(feedback, 'Only negative'),
		ratings: ['Healthy', 'At risk', 'Critical'].flatMap((branch) =>
			itemsOf(rating, branch).map((evaluation) => ({ ...evaluation, branch })),
		),
		checks: itemsOf(requests, 'Check eligibility'),
		requests: itemsOf(requests, 'Request review'),
	};
}

/** The output items of a node; empty if it did not run. */
function itemsOf(run, node) {
	return (run[node]?.[0]?.data?.main[0] ?? []).map(({ json }) => json);
}
