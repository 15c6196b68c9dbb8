import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';

import iconv from 'iconv-lite';

import {
	FeedbackReportReader,
	parseReportDate,
	sentimentOf,
	type FeedbackRow,
} from '../../nodes/shared/domain/feedbackReport';
import { isOrderId } from '../../nodes/shared/domain/orderId';
import { readDecoded } from '../../nodes/shared/domain/reportEncoding';
import { findMarketplace, MARKETPLACES } from '../../nodes/shared/domain/marketplaces';
import { readFeedbackReport } from '../../nodes/shared/n8n/feedbackReport';
import { unpack } from '../../nodes/shared/spapi/reportDocument';
import { answerTask, collectGarbage } from '../lib/measure';
import { FLAVORS, type Flavor, type FlavorName } from './data';

/**
 * One reader of the report in its own process: how long it takes, and what it read. It does not
 * load the libraries of the others, because what is in memory at the start affects garbage
 * collection.
 */

export interface ReadingTask {
	readonly contestant: ContestantName;
	readonly flavor: FlavorName;
	/** The gzipped report. */
	readonly file: string;
	/** Timed runs, after one to warm up. */
	readonly repeats: number;
}

/** A summary of what was read. It needs every cell, and is equal if the same data was read. */
export interface Digest {
	rows: number;
	stars: number;
	/** Characters in all comments and responses. */
	comments: number;
	responses: number;
	/** Sum of the last characters of order IDs and addresses. */
	orderIds: number;
	emails: number;
	/** How often the day changes from row to row; the rows are newest first. */
	days: number;
	lastDay: string;
	negative: number;
	/** Comments with a character that windows-1252 and ISO-8859-1 read differently. */
	dashes: number;
}

export interface ReadingReport {
	/** In milliseconds. */
	readonly times: readonly number[];
	/** Undefined for the floors: they only decode and read no rows. */
	readonly digest: Digest | undefined;
}

interface Given {
	readonly packed: Buffer;
	readonly flavor: Flavor;
}

class Fold {
	readonly digest: Digest = {
		rows: 0,
		stars: 0,
		comments: 0,
		responses: 0,
		orderIds: 0,
		emails: 0,
		days: 0,
		lastDay: '',
		negative: 0,
		dashes: 0,
	};

	add(row: Omit<FeedbackRow, 'line'>): void {
		const { digest } = this;
		digest.rows += 1;
		digest.stars += row.rating;
		digest.comments += row.comment.length;
		digest.responses += row.response.length;
		digest.orderIds += row.orderId.charCodeAt(18);
		digest.emails += row.raterEmail.length;
		if (row.sentiment === 'negative') digest.negative += 1;
		if (row.comment.includes('–')) digest.dashes += 1;
		if (row.date !== digest.lastDay) {
			digest.days += 1;
			digest.lastDay = row.date;
		}
	}
}

/**
 * The code that you have to write around a text parser: it turns cells into a typed row with the
 * same checks as ours. It caches days, because nobody would parse a million dates.
 */
class CellChecker {
	private readonly days = new Map<string, string | undefined>();

	constructor(private readonly flavor: Flavor) {}

	check(cells: readonly string[]): Omit<FeedbackRow, 'line'> {
		const [day = '', stars = '', comment = '', response = '', orderId = '', raterEmail = ''] =
			cells;
		let date = this.days.get(day);
		if (date === undefined) {
			date = parseReportDate(day, this.flavor.dateOrder);
			this.days.set(day, date);
		}
		if (cells.length !== 6 || date === undefined || !/^[1-5]$/.test(stars) || !isOrderId(orderId)) {
			throw new Error('the report has a line that is not a row');
		}
		const rating = Number(stars);
		return {
			date,
			rating,
			sentiment: sentimentOf(rating),
			comment: comment.trim(),
			response: response.trim(),
			orderId,
			raterEmail: raterEmail.trim(),
		};
	}
}

/** Node 20's TextDecoder reads windows-1252 as ISO-8859-1, which loses quotation marks and the euro. */
const needsIconv = ({ encoding }: Flavor): boolean => encoding === 'windows-1252';

async function* decodedPieces({ packed, flavor }: Given): AsyncGenerator<string> {
	const pieces = Readable.from([packed]).pipe(createGunzip());
	if (needsIconv(flavor)) {
		const decoder = iconv.getDecoder(flavor.charset);
		for await (const piece of pieces) yield decoder.write(piece as Buffer);
		yield decoder.end() ?? '';
		return;
	}
	const decoder = new TextDecoder(flavor.encoding);
	for await (const piece of pieces) yield decoder.decode(piece as Buffer, { stream: true });
	yield decoder.decode();
}

const CONTESTANTS = {
	/** Unzipped and decoded as a whole. */
	floor: async ({ packed, flavor }: Given) => {
		const bytes = gunzipSync(packed);
		if (needsIconv(flavor)) iconv.decode(bytes, flavor.charset);
		else new TextDecoder(flavor.encoding).decode(bytes);
		return undefined;
	},

	floorInPieces: async (given: Given) => {
		for await (const piece of decodedPieces(given)) piece.charCodeAt(0);
		return undefined;
	},

	ours: async ({ packed, flavor }: Given) =>
		await readDecoded(
			() => unpack(packed),
			{ contentType: `text/plain;charset=${flavor.charset}`, countryCode: flavor.countryCode },
			async (pieces) => {
				const reader = new FeedbackReportReader(flavor.dateOrder);
				const fold = new Fold();
				for await (const piece of pieces) for (const row of reader.read(piece)) fold.add(row);
				for (const row of reader.end()) fold.add(row);
				if (reader.unreadable.length > 0) throw new Error('a row was not read');
				return fold.digest;
			},
		),

	oursKept: async ({ packed, flavor }: Given) => {
		const { id } = MARKETPLACES.find((each) => each.countryCode === flavor.countryCode) ?? {};
		const marketplace = findMarketplace(id ?? '');
		if (marketplace === undefined) throw new Error(`No marketplace in ${flavor.countryCode}`);
		const contentType = `text/plain;charset=${flavor.charset}`;
		const report = await readFeedbackReport({ body: packed, contentType }, marketplace, 'auto');
		const fold = new Fold();
		for (const row of report.rows) fold.add(row);
		return fold.digest;
	},

	udsv: async (given: Given) => {
		const checker = new CellChecker(given.flavor);
		const fold = new Fold();
		const { inferSchema, initParser } = await import('udsv');
		let parser: ReturnType<typeof initParser> | undefined;
		for await (const piece of decodedPieces(given)) {
			if (piece === '') continue;
			parser ??= initParser(inferSchema(piece, { col: '\t', encl: '' }));
			parser.chunk<string[]>(piece, parser.stringArrs as never, (cells) => {
				fold.add(checker.check(cells));
			});
		}
		parser?.end();
		return fold.digest;
	},

	papaparse: async (given: Given) => {
		const checker = new CellChecker(given.flavor);
		const fold = new Fold();
		let isHeader = true;
		const { default: Papa } = await import('papaparse');
		const parser = Papa.parse(Papa.NODE_STREAM_INPUT, {
			delimiter: '\t',
			newline: '\r\n',
			// A quote is an ordinary character. Quoting cannot be turned off, only set to an unused
			// character.
			quoteChar: '\0',
			skipEmptyLines: true,
		});
		parser.on('data', (cells: string[]) => {
			if (!isHeader) fold.add(checker.check(cells));
			isHeader = false;
		});
		await new Promise((resolve, reject) => {
			parser.on('end', resolve).on('error', reject);
			Readable.from(decodedPieces(given)).pipe(parser);
		});
		return fold.digest;
	},

	csvParse: async (given: Given) => {
		const checker = new CellChecker(given.flavor);
		const fold = new Fold();
		const { parse } = await import('csv-parse');
		const parser = parse({ delimiter: '\t', quote: null, fromLine: 2 });
		parser.on('data', (cells: string[]) => fold.add(checker.check(cells)));
		await new Promise((resolve, reject) => {
			parser.on('end', resolve).on('error', reject);
			Readable.from(decodedPieces(given)).pipe(parser);
		});
		return fold.digest;
	},

	/** Its download with `json`, which parses the report, from a server in this process. */
	amazonSpApi: async ({ packed, flavor }: Given) => {
		const server = createServer((_, response) => {
			response.writeHead(200, { 'content-type': `text/plain;charset=${flavor.charset}` });
			response.end(packed);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		const agent = new https.Agent();
		// Like its default agent, but connects to this server.
		Object.assign(agent, { createConnection: () => net.connect(port, '127.0.0.1') });
		const { SellingPartner } = await import('amazon-sp-api');
		const client = new SellingPartner({
			region: 'na',
			refresh_token: 'none',
			credentials: {
				SELLING_PARTNER_APP_CLIENT_ID: 'none',
				SELLING_PARTNER_APP_CLIENT_SECRET: 'none',
			},
			options: { only_grantless_operations: false, https_proxy_agent: agent } as object,
		});
		const url = 'https://localhost/document';
		const rows = (await client.download(
			{ url, compressionAlgorithm: 'GZIP' } as never,
			{ json: true } as never,
		)) as unknown as Array<Record<string, string>>;
		server.close();
		server.closeAllConnections();
		const checker = new CellChecker(flavor);
		const fold = new Fold();
		for (const row of rows) fold.add(checker.check(Object.values(row)));
		return fold.digest;
	},
} satisfies Record<string, (given: Given) => Promise<Digest | undefined>>;

export type ContestantName = keyof typeof CONTESTANTS;

answerTask(async ({ contestant, flavor, file, repeats }: ReadingTask): Promise<ReadingReport> => {
	const given = { packed: readFileSync(file), flavor: FLAVORS[flavor] };
	const read = CONTESTANTS[contestant];
	// The slowest one is not warmed up: one run of it takes half a minute.
	let digest = contestant === 'amazonSpApi' ? undefined : await read(given);
	const times: number[] = [];
	for (let repeat = 0; repeat < repeats; repeat += 1) {
		collectGarbage();
		const start = performance.now();
		digest = await read(given);
		times.push(performance.now() - start);
	}
	return { times, digest };
});
