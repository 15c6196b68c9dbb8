// cspell:ignore cancelled
import type { IDataObject } from 'n8n-workflow';

import { SOLICITATION_OUTCOMES } from '../../../nodes/AmazonReviewSolicitation/sending/outcome';
import type { Input } from '../badValues';
import type { Execution, Round, Scenario } from '../round';

const MOST_RUNS = 4;

/** Orders in every state, and some invalid ones. */
function makeOrders({ sandbox, seller, random }: Round) {
	const [place] = sandbox.sellers[seller]?.marketplaces ?? [];
	const marketplaceId = place?.marketplace.id ?? '';
	const add = (
		state: 'eligible' | 'notYet' | 'closed' | 'cancelled' | 'notShipped' | 'refunded',
		count: number,
	) =>
		count === 0
			? []
			: sandbox.world
					.addOrders({ sellerKey: seller, marketplaceId, state, count })
					.map(({ orderId }) => orderId);
	const eligible = add('eligible', random.integer(1, 40));
	const others = [
		...add('notYet', random.integer(0, 4)),
		...add('closed', random.integer(0, 4)),
		...add('cancelled', random.integer(0, 4)),
		...add('notShipped', random.integer(0, 4)),
		...add('refunded', random.integer(0, 4)),
		...eligible.filter(() => random.chance(0.1)),
		...['999-0000000-0000000', 'order 7', '', '  ', '111-1234567-765432', '__proto__'].filter(() =>
			random.chance(0.3),
		),
	];
	const items = [...eligible, ...others]
		.map((orderId) => ({ orderId, at: random.next() }))
		.toSorted((a, b) => a.at - b.at)
		.map(({ orderId }) => ({
			orderId,
			place: random.pick(['', marketplaceId, place?.marketplace.countryCode ?? '']),
		}));
	return { eligible, items };
}

const OF_RUN = [
	'dryRun',
	'options',
	'options.checkFirst',
	'options.explain',
	'options.maxRequests',
	'options.timeBudget',
];

const sendWith = (round: Round, items: readonly Input[], changes: IDataObject = {}): Execution => ({
	type: 'amazonReviewSolicitation',
	parameters: {
		resource: 'solicitation',
		operation: 'send',
		orderId: '={{ $json.orderId }}',
		marketplace: { __rl: true, mode: 'id', value: '={{ $json.place }}' },
		dryRun: false,
		options: {
			checkFirst: round.random.chance(0.7),
			explain: round.random.chance(0.3),
			maxRequests: round.random.pick([1000, 5]),
			timeBudget: round.random.pick([50, 0.5]),
		},
		...changes,
	},
	items,
	ofRun: OF_RUN,
});

const asked = ({ sandbox, seller }: Round): string[] =>
	sandbox.truth.solicitations
		.filter(({ sellerKey }) => sellerKey === seller)
		.map(({ orderId }) => orderId);

/** Runs like a seller who retries what is worth retrying; the last run is without faults. */
const send: Scenario = async (round) => {
	const { sandbox, random } = round;
	const { eligible, items } = makeOrders(round);
	const before = new Set(asked(round));
	const sent = new Map<string, number>();
	let open: readonly IDataObject[] = items;
	for (let run = 1; run <= MOST_RUNS; run += 1) {
		const isLast = run === MOST_RUNS;
		if (isLast) sandbox.faults.clear();
		const inputs = (isLast ? items : open).map((json) => ({ json: { ...json } }));
		const dryRun = !isLast && random.chance(0.1);
		const askedBefore = asked(round).length;
		const work = isLast
			? sendWith(round, inputs, { options: {} })
			: sendWith(round, inputs, { dryRun });
		const execution = round.execute({ ...work, clean: isLast });
		// Another execution over the same orders at the same time, like a second worker.
		const beside =
			!isLast && random.chance(0.2) ? round.execute({ ...work, clean: true }) : undefined;
		const results = [await execution, ...(beside ? [await beside] : [])];
		if (
			dryRun &&
			results.every(({ items: all }) => all.every(({ bad }) => !bad)) &&
			asked(round).length > askedBefore
		) {
			round.problem('wrong', 'a dry run sent requests');
		}
		for (const result of results) {
			if (result.stopped) continue;
			for (const [item, { json }] of result.items.entries()) {
				const rows = result.rowsOf(item);
				if (rows.length === 0 && !result.failed.has(item)) {
					round.problem('lost', `no row for the order '${String(json.orderId).slice(0, 30)}'`);
				}
				for (const row of rows) {
					if (!Object.hasOwn(SOLICITATION_OUTCOMES, String(row.outcome))) {
						round.problem('wrong', `the outcome '${String(row.outcome)}' is unknown`);
					}
					if (row.outcome === 'sent') {
						const orderId = String(row.orderId);
						sent.set(orderId, (sent.get(orderId) ?? 0) + 1);
					}
				}
				const isGood = result.items[item]?.bad !== true && !result.faulted;
				if (isGood && result.failed.has(item)) {
					round.problem(
						'lost',
						`a good order failed without a fault: ${JSON.stringify(result.run.items[item]).slice(0, 300)}`,
					);
				}
			}
		}
		const ledger = new Map(
			results.flatMap(({ run: { items: rows } }) => rows.map((row) => [row.orderId, row] as const)),
		);
		open = open.filter(({ orderId }) => ledger.get(orderId as string)?.tryAgainLater !== false);
	}
	const now = asked(round).filter((orderId) => !before.has(orderId));
	round.compare('reviews requested', eligible, now);
	const rowsTwice = [...sent].filter(([, count]) => count > 1);
	if (rowsTwice.length > 0) round.problem('doubled', `'sent' twice: ${rowsTwice.join('; ')}`);
	const invented = [...sent.keys()].filter((orderId) => !now.includes(orderId));
	if (invented.length > 0) round.problem('wrong', `'sent', but not true: ${invented.join()}`);
};

/** What an outcome claims about the order. */
const CLAIMS: Readonly<Record<string, string>> = {
	eligible: 'eligible',
	alreadyRequested: 'already',
	notYetEligible: 'notYet',
	windowClosed: 'closed',
	orderCancelled: 'cancelled',
	notShipped: 'notShipped',
	orderNotFound: 'unknownOrder',
};

const checkEligibility: Scenario = async (round) => {
	const { sandbox, seller, random } = round;
	const { items } = makeOrders(round);
	const askedBefore = asked(round).length;
	const result = await round.execute({
		type: 'amazonReviewSolicitation',
		parameters: {
			resource: 'solicitation',
			operation: 'checkEligibility',
			orderId: '={{ $json.orderId }}',
			marketplace: { __rl: true, mode: 'id', value: '={{ $json.place }}' },
			options: { explain: random.chance(0.7) },
		},
		items: items.map((json) => ({ json })),
	});
	if (asked(round).length > askedBefore) round.problem('wrong', 'a check sent a request');
	if (result.stopped) return;
	for (const [item, { bad }] of result.items.entries()) {
		const rows = result.rowsOf(item);
		if (rows.length + Number(result.failed.has(item)) !== 1) {
			round.problem(rows.length > 1 ? 'doubled' : 'lost', `${rows.length} rows for one order`);
		}
		const [row] = rows;
		if (bad === true || row === undefined) continue;
		round.tally.followed += 1;
		const claim = CLAIMS[String(row.outcome)];
		const truth = sandbox.truth.solicitability(seller, String(row.orderId));
		const isSo = claim === undefined || claim === truth;
		// Amazon's own answer for an order that no longer allows a request.
		const isAmazonsWord = row.outcome === 'alreadyRequested' && truth !== 'eligible';
		if (!isSo && !isAmazonsWord) {
			round.problem('wrong', `'${String(row.outcome)}' for an order that is '${truth}'`);
		}
	}
};

export const sendingScenarios: Readonly<Record<string, Scenario>> = {
	'Review Request: Send': send,
	'Review Request: Check Eligibility': checkEligibility,
};
