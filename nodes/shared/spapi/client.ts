import {
	NodeOperationError,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
	type IPollFunctions,
} from 'n8n-workflow';
import { createHash } from 'node:crypto';
import type { z } from 'zod';

import { apiBaseUrl, shareOf, type SellingPartnerCredentials } from './endpoints';
import {
	isTokenRejection,
	isUncertain,
	kindOfAnswer,
	readAnswer,
	SpApiFailure,
	type AmazonAnswer,
	type FailureKind,
} from './failure';
import { operationOf, type Operation, type OperationName } from './operations';
import { limits, loggingIn } from './processWide';
import { backoff, pause, unlessCancelled } from './pause';
import { RateLimit } from './rateLimit';
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
}

/** The credential as n8n stores it: with the last access token, or an empty one. */
type StoredCredential = SellingPartnerCredentials &
	ICredentialDataDecryptedObject & { readonly accessToken: string };

/** An HTTP answer of any status. */
interface HttpAnswer {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: unknown;
}

/** What became of a request that was sent, or why it was not. */
export type Sent = HttpAnswer | { readonly kind: FailureKind; readonly answer?: AmazonAnswer };

/**
 * The one way to Amazon: every operation goes through `call`. It keeps to the rate limit, renews an
 * expired access token, tries again where that is safe, and stops at once when the execution is
 * cancelled.
 */
export class SpApiClient {
	/** Tells sellers apart by application and refresh token, without keeping either. */
	readonly seller: string;

	/** Tells applications apart, whichever seller they act for. */
	readonly application: string;

	private constructor(
		private readonly context: SpApiContext,
		readonly credentials: StoredCredential,
		private readonly patience: Patience,
	) {
		const { clientId, refreshToken } = credentials;
		const application = `${apiBaseUrl(credentials)}\n${clientId}`;
		const hash = (text: string) => createHash('sha256').update(text).digest('hex');
		this.application = hash(application);
		this.seller = hash(`${application}\n${refreshToken}`);
	}

	/** @throws NodeOperationError where the node has no credential */
	static async connect(context: SpApiContext, patience = PATIENT): Promise<SpApiClient> {
		const node = context.getNode();
		if (node.credentials?.[CREDENTIAL_NAME] === undefined) {
			throw new NodeOperationError(node, 'The node has no Amazon credential', {
				description: 'Choose one in the node, or a source that needs no access to Amazon.',
			});
		}
		const credentials = await context.getCredentials<StoredCredential>(CREDENTIAL_NAME);
		return new SpApiClient(context, credentials, patience);
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
			new SpApiFailure(kind, name, answer, options.roles ?? operation.roles);

		const limit = this.limitOf(name, operation);
		for (let attempt = 1; ; attempt += 1) {
			const turn = await limit.takeTurn(this.signal, this.patience.waitAtMostMs);
			if (turn !== 'granted') throw fail(turn);
			const outcome = await this.attempt(request, options.answer, limit);
			if ('value' in outcome) {
				limit.accepted(Number(outcome.headers['x-amzn-ratelimit-limit']));
				return { answer: outcome.value, requestId: outcome.answer.requestId };
			}
			const { hasOwnLimit = false } = options;
			if (outcome.kind === 'throttled' && !hasOwnLimit) limit.throttled();
			// Cancelled while the answer was on its way: whether Amazon acted matters where it may have.
			if (this.signal?.aborted) throw fail(mayHaveActed(outcome.kind, operation) ?? 'cancelled');
			const mayNot = hasOwnLimit && (outcome.kind === 'throttled' || isUncertain(outcome.kind));
			const isLast = attempt >= this.patience.maxAttempts || mayNot;
			if (isLast || !mayTryAgain(outcome.kind, operation)) {
				throw fail(outcome.kind, outcome.answer);
			}
			if (!(await pause(backoff(attempt), this.signal))) throw fail('cancelled');
		}
	}

	private buildRequest<Answer>(
		operation: Operation,
		{ path = {}, query, body }: CallOptions<Answer>,
	): IHttpRequestOptions {
		const filledPath = operation.path.replace(/\{(\w+)\}/g, (_, placeholder: string) =>
			encodeURIComponent(path[placeholder] ?? ''),
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

	/** One attempt, with a fresh access token where Amazon says that the stored one is expired. */
	private async attempt<Answer>(
		request: IHttpRequestOptions,
		schema: CallOptions<Answer>['answer'],
		limit: RateLimit,
	): Promise<
		| { value: Answer; answer: AmazonAnswer; headers: HttpAnswer['headers'] }
		| { kind: FailureKind; answer?: AmazonAnswer }
	> {
		const stored = await this.readCredential();
		if (stored === undefined) return CREDENTIAL_UNREADABLE;
		let http = await this.send(request, stored, limit);
		if ('kind' in http) return http;
		const isRejected = isTokenRejection(readAnswer(http.statusCode, http.body, http.headers));
		// Without a stored token this was a fresh one already.
		if (isRejected && stored.accessToken !== '') {
			const now = await this.readCredential();
			if (now === undefined) return CREDENTIAL_UNREADABLE;
			http = await this.send(request, now, limit, stored.accessToken);
			if ('kind' in http) return http;
		}
		const answer = readAnswer(http.statusCode, http.body, http.headers);
		if (http.statusCode < 200 || http.statusCode > 299) {
			return { kind: kindOfAnswer(answer), answer };
		}
		const parsed = schema.safeParse(http.body);
		if (parsed.success) return { value: parsed.data, answer, headers: http.headers };
		const [issue] = parsed.error.issues;
		const where = issue?.path.join('.');
		// Zod quotes the value it got in some of its messages.
		const message = redact(`${where ? `${where}: ` : ''}${issue?.message ?? ''}`);
		return { kind: 'unexpectedAnswer', answer: { ...answer, message } };
	}

	/**
	 * The credential as it is now, for another execution may have renewed its access token; undefined where
	 * n8n cannot read it, for a moment or because it was deleted.
	 */
	private async readCredential(): Promise<StoredCredential | undefined> {
		const read = this.context.getCredentials<StoredCredential>(CREDENTIAL_NAME);
		return await read.catch(() => undefined);
	}

	/**
	 * Sends a request with the stored access token, or with a fresh one where there is none but the
	 * rejected. Requests that lack a token at the same time log in once: the first does, and the others
	 * wait for what it has stored, then for a turn of the rate limit anew, lest they go out all at once.
	 */
	private async send(
		request: IHttpRequestOptions,
		stored: StoredCredential,
		limit: RateLimit,
		rejected = '',
	): Promise<Sent> {
		if (stored.accessToken !== rejected) return await this.sendWith(request, stored);

		const key = this.credentialKey(stored);
		const first = loggingIn.get(key);
		if (first === undefined) {
			const sent = this.sendWith(request, { ...stored, accessToken: '' });
			loggingIn.set(key, sent);
			return await sent.finally(() => loggingIn.delete(key));
		}
		const outcome = await unlessCancelled(first, this.signal);
		if (outcome === undefined) return { kind: 'cancelled' };
		// Nor would this one get through.
		if ('kind' in outcome && ['login', 'unreachable'].includes(outcome.kind)) return outcome;
		limit.returnTurn();
		const turn = await limit.takeTurn(this.signal, this.patience.waitAtMostMs);
		if (turn !== 'granted') return { kind: turn };
		const now = await this.readCredential();
		return now === undefined
			? CREDENTIAL_UNREADABLE
			: await this.send(request, now, limit, rejected);
	}

	/** Credentials with other secrets log in apart, though they may be the same seller's. */
	private credentialKey({ clientSecret }: StoredCredential): string {
		const id = this.context.getNode().credentials?.[CREDENTIAL_NAME]?.id ?? '';
		const secret = createHash('sha256').update(clientSecret).digest('hex');
		return `${this.seller} ${id} ${secret}`;
	}

	/**
	 * Sends a request with the access token of a credential; any status is an answer. Where the token is
	 * empty, n8n logs in first and stores the fresh one. So every version of n8n can renew a token; by
	 * itself it does that only after a status which, before 2.40, cannot be other than 401. Amazon answers
	 * 403, and most of its 403s have nothing to do with the token.
	 */
	private async sendWith(request: IHttpRequestOptions, data: StoredCredential): Promise<Sent> {
		const { httpRequestWithAuthentication } = this.context.helpers;
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
		const key = `${this.seller}:${name}:${share}`;
		const limit = limits.get(key) ?? new RateLimit(rate, burst, share);
		limits.set(key, limit);
		return limit;
	}
}

/** Nothing was sent. */
const CREDENTIAL_UNREADABLE = {
	kind: 'unreachable',
	answer: { message: 'n8n could not read the credential' },
} as const satisfies Sent;

/** The kind of a failure after which an operation that must not be repeated may have taken effect. */
const mayHaveActed = (kind: FailureKind, { repeatable }: Operation): FailureKind | undefined =>
	!repeatable && isUncertain(kind) ? kind : undefined;

/** Whether another attempt can help and does no harm. */
function mayTryAgain(kind: FailureKind, { repeatable }: Operation): boolean {
	switch (kind) {
		case 'throttled':
		case 'unreachable':
		case 'tokenRejected':
			return true;
		default:
			return repeatable && isUncertain(kind);
	}
}

/** Connection failures after which the request cannot have reached Amazon. */
const NEVER_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'];

interface Thrown {
	readonly name?: string;
	readonly message?: string;
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
	if (origin.name === 'LoginWithAmazonError') {
		return { kind: 'login', answer: { message: origin.message } };
	}
	if (origin.name === 'LoginUnavailableError') {
		return { kind: 'unreachable', answer: { message: origin.message } };
	}
	return { kind: NEVER_SENT.includes(origin.code ?? '') ? 'unreachable' : 'answerLost' };
}
