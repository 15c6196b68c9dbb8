// cspell:ignore cancelled
import { gzipSync } from 'node:zlib';

import { DateTime } from 'luxon';
import type { INodeParameters } from 'n8n-workflow';

import { runNode, type NodeRun } from './harness';
import { expectToMatchOutputSchema } from './outputSchema';
import { connect } from './sandboxCredential';
import { expectMiddleItemToFailAlone } from './threeItems';
import { useSandbox } from './useSandbox';

const US = 'ATVPDKIKX0DER';

const inUse = useSandbox();

beforeAll(() => {
	for (const seller of ['second', 'japan']) connect(inUse.credentials, inUse.sandbox, seller);
});

const locator = (value: string) => ({ __rl: true, mode: 'id', value });

const getMany = async (
	parameters: INodeParameters = {},
	credentialId = 'demo',
	items?: Parameters<typeof runNode>[0]['items'],
): Promise<NodeRun> =>
	await runNode({
		type: 'amazonSellerFeedback',
		parameters: {
			resource: 'feedback',
			operation: 'getMany',
			marketplace: locator(''),
			returnAll: true,
			simplify: true,
			filters: {},
			options: {},
			...parameters,
		},
		credentials: inUse.credentials,
		credentialId,
		items,
	});

const daysAgo = (days: number, zone = 'America/Los_Angeles'): string =>
	DateTime.now().setZone(zone).minus({ days }).toISODate() ?? '';

/** The expected rows, straight from the sandbox's world; all kinds of line breaks count as one. */
const truthOf = (seller: string, marketplaceId: string, from: string) =>
	inUse.sandbox.truth
		.feedback(seller, marketplaceId, { from })
		.map(({ orderId, rating, date, comment }) => ({
			orderId,
			rating,
			date,
			comment: comment.trim().replaceAll('\r\n', '\n'),
		}))
		.toSorted((a, b) => a.orderId.localeCompare(b.orderId));

const outputOf = ({ items }: NodeRun) =>
	items
		.map(({ orderId, rating, date, comment }) => ({ orderId, rating, date, comment }))
		.toSorted((a, b) => String(a.orderId).localeCompare(String(b.orderId)));

describe('Feedback: Get Many', () => {
	it.each([
		['demo', US, 'America/Los_Angeles'],
		['demo', 'A2EUQ1WTGCTBG2', 'America/Los_Angeles'],
		['second', 'A1PA6795UKMFR9', 'Europe/Berlin'],
		['second', 'A1F83G8C2ARO7P', 'Europe/London'],
		['second', 'A13V1IB3VIYZZH', 'Europe/Paris'],
		['japan', 'A1VC38T7YXB528', 'Asia/Tokyo'],
		['japan', 'A39IBJ37TRP1C6', 'Australia/Sydney'],
	])('agrees with the world of seller %s in %s', async (seller, marketplaceId, zone) => {
		const run = await getMany({ marketplace: locator(marketplaceId) }, seller);
		expect(run.error).toBeUndefined();
		const expected = truthOf(seller, marketplaceId, daysAgo(365, zone));
		expect(expected.length).toBeGreaterThan(0);
		expect(outputOf(run)).toEqual(expected);
	});

	it.each([
		{ feedbackLayout: 'legacy9' },
		{ feedbackLayout: 'legacy10', feedbackLineEnd: 'lf' },
		{ feedbackCharset: 'windows-1252' },
	] as const)('reads the same rows with %p', async (settings) => {
		inUse.sandbox.settings.set(settings);
		expect(outputOf(await getMany())).toEqual(truthOf('demo', US, daysAgo(365)));
	});

	it('describes each feedback entry, newest first, without the buyer email', async () => {
		const { items } = await getMany({ marketplace: locator('us') });
		const [first] = items;
		expect(Object.keys(first ?? {})).toEqual([
			'seller',
			'orderId',
			'date',
			'rating',
			'sentiment',
			'comment',
			'hasComment',
			'response',
			'marketplace',
			'marketplaceId',
			'summary',
			'orderUrl',
		]);
		expect(items.map(({ date }) => date)).toEqual(
			items.map(({ date }) => date).toSorted((a, b) => String(b).localeCompare(String(a))),
		);
		for (const { rating, sentiment, comment, hasComment } of items) {
			expect(sentiment).toBe(rating === 3 ? 'neutral' : 'negative');
			expect(hasComment).toBe(comment !== '');
		}
		expect(JSON.stringify(items)).not.toContain('@');
		expectToMatchOutputSchema('AmazonSellerFeedback', 'feedback/getMany', items);
	});

	it('returns the buyer email only on request, and the raw fields without Simplify', async () => {
		const { items } = await getMany({ simplify: false, options: { includeBuyerEmail: true } });
		expect(items[0]).toMatchObject({ timeZone: 'America/Los_Angeles' });
		for (const { buyerEmail } of items) expect(buyerEmail).toMatch(/@marketplace\.amazon\./);
	});

	it('applies limit, since and ratings', async () => {
		const since = daysAgo(120);
		const truth = truthOf('demo', US, since).filter(({ rating }) => rating <= 2);
		expect(truth.length).toBeGreaterThan(1);
		const all = await getMany({ filters: { since, ratings: [1, 2] } });
		expect(outputOf(all)).toEqual(truth);
		const limited = await getMany({
			returnAll: false,
			limit: 1,
			filters: { since, ratings: [1, 2] },
		});
		expect(limited.items).toEqual(all.items.slice(0, 1));
	});

	it('reads a time as the calendar day in the marketplace', async () => {
		const day = daysAgo(60);
		// Five in the morning in Berlin, the workflow's zone; still the day before in Los Angeles.
		const { items } = await getMany({ filters: { since: `${day}T05:00:00` } });
		const dayBefore = DateTime.fromISO(day, { zone: 'utc' }).minus({ days: 1 }).toISODate() ?? '';
		expect(items).toHaveLength(truthOf('demo', US, dayBefore).length);
	});

	it('requests at least five days, because Amazon refuses less, and returns only the selected days', async () => {
		const created = inUse.sandbox.requests.length;
		const run = await getMany({ filters: { since: daysAgo(0) } });
		expect(run.error).toBeUndefined();
		expect(run.items).toHaveLength(truthOf('demo', US, daysAgo(0)).length);
		expect(inUse.sandbox.requests.slice(created).map(({ operation }) => operation)).toContain(
			'createReport',
		);
	});

	it('returns no rows and explains in a hint what a canceled report may mean, never zero', async () => {
		inUse.sandbox.faults.add({ kind: 'reportCancelled' });
		const run = await getMany();
		expect(run.error).toBeUndefined();
		expect(run.items).toEqual([]);
		expect(run.hints.join()).toMatch(/canceled.*no feedback.*or Amazon refused.*may not be zero/s);
	});

	it('names an unreadable line in a hint and, on request, in an item, and keeps the others', async () => {
		inUse.sandbox.settings.set({ feedbackUnreadableRow: true });
		const hinted = await getMany();
		expect(outputOf(hinted)).toEqual(truthOf('demo', US, daysAgo(365)));
		expect(hinted.hints.join()).toMatch(/1 line\(s\).*line \d+/);
		const { items } = await getMany({ options: { outputUnreadableLines: true } });
		expect(items.at(-1)).toMatchObject({ unreadable: true, line: expect.any(Number) as number });
		expect(items).toHaveLength(hinted.items.length + 1);
	});

	it('loses only the incomplete last line of a truncated report', async () => {
		const { items: whole } = await getMany();
		inUse.sandbox.settings.set({ feedbackTruncated: true });
		const run = await getMany();
		expect(run.items.length).toBeGreaterThanOrEqual(whole.length - 1);
		expect(run.items.length + run.hints.length).toBeGreaterThanOrEqual(whole.length);
	});

	it('stops waiting after the set time and picks up the report by its ID', async () => {
		inUse.sandbox.faults.add({ kind: 'reportStuck' });
		const stuck = await getMany({ options: { waitMinutes: 0 } });
		expect(stuck.error?.message).toMatch(/report \d+: Amazon is still preparing it/);
		expect(stuck.error?.description).toMatch(/Nothing is lost/);

		const done = await getMany();
		const reportId = inUse.sandbox.requests.findLast(
			({ operation }) => operation === 'getReport',
		)?.path;
		const before = inUse.sandbox.requests.length;
		const resumed = await getMany({ options: { reportId: reportId?.split('/').at(-1) ?? '' } });
		expect(resumed.items).toEqual(done.items);
		expect(inUse.sandbox.requests.slice(before).map(({ operation }) => operation)).not.toContain(
			'createReport',
		);
	});

	it('rejects a report of another marketplace', async () => {
		await getMany({ marketplace: locator('CA') });
		const path = inUse.sandbox.requests.findLast(
			({ operation }) => operation === 'getReport',
		)?.path;
		const { error } = await getMany({ options: { reportId: path?.split('/').at(-1) ?? '' } });
		expect(error?.message).toMatch(/Could not use report \d+: it is GET_SELLER_FEEDBACK_DATA/);
	});

	it('names the report when waiting for it fails', async () => {
		inUse.sandbox.faults.add({ kind: 'error503', operation: 'getReport', times: 'always' });
		const { error } = await getMany();
		expect(error?.description).toMatch(/Report \d+ was requested and can be picked up/);
	});

	it('returns an item that says nothing is known, on request or for an agent', async () => {
		inUse.sandbox.faults.add({ kind: 'reportCancelled', times: 2 });
		const { items } = await getMany({ options: { whenCancelled: 'item' } });
		expect(items).toEqual([expect.objectContaining({ feedbackKnown: false, marketplace: 'US' })]);
		const asTool = await runNode({
			type: 'amazonSellerFeedbackTool',
			parameters: {
				resource: 'feedback',
				operation: 'getMany',
				marketplace: locator(''),
				returnAll: true,
				simplify: true,
				filters: {},
				options: {},
			},
			credentials: inUse.credentials,
		});
		expect(asTool.items[0]).toMatchObject({ feedbackKnown: false });
	});

	it('says that Amazon gave up on a report', async () => {
		inUse.sandbox.faults.add({ kind: 'reportFatal' });
		const { error } = await getMany();
		expect(error?.message).toMatch(/report \d+: Amazon failed to make it/);
	});

	it('fetches a document again when its URL has expired', async () => {
		inUse.sandbox.faults.add({ kind: 'expiredDocument' });
		expect(outputOf(await getMany())).toEqual(truthOf('demo', US, daysAgo(365)));
	});

	it('requests one report for all items of the same marketplace', async () => {
		const before = inUse.sandbox.requests.length;
		const { items, links } = await getMany({ returnAll: false, limit: 1 }, 'demo', [
			{ json: { tag: 'a' } },
			{ json: { tag: 'b' } },
			{ json: { tag: 'c' } },
		]);
		expect(items).toHaveLength(3);
		expect(links).toEqual(['a', 'b', 'c']);
		const created = inUse.sandbox.requests
			.slice(before)
			.filter(({ operation }) => operation === 'createReport');
		expect(created).toHaveLength(1);
	});

	it('keeps an invalid item from affecting the valid ones', async () => {
		await expectMiddleItemToFailAlone({
			type: 'amazonSellerFeedback',
			parameters: {
				resource: 'feedback',
				operation: 'getMany',
				marketplace: locator('={{ $json.market }}'),
				returnAll: false,
				limit: 2,
				simplify: true,
				filters: {},
				options: {},
			},
			credentials: inUse.credentials,
			items: [
				{ json: { market: 'US' } },
				{ json: { market: 'Atlantis' } },
				{ json: { market: 'CA' } },
			],
			message: /Could not use 'Marketplace': the value is invalid/,
		});
	});

	it('rejects a marketplace of another region and says which credential it needs', async () => {
		const { error } = await getMany({ marketplace: locator('DE') });
		expect(error?.message).toMatch(
			/the marketplace Germany: the credential is for a different region/,
		);
		expect(error?.description).toMatch(/region Europe; this one is for North America/);
	});

	it('rejects text that is not a date', async () => {
		const { error } = await getMany({ filters: { since: 'yesterday-ish' } });
		expect(error?.message).toMatch(/Could not use 'Since': the value is invalid/);
	});
});

it('rejects a day that does not exist instead of requesting it', async () => {
	const before = inUse.sandbox.requests.length;
	const { error } = await getMany({ filters: { since: '2025-02-30' } });
	expect(error?.message).toBe("Could not use 'Since': the value is invalid");
	expect(inUse.sandbox.requests.length).toBe(before);
});

describe('Feedback: Parse Report', () => {
	const binary = (text: string | Buffer, fileName = 'feedback.txt') => ({
		data: {
			data: Buffer.from(text).toString('base64'),
			mimeType: 'text/plain',
			fileName,
		},
	});
	const header = 'Datum\tBewertung\tKommentare\tIhre Antwort\tBestellnummer\tE-Mail';
	const report = `${header}\r\n03.09.26\t1\tKam "nie" an – schade\t\t303-1234567-7654321\tx1@marketplace.amazon.de\r\n04.09.26\t3\t\t\t303-1234567-7654322\tx2@marketplace.amazon.de`;
	const parameters = {
		resource: 'feedback',
		operation: 'parseReport',
		binaryPropertyName: 'data',
		marketplace: locator('DE'),
		simplify: true,
		options: {},
	};

	it('reads a file from Seller Central without a credential', async () => {
		const { items, error } = await runNode({
			type: 'amazonSellerFeedback',
			parameters,
			items: [{ json: {}, binary: binary(report) }],
		});
		expect(error).toBeUndefined();
		expect(items).toEqual([
			{
				orderId: '303-1234567-7654321',
				date: '2026-09-03',
				rating: 1,
				sentiment: 'negative',
				comment: 'Kam "nie" an – schade',
				hasComment: true,
				response: '',
				marketplace: 'DE',
				marketplaceId: 'A1PA6795UKMFR9',
				summary:
					'Germany: Negative feedback, 1 star, for order 303-1234567-7654321: "Kam "nie" an – schade"',
				orderUrl: 'https://sellercentral-europe.amazon.com/orders-v3/order/303-1234567-7654321',
			},
			expect.objectContaining({ rating: 3, sentiment: 'neutral', hasComment: false }),
		]);
		expectToMatchOutputSchema('AmazonSellerFeedback', 'feedback/parseReport', items);
	});

	it('reads line breaks, UTF-16 without a mark, and rows of another marketplace', async () => {
		const text = `${report}\r\n05/09/26\t2\tOpened.\nBroken.\t\t203-1234567-7654323\tx3@marketplace.amazon.co.uk\r\n`;
		const { items, hints, error } = await runNode({
			type: 'amazonSellerFeedback',
			parameters,
			items: [{ json: {}, binary: binary(Buffer.from(text, 'utf16le')) }],
		});
		expect(error).toBeUndefined();
		expect(items.map(({ date, marketplace, comment }) => [date, marketplace, comment])).toEqual([
			['2026-09-03', 'DE', 'Kam "nie" an – schade'],
			['2026-09-04', 'DE', ''],
			['2026-09-05', 'GB', 'Opened.\nBroken.'],
		]);
		expect(hints.join(' ')).toContain('1 row(s) of the feedback report have');
	});

	it('reads a large file whose base64 has other characters in it as n8n does, also without padding', async () => {
		const lines = Array.from(
			{ length: 20_000 },
			(_, index) =>
				`03.09.26\t1\tNie\t\t303-1234567-${String(index).padStart(7, '0')}\tx@marketplace.amazon.de`,
		);
		const bytes = Buffer.from(
			[header, ...lines, '03.09.26\t2\tx\t\t303-7654321-0000000\tx'].join('\r\n'),
		);
		const base64 = bytes.toString('base64').replace(/=+$/, '');
		expect(base64.length).toBeGreaterThan(1.25 * 1024 * 1024);
		const texts = [
			base64.replace(/.{76}/g, '$&\r\n'),
			base64.replace(/.{76}/g, '$&\0'),
			`${base64.slice(0, 1001)}.${base64.slice(1001)}=${base64}`,
			`data:text/plain;base64,${base64}`,
			'\n'.repeat(1024 * 1024) + gzipSync(bytes).toString('base64'),
		];
		for (const data of texts) {
			const { items, error } = await runNode({
				type: 'amazonSellerFeedback',
				parameters,
				items: [{ json: {}, binary: { data: { data, mimeType: 'text/plain' } } }],
			});
			expect(error).toBeUndefined();
			expect(items).toHaveLength(20_001);
			expect(items.at(-1)).toMatchObject({ orderId: '303-7654321-0000000', rating: 2 });
		}
	});

	it('says what is wrong with a compressed file that is cut off, or far too large uncompressed', async () => {
		const packed = gzipSync(Buffer.from(report));
		const files: ReadonlyArray<readonly [Buffer, RegExp]> = [
			[packed.subarray(0, -9), /gzip file is cut off or damaged/],
			[packed.subarray(0, 2), /gzip file is cut off or damaged/],
			[
				gzipSync(Buffer.alloc(32 * 1024 * 1024, '\n')),
				/more than 256 MB uncompressed, or is compressed too much/,
			],
		];
		for (const [bytes, reason] of files) {
			const data = { data: bytes.toString('base64'), mimeType: 'application/gzip' };
			const { error } = await runNode({
				type: 'amazonSellerFeedback',
				parameters,
				items: [{ json: {}, binary: { data } }],
			});
			expect(error?.message).toMatch(/it is not a feedback report/);
			expect(error?.description).toMatch(reason);
		}
	});

	it('accepts a report without feedback, but not an empty file', async () => {
		const read = async (bytes: Buffer) => {
			const data = { data: bytes.toString('base64'), mimeType: 'text/plain' };
			return await runNode({
				type: 'amazonSellerFeedback',
				parameters,
				items: [{ json: {}, binary: { data } }],
			});
		};
		const { items, error } = await read(gzipSync(`${header}\r\n`));
		expect(error).toBeUndefined();
		expect(items).toEqual([]);

		const orders = 'amazon-order-id\tmerchant-order-id\tpurchase-date\torder-status\tsku\r\n';
		const files = ['', '\r\n \n', '\uFEFF', orders].map((each) => Buffer.from(each));
		for (const bytes of [...files, ...files.map((each) => gzipSync(each))]) {
			const failed = await read(bytes);
			expect(failed.error?.message).toMatch(/it is not a feedback report/);
			expect(failed.error?.description).toMatch(/no header line/);
		}
	});

	it('keeps an invalid file from affecting the valid ones', async () => {
		await expectMiddleItemToFailAlone({
			type: 'amazonSellerFeedback',
			parameters,
			items: [
				{ json: {}, binary: binary(report) },
				{ json: {}, binary: binary('<html>Access denied</html>') },
				{ json: {}, binary: binary(report) },
			],
			message: /it is not a feedback report/,
		});
	});

	it('says that the binary field is missing', async () => {
		const { error } = await runNode({ type: 'amazonSellerFeedback', parameters });
		expect(error?.message).toMatch(/binary/i);
		expect(error?.context.itemIndex).toBe(0);
	});
});

describe('Marketplace: Get Many', () => {
	const parameters = { resource: 'marketplace', operation: 'getMany', returnAll: true };

	it("lists the seller's marketplaces", async () => {
		const { items } = await runNode({
			type: 'amazonSellerFeedback',
			parameters,
			credentials: inUse.credentials,
		});
		expect(items.map(({ marketplace }) => marketplace)).toEqual(
			inUse.sandbox.sellers.demo?.marketplaces.map(({ marketplace }) => marketplace.countryCode),
		);
		expectToMatchOutputSchema('AmazonSellerFeedback', 'marketplace/getMany', items);
	});

	it('keeps an invalid item from affecting the valid ones', async () => {
		await expectMiddleItemToFailAlone({
			type: 'amazonSellerFeedback',
			parameters: { ...parameters, returnAll: false, limit: '={{ $json.limit }}' },
			credentials: inUse.credentials,
			items: [{ json: { limit: 1 } }, { json: { limit: -3 } }, { json: { limit: 2 } }],
			message: /Could not use 'Limit': the value is invalid/,
		});
	});
});
