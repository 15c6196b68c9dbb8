// cspell:disable – names and sentences of many languages

import fc from '../fastCheck';

import { plusDays } from '../../nodes/shared/domain/calendar';
import {
	AMAZON_FULFILLED,
	isAmazonResponsible,
	REMOVAL_CRITERIA,
	removalProspect,
	removalProspectByOrder,
	type RemovalCriterion,
} from '../../nodes/shared/domain/comments/removalProspect';
import { reasonsOf } from '../../nodes/shared/domain/comments/reasons';
import { MOST_CHARACTERS } from '../../nodes/shared/domain/comments/fold';
import { goldenSet, languages } from '../../checks/golden/goldenSet';
import { growthOf, IN_PROPORTION } from '../growth';

const DATE = '2026-09-03';

const prospectOf = (comment: string, rating = 1, daysLater = 5) =>
	removalProspect({ date: DATE, rating, comment }, plusDays(DATE, daysLater));

const criterionOf = (comment: string): RemovalCriterion => prospectOf(comment).criterion;

describe('removalProspect', () => {
	it.each([
		['This is utter bullshit, avoid.'],
		['FUCKING useless'],
		['So eine Scheiße, nie wieder'],
		['Das ist doch SCHEISSE'],
		['Quelle merde !'],
		['Vaya mierda de producto'],
		['Siete degli stronzi'],
		['Menudo cabron el vendedor'],
		['クソみたいな商品です'],
		['Que merda de produto, caralho'],
		['Wat een kutzooi'],
		['Kurwa, co za badziew'],
		['Klienta w dupie mają'],
		['É uma bosta de produto'],
		['Vilken jävla skit'],
		['Siktirin gidin'],
		['يا اولاد الشرموطه'],
	])('finds obscene language in "%s"', (comment) => {
		expect(prospectOf(comment)).toMatchObject({
			prospect: 'possible',
			criterion: 'obsceneLanguage',
		});
	});

	it.each([
		['Delivered to Scunthorpe a week late'],
		['The shitake grow kit never arrived'],
		['Fickle weather, parcel arrived wet'],
		['Die Lieferung kam nach Putzbrunn zu spät'],
		['The disputant’s parcel never came'],
		['荷物が遅れました。よくそのことを考えてください'],
		['Entrega atrasada uma hora'],
		['Fick aldrig paketet'],
		['届かない。ファックスも'],
	])('does not treat a part of another word as obscene in "%s"', (comment) => {
		expect(criterionOf(comment)).toBe('fulfilledByAmazon');
	});

	it.each([
		['an email address', 'Write to jane.doe@example.com if you were cheated too'],
		['an American phone number', 'His number is (555) 234-5678'],
		['one with hyphens', 'Call them: 1-555-234-5678!'],
		['one without hyphens', 'phone: 5552345678'],
		['a British one', 'I rang 020 7946 0018 and nobody picked up'],
		['a German one', 'Unter 0171/2345678 geht keiner ran'],
		['one with its area in brackets', 'Nummer (030) 1234567 ist tot'],
		['an international one', 'Numéro +33 1 23 45 67 89'],
		['a French one', 'Appelez le 01.23.45.67.89'],
		['a Spanish one', 'Llamad al 612 34 56 78'],
		['an Italian one', 'Chiamate il 333 1234567'],
		['a Japanese one in wide digits', '電話番号は０３－１２３４－５６７８です'],
		['an American street', 'He lives at 12 Elm Street, go and tell him'],
		['a German street', 'Die sitzen in der Hauptstraße 12, Köln'],
		['another German street', 'Adresse: Berliner Straße 7'],
		['a French street', 'Ils sont au 12 rue de la Paix'],
		['a Spanish street', 'Están en la calle Mayor 12'],
		['an Italian street', 'Hanno sede in via Garibaldi, 12'],
		['a Japanese address', '東京都港区芝公園4-2-8にある'],
		['a Dutch mobile number', 'Bel 06-12345678 maar niet'],
		['a Polish phone number', 'Numer 501 234 567 nie odpowiada'],
		['a Swedish phone number', 'Ringde 070-123 45 67 utan svar'],
		['a Turkish phone number', '0532 123 45 67 numarayı açmıyorlar'],
		['a Brazilian phone number', 'Liguei no (11) 95555-0199'],
		['a phone number in Arabic digits', 'رقمه ٠٥٠١٢٣٤٥٦٧'],
		['a Dutch street', 'Ze zitten op de Keizersgracht 12'],
		['a Polish street', 'Siedziba: ul. Polna 7/3'],
		['a Swedish street', 'De sitter på Storgatan 5'],
		['a Turkish street', 'Örnek Mah. Gül Sok. No:7 adresinde'],
		['a Portuguese street', 'Fica na Rua das Flores, 45'],
		['an Arabic street', 'العنوان ١٢ شارع التحرير'],
		['a postal code and a place', 'Adresse: Amselstieg 114b, 38999 Hinterfelde'],
	])('finds personal information in %s', (_, comment) => {
		expect(prospectOf(comment)).toMatchObject({
			prospect: 'possible',
			criterion: 'personalInformation',
		});
	});

	it.each([
		['an order ID', 'Order 111-1234567-7654321 never arrived'],
		['one that starts like a phone number', 'Bestellung 028-1234567-7654321 nicht angekommen'],
		['one after a phone word', 'Two calls. Call 028-1234567-7654321: never arrived'],
		['one retyped with spaces', 'Order 028 1234567 7654321 never arrived'],
		['one with other dashes', 'Order 028–1234567–7654321 never arrived'],
		['prices', 'Delivery 1.299,00 EUR, then 1,299.99 and $0.99 1299.99 on top'],
		['dates', 'Promised 03.09.2026 20:15, 2026-09-03, 09/03/26 or 09-03-2026, delivered never'],
		['hours', 'Delivery between 08.00-12.00 or 08-12 17-20, nobody came'],
		['a parcel number', 'DHL says 00340434161094042557 or 1Z999AA10123456784, not there'],
		['a plain row of digits', 'Parcel 5552345678 never arrived'],
		['a model with a number', 'Galaxy A 52, 5 weeks late'],
		['days on a street', 'The parcel lay 2 days on the road and 3 days in the street'],
		['days in a Spanish street', 'Dejaron el paquete en la calle Durante 2 horas'],
		['the word via', 'Shipped via UPS 2 weeks ago, still waiting'],
		['an at sign', '2 parcels @ 4.99each delivered late'],
	])('does not treat %s as personal information', (_, comment) => {
		expect(criterionOf(comment)).toBe('fulfilledByAmazon');
	});

	it.each([
		['Broke after two days. Poor quality.'],
		['The item doesn’t work'],
		['Bad product'],
		['Zipper ripped the first time I used it, waste of money'],
		['Faux leather, smells awful'],
		['Qualität ist schlecht, nach einer Woche kaputt'],
		['Der Akku hält nur eine Stunde'],
		['Le produit ne fonctionne plus'],
		['Tissu trop fin, la couleur part au lavage'],
		['Muy mala calidad, se rompió el primer día'],
		['La talla es muy pequeña'],
		['Prodotto scadente, non funziona'],
		['La qualita e pessima'],
		['一週間で壊れました。品質が悪いです'],
		['Péssima qualidade, parou de funcionar'],
		['Slechte kwaliteit, na een week kapot'],
		['Słaba jakość, zepsuł się po tygodniu'],
		['Dålig kvalitet, gick sönder direkt'],
		['Kalitesi çok kötü, hemen bozuldu'],
		['الجوده سيئه والقماش رديء'],
	])('treats the entire comment "%s" as a product review', (comment) => {
		expect(prospectOf(comment)).toMatchObject({ prospect: 'possible', criterion: 'productReview' });
	});

	it.each([
		['seller', 'Poor quality and the seller does not care'],
		['answer', 'Defekt, und auf meine Mail kam keine Antwort'],
		['refund', 'Broke after two days and no refund'],
		['return', 'Le produit est défectueux et le retour est compliqué'],
		['price', 'Bad quality for this price'],
		['packaging', 'Item is faulty and was badly packed'],
		['box', 'Poor quality, the box was torn'],
		['listing', 'The colour is not as described'],
		['pictures', 'Item not as pictured'],
		['pictures in Spanish', 'El producto no es como en la foto'],
		['another item', 'Articolo diverso da quello ordinato'],
		['wrong item', 'They sent the wrong item'],
		['service', 'La calidad es mala y el servicio peor'],
		['seller in Italian', 'Prodotto rotto, il venditore non risponde'],
		['seller in Japanese', '商品は不良で、出品者の対応も悪い'],
		['delivery', 'Fast delivery but poor quality'],
		['damage by bad packaging', 'Arrived broken because it was badly packed'],
		['late delivery', 'Great product, late delivery'],
		['delivery in German', 'Lieferung schnell, aber die Qualität ist schlecht'],
	])('does not treat a comment that mentions %s as a product review only', (_, comment) => {
		expect(prospectOf(comment)).toMatchObject({ prospect: 'unlikely', criterion: 'none' });
	});

	it.each([
		['Never arrived.'],
		['Item arrived two weeks late'],
		['Product was damaged in transit'],
		['Arrived broken'],
		['Did not receive the item'],
		['Took forever to get here'],
		['Produit cassé à la réception'],
		['Carrier left it on the porch in the rain, badly packed too'],
		['Lieferung kam viel zu spät'],
		['Artikel nie erhalten'],
		['Paket war beschädigt'],
		['Colis jamais reçu'],
		['Livraison en retard'],
		['El paquete llegó tarde'],
		['Nunca recibí el producto'],
		['Il pacco non è mai arrivato'],
		['Consegna in ritardo'],
		['商品が届かない'],
		['A encomenda nunca chegou'],
		['Pakket nooit ontvangen'],
		['Paczka nie dotarła'],
		['Paketet kom aldrig fram'],
		['Kargo hala gelmedi'],
		['لم يصل الطرد'],
		['The screen arrived cracked'],
		['Broken'],
		['Der Artikel ist kaputt'],
		['Cassé'],
		['Rotto'],
		['壊れていました'],
	])('treats "%s" as about the delivery', (comment) => {
		expect(prospectOf(comment)).toMatchObject({
			prospect: 'conditional',
			criterion: 'fulfilledByAmazon',
		});
	});

	it.each([
		['Never arrived and the seller never answered'],
		['Late, and no refund'],
		['Nicht angekommen, Verkäufer reagiert nicht'],
		['Rude.'],
		['Bad packaging'],
		['Not happy at all'],
		['Would not buy again'],
		['???'],
		['👎'],
	])('recognizes no criterion in "%s"', (comment) => {
		expect(prospectOf(comment)).toEqual({
			prospect: 'unlikely',
			criterion: 'none',
			explanation: REMOVAL_CRITERIA.none,
			requestBy: '2026-12-02',
		});
	});

	it('never takes what the reasons call damaged for a part of a product review', () => {
		for (const { comment, rating } of languages.flatMap(goldenSet)) {
			const { criterion } = prospectOf(comment, rating);
			const { reasons } = reasonsOf(comment);
			if (reasons.includes('damaged')) expect([comment, criterion]).not.toContain('productReview');
		}
	});

	it('names damage where it speaks of delivery, because it counts as delivery', () => {
		const { fulfilledByAmazon, shippedLate } = REMOVAL_CRITERIA;
		for (const text of [fulfilledByAmazon, shippedLate, AMAZON_FULFILLED]) {
			expect(text).toContain('about delivery or damage on the way');
			expect(text).toMatch(/strike it through/);
		}
	});

	it('matches words as a whole', () => {
		for (const comment of ['Latex', 'Benefits', 'Dashiell', 'Outsized', 'Boxer', 'Itemised']) {
			expect(criterionOf(comment)).toBe('none');
		}
	});

	it.each([
		['positive to star-only', '', 5, 5, 'positive'],
		['positive to too old', 'Great', 4, 400, 'positive'],
		['positive to obscene', 'Fucking great', 5, 5, 'positive'],
		['star-only to too old', ' ', 1, 400, 'starOnly'],
		['too old to obscene', 'This is shit', 1, 400, 'tooOld'],
		['obscene to personal', 'Shitty shop, call (555) 234-5678', 1, 5, 'obsceneLanguage'],
		['personal to delivery', 'Never arrived, mail a@b.example', 2, 5, 'personalInformation'],
		['personal to product', 'Bad quality, mail a@b.example', 3, 5, 'personalInformation'],
		['service to delivery', 'Seller shipped late', 3, 5, 'none'],
	] as const)('prefers %s', (_, comment, rating, daysLater, criterion) => {
		expect(prospectOf(comment, rating, daysLater).criterion).toBe(criterion);
	});

	it('treats neutral feedback like negative feedback', () => {
		expect(prospectOf('Never arrived', 3)).toEqual(prospectOf('Never arrived', 1));
	});

	it('returns the 90th day as the last day', () => {
		expect(prospectOf('Bad quality', 1, 90)).toMatchObject({
			prospect: 'possible',
			requestBy: plusDays(DATE, 90),
		});
		expect(prospectOf('Bad quality', 1, 91)).toEqual({
			prospect: 'impossible',
			criterion: 'tooOld',
			explanation: REMOVAL_CRITERIA.tooOld,
			requestBy: null,
		});
	});

	it.each(['', ' ', '\t\n', '\u00a0', '\u200b\ufeff', '　'])(
		'treats a comment without a visible character as star-only (%j)',
		(comment) => {
			expect(prospectOf(comment)).toEqual({
				prospect: 'impossible',
				criterion: 'starOnly',
				explanation: REMOVAL_CRITERIA.starOnly,
				requestBy: null,
			});
		},
	);

	it('is impossible for every blank comment, regardless of stars and day', () => {
		const blank = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r', '\u00a0', '\u3000') });
		fc.assert(
			fc.property(
				blank,
				fc.integer({ min: 1, max: 5 }),
				fc.integer({ min: 0, max: 400 }),
				(comment, rating, daysLater) => {
					expect(prospectOf(comment, rating, daysLater)).toMatchObject({
						prospect: 'impossible',
						requestBy: null,
					});
				},
			),
		);
	});

	it('never throws, and explains each result', () => {
		const unit = fc.oneof(
			fc.string({ unit: 'binary', maxLength: 40 }),
			fc.constantFrom('0', '-', '+', '(', '@', '.', 'late ', 'quality ', 'Via A', '\ud800'),
		);
		fc.assert(
			fc.property(
				fc.array(unit, { maxLength: 30 }),
				fc.integer({ min: 1, max: 5 }),
				(parts, rating) => {
					const { criterion, explanation, prospect, requestBy } = prospectOf(
						parts.join(''),
						rating,
					);
					expect(explanation).toBe(REMOVAL_CRITERIA[criterion]);
					expect(requestBy === null).toBe(prospect === 'impossible');
				},
			),
		);
	});

	it.each([
		'0 ',
		'01-',
		'a@',
		'Via A',
		'phone ',
		"n't ",
		'1 A ',
		'都あ',
		'Aaa 1 ',
		'Mah ',
		'شارع ',
		'Rua A ',
		'ul. A ',
		'(',
		"'",
		'’',
		"x'",
		"1 A'",
	])('reads a long comment of "%s" in time proportional to its length', (part) => {
		const read = (size: number) => {
			const comment = part.repeat(size).slice(0, size);
			for (let time = 0; time < 40; time += 1) prospectOf(comment);
		};
		expect(growthOf(read, MOST_CHARACTERS / 8)).toBeLessThan(IN_PROPORTION);
	});

	it.each([
		['Shit', 'obsceneLanguage'],
		['a@b.example', 'personalInformation'],
	])('reads a comment only up to a limit: "%s"', (words, criterion) => {
		const filler = 'x '.repeat(MOST_CHARACTERS / 2);
		expect(criterionOf(`${words} ${filler}`)).toBe(criterion);
		expect(criterionOf(`${filler} ${words}`)).toBe('none');
	});
});

describe('REMOVAL_CRITERIA', () => {
	it('explains every criterion in its own sentence', () => {
		const texts = Object.values(REMOVAL_CRITERIA);
		expect(new Set(texts).size).toBe(texts.length);
		for (const text of texts) expect(text).toMatch(/^[A-Z].{20,}[^.]$/);
	});

	it('says that Amazon decides for each criterion that may allow removal', () => {
		for (const [criterion, comment] of [
			['obsceneLanguage', 'Shit'],
			['personalInformation', 'a@b.example'],
			['productReview', 'Bad quality'],
			['fulfilledByAmazon', 'Never arrived'],
		] as const) {
			expect(prospectOf(comment)).toMatchObject({
				criterion,
				explanation: expect.stringMatching(/Amazon decides$/) as string,
			});
		}
	});
});

describe('isAmazonResponsible', () => {
	it.each([
		[undefined, undefined],
		[{ fulfilledBy: 'AMAZON' }, true],
		[{ fulfilledBy: 'AMAZON', shippedLate: true }, true],
		[{ fulfilledBy: 'MERCHANT', shippedLate: true }, false],
		// Depends on Buy Shipping.
		[{ fulfilledBy: 'MERCHANT', shippedLate: false }, undefined],
		[{ fulfilledBy: 'MERCHANT' }, undefined],
		[{ shippedLate: true }, undefined],
		[{}, undefined],
	])('is known or not for the order %j: %p', (order, expected) => {
		expect(isAmazonResponsible(order as Parameters<typeof isAmazonResponsible>[0])).toBe(expected);
	});
});

describe('removalProspectByOrder', () => {
	const late = () => prospectOf('Never arrived.');

	it('makes removal possible if Amazon delivered', () => {
		expect(removalProspectByOrder(late(), true)).toEqual({
			prospect: 'possible',
			criterion: 'fulfilledByAmazon',
			explanation: AMAZON_FULFILLED,
			requestBy: '2026-12-02',
		});
	});

	it('makes removal unlikely if the seller shipped late', () => {
		expect(removalProspectByOrder(late(), false)).toEqual({
			prospect: 'unlikely',
			criterion: 'shippedLate',
			explanation: REMOVAL_CRITERIA.shippedLate,
			requestBy: '2026-12-02',
		});
	});

	it('changes nothing if the order does not say, or if the comment is not about delivery', () => {
		expect(removalProspectByOrder(late(), undefined)).toEqual(late());
		for (const comment of ['Bad quality', 'Shit', '', 'Rude.']) {
			const removal = prospectOf(comment);
			expect(removalProspectByOrder(removal, true)).toBe(removal);
			expect(removalProspectByOrder(removal, false)).toBe(removal);
		}
	});
});
