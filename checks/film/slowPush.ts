import type { Page, WebSocketRoute } from 'playwright-core';

/** How long n8n may take to its next message. */
const PATIENCE_MS = 120_000;

/** How long the editor takes to show it. */
const DRAWING_MS = 300;

/**
 * Holds back what n8n sends to the editor about a run, so that a picture can be taken after each node,
 * however fast the run is. The messages themselves are not changed.
 */
export class SlowPush {
	private readonly held: Array<string | Buffer> = [];

	private socket: WebSocketRoute | undefined;

	private isSlow = false;

	private constructor(private readonly page: Page) {}

	/** For the pages that are opened from now on. */
	static async on(page: Page): Promise<SlowPush> {
		const push = new SlowPush(page);
		await page.routeWebSocket(/\/rest\/push/, (socket) => {
			push.socket = socket;
			socket.connectToServer().onMessage((message) => {
				if (push.isSlow) push.held.push(message);
				else socket.send(message);
			});
		});
		return push;
	}

	/** Runs `work`, and `afterNode` each time that the editor has got that a node has ended. */
	async during(
		work: () => Promise<unknown>,
		afterNode: (name: string) => Promise<void>,
	): Promise<void> {
		this.isSlow = true;
		await work();
		for (;;) {
			const message = String(await this.next());
			const [, type] = /"type":"(\w+)"/.exec(message) ?? [];
			const [, name = ''] = /"nodeName":"([^"]+)"/.exec(message) ?? [];
			// Its data is the last message about a node.
			if (type === 'nodeExecuteAfterData') {
				await this.page.waitForTimeout(DRAWING_MS);
				await afterNode(name);
			}
			if (type === 'executionFinished') break;
		}
		this.isSlow = false;
		for (const message of this.held.splice(0)) this.socket?.send(message);
	}

	/** Passes the next message on. */
	private async next(): Promise<string | Buffer> {
		const deadline = Date.now() + PATIENCE_MS;
		while (Date.now() < deadline) {
			const message = this.held.shift();
			if (message !== undefined) {
				this.socket?.send(message);
				return message;
			}
			await this.page.waitForTimeout(20);
		}
		throw new Error('n8n sent nothing about the run');
	}
}
