import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { makeCertificate } from './certificate';

/** A request that a node of n8n made to an outside service. */
export interface OutsideRequest {
	readonly host: string;
	readonly method: string;
	readonly path: string;
	readonly query: Readonly<Record<string, string>>;
	/** Parsed from JSON or from a form; empty without a body. */
	readonly body: Readonly<Record<string, unknown>>;
}

export class Refusal {
	constructor(
		readonly status: number,
		readonly body: object,
	) {}
}

/** A service's response: JSON, or bytes; a `Refusal` for a status other than 200. */
export type Service = (request: OutsideRequest) => object;

/**
 * The outside services as one local proxy: n8n and its nodes are unchanged, send requests to
 * https://slack.com and others, and reach this proxy. A host without a service is unreachable.
 */
export class OutsideServices {
	readonly requests: OutsideRequest[] = [];

	private readonly dir = mkdtempSync(join(tmpdir(), 'seller-feedback-outside-'));
	private readonly sockets = new Set<Socket>();
	private readonly proxy: Server;

	private constructor(private readonly services: Readonly<Record<string, Service>>) {
		const { key, cert } = makeCertificate(Object.keys(services), this.dir);
		const server = createServer((request, response) => {
			void this.answer(request).then((answer) => {
				const { status, body } = answer instanceof Refusal ? answer : { status: 200, body: answer };
				const isFile = Buffer.isBuffer(body);
				const type = isFile ? 'application/octet-stream' : 'application/json';
				response.writeHead(status, { 'content-type': type });
				response.end(isFile ? body : JSON.stringify(body));
			});
		});
		this.proxy = createServer((_request, response) => response.writeHead(502).end());
		this.proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
			socket.on('error', () => undefined);
			const [host = ''] = (request.url ?? '').split(':');
			if (!(host in services)) {
				socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
				return;
			}
			this.sockets.add(socket);
			socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			server.emit('connection', new TLSSocket(socket, { isServer: true, key, cert }));
		});
	}

	static async open(services: Readonly<Record<string, Service>>): Promise<OutsideServices> {
		const outside = new OutsideServices(services);
		outside.proxy.listen(0, '127.0.0.1');
		await once(outside.proxy, 'listening');
		return outside;
	}

	/** The environment for n8n. */
	get env(): Readonly<Record<string, string>> {
		const { port } = this.proxy.address() as AddressInfo;
		return {
			HTTPS_PROXY: `http://127.0.0.1:${port}`,
			NO_PROXY: '127.0.0.1,localhost',
			NODE_EXTRA_CA_CERTS: join(this.dir, 'cert.pem'),
		};
	}

	close(): void {
		for (const socket of this.sockets) socket.destroy();
		this.proxy.close();
		rmSync(this.dir, { recursive: true, force: true });
	}

	private async answer(message: IncomingMessage): Promise<object> {
		const host = message.headers.host ?? '';
		const { pathname, searchParams } = new URL(message.url ?? '/', `https://${host}`);
		const request = {
			host,
			method: message.method ?? 'GET',
			path: decodeURIComponent(pathname),
			query: Object.fromEntries(searchParams),
			body: parseBody(message.headers['content-type'], await textOf(message)),
		};
		this.requests.push(request);
		const service = this.services[host];
		return service ? service(request) : new Refusal(404, {});
	}
}

async function textOf(message: IncomingMessage): Promise<string> {
	let text = '';
	message.setEncoding('utf8');
	for await (const chunk of message) text += String(chunk);
	return text;
}

function parseBody(contentType: string | undefined, text: string): Record<string, unknown> {
	if (text === '') return {};
	if (contentType?.includes('json')) return JSON.parse(text) as Record<string, unknown>;
	return Object.fromEntries(new URLSearchParams(text));
}
