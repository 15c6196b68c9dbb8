import { WorkflowExecute } from 'n8n-core';
import {
	NodeHelpers,
	Workflow,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IVersionedNodeType,
} from 'n8n-workflow';

import {
	createAdditionalData,
	createHooks,
	loadPackage,
	type CredentialStore,
} from '../../test/engine/harness';

type NodeClass = INodeType | IVersionedNodeType;

/** A node to run; a type without a package name is from this package. */
export interface BenchedNode {
	readonly type: string;
	/** The default version if not given. */
	readonly typeVersion?: number;
	readonly parameters: INodeParameters;
	readonly credentials?: CredentialStore;
}

/**
 * n8n's own engine with as little as possible around the node: only a source that passes it the
 * items.
 */
export class BenchEngine {
	private items: INodeExecutionData[] = [];

	private constructor(private readonly types: INodeTypes) {}

	/** @param others nodes from elsewhere by type, such as `n8n-nodes-base.noOp` */
	static async create(others: Readonly<Record<string, NodeClass>> = {}): Promise<BenchEngine> {
		const loaded = await loadPackage();
		const engine: BenchEngine = new BenchEngine({
			getByName: (type) => find(type),
			getByNameAndVersion: (type, version) => NodeHelpers.getVersionedNodeType(find(type), version),
			getKnownTypes: (): IDataObject => ({}),
		});
		const source = sourceOf(() => engine.items);
		const find = (type: string): NodeClass =>
			type === SOURCE ? source : (others[type] ?? loaded.getNode(type).type);
		return engine;
	}

	/**
	 * Runs the node once on the items.
	 * @returns its outputs
	 * @throws what the node threw
	 */
	async run(
		{ type, typeVersion, parameters, credentials }: BenchedNode,
		items: INodeExecutionData[],
	): Promise<INodeExecutionData[][]> {
		this.items = items;
		const node: INode = {
			id: 'Node',
			name: 'Node',
			type,
			typeVersion: typeVersion ?? this.defaultVersion(type),
			position: [0, 0],
			parameters,
			...(credentials && {
				credentials: { amazonSellingPartnerApi: { id: 'demo', name: 'demo' } },
			}),
		};
		const workflow = new Workflow({
			id: 'bench',
			nodes: [
				{
					id: SOURCE,
					name: SOURCE,
					type: SOURCE,
					typeVersion: 1,
					position: [0, 0],
					parameters: {},
				},
				node,
			],
			connections: { [SOURCE]: { main: [[{ node: 'Node', type: 'main', index: 0 }]] } },
			active: false,
			nodeTypes: this.types,
			settings: { executionOrder: 'v1', timezone: 'Europe/Berlin' },
		});
		const hooks = createHooks();
		const finished = new Promise<IRun>((resolve) => {
			hooks.addHandler('workflowExecuteAfter', (run) => resolve(run));
		});
		const additionalData = await createAdditionalData(credentials, hooks);
		const execution = new WorkflowExecute(additionalData, 'cli').run({
			workflow,
			startNode: workflow.getNode(SOURCE) ?? undefined,
		});
		const { data } = await Promise.race([execution, finished]);
		if (data.resultData.error !== undefined) throw data.resultData.error;
		const outputs = data.resultData.runData.Node?.[0]?.data?.main ?? [];
		return outputs.map((output) => output ?? []);
	}

	private defaultVersion(type: string): number {
		const { description } = this.types.getByName(type);
		const version = 'version' in description ? description.version : description.defaultVersion;
		return Array.isArray(version) ? Math.max(...version) : (version ?? 1);
	}
}

const SOURCE = 'Source';

const sourceOf = (items: () => INodeExecutionData[]): INodeType => ({
	description: {
		displayName: SOURCE,
		name: SOURCE,
		group: ['trigger'],
		version: 1,
		description: '',
		defaults: {},
		inputs: [],
		outputs: ['main'],
		properties: [],
	},
	execute: async () => [items()],
});
