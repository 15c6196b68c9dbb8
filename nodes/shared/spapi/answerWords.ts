import { jsonParse } from 'n8n-workflow';
import { z } from 'zod';

import { redact } from './redact';

/** What an answer says, as far as it could be read. */
export interface Words {
	readonly code?: string;
	readonly message?: string;
	readonly details?: string;
}

/** How many characters of a text are searched for words, and how many are repeated at most. */
const LOOKED_AT = 10_000;
const LONGEST = 1_000;
const LONGEST_OF_TEXT = 300;

/** Text or nothing: an unexpected value in one field must not affect the others. */
const text = z
	.string()
	.nullish()
	.catch(undefined)
	.transform((found) => found ?? undefined);

const errorSchema = z
	.object({
		code: z.union([text, z.number().transform(String)]).catch(undefined),
		message: text,
		details: text,
		// Documents of failed reports use this name for the message.
		errorDetails: text,
	})
	.transform(({ errorDetails, ...error }) => ({
		...error,
		message: error.message ?? errorDetails,
	}));

const saysSomething = (words: Words): boolean => Object.values(words).some(Boolean);

/** There may be a useful error next to a null or a text. */
const errorsSchema = z
	.array(errorSchema.nullable().catch(null))
	.transform(
		(errors) => errors.find((error) => error !== null && saysSomething(error)) ?? undefined,
	);

/** The format of Amazon's gateway and of Login with Amazon. */
const bareSchema = z
	.object({ message: text, Message: text, error_description: text })
	.transform(({ message, Message, error_description }) => ({
		message: message ?? Message ?? error_description,
	}));

/** Amazon's list of errors. */
const errorListSchema = z.object({ errors: errorsSchema }).transform(({ errors }) => errors);

/** Nearly all answers have none of these: looking first takes a hundredth of the time. */
const hasAny = (body: unknown, ...names: readonly string[]): boolean =>
	typeof body === 'object' && body !== null && names.some((name) => name in body);

/** The first error of an answer in Amazon's format; undefined without an error. */
export const firstErrorOf = (body: unknown): Words | undefined =>
	hasAny(body, 'errors') ? errorListSchema.safeParse(body).data : undefined;

const bareWordsOf = (body: unknown): Words | undefined =>
	hasAny(body, 'message', 'Message', 'error_description')
		? bareSchema.safeParse(body).data
		: undefined;

/**
 * Reads what an answer says, without secrets: Amazon's list of errors, whole or cut off, a
 * gateway's message, the title of a web page, or the first words of a text. Anything unreadable is
 * left out.
 */
export function wordsOf(body: unknown): Words {
	if (typeof body === 'string') return wordsOfText(body.slice(0, LOOKED_AT).trim());
	return clean(firstErrorOf(body) ?? bareWordsOf(body) ?? {}, LONGEST);
}

/**
 * The first words of a document that says why a report failed, in any format; undefined without
 * words.
 */
export function reasonIn(document: string): string | undefined {
	const body = jsonParse<unknown>(document.trim(), { fallbackValue: null });
	const error =
		errorsSchema.safeParse(body).data ??
		firstErrorOf(body) ??
		errorSchema.safeParse(body).data ??
		wordsOf(body ?? document);
	const { message, details } = clean(error, LONGEST_OF_TEXT);
	return (
		[message, details].filter(Boolean).join(' ').slice(0, LONGEST_OF_TEXT) ||
		(typeof body === 'string' ? clean({ message: body }, LONGEST_OF_TEXT).message : undefined)
	);
}

/** Whether a text is a web page; no answer from Amazon's API and no report is one. */
export const isWebPage = (start: string): boolean =>
	/^[\s\uFEFF]*(?:<!--[^>]{0,500}>\s*)?<(?:!doctype\s+html|html|head|body)\b/i.test(start);

function wordsOfText(found: string): Words {
	const whole = jsonParse<unknown>(found, { fallbackValue: null });
	if (typeof whole === 'object' && whole !== null) return wordsOf(whole);
	if (isWebPage(found)) {
		const title = /<(?:title|h1)\b[^>]{0,500}>([^<]{1,500})/i.exec(found)?.[1];
		const name = clean({ message: title }, LONGEST_OF_TEXT).message;
		return { message: name === undefined ? 'a web page' : `a web page, "${name}"` };
	}
	if (/^[{[]/.test(found)) {
		const words = {
			code: fieldOf(found, 'code'),
			message: fieldOf(found, 'message'),
			details: fieldOf(found, 'details'),
		};
		return clean(words, LONGEST);
	}
	const message = /<Message>([^<]{1,500})/.exec(found)?.[1] ?? found;
	return clean({ message }, LONGEST_OF_TEXT);
}

/** A field of JSON that is cut off, possibly within that field. */
function fieldOf(json: string, name: string): string | undefined {
	const found = new RegExp(`"${name}"\\s*:\\s*"((?:[^"\\\\]|\\\\.)*)`).exec(json)?.[1];
	return found && jsonParse<string>(`"${found}"`, { fallbackValue: found });
}

/** Without secrets, line breaks and empty fields, and shortened. */
function clean({ code, message, details }: Words, atMost: number): Words {
	const cleaned = (field?: string): string | undefined => {
		const all = redact(
			(field ?? '')
				.slice(0, LOOKED_AT)
				.replace(/[\s\p{Cc}]+/gu, ' ')
				.trim(),
		);
		return (all.length > atMost ? `${all.slice(0, atMost)}…` : all) || undefined;
	};
	return { code: cleaned(code), message: cleaned(message), details: cleaned(details) };
}
