import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
	type IPollFunctions,
} from 'n8n-workflow';
import type { z } from 'zod';

import { freshToken, hashOf, keptToken, tokenKeyOf } from './accessTokens';
import { readCredentials } from './credentials';
import { apiBaseUrl, shareOf, type SellingPartnerCredentials } from './endpoints';
import {
	faultOfAccepted,
	isTokenRejection,
	isUncertain,
	kindOfAnswer,
	readAnswer,
	SpApiFailure,
	type AmazonAnswer,
	type FailureKind,
} from './failure';
import { keptLimit } from './keptLimits';
import { notSellingIn, type AccessToken } from './login';
import { operationOf, type Operation, type OperationName } from './operations';
import { pathSegment } from './pathSegment';
import { backoff, pause, unlessCancelled } from './pause';
import type { RateLimit } from './rateLimit';
import { redact } from './redact';
import { USER_AGENT } from './userAgent';

export const CREDENTIAL_NAME = 'amazonSellingPartnerApi';

/** What the transport needs of n8n. */
export type SpApiContext = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions;

const TIMEOUT_MS = 30_000;

/** How long a caller bears with Amazon. */
export interface Patience {
	/** The longest wait for the rate limit; who would have to wait longer is turned away. */
	readonly waitAtMostMs: number;
	/** After that many attempts a call is given up. */
	readonly maxAttempts: number;
}

/** Of a caller who has time. */
const PATIENT: Patience = { waitAtMostMs: Infinity, maxAttempts: 5 };

export interface CallOptions<Answer> {
	readonly path?: Readonly<Record<string, string>>;
	readonly query?: Readonly<Record<string, string | readonly string[]>>;
	readonly body?: IDataObject;
	/** The documented answer; fields it does not name are tolerated and dropped. */
	readonly answer: z.ZodType<Answer, z.ZodTypeDef, unknown>;
	/** Roles to name where access is denied, if they depend on more than the operation. */
	readonly roles?: readonly string[];
	/**
	 * Beside the operation's limit there is a stricter one for just this. So a refusal (429) is not
	 * counted against the operation, and nothing is sent again after a refusal or where Amazon may have
	 * acted: that is the caller's to decide.
	 */
	readonly hasOwnLimit?: boolean;
	/** Fewer attempts than the caller's patience allows, for what can be done without. */
	readonly maxAttempts?: number;
}

/** An HTTP answer of any status. */
interface HttpAnswer {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: unknown;
}

/** What became of a request that was sent, or why it was not. */
type Sent = HttpAnswer | { readonly kind: FailureKind; readonly answer?: AmazonAnswer };

/** The clients of an execution: one for each seller that its items name. */
const clientsOf = new WeakMap<SpApiContext, Map<string, SpApiClient>>();

/**
 * The one way to Amazon: every operation goes through `call`. It keeps to the rate limit, logs in and
 * renews an expired access token, tries again where that is safe, and stops at once when the execution
 * is cancelled.
 */
export class SpApiClient {
	/**
	 * Tells sellers apart by application and refresh token, without keeping either: the key of all that
	 * two sellers must not share.
	 */
	readonly seller: string;

	/** Tells applications apart, for what Amazon counts per application. */
	readonly application: string;

	private readonly tokenKey: string;

	private constructor(
		private readonly context: SpApiContext,
		readonly credentials: SellingPartnerCredentials,
		private readonly patience: Patience,
	) {
		const { clientId, refreshToken } = credentials;
		const baseUrl = apiBaseUrl(credentials);
		this.seller = hashOf(baseUrl, clientId, refreshToken);
		this.application = hashOf(baseUrl, clientId);
		this.tokenKey = tokenKeyOf(credentials);
	}

	/**
	 * Connects as the credential says for an item: its fields may be expressions, so each item may name
	 * a seller of its own. Items with the same fields share one client.
	 * @param itemIndex undefined where there are no items
	 * @throws NodeOperationError where the node has no credential, or one of its fields is not there
	 */
	static async connect(
		context: SpApiContext,
		itemIndex?: number,
		patience = PATIENT,
	): Promise<SpApiClient> {
		const node = context.getNode();
		if (node.credentials?.[CREDENTIAL_NAME] === undefined) {
			throw new NodeOperationError(node, 'The node has no Amazon credential', {
				itemIndex,
				description: 'Choose one in the node, or a source that needs no access to Amazon.',
			});
		}
		const resolved = await context.getCredentials(CREDENTIAL_NAME, itemIndex);
		const credentials = readCredentials(node, resolved, itemIndex);
		// Only an execution has items; a trigger's context lives for months.
		if (!('getExecutionCancelSignal' in context)) {
			return new SpApiClient(context, credentials, patience);
		}
		const clients = clientsOf.get(context) ?? new Map<string, SpApiClient>();
		clientsOf.set(context, clients);
		const key = hashOf(JSON.stringify(credentials), JSON.stringify(patience));
		const client = clients.get(key) ?? new SpApiClient(context, credentials, patience);
		clients.set(key, client);
		return client;
	}

	/** Whether the seller sells in a marketplace; undefined where Amazon has not said yet. */
	sellsIn(marketplaceId: string): boolean | undefined {
		const marketplaces = keptToken(this.tokenKey)?.marketplaces;
		return marketplaces && notSellingIn(marketplaceId, marketplaces) === undefined;
	}

	/** The longest this caller waits for a turn, in milliseconds. */
	get waitAtMostMs(): number {
		return this.patience.waitAtMostMs;
	}

	/** The execution's cancel signal, where there is an execution. */
	get signal(): AbortSignal | undefined {
		return 'getExecutionCancelSignal' in this.context
			? this.context.getExecutionCancelSignal()
			: undefined;
	}

	/**
	 * Calls an operation and returns its checked answer with Amazon's request ID.
	 * @throws SpApiFailure for everything that can go wrong
	 */
	async call<Answer>(
		name: OperationName,
		options: CallOptions<Answer>,
	): Promise<{ readonly answer: Answer; readonly requestId?: string }> {
		const operation = operationOf(name);
		const request = this.buildRequest(operation, options);
		const fail = (kind: FailureKind, answer?: AmazonAnswer) =>
			this.failureOf(kind, name, answer, options);

		const limit = this.limitOf(name, operation);
		for (let attempt = 1; ; attempt += 1) {
			const outcome = await this.attempt(request, operation, options.answer, limit);
			if ('value' in outcome) {
				limit.accepted(Number(outcome.headers['x-amzn-ratelimit-limit']));
				return { answer: outcome.value, requestId: outcome.answer.requestId };
			}
			const { hasOwnLimit = false } = options;
			if (outcome.kind === 'throttled' && !hasOwnLimit) limit.throttled();
			// Cancelled while the answer was on its way: whether Amazon acted matters where it may have.
			if (this.signal?.aborted) {
				const repeatable = operation.repeatable && !hasOwnLimit;
				throw fail(mayHaveActed(outcome.kind, repeatable) ?? 'cancelled');
			}
			const mayNot = hasOwnLimit && (outcome.kind === 'throttled' || isUncertain(outcome.kind));
			const maxAttempts = Math.min(this.patience.maxAttempts, options.maxAttempts ?? Infinity);
			// A fresh token may take a moment to be known everywhere; after that it is no accident.
			const isRejectedAgain = outcome.kind === 'tokenRejected' && attempt >= 2;
			const isLast = attempt >= maxAttempts || mayNot || isRejectedAgain;
			if (isLast || !mayTryAgain(outcome.kind, operation)) {
				throw fail(outcome.kind, outcome.answer);
			}
			if (!(await pause(backoff(attempt), this.signal))) throw fail('cancelled');
		}
	}

	/** The failure, told as what it is where the marketplace is none of the seller's. */
	private failureOf<Answer>(
		kind: FailureKind,
		name: OperationName,
		answer: AmazonAnswer = {},
		{ query, body, roles = operationOf(name).roles }: CallOptions<Answer>,
	): SpApiFailure {
		if (kind === 'accessDenied' || kind === 'badRequest') {
			const asked = [query?.MarketplaceId, query?.marketplaceIds, body?.marketplaceIds].flat();
			const own = keptToken(this.tokenKey)?.marketplaces;
			for (const id of asked) {
				const details = typeof id === 'string' ? notSellingIn(id, own) : undefined;
				if (details === undefined) continue;
				return new SpApiFailure('notSelling', name, { ...answer, details }, roles);
			}
		}
		return new SpApiFailure(kind, name, answer, roles);
	}

	private buildRequest<Answer>(
		operation: Operation,
		{ path = {}, query, body }: CallOptions<Answer>,
	): IHttpRequestOptions {
		const filledPath = operation.path.replace(/\{(\w+)\}/g, (_, placeholder: string) =>
			pathSegment(path[placeholder]),
		);
		return {
			method: operation.method,
			url: `${apiBaseUrl(this.credentials)}${filledPath}`,
			qs: query as IDataObject | undefined,
			arrayFormat: 'comma',
			body,
			headers: { 'user-agent': USER_AGENT },
			json: true,
			timeout: TIMEOUT_MS,
			returnFullResponse: true,
			disableFollowRedirect: true,
		};
	}

	/**
	 * One attempt, and a second with a fresh access token where Amazon rejects an older one: it did not
	 * act on the first, then. A fresh token that is rejected fails.
	 */
	private async attempt<Answer>(
		request: IHttpRequestOptions,
		operation: Operation,
		schema: CallOptions<Answer>['answer'],
		limit: RateLimit,
	): Promise<
		| { value: Answer; answer: AmazonAnswer; headers: HttpAnswer['headers'] }
		| { kind: FailureKind; answer?: AmazonAnswer }
	> {
		const startedAt = performance.now();
		let rejected: AccessToken | undefined;
		for (;;) {
			const token = await this.takeTurn(limit, rejected);
			if ('kind' in token) return token;
			const http = await this.sendWith(request, token);
			if ('kind' in http) return http;
			const answer = readAnswer(http.statusCode, http.body, http.headers);
			if (!isTokenRejection(answer) || token.obtainedAt >= startedAt) {
				return outcomeOf(http, answer, operation, schema);
			}
			rejected = token;
		}
	}

	/**
	 * Waits for a turn of the rate limit, with an access token to use it. Who lacks one waits for it
	 * before taking a turn, lest all who waited go out at once.
	 * @param rejected a token that Amazon does not accept any more
	 */
	private async takeTurn(
		limit: RateLimit,
		rejected: AccessToken | undefined,
	): Promise<AccessToken | { kind: FailureKind; answer?: AmazonAnswer }> {
		for (let round = 1; ; round += 1) {
			const token =
				keptToken(this.tokenKey, rejected) ??
				(await unlessCancelled(
					freshToken(this.tokenKey, this.context, this.credentials),
					this.signal,
				));
			if (token === undefined) return { kind: 'cancelled' };
			if ('kind' in token) {
				const { kind, message, status } = token;
				return { kind, answer: { message, status } };
			}
			const turn = await limit.takeTurn(this.signal, this.patience.waitAtMostMs);
			if (turn !== 'granted') return { kind: turn };
			const now = keptToken(this.tokenKey, rejected);
			if (now !== undefined) return now;
			// It came to its end while waiting. One that ends sooner than a turn comes is used as it is.
			if (round > 1) return token;
			limit.returnTurn();
		}
	}

	/**
	 * Sends a request with an access token; any status is an answer. n8n is handed the credential with
	 * its token, so that it neither logs in nor stores anything: a stored token would be the one of
	 * whoever came last, and before 2.41 n8n would store the credential with its expressions resolved.
	 */
	private async sendWith(request: IHttpRequestOptions, { token }: AccessToken): Promise<Sent> {
		const { httpRequestWithAuthentication } = this.context.helpers;
		const data = { ...this.credentials, accessToken: token };
		const sent: Promise<HttpAnswer> = httpRequestWithAuthentication.call(
			this.context,
			CREDENTIAL_NAME,
			{ ...request, ignoreHttpStatusErrors: true },
			{ credentialsDecrypted: { id: '', name: '', type: CREDENTIAL_NAME, data } },
		);
		return await sent.catch(readThrown);
	}

	private limitOf(name: OperationName, { rate, burst }: Operation): RateLimit {
		const share = shareOf(this.credentials);
		return keptLimit(`${this.seller}:${name}:${share}`, rate, burst, share);
	}
}

/** What an answer comes to: its checked value, or the kind of failure. */
function outcomeOf<Answer>(
	{ statusCode, headers, body }: HttpAnswer,
	answer: AmazonAnswer,
	{ repeatable }: Operation,
	schema: CallOptions<Answer>['answer'],
):
	| { value: Answer; answer: AmazonAnswer; headers: HttpAnswer['headers'] }
	| { kind: FailureKind; answer: AmazonAnswer } {
	if (statusCode < 200 || statusCode > 299) return { kind: kindOfAnswer(answer), answer };
	const fault = faultOfAccepted(answer, body, !repeatable);
	if (fault !== undefined) return { kind: fault, answer };
	const parsed = schema.safeParse(body);
	if (parsed.success) return { value: parsed.data, answer, headers };
	const [issue] = parsed.error.issues;
	const where = issue?.path.join('.');
	// Zod quotes the value it got in some of its messages.
	const message = redact(`${where ? `${where}: ` : ''}${issue?.message ?? ''}`);
	return { kind: 'unexpectedAnswer', answer: { ...answer, message } };
}

/** The kind of a failure after which an operation that must not be repeated may have taken effect. */
const mayHaveActed = (kind: FailureKind, repeatable: boolean): FailureKind | undefined =>
	!repeatable && isUncertain(kind) ? kind : undefined;

/** Whether another attempt can help and does no harm. */
function mayTryAgain(kind: FailureKind, { repeatable }: Operation): boolean {
	switch (kind) {
		case 'throttled':
		case 'unreachable':
		case 'loginUnavailable':
		case 'tokenRejected':
			return true;
		default:
			return repeatable && isUncertain(kind);
	}
}

/** Connection failures after which the request cannot have reached Amazon. */
const NEVER_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'];

interface Thrown {
	readonly code?: string;
	readonly response?: {
		readonly status: number;
		readonly data: unknown;
		readonly headers: Readonly<Record<string, unknown>>;
	};
	readonly cause?: Thrown;
}

/**
 * Makes an answer or a failure of what n8n threw. Nothing of the thrown error is kept, for it carries
 * the request with its access token.
 */
function readThrown(thrown: Thrown): Sent {
	const origin = thrown.cause ?? thrown;
	if (origin.response !== undefined) {
		const { status, data, headers } = origin.response;
		return { statusCode: status, body: data, headers };
	}
	return { kind: NEVER_SENT.includes(origin.code ?? '') ? 'unreachable' : 'answerLost' };
}
