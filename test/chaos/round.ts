import type { IDataObject, INodeExecutionData, INodeParameters, OnError } from 'n8n-workflow';
import { inspect } from 'node:util';

import type { Fault, FaultSpec, Sandbox } from '../../sandbox';
import type { Random } from '../../sandbox/random';
import {
	runNode,
	type CredentialStore,
	type NodeRun,
	type NodeRunOptions,
} from '../engine/harness';
import { spoil, type Input } from './badValues';
import { differences } from './differences';
import type { LeakSearch } from './leaks';

/** What must not happen. */
export const PROBLEMS = ['lost', 'doubled', 'wrong', 'unclear', 'leaked'] as const;
export type ProblemKind = (typeof PROBLEMS)[number];

/** What the campaign has done so far, in numbers. */
export interface Tally {
	rounds: number;
	executions: number;
	canceled: number;
	polls: number;
	itemsIn: number;
	itemsOut: number;
	badInputs: number;
	errors: number;
	/** Items that were checked to be output exactly once. */
	followed: number;
}

export interface Execution {
	/** Class of node, e.g. `amazonSellerRating`. */
	readonly type: string;
	readonly parameters: IDataObject;
	readonly items?: readonly Input[];
	/** Parameters that count for the whole run, read from its first item. */
	readonly ofRun?: readonly string[];
	/** Without bad values and without cancellation. */
	readonly clean?: boolean;
	readonly staticData?: IDataObject;
	/** The input items contain personal data, so only the node's own output is searched. */
	readonly inputIsPersonal?: boolean;
	/** The user requested the buyers' addresses, so nothing is searched. */
	readonly personalDataWanted?: boolean;
	/** All items produce one result. */
	readonly together?: boolean;
}

/** The result of one execution. */
export interface Executed {
	readonly run: NodeRun;
	readonly items: readonly Input[];
	readonly parameters: IDataObject;
	/** Rows of one input item, without error items. */
	readonly rowsOf: (item: number) => IDataObject[];
	/** Input items that became errors. */
	readonly failed: ReadonlySet<number>;
	/** Ended with an error, or was canceled: there is nothing to compare. */
	readonly stopped: boolean;
	/** A fault was applied during the execution, so errors are expected. */
	readonly faulted: boolean;
}

/** Runs a node. If n8n refuses the workflow before running it, that is not an error of the node. */
async function runOrRefuse(options: NodeRunOptions): Promise<NodeRun> {
	const run = await runNode(options).catch((error: unknown) => {
		if (!isOfN8n(error as Error)) throw error;
		return REFUSED;
	});
	// Several inputs for one row are ambiguous to the node that checks the links, so it fails.
	return run.run.data.resultData.runData.Link === undefined ? run : { ...run, error: undefined };
}

/**
 * n8n rejected the parameters, or failed on them itself, e.g. on a resource locator without a
 * value.
 */
const isOfN8n = ({ name, stack = '' }: Error): boolean =>
	name === 'WorkflowHasIssuesError' || /^.*\n\s+at .*node_modules.n8n-workflow./.test(stack);

const REFUSED: NodeRun = {
	outputs: [],
	items: [],
	links: [],
	hints: [],
	run: { status: 'canceled', data: { resultData: { runData: {} } } } as unknown as NodeRun['run'],
};

/** A programmer's words, which no user should read. */
const UNCLEAR =
	/\b(Type|Reference|Syntax|Range)Error\b|Cannot (read|set|convert|destructure)|is not (a function|iterable|defined|a constructor)|\n\s+at \S|\[object \w+\]|SandboxBug/;

const LONGEST_MESSAGE = 2000;

/** How many characters of a problem are kept. */
const LONGEST_REPORTED = 500;

/** Real milliseconds in which a node notices its cancellation and saves its state. */
const NOTICED_MS = 150;

/** What happens in a round. */
export type Scenario = (round: Round) => Promise<void>;

/** One round: a scenario with its own random generator, faults and record. */
export class Round {
	constructor(
		readonly name: string,
		readonly random: Random,
		readonly sandbox: Sandbox,
		/** Key of the seller whose credential is used. */
		readonly seller: string,
		private readonly credentials: CredentialStore,
		readonly tally: Tally,
		readonly leaks: LeakSearch,
		private readonly report: (kind: ProblemKind, text: string) => void,
	) {}

	problem(kind: ProblemKind, text: string): void {
		this.report(kind, text.slice(0, LONGEST_REPORTED));
	}

	/** Every fault of this round, on or off. */
	readonly faults: Fault[] = [];

	addFault(fault: FaultSpec): void {
		this.faults.push(this.sandbox.faults.add(fault));
	}

	/** How many times faults have been applied so far. */
	get struck(): number {
		return this.faults.reduce((sum, { fired }) => sum + fired, 0);
	}

	/**
	 * Runs a node with things that may go wrong: bad parameter values, one of n8n's three ways on
	 * errors, a canceled execution. Checks what must hold for every node.
	 */
	async execute(work: Execution): Promise<Executed> {
		const { random, tally } = this;
		const wish = work.clean || random.chance(0.5) ? undefined : spoil;
		const given = work.items ?? [{ json: {} }];
		const spoiled = wish?.(random, work.parameters, given, work.ofRun);
		const items = spoiled?.items ?? given;
		const parameters = spoiled?.parameters ?? work.parameters;
		const onError: OnError = work.clean
			? 'continueRegularOutput'
			: random.pick(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput']);
		const cancelAfterMs = !work.clean && random.chance(0.1) ? random.integer(0, 25) : undefined;
		const struckBefore = this.struck;

		tally.executions += 1;
		tally.itemsIn += items.length;
		tally.badInputs += spoiled?.tried ?? 0;
		const run = await runOrRefuse({
			type: work.type,
			parameters: parameters as INodeParameters,
			items: items.map(({ json, binary }, index) => ({ json: { ...json, tag: index }, binary })),
			credentials: this.credentials,
			credentialId: this.seller,
			onError,
			cancelAfterMs,
			staticData: work.staticData,
		});
		tally.itemsOut += run.items.length;

		const canceled = run.run.status === 'canceled';
		if (canceled) {
			tally.canceled += 1;
			// n8n does not wait for the node to notice.
			await new Promise((resolve) => setTimeout(resolve, NOTICED_MS));
		}
		const stopped = canceled || run.error !== undefined;
		const errors = run.outputs.flat().filter(isErrorItem);
		tally.errors += errors.length + (run.error ? 1 : 0);
		const executed: Executed = {
			run,
			items,
			parameters,
			failed: new Set(errors.flatMap(inputsOf)),
			rowsOf: (item) =>
				run.outputs
					.flat()
					.filter((row) => !isErrorItem(row) && inputsOf(row).includes(item))
					.map(({ json }) => json),
			stopped,
			faulted: this.struck > struckBefore,
		};
		const where = spoiled ? ` (bad ${spoiled.where.join()})` : '';
		this.checkErrors(executed, canceled, where);
		this.checkPairing(executed, work.together ?? false, where);
		if (!work.personalDataWanted) this.search(executed, work);
		return executed;
	}

	/** Every error is n8n's own, names its item and can be understood. */
	private checkErrors({ run, items }: Executed, canceled: boolean, where: string): void {
		const all = [
			...(run.error && !canceled ? [run.error] : []),
			...run.outputs.flat().flatMap(({ error }) => error ?? []),
		];
		for (const error of all) {
			const { name, message, description, context } = error as Error & {
				description?: string | null;
				context?: IDataObject;
			};
			const said = `${name}: ${message} | ${description ?? ''}`.slice(0, 300);
			if (!/^Node(Api|Operation)Error$/.test(name)) {
				this.problem('unclear', `not an error of n8n's${where}: ${said}`);
			}
			const text = `${message}\n${description ?? ''}`;
			if (message.trim() === '' || UNCLEAR.test(text) || text.length > LONGEST_MESSAGE) {
				this.problem('unclear', `not understandable${where} (${text.length} characters): ${said}`);
			}
			const index = context?.itemIndex;
			if (typeof index !== 'number' || index < 0 || index >= items.length) {
				this.problem('unclear', `names no item${where}: ${said}`);
			}
		}
		for (const { json } of run.outputs.flat().filter(isErrorItem)) {
			if (UNCLEAR.test(String(json.error))) {
				this.problem('unclear', `not understandable${where}: ${String(json.error)}`);
			}
		}
	}

	/** Every row belongs to an input item; no item fails silently. */
	private checkPairing({ run, items, stopped }: Executed, together: boolean, where: string): void {
		for (const item of run.outputs.flat()) {
			const inputs = inputsOf(item);
			const isWhole = !together || inputs.length === items.length;
			if (inputs.length === 0 || inputs.some((input) => !(input in items)) || !isWhole) {
				this.problem('lost', `not paired with an input item${where}: ${inspect(item.pairedItem)}`);
			}
		}
		if (stopped) return;
		const linked = (run.outputs[0] ?? []).map((item) => inputsOf(item));
		if (!together && linked.some((inputs, row) => run.links[row] !== inputs[0])) {
			this.problem('lost', `the link to an input item is broken${where}`);
		}
	}

	/** Searches everything that n8n would store or show of the execution. */
	private search({ run }: Executed, { inputIsPersonal, staticData }: Execution): void {
		const { runData, error } = run.run.data.resultData;
		const stored = inputIsPersonal
			? [run.outputs, run.hints, runData.Node?.map(({ data, error: each }) => [data, each])]
			: run.run;
		this.searchText('execution data', JSON.stringify(stored));
		this.searchText('static data', JSON.stringify(staticData ?? {}));
		const errors = [error, ...run.outputs.flat().map((item) => item.error)].filter(Boolean);
		for (const each of errors) {
			this.searchText('error', inspect(each, { depth: 8, showHidden: true }));
			this.searchText('error', JSON.stringify(each));
		}
	}

	searchText(where: string, text: string | undefined): void {
		for (const { kind, form, before } of this.leaks.find(text ?? '')) {
			this.problem('leaked', `${kind} (${form}) in ${where}, after: ${JSON.stringify(before)}`);
		}
	}

	/** Compares the output with the truth, one text per entry. */
	compare(what: string, truth: readonly string[], reported: readonly string[]): void {
		this.tally.followed += truth.length;
		const { lost, doubled, invented } = differences(truth, reported);
		const some = (list: readonly string[]) =>
			`${list.length}, such as ${list.slice(0, 3).join('; ')}`;
		if (lost.length > 0) this.problem('lost', `${what}: ${some(lost)}`);
		if (doubled.length > 0) this.problem('doubled', `${what}: ${some(doubled)}`);
		if (invented.length > 0) this.problem('wrong', `${what}, not true: ${some(invented)}`);
	}
}

const isErrorItem = ({ json, error }: INodeExecutionData): boolean =>
	error !== undefined || (typeof json.error === 'string' && Object.keys(json).length === 1);

/** The input items a row belongs to. */
export const inputsOf = ({ pairedItem }: INodeExecutionData): number[] =>
	[pairedItem ?? []].flat().map((each) => (typeof each === 'number' ? each : each.item));
