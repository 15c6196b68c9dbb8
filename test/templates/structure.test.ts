import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
	NodeHelpers,
	type IDataObject,
	type INode,
	type INodeTypeDescription,
	type IWorkflowBase,
} from 'n8n-workflow';
import { AmazonReviewSolicitation } from '../../nodes/AmazonReviewSolicitation/AmazonReviewSolicitation.node';
import { AmazonSellerFeedback } from '../../nodes/AmazonSellerFeedback/AmazonSellerFeedback.node';
import { AmazonSellerFeedbackTrigger } from '../../nodes/AmazonSellerFeedbackTrigger/AmazonSellerFeedbackTrigger.node';
import { EVALUATE_OUTPUTS } from '../../nodes/AmazonSellerRating/actions/outputs';
import { AmazonSellerRating } from '../../nodes/AmazonSellerRating/AmazonSellerRating.node';
import {
	REMOVAL_CRITERIA,
	type RemovalProspect,
} from '../../nodes/shared/domain/comments/removalProspect';

/** Checks the templates without running them; test/e2e/templates runs each. */

const FOLDER = resolve(__dirname, '../../templates');
const PACKAGE = 'n8n-nodes-amazon-seller-feedback.';
const STICKY = 'n8n-nodes-base.stickyNote';

/** Nodes of n8n that send to or write in another service. */
const CHANNELS = [
	'discord',
	'emailSend',
	'googleSheets',
	'hubspot',
	'microsoftTeams',
	'postgres',
	'slack',
	'telegram',
	'twilio',
];

/** Those that show the seller their own figures; they change nothing elsewhere. */
const MESSAGES = ['discord', 'emailSend', 'microsoftTeams', 'slack', 'telegram', 'twilio'];

/** The templates that a seller needs first: set up in a minute, and read on one screen. */
const FIRST = ['negative-feedback-alerts.json', 'morning-scorecard.json', 'feedback-desk.json'];

/** Words of a note of one of these, not counting marks and addresses. */
const MOST_WORDS = 60;

/** Pixels from the first to the last node of one of these. */
const MOST_WIDTH = 1450;

/** The desk has 51 nodes, in rows. */
const MOST_WIDTH_OF_DESK = 1900;

/** Width and height of a node on the canvas, including the name below it. */
const NODE_WIDTH = 100;
const NODE_HEIGHT = 140;

const DESCRIPTIONS: Readonly<Record<string, INodeTypeDescription>> = Object.fromEntries(
	[
		new AmazonReviewSolicitation(),
		new AmazonSellerFeedback(),
		new AmazonSellerFeedbackTrigger(),
		new AmazonSellerRating(),
	].map(({ description }) => [`${PACKAGE}${description.name}`, description]),
);

const TRIGGER_SCHEMA = JSON.parse(
	readFileSync(
		resolve(__dirname, '../../nodes/AmazonSellerFeedbackTrigger/__schema__/v1.0.0.json'),
		'utf8',
	),
) as { properties: Record<string, { properties?: Record<string, object> }> };

const templates = readdirSync(FOLDER)
	.filter((file) => file.endsWith('.json'))
	.map((file): [string, string] => [file, readFileSync(join(FOLDER, file), 'utf8')]);

const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');

test('there are at least nine templates', () => expect(templates.length).toBeGreaterThanOrEqual(9));

test('no data table has a name that contains that of another: n8n takes the first that contains it', () => {
	const names = templates.flatMap(([, text]) =>
		(JSON.parse(text) as IWorkflowBase).nodes.flatMap(({ parameters }) =>
			typeof parameters['tableName'] === 'string' ? [parameters['tableName']] : [],
		),
	);
	const contained = names.filter((name) =>
		names.some((other) => other !== name && other.toLowerCase().includes(name.toLowerCase())),
	);
	expect(names.length).toBeGreaterThan(3);
	expect(contained).toEqual([]);
});

describe.each(templates)('%s', (file, text) => {
	const workflow = JSON.parse(text) as IWorkflowBase;
	const notes = workflow.nodes.filter(({ type }) => type === STICKY);
	const nodes = workflow.nodes.filter(({ type }) => type !== STICKY);
	const ofType = (type: string) => nodes.filter((node) => node.type === `n8n-nodes-base.${type}`);
	const sends = nodes.filter(({ parameters }) => parameters['operation'] === 'send');

	test('is in the gallery', () => expect(readme).toContain(`(${file})`));

	const isOfRequests = file.startsWith('review-requests');

	test('has at most two notes, and the first one has setup steps', () => {
		const contents = notes.map(({ parameters }) => String(parameters['content']));
		if (!isOfRequests) expect(contents.length).toBeLessThanOrEqual(2);
		expect(contents[0]).toMatch(/^## .*\n1\. .*\n2\. /s);
		if (!FIRST.includes(file)) return;
		for (const content of contents) {
			const words = content
				.replaceAll(/\(http[^)]*\)/g, '')
				.match(/[\p{L}\d]+([’'.-][\p{L}\d]+)*/gu);
			expect(words?.length).toBeLessThanOrEqual(MOST_WORDS);
		}
	});

	test('if a seller needs it first, it fits on a screen and has one channel that is enabled', () => {
		if (!FIRST.includes(file)) return;
		const xs = nodes.map(({ position: [x] }) => x);
		const most = nodes.length > 20 ? MOST_WIDTH_OF_DESK : MOST_WIDTH;
		expect(Math.max(...xs) - Math.min(...xs) + NODE_WIDTH).toBeLessThanOrEqual(most);
		const enabled = nodes.filter(
			({ type, disabled }) =>
				CHANNELS.some((each) => type === `n8n-nodes-base.${each}`) && disabled !== true,
		);
		expect(new Set(enabled.map(({ type }) => type))).toEqual(new Set(['n8n-nodes-base.slack']));
	});

	test('names each node by what it does: a verb, or when it starts', () => {
		const isTool = ({ type }: INode) => type.includes('langchain') || type.endsWith('Tool');
		const unclear = nodes.filter(
			(node) => !isOfRequests && !isTool(node) && !/^[A-Z][a-z]+ \w+/.test(node.name),
		);
		expect(unclear.map(({ name }) => name)).toEqual([]);
		expect(nodes.filter(({ name }) => name.endsWith('?') && !isOfRequests)).toEqual([]);
	});

	test('says so if an older n8n lacks what it keeps its rows in', () => {
		const creates = ofType('dataTable').some(
			({ parameters }) => parameters['resource'] === 'table',
		);
		const said = notes.map(({ parameters }) => String(parameters['content'])).join('\n');
		if (creates && !isOfRequests) expect(said).toMatch(/\*Data table\* node creates tables/);
	});

	test('has trigger samples with exactly the fields of its items', () => {
		const triggers = nodes.filter(({ type }) => type === `${PACKAGE}amazonSellerFeedbackTrigger`);
		const samples = triggers.flatMap(({ name }) => workflow.pinData?.[name] ?? []);
		const { properties } = TRIGGER_SCHEMA;
		const ratingNow = Object.keys(properties.ratingNow?.properties ?? {});
		for (const { json } of samples) {
			expect(Object.keys(json)).toEqual(Object.keys(properties));
			expect(Object.keys(json['ratingNow'] as IDataObject).toSorted()).toEqual(
				ratingNow.toSorted(),
			);
		}
	});

	test('has no credentials, so that the seller chooses them', () => {
		expect(nodes.filter(({ credentials }) => credentials !== undefined)).toEqual([]);
	});

	test('names no person, account, instance or secret', () => {
		expect(text).not.toMatch(/[\w.+-]+@[\w-]+\.\w+/);
		expect(text).not.toMatch(
			/instanceId|xox[bp]-|Atzr\||amzn1\.|sk-[A-Za-z0-9]{20}|\bAC[0-9a-f]{32}/,
		);
		expect(workflow).not.toHaveProperty('id');
		expect(workflow).not.toHaveProperty('meta');
		expect(workflow.active).toBe(false);
	});

	test("has sample data on nodes that can be pinned, sends in a dry run, only shows the seller their own figures, or opens cases for the trigger's own test event", () => {
		const pinned = Object.entries(workflow.pinData ?? {});
		// A case of a dated sample would end at once, because its time has passed.
		const keepsCases = nodes.some(({ parameters }) => parameters['resource'] === 'case');
		const isOwnReport = [...ofType('scheduleTrigger'), ...ofType('formTrigger')].length > 0;
		const writes = CHANNELS.filter((each) => !MESSAGES.includes(each)).flatMap(ofType);
		const isQuiet =
			(isOwnReport || ofType('errorTrigger').length > 0) &&
			writes.every(({ disabled }) => disabled === true);
		if (sends.length === 0 && !isQuiet && !keepsCases) expect(pinned.length).toBeGreaterThan(0);
		for (const [name, items] of pinned) {
			expect(nodes.map((node) => node.name)).toContain(name);
			expect(items.length).toBeGreaterThan(0);
			// n8n's editor pins only nodes with a single output, not counting the one for errors.
			const outputs = workflow.connections[name]?.['main'] ?? [];
			const { onError } = nodes.find((node) => node.name === name) ?? {};
			const ofErrors = onError === 'continueErrorOutput' ? 1 : 0;
			expect(outputs.length - ofErrors).toBeLessThanOrEqual(1);
		}
	});

	test('connects all nodes, and only nodes that exist', () => {
		const names = new Set(nodes.map(({ name }) => name));
		const targets = Object.values(workflow.connections)
			.flatMap((byType) => Object.values(byType))
			.flat(2)
			.map((connection) => connection?.node ?? '');
		expect(names.size).toBe(nodes.length);
		for (const name of [...Object.keys(workflow.connections), ...targets]) {
			expect(names).toContain(name);
		}
		const connected = new Set([...Object.keys(workflow.connections), ...targets]);
		expect(nodes.filter(({ name }) => !connected.has(name))).toEqual([]);
	});

	test("uses only valid parameters of this package's nodes", () => {
		const own = nodes.filter(({ type }) => type.startsWith(PACKAGE));
		expect(own.length > 0).toBe(ofType('errorTrigger').length === 0);
		for (const node of own)
			expect({ node: node.name, wrong: wrongParameters(node) }).toEqual({
				node: node.name,
				wrong: [],
			});
	});

	test("lets n8n choose the seller's only credential at import, before it fills in defaults", () => {
		const asImported: string[] = [];
		const inPanel: string[] = [];
		for (const node of nodes) {
			const description = DESCRIPTIONS[node.type.replace(/Tool$/, '')];
			if (description === undefined) continue;
			if (showsCredential(node, description)) asImported.push(node.name);
			if (showsCredential({ ...node, parameters: withDefaults(node, description) }, description))
				inPanel.push(node.name);
		}
		expect(asImported).toEqual(inPanel);
	});

	test('has samples whose prospect of removal is one of the texts of the code', () => {
		const samples = Object.values(workflow.pinData ?? {}).flat();
		for (const { json } of samples) {
			if (!json['removal']) continue;
			const { criterion, explanation } = json['removal'] as unknown as RemovalProspect;
			expect([criterion, explanation]).toEqual([criterion, REMOVAL_CRITERIA[criterion]]);
		}
	});

	test('treats a rating that cannot be evaluated as unknown, and continues with it', () => {
		const evaluating = nodes.filter(
			({ type, parameters }) =>
				type.startsWith(`${PACKAGE}amazonSellerRating`) && parameters['operation'] === 'evaluate',
		);
		for (const { name, type, parameters } of evaluating) {
			expect(parameters['options']).not.toHaveProperty('insufficientBand');
			// An agent gets all of it from one output.
			if (type.endsWith('Tool')) continue;
			const outputs = workflow.connections[name]?.['main'] ?? [];
			const wired = outputs.map((output) => (output ?? []).length > 0);
			expect({ name, wired }).toEqual({ name, wired: EVALUATE_OUTPUTS.map(() => true) });
		}
	});

	test('has no overlapping nodes or notes', () => {
		const boxes = [
			...nodes.map(({ name, position: [x, y] }) => ({
				name,
				x,
				y,
				width: NODE_WIDTH,
				height: NODE_HEIGHT,
			})),
			...notes.map(({ name, position: [x, y], parameters }) => ({
				name,
				x,
				y,
				width: Number(parameters['width']),
				height: Number(parameters['height']),
			})),
		];
		const overlapping = boxes.flatMap((a, index) =>
			boxes
				.slice(index + 1)
				.filter((b) => overlap(a, b) && !contains(b, a) && !contains(a, b))
				.map((b) => `${a.name} and ${b.name}`),
		);
		expect(overlapping).toEqual([]);
	});

	test("escapes buyers' text for each target", () => {
		for (const { parameters } of ofType('googleSheets')) {
			const operation = String(parameters['operation'] ?? 'read');
			if (operation === 'read') continue;
			expect(parameters['options']).toMatchObject({ cellFormat: 'RAW' });
		}
		// Markdown, the default, fails on a single underscore.
		for (const { parameters } of ofType('telegram')) {
			expect(parameters['additionalFields']).toMatchObject({ parse_mode: 'HTML' });
		}
		expect(JSON.stringify(ofType('convertToFile'))).not.toContain('csv');
		// For Slack's form, n8n turns `&lt;` back into `<`.
		for (const { parameters } of ofType('slack')) {
			if (parameters['operation'] === 'sendAndWait') {
				expect(parameters['message']).not.toMatch(/&[lg]t;/);
			}
		}
	});

	test('has no error output on a waiting node, because n8n would empty its input', () => {
		const waiting = nodes.filter(({ parameters }) => parameters['operation'] === 'sendAndWait');
		for (const { onError } of waiting) expect(onError).not.toBe('continueErrorOutput');
	});

	test('contacts no buyer until the seller turns off Dry Run', () => {
		for (const { parameters } of sends) expect(parameters['dryRun']).toBe(true);
	});

	test('attaches files to emails with the option that all versions of n8n have', () => {
		// 'fileAttachments' is newer than n8n 2.0, which silently ignores unknown options.
		for (const { parameters } of ofType('emailSend')) {
			expect(parameters['options']).not.toHaveProperty('fileAttachments');
		}
	});

	test('mentions Timezone and Error Workflow in its notes if it needs them', () => {
		const said = notes.map(({ parameters }) => String(parameters['content'])).join('\n');
		const rules = JSON.stringify(ofType('scheduleTrigger').map(({ parameters }) => parameters));
		if (rules.includes('triggerAtHour')) expect(said).toContain('*Timezone*');
		if (rules.includes('triggerAtHour') || ofType('formTrigger').length > 0) {
			expect(said).toContain('*Error Workflow*');
		}
	});

	test('does not select satisfied buyers', () => {
		const plans = nodes.filter(({ parameters }) => parameters['operation'] === 'plan');
		for (const { parameters } of plans) expect(parameters['rules']).toEqual({});
	});
});

interface Box {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

const overlap = (a: Box, b: Box): boolean =>
	a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const contains = (outer: Box, inner: Box): boolean =>
	outer.x <= inner.x &&
	outer.y <= inner.y &&
	inner.x + inner.width <= outer.x + outer.width &&
	inner.y + inner.height <= outer.y + outer.height;

/** n8n adds these to pollers and to the tools of an agent. */
const ADDED_BY_N8N = ['pollTimes', 'descriptionType', 'toolDescription'];

/** Whether the node has a field for its credential. */
const showsCredential = (node: INode, description: INodeTypeDescription): boolean =>
	(description.credentials ?? []).some((credential) =>
		NodeHelpers.displayParameter(node.parameters, credential, node, description),
	);

/** A node's parameters as the editor's panel has them. */
const withDefaults = (node: INode, description: INodeTypeDescription) =>
	NodeHelpers.getNodeParameters(
		description.properties,
		node.parameters,
		true,
		false,
		node,
		description,
	) ?? {};

/** Parameters and options that the node does not have, and n8n's issues with the others. */
function wrongParameters(node: INode): string[] {
	const description = DESCRIPTIONS[node.type.replace(/Tool$/, '')];
	if (description === undefined) return [`${node.type} is not a node of this package`];
	const known = new Set([...description.properties.map(({ name }) => name), ...ADDED_BY_N8N]);
	const collections = description.properties.filter(({ type }) => type === 'collection');
	const unknownOptions = collections.flatMap(({ name }) =>
		Object.keys((node.parameters[name] ?? {}) as IDataObject)
			.filter(
				(key) =>
					!collections.some(
						(each) => each.name === name && each.options?.some((option) => option.name === key),
					),
			)
			.map((key) => `${name}.${key}`),
	);
	const issues = NodeHelpers.getNodeParametersIssues(description.properties, node, description);
	return [
		...Object.keys(node.parameters).filter((name) => !known.has(name)),
		...unknownOptions,
		...Object.values(issues?.parameters ?? {}).flat(),
	];
}
