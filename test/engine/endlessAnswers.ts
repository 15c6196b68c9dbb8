import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Sandbox } from '../../sandbox';

/** A host in front of a sandbox whose answers may never end. */
export interface EndlessHost {
	readonly url: string;
	/** So many requests like `GET /path` reach the sandbox, but their answers never end. */
	neverEnd(which: RegExp, times: number): void;
	/** The answers without end so far, and how many are under way. */
	readonly begun: number;
	readonly open: number;
	close(): void;
}

/** Passes all requests on to the sandbox. */
export async function startEndlessHost(sandbox: Sandbox): Promise<EndlessHost> {
	let held = { which: /^/, times: 0 };
	let begun = 0;
	let open = 0;
	const server = createServer((request, response) => {
		const { method = '', headers, url = '' } = request;
		const isHeld = held.times > 0 && held.which.test(`${method} ${url}`);
		if (isHeld) held.times -= 1;
		const passedOn = send(new URL(url, sandbox.url), { method, headers }, (answer) => {
			if (!isHeld) {
				response.writeHead(answer.statusCode ?? 0, answer.headers);
				answer.pipe(response);
				return;
			}
			answer.resume();
			begun += 1;
			open += 1;
			response.writeHead(200, { 'content-type': 'application/json' });
			const timer = setInterval(() => response.write(' '), 50);
			response.on('close', () => {
				clearInterval(timer);
				open -= 1;
			});
		});
		request.pipe(passedOn);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		neverEnd: (which, times) => void (held = { which, times }),
		get begun() {
			return begun;
		},
		get open() {
			return open;
		},
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}
