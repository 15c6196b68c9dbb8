import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { properties as feedbackProperties } from '../../nodes/AmazonSellerFeedback/actions/description';
import { properties as ratingProperties } from '../../nodes/AmazonSellerRating/actions/description';
import { properties as solicitationProperties } from '../../nodes/AmazonReviewSolicitation/actions/description';
import { MARKETPLACES, REGION_NAMES, type Region } from '../../nodes/shared/domain/marketplaces';
import { REMOVAL_CRITERIA } from '../../nodes/shared/domain/comments/removalProspect';
import { SOLICITATION_OUTCOMES } from '../../nodes/AmazonReviewSolicitation/sending/outcome';
import { PLAN_REASONS } from '../../nodes/AmazonReviewSolicitation/planning/plan';
import {
	CUSTOM_BASE_URL,
	loginUrl,
	PRODUCTION_ENDPOINTS,
} from '../../nodes/shared/spapi/endpoints';
import { OPERATIONS } from '../../nodes/shared/spapi/operations';
import { reportLimitFields } from '../../nodes/shared/spapi/reportLimitFields';
import { LARGEST_DOCUMENT } from '../../nodes/shared/spapi/reportDocument';
import { REPORT_TYPES } from '../../nodes/shared/spapi/report';
import { properties as triggerProperties } from '../../nodes/AmazonSellerFeedbackTrigger/description';
import { expectTable, filesIn, readDocument, sectionOf, tableRows } from './documents';

const rowsOf = (document: string, heading: string): string[][] =>
	tableRows(sectionOf(readDocument(document), heading));

const PRODUCTION = { environment: 'production', primaryMarketplace: 'ATVPDKIKX0DER' } as const;

const code = (cell = ''): string => cell.replaceAll('`', '');

const optionsOf = ({ options = [] }: INodeProperties): INodePropertyOptions[] =>
	options as INodePropertyOptions[];

/** The operations of a node by their names in the editor, e.g. `Feedback: Get Many`, or `Chart` without a resource. */
function operationsOf(properties: readonly INodeProperties[]): string[] {
	const resources = properties.filter(({ name }) => name === 'resource').flatMap(optionsOf);
	return properties
		.filter(({ name }) => name === 'operation')
		.flatMap((property) => {
			const shownFor = property.displayOptions?.show?.resource?.[0];
			const resource = resources.find(({ value }) => value === shownFor)?.name;
			return optionsOf(property).map(({ name }) => (resource ? `${resource}: ${name}` : name));
		});
}

const ALL_OPERATIONS = [feedbackProperties, ratingProperties, solicitationProperties].flatMap(
	operationsOf,
);

describe('the README', () => {
	const rows = rowsOf('README.md', 'Operations').filter(([, does]) => does !== '');

	it('has every operation of the nodes, and no other', () => {
		expect(rows.map(([name]) => name).toSorted()).toEqual(ALL_OPERATIONS.toSorted());
	});
});

describe('the page of operations', () => {
	it('has every operation of the nodes, and no other', () => {
		const documented = rowsOf('docs/operations.md', 'What an operation calls')
			.flatMap(([names = '']) => names.split(', '))
			.filter((name) => name !== 'Trigger');
		expect(documented.toSorted()).toEqual(ALL_OPERATIONS.toSorted());
	});

	it('names exactly the calls and report types of the code', () => {
		const named = new Set(
			[
				...sectionOf(readDocument('docs/operations.md'), 'What an operation calls').matchAll(
					/`(\w+)`/g,
				),
			].map(([, name]) => name),
		);
		const ofReports = ['createReport', 'getReport', 'getReportDocument'];
		expect([...named].toSorted()).toEqual(
			[
				...new Set([...Object.keys(OPERATIONS), ...Object.keys(REPORT_TYPES), ...ofReports]),
			].toSorted(),
		);
	});

	it('has every report type', () => {
		expect(rowsOf('docs/operations.md', 'Reports').map(([name]) => code(name))).toEqual(
			Object.keys(REPORT_TYPES),
		);
	});
});

const limitRows = rowsOf('docs/limits.md', 'Limits per call').map(([name, does, , limit]) => [
	code(name),
	does,
	limit,
]);

it('says what each call does, with rate and burst, only on the page of limits', () => {
	expect(limitRows).toEqual(
		Object.entries(OPERATIONS).map(([name, { does, rate, burst }]) => [
			name,
			does,
			`${rate}, ${burst}`,
		]),
	);
	const others = ['README.md', ...filesIn('docs', '.md')].filter(
		(document) =>
			document !== 'docs/limits.md' &&
			Object.values(OPERATIONS).some(({ rate, burst }) =>
				readDocument(document).includes(`| ${rate}, ${burst} `),
			),
	);
	expect(others).toEqual([]);
});

const roleRows = rowsOf('docs/credential.md', 'Roles').flatMap(([, names = '', roles]) =>
	names.split(', ').map((name) => [code(name), roles] as const),
);

it('lists the roles of every call and report type on the page of the credential', () => {
	const needed = [...Object.entries(OPERATIONS), ...Object.entries(REPORT_TYPES)];
	expect(Object.fromEntries(roleRows)).toEqual(
		Object.fromEntries(needed.map(([name, { roles }]) => [name, roles.join(', ')])),
	);
	expect(roleRows).toHaveLength(needed.length);
});

it.each([
	['Feedback: Get Many', 'createReport', 'GET_SELLER_FEEDBACK_DATA'],
	['Account Health: Get', 'createReport', 'GET_V2_SELLER_PERFORMANCE_REPORT'],
	['Marketplace: Get Many', 'getMarketplaceParticipations', 'getMarketplaceParticipations'],
	['Evaluate', 'createReport', 'GET_SALES_AND_TRAFFIC_REPORT'],
	['Order: Get Many', 'searchOrders', 'searchOrders'],
	[
		'Review Request: Check Eligibility',
		'getSolicitationActionsForOrder',
		'getSolicitationActionsForOrder',
	],
	[
		'Review Request: Send',
		'createProductReviewAndSellerFeedbackSolicitation',
		'createProductReviewAndSellerFeedbackSolicitation',
	],
])('documents rate, burst and roles of %s', (operation, call, name) => {
	const rows = rowsOf('docs/operations.md', 'What an operation calls');
	expect(rows.find(([first]) => first === operation)?.[1]).toContain(`\`${name}\``);
	expect(limitRows.map(([first]) => first)).toContain(call);
	expect(roleRows.map(([first]) => first)).toContain(name);
});

it('lists every marketplace in its region, with the endpoint, on the page of the credential', () => {
	expectTable(
		'docs/credential.md',
		'Regions',
		(Object.keys(REGION_NAMES) as Region[]).map((region) => [
			REGION_NAMES[region],
			MARKETPLACES.filter((each) => each.region === region)
				.map(({ countryCode }) => countryCode)
				.join(', '),
			`\`${PRODUCTION_ENDPOINTS[region]}\``,
		]),
	);
});

describe('the page of security', () => {
	it('names every host that gets secrets', () => {
		const page = sectionOf(readDocument('docs/security.md'), 'What is sent to whom');
		const hosts = [...Object.values(PRODUCTION_ENDPOINTS), loginUrl(PRODUCTION)];
		for (const address of hosts) expect(page).toContain(new URL(address).host);
	});

	it('has the size limit of downloads', () => {
		const page = sectionOf(readDocument('docs/security.md'), 'Downloads');
		expect(page).toContain(`over ${LARGEST_DOCUMENT / 1024 / 1024} MB`);
	});

	it.each([
		['https://example.com', true],
		['http://localhost:4010', true],
		['http://192.168.1.9', true],
		['http://172.20.0.2', true],
		['http://10.0.0.1', true],
		['http://sandbox:4010', true],
		['http://emulator.internal', true],
		['http://example.com', false],
		['https://sellingpartnerapi-eu.amazon.com@evil.example', false],
		['https://example.com/?q=1', false],
		['https://example.com/#x', false],
	])('is right about the Base URL %s', (url, isAccepted) => {
		expect(CUSTOM_BASE_URL.test(url)).toBe(isAccepted);
	});
});

it('lists every limit per report type on the page of limits, with its setting and value', () => {
	const documented = rowsOf('docs/limits.md', 'Limits per report type').filter(
		([, , setting]) => setting !== '',
	);
	const limits = reportLimitFields.filter(({ type }) => type === 'number');
	expect(documented.map(([, , setting]) => setting)).toEqual(
		limits.map(({ displayName }) => displayName),
	);
	expect(documented.map(([, limit = '']) => Number(/\d+/.exec(limit)?.[0]))).toEqual(
		limits.map((field) => field.default),
	);
});

describe('the page of requests', () => {
	const page = 'docs/requesting-reviews.md';

	it('has every outcome with the text of the code', () => {
		const documented = rowsOf(page, 'Outcomes').map(([outcome, meaning]) => [
			code(outcome),
			meaning,
		]);
		expect(Object.fromEntries(documented)).toEqual(SOLICITATION_OUTCOMES);
	});

	it('has every reason of the plan with the text of the code', () => {
		const documented = rowsOf('docs/planning.md', 'Reasons').map(([reason, meaning]) => [
			code(reason),
			meaning,
		]);
		expect(Object.fromEntries(documented)).toEqual(PLAN_REASONS);
	});
});

describe('the page of the trigger', () => {
	it('has every event by name', () => {
		const [events] = triggerProperties.filter(({ name }) => name === 'events');
		const names = events ? optionsOf(events).map(({ name }) => name) : [];
		expect(
			rowsOf('docs/trigger.md', 'Events')
				.flatMap(([both = '']) => both.split(', '))
				.toSorted(),
		).toEqual(names.toSorted());
	});

	it('has every criterion for removal with the text of the code', () => {
		const rows = rowsOf('docs/trigger.md', 'Could it be removed?');
		expect(
			Object.fromEntries(rows.map(([, criterion, meaning]) => [code(criterion), meaning])),
		).toEqual(REMOVAL_CRITERIA);
	});
});
