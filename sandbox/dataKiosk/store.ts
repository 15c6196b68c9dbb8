import { randomBytes } from 'node:crypto';
import { keepNewest, MOST_STORED } from '../newest';
import { Random } from '../random';
import { isSameQuery } from './rewrite';
import type { Asked } from './asked';
import type { ApplicationName } from '../lwa';
import type { ProcessingStatus } from '../reports/store';

/** All of Amazon's fields have this retention. */
const RETENTION_MS = 30 * 86_400_000;

/** How a query will end, decided when it is created. */
export interface QueryEnd {
	/** IN_PROGRESS = the query never ends. */
	readonly status: 'DONE' | 'FATAL' | 'IN_PROGRESS';
	readonly dataDocumentId?: string | undefined;
	readonly errorDocumentId?: string | undefined;
	/** The rest of the result is on the next page. */
	readonly nextToken?: string | undefined;
}

/** Whose query it is. */
export interface QueryOwner {
	readonly sellerKey: string;
	readonly application: ApplicationName;
}

export interface StoredQuery extends QueryOwner {
	readonly queryId: string;
	/** As getQuery shows it. */
	readonly text: string;
	readonly field: Asked['field'];
	/** On the sandbox's clock. */
	readonly createdTime: number;
	/** It waits in the queue until then, on the sandbox's clock. */
	readonly queuedUntil: number;
	/** In real (monotonic) time, because a query takes real time. */
	readonly startedAt: number;
	readonly end: QueryEnd;
	cancelled: boolean;
}

/** The rest of a result, for the query that requests the next page. */
interface ResultPage extends QueryOwner {
	readonly text: string;
	readonly lines: readonly string[];
}

/** The rest of a list of queries. */
interface ListPage extends QueryOwner {
	readonly filters: string;
	readonly queryIds: readonly string[];
}

const OPEN: readonly ProcessingStatus[] = ['IN_QUEUE', 'IN_PROGRESS'];

const belongsTo = (owner: QueryOwner) => (each: QueryOwner | undefined) =>
	each?.sellerKey === owner.sellerKey && each.application === owner.application;

/** The queries, and the pages of their results and lists. */
export class QueryStore {
	private readonly queries = new Map<string, StoredQuery>();
	private readonly resultPages = new Map<string, ResultPage>();
	private readonly listPages = new Map<string, ListPage>();
	/** Queries that have failed once. */
	private readonly failed = new Set<string>();
	private readonly random: Random;
	private made = 0;

	/** @param delayMs real time from creation to the end, half of it IN_QUEUE. */
	constructor(
		seed: string,
		private readonly delayMs: number,
		private readonly monotonic: () => number = () => performance.now(),
	) {
		this.random = new Random(`${seed}/queries`);
	}

	create(query: Omit<StoredQuery, 'queryId' | 'startedAt' | 'cancelled'>): StoredQuery {
		this.made += 1;
		const queryId = `1${this.random.digits(6)}${String(this.made).padStart(6, '0')}`;
		const stored = { ...query, queryId, startedAt: this.monotonic(), cancelled: false };
		this.queries.set(queryId, stored);
		keepNewest(this.queries, MOST_STORED);
		return stored;
	}

	/** One of the application's own queries that is still kept. */
	find(owner: QueryOwner, queryId: string, now: number): StoredQuery | undefined {
		const query = this.queries.get(queryId);
		return query && belongsTo(owner)(query) && this.isKept(query, now) ? query : undefined;
	}

	/** The application's own queries that are still kept, newest first. */
	listOf(owner: QueryOwner, now: number): StoredQuery[] {
		return [...this.queries.values()]
			.filter(belongsTo(owner))
			.filter((query) => this.isKept(query, now))
			.reverse()
			.sort((a, b) => b.createdTime - a.createdTime);
	}

	/** The query a document belongs to. */
	queryOf(owner: QueryOwner, documentId: string, now: number): StoredQuery | undefined {
		return this.listOf(owner, now).find(({ end }) =>
			[end.dataDocumentId, end.errorDocumentId].includes(documentId),
		);
	}

	/** Whether the seller has an open query of the same text, or of the same list. */
	hasOpen(
		{ sellerKey, text, field }: Pick<StoredQuery, 'sellerKey' | 'text' | 'field'>,
		per: 'text' | 'field',
		now: number,
	): boolean {
		return [...this.queries.values()]
			.filter((query) => query.sellerKey === sellerKey && OPEN.includes(this.statusOf(query, now)))
			.some((query) => (per === 'text' ? isSameQuery(query.text, text) : query.field === field));
	}

	statusOf(query: StoredQuery, now: number): ProcessingStatus {
		if (query.cancelled) return 'CANCELLED';
		const elapsed = this.monotonic() - query.startedAt;
		if (elapsed < this.delayMs / 2 || now < query.queuedUntil) return 'IN_QUEUE';
		return elapsed < this.delayMs ? 'IN_PROGRESS' : query.end.status;
	}

	/** When processing began and ended, on the sandbox's clock. */
	timesOf({ queuedUntil }: StoredQuery): { started: number; ended: number } {
		return { started: queuedUntil + this.delayMs / 2, ended: queuedUntil + this.delayMs };
	}

	/** Whether this is the first time that the seller's query fails. */
	failsFirst(sellerKey: string, text: string): boolean {
		const key = `${sellerKey}/${text}`;
		const isFirst = !this.failed.has(key);
		this.failed.add(key);
		return isFirst;
	}

	/** Keeps the rest of a result; returns its token. */
	openResultPage(page: ResultPage): string {
		const token = newToken();
		this.resultPages.set(token, page);
		return token;
	}

	/** The page, if the query's text is to the letter that of the query that led to it. */
	findResultPage(owner: QueryOwner, token: string, text: string): ResultPage | undefined {
		const page = this.resultPages.get(token);
		return page && belongsTo(owner)(page) && page.text === text ? page : undefined;
	}

	/** Keeps the rest of a list; returns its token. */
	openListPage(page: ListPage): string {
		const token = newToken();
		this.listPages.set(token, page);
		return token;
	}

	findListPage(owner: QueryOwner, token: string): ListPage | undefined {
		const page = this.listPages.get(token);
		return page && belongsTo(owner)(page) ? page : undefined;
	}

	private isKept({ createdTime }: StoredQuery, now: number): boolean {
		return now < createdTime + RETENTION_MS;
	}
}

const newToken = (): string => randomBytes(24).toString('base64url');
