import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';
import { gzipSync } from 'node:zlib';

import { writeFeedbackFile } from '../../../sandbox/reports/feedbackFile';
import type { Stars, WorldFeedback } from '../../../sandbox';
import type { Input } from '../badValues';
import type { Executed, Round, Scenario } from '../round';

const COMMENTS = [
	'',
	'Late, and the box was torn',
	'6" cable instead of 12"; "unused" item had scratches',
	'=HYPERLINK("http://example.com","refund")',
	`Long story ${'and no answer '.repeat(60)}`,
	'Größe falsch, 20 € Versand',
	'商品が届くのが遅い',
];

/**
 * The seller's marketplaces as an operation's input: each by its ID, its country, or as the
 * primary.
 */
export function placesOf({ sandbox, seller, random }: Round) {
	return (sandbox.sellers[seller]?.marketplaces ?? []).map(({ marketplace }, index) => ({
		marketplace,
		place: random.pick([marketplace.id, marketplace.countryCode, ...(index === 0 ? [''] : [])]),
	}));
}

/** Buyers leave, change and remove feedback. */
export function stirFeedback({ sandbox, seller, random }: Round): void {
	for (const { marketplace } of sandbox.sellers[seller]?.marketplaces ?? []) {
		const here = { sellerKey: seller, marketplaceId: marketplace.id };
		for (let count = random.integer(0, 4); count > 0; count -= 1) {
			sandbox.world.addOrders({ ...here, state: 'closed' });
			const rating = random.pick<Stars>([1, 2, 3, 3, 4, 5]);
			sandbox.world.addFeedback({ ...here, rating, comment: random.pick(COMMENTS) });
		}
		const some = sandbox.truth.feedback(seller, marketplace.id);
		if (some.length > 3 && random.chance(0.4)) {
			sandbox.world.removeFeedback(seller, random.pick(some).orderId);
		}
	}
}

const lineOf = ({ orderId, date, rating }: IDataObject | WorldFeedback): string =>
	`${String(orderId)} ${String(date)} ${String(rating)}`;

const isRow = (row: IDataObject): boolean => typeof row.rating === 'number';

/** Whether the run reports that feedback is unavailable; otherwise, no row means no feedback. */
const saysUnknown = ({ run }: Executed, rows: readonly IDataObject[]): boolean =>
	rows.some(({ feedbackKnown }) => feedbackKnown === false) ||
	run.hints.some((hint) => /canceled feedback report/.test(hint));

const saysUnreadable = ({ run }: Executed): boolean =>
	run.hints.some((hint) => /Could not read \d+ line/.test(hint));

const getMany: Scenario = async (round) => {
	const { sandbox, seller, random } = round;
	stirFeedback(round);
	const emailWanted = random.chance(0.1);
	const since = random.chance(0.5) ? undefined : random.integer(0, 400);
	const ratings = random.pick([[], [], [1], [1, 2], [3]]);
	const zone = 'utc';
	const sinceText =
		since === undefined ? '' : DateTime.utc().setZone(zone).minus({ days: since }).toISODate();
	const places = placesOf(round);
	const result = await round.execute({
		type: 'amazonSellerFeedback',
		parameters: {
			resource: 'feedback',
			operation: 'getMany',
			marketplace: { __rl: true, mode: 'id', value: '={{ $json.place }}' },
			returnAll: true,
			limit: 50,
			simplify: random.chance(0.5),
			filters: { ratings, since: sinceText },
			options: {
				includeBuyerEmail: emailWanted,
				outputUnreadableLines: random.chance(0.3),
				whenCancelled: random.pick(['nothing', 'item']),
				waitMinutes: random.pick([15, 15, 2, 0.2]),
			},
		},
		items: places.map(({ place }) => ({ json: { place } })),
		personalDataWanted: emailWanted,
	});
	if (result.stopped) return;
	for (const [item, { marketplace }] of places.entries()) {
		if (result.items[item]?.bad === true || result.failed.has(item)) continue;
		const rows = result.rowsOf(item);
		if (rows.filter(isRow).length === 0 && saysUnknown(result, rows)) continue;
		const from =
			sinceText || DateTime.now().setZone(marketplace.timeZone).minus({ days: 365 }).toISODate();
		const truth = sandbox.truth
			.feedback(seller, marketplace.id, { from: from ?? '' })
			.filter(({ rating }) => ratings.length === 0 || ratings.includes(rating));
		const reported = rows.filter(isRow);
		// Nothing is quoted in this report: a row with both a tab and a line break may be left out with
		// a notice.
		const isLeftOut = sandbox.habits.get().tabsInComments && saysUnreadable(result);
		const known = new Set(reported.map(lineOf));
		const isHere = ({ marketplaceId }: IDataObject) => marketplaceId === marketplace.id;
		round.compare(
			`feedback of ${marketplace.countryCode}`,
			truth.map(lineOf).filter((line) => !isLeftOut || known.has(line)),
			reported.filter(isHere).map(lineOf),
		);
		checkRowsOfOthers(
			round,
			reported.filter((row) => !isHere(row)),
		);
	}
};

/**
 * If a report contains rows of other marketplaces, each must be output correctly, with its own
 * marketplace.
 */
function checkRowsOfOthers(round: Round, rows: readonly IDataObject[]): void {
	if (rows.length === 0) return;
	const { sandbox, seller } = round;
	const isExpected = sandbox.habits.get().rowsOfOtherMarketplaces;
	const known = new Set(
		(sandbox.sellers[seller]?.marketplaces ?? []).flatMap(({ marketplace: { id } }) =>
			sandbox.truth.feedback(seller, id).map((each) => `${id} ${lineOf(each)}`),
		),
	);
	const wrong = rows.filter((row) => !known.has(`${String(row.marketplaceId)} ${lineOf(row)}`));
	if (!isExpected || wrong.length > 0) {
		const [row = rows[0]] = wrong;
		round.problem(
			'wrong',
			`${rows.length} rows of other marketplaces, such as ${JSON.stringify(row)}`,
		);
	}
}

/** A control: finding nothing proves something only if the search works. Here it must find data. */
const personalDataRequested: Scenario = async (round) => {
	const { sandbox, seller } = round;
	sandbox.faults.clear();
	const { run } = await round.execute({
		type: 'amazonSellerFeedback',
		parameters: {
			resource: 'feedback',
			operation: 'getMany',
			marketplace: { __rl: true, mode: 'list', value: '' },
			returnAll: true,
			simplify: true,
			filters: {},
			options: { includeBuyerEmail: true },
		},
		clean: true,
		personalDataWanted: true,
	});
	const [place] = sandbox.sellers[seller]?.marketplaces ?? [];
	const wanted = sandbox.truth.feedback(seller, place?.marketplace.id ?? '').length;
	const found = round.leaks.find(JSON.stringify(run.run));
	const withEmail = run.items.filter(({ buyerEmail }) => buyerEmail).length;
	if (wanted > 0 && (withEmail === 0 || !found.some(({ kind }) => kind === "buyer's email"))) {
		round.problem('wrong', 'the search for secrets does not find addresses that are there');
	}
};

const parseReport: Scenario = async (round) => {
	const { sandbox, seller, random } = round;
	stirFeedback(round);
	const places = placesOf(round).map(({ marketplace }) => marketplace);
	const items = places.map((marketplace): Input => {
		const truth = sandbox.truth.feedback(seller, marketplace.id);
		const file = writeFeedbackFile(truth, marketplace.countryCode, sandbox.settings.get());
		const whole = random.chance(0.5) ? gzipSync(file.bytes) : file.bytes;
		const bad = random.chance(0.25);
		const bytes = bad ? damaged(random.integer(0, 5), whole) : whole;
		return {
			json: { place: random.pick([marketplace.id, marketplace.countryCode]) },
			binary: {
				[bad && random.chance(0.2) ? 'other' : 'data']: {
					data: bytes.toString('base64'),
					mimeType: random.pick([file.contentType, 'text/plain', 'application/octet-stream']),
					fileName: 'feedback.txt',
				},
			},
			bad,
		};
	});
	const result = await round.execute({
		type: 'amazonSellerFeedback',
		parameters: {
			resource: 'feedback',
			operation: 'parseReport',
			binaryPropertyName: 'data',
			marketplace: { __rl: true, mode: 'id', value: '={{ $json.place }}' },
			simplify: random.chance(0.5),
			options: { outputUnreadableLines: random.chance(0.3) },
		},
		items,
		inputIsPersonal: true,
	});
	if (result.stopped) return;
	for (const [item, marketplace] of places.entries()) {
		if (result.items[item]?.bad === true) continue;
		const truth = sandbox.truth.feedback(seller, marketplace.id);
		if (truth.length === 0 && sandbox.settings.get().feedbackUnreadableRow) continue;
		if (result.failed.has(item)) {
			round.problem('wrong', `a good report of ${marketplace.countryCode} was not read`);
			continue;
		}
		const rows = result.rowsOf(item).filter(isRow);
		round.compare(`report file of ${marketplace.countryCode}`, truth.map(lineOf), rows.map(lineOf));
	}
};

function damaged(how: number, bytes: Uint8Array): Buffer {
	switch (how) {
		case 0:
			return Buffer.alloc(0);
		case 1:
			return Buffer.from('<html>Access denied</html>');
		case 2:
			return Buffer.from(bytes.slice(0, Math.floor(bytes.length / 2)));
		case 3:
			return Buffer.concat([Buffer.from(bytes), Buffer.from(bytes)]).fill(0xff, 3, 9);
		case 4:
			return Buffer.from([0x1f, 0x8b, 8, 0, 0]);
		default:
			return Buffer.alloc(5000, '\t"\n');
	}
}

const accountHealth: Scenario = async (round) => {
	const { sandbox, seller, random } = round;
	const places = placesOf(round);
	const defects = places.map(({ marketplace }) => {
		const orders = random.pick([0, 1, 40, 200, 1000]);
		const counts = { orders, ordersWithDefects: random.integer(0, Math.min(orders, 12)) };
		for (const fulfilledBy of ['AMAZON', 'MERCHANT'] as const) {
			sandbox.world.setDefects(seller, marketplace.id, { fulfilledBy, ...counts });
		}
		return counts;
	});
	const result = await round.execute({
		type: 'amazonSellerFeedback',
		parameters: {
			resource: 'accountHealth',
			operation: 'get',
			marketplace: { __rl: true, mode: 'id', value: '={{ $json.place }}' },
			simplify: random.chance(0.5),
			options: { waitMinutes: random.pick([15, 1]) },
		},
		items: places.map(({ place }) => ({ json: { place } })),
	});
	for (const { marketplace } of places) sandbox.world.setDefects(seller, marketplace.id, undefined);
	if (result.stopped) return;
	for (const [item, { marketplace }] of places.entries()) {
		if (result.items[item]?.bad === true || result.failed.has(item)) continue;
		const rows = result.rowsOf(item);
		const isUnknown = result.run.hints.some((hint) => /no account health/.test(hint));
		if (rows.length === 0 && isUnknown) continue;
		const { orders = 0, ordersWithDefects = 0 } = defects[item] ?? {};
		// Unknown is neither a figure nor zero.
		const { healthNullDefects, healthWithoutCounts } = sandbox.habits.get();
		if (healthNullDefects || healthWithoutCounts) {
			if (rows.every(({ sellerFulfilledDefectPercent: each }) => each === null)) continue;
		}
		const percent = (row: IDataObject) =>
			`${marketplace.id} ${Number(row.sellerFulfilledDefectPercent).toFixed(6)}`;
		const truth = orders === 0 ? 0 : (100 * ordersWithDefects) / orders;
		round.compare(
			'order defect rate',
			[`${marketplace.id} ${truth.toFixed(6)}`],
			rows.map(percent),
		);
	}
};

const marketplaces: Scenario = async (round) => {
	const { sandbox, seller, random } = round;
	const items = Array.from({ length: random.integer(1, 4) }, () => ({ json: {} }));
	const result = await round.execute({
		type: 'amazonSellerFeedback',
		parameters: { resource: 'marketplace', operation: 'getMany', returnAll: true, limit: 5 },
		items,
	});
	if (result.stopped) return;
	const truth = (sandbox.sellers[seller]?.marketplaces ?? []).map(
		({ marketplace }) => marketplace.id,
	);
	for (const item of items.keys()) {
		if (result.items[item]?.bad === true || result.failed.has(item)) continue;
		const reported = result.rowsOf(item).map(({ marketplaceId }) => String(marketplaceId));
		round.compare('marketplaces', truth, reported);
	}
};

export const feedbackScenarios: Readonly<Record<string, Scenario>> = {
	'Feedback: Get Many': getMany,
	'Feedback: Get Many with addresses': personalDataRequested,
	'Feedback: Parse Report': parseReport,
	'Account Health: Get': accountHealth,
	'Marketplace: Get Many': marketplaces,
};
