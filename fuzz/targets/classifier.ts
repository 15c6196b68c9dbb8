import { ok, strictEqual } from 'node:assert';

import {
	outcomeOfRefusal,
	SOLICITATION_OUTCOMES,
} from '../../nodes/AmazonReviewSolicitation/sending/outcome';
import type { FailureKind } from '../../nodes/shared/spapi/failureKinds';
import {
	isTokenRejection,
	kindOfAnswer,
	readAnswer,
	SpApiFailure,
} from '../../nodes/shared/spapi/failure';
import { OPERATIONS, type OperationName } from '../../nodes/shared/spapi/operations';
import { redact } from '../../nodes/shared/spapi/redact';
import { mutateJson } from '../engine/mutateJson';

export const covers = [
	'nodes/shared/spapi/failure.ts',
	'nodes/shared/spapi/redact.ts',
	'nodes/AmazonReviewSolicitation/sending/outcome.ts',
];

/** Appears in these tests only in the secrets below. */
const CANARY = 'canary';

/** The target replaces these marks in an input with secrets. */
const SECRETS: ReadonlyArray<readonly [mark: string, secret: string]> = [
	['\u00a71', `Atza|IwEBI${CANARY}-_0==`],
	['\u00a72', `Atzr%7CIwEBI${CANARY}`],
	['\u00a73', `Atz.sprdt|IQEBL${CANARY}`],
	['\u00a74', `amzn1.oa2-cs.v1.${CANARY}0123456789abcdef`],
	['\u00a75', `${CANARY}@marketplace.amazon.com`],
	['\u00a76', `b2+${CANARY}%40marketplace.amazon.co.jp`],
];

export const words = [
	...SECRETS.map(([mark]) => mark),
	'errors',
	'code',
	'message',
	'details',
	'status',
	'headers',
	'body',
	'x-amzn-requestid',
	'Unauthorized',
	'QuotaExceeded',
	'Access to requested resource is denied.',
	'The access token you provided has expired.',
	'already been requested',
	'outside the ',
	' day range',
	'Atza|',
	'Atz',
	'%7C',
	'%40',
	'@',
	'.com',
	'amzn1.oa2-cs.',
	'can\u2019t',
];

export const mutate = mutateJson(words);

/** The code under test; the tests of these checks replace it with broken versions. */
export interface Classifier {
	readonly readAnswer: typeof readAnswer;
	readonly kindOfAnswer: typeof kindOfAnswer;
	readonly redact: typeof redact;
}

/**
 * How an error response from Amazon is handled. The input is a JSON document of `status`, `body`
 * and `headers`; other bytes are used as a text body, as from a load balancer.
 */
export function fuzz(data: Buffer): void {
	check(data, { readAnswer, kindOfAnswer, redact });
}

export function check(data: Buffer, classifier: Classifier): void {
	const { status, body, headers } = answerIn(withSecrets(data.toString()));
	const answer = classifier.readAnswer(status, body, headers);
	strictEqual(answer.status, status, 'the status');
	for (const text of [answer.code, answer.message, answer.details, answer.requestId]) {
		ok(text === undefined || typeof text === 'string', 'a part of the answer is text');
	}
	const kind = classifier.kindOfAnswer(answer);
	ok(kindsOf(status).includes(kind), `status ${status} is ${kind}`);
	strictEqual(isTokenRejection(answer), kind === 'tokenRejected');

	const outcome = outcomeOfRefusal(answer.message ?? '');
	ok(outcome === undefined || outcome in SOLICITATION_OUTCOMES, `outcome ${outcome}`);
	checkFailure(kind, answer, data.length);
	checkRedaction(data, classifier);
}

interface HttpAnswer {
	readonly status: number;
	readonly body: unknown;
	readonly headers: Readonly<Record<string, unknown>>;
}

function answerIn(text: string): HttpAnswer {
	const { status, body, headers } = recordOf(parsed(text) ?? { body: text });
	const number = typeof status === 'number' ? Math.abs(Math.trunc(status)) % 300 : 100;
	return { status: 300 + number, body, headers: recordOf(headers) };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const recordOf = (value: unknown): Record<string, unknown> =>
	typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** The kinds a status can mean: a 403 has many meanings, the others have one. */
function kindsOf(status: number): readonly FailureKind[] {
	switch (status) {
		case 401:
			return ['tokenRejected'];
		case 403:
			return ['tokenRejected', 'accessDenied', 'refused'];
		case 404:
			return ['notFound'];
		case 429:
			return ['throttled'];
		default:
			return status >= 500 ? ['unavailable'] : ['badRequest'];
	}
}

const withSecrets = (text: string): string =>
	SECRETS.reduce((changed, [mark, secret]) => changed.replaceAll(mark, secret), text);

/** Nothing shown for a failure contains a secret. */
function checkFailure(kind: FailureKind, answer: ReturnType<typeof readAnswer>, pick: number) {
	const operations = Object.keys(OPERATIONS) as OperationName[];
	const operation = operations[pick % operations.length] as OperationName;
	const failure = new SpApiFailure(kind, operation, answer).aboutReport('12345');
	const shown = [failure.message, failure.advice, JSON.stringify(answer)];
	ok(failure.message.length > 0, 'a failure has a message');
	ok(!shown.join('\n').includes(CANARY), `a secret in ${shown.join('\n')}`);
}

/** Long enough for the fuzzer to notice a search whose time grows with the square of the length. */
const LONG = 20_000;

function checkRedaction(data: Buffer, classifier: Classifier): void {
	const text = withSecrets(data.toString());
	const cleaned = classifier.redact(text);
	ok(!cleaned.includes(CANARY), `a secret in ${cleaned}`);
	strictEqual(classifier.redact(cleaned), cleaned, 'redacted once is redacted');
	// A part of the input repeated many times. Only one in eight, because it takes longer than the
	// rest.
	if (data.length % 8 !== 0 || data.length === 0) return;
	const start = ((data.at(-1) ?? 0) * data.length) % text.length;
	const part = text.slice(start, start + 1 + ((data[data.length >> 1] ?? 0) % 40)) || text;
	const long = part.repeat(Math.ceil(LONG / part.length));
	classifier.redact(long);
	outcomeOfRefusal(long);
}
