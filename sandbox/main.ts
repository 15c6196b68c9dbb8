import { parseArgs } from 'node:util';
import { DEFAULT_PROFILE, HABIT_NAMES, readHabits } from './habits';
import { startSandbox, type Habits, type MoreSellers, type Sandbox } from './index';
import { moreSellersSchema } from './world/moreSellers';

const USAGE = `Usage: npm run sandbox -- [options]
  --port N           port to listen on (4010; env SANDBOX_PORT)
  --host NAME        address to listen on (127.0.0.1; env SANDBOX_HOST)
  --seed TEXT        which world (demo; env SANDBOX_SEED)
  --now TIME         a clock that stands still, e.g. 2026-11-20T09:00:00Z (real clock; env SANDBOX_NOW)
  --rate-limits N    Amazon's rates times N, or "off" (1000; env SANDBOX_RATE_LIMITS)
  --habits NAMES     what Amazon does beyond its models: worst, kind, names from sandbox/habits.ts, or
                     worst,-name,name (${DEFAULT_PROFILE}; env SANDBOX_HABITS)
  --more-sellers NxM N more sellers with M marketplaces each, and little content
  --report-delay MS  how long a report or query takes (300; env SANDBOX_REPORT_DELAY)
  --quiet            do not print each request
  --help             show this text`;

interface Flags {
	readonly port: number;
	readonly host: string;
	readonly seed: string;
	readonly now: string | undefined;
	readonly rateLimits: number | false;
	readonly habits: Habits;
	readonly reportDelayMs: number;
	readonly moreSellers: MoreSellers | undefined;
	readonly quiet: boolean;
}

/** Invalid flags; the message is shown to the person who typed them. */
class UsageError extends Error {}

function amount(text: string, name: string): number {
	const value = Number(text);
	if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
		throw new UsageError(`${name} must be a number, got "${text}"`);
	}
	return value;
}

function readMoreSellers(text: string | undefined): MoreSellers | undefined {
	if (text === undefined) return undefined;
	const [, count, marketplaces] = /^(\d+)x(\d+)$/.exec(text) ?? [];
	const parsed = moreSellersSchema.safeParse({
		count: Number(count),
		marketplaces: Number(marketplaces),
	});
	if (parsed.success) return parsed.data;
	throw new UsageError(
		`--more-sellers must be sellers and marketplaces of each, such as 200x5, got "${text}"`,
	);
}

function readFlags(args: string[]): Flags | 'help' {
	const text = { type: 'string' } as const;
	const yes = { type: 'boolean' } as const;
	const { values } = parseArgs({
		args,
		options: {
			port: text,
			host: text,
			seed: text,
			now: text,
			'rate-limits': text,
			habits: text,
			'report-delay': text,
			'more-sellers': text,
			quiet: yes,
			help: yes,
		},
	});
	if (values.help) return 'help';
	const { env } = process;
	const rate = values['rate-limits'] ?? env['SANDBOX_RATE_LIMITS'] ?? '1000';
	const now = values.now ?? env['SANDBOX_NOW'];
	if (now !== undefined && Number.isNaN(Date.parse(now))) {
		throw new UsageError(`--now must be an ISO 8601 time, got "${now}"`);
	}
	const named = values.habits ?? env['SANDBOX_HABITS'] ?? DEFAULT_PROFILE;
	const habits = readHabits(named);
	if (habits === undefined) {
		throw new UsageError(
			`--habits must be worst, kind or names of habits from sandbox/habits.ts, got "${named}"`,
		);
	}
	const port = amount(values.port ?? env['SANDBOX_PORT'] ?? '4010', '--port');
	if (!Number.isInteger(port) || port > 65_535) {
		throw new UsageError(`--port must be between 0 and 65535, got "${port}"`);
	}
	return {
		port,
		host: values.host ?? env['SANDBOX_HOST'] ?? '127.0.0.1',
		seed: values.seed ?? env['SANDBOX_SEED'] ?? 'demo',
		now,
		habits,
		rateLimits: ['off', 'false', '0'].includes(rate) ? false : amount(rate, '--rate-limits'),
		reportDelayMs: amount(
			values['report-delay'] ?? env['SANDBOX_REPORT_DELAY'] ?? '300',
			'--report-delay',
		),
		moreSellers: readMoreSellers(values['more-sellers']),
		quiet: values.quiet ?? false,
	};
}

/** How fast this Amazon is compared with the real one. */
const paceOf = (rateLimits: number | false): string =>
	rateLimits === false
		? 'Pace: no limits. The real Amazon is slower and limits some report types to one per 15 minutes or hours.'
		: `Pace: Amazon's limits, including those per report type, ${rateLimits} times as fast as the real ones.`;

/** What a person needs to start: the address, the credentials and a command to paste. */
function greeting(sandbox: Sandbox, rateLimits: number | false): string {
	const { url } = sandbox;
	const demo = sandbox.credentials('demo');
	const others = Object.keys(sandbox.sellers)
		.filter((key) => key !== 'demo')
		.map((key) => `  ${key.padEnd(8)} ${sandbox.credentials(key).refreshToken}`);
	return [
		`Amazon SP-API sandbox: ${url}`,
		`Clock: ${sandbox.clock.now().toISOString()}`,
		paceOf(rateLimits),
		`Habits: ${HABIT_NAMES.filter((name) => sandbox.habits.get()[name]).length} of ${HABIT_NAMES.length} (--habits)`,
		'',
		`Client ID:      ${demo.clientId}`,
		`Client Secret:  ${demo.clientSecret}`,
		`Refresh Token:  ${demo.refreshToken}`,
		`Base URL:       ${url}`,
		`Marketplace:    ${demo.marketplaceId}`,
		'',
		'Refresh tokens of the other sellers:',
		...others,
		'',
		'Try it:',
		`TOKEN=$(curl -s ${url}/auth/o2/token -d grant_type=refresh_token -d client_id=${demo.clientId} -d client_secret=${demo.clientSecret} --data-urlencode 'refresh_token=${demo.refreshToken}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'); curl -s ${url}/sellers/v1/marketplaceParticipations -H "x-amz-access-token: $TOKEN"`,
		'',
		`Controls: ${url}/sandbox/health, ${url}/sandbox/truth/solicitations, ...`,
		'Stop with Ctrl+C.',
	].join('\n');
}

const isPortInUse = (error: unknown): boolean =>
	error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

async function main(): Promise<void> {
	const flags = readFlags(process.argv.slice(2));
	if (flags === 'help') {
		console.log(USAGE);
		return;
	}
	const { quiet, ...options } = flags;
	const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
	const sandbox = await startSandbox({ ...options, ...(quiet ? {} : { log }) }).catch(
		(error: unknown) => {
			if (!isPortInUse(error)) throw error;
			throw new UsageError(
				`Port ${options.port} on ${options.host} is in use. Choose another one with --port.`,
			);
		},
	);
	console.log(greeting(sandbox, options.rateLimits));
	const stop = () => {
		void sandbox.close().then(() => process.exit(0));
	};
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : String(error));
	process.exit(1);
});
