import './passingWaits';
import type { IDataObject } from 'n8n-workflow';

import { connectSellers, sandboxCredential, sellersOf } from './sandboxCredential';
import { passMinutes, UNTIL_REPORTED, useWatching, type Watcher } from './watching';

/** One trigger that watches all sellers of its credential. */
const watching = useWatching({ moreSellers: { count: 12, marketplaces: 1 } });

const KEYS = { Harbor: 'demo', Nordlicht: 'second', Lindgren: 'europe' } as const;
type Name = keyof typeof KEYS;
const NAMES = Object.keys(KEYS) as Name[];

const OPTIONS = { feedbackEveryMinutes: 20, includeRating: false };

const connectNamed = (names: readonly Name[] = NAMES): void =>
	connectSellers(
		watching.credentials,
		watching.sandbox,
		sellersOf(watching.sandbox, Object.fromEntries(names.map((name) => [name, KEYS[name]]))),
	);

const activate = async (changes: Parameters<typeof watching.activate>[0] = {}): Promise<Watcher> =>
	await watching.activate({
		seller: '*',
		credentialId: 'several',
		options: OPTIONS,
		...changes,
	});

/** A new negative feedback entry in the seller's primary marketplace; returns its order ID. */
const addNegative = (name: Name): string => {
	const sellerKey = KEYS[name];
	const marketplaceId = String(sandboxCredential(watching.sandbox, sellerKey).primaryMarketplace);
	return watching.sandbox.world.addFeedback({ rating: 1, sellerKey, marketplaceId }).orderId;
};

const statesOf = (watcher: Watcher): Record<string, IDataObject> =>
	(watcher.trigger.staticData['node:Trigger'] as { states: Record<string, IDataObject> }).states;

const reportedBy = (watcher: Watcher) =>
	watcher.take().map(({ seller, orderId }) => [seller, orderId]);

beforeEach(() => connectNamed());

it("reports each seller's feedback once, under the seller's name", async () => {
	const watcher = await activate();
	await watcher.poll();
	await passMinutes(3, watcher);
	const added = NAMES.map((name) => [name, addNegative(name)]);
	await passMinutes(2 * UNTIL_REPORTED, watcher);
	expect(watcher.thrown).toEqual([]);
	const items = watcher.take();
	expect(items.map(({ seller, orderId }) => [seller, orderId]).toSorted()).toEqual(
		added.toSorted(),
	);
	for (const { seller, summary, eventId } of items) {
		expect(String(summary)).toMatch(new RegExp(`^${String(seller)}, `));
		expect(String(eventId)).toMatch(new RegExp(`^${String(seller)}/`));
	}
	expect(Object.keys(statesOf(watcher))).toEqual(NAMES);
	await passMinutes(UNTIL_REPORTED, watcher);
	expect(watcher.take()).toEqual([]);
});

it('watches all marketplaces of each seller, if the user wants that', async () => {
	const watcher = await activate({ marketplaces: ['all'] });
	await watcher.poll();
	await passMinutes(12, watcher);
	for (const name of NAMES) {
		const all = watching.sandbox.sellers[KEYS[name]]?.marketplaces ?? [];
		expect(Object.keys(statesOf(watcher)[name]?.marketplaces ?? {}).toSorted()).toEqual(
			all.map(({ marketplace }) => marketplace.id).toSorted(),
		);
	}
});

it('goes on with the others if the token of one is revoked, and names that one', async () => {
	const watcher = await activate();
	await watcher.poll();
	await passMinutes(3, watcher);
	watching.sandbox.lwa.revoke('second');
	watching.startNewProcess();
	const [harbor, nordlicht] = [addNegative('Harbor'), addNegative('Nordlicht')];
	await passMinutes(2 * UNTIL_REPORTED, watcher);
	expect(reportedBy(watcher)).toEqual([['Harbor', harbor]]);
	const messages = watcher.takeThrown().map(({ message }) => message);
	expect(messages.length).toBeGreaterThan(0);
	for (const message of messages) expect(message).toMatch(/^Nordlicht: Could not /);

	watching.sandbox.lwa.restore('second');
	await passMinutes(90, watcher);
	expect(reportedBy(watcher)).toEqual([['Nordlicht', nordlicht]]);
});

it('forgets a seller that the credential no longer holds, and starts with one that is added', async () => {
	connectNamed(['Harbor', 'Nordlicht']);
	const watcher = await activate();
	await watcher.poll();
	await passMinutes(UNTIL_REPORTED, watcher);
	connectNamed(['Harbor', 'Lindgren']);
	addNegative('Nordlicht');
	await passMinutes(3, watcher);
	expect(Object.keys(statesOf(watcher))).toEqual(['Harbor', 'Lindgren']);
	const [harbor, lindgren] = [addNegative('Harbor'), addNegative('Lindgren')];
	await passMinutes(2 * UNTIL_REPORTED, watcher);
	expect(reportedBy(watcher).toSorted()).toEqual([
		['Harbor', harbor],
		['Lindgren', lindgren],
	]);
});

it('says right away that no seller works, and one poll after the other why', async () => {
	for (const key of Object.values(KEYS)) watching.sandbox.lwa.revoke(key);
	const watcher = await activate();
	await watcher.poll();
	await passMinutes(2, watcher);
	const messages = watcher.takeThrown().map(({ message }) => message);
	expect(messages).toEqual([
		expect.stringMatching(/^Harbor: Could not log in/),
		expect.stringMatching(/^Nordlicht: Could not log in/),
		expect.stringMatching(/^Lindgren: Could not log in/),
	]);
});

it('watches sellers for which a poll had no time in the next one', async () => {
	const keys = Array.from(
		{ length: 12 },
		(_, index) => `seller-${String(index + 1).padStart(3, '0')}`,
	);
	const sellers = sellersOf(watching.sandbox, Object.fromEntries(keys.map((key) => [key, key])));
	connectSellers(watching.credentials, watching.sandbox, sellers);
	const watcher = await activate({ budgetMs: 0 });
	await watcher.poll();
	const first = Object.keys(statesOf(watcher));
	expect(first.length).toBeLessThan(keys.length);
	await passMinutes(1, watcher);
	expect(Object.keys(statesOf(watcher)).toSorted()).toEqual(keys);
});

it('watches one of several by name, and refuses an unknown one', async () => {
	const watcher = await activate({ seller: 'Nordlicht' });
	await watcher.poll();
	await passMinutes(3, watcher);
	addNegative('Harbor');
	const nordlicht = addNegative('Nordlicht');
	await passMinutes(2 * UNTIL_REPORTED, watcher);
	expect(reportedBy(watcher)).toEqual([['Nordlicht', nordlicht]]);

	const unknown = await activate({ seller: 'Nobody' });
	await unknown.poll();
	expect(unknown.takeThrown()[0]?.message).toContain("does not hold 'Nobody'");
});

it('shows a test event of the first seller', async () => {
	const watcher = await activate({ manual: true, options: { lookBackDays: 300 } });
	const [item] = await watcher.poll();
	expect(watcher.thrown).toEqual([]);
	expect(item).toMatchObject({
		seller: 'Harbor',
		summary: expect.stringMatching(/^Test event\. Harbor, United States: /) as string,
	});
});
