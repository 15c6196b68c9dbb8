import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
	type IPollFunctions,
} from 'n8n-workflow';
import type { z } from 'zod';

import { MINUTE_MS } from '../domain/calendar';
import {
	forgetToken,
	freshToken,
	hashOf,
	keptToken,
	ownMarketplacesOf,
	tokenKeyOf,
} from './accessTokens';
import { chooseSeller, CredentialError, readSellers, type SellerAccount } from './credentials';
import { apiBaseUrl, shareOf, type SellingPartnerCredentials } from './endpoints';
import { type AmazonAnswer, type FailureKind, isUncertain } from './failureKinds';
import {
	faultOfAccepted,
	isTokenRejection,
	kindOfAnswer,
	readAnswer,
	SpApiFailure,
} from './failure';
import { keptLimit } from './keptLimits';
import { notSellingIn, storeNameIn, type AccessToken } from './login';
import { operationOf, type Operation, type OperationName } from './operations';
import { pathSegment } from './pathSegment';
import { backoff, pause, unlessCanceled } from './pause';
import { redact } from './redact';
import { IDLE_MS, LONGEST_CALL_MS, withinTime } from './timeLimits';
import { TwoLimits, type Limit } from './twoLimits';
import { USER_AGENT } from './userAgent';

export const CREDENTIAL_NAME = 'amazonSellingPartnerApi';

/** What the transport needs from n8n. */
export type SpApiContext = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions;

/** How long a caller is willing to wait. */
export interface Patience {
	/**
	 * The longest wait for the rate limit; a caller that would have to wait longer is turned away.
	 */
	readonly waitAtMostMs: number;
	/** The call fails after this many attempts. */
	readonly maxAttempts: number;
}

/** For a caller that has time. */
const PATIENT: Patience = { waitAtMostMs: Infinity, maxAttempts: 5 };

export interface CallOptions<Answer> {
	readonly path?: Readonly<Record<string, string>>;
	readonly query?: Readonly<Record<string, string | readonly string[]>>;
	readonly body?: IDataObject;
	/** The documented answer; fields that it does not name are accepted and dropped. */
	readonly answer: z.ZodType<Answer, z.ZodTypeDef, unknown>;
	/** Roles to name if access is denied, if they depend on more than the operation. */
	readonly roles?: readonly string[];
	/**
	 * This call has a stricter limit of its own in addition to the operation's. So a refusal (429)
	 * does not count against the operation, and nothing is sent again after a refusal or if Amazon
	 * may have acted: the caller decides that.
	 */
	readonly hasOwnLimit?: boolean;
	/** Fewer attempts than the caller's patience allows, for calls that are optional. */
	readonly maxAttempts?: number;
}

/** An HTTP answer of any status. */
interface HttpAnswer {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: unknown;
}

/** The result of a request that was sent, or why it was not sent. */
type Sent = HttpAnswer | { readonly kind: FailureKind; readonly answer?: AmazonAnswer };

/** The clients of an execution: one for each set of credential fields and each patience. */
const clientsOf = new WeakMap<SpApiContext, Map<string, SpApiClient>>();

interface LatestClient {
	/** The credential as n8n resolved it. */
	readonly fields: object;
	readonly patience: Patience;
	readonly seller: string | undefined;
	readonly client: SpApiClient;
}

/** The client of an execution's latest item: most items have the same seller as the one before. */
const latestOf = new WeakMap<SpApiContext, LatestClient>();

/** Whether two credentials have the same fields. A list or an object is the same only as itself. */
function areSame(left: object, right: object): boolean {
	const [a, b] = [left, right] as Array<Readonly<Record<string, unknown>>>;
	const names = Object.keys(left);
	return (
		names.length === Object.keys(right).length && names.every((name) => a?.[name] === b?.[name])
	);
}

/**
 * The only way to Amazon: every operation goes through `call`. It keeps to the rate limit, logs in,
 * renews an expired access token, tries again if that is safe, and stops at once when the execution
 * is canceled.
 */
export class SpApiClient {
	/**
	 * Identifies a seller by application and refresh token, without keeping either: the key for
	 * everything that two sellers must not share.
	 */
	readonly seller: string;

	/** Identifies an application: the key for everything that Amazon counts per application. */
	readonly application: string;

	private readonly tokenKey: string;

	/** What it takes to connect as this seller. */
	readonly credentials: SellingPartnerCredentials;

	/** The execution's client that this one was made from, or itself. */
	readonly origin: SpApiClient;

	/**
	 * @param account the seller
	 * @param expectedName the store name that this seller must have; undefined if any will do
	 * @param stop ends calls and waits; undefined if only the execution does
	 */
	private constructor(
		private readonly context: SpApiContext,
		private readonly account: SellerAccount,
		private readonly patience: Patience,
		private readonly expectedName: string | undefined,
		private readonly stop?: AbortSignal,
		origin?: SpApiClient,
	) {
		this.origin = origin ?? this;
		const { credentials } = account;
		this.credentials = credentials;
		const { clientId, refreshToken } = credentials;
		const baseUrl = apiBaseUrl(credentials);
		this.seller = hashOf(baseUrl, clientId, refreshToken);
		this.application = hashOf(baseUrl, clientId);
		this.tokenKey = tokenKeyOf(credentials);
	}

	/**
	 * Connects with the credential of an item: its fields may be expressions, so each item may name
	 * its own seller. Items of the same seller share one client.
	 * @param itemIndex undefined if there are no items
	 * @param seller name of the seller; undefined for the only one of the credential. If the
	 *   credential holds one seller without a name, no call goes out unless it is its store name
	 * @throws NodeOperationError if the node has no credential, a field of it is empty, or it does not
	 *   hold the seller
	 */
	static async connect(
		context: SpApiContext,
		itemIndex?: number,
		patience = PATIENT,
		seller?: string,
	): Promise<SpApiClient> {
		const fields = await fieldsOf(context, itemIndex);
		const latest = latestOf.get(context);
		const isLatest =
			latest?.patience === patience && latest.seller === seller && areSame(latest.fields, fields);
		if (isLatest) return latest.client;
		const account = await readFrom(context, itemIndex, () =>
			chooseSeller(readSellers(fields), seller),
		);
		const expectedName = account.name === undefined ? seller : undefined;
		const client = SpApiClient.of(context, account, patience, expectedName);
		// A trigger's context lives for months.
		if ('getExecutionCancelSignal' in context) {
			latestOf.set(context, { fields, patience, seller, client });
		}
		return client;
	}

	/**
	 * Connects as each seller that the credential of an item holds, and reads it only once.
	 * @throws NodeOperationError as `connect` does
	 */
	static async connectAll(
		context: SpApiContext,
		itemIndex?: number,
		patience = PATIENT,
	): Promise<SpApiClient[]> {
		const accounts = await resolved(context, itemIndex);
		return accounts.map((account) => SpApiClient.of(context, account, patience));
	}

	/** The execution's client for a seller. */
	private static of(
		context: SpApiContext,
		account: SellerAccount,
		patience: Patience,
		expectedName?: string,
	): SpApiClient {
		const create = () => new SpApiClient(context, account, patience, expectedName);
		// Only an execution has items; the context of a trigger lives for months.
		if (!('getExecutionCancelSignal' in context)) return create();
		const clients = clientsOf.get(context) ?? new Map<string, SpApiClient>();
		clientsOf.set(context, clients);
		const key = hashOf(JSON.stringify([account, patience, expectedName ?? null]));
		const client = clients.get(key) ?? create();
		clients.set(key, client);
		return client;
	}

	/**
	 * The names of the sellers that the credential holds, for lists; undefined for one without a name.
	 * @throws NodeOperationError as `connect` does
	 */
	static async sellersOf(context: SpApiContext): Promise<ReadonlyArray<string | undefined>> {
		return (await resolved(context, undefined)).map(({ name }) => name);
	}

	/** What the user calls the seller, if the credential holds several. */
	get givenName(): string | undefined {
		return this.account.name;
	}

	/**
	 * What the user calls the seller, or the store name at Amazon; undefined if there was no call yet
	 * or Amazon does not say.
	 */
	get sellerName(): string | undefined {
		const { name, credentials } = this.account;
		return name ?? storeNameIn(ownMarketplacesOf(this.tokenKey), credentials.primaryMarketplace);
	}

	/** Whether the seller sells in a marketplace; undefined if Amazon has not said yet. */
	sellsIn(marketplaceId: string): boolean | undefined {
		const marketplaces = ownMarketplacesOf(this.tokenKey);
		return marketplaces && notSellingIn(marketplaceId, marketplaces) === undefined;
	}

	/**
	 * The marketplaces in which the seller takes part; undefined if Amazon has not said yet.
	 */
	get ownMarketplaceIds(): readonly string[] | undefined {
		return ownMarketplacesOf(this.tokenKey)
			?.filter(({ isParticipating }) => isParticipating)
			.map(({ id }) => id);
	}

	/** The longest this caller waits for its turn, in milliseconds. */
	get waitAtMostMs(): number {
		return this.patience.waitAtMostMs;
	}

	/** The same client, with calls and waits that also end when this signal says so. */
	stoppedBy(stop: AbortSignal): SpApiClient {
		const { context, account, patience, expectedName, signal, origin } = this;
		const either = signal === undefined ? stop : AbortSignal.any([signal, stop]);
		return new SpApiClient(context, account, patience, expectedName, either, origin);
	}

	/** Ends calls and waits: the execution's cancel signal, or what else stops this client. */
	get signal(): AbortSignal | undefined {
		if (this.stop !== undefined) return this.stop;
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
			// Canceled while the answer was on its way: what matters is whether Amazon may have acted.
			if (this.signal?.aborted) {
				const repeatable = operation.repeatable && !hasOwnLimit;
				throw fail(mayHaveActed(outcome.kind, repeatable) ?? 'cancelled');
			}
			const mayNot = hasOwnLimit && (outcome.kind === 'throttled' || isUncertain(outcome.kind));
			const maxAttempts = Math.min(this.patience.maxAttempts, options.maxAttempts ?? Infinity);
			// Amazon may need a moment to accept a fresh token everywhere; a second rejection is real.
			const isRejectedAgain = outcome.kind === 'tokenRejected' && attempt >= 2;
			const isLast = attempt >= maxAttempts || mayNot || isRejectedAgain;
			if (isLast || !mayTryAgain(outcome.kind, operation)) {
				throw fail(outcome.kind, outcome.answer);
			}
			if (!(await pause(backoff(attempt), this.signal))) throw fail('cancelled');
		}
	}

	/** The failure; `notSelling` if the marketplace is not one of the seller's. */
	private failureOf<Answer>(
		kind: FailureKind,
		name: OperationName,
		answer: AmazonAnswer = {},
		{ query, body, roles = operationOf(name).roles }: CallOptions<Answer>,
	): SpApiFailure {
		if (kind === 'accessDenied' || kind === 'badRequest') {
			const requested = [query?.MarketplaceId, query?.marketplaceIds, body?.marketplaceIds].flat();
			const own = ownMarketplacesOf(this.tokenKey);
			for (const id of requested) {
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
			timeout: IDLE_MS,
			returnFullResponse: true,
			disableFollowRedirect: true,
		};
	}

	/**
	 * One attempt, and a second with a fresh access token if Amazon rejects an older one, because
	 * then it did not act on the first. If a fresh token is rejected, the attempt fails.
	 */
	private async attempt<Answer>(
		request: IHttpRequestOptions,
		operation: Operation,
		schema: CallOptions<Answer>['answer'],
		limit: Limit,
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
	 * Waits for a turn of the rate limit, with an access token to use it. A caller without a token
	 * gets one before taking a turn, so that callers who waited for the token do not all send at
	 * once.
	 * @param rejected a token that Amazon no longer accepts
	 */
	private async takeTurn(
		limit: Limit,
		rejected: AccessToken | undefined,
	): Promise<AccessToken | { kind: FailureKind; answer?: AmazonAnswer }> {
		for (let round = 1; ; round += 1) {
			const token =
				keptToken(this.tokenKey, rejected) ??
				(await unlessCanceled(
					freshToken(this.tokenKey, this.context, this.credentials),
					this.signal,
				));
			if (token === undefined) return { kind: 'cancelled' };
			if ('kind' in token) {
				const { kind, message, status } = token;
				return { kind, answer: { message, status } };
			}
			const problem = this.otherSeller(token);
			if (problem !== undefined) return problem;
			const turn = await limit.takeTurn(this.signal, this.patience.waitAtMostMs);
			if (turn !== 'granted') return { kind: turn };
			const now = keptToken(this.tokenKey, rejected);
			if (now !== undefined) return now;
			// It expired while waiting. A token whose lifetime is shorter than the wait is used anyway.
			if (round > 1) return token;
			limit.returnTurn();
		}
	}

	/**
	 * Sends a request with an access token; any status is an answer. n8n gets the credential with its
	 * token, so that it neither logs in nor stores anything: a stored token would belong to the last
	 * seller, and before 2.41 n8n would store the credential with its expressions resolved.
	 */
	private async sendWith(request: IHttpRequestOptions, { token }: AccessToken): Promise<Sent> {
		const { httpRequestWithAuthentication } = this.context.helpers;
		const data = { ...this.credentials, accessToken: token };
		const send = async (signal: AbortSignal): Promise<HttpAnswer> => {
			// In an execution, n8n takes the signal from the context and not from the request.
			const context = Object.create(this.context, {
				getExecutionCancelSignal: { value: () => signal },
			}) as SpApiContext;
			return await httpRequestWithAuthentication.call(
				context,
				CREDENTIAL_NAME,
				{ ...request, ignoreHttpStatusErrors: true },
				{ credentialsDecrypted: { id: '', name: '', type: CREDENTIAL_NAME, data } },
			);
		};
		return await withinTime(LONGEST_CALL_MS, this.signal, send).catch(readThrown);
	}

	/**
	 * Why nothing may be sent, if the token belongs to another seller than the item names, or Amazon
	 * did not say whose it is. It may say so at the next login, which is a minute later at the
	 * earliest.
	 */
	private otherSeller(token: AccessToken): { kind: FailureKind; answer: AmazonAnswer } | undefined {
		const { expectedName, sellerName } = this;
		if (expectedName === undefined) return undefined;
		if (token.marketplaces === undefined) {
			if (performance.now() - token.obtainedAt > MINUTE_MS) forgetToken(this.tokenKey, token);
			const message = `Could not log in: Amazon does not say at the moment whether this seller is '${expectedName}'`;
			return { kind: 'loginUnavailable', answer: { message } };
		}
		const names = token.marketplaces.flatMap(({ storeName }) => storeName ?? []);
		if (names.includes(expectedName)) return undefined;
		const whatToDo = "Choose the credential of that seller, or empty 'Seller' in the node.";
		const message =
			sellerName === undefined
				? `Could not use the credential: Amazon does not say whether this seller is '${expectedName}'. ${whatToDo}`
				: `Could not use the credential: this seller is '${sellerName}', not '${expectedName}'. ${whatToDo}`;
		return { kind: 'login', answer: { message } };
	}

	private limitOf(name: OperationName, { rate, burst, perApplication }: Operation): Limit {
		const share = shareOf(this.credentials);
		const limitFor = (whose: string) => keptLimit(`${whose}:${name}:${share}`, rate, burst, share);
		const own = limitFor(this.seller);
		const { changeReportLimits, dataKioskPerSeller } = this.credentials;
		const isApart = changeReportLimits === true && dataKioskPerSeller === true;
		return perApplication && !isApart ? new TwoLimits(own, limitFor(this.application)) : own;
	}
}

/**
 * What the credential of an item holds.
 * @throws NodeOperationError if the node has none, or it cannot be used
 */
async function resolved(
	context: SpApiContext,
	itemIndex: number | undefined,
): Promise<readonly SellerAccount[]> {
	const fields = await fieldsOf(context, itemIndex);
	return await readFrom(context, itemIndex, () => readSellers(fields));
}

/** @throws NodeOperationError if what is read throws a CredentialError */
async function readFrom<Result>(
	context: SpApiContext,
	itemIndex: number | undefined,
	read: () => Result,
): Promise<Result> {
	const reading = async () => read();
	return await reading().catch((error: unknown) => {
		if (!(error instanceof CredentialError)) throw error;
		const { message, description } = error;
		throw new NodeOperationError(context.getNode(), message, { itemIndex, description });
	});
}

/**
 * The fields of an item's credential, as n8n resolves them.
 * @throws NodeOperationError if the node has no credential
 */
function fieldsOf(context: SpApiContext, itemIndex: number | undefined): Promise<object> {
	if (!hasCredential(context)) {
		throw new NodeOperationError(
			context.getNode(),
			'Could not connect to Amazon: the node has no credential',
			{
				itemIndex,
				description: 'Choose a credential in the node, or a source that needs no access to Amazon.',
			},
		);
	}
	// Not awaited here, because Plan comes here for each of many thousand orders.
	return context.getCredentials(CREDENTIAL_NAME, itemIndex);
}

/** Contexts whose node has a credential: n8n copies the node for each look at it. */
const contextsWithCredential = new WeakSet<SpApiContext>();

function hasCredential(context: SpApiContext): boolean {
	if (contextsWithCredential.has(context)) return true;
	if (context.getNode().credentials?.[CREDENTIAL_NAME] === undefined) return false;
	contextsWithCredential.add(context);
	return true;
}

/** The result of an answer: its checked value, or the kind of failure. */
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
	// Some of Zod's messages quote the value.
	const message = redact(`${where ? `${where}: ` : ''}${issue?.message ?? ''}`);
	return { kind: 'unexpectedAnswer', answer: { ...answer, message } };
}

/** The kind of failure after which an operation that must not be repeated may have taken effect. */
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

/** Connection failures that mean the request cannot have reached Amazon. */
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
 * Turns what n8n threw into an answer or a failure. Nothing of the thrown error is kept, because it
 * contains the request with its access token.
 */
function readThrown(thrown: Thrown): Sent {
	const origin = thrown.cause ?? thrown;
	if (origin.response !== undefined) {
		const { status, data, headers } = origin.response;
		return { statusCode: status, body: data, headers };
	}
	return { kind: NEVER_SENT.includes(origin.code ?? '') ? 'unreachable' : 'answerLost' };
}
