// cspell:ignore cancelled
import { toIso } from '../clock';
import {
	accessDenied,
	instant,
	invalidInput,
	list,
	notFound,
	single,
	type Answer,
	type Call,
	type Operation,
} from '../http';
import { DAY } from '../world/build';
import { createQuery, invalidParameter, KIOSK_ROLES, ownerOf } from './createQuery';
import { signedUrl } from './documents';
import type { StoredQuery } from '../dataKiosk/store';

const STATUSES = ['DONE', 'FATAL', 'IN_PROGRESS', 'CANCELLED', 'IN_QUEUE'];

/** Times of queries are in whole seconds. */
const toSeconds = (millis: number): string => toIso(Math.floor(millis / 1000) * 1000);

/** 403 without the role, or with a parameter that does not belong here. */
function checkAccess({ state, seller, query }: Call, refusesStray = false): void {
	if (!state.roles.allows(seller.key, KIOSK_ROLES)) throw accessDenied();
	const isStray = Object.keys(query).some((name) => name.toLowerCase() === 'marketplaceids');
	if (refusesStray && isStray && state.habits.kioskStrayMarketplaces) throw accessDenied();
}

/** A query as getQuery shows it now. */
function describe({ state, now }: Call, query: StoredQuery): Record<string, unknown> {
	const status = state.queries.statusOf(query, now);
	const { started, ended } = state.queries.timesOf(query);
	const isOver = status === 'DONE' || status === 'FATAL';
	const { dataDocumentId, errorDocumentId, nextToken } = query.end;
	return {
		queryId: query.queryId,
		query: query.text,
		createdTime: toSeconds(query.createdTime),
		processingStatus: status,
		...(isOver || status === 'IN_PROGRESS' ? { processingStartTime: toSeconds(started) } : {}),
		...(isOver ? { processingEndTime: toSeconds(ended) } : {}),
		...(isOver && dataDocumentId !== undefined ? { dataDocumentId } : {}),
		...(isOver && errorDocumentId !== undefined ? { errorDocumentId } : {}),
		...(isOver && nextToken !== undefined ? { pagination: { nextToken } } : {}),
	};
}

function findQuery(call: Call): StoredQuery {
	const { state, params, now } = call;
	const query = state.queries.find(ownerOf(call), params['queryId'] ?? '', now);
	if (!query) throw notFound('The provided queryId was not found.');
	return query;
}

function getQuery(call: Call): Answer {
	checkAccess(call, true);
	return { status: 200, body: describe(call, findQuery(call)) };
}

function cancelQuery(call: Call): Answer {
	checkAccess(call);
	const query = findQuery(call);
	const status = call.state.queries.statusOf(query, call.now);
	if (status === 'DONE' || status === 'FATAL') throw invalidParameter();
	query.cancelled = true;
	return { status: 204 };
}

/** The parameters that every page of a list must repeat. */
function filtersOf({ query }: Call): string {
	const names = ['processingStatuses', 'createdSince', 'createdUntil'] as const;
	return JSON.stringify(names.map((name) => list(query[name]).sort()));
}

function pageSizeOf({ query }: Call): number {
	const size = Number(single(query['pageSize']) ?? '10');
	if (!Number.isInteger(size) || size < 1 || size > 100) throw invalidParameter();
	return size;
}

function firstPage(call: Call): readonly string[] {
	const { state, query, now } = call;
	const statuses = list(query['processingStatuses']);
	if (statuses.some((status) => !STATUSES.includes(status))) {
		throw invalidInput(
			`1 validation error detected: Value '[${statuses.join(', ')}]' at 'processingStatuses' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [${STATUSES.join(', ')}]]`,
		);
	}
	const since = instant(query['createdSince'], 'createdSince') ?? now - 90 * DAY;
	const until = instant(query['createdUntil'], 'createdUntil') ?? now;
	return state.queries
		.listOf(ownerOf(call), now)
		.filter(({ createdTime }) => createdTime >= since && createdTime <= until)
		.filter((each) => {
			const status = state.queries.statusOf(each, now);
			return statuses.length === 0 || statuses.includes(status);
		})
		.map(({ queryId }) => queryId);
}

function followingPage(call: Call, token: string): readonly string[] {
	const page = call.state.queries.findListPage(ownerOf(call), token);
	if (page?.filters !== filtersOf(call)) throw invalidParameter();
	return page.queryIds;
}

function getQueries(call: Call): Answer {
	checkAccess(call);
	const { state, query, now } = call;
	const owner = ownerOf(call);
	const size = pageSizeOf(call);
	const token = single(query['paginationToken']);
	const queryIds = token === undefined ? firstPage(call) : followingPage(call, token);
	const rest = queryIds.slice(size);
	const filters = filtersOf(call);
	return {
		status: 200,
		body: {
			queries: queryIds
				.slice(0, size)
				.map((queryId) => state.queries.find(owner, queryId, now))
				.filter((found): found is StoredQuery => found !== undefined)
				.map((found) => describe(call, found)),
			...(rest.length > 0
				? {
						pagination: {
							nextToken: state.queries.openListPage({ ...owner, filters, queryIds: rest }),
						},
					}
				: {}),
		},
	};
}

function getDocument(call: Call): Answer {
	checkAccess(call, true);
	const { state, params, now } = call;
	const documentId = params['documentId'] ?? '';
	const document = state.documents.find(documentId);
	if (!document || !state.queries.queryOf(ownerOf(call), documentId, now)) {
		throw notFound('The provided documentId was not found.');
	}
	const documentUrl = signedUrl(call, document, document.gzip ? 'gzip' : 'identity');
	return { status: 200, body: { documentId, documentUrl } };
}

const BASE = '/dataKiosk/2023-11-15';

const operation = (plan: Omit<Operation, 'sharedWith'>): Operation => ({
	...plan,
	sharedWith: 'kioskSharedQuota',
});

/**
 * Data Kiosk API v2023-11-15. The role is checked by each operation, because each refuses in its
 * own words.
 */
export const dataKioskOperations: readonly Operation[] = [
	operation({
		name: 'getQueries',
		method: 'GET',
		path: `${BASE}/queries`,
		rate: 0.0222,
		burst: 10,
		handle: getQueries,
	}),
	operation({
		name: 'createQuery',
		method: 'POST',
		path: `${BASE}/queries`,
		rate: 0.0167,
		burst: 15,
		handle: createQuery,
	}),
	operation({
		name: 'getQuery',
		method: 'GET',
		path: `${BASE}/queries/:queryId`,
		rate: 2,
		burst: 15,
		handle: getQuery,
	}),
	operation({
		name: 'cancelQuery',
		method: 'DELETE',
		path: `${BASE}/queries/:queryId`,
		rate: 0.0222,
		burst: 10,
		handle: cancelQuery,
	}),
	operation({
		name: 'getDocument',
		method: 'GET',
		path: `${BASE}/documents/:documentId`,
		rate: 0.0167,
		burst: 15,
		handle: getDocument,
	}),
];
