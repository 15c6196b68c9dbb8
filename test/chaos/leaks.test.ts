import { LeakSearch } from './leaks';

const TOKEN = `Atza|Sandbox${'aZ09_-'.repeat(20)}`;
const EMAIL = 'w75qegnekmnz64e@marketplace.example.com';
const NAME = '高橋 健太郎の店';

const search = (): LeakSearch => {
	const made = new LeakSearch();
	made.add('access token', [TOKEN], true);
	made.add('email', [EMAIL]);
	made.add('name', [NAME]);
	return made;
};

const kindsIn = (text: string): string[] =>
	search()
		.find(text)
		.map(({ kind, form }) => `${kind} ${form}`);

describe('the search for secrets', () => {
	it.each([
		['unchanged', (secret: string) => `{"text":"${secret}"}`, 'raw'],
		['in a URL', (secret: string) => `https://x/?q=${encodeURIComponent(secret)}&y=1`, 'URL'],
		['as hex', (secret: string) => Buffer.from(`id:${secret};`).toString('hex'), 'hex'],
		['as base64', (secret: string) => Buffer.from(secret).toString('base64'), 'base64'],
		['inside base64', (secret: string) => Buffer.from(`ab${secret}`).toString('base64'), 'base64'],
		[
			'inside base64url',
			(secret: string) => Buffer.from(`a${secret}b`).toString('base64url'),
			'base64',
		],
		[
			'escaped for JSON',
			(secret: string) =>
				secret.replace(/[@|]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`),
			'JSON',
		],
	])('finds a secret %s', (_, write, form) => {
		expect(kindsIn(write(TOKEN))).toContain(`access token ${form}`);
		expect(kindsIn(write(EMAIL))).toContain(`email ${form}`);
	});

	it('finds a key that is cut off at either end', () => {
		expect(kindsIn(`token ${TOKEN.slice(0, 40)}…`)).toEqual(['access token raw']);
		expect(kindsIn(`…${TOKEN.slice(-40)}`)).toEqual(['access token raw']);
	});

	it('finds text in other scripts in the bytes of a file', () => {
		const leaks = search().findInBytes(Buffer.from(`\0\u0001${NAME}\0`));
		expect(leaks.map(({ kind }) => kind)).toEqual(['name']);
	});

	it('finds secrets at the very start, at the very end, and among other text', () => {
		expect(kindsIn(EMAIL)).toEqual(['email raw']);
		expect(kindsIn(`${'x'.repeat(100_000)}${EMAIL}`)).toEqual(['email raw']);
		expect(kindsIn(`${EMAIL}${TOKEN}`)).toEqual(['email raw', 'access token raw']);
	});

	it('finds nothing if there is nothing, and does not repeat a secret in its report', () => {
		expect(kindsIn(`${TOKEN.slice(0, 20)} ${EMAIL.slice(3)} ${'w75qegne'.repeat(1000)}`)).toEqual(
			[],
		);
		expect(JSON.stringify(search().find(`at ${TOKEN}`))).not.toContain(TOKEN.slice(12, 30));
	});
});
