import type { INodeExecutionData } from 'n8n-workflow';

import { isOrderIdOfAnyKind } from '../../shared/domain/orderId';
import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import { countryOf, isRow, orderFrom, textOf, type KnownOrder } from './knownOrder';

/** A bad feedback entry among the input items. */
export interface FeedbackEntry {
	readonly orderId: string;
	readonly seller: string | null;
	/** Country code; null if unknown. */
	readonly marketplace: string | null;
	readonly reasons: readonly string[];
	/** What the item says about the order; null if nothing. */
	readonly order: KnownOrder | null;
}

export interface ReadFeedback {
	/** One per order, in the order of the items. */
	readonly bad: readonly FeedbackEntry[];
	/** Entries with more stars. */
	readonly better: number;
	/** Further entries of the same order. */
	readonly repeated: number;
	/** Items that are no feedback entry. */
	readonly unreadable: number;
}

/**
 * Reads each input item as a feedback entry, as this package outputs them.
 * @param mostStars entries with more stars are not bad
 */
export function* readBadFeedback(
	items: readonly INodeExecutionData[],
	mostStars: number,
): Steps<ReadFeedback> {
	const bad = new Map<string, FeedbackEntry>();
	const counts = { better: 0, repeated: 0, unreadable: 0 };
	for (const [index, { json }] of items.entries()) {
		if (index % ENTRIES_PER_STEP === ENTRIES_PER_STEP - 1) yield;
		const orderId = textOf(json.orderId) ?? '';
		const stars = Number(textOf(json.rating) ?? NaN);
		if (!isOrderIdOfAnyKind(orderId) || !Number.isInteger(stars) || stars < 1 || stars > 5) {
			counts.unreadable += 1;
		} else if (stars > mostStars) counts.better += 1;
		else if (bad.has(orderId)) counts.repeated += 1;
		else bad.set(orderId, entryOf(orderId, json));
	}
	return { bad: [...bad.values()], ...counts };
}

function entryOf(orderId: string, json: INodeExecutionData['json']): FeedbackEntry {
	const marketplace = countryOf(json.marketplaceId) ?? countryOf(json.marketplace);
	const order = isRow(json.order) ? orderFrom(orderId, json.order) : null;
	return {
		orderId,
		seller: textOf(json.seller),
		marketplace,
		reasons: reasonsOf(json.reasons),
		order: order && { ...order, marketplace: order.marketplace ?? marketplace },
	};
}

/** A list, or text with commas, as tables keep lists. */
function reasonsOf(value: unknown): string[] {
	const list: unknown[] = Array.isArray(value) ? value : (textOf(value) ?? '').split(',');
	return [...new Set(list.flatMap((reason) => textOf(reason) ?? []))];
}
