import {
	goldenSet,
	LANGUAGE_NAMES,
	languages,
	type GoldenComment,
	type Language,
} from '../../checks/golden/goldenSet';
import {
	precisionText,
	REASON_CLASSES,
	reasonCounts,
	recallText,
	REMOVAL_CLASSES,
	removalCounts,
	total,
	type Counts,
} from '../../checks/golden/measure';
import { REASONS } from '../../nodes/shared/domain/comments/reasons';
import { expectTable } from '../package/documents';

const heldOutOf = (language: Language): GoldenComment[] =>
	goldenSet(language).filter(({ set }) => set === 'heldOut');

const everyHeldOut = languages.flatMap(heldOutOf);

/** Precision and recall of reasons, then of removal criteria, in percent; as measured once. */
const FLOORS: Readonly<Record<Language, readonly [number, number, number, number]>> = {
	en: [79, 82, 100, 68],
	de: [63, 73, 93, 59],
	fr: [76, 83, 86, 55],
	it: [59, 60, 88, 68],
	es: [73, 77, 85, 77],
	pt: [69, 74, 95, 82],
	nl: [67, 74, 87, 59],
	pl: [75, 77, 90, 82],
	sv: [73, 74, 100, 85],
	tr: [64, 59, 69, 55],
	ar: [66, 74, 100, 65],
	ja: [65, 72, 86, 60],
};

const percent = (part: number, whole: number): number => Math.round((100 * part) / whole);

const figuresOf = ({ correct, found, labeled }: Counts): number[] => [
	percent(correct, found),
	percent(correct, labeled),
];

describe.each(languages)('the golden set %s', (language) => {
	const comments = goldenSet(language);
	const heldOut = heldOutOf(language);

	it('has at least 40 held-out comments and no comment twice', () => {
		expect(heldOut.length).toBeGreaterThanOrEqual(40);
		expect(new Set(comments.map(({ comment }) => comment)).size).toBe(comments.length);
	});

	it('has only labels that exist', () => {
		for (const { comment, rating, reasons, removal, set } of comments) {
			expect(comment.trim()).not.toBe('');
			expect([1, 2, 3]).toContain(rating);
			for (const reason of reasons) expect(REASON_CLASSES).toContain(reason);
			expect(reasons).not.toContain('unclear');
			expect(['none', ...REMOVAL_CLASSES]).toContain(removal);
			expect(['open', 'heldOut']).toContain(set);
		}
	});

	it('is classified no worse than published', () => {
		const reached = [
			...figuresOf(total(reasonCounts(heldOut).values())),
			...figuresOf(total(removalCounts(heldOut).values())),
		];
		reached.forEach((figure, index) => {
			expect(figure).toBeGreaterThanOrEqual(FLOORS[language][index] ?? 0);
		});
	});
});

const cellsOf = (counts: Counts): string[] => [precisionText(counts), recallText(counts)];

describe('the page of reasons', () => {
	it('has the figures per language that the command computes', () => {
		const rows = languages.map((language) => {
			const heldOut = heldOutOf(language);
			return [
				LANGUAGE_NAMES[language],
				...cellsOf(total(reasonCounts(heldOut).values())),
				...cellsOf(total(removalCounts(heldOut).values())),
			];
		});
		expectTable('docs/reasons.md', 'By language', rows);
	});

	it('has the figures per reason and removal criterion', () => {
		const counts = [...reasonCounts(everyHeldOut), ...removalCounts(everyHeldOut)];
		const rows = counts.map(([name, each]) => [
			`\`${name}\``,
			...cellsOf(each),
			String(each.labeled),
		]);
		expectTable('docs/reasons.md', 'By class', rows);
	});

	it('has every reason with its description', () => {
		const rows = Object.entries(REASONS).map(([name, { label, description }]) => [
			`\`${name}\``,
			label,
			description,
		]);
		expectTable('docs/reasons.md', 'The reasons', rows);
	});
});
