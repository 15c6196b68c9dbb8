// cspell:disable – sentences of many languages

import fc from '../fastCheck';

import { REASONS, reasonsOf, type Reason } from '../../nodes/shared/domain/comments/reasons';
import { MOST_CHARACTERS } from '../../nodes/shared/domain/comments/fold';
import { growthOf, IN_PROPORTION } from '../growth';

describe('reasonsOf', () => {
	it.each<[string, Reason[]]>([
		['Item arrived two weeks late and the seller never replied', ['lateOrLost', 'service']],
		['Never arrived.', ['lateOrLost']],
		['It didnt arrive', ['lateOrLost']],
		['Arrived broken', ['damaged']],
		['Ordered the blue one in XL, got a red S', ['wrongItem']],
		['A fake, not as described', ['notAsDescribed']],
		['It doesn’t work', ['quality']],
		['Overpriced', ['price']],
		['Seller canceled my order', ['other']],
		['Lieferung kam viel zu spaet', ['lateOrLost']],
		['Karton ohne Polsterung, Tasse zerbrochen', ['damaged', 'packaging']],
		['Le vendeur ne répond pas', ['service']],
		['Pacco mai arrivato', ['lateOrLost']],
		['Pedí negro y me mandaron blanco', ['wrongItem']],
		['Veio quebrado', ['damaged']],
		['Ze reageren niet', ['service']],
		['Paczka nie dotarła', ['lateOrLost']],
		['Allt för dyrt', ['price']],
		['Ürün sahte', ['notAsDescribed']],
		['لم يصل الطلب', ['lateOrLost']],
		['والتغليف سيء', ['packaging']],
		['商品が届かない', ['lateOrLost']],
		['ﾊﾞｯﾃﾘｰが持たない', ['quality']],
	])('finds the reasons in "%s"', (comment, reasons) => {
		expect(reasonsOf(comment).reasons).toEqual(reasons);
	});

	it.each([
		['Never again!!!'],
		['Not late, no damage'],
		['Arrived on time and well packed'],
		['Nie wieder'],
		['Latex'],
		['???'],
	])('does not guess a reason for "%s"', (comment) => {
		expect(reasonsOf(comment)).toEqual({ reasons: ['unclear'], words: {} });
	});

	it.each(['', ' ', '\t\n', '\u200b\ufeff', '　'])('finds no text in %j', (comment) => {
		expect(reasonsOf(comment)).toEqual({ reasons: ['noText'], words: {} });
	});

	it('attributes what is broken to transport, or to quality if it was used', () => {
		expect(reasonsOf('Alles kaputt').reasons).toEqual(['damaged']);
		expect(reasonsOf('Kaputt am zweiten Tag').reasons).toEqual(['quality']);
		expect(reasonsOf('Broken').reasons).toEqual(['damaged']);
		expect(reasonsOf('Late and broken').reasons).toEqual(['lateOrLost', 'damaged']);
		// The comment speaks of use, then of a defect.
		expect(reasonsOf('Broken on first use').words).toEqual({ quality: ['Broken'] });
		expect(reasonsOf('Already broken').words).toEqual({ quality: ['broken'] });
		expect(reasonsOf('Broken. Late, and it is defective.').words).toEqual({
			lateOrLost: ['Late'],
			quality: ['Broken', 'defective'],
		});
	});

	it('finds a reason within words that only name the product or the delivery', () => {
		expect(reasonsOf('The picture quality!').words).toEqual({ quality: ['quality'] });
		expect(reasonsOf('It took too long').words).toEqual({ lateOrLost: ['took too long'] });
	});

	it('lists reasons in the order of the table, with their words as written', () => {
		expect(reasonsOf('Zu TEUER, beschädigt und VERSPÄTET')).toEqual({
			reasons: ['lateOrLost', 'damaged', 'price'],
			words: { lateOrLost: ['VERSPÄTET'], damaged: ['beschädigt'], price: ['Zu TEUER'] },
		});
	});

	it('lists a longer phrase instead of its parts', () => {
		expect(reasonsOf('Brought to the wrong address').words).toEqual({
			lateOrLost: ['wrong address'],
		});
	});

	it('finds words that have others between them, and their place after letters that fold to two', () => {
		expect(reasonsOf('Großer Mist: blau bestellt, leider nur rot bekommen').words).toEqual({
			wrongItem: ['bestellt, leider nur rot bekommen'],
		});
	});

	it('reads a word whose accents are separate characters', () => {
		const written = 'Verspätet'.normalize('NFD');
		expect(reasonsOf(`${written}!`).words).toEqual({ lateOrLost: [written] });
	});

	it('lists at most five words per reason, each once and of at most 60 characters', () => {
		const { words } = reasonsOf(
			'late, late, delayed, delays, overdue, not received, not delivered',
		);
		expect(words.lateOrLost).toHaveLength(5);
		expect(new Set(words.lateOrLost).size).toBe(5);
		expect(reasonsOf(`verspätet${'e'.repeat(100)}`).words.lateOrLost?.[0]).toHaveLength(60);
	});

	it('does not cut a word within a character of two halves', () => {
		// The mathematical letters are read like plain ones.
		const [word] = reasonsOf(`verspätet${'𝐞'.repeat(40)}`).words.lateOrLost ?? [];
		expect(word).toBe(`verspätet${'𝐞'.repeat(25)}`);
		expect(reasonsOf(`verspätet${'𝐞'.repeat(20)}`).words.lateOrLost).toEqual([
			`verspätet${'𝐞'.repeat(20)}`,
		]);
	});

	it.each([
		'',
		'ﬃ ',
		'ß ',
		'ẞ ',
		'é ',
		'e\u0301 ',
		'𝐞 ',
		'½ ',
		'😡 ',
		'ﾊﾞ ',
		'بــ ',
		'— ',
		'\u0301',
	])('finds the place of a word after "%s"', (before) => {
		expect(reasonsOf(`${before}VERSPÄTET, ${before}Zu TEUER!`).words).toEqual({
			lateOrLost: ['VERSPÄTET'],
			price: ['Zu TEUER'],
		});
	});

	it.each(['5', '!', '👎', '=', 'ü', '遅'])('finds text in "%s"', (comment) => {
		expect(reasonsOf(comment).reasons).not.toEqual(['noText']);
	});

	it('never throws, and returns words of the comment only', () => {
		const unit = fc.oneof(
			fc.string({ unit: 'binary', maxLength: 20 }),
			fc.constantFrom(
				"didn't ",
				'arrive ',
				'zu spät ',
				'届かない',
				'لم يصل ',
				'ü',
				'\u0308',
				'\ud800',
			),
		);
		const order = Object.keys(REASONS);
		fc.assert(
			fc.property(fc.array(unit, { maxLength: 20 }), (parts) => {
				const comment = parts.join('');
				const { reasons, words } = reasonsOf(comment);
				expect(reasons.length).toBeGreaterThan(0);
				expect(reasons).toEqual(order.filter((each) => reasons.includes(each as Reason)));
				for (const word of Object.values(words).flat()) expect(comment).toContain(word);
			}),
		);
	});

	it.each([
		'late ',
		'never ',
		"didn't ",
		'ordered a ',
		'遅い',
		'لم ',
		"'",
		'\u0301',
		'a',
		'no llegó ',
	])('reads a long comment of "%s" in time proportional to its length', (part) => {
		const read = (size: number) => {
			const comment = part.repeat(size).slice(0, size);
			for (let time = 0; time < 40; time += 1) reasonsOf(comment);
		};
		expect(growthOf(read, MOST_CHARACTERS / 8)).toBeLessThan(IN_PROPORTION);
	});

	it('reads a comment only up to a limit', () => {
		const filler = 'x '.repeat(MOST_CHARACTERS / 2);
		expect(reasonsOf(`Never arrived. ${filler}`).reasons).toEqual(['lateOrLost']);
		expect(reasonsOf(`${filler} Never arrived.`).reasons).toEqual(['unclear']);
	});
});

describe('REASONS', () => {
	it.each(Object.entries(REASONS))('%s has a label in title case and one sentence', (_, reason) => {
		expect(reason.label).toMatch(/^[A-Z][a-z]+( ([A-Z][a-z]+|or|as))*$/);
		expect(reason.description).toMatch(/^[A-Z][^.]+\.$/);
	});
});
