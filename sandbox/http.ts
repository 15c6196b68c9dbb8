import type { UsagePlan } from './rateLimits';
import type { ApplicationName } from './lwa';
import type { SandboxState } from './state';
import type { Seller } from './world/types';

/** One authenticated request, ready for its operation. */
export interface Call {
	readonly state: SandboxState;
	readonly seller: Seller;
	readonly application: ApplicationName;
	readonly params: Readonly<Record<string, string>>;
	readonly query: Readonly<Record<string, string | string[] | undefined>>;
	/** The body as it came, unparsed. */
	readonly body: string;
	/** How the caller reached the sandbox, e.g. `http://127.0.0.1:4010`. */
	readonly origin: string;
	readonly requestId: string;
	/** The time on the sandbox's clock, in milliseconds. */
	readonly now: number;
}

export interface Answer {
	readonly status: number;
	readonly body?: unknown;
	readonly contentType?: string;
}

/** One SP-API operation as the server mounts it. */
export interface Operation extends UsagePlan {
	readonly name: string;
	readonly method: 'GET' | 'POST' | 'DELETE';
	readonly path: string;
	/** The seller's authorization needs one of these; none means open to every authorization. */
	readonly roles?: readonly string[];
	readonly handle: (call: Call) => Answer;
}

/** An error answer in SP-API's shape. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		message: string,
		readonly details = '',
	) {
		super(message);
	}

	body(): unknown {
		return { errors: [{ code: this.code, message: this.message, details: this.details }] };
	}
}

/** 400: the request itself is wrong. */
export const invalidInput = (message: string, details = ''): ApiError =>
	new ApiError(400, 'InvalidInput', message, details);

/** 403 as SP-API words nearly every refusal; `details` tells some of them apart. */
export const accessDenied = (details = ''): ApiError =>
	new ApiError(403, 'Unauthorized', 'Access to requested resource is denied.', details);

/** 403 in made-up words, for clients that go by the words of those they know. */
export const unknownRefusal = (): ApiError =>
	new ApiError(403, 'Unauthorized', 'This order cannot be contacted at the moment.');

/** 403 for every call once the client secret is too old; `message` is that of a missing role. */
export const secretExpired = (): ApiError =>
	accessDenied('The LWA secret token you provided has expired.');

// Of Login with Amazon, whose errors have a shape of their own.
export const unauthorizedClient = (): ApiError =>
	new ApiError(400, 'unauthorized_client', 'Not authorized for requested operation');
export const invalidClient = (): ApiError =>
	new ApiError(401, 'invalid_client', 'Client authentication failed');

export const notFound = (message: string): ApiError => new ApiError(404, 'NotFound', message);

export const throttled = (): ApiError =>
	new ApiError(429, 'QuotaExceeded', 'You exceeded your quota for the requested resource.');

// The wording of 500 and 503 is not documented; clients must go by the status.
export const internalFailure = (): ApiError =>
	new ApiError(500, 'InternalFailure', 'We encountered an internal error. Please try again.');
export const unavailable = (): ApiError =>
	new ApiError(503, 'ServiceUnavailable', 'Service is temporarily unavailable. Please try again.');

export const EXPIRED_TOKEN = 'The access token you provided has expired.';
export const INVALID_TOKEN = 'The access token you provided is revoked, malformed or invalid.';
export const MISSING_TOKEN = 'Access token is missing in the request header.';

/** `x-amzn-ErrorType` by status. Only BadRequestException has been seen in the wild. */
export const ERROR_TYPES: Readonly<Record<number, string>> = {
	400: 'BadRequestException',
	401: 'UnauthorizedException',
	403: 'AccessDeniedException',
	404: 'ResourceNotFoundException',
	429: 'QuotaExceededException',
	500: 'InternalFailureException',
	503: 'ServiceUnavailableException',
};

/** A list parameter: comma separated, repeated, or both. */
export function list(value: string | string[] | undefined): string[] {
	return (Array.isArray(value) ? value : [value ?? ''])
		.flatMap((part) => part.split(','))
		.map((part) => part.trim())
		.filter((part) => part !== '');
}

/** A parameter that may be given once. */
export function single(value: string | string[] | undefined): string | undefined {
	return Array.isArray(value) ? value[0] : value;
}

/** An ISO 8601 parameter in milliseconds; anything else is a 400. */
export function instant(value: string | string[] | undefined, name: string): number | undefined {
	const text = single(value);
	if (text === undefined || text === '') return undefined;
	const millis = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
	if (Number.isNaN(millis)) throw invalidInput(`Invalid value for ${name}: ${text}`);
	return millis;
}

/** Refuses marketplaces the seller does not sell in (unconfirmed: Amazon's real answer). */
export function ownMarketplaces(seller: Seller, ids: readonly string[]): void {
	const own = new Set(seller.marketplaces.map(({ marketplace }) => marketplace.id));
	if (ids.some((id) => !own.has(id))) throw accessDenied();
}
