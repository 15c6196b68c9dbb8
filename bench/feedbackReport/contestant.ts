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
import { FLAVOURS, type Flavour, type FlavourName } from './data';

/**
 * One reader of the report in a process of its own: how long it takes, and what it read. It loads no
 * other's library: what lies in memory at the start changes how the collector takes the rows.
 */

export interface ReadingTask {
	readonly contestant: ContestantName;
	readonly flavour: FlavourName;
	/** The packed report. */
	readonly file: string;
	/** Timed readings, after one to warm up. */
	readonly repeats: number;
}

/** What was read, the same for all who read the same: nothing of it is known without each cell. */
export interface Digest {
	rows: number;
	stars: number;
	/** Characters in all comments and responses. */
	comments: number;
	responses: number;
	/** Of the last characters of order IDs and addresses. */
	orderIds: number;
	emails: number;
	/** Days, newest first, as far as they differ from the day before. */
	days: number;
	lastDay: string;
	negative: number;
	/** Comments with a character that windows-1252 and ISO-8859-1 read otherwise. */
	dashes: number;
}

export interface ReadingReport {
	/** In milliseconds. */
	readonly times: readonly number[];
	/** The floors read no rows. */
	readonly digest: Digest | undefined;
}

interface Given {
	readonly packed: Buffer;
	readonly flavour: Flavour;
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
 * What a parser of text leaves to do, as one writes it around a library: cells become a typed row that
 * was checked as ours are. Days are remembered, for a library's user would not parse a million dates.
 */
class CellChecker {
	private readonly days = new Map<string, string | undefined>();

	constructor(private readonly flavour: Flavour) {}

	check(cells: readonly string[]): Omit<FeedbackRow, 'line'> {
		const [day = '', stars = '', comment = '', response = '', orderId = '', raterEmail = ''] =
			cells;
		let date = this.days.get(day);
		if (date === undefined) {
			date = parseReportDate(day, this.flavour.dateOrder);
			this.days.set(day, date);
		}
		if (cells.length !== 6 || date === undefined || !/^[1-5]$/.test(stars) || !isOrderId(orderId)) {
			throw new Error('the report has a row that is none');
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
const needsIconv = ({ encoding }: Flavour): boolean => encoding === 'windows-1252';

async function* decodedPieces({ packed, flavour }: Given): AsyncGenerator<string> {
	const pieces = Readable.from([packed]).pipe(createGunzip());
	if (needsIconv(flavour)) {
		const decoder = iconv.getDecoder(flavour.charset);
		for await (const piece of pieces) yield decoder.write(piece as Buffer);
		yield decoder.end() ?? '';
		return;
	}
	const decoder = new TextDecoder(flavour.encoding);
	for await (const piece of pieces) yield decoder.decode(piece as Buffer, { stream: true });
	yield decoder.decode();
}

const CONTESTANTS = {
	/** Unpacked and decoded as a whole. */
	floor: async ({ packed, flavour }: Given) => {
		const bytes = gunzipSync(packed);
		if (needsIconv(flavour)) iconv.decode(bytes, flavour.charset);
		else new TextDecoder(flavour.encoding).decode(bytes);
		return undefined;
	},

	floorInPieces: async (given: Given) => {
		for await (const piece of decodedPieces(given)) piece.charCodeAt(0);
		return undefined;
	},

	ours: async ({ packed, flavour }: Given) =>
		await readDecoded(
			() => unpack(packed),
			{ contentType: `text/plain;charset=${flavour.charset}`, countryCode: flavour.countryCode },
			async (pieces) => {
				const reader = new FeedbackReportReader(flavour.dateOrder);
				const fold = new Fold();
				for await (const piece of pieces) for (const row of reader.read(piece)) fold.add(row);
				for (const row of reader.end()) fold.add(row);
				if (reader.unreadable.length > 0) throw new Error('a row was not read');
				return fold.digest;
			},
		),

	oursKept: async ({ packed, flavour }: Given) => {
		const { id } = MARKETPLACES.find((each) => each.countryCode === flavour.countryCode) ?? {};
		const marketplace = findMarketplace(id ?? '');
		if (marketplace === undefined) throw new Error(`No marketplace in ${flavour.countryCode}`);
		const contentType = `text/plain;charset=${flavour.charset}`;
		const report = await readFeedbackReport({ body: packed, contentType }, marketplace, 'auto');
		const fold = new Fold();
		for (const row of report.rows) fold.add(row);
		return fold.digest;
	},

	udsv: async (given: Given) => {
		const checker = new CellChecker(given.flavour);
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
		const checker = new CellChecker(given.flavour);
		const fold = new Fold();
		let isHeader = true;
		const { default: Papa } = await import('papaparse');
		const parser = Papa.parse(Papa.NODE_STREAM_INPUT, {
			delimiter: '\t',
			newline: '\r\n',
			// A quote is a character; it cannot be switched off, only made one that never comes.
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
		const checker = new CellChecker(given.flavour);
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
	amazonSpApi: async ({ packed, flavour }: Given) => {
		const server = createServer((_, response) => {
			response.writeHead(200, { 'content-type': `text/plain;charset=${flavour.charset}` });
			response.end(packed);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		const agent = new https.Agent();
		// As the agent it has by default, but to this server.
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
		const checker = new CellChecker(flavour);
		const fold = new Fold();
		for (const row of rows) fold.add(checker.check(Object.values(row)));
		return fold.digest;
	},
} satisfies Record<string, (given: Given) => Promise<Digest | undefined>>;

export type ContestantName = keyof typeof CONTESTANTS;

answerTask(async ({ contestant, flavour, file, repeats }: ReadingTask): Promise<ReadingReport> => {
	const given = { packed: readFileSync(file), flavour: FLAVOURS[flavour] };
	const read = CONTESTANTS[contestant];
	// The slowest is not warmed up: a reading of it takes half a minute.
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
