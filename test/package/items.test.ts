import Ajv from 'ajv';
import { relative } from 'node:path/posix';
import { filesIn, readDocument, sectionOf } from './documents';

/** The pages about items have an example for each operation, with exactly the fields of its output. */

interface Schema {
	readonly properties: Readonly<Record<string, Partial<Schema>>>;
	readonly items?: Partial<Schema>;
}

/** Where the example of each output schema is. */
const FEEDBACK = 'docs/items.md';
const RATING = 'docs/items-rating.md';
const REQUESTS = 'docs/items-requests.md';
const SCORECARD = 'docs/scorecard.md';
const PLACES: Readonly<Record<string, readonly [page: string, heading: string, adds?: string]>> = {
	'AmazonReviewSolicitation/order/getMany': [REQUESTS, 'Order: Get Many'],
	'AmazonReviewSolicitation/solicitation/checkEligibility': [
		REQUESTS,
		'Review Request: Check Eligibility',
	],
	'AmazonReviewSolicitation/solicitation/plan': [REQUESTS, 'Review Request: Plan'],
	'AmazonReviewSolicitation/solicitation/send': [REQUESTS, 'Review Request: Send'],
	'AmazonSellerFeedback/accountHealth/get': [FEEDBACK, 'Account Health: Get'],
	'AmazonSellerFeedback/case/nextStep': [FEEDBACK, 'Case: Next Step'],
	'AmazonSellerFeedback/case/outcomes': [FEEDBACK, 'Case: Outcomes'],
	'AmazonSellerFeedback/feedback/addOrderDetails': [
		FEEDBACK,
		'Feedback: Add Order Details',
		'Feedback: Get Many',
	],
	'AmazonSellerFeedback/feedback/addReasons': [
		FEEDBACK,
		'Feedback: Add Reasons',
		'Feedback: Get Many',
	],
	'AmazonSellerFeedback/feedback/getMany': [FEEDBACK, 'Feedback: Get Many'],
	'AmazonSellerFeedback/marketplace/getMany': [FEEDBACK, 'Marketplace: Get Many'],
	'AmazonSellerRating/chart': [RATING, 'Chart'],
	'AmazonSellerRating/detectChange': [RATING, 'Detect Change'],
	'AmazonSellerRating/evaluate': [RATING, 'Evaluate'],
	'AmazonSellerRating/findCauses': [RATING, 'Find Causes'],
	'AmazonSellerRating/forecast': [RATING, 'Forecast'],
	'AmazonSellerRating/measureRequests': [RATING, 'Measure Requests'],
	'AmazonSellerRating/scorecard': [SCORECARD, 'Get Scorecard'],
	'AmazonSellerRating/scorecardDigest': [SCORECARD, 'Create Scorecard Digest'],
};

/** Described in words: the same as Get Many, and the table on the trigger's page. */
const WITHOUT_EXAMPLE = [
	'AmazonSellerFeedback/feedback/parseReport',
	'AmazonSellerFeedbackTrigger',
];

/** Fields of an email, which docs/digest.md describes; only if _Format_ says so. */
const OF_EMAIL: Readonly<Record<string, readonly string[]>> = {
	'AmazonSellerRating/findCauses': ['attachments', 'html', 'subject'],
};

const schemas = new Map(
	filesIn('nodes', '.json')
		.filter((file) => file.includes('/__schema__/'))
		.map((file): [string, Schema] => [
			relative('nodes', file)
				.replace('/__schema__/v1.0.0', '')
				.replace(/\.json$/, ''),
			JSON.parse(readDocument(file)) as Schema,
		]),
);

const exampleOf = (page: string, heading: string): object => {
	const [, json] = /```json\n(.*?)```/s.exec(sectionOf(readDocument(page), heading)) ?? [];
	return JSON.parse(json ?? '') as object;
};

it('have a place for each operation', () => {
	expect([...Object.keys(PLACES), ...WITHOUT_EXAMPLE].toSorted()).toEqual(
		[...schemas.keys()].toSorted(),
	);
});

it.each(Object.entries(PLACES))('have an example with the fields of %s', (name, place) => {
	const [page, heading, base] = place;
	const schema = schemas.get(name) ?? { properties: {} };
	const example = { ...(base && exampleOf(page, base)), ...exampleOf(page, heading) };
	const fields = [...Object.keys(example), ...(OF_EMAIL[name] ?? [])];
	expect(fields.toSorted()).toEqual(Object.keys(schema.properties).toSorted());
	expect(unknownFields(example, schema)).toEqual([]);
	const validate = new Ajv({ allowUnionTypes: true, keywords: ['version'] }).compile(schema);
	validate(example);
	expect(validate.errors).toBeNull();
});

/** Fields of a part that the schema does not have; a part may lack fields. */
function unknownFields(value: unknown, schema: Partial<Schema>, path = ''): string[] {
	if (Array.isArray(value)) {
		return value.flatMap((each) => unknownFields(each, schema.items ?? {}, `${path}[]`));
	}
	if (typeof value !== 'object' || value === null || !schema.properties) return [];
	return Object.entries(value).flatMap(([key, each]) => {
		const inner = schema.properties?.[key];
		return inner ? unknownFields(each, inner, `${path}.${key}`) : [`${path}.${key}`];
	});
}
