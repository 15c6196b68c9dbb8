import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { inspect } from 'node:util';

import type { FaultKind, FeedbackContent, FeedbackEvent, Stars } from '../../../sandbox';
import { EVENT_FAULTS, FAULT_KINDS } from '../../../sandbox/faults';
import { activateTrigger, createCredentialStore, type ActiveTrigger } from '../../engine/harness';
import { connect } from '../../engine/sandboxCredential';
import { faultsFor } from '../faults';
import { passTime } from '../passingTime';
import type { Round } from '../round';

const MINUTE_MS = 60_000;

const SELLER = 'demo';

/** Time after the last fault: for a report that hangs, and for the pause after one that failed. */
const LATEST_MINUTES = 26 * 60;

const COMMENTS = [
	'',
	'Late',
	'Box "torn" open',
	'Größe falsch – „nie wieder“ 😡',
	'=1+1',
	'x'.repeat(700),
];

const EVENTS = ['newNegativeFeedback', 'newNeutralFeedback', 'feedbackChanged', 'feedbackRemoved'];

/**
 * For `faultsFor`; without faults that change the content of a report, because no watch could
 * notice them.
 */
const KINDS: readonly FaultKind[] = [...FAULT_KINDS, ...EVENT_FAULTS].filter(
	(kind) => kind !== 'flappingEligibility' && kind !== 'wrongCharset',
);

/** What Amazon's report shows for a feedback entry, as one text; null if it shows none. */
const shownOf = (feedback: FeedbackContent | IDataObject | null): string | null =>
	feedback === null || Number(feedback.rating) > 3
		? null
		: `${Number(feedback.rating)} ${String(feedback.comment)}`;

/**
 * A trigger that is polled every minute while feedback is added, changed and removed, and calls
 * fail.
 */
class Watch {
	readonly reported: IDataObject[] = [];

	private trigger!: ActiveTrigger;

	/** The static data in n8n's database: written when items are output. */
	private written: IDataObject = {};

	private readonly credentials = createCredentialStore();

	constructor(private readonly round: Round) {}

	/** By a user, or because n8n starts. */
	async activate(places: readonly string[], isRestart: boolean): Promise<void> {
		const { sandbox } = this.round;
		const credentials = await this.credentials;
		connect(credentials, sandbox, SELLER);
		this.trigger = await activateTrigger({
			type: 'amazonSellerFeedbackTrigger',
			id: `${this.round.name} ${sandbox.url}`,
			parameters: {
				events: EVENTS,
				marketplaces: [...places],
				options: {
					feedbackEveryMinutes: 10,
					metricsEveryMinutes: 30,
					includeRating: true,
					daysToWatch: 90,
				},
			} as INodeParameters,
			credentials,
			credentialId: SELLER,
			staticData: this.written,
			activation: isRestart ? 'init' : 'activate',
		});
		await this.poll();
		this.keep();
	}

	async poll(): Promise<void> {
		const { round } = this;
		round.tally.polls += 1;
		try {
			const items = await this.trigger.poll();
			this.reported.push(...items);
			round.tally.itemsOut += items.length;
			round.searchText('an item of the trigger', JSON.stringify(items));
			if (items.length > 0) this.keep();
		} catch (error) {
			round.tally.errors += 1;
			this.checkError(error as Error & { description?: string });
		}
	}

	private keep(): void {
		this.written = this.trigger.staticData;
		this.trigger.written();
		this.round.searchText('static data of the trigger', JSON.stringify(this.written));
	}

	private checkError(error: Error & { description?: string }): void {
		const { round } = this;
		const said = `${error.name}: ${error.message} | ${error.description ?? ''}`;
		if (
			!/^Node(Api|Operation)Error$/.test(error.name) ||
			/TypeError|undefined|\n\s+at /.test(said)
		) {
			round.problem('unclear', `a poll threw ${said}`);
		}
		round.searchText('an error of the trigger', inspect(error, { depth: 8, showHidden: true }));
		round.searchText('an error of the trigger', JSON.stringify(error));
	}

	/**
	 * Compares the reported states of each feedback entry with its true states: reported once and in
	 * order, and with the right final state. Two changes between two reports may be reported as one.
	 */
	check(history: readonly FeedbackEvent[], isEnd: boolean): number {
		const { round } = this;
		const ways = new Map<string, Array<string | null>>();
		for (const { orderId, before, after } of history) {
			const way = ways.get(orderId) ?? [shownOf(before)];
			way.push(shownOf(after));
			ways.set(orderId, way);
		}
		let missing = 0;
		for (const [orderId, way] of ways) {
			let at = 0;
			for (const item of this.reported.filter((each) => each.orderId === orderId)) {
				const shown = shownOf(item.after as IDataObject | null);
				const next = way.findIndex((state, index) => index > at && state === shown);
				const isNew = shown !== way[at];
				if (isNew && next > at) at = next;
				else if (isEnd) {
					const kind = way.slice(0, at + 1).includes(shown) ? 'doubled' : 'wrong';
					round.problem(
						kind,
						`reported again or wrongly: ${String(item.event)} ${orderId} '${shown}'`,
					);
				}
			}
			if (way[at] === way.at(-1)) continue;
			missing += 1;
			if (isEnd) round.problem('lost', `never reported: order ${orderId} is now '${way.at(-1)}'`);
		}
		const strange = this.reported.filter(({ orderId }) => !ways.has(String(orderId)));
		if (isEnd && strange.length > 0) {
			round.problem(
				'wrong',
				`reported without a change: ${strange.map(({ orderId }) => orderId).join()}`,
			);
		}
		return missing;
	}

	checkIds(): void {
		const ids = this.reported.map(({ eventId }) => eventId);
		const twice = ids.length - new Set(ids).size;
		if (twice > 0) this.round.problem('doubled', `${twice} event IDs were repeated`);
	}
}

/** Adds, changes or removes feedback; leaves alone what was changed within the last hour. */
function change(round: Round, places: readonly string[]): void {
	const { sandbox, random } = round;
	const marketplaceId = random.pick(places);
	const known = sandbox.truth
		.feedback(SELLER, marketplaceId)
		.filter(({ date }) => date >= '2026-10-01');
	// If a report would have no rows left, Amazon does not say why, so nothing counts as removed.
	const what = known.length < 3 ? 0 : random.integer(0, 3);
	const rating = random.pick<Stars>([1, 1, 2, 3, 5]);
	const comment = random.pick(COMMENTS);
	if (what <= 1) {
		sandbox.world.addOrders({ sellerKey: SELLER, marketplaceId, state: 'closed' });
		sandbox.world.addFeedback({ sellerKey: SELLER, marketplaceId, rating, comment });
	} else if (what === 2) {
		sandbox.world.changeFeedback(SELLER, random.pick(known).orderId, { rating, comment });
	} else sandbox.world.removeFeedback(SELLER, random.pick(known).orderId);
}

/**
 * Several hours of a trigger with faults of all kinds and restarts of n8n: each change is reported
 * once.
 */
export async function watchADay(round: Round, minutes = 8 * 60): Promise<void> {
	const { sandbox, random } = round;
	sandbox.faults.clear();
	sandbox.settings.set({ feedbackUnreadableRow: false });
	// It is unproven that Amazon does this. A row with both a tab and a line break is unreadable,
	// which is reported; a removal is then not reported, as documented.
	sandbox.habits.set({ tabsInComments: false });
	const all = (sandbox.sellers[SELLER]?.marketplaces ?? []).map(
		({ marketplace }) => marketplace.id,
	);
	const places = all.slice(0, random.integer(1, all.length));
	const watch = new Watch(round);
	await watch.activate(places, false);
	const pass = async (count: number): Promise<void> => {
		for (let minute = 0; minute < count; minute += 1) {
			passTime(MINUTE_MS);
			await watch.poll();
		}
	};
	// The first reports show the existing feedback; a change before them is not new.
	await pass(30);
	const since = sandbox.truth.feedbackHistory(SELLER).length;
	const history = () =>
		sandbox.truth
			.feedbackHistory(SELLER)
			.slice(since)
			.filter(({ marketplaceId }) => places.includes(marketplaceId));
	for (let minute = 0; minute < minutes; minute += 1) {
		if (random.chance(1 / 90)) for (const fault of faultsFor(random, KINDS)) round.addFault(fault);
		if (random.chance(1 / 60))
			for (const fault of sandbox.faults.list()) if (fault.spec.probability) fault.remove();
		if (random.chance(1 / 40)) change(round, places);
		if (random.chance(1 / 240)) await watch.activate(places, true);
		await pass(1);
	}
	for (const fault of sandbox.faults.list()) fault.remove();
	for (let later = 0; watch.check(history(), false) > 0 && later < LATEST_MINUTES; later += 30) {
		await pass(30);
	}
	await pass(60);
	round.tally.followed += history().length;
	watch.check(history(), true);
	watch.checkIds();
}
