import { executeSync, type GraphQLError } from 'graphql';
import { jsonLines } from './jsonLines';
import { Remembered } from '../traffic/remembered';
import { QueryFailure, rowsOf, type Circumstances, type Row } from './rows';
import { DATASET, SCHEMA } from './schema';
import type { KioskQuery } from './query';

/** The lines of the data document, or the reasons in the error document. */
export type Result =
	| { readonly lines: readonly string[] }
	| { readonly reasons: readonly QueryReason[] };

/** One entry of an error document: an error of Amazon's GraphQL server. */
export interface QueryReason {
	readonly message: string;
	readonly locations: ReadonlyArray<{ readonly line: number; readonly column: number }>;
	readonly path: ReadonlyArray<string | number>;
	readonly extensions: Readonly<Record<string, string>>;
}

function reasonOf(text: string, { locations, path }: Pick<GraphQLError, 'locations' | 'path'>) {
	const where = path ?? [];
	return {
		message: `Exception while fetching data (/${where.join('/')}) : ${text}`,
		locations: (locations ?? []).map(({ line, column }) => ({ line, column })),
		path: where,
		extensions: { GraphQLPublicFatalException: text, classification: 'DataFetchingException' },
	};
}

const results = new Remembered<Result>();

/**
 * Runs a query.
 *
 * @param failure the query fails with this text, whatever it asks
 */
export function runQuery(
	query: KioskQuery,
	circumstances: Circumstances,
	failure?: string,
): Result {
	if (failure !== undefined) {
		return resultOf(query, () => {
			throw new QueryFailure(failure);
		});
	}
	const { seller, settings, habits, now } = circumstances;
	const wanted = [query.text, seller.isB2bSeller, settings, habits];
	return results.of(seller.marketplaces, wanted, now, () =>
		resultOf(query, () => rowsOf(query.asked, circumstances)),
	);
}

function resultOf({ document, asked, resultKeys }: KioskQuery, list: () => Row[]): Result {
	const rootValue = { [DATASET]: { [asked.field]: list } };
	const { data, errors = [] } = executeSync({ schema: SCHEMA, document, rootValue });
	const bug = errors.find(({ originalError }) => !(originalError instanceof QueryFailure));
	if (bug) throw bug;
	if (errors.length > 0) return { reasons: errors.map((each) => reasonOf(each.message, each)) };
	const [dataset, name] = resultKeys;
	const found = (data?.[dataset] as Record<string, unknown> | undefined)?.[name];
	return { lines: jsonLines(Array.isArray(found) ? found : []) };
}
