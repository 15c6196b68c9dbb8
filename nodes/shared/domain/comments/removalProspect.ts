import { sentimentOf, type FeedbackRow } from '../feedbackReport';
import { plusDays } from '../calendar';

/**
 * What a comment's words mean for a removal request: each criterion with its explanation. The node's
 * output, its output schema and the docs all use these texts.
 */
export const REMOVAL_CRITERIA = {
	obsceneLanguage:
		"The comment seems to contain obscene language, a reason for removal under Amazon's published criteria; the node checks only the words, and Amazon decides",
	personalInformation:
		'The comment seems to contain an email address, phone number or street address, a reason for removal if it identifies the seller; the node checks only the form, and Amazon decides',
	productReview:
		"The entire comment seems to be about the product, a reason for removal under Amazon's published criteria; the node checks only the words, and Amazon decides",
	fulfilledByAmazon:
		'The comment seems to be about delivery. Amazon may strike it through if it fulfilled the order or, for a delay, if you shipped on time with Buy Shipping. The feedback does not show which; Amazon decides',
	starOnly: 'A rating without a comment has no text to base a removal request on',
	tooOld:
		'More than 90 days have passed since the feedback, and Feedback Manager accepts requests only within 90 days',
	positive: 'Feedback of 4 or 5 stars is positive and needs no removal',
	none: "No removal criterion was recognized, but the node's word lists are short, so one may still apply",
} as const satisfies Record<string, string>;

export type RemovalCriterion = keyof typeof REMOVAL_CRITERIA;

/**
 * - `possible`: the words match a criterion
 * - `conditional`: they match one under a condition that the feedback does not show
 * - `unlikely`: they match no recognized criterion
 * - `impossible`: there is nothing to request, or it is too late
 */
export type RemovalChance = 'possible' | 'conditional' | 'unlikely' | 'impossible';

export interface RemovalProspect {
	readonly prospect: RemovalChance;
	readonly criterion: RemovalCriterion;
	/** One sentence for the seller. */
	readonly explanation: string;
	/** Last ISO day for a request; null if impossible. */
	readonly requestBy: string | null;
}

const CHANCES: Readonly<Record<RemovalCriterion, RemovalChance>> = {
	obsceneLanguage: 'possible',
	personalInformation: 'possible',
	productReview: 'possible',
	fulfilledByAmazon: 'conditional',
	starOnly: 'impossible',
	tooOld: 'impossible',
	positive: 'impossible',
	none: 'unlikely',
};

/**
 * Days after the feedback within which Feedback Manager accepts a request. Source: copies of Amazon's
 * help page kept by others; the page itself could not be read.
 */
const REQUEST_DAYS = 90;

/**
 * Estimates whether a request in Feedback Manager to remove a feedback entry could succeed.
 *
 * Source of the criteria: Seller Central help 20231 (obscene language, seller-specific personally
 * identifiable information, an entire comment that is a product review; struck through if Amazon is
 * responsible for the delivery). Sellers report since August 2025 that star-only ratings cannot be
 * appealed. This is only a reading aid: it looks for words from short lists in English, German,
 * French, Spanish, Italian and Japanese and does not understand sentences. Amazon decides.
 * @param feedback its date is an ISO calendar day in the marketplace's zone
 * @param today ISO calendar day in the marketplace's zone
 */
export function removalProspect(
	feedback: Pick<FeedbackRow, 'date' | 'rating' | 'comment'>,
	today: string,
): RemovalProspect {
	const requestBy = plusDays(feedback.date, REQUEST_DAYS);
	const criterion = criterionOf(feedback, today > requestBy);
	const prospect = CHANCES[criterion];
	return {
		prospect,
		criterion,
		explanation: REMOVAL_CRITERIA[criterion],
		requestBy: prospect === 'impossible' ? null : requestBy,
	};
}

function criterionOf(
	{ rating, comment }: Pick<FeedbackRow, 'rating' | 'comment'>,
	isTooOld: boolean,
): RemovalCriterion {
	if (sentimentOf(rating) === 'positive') return 'positive';
	if (!VISIBLE.test(comment)) return 'starOnly';
	if (isTooOld) return 'tooOld';
	const text = fold(comment);
	if (OBSCENE.test(text)) return 'obsceneLanguage';
	if (holdsPersonalInformation(text)) return 'personalInformation';
	if (SERVICE.test(text)) return 'none';
	if (DELIVERY.test(text)) return PRODUCT.test(text) ? 'none' : 'fulfilledByAmazon';
	if (PACKAGING.test(text)) return 'none';
	return PRODUCT.test(text) || THING.test(text) ? 'productReview' : 'none';
}

const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * Unifies spellings that buyers vary: no accents (they are often left out), `ss` for `ß`, plain
 * apostrophes, hyphens and digits. Japanese keeps its voicing marks.
 */
const fold = (text: string): string =>
	text
		.normalize('NFKD')
		.replace(/[\u0300-\u036f]/g, '')
		.normalize('NFC')
		.replace(/ß/g, 'ss')
		.replace(/[‘’]/g, "'")
		.replace(/[‐-―−]/g, '-');

/**
 * Matches any of the words, which are separated by commas. `*` matches up to 40 letters or apostrophes;
 * the limit keeps a comment of only apostrophes from being searched to its end from each of them. Words
 * match as a whole, Japanese ones anywhere, because Japanese has no spaces.
 */
function anyOf(...lists: string[]): RegExp {
	const words = lists.flatMap((list) => fold(list).split(', '));
	const isJapanese = (word: string) =>
		/^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー]+$/u.test(word);
	const whole = words
		.filter((word) => !isJapanese(word))
		.map((word) => word.replaceAll('*', "[\\p{L}']{0,40}").replaceAll(' ', '\\s{1,9}'));
	const anywhere = words.filter(isJapanese);
	return new RegExp(
		[`(?<![\\p{L}\\p{N}])(?:${whole.join('|')})(?![\\p{L}\\p{N}])`, ...anywhere].join('|'),
		'iu',
	);
}

// cspell:disable
/** A short list of what is obscene in any context; insults alone are not. */
const OBSCENE = anyOf(
	'fuck*, motherfuck*, shit, shits, shitty, bullshit, asshole*, bitch, bitches, cunt, cunts',
	'scheiß*, beschissen*, arschloch, arschlöcher, ficken, gefickt, hurensohn, wichser',
	'merde, merdes, merdique*, connard*, connasse*, putain, enculé*, salope*',
	'mierda, mierdas, puta, puto, putas, putos, cabrón, cabrones, gilipollas, joder',
	'merda, cazzo, cazzi, stronzo, stronzi, stronzata, vaffanculo, puttana, coglione, coglioni',
	'クソ野郎, くそ野郎, クソみたい, クソ商品, 糞みたい, 糞野郎, 死ね, くたばれ',
);

/** The shipment and its way to the buyer. */
const DELIVERY = anyOf(
	'deliver*, undelivered, arriv*, late, delay*, shipping, shipped, shipment*, dispatch*, despatch*',
	'parcel, parcels, package, packages, courier*, carrier*, the driver, mailman, tracking, transit',
	"never received, not received, *n't receive*, never got, never came, not come, waiting, waited",
	'got lost, was lost, lost in, damaged, crushed, dented, doorstep, porch, usps, fedex, dhl, dpd',
	"evri, hermes, gls, royal mail, not receive, *n't get, came, took forever, took too long, took weeks",
	'liefer*, geliefert*, ausgeliefert*, versand*, verschickt, versendet, paket*, sendung*, zustell*',
	'zugestellt*, angekommen, ankunft, ankam, kam, kamen, nie erhalten, nicht erhalten, verspät*, spät',
	'verspätet*, warte, warten, beschädigt*, transportschaden, spedition*, paketbote*, die post',
	'livraison*, livreur*, pas livré, été livré, jamais livré, livré en, retard*, colis, transporteur*',
	'expédi*, jamais reçu, pas reçu, toujours rien reçu, endommagé*, abîmé*, perdu, facteur, suivi',
	'chronopost, colissimo, la poste, mondial relay, réception',
	'entrega*, llegó, llega, llegar, llegado, llegaron, envío*, enviad*, paquete*, retras*, tarde',
	'repartidor*, transportista*, mensajero, mensajería, nunca recib*, no recib*, no he recibido',
	'dañad*, correos, seur',
	'consegn*, spedi*, pacco, pacchi, corriere, corrieri, ritardo, ritardi, mai ricevut*, danneggiat*',
	'non ho ricevuto, smarrit*, postino, poste italiane, bartolini',
	'配送, 配達, 届か, 届き, 届く, 届い, 到着, 遅れ, 遅延, 発送, 宅配, 運送, 輸送, 荷物, 破損, ヤマト, 佐川, 郵便',
);

/** Seller, service, returns and money: topics that are not part of a product review. */
const SERVICE = anyOf(
	'seller*, vendor*, merchant*, company, shop, store, sold, service, services, support, contact*',
	'reply, replied, replies, respon*, answer*, email*, e-mail*, message*, communicat*, refund*, return*',
	'sent back, money back, replac*, exchange*, warranty, guarantee*, cancel*, rude, scam*, fraud*',
	'dishonest, liar*, fake*, counterfeit*, second hand, was used, already used, descri*, advertised',
	'misleading, missing, wrong item*, wrong product*, wrong one, wrong size, wrong color, wrong colour',
	'wrong order, what i ordered, different*, picture*, photo*, foto*, price*, overpriced, expensive, paid, charged, cost, costs, fee, fees, invoice',
	'verkäufer*, händler*, lieferant*, firma, kundenservice, kundendienst, kontakt*, antwort*, reagier*',
	'geantwortet, mails, kommuni*, erstatt*, rückerstatt*, rückgabe*, retour*, zurück*, umtausch*',
	'garantie*, gewährleistung, kulanz, storn*, unfreundlich*, betrug, betrüger*, fälschung*, falsch*',
	'gebraucht*, beschr*, anders als, preis*, teuer, rechnung*, fehlt, fehlte, fehlen, fehlend*',
	'vendeu*, vendu*, boutique, sav, répon*, rembours*, échang*, annul*, arnaque*, contrefaçon*',
	"d'occasion, annonce, prix, cher, chère, payé, facture, manque*, manqua*, erreur, mauvais article",
	'vendedor*, vendid*, tienda, empresa, servicio*, atención, respuesta*, contest*, mensaje, mensajes',
	'reembols*, devol*, devuel*, garantía*, estafa*, fals*, segunda mano, usado, usada, anuncio',
	'precio*, caro, diferente*, distint*, pagado, factura, falta, faltan, faltaba, equivocad*',
	'venditor*, vendut*, negozio, azienda, servizio, assistenza, contatt*, rispost*, rispond*, messagg*',
	'rimbors*, reso, resi, restitu*, sostitu*, garanzia, annull*, truff*, contraffatt*, usato, usata',
	'prezz*, costos*, divers*, pagato, fattura, manca, mancano, mancava, mancant*, sbagliat*, disonest*',
	'出品者, 販売, 店, ショップ, 対応, 返金, 返品, 交換, 連絡, 返信, 返事, 問い合わせ, 価格, 値段, 詐欺, 偽物, 中古',
	'説明, 保証, キャンセル, 不足, 違う商品',
);

/** Packaging, which is neither the product nor the delivery. */
const PACKAGING = anyOf(
	'packaging, packaged, packed, packing, wrapped, wrapping, bubble wrap, box, boxes, carton*',
	'verpack*, eingepackt, karton*, emball*, embala*, empaquet*, caja, cajas, imball*, confezion*',
	'scatola, scatole, 梱包, 包装, 箱',
);

/** What products are, do and fail to do. */
const PRODUCT = anyOf(
	'quality, broke, breaks, defect, defects, defective, faulty, flimsy, durable, works, worked, not work',
	"not working, *n't work*, doesnt work*, didnt work*, stopped working, size, sizes, small, smaller",
	'large, tight, fit, fits, fitting, color, colors, colour, colours, material*, fabric, plastic',
	'leather, too short, great product*, good product*, bad product*, great item*, good item*, smell*, taste*, battery, batteries, screen, zipper, comfortable, uncomfortable, leak*',
	'ripped, rust, rusty, rusted, noisy, loud, thin, sharp, design',
	'qualität*, defekt*, funktionier*, passt, passen, zu groß, zu klein, farbe*, stoff, kunststoff',
	'plastik*, akku*, batterie*, riecht, geruch, stinkt, schmeckt, verarbeitung, verarbeitet, haltbar*',
	'undicht*, wackelt, gutes produkt, schlechtes produkt, bon produit, mauvais produit',
	'qualité, défectueu*, fonctionne*, marche pas, taille, couleur*, matière*, tissu, plastique, odeur*',
	'goût, solide*, fragile*, trop petit*, trop grand*',
	'calidad, defectuos*, funciona*, talla, tamaño, color, colores, tela, plástico, batería*, huele',
	'olor, sabor, se rompió, pequeño, pequeña, buen producto, mal producto',
	'qualità, difettos*, difetto, funziona*, taglia, colore, colori, tessuto, plastica, odore, puzza',
	'sapore, scadente, scadenti, buon prodotto, ottimo prodotto',
	'品質, 不良, 動かな, 動きません, 動作, サイズ, 素材, 匂い, 臭い, 電池, バッテリー, 使えな, 使えません, 性能, 安っぽい',
);

/** Words for the product that comments on a delivery use, too ("item never arrived"). */
const THING = anyOf(
	'item, items, product, products, article*, broken, produkt*, artikel*, ware, kaputt*, zerbrochen*, gerät*',
	'produit*, cassé*, producto*, artículo*, roto, rota, rotos, rotas, prodott*, articol*, rotto, rotta',
	'商品, 製品, 壊れ',
);
// cspell:enable

/** Order IDs, also with spaces instead of hyphens or with neither, because buyers retype them. */
const ORDER_ID = /\d{3}[ -]?\d{7}[ -]?\d{7}/g;
const DATE =
	/(?<![\d./-])(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2}))(?![./-]?\d)/g;

/** Email addresses, phone numbers and street addresses by their form; it does not check whose they are. */
function holdsPersonalInformation(text: string): boolean {
	const rest = text.replace(ORDER_ID, ';').replace(DATE, ';');
	return [EMAIL, ...PHONES, ...STREETS].some((form) => form.test(rest));
}

const EMAIL = /[^\s@]@[^\s@]{1,190}\.\p{L}{2,}/u;

/** A plain row of digits is probably a tracking number, unless it starts like a phone number. */
const PHONES: readonly RegExp[] = [
	// +49 30 1234567, 0049 30 1234567
	/(?:\+|(?<![\p{L}\d])00)\(?[1-9](?:[ .()/-]{0,2}\d){7,13}(?!\d)/u,
	// 020 7946 0018, (030) 1234567, 089/1234567, 03-1234-5678, 01 23 45 67 89, 01.23.45.67.89
	/(?<!\p{L}|\d[.,-]?)\(?(?=(?:[ ()/-]{0,2}\d){9})0[1-9]\d{0,4}(?:\)[ /-]{0,2}|[ /-]{1,2})\d(?:[ -]?\d){5,8}(?!\d)/u,
	/(?<![\d.,-])0[1-9](?:\.\d{2}){4}(?![\d.]\d)/u,
	// 0171234567, 02079460018
	/(?<!\p{L}|\d[.,-]?)0[1-9]\d{8,9}(?!\d)/u,
	// (555) 234-5678, 1-555-234-5678, 333 123 4567
	/(?<!\p{L}|\d-?)(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}(?!-?\d)/u,
	// 612 345 678, 612 34 56 78, 333 1234567
	/(?<!\p{L}|\d[ .,-]?)(?:[67]\d{2}(?:(?: \d{3}){2}|(?: \d{2}){3})|3\d{2} \d{6,7})(?!\d)/u,
	// phone: 5552345678
	/(?<!\p{L})(?:phone|telephone|tel|call|mobile|whatsapp|telefon\p{L}*|電話)[^\p{N}]{0,12}\d(?:[ .()/-]{0,2}\d){6,14}(?!\d)/iu,
];

/** Requiring capitals and numbers in their places excludes "left it in the street for 2 days". */
const STREETS: readonly RegExp[] = [
	// 12 Elm Street
	/(?<!\d)\d{1,5}\s(?:\p{Lu}[\p{L}']{0,40}\s){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Boulevard|Blvd)(?!\p{L})/u,
	// Hauptstraße 12, Berliner Straße 12
	/\p{Lu}[\p{L}-]{2,30}(?:strasse|str\.|weg|gasse|allee|[ -]Strasse)\s\d{1,4}(?!\d|\s*\p{Ll})/u,
	// 12 rue de la Paix
	/(?<!\d)\d{1,4},?\s(?:bis\s|ter\s)?(?:rue|avenue|boulevard|chemin|impasse)\s\p{L}/iu,
	// calle Mayor 12, via Roma, 12
	/(?<!\p{L})(?:[Cc]alle|[Aa]venida|[Pp]laza|[Pp]aseo|[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso)\s(?:\p{Ll}{2,5}\s){0,2}\p{Lu}[\p{L}' ]{1,30},?\s(?:n\S{0,2}\s?)?\d{1,4}(?!\d|\s*\p{Ll})/u,
	// 東京都港区芝公園4-2-8
	/[都道府県]\p{L}{1,8}[市区町村]\p{L}{0,10}\d/u,
];
