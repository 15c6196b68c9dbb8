import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { readFields, token } from './apis/lwa';
import { dataKioskOperations } from './apis/dataKiosk';
import { downloadDocument } from './apis/documents';
import { ordersOperations } from './apis/orders';
import { pricingOperations } from './apis/pricing';
import { reportsOperations } from './apis/reports';
import { sellersOperations } from './apis/sellers';
import { solicitationsOperations } from './apis/solicitations';
import { mountControl } from './control';
import { REQUEST_FAULTS, type FaultKind, type FaultSpec } from './faults';
import {
	ApiError,
	ERROR_TYPES,
	EXPIRED_TOKEN,
	INVALID_TOKEN,
	MISSING_TOKEN,
	accessDenied,
	internalFailure,
	invalidClient,
	invalidInput,
	missingRole,
	secretExpired,
	throttled,
	unauthorizedClient,
	unavailable,
	unknownRefusal,
	type Call,
	type Operation,
	type WireAnswer,
} from './http';
import type { HabitName } from './habits';
import type { ApplicationName } from './lwa';
import type { Region } from '../nodes/shared/domain/marketplaces';
import type { SandboxState } from './state';
import type { Seller } from './world/types';

/** Every SP-API operation the sandbox serves. */
export const OPERATIONS: readonly Operation[] = [
	...sellersOperations,
	...reportsOperations,
	...dataKioskOperations,
	...ordersOperations,
	...solicitationsOperations,
	...pricingOperations,
];

const PREFIXES: ReadonlyArray<{ path: string; region?: Region }> = [
	{ path: '' },
	{ path: '/na', region: 'na' },
	{ path: '/eu', region: 'eu' },
	{ path: '/fe', region: 'fe' },
];

/**
 * The faults of the token endpoint and the object store, which take no access tokens and refuse no
 * operations.
 */
const PLAIN_FAULTS = REQUEST_FAULTS.filter(
	(kind) => kind !== 'expiredToken' && kind !== 'unknown403',
);

const API_EVENTS = ['expiredSecret', 'cutOff403', 'html403', 'errors200', 'loginPage'] as const;
const LWA_EVENTS = ['unauthorizedClient', 'invalidClient', 'loginPage'] as const;

/** The habits that answer every call. */
const ANSWERING_HABITS: ReadonlyArray<readonly [HabitName, FaultKind]> = [
	['proxyLoginPage', 'loginPage'],
	['expiredSecret', 'expiredSecret'],
	['errorsWithStatus200', 'errors200'],
	['unauthorizedClient', 'unauthorizedClient'],
	['invalidClient', 'invalidClient'],
];

const DEFAULT_DELAY_MS = 2_000;
const MAX_USER_AGENT = 500;
const BAD_GATEWAY =
	'<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n';

const FORBIDDEN_PAGE =
	'<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>\n';
const LOGIN_PAGE =
	'<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head><body><form action="/login" method="post"><input name="user"><input name="password" type="password"></form></body></html>\n';

/** How one kind of endpoint (LWA, an SP-API operation, a document) handles a request. */
interface Exchange {
	readonly operation: string;
	readonly sellerKey?: string | undefined;
	readonly orderId?: string | undefined;
	/** The faults that apply here. */
	readonly faults: readonly FaultKind[];
	readonly run: (requestId: string) => WireAnswer;
	/** An error response in this endpoint's own format. */
	readonly fail: (error: ApiError, requestId: string) => WireAnswer;
	/** Makes the caller's token expire. */
	readonly expireToken?: () => void;
}

/** Only the text of 500 has been seen; for the others only the status matters. */
const LWA_WORDS: Readonly<Record<number, readonly [error: string, description: string]>> = {
	429: ['server_error', 'Too many requests'],
	500: ['server_error', 'Internal Server Error'],
	503: ['temporarily_unavailable', 'Service is temporarily unavailable. Please try again.'],
};

const json = (body: unknown): string => (body === undefined ? '' : JSON.stringify(body));

/** The sandbox's HTTP server, not yet listening. */
export function buildServer(state: SandboxState, log?: (line: string) => void): FastifyInstance {
	const server = fastify({
		forceCloseConnections: true,
		routerOptions: { maxParamLength: 500 },
		exposeHeadRoutes: false,
	});
	server.removeAllContentTypeParsers();
	server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
		done(null, body);
	});
	server.setErrorHandler((error, _request, reply) => {
		const message = error instanceof Error ? error.message : String(error);
		log?.(`unexpected: ${message}`);
		void reply.code(500).send(internalFailure().body());
	});
	server.setNotFoundHandler((request, reply) => {
		const error = new ApiError(404, 'NotFound', `No operation at ${pathOf(request)}`);
		void reply.code(404).send(error.body());
	});
	for (const { path, region } of PREFIXES) {
		for (const operation of OPERATIONS) {
			server.route({
				method: operation.method,
				url: path + operation.path,
				handler: (request, reply) =>
					serve(state, request, reply, apiExchange(state, request, operation, region), log),
			});
		}
		server.post(`${path}/auth/o2/token`, (request, reply) =>
			serve(state, request, reply, lwaExchange(state, request), log),
		);
	}
	server.get('/documents/:documentId', (request, reply) =>
		serve(state, request, reply, documentExchange(state, request), log),
	);
	mountControl(server, state);
	return server;
}

async function serve(
	state: SandboxState,
	request: FastifyRequest,
	reply: FastifyReply,
	exchange: Exchange,
	log?: (line: string) => void,
): Promise<FastifyReply> {
	const requestId = randomUUID();
	const at = state.clock.now().toISOString();
	const arrivedAt = Date.now();
	const fault = strikeOf(state, exchange);
	const note = (status: number) => {
		const { operation, sellerKey, orderId } = exchange;
		state.record({
			operation,
			method: request.method,
			path: pathOf(request),
			query: harmlessQuery(request),
			sellerKey,
			orderId,
			status,
			at,
			arrivedAt,
			userAgent: request.headers['user-agent'] ?? '',
			requestId,
			...(fault ? { fault: fault.kind } : {}),
		});
		log?.(`${request.method} ${pathOf(request)} ${operation} -> ${status || 'cut'}`);
	};
	if (fault?.kind === 'slow') await sleep(fault.spec?.delayMs ?? DEFAULT_DELAY_MS);
	const answer =
		fault?.kind === 'cutBefore'
			? 'cut'
			: refusalOf(state, exchange, answerWith(exchange, fault, requestId));
	if (answer === 'cut' || fault?.kind === 'cutAfter') {
		note(0);
		reply.hijack();
		request.raw.socket.destroy();
		return reply;
	}
	note(answer.status);
	const isAmazons =
		fault?.kind !== 'loginPage' &&
		(fault?.kind !== 'otherAnswer' || fault.spec?.hasRequestId === true);
	return await reply
		.code(answer.status)
		.headers({ ...(isAmazons && { 'x-amzn-requestid': requestId }), ...answer.headers })
		.send(answer.payload);
}

/** A fault that applies to one response, or a habit that does the same to every response. */
interface Struck {
	readonly kind: FaultKind;
	readonly spec?: FaultSpec;
}

/**
 * What happens to this request in place of, or in addition to, its response: a fault, else a habit.
 */
function strikeOf(state: SandboxState, exchange: Exchange): Struck | undefined {
	const fault = state.faults.take(exchange.faults, exchange);
	if (fault) return fault;
	const habit = ANSWERING_HABITS.find(
		([name, kind]) => state.habits[name] && exchange.faults.includes(kind),
	);
	return habit && { kind: habit[1] };
}

const page = (status: number, payload: string): WireAnswer => ({
	status,
	headers: { 'content-type': 'text/html' },
	payload,
});

/** Without its last two characters, the closing ones. */
const cutOff = (answer: WireAnswer): WireAnswer => ({
	...answer,
	payload: answer.payload.slice(0, -2),
});

/** A refusal as it arrives with these habits on. */
function refusalOf({ habits }: SandboxState, exchange: Exchange, answer: WireAnswer): WireAnswer {
	if (answer.status !== 403 || !exchange.faults.includes('html403')) return answer;
	if (habits.htmlRefusals) return page(403, FORBIDDEN_PAGE);
	return habits.cutOffRefusals && exchange.faults.includes('cutOff403') ? cutOff(answer) : answer;
}

function answerWith(exchange: Exchange, fault: Struck | undefined, requestId: string): WireAnswer {
	switch (fault?.kind) {
		case 'throttle':
			return exchange.fail(throttled(), requestId);
		case 'error500':
			return exchange.fail(internalFailure(), requestId);
		case 'error503':
			return exchange.fail(unavailable(), requestId);
		case 'expiredToken':
			exchange.expireToken?.();
			return exchange.fail(accessDenied(EXPIRED_TOKEN), requestId);
		case 'unknown403':
			return exchange.fail(unknownRefusal(), requestId);
		case 'garbageHtml':
			return page(502, BAD_GATEWAY);
		case 'otherAnswer': {
			const { status = 200, body = LOGIN_PAGE } = fault.spec ?? {};
			const type = body.startsWith('<') ? 'text/html' : 'application/json';
			return { status, headers: { 'content-type': type }, payload: body };
		}
		case 'html403':
			return page(403, FORBIDDEN_PAGE);
		case 'loginPage':
			return page(200, LOGIN_PAGE);
		case 'expiredSecret':
			return exchange.fail(secretExpired(), requestId);
		case 'errors200':
			return { ...exchange.fail(internalFailure(), requestId), status: 200 };
		case 'cutOff403':
			return cutOff(exchange.fail(accessDenied(), requestId));
		case 'unauthorizedClient':
			return exchange.fail(unauthorizedClient(), requestId);
		case 'invalidClient':
			return exchange.fail(invalidClient(), requestId);
		case 'truncatedJson': {
			const whole = exchange.run(requestId);
			// Removing the last character breaks any JSON.
			return { ...whole, payload: whole.payload.slice(0, -1) };
		}
		default:
			return exchange.run(requestId);
	}
}

function apiExchange(
	state: SandboxState,
	request: FastifyRequest,
	operation: Operation,
	region: Region | undefined,
): Exchange {
	const presented = request.headers['x-amz-access-token'];
	const accessToken = typeof presented === 'string' ? presented : '';
	const userAgent = request.headers['user-agent'] ?? '';
	const checked = state.lwa.check(accessToken);
	const seller = checked.kind === 'invalid' ? undefined : state.world.seller(checked.sellerKey);
	const params = request.params as Record<string, string>;
	const fail = (error: ApiError): WireAnswer => ({
		status: error.status,
		headers: {
			'content-type': 'application/json',
			'x-amzn-errortype': ERROR_TYPES[error.status] ?? 'Exception',
			...limitHeader(state, operation, error.status),
		},
		payload: json(error.body()),
	});
	return {
		operation: operation.name,
		sellerKey: seller?.key,
		orderId: params['amazonOrderId'] ?? params['orderId'],
		faults: [...REQUEST_FAULTS, ...API_EVENTS],
		fail,
		expireToken: () => state.lwa.expire(accessToken),
		run: (requestId) => {
			try {
				const application = authorize(state, operation, region, accessToken, userAgent, seller);
				if (!seller) throw accessDenied(INVALID_TOKEN);
				const call = callOf(state, request, seller, application, requestId);
				const answer = operation.handle(call);
				return {
					status: answer.status,
					headers: {
						'content-type': answer.contentType ?? 'application/json',
						...limitHeader(state, operation, answer.status),
					},
					payload: json(answer.body),
				};
			} catch (error) {
				return fail(error instanceof ApiError ? error : bug(error));
			}
		},
	};
}

/** A bug of the sandbox itself, with a response that cannot be mistaken for Amazon's. */
const bug = (error: unknown): ApiError =>
	new ApiError(
		500,
		'SandboxBug',
		'The sandbox itself failed.',
		error instanceof Error ? (error.stack ?? error.message) : String(error),
	);

/**
 * Token, then region, then rate limit, then role: the first check that fails decides the response.
 */
function authorize(
	state: SandboxState,
	operation: Operation,
	region: Region | undefined,
	accessToken: string,
	userAgent: string,
	seller: Seller | undefined,
): ApplicationName {
	if (accessToken === '') throw accessDenied(MISSING_TOKEN);
	const token = state.lwa.check(accessToken);
	if (token.kind === 'invalid' || !seller) throw accessDenied(INVALID_TOKEN);
	if (token.kind === 'expired') throw accessDenied(EXPIRED_TOKEN);
	if (region !== undefined && region !== seller.region) throw accessDenied();
	// Refused according to the documentation; the text is unconfirmed.
	if (userAgent.length > MAX_USER_AGENT) throw invalidInput('The User-Agent header is too long');
	const { application } = token;
	const isShared = operation.sharedWith !== undefined && state.habits[operation.sharedWith];
	const key = `${application}/${isShared ? '' : seller.key}/${operation.name}`;
	if (!state.limiter.take(key, operation)) throw throttled();
	if (!state.roles.allows(seller.key, operation.roles)) throw missingRole(state);
	return application;
}

/** `x-amzn-RateLimit-Limit` comes with 20x, 400 and 404 only. */
function limitHeader(
	state: SandboxState,
	operation: Operation,
	status: number,
): Record<string, string> {
	const rate = state.limiter.effectiveRate(operation);
	const shown = (status >= 200 && status < 300) || status === 400 || status === 404;
	if (rate === undefined || !shown || !state.settings.namesRate) return {};
	return { 'x-amzn-ratelimit-limit': String(Number(rate.toFixed(4))) };
}

function callOf(
	state: SandboxState,
	request: FastifyRequest,
	seller: Seller,
	application: ApplicationName,
	requestId: string,
): Call {
	return {
		state,
		seller,
		application,
		requestId,
		params: request.params as Record<string, string>,
		query: request.query as Record<string, string | string[] | undefined>,
		body: bodyOf(request),
		origin: `http://${request.headers.host ?? '127.0.0.1'}`,
		now: state.clock.millis(),
	};
}

function lwaExchange(state: SandboxState, request: FastifyRequest): Exchange {
	const answer = (status: number, body: unknown): WireAnswer => ({
		status,
		headers: { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-store' },
		payload: json(body),
	});
	const fields = readFields(bodyOf(request), request.headers['content-type'] ?? '');
	return {
		operation: 'lwaToken',
		sellerKey: state.lwa.authorizationOf(fields.get('refresh_token') ?? '')?.sellerKey,
		faults: [...PLAIN_FAULTS, ...LWA_EVENTS],
		run: () => {
			const { status, body } = token(state.lwa, fields);
			return answer(status, body);
		},
		fail: (error) => {
			const [word, description] = LWA_WORDS[error.status] ?? [error.code, error.message];
			return answer(error.status, { error_description: description, error: word });
		},
	};
}

function documentExchange(state: SandboxState, request: FastifyRequest): Exchange {
	const { documentId = '' } = request.params as Record<string, string>;
	const query = request.query as Record<string, string | undefined>;
	return {
		operation: 'downloadDocument',
		sellerKey: state.documents.find(documentId)?.sellerKey,
		faults: [...PLAIN_FAULTS, 'html403', 'loginPage'],
		run: () => downloadDocument(state, documentId, query['X-Amz-Signature'] ?? ''),
		fail: (error) => ({
			status: error.status,
			headers: { 'content-type': 'application/xml' },
			payload: `<Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>`,
		}),
	};
}

const bodyOf = (request: FastifyRequest): string =>
	typeof request.body === 'string' ? request.body : '';

const pathOf = (request: FastifyRequest): string => request.url.split('?')[0] ?? '';

/** The query without parameters that grant access. */
function harmlessQuery(request: FastifyRequest): Record<string, string> {
	return Object.fromEntries(
		Object.entries(request.query as Record<string, string | string[]>)
			.filter(([name]) => !/token|signature|secret/i.test(name))
			.map(([name, value]) => [name, String(value)]),
	);
}
