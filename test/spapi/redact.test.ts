import fc from '../fastCheck';

import { growthOf, IN_PROPORTION } from '../growth';
import { redact } from '../../nodes/shared/spapi/redact';

const ACCESS_TOKEN = 'Atza|IwEBIJedGXjDqsU_vMxykqOMg-SHfYe3CPcedueWEMWSDMaD==';
const REFRESH_TOKEN = 'Atzr|IwEBIMR4n3mQ7-xyz_0123456789';
const RESTRICTED_TOKEN = 'Atz.sprdt|IQEBLzAtAhUAjk0123456789';
const OA2_CS = 'amzn1.oa2-cs.v1.0123456789abcdef0123456789abcdef';
const EMAIL = 'abc123xyz@marketplace.amazon.com';

const SECRETS = [ACCESS_TOKEN, REFRESH_TOKEN, RESTRICTED_TOKEN, OA2_CS, EMAIL];

/** Where secrets appear in texts from Amazon and HTTP libraries. */
const POSITIONS: ReadonlyArray<readonly [string, (secret: string) => string]> = [
	['alone', (secret) => secret],
	['at the start', (secret) => `${secret} was refused`],
	['at the end', (secret) => `refused: ${secret}`],
	['in a sentence', (secret) => `The value ${secret}, which you gave, is wrong.`],
	['in quotes', (secret) => `The value '${secret}' is wrong`],
	['in brackets', (secret) => `The value (${secret}) is wrong`],
	['in angle brackets', (secret) => `Buyer <${secret}>`],
	['in JSON', (secret) => JSON.stringify({ value: secret, other: 1 })],
	['in a header', (secret) => `x-amz-access-token: ${secret}\r\nhost: example`],
	['in a form', (secret) => `grant_type=refresh_token&value=${secret}&client_id=x`],
	['in an encoded form', (secret) => new URLSearchParams({ a: 'b', value: secret }).toString()],
	['in a URL', (secret) => `https://example/?value=${encodeURIComponent(secret)}&x=1`],
	['after a tab, before a line end', (secret) => `a\t${secret}\nb`],
	['twice', (secret) => `${secret} and ${secret}`],
	['in Japanese text', (secret) => `値は「${secret}」です`],
];

describe('redact', () => {
	it.each(POSITIONS)('removes every kind of secret %s', (_, place) => {
		for (const secret of SECRETS) {
			const cleaned = redact(place(secret));
			expect(cleaned).not.toContain(secret);
			expect(cleaned).not.toContain(encodeURIComponent(secret));
			// The part that matters must be gone, too, whether the rest is left or not.
			expect(cleaned).not.toContain(secret === EMAIL ? 'abc123xyz' : secret.slice(-12, -2));
			expect(cleaned).toContain('[redacted]');
		}
	});

	it('keeps the text around a secret', () => {
		expect(redact(`Buyer "${EMAIL}" of order 111-1234567-7654321`)).toBe(
			'Buyer "[redacted]" of order 111-1234567-7654321',
		);
		expect(redact(`refresh_token=${REFRESH_TOKEN}&client_id=abc`)).toBe(
			'refresh_token=[redacted]&client_id=abc',
		);
		expect(redact(`{"access_token":"${ACCESS_TOKEN}","expires_in":3600}`)).toBe(
			'{"access_token":"[redacted]","expires_in":3600}',
		);
	});

	it('ignores letter case', () => {
		for (const secret of SECRETS) {
			expect(redact(secret.toUpperCase())).toBe('[redacted]');
			expect(redact(secret.toLowerCase())).toBe('[redacted]');
		}
	});

	it.each([
		'',
		'Order 111-1234567-7654321 was shipped on 2026-09-03 at 10:00.',
		'https://sellingpartnerapi-na.amazon.com/solicitations/v1/orders/111-1234567-7654321?marketplaceIds=ATVPDKIKX0DER',
		'Access to requested resource is denied.',
		'The access token you provided has expired.',
		'You can’t use this feature to request a review outside the 5-30 day range after the order delivery date.',
		'Missing or invalid request parameters: [marketplaceIds]',
		'amzn1.application-oa2-client.0123456789abcdef',
		'amzn1.sp.solution.0123456789',
		'Contact us @ 9:00, 5 € @ shop, @handle, user@localhost',
		'Atzenhof | Fürth',
		'id 3f2a91c4-7a44-4b0e-9d9c-2f1f0a7b6c5d',
		'日本語のテキスト | 100%',
	])('keeps harmless text as it is: %s', (text) => {
		expect(redact(text)).toBe(text);
	});

	it('does not change text it already cleaned, even with adjacent addresses', () => {
		const address = 'buyer@marketplace.amazon.com';
		const cleaned = redact(address + address);
		expect(cleaned).toContain('[redacted]');
		expect(redact(cleaned)).toBe(cleaned);
	});

	it.each(['a', 'a@', 'a@a.', '%40', '@.', 'Atza'])(
		'takes time proportional to the length of repeated "%s"',
		(part) => {
			const clean = (size: number) => redact(part.repeat(size));
			expect(growthOf(clean, 10_000)).toBeLessThan(IN_PROPORTION);
		},
	);

	it('needs one pass: cleaned text stays as it is', () => {
		fc.assert(
			fc.property(
				fc.array(fc.oneof(fc.string(), fc.constantFrom(...SECRETS)), { maxLength: 6 }),
				(parts) => {
					const cleaned = redact(parts.join(' '));
					expect(redact(cleaned)).toBe(cleaned);
				},
			),
		);
	});
});

describe('redact with any text', () => {
	const charactersOf = (alphabet: string, minLength: number, maxLength: number) =>
		fc
			.array(fc.constantFrom(...alphabet), { minLength, maxLength })
			.map((characters) => characters.join(''));

	const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
	const tokenBody = charactersOf(`${ALPHANUMERIC}-_+/.=`, 16, 60);
	const surroundings = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary' }));

	it('removes every token and client secret', () => {
		fc.assert(
			fc.property(
				fc.constantFrom('Atza|', 'Atzr|', 'Atzc|', 'Atz.sprdt|', 'Atza%7C', 'amzn1.oa2-cs.v1.'),
				tokenBody,
				surroundings,
				surroundings,
				(prefix, body, before, after) => {
					fc.pre(!before.includes(body) && !after.includes(body));
					expect(redact(before + prefix + body + after)).not.toContain(body);
				},
			),
			{ numRuns: 1000 },
		);
	});

	it('removes every email address', () => {
		const local = fc
			.tuple(charactersOf(ALPHANUMERIC, 1, 1), charactersOf(`${ALPHANUMERIC}.+-_%`, 0, 40))
			.map((parts) => parts.join(''));
		const domain = fc
			.tuple(
				fc.array(charactersOf('abcdefghijklmnopqrstuvwxyz0123456789', 1, 20), {
					minLength: 1,
					maxLength: 3,
				}),
				fc.constantFrom('com', 'de', 'jp', 'co.uk', 'amazon'),
			)
			.map(([labels, top]) => `${labels.join('.')}.${top}`);
		fc.assert(
			fc.property(
				local,
				fc.constantFrom('@', '%40'),
				domain,
				surroundings,
				surroundings,
				(name, at, host, before, after) => {
					const address = name + at + host;
					expect(redact(before + address + after)).not.toContain(address);
					expect(redact(`${before} ${address} ${after}`)).not.toContain(at + host);
				},
			),
			{ numRuns: 1000 },
		);
	});
});
