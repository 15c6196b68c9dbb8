import { DEMO_SELLERS, demoWorkflows, type DemoScorecard } from '../../scripts/lib/demo.mjs';
import { compareWithSandbox, describeComparison } from '../../scripts/lib/demoReport.mjs';
import { demoCredentials } from '../../scripts/lib/instance.mjs';
import { startSandbox, type Sandbox } from '../../sandbox';
import { plusDays } from '../../nodes/shared/domain/calendar';

/** What `npm start` puts into n8n, and how `npm start -- --once` compares; without n8n. */

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox({ rateLimits: 1000 });
});

afterAll(async () => await sandbox?.close());

describe('the demo credentials', () => {
	it('hold three sellers by the names of their stores, and one seller, which the editor offers first', async () => {
		const [, three, one] = await demoCredentials(sandbox.url);
		const tokenOf = (seller: string) => sandbox.credentials(seller).refreshToken;
		expect(one?.data).toMatchObject({ refreshToken: tokenOf('demo') });
		expect(three?.data).toMatchObject({ accounts: 'several', refreshToken: '' });
		expect(JSON.parse(String(three?.data.sellers))).toEqual({
			'Harbor & Pine Home': { US: tokenOf('demo') },
			'Nordlicht Handel': { DE: tokenOf('second') },
			'Tsubame Store': { JP: tokenOf('japan') },
		});
	});

	it('are those that the demo workflows refer to', async () => {
		const made = (await demoCredentials(sandbox.url)).map(({ id, name }) => ({ id, name }));
		const used = demoWorkflows()
			.flatMap(({ nodes }) => nodes)
			.flatMap(({ credentials = {} }) => Object.values(credentials));
		expect(new Set(used.map(({ id }) => id))).toEqual(new Set(made.map(({ id }) => id)));
		for (const credential of used) expect(made).toContainEqual(credential);
	});
});

describe('the comparison of the scorecards with the true record', () => {
	const compare = async (scorecards: readonly DemoScorecard[]) => {
		const others = { feedback: [], negative: [], ratings: [], checks: [], requests: [] };
		const all = await compareWithSandbox({ ...others, scorecards: [...scorecards] }, sandbox.url);
		const found = all.filter(({ what }) => what.startsWith('scorecards'));
		expect(found).toHaveLength(1);
		return found;
	};

	/** True scorecards, as the node would make them. */
	const trueCards = (): DemoScorecard[] =>
		DEMO_SELLERS.flatMap((key) =>
			(sandbox.sellers[key]?.marketplaces ?? []).map(({ marketplace }): DemoScorecard => {
				const asOf = sandbox.clock.now().toISOString().slice(0, 10);
				const settledThrough = plusDays(asOf, -4);
				const truth = sandbox.truth.rating(key, marketplace.id, asOf, settledThrough);
				const days = sandbox.truth.shop(key, marketplace.id, {
					from: plusDays(settledThrough, -6),
					to: settledThrough,
				});
				const views = days.reduce((sum, { pageViews }) => sum + pageViews, 0);
				const share = days.reduce((sum, day) => sum + day.buyBoxPercent * day.pageViews, 0) / views;
				const rated = (days: '30' | '90' | '365') => ({ percent: 0, ...truth[days] });
				return {
					seller: sandbox.sellers[key]?.name ?? '',
					marketplace: marketplace.countryCode,
					marketplaceId: marketplace.id,
					asOf,
					attention: [],
					rating: {
						last30Days: rated('30'),
						last90Days: rated('90'),
						last365Days: rated('365'),
						settledThrough,
					},
					buyBox: { last7Days: { percent: Math.round(100 * share) / 100 } },
				};
			}),
		);

	it('agrees with true ones', async () => {
		expect(await compare(trueCards())).toMatchObject([{ checked: 8, differences: [] }]);
	});

	it('names a wrong figure, a missing marketplace, and one that the sandbox does not have', async () => {
		const [us, ca, ...others] = trueCards();
		if (!us || !ca) throw new Error('Two marketplaces are missing');
		us.rating.last365Days.negative = 77;
		const text = describeComparison(await compare([us, ...others, { ...ca, seller: 'Nobody' }]));
		expect(text).toMatch(/DIFFER {2}scorecards/);
		expect(text).toMatch(/only in the sandbox: Harbor & Pine Home, US/);
		expect(text).toMatch(/only in n8n: Harbor & Pine Home, US/);
		expect(text).toMatch(/only in the sandbox: Harbor & Pine Home, CA/);
		expect(text).toMatch(/only in n8n: Nobody, CA/);
	});
});
