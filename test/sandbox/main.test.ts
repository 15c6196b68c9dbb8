import { execFile, spawn, type ChildProcess } from 'node:child_process';
import net from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(__dirname, '..', '..');
const COMMAND = ['--import', 'tsx', 'sandbox/main.ts'];

/** Windows has no sh, and ends a process without a signal to it. */
const onUnix = process.platform === 'win32' ? it.skip : it;

interface Run {
	readonly child: ChildProcess;
	readonly output: () => string;
	readonly ended: Promise<{ code: number | null; signal: string | null }>;
}

function start(...flags: string[]): Run {
	const child = spawn(process.execPath, [...COMMAND, ...flags], { cwd: ROOT });
	let text = '';
	child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
	child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
	const ended = new Promise<{ code: number | null; signal: string | null }>((done) => {
		child.once('exit', (code, signal) => done({ code, signal }));
	});
	return { child, output: () => text, ended };
}

async function greeted(run: Run): Promise<string> {
	for (;;) {
		if (run.output().includes('Stop with Ctrl+C.')) return run.output();
		if (run.child.exitCode !== null) throw new Error(`The sandbox ended: ${run.output()}`);
		await new Promise((done) => run.child.stdout?.once('data', done));
	}
}

describe('npm run sandbox', () => {
	onUnix('prints a command that works when pasted into sh, and stops cleanly', async () => {
		const run = start('--port', '0', '--now', '2026-11-20T09:00:00Z');
		const text = await greeted(run);
		const command = text.split('\n').find((line) => line.startsWith('TOKEN=')) ?? '';
		const { stdout } = await promisify(execFile)('sh', ['-c', command]);
		const { payload } = JSON.parse(stdout) as {
			payload: Array<{ marketplace: { id: string } }>;
		};
		expect(payload.map(({ marketplace }) => marketplace.id)).toEqual([
			'ATVPDKIKX0DER',
			'A2EUQ1WTGCTBG2',
			'A1AM78C64UM0Y8',
		]);
		expect(text).toContain(
			"Pace: Amazon's limits, including those per report type, 1000 times as fast as the real ones.",
		);
		expect(text).toContain('Clock: 2026-11-20T09:00:00.000Z');
		run.child.kill('SIGTERM');
		expect(await run.ended).toEqual({ code: 0, signal: null });
	});

	it('prints one clear line and exits with 1 when the port is in use', async () => {
		const taken = net.createServer();
		await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
		const { port } = taken.address() as net.AddressInfo;
		try {
			const run = start('--port', String(port));
			expect((await run.ended).code).toBe(1);
			expect(run.output().trim()).toBe(
				`Port ${port} on 127.0.0.1 is in use. Choose another one with --port.`,
			);
		} finally {
			taken.close();
		}
	});

	it.each([
		[['--port', 'many'], '--port must be a number, got "many"'],
		[
			['--habits', 'worst,nonsense'],
			'--habits must be worst, kind or names of habits from sandbox/habits.ts, got "worst,nonsense"',
		],
		[
			['--more-sellers', '200'],
			'--more-sellers must be sellers and marketplaces of each, such as 200x5, got "200"',
		],
		[['--now', 'later'], '--now must be an ISO 8601 time, got "later"'],
	])('explains invalid flags: %j', async (flags, line) => {
		const run = start(...flags);
		expect((await run.ended).code).toBe(1);
		expect(run.output().trim()).toBe(line);
	});
});
