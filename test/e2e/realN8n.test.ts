import { DateTime } from 'luxon';
import type { IRunData } from 'n8n-workflow';
import { RealN8n } from '../../checks/n8n/realN8n';
import { itemsOf } from '../../checks/n8n/runData';
import { withCredential, type NewWorkflow } from '../../checks/n8n/workflow';
import { DEMO_SELLERS, type DemoScorecard } from '../../scripts/lib/demo.mjs';
import { demoCredentials } from '../../scripts/lib/instance.mjs';
import { n8nCredentialOf, startSandbox, type Sandbox } from '../../sandbox';
import { readTemplate, templateNames } from '../../checks/lib/templates';
import { readJson, runScript } from './repository';
import { testTwoSellers } from './twoSellers';

/**
 * The packed tarball in a real n8n 2.41 against the sandbox. `scripts/test.mjs` installs that n8n;
 * by hand: `E2E=1 npx jest test/e2e`.
 */
jest.setTimeout(900_000);

const US_ZONE = 'America/Los_Angeles';

interface DemoWorkflow {
	readonly id: string;
	readonly nodes: ReadonlyArray<{
		name: string;
		type: string;
		parameters: Record<string, unknown>;
	}>;
}

const WORKFLOWS = [
	'1-negative-feedback',
	'2-rating-check',
	'3-request-reviews',
	'5-all-sellers',
].map((name) => readJson<DemoWorkflow>(`demo/workflows/${name}.json`));

/** The IDs of the demo workflows in this n8n, by the IDs in their files. */
const ids = new Map<string, string>();

let credentialId: string;

/** Runs a demo workflow and returns what its nodes returned. */
async function runDemo(workflow: string): Promise<IRunData> {
	const { nodes = [] } = WORKFLOWS.find(({ id }) => id === workflow) ?? {};
	const trigger = nodes.find(({ type }) => type.endsWith('manualTrigger'))?.name ?? '';
	const { status, runData } = await n8n.run(ids.get(workflow) ?? '', trigger);
	expect(status).toBe('success');
	return runData;
}

/** How much faster the sandbox is than Amazon. */
const PACE = 1000;

let sandbox: Sandbox;
let n8n: RealN8n;

/** The data of a credential for a seller of the sandbox, with changes that break it. */
function credentialOf(sellerKey = 'demo', changes: Readonly<Record<string, string>> = {}) {
	const data = n8nCredentialOf(sandbox.credentials(sellerKey), PACE);
	return { ...data, customBaseUrl: `${data.customBaseUrl}/{region}`, ...changes };
}

/** How many access tokens the sandbox issued while `work` ran. */
async function loginsDuring(work: () => Promise<unknown>): Promise<number> {
	const before = sandbox.requests.length;
	await work();
	return sandbox.requests.slice(before).filter(({ operation }) => operation === 'lwaToken').length;
}

beforeAll(async () => {
	// At Amazon's own rate the template's orders would take minutes.
	sandbox = await startSandbox({ rateLimits: PACE });
	n8n = await RealN8n.create({}, { hasEditor: true });
	await n8n.start();
	credentialId = await n8n.addCredential(credentialOf());
});

afterAll(async () => {
	await n8n?.dispose();
	await sandbox?.close();
});

describe('the demo workflows agree with the true record', () => {
	const orders = { eligible: [] as string[], others: [] as string[] };

	beforeAll(async () => {
		const all = await demoCredentials(sandbox.url);
		const ofThree = all.find(({ data }) => data.accounts === 'several');
		const ofThreeSellers = await n8n.addCredential(ofThree?.data ?? {});
		const idsOf = (state: 'eligible' | 'notYet' | 'cancelled', count: number) =>
			sandbox.world.addOrders({ state, count }).map(({ orderId }) => orderId);
		orders.eligible = idsOf('eligible', 3);
		orders.others = [...idsOf('notYet', 1), ...idsOf('cancelled', 1), 'not an order ID'];
		const list = [...orders.others, ...orders.eligible].map((orderId) => ({ orderId }));
		for (const { name, parameters } of WORKFLOWS.flatMap(({ nodes }) => nodes)) {
			if (name === 'Orders') parameters['jsonOutput'] = JSON.stringify({ orders: list });
		}
		for (const { id, ...workflow } of WORKFLOWS) {
			const credential = id === 'demoAllSellers' ? ofThreeSellers : credentialId;
			const { id: own } = await n8n.post<{ id: string }>(
				'workflows',
				withCredential(workflow as unknown as NewWorkflow, credential),
			);
			ids.set(id, own);
		}
	});

	test('negative feedback', async () => {
		const outputs = await runDemo('demoNegativeFeedback');

		const today = DateTime.fromJSDate(sandbox.clock.now(), { zone: US_ZONE });
		const from = today.minus({ days: 365 }).toISODate() ?? '';
		const truth = sandbox.truth.feedback('demo', 'ATVPDKIKX0DER', { from });
		// The nodes output each line break as one character.
		const lines = (text: string) => text.replaceAll('\r\n', '\n');
		const expected = truth.map(({ orderId, date, rating, ...texts }) => {
			const [comment, response] = [lines(texts.comment), lines(texts.response)];
			return expect.objectContaining({ orderId, date, rating, comment, response });
		});
		const found = itemsOf(outputs, 'Get feedback');
		expect(found).toHaveLength(expected.length);
		expect(found).toEqual(expect.arrayContaining(expected));
		const negative = truth.filter(({ rating }) => rating <= 2);
		expect(negative.length).toBeGreaterThan(3);
		expect(itemsOf(outputs, 'Only negative')).toHaveLength(negative.length);
	});

	test('rating check', async () => {
		const outputs = await runDemo('demoRatingCheck');

		const branches = ['Healthy', 'At risk', 'Critical'].map((node) => itemsOf(outputs, node));
		expect(branches.map((branch) => branch.map(({ marketplace }) => marketplace))).toEqual([
			['CA'],
			['US'],
			['MX'],
		]);
		for (const { marketplaceId, windows } of branches.flat()) {
			const ofDays = (windows as Array<Record<string, number | string | null>>).filter(
				({ days }) => days !== null,
			);
			expect(ofDays.map(({ days }) => days)).toEqual([30, 90, 365]);
			for (const window of ofDays) {
				expect(window.provenance).toBe('derived');
				// The last days are not settled, so they do not count.
				const through = String(window.coveredThrough);
				const truth = sandbox.truth.rating('demo', String(marketplaceId), undefined, through);
				const { positive, neutral, negative } = window;
				expect(DateTime.fromISO(through).diffNow('days').days).toBeGreaterThan(-6);
				expect({ positive, neutral, negative }).toEqual(
					truth[String(window.days) as '30' | '90' | '365'],
				);
			}
		}
	});

	test('review requests, each once however often it runs', async () => {
		const first = await runDemo('demoRequestReviews');
		const second = await runDemo('demoRequestReviews');

		const asked = sandbox.truth.solicitations.map(({ orderId }) => orderId);
		expect(asked.toSorted()).toEqual(orders.eligible.toSorted());
		expect(itemsOf(first, 'Request review')).toMatchObject(
			orders.eligible.map((orderId) => ({ orderId, outcome: 'sent' })),
		);
		expect(itemsOf(first, 'Check eligibility').map(({ orderId }) => orderId)).toEqual([
			...orders.others,
			...orders.eligible,
		]);
		expect(itemsOf(second, 'Request review')).toEqual([]);
	});

	test('a process logs in once, and n8n stores nothing from it', async () => {
		const stored = await n8n.credential(credentialId);
		expect(stored).not.toHaveProperty('accessToken');
		expect(stored).toMatchObject(credentialOf());
		expect(await loginsDuring(async () => await runDemo('demoNegativeFeedback'))).toBe(0);
		const logins = sandbox.requests.filter(({ operation }) => operation === 'lwaToken');
		expect(logins).toHaveLength(1);
	});

	test('all sellers at a glance: three sellers, their eight marketplaces, one picture', async () => {
		const outputs = await runDemo('demoAllSellers');

		const places = DEMO_SELLERS.flatMap((key) => {
			const { name = '', marketplaces = [] } = sandbox.sellers[key] ?? {};
			return marketplaces.map(({ marketplace }) => [key, name, marketplace.countryCode] as const);
		});
		expect(places).toHaveLength(8);
		const rows = itemsOf(outputs, 'Table');
		expect(rows.map(({ seller, marketplace }) => [seller, marketplace])).toEqual(
			places.map(([, name, country]) => [name, country]),
		);
		const cards = itemsOf(outputs, 'Get scorecards');
		for (const [index, [key]] of places.entries()) {
			const { marketplaceId, asOf, rating } = cards[index] as unknown as DemoScorecard;
			const through = rating.settledThrough ?? '';
			const truth = sandbox.truth.rating(key, marketplaceId, asOf, through)['365'];
			const all = truth.positive + truth.neutral + truth.negative;
			const percent = Math.floor((10_000 * truth.positive) / all) / 100;
			expect(rows[index]?.rating365).toBe(`${percent}%`);
		}
		const [digest] = itemsOf(outputs, 'Create the digest');
		expect(itemsOf(outputs, 'Picture')).toEqual([{ html: digest?.html }]);
		expect(digest).toMatchObject({ marketplaces: 8, notRead: 0 });
		for (const [, name] of places) {
			expect(digest?.html).toContain(name.replace('&', '&amp;'));
		}
	});
});

describe("the credential's test in the editor", () => {
	const check = async (data: object) => await n8n.testCredential(data, credentialId);

	test('turns green', async () => {
		expect(await check(credentialOf())).toMatchObject({ status: 'OK' });
	});

	test('names a wrong secret', async () => {
		const result = await check(credentialOf('demo', { clientSecret: 'wrong' }));
		expect(result).toEqual({ status: 'Error', message: expect.stringMatching(/client secret/i) });
	});

	test('names a revoked refresh token', async () => {
		sandbox.lwa.revoke('second');
		const result = await check(credentialOf('second'));
		sandbox.lwa.restore('second');
		expect(result).toEqual({ status: 'Error', message: expect.stringMatching(/refresh token/) });
	});

	test('names a wrong region', async () => {
		const german = 'A1PA6795UKMFR9';
		const result = await check(credentialOf('demo', { primaryMarketplace: german }));
		expect(result).toEqual({ status: 'Error', message: expect.stringMatching(/region/) });
	});

	test('names a missing role', async () => {
		sandbox.roles.remove('demo', 'Selling Partner Insights');
		const result = await check(credentialOf());
		sandbox.roles.restore('demo', 'Selling Partner Insights');
		expect(result).toEqual({
			status: 'Error',
			message: expect.stringMatching(/denied access\. Add 'Selling/),
		});
	});
});

describe('two sellers', () => testTwoSellers(() => ({ sandbox, n8n, pace: PACE })));

test('the templates use only nodes and versions that this n8n has', async () => {
	const response = await fetch(`${n8n.url}/types/nodes.json`, { headers: n8n.headers });
	const types = (await response.json()) as Array<{ name: string; version: number | number[] }>;
	const known = new Set(
		types.flatMap(({ name, version }) => [version].flat().map((each) => `${name} ${each}`)),
	);
	const used = templateNames().flatMap((name) =>
		readTemplate(name).nodes.map(({ type, typeVersion }) => `${type} ${typeVersion}`),
	);
	expect(used.length).toBeGreaterThan(50);
	expect(used.filter((each) => !known.has(each))).toEqual([]);
});

describe('npm start -- --once', () => {
	test('shows the output of the workflows, and that it agrees', async () => {
		const { code, output } = await runScript('start.mjs', ['--once']);

		expect(output).toMatch(/Negative feedback: \d+ of \d+ rows/);
		expect(output).toMatch(/US +365 +\d+\.\d\d%/);
		expect(output).toMatch(/eligible +sent/);
		expect(output).toMatch(/Tsubame Store +AU +\d+\.\d+%/);
		expect(output.match(/^ {2}agree /gm)).toHaveLength(5);
		expect(code).toBe(0);
	});
});
