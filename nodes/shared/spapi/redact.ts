/**
 * As written and as a URL or a form encodes them (`%7C` for `|`, `%40` for `@`). Each repetition is
 * bounded or excludes what follows it, so that searching a long text does not take minutes. The
 * part of an address before the `@` has no brackets, so that it never includes the "[redacted]" of
 * something directly before it.
 */
const SECRETS: readonly RegExp[] = [
	/Atz[\w.]{1,12}(?:\||%7C)[^\s"'&,)]+/gi, // tokens of Login with Amazon, restricted data tokens
	/amzn1\.oa2-cs\.[^\s"'&,)]+/gi, // client secrets
	/[^\s"'<>[\]=:,;()@]{1,64}(?:@|%40)[^\s"'<>,;()@%]{1,253}\.[a-z]{2,}/gi, // email addresses
];

/** The text without anything that looks like a token, a client secret or an email address. */
export const redact = (text: string): string =>
	SECRETS.reduce((cleaned, secret) => cleaned.replace(secret, '[redacted]'), text);
