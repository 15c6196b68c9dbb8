// cspell:ignore Entschuldigung leid dass angekommen
import {
	findMarketplace,
	MARKETPLACES,
	type Marketplace,
} from '../../nodes/shared/domain/marketplaces';
import { draftsOf, type DraftSubject } from '../../nodes/AmazonSellerFeedback/cases/drafts';
import { DRAFT_TEXTS } from '../../nodes/AmazonSellerFeedback/cases/draftTexts';

const SUBJECT: DraftSubject = {
	orderId: '111-1234567-7654321',
	date: '2026-06-01',
	criterion: 'productReview',
	prospect: 'possible',
	reasons: 'unclear, damaged, service',
};
const US = findMarketplace('US') as Marketplace;
const DE = findMarketplace('DE') as Marketplace;

describe('draftsOf', () => {
	it('fills in the order, the date and the first reason that a draft can name', () => {
		const drafts = draftsOf(SUBJECT, US, []);
		expect(drafts.removalRequest).toContain('left on 2026-06-01 for order 111-1234567-7654321');
		expect(drafts.buyerNote).toContain('We are sorry that your item arrived damaged.');
		expect(draftsOf({ ...SUBJECT, reasons: 'noText' }, US, []).publicReply).toContain(
			'We are sorry that your order did not meet your expectations.',
		);
	});

	it('reads reasons that a table keeps without spaces', () => {
		const reasons = 'unclear,damaged,service';
		expect(draftsOf({ ...SUBJECT, reasons }, US, []).buyerNote).toContain(
			'We are sorry that your item arrived damaged.',
		);
	});

	it('bases a removal request on its own criterion, also if it certainly applies', () => {
		const requestOf = (criterion: DraftSubject['criterion']) =>
			draftsOf({ ...SUBJECT, criterion, prospect: 'possible' }, US, []).removalRequest;
		expect(requestOf('productReview')).toMatch(/product review/i);
		expect(requestOf('obsceneLanguage')).toMatch(/obscene/i);
		expect(requestOf('fulfilledByAmazon')).toMatch(/that Amazon fulfilled/);
		expect(requestOf('productReview')).not.toMatch(/that Amazon fulfilled/);
	});

	it('knows no reasons but its own, whatever an AI node or a table says', () => {
		const reasons = 'constructor, toString, __proto__';
		expect(draftsOf({ ...SUBJECT, reasons }, US, []).publicReply).toContain(
			'We are sorry that your order did not meet your expectations.',
		);
	});

	it.each(['none', 'starOnly', 'tooOld', 'positive'] as const)(
		'has no removal request if the criterion is %s',
		(criterion) => {
			expect(draftsOf({ ...SUBJECT, criterion }, US, []).removalRequest).toBeNull();
		},
	);

	it.each(MARKETPLACES.map((marketplace) => [marketplace.countryCode, marketplace] as const))(
		'in %s leaves a choice only if it is unknown whether Amazon fulfilled the order',
		(_, marketplace) => {
			const requestOf = (prospect: DraftSubject['prospect']) => {
				const subject = { ...SUBJECT, criterion: 'fulfilledByAmazon', prospect } as const;
				return draftsOf(subject, marketplace, []).removalRequest ?? '';
			};
			expect(requestOf('conditional')).toMatch(/Buy Shipping.*\[.+\]$/);
			const known = requestOf('possible');
			expect(known).toMatch(/amazon|أمازون/i);
			expect(known).not.toMatch(/[[\]]|Buy Shipping/);
			// The first sentence and the last one before the choice.
			const [choice = ''] = requestOf('conditional').split(/ ?\[/);
			const ends = (text: string) => text.split(/(?<=[.。])\s*/).filter(Boolean);
			expect([ends(known)[0], ends(known).at(-1)]).toEqual([ends(choice)[0], ends(choice).at(-1)]);
		},
	);

	it("uses Amazon's own sentence for a solved problem", () => {
		expect(draftsOf(SUBJECT, US, []).whenSolved).toBe(
			'If you are satisfied that we have resolved your concerns, it is possible to update or remove the feedback you originally provided here.',
		);
	});

	it("uses the user's templates, in their marketplace only", () => {
		const templates = [
			{ draft: 'publicReply', marketplace: 'de', text: 'Entschuldigung!' },
			{ draft: 'buyerNote', marketplace: '', text: '{orderId}: {regret}' },
			{ draft: 'whenSolved', marketplace: '', text: '  ' },
		] as const;
		expect(draftsOf(SUBJECT, DE, templates)).toMatchObject({
			publicReply: 'Entschuldigung!',
			buyerNote:
				'111-1234567-7654321: Es tut uns leid, dass Ihr Artikel beschädigt angekommen ist.',
			whenSolved: DRAFT_TEXTS.de.whenSolved,
		});
		expect(draftsOf(SUBJECT, US, templates).publicReply).toContain('We are sorry');
	});

	it('has every draft in the language of every marketplace, with nothing left to fill in', () => {
		for (const marketplace of MARKETPLACES) {
			for (const criterion of ['obsceneLanguage', 'fulfilledByAmazon'] as const) {
				for (const draft of Object.values(draftsOf({ ...SUBJECT, criterion }, marketplace, []))) {
					expect(draft).not.toMatch(/[{}]/);
					expect(draft?.length).toBeGreaterThan(20);
				}
			}
		}
	});

	it.each(Object.entries(DRAFT_TEXTS))(
		'in %s names the order only to Amazon and the buyer, and offers nothing',
		(_, texts) => {
			expect(texts.publicReply).not.toMatch(/\{orderId\}|\{date\}|@|\d/);
			expect(texts.buyerNote).toContain('{orderId}');
			for (const regret of Object.values(texts.regret)) {
				expect(texts.publicReply.replace('{regret}', regret).length).toBeLessThanOrEqual(300);
			}
			for (const request of Object.values(texts.removalRequest)) {
				expect(request).toContain('{orderId}');
				expect(request).toContain('{date}');
			}
		},
	);
});
