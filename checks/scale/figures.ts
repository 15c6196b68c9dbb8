// cspell:ignore relkind relname
import type { Meter, ProcessFigures } from '../n8n/meter';
import type { Services } from '../n8n/services';

/** Size of n8n's database. */
export interface DatabaseFigures {
	/** Bytes, with what PostgreSQL has not freed yet. */
	readonly bytes: number;
	readonly executions: number;
	/** Bytes of the tables of executions, with their indexes. */
	readonly executionBytes: number;
	/** Bytes of what the triggers remember, as text. */
	readonly stateBytes: number;
}

/** All figures of a moment. */
export interface Snapshot {
	/** Scaled time since the start of the day. */
	readonly minute: number;
	readonly main: ProcessFigures;
	readonly workers: readonly ProcessFigures[];
	readonly database: DatabaseFigures;
	/** Bytes of the sandbox's process. */
	readonly sandboxRss: number;
	readonly polls: PollFigures;
}

/** The trigger's polls since n8n's start, as n8n counts them. */
export interface PollFigures {
	readonly polls: number;
	/** Polls that began while another one of the same workflow was running. */
	readonly overlapping: number;
	/** Polls that threw an error. */
	readonly failed: number;
	/** All durations together, in seconds of the process's own clock. */
	readonly seconds: number;
}

/** Variables with which n8n counts polls and nothing else. */
export const POLL_METRICS = {
	N8N_METRICS: 'true',
	N8N_METRICS_INCLUDE_DEFAULT_METRICS: 'false',
	N8N_METRICS_INCLUDE_POLL_TRIGGER_METRICS: 'true',
};

/** Reads n8n's counters of polls. */
export async function readPolls(url: string): Promise<PollFigures> {
	const text = await (await fetch(`${url}/metrics`)).text();
	const sum = (name: string, label = '') =>
		[...text.matchAll(new RegExp(`^n8n_poll_trigger_${name}(\\{.*\\})? (\\S+)`, 'gm'))]
			.filter(([, labels = '']) => labels.includes(label))
			.reduce((total, [, , value]) => total + Number(value), 0);
	return {
		polls: sum('duration_seconds_count'),
		overlapping: sum('overlapping_ticks_total'),
		failed: sum('duration_seconds_count', 'status="error"'),
		seconds: sum('duration_seconds_sum'),
	};
}

export async function readDatabase(query: Services['query']): Promise<DatabaseFigures> {
	const [row] = await query<Record<keyof DatabaseFigures, string>>(
		'SELECT pg_database_size(current_database()) AS bytes, ' +
			'(SELECT count(*) FROM execution_entity) AS executions, ' +
			"pg_total_relation_size('execution_entity') + pg_total_relation_size('execution_data') " +
			'AS "executionBytes", ' +
			'(SELECT coalesce(sum(octet_length("staticData"::text)), 0) FROM workflow_entity) ' +
			'AS "stateBytes"',
	);
	return {
		bytes: Number(row?.bytes),
		executions: Number(row?.executions),
		executionBytes: Number(row?.executionBytes),
		stateBytes: Number(row?.stateBytes),
	};
}

/** Frees what no row uses any more and returns the size of the database, in bytes. */
export async function sizeAfterVacuum(query: Services['query']): Promise<number> {
	await query('VACUUM FULL');
	return (await readDatabase(query)).bytes;
}

/** The figures of n8n's processes, after a garbage collection in each. */
export async function collectAll(main: Meter, workers: readonly Meter[]) {
	return {
		main: await main.collect(),
		workers: await Promise.all(workers.map(async (worker) => await worker.collect())),
	};
}
