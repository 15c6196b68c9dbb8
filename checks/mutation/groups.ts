/** Rules that are mutated together, and the tests that have to notice. Both are paths. */
export interface Part {
	readonly rules: readonly string[];
	readonly tests: readonly string[];
}

/** Files of a folder, by their names without the extension. */
const rules = (folder: string, names: string) =>
	names.split(' ').map((name) => `nodes/${folder}/${name}.ts`);

const tests = (folder: string, names: string) =>
	names.split(' ').map((name) => `test/${folder}/${name}.test.ts`);

/** Makes parts of the rules in a folder; their tests have the same names unless others are given. */
const partsOf =
	(folder: string, testFolder: string) =>
	(names: string, testNames: string = names): Part => ({
		rules: rules(folder, names),
		tests: tests(testFolder, testNames),
	});

const domain = partsOf('shared/domain', 'domain');
const analysis = partsOf('AmazonSellerRating/analysis', 'analysis');
const cases = partsOf('AmazonSellerFeedback/cases', 'cases');
const planning = partsOf('AmazonReviewSolicitation/planning', 'planning');
const watch = partsOf('AmazonSellerFeedbackTrigger/watch', 'watch');
const orders = partsOf('AmazonReviewSolicitation/orders', 'orders');

/** Adds tests that stand elsewhere, such as those that count the steps of a rule. */
const alsoIn = (part: Part, folder: string, names: string): Part => ({
	...part,
	tests: [...part.tests, ...tests(folder, names)],
});

/**
 * The pure rules in groups. Small parts are fast: Stryker loads all tests of a part for each of its
 * mutants, but runs only those that reach the mutant.
 */
export const GROUPS: Readonly<Record<string, readonly Part[]>> = {
	rating: [
		domain('rating rational decimal bands'),
		domain('calendar ratingWindow'),
		domain('shopFigures'),
	],
	coverage: [domain('coverage feedbackSeries')],
	health: [domain('accountHealth', 'accountHealth defectRunway')],
	reports: [domain('feedbackReport'), domain('reportEncoding')],
	comments: [
		domain(
			'comments/removalProspect comments/removalChance comments/personalInformation comments/mentions',
			'removalProspect',
		),
		domain('comments/reasons comments/fold', 'reasons'),
	],
	cases: [
		cases('decide'),
		cases('nextStep caseRow keptCases removalProposals', 'nextStep'),
		cases('outcomes'),
		cases('drafts'),
	],
	evaluation: [analysis('evaluation'), analysis('scorecard')],
	forecast: [analysis('forecast'), analysis('cusum')],
	causes: [analysis('fisher benjaminiHochberg shrink'), analysis('causes causeCounts', 'causes')],
	effect: [
		analysis(
			'requestEffectLedger requestEffectCertain requestEffectDelay requestEffectVerdict',
			'requestEffectLedger requestEffectParts',
		),
		analysis('requestEffect requestEffectBaseline requestEffectSchedule', 'requestEffect'),
		analysis('requestEffectReport'),
	],
	orders: [
		domain('orderId solicitationWindow buyerTimeZone pulse'),
		orders('orderCursor savedCursor'),
		orders('reports/tabDelimited', 'tabDelimited'),
		orders('reports/allOrdersReport', 'allOrdersReport'),
		orders('reports/fbaShipmentsReport reports/returnsReport', 'fbaShipmentsReport returnsReport'),
		orders('plainOrder'),
	],
	planning: [
		planning('selectionRules'),
		planning('permittedHours quietDays'),
		planning('campaigns'),
		alsoIn(planning('givenList'), 'domain', 'longLists'),
		planning('schedule matching placeOrders', 'places schedule maxima'),
		planning('plan candidates forecast', 'planRows plan forecast campaigns'),
	],
	watch: [
		watch('alarm'),
		watch('reportSchedule'),
		watch('feedback'),
		watch('positives rewatch kioskTrouble notices', 'positives rewatch kioskTrouble otherWatch'),
		watch('buyBox otherMarketplaces', 'buyBox otherWatch'),
		watch('advance figures alarms', 'advance'),
	],
};
