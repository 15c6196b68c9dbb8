import { fold, foldWithOrigins } from './fold';

/** A place in a text: the first index and the one after the last. */
export interface Span {
	readonly start: number;
	readonly end: number;
}

export interface Found<Topic extends string> extends Span {
	readonly topic: Topic;
}

/** Lists of words by topic; the words of a list are separated by commas. */
export type Lists<Topic extends string> = Readonly<Record<Topic, readonly string[]>>;

/** Words that may follow each other. */
interface Node<Topic> {
	/** Topics of the phrases that end here. */
	topics?: Topic[];
	whole?: Map<string, Node<Topic>>;
	/** Beginnings of words. */
	begun?: Map<string, Node<Topic>>;
	any?: Node<Topic>;
	/** After up to `WIDEST_GAP` words of the same sentence. */
	gap?: Node<Topic>;
}

interface Token extends Span {
	/** The word; an Arabic one also without article and particles. */
	readonly forms: readonly string[];
	/** What it has in common with the word before: at most commas are between words of a sentence. */
	readonly same: 'phrase' | 'sentence' | 'nothing';
}

const LONGEST = 40;
const WIDEST_GAP = 8;

const JAPANESE = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}ー';
const TOKEN = new RegExp(
	`[${JAPANESE}]+|(?:(?![${JAPANESE}])[\\p{L}\\p{N}])+(?:'t(?!\\p{L}))?`,
	'gu',
);
const IS_JAPANESE = new RegExp(`^[${JAPANESE}]+$`, 'u');
const WITHIN_PHRASE = /^[\s'-]{1,9}$/;
const WITHIN_SENTENCE = /^[\s'",:;()/-]{1,9}$/;
const CONTRACTION = /^(?:do|does|did|wo|would|ca|could|should|is|are|was|were|has|have|had)nt$/;
const NOT = "n't";
const PHRASE_PARTS = /→|n't|[\p{L}\p{N}]*\*|[\p{L}\p{N}]+(?:'t(?!\p{L}))?/gu;
const PARTICLES = /^[وف]?(?:[بلك]?ال|لل|[بلك])?(?=\p{L}{2})/u;

/**
 * Finds the words and phrases of lists in comments. In the lists, `word*` matches the words that begin so,
 * `*` any word, `→` up to eight words of the same sentence, and `n't` the end of "didn't", also without its
 * apostrophe.
 *
 * Words match as a whole, Japanese ones anywhere, because Japanese has no spaces. Arabic ones match also
 * with the article and the particles that are written together with the word. Accents and capitals do not
 * matter (see `fold`).
 *
 * The words are in a tree, because regular expressions of so many words take a second to compile and
 * milliseconds to match. The time is proportional to the length of the comment.
 */
export class Lexicon<Topic extends string> {
	private readonly root: Node<Topic> = {};
	/** Character by character. */
	private readonly japanese: Node<Topic> = {};

	/** Adds the lists of a language. */
	add(lists: Lists<Topic>): void {
		for (const [topic, lines] of Object.entries(lists) as Array<[Topic, readonly string[]]>) {
			for (const line of lines) {
				for (const phrase of fold(line).toLowerCase().split(', ')) this.addPhrase(phrase, topic);
			}
		}
	}

	/** Every place of every phrase, as places in the comment itself. */
	find(comment: string): Array<Found<Topic>> {
		const { text, origins } = foldWithOrigins(comment);
		const tokens = tokensIn(text.toLowerCase());
		const places = tokens.flatMap((token, index) =>
			IS_JAPANESE.test(token.forms[0] ?? '')
				? this.findWithin(token)
				: walk(this.root, tokens, index).map(({ last, topic }) => ({
						topic,
						start: token.start,
						end: tokens[last]?.end ?? token.end,
					})),
		);
		return places.map(({ topic, start, end }) => ({
			topic,
			start: origins[start] ?? 0,
			end: origins[end] ?? comment.length,
		}));
	}

	private addPhrase(phrase: string, topic: Topic): void {
		const node = IS_JAPANESE.test(phrase)
			? [...phrase].reduce(next<Topic>, this.japanese)
			: partsOf(phrase).reduce(next<Topic>, this.root);
		node.topics ??= [];
		if (!node.topics.includes(topic)) node.topics.push(topic);
	}

	private findWithin({ forms: [text = ''], start }: Token): Array<Found<Topic>> {
		const places: Array<Found<Topic>> = [];
		for (let from = 0; from < text.length; from += 1) {
			let node = this.japanese.whole?.get(text.charAt(from));
			for (let end = from + 1; node; end += 1) {
				for (const topic of node.topics ?? []) {
					places.push({ topic, start: start + from, end: start + end });
				}
				node = node.whole?.get(text.charAt(end));
			}
		}
		return places;
	}
}

/** Most phrases are plain words, which need no regular expression. */
const partsOf = (phrase: string): readonly string[] =>
	IS_SPECIAL.test(phrase) ? (phrase.match(PHRASE_PARTS) ?? []) : phrase.split(' ');

const IS_SPECIAL = /[^\p{L}\p{N} ]/u;

/** The node after a word of a list; made if it does not exist. */
function next<Topic>(node: Node<Topic>, word: string): Node<Topic> {
	if (word === '*') return (node.any ??= {});
	if (word === '→') return (node.gap ??= {});
	const isBegun = word.endsWith('*');
	const map = isBegun ? (node.begun ??= new Map()) : (node.whole ??= new Map());
	const key = isBegun ? word.slice(0, -1) : word === NOT ? NOT : withoutApostrophe(word);
	const known = map.get(key);
	if (known) return known;
	const made: Node<Topic> = {};
	map.set(key, made);
	return made;
}

function tokensIn(text: string): Token[] {
	const tokens: Token[] = [];
	let end = 0;
	for (const { 0: word, index: start } of text.matchAll(TOKEN)) {
		const between = text.slice(Math.max(end, start - 10), start);
		end = start + word.length;
		tokens.push({ start, end, same: sameAround(between), forms: formsOf(word) });
	}
	return tokens;
}

function sameAround(between: string): Token['same'] {
	if (WITHIN_PHRASE.test(between)) return 'phrase';
	return WITHIN_SENTENCE.test(between) ? 'sentence' : 'nothing';
}

function formsOf(word: string): string[] {
	const plain = withoutApostrophe(word);
	if (CONTRACTION.test(plain)) return [plain, NOT];
	const particles = PARTICLES.exec(plain)?.[0] ?? '';
	// "والتغليف" is "التغليف", "تغليف" or itself.
	const starts = new Set([0, particles.length, /^[وف]/.test(particles) ? 1 : 0]);
	return [...starts].map((start) => plain.slice(start));
}

const withoutApostrophe = (word: string): string => word.replace("'", '');

interface End<Topic> {
	readonly topic: Topic;
	/** Index of the last token. */
	readonly last: number;
}

/** The phrases that begin at a token. */
function walk<Topic>(
	node: Node<Topic>,
	tokens: readonly Token[],
	index: number,
): Array<End<Topic>> {
	const token = tokens[index];
	if (token === undefined) return [];
	return nodesAfter(node, token).flatMap((after) => {
		const ends = (after.topics ?? []).map((topic) => ({ topic, last: index }));
		return [...ends, ...walkOn(after, tokens, index + 1)];
	});
}

/** … that continue at a token. */
function walkOn<Topic>(
	node: Node<Topic>,
	tokens: readonly Token[],
	index: number,
): Array<End<Topic>> {
	const ends = tokens[index]?.same === 'phrase' ? walk(node, tokens, index) : [];
	if (node.gap) {
		for (let at = index; at <= index + WIDEST_GAP && isSameSentence(tokens[at]); at += 1) {
			ends.push(...walk(node.gap, tokens, at));
		}
	}
	return ends;
}

const isSameSentence = (token: Token | undefined): boolean =>
	token !== undefined && token.same !== 'nothing';

function nodesAfter<Topic>(node: Node<Topic>, { forms }: Token): Array<Node<Topic>> {
	const nodes = node.any ? [node.any] : [];
	for (const form of forms) {
		const whole = node.whole?.get(form);
		if (whole) nodes.push(whole);
		if (node.begun === undefined) continue;
		for (let length = 1; length <= Math.min(form.length, LONGEST); length += 1) {
			const begun = node.begun.get(form.slice(0, length));
			if (begun) nodes.push(begun);
		}
	}
	return nodes;
}

/** Leaves out what is a part of a longer place: "late" in "not late", "box" in "damaged box". */
export function withoutParts<Place extends Span>(places: readonly Place[]): Place[] {
	let longest: Span = { start: -1, end: -1 };
	return places
		.toSorted((a, b) => a.start - b.start || b.end - a.end)
		.filter((place) => {
			const isPart =
				place.end <= longest.end && (place.start > longest.start || place.end < longest.end);
			if (!isPart) longest = place;
			return !isPart;
		});
}
