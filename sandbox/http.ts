import type { HabitName } from './habits';
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
	/** The body as received, unparsed. */
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
	/** The seller's authorization needs one of these; without roles, any authorization will do. */
	readonly roles?: readonly string[];
	/** With this habit, the rate limit counts all sellers of the application together. */
	readonly sharedWith?: HabitName;
	readonly handle: (call: Call) => Answer;
}

/** An error response in SP-API's format. */
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

/** 403 with the text SP-API uses for nearly every refusal; `details` distinguishes some of them. */
export const accessDenied = (details = ''): ApiError =>
	new ApiError(403, 'Unauthorized', 'Access to requested resource is denied.', details);

const ROLE_WORDS = [
	'Access to requested resource is denied.',
	'Access to the resource is forbidden',
	'Unauthorized to access requested fields.',
] as const;

/** 403 for a missing role; with the habit, the text differs each time. */
export function missingRole(state: SandboxState, isTraffic = false): ApiError {
	if (!state.habits.refusalWords) return accessDenied();
	const turn = state.roleRefusals++ % (isTraffic ? 3 : 2);
	const details = turn === 2 ? 'Unauthorized to access: [salesAndTrafficByDate]' : '';
	return new ApiError(403, 'Unauthorized', ROLE_WORDS[turn] ?? ROLE_WORDS[0], details);
}

/** 403 of Data Kiosk, which checks fields one by one. */
export const fieldsRefused = (fields: readonly string[]): ApiError =>
	new ApiError(
		403,
		'Unauthorized',
		'Unauthorized to access requested fields.',
		`Unauthorized to access: [${fields.join(', ')}]`,
	);

/** 403 with a made-up text, for clients that depend on the texts they recognize. */
export const unknownRefusal = (): ApiError =>
	new ApiError(403, 'Unauthorized', 'This order cannot be contacted at the moment.');

/**
 * 403 for every call once the client secret is too old; `message` is the same as for a missing
 * role.
 */
export const secretExpired = (): ApiError =>
	accessDenied('The LWA secret token you provided has expired.');

// Login with Amazon has its own error format.
export const unauthorizedClient = (): ApiError =>
	new ApiError(400, 'unauthorized_client', 'Not authorized for requested operation');
export const invalidClient = (): ApiError =>
	new ApiError(401, 'invalid_client', 'Client authentication failed');

export const notFound = (message: string): ApiError => new ApiError(404, 'NotFound', message);

export const throttled = (): ApiError =>
	new ApiError(429, 'QuotaExceeded', 'You exceeded your quota for the requested resource.');

// The texts of 500 and 503 are not documented; clients must use the status.
export const internalFailure = (): ApiError =>
	new ApiError(500, 'InternalFailure', 'We encountered an internal error. Please try again.');
export const unavailable = (): ApiError =>
	new ApiError(503, 'ServiceUnavailable', 'Service is temporarily unavailable. Please try again.');

export const EXPIRED_TOKEN = 'The access token you provided has expired.';
export const INVALID_TOKEN = 'The access token you provided is revoked, malformed or invalid.';
export const MISSING_TOKEN = 'Access token is missing in the request header.';

/** `x-amzn-ErrorType` by status. Only BadRequestException has been seen in practice. */
export const ERROR_TYPES: Readonly<Record<number, string>> = {
	400: 'BadRequestException',
	401: 'UnauthorizedException',
	403: 'AccessDeniedException',
	404: 'ResourceNotFoundException',
	429: 'QuotaExceededException',
	500: 'InternalFailureException',
	503: 'ServiceUnavailableException',
};

/** The body of a request as JSON; anything else is a 400. */
export function readJson(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		throw invalidInput('Could not parse the request body');
	}
}

/** A list parameter: comma separated, repeated, or both. */
export function list(value: string | string[] | undefined): string[] {
	return (Array.isArray(value) ? value : [value ?? ''])
		.flatMap((part) => part.split(','))
		.map((part) => part.trim())
		.filter((part) => part !== '');
}

/** A parameter that may be given only once. */
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

/** Refuses marketplaces the seller does not sell in (unconfirmed: Amazon's real response). */
export function ownMarketplaces(seller: Seller, ids: readonly string[]): void {
	const own = new Set(seller.marketplaces.map(({ marketplace }) => marketplace.id));
	if (ids.some((id) => !own.has(id))) throw accessDenied();
}

/** A finished response, ready to send. */
export interface WireAnswer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly payload: string | Buffer;
}
