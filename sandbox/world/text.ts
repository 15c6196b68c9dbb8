// cspell:disable – names and sentences of many languages
/** What buyers write, per language. Some texts are meant to trip up parsers. */
export interface Phrases {
	readonly good: readonly string[];
	readonly bad: readonly string[];
	readonly responses: readonly string[];
	readonly buyers: readonly string[];
}

const ENGLISH: Phrases = {
	good: [
		'Fast shipping, exactly as described.',
		'Great seller, would buy again!',
		'Arrived a day early. Well packed.',
		'5 stars - "best purchase this year"',
		'Item as pictured; thank you',
	],
	bad: [
		'Package arrived late and the box was crushed.',
		'The seller said "two days" but it took two weeks',
		'=HYPERLINK("http://example.com","Click for refund")',
		'Wrong color, no answer to my messages',
		'-1 would not recommend, 6" cable instead of 12"',
		'@seller please call me, still waiting… café table leg missing',
		'+1 for the product, but shipping was a mess',
		"It's not what I ordered; no refund",
		'"Unused" item had scratches',
	],
	responses: [
		'We are sorry about the delay and have sent a replacement.',
		'Thank you for telling us; we have refunded the shipping.',
	],
	buyers: ['Jordan Miller', 'Casey Brown', 'Riley Davis', 'Morgan Lee', 'Avery Wilson'],
};

const GERMAN: Phrases = {
	good: ['Schnelle Lieferung, gerne wieder!', 'Alles bestens, schön verpackt', 'Größe passt genau'],
	bad: [
		'Paket kam verspätet und völlig zerdrückt an.',
		'Verkäufer antwortet nicht – „Rückerstattung“ abgelehnt',
		'Größe falsch, Äpfel statt Öl; 20 € Versand für nichts',
		'=SUMME(1;2) sagt alles',
		'Geht so. Nicht "neu", sondern geöffnet',
		'Überhaupt nicht wie beschrieben',
	],
	responses: ['Das tut uns leid, Ersatz ist unterwegs.', 'Bitte prüfen Sie Ihr Postfach. Grüße'],
	buyers: ['Jörg Müller', 'Anja Weiß', 'Käthe Schäfer', 'Björn Großmann'],
};

const FRENCH: Phrases = {
	good: ['Très bon vendeur, livraison rapide', 'Parfait, merci !', 'Conforme à la description'],
	bad: [
		'Colis arrivé abîmé, très déçue…',
		'Jamais reçu, vendeur injoignable – où est mon colis ?',
		"L'article n'est pas « neuf »",
		'=1+1 étoile pour l’effort',
		'Délai trop long, ça va à peine',
	],
	responses: ['Nous sommes désolés, un remplacement est parti.'],
	buyers: ['Zoé Lefèvre', 'François Noël', 'Élodie Garçon'],
};

const SPANISH: Phrases = {
	good: ['Muy buen vendedor', 'Llegó rápido y en buen estado', '¡Excelente!'],
	bad: [
		'Llegó roto y el vendedor no contestó',
		'¿Dónde está mi paquete? Ningún año más',
		'Regular',
	],
	responses: ['Lamentamos lo ocurrido; enviamos un reemplazo.'],
	buyers: ['José Núñez', 'María Peña', 'Íñigo Ruiz'],
};

const ITALIAN: Phrases = {
	good: ['Ottimo venditore, spedizione veloce', 'Tutto perfetto', 'È proprio come descritto'],
	bad: [
		'Il pacco è arrivato rotto, nessuno risponde',
		'Mai ricevuto; più di due settimane di attesa',
		'Così così, non è "nuovo"',
	],
	responses: ['Ci dispiace, abbiamo già spedito un altro articolo.'],
	buyers: ['Niccolò Russo', 'Giulia Ferrari'],
};

const JAPANESE: Phrases = {
	good: ['とても良いショップです。', '迅速な発送ありがとうございました', '梱包も丁寧で満足'],
	bad: [
		'商品が届くのが遅く、箱が潰れていました。',
		'説明と違う商品が届いた。返金希望',
		'=合計(1) 連絡がつかない',
		'可もなく不可もなく',
		'表示「新品」なのに開封済み',
		'ソフト能力表①②、髙橋様宛に誤配送',
	],
	responses: ['ご迷惑をおかけし申し訳ございません。代替品を発送しました。'],
	buyers: ['高橋 健', '佐藤 美咲', '鈴木 一郎'],
};

const BY_COUNTRY: Readonly<Record<string, Phrases>> = {
	DE: GERMAN,
	FR: FRENCH,
	MX: SPANISH,
	ES: SPANISH,
	IT: ITALIAN,
	JP: JAPANESE,
};

/** The phrases of buyers in this country. */
export function phrasesFor(countryCode: string): Phrases {
	return BY_COUNTRY[countryCode] ?? ENGLISH;
}

const ALL = new Set(
	[ENGLISH, ...Object.values(BY_COUNTRY)].flatMap(({ good, bad, responses }) => [
		...good,
		...bad,
		...responses,
	]),
);

/** Whether a text is one of the world's own. */
export const isPhrase = (text: string): boolean => ALL.has(text);

/** Names and prices in US dollars of the products. */
export const CATALOG: ReadonlyArray<readonly [title: string, price: number]> = [
	['Bamboo Drawer Organizer, Set of 4', 24.99],
	['Cast Iron Trivet, 8 inch', 17.5],
	['Linen Table Runner, 72 inch', 29],
	['Cedar Shoe Rack, Two Tiers', 46.95],
	['Ceramic Oil Burner', 13.99],
	['Wool Dryer Balls, Pack of 6', 11.49],
];
