import {
	invalidInput,
	ownMarketplaces,
	single,
	type Answer,
	type Call,
	type Operation,
} from '../http';
import { countWindow } from '../truth';
import { localDay } from '../world/build';
import type { Habits } from '../habits';
import type { MarketplaceWorld } from '../world/types';

const CONDITIONS = ['New', 'Used', 'Collectible', 'Refurbished', 'Club'];

/**
 * A seller's rating as other buyers see it: the last 365 days. Whether Amazon rounds the percentage
 * is unconfirmed; its examples and pages show whole numbers.
 */
function sellerRating(place: MarketplaceWorld, now: number, { zeroRatings }: Habits) {
	const day = localDay(now, place.marketplace);
	const { positive, neutral, negative } = countWindow(place, day, 365);
	const all = positive + neutral + negative;
	if (all === 0 && zeroRatings) return { SellerPositiveFeedbackRating: 0, FeedbackCount: 0 };
	return {
		...(all > 0 ? { SellerPositiveFeedbackRating: Math.round((100 * positive) / all) } : {}),
		FeedbackCount: all,
	};
}

function getItemOffers({ state, seller, params, query, now }: Call): Answer {
	const asin = params['Asin'] ?? '';
	const marketplaceId = single(query['MarketplaceId']);
	const condition = single(query['ItemCondition']);
	if (marketplaceId === undefined) throw invalidInput('MarketplaceId is required');
	if (condition === undefined || !CONDITIONS.includes(condition)) {
		throw invalidInput('ItemCondition is missing or invalid');
	}
	if (!/^[A-Z0-9]{10}$/.test(asin)) throw invalidInput(`${asin} is an invalid ASIN`);
	ownMarketplaces(seller, [marketplaceId]);
	const place = state.world.marketplace(seller.key, marketplaceId);
	const product = place.products.find((candidate) => candidate.asin === asin);
	if (!product) throw invalidInput(`${asin} is an invalid ASIN for marketplace ${marketplaceId}`);
	const money = (amount: number) => ({
		CurrencyCode: place.marketplace.currency,
		Amount: amount,
	});
	const shared = {
		SubCondition: 'new',
		ShippingTime: { minimumHours: 24, maximumHours: 48, availabilityType: 'NOW' },
		Shipping: money(0),
		IsFulfilledByAmazon: true,
		IsFeaturedMerchant: true,
	};
	const own = {
		...shared,
		MyOffer: true,
		SellerId: seller.sellerId,
		SellerFeedbackRating: sellerRating(place, now, state.habits),
		ListingPrice: money(product.price),
		IsBuyBoxWinner: true,
	};
	const competitor = {
		...shared,
		MyOffer: false,
		SellerId: 'A9SANDBOXOTHER',
		SellerFeedbackRating: { SellerPositiveFeedbackRating: 91, FeedbackCount: 4321 },
		ListingPrice: money(product.price * 2),
		IsBuyBoxWinner: false,
	};
	const offers = condition === 'New' ? [competitor, own] : [];
	return {
		status: 200,
		body: {
			payload: {
				ASIN: asin,
				status: offers.length > 0 ? 'Success' : 'NoBuyableOffers',
				ItemCondition: condition,
				marketplaceId,
				Identifier: { MarketplaceId: marketplaceId, ItemCondition: condition, ASIN: asin },
				Summary: {
					TotalOfferCount: offers.length,
					NumberOfOffers: [
						{ condition: 'new', fulfillmentChannel: 'Amazon', OfferCount: offers.length },
					],
				},
				Offers: offers,
			},
		},
	};
}

/** Product Pricing API v0, the part that carries a seller's rating. */
export const pricingOperations: readonly Operation[] = [
	{
		name: 'getItemOffers',
		method: 'GET',
		path: '/products/pricing/v0/items/:Asin/offers',
		rate: 0.5,
		burst: 1,
		// The role is unconfirmed.
		roles: ['Pricing'],
		handle: getItemOffers,
	},
];
