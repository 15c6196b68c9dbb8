import { executeSync, type GraphQLError } from 'graphql';
import { jsonLines } from './jsonLines';
import { QueryFailure, rowsOf, type Circumstances } from './rows';
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

/**
 * Runs a query.
 *
 * @param failure the query fails with this text, whatever it asks
 */
export function runQuery(
	{ document, asked, resultKeys }: KioskQuery,
	circumstances: Circumstances,
	failure?: string,
): Result {
	const list = () => {
		if (failure !== undefined) throw new QueryFailure(failure);
		return rowsOf(asked, circumstances);
	};
	const rootValue = { [DATASET]: { [asked.field]: list } };
	const { data, errors = [] } = executeSync({ schema: SCHEMA, document, rootValue });
	const bug = errors.find(({ originalError }) => !(originalError instanceof QueryFailure));
	if (bug) throw bug;
	if (errors.length > 0) return { reasons: errors.map((each) => reasonOf(each.message, each)) };
	const [dataset, name] = resultKeys;
	const found = (data?.[dataset] as Record<string, unknown> | undefined)?.[name];
	return { lines: jsonLines(Array.isArray(found) ? found : []) };
}
