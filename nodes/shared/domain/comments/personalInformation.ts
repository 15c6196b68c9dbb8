// cspell:disable – addresses in many languages

import { fold } from './fold';

/** Order IDs, also with spaces instead of hyphens or with neither, because buyers retype them. */
const ORDER_ID = /\d{3}[ -]?\d{7}[ -]?\d{7}/g;
const DATE =
	/(?<![\d./-])(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2}))(?![./-]?\d)/g;

/** Email addresses, phone numbers and street addresses by their form; it does not check whose they are. */
export function holdsPersonalInformation(comment: string): boolean {
	const rest = fold(comment).replace(ORDER_ID, ';').replace(DATE, ';');
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
	// 612 345 678, 501-234-567, 612 34 56 78, 333 1234567
	/(?<!\p{L}|\d[ .,-]?)(?:[4-9]\d{2}(?:(?: \d{3}){2}|(?:-\d{3}){2}|(?: \d{2}){3})|3\d{2} \d{6,7})(?![ -]?\d)/u,
	// (11) 95555-0199, 11 5555-0199
	/(?<!\p{L}|\d[ .,-]?)(?:\([1-9]\d\)|[1-9]\d) ?(?:9 ?)?\d{4}[ -]\d{4}(?!-?\d)/u,
	// phone: 5552345678
	/(?<!\p{L})(?:phone|telephone|tel|call|mobile|whatsapp|telefo\p{L}*|celular|numer\p{L}*|nummer|numara\p{L}*|جوال|هاتف|واتساب|電話)[^\p{N}]{0,12}\d(?:[ .()/-]{0,2}\d){6,14}(?!\d)/iu,
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
	// Keizersgracht 12, Storgatan 5
	/\p{Lu}[\p{L}-]{2,30}(?:straat|laan|plein|gracht|kade|dreef|singel|dijk|gatan|vagen)\s\d{1,4}(?!\d|\s*\p{Ll}{2})/u,
	// ul. Polna 7/3
	/(?<!\p{L})(?:[Uu]l|[Aa]l|[Oo]s)\.\s?(?:\p{Lu}[\p{L}-]{1,30}\s){1,3}\d{1,4}/u,
	// Rua das Flores, 45
	/(?<!\p{L})(?:[Rr]ua|[Tt]ravessa|[Aa]lameda|[Aa]v\.|[Rr]odovia)\s(?:\p{Ll}{1,3}\s){0,2}\p{Lu}[\p{L}' ]{1,40},?\s(?:n\S{0,2}\s?)?\d{1,4}(?!\d|\s*\p{Ll})/u,
	// Ornek Sok. No:7
	/(?<!\p{L})(?:Mah|Sok|Cad)(?:\.|\p{Ll}{0,8})[^\p{N}]{0,40}No\s?[:.]?\s?\d{1,4}/iu,
	// 12 شارع التحرير, شارع التحرير 12
	/\d{1,4}\s(?:شارع|ش\.)\s\p{L}|(?:شارع|حي)\s[\p{L}\s]{2,40}(?:رقم\s)?\d{1,4}(?!\d|\s*\p{L})/u,
	// A name, a number, a postal code and a place in any country
	/\p{Lu}[\p{L}.'-]{2,30}\s\d{1,4}\s?\p{L}?(?:\/\d{1,4})?,?\s(?:\p{L}{1,2}-)?(?:\d{4,5}|\d{3}\s\d{2}|\d{2}-\d{3}|\d{5}-\d{3})(?:\s\p{Lu}{2})?\s\p{Lu}/u,
	// 東京都港区芝公園4-2-8
	/[都道府県]\p{L}{1,8}[市区町村]\p{L}{0,10}\d/u,
];
