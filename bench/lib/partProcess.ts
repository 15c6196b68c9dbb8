import { answerTask } from './measure';
import { loadPart, type PartId } from './parts';
import type { RunOptions } from './section';

export interface PartTask {
	readonly id: PartId;
	readonly options: RunOptions;
}

// Runs one part in its own process.
answerTask(async ({ id, options }: PartTask) => await (await loadPart(id)).run(options));
