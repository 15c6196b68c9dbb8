import { setTimeout as sleep } from 'node:timers/promises';
import { RealN8n } from '../../checks/n8n/realN8n';
import { chain, marketplaceById, plainAmazonNode, webhook } from '../../checks/n8n/workflow';
import { PackageRegistry } from './packageRegistry';

/**
 * Settings → Community nodes as a user sees it: a real n8n without the package, and its own
 * installer. Only npm's registry is a stand-in on this machine, with the packed tarball.
 */
jest.setTimeout(900_000);

const NEXT_VERSION = '999.0.0';

interface Installed {
	readonly packageName: string;
	readonly installedVersion: string;
	readonly installedNodes: ReadonlyArray<{ type: string }>;
	readonly updateAvailable?: string;
	readonly failedLoading?: boolean;
}

interface Described {
	readonly name: string;
	readonly iconUrl: { readonly light: string; readonly dark: string };
}

let registry: PackageRegistry;
let n8n: RealN8n;
let name: string;
let version: string;

beforeAll(async () => {
	registry = await PackageRegistry.open();
	({ name, version } = registry.manifest);
	n8n = await RealN8n.create(registry.env, { isPlain: true, hasEditor: true });
	await n8n.start();
	registry.publish(version);
});

afterAll(async () => {
	await n8n?.dispose();
	registry?.close();
});

const packages = async () => await n8n.get<Installed[]>('community-packages');

/** What n8n lists of this package: its nodes or its credentials. */
async function known(kind: 'nodes' | 'credentials'): Promise<Described[]> {
	const response = await fetch(`${n8n.url}/types/${kind}.json`, { headers: n8n.headers });
	const all = (await response.json()) as Described[];
	return all.filter((each) => /amazonSell|amazonReview/.test(each.name));
}

const namesOf = (all: readonly Described[]) => all.map((each) => each.name).toSorted();

const NODES = [
	'n8n-nodes-amazon-seller-feedback.amazonReviewSolicitation',
	'n8n-nodes-amazon-seller-feedback.amazonSellerFeedback',
	'n8n-nodes-amazon-seller-feedback.amazonSellerFeedbackTrigger',
	'n8n-nodes-amazon-seller-feedback.amazonSellerRating',
];

/** Publishes a workflow that takes a report file by HTTP and returns the output of Parse Report. */
async function openParser(): Promise<string> {
	const path = 'report';
	const workflow = chain('Read a report', [
		webhook(path, { responseMode: 'lastNode', responseData: 'allEntries' }),
		plainAmazonNode('Parse', 'amazonSellerFeedback', {
			resource: 'feedback',
			operation: 'parseReport',
			marketplace: marketplaceById('US'),
		}),
	]);
	const { id } = await n8n.post<{ id: string }>('workflows', workflow);
	await n8n.activate(id);
	return `${n8n.url}/webhook/${path}`;
}

/** Sends a report to that workflow, which n8n opens a moment after its activation. */
async function parsed(url: string): Promise<unknown> {
	const lines = [
		'Date\tRating\tComments\tYour Response\tOrder ID\tRater Email',
		'9/3/26\t2\tCame late\t\t111-1234567-7654321\tb@marketplace.amazon.com',
	];
	const body = new FormData();
	body.set('data', new Blob([lines.join('\n')], { type: 'text/plain' }), 'feedback.txt');
	const response = await fetch(url, { method: 'POST', body });
	if (response.status !== 404) return await response.json();
	await sleep(100);
	return await parsed(url);
}

const FEEDBACK = [{ orderId: '111-1234567-7654321', date: '2026-09-03', rating: 2 }];

let parser: string;

test('Install adds the four nodes and the credential to an n8n without them', async () => {
	expect(await known('nodes')).toEqual([]);

	const installed = await n8n.post<Installed>('community-packages', { name });

	expect(installed).toMatchObject({ packageName: name, installedVersion: version });
	expect(installed.installedNodes.map(({ type }) => type).toSorted()).toEqual(NODES);
	const nodes = namesOf(await known('nodes'));
	expect(nodes.filter((each) => !each.endsWith('Tool'))).toEqual(NODES);
	expect(nodes.filter((each) => each.endsWith('Tool'))).toHaveLength(3);
	expect(namesOf(await known('credentials'))).toEqual(['amazonSellingPartnerApi']);
	expect(await packages()).toMatchObject([{ packageName: name, failedLoading: false }]);
});

test('the editor gets an icon for each, for light and dark', async () => {
	const described = [...(await known('nodes')), ...(await known('credentials'))];
	expect(described).toHaveLength(8);
	for (const { iconUrl } of described) {
		for (const url of [iconUrl.light, iconUrl.dark]) {
			const response = await fetch(`${n8n.url}/${url}`, { headers: n8n.headers });
			expect(response.headers.get('content-type')).toContain('image/svg+xml');
			expect(await response.text()).toContain('<svg');
		}
	}
});

test('a published workflow reads a feedback report with the installed node', async () => {
	parser = await openParser();
	expect(await parsed(parser)).toMatchObject(FEEDBACK);
});

test('a later version on npm is offered, and after the update the workflow still runs', async () => {
	registry.publish(NEXT_VERSION);
	expect(await packages()).toMatchObject([{ updateAvailable: NEXT_VERSION }]);

	await n8n.call('PATCH', 'community-packages', { name });

	expect(await packages()).toMatchObject([{ installedVersion: NEXT_VERSION }]);
	expect(await parsed(parser)).toMatchObject(FEEDBACK);
});

test('Uninstall removes nodes and credential again', async () => {
	await n8n.call('DELETE', `community-packages?name=${name}`);

	expect(await packages()).toEqual([]);
	expect(await known('nodes')).toEqual([]);
	expect(await known('credentials')).toEqual([]);
});
