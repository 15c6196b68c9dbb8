import { MARKETPLACES, type Region } from '../../nodes/shared/domain/marketplaces';
import {
	apiBaseUrl,
	documentUrlProblem,
	loginUrl,
	primaryMarketplaceOf,
} from '../../nodes/shared/spapi/endpoints';
import { growthOf, IN_PROPORTION } from '../growth';

const US = 'ATVPDKIKX0DER';
const DE = 'A1PA6795UKMFR9';
const JP = 'A1VC38T7YXB528';

const custom = (
	customBaseUrl: string | undefined,
	primaryMarketplace = US,
	customHostIsMine: boolean | undefined = true,
) => ({
	environment: 'custom' as const,
	customBaseUrl,
	customHostIsMine,
	primaryMarketplace,
});

describe('apiBaseUrl', () => {
	it.each([
		['production', US, 'https://sellingpartnerapi-na.amazon.com'],
		['production', DE, 'https://sellingpartnerapi-eu.amazon.com'],
		['production', JP, 'https://sellingpartnerapi-fe.amazon.com'],
		['sandbox', US, 'https://sandbox.sellingpartnerapi-na.amazon.com'],
		['sandbox', DE, 'https://sandbox.sellingpartnerapi-eu.amazon.com'],
		['sandbox', JP, 'https://sandbox.sellingpartnerapi-fe.amazon.com'],
	] as const)('in %s and for %s returns %s', (environment, primaryMarketplace, url) => {
		expect(apiBaseUrl({ environment, primaryMarketplace })).toBe(url);
		const leftOver = { environment, primaryMarketplace, customBaseUrl: 'https://left.over' };
		expect(apiBaseUrl(leftOver)).toBe(url);
	});

	it('includes the region in the host for every marketplace', () => {
		for (const { id, region } of MARKETPLACES) {
			const url = apiBaseUrl({ environment: 'production', primaryMarketplace: id });
			expect(url).toContain(`-${region}.`);
		}
	});

	it('uses another region when one is given', () => {
		for (const region of ['na', 'eu', 'fe'] satisfies Region[]) {
			const fields = { environment: 'production' as const, primaryMarketplace: US };
			expect(apiBaseUrl(fields, region)).toContain(`-${region}.`);
			expect(apiBaseUrl(custom('http://localhost:9000/{region}'), region)).toBe(
				`http://localhost:9000/${region}`,
			);
		}
	});

	it.each([
		['http://localhost:9000', 'http://localhost:9000'],
		['http://localhost:9000/', 'http://localhost:9000'],
		['https://proxy.example/sp-api///', 'https://proxy.example/sp-api'],
		['  https://proxy.example/sp-api/ \n', 'https://proxy.example/sp-api'],
		['https://{region}.proxy.example/', 'https://eu.proxy.example'],
		['https://proxy.example/{region}/', 'https://proxy.example/eu'],
		['https://{region}.proxy.example/{region}', 'https://eu.proxy.example/eu'],
	])('reads the custom base URL %j as %s', (written, url) => {
		expect(apiBaseUrl(custom(written, DE))).toBe(url);
	});

	it.each(['/', '/a', 'a.', '{region}', '://'])(
		'reads a custom base URL of repeated "%s" in time proportional to its length',
		(part) => {
			const read = (size: number): void => {
				const url = `https://proxy.example/${part.repeat(size)}?`;
				expect(() => apiBaseUrl(custom(url))).toThrow(/is unsafe/);
			};
			expect(growthOf(read, 4_000)).toBeLessThan(IN_PROPORTION);
		},
	);

	it.each([
		undefined,
		'',
		'   ',
		'localhost:9000',
		'proxy.example',
		'//proxy.example',
		'ftp://proxy.example',
		'https://',
		'http:///path',
		'https:proxy.example',
		'javascript:alert(1)//https://x',
	])('rejects the custom base URL %p and says what it has to start with', (written) => {
		expect(() => apiBaseUrl(custom(written))).toThrow(/'Base URL'.*http:\/\/ or https:\/\//);
	});
});

describe('a custom base URL, which receives the secrets', () => {
	it.each([
		'https://proxy.example',
		'https://proxy.example:8443/x',
		'HTTPS://Proxy.example',
		'http://localhost:9000',
		'http://sandbox:4010',
		'http://127.0.0.1:4010',
		'http://127.1',
		'http://[::1]:4010/na',
		'http://10.1.2.3',
		'http://172.16.0.9:80/x',
		'http://172.31.0.9',
		'http://192.168.1.20:9000',
		'http://emulator.localhost:9000',
		'http://host.docker.internal:4010',
	])('may be %s', (url) => {
		expect(apiBaseUrl(custom(url))).toBe(url);
		expect(loginUrl(custom(url))).toBe(`${url}/auth/o2/token`);
	});

	it.each([
		'http://proxy.example',
		'http://8.8.8.8',
		'http://134744072',
		'http://134744072:80/x',
		'http://0x8080808',
		'https://[',
		'https://host:99999',
		'http://192.168.999.1',
		'http://172.32.0.1',
		'http://172.15.0.1',
		'http://1270.0.0.1',
		'http://10.evil.example',
		'http://127.0.0.1.evil.example',
		'http://192.168.1.1.evil.example:80/',
		'http://localhost.evil.example',
		'http://localhost@evil.example',
		'http://evil.example/.localhost',
		'https://sellingpartnerapi-na.amazon.com@evil.example',
		'https://user:password@proxy.example',
		'https://evil.example\\@sellingpartnerapi-na.amazon.com',
		'https://proxy.example/?to=',
		'https://proxy.example/#',
		'https://proxy.example/a b',
	])('is rejected as %s, confirmed or not', (url) => {
		expect(() => apiBaseUrl(custom(url))).toThrow(/is unsafe for your client secret/);
		expect(() => loginUrl(custom(url, US, false))).toThrow(/is unsafe for your client secret/);
	});

	it.each([false, undefined])('receives nothing until it is confirmed (%p)', (confirmed) => {
		const credentials = { ...custom('https://proxy.example:8443/x'), customHostIsMine: confirmed };
		for (const make of [() => apiBaseUrl(credentials), () => loginUrl(credentials)]) {
			expect(make).toThrow(
				/proxy\.example:8443 would receive your client secret and refresh token/,
			);
		}
	});
});

describe('documentUrlProblem', () => {
	const production = { environment: 'production' as const, primaryMarketplace: US };

	it.each([
		'https://tortuga-prod-na.s3-external-1.amazonaws.com/doc?X-Amz-Signature=1',
		'https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/doc',
		'https://d34o8swod1owfl.cloudfront.net/Report_47700.txt',
	])('accepts %s', (address) => {
		expect(documentUrlProblem(production, address)).toBeUndefined();
		expect(documentUrlProblem({ ...production, environment: 'sandbox' }, address)).toBeUndefined();
		expect(documentUrlProblem(custom('http://localhost:4010'), address)).toBeUndefined();
	});

	it.each([
		['http://tortuga-prod-na.s3-external-1.amazonaws.com/doc', 'its address is not https'],
		['ftp://bucket.s3.amazonaws.com/doc', 'its address is not https'],
		['file:///etc/passwd', 'its address is not https'],
		['https://evil.example/doc', 'its host, evil.example, is not one where'],
		[
			'https://amazonaws.com.evil.example/doc',
			'its host, amazonaws.com.evil.example, is not one where',
		],
		['https://evilamazonaws.com/doc', 'its host, evilamazonaws.com, is not one where'],
		['https://169.254.169.254/latest/meta-data', 'its host, 169.254.169.254, is not one where'],
		['https://localhost/doc', 'its host, localhost, is not one where'],
		['https://user@bucket.s3.amazonaws.com/doc', 'its address contains a user name'],
		['nonsense', 'its address is not a URL'],
	])('rejects %s', (address, problem) => {
		expect(documentUrlProblem(production, address)).toContain(problem);
		expect(documentUrlProblem(custom('http://emulator:4010'), address)).toContain(problem);
	});

	it("accepts a document only on the custom base URL's own host", () => {
		const emulator = custom('http://emulator:4010/{region}');
		expect(documentUrlProblem(emulator, 'http://emulator:4010/documents/1')).toBeUndefined();
		expect(documentUrlProblem(emulator, 'http://emulator:9000/documents/1')).toBeUndefined();
		expect(documentUrlProblem(emulator, 'http://other:4010/documents/1')).toContain('not https');
		expect(documentUrlProblem(emulator, 'http://me@emulator:4010/1')).toContain('user name');
		const proxy = custom('https://proxy.example');
		expect(documentUrlProblem(proxy, 'https://proxy.example/documents/1')).toBeUndefined();
		expect(documentUrlProblem(proxy, 'http://proxy.example/documents/1')).toContain('not https');
		const leftOver = { ...emulator, environment: 'production' as const };
		expect(documentUrlProblem(leftOver, 'https://emulator/documents/1')).toContain(
			'is not one where',
		);
	});
});

describe('loginUrl', () => {
	it.each(['production', 'sandbox'] as const)(
		'is the same URL for all regions in %s',
		(environment) => {
			for (const primaryMarketplace of [US, DE, JP]) {
				expect(loginUrl({ environment, primaryMarketplace })).toBe(
					'https://api.amazon.com/auth/o2/token',
				);
			}
		},
	);

	it('uses the custom base URL if there is one', () => {
		expect(loginUrl(custom('http://localhost:9000/'))).toBe('http://localhost:9000/auth/o2/token');
		expect(loginUrl(custom('http://localhost/{region}', JP))).toBe(
			'http://localhost/fe/auth/o2/token',
		);
	});
});

describe('primaryMarketplaceOf', () => {
	it("finds the credential's marketplace", () => {
		expect(primaryMarketplaceOf({ primaryMarketplace: DE }).countryCode).toBe('DE');
	});

	it.each(['', 'XX', 'A1F83G8C2ARO7'])('names the unknown marketplace "%s"', (id) => {
		expect(() => primaryMarketplaceOf({ primaryMarketplace: id })).toThrow(
			`Could not use the credential: its marketplace "${id}" is unknown`,
		);
	});
});
