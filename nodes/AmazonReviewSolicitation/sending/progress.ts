import type { IExecuteFunctions } from 'n8n-workflow';

/** Time between two progress messages of a long run. */
const EVERY_MS = 10_000;

/**
 * Reports the progress of a long run: in n8n's log and, if it was started manually, in the
 * browser's console, which is all that n8n offers for a running node.
 */
export class Progress {
	private readonly counts = new Map<string, number>();

	private done = 0;

	private reportedAt = performance.now();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly total: number,
	) {}

	/** Counts a finished order by its outcome. */
	count(outcome: string): void {
		this.done += 1;
		this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
		if (performance.now() - this.reportedAt < EVERY_MS) return;
		this.reportedAt = performance.now();
		const message = `${this.context.getNode().name}: ${this.done} of ${this.total} done; ${this.summary}`;
		this.context.logger.info(message);
		this.context.sendMessageToUI(message);
	}

	/** How many orders had each outcome, the most frequent first. */
	get summary(): string {
		return [...this.counts]
			.toSorted(([, a], [, b]) => b - a)
			.map(([outcome, count]) => `${count} ${outcome}`)
			.join(', ');
	}
}
