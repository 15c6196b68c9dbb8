import type { IExecuteFunctions } from 'n8n-workflow';

/** Time between two messages about a run that takes long. */
const EVERY_MS = 10_000;

/**
 * Tells how far a long run is: in n8n's log, and, where it was started by hand, in the browser's
 * console, which is all that n8n has for a node that still runs.
 */
export class Progress {
	private readonly counts = new Map<string, number>();

	private done = 0;

	private toldAt = performance.now();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly total: number,
	) {}

	/** Counts one that is done, by what came of it. */
	count(outcome: string): void {
		this.done += 1;
		this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
		if (performance.now() - this.toldAt < EVERY_MS) return;
		this.toldAt = performance.now();
		const message = `${this.context.getNode().name}: ${this.done} of ${this.total} done; ${this.summary}`;
		this.context.logger.info(message);
		this.context.sendMessageToUI(message);
	}

	/** How many came to what, the most frequent first. */
	get summary(): string {
		return [...this.counts]
			.toSorted(([, a], [, b]) => b - a)
			.map(([outcome, count]) => `${count} ${outcome}`)
			.join(', ');
	}
}
