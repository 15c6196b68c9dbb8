import { setTimeout as sleep } from 'node:timers/promises';
import { readTemplate } from './demo.mjs';
import { SetupError } from './output.mjs';
import { askSandbox, controlSandbox } from './sandbox.mjs';

/** A seller of the sandbox with nine marketplaces. */
export const SELLER = 'europe';

const SALES = 'GET_SALES_AND_TRAFFIC_REPORT';
const FEEDBACK = 'GET_SELLER_FEEDBACK_DATA';

const MINUTE_MS = 60_000;

/** Scaled time after which a run is given up. */
const PATIENCE_MINUTES = 12 * 60;

/** Nodes that call services other than Amazon; the run checks their input instead. */
const OUTSIDE = /\.(emailSend|googleSheets)$/;

/**
 * @typedef {object} Outcome
 * @property {string} name
 * @property {number} places marketplaces
 * @property {number} rated those with a rating from Amazon's reports
 * @property {number} [known] those with available feedback for the week
 * @property {number} withoutReport those for which Amazon made no report, because they have no feedback
 *   of 1 to 3 stars in the period, and that say so
 * @property {string[]} missing the messages of the others
 * @property {string[]} errors
 * @property {number} minutes scaled time from the first to the last
 * @property {number[]} sales when Sales and Traffic reports were requested, in scaled minutes
 * @property {number} feedback reports
 * @property {number} tooSoon reports of any type
 * @property {number} throttled
 * @property {string[]} refused operations
 */

/** Runs templates for a seller with nine marketplaces. */
export class NineMarketplaces {
	/**
	 * @param {object} parts
	 * @param {import('./cluster.mjs').N8nCluster} parts.n8n
	 * @param {string} parts.sandboxUrl
	 * @param {{ start: number, origin: number, scale: number }} parts.clock start in scaled and in
	 *   real time (milliseconds), and how much faster scaled time runs
	 */
	constructor(parts) {
		Object.assign(this, parts);
	}

	/** @param {object} credentialData */
	async prepare(credentialData) {
		this.credentialId = await this.n8n.addCredential(credentialData);
		const sellers = await askSandbox(this.sandboxUrl, 'sellers');
		this.places = sellers.find(({ key }) => key === SELLER).marketplaces;
	}

	/** @returns {Promise<Outcome>} */
	async weeklyReport() {
		const template = readTemplate('multi-marketplace-weekly-report');
		const began = await this.#begin([[template, 'weekly']]);
		const [{ itemsOf }] = began.executions;
		const lines = [0, 1, 2].flatMap((output) => itemsOf('Evaluate each marketplace', output));
		const unknown = itemsOf('Say why').map(({ notKnown }) => notKnown);
		const ratings = await this.#ratings(lines);
		const unexplained = [];
		for (const text of unknown) {
			const [countryCode] = text.split(':');
			const hasNone = await this.#hasNoFeedback(countryCode, 8);
			if (!hasNone || !/cancel/.test(text)) unexplained.push(text);
		}
		return {
			...began.outcome,
			name: 'weekly report',
			...ratings,
			known: this.places.length - unknown.length,
			missing: [...ratings.missing, ...unexplained],
			errors: [
				...began.outcome.errors,
				...(itemsOf('Write the report').length === 1 ? [] : ['no email was written']),
			],
		};
	}

	/**
	 * One workflow per marketplace, as the template has one, all at the same hour.
	 *
	 * @returns {Promise<Outcome>}
	 */
	async dailyDigests() {
		const workflows = this.places.map(({ marketplaceId }, index) => {
			const template = readTemplate('daily-reputation-digest');
			for (const { parameters } of template.nodes) {
				if (parameters.marketplace)
					parameters.marketplace = { __rl: true, mode: 'id', value: marketplaceId };
			}
			return [template, `digest-${index}`];
		});
		const { outcome, executions } = await this.#begin(workflows);
		const rows = executions.flatMap(({ itemsOf }) => itemsOf('Row for the sheet'));
		const mails = executions.flatMap(({ itemsOf }) => itemsOf('Use the email text'));
		return {
			...outcome,
			name: 'digests',
			...(await this.#ratings(rows)),
			errors: [
				...outcome.errors,
				...(mails.length === this.places.length ? [] : [`${mails.length} emails were written`]),
			],
		};
	}

	async #ratings(rows) {
		const missing = [];
		let rated = 0;
		let withoutReport = 0;
		for (const { marketplace, provenance, rating, error, reason } of rows) {
			if (provenance === 'derived' && rating !== null) rated += 1;
			else if (
				/^Amazon canceled the feedback report/.test(reason) &&
				(await this.#hasNoFeedback(marketplace, 366))
			) {
				withoutReport += 1;
			} else missing.push(`${marketplace}: ${error ?? reason}`);
		}
		return { places: this.places.length, rated, withoutReport, missing };
	}

	/**
	 * Whether there is no feedback of 1 to 3 stars in this many days; then Amazon makes no report.
	 */
	async #hasNoFeedback(countryCode, days) {
		const place = this.places.find((each) => each.countryCode === countryCode);
		const from = new Date(this.#now - days * 24 * 60 * MINUTE_MS).toISOString().slice(0, 10);
		const { marketplaceId } = place;
		const query = { sellerKey: SELLER, marketplaceId, from };
		return (await askSandbox(this.sandboxUrl, 'truth/feedback', query)).length === 0;
	}

	/** Runs workflows in parallel until they end. */
	async #begin(workflows) {
		const ids = [];
		for (const [template, path] of workflows) {
			ids.push(await this.n8n.addWorkflow(calledBy(template, path), this.credentialId));
		}
		await this.#moveClock();
		const before = (await askSandbox(this.sandboxUrl, 'requests')).length;
		const reportsBefore = (await askSandbox(this.sandboxUrl, 'truth/reportRequests')).length;
		const start = this.#now;
		await Promise.all(
			workflows.map(async ([, path]) => await this.n8n.callWebhook(path, { now: true })),
		);
		let executions = [];
		while (executions.length < ids.length) {
			if (this.#now - start > PATIENCE_MINUTES * MINUTE_MS) {
				throw new SetupError(`The executions did not end. The logs are in ${this.n8n.dir}.`);
			}
			for (let tick = 0; tick < 10; tick += 1) {
				await this.#moveClock();
				await sleep(50);
			}
			executions = (
				await Promise.all(ids.map(async (id) => await this.n8n.readExecutions(id)))
			).flat();
		}
		const minutes = (this.#now - start) / MINUTE_MS;
		const reports = (await askSandbox(this.sandboxUrl, 'truth/reportRequests')).slice(
			reportsBefore,
		);
		const requests = (await askSandbox(this.sandboxUrl, 'requests')).slice(before);
		const refused = requests.filter(({ status }) => status === 429);
		return {
			outcome: {
				minutes,
				sales: reports
					.filter(({ reportType, tooSoon }) => reportType === SALES && tooSoon === undefined)
					.map(({ at }) => Date.parse(at) / MINUTE_MS),
				feedback: reports.filter(({ reportType }) => reportType === FEEDBACK).length,
				tooSoon: reports.filter(({ tooSoon }) => tooSoon !== undefined).length,
				throttled: refused.length,
				refused: refused.map(({ operation }) => operation),
				errors: executions.flatMap(({ error }) => (error ? [error.message] : [])),
			},
			executions: executions.map(({ runData }) => ({
				itemsOf: (node, output = 0) =>
					(runData[node]?.[0]?.data?.main[output] ?? []).map(({ json }) => json),
			})),
		};
	}

	get #now() {
		const { start, origin, scale } = this.clock;
		return start + (Date.now() - origin) * scale;
	}

	/** Sets the sandbox's clock to n8n's. */
	async #moveClock() {
		await controlSandbox(this.sandboxUrl, 'clock', { set: new Date(this.#now).toISOString() });
	}
}

/** The template with a webhook as its first node, so that it can be called. */
function calledBy(template, path) {
	const nodes = template.nodes
		.filter(({ type }) => !type.endsWith('.stickyNote'))
		.map((node) => {
			if (node.type.endsWith('.scheduleTrigger')) {
				const parameters = { httpMethod: 'POST', path, responseMode: 'onReceived', options: {} };
				return {
					...node,
					type: 'n8n-nodes-base.webhook',
					typeVersion: 2.1,
					webhookId: `nine-${path}`,
					parameters,
				};
			}
			if (OUTSIDE.test(node.type)) {
				return {
					id: node.id,
					name: node.name,
					type: 'n8n-nodes-base.noOp',
					typeVersion: 1,
					position: node.position,
					parameters: {},
				};
			}
			return node.type.startsWith('n8n-nodes-amazon-seller-feedback.')
				? { ...node, credentials: { amazonSellingPartnerApi: { id: '', name: 'Sandbox' } } }
				: node;
		});
	const { connections, settings } = template;
	return { name: `${template.name} ${path}`, nodes, connections, settings };
}
