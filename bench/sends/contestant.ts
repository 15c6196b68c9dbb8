import type { SandboxCredentials } from '../../sandbox';

/** The input of a contestant, sent over its process's channel. */
export interface Task {
	readonly credentials: SandboxCredentials;
	/** All eligible; make one request for a review for each. */
	readonly orderIds: readonly string[];
	/** An extra order, for a call before the start. */
	readonly extraOrderId: string;
	/** The sandbox's rate is Amazon's (1 request per second) times this. */
	readonly scale: number;
	/** Which of the contestant's ways to use. */
	readonly way: string;
}

export interface Report {
	/** When sending started, in milliseconds since 1970. */
	readonly startedAt: number;
	/** How many orders the client gave up on, by the reason it gave. */
	readonly givenUp: Readonly<Record<string, number>>;
}

/** Takes the task, prepares everything, then measures from the start of sending. */
export function contest(
	prepare: (task: Task) => Promise<(givenUp: (reason: string) => void) => Promise<void>>,
): void {
	process.once('message', (task: Task) => {
		void (async () => {
			const send = await prepare(task);
			const givenUp: Record<string, number> = {};
			const startedAt = performance.timeOrigin + performance.now();
			await send((reason) => (givenUp[reason] = (givenUp[reason] ?? 0) + 1));
			const report: Report = { startedAt, givenUp };
			process.send?.(report, () => process.exit());
		})();
	});
}

/** Sends for all orders with this number of parallel loops; one is a plain loop. */
export async function pool(
	atOnce: number,
	orderIds: readonly string[],
	send: (orderId: string) => Promise<unknown>,
	givenUp: (reason: string) => void,
): Promise<void> {
	const left = orderIds.values();
	const loop = async () => {
		for (const orderId of left) {
			await send(orderId).catch((error: Error) => givenUp(error.message));
		}
	};
	await Promise.all(Array.from({ length: atOnce }, loop));
}
