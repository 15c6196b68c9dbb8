import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readQuery, type KioskQuery } from '../dataKiosk/query';
import { hasForeignMarketplace, isTooOld } from '../dataKiosk/rows';
import { runQuery } from '../dataKiosk/run';
import { DATASET } from '../dataKiosk/schema';
import { QUERY_FAULTS, type FaultSpec } from '../faults';
import { fieldsRefused, invalidInput, readJson, throttled, type Answer, type Call } from '../http';
import { addToLog } from '../newest';
import type { QueryEnd, QueryOwner } from '../dataKiosk/store';
import type { QueryRequestRecord } from '../state';

export const KIOSK_ROLES = ['Brand Analytics'];

const bodySchema = z.object({ query: z.string().min(1), paginationToken: z.string().optional() });

const INTERNAL = 'Query processing failed because of an internal error.';

/** The caller, whose queries no other application sees. */
export const ownerOf = ({ seller, application }: Call): QueryOwner => ({
	sellerKey: seller.key,
	application,
});

/** 400 whose text is that of another operation in Amazon's model. */
export const invalidParameter = () => invalidInput('Invalid input', 'Invalid input');

interface QueryRequest {
	readonly query: KioskQuery;
	/** As the caller wrote it. */
	readonly given: string;
	/** The lines that are left, if this requests a page after the first. */
	readonly rest: readonly string[] | undefined;
}

function readRequest(call: Call): QueryRequest {
	const { state, seller, body, now } = call;
	const parsed = bodySchema.safeParse(readJson(body));
	if (!parsed.success) throw invalidParameter();
	const { query: given, paginationToken } = parsed.data;
	const query = readQuery(given, state.habits.kioskRewrittenQueries);
	if (state.habits.kioskDatasetRemoved) {
		throw invalidInput('The provided query is invalid.', `Query '${DATASET}' is not supported.`);
	}
	const { kioskForeignMarketplace, kioskTooOld } = state.settings;
	if (kioskForeignMarketplace === 'badRequest' && hasForeignMarketplace(query.asked, seller)) {
		throw invalidInput('The provided query is invalid.', 'Invalid marketplaceIds.');
	}
	if (kioskTooOld === 'badRequest' && isTooOld(query.asked, { seller, now })) {
		throw invalidInput('The provided query is invalid.', 'Invalid startDate.');
	}
	if (paginationToken === undefined) return { query, given, rest: undefined };
	const page = state.queries.findResultPage(ownerOf(call), paginationToken, given);
	if (!page) throw invalidParameter();
	return { query, given, rest: page.lines };
}

/** Whether the caller may run the query now. */
function refusalOf({ state, seller, now }: Call, query: KioskQuery): QueryRequestRecord['refused'] {
	const { habits, queries, roles, settings } = state;
	if (!roles.allows(seller.key, KIOSK_ROLES) || habits.kioskFieldsRefused) return 'Unauthorized';
	const wanted = { sellerKey: seller.key, text: query.text, field: query.asked.field };
	const isOpen =
		habits.kioskOneOpenQuery && queries.hasOpen(wanted, settings.kioskOpenQueryPer, now);
	return isOpen ? 'QuotaExceeded' : undefined;
}

/** Keeps a document of a query; returns its ID. */
function keep({ state, seller }: Call, text: string, contentType: string): string {
	const suffix = randomUUID().replaceAll('-', '').slice(0, 13).toUpperCase();
	const documentId = `amzn1.tortuga.4.${seller.region}.${randomUUID()}.T${suffix}`;
	state.documents.add(
		{
			documentId,
			sellerKey: seller.key,
			reportType: DATASET,
			gzip: state.settings.gzip,
		},
		{ bytes: Buffer.from(text, 'utf8'), contentType, charset: 'utf-8' },
	);
	return documentId;
}

/** The first page of these lines; the others follow by token. */
function endWithLines(call: Call, { text }: KioskQuery, lines: readonly string[]): QueryEnd {
	const { state } = call;
	if (lines.length === 0) return { status: 'DONE' };
	const size = state.settings.kioskPageLines;
	const rest = lines.slice(size);
	const file = lines
		.slice(0, size)
		.map((line) => `${line}\n`)
		.join('');
	return {
		status: 'DONE',
		dataDocumentId: keep(call, file, 'application/jsonlines; charset=UTF-8'),
		...(rest.length > 0
			? { nextToken: state.queries.openResultPage({ ...ownerOf(call), text, lines: rest }) }
			: {}),
	};
}

/** Why the query fails although nothing is wrong with it, if it does. */
function failureOf({ state, seller }: Call, { text }: KioskQuery, fault: FaultSpec | undefined) {
	if (fault?.kind === 'queryFatal') return fault.body ?? INTERNAL;
	const isFirst = state.habits.kioskFatalOnce && state.queries.failsFirst(seller.key, text);
	return isFirst ? INTERNAL : undefined;
}

function endOf(call: Call, { query, rest }: QueryRequest, fault: FaultSpec | undefined): QueryEnd {
	const { state, seller, now } = call;
	const { settings, habits } = state;
	if (fault?.kind === 'queryStuck') return { status: 'IN_PROGRESS' };
	if (fault?.kind === 'queryNoData' || habits.kioskNoData) return { status: 'DONE' };
	const failure = failureOf(call, query, fault);
	if (rest && failure === undefined) return endWithLines(call, query, rest);
	const result = runQuery(query, { seller, settings, habits, now }, failure);
	if ('lines' in result) return endWithLines(call, query, result.lines);
	if (habits.kioskFatalWithoutDocument) return { status: 'FATAL' };
	const reasons = JSON.stringify(result.reasons);
	return {
		status: 'FATAL',
		errorDocumentId: keep(call, reasons, 'application/json; charset=UTF-8'),
	};
}

/** Accepts a query, or refuses it; either is part of the true record. */
export function createQuery(call: Call): Answer {
	const { state, seller, now } = call;
	const request = readRequest(call);
	const { query, given, rest } = request;
	const owner = ownerOf(call);
	const record = (outcome: Pick<QueryRequestRecord, 'queryId' | 'refused'>) =>
		addToLog(state.queryRequests, {
			...owner,
			...query.asked,
			query: given,
			isNextPage: rest !== undefined,
			at: new Date(now).toISOString(),
			...outcome,
		});
	const refused = refusalOf(call, query);
	if (refused !== undefined) {
		record({ refused });
		throw refused === 'Unauthorized' ? fieldsRefused(query.leaves) : throttled();
	}
	const target = { operation: 'createQuery', sellerKey: seller.key };
	const fault = state.faults.take(QUERY_FAULTS, target)?.spec;
	const waits = state.habits.kioskLongQueue ? state.settings.kioskQueueMinutes * 60_000 : 0;
	const { queryId } = state.queries.create({
		...owner,
		text: query.text,
		field: query.asked.field,
		createdTime: now,
		queuedUntil: now + waits,
		end: endOf(call, request, fault),
	});
	record({ queryId });
	return { status: 202, body: { queryId } };
}
