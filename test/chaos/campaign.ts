import type { FaultKind, Sandbox, SandboxSettings } from '../../sandbox';
import { EVENT_FAULTS, FAULT_KINDS } from '../../sandbox/faults';
import { HABIT_NAMES, type HabitName } from '../../sandbox/habits';
import { Random } from '../../sandbox/random';
import { createCredentialStore } from '../engine/harness';
import { giveProcessedData, ProcessedData } from '../engine/processedData';
import { connect } from '../engine/sandboxCredential';
import { startUnknownSandbox } from '../engine/startUnknownSandbox';
import { faultsFor } from './faults';
import { drawHabits, isWorst } from './habits';
import { LeakSearch } from './leaks';
import { passTime, realMs, takeOverClocks } from './passingTime';
import { PROBLEMS, Round, type ProblemKind, type Scenario, type Tally } from './round';
import { feedbackScenarios } from './scenarios/feedback';
import { orderScenarios, rememberOrders } from './scenarios/orders';
import { ratingScenarios } from './scenarios/rating';
import { sendingScenarios } from './scenarios/sending';
import { watchADay } from './scenarios/watching';

const SCENARIOS: Readonly<Record<string, Scenario>> = {
	...feedbackScenarios,
	...orderScenarios,
	...ratingScenarios,
	...sendingScenarios,
};

/** Rounds per world; each new world starts with the trigger watching for a while. */
export const ROUNDS_PER_WORLD = 40;

const START = '2026-11-20T15:00:00Z';

const SELLERS = ['demo', 'demo', 'demo', 'second', 'japan'];

export interface Problem {
	readonly kind: ProblemKind;
	readonly round: number;
	readonly scenario: string;
	readonly text: string;
}

export interface CampaignResult {
	readonly tally: Tally;
	readonly problems: readonly Problem[];
	readonly faults: ReadonlyMap<FaultKind, number>;
	/** In how many rounds each habit was on, and how many rounds had all everyday habits. */
	readonly habits: ReadonlyMap<HabitName, number>;
	readonly worstRounds: number;
	/** By scenario. */
	readonly rounds: ReadonlyMap<string, number>;
	readonly calls: number;
	readonly seconds: number;
	/** How many characters were searched for secrets, and how many secrets there were. */
	readonly searched: number;
	readonly secrets: number;
}

export interface CampaignOptions {
	readonly seed: string;
	readonly rounds: number;
	/** Starts with this world; a world does not depend on earlier ones. */
	readonly firstWorld?: number;
	/** Ends early, between two rounds, after this many milliseconds. */
	readonly forMs?: number;
	/** Only scenarios whose name contains this. */
	readonly only?: string;
	/** How many minutes the trigger watches in each world. */
	readonly watchMinutes?: number;
	/** Returns what was printed since the last call: logs, the console. */
	readonly takePrinted?: () => string;
	readonly onWorld?: (progress: { rounds: number; problems: number }) => void;
}

/**
 * The fault campaign: rounds of random work by all nodes in n8n's own engine, under all kinds of
 * faults, each compared with what the sandbox knows to be true. The same seed gives the same
 * rounds.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
	const { seed, rounds, firstWorld = 1, forMs = Infinity, only = '' } = options;
	const began = realMs();
	const problems: Problem[] = [];
	const counts = new Map<string, number>();
	const faults = new Map<FaultKind, number>(ALL_FAULTS.map((kind) => [kind, 0]));
	const habits = new Map<HabitName, number>(HABIT_NAMES.map((name) => [name, 0]));
	let worstRounds = 0;
	const tally: Tally = {
		rounds: 0,
		executions: 0,
		canceled: 0,
		polls: 0,
		itemsIn: 0,
		itemsOut: 0,
		badInputs: 0,
		errors: 0,
		followed: 0,
	};
	let calls = 0;
	let searched = 0;
	let secrets = 0;
	await giveStore();
	const names = Object.keys(SCENARIOS).filter((name) => name.includes(only));
	const isOver = () => tally.rounds >= rounds || realMs() - began > forMs;

	for (let world = firstWorld; !isOver(); world += 1) {
		let number = (world - 1) * ROUNDS_PER_WORLD;
		const restoreClocks = takeOverClocks(START);
		const sandbox = await startUnknownSandbox({
			seed: `${seed}/${world}`,
			rateLimits: 1,
			reportDelayMs: 30_000,
		});
		const leaks = new LeakSearch();
		rememberOrders(sandbox);
		try {
			const play = async (name: string, scenario: Scenario): Promise<void> => {
				tally.rounds += 1;
				counts.set(name, (counts.get(name) ?? 0) + 1);
				number += 1;
				const round = number;
				const note = (kind: ProblemKind, text: string) =>
					void problems.push({ kind, round, scenario: name, text });
				const opened = await openRound(name, `${seed}/${round}`, sandbox, tally, leaks, note);
				const drawn = HABIT_NAMES.filter((each) => sandbox.habits.get()[each]);
				for (const each of drawn) habits.set(each, (habits.get(each) ?? 0) + 1);
				if (isWorst(sandbox.habits.get())) worstRounds += 1;
				try {
					await scenario(opened);
				} catch (error) {
					const { stack = String(error) } = error as Error;
					note('wrong', `the scenario failed: ${stack.slice(0, 800)}`);
				}
				for (const { kind, fired } of opened.faults) {
					faults.set(kind, (faults.get(kind) ?? 0) + fired);
				}
				sandbox.faults.clear();
				learnSecrets(leaks, sandbox);
				opened.searchText('printed output', options.takePrinted?.());
				if (({} as { polluted?: boolean }).polluted) note('wrong', 'Object.prototype was changed');
			};
			if ('watching'.includes(only)) {
				await play('watching', async (round) => await watchADay(round, options.watchMinutes));
			}
			for (let each = 1; each < ROUNDS_PER_WORLD && !isOver() && names.length > 0; each += 1) {
				const name = new Random(`${seed}/${number + 1}/which`).pick(names);
				await play(name, SCENARIOS[name] as Scenario);
			}
			const solicited = sandbox.truth.solicitations.map(({ orderId }) => orderId);
			const twice = solicited.length - new Set(solicited).size;
			if (twice > 0) {
				const text = `reviews of ${twice} orders were requested twice`;
				problems.push({ kind: 'doubled', round: number, scenario: 'world', text });
			}
		} finally {
			calls += sandbox.requests.length;
			searched += leaks.searched;
			secrets += leaks.size;
			await sandbox.close();
			restoreClocks();
		}
		options.onWorld?.({ rounds: tally.rounds, problems: problems.length });
	}
	const seconds = (realMs() - began) / 1000;
	return {
		tally,
		problems,
		faults,
		habits,
		worstRounds,
		rounds: counts,
		calls,
		seconds,
		searched,
		secrets,
	};
}

let store: ProcessedData | undefined;

/** n8n's engine accepts only one store of processed data. */
async function giveStore(): Promise<void> {
	if (store !== undefined) return;
	store = new ProcessedData();
	await giveProcessedData(store);
}

const ALL_FAULTS: readonly FaultKind[] = [...FAULT_KINDS, ...EVENT_FAULTS];

/** Longer than the 15 minutes after which Amazon makes the next report. */
const BETWEEN_ROUNDS_MINUTES = [16, 45] as const;

/**
 * New credentials, a new mixture of faults and habits, and new answers to Amazon's open questions.
 * Each is drawn separately: if the number of draws changes in one of them, a seed still gives the
 * same round otherwise.
 */
async function openRound(
	name: string,
	seed: string,
	sandbox: Sandbox,
	tally: Tally,
	leaks: LeakSearch,
	note: (kind: ProblemKind, text: string) => void,
): Promise<Round> {
	const random = new Random(seed);
	const seller = random.pick(SELLERS);
	passTime(random.integer(...BETWEEN_ROUNDS_MINUTES) * 60_000);
	const credentials = await createCredentialStore();
	for (const key of Object.keys(sandbox.sellers)) connect(credentials, sandbox, key);
	sandbox.settings.set(settingsFor(new Random(`${seed}/settings`)));
	sandbox.habits.set(drawHabits(new Random(`${seed}/habits`)));
	learnSecrets(leaks, sandbox);
	const round = new Round(name, random, sandbox, seller, credentials, tally, leaks, note);
	for (const fault of faultsFor(new Random(`${seed}/faults`), ALL_FAULTS)) round.addFault(fault);
	return round;
}

/** Adds everything that must not be found anywhere, as far as it exists by now. */
export function learnSecrets(leaks: LeakSearch, sandbox: Pick<Sandbox, 'secrets'>): void {
	const secrets = sandbox.secrets();
	leaks.add('client secret', secrets.clientSecrets, true);
	leaks.add('refresh token', secrets.refreshTokens, true);
	leaks.add('access token', secrets.accessTokens, true);
	leaks.add('key of a document', secrets.documentSignatures, true);
	leaks.add("buyer's email", secrets.buyerEmails);
	leaks.add("buyer's name", secrets.buyerNames);
	leaks.add("buyer's address", secrets.buyerAddresses);
}

function settingsFor(random: Random): Partial<SandboxSettings> {
	return {
		alreadyRequestedText: random.pick(['current', 'legacy']),
		mojibakeApostrophe: random.chance(0.3),
		feedbackLayout: random.pick(['six', 'six', 'legacy9', 'legacy10']),
		feedbackLineEnd: random.pick(['crlf', 'lf']),
		feedbackBom: random.chance(0.3),
		feedbackUnreadableRow: random.chance(0.15),
		gzip: random.chance(0.8),
		performanceShape: random.pick(['schema', 'example']),
		fbaDeliverByWindow: random.chance(0.3),
	};
}

/** How many problems there are of each kind. */
export const countProblems = (
	problems: readonly Problem[],
): Readonly<Record<ProblemKind, number>> =>
	Object.fromEntries(
		PROBLEMS.map((kind) => [kind, problems.filter((problem) => problem.kind === kind).length]),
	) as Record<ProblemKind, number>;
