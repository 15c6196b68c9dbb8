import { DataDeduplicationService } from 'n8n-core/dist/data-deduplication-service';
import type {
	DeduplicationItemTypes,
	DeduplicationScope,
	ICheckProcessedContextData,
	IDataDeduplicator,
	IDeduplicationOutput,
} from 'n8n-workflow';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a read or write takes, like in a database. */
const DATABASE_MS = 2;

const hashOf = (value: DeduplicationItemTypes): string =>
	createHash('md5').update(value.toString()).digest('base64');

/**
 * n8n's store of processed data as in its server (mode `entries`): one row per workflow and node
 * with a list of hashes. The whole row is read and later written, without a lock, and the first
 * write fails if another one came before it.
 */
export class ProcessedData implements IDataDeduplicator {
	private readonly rows = new Map<string, readonly string[]>();

	/** Whether the database fails. */
	broken = false;

	/** What a read waits for, if the database hangs. */
	hangsUntil: Promise<void> | undefined;

	/** How often a row was written. */
	writes = 0;

	/** All entries of all nodes. */
	get entries(): readonly string[] {
		return [...this.rows.values()].flat();
	}

	clear(): void {
		this.rows.clear();
	}

	async checkProcessedAndRecord(
		items: DeduplicationItemTypes[],
		scope: DeduplicationScope,
		contextData: ICheckProcessedContextData,
		{ maxEntries }: { maxEntries?: number } = {},
	): Promise<IDeduplicationOutput> {
		const key = keyOf(scope, contextData);
		const stored = await this.read(key);
		const known = new Set(stored);
		const isKnown = (item: DeduplicationItemTypes): boolean => known.has(hashOf(item));
		const fresh = items.filter((item) => !isKnown(item));
		const all = [...(stored ?? []), ...fresh.map(hashOf)];
		await this.write(key, maxEntries === undefined ? all : all.slice(-maxEntries), stored);
		return { new: fresh, processed: items.filter(isKnown) };
	}

	async removeProcessed(
		items: DeduplicationItemTypes[],
		scope: DeduplicationScope,
		contextData: ICheckProcessedContextData,
	): Promise<void> {
		const key = keyOf(scope, contextData);
		const stored = await this.read(key);
		if (stored === undefined) return;
		const gone = new Set(items.map(hashOf));
		await this.write(
			key,
			stored.filter((hash) => !gone.has(hash)),
			stored,
		);
	}

	async clearAllProcessedItems(
		scope: DeduplicationScope,
		contextData: ICheckProcessedContextData,
	): Promise<void> {
		this.rows.delete(keyOf(scope, contextData));
	}

	async getProcessedDataCount(
		scope: DeduplicationScope,
		contextData: ICheckProcessedContextData,
	): Promise<number> {
		return (await this.read(keyOf(scope, contextData)))?.length ?? 0;
	}

	private async read(key: string): Promise<readonly string[] | undefined> {
		await sleep(DATABASE_MS);
		await this.hangsUntil;
		if (this.broken) throw new Error('SQLITE_BUSY: database is locked');
		return this.rows.get(key);
	}

	private async write(
		key: string,
		hashes: readonly string[],
		before: readonly string[] | undefined,
	): Promise<void> {
		await sleep(DATABASE_MS);
		if (before === undefined && this.rows.has(key)) {
			throw new Error(
				'UNIQUE constraint failed: processed_data.workflowId, processed_data.context',
			);
		}
		this.writes += 1;
		this.rows.set(key, hashes);
	}
}

const keyOf = (scope: DeduplicationScope, { node, workflow }: ICheckProcessedContextData): string =>
	`${workflow.id} ${scope === 'node' ? `n:${node?.id}` : ''}`;

/** Gives n8n's engine a store. n8n does not allow a second one, so that of an earlier test file goes. */
export async function giveProcessedData(store: ProcessedData): Promise<void> {
	Reflect.set(DataDeduplicationService, 'instance', undefined);
	await DataDeduplicationService.init(store);
}
