import type { IExecuteFunctions } from 'n8n-workflow';

import { hint } from '../../shared/n8n/hints';
import type { OrderPage } from '../../shared/spapi/orders';

/** How many orders a hint names. */
const MOST_NAMED = 5;

/** The first names, and how many more there are. */
export function named(names: readonly string[]): string {
	const more = names.length - MOST_NAMED;
	const shown = names.slice(0, MOST_NAMED).join(', ');
	return more > 0 ? `${shown} and ${more} more` : shown;
}

/** What the searches of one run report in addition to the orders. */
export class SearchNotes {
	/** Why orders could not be read, by order ID or position on the page. */
	private readonly unreadable = new Map<string, string>();

	private readonly ofOtherShops = new Set<string>();

	private readonly withoutFulfillment = new Set<string>();

	/** Whether Amazon listed orders only without their fulfillment data. */
	isFulfillmentRefused = false;

	/** Adds a page that was requested with or without fulfillment data. */
	take({ orders, unreadable }: OrderPage, withoutFulfillment: boolean): void {
		for (const { name, reason } of unreadable) this.unreadable.set(name, reason);
		for (const { order, isOfOtherShop } of orders) {
			if (isOfOtherShop) this.ofOtherShops.add(order.orderId);
			else if (withoutFulfillment) this.withoutFulfillment.add(order.orderId);
		}
		this.isFulfillmentRefused ||= withoutFulfillment;
	}

	/** Shows the notes above the node's output. */
	show(context: IExecuteFunctions): void {
		if (this.unreadable.size > 0) {
			const [[, reason] = ['', '']] = this.unreadable;
			hint(
				context,
				`${this.unreadable.size} order(s) in Amazon's answer could not be read and are missing: ${named([...this.unreadable.keys()])}. The first: ${reason}. Check them in Seller Central.`,
				'warning',
			);
		}
		if (this.withoutFulfillment.size > 0) {
			hint(
				context,
				`Amazon did not return fulfillment data for ${this.withoutFulfillment.size} order(s): their status, who fulfills them, whether they shipped late and their delivery dates are unknown (null). Plan leaves out an order if a rule needs one of these. Read the orders again in a few hours.`,
				'warning',
			);
		}
		if (this.ofOtherShops.size > 0) hint(context, aboutOtherShops([...this.ofOtherShops]));
	}
}

/** Orders that Amazon ships for other stores cannot have reviews. */
export const aboutOtherShops = (orderIds: readonly string[]): string =>
	`${orderIds.length} order(s) from stores other than Amazon (Non-Amazon) are left out, because no review can be requested for them: ${named(orderIds)}.`;
