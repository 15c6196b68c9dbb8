// cspell:ignore cancelled
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

import { startSandbox, type FaultSpec, type Sandbox } from '../../sandbox';
import { startEndlessHost, type EndlessHost } from './endlessAnswers';
import {
	activateTrigger,
	createCredentialStore,
	runNode,
	type CredentialStore,
	type NodeRun,
} from './harness';
import { connect } from './sandboxCredential';
import { useShortTimeLimits } from './shortTimeLimits';
import { useWaitsAsTheyAre } from './shortWaits';
import { forgetTokens } from './tokens';
import { useSandbox } from './useSandbox';

/** Has the form of a client secret, but is not one of the sandbox's. */
const anotherSecret = ['amzn1', 'oa2-cs', 'v1', '0123456789abcdef'].join('.');

const inUse = useSandbox();
let sandbox: Sandbox;
let credentials: CredentialStore;

beforeEach(async () => {
	({ sandbox } = inUse);
	forgetTokens();
	credentials = await createCredentialStore();
	connect(credentials, sandbox);
});

const listMarketplaces = async (credentialId = 'demo', cancelAfterMs?: number): Promise<NodeRun> =>
	await runNode({
		type: 'amazonSellerFeedback',
		parameters: { resource: 'marketplace', operation: 'getMany', returnAll: true },
		credentials,
		credentialId,
		cancelAfterMs,
	});

const fetchFeedback = async (cancelAfterMs?: number): Promise<NodeRun> =>
	await runNode({
		type: 'amazonSellerFeedback',
		parameters: {
			resource: 'feedback',
			operation: 'getMany',
			marketplace: { __rl: true, mode: 'list', value: '' },
			returnAll: true,
			simplify: true,
			filters: {},
			options: {},
		},
		credentials,
		cancelAfterMs,
		onError: cancelAfterMs === undefined ? undefined : 'continueRegularOutput',
	});

const operations = () => inUse.requests.map(({ operation }) => operation);
const count = (operation: string) => operations().filter((each) => each === operation).length;

/** The node always logs in and lists marketplaces; the region check lists them once more. */
const warmUp = async (): Promise<void> => {
	await listMarketplaces();
};

describe('access token', () => {
	it('is fetched once and used by later executions', async () => {
		await warmUp();
		await warmUp();
		expect(count('lwaToken')).toBe(1);
	});

	it('is renewed once when Amazon says it has expired, and the request is sent again', async () => {
		await warmUp();
		sandbox.lwa.expireAccessTokens();
		const { items, error } = await listMarketplaces();
		expect(error).toBeUndefined();
		expect(items.length).toBeGreaterThan(0);
		expect(count('lwaToken')).toBe(2);
		await warmUp();
		expect(count('lwaToken')).toBe(2);
	});

	it('is fetched once for requests that need it at the same time', async () => {
		const crowded = await startSandbox({ seed: 'crowded', rateLimits: false });
		const logIns = () => crowded.requests.filter(({ operation }) => operation === 'lwaToken');
		try {
			connect(credentials, crowded, 'demo');
			const atOnce = async () =>
				await Promise.all(Array.from({ length: 6 }, listMarketplacesOfDemo));
			const first = await atOnce();
			expect(first.map(({ error }) => error)).toEqual(first.map(() => undefined));
			expect(logIns()).toHaveLength(1);
			crowded.lwa.expireAccessTokens();
			const second = await atOnce();
			expect(second.map(({ error }) => error)).toEqual(second.map(() => undefined));
			expect(logIns()).toHaveLength(2);
		} finally {
			await crowded.close();
		}
	});

	it('is requested once if the login fails for requests at the same time', async () => {
		sandbox.lwa.revoke('demo');
		sandbox.faults.add({ kind: 'slow', operation: 'lwaToken', delayMs: 500, times: 1 });
		const runs = await Promise.all(Array.from({ length: 6 }, listMarketplacesOfDemo));
		for (const { error } of runs)
			expect(error?.message).toMatch(/does not accept the refresh token/);
		expect(count('lwaToken')).toBe(1);
	});

	it('is fetched separately by credentials of one seller whose secrets differ', async () => {
		const wrong = { ...credentials.get('demo'), clientSecret: anotherSecret };
		credentials.set('old', wrong);
		sandbox.faults.add({ kind: 'slow', operation: 'lwaToken', delayMs: 200, times: 'always' });
		const [old, demo] = await Promise.all([listMarketplaces('old'), listMarketplaces('demo')]);
		expect(old.error?.message).toMatch(/does not accept the client ID or the client secret/);
		expect(demo.error).toBeUndefined();
	});

	it('does not hold up a review request whose execution is canceled: nothing was sent', async () => {
		const orderId = sandbox.world.addOrders({ count: 1 })[0]?.orderId ?? '';
		sandbox.faults.add({ kind: 'slow', operation: 'lwaToken', delayMs: 3000, times: 'always' });
		const first = listMarketplaces();
		await sleep(100);
		const { items } = await runNode({
			type: 'amazonReviewSolicitation',
			parameters: {
				resource: 'solicitation',
				operation: 'send',
				orderId,
				marketplace: { __rl: true, mode: 'list', value: '' },
				dryRun: false,
				options: { checkFirst: false },
			},
			credentials,
			cancelAfterMs: 500,
			onError: 'continueRegularOutput',
		});
		await first;
		for (const { outcome } of items) expect(outcome).toBe('deferred');
		expect(sandbox.truth.solicitations).toHaveLength(0);
	});

	it('is not renewed for 403s with another cause', async () => {
		await warmUp();
		sandbox.roles.remove('demo', 'Amazon Fulfillment');
		sandbox.roles.remove('demo', 'Selling Partner Insights');
		const before = inUse.requests.length;
		const { error } = await fetchFeedback();
		expect(error?.message).toMatch(/denied access/);
		expect(operations().slice(before)).not.toContain('lwaToken');
	});

	it('is never shared by two sellers of one application', async () => {
		connect(credentials, sandbox, 'second');
		connect(credentials, sandbox, 'japan');
		expect(credentials.get('second').clientId).toBe(credentials.get('demo').clientId);
		const perSeller = await Promise.all(['demo', 'second', 'japan'].map(listMarketplacesOf));
		expect(perSeller.map(({ items }) => items.map(({ marketplace }) => marketplace))).toEqual(
			['demo', 'second', 'japan'].map((key) =>
				sandbox.sellers[key]?.marketplaces.map(({ marketplace }) => marketplace.countryCode),
			),
		);
		expect(count('lwaToken')).toBe(3);
	});

	it('is never written into the credential', async () => {
		const before = { ...credentials.get('demo') };
		await listMarketplaces();
		sandbox.lwa.expireAccessTokens();
		await listMarketplaces();
		expect(count('lwaToken')).toBe(2);
		expect(credentials.get('demo')).toEqual(before);
	});

	it('is requested at most twice if fresh ones are rejected, then the call fails', async () => {
		await listMarketplaces();
		const before = count('lwaToken');
		sandbox.faults.add({
			kind: 'expiredToken',
			operation: 'createReport',
			times: 'always',
		});
		const { error } = await fetchFeedback();
		expect(error?.message).toMatch(/did not accept the access token/);
		expect([count('lwaToken') - before, count('createReport')]).toEqual([2, 4]);
	});

	const listMarketplacesOf = async (seller: string) => await listMarketplaces(seller);

	const listMarketplacesOfDemo = async () => await listMarketplaces();
});

describe('a slow login', () => {
	useWaitsAsTheyAre();

	it('does not release all waiting requests at once: they keep to the rate limit', async () => {
		const slow = await startSandbox({ seed: 'slow', rateLimits: 5 });
		try {
			slow.faults.add({ kind: 'slow', operation: 'lwaToken', delayMs: 2500, times: 1 });
			const ownCredentials = await createCredentialStore();
			connect(ownCredentials, slow);
			const orders = slow.world.addOrders({ count: 14 });
			const { items, error } = await runNode({
				type: 'amazonReviewSolicitation',
				parameters: {
					resource: 'solicitation',
					operation: 'checkEligibility',
					orderId: '={{ $json.orderId }}',
					marketplace: { __rl: true, mode: 'list', value: '' },
					options: {},
				},
				items: orders.map(({ orderId }) => ({ json: { orderId } })),
				credentials: ownCredentials,
			});
			expect(error).toBeUndefined();
			expect(items.map(({ outcome }) => outcome)).toEqual(orders.map(() => 'eligible'));
			expect(slow.requests.filter(({ status }) => status === 429)).toEqual([]);
		} finally {
			await slow.close();
		}
	});
});

describe('login', () => {
	it('says that the secret is wrong', async () => {
		connect(credentials, sandbox, 'demo', { clientSecret: anotherSecret });
		const { error } = await listMarketplaces();
		expect(error?.message).toMatch(/does not accept the client ID or the client secret/);
	});

	it('says that the refresh token was revoked', async () => {
		sandbox.lwa.revoke('demo');
		const { error } = await listMarketplaces();
		expect(error?.message).toMatch(/does not accept the refresh token/);
	});

	it('says which region the refresh token belongs to', async () => {
		connect(credentials, sandbox, 'demo', {
			customBaseUrl: `${sandbox.url}/{region}`,
			primaryMarketplace: 'A1PA6795UKMFR9',
		});
		const { error } = await listMarketplaces();
		expect(error?.message).toMatch(/belongs to the region North America.*Germany, is in Europe/);
	});

	it.each([
		[
			500,
			'server_error',
			/^Could not log in: Login with Amazon is not available \(status 500: Internal Server Error\)/,
		],
		[503, 'server_error', /^Could not log in: Login with Amazon is not available \(status 503/],
		[
			429,
			'slow_down',
			/^Could not log in: Login with Amazon got too many logins at once \(status 429\)/,
		],
	])('says that Login with Amazon answered %d', async (status, error, message) => {
		const lwa = await startStranger((response) => {
			const answer = { error_description: 'Internal Server Error', error };
			response.writeHead(status).end(JSON.stringify(answer));
		});
		connect(credentials, sandbox, 'demo', { customBaseUrl: lwa.url });
		const run = await listMarketplaces();
		lwa.close();
		expect(run.error?.message).toMatch(message);
		expect(run.error?.description).toMatch(/The credential is probably fine/);
		expect(run.error?.description).not.toMatch(/network/);
	});

	it('says that client ID and refresh token belong to two applications', async () => {
		const lwa = await startStranger((response) =>
			response.writeHead(400).end(
				JSON.stringify({
					error_description: 'Not authorized for requested operation',
					error: 'unauthorized_client',
				}),
			),
		);
		connect(credentials, sandbox, 'demo', { customBaseUrl: lwa.url });
		const { error } = await listMarketplaces();
		lwa.close();
		expect(error?.message).toMatch(/made for a different application/);
		expect(lwa.heard.filter((each) => each.startsWith('POST'))).toHaveLength(1);
	});

	it('works through a base URL per region', async () => {
		connect(credentials, sandbox, 'demo', { customBaseUrl: `${sandbox.url}/{region}/` });
		const { error, items } = await listMarketplaces();
		expect(error).toBeUndefined();
		expect(items.length).toBeGreaterThan(0);
	});
});

/** A host that is not Amazon's and records the requests it receives. */
async function startStranger(answer: (response: ServerResponse) => void) {
	const heard: string[] = [];
	const server = createServer((request, response) => {
		request.on('data', (piece: Buffer) => heard.push(piece.toString()));
		request.on('end', () => {
			heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
			answer(response);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		heard,
		url: `http://127.0.0.1:${port}`,
		// Another spelling of the address, which makes it another host.
		elsewhere: `http://localhost:${port}`,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}

describe('a host that is not confirmed', () => {
	it('receives no secret if the login redirects to it', async () => {
		const stranger = await startStranger((response) => response.end('{}'));
		const redirecting = await startStranger((response) => {
			response.writeHead(307, { location: `${stranger.url}/auth/o2/token` }).end();
		});
		connect(credentials, sandbox, 'demo', { customBaseUrl: redirecting.url });
		const { error } = await listMarketplaces();
		stranger.close();
		redirecting.close();
		expect(error?.message).toMatch(/returned no access token \(status 307\)/);
		expect(redirecting.heard.join(' ')).toContain('grant_type=refresh_token');
		expect(stranger.heard).toEqual([]);
	});

	it('receives nothing until the user confirms the base URL', async () => {
		const stranger = await startStranger((response) => response.end('{}'));
		const changes = { customBaseUrl: stranger.url, customHostIsMine: false };
		connect(credentials, sandbox, 'demo', { ...changes, accessToken: 'Atza|of-before' });
		const { error } = await listMarketplaces();
		stranger.close();
		expect(error?.message).toMatch(/would receive your client secret and refresh token/);
		expect(stranger.heard).toEqual([]);
	});

	it.each([
		['names it as the address of a document', 'documentElsewhere'],
		['redirects the download of a document to it', 'documentRedirect'],
	] as const)('receives no request if Amazon %s', async (_, kind) => {
		const stranger = await startStranger((response) => response.end('{}'));
		sandbox.faults.add({ kind, location: `${stranger.elsewhere}/document` });
		const { error } = await fetchFeedback();
		stranger.close();
		expect(error?.message).toMatch(/Could not download the report: its address is not https/);
		expect(error?.description).toMatch(/Nothing was sent to the new address/);
		expect(stranger.heard).toEqual([]);
	});
});

describe('the document of a report', () => {
	it('is downloaded if it redirects within its host', async () => {
		sandbox.faults.add({ kind: 'documentRedirect', location: '', times: 3 });
		const { error, items } = await fetchFeedback();
		expect(error).toBeUndefined();
		expect(items.length).toBeGreaterThan(10);
	});

	it('is rejected if it redirects to something that is not a URL', async () => {
		sandbox.faults.add({ kind: 'documentRedirect', location: 'https://' });
		const { error } = await fetchFeedback();
		expect(error?.message).toMatch(
			/Could not download the report: it redirects to something that is not a URL/,
		);
	});

	it('leaves no connection open to a host whose answer is not read', async () => {
		const closed: boolean[] = [];
		const server = createServer((request, response) => {
			request.socket.on('close', () => closed.push(true));
			// Starts an answer that never ends.
			response.writeHead(403).write('x'.repeat(100));
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		const location = `http://127.0.0.1:${port}/document`;
		sandbox.faults.add({ kind: 'documentElsewhere', location, times: 'always' });
		const { error } = await fetchFeedback();
		await sleep(300);
		server.close();
		server.closeAllConnections();
		expect(error?.message).toMatch(/Amazon's answer could not be read/);
		expect(closed).toHaveLength(2);
	});

	it('is rejected if it redirects too many times', async () => {
		sandbox.faults.add({ kind: 'documentRedirect', location: '', times: 'always' });
		const { error } = await fetchFeedback();
		expect(error?.message).toMatch(/it redirects too many times/);
	});

	it('is rejected as a gzip bomb, naming the report', async () => {
		sandbox.faults.add({ kind: 'documentBomb' });
		const { error } = await fetchFeedback();
		expect(error?.message).toMatch(/it is too large \(over 256 MB, or too highly compressed/);
		expect(error?.description).toMatch(/Report \d+ was requested and can be picked up/);
	});
});

describe('the document of a report that another host sends piece by piece', () => {
	useShortTimeLimits();

	const uncaught: unknown[] = [];
	const note = (reason: unknown) => void uncaught.push(reason);
	let stop = () => {};
	beforeEach(() => {
		uncaught.length = 0;
		process.on('unhandledRejection', note);
		process.on('uncaughtException', note);
	});
	afterEach(() => {
		stop();
		process.off('unhandledRejection', note);
		process.off('uncaughtException', note);
	});

	/** A host of documents; counts the requests, and those whose connection is still open. */
	async function startDocuments(write: (response: ServerResponse) => void) {
		const counts = { asked: 0, open: 0 };
		const server = createServer((request, response) => {
			counts.asked += 1;
			counts.open += 1;
			request.socket.on('close', () => (counts.open -= 1));
			response.writeHead(200);
			write(response);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		stop = () => {
			server.close();
			server.closeAllConnections();
		};
		const { port } = server.address() as AddressInfo;
		const location = `http://127.0.0.1:${port}/document`;
		sandbox.faults.add({ kind: 'documentElsewhere', location, times: 'always' });
		return counts;
	}

	/** Writes the pieces at this distance, and over and over again if it is to go on for ever. */
	const writeEvery =
		(ms: number, pieces: ReadonlyArray<string | Buffer>, { forEver = false } = {}) =>
		async (response: ServerResponse): Promise<void> => {
			do {
				for (const piece of pieces) {
					if (response.destroyed) return;
					response.write(piece);
					await sleep(ms);
				}
			} while (forEver);
			response.end();
		};

	const LINES = [
		'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email\n',
		...Array.from({ length: 11 }, (_, at) => `9/3/26\t2\tLate\t\t111-1234567-76543${at + 10}\tx\n`),
	];
	const GZIP_START = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);

	it('is read even if it takes longer than one that stands still may', async () => {
		const counts = await startDocuments((response) => void writeEvery(250, LINES)(response));
		const { error, items } = await fetchFeedback();
		expect(error).toBeUndefined();
		expect([items.length, counts.asked]).toEqual([11, 1]);
	});

	it.each([
		['in the middle of its text', (response: ServerResponse) => void response.write(LINES[0])],
		['in the middle of gzip', (response: ServerResponse) => void response.write(GZIP_START)],
		['after its headers', (response: ServerResponse) => response.flushHeaders()],
	])('is given up and requested once more if it stands still %s', async (_, write) => {
		const counts = await startDocuments(write);
		const ended = fetchFeedback();
		const first = await Promise.race([ended, sleep(60_000, undefined, { ref: false })]);
		expect(first?.error?.message).toMatch(/Amazon's answer could not be read/);
		expect(first?.error?.description).toMatch(/the document arrived incomplete/);
		await sleep(300);
		expect({ ...counts, uncaught }).toEqual({ asked: 2, open: 0, uncaught: [] });
	});

	it('is left if it never ends, and its connection is closed', async () => {
		const block = Buffer.alloc(1024 * 1024, 'x');
		const counts = await startDocuments((response) => {
			const more = () => {
				while (!response.destroyed && response.write(block));
			};
			response.on('drain', more);
			more();
		});
		const { error } = await fetchFeedback();
		expect(error?.message).toMatch(/too large/);
		await sleep(300);
		expect([counts.open, uncaught]).toEqual([0, []]);
	});

	it.each([
		['text', LINES[1] as string],
		['gzip', GZIP_START],
	])('is left when the execution is canceled: %s', async (_, piece) => {
		const counts = await startDocuments(
			(response) => void writeEvery(20, [piece], { forEver: true })(response),
		);
		const { run } = await fetchFeedback(2500);
		expect(run.status).toBe('canceled');
		await sleep(500);
		// None on a machine so busy that the execution did not come as far.
		expect(counts.asked).toBeLessThanOrEqual(1);
		expect([counts.open, uncaught]).toEqual([0, []]);
	});
});

describe('an answer that never ends', () => {
	useShortTimeLimits();

	const MARKETPLACES = /^GET \/sellers\/v1\/marketplaceParticipations/;
	let host: EndlessHost;
	beforeEach(async () => {
		host = await startEndlessHost(sandbox);
		connect(credentials, sandbox, 'demo', { customBaseUrl: host.url });
	});
	afterEach(() => host.close());

	/** Its result; undefined if it takes so long that nothing ends it. */
	const unlessStuck = async <Result>(outcome: Promise<Result>): Promise<Result | undefined> =>
		await Promise.race([outcome, sleep(60_000, undefined, { ref: false })]);

	it('is given up after a while, and the request is sent again', async () => {
		await warmUp();
		const before = count('getMarketplaceParticipations');
		host.neverEnd(MARKETPLACES, 1);
		const run = await unlessStuck(listMarketplaces());
		expect(run?.error).toBeUndefined();
		expect(run?.items.length).toBeGreaterThan(0);
		expect([count('getMarketplaceParticipations') - before, host.open]).toEqual([2, 0]);
	});

	it('fails like no answer if it never ends again and again', async () => {
		await warmUp();
		host.neverEnd(MARKETPLACES, 5);
		const run = await unlessStuck(listMarketplaces());
		expect(run?.error?.message).toMatch(/Amazon did not answer/);
	});

	it.each([
		['the access token', /^POST \/auth\/o2\/token/, 2],
		["the seller's marketplaces", MARKETPLACES, 1],
	] as const)('to a login, when it reads %s, holds up nobody', async (_, which, logIns) => {
		host.neverEnd(which, 1);
		const runs = await unlessStuck(Promise.all([listMarketplaces(), listMarketplaces()]));
		expect(runs?.map(({ error }) => error)).toEqual([undefined, undefined]);
		expect([count('lwaToken'), host.open]).toEqual([logIns, 0]);
	});

	it('holds up no poll', async () => {
		host.neverEnd(/^\w+ \/reports\/2021-06-30\/reports/, 2);
		const trigger = await activateTrigger({
			type: 'amazonSellerFeedbackTrigger',
			parameters: {
				events: ['newNegativeFeedback'],
				marketplaces: [],
				options: { includeRating: false },
			},
			credentials,
		});
		const ended = trigger.poll().then(
			() => 'ended',
			() => 'ended',
		);
		expect(await unlessStuck(ended)).toBe('ended');
		await sleep(300);
		expect([host.begun, host.open]).toEqual([2, 0]);
	});
});

describe('a marketplace in the right region where the seller does not sell', () => {
	const feedbackOf = async (marketplace: string): Promise<NodeRun> =>
		await runNode({
			type: 'amazonSellerFeedback',
			parameters: {
				resource: 'feedback',
				operation: 'getMany',
				marketplace: { __rl: true, mode: 'id', value: marketplace },
				returnAll: true,
				simplify: true,
				filters: {},
				options: {},
			},
			credentials,
		});

	it("is named with the seller's own marketplaces, and no role is blamed", async () => {
		const { error } = await feedbackOf('BR');
		expect(error?.message).toBe(
			'Could not request a report: this seller does not sell in Brazil, but in United States, Canada, Mexico',
		);
		expect(error?.description).toMatch(/Choose one of these marketplaces/);
		expect(error?.description).not.toMatch(/role/);
	});

	it('is not blamed if the seller sells there: then the role is missing', async () => {
		await warmUp();
		sandbox.roles.remove('demo', 'Amazon Fulfillment');
		sandbox.roles.remove('demo', 'Selling Partner Insights');
		const { error } = await feedbackOf('CA');
		expect(error?.message).toMatch(/denied access/);
		expect(error?.description).toMatch(/role/);
	});

	it('is not blamed if the list of marketplaces cannot be read', async () => {
		sandbox.faults.add({
			kind: 'error503',
			operation: 'getMarketplaceParticipations',
			times: 'always',
		});
		const { error } = await feedbackOf('BR');
		expect(error?.message).toMatch(/denied access/);
	});

	it('has all its orders refused for that reason, and only the first few checked', async () => {
		const ids = sandbox.world.addOrders({ count: 8 }).map(({ orderId }) => orderId);
		const { items } = await runNode({
			type: 'amazonReviewSolicitation',
			parameters: {
				resource: 'solicitation',
				operation: 'send',
				orderId: '={{ $json.orderId }}',
				marketplace: { __rl: true, mode: 'id', value: 'BR' },
				dryRun: false,
				options: {},
			},
			items: ids.map((orderId) => ({ json: { orderId } })),
			credentials,
			onError: 'continueRegularOutput',
		});
		expect(items.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'refused'));
		for (const { explanation } of items) expect(explanation).toMatch(/does not sell in Brazil/);
		// Those that were sent at the same time.
		expect(count('getSolicitationActionsForOrder')).toBeLessThanOrEqual(5);
	});
});

describe('requests', () => {
	it('name the application in the format that Amazon requires', async () => {
		await fetchFeedback();
		const api = inUse.requests.filter(({ operation }) => operation !== 'downloadDocument');
		expect(api.length).toBeGreaterThan(4);
		for (const { userAgent } of api) {
			expect(userAgent).toMatch(
				/^n8n-nodes-amazon-seller-feedback\/\d+\.\d+\.\d+ \(Language=\w+; Platform=\w+\)$/,
			);
		}
	});

	it.each([
		'throttle',
		'error500',
		'error503',
		'truncatedJson',
		'garbageHtml',
		'cutBefore',
		'cutAfter',
	] as const)('are sent again after %s', async (kind) => {
		await warmUp();
		sandbox.faults.add({ kind, operation: 'getMarketplaceParticipations', times: 2 });
		const { error, items } = await listMarketplaces();
		expect(error).toBeUndefined();
		expect(items.length).toBeGreaterThan(0);
	});

	it.each([
		['throttle', /rate limit was reached/],
		['error503', /not available at the moment/],
		['truncatedJson', /answer could not be read/],
		['cutBefore', /Amazon did not answer/],
	] as const)('are given up after five attempts with %s', async (kind, message) => {
		await warmUp();
		const before = count('getMarketplaceParticipations');
		sandbox.faults.add({ kind, operation: 'getMarketplaceParticipations', times: 'always' });
		const { error } = await listMarketplaces();
		expect(error?.message).toMatch(message);
		expect(count('getMarketplaceParticipations') - before).toBe(5);
	});

	it('say that Amazon cannot be reached if nothing listens', async () => {
		await warmUp();
		connect(credentials, sandbox, 'demo', {
			customBaseUrl: 'http://127.0.0.1:1',
			accessToken: credentials.get('demo').accessToken as string,
		});
		const { error } = await listMarketplaces();
		expect(error?.message).toMatch(/could not be reached/);
	});

	it("include Amazon's words, its request ID and the item in the error", async () => {
		sandbox.roles.remove('demo', 'Selling Partner Insights');
		sandbox.roles.remove('demo', 'Amazon Fulfillment');
		const { error } = await fetchFeedback();
		const { requestId } = sandbox.requests.at(-1) ?? {};
		expect(error?.name).toBe('NodeApiError');
		expect(error?.httpCode).toBe('403');
		expect(error?.description).toMatch(
			/Unauthorized: Access to (?:the resource is forbidden|requested resource is denied)\./,
		);
		expect(error?.description).toContain(`Request ID: ${requestId}`);
		expect(error?.description).toContain('role Selling Partner Insights or Amazon Fulfillment');
		expect(error?.context.itemIndex).toBe(0);
	});
});

describe('canceling', () => {
	useWaitsAsTheyAre();

	it.each([
		['a slow answer', { kind: 'slow', operation: 'createReport', delayMs: 20_000 }],
		['a report that is never finished', { kind: 'reportStuck' }],
		[
			'a pause before the next attempt',
			{ kind: 'error503', operation: 'createReport', times: 'always' },
		],
	] as Array<[string, FaultSpec]>)(
		'stops %s at once, with or without Continue On Fail',
		async (_, fault) => {
			await warmUp();
			sandbox.faults.add(fault);
			const { run } = await fetchFeedback(900);
			expect(run.status).toBe('canceled');
			const after = sandbox.requests.length;
			await sleep(500);
			expect(sandbox.requests.length).toBe(after);
		},
	);
});

describe('secrets', () => {
	const faults: FaultSpec[] = (
		[
			['throttle', 'lwaToken'],
			['truncatedJson', 'lwaToken'],
			['cutBefore', 'lwaToken'],
			['expiredToken', 'createReport'],
			['error500', 'createReport'],
			['cutAfter', 'createReport'],
			['throttle', 'getReport'],
			['garbageHtml', 'getReport'],
			['truncatedJson', 'getReportDocument'],
		] as const
	).map(([kind, operation]) => ({ kind, operation, times: 'always' }));

	const spoil: ReadonlyArray<readonly [string, () => void]> = [
		[
			'a wrong secret',
			() => connect(credentials, sandbox, 'demo', { clientSecret: anotherSecret }),
		],
		['a revoked refresh token', () => sandbox.lwa.revoke('demo')],
		['missing roles', () => sandbox.roles.remove('demo', 'Selling Partner Insights')],
		[
			'an unreadable line',
			() => sandbox.settings.set({ feedbackUnreadableRow: true, feedbackTruncated: true }),
		],
		['a canceled report', () => void sandbox.faults.add({ kind: 'reportCancelled' })],
		['a fatal report', () => void sandbox.faults.add({ kind: 'reportFatal' })],
		[
			'an expired document',
			() => void sandbox.faults.add({ kind: 'expiredDocument', times: 'always' }),
		],
		['no base URL', () => connect(credentials, sandbox, 'demo', { customBaseUrl: 'nonsense' })],
		[
			'an unknown marketplace',
			() => connect(credentials, sandbox, 'demo', { primaryMarketplace: 'XX' }),
		],
		...faults.map(
			(fault) =>
				[`${fault.kind} at ${fault.operation}`, () => void sandbox.faults.add(fault)] as const,
		),
	];

	it.each(spoil)('never appear in an execution with %s', async (_, makeFail) => {
		makeFail();
		const log: string[] = [];
		const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
			jest.spyOn(console, level).mockImplementation((...words) => void log.push(inspect(words))),
		);
		const { run } = await fetchFeedback();
		for (const spy of spies) spy.mockRestore();
		const { clientSecret, refreshToken } = credentials.get('demo');
		const shown = `${inspect(run, { depth: null, showHidden: true, maxStringLength: null, maxArrayLength: null })}\n${log.join('\n')}`;
		expect(shown).toContain('resultData');
		for (const secret of [clientSecret, refreshToken, 'Atza|', 'Atzr|', '@marketplace.amazon']) {
			expect(shown).not.toContain(secret);
		}
	});
});
