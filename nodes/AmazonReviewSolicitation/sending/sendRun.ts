import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import { newestRowsInSteps } from '../orders/newestRows';
import type { SolicitationOutcome } from './outcome';
import { Claims } from './claims';
import { toNodeError } from '../../shared/n8n/toNodeError';
import { inTurn } from '../../shared/spapi/inTurn';
import { inTurns, Turns } from '../../shared/spapi/pause';
import { hint } from '../../shared/n8n/hints';
import { Progress } from './progress';
import { explain, knownFinding, toResult, type Finding, type OrderInQuestion } from './eligibility';
import { Access } from './accessDenials';
import type { RequestCap } from './requestCap';
import { requestReviewOnce, type Attempt } from './requestReviewOnce';

/** An order to send a request for. */
export interface OrderToSend extends OrderInQuestion {
	/** Check everything but send nothing. */
	readonly dryRun: boolean;
}

export interface SendChoices {
	/** Send nothing, regardless of the orders' settings. */
	readonly dryRunOnly: boolean;
	/** Check that Amazon would accept a request before making one. */
	readonly checkFirst: boolean;
	/** Whether an order may be read to explain why it is not eligible. */
	readonly explain: boolean;
	/** After this many milliseconds no further order is started. */
	readonly timeBudgetMs: number;
	/** How many requests may be sent. */
	readonly cap: RequestCap;
}

/** Orders processed at once: enough to use the full rate limit while answers are pending. */
const CONCURRENCY = 5;

/** Orders claimed together, with one access to n8n's database per group. */
const CLAIMED_TOGETHER = 50;

/**
 * Amazon accepts one request per order ID. The ID is Amazon's own, so the credential does not
 * matter.
 */
const keyOf = ({ orderId }: OrderInQuestion): string => orderId;

/**
 * One run over many orders: in the given order, several at a time, within the rate limit. Every
 * order gets its rows, even if the run fails.
 */
export class SendRun {
	private readonly startedAt = performance.now();

	private readonly access = new Access();

	/** Whether a request was sent that may have reached Amazon. */
	private hasRequested = false;

	/** The first error that is not a failed call. */
	private unexpected: unknown;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly choices: SendChoices,
	) {}

	/**
	 * @returns the rows of each order; always if a request may have reached Amazon, because an error
	 * would lose them
	 * @throws if nothing was done: Amazon gives no access and answered about no order
	 */
	async over(orders: readonly OrderToSend[]): Promise<IDataObject[][]> {
		const rows: IDataObject[][] = [];
		const progress = new Progress(this.context, orders.length);
		const claims = new Claims(this.context);
		const newest = await inTurns(newestRowsInSteps(orders, keyOf));
		const isNewest = (order: OrderToSend, index: number) => newest.get(keyOf(order)) === index;
		const mostBefore = await inTurns(mostAttempts(orders));
		const turns = new Turns();

		for (let start = 0; start < orders.length; start += CLAIMED_TOGETHER) {
			// Orders that are skipped wait for nothing.
			if (turns.isDue) await turns.pause();
			const group = orders
				.slice(start, start + CLAIMED_TOGETHER)
				.map((order, offset) => [start + offset, order] as const);
			const wanted = new Set(
				group
					.filter(([index, order]) => isNewest(order, index) && this.needsClaim(order))
					.map(([, order]) => keyOf(order)),
			);
			const claimed = await claims.take([...wanted]);
			try {
				await inTurn(group, CONCURRENCY, async ([index, order]) => {
					const key = keyOf(order);
					const held = wanted.has(key) && !claimed.has(key);
					const isOlder = order.wrongId === undefined && !isNewest(order, index);
					const known = isOlder ? 'duplicateItem' : held ? 'claimedElsewhere' : undefined;
					const attempts = isOlder ? order.attempts : (mostBefore.get(key) ?? 0);
					rows[index] = await this.rowsOf({ ...order, attempts }, known);
					progress.count(String(rows[index]?.at(-1)?.outcome));
				});
			} finally {
				await claims.release(claimed);
			}
		}

		this.reportWhatStopped();
		if (orders.length > 1) hint(this.context, progress.summary);
		return rows;
	}

	/** @throws what stopped the run if nothing was done; otherwise a hint reports it */
	private reportWhatStopped(): void {
		const { failures, hasAnswered } = this.access;
		const [failure] = failures;
		const hasNoResult = !hasAnswered && !this.hasRequested && !this.context.continueOnFail();
		if (hasNoResult && failure !== undefined) throw failure;
		if (hasNoResult && this.unexpected !== undefined) throw this.unexpected;
		for (const { message, advice } of failures) {
			hint(this.context, `${message}. ${advice}`, 'warning');
		}
		if (this.unexpected !== undefined) {
			const { message } = toNodeError(this.context.getNode(), this.unexpected);
			hint(this.context, `Could not finish some orders: ${message}`, 'warning');
		}
	}

	/** Whether something will be done for the order, so that it must be claimed. */
	private needsClaim(order: OrderToSend): boolean {
		return (
			!this.isDry(order) &&
			knownFinding(order) === undefined &&
			this.skippedFinding(order) === undefined
		);
	}

	/** The ledger rows of one order: one per request made, at least one. */
	private async rowsOf(
		order: OrderToSend,
		known: SolicitationOutcome | undefined,
	): Promise<IDataObject[]> {
		const finding =
			known === undefined
				? (knownFinding(order) ?? this.skippedFinding(order))
				: { outcome: known };
		const attempts =
			finding === undefined ? await this.attempt(order) : [{ finding, requested: false }];
		const rows: IDataObject[] = [];
		let attempt = order.attempts;
		for (const [index, { finding, requested }] of attempts.entries()) {
			const isLast = index === attempts.length - 1;
			if (requested) attempt += 1;
			const explained = isLast
				? await explain(order, finding, this.choices.explain).catch(() => ({ order, finding }))
				: { order, finding };
			rows.push({ ...toResult(explained), attempt, ...order.placed });
		}
		// Whether to try again depends on the final outcome, for all rows of the order.
		const tryAgainLater = rows.at(-1)?.tryAgainLater;
		return rows.map((row) => ({ ...row, tryAgainLater }));
	}

	private async attempt(order: OrderToSend): Promise<readonly Attempt[]> {
		const { checkFirst, cap } = this.choices;
		const dryRun = this.isDry(order);
		const { attempts, unexpected } = await requestReviewOnce(order, {
			checkFirst: checkFirst || dryRun || order.attempts > 0 || isUnconfirmed(order),
			dryRun,
			cap,
		});
		this.unexpected ??= unexpected;
		for (const { finding, requested } of attempts) {
			this.hasRequested ||= requested;
			this.access.note(order, finding);
		}
		return attempts;
	}

	/** The finding for an order that is skipped; undefined for one to start. */
	private skippedFinding(order: OrderToSend): Finding | undefined {
		const denied = this.access.findingFor(order);
		if (denied !== undefined) return denied;
		const { timeBudgetMs, cap } = this.choices;
		const late = performance.now() - this.startedAt >= timeBudgetMs;
		const isCapReached = !this.isDry(order) && !cap.isLeft;
		return late || isCapReached || order.client.signal?.aborted
			? { outcome: 'deferred' }
			: undefined;
	}

	private isDry({ dryRun }: OrderToSend): boolean {
		return dryRun || this.choices.dryRunOnly;
	}
}

/** Whether an earlier request may have arrived. */
const isUnconfirmed = ({ past }: OrderInQuestion): boolean => past?.requestedAt !== undefined;

/** By order, the highest number of attempts in any of its rows. */
function* mostAttempts(orders: readonly OrderToSend[]): Steps<ReadonlyMap<string, number>> {
	const most = new Map<string, number>();
	for (const [index, order] of orders.entries()) {
		if (index % ENTRIES_PER_STEP === 0) yield;
		const key = keyOf(order);
		most.set(key, Math.max(order.attempts, most.get(key) ?? 0));
	}
	return most;
}
