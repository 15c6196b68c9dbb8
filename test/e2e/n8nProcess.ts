import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, IRun, IRunData } from 'n8n-workflow';

const ROOT = resolve(__dirname, '../..');

/** How a process ended, and its output. */
export interface Finished {
	readonly code: number | null;
	readonly stdout: string;
	readonly output: string;
}

/** Runs one of this repository's scripts until it ends. */
export async function runScript(
	name: string,
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
	const child = spawnScript(name, args, env);
	let stdout = '';
	let output = '';
	child.stdout?.setEncoding('utf8').on('data', (text: string) => {
		stdout += text;
		output += text;
	});
	child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
	const [code] = (await once(child, 'close')) as [number | null];
	return { code, stdout, output };
}

function spawnScript(
	name: string,
	args: readonly string[],
	env: Readonly<Record<string, string>>,
): ChildProcess {
	return spawn(process.execPath, [join(ROOT, 'scripts', name), ...args], {
		cwd: ROOT,
		env: { ...process.env, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
}

/** A file of this repository, as JSON. */
export function readJson<T>(path: string): T {
	return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as T;
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	return port;
}

async function dataOf<T>(path: string, response: Response): Promise<T> {
	const text = await response.text();
	if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
	return (JSON.parse(text) as { data: T }).data;
}

/** The output items of each node: by node name, then by output. */
export type NodeOutputs = Readonly<Record<string, ReadonlyArray<readonly IDataObject[]>>>;

/** The output of the last run of each node. */
export function outputsOf(runData: IRunData): NodeOutputs {
	return Object.fromEntries(
		Object.entries(runData).map(([node, runs]) => [
			node,
			(runs.at(-1)?.data?.['main'] ?? []).map((items) => (items ?? []).map((item) => item.json)),
		]),
	);
}

/**
 * A real n8n with this package installed from its tarball (without it if `N8N_PLAIN` is set) and
 * with its own user folder.
 */
export class RealN8n {
	private readonly userFolder = mkdtempSync(join(tmpdir(), 'seller-feedback-e2e-'));
	private env: Record<string, string> = { N8N_USER_FOLDER: this.userFolder };
	private server: ChildProcess | undefined;
	private cookie = '';

	/** The output of the server. */
	log = '';

	/** Uses free ports, so that it can run in parallel with any other n8n. */
	static async create(env: Readonly<Record<string, string>> = {}): Promise<RealN8n> {
		const n8n = new RealN8n();
		n8n.env = {
			...n8n.env,
			...env,
			N8N_PORT: String(await freePort()),
			N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		};
		return n8n;
	}

	async import(kind: 'credentials' | 'workflow', entities: readonly object[]): Promise<void> {
		const file = join(this.userFolder, `${kind}.json`);
		writeFileSync(file, JSON.stringify(entities));
		const { output } = await this.run(`import:${kind}`, `--input=${file}`);
		if (!output.includes(`Successfully imported ${entities.length}`)) throw new Error(output);
	}

	/** A credential as stored in n8n's database, with expressions as written. */
	async credential(id: string): Promise<Readonly<Record<string, unknown>>> {
		const file = join(this.userFolder, 'exported.json');
		await this.run('export:credentials', `--id=${id}`, '--decrypted', `--output=${file}`);
		const exported = JSON.parse(readFileSync(file, 'utf8')) as IDataObject[] | IDataObject;
		return ([exported].flat()[0]?.data ?? {}) as IDataObject;
	}

	/** Executes a workflow in its own process. */
	async execute(workflowId: string): Promise<NodeOutputs> {
		const { stdout, output } = await this.run('execute', `--id=${workflowId}`, '--rawOutput');
		const json = /^\{\n[\s\S]*\n\}$/m.exec(stdout)?.[0];
		if (json === undefined) throw new Error(output);
		const { resultData } = (JSON.parse(json) as IRun).data;
		if (resultData.error) throw new Error(`${resultData.error.message}\n${output}`);
		return outputsOf(resultData.runData);
	}

	/** Starts the server and logs in as its owner. */
	async start(): Promise<void> {
		this.server = spawnScript('n8n.mjs', ['start'], this.env);
		for (const stream of [this.server.stdout, this.server.stderr]) {
			stream?.setEncoding('utf8').on('data', (text: string) => (this.log += text));
		}
		while (!(await this.isReady())) {
			if (this.server.exitCode !== null) throw new Error(this.log);
			await sleep(250);
		}
		const response = await this.request('POST', '/rest/owner/setup', {
			email: 'e2e@example.com',
			password: 'Endtoend1',
			firstName: 'End',
			lastName: 'Toend',
		});
		this.cookie = (response.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
	}

	/** Posts to the server's own API as the logged-in owner, as the editor does. */
	async post<T>(path: string, body: object): Promise<T> {
		return await this.call<T>('POST', path, body);
	}

	/** Calls the server's own API as the logged-in owner, as the editor does. */
	async call<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body: object = {}): Promise<T> {
		return await dataOf<T>(path, await this.request(method, path, body));
	}

	/** Reads from the server's own API as the logged-in owner, as the editor does. */
	async get<T>(path: string): Promise<T> {
		return await dataOf<T>(path, await fetch(this.url + path, { headers: this.headers }));
	}

	/** Headers for a request by the logged-in owner. */
	get headers(): Record<string, string> {
		return { cookie: this.cookie };
	}

	/** Stops the server, if it runs, and removes the user folder. */
	async dispose(): Promise<void> {
		if (this.server && this.server.exitCode === null) {
			this.server.kill('SIGTERM');
			await once(this.server, 'exit');
		}
		rmSync(this.userFolder, { recursive: true, force: true, maxRetries: 5 });
	}

	private async run(...args: string[]): Promise<Finished> {
		return await runScript('n8n.mjs', args, this.env);
	}

	/** The URL of the server. */
	get url(): string {
		return `http://127.0.0.1:${this.env['N8N_PORT']}`;
	}

	private async isReady(): Promise<boolean> {
		const response = await fetch(`${this.url}/healthz/readiness`).catch(() => undefined);
		return response?.ok ?? false;
	}

	private async request(method: string, path: string, body: object): Promise<Response> {
		return await fetch(this.url + path, {
			method,
			headers: { 'content-type': 'application/json', cookie: this.cookie },
			body: JSON.stringify(body),
		});
	}
}
