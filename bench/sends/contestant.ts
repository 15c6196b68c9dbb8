import type { SandboxCredentials } from '../../sandbox';

/** What a contestant is told, over its process's channel. */
export interface Task {
	readonly credentials: SandboxCredentials;
	/** All eligible; one request for a review is to be made for each. */
	readonly orderIds: readonly string[];
	/** One more, for a call before the start. */
	readonly extraOrderId: string;
	/** Amazon's rate (1 request per second) times this is the sandbox's. */
	readonly scale: number;
	/** Which of the contestant's ways to go. */
	readonly way: string;
}

export interface Report {
	/** When the sending began, in milliseconds since 1970. */
	readonly startedAt: number;
	/** How often the client gave up an order, by the reason it gave. */
	readonly givenUp: Readonly<Record<string, number>>;
}

/** Takes the task, has everything made ready, then measures from the start of the sending. */
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

/** Sends for all orders with that many loops side by side; one is a plain loop. */
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
