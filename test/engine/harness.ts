import {
	ExecutionLifecycleHooks,
	PackageDirectoryLoader,
	PollContext,
	WorkflowExecute,
} from 'n8n-core';
import {
	ICredentialsHelper,
	NodeHelpers,
	Workflow,
	type ICredentialDataDecryptedObject,
	type ICredentials,
	type ICredentialsExpressionResolveValues,
	type ICredentialType,
	type IDataObject,
	type IExecuteData,
	type IExecuteFunctions,
	type IHttpRequestHelper,
	type IHttpRequestOptions,
	type INode,
	type INodeCredentialsDetails,
	type INodeExecutionData,
	type INodeParameters,
	type INodeProperties,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IVersionedNodeType,
	type IWorkflowExecuteAdditionalData,
	type NodeApiError,
	type OnError,
	type WorkflowActivateMode,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Runs this package's built nodes in n8n's own engine (n8n-core), against the host in the
 * credential. Only what the n8n server would add is implemented here: a store for credentials.
 */

const PACKAGE = 'n8n-nodes-amazon-seller-feedback';
const CREDENTIAL = 'amazonSellingPartnerApi';

/** Outputs the items from its parameter. */
const itemsNode: INodeType = {
	description: {
		displayName: 'Items',
		name: 'items',
		group: ['trigger'],
		version: 1,
		description: '',
		defaults: {},
		inputs: [],
		outputs: ['main'],
		properties: [{ displayName: 'Items', name: 'items', type: 'json', default: [] }],
	},
	async execute(this: IExecuteFunctions) {
		return [this.getNodeParameter('items', 0) as unknown as INodeExecutionData[]];
	},
};

/** Resolves an expression on an earlier node for each item, which proves the item linking. */
const linkNode: INodeType = {
	description: {
		displayName: 'Link',
		name: 'link',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: {},
		inputs: ['main'],
		outputs: ['main'],
		properties: [{ displayName: 'Value', name: 'value', type: 'string', default: '' }],
	},
	async execute(this: IExecuteFunctions) {
		const items = this.getInputData();
		return [
			items.map((_, item) => ({
				json: { linked: this.getNodeParameter('value', item, null) as string },
				pairedItem: { item },
			})),
		];
	},
};

let loader: PackageDirectoryLoader | undefined;

/** Loads the package as n8n does, once, from its built files. */
export async function loadPackage(): Promise<PackageDirectoryLoader> {
	if (loader !== undefined) return loader;
	if (!existsSync('dist/nodes')) throw new Error('dist/ is missing: run `npx gulp build` first');
	if (process.env.N8N_USER_FOLDER === undefined) {
		const folder = join('.runtime', `engine-${process.env.JEST_WORKER_ID ?? 0}`);
		mkdirSync(folder, { recursive: true });
		process.env.N8N_USER_FOLDER = resolve(folder);
	}
	loader = new PackageDirectoryLoader(process.cwd());
	await loader.loadAll();
	return loader;
}

class TestNodeTypes implements INodeTypes {
	constructor(private readonly loaded: PackageDirectoryLoader) {}

	getByName(type: string): INodeType | IVersionedNodeType {
		if (type === 'test.items') return itemsNode;
		if (type === 'test.link') return linkNode;
		const name = type.replace(`${PACKAGE}.`, '');
		const loaded = this.loaded.getNode(name.replace(/Tool$/, '')).type as INodeType;
		if (!name.endsWith('Tool')) return loaded;
		// An agent's tool is the same node under another name.
		const description = { value: { ...loaded.description, name } };
		return Object.create(loaded, { description }) as INodeType;
	}

	getByNameAndVersion(type: string, version?: number): INodeType {
		return NodeHelpers.getVersionedNodeType(this.getByName(type), version);
	}

	getKnownTypes(): IDataObject {
		return {};
	}
}

/** Keeps credentials in memory and follows the rules of n8n's own helper for expirable tokens. */
export class CredentialStore extends ICredentialsHelper {
	private readonly stored = new Map<string, ICredentialDataDecryptedObject>();

	constructor(private readonly type: ICredentialType) {
		super();
	}

	set(id: string, data: ICredentialDataDecryptedObject): void {
		const defaults = Object.fromEntries(
			this.type.properties.map((property) => [property.name, property.default as string]),
		);
		this.stored.set(id, { ...defaults, ...data });
	}

	get(id: string): ICredentialDataDecryptedObject {
		const data = this.stored.get(id);
		if (data === undefined) throw new Error(`No credential ${id}`);
		return data;
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_type: string,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.type;
		if (typeof authenticate !== 'function') throw new Error('The credential has another type');
		return await authenticate(credentials, request);
	}

	async preAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		_type: string,
		node: INode,
		expired: boolean,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		if (credentials.accessToken !== '' && !expired) return undefined;
		const output = await this.type.preAuthentication?.call(helpers, credentials);
		const id = node.credentials?.[CREDENTIAL]?.id ?? '';
		this.stored.set(id, { ...this.get(id), ...(output as ICredentialDataDecryptedObject) });
		return { ...credentials, ...(output as ICredentialDataDecryptedObject) };
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async getCredentials(): Promise<ICredentials> {
		throw new Error('not part of an execution');
	}

	/** Resolves expressions in the fields for the requested item, as n8n does. */
	async getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		{ id }: INodeCredentialsDetails,
		_type: string,
		mode: WorkflowExecuteMode,
		executeData?: IExecuteData,
		_raw?: boolean,
		item?: ICredentialsExpressionResolveValues,
	): Promise<ICredentialDataDecryptedObject> {
		const data = { ...this.get(id ?? '') };
		if (item === undefined) return data;
		return item.workflow.expression.getParameterValue(
			data as INodeParameters,
			item.runExecutionData,
			item.runIndex,
			item.itemIndex,
			item.node.name,
			item.connectionInputData,
			mode,
			{},
			executeData,
		) as ICredentialDataDecryptedObject;
	}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	getCredentialsProperties(): INodeProperties[] {
		return this.type.properties;
	}
}

export async function createCredentialStore(): Promise<CredentialStore> {
	const loaded = await loadPackage();
	return new CredentialStore(loaded.getCredential(CREDENTIAL).type);
}

export interface NodeRun {
	/** Items per output of the node under test. */
	readonly outputs: INodeExecutionData[][];
	/** The JSON of the items of all outputs, one output after the other. */
	readonly items: IDataObject[];
	/** The result of the linking expression after the node, for each item of the linked output. */
	readonly links: unknown[];
	readonly error?: NodeApiError;
	/** Sentences shown above the output. */
	readonly hints: string[];
	readonly run: IRun;
}

export interface NodeRunOptions {
	/** Class of node, e.g. `amazonSellerFeedback`. */
	readonly type: string;
	readonly parameters: INodeParameters;
	readonly items?: Array<{ json: IDataObject; binary?: INodeExecutionData['binary'] }>;
	readonly credentials?: CredentialStore;
	readonly credentialId?: string;
	readonly onError?: OnError;
	/** How n8n runs the workflow; by default as its command line does. */
	readonly mode?: WorkflowExecuteMode;
	/** How the workflow was started that called this one as a sub-workflow. */
	readonly rootMode?: WorkflowExecuteMode;
	/** Cancels the execution this many milliseconds after its start. */
	readonly cancelAfterMs?: number;
	/** The workflow's static data, kept between runs; changed in place. */
	readonly staticData?: IDataObject;
	/** The output of the node under test that the link node is connected to. */
	readonly linkOutput?: number;
	/**
	 * The expression of the link node; by default the tag of the input item, which proves the
	 * linking.
	 */
	readonly linkExpression?: string;
}

export const createHooks = (): ExecutionLifecycleHooks =>
	new ExecutionLifecycleHooks('cli', '1', {
		id: 'engine-test',
		name: 'engine-test',
		nodes: [],
		connections: {},
		active: false,
		isArchived: false,
		activeVersionId: null,
		createdAt: new Date(),
		updatedAt: new Date(),
	});

export const createAdditionalData = async (
	credentials: CredentialStore | undefined,
	hooks: ExecutionLifecycleHooks,
) =>
	({
		credentialsHelper: credentials ?? (await createCredentialStore()),
		executionId: '1',
		restApiUrl: 'http://localhost:5678/rest',
		instanceBaseUrl: 'http://localhost:5678/',
		webhookWaitingBaseUrl: 'http://localhost:5678/webhook-waiting',
		formWaitingBaseUrl: 'http://localhost:5678/form-waiting',
		variables: {},
		currentNodeExecutionIndex: 0,
		setExecutionStatus: () => undefined,
		hooks,
	}) as unknown as IWorkflowExecuteAdditionalData;

export interface TriggerOptions {
	/** Class of node, e.g. `amazonSellerFeedbackTrigger`. */
	readonly type: string;
	readonly parameters: INodeParameters;
	readonly credentials: CredentialStore;
	readonly credentialId?: string;
	/** The ID of the node, which also determines the ID of the workflow. */
	readonly id?: string;
	/** The static data from an earlier activation. */
	readonly staticData?: IDataObject;
	/** As 'Fetch Test Event' does. */
	readonly manual?: boolean;
	/** How it was activated: by a user (default) or when n8n started ('init'). */
	readonly activation?: WorkflowActivateMode;
	/**
	 * Durable polls: each has its own context, and its changes to the state are lost if it throws.
	 */
	readonly durable?: boolean;
	/** How long n8n lets a poll run before it abandons it, if not the usual time. */
	readonly budgetMs?: number;
}

/** An activated trigger that can be polled. */
export interface ActiveTrigger {
	/** Polls once and returns the JSON of its items; empty if there is nothing to report. */
	poll(): Promise<IDataObject[]>;
	/** The workflow's static data as n8n would save it, and whether it needs saving. */
	readonly staticData: IDataObject;
	readonly isChanged: boolean;
	/** Does what n8n does after it saved the static data. */
	written(): void;
}

/** The parts of a poll's context that n8n-core provides itself. */
const unlessGiven = [undefined, undefined, undefined, undefined, undefined] as const;

/**
 * Activates a polling trigger of this package as n8n does: with one context for all its polls or,
 * with durable polls, one context for each.
 */
export async function activateTrigger(options: TriggerOptions): Promise<ActiveTrigger> {
	const { type, parameters, credentials, credentialId = 'demo', id = 'Trigger' } = options;
	const nodeTypes = new TestNodeTypes(await loadPackage());
	const nodeType = nodeTypes.getByName(`${PACKAGE}.${type}`) as INodeType;
	const node: INode = {
		id,
		name: 'Trigger',
		type: `${PACKAGE}.${type}`,
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: { [CREDENTIAL]: { id: credentialId, name: credentialId } },
	};
	const additionalData = await createAdditionalData(credentials, createHooks());
	const open = (activation: WorkflowActivateMode, staticData: IDataObject | undefined) => {
		const workflow = new Workflow({
			id: `workflow of ${id}`,
			nodes: [node],
			connections: {},
			active: !options.manual,
			nodeTypes,
			settings: { executionOrder: 'v1', timezone: 'Europe/Berlin' },
			staticData,
		});
		const context = new PollContext(
			workflow,
			workflow.getNode('Trigger') as INode,
			additionalData,
			options.manual ? 'manual' : 'trigger',
			options.manual ? 'manual' : activation,
			...unlessGiven,
			options.budgetMs === undefined ? undefined : () => options.budgetMs as number,
		);
		return { workflow, context };
	};
	let opened = open(options.activation ?? 'activate', options.staticData);
	const staticData = () => opened.workflow.staticData as IDataObject & { __dataChanged?: boolean };
	const read = () => JSON.parse(JSON.stringify(staticData())) as IDataObject;
	return {
		poll: async () => {
			const before = options.durable ? read() : undefined;
			if (before) opened = open('update', read());
			let isWhole = false;
			try {
				const outputs = await nodeType.poll?.call(opened.context);
				isWhole = true;
				return (outputs ?? []).flat().map(({ json }) => json);
			} finally {
				if (before && !isWhole) opened = open('update', before);
			}
		},
		get staticData() {
			return read();
		},
		get isChanged() {
			return staticData().__dataChanged === true;
		},
		written: () => {
			staticData().__dataChanged = false;
		},
	};
}

/**
 * Runs one node of this package between a node that outputs items and one that checks the linking.
 */
export async function runNode(options: NodeRunOptions): Promise<NodeRun> {
	const loaded = await loadPackage();
	const { type, parameters, credentials, credentialId = 'demo', onError } = options;
	const items = options.items ?? [{ json: {} }];
	const node = (name: string, nodeType: string, values: INodeParameters, extra = {}): INode => ({
		id: name,
		name,
		type: nodeType,
		typeVersion: 1,
		position: [0, 0],
		parameters: values,
		...extra,
	});
	const link = options.linkOutput ?? 0;
	const { linkExpression = "={{ $('Items').item.json.tag }}" } = options;
	const outgoing = Array.from({ length: link + 1 }, (_, output) =>
		output === link ? [{ node: 'Link', type: 'main' as const, index: 0 }] : [],
	);
	const workflow = new Workflow({
		id: 'engine-test',
		nodes: [
			node('Items', 'test.items', { items: items as unknown as INodeParameters[] }),
			node('Node', `${PACKAGE}.${type}`, parameters, {
				onError,
				...(credentials && {
					credentials: { [CREDENTIAL]: { id: credentialId, name: credentialId } },
				}),
			}),
			node('Link', 'test.link', { value: linkExpression }),
		],
		connections: {
			Items: { main: [[{ node: 'Node', type: 'main', index: 0 }]] },
			Node: { main: outgoing },
		},
		active: false,
		nodeTypes: new TestNodeTypes(loaded),
		settings: { executionOrder: 'v1', timezone: 'Europe/Berlin' },
		staticData: options.staticData,
	});

	let finish: (run: IRun) => void = () => undefined;
	const finished = new Promise<IRun>((resolve) => {
		finish = resolve;
	});
	const hooks = createHooks();
	hooks.addHandler('workflowExecuteAfter', (run) => finish(run));
	const additionalData = await createAdditionalData(credentials, hooks);
	additionalData.rootExecutionMode = options.rootMode;

	const execution = new WorkflowExecute(additionalData, options.mode ?? 'cli').run({
		workflow,
		startNode: workflow.getNode('Items') ?? undefined,
	});
	if (options.cancelAfterMs !== undefined) {
		setTimeout(() => execution.cancel(), options.cancelAfterMs);
	}
	const run = await Promise.race([execution, finished]);
	const { runData, error } = run.data.resultData;
	const task = runData.Node?.[0];
	const outputs = (task?.data?.main ?? []).map((output) => output ?? []);
	return {
		outputs,
		items: outputs.flat().map(({ json }) => json),
		links: (runData.Link?.[0]?.data?.main?.[0] ?? []).map(({ json }) => json.linked),
		error: error as NodeApiError | undefined,
		hints: (task?.hints ?? []).map(({ message }) => message),
		run,
	};
}
